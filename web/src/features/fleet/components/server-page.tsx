// One server: header, tabs, and the overview. Metrics and activity come from their own parts; the app passes them in.
import { type ReactElement, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Callout, Crumbs, Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { MenuButton } from "../../../components/menu";
import { Failure, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { EngineMark, engineName, HealthStatus, ReachabilityStatus } from "../../../components/status";
import { refetch } from "../../../lib/query";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { setPageTitle } from "../../../lib/title";
import { serverKey, useServer } from "../api/read-server";
import { DatabasesTab } from "./databases-tab";
import { ServerDialogs, type ServerTask } from "./server-dialogs";
import { restore, useServerMenu } from "./server-menu";
import { ServerOverview } from "./server-overview";

/** A tab that another part of the product fills. */
export interface ServerTab {
  key: string;
  text: string;
  render: (server: Server) => ReactNode;
}

interface Props {
  id: string;
  tabs: readonly ServerTab[];
  /** Stands below the list of databases. */
  files: (server: Server) => ReactNode;
  /** The newest few entries, for the overview. */
  recent: (serverId: string) => ReactNode;
  /** How its health has changed, for the overview. */
  changes: (server: Server) => ReactNode;
}

export function ServerPage({ id, tabs, files, recent, changes }: Props): ReactElement {
  const query = useServer(id), server = query.data?.server, asked = useSearch().get("tab");
  const known: readonly (readonly [key: string, text: string])[] = [["overview", "Overview"], ...tabs.map((t) => [t.key, t.text] as const)];
  const tab = known.find(([t]) => t === asked)?.[0] ?? "overview";
  const [task, setTask] = useState<ServerTask | null>(null);
  useEffect(() => {
    if (server) setPageTitle(server.name);
  }, [server?.name]);
  const close = useCallback(() => setTask(null), []);
  const gone = query.error?.status === 404;
  if (gone || (!server && query.error)) {
    return (
      <>
        <PageHead title="Server" crumbs={<Crumbs path={[["/servers", "Servers"]]} here="Server" />} />
        <section className="panel vflex tall" aria-label="Server">
          {query.error && (
            <Failure
              what={gone ? "This server does not exist, or was removed" : "The server did not load"}
              error={query.error}
              retry={gone ? undefined : () => void refetch(serverKey(id))}
            />
          )}
        </section>
      </>
    );
  }
  return (
    <>
      <PageHead
        crumbs={<Crumbs path={pathOf(server)} here={server?.name ?? "…"} />}
        title={server ? <Title server={server} /> : <h1>Server</h1>}
        sub={server ? <Facts server={server} /> : undefined}
      >
        <StaleBadge query={query} />
        {server && <Actions server={server} onTask={setTask} />}
      </PageHead>
      {server && <Notices server={server} />}
      <Tabs tabs={known} tab={tab} />
      <div role="tabpanel" id="server-panel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
        <QueryView query={query} what="The server did not load" retry={() => void refetch(serverKey(id))} lines={10}>
          {({ server: s }) =>
            tab === "overview"
              ? <ServerOverview server={s} onTask={setTask} recent={recent(s.id)} changes={changes(s)} />
              : (
                <>
                  {tab === "databases" && <DatabasesTab server={s} />}
                  {tab === "databases" ? <div className="mt3">{files(s)}</div> : tabs.find((t) => t.key === tab)?.render(s)}
                </>
              )}
        </QueryView>
      </div>
      {task && <ServerDialogs task={task} onClose={close} onRemoved={() => navigate("/servers")} />}
    </>
  );
}

/** Servers, then the first of its groups. */
function pathOf(server: Server | undefined): readonly (readonly [href: string, text: string])[] {
  const group = server?.groups[0];
  return [["/servers", "Servers"], ...(group ? [[`/groups/${group.id}`, group.name] as const] : [])];
}

/** What is unusual about this registration. */
function Notices({ server }: { server: Server }): ReactElement | null {
  const mayManage = useMay("manageServers"), { duplicateOf, sameAddressAs, deletedAt, purgeAt } = server;
  if (!duplicateOf && !sameAddressAs && !deletedAt) return null;
  return (
    <div className="banner col g3c">
      {deletedAt && (
        <Callout
          tone="warning"
          icon="trash3"
          title="This server was removed."
          action={mayManage
            ? <button className="btn sm" type="button" onClick={() => void restore(server)}>Restore</button>
            : undefined}
        >
          <Ago at={deletedAt} />
          {purgeAt && <>; it can be restored until <Ago at={purgeAt} form="full" /></>}.
        </Callout>
      )}
      {duplicateOf && (
        <Callout
          tone="warning"
          icon="exclamation-triangle-fill"
          title="This instance is registered twice."
          action={<Link className="btn sm" href={`/servers/${duplicateOf.id}`}>Open the other</Link>}
        >
          {duplicateOf.name} has the same own name and start time. Both are collected; remove one of them.
        </Callout>
      )}
      {sameAddressAs && !duplicateOf && (
        <Callout
          tone="warning"
          icon="exclamation-triangle-fill"
          title="Another server has this address."
          action={<Link className="btn sm" href={`/servers/${sameAddressAs.id}`}>Open the other</Link>}
        >
          {sameAddressAs.name} has the same host and port. Both are collected; unless that is meant, remove one of them.
        </Callout>
      )}
    </div>
  );
}

/** Longer reasons stand in the Health panel only. */
const whyLengthMax = 60;

function Title({ server }: { server: Server }): ReactElement {
  const why = server.healthReasons.join(", ");
  return (
    <div className="row g3 w">
      <EngineMark engine={server.engine} large />
      <h1>{server.name}</h1>
      <HealthStatus health={server.health} pill />
      {server.status !== server.health && <ReachabilityStatus status={server.status} pill />}
      {why !== "" && why.length <= whyLengthMax && <span className="m2 hide8">{why}</span>}
    </div>
  );
}

function Facts({ server }: { server: Server }): ReactElement {
  const facts = [server.version ?? engineName(server.engine), server.edition].filter(Boolean).join(" ");
  return (
    <>
      {facts}
      <Dot />
      <span className="mono">{server.hostname}{server.instanceName ? `\\${server.instanceName}` : ""}:{server.port}</span>
      <Dot />
      Collected <Ago at={server.lastCollectedAt} />
    </>
  );
}

function Actions({ server, onTask }: { server: Server; onTask: (task: ServerTask) => void }): ReactElement | null {
  const mayManage = useMay("manageServers"), items = useServerMenu(onTask, true)(server);
  if (!mayManage) return null;
  return (
    <>
      <button className="btn" type="button" onClick={() => onTask({ what: "test", server })}>
        <Icon name="plug" />Test connection
      </button>
      <button className="btn" type="button" onClick={() => onTask({ what: "edit", server })}>
        <Icon name="pencil" />Edit
      </button>
      <button className="btn danger" type="button" onClick={() => onTask({ what: "remove", server })}>
        <Icon name="trash3" />Delete
      </button>
      <MenuButton label="More actions" items={items}>
        <Icon name="three-dots" />
      </MenuButton>
    </>
  );
}

/** What belongs to one tab only; the stretch of time goes along to the next. */
const ownOfTab = { view: null, collector: null, of: null, run: null, benign: null, metric: null, compare: null };

function Tabs({ tabs, tab }: { tabs: readonly (readonly [key: string, text: string])[]; tab: string }): ReactElement {
  const choose = (to: string): void => setSearch({ tab: to === "overview" ? null : to, ...ownOfTab }, { replace: false });
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen the tabs scroll: the chosen one is in sight.
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>("[aria-selected=true]"), box = list.current;
    if (!chosen || !box) return;
    const left = chosen.offsetLeft - box.offsetLeft;
    if (left < box.scrollLeft || left + chosen.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = left - 24;
  }, [tab]);
  return (
    <div
      ref={list}
      className="tabs"
      role="tablist"
      aria-label="Server"
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const at = (tabs.findIndex(([t]) => t === tab) + step + tabs.length) % tabs.length, next = tabs[at]?.[0] ?? "overview";
        choose(next);
        document.getElementById(`tab-${next}`)?.focus();
      }}
    >
      {tabs.map(([key, text]) => (
        <button
          key={key}
          id={`tab-${key}`}
          role="tab"
          type="button"
          aria-selected={key === tab}
          aria-controls="server-panel"
          tabIndex={key === tab ? 0 : -1}
          onClick={() => choose(key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
