import { type ReactElement, useState } from "react";
import { Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { changePassword } from "../api/change-password";
import { passwordFault } from "./password-rule";

export function PasswordDialog({ onClose }: { onClose: () => void }): ReactElement {
  const [current, setCurrent] = useState(""),
    [next, setNext] = useState(""),
    [again, setAgain] = useState(""),
    [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    await changePassword(current, next);
    toast("Password changed");
    onClose();
  });
  const faults = {
    current: current ? undefined : "Enter your present password",
    next: passwordFault(next),
    again: next === again ? undefined : "The two are not the same",
  };
  return (
    <Dialog
      title="Change your password"
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!faults.current && !faults.next && !faults.again) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Change password</button>
        </>
      }
    >
      <TextField
        label="Present password"
        type="password"
        autoComplete="current-password"
        value={current}
        onValue={setCurrent}
        fault={(checked ? faults.current : undefined) ?? action.fieldFaults.currentPassword}
      />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        value={next}
        onValue={setNext}
        hint="At least 12 characters"
        fault={(checked ? faults.next : undefined) ?? action.fieldFaults.newPassword}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        value={again}
        onValue={setAgain}
        fault={checked ? faults.again : undefined}
      />
      <ErrorCallout error={action.error} title="The password was not changed." />
    </Dialog>
  );
}
