// A collector's state: shape, word and colour, as health has them.
import type { ReactElement } from "react";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import type { CollectorState } from "../api/collector-types";

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
