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
import { type Moment as KeptMoment, momentCountMax, runKey, useMoments, useRunAt } from "../api/list-moments";
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
  // The chosen moment may lie outside of the stretch; its neighbours are found by time, the list has the newest first.
  const time = at === null ? Infinity : Date.parse(at), isListed = runs.some((r) => r.collectedAt === at);
  const earlier = runs.find((r) => Date.parse(r.collectedAt) < time), later = runs.filter((r) => Date.parse(r.collectedAt) > time).at(-1);
  const show = (run: KeptMoment | undefined): void => setSearch({ run: run?.collectedAt ?? null });
  return (
    <>
      <TimeWindowBar window={window} usual="1h">
        <span className="sepv" aria-hidden="true" />
        <label className="row">
          <span className="vh">Shown moment</span>
          <select className="input" value={at ?? ""} onChange={(event) => show(runs.find((r) => r.collectedAt === event.target.value))}>
              <option value="">Now</option>
              {at !== null && !isListed && <option value={at}>{momentText(time)}</option>}
              {runs.map((r) => <option key={r.collectedAt} value={r.collectedAt}>{optionText(r)}</option>)}
            </select>
        </label>
        <button
          className="btn sm icon"
          type="button"
          aria-label="Earlier"
          aria-disabled={!earlier}
          onClick={() => earlier && show(earlier)}
        >
          <Icon name="arrow-left" />
        </button>
        <button
          className="btn sm icon"
          type="button"
          aria-label="Later"
          aria-disabled={at === null}
          onClick={() => at !== null && show(later)}
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
  return `${momentText(Date.parse(run.collectedAt))}, ${plural(run.rowCount, "row")}`;
}

const momentText = (at: number): string => (day(at) === day(Date.now()) ? clock(at, true) : dayAndClock(at, true));

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
  /** Why the kept run is not there: it did not load, or nothing is kept of that moment. */
  missing: ReactElement | null;
}

/** The rows of the moment: the newest, or those of the kept run. */
function useMoment({ server, collector, at }: MomentProps): Moment {
  const query = useCollector(server.id, collector.name, liveEveryMs), run = useRunAt(server.id, collector.keep === "every" ? collector.name : null, at);
  const rows = at === null ? query.data?.rows : run.data?.rows, isMissing = at !== null && !run.data;
  const missing = !isMissing
    ? null
    : run.error
    ? <Failure what="The moment did not load" error={run.error} retry={() => void refetch(runKey(server.id, collector.name, at))} />
    : run.data === null || collector.keep !== "every"
    ? <Empty icon="inbox" title="Nothing is kept of this moment" text={`${collector.title} had no rows then, or they are no longer kept.`} />
    : <Skeleton lines={4} />;
  return { detail: query.data, rows: rows ?? noRows, query, missing };
}

function Blocking(props: MomentProps): ReactElement {
  const { server, collector, at } = props, { detail, rows, query, missing } = useMoment(props);
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
      {detail && missing}
      {detail && !missing && leads.length > 0 && where && <BlockingTree columns={detail.columns} rows={rows} at={where} />}
      {detail && !missing && leads.length === 0 && <NoBlocking server={server} detail={detail} known={where !== null} isPast={at !== null} />}
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
  const { server, collector } = props, { detail, rows, query, missing } = useMoment(props);
  const columns = useMemo(() => (detail ? inReadingOrder(shownColumns(detail.columns, detail.queryTextHidden)) : []), [detail]);
  return (
    <Panel title={collector.title} sub="at the chosen moment">
      {!detail && query.error
        ? <Failure what={`${collector.title} did not load`} error={query.error} retry={() => void refetch(collectorKey(server.id, collector.name))} />
        : !detail
        ? <Skeleton lines={4} />
        : missing ?? <CollectorTable label={collector.title} server={server} columns={columns} rows={rows} />}
    </Panel>
  );
}
