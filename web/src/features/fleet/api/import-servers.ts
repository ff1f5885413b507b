import type { ImportVerdicts, Operation } from "../../../api/model";
import { call } from "../../../lib/http";

export interface ImportOptions {
  unknownGroups: "create" | "refuse";
  /** Test each connection first, and leave out what fails. */
  validate: boolean;
}

/** What the API takes. */
export const importBytesMax = 64 * 1024 * 1024;
/** A large file takes its time to send and to check. */
const importTimeoutMs = 900_000;

/** What would become of each row; nothing is changed. */
export async function dryRunImport(file: Blob, type: string, options: ImportOptions): Promise<ImportVerdicts> {
  const query = { dryRun: true, unknownGroups: options.unknownGroups };
  return (await call<ImportVerdicts>("POST", "/servers/import", { query, raw: { body: file, type }, timeoutMs: importTimeoutMs })).data;
}

/** Begins the import. The same file again adds only what is missing. */
export async function importServers(file: Blob, type: string, options: ImportOptions): Promise<Operation> {
  const query = { validate: options.validate, unknownGroups: options.unknownGroups };
  return (await call<Operation>("POST", "/servers/import", { query, raw: { body: file, type }, timeoutMs: importTimeoutMs })).data;
}

export async function importTemplate(): Promise<string> {
  return (await call<string>("GET", "/servers/import/template", { accept: "text/csv" })).data;
}
