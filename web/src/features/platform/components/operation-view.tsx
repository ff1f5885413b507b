// One operation: how it stands, and what became of each item.
import { type ReactElement, type ReactNode, useEffect } from "react";
import { listOperationItems } from "../../../api/list-operation-items";
import type { Operation, OperationItem } from "../../../api/model";
import { isRunning, operationKey, useOperation } from "../../../api/read-operation";
import { stopOperation } from "../../../api/stop-operation";
import { Ago } from "../../../components/ago";
import { Callout, Crumbs, Dot, Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { countsText, OperationProgress, WorkStatus } from "../../../components/operation-status";
import { Empty, ErrorCallout, Failure, PageHead, Panel, QueryView, StaleBadge } from "../../../components/panel";
import { type Column, VirtualTable } from "../../../components/virtual-table";
import { duration } from "../../../lib/format";
import { usePaged } from "../../../lib/paged";
import { put, refetch } from "../../../lib/query";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { tenantKey, useMay } from "../../../lib/session";
import { setPageTitle } from "../../../lib/title";
import { useAction } from "../../../lib/use-action";

export function OperationPage({ id }: { id: string }): ReactElement {
  const query = useOperation(id), operation = query.data;
  useEffect(() => {
    if (operation) setPageTitle(operation.title);
  }, [operation?.title]);
  const gone = query.error?.status === 404;
  return (
    <>
      <PageHead
        crumbs={<Crumbs path={[["/operations", "Operations"]]} here={operation?.title ?? "…"} />}
        title={operation
          ? (
            <div className="row g3 w">
              <h1>{operation.title}</h1>
              <WorkStatus status={operation.status} pill />
            </div>
          )
          : <h1>Operation</h1>}
        sub={operation && <Facts operation={operation} />}
      >
        <StaleBadge query={query} />
      </PageHead>
      {gone && query.error
        ? (
          <section className="panel vflex tall" aria-label="Operation">
            <Failure what="This operation does not exist, or was forgotten: ended ones are kept for 30 days" error={query.error} />
          </section>
        )
        : (
          <QueryView query={query} what="The operation did not load" retry={() => void refetch(operationKey(id))}>
            {(o) => <OperationView operation={o} />}
          </QueryView>
        )}
    </>
  );
}

function Facts({ operation }: { operation: Operation }): ReactElement {
  const { createdBy, createdAt, startedAt, endedAt } = operation;
  return (
    <>
      {createdBy}
      <Dot />
      <Ago at={createdAt} />
      {startedAt && endedAt && <><Dot />took {duration(Date.parse(endedAt) - Date.parse(startedAt))}</>}
    </>
  );
}

const shapes = [["", "All"], ["failed", "Failed"], ["succeeded", "Done"], ["skipped", "Nothing to do"], ["pending", "Left"]] as const;
type Shape = (typeof shapes)[number][0];
const statusesOf: Readonly<Record<Shape, readonly string[]>> = {
  "": [],
  failed: ["failed"],
  succeeded: ["succeeded"],
  skipped: ["skipped"],
  pending: ["pending", "running", "stopped"],
};

/** The progress and the items. `tools` are the buttons of whoever shows it, such as "Resume". */
export function OperationView({ operation, tools }: { operation: Operation; tools?: ReactNode }): ReactElement {
  const mayManage = useMay("manageServers"), asked = useSearch().get("items");
  const shape = shapes.find(([s]) => s === asked)?.[0] ?? "", running = isRunning(operation);
  const stop = useAction(async () => put(operationKey(operation.id), await stopOperation(operation.id)));
  const list = usePaged<OperationItem>(
    tenantKey("operation-items", operation.id, shape),
    (cursor, limit, signal) => listOperationItems(operation.id, statusesOf[shape], cursor, limit, signal),
    (i) => i.position,
  );
  return (
    <>
      <Panel
        title="Progress"
        sub={countsText(operation)}
        tools={
          <>
            {tools}
            {running && mayManage && (
              <button
                className="btn sm"
                type="button"
                aria-disabled={stop.busy || operation.status === "stopping"}
                onClick={() => {
                  if (operation.status !== "stopping") void stop.run();
                }}
              >
                <Icon name="pause-circle" />
                {operation.status === "stopping" ? "Stopping" : "Stop"}
              </button>
            )}
          </>
        }
      >
        <div className="pb col g3c">
          <OperationProgress operation={operation} />
          {operation.error && (
            <Callout tone="critical" icon="x-octagon-fill" title={operation.error.message}>
              <span className="code1">{operation.error.code}</span>
            </Callout>
          )}
          {operation.status === "stopped" && (
            <Callout tone="info" icon="info-circle-fill" title="It was stopped. What was done stays done; the rest was left alone." />
          )}
          <ErrorCallout error={stop.error} title="It was not stopped." />
        </div>
      </Panel>
      <section className="panel vflex mt3 opitems" aria-label="Items" aria-busy={list.query.loading && !list.query.data}>
        <div className="ph2">
          <h2>Items</h2>
          <span className="grow" />
          <Segmented label="Show" value={shape} choices={shapes} onValue={(items) => setSearch({ items })} />
        </div>
        <QueryView query={list.query} what="The items did not load" retry={list.retry} lines={6}>
          {() =>
            list.total === 0
              ? <Empty icon="list-check" title={shape === "" ? "No items yet" : "None of these"} />
              : (
                <VirtualTable
                  label="Items"
                  rows={list.rows}
                  total={list.total}
                  columns={columns}
                  rowKey={(i) => String(i.position)}
                  rowHeight={32}
                  onOpen={(i) => {
                    if (i.entityId) navigate(`/servers/${i.entityId}`);
                  }}
                  onNeed={list.need}
                />
              )}
        </QueryView>
      </section>
    </>
  );
}

const columns: readonly Column<OperationItem>[] = [
  { key: "position", head: "#", width: "64px", render: (i) => <span className="m3 num">{i.position}</span> },
  {
    key: "name",
    head: "Item",
    width: "minmax(140px, 1fr)",
    render: (i) =>
      i.entityId
        ? <Link className="srv ell block" tabIndex={-1} href={`/servers/${i.entityId}`} title={i.name}>{i.name}</Link>
        : <span className="ell block" title={i.name}>{i.name}</span>,
  },
  { key: "status", head: "Result", width: "126px", render: (i) => <WorkStatus status={i.status} /> },
  {
    key: "message",
    head: "Message",
    width: "minmax(160px, 2fr)",
    render: (i) => (
      <span className="m2 ell block" title={[i.message, i.errorCode].filter(Boolean).join(" · ")}>
        {i.message ?? i.errorCode ?? ""}
      </span>
    ),
  },
  {
    key: "took",
    head: "Took",
    width: "72px",
    end: true,
    render: (i) => <span className="m3 num">{tookText(i)}</span>,
  },
];

function tookText({ startedAt, endedAt }: OperationItem): string {
  if (!startedAt || !endedAt) return "";
  const ms = Date.parse(endedAt) - Date.parse(startedAt);
  return ms < 1_000 ? `${ms} ms` : duration(ms);
}
