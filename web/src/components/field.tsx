// Labelled controls: label above, hint or error below, tied together for screen readers.
import { type InputHTMLAttributes, type ReactElement, type ReactNode, type SelectHTMLAttributes, useId, useState } from "react";
import { Icon } from "./icon";

interface Common {
  label: ReactNode;
  hint?: ReactNode;
  fault?: string | undefined;
  optional?: boolean;
  className?: string;
}

type TextProps = Common & Omit<InputHTMLAttributes<HTMLInputElement>, "className"> & { value: string; onValue: (value: string) => void };

export function TextField(
  { label, hint, fault, optional, className = "", value, onValue, type = "text", ...rest }: TextProps,
): ReactElement {
  const id = useId();
  const [seen, setSeen] = useState(false);
  const secret = type === "password";
  return (
    <div className={`field ${className}`}>
      <Caption id={id} label={label} optional={optional} />
      <span className={`input ${fault ? "bad" : ""}`}>
        <input
          id={id}
          type={secret && seen ? "text" : type}
          value={value}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || hint ? `${id}-d` : undefined}
          onChange={(event) => onValue(event.target.value)}
          {...rest}
        />
        {secret && (
          <button
            className="btn ghost xs icon"
            type="button"
            aria-label={seen ? "Hide password" : "Show password"}
            aria-pressed={seen}
            onClick={() => setSeen(!seen)}
          >
            <Icon name={seen ? "eye-slash" : "eye"} />
          </button>
        )}
      </span>
      <Below id={id} hint={hint} fault={fault} />
    </div>
  );
}

type SelectProps = Common & Omit<SelectHTMLAttributes<HTMLSelectElement>, "className"> & {
  value: string;
  onValue: (value: string) => void;
  choices: readonly (readonly [value: string, text: string])[];
};

export function SelectField({ label, hint, fault, optional, className = "", value, onValue, choices, ...rest }: SelectProps): ReactElement {
  const id = useId();
  return (
    <div className={`field ${className}`}>
      <Caption id={id} label={label} optional={optional} />
      <select
        id={id}
        className={`input ${fault ? "bad" : ""}`}
        value={value}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault || hint ? `${id}-d` : undefined}
        onChange={(event) => onValue(event.target.value)}
        {...rest}
      >
        {choices.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
      <Below id={id} hint={hint} fault={fault} />
    </div>
  );
}

function Caption({ id, label, optional }: { id: string; label: ReactNode; optional: boolean | undefined }): ReactElement {
  return <label htmlFor={id}>{label}{optional && <span className="opt">{" optional"}</span>}</label>;
}

function Below({ id, hint, fault }: { id: string; hint: ReactNode; fault: string | undefined }): ReactElement | null {
  if (fault) {
    return (
      <span className="err" id={`${id}-d`}>
        <Icon name="exclamation-circle" />
        {fault}
      </span>
    );
  }
  return hint ? <span className="hint" id={`${id}-d`}>{hint}</span> : null;
}

export function CheckRow({ label, checked, onChecked, hint }: {
  label: ReactNode;
  checked: boolean;
  onChecked: (on: boolean) => void;
  hint?: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div className="checkrow">
      <label className="row">
        <input
          className="check"
          type="checkbox"
          checked={checked}
          aria-describedby={hint ? id : undefined}
          onChange={(e) => onChecked(e.target.checked)}
        />
        <span>{label}</span>
      </label>
      {hint && <span className="hint" id={id}>{hint}</span>}
    </div>
  );
}
