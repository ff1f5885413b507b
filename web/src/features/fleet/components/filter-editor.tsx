// The filter of a dynamic group: what it would hold is shown while typing, and a mistake where it is.
import { type ReactElement, useEffect, useId, useState } from "react";
import type { GroupPreview } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { count, plural } from "../../../lib/format";
import type { ApiError } from "../../../lib/http";
import { asApiError } from "../../../lib/use-action";
import { previewGroup } from "../api/preview-group";

/** How long after the last key the server is asked. */
const typingMs = 300;

export interface FilterState {
  preview: GroupPreview | undefined;
  error: ApiError | undefined;
  busy: boolean;
}

/** Where in the text the mistake is, as far as the sentence says: "… at position 12". */
export function positionOf(message: string): number | null {
  const found = /(?:position|character|column)\s+(\d+)/i.exec(message);
  return found ? Number(found[1]) : null;
}

export function FilterEditor({ value, onValue, refused }: { value: string; onValue: (value: string) => void; refused: string | undefined }): ReactElement {
  const id = useId(), [state, setState] = useState<FilterState>({ preview: undefined, error: undefined, busy: false }), text = value.trim();
  useEffect(() => {
    if (text === "") {
      setState({ preview: undefined, error: undefined, busy: false });
      return undefined;
    }
    const asking = new AbortController();
    setState((old) => ({ ...old, busy: true }));
    const timer = setTimeout(() => {
      previewGroup(text, asking.signal).then(
        (preview) => setState({ preview, error: undefined, busy: false }),
        (error: unknown) => {
          if (!asking.signal.aborted) setState({ preview: undefined, error: asApiError(error), busy: false });
        },
      );
    }, typingMs);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [text]);
  const reason = refused ?? (state.error ? state.error.details[0]?.reason ?? state.error.message : undefined);
  const at = reason ? positionOf(reason) : null;
  return (
    <div className="field">
      <label htmlFor={id}>Filter</label>
      <textarea
        id={id}
        className={`input area mono ${reason ? "bad" : ""}`}
        rows={3}
        maxLength={1_000}
        spellCheck={false}
        value={value}
        placeholder={'label=prod and (engine=sqlserver or name~"pg-*")'}
        aria-invalid={reason ? true : undefined}
        aria-describedby={`${id}-d ${id}-h`}
        onChange={(event) => onValue(event.target.value.replace(/[\r\n\t]/g, " "))}
      />
      <div id={`${id}-d`} role="status">
        {reason
          ? (
            <>
              {at !== null && at >= 1 && <Mark text={value} at={at} />}
              <span className="err">
                <Icon name="exclamation-circle" />
                {reason}
              </span>
            </>
          )
          : state.preview
          ? (
            <span className="hint">
              <b>{plural(state.preview.serverCount, "server")}</b>
              {state.preview.servers.length > 0 && `: ${state.preview.servers.slice(0, 6).map((s) => s.name).join(", ")}`}
              {state.preview.serverCount > 6 && ` and ${count(state.preview.serverCount - 6)} more`}
            </span>
          )
          : <span className="hint">{state.busy ? "Counting" : "The number of servers shows here."}</span>}
      </div>
      <span className="hint" id={`${id}-h`}>
        Fields: label, engine, name, host, port, instance, database, version, edition, auth. Compare with = != ~ !~ (with * and ?) or in (a, b);
        join with and, or, not, ( ).
      </span>
    </div>
  );
}

/** The text again, with the place of the mistake marked. */
function Mark({ text, at }: { text: string; at: number }): ReactElement {
  const index = Math.min(text.length, at - 1);
  return (
    <span className="mono markat" aria-hidden="true">
      {text.slice(0, index)}
      <mark>{text.slice(index, index + 1) || " "}</mark>
      {text.slice(index + 1)}
    </span>
  );
}
