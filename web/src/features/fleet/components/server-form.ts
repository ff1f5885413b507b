// What the connection form holds, its checks, and what it sends. Pure: tested without a page.
import type { AuthType, EngineKind, Server, ServerInput } from "../../../api/model";
import type { FormField } from "./conflict";

/** Text as typed, so that it stays after an error. */
export interface ServerForm {
  name: string;
  engine: EngineKind;
  hostname: string;
  port: string;
  instanceName: string;
  database: string;
  authType: AuthType;
  /** A credential profile; empty for a login of its own. */
  credentialId: string;
  username: string;
  password: string;
  encrypt: boolean;
  trustServerCertificate: boolean;
}

export type FormFaults = Readonly<Partial<Record<keyof ServerForm, string>>>;

export const defaultPorts: Readonly<Record<EngineKind, string>> = { sqlserver: "1433", postgresql: "5432", mysql: "3306" };

export const engineChoices: readonly (readonly [EngineKind, string])[] = [["sqlserver", "SQL Server"], ["postgresql", "PostgreSQL"], [
  "mysql",
  "MySQL",
]];

export const emptyForm: ServerForm = {
  name: "",
  engine: "sqlserver",
  hostname: "",
  port: "1433",
  instanceName: "",
  database: "",
  authType: "sql",
  credentialId: "",
  username: "",
  password: "",
  encrypt: true,
  trustServerCertificate: false,
};

export function formOf(server: Server): ServerForm {
  return {
    name: server.name,
    engine: server.engine,
    hostname: server.hostname,
    port: String(server.port),
    instanceName: server.instanceName ?? "",
    database: server.database ?? "",
    authType: server.authType,
    credentialId: server.credential?.id ?? "",
    username: server.credential ? "" : server.username ?? "",
    password: "",
    encrypt: server.encrypt,
    trustServerCertificate: server.trustServerCertificate,
  };
}

/** A new engine brings its own port, unless the reader chose another one. */
export function withEngine(form: ServerForm, engine: EngineKind): ServerForm {
  const port = form.port === "" || form.port === defaultPorts[form.engine] ? defaultPorts[engine] : form.port;
  // A profile belongs to one engine.
  return { ...form, engine, port, credentialId: "", ...(engine === "sqlserver" ? {} : { instanceName: "", authType: "sql" as const }) };
}

/** A login of this server alone, not a profile's and not the account of DbTools itself. */
export const ownLogin = (form: ServerForm): boolean => form.authType === "sql" && form.credentialId === "";

const isSocket = (form: ServerForm): boolean => form.engine === "postgresql" && /^\/[A-Za-z0-9._/-]+$/.test(form.hostname.trim());

/**
 * The spellings that people know, taken apart into the fields: `host\\instance`, `host,port`, `tcp:host,port`, `host:port`, `[::1]:port`.
 * What is not one of them stays as it was typed.
 */
export function withHostParts(form: ServerForm): ServerForm {
  const text = form.hostname.trim();
  const found = form.engine === "sqlserver"
    ? /^(?:tcp:)?(\[[0-9a-f:.]+\]|[^\\,:\s]+)(?:\\([^\\,\s]+))?(?:[,:]\s*(\d{1,5}))?$/i.exec(text)
    : /^(\[[0-9a-f:.]+\]|[^\\,:\s]+)()(?::(\d{1,5}))?$/i.exec(text);
  if (!found) return form;
  const [, host = text, instance, port] = found;
  return {
    ...form,
    hostname: host.replace(/^\[(.*)\]$/, "$1"),
    ...(instance ? { instanceName: instance } : {}),
    ...(port ? { port } : {}),
  };
}

export function faultsOf(form: ServerForm): FormFaults {
  const faults: Partial<Record<keyof ServerForm, string>> = {};
  const name = form.name.trim(), port = Number(form.port);
  if (!name) faults.name = "Enter a name";
  else if ([...name].length > 100) faults.name = "At most 100 characters";
  if (!form.hostname.trim()) faults.hostname = "Enter a host name or address";
  else if (!/^[A-Za-z0-9._:,[\]\\$-]+$/.test(form.hostname.trim()) && !isSocket(form)) {
    faults.hostname = "A host name or address without blanks and without a protocol";
  }
  if (!/^\d+$/.test(form.port.trim()) || port < 1 || port > 65_535) faults.port = "A port is a number from 1 to 65535";
  if (form.instanceName && !/^[A-Za-z0-9_$#-]*$/.test(form.instanceName)) faults.instanceName = "Letters, digits, _ $ # and - only";
  if (ownLogin(form) && !form.username.trim()) faults.username = "Enter the login that DbTools uses";
  return faults;
}

/** Without a typed password an edit leaves the stored one. */
export function inputOf(form: ServerForm): ServerInput {
  const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());
  const own = ownLogin(form);
  return {
    name: form.name.trim(),
    engine: form.engine,
    hostname: form.hostname.trim(),
    port: Number(form.port),
    instanceName: form.engine === "sqlserver" ? orNull(form.instanceName) : null,
    database: orNull(form.database),
    authType: form.authType,
    credentialId: form.authType === "sql" ? orNull(form.credentialId) : null,
    username: own ? orNull(form.username) : null,
    encrypt: form.encrypt,
    trustServerCertificate: form.encrypt && form.trustServerCertificate,
    ...(own && form.password ? { password: form.password } : {}),
  };
}

/** What the form would change of a server as it was: so that an edit sends only that, and does not undo what others did besides. */
export function changesOf(before: ServerForm, now: ServerForm): Partial<ServerInput> {
  const old = inputOf(before), input = inputOf(now), changes: Partial<Record<keyof ServerInput, unknown>> = {};
  for (const name of fieldNames) if (name in input && input[name] !== old[name]) changes[name] = input[name];
  return changes as Partial<ServerInput>;
}

const fieldNames = [
  "name",
  "engine",
  "hostname",
  "port",
  "instanceName",
  "database",
  "authType",
  "credentialId",
  "username",
  "password",
  "encrypt",
  "trustServerCertificate",
] as const;

/** The form's fields for the comparison of two edits; `credentialNames` tells which profile an id is. */
export function serverFields(credentialNames: ReadonlyMap<string, string> = new Map()): readonly FormField<ServerForm>[] {
  return titles.map(([key, name]): FormField<ServerForm> => {
    if (key === "password") return { key, name, secret: true };
    if (key !== "credentialId") return { key, name };
    return { key, name, word: (v) => (v === "" ? "own login" : credentialNames.get(String(v)) ?? "a profile") };
  });
}

const titles: readonly (readonly [keyof ServerForm, string])[] = [
  ["name", "Display name"],
  ["engine", "Engine"],
  ["hostname", "Host"],
  ["port", "Port"],
  ["instanceName", "Instance"],
  ["database", "Database"],
  ["authType", "Sign-in"],
  ["credentialId", "Credential"],
  ["username", "Username"],
  ["password", "Password"],
  ["encrypt", "Encryption"],
  ["trustServerCertificate", "Accept any certificate"],
];

/** What a connection test depends on: when this changes, an old result says nothing any more. */
export function connectionKey(form: ServerForm): string {
  const { name: _name, ...rest } = inputOf(form);
  return JSON.stringify(rest);
}
