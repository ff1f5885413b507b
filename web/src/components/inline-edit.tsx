// Text that is edited where it stands: a pencil opens the field, Enter or leaving it saves, Esc gives the old text back.
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { Icon } from "./icon";

interface Props {
  /** "Name", "Description": what the field is. */
  label: string;
  value: string;
  children: ReactNode;
  editable: boolean;
  required?: boolean;
  maxLength: number;
  /** Answers what was wrong, or nothing when it is saved. */
  onSave: (value: string) => Promise<string | undefined>;
}

export function InlineEdit({ label, value, children, editable, required = false, maxLength, onSave }: Props): ReactElement {
  const [typed, setTyped] = useState<string | null>(null), [fault, setFault] = useState<string>(), [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null), pencil = useRef<HTMLButtonElement>(null), editing = typed !== null, was = useRef(false);
  useEffect(() => {
    if (editing) field.current?.select();
    else if (was.current) pencil.current?.focus();
    was.current = editing;
  }, [editing]);
  if (!editing) {
    return (
      <span className="inl">
        {children}
        {editable && (
          <button ref={pencil} className="btn ghost xs icon" type="button" aria-label={`Edit ${label.toLowerCase()}`} onClick={() => setTyped(value)}>
            <Icon name="pencil" />
          </button>
        )}
      </span>
    );
  }
  const leave = (): void => {
    setTyped(null);
    setFault(undefined);
  };
  const save = async (): Promise<void> => {
    const text = typed.trim();
    if (busy) return;
    if (text === value) return leave();
    if (required && text === "") return setFault(`Enter a ${label.toLowerCase()}`);
    setBusy(true);
    const refused = await onSave(text);
    setBusy(false);
    if (refused === undefined) leave();
    else setFault(refused);
  };
  return (
    <span className="inl editing">
      <span className="vh">{children}</span>
      <span className={`input sm ${fault ? "bad" : ""}`}>
        <input
          ref={field}
          aria-label={label}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? "inline-fault" : undefined}
          value={typed}
          maxLength={maxLength}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === "Enter") void save();
            else if (event.key === "Escape") leave();
          }}
        />
      </span>
      {fault && <span className="err" id="inline-fault" role="alert"><Icon name="exclamation-circle" />{fault}</span>}
    </span>
  );
}
