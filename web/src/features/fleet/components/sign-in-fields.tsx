// How DbTools signs in to a server: a login of its own, a shared credential profile, or the Windows account that it runs under.
import { type ReactElement, useState } from "react";
import { SelectField, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { plural } from "../../../lib/format";
import { useCredentials } from "../api/list-credentials";
import type { FieldProps } from "./connection-fields";
import { CredentialDialog } from "./credential-dialogs";
import type { ServerForm } from "./server-form";

interface Props {
  form: ServerForm;
  onForm: (form: ServerForm) => void;
  common: (name: keyof ServerForm) => FieldProps;
  hasPassword: boolean;
}

type Way = "own" | "profile" | "windows";

export function SignInFields({ form, onForm, common, hasPassword }: Props): ReactElement {
  const all = useCredentials(), profiles = (all.data ?? []).filter((c) => c.engine === form.engine && c.authType === "sql");
  const [making, setMaking] = useState(false), [wantsProfile, setWants] = useState(form.credentialId !== "");
  const way: Way = form.authType === "windows" ? "windows" : form.credentialId !== "" || wantsProfile ? "profile" : "own";
  const set = (changes: Partial<ServerForm>): void => onForm({ ...form, ...changes });
  const choose = (to: Way): void => {
    setWants(to === "profile");
    set({ authType: to === "windows" ? "windows" : "sql", credentialId: to === "profile" ? profiles[0]?.id ?? "" : "" });
  };
  const radio = (value: Way, text: string): ReactElement => (
    <label className="row">
      <input className="check" type="radio" name="authType" checked={way === value} onChange={() => choose(value)} />
      {text}
    </label>
  );
  return (
    <>
      <fieldset className="field span">
        <legend className="lbl">Sign-in</legend>
        <span className="row g3 w h32">
          {radio("own", form.engine === "sqlserver" ? "SQL Server authentication" : "Login of its own")}
          {radio("profile", "Shared credential")}
          {form.engine === "sqlserver" && radio("windows", "Windows authentication")}
        </span>
      </fieldset>
      {way === "own" && (
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
      )}
      {way === "profile" && (
        <div className="span row tops">
          {profiles.length > 0
            ? (
              <SelectField
                className="grow"
                label="Credential"
                value={form.credentialId}
                choices={profiles.map((c) => [c.id, `${c.name} (${c.username ?? "no username"}, ${plural(c.serverCount, "server")})`])}
                onValue={(credentialId) => set({ credentialId })}
                hint="When its password changes, it is changed in one place"
              />
            )
            : (
              <p className="m2 grow">
                {all.data ? "There is no credential profile for this engine yet." : all.error ? `Credentials did not load (${all.error.code}).` : "Loading credentials"}
              </p>
            )}
          <button className={`btn ${profiles.length > 0 ? "low" : ""}`} type="button" onClick={() => setMaking(true)}>
            <Icon name="plus-lg" />New credential
          </button>
          {form.credentialId === "" && common("username").fault && <span className="err">Choose or make a credential</span>}
        </div>
      )}
      {way === "windows" && (
        <div className="span hint">
          <p>
            DbTools signs in with the Kerberos ticket of the account that it runs under, through the ODBC driver; no password is stored. The
            machine needs a ticket (kinit or a keytab that is renewed), the server a service name (MSSQLSvc/host:port), and the account a login
            on the server. If there is no ticket, the test says so.
          </p>
        </div>
      )}
      {making && (
        <CredentialDialog
          engine={form.engine}
          onClose={() => setMaking(false)}
          onMade={(c) => set({ authType: "sql", credentialId: c.id })}
        />
      )}
    </>
  );
}
