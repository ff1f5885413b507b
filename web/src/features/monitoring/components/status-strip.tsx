// Six toggle cards: how many servers are in each health. The chosen one filters the whole page.
import type { ReactElement } from "react";
import type { Health, ServerHealth } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { healthIcons, healthOrder, healthWords } from "../../../components/status";
import { useNow } from "../../../lib/clock";
import { count, decimal, thin } from "../../../lib/format";

const hourMs = 3_600_000;

interface Props {
  all: readonly ServerHealth[];
  filter: Health | null;
  onFilter: (health: Health | null) => void;
}

export function StatusStrip({ all, filter, onFilter }: Props): ReactElement {
  const now = useNow(), healthy = all.filter((s) => s.status === "healthy").length;
  return (
    <div className="strip" role="group" aria-label="Filter by health">
      <button type="button" aria-pressed={filter === null} onClick={() => onFilter(null)}>
        <span className="lab"><Icon name="hdd-stack" />All servers</span>
        <span className="fig">{count(all.length)} <small>{decimal((healthy / all.length) * 100)}{thin}% healthy</small></span>
      </button>
      {healthOrder.map((health) => {
        const list = all.filter((s) => s.status === health), fresh = list.filter((s) => s.changedAt && now - Date.parse(s.changedAt) < hourMs).length;
        return (
          <button key={health} type="button" data-s={health} aria-pressed={filter === health} onClick={() => onFilter(filter === health ? null : health)}>
            <span className="lab"><Icon name={healthIcons[health]} />{healthWords[health]}</span>
            <span className="fig">{count(list.length)} <small>{fresh > 0 ? `${count(fresh)} new in 1 h` : "none new"}</small></span>
          </button>
        );
      })}
    </div>
  );
}
