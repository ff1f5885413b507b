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
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { BulkDialog, type BulkTask } from "./bulk-dialogs";
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

function TagsDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const [groupIds, setGroups] = useState<readonly string[]>(server.groups.map((g) => g.id)),
    [labels, setLabels] = useState<readonly string[]>(server.labels.map((l) => l.name));
  const action = useAction(async () => {
    await updateServer(server.id, null, { groupIds: [...groupIds], labels: [...labels] });
    refreshServers();
    toast("Groups and labels saved", server.name);
    onClose();
  });
  return (
    <Dialog
      title={`Groups and labels of ${server.name}`}
      onClose={onClose}
      onSubmit={() => void action.run()}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Save groups and labels</button>
        </>
      }
    >
      <TagFields groupIds={groupIds} onGroups={setGroups} labels={labels} onLabels={setLabels} />
      <ErrorCallout error={action.error} title="Groups and labels were not saved." />
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
