// Whether the maker still mends a server's version: a word beside the version, the sentence on hover.
import type { ReactElement } from "react";
import type { VersionSupport } from "../../../api/model";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import { day } from "../../../lib/format";

type State = VersionSupport["state"];

const words: Readonly<Record<State, readonly [word: string, tone: string, icon: IconName]>> = {
  supported: ["Supported", "healthy", "check-circle-fill"],
  extended: ["Extended support", "info", "info-circle-fill"],
  ending: ["Support ends soon", "warning", "exclamation-triangle-fill"],
  unsupported: ["Out of support", "critical", "x-octagon-fill"],
  unknown: ["Support not known", "unknown", "question-circle"],
};

export function supportText({ state, endsAt, note, asOf, source }: VersionSupport): string {
  const until = endsAt ? `${state === "unsupported" ? "Ended" : "Ends"} ${day(Date.parse(endsAt))}.` : "";
  return [words[state][0] + ".", until, note ?? "", `By the table of ${day(Date.parse(asOf))}, from ${source}.`].filter(Boolean).join(" ");
}

export function SupportStatus({ support }: { support: VersionSupport }): ReactElement {
  const [word, tone, icon] = words[support.state];
  return (
    <span className="status" data-s={tone} title={supportText(support)}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** In the list only what needs attention is marked. */
export function SupportMark({ support }: { support: VersionSupport }): ReactElement | null {
  if (support.state !== "ending" && support.state !== "unsupported") return null;
  const [word, tone, icon] = words[support.state];
  return (
    <span className="sdot" data-s={tone} title={supportText(support)}>
      <Icon name={icon} />
      <span className="vh">{word}</span>
    </span>
  );
}
