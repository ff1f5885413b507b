// What a deployment of the monitoring objects asks: where they go, and with which login.
import type { ReactElement } from "react";
import type { DeployRequest, EngineKind } from "../../../api/model";
import { CheckRow, TextField } from "../../../components/field";

export interface DeployForm {
  database: string;
  createDatabase: boolean;
  otherLogin: boolean;
  username: string;
  password: string;
}

export const emptyDeployForm: DeployForm = { database: "", createDatabase: true, otherLogin: false, username: "", password: "" };

const systemDatabases = ["master", "model", "msdb", "tempdb"];

export function deployFault(form: DeployForm, engine: EngineKind | null): string | undefined {
  if (engine !== "postgresql" && systemDatabases.includes(form.database.trim().toLowerCase())) {
    return `${form.database.trim()} belongs to SQL Server: objects in it are lost or in the way on upgrades. Use a database of their own, such as DbTools.`;
  }
  if (form.otherLogin && (!form.username.trim() || !form.password)) return "Enter the login and its password";
  return undefined;
}

export function deployBody(form: DeployForm): DeployRequest {
  return {
    ...(form.database.trim() ? { database: form.database.trim(), createDatabase: form.createDatabase } : {}),
    ...(form.otherLogin ? { credential: { username: form.username.trim(), password: form.password } } : {}),
  };
}

const places: Readonly<Record<EngineKind, readonly [placeholder: string, hint: string]>> = {
  sqlserver: ["DbTools", "Empty: a database DbTools, made if it is missing. The schema in it is DbTools."],
  postgresql: ["the monitored one", "Empty: the database that is monitored through. The schema is dbtools."],
  mysql: ["dbtools", "Empty: a schema of its own, dbtools."],
};

/** `engine` is null for several servers of different engines. */
export function DeployFields(
  { form, onForm, engine, checked }: { form: DeployForm; onForm: (form: DeployForm) => void; engine: EngineKind | null; checked: boolean },
): ReactElement {
  const set = (changes: Partial<DeployForm>): void => onForm({ ...form, ...changes });
  const [placeholder, hint] = engine ? places[engine] : ["each engine's own", "Empty: DbTools on SQL Server, dbtools on PostgreSQL and MySQL."];
  // A place that will not do is said at once; a login that is not typed yet only when the reader goes on.
  const fault = deployFault(form, engine), placeFault = fault && !fault.startsWith("Enter") ? fault : undefined;
  return (
    <div className="col g3c">
      <TextField
        label="Database"
        optional
        value={form.database}
        onValue={(database) => set({ database })}
        placeholder={placeholder}
        hint={hint}
        fault={placeFault}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
      />
      {engine !== "postgresql" && form.database.trim() !== "" && (
        <CheckRow
          label="Make the database if it is missing"
          checked={form.createDatabase}
          onChecked={(createDatabase) => set({ createDatabase })}
        />
      )}
      <CheckRow
        label="Use another login for this deployment"
        checked={form.otherLogin}
        onChecked={(otherLogin) => set({ otherLogin })}
        hint="One that may make objects. It is used once and not kept; the monitoring login needs no more rights than before."
      />
      {form.otherLogin && (
        <div className="form2">
          <TextField
            label="Deployment login"
            value={form.username}
            onValue={(username) => set({ username })}
            autoComplete="off"
            spellCheck={false}
            fault={checked && fault && !placeFault && !form.username.trim() ? "Enter the login" : undefined}
          />
          <TextField
            label="Its password"
            type="password"
            value={form.password}
            onValue={(password) => set({ password })}
            autoComplete="new-password"
            fault={checked && fault && !placeFault && !form.password ? "Enter the password" : undefined}
          />
        </div>
      )}
    </div>
  );
}

/** What a deployment puts on a server, in words. */
export function DeployExplained({ engine }: { engine: EngineKind | null }): ReactElement {
  const what = engine === "postgresql"
    ? "functions, a settings table and a version table in the schema dbtools"
    : engine === "mysql"
    ? "procedures, a settings table and a version table in a schema of their own"
    : engine === "sqlserver"
    ? "a stored procedure for each kind of reading, a settings table and a version table in the schema DbTools"
    : "procedures or functions for each kind of reading, a settings table and a version table in a schema of their own";
  return (
    <p className="m2">
      A deployment installs {what}. Collection then calls them; without them it sends the same queries directly, with the same results.
      Running it again changes nothing, and it can be removed without a trace.
    </p>
  );
}
