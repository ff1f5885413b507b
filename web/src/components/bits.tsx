// Small shared pieces: chips, segmented choices, copy button, breadcrumbs.
import { type ReactElement, type ReactNode, useState } from "react";
import { Link } from "../lib/router";
import { Icon } from "./icon";
import type { IconName } from "./icon-names";

/** A colour that a user chose, and what is read well on it: the API gives both. */
interface Painted {
  name: string;
  color?: string | null;
  textColor?: string | null;
}

/** Its colour is a mark before the name: in a row of chips the labels speak louder. */
export function GroupChip({ group: { name, color } }: { group: Painted }): ReactElement {
  return (
    <span className="chip group">
      {color && <span className="gedge" aria-hidden="true" style={{ background: color }} />}
      <span className="ell">{name}</span>
    </span>
  );
}

/** "app: orders" shows its key in grey. */
export function LabelChip({ label: { name, color, textColor }, onRemove }: { label: Painted; onRemove?: (() => void) | undefined }): ReactElement {
  const at = name.indexOf(":"), painted = color && textColor ? { background: color, color: textColor } : undefined;
  return (
    <span className={`chip ${onRemove ? "removable" : ""} ${painted ? "painted" : ""}`} style={painted}>
      <span className="ell" title={onRemove && name}>
        {at > 0 ? <><i>{name.slice(0, at + 1)}</i> {name.slice(at + 1).trim()}</> : name}
      </span>
      {onRemove && (
        <button type="button" aria-label={`Remove label ${name}`} onClick={onRemove}>
          <Icon name="x-lg" />
        </button>
      )}
    </span>
  );
}

export function Segmented<K extends string>({ label, value, choices, onValue }: {
  label: string;
  /** `null`: none of them. */
  value: K | null;
  choices: readonly (readonly [key: K, text: string])[];
  onValue: (value: K) => void;
}): ReactElement {
  return (
    <div className="seg" role="group" aria-label={label}>
      {choices.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onValue(key)}>{text}</button>
      ))}
    </div>
  );
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }): ReactElement {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure context there is no clipboard API: the old way still works.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <button className="btn sm" type="button" onClick={() => void copy()}>
      <Icon name={done ? "check-lg" : "clipboard"} />
      <span aria-live="polite">{done ? "Copied" : label}</span>
    </button>
  );
}

export function Crumbs({ path, here }: { path: readonly (readonly [href: string, text: string])[]; here: string }): ReactElement {
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      {path.map(([href, text]) => (
        <span key={href} className="row g1">
          <Link href={href}>{text}</Link>
          <Icon name="chevron-right" />
        </span>
      ))}
      <span aria-current="page">{here}</span>
    </nav>
  );
}

export function Callout({ tone, icon, title, children, action }: {
  tone: "info" | "warning" | "critical" | "healthy";
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): ReactElement {
  return (
    <div className="callout" data-s={tone} role="status">
      <Icon name={icon} />
      <div>
        <b>{title}</b>
        {children && <p>{children}</p>}
      </div>
      {action}
    </div>
  );
}

export function Dot(): ReactElement {
  return <span aria-hidden="true">{" · "}</span>;
}
