import type { Activity } from "../../../api/model";
import { type ActivityFilter, listActivity } from "../api/list-activity";

/** An export stops here, and says so. */
const entryCountMax = 10_000;
const pageSize = 1_000;

export async function activityCsv(filter: Partial<ActivityFilter>): Promise<{ text: string; complete: boolean }> {
  const lines = ["createdAt,action,entityType,entityName,entityId,actor,address,requestId,details"];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listActivity>> = await listActivity(filter, cursor, undefined, pageSize);
    for (const entry of page.entries) lines.push(csvLine(entry));
    cursor = page.nextCursor;
  } while (cursor !== null && lines.length <= entryCountMax);
  return { text: `${lines.join("\r\n")}\r\n`, complete: cursor === null };
}

function csvLine(e: Activity): string {
  const cells = [
    e.createdAt,
    e.action,
    e.entityType,
    e.entityName,
    e.entityId,
    e.actor.name,
    e.actor.address,
    e.requestId,
    e.details === null ? null : JSON.stringify(e.details),
  ];
  return cells.map(csvCell).join(",");
}

/** Quoted where needed. A leading = + - @ gets an apostrophe: a spreadsheet would run it as a formula. */
export function csvCell(value: string | null | undefined): string {
  let text = value ?? "";
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
