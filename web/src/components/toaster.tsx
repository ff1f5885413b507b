import type { ReactElement } from "react";
import { useStore } from "../lib/store";
import { dismiss, toasts } from "../lib/toasts";
import { Icon } from "./icon";
import { healthIcons } from "./status";

export function Toaster(): ReactElement {
  const list = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-label="Notifications" aria-live="polite">
      {list.map((t) => (
        <div key={t.id} className="toast" data-s={t.kind}>
          <Icon name={healthIcons[t.kind]} />
          <div>
            <b>{t.title}</b>
            {t.text && <p>{t.text}</p>}
            {t.action && (
              <button
                className="btn sm"
                type="button"
                onClick={() => {
                  dismiss(t.id);
                  t.action?.onSelect();
                }}
              >
                {t.action.label}
              </button>
            )}
          </div>
          <button className="btn ghost xs icon" type="button" aria-label={`Dismiss: ${t.title}`} onClick={() => dismiss(t.id)}>
            <Icon name="x-lg" />
          </button>
        </div>
      ))}
    </div>
  );
}
