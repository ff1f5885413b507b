// Databases and files, below the list that is read from the server itself: drives and their forecast, sizes, rates and latencies.
import type { ReactElement } from "react";
import type { Server } from "../../../api/model";
import type { CollectorDetail } from "../api/collector-types";
import type { ShownColumn } from "./collector-cells";
import { CollectorPanel } from "./collector-panel";
import { withLatency } from "./io-latency";
import { StorageForecast } from "./storage-forecast";
import { TopicView } from "./topic-view";

const columnsOf = (detail: CollectorDetail): readonly ShownColumn[] => withLatency(detail.columns);

export function FilesTab({ server }: { server: Server }): ReactElement {
  return (
    <TopicView server={server} topic="files" what="databases and files">
      {(collectors) => (
        <div className="col g3c">
          <StorageForecast server={server} collectors={collectors} />
          {collectors.map((c) => (
            <CollectorPanel
              key={c.name}
              server={server}
              collector={c}
              // The list above is called that already: it is read from the server when it is looked at.
              title={c.title === "Databases" ? "Databases as collected" : c.title}
              columnsOf={columnsOf}
            />
          ))}
        </div>
      )}
    </TopicView>
  );
}
