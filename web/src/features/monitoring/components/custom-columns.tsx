// What the columns of a custom collector mean: a row each, with kind, unit and the name of its series.
import type { ReactElement } from "react";
import { Icon } from "../../../components/icon";
import { Empty, Panel } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { type ColumnForm, type CustomForm, hasUnit, isSeries, kindChoices } from "./custom-form";

const countMax = 30;

interface Props {
  form: CustomForm;
  faults: Readonly<Record<string, string>>;
  onColumns: (columns: readonly ColumnForm[]) => void;
}

export function ColumnsPanel({ form, faults, onColumns }: Props): ReactElement {
  const { columns } = form;
  const change = (at: number, what: Partial<ColumnForm>): void => onColumns(columns.map((c, i) => (i === at ? { ...c, ...what } : c)));
  const add = (): void => onColumns([...columns, { name: "", kind: columns.length === 0 ? "label" : "gauge", unit: "", metric: "", description: "" }]);
  return (
    <Panel
      title="What its columns mean"
      sub={columns.length > 0 ? `${plural(columns.length, "column")}; what is not named here is left out` : "found by running it once"}
      tools={columns.length < countMax && (
        <button className="btn sm" type="button" onClick={add}>
          <Icon name="plus-lg" />Add column
        </button>
      )}
    >
      {columns.length === 0
        ? <Empty icon="table" title="No columns yet" text="Run the statement once above: its columns come here, with what they may be." />
        : (
          <div className="sx" tabIndex={0} role="region" aria-label="Columns table">
            <table className="tbl plain fields" aria-label="Columns">
              <thead>
                <tr>
                  <th>Column</th>
                  <th>Kind</th>
                  <th>Unit</th>
                  <th>Series</th>
                  <th>
                    <span className="vh">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {columns.map((c, i) => (
                  <ColumnRow
                    key={i}
                    column={c}
                    place={`columns[${i}]`}
                    collector={form.name}
                    faults={faults}
                    onChange={(what) => change(i, what)}
                    onRemove={() => onColumns(columns.filter((_, at) => at !== i))}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      {faults.columns && (
        <div className="pf push">
          <span className="err">
            <Icon name="exclamation-circle" />
            {faults.columns}
          </span>
        </div>
      )}
    </Panel>
  );
}

interface RowProps {
  column: ColumnForm;
  place: string;
  collector: string;
  faults: Readonly<Record<string, string>>;
  onChange: (what: Partial<ColumnForm>) => void;
  onRemove: () => void;
}

function ColumnRow({ column: c, place, collector, faults, onChange, onRemove }: RowProps): ReactElement {
  const of = c.name || "the new column";
  const field = (name: "name" | "unit" | "metric", label: string, placeholder: string): ReactElement => {
    const fault = faults[`${place}.${name}`], id = `${place}-${name}`;
    return (
      <>
        <input
          className={`input ${fault ? "bad" : ""}`}
          aria-label={`${label} of ${of}`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          value={c[name]}
          placeholder={placeholder}
          maxLength={name === "unit" ? 32 : 63}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange({ [name]: event.target.value })}
        />
        {fault && <span className="err" id={id}>{fault}</span>}
      </>
    );
  };
  return (
    <tr>
      <td>{field("name", "Name", "name")}</td>
      <td>
        <select
          className="input"
          aria-label={`Kind of ${of}`}
          value={c.kind}
          onChange={(event) => onChange({ kind: kindChoices.find(([key]) => key === event.target.value)?.[0] ?? "text" })}
        >
          {kindChoices.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
        </select>
        {faults[`${place}.kind`] && <span className="err">{faults[`${place}.kind`]}</span>}
      </td>
      <td>{hasUnit(c.kind) ? field("unit", "Unit", "count") : <span className="m3">–</span>}</td>
      <td>{isSeries(c.kind) ? field("metric", "Series", `${collector || "name"}_${c.name || "column"}`.slice(0, 63)) : <span className="m3">–</span>}</td>
      <td className="acts">
        <button className="btn ghost xs icon" type="button" aria-label={`Leave ${of} out`} onClick={onRemove}>
          <Icon name="x-lg" />
        </button>
      </td>
    </tr>
  );
}
