// Runs a statement once on a server that the reader chooses, and shows what came, or why nothing did.
import { type ReactElement, useState } from "react";
import type { CustomPreview } from "../../../api/types";
import { useFleetHealth } from "../../../api/read-fleet-health";
import { Callout } from "../../../components/bits";
import { Combo } from "../../../components/combo";
import { Icon } from "../../../components/icon";
import { ErrorCallout, Panel } from "../../../components/panel";
import { count, plural } from "../../../lib/format";
import { spanText } from "../../../lib/units";
import { useAction } from "../../../lib/use-action";
import { previewCustomCollector } from "../api/preview-custom-collector";
import { type ColumnForm, columnsOf, type CustomForm, faultsOf, withPreview } from "./custom-form";

interface Props {
  form: CustomForm;
  onColumns: (columns: readonly ColumnForm[]) => void;
}

export function TryPanel({ form, onColumns }: Props): ReactElement {
  const servers = (useFleetHealth().data ?? []).filter((s) => s.engine === form.engine);
  const [typed, setTyped] = useState(""), [ran, setRan] = useState<{ preview: CustomPreview; server: string; statement: string }>();
  const server = servers.find((s) => s.name.toLowerCase() === typed.trim().toLowerCase()), faults = faultsOf(form);
  const missing = !form.statement.trim()
    ? "Enter a statement first"
    : !server
    ? "Choose a server first"
    : faults.timeoutSeconds || faults.rowCountMax
    ? "Time-out and rows are not right yet"
    : undefined;
  const run = useAction(async () => {
    if (!server || missing) return;
    setRan(undefined);
    const sound = !Object.keys(faults).some((name) => name.startsWith("columns"));
    const preview = await previewCustomCollector({
      serverId: server.serverId,
      statement: form.statement,
      database: form.database.trim() || null,
      timeoutSeconds: Number(form.timeoutSeconds),
      rowCountMax: Number(form.rowCountMax),
      name: form.name.slice(0, 48) || null,
      ...(sound ? { columns: columnsOf(form) } : {}),
    });
    setRan({ preview, server: server.name, statement: form.statement });
    if (preview.success) onColumns(withPreview(form.columns, preview));
  });
  const old = ran && ran.statement !== form.statement;
  return (
    <Panel title="Try it" sub="on one server, once; who tried what is in the activity log">
      <div className="pb col g3c">
        <div className="row w try">
          <Combo
            label="Server"
            typed={typed}
            onTyped={setTyped}
            placeholder={servers.length === 0 ? "There is no server of this engine" : "Type a name"}
            choices={servers.map((s) => ({ value: s.name, text: s.name, note: s.reachability === "offline" ? "offline" : undefined }))}
            onPick={setTyped}
          />
          <button
            className="btn"
            type="button"
            aria-disabled={Boolean(missing) || run.busy}
            title={missing}
            onClick={() => !missing && void run.run()}
          >
            <Icon name="play-circle" />
            {run.busy ? "Running" : "Run once"}
          </button>
        </div>
        <div role="status" aria-live="polite" className="col g3c">
          {run.busy && <span className="hint">{`Running on ${server?.name ?? "the server"}, at most ${form.timeoutSeconds} s`}</span>}
          {run.error && (run.fieldFaults.statement
            ? <Callout tone="critical" icon="x-octagon-fill" title="The statement is refused, and was not sent.">{run.fieldFaults.statement}</Callout>
            : <ErrorCallout error={run.error} title="The statement was not run." />)}
          {ran && !ran.preview.success && (
            <Callout tone="critical" icon="x-octagon-fill" title={`Nothing came from ${ran.server}.`}>{ran.preview.message}</Callout>
          )}
          {ran?.preview.success && (
            <>
              <span className="m2 t12">
                {`${ran.preview.isCutOff ? "The first " : ""}${plural(ran.preview.rowCount ?? 0, "row")} from ${ran.server} in ${spanText(ran.preview.durationMs ?? 0)}`}
                {old && <b>{" · of the statement before it was changed"}</b>}
              </span>
              {ran.preview.warnings.map((words) => <Callout key={words} tone="warning" icon="exclamation-triangle-fill" title={words} />)}
            </>
          )}
        </div>
      </div>
      {ran?.preview.success && ran.preview.rows.length > 0 && <Rows preview={ran.preview} />}
    </Panel>
  );
}

/** A time of the server's, in UTC, without the parts that nobody reads. */
const momentText = (cell: string | number | boolean): string => String(cell).replace("T", " ").replace(/\.\d+Z$/, " UTC");

function Rows({ preview }: { preview: CustomPreview }): ReactElement {
  const isNumeric = (at: number): boolean => ["integer", "number"].includes(preview.columns[at]?.type ?? "");
  const rest = (preview.rowCount ?? 0) - preview.rows.length;
  return (
    <>
      <div className="sx rows" tabIndex={0} role="region" aria-label="What came">
        <table className="tbl dense plain" aria-label="What came">
          <thead>
            <tr>
              {preview.columns.map((c, i) => (
                <th key={i} className={isNumeric(i) ? "num" : ""}>
                  {c.name}
                  <span className="m3 t11">{` ${c.type}`}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, at) => (
                  <td key={at} className={isNumeric(at) ? "num" : ""}>
                    {cell === null ? <span className="m3" title="Not known">–</span> : <span className="ell cell1">{preview.columns[at]?.type === "time" ? momentText(cell) : String(cell)}</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest > 0 && <div className="pf push">{`${count(rest)} more came`}</div>}
    </>
  );
}
