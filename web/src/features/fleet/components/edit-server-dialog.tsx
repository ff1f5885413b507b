// Edits a server: the wizard's fields, its test, and what to do when someone else has saved in the meantime.
import { type ReactElement, useState } from "react";
import type { ProbeResult, Server } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { useCredentials } from "../api/list-credentials";
import { readServer, type ServerAndTag } from "../api/read-server";
import { testConnection } from "../api/test-connection";
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { ConflictDialog, OpenedDialog, useGuardedEdit, type Version } from "./conflict-dialog";
import { ConnectionFields } from "./connection-fields";
import { ProbeView } from "./probe-view";
import { refreshServers } from "./refresh-servers";
import { changesOf, connectionKey, faultsOf, formOf, inputOf, ownLogin, serverFields, type ServerForm } from "./server-form";
import { TestProgress } from "./test-progress";

export function EditServerDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  return (
    <OpenedDialog<ServerAndTag>
      title={`Edit ${server.name}`}
      failure="The server did not load"
      id={server.id}
      read={(signal) => readServer(server.id, signal)}
      wide
      onClose={onClose}
    >
      {(opened) => <EditForm opened={opened} onClose={onClose} />}
    </OpenedDialog>
  );
}

interface Tested {
  key: string;
  result: ProbeResult;
}

/** A test uses the stored password when the connection itself was not changed. */
function EditForm({ opened, onClose }: { opened: ServerAndTag; onClose: () => void }): ReactElement {
  const { server } = opened, [checked, setChecked] = useState(false), [tested, setTested] = useState<Tested>();
  const names = new Map((useCredentials().data ?? []).map((c) => [c.id, c.name]));
  const versionOf = ({ server: s, etag }: ServerAndTag): Version<ServerForm> => ({ form: formOf(s), etag });
  const edit = useGuardedEdit<ServerForm>({
    fields: serverFields(names),
    opened: versionOf(opened),
    read: async () => versionOf(await readServer(server.id)),
    write: async (from, to, tag) => {
      const changes = changesOf(from, to);
      if (Object.keys(changes).length > 0) await updateServer(server.id, tag, changes);
    },
    onSaved: (saved) => {
      refreshServers();
      toast("Server changed", saved.name.trim());
      onClose();
    },
  });
  const { form, setForm, save, base } = edit;
  const key = connectionKey(form), sameConnection = key === connectionKey(base.form), result = tested?.key === key ? tested.result : undefined;
  const sound = Object.keys(faultsOf(form)).length === 0;
  const needsPassword = !sameConnection && ownLogin(form) && form.password === "";
  const test = useAction(async () =>
    setTested({ key, result: sameConnection ? await testServer(server.id) : await testConnection(inputOf(form)) })
  );
  if (edit.clash) {
    return (
      <ConflictDialog
        edit={edit}
        name={server.name}
        noun="server"
        onDiscard={() => {
          refreshServers();
          onClose();
        }}
      />
    );
  }
  return (
    <Dialog
      title={`Edit ${server.name}`}
      wide
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (sound) edit.submit();
      }}
      actions={
        <>
          <button
            className="btn start"
            type="button"
            aria-disabled={test.busy || needsPassword}
            title={needsPassword ? "Type the password to test a changed connection" : undefined}
            onClick={() => {
              setChecked(true);
              if (sound && !needsPassword) void test.run();
            }}
          >
            <Icon name="plug" />Test connection
          </button>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={save.busy}>Save changes</button>
        </>
      }
    >
      <ConnectionFields form={form} onForm={setForm} checked={checked} refused={save.fieldFaults} hasPassword={server.hasPassword && !server.credential} />
      {test.busy && <TestProgress target={`${form.hostname}:${form.port}`} />}
      {result && <ProbeView result={result} username={form.username || null} serverName={form.name} />}
      <ErrorCallout error={test.error} title="The test could not run." />
      <ErrorCallout error={save.error} title="The server was not changed." />
    </Dialog>
  );
}
