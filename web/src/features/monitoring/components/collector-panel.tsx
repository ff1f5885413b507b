// One collector in a panel: its table, or in words why it has no rows.
import { type ReactElement, type ReactNode, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Empty, Panel, QueryView } from "../../../components/panel";
import type { SortState } from "../../../components/sort-head";
import { refetch } from "../../../lib/query";
import { collectorKey, useCollector } from "../api/read-collector";
import type { Cell, CollectorDetail, CollectorSummary, Row } from "../api/collector-types";
import { inReadingOrder, type ShownColumn, shownColumns } from "./collector-cells";
import { CollectorTable } from "./collector-table";
import { CollectorTools } from "./collector-tools";
import { withAverages } from "./counter-averages";
import { whyNoRows } from "./why-no-data";

interface Props {
  server: Server;
  collector: CollectorSummary;
  title?: string;
  /** Asks this often while the screen is looked at. */
  everyMs?: number;
  columnsOf?: (detail: CollectorDetail) => readonly ShownColumn[];
  usualSort?: SortState<string>;
  render?: (column: ShownColumn, cell: Cell, row: Row) => ReactNode | undefined;
  tools?: ReactNode;
  note?: ReactNode;
}

const usualColumns = ({ columns, rows, queryTextHidden }: CollectorDetail): readonly ShownColumn[] =>
  withAverages(inReadingOrder(shownColumns(columns, queryTextHidden)), rows);

export function CollectorPanel(props: Props): ReactElement {
  const { server, collector, everyMs, columnsOf } = props;
  const query = useCollector(server.id, collector.name, everyMs ?? null), detail = query.data;
  const columns = useMemo(
    () => (!detail ? [] : columnsOf ? columnsOf(detail) : usualColumns(detail)),
    [detail, columnsOf],
  );
  return (
    <Panel
      title={props.title ?? collector.title}
      sub={detail?.collectedAt && detail.isStale !== true ? <>read <Ago at={detail.collectedAt} /></> : undefined}
      busy={query.loading && !detail}
      tools={<CollectorTools query={query} collector={collector} detail={detail} />}
    >
      <QueryView
        query={query}
        what={`${collector.title} did not load`}
        retry={() => void refetch(collectorKey(server.id, collector.name))}
        lines={5}
      >
        {(known) =>
          known.rows.length === 0
            ? <Reason server={server} collector={known} />
            : (
              <CollectorTable
                label={props.title ?? collector.title}
                server={server}
                columns={columns}
                rows={known.rows}
                {...(props.usualSort ? { usualSort: props.usualSort } : {})}
                {...(props.render ? { render: props.render } : {})}
                tools={props.tools}
                note={known.state === "cut_off"
                  ? "The collector cut its rows off at its limit: there are more on the server."
                  : props.note ?? (known.columns.some((c) => c.kind === "counter") && "Rates and latencies are of the time since the reading before.")}
              />
            )}
      </QueryView>
    </Panel>
  );
}

function Reason({ server, collector }: { server: Server; collector: CollectorSummary }): ReactElement {
  const { title, text } = whyNoRows(server, collector, collector.title);
  return <Empty icon={collector.state === "no_permissions" ? "lock" : "inbox"} title={title} text={text} />;
}
