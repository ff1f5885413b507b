// A text field with suggestions: arrow keys choose, Enter takes, Esc closes the list. The list is fixed, so that no dialog cuts it off.
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "./icon";

export interface ComboChoice {
  value: string;
  text: string;
  note?: string | undefined;
}

const shownMax = 8;

interface Props {
  label: ReactNode;
  /** The label is there for screen readers only. */
  bare?: boolean;
  optional?: boolean;
  hint?: ReactNode;
  fault?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  typed: string;
  onTyped: (typed: string) => void;
  choices: readonly ComboChoice[];
  onPick: (value: string) => void;
  /** What Enter does with a text that is none of the choices; left out, only choices can be taken. */
  onNew?: (text: string) => void;
  /** What the list calls a new text; `null` does not offer it. */
  newWord?: string | null;
  /** Keys that the list does not use. */
  onKey?: (event: KeyboardEvent<HTMLInputElement>) => void;
  onBlur?: () => void;
}

export function Combo(props: Props): ReactElement {
  const { label, bare = false, optional, hint, fault, typed, onTyped, choices, onPick, onNew, newWord = "New" } = props;
  const id = useId(), box = useRef<HTMLSpanElement>(null), list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState(false), [at, setAt] = useState(-1);
  const text = typed.trim(), low = text.toLowerCase();
  const hits = choices.filter((c) => c.text.toLowerCase().includes(low)).slice(0, shownMax);
  const fresh = onNew && newWord !== null && text !== "" && !choices.some((c) => c.text.toLowerCase() === low);
  const size = hits.length + (fresh ? 1 : 0), shown = open && size > 0;
  useLayoutEffect(() => {
    const field = box.current?.getBoundingClientRect(), element = list.current;
    if (!shown || !field || !element) return;
    const height = element.getBoundingClientRect().height, below = field.bottom + 4;
    element.style.left = `${field.left}px`;
    element.style.width = `${field.width}px`;
    element.style.top = `${below + height > window.innerHeight - 8 && field.top - height - 4 > 8 ? field.top - height - 4 : below}px`;
  });
  const take = (index: number): void => {
    const hit = hits[index];
    if (hit) onPick(hit.value);
    else if (fresh) onNew(text);
    setAt(-1);
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      if (size > 0) setAt((at + (event.key === "ArrowDown" ? 1 : size - (at < 0 ? 0 : 1)) + size) % size);
    } else if (event.key === "Enter" && (at >= 0 || (text !== "" && onNew))) {
      if (at >= 0) take(at);
      else {
        const same = choices.find((c) => c.text.toLowerCase() === low);
        if (same) onPick(same.value);
        else onNew?.(text);
        setOpen(false);
      }
    } else if (event.key === "Escape" && shown) {
      setOpen(false);
      setAt(-1);
      event.stopPropagation();
    } else {
      props.onKey?.(event);
      return;
    }
    event.preventDefault();
  };
  return (
    <div className="field">
      <label htmlFor={id} className={bare ? "vh" : ""}>{label}{optional && <span className="opt">{" optional"}</span>}</label>
      <span className={`input ${bare ? "sm" : ""} ${fault ? "bad" : ""}`} ref={box}>
        <input
          id={id}
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-l`}
          aria-autocomplete="list"
          aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || hint ? `${id}-d` : undefined}
          autoComplete="off"
          value={typed}
          maxLength={props.maxLength}
          placeholder={props.placeholder}
          onChange={(event) => {
            onTyped(event.target.value);
            setOpen(true);
            setAt(-1);
          }}
          onClick={() => setOpen(true)}
          onBlur={() => {
            setOpen(false);
            setAt(-1);
            props.onBlur?.();
          }}
          onKeyDown={onKeyDown}
        />
      </span>
      <ul role="listbox" id={`${id}-l`} aria-label="Suggestions" className="menu combo-l" ref={list} hidden={!shown}>
        {shown && hits.map((c, i) => (
          <li
            key={c.value}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            className={i === at ? "on" : ""}
            onPointerDown={(event) => {
              event.preventDefault();
              take(i);
            }}
          >
            <span className="ell grow">{c.text}</span>
            {c.note !== undefined && <span className="m3 t12 num">{c.note}</span>}
          </li>
        ))}
        {shown && fresh && (
          <li
            id={`${id}-${hits.length}`}
            role="option"
            aria-selected={at === hits.length}
            className={at === hits.length ? "on" : ""}
            onPointerDown={(event) => {
              event.preventDefault();
              take(hits.length);
            }}
          >
            <Icon name="plus-lg" />
            <span className="ell grow">{newWord} “{text}”</span>
          </li>
        )}
      </ul>
      {fault
        ? <span className="err" id={`${id}-d`}><Icon name="exclamation-circle" />{fault}</span>
        : hint && <span className="hint" id={`${id}-d`}>{hint}</span>}
    </div>
  );
}
