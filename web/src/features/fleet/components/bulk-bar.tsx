// The caption bar of the list. It is always there: a selection turns it into the bulk bar, so that nothing jumps.
import { type ReactElement, type ReactNode, useState } from "react";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import { MenuButton } from "../../../components/menu";
import { count, plural } from "../../../lib/format";
import type { BulkTask } from "./bulk-dialogs";
import type { ServerTask } from "./server-dialogs";
import { countOf, type Targets } from "./targets";

interface Props {
  /** What is chosen; `null` when nothing is. */
  targets: Targets | null;
  total: number;
  shown: number;
  filtered: boolean;
  dense: boolean;
  mayManage: boolean;
  /** The list shows removed servers: they can only be restored. */
  deleted: boolean;
  onTask: (task: ServerTask) => void;
  onAll: () => void;
  onClear: () => void;
  onDensity: () => void;
  onExport: () => Promise<void>;
}

const plain: readonly (readonly [task: BulkTask, icon: IconName, word: string])[] = [
  ["label", "tags", "Label"],
  ["group", "collection", "Group"],
  ["test", "plug", "Test"],
];

export function BulkBar(props: Props): ReactElement {
  const { targets, total, shown, filtered, dense, mayManage, onAll, onClear, onDensity, onExport } = props;
  const [exporting, setExporting] = useState(false);
  return (
    <div className={`bulk ${targets ? "on" : ""}`} role="group" aria-label="Bulk actions">
      {targets
        ? (
          <>
            <b className="nowrap" role="status">{count(countOf(targets))} selected</b>
            {countOf(targets) < total && (
              <button className="btn ghost sm" type="button" onClick={onAll}>
                All {count(total)}
                {filtered && <span className="hide8">that match</span>}
              </button>
            )}
            <span className="sepv" />
            {props.deleted
              ? (
                <button
                  className="btn ghost sm"
                  type="button"
                  onClick={() => props.onTask({ what: "bulk", task: "restore", targets })}
                >
                  <Icon name="arrow-counterclockwise" />Restore
                </button>
              )
              : <Actions {...props} targets={targets} />}
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
        aria-label={filtered ? "Export what the filters show as CSV" : "Export all servers as CSV"}
        title="Export as CSV"
        aria-disabled={exporting}
        onClick={() => {
          if (exporting) return;
          setExporting(true);
          void onExport().finally(() => setExporting(false));
        }}
      >
        <Icon name="download" />
      </button>
      <button className="btn ghost sm icon" type="button" aria-label="Dense rows" aria-pressed={dense} title="Dense rows" onClick={onDensity}>
        <Icon name="distribute-vertical" />
      </button>
    </div>
  );
}

function Actions({ targets, onTask }: Props & { targets: Targets }): ReactElement {
  const ask = (task: BulkTask) => (): void => onTask({ what: "bulk", task, targets });
  const deploy = (remove: boolean) => (): void => onTask({ what: "deploy", target: { kind: "bulk", targets }, remove });
  const button = (task: BulkTask, icon: IconName, word: string): ReactNode => (
    <button key={task} className="btn ghost sm" type="button" aria-label={word} onClick={ask(task)}>
      <Icon name={icon} />
      <span className="hide8">{word}</span>
    </button>
  );
  return (
    <>
      {plain.map(([task, icon, word]) => button(task, icon, word))}
      <MenuButton
        className="btn ghost sm"
        label="Collection"
        items={[
          { label: "Start collection", icon: "play-circle", onSelect: ask("start") },
          { label: "Stop collection", icon: "pause-circle", onSelect: ask("stop") },
          { label: "Set interval", icon: "clock", split: true, onSelect: ask("interval") },
          { label: "Configure collection", icon: "gear", onSelect: ask("configure") },
        ]}
      >
        <Icon name="clock-history" />
        <span className="hide8">Collection</span>
        <Icon name="chevron-down" />
      </MenuButton>
      <MenuButton
        className="btn ghost sm"
        label="Deploy"
        items={[
          { label: "Deploy monitoring objects", icon: "box-arrow-in-down", onSelect: deploy(false) },
          { label: "Remove monitoring objects", icon: "x-lg", onSelect: deploy(true) },
        ]}
      >
        <Icon name="box-arrow-in-down" />
        <span className="hide8">Deploy</span>
        <Icon name="chevron-down" />
      </MenuButton>
      {button("remove", "trash3", "Remove")}
    </>
  );
}
