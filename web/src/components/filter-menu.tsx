// One filter: a button that opens its choices, and a chip once something is chosen. Several choices of a filter mean "one of them".
import { type ReactElement, useState } from "react";
import { count } from "../lib/format";
import { Icon } from "./icon";
import { PopOver } from "./pop-over";

export interface FilterChoice {
  value: string;
  text: string;
  note?: string | undefined;
}

/** From this many choices on there is a field that finds them; more than the second number are not drawn, and the menu says so. */
const searchFrom = 10;
const shownMax = 100;

interface Props {
  name: string;
  choices: readonly FilterChoice[];
  chosen: readonly string[];
  onChosen: (values: readonly string[]) => void;
}

export function FilterMenu({ name, choices, chosen, onChosen }: Props): ReactElement {
  const label = `Filter by ${name.toLowerCase()}`;
  const text = chosen.map((v) => choices.find((c) => c.value === v)?.text ?? v).join(", ");
  const on = chosen.length > 0;
  // One tree for both looks: the panel stays open while the first choice turns the button into a chip.
  return (
    <span className={on ? "fchip" : "fadd"}>
      <PopOver
        label={label}
        buttonLabel={on ? `${label}: ${text}` : label}
        className={on ? "fchip-b" : "btn ghost sm"}
        button={on ? <>{name} <b className="ell">{text}</b></> : <><Icon name="plus-lg" />{name}</>}
      >
        {() => <Choices label={label} choices={choices} chosen={chosen} onChosen={onChosen} />}
      </PopOver>
      {on && (
        <button type="button" aria-label={`Remove the ${name.toLowerCase()} filter`} onClick={() => onChosen([])}>
          <Icon name="x-lg" />
        </button>
      )}
    </span>
  );
}

function Choices({ label, choices, chosen, onChosen }: Omit<Props, "name"> & { label: string }): ReactElement {
  const [typed, setTyped] = useState(""), text = typed.trim().toLowerCase();
  const found = choices.filter((c) => c.text.toLowerCase().includes(text)), shown = found.slice(0, shownMax);
  return (
    <>
      {choices.length >= searchFrom && (
        <label className="input sm popfind">
          <span className="vh">Find a choice</span>
          <Icon name="search" />
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
        </label>
      )}
      <div className="choices" role="group" aria-label={label}>
        {shown.map((c) => (
          <label key={c.value} className="row">
            <input
              className="check"
              type="checkbox"
              checked={chosen.includes(c.value)}
              onChange={(event) => onChosen(event.target.checked ? [...chosen, c.value] : chosen.filter((v) => v !== c.value))}
            />
            <span className="ell grow">{c.text}</span>
            {c.note !== undefined && <span className="m3 t12 num">{c.note}</span>}
          </label>
        ))}
        {found.length === 0 && <p className="hint">{choices.length === 0 ? "There are none yet." : "Nothing matches."}</p>}
        {found.length > shown.length && <p className="hint">{count(found.length - shown.length)} more: type to find them.</p>}
      </div>
    </>
  );
}
