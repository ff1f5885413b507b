// The dialogs on several servers. Each begins an operation, and follows it.
import { type ReactElement, type ReactNode, useState } from "react";
import { listOperationItems } from "../../../api/list-operation-items";
import { useGroups } from "../../../api/list-groups";
import type { BulkActionName, BulkRequest, Operation, OperationItem } from "../../../api/model";
import { Segmented } from "../../../components/bits";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { CheckRow, SelectField, TextField } from "../../../components/field";
import { OperationDialog } from "../../../components/operation-dialog";
import { ErrorCallout } from "../../../components/panel";
import { duration } from "../../../lib/format";
import type { Page } from "../../../lib/paged";
import { useAction } from "../../../lib/use-action";
import { bulkIdCountMax, startBulk } from "../api/start-bulk";
import { CollectionDialog } from "./collection-dialog";
import { refreshServers } from "./refresh-servers";
import { LabelInput } from "./tag-fields";
import { bodyOf, countOf, phraseOf, type Targets } from "./targets";

export type BulkTask = "label" | "group" | "start" | "stop" | "interval" | "configure" | "test" | "remove" | "restore";

interface Props {
  task: BulkTask;
  targets: Targets;
  onClose: () => void;
  onRemoved: () => void;
}

type Begin = (action: BulkActionName, params?: BulkRequest) => void;

/** First the question, then the operation that answers it. */
export function BulkDialog({ task, targets, onClose, onRemoved }: Props): ReactElement {
  const [operation, setOperation] = useState<Operation>();
  const action = useAction(async (name: BulkActionName, params: BulkRequest) => {
    setOperation(await startBulk(name, { ...bodyOf(targets), ...params }));
    if (name === "delete") onRemoved();
  });
  const begin: Begin = (name, params = {}) => void action.run(name, params);
  if (operation) {
    return (
      <OperationDialog
        operation={operation}
        onClose={onClose}
        onEnd={refreshServers}
        {...(task === "remove" ? { undo: { label: "Undo", run: restoreAll } } : {})}
      />
    );
  }
  const shared = { targets, busy: action.busy, onClose, begin, error: <ErrorCallout error={action.error} title="It was not begun." /> };
  switch (task) {
    case "label":
      return <LabelDialog {...shared} />;
    case "group":
      return <GroupDialog {...shared} />;
    case "interval":
      return <IntervalDialog {...shared} />;
    case "configure":
      return <CollectionDialog {...shared} />;
    case "remove":
      return <RemoveDialog {...shared} />;
    case "start":
    case "stop":
    case "test":
    case "restore":
      return <SimpleDialog {...shared} task={task} />;
  }
}

/** Undoes a removal: what the operation has removed comes back, by another one. */
async function restoreAll(removal: Operation): Promise<Operation> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<OperationItem> = await listOperationItems(removal.id, ["succeeded"], cursor, 1_000);
    ids.push(...page.rows.flatMap((i) => i.entityId ?? []));
    cursor = page.nextCursor;
  } while (cursor !== null && ids.length < bulkIdCountMax);
  return startBulk("restore", { ids: ids.slice(0, bulkIdCountMax) });
}

export interface AskProps {
  targets: Targets;
  busy: boolean;
  onClose: () => void;
  begin: Begin;
  error: ReactNode;
}

function AskDialog({ title, verb, blocked, busy, onClose, onSubmit, children }: {
  title: string;
  verb: string;
  blocked: string | undefined;
  busy: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}): ReactElement {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (!blocked && !busy) onSubmit();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={busy || Boolean(blocked)} title={blocked}>{verb}</button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

const modes = [["add", "Add"], ["remove", "Remove"]] as const;

function LabelDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const [mode, setMode] = useState<"add" | "remove">("add"), [labels, setLabels] = useState<readonly string[]>([]);
  return (
    <AskDialog
      title={mode === "add" ? `Label ${phraseOf(targets)}` : `Take labels off ${phraseOf(targets)}`}
      verb={mode === "add" ? "Add labels" : "Remove labels"}
      blocked={labels.length === 0 ? "Enter a label first" : undefined}
      busy={busy}
      onClose={onClose}
      onSubmit={() => begin(mode === "add" ? "add-labels" : "remove-labels", { labels: [...labels] })}
    >
      <Segmented label="What to do" value={mode} choices={modes} onValue={setMode} />
      <LabelInput labels={labels} onLabels={setLabels} optional={false} existing={mode === "remove"} />
      {error}
    </AskDialog>
  );
}

function GroupDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const groups = (useGroups().data ?? []).filter((g) => !g.dynamic), [mode, setMode] = useState<"add" | "remove">("add"), [ids, setIds] = useState<readonly string[]>([]);
  return (
    <AskDialog
      title={mode === "add" ? `Add ${phraseOf(targets)} to groups` : `Take ${phraseOf(targets)} out of groups`}
      verb={mode === "add" ? "Add to groups" : "Remove from groups"}
      blocked={ids.length === 0 ? "Choose a group first" : undefined}
      busy={busy}
      onClose={onClose}
      onSubmit={() => begin(mode === "add" ? "add-to-groups" : "remove-from-groups", { groupIds: [...ids] })}
    >
      <Segmented label="What to do" value={mode} choices={modes} onValue={setMode} />
      {groups.length === 0 && <p className="m2">There are no groups whose members are chosen by hand. The Groups page makes them.</p>}
      <div className="members" role="group" aria-label="Groups" tabIndex={0}>
        {groups.map((g) => (
          <CheckRow
            key={g.id}
            label={`${g.name} (${g.serverCount})`}
            checked={ids.includes(g.id)}
            onChecked={(on) => setIds(on ? [...ids, g.id] : ids.filter((id) => id !== g.id))}
          />
        ))}
      </div>
      {error}
    </AskDialog>
  );
}

const intervals = [30, 60, 120, 300, 600, 1_800, 3_600];

function IntervalDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const [seconds, setSeconds] = useState("60");
  return (
    <AskDialog
      title={`Collect ${phraseOf(targets)} at another pace`}
      verb="Set interval"
      blocked={undefined}
      busy={busy}
      onClose={onClose}
      onSubmit={() => begin("set-interval", { intervalSeconds: Number(seconds) })}
    >
      <SelectField
        label="Interval"
        value={seconds}
        choices={intervals.map((s) => [String(s), `Every ${duration(s * 1_000)}`])}
        onValue={setSeconds}
        hint="It holds from the next collection on"
      />
      {error}
    </AskDialog>
  );
}

const simple = {
  start: ["start-collection", "Start collection of", "Start collection", "Each is collected within its interval."],
  stop: [
    "stop-collection",
    "Stop collection of",
    "Stop collection",
    "Their health is unknown until collection is started again. Metrics that are stored stay.",
  ],
  restore: ["restore", "Restore", "Restore servers", "They come back with their groups, labels and metrics. A name that was taken gets a number."],
  test: ["test-connection", "Test", "Test connections", "Each server is tried with its stored credentials; nothing is changed."],
} as const;

function SimpleDialog({ targets, busy, onClose, begin, error, task }: AskProps & { task: keyof typeof simple }): ReactElement {
  const [action, title, verb, text] = simple[task];
  return (
    <ConfirmDialog title={`${title} ${phraseOf(targets)}?`} verb={verb} busy={busy} onConfirm={() => begin(action)} onClose={onClose}>
      <p className="m2">{text}</p>
      {error}
    </ConfirmDialog>
  );
}

function RemoveDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const [typed, setTyped] = useState(""), phrase = phraseOf(targets), many = countOf(targets) !== 1;
  return (
    <ConfirmDialog
      title={`Remove ${phrase}?`}
      verb={many ? "Remove servers" : "Remove server"}
      danger
      busy={busy}
      blocked={!many || typed === phrase ? undefined : `Type ${phrase} first`}
      onConfirm={() => begin("delete")}
      onClose={onClose}
    >
      <p className="m2">
        Collection stops now. For 30 days the removal can be undone, and metrics stay until their retention ends. Nothing changes on the
        servers themselves.
      </p>
      {many && (
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
      {error}
    </ConfirmDialog>
  );
}
