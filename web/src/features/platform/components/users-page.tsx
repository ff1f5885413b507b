// The users of the chosen tenant: list, create, role, block, remove.
import { type ReactElement, useState } from "react";
import type { GivenRole, User } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { SelectField, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { Empty, ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { initials, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { roleWords, useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createUser } from "../api/create-user";
import { deleteUser } from "../api/delete-user";
import { usersKey, useUsers } from "../api/list-users";
import { updateUser } from "../api/update-user";
import { passwordFault } from "./password-rule";

type Open = { what: "new" } | { what: "edit" | "remove" | "block"; user: User } | null;

export const roleChoices: readonly (readonly [GivenRole, string])[] = [
  ["viewer", "Viewer: sees everything, changes nothing"],
  ["operator", "Operator: manages servers and groups"],
  ["tenant_admin", "Tenant admin: also users and settings"],
];

export function UsersPage(): ReactElement {
  const query = useUsers(), who = useSession(), [open, setOpen] = useState<Open>(null);
  const list = query.data ?? [], close = (): void => setOpen(null);
  return (
    <>
      <PageHead
        title="Users"
        sub={query.data
          ? (
            <>
              {plural(list.length, "user")} of {who.tenant?.name}
              <Dot />Updated <Ago at={query.at} />
            </>
          )
          : who.tenant?.name}
      >
        <StaleBadge query={query} />
        <button className="btn primary" type="button" onClick={() => setOpen({ what: "new" })}>
          <Icon name="person-plus" />New user
        </button>
      </PageHead>
      <section className="panel vflex tall" aria-label="Users" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="Users did not load" retry={() => void refetch(usersKey())} lines={6}>
          {() =>
            list.length === 0
              ? <Empty icon="people" title="No users yet" text="Users sign in with an email address and see this tenant only." />
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="User table">
                  <table className="tbl" aria-label="Users">
                    <thead>
                      <tr>
                        <th>Name</th>
                        <th>Email</th>
                        <th>Role</th>
                        <th>Status</th>
                        <th>Last sign-in</th>
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {list.map((user) => (
                        <UserRow key={user.id} user={user} self={user.id === who.user.id} slug={who.tenant?.slug ?? ""} onOpen={setOpen} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
        </QueryView>
      </section>
      {open?.what === "new" && <UserDialog onClose={close} />}
      {open?.what === "edit" && <UserDialog user={open.user} onClose={close} />}
      {open?.what === "remove" && <RemoveDialog user={open.user} onClose={close} />}
      {open?.what === "block" && <BlockDialog user={open.user} onClose={close} />}
    </>
  );
}

function UserRow({ user, self, slug, onOpen }: { user: User; self: boolean; slug: string; onOpen: (open: Open) => void }): ReactElement {
  const role = user.isSuperAdmin ? "super_admin" : user.memberships.find((m) => m.tenantSlug === slug)?.role ?? "viewer";
  const items: MenuItem[] = [
    { label: "Edit role and name", icon: "pencil", onSelect: () => onOpen({ what: "edit", user }) },
    {
      label: user.disabled ? "Allow sign-in" : "Block sign-in",
      icon: user.disabled ? "play-circle" : "person-x",
      onSelect: () => onOpen({ what: "block", user }),
    },
    { label: "Remove from tenant", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "remove", user }) },
  ];
  return (
    <tr>
      <td>
        <span className="row">
          <span className="avatar xs" aria-hidden="true">{initials(user.name || user.email)}</span>
          <span className="srv">{user.name}</span>
          {self && <span className="badge" data-s="info">you</span>}
        </span>
      </td>
      <td className="m2">{user.email}</td>
      <td>{roleWords[role]}</td>
      <td>
        <span className="status" data-s={user.disabled ? "offline" : "healthy"}>
          <Icon name={user.disabled ? "dash-circle-fill" : "check-circle-fill"} />
          {user.disabled ? "Blocked" : "Active"}
        </span>
      </td>
      <td className="m2">
        <Ago at={user.lastSignInAt ?? null} />
      </td>
      <td className="acts">
        {!self && (
          <MenuButton className="btn ghost xs icon" label={`Actions for ${user.name}`} items={items}>
            <Icon name="three-dots" />
          </MenuButton>
        )}
      </td>
    </tr>
  );
}

function UserDialog({ user, onClose }: { user?: User; onClose: () => void }): ReactElement {
  const slug = useSession().tenant?.slug ?? "";
  const [name, setName] = useState(user?.name ?? ""),
    [email, setEmail] = useState(user?.email ?? ""),
    [password, setPassword] = useState("");
  const [role, setRole] = useState<GivenRole>(user?.memberships.find((m) => m.tenantSlug === slug)?.role ?? "viewer"),
    [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    if (user) await updateUser(user.id, { name: name.trim(), role, ...(password ? { password } : {}) });
    else await createUser({ name: name.trim(), email: email.trim(), role, password });
    await refetch(usersKey());
    toast(user ? "User changed" : "User created", user ? name : `${email.trim()} can sign in now. Tell the password over a safe channel.`);
    onClose();
  });
  const faults = {
    name: name.trim() ? undefined : "Enter a name",
    email: /^[^@\s]+@[^@\s]+$/.test(email.trim()) ? undefined : "Enter an email address",
    password: user && password === "" ? undefined : passwordFault(password),
  };
  return (
    <Dialog
      title={user ? `Edit ${user.name}` : "New user"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!faults.name && !faults.email && !faults.password) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{user ? "Save user" : "Create user"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? faults.name : undefined) ?? action.fieldFaults.name}
      />
      {!user && (
        <TextField
          label="Email"
          type="email"
          value={email}
          onValue={setEmail}
          autoComplete="off"
          fault={(checked ? faults.email : undefined) ?? action.fieldFaults.email}
        />
      )}
      <SelectField
        label="Role"
        value={role}
        choices={roleChoices}
        onValue={(value) => setRole(roleChoices.find(([key]) => key === value)?.[0] ?? "viewer")}
      />
      <TextField
        label={user ? "New password" : "First password"}
        type="password"
        autoComplete="new-password"
        value={password}
        onValue={setPassword}
        optional={Boolean(user)}
        hint={user ? "Left empty, the password stays" : "At least 12 characters; the user can change it"}
        fault={(checked ? faults.password : undefined) ?? action.fieldFaults.password}
      />
      <ErrorCallout error={action.error} title={user ? "The user was not changed." : "The user was not created."} />
    </Dialog>
  );
}

function RemoveDialog({ user, onClose }: { user: User; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteUser(user.id);
    await refetch(usersKey());
    toast("User removed", user.email);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Remove ${user.name}?`}
      verb="Remove user"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">{user.email} loses access to this tenant now. What they did stays in the activity log.</p>
      <ErrorCallout error={action.error} title="The user was not removed." />
    </ConfirmDialog>
  );
}

function BlockDialog({ user, onClose }: { user: User; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await updateUser(user.id, { disabled: !user.disabled });
    await refetch(usersKey());
    toast(user.disabled ? "Sign-in allowed" : "Sign-in blocked", user.email);
    onClose();
  });
  return (
    <ConfirmDialog
      title={user.disabled ? `Let ${user.name} sign in again?` : `Block ${user.name}?`}
      verb={user.disabled ? "Allow sign-in" : "Block sign-in"}
      danger={!user.disabled}
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        {user.disabled
          ? "The password and role are as before."
          : "Open sessions end, and the password no longer works. Nothing is deleted."}
      </p>
      <ErrorCallout error={action.error} title="The user was not changed." />
    </ConfirmDialog>
  );
}
