// Status: shape, word and colour, always together.
import { type ReactElement, useEffect, useRef, useState } from "react";
import type { EngineKind, Health, Reachability } from "../api/model";
import { Icon } from "./icon";
import type { IconName } from "./icon-names";

/** The order that holds everywhere: what needs a person first. */
export const healthOrder: readonly Health[] = ["critical", "offline", "warning", "unknown", "healthy"];

export const healthWords: Readonly<Record<Health, string>> = {
  healthy: "Healthy",
  warning: "Warning",
  critical: "Critical",
  offline: "Offline",
  unknown: "Unknown",
};
export const healthIcons: Readonly<Record<Health | "info", IconName>> = {
  healthy: "check-circle-fill",
  warning: "exclamation-triangle-fill",
  critical: "x-octagon-fill",
  offline: "dash-circle-fill",
  unknown: "question-circle",
  info: "info-circle-fill",
};
const reachabilityWords: Readonly<Record<Reachability, string>> = {
  online: "Online",
  degraded: "Degraded",
  offline: "Offline",
  unknown: "Unknown",
};
const reachabilityTones: Readonly<Record<Reachability, Health>> = {
  online: "healthy",
  degraded: "warning",
  offline: "critical",
  unknown: "unknown",
};

export function HealthStatus({ health, pill = false, word }: { health: Health; pill?: boolean; word?: string }): ReactElement {
  const pulse = usePulse(health);
  return (
    <span className={`status ${pill ? "pill" : ""} ${pulse ? "changed" : ""}`} data-s={health}>
      <Icon name={healthIcons[health]} />
      {word ?? healthWords[health]}
    </span>
  );
}

/** The shape alone, for dense columns and arrows; the word is there for screen readers. */
export function HealthDot({ health }: { health: Health }): ReactElement {
  const pulse = usePulse(health);
  return (
    <span className={`sdot ${pulse ? "changed" : ""}`} data-s={health} title={healthWords[health]}>
      <Icon name={healthIcons[health]} />
      <span className="vh">{healthWords[health]}</span>
    </span>
  );
}

export function ReachabilityStatus({ status, pill = false }: { status: Reachability; pill?: boolean }): ReactElement {
  const tone = reachabilityTones[status], pulse = usePulse(status);
  return (
    <span className={`status ${pill ? "pill" : ""} ${pulse ? "changed" : ""}`} data-s={tone}>
      <Icon name={status === "offline" ? "dash-circle-fill" : healthIcons[tone]} />
      {reachabilityWords[status]}
    </span>
  );
}

/** True for a moment after the value has changed on screen: it pulses once, and nothing moves. */
function usePulse(value: string): boolean {
  const before = useRef(value);
  const [on, setOn] = useState(false);
  useEffect(() => {
    if (before.current === value) return undefined;
    before.current = value;
    setOn(true);
    const timer = setTimeout(() => setOn(false), 1_400);
    return () => clearTimeout(timer);
  }, [value]);
  return on;
}

const engineMarks: Readonly<Record<EngineKind, readonly [css: string, mark: string, name: string]>> = {
  sqlserver: ["sql", "MS", "SQL Server"],
  postgresql: ["pg", "PG", "PostgreSQL"],
  mysql: ["my", "My", "MySQL"],
};

export const engineName = (engine: EngineKind): string => engineMarks[engine][2];

export function EngineMark({ engine, large = false }: { engine: EngineKind; large?: boolean }): ReactElement {
  const [css, mark, name] = engineMarks[engine];
  return (
    <span className={`eng ${large ? "lg" : ""}`} data-e={css} title={name}>
      <span aria-hidden="true">{mark}</span>
      <span className="vh">{name}</span>
    </span>
  );
}
