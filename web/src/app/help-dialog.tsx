import type { ReactElement } from "react";
import { Dialog } from "../components/dialog";

const shortcuts: readonly (readonly [keys: string, what: string])[] = [
  ["Ctrl K", "Search servers and pages"],
  ["?", "This list"],
  ["↑ ↓", "Walk rows, cells and menus"],
  ["Enter", "Open the row or cell"],
  ["Space", "Select the row"],
  ["Shift F10", "Menu of the row"],
  ["← →", "Move the cross-hair of all charts"],
  ["+", "Zoom into the charts, around the cross-hair"],
  ["Esc", "Close menu or dialog"],
];

export function HelpDialog({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <Dialog
      title="Help and shortcuts"
      onClose={onClose}
      actions={
        <>
          <a className="btn" href="/api/docs" target="_blank" rel="noreferrer">API reference</a>
          <button className="btn primary" type="button" onClick={onClose}>Close</button>
        </>
      }
    >
      <dl className="keysl">
        {shortcuts.map(([keys, what]) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p className="hint">Times are in your own time zone. Hold the pointer over one to see it in UTC.</p>
    </Dialog>
  );
}
