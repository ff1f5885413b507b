// The first screen: how the fleet is, what needs a person, and what has just changed.
import { type ReactElement, useMemo } from "react";
import type { Group, Health, ServerHealth } from "../../../api/model";
import { groupsKey, useGroups } from "../../../api/list-groups";
import { fleetHealthKey, useFleetHealth } from "../../../api/read-fleet-health";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Empty, Failure, PageHead, Panel, Skeleton, StaleBadge } from "../../../components/panel";
import { healthOrder, healthWords } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { live, pollMs, setPaused } from "../../../lib/live";
import { refetch } from "../../../lib/query";
import { Link, setSearch, useSearch } from "../../../lib/router";
import { useMay, useSession } from "../../../lib/session";
import { useStore } from "../../../lib/store";
import { AttentionTable } from "./attention-table";
import { GroupTable } from "./group-table";
import { HealthChanges } from "./health-changes";
import { HeatMap } from "./heat-map";
import { StatusStrip } from "./status-strip";

/** A small fleet's map is low: the list beside it is shorter too. A large one's needs the whole width. */
const smallFleetCount = 60, largeFleetCount = 1_500;

export function DashboardPage(): ReactElement {
  const health = useFleetHealth(), groups = useGroups(), who = useSession(), mayAdd = useMay("manageServers");
  const asked = useSearch().get("health"), filter = healthOrder.find((h) => h === asked) ?? null;
  const { paused, mode } = useStore(live);
  const all = health.data, shown = useMemo(() => (filter ? all?.filter((s) => s.status === filter) : all) ?? [], [all, filter]);
  const refresh = (): void => {
    void refetch(fleetHealthKey());
    void refetch(groupsKey());
  };
  return (
    <>
      <PageHead
        title="Dashboard"
        sub={all
          ? (
            <>
              {plural(all.length, "server")}
              {groups.data && ` in ${plural(groups.data.length, "group")}`}
              <Dot />Updated <Ago at={health.at} />
              <Dot />
              {paused ? "Paused" : mode === "live" ? "Live" : `Refreshes every ${Math.round(pollMs() / 1000)} s`}
            </>
          )
          : `Welcome to ${who.tenant?.name ?? "DbTools"}`}
      >
        <StaleBadge query={health} />
        <button className="btn sm icon" type="button" aria-label="Refresh now" title="Refresh now" onClick={refresh}>
          <Icon name="arrow-clockwise" />
        </button>
        <button
          className="btn sm icon"
          type="button"
          aria-pressed={paused}
          aria-label="Pause live updates"
          title="Pause live updates"
          onClick={() => setPaused(!paused)}
        >
          <Icon name={paused ? "play-fill" : "pause-fill"} />
        </button>
      </PageHead>
      {!all && health.error && (
        <section className="panel vflex tall" aria-label="Fleet">
          <Failure what="The fleet's health did not load" error={health.error} retry={refresh} />
        </section>
      )}
      {!all && !health.error && <Skeletons />}
      {all && all.length === 0 && (
        <section className="panel vflex tall" aria-label="Fleet">
          <Empty
            icon="hdd-stack"
            title={`Welcome to ${who.tenant?.name ?? "DbTools"}`}
            text="Add the first database server; its health shows here within a minute."
          >
            {mayAdd && (
              <Link className="btn primary" href="/servers/new">
                <Icon name="plus-lg" />Add server
              </Link>
            )}
          </Empty>
        </section>
      )}
      {all && all.length > 0 && (
        <>
          <StatusStrip all={all} filter={filter} onFilter={(value) => setSearch({ health: value }, { replace: false })} />
          <Fleet all={all} shown={shown} filter={filter} groups={groups.data ?? []} />
        </>
      )}
    </>
  );
}

function Fleet(
  { all, shown, filter, groups }: {
    all: readonly ServerHealth[];
    shown: readonly ServerHealth[];
    filter: Health | null;
    groups: readonly Group[];
  },
): ReactElement {
  if (shown.length === 0 && filter) {
    return (
      <section className="panel vflex" aria-label="Fleet">
        <Empty icon="funnel" title={`0 of ${plural(all.length, "server")} match`} text={`Health is ${healthWords[filter]}.`}>
          <button className="btn sm" type="button" onClick={() => setSearch({ health: null })}>Clear filter</button>
        </Empty>
      </section>
    );
  }
  const large = all.length > largeFleetCount;
  const map = <HeatMap servers={shown} fleetCount={all.length} groups={groups} filter={filter} />;
  const changes = <HealthChanges filter={filter} rowCountMax={all.length <= smallFleetCount ? 5 : 7} />;
  const attention = <Attention shown={shown} filter={filter} className={large ? "" : "mt3"} />;
  return (
    <>
      {large
        ? (
          <>
            {map}
            <div className="grid g-21 stretch dash mt3">
              {attention}
              {changes}
            </div>
          </>
        )
        : (
          <>
            <div className="grid g-21 stretch dash">
              {map}
              {changes}
            </div>
            {attention}
          </>
        )}
      {groups.length > 0 && <GroupTable servers={shown} groups={groups} />}
    </>
  );
}

function Attention({ shown, filter, className }: { shown: readonly ServerHealth[]; filter: Health | null; className: string }): ReactElement {
  const attention = filter ? shown : shown.filter((s) => s.status !== "healthy");
  return (
    <Panel
      className={className}
      title={filter ? `${healthWords[filter]} servers` : "Needs attention first"}
      sub={filter ? "longest first" : "by severity, then duration"}
      tools={
        <Link className="btn ghost sm" href={filter ? `/servers?health=${filter}` : "/servers?sort=health"}>
          {filter || attention.length === 0 ? `All ${plural(shown.length, "server")}` : `All ${count(attention.length)}`}
        </Link>
      }
    >
      {attention.length === 0
        ? (
          <Empty
            icon="check-circle-fill"
            title="All servers are healthy"
            text="Servers that are critical, offline, warning or unknown show here."
          />
        )
        : <AttentionTable servers={attention} />}
    </Panel>
  );
}

function Skeletons(): ReactElement {
  return (
    <div aria-busy="true">
      <div className="panel mb3">
        <Skeleton lines={2} />
      </div>
      <div className="grid g-21 stretch">
        <div className="panel">
          <Skeleton lines={9} />
        </div>
        <div className="panel">
          <Skeleton lines={7} />
        </div>
      </div>
    </div>
  );
}
