// What stands in place of a screen when there is no tenant to show, or it is suspended.
import type { ReactElement } from "react";
import { Empty } from "../components/panel";
import { Link } from "../lib/router";
import { useMay, useSession } from "../lib/session";

export function NoTenant(): ReactElement {
  const mayCreate = useMay("manageTenants");
  return (
    <section className="panel vflex tall">
      <h1 className="vh">Welcome to DbTools</h1>
      <Empty
        icon="building"
        title="No tenant yet"
        text={mayCreate
          ? "A tenant is a database of its own with its servers, users and history. Create the first one to begin."
          : "Your account does not belong to a tenant. Ask an administrator to add you to one."}
      >
        {mayCreate && <Link className="btn primary" href="/admin/tenants?new=1">New tenant</Link>}
      </Empty>
    </section>
  );
}

export function SuspendedTenant(): ReactElement {
  const { tenant } = useSession(), mayActivate = useMay("manageTenants");
  return (
    <section className="panel vflex tall">
      <h1 className="vh">{tenant?.name}</h1>
      <Empty
        icon="pause-circle"
        title={`${tenant?.name ?? "This tenant"} is suspended`}
        text={mayActivate
          ? "Nothing is collected and nothing was deleted. Activate it to go on."
          : "Nothing was deleted. Ask a platform administrator to activate it."}
      >
        {mayActivate && <Link className="btn" href="/admin/tenants">Manage tenants</Link>}
      </Empty>
    </section>
  );
}
