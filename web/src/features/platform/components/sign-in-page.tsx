import { type ReactElement, type ReactNode, useEffect, useState } from "react";
import type { SessionReply } from "../../../api/model";
import { Callout } from "../../../components/bits";
import { TextField } from "../../../components/field";
import { Logo } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { setPageTitle } from "../../../lib/title";
import { useAction } from "../../../lib/use-action";
import { signIn } from "../api/sign-in";

export function SignInPage({ note, onEntered }: { note: string; onEntered: (reply: SessionReply) => Promise<void> }): ReactElement {
  const [email, setEmail] = useState(""),
    [password, setPassword] = useState(""),
    [missing, setMissing] = useState<Record<string, string>>({});
  const action = useAction(async () => onEntered(await signIn(email.trim(), password)));
  useEffect(() => setPageTitle("Sign in"), []);
  const submit = (): void => {
    const faults: Record<string, string> = {};
    if (!email.trim()) faults.email = "Enter your email address";
    if (!password) faults.password = "Enter your password";
    setMissing(faults);
    if (Object.keys(faults).length === 0) void action.run();
  };
  const wait = action.error?.retryAfterSeconds;
  return (
    <EntryFrame title="Sign in to DbTools">
      <form
        className="panel sicard"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {note && <Callout tone="info" icon="info-circle-fill" title={note} />}
        <TextField label="Email" type="email" autoComplete="username" autoFocus value={email} onValue={setEmail} fault={missing.email} />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onValue={setPassword}
          fault={missing.password}
        />
        <ErrorCallout error={action.error} title={wait ? `Too many attempts. Try again in ${wait} s.` : "You are not signed in."} />
        <button className="btn primary lg wide" type="submit" aria-disabled={action.busy}>{action.busy ? "Signing in" : "Sign in"}</button>
        <p className="hint tc">Forgot your password? Ask your tenant administrator for a new one.</p>
      </form>
      <p className="hint tc sifoot">{window.location.host}</p>
    </EntryFrame>
  );
}

export function EntryFrame({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <div className="signin">
      <main id="main" className="sibox">
        <div className="sihead">
          <Logo />
          <h1>{title}</h1>
        </div>
        {children}
      </main>
    </div>
  );
}
