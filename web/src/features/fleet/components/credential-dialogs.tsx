// Makes, renames and deletes a credential profile.
import { type ReactElement, useState } from "react";
import type { Credential, EngineKind } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { SelectField, TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { deleteCredential } from "../api/delete-credential";
import { credentialsKey } from "../api/list-credentials";
import { changeCredential, createCredential, readCredential } from "../api/save-credential";
import { refreshServers } from "./refresh-servers";
import { engineChoices } from "./server-form";

interface Props {
  credential?: Credential;
  /** For a form that wants a new profile: its engine is given. */
  engine?: EngineKind;
  onClose: () => void;
  onMade?: (credential: Credential) => void;
}

export function CredentialDialog({ credential, engine: given, onClose, onMade }: Props): ReactElement {
  const [name, setName] = useState(credential?.name ?? ""), [username, setUsername] = useState(credential?.username ?? "");
  const [engine, setEngine] = useState<EngineKind>(credential?.engine ?? given ?? "sqlserver"), [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false), windows = credential?.authType === "windows";
  const faults = {
    name: name.trim() ? undefined : "Enter a name",
    username: windows || username.trim() ? undefined : "Enter the login",
    password: credential || password ? undefined : "Enter its password",
  };
  const sound = !faults.name && !faults.username && !faults.password, shown = checked ? faults : { name: undefined, username: undefined, password: undefined };
  const action = useAction(async () => {
    const saved = credential
      ? await changeCredential(credential.id, (await readCredential(credential.id)).etag, {
        name: name.trim(),
        ...(windows ? {} : { username: username.trim() }),
      })
      : await createCredential({ name: name.trim(), engine, authType: "sql", username: username.trim(), password });
    await refetch(credentialsKey());
    refreshServers();
    toast(credential ? "Credential changed" : "Credential made", saved.name);
    onClose();
    if (!credential) onMade?.(saved);
  });
  return (
    <Dialog
      title={credential ? `Edit ${credential.name}` : "New credential"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (sound) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{credential ? "Save changes" : "Make credential"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={shown.name ?? action.fieldFaults.name}
        hint="Unique in this tenant, such as “Monitoring login EU”"
      />
      {!credential && !given && (
        <SelectField
          label="Engine"
          value={engine}
          choices={engineChoices}
          onValue={(value) => setEngine(engineChoices.find(([key]) => key === value)?.[0] ?? "sqlserver")}
        />
      )}
      {!windows && (
        <TextField
          label="Username"
          value={username}
          onValue={setUsername}
          maxLength={128}
          autoComplete="off"
          spellCheck={false}
          fault={shown.username ?? action.fieldFaults.username}
          hint={credential && credential.serverCount > 0
            ? `${plural(credential.serverCount, "server")} use a changed name from the next collection on`
            : "A login of its own with few rights is best"}
        />
      )}
      {!credential && (
        <TextField
          label="Password"
          type="password"
          value={password}
          onValue={setPassword}
          maxLength={200}
          autoComplete="new-password"
          fault={shown.password ?? action.fieldFaults.password}
          hint="Stored encrypted, never shown again"
        />
      )}
      <ErrorCallout error={action.error} title={credential ? "The credential was not changed." : "The credential was not made."} />
    </Dialog>
  );
}

export function DeleteCredentialDialog({ credential, onClose }: { credential: Credential; onClose: () => void }): ReactElement {
  const used = credential.serverCount > 0;
  const action = useAction(async () => {
    await deleteCredential(credential.id);
    await refetch(credentialsKey());
    toast("Credential deleted", credential.name);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Delete ${credential.name}?`}
      verb="Delete credential"
      danger
      busy={action.busy}
      blocked={used ? "Servers use it" : undefined}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        {used
          ? (
            <>
              <Link href={`/servers?credential=${credential.id}`}>{plural(credential.serverCount, "server")}</Link> sign in with it. Give them
              another login first; then it can be deleted.
            </>
          )
          : "No server uses it. The stored password goes with it."}
      </p>
      <ErrorCallout error={action.error} title="The credential was not deleted." />
    </ConfirmDialog>
  );
}
