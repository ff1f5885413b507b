// Six toggle cards: how many servers are in each health. The chosen one filters the whole page.
import type { ReactElement } from "react";
import type { Health, ServerHealth } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { healthIcons, healthOrder, healthWords } from "../../../components/status";
import { useNow } from "../../../lib/clock";
import { count, decimal, thin } from "../../../lib/format";
import { useHealthChanges } from "../api/list-health-changes";
import { deltasOf } from "./health-deltas";

interface Props {
  all: readonly ServerHealth[];
  filter: Health | null;
  onFilter: (health: Health | null) => void;
}

export function StatusStrip({ all, filter, onFilter }: Props): ReactElement {
  const now = useNow(), deltas = deltasOf(useHealthChanges().data, now), healthy = all.filter((s) => s.status === "healthy").length;
  return (
    <div className="strip" role="group" aria-label="Filter by health">
      <button type="button" aria-pressed={filter === null} onClick={() => onFilter(null)}>
        <span className="lab">
          <Icon name="hdd-stack" />All servers
        </span>
        <span className="fig">
          {count(all.length)} <small>{shareText(healthy, all.length)}{thin}% healthy</small>
        </span>
      </button>
      {healthOrder.map((health) => {
        const number = all.filter((s) => s.status === health).length;
        return (
          <button
            key={health}
            type="button"
            data-s={health}
            aria-pressed={filter === health}
            onClick={() => onFilter(filter === health ? null : health)}
          >
            <span className="lab">
              <Icon name={healthIcons[health]} />
              {healthWords[health]}
            </span>
            <span className="fig">
              {count(number)} <small>{deltas && deltaText(deltas[health])}</small>
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** One server of ten thousand is not rounded away: all are healthy only where all are. */
export function shareText(part: number, whole: number): string {
  if (part === whole || part === 0) return decimal(whole > 0 ? (part / whole) * 100 : 0);
  return decimal(Math.min(99.9, Math.max(0.1, (part / whole) * 100)));
}

/** In words and in grey: more is not always worse. */
function deltaText(delta: number): string {
  return delta === 0 ? "no change" : `${delta > 0 ? "+" : ""}${count(delta)} in 1 h`;
}
