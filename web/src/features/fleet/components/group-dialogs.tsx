// Makes, changes and deletes a group.
import { type ReactElement, useRef, useState } from "react";
import { groupsKey } from "../../../api/list-groups";
import type { Group } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout, Skeleton } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch, whileEnding } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createGroup, type GroupInput } from "../api/create-group";
import { deleteGroup } from "../api/delete-group";
import { type GroupAndTag, readGroup } from "../api/read-group";
import { useGroupImpact } from "../api/read-group-impact";
import { updateGroup } from "../api/update-group";
import type { FormField } from "./conflict";
import { ConflictDialog, OpenedDialog, useGuardedEdit, type Version } from "./conflict-dialog";
import { FilterEditor } from "./filter-editor";
import { ColorField, colorWord } from "./group-mark";
import { refreshServers } from "./refresh-servers";

interface GroupForm {
  name: string;
  description: string;
  color: string | null;
  dynamic: boolean;
  filter: string;
}

const formOf = (group?: Group): GroupForm => ({
  name: group?.name ?? "",
  description: group?.description ?? "",
  color: group?.color ?? null,
  dynamic: group?.dynamic ?? false,
  filter: group?.filter ?? "",
});

const fields: readonly FormField<GroupForm>[] = [
  { key: "name", name: "Name" },
  { key: "description", name: "Description" },
  { key: "color", name: "Colour", word: (v) => colorWord(typeof v === "string" ? v : null) },
  { key: "filter", name: "Filter" },
];

/** A group by hand says nothing of a filter; one that was dynamic keeps its way. */
const bodyOf = (form: GroupForm): GroupInput => ({
  name: form.name.trim(),
  description: form.description.trim() || null,
  color: form.color,
  ...(form.dynamic ? { filter: form.filter.trim() } : {}),
});

function changesOf(from: GroupForm, to: GroupForm): Partial<GroupInput> {
  const [before, after] = [bodyOf(from), bodyOf(to)], changed = new Set(fields.map((f) => f.key).filter((k) => from[k] !== to[k]));
  return {
    ...(changed.has("name") ? { name: after.name } : {}),
    ...(changed.has("description") && before.description !== after.description ? { description: after.description ?? null } : {}),
    ...(changed.has("color") ? { color: after.color ?? null } : {}),
    ...(changed.has("filter") && after.filter !== undefined ? { filter: after.filter } : {}),
  };
}

export function GroupDialog({ group, onClose, onMade }: { group?: Group; onClose: () => void; onMade?: (group: Group) => void }): ReactElement {
  if (!group) return <GroupFormDialog opened={{ form: formOf(), etag: null }} onClose={onClose} onMade={onMade} />;
  return (
    <OpenedDialog<GroupAndTag>
      title={`Edit ${group.name}`}
      failure="The group did not load"
      id={group.id}
      read={(signal) => readGroup(group.id, signal)}
      onClose={onClose}
    >
      {(opened) => <GroupFormDialog group={opened.group} opened={{ form: formOf(opened.group), etag: opened.etag }} onClose={onClose} />}
    </OpenedDialog>
  );
}

interface FormProps {
  group?: Group;
  opened: Version<GroupForm>;
  onClose: () => void;
  onMade?: ((group: Group) => void) | undefined;
}

function GroupFormDialog({ group, opened, onClose, onMade }: FormProps): ReactElement {
  const [checked, setChecked] = useState(false), made = useRef<Group>();
  const edit = useGuardedEdit<GroupForm>({
    fields,
    opened,
    read: async () => {
      const { group: now, etag } = await readGroup(group?.id ?? "");
      return { form: formOf(now), etag };
    },
    write: async (from, to, etag) => {
      if (!group) {
        made.current = await createGroup(bodyOf(to));
        return;
      }
      const changes = changesOf(from, to);
      if (Object.keys(changes).length > 0) await updateGroup(group.id, changes, etag);
    },
    onSaved: async (saved) => {
      await refetch(groupsKey());
      refreshServers();
      toast(group ? "Group changed" : "Group created", saved.name.trim());
      onClose();
      if (made.current) onMade?.(made.current);
    },
  });
  const { form, setForm, save: action } = edit, { name, description, color, dynamic, filter } = form;
  const set = (change: Partial<GroupForm>): void => setForm({ ...form, ...change });
  const fault = name.trim() ? undefined : "Enter a name", filterFault = dynamic && !filter.trim() ? "Enter a filter" : undefined;
  if (group && edit.clash) return <ConflictDialog edit={edit} name={group.name} noun="group" onDiscard={onClose} />;
  return (
    <Dialog
      title={group ? `Edit ${group.name}` : "New group"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault && !filterFault) edit.submit();
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
        onValue={(text) => set({ name: text })}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
        hint="Unique in this tenant"
      />
      <TextField
        label="Description"
        optional
        value={description}
        onValue={(text) => set({ description: text })}
        maxLength={500}
        autoComplete="off"
        fault={action.fieldFaults.description}
      />
      <ColorField value={color} onValue={(chosen) => set({ color: chosen })} />
      {!group && (
        <fieldset className="field">
          <legend className="lbl">Members</legend>
          <span className="row g3 w">
            <label className="row">
              <input className="check" type="radio" name="members" checked={!dynamic} onChange={() => set({ dynamic: false })} />Chosen by hand
            </label>
            <label className="row">
              <input className="check" type="radio" name="members" checked={dynamic} onChange={() => set({ dynamic: true })} />By a filter, always up to date
            </label>
          </span>
        </fieldset>
      )}
      {dynamic && (
        <FilterEditor value={filter} onValue={(text) => set({ filter: text })} refused={(checked ? filterFault : undefined) ?? action.fieldFaults.filter} />
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
