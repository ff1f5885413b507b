// Charts that the reader adds: any metric that any collector of the engine knows. Which ones is in the address.
import { type ReactElement, useMemo, useState } from "react";
import type { Server } from "../../../api/model";
import { Combo, type ComboChoice } from "../../../components/combo";
import { Icon } from "../../../components/icon";
import { plural } from "../../../lib/format";
import { setSearch } from "../../../lib/router";
import { rateUnit, unitWord } from "../../../lib/units";
import { useCollectors } from "../api/list-collectors";
import { useMetricTypes } from "../api/list-metric-types";
import type { MetricType } from "../api/collector-types";
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
      {shown.length < chartCountMax ? <AddChart server={server} shown={shown} /> : <p className="foot m3 t12">{chartCountMax} charts are shown, as many as fit.</p>}
    </>
  );
}

/** The list is long: it scrolls, and typing makes it short. */
const choiceCountMax = 300;
const ofServer = "The whole server";

/** All that can be drawn of a server of this engine and is not yet: the whole server's first, then by collector. `titles` are the collectors'. */
export function chartChoices(
  types: readonly MetricType[],
  engine: Server["engine"],
  shown: readonly string[],
  titles: ReadonlyMap<string, string>,
): ComboChoice[] {
  const named = new Map<string, ComboChoice & { group: string }>();
  for (const t of types) {
    if (named.has(t.name) || shownMetrics.has(t.name) || shown.includes(t.name) || (t.engines && !t.engines.includes(engine))) continue;
    const { collector = null } = t, group = collector === null ? ofServer : titles.get(collector) ?? metricTitle(collector);
    // Of a counter its rate is drawn; a metric of the whole server is one already.
    const isRate = collector !== null && t.kind === "counter";
    named.set(t.name, { value: t.name, text: metricTitle(t.name), note: unitWord(isRate ? rateUnit(t.unit) : t.unit), group, words: `${t.name} ${t.description}` });
  }
  const place = (c: { group: string }): string => (c.group === ofServer ? "" : c.group.toLowerCase());
  return [...named.values()].sort((a, b) => (place(a) === place(b) ? (a.text < b.text ? -1 : 1) : place(a) < place(b) ? -1 : 1));
}

function AddChart({ server, shown }: { server: Server; shown: readonly string[] }): ReactElement | null {
  const types = useMetricTypes(), collectors = useCollectors(server.id).data, [typed, setTyped] = useState("");
  const titles = useMemo(() => new Map((collectors ?? []).map((c) => [c.name, c.title])), [collectors]);
  const choices = useMemo(() => chartChoices(types.data ?? [], server.engine, shown, titles), [types.data, server.engine, shown.join(), titles]);
  if (types.data && choices.length === 0) return null;
  return (
    <section className="panel addchart" aria-label="More charts">
      <div className="pb">
        <Combo
          label="Add a chart"
          placeholder="File read stall, deadlocks, ..."
          hint={types.data ? `${plural(choices.length, "more metric")}, by collector` : types.error ? "The list of metrics did not load." : "The list of metrics loads"}
          typed={typed}
          onTyped={setTyped}
          choices={choices}
          shownMax={choiceCountMax}
          onPick={(metric) => {
            setTyped("");
            setSearch({ metric: [...shown, metric] });
          }}
        />
      </div>
    </section>
  );
}
