// Rotates a credential: the new password is tried on all servers first, each says what it finds, then it is stored once.
import { type ReactElement, useState } from "react";
import type { Credential, Operation } from "../../../api/model";
import { isRunning, useOperation } from "../../../api/read-operation";
import { listOperationItems } from "../../../api/list-operation-items";
import { Callout } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { CheckRow, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { countsText, OperationProgress, WorkStatus } from "../../../components/operation-status";
import { ErrorCallout } from "../../../components/panel";
import { count, plural } from "../../../lib/format";
import { refetch, useQuery } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { tenantKey } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { credentialsKey } from "../api/list-credentials";
import { rotateCredential } from "../api/rotate-credential";
import { type CredentialAndTag, readCredential } from "../api/save-credential";
import { testCredential } from "../api/test-credential";
import type { FormField } from "./conflict";
import { ConflictDialog, OpenedDialog, useGuardedEdit, type Version } from "./conflict-dialog";
import { refreshServers } from "./refresh-servers";

/** As many servers as the dialog lists; failures come first, and the operation's page has all. */
const resultsMax = 200;

interface Rotation {
  username: string;
  password: string;
}

const fields: readonly FormField<Rotation>[] = [
  { key: "username", name: "Username" },
  { key: "password", name: "Password", secret: true },
];

const versionOf = ({ credential, etag }: CredentialAndTag): Version<Rotation> => ({
  form: { username: credential.username ?? "", password: "" },
  etag,
});

export function RotateDialog({ credential, onClose }: { credential: Credential; onClose: () => void }): ReactElement {
  return (
    <OpenedDialog<CredentialAndTag>
      title={`Rotate ${credential.name}`}
      failure="The credential did not load"
      id={credential.id}
      read={(signal) => readCredential(credential.id, signal)}
      wide
      onClose={onClose}
    >
      {(opened) => <RotateForm opened={opened} onClose={onClose} />}
    </OpenedDialog>
  );
}

function RotateForm({ opened, onClose }: { opened: CredentialAndTag; onClose: () => void }): ReactElement {
  const { credential } = opened, [checked, setChecked] = useState(false);
  const edit = useGuardedEdit<Rotation>({
    fields,
    opened: versionOf(opened),
    read: async () => versionOf(await readCredential(credential.id)),
    write: async (from, to, etag) => {
      await rotateCredential(credential.id, etag, bodyOf(from, to));
    },
    onSaved: async () => {
      await refetch(credentialsKey());
      refreshServers();
      toast("Credential rotated", `${credential.name}: ${plural(credential.serverCount, "server")} use it from the next collection on.`);
      onClose();
    },
  });
  const { form, setForm, save: store, base } = edit, { username, password } = form;
  const [tested, setTested] = useState<{ key: string; operation: Operation }>(), [anyway, setAnyway] = useState(false);
  const key = JSON.stringify([username, password]), current = tested?.key === key ? tested.operation : undefined;
  const operation = useOperation(current?.id ?? null).data ?? current, none = credential.serverCount === 0;
  const passed = none || (operation !== undefined && operation.status === "succeeded"), ended = operation !== undefined && !isRunning(operation);
  const test = useAction(async () => {
    setAnyway(false);
    setTested({ key, operation: await testCredential(credential.id, bodyOf(base.form, form)) });
  });
  const mayStore = password !== "" && username.trim() !== "" && (passed || (anyway && ended));
  // What both chose is tried again before it is stored: the comparison leads back to the form.
  if (edit.clash) return <ConflictDialog edit={edit} name={credential.name} noun="credential" reviewed onDiscard={onClose} />;
  return (
    <Dialog
      title={`Rotate ${credential.name}`}
      wide
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!password || !username.trim()) return;
        if (mayStore) edit.submit();
        else if (!none && (!operation || ended)) void test.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          {!none && (
            <button
              className={`btn ${mayStore ? "" : "primary"}`}
              type={mayStore ? "button" : "submit"}
              aria-disabled={test.busy || (operation !== undefined && !ended)}
              onClick={() => {
                if (mayStore) void test.run();
              }}
            >
              <Icon name="plug" />
              {ended ? "Test again" : `Test on ${plural(credential.serverCount, "server")} first`}
            </button>
          )}
          <button
            className={`btn ${mayStore ? "primary" : ""}`}
            type={mayStore || none ? "submit" : "button"}
            aria-disabled={!mayStore || store.busy}
            title={mayStore ? undefined : none ? "Enter the new password" : "Test it on all servers first"}
          >
            Store new password
          </button>
        </>
      }
    >
      <p className="m2">
        Change the password on the servers first, then here. Collection uses the new one from the next cycle on; history is not touched.
      </p>
      <div className="form2">
        <TextField
          label="Username"
          value={username}
          onValue={(text) => setForm({ ...form, username: text })}
          maxLength={128}
          autoComplete="off"
          spellCheck={false}
          fault={checked && !username.trim() ? "Enter the login" : undefined}
        />
        <TextField
          label="New password"
          type="password"
          value={password}
          onValue={(text) => setForm({ ...form, password: text })}
          maxLength={200}
          autoComplete="new-password"
          data-autofocus
          fault={(checked && !password ? "Enter the new password" : undefined) ?? store.fieldFaults.password}
        />
      </div>
      {operation && <Results operation={operation} />}
      {ended && !passed && (
        <>
          <Callout tone="warning" icon="exclamation-triangle-fill" title="Not every server takes it.">
            Servers that do not will be offline until they take the stored password.
          </Callout>
          <CheckRow label="Store it all the same" checked={anyway} onChecked={setAnyway} />
        </>
      )}
      <ErrorCallout error={test.error} title="The test could not run. Nothing was stored." />
      <ErrorCallout error={store.error} title="The new password was not stored." />
    </Dialog>
  );
}

