// The field for a statement: plain text in a fixed face, with what is wrong below it.
import { type ReactElement, useId } from "react";
import { Icon } from "../../../components/icon";

interface Props {
  value: string;
  fault: string | undefined;
  onValue: (text: string) => void;
}

export function StatementField({ value, fault, onValue }: Props): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Statement</label>
      <textarea
        id={id}
        className={`input area mono ${fault ? "bad" : ""}`}
        rows={9}
        maxLength={20_000}
        spellCheck={false}
        value={value}
        placeholder={"SELECT queue, count(*) AS waiting\nFROM jobs\nWHERE done_at IS NULL\nGROUP BY queue\nORDER BY waiting DESC"}
        aria-invalid={fault ? true : undefined}
        aria-describedby={`${id}-d`}
        onChange={(event) => onValue(event.target.value)}
      />
      {fault
        ? (
          <span className="err" id={`${id}-d`}>
            <Icon name="exclamation-circle" />
            {fault}
          </span>
        )
        : (
          <span className="hint" id={`${id}-d`}>
            One SELECT, or WITH and a SELECT. Name columns in plain lower case with AS; the rows that matter come first, since the rest is cut off.
          </span>
        )}
    </div>
  );
}
