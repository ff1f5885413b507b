// The charts' values as a table: the same numbers for those who read better than they look, and for copying.
import type { ReactElement } from "react";
import type { MetricSeries } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Empty } from "../../../components/panel";
import type { Sample } from "../../../lib/chart";
import { percent, quantity } from "../../../lib/format";
import { chartKinds } from "./chart-kinds";

export function MetricsTable(
  { series, samples }: { series: readonly MetricSeries[]; samples: readonly (readonly Sample[])[] },
): ReactElement {
  const byTime = new Map<number, (Sample | undefined)[]>();
  samples.forEach((list, i) => {
    for (const s of list) {
      const row = byTime.get(s.at) ?? [];
      row[i] = s;
      byTime.set(s.at, row);
    }
  });
  const times = [...byTime.keys()].sort((a, b) => b - a);
  if (times.length === 0 || series.length === 0) {
    return (
      <section className="panel vflex tall" aria-label="Values">
        <Empty icon="table" title="No data" text="Nothing was collected in this range." />
      </section>
    );
  }
  return (
    <div className="panel">
      <div className="sx metricst" tabIndex={0} role="region" aria-label="Metric values">
        <table className="tbl xd" aria-label="Metric values">
          <thead>
            <tr>
              <th>Time</th>
              {chartKinds.map((k) => <th key={k.metric} className="num">{k.title}, {k.percent ? "%" : k.unit}</th>)}
            </tr>
          </thead>
          <tbody>
            {times.map((at) => (
              <tr key={at}>
                <td>
                  <Ago at={at} form="full" />
                </td>
                {chartKinds.map((k, i) => {
                  const s = byTime.get(at)?.[i];
                  return (
                    <td key={k.metric} className="num">
                      {s ? (k.percent ? percent(s.avg) : quantity(s.avg)) : <span className="m3" title="No value collected">–</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="pf">
        <span>{times.length} points, newest first</span>
      </div>
    </div>
  );
}
