// The charts' values as a table: the same numbers for those who read better than they look, and for copying.
import type { ReactElement } from "react";
import { Ago } from "../../../components/ago";
import { Empty } from "../../../components/panel";
import type { Sample } from "../../../lib/chart";
import { plural } from "../../../lib/format";

export interface TableColumn {
  head: string;
  samples: readonly Sample[];
  format: (value: number) => string;
}

/** More rows than this are not drawn, and the table says so; the CSV has them all. */
const rowCountMax = 600;

/** Every time that a column has a value at, with what each has. */
export function rowsByTime(columns: readonly { samples: readonly Sample[] }[]): (readonly [at: number, samples: readonly (Sample | undefined)[]])[] {
  const byTime = new Map<number, (Sample | undefined)[]>();
  columns.forEach(({ samples }, i) => {
    for (const s of samples) {
      const row = byTime.get(s.at) ?? [];
      row[i] = s;
      byTime.set(s.at, row);
    }
  });
  return [...byTime].sort(([a], [b]) => b - a);
}

interface Props {
  columns: readonly TableColumn[];
  label?: string;
}

export function MetricsTable({ columns, label = "Metric values" }: Props): ReactElement {
  const rows = rowsByTime(columns);
  if (rows.length === 0) {
    return (
      <section className="panel vflex tall" aria-label={label}>
        <Empty icon="table" title="No data" text="Nothing was collected in this range." />
      </section>
    );
  }
  return (
    <div className="panel">
      <div className="sx metricst" tabIndex={0} role="region" aria-label={`${label} table`}>
        <table className="tbl xd" aria-label={label}>
          <thead>
            <tr>
              <th>Time</th>
              {columns.map((c) => <th key={c.head} className="num">{c.head}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, rowCountMax).map(([at, samples]) => (
              <tr key={at}>
                <td>
                  <Ago at={at} form="full" />
                </td>
                {columns.map((c, i) => {
                  const s = samples[i];
                  return (
                    <td key={c.head} className="num">{s ? c.format(s.avg) : <span className="m3" title="No value collected">–</span>}</td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="pf">
        <span>
          {plural(rows.length, "point")}, newest first
          {rows.length > rowCountMax && `; the first ${rowCountMax} are shown, the CSV has all`}
        </span>
      </div>
    </div>
  );
}
