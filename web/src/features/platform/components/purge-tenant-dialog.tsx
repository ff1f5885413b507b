import { type ReactElement, useState } from "react";
import type { Tenant } from "../../../api/model";
import { ConfirmDialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { tenantsKey } from "../api/list-tenants";
import { purgeTenant } from "../api/purge-tenant";

export function PurgeTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }): ReactElement {
  const [typed, setTyped] = useState("");
  const action = useAction(async () => {
    await purgeTenant(tenant.slug, typed);
    await refetch(tenantsKey);
    toast("Tenant purged", `${tenant.name} is gone. The slug ${tenant.slug} is free.`);
    onClose();
  });
  const blocked = typed === tenant.name ? undefined : `Type ${tenant.name} first`;
  return (
    <ConfirmDialog
      title={`Purge ${tenant.name}?`}
      verb="Purge tenant"
      danger
      busy={action.busy}
      blocked={blocked}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        Its database {tenant.databaseName} with servers, history and activity log, and the accounts that belong nowhere else, are destroyed.
        Only a backup brings them back. The slug is free afterwards.
      </p>
      <TextField
        label={
          <>
            Type <b>{tenant.name}</b> to confirm
          </>
        }
        value={typed}
        onValue={setTyped}
        autoComplete="off"
        spellCheck={false}
        fault={action.fieldFaults.name}
      />
      <ErrorCallout error={action.error} title="The tenant was not purged." />
    </ConfirmDialog>
  );
}
