// Charts that the reader adds: any metric that any collector knows. Which ones is in the address.
import { type ReactElement, useState } from "react";
import type { Server } from "../../../api/model";
import { Combo } from "../../../components/combo";
import { Icon } from "../../../components/icon";
import { setSearch } from "../../../lib/router";
import { unitWord } from "../../../lib/units";
import { useMetricTypes } from "../api/list-metric-types";
import type { TimeWindow } from "../api/time-window";
import { metricTitle, shownMetrics } from "./chart-kinds";
import { type Compare, compareShift, compareWords } from "./compare-choices";
import { SeriesChart } from "./series-chart";

/** More charts than this make a page that nobody reads. */
export const chartCountMax = 12;

interface Props {
  server: Server;
  window: TimeWindow;
  metrics: readonly string[];
  compare: Compare;
  asTable: boolean;
  cross: number | null;
  onCross: (at: number | null) => void;
}

export function MoreCharts({ server, window, metrics, compare, asTable, cross, onCross }: Props): ReactElement {
  const shown = [...new Set(metrics)].slice(0, chartCountMax);
  return (
    <>
      {shown.map((metric) => (
        <SeriesChart
          key={metric}
          server={server}
          metric={metric}
          window={window}
          asTable={asTable}
          shiftMs={compareShift[compare]}
          earlierWord={compareWords[compare]}
          cross={cross}
          onCross={onCross}
          tools={
            <button
              className="btn ghost xs icon"
              type="button"
              aria-label={`Remove the chart ${metricTitle(metric)}`}
              onClick={() => setSearch({ metric: shown.filter((m) => m !== metric) })}
            >
              <Icon name="x-lg" />
            </button>
          }
        />
      ))}
      {shown.length < chartCountMax ? <AddChart shown={shown} /> : <p className="foot m3 t12">{chartCountMax} charts are shown, as many as fit.</p>}
    </>
  );
}

function AddChart({ shown }: { shown: readonly string[] }): ReactElement | null {
  const types = useMetricTypes(), [typed, setTyped] = useState("");
  const choices = (types.data ?? []).filter((t) => !shownMetrics.has(t.name) && !shown.includes(t.name)).map((t) => ({
    value: t.name,
    text: metricTitle(t.name),
    note: unitWord(t.unit),
  })).sort((a, b) => (a.text < b.text ? -1 : 1));
  if (types.data && choices.length === 0) return null;
  return (
    <section className="panel addchart" aria-label="More charts">
      <div className="pb">
        <Combo
          label="Add a chart"
          placeholder="File read stall, deadlocks, ..."
          hint={types.error ? "The list of metrics did not load." : `${choices.length} more metrics`}
          typed={typed}
          onTyped={setTyped}
          choices={choices}
          onPick={(metric) => {
            setTyped("");
            setSearch({ metric: [...shown, metric] });
          }}
        />
      </div>
    </section>
  );
}
