// The fields of a connection, for the wizard and for the edit dialog. A field is checked when it is left, not while typing.
import { type ReactElement, useState } from "react";
import { Callout } from "../../../components/bits";
import { CheckRow, TextField, SelectField } from "../../../components/field";
import { SignInFields } from "./sign-in-fields";
import { engineChoices, faultsOf, type FormFaults, type ServerForm, withEngine, withHostParts } from "./server-form";

interface Props {
  form: ServerForm;
  onForm: (form: ServerForm) => void;
  /** Show all faults, also of fields that were not visited. */
  checked: boolean;
  refused: Readonly<Record<string, string>>;
  /** A stored password: left empty, it stays. */
  hasPassword?: boolean;
}

export interface FieldProps {
  fault: string | undefined;
  onBlur: () => void;
}

export function ConnectionFields({ form, onForm, checked, refused, hasPassword = false }: Props): ReactElement {
  const [left, setLeft] = useState<ReadonlySet<keyof ServerForm>>(new Set());
  const faults: FormFaults = faultsOf(form);
  const common = (name: keyof ServerForm): FieldProps => ({
    fault: (checked || left.has(name) ? faults[name] : undefined) ?? refused[name],
    onBlur: () => setLeft((old) => new Set(old).add(name)),
  });
  const set = (changes: Partial<ServerForm>): void => onForm({ ...form, ...changes });
  const sqlServer = form.engine === "sqlserver", host = common("hostname");
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
        {...host}
        onBlur={() => {
          host.onBlur();
          onForm(withHostParts(form));
        }}
        autoComplete="off"
        spellCheck={false}
        hint={sqlServer ? "Name or address; host\\instance and host,port are taken apart" : "Name or address that DbTools can reach; host:port is taken apart"}
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
      {sqlServer && <Spellings />}
      <SignInFields form={form} onForm={onForm} common={common} hasPassword={hasPassword} />
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

const spellings: readonly (readonly [text: string, meaning: string])[] = [
  ["sql01", "the default instance, on the port beside"],
  ["sql01\\PROD", "the named instance PROD; its port is asked from SQL Server Browser (UDP 1434) unless the port is given too"],
  ["sql01,14330", "whatever listens on port 14330; an instance name is not needed then"],
  ["tcp:sql01,1433", "the same, as SQL Server Management Studio writes it"],
  ["10.20.2.24:1433", "an address with a port; IPv6 in brackets: [2001:db8::5]:1433"],
];

function Spellings(): ReactElement {
  return (
    <details className="span">
      <summary>All ways to write host and instance</summary>
      <dl className="kv spell">
        {spellings.map(([text, meaning]) => (
          <div key={text}>
            <dt className="mono">{text}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
