import type { ReactElement } from "react";
import type { DeploymentState } from "../../../api/model";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";

type Word = readonly [word: string, tone: string, icon: IconName];

export const deploymentWords: Readonly<Record<DeploymentState, Word>> = {
  none: ["Not deployed", "unknown", "dash-circle-fill"],
  deploying: ["Deploying", "info", "arrow-repeat"],
  monitored: ["Monitored", "healthy", "check-circle-fill"],
  drifted: ["Drifted", "warning", "exclamation-triangle-fill"],
  outdated: ["Outdated", "warning", "clock-history"],
  failed: ["Failed", "critical", "x-octagon-fill"],
};

/** The state of the monitoring objects: word, shape and colour. */
export function DeploymentBadge({ state }: { state: DeploymentState }): ReactElement {
  const [word, tone, icon] = deploymentWords[state];
  return (
    <span className="status" data-s={tone}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