/** A name that stays is not sent. */
function bodyOf(from: Rotation, to: Rotation): { username?: string; password: string } {
  return { ...(to.username.trim() !== from.username ? { username: to.username.trim() } : {}), password: to.password };
}

/** Tries the stored secret on all servers of the profile. */
export function TestCredentialDialog({ credential, onClose }: { credential: Credential; onClose: () => void }): ReactElement {
  const [begun, setBegun] = useState<Operation>(), operation = useOperation(begun?.id ?? null).data ?? begun;
  const test = useAction(async () => setBegun(await testCredential(credential.id, {})));
  return (
    <Dialog
      title={`Test ${credential.name}`}
      wide
      onClose={onClose}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Close</button>
          <button
            className="btn primary"
            type="button"
            aria-disabled={test.busy || (operation !== undefined && isRunning(operation))}
            onClick={() => {
              if (!operation || !isRunning(operation)) void test.run();
            }}
          >
            <Icon name="plug" />
            {operation ? "Test again" : `Test on ${plural(credential.serverCount, "server")}`}
          </button>
        </>
      }
    >
      <p className="m2">The stored login is tried on each server that uses this profile. Nothing is changed.</p>
      {operation && <Results operation={operation} />}
      <ErrorCallout error={test.error} title="The test could not run." />
    </Dialog>
  );
}

/** What each server says, failures first. */
function Results({ operation }: { operation: Operation }): ReactElement {
  const items = useQuery(tenantKey("operation-items", operation.id, "results"), async (signal) => {
    const failed = await listOperationItems(operation.id, ["failed"], null, resultsMax, signal);
    const others = await listOperationItems(operation.id, ["succeeded", "skipped", "running", "pending", "stopped"], null, resultsMax, signal);
    return [...failed.rows, ...others.rows].slice(0, resultsMax);
  }, { poll: true, pollMs: () => (isRunning(operation) ? 2_000 : null) });
  const rest = operation.progress.total - (items.data?.length ?? 0);
  return (
    <div className="col g3c">
      <div className="row">
        <WorkStatus status={operation.status} pill />
        <span className="m2" role="status">{countsText(operation)}</span>
      </div>
      <OperationProgress operation={operation} />
      <div className="tblbox sx results" tabIndex={0} role="region" aria-label="Result of each server">
        <table className="tbl xd" aria-label="Result of each server">
          <thead>
            <tr>
              <th>Server</th>
              <th>Result</th>
              <th>Message</th>
            </tr>
          </thead>
          <tbody>
            {(items.data ?? []).map((i) => (
              <tr key={i.position}>
                <td>{i.name}</td>
                <td>
                  <WorkStatus status={i.status} />
                </td>
                <td className="m2 wrapc">{i.message ?? i.errorCode ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest > 0 && items.data && (
        <p className="hint">
          {count(rest)} more: <Link href={`/operations/${operation.id}`}>all results</Link>
        </p>
      )}
    </div>
  );
}
