// The users of the chosen tenant: list, invite, role, one-time links, block, remove.
import { type ReactElement, useState } from "react";
import type { GivenRole, User } from "../../../api/model";
import type { OneTimeLink } from "../../../api/types";
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
import { makeLink, revokeLink } from "../api/links";
import { usersKey, useUsers } from "../api/list-users";
import { updateUser } from "../api/update-user";
import { LinkDialog } from "./link-dialog";

type Question = "edit" | "remove" | "block" | "link";
type Open = { what: "new" } | { what: Question; user: User } | { what: "made"; email: string; link: OneTimeLink; invited: boolean } | null;

export const roleChoices: readonly (readonly [GivenRole, string])[] = [
  ["viewer", "Viewer: sees everything, changes nothing"],
  ["operator", "Operator: manages servers and groups"],
  ["tenant_admin", "Tenant admin: also users and settings"],
];

export function UsersPage(): ReactElement {
  const query = useUsers(), who = useSession(), [open, setOpen] = useState<Open>(null);
  const list = query.data ?? [], close = (): void => setOpen(null);
  const revoke = useAction(async (user: User) => {
    await revokeLink(user.id);
    await refetch(usersKey());
    toast("Link revoked", `The one-time link of ${user.email} is void.`);
  });
  const made = (email: string, link: OneTimeLink | null, invited: boolean): void =>
    setOpen(link ? { what: "made", email, link, invited } : null);
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
          <Icon name="person-plus" />Invite user
        </button>
      </PageHead>
      <ErrorCallout error={revoke.error} title="The link was not revoked." />
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
                        <th className="hide8">Last sign-in</th>
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {list.map((user) => (
                        <UserRow
                          key={user.id}
                          user={user}
                          self={user.id === who.user.id}
                          ruled={who.user.isSuperAdmin || !user.shared}
                          slug={who.tenant?.slug ?? ""}
                          onOpen={setOpen}
                          onRevoke={() => void revoke.run(user)}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
        </QueryView>
      </section>
      {open?.what === "new" && <UserDialog ruled onClose={close} onInvited={(email, link) => made(email, link, true)} />}
      {open?.what === "edit" && (
        <UserDialog user={open.user} ruled={who.user.isSuperAdmin || !open.user.shared} onClose={close} onInvited={close} />
      )}
      {open?.what === "link" && <NewLinkDialog user={open.user} onClose={close} onMade={(link) => made(open.user.email, link, false)} />}
      {open?.what === "made" && (
        <LinkDialog title={open.invited ? "User invited" : "New one-time link"} email={open.email} link={open.link} onClose={close} />
      )}
      {open?.what === "remove" && <RemoveDialog user={open.user} onClose={close} />}
      {open?.what === "block" && <BlockDialog user={open.user} onClose={close} />}
    </>
  );
}

interface RowProps {
  user: User;
  self: boolean;
  /** Whether the reader rules over the account itself, not over its role here alone. */
  ruled: boolean;
  slug: string;
  onOpen: (open: Open) => void;
  onRevoke: () => void;
}

function UserRow({ user, self, ruled, slug, onOpen, onRevoke }: RowProps): ReactElement {
  const role = user.memberships.find((m) => m.tenantSlug === slug)?.role ?? (user.isSuperAdmin ? "super_admin" : "viewer");
  const items: MenuItem[] = [
    { label: ruled ? "Edit role and name" : "Edit role", icon: "pencil", onSelect: () => onOpen({ what: "edit", user }) },
  ];
  if (ruled && !user.disabled) {
    items.push({
      label: user.hasPassword ? "Reset password" : "New invitation link",
      icon: "key",
      onSelect: () => onOpen({ what: "link", user }),
    });
    if (user.linkExpiresAt) items.push({ label: "Revoke link", icon: "x-lg", onSelect: onRevoke });
  }
  if (ruled) {
    items.push({
      label: user.disabled ? "Allow sign-in" : "Block sign-in",
      icon: user.disabled ? "play-circle" : "person-x",
      onSelect: () => onOpen({ what: "block", user }),
    });
  }
  items.push({ label: "Remove from tenant", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "remove", user }) });
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
        <UserStatus user={user} />
      </td>
      <td className="m2 hide8">
        <Ago at={user.lastSignInAt} />
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

export function UserStatus({ user }: { user: User }): ReactElement {
  const invited = !user.hasPassword;
  const [tone, icon, word] = user.disabled
    ? ["offline", "dash-circle-fill", "Blocked"] as const
    : invited
    ? ["unknown", "question-circle", user.linkExpiresAt ? "Invited" : "No valid link"] as const
    : ["healthy", "check-circle-fill", "Active"] as const;
  return (
    <>
      <span className="status" data-s={tone}>
        <Icon name={icon} />
        {word}
      </span>
      {user.linkExpiresAt && !user.disabled && (
        <div className="t12 m3">
          Link until <Ago at={user.linkExpiresAt} form="full" />
        </div>
      )}
    </>
  );
}

interface UserDialogProps {
  user?: User;
  ruled: boolean;
  onClose: () => void;
  onInvited: (email: string, link: OneTimeLink | null) => void;
}

function UserDialog({ user, ruled, onClose, onInvited }: UserDialogProps): ReactElement {
  const slug = useSession().tenant?.slug ?? "";
  const [name, setName] = useState(user?.name ?? ""), [email, setEmail] = useState(user?.email ?? "");
  const [role, setRole] = useState<GivenRole>(user?.memberships.find((m) => m.tenantSlug === slug)?.role ?? "viewer"),
    [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    if (user) {
      await updateUser(user.id, { role, ...(ruled && name.trim() !== user.name ? { name: name.trim() } : {}) });
      await refetch(usersKey());
      toast("User changed", name);
      onClose();
      return;
    }
    const added = await createUser({ name: name.trim(), email: email.trim(), role });
    await refetch(usersKey());
    if (!added.link) toast("User added", `${added.email} had an account already and signs in with it.`);
    onInvited(added.email, added.link);
  });
  const faults = {
    name: name.trim() ? undefined : "Enter a name",
    email: /^[^@\s]+@[^@\s]+$/.test(email.trim()) ? undefined : "Enter an email address",
  };
  return (
    <Dialog
      title={user ? `Edit ${user.name}` : "Invite user"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!faults.name && !faults.email) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{user ? "Save user" : "Invite user"}</button>
        </>
      }
    >
      {ruled && (
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          maxLength={100}
          autoComplete="off"
          fault={(checked ? faults.name : undefined) ?? action.fieldFaults.name}
        />
      )}
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
      {user
        ? !ruled && <p className="m2 t12">This account belongs to others too: only its role here can be changed.</p>
        : <p className="m2 t12">You get a one-time link to hand over; with it the person chooses a password.</p>}
      <ErrorCallout error={action.error} title={user ? "The user was not changed." : "The user was not invited."} />
    </Dialog>
  );
}

function NewLinkDialog({ user, onClose, onMade }: { user: User; onClose: () => void; onMade: (link: OneTimeLink) => void }): ReactElement {
  const action = useAction(async () => {
    const link = await makeLink(user.id);
    await refetch(usersKey());
    onMade(link);
  });
  return (
    <ConfirmDialog
      title={user.hasPassword ? `Reset the password of ${user.name}?` : `Make a new link for ${user.name}?`}
      verb="Make link"
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        {user.hasPassword
          ? "You get a one-time link to hand over. The old password works until the link is used; then all open sessions end."
          : "You get a one-time link to hand over. A link made earlier is void then."}
      </p>
      <ErrorCallout error={action.error} title="The link was not made." />
    </ConfirmDialog>
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
