// The page of a one-time link: of the first start, of an invitation, of a reset.
import { type ReactElement, useEffect, useState } from "react";
import type { SessionReply } from "../../../api/model";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { setPageTitle } from "../../../lib/title";
import { useAction } from "../../../lib/use-action";
import { setFirstPassword } from "../api/set-first-password";
import { passwordFault } from "./password-rule";
import { EntryFrame } from "./sign-in-page";

interface Props {
  token: string;
  onEntered: (reply: SessionReply) => Promise<void>;
  onSignIn: () => void;
}

export function SetupPage({ token, onEntered, onSignIn }: Props): ReactElement {
  const [password, setPassword] = useState(""), [again, setAgain] = useState(""), [checked, setChecked] = useState(false);
  useEffect(() => setPageTitle("Set your password"), []);
  const action = useAction(async () => {
    const reply = await setFirstPassword(token, password);
    if (reply?.csrfToken) await onEntered(reply);
    else onSignIn();
  });
  const short = passwordFault(password), differs = password === again ? undefined : "The two are not the same";
  return (
    <EntryFrame title="Set your password">
      <form
        className="panel sicard"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setChecked(true);
          if (!short && !differs) void action.run();
        }}
      >
        <p className="m2">With this one-time link you choose your password and sign in. It works once.</p>
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          autoFocus
          value={password}
          onValue={setPassword}
          hint="At least 12 characters"
          fault={(checked ? short : undefined) ?? action.fieldFaults.password}
        />
        <TextField
          label="New password again"
          type="password"
          autoComplete="new-password"
          value={again}
          onValue={setAgain}
          fault={checked ? differs : undefined}
        />
        {token === "" && <p className="err">The link has no token. Open it exactly as you got it.</p>}
        <ErrorCallout error={action.error} title="The password was not set." />
        <button className="btn primary lg wide" type="submit" aria-disabled={action.busy || token === ""}>Set password and sign in</button>
        <button className="btn ghost wide" type="button" onClick={onSignIn}>Sign in with a password instead</button>
      </form>
    </EntryFrame>
  );
}
