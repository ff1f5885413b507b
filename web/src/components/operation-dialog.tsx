// Follows an operation that was just begun: progress, what failed and why, stop; it goes on when the dialog is closed.
import { type ReactElement, useEffect, useState } from "react";
import { listOperationItems } from "../api/list-operation-items";
import type { Operation } from "../api/model";
import { isRunning, operationKey, useOperation } from "../api/read-operation";
import { stopOperation } from "../api/stop-operation";
import { plural } from "../lib/format";
import { put, useQuery } from "../lib/query";
import { Link } from "../lib/router";
import { tenantKey } from "../lib/session";
import { watchInBackground } from "../lib/watched-operations";
import { useAction } from "../lib/use-action";
import { Dialog } from "./dialog";
import { countsText, OperationProgress, WorkStatus } from "./operation-status";
import { ErrorCallout } from "./panel";

/** As many failures as the dialog names; the operation's own page has the others. */
const failuresMax = 50;

interface Props {
  operation: Operation;
  onClose: () => void;
  /** Runs once when it has ended, however. */
  onEnd?: (operation: Operation) => void;
  undo?: { label: string; run: (operation: Operation) => Promise<Operation> };
}

export function OperationDialog({ operation: begun, onClose, onEnd, undo }: Props): ReactElement {
  const [shown, setShown] = useState(begun), query = useOperation(shown.id), operation = query.data ?? shown;
  const running = isRunning(operation), undone = shown.id !== begun.id;
  const failures = useQuery(
    operation.counts.failed > 0 ? tenantKey("operation-failures", operation.id) : null,
    async (signal) => (await listOperationItems(operation.id, ["failed"], null, failuresMax, signal)).rows,
    { poll: true },
  );
  useEffect(() => {
    if (!running) onEnd?.(operation);
  }, [running, operation.id]);
  const stop = useAction(async () => put(operationKey(operation.id), await stopOperation(operation.id)));
  const takeBack = useAction(async () => {
    if (undo) setShown(await undo.run(operation));
  });
  const close = (): void => {
    if (running) watchInBackground(operation.id);
    onClose();
  };
  return (
    <Dialog
      title={operation.title}
      onClose={close}
      actions={
        <>
          {running
            ? (
              <button
                className="btn start"
                type="button"
                aria-disabled={stop.busy || operation.status === "stopping"}
                onClick={() => {
                  if (operation.status !== "stopping") void stop.run();
                }}
              >
                Stop
              </button>
            )
            : undo && !undone && operation.counts.succeeded > 0 && (
              <button className="btn start" type="button" aria-disabled={takeBack.busy} onClick={() => void takeBack.run()}>{undo.label}</button>
            )}
          <Link className="btn" href={`/operations/${operation.id}`} onClick={onClose}>Details</Link>
          <button className="btn primary" type="button" onClick={close}>{running ? "Go on in the background" : "Close"}</button>
        </>
      }
    >
      <div className="row">
        <WorkStatus status={operation.status} pill />
        <span className="m2" role="status">{countsText(operation)}</span>
      </div>
      <OperationProgress operation={operation} />
      {operation.error && (
        <div className="callout" data-s="critical" role="alert">
          <span />
          <div>
            <b>{operation.error.message}</b>
            <p className="code1">{operation.error.code}</p>
          </div>
        </div>
      )}
      {failures.data && failures.data.length > 0 && (
        <ul className="opfails" aria-label="What failed" tabIndex={0}>
          {failures.data.map((f) => (
            <li key={f.position}>
              <b>{f.name}</b>
              <span className="m2">{f.message ?? f.errorCode}</span>
            </li>
          ))}
          {operation.counts.failed > failures.data.length && (
            <li className="m3">{plural(operation.counts.failed - failures.data.length, "more", "more")} under Details</li>
          )}
        </ul>
      )}
      <ErrorCallout error={query.data ? undefined : query.error} title="How it goes could not be read." />
      <ErrorCallout error={stop.error} title="It was not stopped." />
      <ErrorCallout error={takeBack.error} title="It was not undone." />
    </Dialog>
  );
}
