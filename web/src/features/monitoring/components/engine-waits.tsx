// Waits of engines that tell them by collectors of their own: each one's largest series over time, and its newest rows.
import { type ReactElement, useState } from "react";
import type { Server } from "../../../api/model";
import { useSearch } from "../../../lib/router";
import { useCollector } from "../api/read-collector";
import type { CollectorSummary } from "../api/collector-types";
import { type TimeWindow, windowFrom } from "../api/time-window";
import { CollectorPanel } from "./collector-panel";
import { SeriesChart } from "./series-chart";
import { TimeWindowBar } from "./time-window-bar";
import { TopicView } from "./topic-view";

export function EngineWaits({ server }: { server: Server }): ReactElement {
  const window = windowFrom(useSearch(), "6h"), [cross, setCross] = useState<number | null>(null);
  return (
    <TopicView server={server} topic="waits" what="waits">
      {(collectors) => (
        <>
          <TimeWindowBar window={window} usual="6h" />
          <div className="col g3c">
            {collectors.map((c) => (
              <WaitChart key={c.name} server={server} collector={c} window={window} cross={cross} onCross={setCross} />
            ))}
            {collectors.map((c) => <CollectorPanel key={c.name} server={server} collector={c} />)}
          </div>
        </>
      )}
    </TopicView>
  );
}

interface ChartProps {
  server: Server;
  collector: CollectorSummary;
  window: TimeWindow;
  cross: number | null;
  onCross: (at: number | null) => void;
}

/** The time waited where the collector counts it, else the first of its series. */
function WaitChart({ server, collector, ...rest }: ChartProps): ReactElement | null {
  const columns = useCollector(server.id, collector.name).data?.columns ?? [], series = columns.filter((c) => c.metric !== null);
  const metric = (series.find((c) => /(_ms|_us|_seconds)$/.test(c.name)) ?? series[0])?.metric;
  return metric ? <SeriesChart server={server} metric={metric} title={collector.title} shiftMs={0} earlierWord="" {...rest} /> : null;
}
