// Puts servers into a group and takes them out: a searched list with check boxes, each change made when saved.
import { type KeyboardEvent, type ReactElement, useMemo, useState } from "react";
import type { Group, ServerHealth } from "../../../api/model";
import { useFleetHealth } from "../../../api/read-fleet-health";
import { Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout, Skeleton } from "../../../components/panel";
import { EngineMark, HealthDot } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { addToGroup } from "../api/add-to-group";
import { removeFromGroup } from "../api/remove-from-group";
import { refreshServers } from "./refresh-servers";

/** More rows than this are not drawn; the search narrows them, and the dialog says so. */
const rowCountMax = 200;

export function GroupMembersDialog({ group, onClose }: { group: Group; onClose: () => void }): ReactElement {
  const health = useFleetHealth(), [q, setQ] = useState(""), [changes, setChanges] = useState<ReadonlyMap<string, boolean>>(new Map());
  const was = (s: ServerHealth): boolean => s.groupIds.includes(group.id),
    is = (s: ServerHealth): boolean => changes.get(s.serverId) ?? was(s);
  const found = useMemo(() => {
    const text = q.trim().toLowerCase();
    return (health.data ?? []).filter((s) => s.name.toLowerCase().includes(text)).sort((a, b) =>
      Number(b.groupIds.includes(group.id)) - Number(a.groupIds.includes(group.id)) || a.name.localeCompare(b.name)
    );
  }, [health.data, q, group.id]);
  const added = (health.data ?? []).filter((s) => !was(s) && is(s)), removed = (health.data ?? []).filter((s) => was(s) && !is(s));
  // The list is one stop of Tab: behind hundreds of boxes nobody would reach the button.
  const [at, setAt] = useState(0);
  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>("input")], last = boxes.length - 1;
    const to = { ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    boxes[to]?.focus();
  };
  const changed = added.length + removed.length;
  const action = useAction(async () => {
    if (added.length > 0) await addToGroup(group.id, added.map((s) => s.serverId));
    for (const s of removed) await removeFromGroup(group.id, s.serverId);
    refreshServers();
    toast("Group changed", `${group.name}: ${added.length} added, ${removed.length} removed.`);
    onClose();
  });
  return (
    <Dialog
      title={`Servers in ${group.name}`}
      onClose={onClose}
      onSubmit={() => {
        if (changed > 0) void action.run();
      }}
      actions={
        <>
          <span className="m3 t12 start" role="status">
            {changed > 0 ? `${added.length} added, ${removed.length} removed` : "Nothing changed"}
          </span>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy || changed === 0}>Save members</button>
        </>
      }
    >
      <TextField
        label="Find servers"
        value={q}
        onValue={setQ}
        autoComplete="off"
        hint={`${plural(found.length, "server")}${found.length > rowCountMax ? `, the first ${count(rowCountMax)} shown` : ""}. Arrow keys walk the list, Space chooses.`}
      />
      {!health.data && !health.error && <Skeleton lines={6} />}
      <ErrorCallout error={health.data ? undefined : health.error} title="Servers did not load." />
      <div className="members" role="group" aria-label="Servers" onKeyDown={walk}>
        {found.slice(0, rowCountMax).map((s, i) => (
          <label key={s.serverId} className="row">
            <input
              className="check"
              type="checkbox"
              checked={is(s)}
              tabIndex={i === Math.min(at, found.length - 1) ? 0 : -1}
              onFocus={() => setAt(i)}
              onChange={(event) => setChanges(new Map(changes).set(s.serverId, event.target.checked))}
            />
            <HealthDot health={s.status} />
            <EngineMark engine={s.engine} />
            <span className="ell">{s.name}</span>
          </label>
        ))}
      </div>
      <ErrorCallout error={action.error} title="Not all members were changed." />
    </Dialog>
  );
}
