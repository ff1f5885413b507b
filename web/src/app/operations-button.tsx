// The top bar's sign of long work: how many operations run, and the latest ones below.
import { type ReactElement, useEffect } from "react";
import { useRecentOperations } from "../api/list-operations";
import type { Operation } from "../api/model";
import { isRunning, useOperation } from "../api/read-operation";
import { Ago } from "../components/ago";
import { Icon } from "../components/icon";
import { countsText, OperationProgress, WorkStatus } from "../components/operation-status";
import { ErrorCode, Skeleton } from "../components/panel";
import { PopOver } from "../components/pop-over";
import { plural } from "../lib/format";
import { invalidate } from "../lib/query";
import { Link, navigate } from "../lib/router";
import { tenantKey } from "../lib/session";
import { useStore } from "../lib/store";
import { toast } from "../lib/toasts";
import { endWatch, watchedOperations } from "../lib/watched-operations";

export function OperationsButton(): ReactElement {
  const query = useRecentOperations(), running = (query.data ?? []).filter(isRunning), watched = useStore(watchedOperations);
  const label = running.length > 0 ? `Operations: ${running.length} running` : "Operations";
  return (
    <>
      <PopOver
        label="Operations"
        buttonLabel={label}
        className={running.length > 0 ? "btn ghost ops" : "btn ghost icon"}
        button={<><Icon name="list-check" />{running.length > 0 && <b className="num">{running.length}</b>}</>}
        side="end"
        wide
      >
        {(close) => (
          <div className="opspop">
            <div className="row sb">
              <h2>Operations</h2>
              <Link className="btn ghost sm" href="/operations" onClick={close}>Show all</Link>
            </div>
            {!query.data && !query.error && <Skeleton lines={3} />}
            {query.error && <ErrorCode error={query.error} />}
            {query.data?.length === 0 && <p className="hint">Long work, such as an import or a change to many servers, shows here.</p>}
            <ul>{(query.data ?? []).map((o) => <Entry key={o.id} operation={o} onOpen={close} />)}</ul>
          </div>
        )}
      </PopOver>
      {watched.map((id) => <EndNotice key={id} id={id} />)}
    </>
  );
}

function Entry({ operation, onOpen }: { operation: Operation; onOpen: () => void }): ReactElement {
  return (
    <li>
      <div className="row sb">
        <Link className="srv ell" href={`/operations/${operation.id}`} onClick={onOpen}>{operation.title}</Link>
        <WorkStatus status={operation.status} />
      </div>
      {isRunning(operation) ? <OperationProgress operation={operation} /> : (
        <p className="m3 t12">
          {countsText(operation)}, <Ago at={operation.endedAt ?? operation.createdAt} />
        </p>
      )}
    </li>
  );
}

/** Says once that an operation in the background has ended. */
function EndNotice({ id }: { id: string }): null {
  const operation = useOperation(id).data, ended = operation !== undefined && !isRunning(operation);
  useEffect(() => {
    if (!ended || !operation) return;
    endWatch(id);
    for (const part of ["servers", "health", "groups", "labels"]) invalidate(tenantKey(part));
    const failed = operation.counts.failed > 0 || operation.status === "failed";
    toast(
      failed ? `${operation.title}: ${plural(operation.counts.failed, "failure")}` : operation.title,
      countsText(operation),
      failed ? "warning" : "healthy",
      { label: "Details", onSelect: () => navigate(`/operations/${id}`) },
    );
  }, [ended, id]);
  return null;
}
