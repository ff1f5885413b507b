// Groups and labels of a server: check boxes, and names that are typed.
import { type KeyboardEvent, type ReactElement, useId, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import { LabelChip } from "../../../components/bits";
import { CheckRow } from "../../../components/field";
import { useLabels } from "../api/list-labels";

interface Props {
  groupIds: readonly string[];
  onGroups: (ids: readonly string[]) => void;
  labels: readonly string[];
  onLabels: (names: readonly string[]) => void;
}

export function TagFields({ groupIds, onGroups, labels, onLabels }: Props): ReactElement {
  const groups = useGroups();
  return (
    <div className="tagf">
      <fieldset className="field">
        <legend className="lbl">
          Groups <span className="opt">{" optional"}</span>
        </legend>
        {groups.data && groups.data.length === 0 && <p className="hint">There are no groups yet. The Groups page makes them.</p>}
        {groups.error && !groups.data && <p className="err">Groups did not load ({groups.error.code}).</p>}
        <div className="gchecks">
          {(groups.data ?? []).map((g) => (
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

export function LabelInput(
  { labels, onLabels }: { labels: readonly string[]; onLabels: (names: readonly string[]) => void },
): ReactElement {
  const id = useId(), known = useLabels().data ?? [], [typed, setTyped] = useState("");
  const add = (): void => {
    const names = typed.split(",").map((n) => n.trim().slice(0, labelLengthMax)).filter((n) => n && !labels.includes(n));
    if (names.length > 0) onLabels([...labels, ...new Set(names)]);
    setTyped("");
  };
  const onKey = (event: KeyboardEvent): void => {
    if ((event.key === "Enter" && typed.trim()) || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && typed === "") onLabels(labels.slice(0, -1));
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        Labels <span className="opt">{" optional"}</span>
      </label>
      {labels.length > 0 && (
        <span className="row w g1">
          {labels.map((name) => <LabelChip key={name} name={name} onRemove={() => onLabels(labels.filter((n) => n !== name))} />)}
        </span>
      )}
      <span className="input">
        <input
          id={id}
          list={`${id}-known`}
          value={typed}
          maxLength={200}
          placeholder="app: orders"
          aria-describedby={`${id}-d`}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKey}
          onBlur={add}
        />
        <datalist id={`${id}-known`}>{known.map((l) => <option key={l.id} value={l.name} />)}</datalist>
      </span>
      <span className="hint" id={`${id}-d`}>Enter or a comma adds one. A new name makes a new label.</span>
    </div>
  );
}
