// Makes, changes and deletes a group.
import { type ReactElement, useState } from "react";
import { groupsKey } from "../../../api/list-groups";
import type { Group } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout, Skeleton } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch, whileEnding } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createGroup } from "../api/create-group";
import { deleteGroup } from "../api/delete-group";
import { useGroupImpact } from "../api/read-group-impact";
import { updateGroup } from "../api/update-group";
import { FilterEditor } from "./filter-editor";
import { ColorField } from "./group-mark";
import { refreshServers } from "./refresh-servers";

export function GroupDialog({ group, onClose, onMade }: { group?: Group; onClose: () => void; onMade?: (group: Group) => void }): ReactElement {
  const [name, setName] = useState(group?.name ?? ""),
    [description, setDescription] = useState(group?.description ?? ""),
    [color, setColor] = useState<string | null>(group?.color ?? null),
    [dynamic, setDynamic] = useState(group?.dynamic ?? false),
    [filter, setFilter] = useState(group?.filter ?? ""),
    [checked, setChecked] = useState(false);
  const fault = name.trim() ? undefined : "Enter a name", filterFault = dynamic && !filter.trim() ? "Enter a filter" : undefined;
  const action = useAction(async () => {
    const body = {
      name: name.trim(),
      description: description.trim() || null,
      color,
      // A group by hand says nothing of a filter; one that was dynamic keeps its way.
      ...(dynamic ? { filter: filter.trim() } : {}),
    };
    const saved = group ? await updateGroup(group.id, body) : await createGroup(body);
    await refetch(groupsKey());
    refreshServers();
    toast(group ? "Group changed" : "Group created", body.name);
    onClose();
    if (!group) onMade?.(saved);
  });
  return (
    <Dialog
      title={group ? `Edit ${group.name}` : "New group"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault && !filterFault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{group ? "Save group" : "Create group"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
        hint="Unique in this tenant"
      />
      <TextField
        label="Description"
        optional
        value={description}
        onValue={setDescription}
        maxLength={500}
        autoComplete="off"
        fault={action.fieldFaults.description}
      />
      <ColorField value={color} onValue={setColor} />
      {!group && (
        <fieldset className="field">
          <legend className="lbl">Members</legend>
          <span className="row g3 w">
            <label className="row">
              <input className="check" type="radio" name="members" checked={!dynamic} onChange={() => setDynamic(false)} />Chosen by hand
            </label>
            <label className="row">
              <input className="check" type="radio" name="members" checked={dynamic} onChange={() => setDynamic(true)} />By a filter, always up to date
            </label>
          </span>
        </fieldset>
      )}
      {dynamic && (
        <FilterEditor value={filter} onValue={setFilter} refused={(checked ? filterFault : undefined) ?? action.fieldFaults.filter} />
      )}
      <ErrorCallout error={action.error} title={group ? "The group was not changed." : "The group was not created."} />
    </Dialog>
  );
}

export function DeleteGroupDialog({ group, onClose, onDeleted }: { group: Group; onClose: () => void; onDeleted?: () => void }): ReactElement {
  const impact = useGroupImpact(group.id);
  const action = useAction(async () => {
    await whileEnding(group.id, async () => {
      await deleteGroup(group.id);
      onClose();
      onDeleted?.();
    });
    await refetch(groupsKey());
    refreshServers();
    toast("Group deleted", group.name);
  });
  return (
    <ConfirmDialog
      title={`Delete ${group.name}?`}
      verb="Delete group"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      {impact.data
        ? <p className="m2">{impact.data.summary}</p>
        : impact.error
        ? (
          <p className="m2">
            {group.serverCount > 0
              ? `Its ${plural(group.serverCount, "server")} stay; they are only no longer in this group.`
              : "It holds no servers."}
          </p>
        )
        : <Skeleton lines={2} />}
      {impact.data && impact.data.views.length > 0 && (
        <p className="m2">Saved views that filter by it: {impact.data.views.map((v) => v.name).join(", ")}.</p>
      )}
      <ErrorCallout error={action.error} title="The group was not deleted." />
    </ConfirmDialog>
  );
}
