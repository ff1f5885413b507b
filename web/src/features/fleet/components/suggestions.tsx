// Groups and labels that a new server may want, each with its reason; one press takes it.
import type { ReactElement } from "react";
import { LabelChip } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { useSuggestions } from "../api/read-suggestions";
import type { ServerForm } from "./server-form";

interface Props {
  form: ServerForm;
  groupIds: readonly string[];
  onGroups: (ids: readonly string[]) => void;
  labels: readonly string[];
  onLabels: (names: readonly string[]) => void;
}

export function Suggestions({ form, groupIds, onGroups, labels, onLabels }: Props): ReactElement | null {
  const data = useSuggestions(form.name.trim(), form.hostname.trim(), form.engine).data;
  const groups = (data?.groups ?? []).filter((g) => !groupIds.includes(g.id)), names = (data?.labels ?? []).filter((l) => !labels.includes(l.name));
  if (groups.length === 0 && names.length === 0) return null;
  return (
    <section className="suggest" aria-label="Suggestions">
      <h3>Suggested for this name</h3>
      <ul>
        {groups.map((g) => (
          <li key={g.id}>
            <button className="btn sm" type="button" aria-label={`Add to group ${g.name}`} onClick={() => onGroups([...groupIds, g.id])}>
              <Icon name="plus-lg" />
              <Icon name="collection" />
              {g.name}
            </button>
            <span className="hint">{g.reason}</span>
          </li>
        ))}
        {names.map((l) => (
          <li key={l.name}>
            <button className="btn sm" type="button" aria-label={`Add label ${l.name}`} onClick={() => onLabels([...labels, l.name])}>
              <Icon name="plus-lg" />
              <LabelChip label={l.exists ? l : { name: l.name }} />
            </button>
            <span className="hint">{l.reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
