// Queries and blocking: who blocks whom, and what runs; now, or at any run that is kept.
import { type ReactElement, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Callout } from "../../../components/bits";
import { Empty, Failure, Panel, Skeleton, StaleBadge } from "../../../components/panel";
import { clock, day, dayAndClock, plural } from "../../../lib/format";
import { type QueryState, refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { collectorKey, useCollector } from "../api/read-collector";
import { type Moment as KeptMoment, momentCountMax, useMoments, useRunAt } from "../api/list-moments";
import type { CollectorDetail, CollectorSummary, Row } from "../api/collector-types";
import { windowFrom } from "../api/time-window";
import { type BlockingColumns, blockingColumns, blockingTree } from "./blocking";
import { BlockingTree } from "./blocking-panel";
import { inReadingOrder, shownColumns } from "./collector-cells";
import { CollectorPanel } from "./collector-panel";
import { CollectorTable } from "./collector-table";
import { StaleReading } from "./collector-words";
import { EventsPanel } from "./events-panel";
import { TimeWindowBar } from "./time-window-bar";
import { TopicView } from "./topic-view";
import { whyNoRows } from "./why-no-data";

/** What runs changes by the second; the collector reads by its own pace, and this is how soon the page has it. */
const liveEveryMs = 10_000;

export function QueriesTab({ server }: { server: Server }): ReactElement {
  return (
    <TopicView server={server} topic="queries" what="running queries and blocking">
      {(collectors) => <Queries server={server} collectors={collectors} />}
    </TopicView>
  );
}

function Queries({ server, collectors }: { server: Server; collectors: readonly CollectorSummary[] }): ReactElement {
  const kept = collectors.filter((c) => c.keep === "every");
  // The tree comes from the collector of blocking; where there is none, from that of the running queries.
  const tree = collectors.find((c) => /block/.test(c.name)) ?? collectors.find((c) => /runn|active|quer|process|session/.test(c.name));
  const others = collectors.filter((c) => c !== tree || !/block/.test(c.name)), asked = useSearch().get("run");
  const at = asked !== null && !Number.isNaN(Date.parse(asked)) ? asked : null;
  return (
    <div className="col g3c">
      {kept.length > 0 && <History server={server} collector={tree && tree.keep === "every" ? tree : kept[0]} at={at} />}
      {tree && <Blocking server={server} collector={tree} at={at} />}
      {others.map((c) =>
        c.keep === "new"
          ? <EventsPanel key={c.name} server={server} collector={c} />
          : c.keep === "every" && at !== null
          ? <PastPanel key={c.name} server={server} collector={c} at={at} />
          : <CollectorPanel key={c.name} server={server} collector={c} everyMs={liveEveryMs} />
      )}
    </div>
  );
}

/** The kept runs of the chosen stretch; one of them shows in place of the present. */
function History({ server, collector, at }: { server: Server; collector: CollectorSummary | undefined; at: string | null }): ReactElement {
  const window = windowFrom(useSearch(), "1h"), query = useMoments(server.id, collector?.name ?? null, window), runs = query.data ?? [];
  const index = runs.findIndex((r) => r.collectedAt === at), chosen = runs[index];
  const show = (run: KeptMoment | undefined): void => setSearch({ run: run?.collectedAt ?? null });
  return (
    <>
      <TimeWindowBar window={window} usual="1h">
        <span className="sepv" aria-hidden="true" />
        <label className="row">
          <span className="vh">Shown moment</span>
          <select className="input" value={chosen ? at ?? "" : ""} onChange={(event) => show(runs.find((r) => r.collectedAt === event.target.value))}>
              <option value="">Now</option>
              {runs.map((r) => <option key={r.collectedAt} value={r.collectedAt}>{optionText(r)}</option>)}
            </select>
        </label>
        <button
          className="btn sm icon"
          type="button"
          aria-label="Earlier"
          aria-disabled={index >= runs.length - 1}
          onClick={() => index < runs.length - 1 && show(runs[index + 1])}
        >
          <Icon name="arrow-left" />
        </button>
        <button
          className="btn sm icon"
          type="button"
          aria-label="Later"
          aria-disabled={at === null}
          onClick={() => at !== null && show(index > 0 ? runs[index - 1] : undefined)}
        >
          <Icon name="arrow-right" />
        </button>
        <span className="grow" />
        <span className="m3 t12" role="status">
          {query.error && !query.data
            ? "The history did not load"
            : !query.data
            ? "Loading the history"
            : runs.length === 0
            ? `No rows of ${collector?.title ?? "these"} were kept in this time`
            : `${plural(runs.length, "moment")}${runs.length >= momentCountMax ? ", the newest; choose an earlier end for older ones" : ""}`}
        </span>
      </TimeWindowBar>
      {at !== null && (
        <Callout
          tone="info"
          icon="clock-history"
          title={`What ran at ${dayAndClock(Date.parse(at), true)}.`}
          action={<button className="btn sm" type="button" onClick={() => setSearch({ run: null })}>Back to now</button>}
        >
          Nothing on this page is live until then.
        </Callout>
      )}
    </>
  );
}

function optionText(run: KeptMoment): string {
  const at = Date.parse(run.collectedAt), today = day(at) === day(Date.now());
  return `${today ? clock(at, true) : dayAndClock(at, true)}, ${plural(run.rowCount, "row")}`;
}

const noRows: readonly Row[] = [];

interface MomentProps {
  server: Server;
  collector: CollectorSummary;
  at: string | null;
}

interface Moment {
  detail: CollectorDetail | undefined;
  rows: readonly Row[];
  query: QueryState<CollectorDetail>;
}

/** The rows of the moment: the newest, or those of the kept run. */
function useMoment({ server, collector, at }: MomentProps): Moment {
  const query = useCollector(server.id, collector.name, liveEveryMs), run = useRunAt(server.id, collector.keep === "every" ? collector.name : null, at);
  const rows = at === null ? query.data?.rows : run.data?.rows;
  return { detail: at !== null && run.loading && !run.data ? undefined : query.data, rows: rows ?? noRows, query };
}

function Blocking(props: MomentProps): ReactElement {
  const { server, collector, at } = props, { detail, rows, query } = useMoment(props);
  const where: BlockingColumns | null = detail ? blockingColumns(detail.columns) : null;
  const leads = useMemo(() => (where ? blockingTree(rows, where) : []), [rows, detail]);
  return (
    <Panel
      title="Blocking"
      sub={at !== null ? "at the chosen moment" : detail?.collectedAt && detail.isStale !== true ? <>read <Ago at={detail.collectedAt} /></> : undefined}
      tools={
        <>
          <StaleBadge query={query} />
          {detail && at === null && <StaleReading collector={detail} />}
        </>
      }
    >
      {!detail && query.error && (
        <Failure what="Blocking did not load" error={query.error} retry={() => void refetch(collectorKey(server.id, collector.name))} />
      )}
      {!detail && !query.error && <Skeleton lines={4} />}
      {detail && leads.length > 0 && where && <BlockingTree columns={detail.columns} rows={rows} at={where} />}
      {detail && leads.length === 0 && <NoBlocking server={server} detail={detail} known={where !== null} isPast={at !== null} />}
    </Panel>
  );
}

interface NoBlockingProps {
  server: Server;
  detail: CollectorDetail;
  known: boolean;
  /** A kept moment: how old the newest rows are is no matter of it. */
  isPast: boolean;
}

function NoBlocking({ server, detail, known, isPast }: NoBlockingProps): ReactElement {
  if (known && !isPast && detail.isStale === true && (detail.state === "ok" || detail.state === "cut_off")) {
    return <Empty icon="clock-history" title="No session was blocked when it was read" text="That is too long ago to tell what is so now." />;
  }

  if (detail.state === "ok" || detail.state === "cut_off") {
    return known
      ? <Empty icon="check-circle-fill" title="No session is blocked" text="A session that waits for another shows here, with the one that leads on top." />
      : <Empty icon="inbox" title="The engine does not tell who blocks whom" text={`${detail.title} has no column that names the blocker.`} />;
  }
  const { title, text } = whyNoRows(server, detail, "blocking");
  return <Empty icon={detail.state === "no_permissions" ? "lock" : "inbox"} title={title} text={text} />;
}

function PastPanel(props: { server: Server; collector: CollectorSummary; at: string }): ReactElement {
  const { server, collector } = props, { detail, rows } = useMoment(props);
  const columns = useMemo(() => (detail ? inReadingOrder(shownColumns(detail.columns, detail.queryTextHidden)) : []), [detail]);
  return (
    <Panel title={collector.title} sub="at the chosen moment">
      {!detail ? <Skeleton lines={4} /> : rows.length === 0
        ? <Empty icon="inbox" title="No rows at this moment" text={`${collector.title} had none, or they are no longer kept.`} />
        : <CollectorTable label={collector.title} server={server} columns={columns} rows={rows} />}
    </Panel>
  );
}
