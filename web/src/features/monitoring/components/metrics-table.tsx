// The charts' values as a table: the same numbers for those who read better than they look, and for copying.
import type { ReactElement } from "react";
import { Ago } from "../../../components/ago";
import { Empty } from "../../../components/panel";
import { nearest, type Sample } from "../../../lib/chart";
import { plural } from "../../../lib/format";

export interface TableColumn {
  head: string;
  samples: readonly Sample[];
  format: (value: number) => string;
  /** Gets a column of its own beside this one. Its samples are moved to where they are compared. */
  earlier?: EarlierColumn | undefined;
}

export interface EarlierColumn {
  /** Which day they are of. */
  word: string;
  samples: readonly Sample[];
  /** The longer pace of the two. */
  intervalMs: number;
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

/**
 * Earlier values at the times of the rows: they were read at other seconds of their day. A row has the nearest one, as the cross-hair of the
 * chart has; a value that no row is near to keeps its time.
 */
export function besideRows(times: readonly { at: number }[], { samples, intervalMs }: Pick<EarlierColumn, "samples" | "intervalMs">): Sample[] {
  // Half of what `gapsOf` bridges.
  const reachMs = intervalMs * 0.8, isNear = (a: { at: number } | null, at: number): boolean => a !== null && Math.abs(a.at - at) <= reachMs;
  const beside = times.flatMap(({ at }) => {
    const sample = nearest(samples, at);
    return sample && isNear(sample, at) ? [{ ...sample, at }] : [];
  });
  return [...beside, ...samples.filter((s) => !isNear(nearest(times, s.at), s.at))];
}

function withEarlier(columns: readonly TableColumn[]): TableColumn[] {
  const times = rowsByTime(columns).map(([at]) => ({ at })).reverse();
  return columns.flatMap((c) =>
    c.earlier ? [c, { head: `${c.head}, ${c.earlier.word.toLowerCase()}`, samples: besideRows(times, c.earlier), format: c.format }] : [c]
  );
}

interface Props {
  columns: readonly TableColumn[];
  label?: string;
}

export function MetricsTable({ columns: own, label = "Metric values" }: Props): ReactElement {
  const columns = withEarlier(own), rows = rowsByTime(columns);
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
