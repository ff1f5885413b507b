import { type ReactElement, useState } from "react";
import { Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { ErrorCallout } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createTenant } from "../api/create-tenant";
import { tenantsKey } from "../api/list-tenants";
import { slugFault, slugFrom } from "./slug";

export function CreateTenantDialog({ onClose }: { onClose: () => void }): ReactElement {
  const [name, setName] = useState(""),
    [slug, setSlug] = useState(""),
    [own, setOwn] = useState(false),
    [seen, setSeen] = useState({ name: false, slug: false });
  const action = useAction(async () => {
    const tenant = await createTenant(name.trim(), slug);
    await refetch(tenantsKey);
    toast("Tenant created", `${tenant.name} has the database ${tenant.databaseName}.`);
    onClose();
  });
  const nameFault = name.trim() ? undefined : "Enter a name", wrongSlug = slugFault(slug);
  return (
    <Dialog
      title="New tenant"
      onClose={onClose}
      onSubmit={() => {
        setSeen({ name: true, slug: true });
        if (!nameFault && !wrongSlug) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{action.busy ? "Creating" : "Create tenant"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        maxLength={100}
        hint="Shown to its users"
        autoComplete="off"
        fault={(seen.name ? nameFault : undefined) ?? action.fieldFaults.name}
        onBlur={() => setSeen((s) => ({ ...s, name: true }))}
        onValue={(value) => {
          setName(value);
          if (!own) setSlug(slugFrom(value));
        }}
      />
      <TextField
        label="Slug"
        value={slug}
        maxLength={50}
        className="mono-in"
        autoComplete="off"
        spellCheck={false}
        hint="Lower-case letters, digits and single hyphens, 3 to 50. Names its database and cannot be changed."
        fault={(seen.slug ? wrongSlug : undefined) ?? action.fieldFaults.slug}
        onBlur={() => setSeen((s) => ({ ...s, slug: true }))}
        onValue={(value) => {
          setOwn(true);
          setSlug(value);
        }}
      />
      <ErrorCallout error={action.error} title="The tenant was not created." />
    </Dialog>
  );
}
