// Edits a server: the wizard's fields, its test, and what to do when someone else has saved in the meantime.
import { type ReactElement, useState } from "react";
import type { ProbeResult, Server } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { ErrorCallout, Failure, Skeleton } from "../../../components/panel";
import { ApiError } from "../../../lib/http";
import { refetch, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { readServer, type ServerAndTag } from "../api/read-server";
import { testConnection } from "../api/test-connection";
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { ConflictView } from "./conflict-view";
import { ConnectionFields } from "./connection-fields";
import { ProbeView } from "./probe-view";
import { refreshServers } from "./refresh-servers";
import { changesOf, connectionKey, faultsOf, formOf, inputOf, merged, ownLogin, type ServerForm } from "./server-form";
import { TestProgress } from "./test-progress";

/** The server is read when the dialog opens and kept as it was then: an edit is guarded by that version, not by a later one. */
export function EditServerDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const key = tenantKey("edit", server.id), [opened, setOpened] = useState<ServerAndTag>();
  const query = useQuery(opened ? null : key, async (signal) => {
    const read = await readServer(server.id, signal);
    setOpened(read);
    return read;
  }, { staleMs: 0 });
  if (opened) return <EditForm opened={opened} onClose={onClose} />;
  return (
    <Dialog
      title={`Edit ${server.name}`}
      wide
      onClose={onClose}
      actions={<button className="btn" type="button" onClick={onClose}>Cancel</button>}
    >
      {query.error ? <Failure what="The server did not load" error={query.error} retry={() => void refetch(key)} /> : <Skeleton lines={8} />}
    </Dialog>
  );
}

interface Tested {
  key: string;
  result: ProbeResult;
}

/** A test uses the stored password when the connection itself was not changed. */
function EditForm({ opened, onClose }: { opened: ServerAndTag; onClose: () => void }): ReactElement {
  const [base, setBase] = useState(opened), { server, etag } = base, before = formOf(server);
  const [form, setForm] = useState(before), [checked, setChecked] = useState(false), [tested, setTested] = useState<Tested>();
  const [theirs, setTheirs] = useState<ServerAndTag>(), [keep, setKeep] = useState<ReadonlySet<keyof ServerForm>>(new Set());
  const key = connectionKey(form), sameConnection = key === connectionKey(before), result = tested?.key === key ? tested.result : undefined;
  const sound = Object.keys(faultsOf(form)).length === 0;
  const needsPassword = !sameConnection && ownLogin(form) && form.password === "";
  const test = useAction(async () =>
    setTested({ key, result: sameConnection ? await testServer(server.id) : await testConnection(inputOf(form)) })
  );
  const save = useAction(async (from: ServerForm, to: ServerForm, tag: string | null) => {
    const changes = changesOf(from, to);
    if (Object.keys(changes).length > 0) {
      try {
        await updateServer(server.id, tag, changes);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "PRECONDITION_FAILED") throw error;
        setTheirs(await readServer(server.id));
        setKeep(new Set());
        return;
      }
      refreshServers();
      toast("Server changed", to.name.trim());
    }
    onClose();
  });
  if (theirs) {
    const other = formOf(theirs.server), next = merged(before, other, form, keep);
    return (
      <Dialog
        title={`${server.name} was changed in the meantime`}
        wide
        onClose={onClose}
        onSubmit={() => void save.run(other, next, theirs.etag)}
        actions={
          <>
            <button
              className="btn start"
              type="button"
              onClick={() => {
                setBase(theirs);
                setForm(next);
                setTheirs(undefined);
              }}
            >
              Back to the form
            </button>
            <button
              className="btn"
              type="button"
              onClick={() => {
                refreshServers();
                onClose();
              }}
            >
              Discard mine
            </button>
            <button className="btn primary" type="submit" aria-disabled={save.busy}>Save as chosen</button>
          </>
        }
      >
        <ConflictView was={before} theirs={other} mine={form} keep={keep} onKeep={setKeep} />
        <ErrorCallout error={save.error} title="The server was not changed." />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Edit ${server.name}`}
      wide
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (sound) void save.run(before, form, etag);
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
