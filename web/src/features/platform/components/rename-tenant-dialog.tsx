import { type ReactElement, useState } from "react";
import type { Tenant } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { tenantsKey } from "../api/list-tenants";
import { renameTenant } from "../api/rename-tenant";

export function RenameTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }): ReactElement {
  const [name, setName] = useState(tenant.name), [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    await renameTenant(tenant.slug, name.trim());
    await refetch(tenantsKey);
    toast("Tenant renamed", `${tenant.name} is now ${name.trim()}.`);
    onClose();
  });
  const fault = name.trim() ? undefined : "Enter a name";
  return (
    <Dialog
      title={`Rename ${tenant.name}`}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Rename tenant</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        hint={`The slug ${tenant.slug} and the database stay as they are.`}
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
      />
      <ErrorCallout error={action.error} title="The tenant was not renamed." />
    </Dialog>
  );
}
