// The colour of a group, and the choice of one. Colours are SVG attributes: no inline style.
import type { ReactElement } from "react";

export function GroupMark({ color }: { color: string | null }): ReactElement {
  return (
    <svg className="gmark" viewBox="0 0 10 10" aria-hidden="true">
      <rect width="10" height="10" rx="2.5" fill={color ?? "currentColor"} />
    </svg>
  );
}

/** Says that a filter decides who is in the group. */
export function DynamicMark({ filter }: { filter: string | null }): ReactElement {
  return <span className="badge" data-s="info" title={filter ?? undefined}>dynamic</span>;
}

/** The chart series of the light theme: told apart by eye, and red, amber and green are left to status. */
const swatches: readonly (readonly [color: string, name: string])[] = [
  ["#1f6fd1", "Blue"],
  ["#c4590c", "Orange"],
  ["#0a857d", "Teal"],
  ["#7a4bc0", "Violet"],
  ["#b53778", "Pink"],
  ["#6b7a10", "Olive"],
  ["#3187b8", "Sky"],
  ["#8b5e3f", "Brown"],
];

/** The colour's name, or its code for one of somebody's own. */
export const colorWord = (color: string | null): string =>
  color === null ? "no colour" : swatches.find(([c]) => c === color.toLowerCase())?.[1] ?? color;

export function ColorField({ value, onValue }: { value: string | null; onValue: (color: string | null) => void }): ReactElement {
  const known = swatches.some(([c]) => c === value?.toLowerCase()),
    all: readonly (readonly [string, string])[] = value && !known ? [...swatches, [value, value]] : swatches;
  const swatch = (color: string | null, name: string): ReactElement => (
    <label key={color ?? "none"} className="swatch" title={name}>
      <input
        type="radio"
        name="group-color"
        className="vh"
        checked={(value?.toLowerCase() ?? null) === (color?.toLowerCase() ?? null)}
        onChange={() => onValue(color)}
        aria-label={name}
      />
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {color === null
          ? <path d="M4 16L16 4" stroke="currentColor" strokeWidth="1.5" />
          : <rect x="2" y="2" width="16" height="16" rx="4" fill={color} />}
      </svg>
    </label>
  );
  return (
    <fieldset className="field">
      <legend className="lbl">
        Colour <span className="opt">{" optional"}</span>
      </legend>
      <span className="row w g1">
        {swatch(null, "No colour")}
        {all.map(([color, name]) => swatch(color, name))}
      </span>
    </fieldset>
  );
}
