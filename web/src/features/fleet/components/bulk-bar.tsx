// The caption bar of the list. It is always there: a selection turns it into the bulk bar, so that nothing jumps.
import { type ReactElement, useState } from "react";
import type { Server } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { count, plural } from "../../../lib/format";
import type { ServerTask } from "./server-dialogs";

interface Props {
  chosen: readonly Server[];
  total: number;
  shown: number;
  dense: boolean;
  mayManage: boolean;
  onTask: (task: ServerTask) => void;
  onAll: () => Promise<void>;
  onClear: () => void;
  onDensity: () => void;
}

export function BulkBar({ chosen, total, shown, dense, mayManage, onTask, onAll, onClear, onDensity }: Props): ReactElement {
  const [loading, setLoading] = useState(false), on = chosen.length > 0;
  const all = async (): Promise<void> => {
    setLoading(true);
    await onAll();
    setLoading(false);
  };
  return (
    <div className={`bulk ${on ? "on" : ""}`} role="group" aria-label="Bulk actions">
      {on
        ? (
          <>
            <b className="nowrap" role="status">{count(chosen.length)} selected</b>
            {chosen.length < total && (
              <button className="btn ghost sm" type="button" onClick={() => void all()}>
                {loading ? "Loading" : `All ${count(total)}`}
              </button>
            )}
            <span className="sepv" />
            <button className="btn ghost sm" type="button" onClick={() => onTask({ what: "label", servers: chosen })}>
              <Icon name="tags" />Label
            </button>
            <button className="btn ghost sm" type="button" onClick={() => onTask({ what: "group", servers: chosen })}>
              <Icon name="collection" />Group
            </button>
            <button className="btn ghost sm" type="button" onClick={() => onTask({ what: "pause", servers: chosen })}>
              <Icon name="pause-circle" />Pause
            </button>
            <button className="btn ghost sm" type="button" onClick={() => onTask({ what: "start", servers: chosen })}>
              <Icon name="play-circle" />Start
            </button>
            <button className="btn ghost sm" type="button" onClick={() => onTask({ what: "remove", servers: chosen })}>
              <Icon name="trash3" />Remove
            </button>
            <button className="btn ghost sm icon" type="button" aria-label="Clear selection" onClick={onClear}>
              <Icon name="x-lg" />
            </button>
          </>
        )
        : (
          <span className="m3 t12" role="status">
            {plural(total, "server")}
            {shown < total ? `, ${count(shown)} loaded` : ""}
            {mayManage ? ". Select rows for bulk actions." : ""}
          </span>
        )}
      <span className="grow" />
      <button
        className="btn ghost sm icon"
        type="button"
        aria-label="Dense rows"
        aria-pressed={dense}
        title="Dense rows"
        onClick={onDensity}
      >
        <Icon name="distribute-vertical" />
      </button>
    </div>
  );
}
