import { type ReactElement, useState } from "react";
import type { Tenant } from "../../../api/model";
import { ConfirmDialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { deleteTenant } from "../api/delete-tenant";
import { tenantsKey } from "../api/list-tenants";

export function DeleteTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }): ReactElement {
  const [typed, setTyped] = useState("");
  const action = useAction(async () => {
    await deleteTenant(tenant.slug);
    await refetch(tenantsKey);
    toast("Tenant deleted", `${tenant.name} is no longer shown. It can be restored for 30 days.`);
    onClose();
  });
  const blocked = typed === tenant.slug ? undefined : `Type ${tenant.slug} first`;
  return (
    <ConfirmDialog
      title={`Delete ${tenant.name}?`}
      verb="Delete tenant"
      danger
      busy={action.busy}
      blocked={blocked}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        Collection stops and its users lose access{tenant.serverCount ? ` to ${plural(tenant.serverCount, "server")}` : ""}. It can be
        restored within 30 days, then its database is purged. Until then the slug stays reserved.
      </p>
      <TextField
        label={
          <>
            Type <b>{tenant.slug}</b> to confirm
          </>
        }
        value={typed}
        onValue={setTyped}
        autoComplete="off"
        spellCheck={false}
      />
      <ErrorCallout error={action.error} title="The tenant was not deleted." />
    </ConfirmDialog>
  );
}
