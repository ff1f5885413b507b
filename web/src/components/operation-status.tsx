// How long work stands: word, shape and colour, its progress, and its counts.
import type { ReactElement } from "react";
import { isRunning } from "../api/read-operation";
import type { Operation, OperationItemStatus, OperationStatus } from "../api/model";
import { count } from "../lib/format";
import { Icon } from "./icon";
import type { IconName } from "./icon-names";

type Tone = "healthy" | "warning" | "critical" | "offline" | "unknown" | "info";

const words: Readonly<Record<OperationStatus | OperationItemStatus, readonly [word: string, tone: Tone, icon: IconName]>> = {
  queued: ["Queued", "unknown", "clock-history"],
  pending: ["Waiting", "unknown", "clock-history"],
  running: ["Running", "info", "arrow-repeat"],
  stopping: ["Stopping", "warning", "pause-circle-fill"],
  succeeded: ["Done", "healthy", "check-circle-fill"],
  partial: ["Partly done", "warning", "exclamation-triangle-fill"],
  failed: ["Failed", "critical", "x-octagon-fill"],
  skipped: ["Nothing to do", "offline", "dash-circle-fill"],
  stopped: ["Stopped", "offline", "dash-circle-fill"],
};

export function WorkStatus({ status, pill = false }: { status: OperationStatus | OperationItemStatus; pill?: boolean }): ReactElement {
  const [word, tone, icon] = words[status];
  return (
    <span className={`status ${pill ? "pill" : ""}`} data-s={tone}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** The bar with its numbers: failed in red at the end of what is done, so that it is seen before all is over. */
export function OperationProgress({ operation }: { operation: Operation }): ReactElement {
  const { progress: { done, total, message }, counts } = operation, share = (n: number): number => (total > 0 ? (n / total) * 100 : 0);
  const failed = share(counts.failed), good = Math.max(0, share(done) - failed);
  return (
    <div className="opbar">
      <div className="row sb t12">
        <span className="m2 ell">{message || (isRunning(operation) ? "Working" : "")}</span>
        <span className="num nowrap">{count(done)} of {count(total)}</span>
      </div>
      <div
        className="progress"
        role="progressbar"
        aria-label={operation.title}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
      >
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect width={good} height="6" />
          <rect className="bad" x={good} width={failed} height="6" />
        </svg>
      </div>
    </div>
  );
}

export function countsText({ counts, progress }: Operation): string {
  const parts = [`${count(counts.succeeded)} done`];
  if (counts.failed > 0) parts.push(`${count(counts.failed)} failed`);
  if (counts.skipped > 0) parts.push(`${count(counts.skipped)} had nothing to do`);
  const left = progress.total - progress.done;
  if (left > 0) parts.push(`${count(left)} left`);
  return parts.join(", ");
}
