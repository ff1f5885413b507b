// A text field with suggestions: arrow keys choose, Enter takes, Esc closes the list. The list is fixed, so that no dialog cuts it off.
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "./icon";

export interface ComboChoice {
  value: string;
  text: string;
  note?: string | undefined;
  /** Its heading in the list; those of one group follow each other. */
  group?: string;
  /** What else it is found by. */
  words?: string;
}

const usualShownMax = 8;

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
  /** So many choices show at once; of more, typing finds the rest. */
  shownMax?: number;
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
  const { label, bare = false, optional, hint, fault, typed, onTyped, choices, onPick, onNew, newWord = "New", shownMax = usualShownMax } = props;
  const id = useId(), box = useRef<HTMLSpanElement>(null), list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState(false), [at, setAt] = useState(-1);
  const text = typed.trim(), low = text.toLowerCase();
  const hits = matchingChoices(choices, low).slice(0, shownMax);
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
  // The keys' choice is in sight.
  useLayoutEffect(() => {
    if (shown && at >= 0) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [shown, at]);
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
        {shown && groupsOf(hits).map(({ group, first, choices: own }) => {
          const options = own.map((c, k) => <Option key={c.value} id={`${id}-${first + k}`} choice={c} on={first + k === at} onTake={() => take(first + k)} />);
          return group === undefined ? options : (
            <li key={`${group} ${first}`} role="group" aria-label={group}>
              <span className="combo-g ell block" aria-hidden="true">{group}</span>
              <ul role="none">{options}</ul>
            </li>
          );
        })}
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

interface OptionProps {
  id: string;
  choice: ComboChoice;
  on: boolean;
  onTake: () => void;
}

function Option({ id, choice, on, onTake }: OptionProps): ReactElement {
  return (
    <li
      id={id}
      role="option"
      aria-selected={on}
      className={on ? "on" : ""}
      onPointerDown={(event) => {
        event.preventDefault();
        onTake();
      }}
    >
      <span className="ell grow">{choice.text}</span>
      {choice.note !== undefined && <span className="m3 t12 num">{choice.note}</span>}
    </li>
  );
}

/** Those that have every typed word in their text, their group or what else they are found by. */
export function matchingChoices(choices: readonly ComboChoice[], typed: string): readonly ComboChoice[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return choices;
  return choices.filter((c) => {
    const all = `${c.text}\n${c.group ?? ""}\n${c.words ?? ""}`.toLowerCase();
    return wanted.every((w) => all.includes(w));
  });
}

interface ChoiceGroup {
  group: string | undefined;
  /** Its first choice's place in the whole list. */
  first: number;
  choices: ComboChoice[];
}

function groupsOf(choices: readonly ComboChoice[]): ChoiceGroup[] {
  const groups: ChoiceGroup[] = [];
  choices.forEach((c, i) => {
    const last = groups[groups.length - 1];
    if (last && last.group === c.group) last.choices.push(c);
    else groups.push({ group: c.group, first: i, choices: [c] });
  });
  return groups;
}
