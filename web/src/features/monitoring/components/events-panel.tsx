// The events that a collector saw in the chosen stretch of time, each once: deadlocks.
import { type ReactElement, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Empty, Failure, Panel, Skeleton } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { useSearch } from "../../../lib/router";
import type { CollectorDetail, CollectorSummary, Row } from "../api/collector-types";
import { keptRunCountMax, keptRunsKey, useKeptRuns } from "../api/list-moments";
import { collectorKey, useCollector } from "../api/read-collector";
import { windowFrom } from "../api/time-window";
import { inReadingOrder, shownColumns } from "./collector-cells";
import { CollectorTable } from "./collector-table";
import { CollectorTools } from "./collector-tools";
import { whyNoRows } from "./why-no-data";

export function EventsPanel({ server, collector }: { server: Server; collector: CollectorSummary }): ReactElement {
  const query = useCollector(server.id, collector.name), detail = query.data;
  const window = windowFrom(useSearch(), "1h"), kept = useKeptRuns(server.id, collector.name, window), runs = kept.data;
  const rows = useMemo(() => runs?.flatMap((run) => run.rows), [runs]);
  return (
    <Panel
      title={collector.title}
      sub="in the chosen time, by when they were read"
      busy={(query.loading && !detail) || (kept.loading && !runs)}
      tools={<CollectorTools query={kept} collector={collector} detail={detail} />}
    >
      {detail && rows
        ? <Events server={server} detail={detail} rows={rows} isAll={(runs?.length ?? 0) < keptRunCountMax} />
        : query.error && !detail
        ? <Failure what={`${collector.title} did not load`} error={query.error} retry={() => void refetch(collectorKey(server.id, collector.name))} />
        : kept.error && !runs
        ? <Failure what={`${collector.title} did not load`} error={kept.error} retry={() => void refetch(keptRunsKey(server.id, collector.name, window))} />
        : <Skeleton lines={5} />}
    </Panel>
  );
}

interface EventsProps {
  server: Server;
  detail: CollectorDetail;
  rows: readonly Row[];
  isAll: boolean;
}

function Events({ server, detail, rows, isAll }: EventsProps): ReactElement {
  const columns = useMemo(() => inReadingOrder(shownColumns(detail.columns, detail.queryTextHidden)), [detail]);
  if (rows.length > 0) {
    return (
      <CollectorTable
        label={detail.title}
        server={server}
        columns={columns}
        rows={rows}
        usualSort={{ key: columns[0]?.name ?? "", order: "desc" }}
        note={!isAll && "Only the newest are listed: choose an earlier end for older ones."}
      />
    );
  }
  if (detail.isStale === true && (detail.state === "ok" || detail.state === "cut_off")) {
    return <Empty icon="clock-history" title="None was seen" text={`${detail.title} was last read too long ago to tell what has been since.`} />;
  }
  if (detail.state === "ok" || detail.state === "cut_off") {
    return <Empty icon="check-circle-fill" title="None in the chosen time" text={`${detail.title}: none was seen. What was seen before is under a longer time.`} />;
  }
  const { title, text } = whyNoRows(server, detail, detail.title);
  return <Empty icon={detail.state === "no_permissions" ? "lock" : "inbox"} title={title} text={text} />;
}
