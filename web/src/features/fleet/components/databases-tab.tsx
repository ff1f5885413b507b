// The databases of a server, read from the server itself when the tab is opened.
import { type ReactElement, useState } from "react";
import type { DatabaseList, Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Callout } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Empty, ErrorCallout, QueryView } from "../../../components/panel";
import { SortHead, type SortState, useSorted } from "../../../components/sort-head";
import { bytes, count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { useAction } from "../../../lib/use-action";
import { databasesKey, refreshDatabases, useDatabases } from "../api/list-databases";

type Database = DatabaseList["databases"][number];
type Column = "name" | "size" | "state" | "recovery";

const valueOf: Readonly<Record<Column, (d: Database) => string | number>> = {
  name: (d) => d.name.toLowerCase(),
  size: (d) => d.sizeBytes ?? -1,
  state: (d) => d.state ?? "",
  recovery: (d) => d.recoveryModel ?? "",
};
/** More rows than this are not drawn, and the table says so. */
const rowCountMax = 1_000;
const noDatabases: readonly Database[] = [];

export function DatabasesTab({ server }: { server: Server }): ReactElement {
  const query = useDatabases(server.id), fresh = useAction(() => refreshDatabases(server.id));
  const [sort, setSort] = useState<SortState<Column>>({ key: "size", order: "desc" }), [system, setSystem] = useState(false);
  const all = query.data?.databases ?? noDatabases, rows = useSorted(system ? all : all.filter((d) => !d.isSystem), sort, valueOf);
  const hidden = all.length - rows.length, known = rows.filter((d) => d.sizeBytes !== null), sqlServer = server.engine === "sqlserver";
  return (
    <>
      <div className="toolbar">
        {query.data && (
          <span className="m2" role="status">
            {plural(rows.length, "database")}
            {known.length > 0 && `, ${bytes(known.reduce((sum, d) => sum + (d.sizeBytes ?? 0), 0))}${known.length < rows.length ? " of those whose size is known" : ""}`}
          </span>
        )}
        {(system || hidden > 0) && (
          <button className="btn ghost sm" type="button" aria-pressed={system} onClick={() => setSystem(!system)}>
            {system ? "Hide" : "Show"} system databases
          </button>
        )}
        <span className="grow" />
        {query.data && (
          <span className="m3 t12">
            read <Ago at={query.data.readAt} />
          </span>
        )}
        <button className="btn sm" type="button" aria-disabled={fresh.busy} onClick={() => void fresh.run()}>
          <Icon name="arrow-clockwise" />
          {fresh.busy ? "Reading" : "Read again"}
        </button>
      </div>
      <ErrorCallout error={fresh.error} title="The databases could not be read again." />
      {query.data?.note && (
        <div className="banner">
          <Callout tone="info" icon="info-circle-fill" title={query.data.note} />
        </div>
      )}
      <section className="panel vflex tall" aria-label="Databases" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The databases could not be read" retry={() => void refetch(databasesKey(server.id))} lines={6}>
          {() =>
            rows.length === 0
              ? <Empty icon="database" title="No databases" text="The server has none that this login may see." />
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="Database table">
                  <table className="tbl dense" aria-label="Databases">
                    <thead>
                      <tr>
                        <SortHead label="Database" column="name" sort={sort} onSort={setSort} />
                        <SortHead label="Size" column="size" sort={sort} onSort={setSort} numeric />
                        <SortHead label="State" column="state" sort={sort} onSort={setSort} />
                        {sqlServer && <SortHead label="Recovery" column="recovery" sort={sort} onSort={setSort} />}
                      </tr>
                    </thead>
                    <tbody>{rows.slice(0, rowCountMax).map((d) => <Row key={d.name} database={d} sqlServer={sqlServer} />)}</tbody>
                  </table>
                </div>
              )}
        </QueryView>
        {rows.length > rowCountMax && <div className="pf push">The first {count(rowCountMax)}; {count(rows.length - rowCountMax)} more.</div>}
      </section>
    </>
  );
}

function Row({ database: d, sqlServer }: { database: Database; sqlServer: boolean }): ReactElement {
  const well = d.state === null || d.state === "online";
  return (
    <tr>
      <td>
        {d.name}
        {d.isSystem && <span className="m3">{" system"}</span>}
      </td>
      <td className="num">{d.sizeBytes === null ? <span className="m3" title="The login may not see it">–</span> : bytes(d.sizeBytes)}</td>
      <td>
        {d.state === null ? <span className="m3" title="The login may not see it">–</span> : (
          <span className="status" data-s={well ? "healthy" : "warning"}>
            <Icon name={well ? "check-circle-fill" : "exclamation-triangle-fill"} />
            {d.state.replaceAll("_", " ")}
          </span>
        )}
      </td>
      {sqlServer && <td className="m2">{d.recoveryModel?.replaceAll("_", " ") ?? "–"}</td>}
    </tr>
  );
}
