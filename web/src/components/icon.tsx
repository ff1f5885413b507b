import type { ReactElement } from "react";
import sprite from "./icon-sprite.svg";
import type { IconName } from "./icon-names";

interface Path {
  d: string;
  rule: "evenodd" | undefined;
}

/** The paths of each icon. Drawn in place, not by `<use>`: a list shows hundreds, and each would be a tree and two clips of its own. */
const icons = new Map<string, readonly Path[]>(
  [...sprite.matchAll(/<symbol id="i-([^"]+)"[^>]*>(.*?)<\/symbol>/gs)].map(([, name = "", inside = ""]) => [
    name,
    [...inside.matchAll(/<path\b([^>]*)>/g)].map(([, attributes = ""]) => ({
      d: / d="([^"]*)"/.exec(attributes)?.[1] ?? "",
      rule: attributes.includes('fill-rule="evenodd"') ? "evenodd" : undefined,
    })),
  ]),
);

/** An icon beside a word: it is always hidden from screen readers, the word says it. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }): ReactElement {
  return (
    <svg className={`i ${name.startsWith("chevron-") ? "chev" : ""} ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      {(icons.get(name) ?? []).map(({ d, rule }) => <path key={d} d={d} fillRule={rule} />)}
    </svg>
  );
}

export function Logo(): ReactElement {
  return (
    <svg className="logo" viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="6" />
      <path d="M6 8.25h12M6 12h12M6 15.75h6" />
      <circle cx="16.5" cy="15.75" r="1.75" />
    </svg>
  );
}
