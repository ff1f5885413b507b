// All operations, newest first.
import type { ReactElement } from "react";
import { listOperations } from "../../../api/list-operations";
import type { Operation } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Segmented } from "../../../components/bits";
import { countsText, WorkStatus } from "../../../components/operation-status";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { type Column, VirtualTable } from "../../../components/virtual-table";
import { usePaged } from "../../../lib/paged";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { tenantKey } from "../../../lib/session";

const shapes = [["", "All"], ["running", "Running"], ["failed", "With failures"], ["done", "Done"], ["stopped", "Stopped"]] as const;
type Shape = (typeof shapes)[number][0];
const statusesOf: Readonly<Record<Shape, readonly string[]>> = {
  "": [],
  running: ["queued", "running", "stopping"],
  failed: ["partial", "failed"],
  done: ["succeeded"],
  stopped: ["stopped"],
};

export function OperationsPage(): ReactElement {
  const asked = useSearch().get("status"), shape = shapes.find(([s]) => s === asked)?.[0] ?? "";
  const list = usePaged<Operation>(
    tenantKey(`operations?${shape}`),
    (cursor, limit, signal) => listOperations(statusesOf[shape], cursor, limit, signal),
    (o) => o.id,
  );
  return (
    <>
      <PageHead title="Operations" sub="Long work: imports, deployments and changes to many servers. Kept for 30 days.">
        <StaleBadge query={list.query} />
        <Segmented label="Show" value={shape} choices={shapes} onValue={(status) => setSearch({ status })} />
      </PageHead>
      <section className="panel vflex servers tall" aria-label="Operations" aria-busy={list.query.loading && !list.query.data}>
        <QueryView query={list.query} what="Operations did not load" retry={list.retry} lines={8}>
          {() =>
            list.total === 0
              ? (
                <Empty
                  icon="list-check"
                  title={shape === "" ? "Nothing has run yet" : "None of these"}
                  text="An import or a change to many servers at once leaves its progress and its result here."
                />
              )
              : (
                <VirtualTable
                  label="Operations"
                  rows={list.rows}
                  total={list.total}
                  columns={columns}
                  rowKey={(o) => o.id}
                  rowHeight={32}
                  onOpen={(o) => navigate(`/operations/${o.id}`)}
                  onNeed={list.need}
                />
              )}
        </QueryView>
      </section>
    </>
  );
}

const columns: readonly Column<Operation>[] = [
  { key: "status", head: "Status", width: "118px", render: (o) => <WorkStatus status={o.status} /> },
  {
    key: "title",
    head: "Operation",
    width: "minmax(160px, 2fr)",
    render: (o) => <Link className="srv ell block" tabIndex={-1} href={`/operations/${o.id}`} title={o.title}>{o.title}</Link>,
  },
  { key: "counts", head: "Result", width: "minmax(140px, 1.4fr)", render: (o) => <span className="m2 ell block">{countsText(o)}</span> },
  { key: "by", head: "By", width: "minmax(100px, 1fr)", render: (o) => <span className="m2 ell block">{o.createdBy}</span> },
  { key: "at", head: "Begun", width: "120px", end: true, render: (o) => <Ago at={o.createdAt} className="m2" /> },
];
