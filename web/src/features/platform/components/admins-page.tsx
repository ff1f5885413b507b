// The super admins of the installation, apart from the tenants' users.
import { type ReactElement, useState } from "react";
import type { User } from "../../../api/model";
import type { OneTimeLink } from "../../../api/types";
import { Ago } from "../../../components/ago";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { MenuButton } from "../../../components/menu";
import { ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { initials, plural } from "../../../lib/format";
import { refetch, useQuery } from "../../../lib/query";
import { useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { addAdmin, adminsKey, listAdmins, makeAdminLink, removeAdmin } from "../api/admins";
import { LinkDialog } from "./link-dialog";
import { UserStatus } from "./users-page";

type Open = { what: "new" } | { what: "remove"; user: User } | { what: "made"; email: string; link: OneTimeLink } | null;

export function AdminsPage(): ReactElement {
  const query = useQuery(adminsKey, listAdmins, { poll: true }), me = useSession().user, [open, setOpen] = useState<Open>(null);
  const list = query.data ?? [], close = (): void => setOpen(null);
  const link = useAction(async (user: User) => {
    const made = await makeAdminLink(user.id);
    await refetch(adminsKey);
    setOpen({ what: "made", email: user.email, link: made });
  });
  return (
    <>
      <PageHead
        title="Super admins"
        sub={query.data ? `${plural(list.length, "person", "people")} who manage all tenants and their servers` : "They manage all tenants"}
      >
        <StaleBadge query={query} />
        <button className="btn primary" type="button" onClick={() => setOpen({ what: "new" })}>
          <Icon name="person-plus" />Add super admin
        </button>
      </PageHead>
      <ErrorCallout error={link.error} title="The link was not made." />
      <section className="panel vflex tall" aria-label="Super admins" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The super admins did not load" retry={() => void refetch(adminsKey)} lines={4}>
          {() => (
            <div className="sx" tabIndex={0} role="region" aria-label="Super admin table">
              <table className="tbl" aria-label="Super admins">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Email</th>
                    <th>Status</th>
                    <th className="hide8">Last sign-in</th>
                    <th>
                      <span className="vh">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((user) => (
                    <tr key={user.id}>
                      <td>
                        <span className="row">
                          <span className="avatar xs" aria-hidden="true">{initials(user.name || user.email)}</span>
                          <span className="srv">{user.name}</span>
                          {user.id === me.id && <span className="badge" data-s="info">you</span>}
                        </span>
                      </td>
                      <td className="m2">{user.email}</td>
                      <td>
                        <UserStatus user={user} />
                      </td>
                      <td className="m2 hide8">
                        <Ago at={user.lastSignInAt} />
                      </td>
                      <td className="acts">
                        {user.id !== me.id && (
                          <MenuButton
                            className="btn ghost xs icon"
                            label={`Actions for ${user.name}`}
                            items={[
                              {
                                label: user.hasPassword ? "Reset password" : "New invitation link",
                                icon: "key",
                                onSelect: () => void link.run(user),
                              },
                              {
                                label: "Take rights away",
                                icon: "trash3",
                                danger: true,
                                split: true,
                                onSelect: () => setOpen({ what: "remove", user }),
                              },
                            ]}
                          >
                            <Icon name="three-dots" />
                          </MenuButton>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </QueryView>
      </section>
      {open?.what === "new" && (
        <AddDialog onClose={close} onAdded={(email, made) => setOpen(made ? { what: "made", email, link: made } : null)} />
      )}
      {open?.what === "remove" && <RemoveDialog user={open.user} onClose={close} />}
      {open?.what === "made" && <LinkDialog title="One-time link" email={open.email} link={open.link} onClose={close} />}
    </>
  );
}

function AddDialog({ onClose, onAdded }: { onClose: () => void; onAdded: (email: string, link: OneTimeLink | null) => void }): ReactElement {
  const [name, setName] = useState(""), [email, setEmail] = useState(""), [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    const added = await addAdmin(name.trim(), email.trim());
    await refetch(adminsKey);
    toast("Super admin added", added.email);
    onAdded(added.email, added.link);
  });
  const nameFault = name.trim() ? undefined : "Enter a name";
  const emailFault = /^[^@\s]+@[^@\s]+$/.test(email.trim()) ? undefined : "Enter an email address";
  return (
    <Dialog
      title="Add super admin"
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!nameFault && !emailFault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Add super admin</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? nameFault : undefined) ?? action.fieldFaults.name}
      />
      <TextField
        label="Email"
        type="email"
        value={email}
        onValue={setEmail}
        autoComplete="off"
        fault={(checked ? emailFault : undefined) ?? action.fieldFaults.email}
      />
      <p className="m2 t12">A super admin sees and changes everything in all tenants.</p>
      <ErrorCallout error={action.error} title="The super admin was not added." />
    </Dialog>
  );
}

function RemoveDialog({ user, onClose }: { user: User; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await removeAdmin(user.id);
    await refetch(adminsKey);
    toast("Rights taken away", user.email);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Take the rights of ${user.name} away?`}
      verb="Take rights away"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">{user.email} no longer manages tenants. Roles in tenants stay; an account without any is deleted.</p>
      <ErrorCallout error={action.error} title="The rights were not taken away." />
    </ConfirmDialog>
  );
}
