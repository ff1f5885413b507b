// The dialogs on one or several servers.
import { type ReactElement, useEffect, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import type { ProbeResult, Server } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { SelectField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { whileEnding } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { addToGroup } from "../api/add-to-group";
import { deleteServer } from "../api/delete-server";
import { readServer, type ServerAndTag } from "../api/read-server";
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { BulkDialog, type BulkTask } from "./bulk-dialogs";
import { ConflictDialog, OpenedDialog, useGuardedEdit, type Version } from "./conflict-dialog";
import { ConnectionStringDialog } from "./connection-string-dialog";
import { DeployDialog, type DeployTarget } from "./deploy-dialog";
import { EditServerDialog } from "./edit-server-dialog";
import { ProbeView } from "./probe-view";
import { refreshServers } from "./refresh-servers";
import { restore } from "./server-menu";
import { TagFields } from "./tag-fields";
import type { Targets } from "./targets";
import { TestProgress } from "./test-progress";

export type ServerTask =
  | { what: "test" | "edit" | "tags"; server: Server }
  | { what: "remove"; server: Server }
  | { what: "groups"; server: Server }
  | { what: "connection-string"; server: Server }
  | { what: "deploy"; target: DeployTarget; remove?: boolean }
  | { what: "bulk"; task: BulkTask; targets: Targets };

interface Props {
  task: ServerTask;
  onClose: () => void;
  onRemoved: () => void;
}

export function ServerDialogs({ task, onClose, onRemoved }: Props): ReactElement {
  switch (task.what) {
    case "test":
      return <TestDialog server={task.server} onClose={onClose} />;
    case "edit":
      return <EditServerDialog server={task.server} onClose={onClose} />;
    case "tags":
      return <TagsDialog server={task.server} onClose={onClose} />;
    case "remove":
      return <RemoveDialog server={task.server} onClose={onClose} onRemoved={onRemoved} />;
    case "groups":
      return <GroupDialog server={task.server} onClose={onClose} />;
    case "connection-string":
      return <ConnectionStringDialog server={task.server} onClose={onClose} />;
    case "deploy":
      return <DeployDialog target={task.target} remove={task.remove ?? false} onClose={onClose} />;
    case "bulk":
      return <BulkDialog task={task.task} targets={task.targets} onClose={onClose} onRemoved={onRemoved} />;
  }
}

function TestDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const [result, setResult] = useState<ProbeResult>();
  const action = useAction(async () => {
    setResult(undefined);
    setResult(await testServer(server.id));
  });
  useEffect(() => void action.run(), [action.run]);
  return (
    <Dialog
      title={`Test ${server.name}`}
      wide
      onClose={onClose}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Close</button>
          <button className="btn primary" type="button" aria-disabled={action.busy} onClick={() => void action.run()}>
            <Icon name="arrow-repeat" />Test again
          </button>
        </>
      }
    >
      {action.busy && <TestProgress target={`${server.hostname}:${server.port}`} />}
      {result && <ProbeView result={result} username={server.username} serverName={server.name} />}
      <ErrorCallout error={action.error} title="The test could not run." />
    </Dialog>
  );
}

interface TagForm {
  groupIds: readonly string[];
  labels: readonly string[];
}

/** Groups that a filter fills are not chosen here: a save neither sends nor changes them. */
const tagsOf = ({ server, etag }: ServerAndTag): Version<TagForm> => ({
  form: { groupIds: server.groups.filter((g) => !g.dynamic).map((g) => g.id), labels: server.labels.map((l) => l.name) },
  etag,
});

function TagsDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  return (
    <OpenedDialog<ServerAndTag>
      title={`Groups and labels of ${server.name}`}
      failure="The server did not load"
      id={server.id}
      read={(signal) => readServer(server.id, signal)}
      onClose={onClose}
    >
      {(opened) => <TagsForm server={server} opened={tagsOf(opened)} onClose={onClose} />}
    </OpenedDialog>
  );
}

function TagsForm({ server, opened, onClose }: { server: Server; opened: Version<TagForm>; onClose: () => void }): ReactElement {
  const groups = new Map((useGroups().data ?? []).map((g) => [g.id, g.name]));
  const named = (ids: unknown): string => (Array.isArray(ids) ? ids.map((id) => groups.get(String(id)) ?? "a group").sort().join(", ") : "") || "–";
  const edit = useGuardedEdit<TagForm>({
    fields: [{ key: "groupIds", name: "Groups", word: named }, { key: "labels", name: "Labels" }],
    opened,
    read: async () => tagsOf(await readServer(server.id)),
    write: async (from, to, etag) => {
      const changed = (name: keyof TagForm): boolean => [...from[name]].sort().join("\n") !== [...to[name]].sort().join("\n");
      const body = { ...(changed("groupIds") ? { groupIds: [...to.groupIds] } : {}), ...(changed("labels") ? { labels: [...to.labels] } : {}) };
      if (Object.keys(body).length > 0) await updateServer(server.id, etag, body);
    },
    onSaved: () => {
      refreshServers();
      toast("Groups and labels saved", server.name);
      onClose();
    },
  });
  const { form, setForm, save } = edit;
  if (edit.clash) return <ConflictDialog edit={edit} name={server.name} noun="server" onDiscard={onClose} />;
  return (
    <Dialog
      title={`Groups and labels of ${server.name}`}
      onClose={onClose}
      onSubmit={edit.submit}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={save.busy}>Save groups and labels</button>
        </>
      }
    >
      <TagFields
        groupIds={form.groupIds}
        onGroups={(groupIds) => setForm({ ...form, groupIds })}
        labels={form.labels}
        onLabels={(labels) => setForm({ ...form, labels })}
      />
      <ErrorCallout error={save.error} title="Groups and labels were not saved." />
    </Dialog>
  );
}

function RemoveDialog({ server, onClose, onRemoved }: { server: Server; onClose: () => void; onRemoved: () => void }): ReactElement {
  const action = useAction(async () => {
    await whileEnding(server.id, async () => {
      await deleteServer(server.id);
      onRemoved();
      onClose();
    });
    refreshServers();
    toast("Server removed", server.name, "healthy", { label: "Undo", onSelect: () => void restore(server) });
  });
  return (
    <ConfirmDialog
      title={`Remove ${server.name}?`}
      verb="Remove server"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        Collection stops now. For 30 days the removal can be undone, and metrics stay until their retention ends. Nothing changes on the
        server itself.
      </p>
      <ErrorCallout error={action.error} title="The server was not removed." />
    </ConfirmDialog>
  );
}

function GroupDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const all = useGroups().data ?? [], groups = all.filter((g) => !server.groups.some((s) => s.id === g.id));
  const [chosen, setChosen] = useState(""), groupId = chosen || groups[0]?.id || "";
  const action = useAction(async () => {
    await addToGroup(groupId, [server.id]);
    refreshServers();
    toast("Added to group", `${server.name} is in ${groups.find((g) => g.id === groupId)?.name ?? "the group"}.`);
    onClose();
  });
  return (
    <Dialog
      title={`Add ${server.name} to a group`}
      onClose={onClose}
      onSubmit={() => {
        if (groupId) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy || !groupId}>Add to group</button>
        </>
      }
    >
      {groups.length > 0
        ? (
          <SelectField
            label="Group"
            value={groupId}
            choices={groups.map((g) => [g.id, `${g.name} (${g.serverCount})`])}
            onValue={setChosen}
          />
        )
        : <p className="m2">{all.length > 0 ? "It is in every group already." : "There are no groups yet. The Groups page makes them."}</p>}
      <ErrorCallout error={action.error} title="The server was not added." />
    </Dialog>
  );
}
