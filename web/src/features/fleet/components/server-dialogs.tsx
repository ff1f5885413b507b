// The dialogs on one or several servers.
import { type ReactElement, useEffect, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import type { ProbeResult, Server } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { SelectField, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { invalidate } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { asApiError, useAction } from "../../../lib/use-action";
import { addLabels } from "../api/add-labels";
import { addToGroup } from "../api/add-to-group";
import { deleteServer } from "../api/delete-server";
import { restoreServer } from "../api/restore-server";
import { startCollection } from "../api/start-collection";
import { stopCollection } from "../api/stop-collection";
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { forEachServer } from "./for-each-server";
import { EditServerDialog } from "./edit-server-dialog";
import { ProbeView } from "./probe-view";
import { LabelInput, TagFields } from "./tag-fields";
import { TestProgress } from "./test-progress";

export type ServerTask =
  | { what: "test" | "edit" | "tags"; server: Server }
  | { what: "remove" | "label" | "group" | "pause" | "start"; servers: readonly Server[] };

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
      return <RemoveDialog servers={task.servers} onClose={onClose} onRemoved={onRemoved} />;
    case "label":
      return <LabelDialog servers={task.servers} onClose={onClose} />;
    case "group":
      return <GroupDialog servers={task.servers} onClose={onClose} />;
    case "pause":
    case "start":
      return <CollectionDialog servers={task.servers} on={task.what === "start"} onClose={onClose} />;
  }
}

export function refreshServers(): void {
  for (const part of ["servers", "health", "groups", "labels", "activity"]) invalidate(tenantKey(part));
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

function RemoveDialog(
  { servers, onClose, onRemoved }: { servers: readonly Server[]; onClose: () => void; onRemoved: () => void },
): ReactElement {
  const [typed, setTyped] = useState(""), one = servers.length === 1 ? servers[0] : undefined, phrase = plural(servers.length, "server");
  const action = useAction(async () => {
    await forEachServer(servers, (s) => deleteServer(s.id), "removed");
    // The page of a removed server is left first: it has nothing more to ask.
    onRemoved();
    onClose();
    refreshServers();
    toast(one ? "Server removed" : `${phrase} removed`, one?.name ?? "", "healthy", {
      label: "Undo",
      onSelect: () => void restore(servers),
    });
  });
  return (
    <ConfirmDialog
      title={one ? `Remove ${one.name}?` : `Remove ${phrase}?`}
      verb={one ? "Remove server" : "Remove servers"}
      danger
      busy={action.busy}
      blocked={one || typed === phrase ? undefined : `Type ${phrase} first`}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        Collection stops now. For 30 days the removal can be undone, and metrics stay until their retention ends. Nothing changes on{" "}
        {one ? "the server itself" : "the servers themselves"}.
      </p>
      {!one && (
        <TextField
          label={
            <>
              Type <b>{phrase}</b> to confirm
            </>
          }
          value={typed}
          onValue={setTyped}
          autoComplete="off"
        />
      )}
      <ErrorCallout error={action.error} title={one ? "The server was not removed." : "Not all servers were removed."} />
    </ConfirmDialog>
  );
}

/** Undo: the servers come back with their groups, labels and metrics. */
async function restore(servers: readonly Server[]): Promise<void> {
  try {
    await forEachServer(servers, async (s) => void await restoreServer(s.id), "restored");
    toast(servers.length === 1 ? "Server restored" : `${plural(servers.length, "server")} restored`, servers[0]?.name ?? "");
  } catch (error) {
    const { message, code, requestId } = asApiError(error);
    toast("Not restored", `${message} (${code} ${requestId})`, "critical");
  }
  refreshServers();
}

function LabelDialog({ servers, onClose }: { servers: readonly Server[]; onClose: () => void }): ReactElement {
  const [labels, setLabels] = useState<readonly string[]>([]);
  const action = useAction(async () => {
    await forEachServer(servers, (s) => addLabels(s.id, labels), "labelled");
    refreshServers();
    toast("Labels added", plural(servers.length, "server"));
    onClose();
  });
  return (
    <Dialog
      title={`Label ${plural(servers.length, "server")}`}
      onClose={onClose}
      onSubmit={() => {
        if (labels.length > 0) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button
            className="btn primary"
            type="submit"
            aria-disabled={action.busy || labels.length === 0}
            title={labels.length === 0 ? "Enter a label first" : undefined}
          >
            Add labels
          </button>
        </>
      }
    >
      <LabelInput labels={labels} onLabels={setLabels} />
      <ErrorCallout error={action.error} title="Not all servers were labelled." />
    </Dialog>
  );
}

function GroupDialog({ servers, onClose }: { servers: readonly Server[]; onClose: () => void }): ReactElement {
  const groups = useGroups().data ?? [], [chosen, setChosen] = useState(""), groupId = chosen || groups[0]?.id || "";
  const action = useAction(async () => {
    await addToGroup(groupId, servers.map((s) => s.id));
    refreshServers();
    toast("Added to group", `${plural(servers.length, "server")} in ${groups.find((g) => g.id === groupId)?.name ?? "the group"}.`);
    onClose();
  });
  return (
    <Dialog
      title={`Add ${plural(servers.length, "server")} to a group`}
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
            hint="Servers that are in it already stay in it"
          />
        )
        : <p className="m2">There are no groups yet. The Groups page makes them.</p>}
      <ErrorCallout error={action.error} title="The servers were not added." />
    </Dialog>
  );
}

function CollectionDialog({ servers, on, onClose }: { servers: readonly Server[]; on: boolean; onClose: () => void }): ReactElement {
  const phrase = plural(servers.length, "server");
  const action = useAction(async () => {
    await forEachServer(servers, (s) => (on ? startCollection(s.id) : stopCollection(s.id)), on ? "started" : "paused");
    refreshServers();
    toast(on ? "Collection started" : "Collection paused", phrase);
    onClose();
  });
  return (
    <ConfirmDialog
      title={on ? `Start collection of ${phrase}?` : `Pause collection of ${phrase}?`}
      verb={on ? "Start collection" : "Pause collection"}
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        {on
          ? "Each is collected within a minute."
          : "Their health is unknown until collection is started again. Metrics that are stored stay."}
      </p>
      <ErrorCallout error={action.error} title={on ? "Not all were started." : "Not all were paused."} />
    </ConfirmDialog>
  );
}
