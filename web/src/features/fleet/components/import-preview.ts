// Looks into the beginning of a file before it is sent: what kind it is, its columns, its first rows. The server decides; this only shows.
/** As much of the file as is read for the preview. */
export const previewBytesMax = 65_536;
const previewRowsMax = 8;
const previewColumnsMax = 30;

export interface Preview {
  type: "text/csv" | "application/json";
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** Rows of the whole text, if all of it was read. */
  rowCount: number | null;
  /** Why it cannot be right, in a sentence. */
  fault: string | null;
}

/** Columns by these names hold secrets: the preview covers them. */
const secret = /pass|secret|token/i;

export function previewOf(bytes: Uint8Array, isWhole: boolean): Preview {
  const empty: Preview = { type: "text/csv", columns: [], rows: [], rowCount: null, fault: null };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { ...empty, fault: "The file is UTF-16. Save it as “CSV UTF-8” and choose it again." };
  }
  let text: string;
  try {
    // A cut file may end in the middle of a character: `stream` forgives that, and nothing else.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return { ...empty, fault: "The file is not UTF-8. Save it as “CSV UTF-8” and choose it again." };
  }
  if (text.trim() === "") return { ...empty, fault: "The file is empty." };
  if (text.includes("\u0000")) return { ...empty, fault: "This is not a text file." };
  return /^[\s\uFEFF]*[[{]/.test(text) ? jsonPreview(text, isWhole) : csvPreview(text, isWhole);
}

function csvPreview(text: string, isWhole: boolean): Preview {
  const records = csvRecords(text, isWhole), [head = [], ...rest] = records;
  const columns = head.map((c) => c.trim()).slice(0, previewColumnsMax);
  const known = columns.map((c) => c.toLowerCase().replaceAll("_", ""));
  const fault = known.includes("name") && (known.includes("hostname") || known.includes("host"))
    ? null
    : "The first line must name the columns; name and hostname have to be among them.";
  return { type: "text/csv", columns, rows: covered(columns, rest.slice(0, previewRowsMax)), rowCount: isWhole ? rest.length : null, fault };
}

function jsonPreview(text: string, isWhole: boolean): Preview {
  const base: Preview = { type: "application/json", columns: [], rows: [], rowCount: null, fault: null };
  if (!isWhole) return base;
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    if (!Array.isArray(value)) return { ...base, fault: "A JSON file must be an array of servers." };
    const items = value.slice(0, previewRowsMax).map((v: unknown) => (typeof v === "object" && v !== null ? Object.entries(v) : []));
    const columns = [...new Set(items.flat().map(([name]) => name))].slice(0, previewColumnsMax);
    const rows = items.map((entries) => columns.map((c) => textOf(entries.find(([name]) => name === c)?.[1])));
    return { ...base, columns, rows: covered(columns, rows), rowCount: value.length };
  } catch {
    return { ...base, fault: "The file begins like JSON but cannot be read as JSON." };
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function covered(columns: readonly string[], rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row) => columns.map((c, i) => (secret.test(c) && row[i] ? "••••••" : row[i] ?? "")));
}

/** RFC 4180 with comma, semicolon or tab, whichever the first line holds most. A cut last record is left out. */
export function csvRecords(text: string, isWhole: boolean): string[][] {
  const source = text.replace(/^\uFEFF/, ""), first = source.slice(0, source.search(/\r|\n/) + 1 || source.length);
  const separator = [",", ";", "\t"].reduce((a, b) => (first.split(b).length > first.split(a).length ? b : a));
  const records: string[][] = [];
  let record: string[] = [], cell = "", quoted = false;
  const endRecord = (): void => {
    record.push(cell);
    if (record.length > 1 || cell !== "") records.push(record);
    record = [];
    cell = "";
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i] ?? "";
    if (quoted) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === separator) {
      record.push(cell);
      cell = "";
    } else if (c === "\n") endRecord();
    else if (c !== "\r") cell += c;
  }
  if (isWhole && (cell !== "" || record.length > 0)) endRecord();
  return records;
}
