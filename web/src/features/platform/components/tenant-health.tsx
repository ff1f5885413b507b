// A tenant's servers by health in one cell: what needs a person first, the rest counted.
import type { ReactElement } from "react";
import type { Tenant } from "../../../api/model";
import { healthOrder, HealthStatus, healthWords } from "../../../components/status";
import { count } from "../../../lib/format";

export function TenantHealth({ health }: { health: Tenant["health"] }): ReactElement {
  if (!health) return <span className="m3" title="Not counted yet">–</span>;
  const present = healthOrder.filter((h) => health[h] > 0), worst = present[0];
  if (!worst) return <span className="m3">No servers</span>;
  const all = present.map((h) => `${count(health[h])} ${healthWords[h].toLowerCase()}`).join(", ");
  const word = worst === "healthy" ? "All healthy" : `${count(health[worst])} ${healthWords[worst].toLowerCase()}`;
  return (
    <span title={all}>
      <HealthStatus health={worst} word={word} />
      {present.length > 1 && worst !== "healthy" && <span className="vh">of: {all}</span>}
    </span>
  );
}
