import { type ReactElement, useEffect, useState } from "react";
import { Icon } from "./icon";

/** How long after the last key a search starts. */
const typingMs = 250;

/** A search field that writes into the address after a pause in typing. */
export function SearchField(
  { value, label, placeholder, onValue }: { value: string; label: string; placeholder: string; onValue: (value: string) => void },
): ReactElement {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onValue(typed), typingMs);
    return () => clearTimeout(timer);
  });
  return (
    <label className="input q">
      <span className="vh">{label}</span>
      <Icon name="search" />
      <input type="search" placeholder={placeholder} value={typed} onChange={(event) => setTyped(event.target.value)} />
    </label>
  );
}
