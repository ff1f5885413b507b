// What a reader sets for this computer alone: desktop notifications, and how often screens ask anew.
import { type ReactElement, useId } from "react";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { preferences, setPreferences } from "../../../lib/preferences";
import { useStore } from "../../../lib/store";
import { toast } from "../../../lib/toasts";

const paces: readonly (readonly [seconds: number, text: string])[] = [[10, "Every 10 s"], [30, "Every 30 s"], [60, "Every minute"], [300, "Every 5 min"]];

export function ThisComputer(): ReactElement {
  const chosen = useStore(preferences), supported = typeof Notification !== "undefined", id = useId();
  const turn = async (on: boolean): Promise<void> => {
    if (!on) {
      setPreferences({ notifications: false });
      return;
    }
    const answer = supported ? await Notification.requestPermission() : "denied";
    setPreferences({ notifications: answer === "granted" });
    if (answer !== "granted") {
      toast("The browser does not allow notifications", "Allow them for this site in the browser's settings.", "warning");
    }
  };
  return (
    <div className="pb col g3c">
      <label className="row">
        <input
          className="switch"
          type="checkbox"
          role="switch"
          checked={chosen.notifications}
          onChange={(event) => void turn(event.target.checked)}
        />
        <span>Desktop notification when a server turns critical</span>
      </label>
      <p className="hint row">
        <Icon name="info-circle" />Shown while DbTools is open in a tab, also one that is hidden: such a tab goes on asking, slowly.
      </p>
      <div className="field narrow">
        <label htmlFor={id}>Refresh screens</label>
        <select className="input"
            id={id}
            value={chosen.refreshSeconds ?? ""}
            onChange={(event) => setPreferences({ refreshSeconds: event.target.value === "" ? null : Number(event.target.value) })}
          >
            <option value="">As the tenant's settings say</option>
            {paces.map(([seconds, text]) => <option key={seconds} value={seconds}>{text}</option>)}
          </select>
        <p className="hint">Events of the live stream show at once, whatever is chosen here.</p>
      </div>
    </div>
  );
}

export function ThisComputerDialog({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <Dialog title="This computer" onClose={onClose} actions={<button className="btn primary" type="button" onClick={onClose}>Close</button>}>
      <ThisComputer />
    </Dialog>
  );
}
