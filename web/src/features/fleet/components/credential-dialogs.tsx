// Makes, renames and deletes a credential profile.
import { type ReactElement, useRef, useState } from "react";
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
import { changeCredential, createCredential, type CredentialAndTag, readCredential } from "../api/save-credential";
import type { FormField } from "./conflict";
import { ConflictDialog, OpenedDialog, useGuardedEdit, type Version } from "./conflict-dialog";
import { refreshServers } from "./refresh-servers";
import { engineChoices } from "./server-form";

interface Props {
  credential?: Credential;
  /** For a form that wants a new profile: its engine is given. */
  engine?: EngineKind;
  onClose: () => void;
  onMade?: (credential: Credential) => void;
}

interface CredentialForm {
  name: string;
  username: string;
  /** Only for a new one: the rotation changes it. */
  password: string;
}

const formOf = (credential?: Credential): CredentialForm => ({ name: credential?.name ?? "", username: credential?.username ?? "", password: "" });

const fields: readonly FormField<CredentialForm>[] = [
  { key: "name", name: "Name" },
  { key: "username", name: "Username" },
  { key: "password", name: "Password", secret: true },
];

export function CredentialDialog({ credential, engine, onClose, onMade }: Props): ReactElement {
  if (!credential) return <CredentialFormDialog opened={{ form: formOf(), etag: null }} engine={engine} onClose={onClose} onMade={onMade} />;
  return (
    <OpenedDialog<CredentialAndTag>
      title={`Edit ${credential.name}`}
      failure="The credential did not load"
      id={credential.id}
      read={(signal) => readCredential(credential.id, signal)}
      onClose={onClose}
    >
      {({ credential: now, etag }) => <CredentialFormDialog credential={now} opened={{ form: formOf(now), etag }} onClose={onClose} />}
    </OpenedDialog>
  );
}

interface FormProps {
  credential?: Credential;
  engine?: EngineKind | undefined;
  opened: Version<CredentialForm>;
  onClose: () => void;
  onMade?: ((credential: Credential) => void) | undefined;
}

function CredentialFormDialog({ credential, engine: given, opened, onClose, onMade }: FormProps): ReactElement {
  const [engine, setEngine] = useState<EngineKind>(credential?.engine ?? given ?? "sqlserver"), made = useRef<Credential>();
  const [checked, setChecked] = useState(false), windows = credential?.authType === "windows";
  const edit = useGuardedEdit<CredentialForm>({
    fields,
    opened,
    read: async () => {
      const { credential: now, etag } = await readCredential(credential?.id ?? "");
      return { form: formOf(now), etag };
    },
    write: async (from, to, etag) => {
      const name = to.name.trim(), username = to.username.trim();
      if (!credential) {
        made.current = await createCredential({ name, engine, authType: "sql", username, password: to.password });
        return;
      }
      const changes = { ...(name !== from.name ? { name } : {}), ...(!windows && username !== from.username ? { username } : {}) };
      if (Object.keys(changes).length > 0) await changeCredential(credential.id, etag, changes);
    },
    onSaved: async (saved) => {
      await refetch(credentialsKey());
      refreshServers();
      toast(credential ? "Credential changed" : "Credential made", saved.name.trim());
      onClose();
      if (made.current) onMade?.(made.current);
    },
  });
  const { form, setForm, save: action } = edit, { name, username, password } = form;
  const set = (change: Partial<CredentialForm>): void => setForm({ ...form, ...change });
  const faults = {
    name: name.trim() ? undefined : "Enter a name",
    username: windows || username.trim() ? undefined : "Enter the login",
    password: credential || password ? undefined : "Enter its password",
  };
  const sound = !faults.name && !faults.username && !faults.password, shown = checked ? faults : { name: undefined, username: undefined, password: undefined };
  if (credential && edit.clash) return <ConflictDialog edit={edit} name={credential.name} noun="credential" onDiscard={onClose} />;
  return (
    <Dialog
      title={credential ? `Edit ${credential.name}` : "New credential"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (sound) edit.submit();
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
        onValue={(text) => set({ name: text })}
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
          onValue={(text) => set({ username: text })}
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
          onValue={(text) => set({ password: text })}
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
