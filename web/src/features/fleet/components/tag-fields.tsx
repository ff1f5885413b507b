// Groups and labels of a server: check boxes, and names that are typed.
import { type ReactElement, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import { LabelChip } from "../../../components/bits";
import { Combo } from "../../../components/combo";
import { CheckRow } from "../../../components/field";
import { count } from "../../../lib/format";
import { useLabels } from "../api/list-labels";

interface Props {
  groupIds: readonly string[];
  onGroups: (ids: readonly string[]) => void;
  labels: readonly string[];
  onLabels: (names: readonly string[]) => void;
}

export function TagFields({ groupIds, onGroups, labels, onLabels }: Props): ReactElement {
  const groups = useGroups(), byHand = groups.data?.filter((g) => !g.dynamic);
  return (
    <div className="tagf">
      <fieldset className="field">
        <legend className="lbl">
          Groups <span className="opt">{" optional"}</span>
        </legend>
        {byHand?.length === 0 && <p className="hint">There are no groups to choose yet. The Groups page makes them.</p>}
        {groups.error && !groups.data && <p className="err">Groups did not load ({groups.error.code}).</p>}
        <div className="gchecks">
          {(byHand ?? []).map((g) => (
            <CheckRow
              key={g.id}
              label={g.name}
              checked={groupIds.includes(g.id)}
              onChecked={(on) => onGroups(on ? [...groupIds, g.id] : groupIds.filter((id) => id !== g.id))}
            />
          ))}
        </div>
      </fieldset>
      <LabelInput labels={labels} onLabels={onLabels} />
    </div>
  );
}

const labelLengthMax = 50;

interface LabelProps {
  labels: readonly string[];
  onLabels: (names: readonly string[]) => void;
  optional?: boolean;
  /** Labels to take off: none is made. */
  existing?: boolean;
}

export function LabelInput({ labels, onLabels, optional = true, existing = false }: LabelProps): ReactElement {
  const known = useLabels().data ?? [], [typed, setTyped] = useState("");
  const add = (text: string): void => {
    const names = text.split(",").map((n) => n.trim().slice(0, labelLengthMax)).filter((n) => n && !labels.includes(n));
    if (names.length > 0) onLabels([...labels, ...new Set(names)]);
    setTyped("");
  };
  return (
    <div className="col g3c">
      <Combo
        label="Labels"
        optional={optional}
        typed={typed}
        onTyped={setTyped}
        maxLength={200}
        placeholder="app: orders"
        hint={existing ? "Enter or a comma adds one to the list" : "Enter or a comma adds one. A new name makes a new label."}
        choices={known.filter((l) => !labels.includes(l.name)).map((l) => ({ value: l.name, text: l.name, note: count(l.serverCount) }))}
        onPick={add}
        onNew={add}
        newWord={existing ? null : "New label"}
        onKey={(event) => {
          if (event.key === ",") {
            event.preventDefault();
            add(typed);
          } else if (event.key === "Backspace" && typed === "") onLabels(labels.slice(0, -1));
        }}
        onBlur={() => add(typed)}
      />
      {labels.length > 0 && (
        <span className="row w g1">
          {labels.map((name) => <LabelChip key={name} label={known.find((l) => l.name === name) ?? { name }} onRemove={() => onLabels(labels.filter((n) => n !== name))} />)}
        </span>
      )}
    </div>
  );
}
