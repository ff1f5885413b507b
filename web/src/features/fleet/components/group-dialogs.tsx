// Makes, changes and deletes a group.
import { type ReactElement, useState } from "react";
import { groupsKey } from "../../../api/list-groups";
import type { Group } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createGroup } from "../api/create-group";
import { deleteGroup } from "../api/delete-group";
import { updateGroup } from "../api/update-group";
import { ColorField } from "./group-mark";
import { refreshServers } from "./refresh-servers";

export function GroupDialog({ group, onClose, onMade }: { group?: Group; onClose: () => void; onMade?: (group: Group) => void }): ReactElement {
  const [name, setName] = useState(group?.name ?? ""),
    [description, setDescription] = useState(group?.description ?? ""),
    [color, setColor] = useState<string | null>(group?.color ?? null),
    [checked, setChecked] = useState(false);
  const fault = name.trim() ? undefined : "Enter a name";
  const action = useAction(async () => {
    const body = { name: name.trim(), description: description.trim() || null, color };
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
        if (!fault) void action.run();
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
      <ErrorCallout error={action.error} title={group ? "The group was not changed." : "The group was not created."} />
    </Dialog>
  );
}

export function DeleteGroupDialog({ group, onClose, onDeleted }: { group: Group; onClose: () => void; onDeleted?: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteGroup(group.id);
    await refetch(groupsKey());
    refreshServers();
    toast("Group deleted", group.name);
    onClose();
    onDeleted?.();
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
      <p className="m2">
        {group.serverCount > 0
          ? `Its ${plural(group.serverCount, "server")} stay; they are only no longer in this group. Policies, once there are any, no longer reach them through it.`
          : "It holds no servers."}
      </p>
      <ErrorCallout error={action.error} title="The group was not deleted." />
    </ConfirmDialog>
  );
}
