// One banner above the content: no connection, paused, or servers that are not being read.
import type { ReactElement } from "react";
import { useCollectionStatus } from "../api/read-collection-status";
import { Callout } from "../components/bits";
import { useNow } from "../lib/clock";
import { connection, tryNow } from "../lib/connection";
import { clock, dayAndClock } from "../lib/format";
import { live, setPaused } from "../lib/live";
import { useStore } from "../lib/store";

export function Banners(): ReactElement | null {
  const state = useStore(connection), { paused, pausedAt } = useStore(live), now = useNow(), collection = useCollectionStatus().data;
  if (state.down) {
    const seconds = Math.max(0, Math.ceil((state.nextTryAt - now) / 1000));
    return (
      <div className="banner">
        <Callout
          tone="critical"
          icon="wifi-off"
          title={state.reason ? "DbTools cannot answer at the moment." : "No connection to DbTools."}
          action={<button className="btn sm" type="button" onClick={() => void tryNow()}>Try now</button>}
        >
          {state.reason && `${state.reason.replace(/\.$/, "")}. `}What you see is from {clock(state.since, true)}. <span aria-hidden="true">Trying again in {seconds} s.</span>
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
  if (collection && collection.state !== "running") {
    const since = collection.since ? ` Since ${dayAndClock(Date.parse(collection.since))}.` : "", stopped = collection.state === "stopped";
    return (
      <div className="banner">
        <Callout
          tone={stopped ? "critical" : "warning"}
          icon={stopped ? "x-octagon-fill" : "exclamation-triangle-fill"}
          title={stopped ? "Collection has stopped." : "Readings wait to be stored."}
        >
          {collection.message}
          {since}
        </Callout>
      </div>
    );
  }
  return null;
}
