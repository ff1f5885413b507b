// The script that makes a login with few rights, shown before the first test: a DBA runs it, then the test passes.
import { type ReactElement, useEffect, useState } from "react";
import type { LoginScript } from "../../../api/model";
import { CheckRow, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout, Skeleton } from "../../../components/panel";
import { SqlScript } from "../../../components/sql-script";
import type { ApiError } from "../../../lib/http";
import { asApiError } from "../../../lib/use-action";
import { readLoginScript } from "../api/read-login-script";
import type { ServerForm } from "./server-form";

const typingMs = 400;

interface Props {
  form: ServerForm;
  /** Takes the login of the script, and a password that was made for it, into the form. */
  onTake: (username: string, password: string | null) => void;
}

export function LoginScriptPanel({ form, onTake }: Props): ReactElement {
  const [made, setMade] = useState(false), [account, setAccount] = useState(""), [state, setState] = useState<{ script?: LoginScript; error?: ApiError }>({});
  const windows = form.authType === "windows", username = (windows ? account : form.username).trim() || (windows ? "DOMAIN\\dbtools$" : "dbtools");
  const { engine, authType, database } = form;
  // A made password stays the same while the rest is typed; unticked and ticked again, there is a new one.
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      readLoginScript({ engine, authType, username, database: database.trim(), generatePassword: made && !windows }).then(
        (script) => {
          if (gone) return;
          setState({ script });
          if (script.password !== null) onTake(script.username, script.password);
        },
        (error: unknown) => {
          if (!gone) setState({ error: asApiError(error) });
        },
      );
    }, typingMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [engine, authType, username, database, made, windows]);
  const { script, error } = state;
  return (
    <details className="loginscript" open>
      <summary>No login for DbTools on this server yet? This script makes one with the least rights.</summary>
      <div className="col g3c">
        {windows
          ? (
            <TextField
              label="Windows account that DbTools runs under"
              value={account}
              onValue={setAccount}
              placeholder="DOMAIN\dbtools$"
              autoComplete="off"
              spellCheck={false}
              hint="Only for the script; it is not stored"
            />
          )
          : (
            <CheckRow
              label="Make a random password, and fill it in above"
              checked={made}
              onChecked={setMade}
              hint="It stands in the script once; DbTools stores it encrypted with the server"
            />
          )}
        {!script && !error && <Skeleton lines={4} />}
        {script && <SqlScript title="Login script" note="run as an administrator of the server" text={script.script} fileName="dbtools-login.sql" tall />}
        {script?.notes.map((note) => (
          <p key={note} className="hint row tops">
            <Icon name="info-circle" />
            <span>{note}</span>
          </p>
        ))}
        <ErrorCallout error={error} title="The login script did not load." />
      </div>
    </details>
  );
}
