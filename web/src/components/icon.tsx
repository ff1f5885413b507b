import type { ReactElement } from "react";
import sprite from "./icon-sprite.svg";
import type { IconName } from "./icon-names";

/** An icon beside a word: it is always hidden from screen readers, the word says it. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }): ReactElement {
  return (
    <svg className={`i ${name.startsWith("chevron-") ? "chev" : ""} ${className}`} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** Puts the sprite into the page once, so that `<use>` finds its symbols without a request. */
export function installIcons(): void {
  const parsed = new DOMParser().parseFromString(sprite, "image/svg+xml").documentElement;
  const node = document.importNode(parsed, true);
  node.setAttribute("class", "sprite");
  node.setAttribute("aria-hidden", "true");
  document.body.append(node);
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
