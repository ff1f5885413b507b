// One banner above the content: no connection, paused, or a tenant that is suspended.
import type { ReactElement } from "react";
import { Callout } from "../components/bits";
import { useNow } from "../lib/clock";
import { connection, tryNow } from "../lib/connection";
import { clock } from "../lib/format";
import { live, setPaused } from "../lib/live";
import { useStore } from "../lib/store";

export function Banners(): ReactElement | null {
  const state = useStore(connection), { paused, pausedAt } = useStore(live), now = useNow();
  if (state.down) {
    const seconds = Math.max(0, Math.ceil((state.nextTryAt - now) / 1000));
    return (
      <div className="banner">
        <Callout
          tone="critical"
          icon="wifi-off"
          title="No connection to DbTools."
          action={<button className="btn sm" type="button" onClick={() => void tryNow()}>Try now</button>}
        >
          What you see is from {clock(state.since, true)}. <span aria-hidden="true">Trying again in {seconds} s.</span>
        </Callout>
      </div>
    );
  }
  if (paused) {
    return (
      <div className="banner">
        <Callout
          tone="info"
          icon="pause-circle-fill"
          title="Live updates are paused."
          action={<button className="btn sm" type="button" onClick={() => setPaused(false)}>Resume</button>}
        >
          What you see is from {clock(pausedAt, true)}.
        </Callout>
      </div>
    );
  }
  return null;
}
