// A collector's state: shape, word and colour, as health has them.
import type { ReactElement } from "react";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import type { CollectorState, CollectorSummary } from "../api/collector-types";

const states: Readonly<Record<CollectorState, readonly [word: string, tone: string, icon: IconName]>> = {
  failed: ["Failed", "critical", "x-octagon-fill"],
  no_permissions: ["Permission missing", "warning", "lock"],
  cut_off: ["Cut off", "warning", "exclamation-triangle-fill"],
  pending: ["Not read yet", "unknown", "question-circle"],
  not_available: ["Not available", "unknown", "dash-circle-fill"],
  ok: ["OK", "healthy", "check-circle-fill"],
};

export const stateOrder = Object.keys(states) as CollectorState[];
export const stateWord = (state: CollectorState): string => states[state][0];

type Reading = Pick<CollectorSummary, "state" | "collectedAt" | "isStale">;

/** Its last run brought all rows, and they are as young as its pace promises. */
export const isWell = ({ state, isStale }: Reading): boolean => state === "ok" && isStale !== true;

/** What is stale has no green OK: its state is of a run that is long past. */
export function CollectorCondition({ collector }: { collector: Reading }): ReactElement {
  const stale = <StaleReading collector={collector} />;
  if (collector.isStale !== true || collector.collectedAt === null) return <CollectorStatus state={collector.state} />;
  return collector.state === "ok" ? stale : (
    <span className="row g1 w">
      <CollectorStatus state={collector.state} />
      {stale}
    </span>
  );
}

/** When rows that are too old were read; nothing where they are not. */
export function StaleReading({ collector: { isStale, collectedAt } }: { collector: Pick<CollectorSummary, "collectedAt" | "isStale"> }): ReactElement | null {
  if (isStale !== true || collectedAt === null) return null;
  return (
    <span className="badge" data-s="warning" title="It was read longer ago than its pace promises: the server may be different by now">
      <Icon name="clock-history" />
      Stale, read <Ago at={collectedAt} />
    </span>
  );
}

export function CollectorStatus({ state }: { state: CollectorState }): ReactElement {
  const [word, tone, icon] = states[state];
  return (
    <span className="status" data-s={tone}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

export function CollectorBadge({ state, message }: { state: CollectorState; message: string | null }): ReactElement {
  const [word, tone, icon] = states[state];
  return (
    <span className="badge" data-s={tone} title={message ?? undefined}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
