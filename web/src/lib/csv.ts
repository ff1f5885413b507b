// CSV that a spreadsheet opens without running anything in it (RFC 4180, with a byte order mark so that Excel reads UTF-8).
export type CsvCell = string | number | boolean | null | undefined;

/** A text that begins like a formula gets an apostrophe in front; a number stays a number. */
export function csvCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const safe = /^\s*[=+\-@\t\r|%]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvText(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return `\ufeff${[head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** A name for a file, from what a person called something. */
export function fileName(...parts: readonly string[]): string {
  return parts.map((p) => p.trim().replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-+|-+$/g, "")).filter(Boolean).join("_").slice(0, 120);
}
