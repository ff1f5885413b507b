// The fields of a connection, for the wizard and for the edit dialog. A field is checked when it is left, not while typing.
import { type ReactElement, useState } from "react";
import { CheckRow, SelectField, TextField } from "../../../components/field";
import { Callout } from "../../../components/bits";
import { engineChoices, faultsOf, type FormFaults, type ServerForm, withEngine } from "./server-form";

interface Props {
  form: ServerForm;
  onForm: (form: ServerForm) => void;
  /** Show all faults, also of fields that were not visited. */
  checked: boolean;
  refused: Readonly<Record<string, string>>;
  /** A stored password: left empty, it stays. */
  hasPassword?: boolean;
}

export function ConnectionFields({ form, onForm, checked, refused, hasPassword = false }: Props): ReactElement {
  const [left, setLeft] = useState<ReadonlySet<keyof ServerForm>>(new Set());
  const faults: FormFaults = faultsOf(form);
  const common = (name: keyof ServerForm): { fault: string | undefined; onBlur: () => void } => ({
    fault: (checked || left.has(name) ? faults[name] : undefined) ?? refused[name],
    onBlur: () => setLeft((old) => new Set(old).add(name)),
  });
  const set = (changes: Partial<ServerForm>): void => onForm({ ...form, ...changes });
  const sqlServer = form.engine === "sqlserver";
  return (
    <div className="form2">
      <TextField
        label="Display name"
        value={form.name}
        onValue={(name) => set({ name })}
        {...common("name")}
        maxLength={100}
        autoComplete="off"
        hint="Unique in this tenant"
        data-autofocus
      />
      <SelectField
        label="Engine"
        value={form.engine}
        choices={engineChoices}
        onValue={(value) => onForm(withEngine(form, engineChoices.find(([key]) => key === value)?.[0] ?? "sqlserver"))}
      />
      <TextField
        label="Host"
        value={form.hostname}
        onValue={(hostname) => set({ hostname })}
        {...common("hostname")}
        autoComplete="off"
        spellCheck={false}
        hint={sqlServer ? "Name or address; host\\instance works too" : "Name or address that DbTools can reach"}
      />
      <div className="pair">
        <TextField
          label="Port"
          value={form.port}
          onValue={(port) => set({ port })}
          {...common("port")}
          inputMode="numeric"
          autoComplete="off"
        />
        {sqlServer
          ? (
            <TextField
              label="Instance"
              optional
              value={form.instanceName}
              onValue={(instanceName) => set({ instanceName })}
              {...common("instanceName")}
              autoComplete="off"
              spellCheck={false}
            />
          )
          : (
            <TextField
              label="Database"
              optional
              value={form.database}
              onValue={(database) => set({ database })}
              {...common("database")}
              autoComplete="off"
              spellCheck={false}
            />
          )}
      </div>
      {sqlServer && (
        <fieldset className="field span">
          <legend className="lbl">Sign-in</legend>
          <span className="row g3 h32">
            <label className="row">
              <input
                className="check"
                type="radio"
                name="authType"
                checked={form.authType === "sql"}
                onChange={() => set({ authType: "sql" })}
              />SQL Server authentication
            </label>
            <label className="row">
              <input
                className="check"
                type="radio"
                name="authType"
                checked={form.authType === "windows"}
                onChange={() => set({ authType: "windows" })}
              />Windows authentication
            </label>
          </span>
        </fieldset>
      )}
      {form.authType === "sql"
        ? (
          <>
            <TextField
              label="Username"
              value={form.username}
              onValue={(username) => set({ username })}
              {...common("username")}
              autoComplete="off"
              spellCheck={false}
              hint="A login of its own with few rights is best"
            />
            <TextField
              label="Password"
              type="password"
              value={form.password}
              onValue={(password) => set({ password })}
              {...common("password")}
              autoComplete="new-password"
              optional={hasPassword}
              hint={hasPassword ? "Left empty, the stored one stays" : "Stored encrypted, never shown again"}
            />
          </>
        )
        : <p className="hint span">DbTools signs in with the Kerberos ticket of the account that it runs under.</p>}
      <div className="span checks">
        <CheckRow label="Encrypt the connection" checked={form.encrypt} onChecked={(encrypt) => set({ encrypt })} />
        {form.encrypt && (
          <CheckRow
            label="Accept any certificate"
            checked={form.trustServerCertificate}
            onChecked={(trustServerCertificate) => set({ trustServerCertificate })}
            hint="Encrypted, but not verified: someone between could pose as the server"
          />
        )}
        {!form.encrypt && <Callout tone="warning" icon="shield-exclamation" title="The password and all readings travel in clear text." />}
      </div>
    </div>
  );
}
