// The overview of a server: health and why, latest values, connection, groups, labels, collection.
import { type ReactElement, type ReactNode, useState } from "react";
import type { Server } from "../../../api/model";
import { hasPresentValues } from "../../../api/present-values";
import { Ago } from "../../../components/ago";
import { levelOf } from "../../../components/bars";
import { LabelChip } from "../../../components/bits";
import { Combo } from "../../../components/combo";
import { Icon } from "../../../components/icon";
import { Panel } from "../../../components/panel";
import { engineName, HealthStatus, ReachabilityStatus } from "../../../components/status";
import { useNow } from "../../../lib/clock";
import { count, day, duration, percent, quantity } from "../../../lib/format";
import { Link } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { asApiError } from "../../../lib/use-action";
import { addLabels } from "../api/add-labels";
import { useLabels } from "../api/list-labels";
import { removeFromGroup } from "../api/remove-from-group";
import { removeLabel } from "../api/remove-label";
import { refreshServers } from "./refresh-servers";
import { DeploymentPanel } from "./deployment-panel";
import type { ServerTask } from "./server-dialogs";
import { switchCollection } from "./server-menu";
import { someServers } from "./targets";
import { ThresholdsPanel } from "./thresholds-panel";
import { SupportStatus } from "./version-support";

interface Props {
  server: Server;
  onTask: (task: ServerTask) => void;
  recent: ReactNode;
  changes: ReactNode;
}

export function ServerOverview({ server, onTask, recent, changes }: Props): ReactElement {
  const mayManage = useMay("manageServers");
  return (
    <div className="over">
      <LatestValues server={server} />
      <div className="grid g-111 stretch">
        <div className="col g3c">
          <HealthPanel server={server} />
          <ThresholdsPanel of={{ kind: "servers", id: server.id, name: server.name }} mayManage={mayManage} />
          <DeploymentPanel server={server} />
        </div>
        <ConnectionPanel
          server={server}
          tools={mayManage && (
            <button
              className="btn ghost sm"
              type="button"
              onClick={() => onTask({ what: "edit", server })}
            >
              <Icon name="pencil" />Edit
            </button>
          )}
        />
        <div className="col g3c">
          <GroupsPanel server={server} mayManage={mayManage} onTask={onTask} />
          <LabelsPanel server={server} mayManage={mayManage} />
          <CollectionPanel server={server} mayManage={mayManage} onTask={onTask} />
        </div>
      </div>
      <Panel title="Recent activity" tools={<Link className="btn ghost sm" href={`/servers/${server.id}?tab=activity`}>Show all</Link>}>
        {recent}
      </Panel>
      {changes}
    </div>
  );
}

function LatestValues({ server }: { server: Server }): ReactElement {
  const { latest, thresholds: { cpuPercent, memoryPercent } } = server, old = !hasPresentValues(server, useNow());
  const figures: readonly (readonly [string, string | null, "" | "warning" | "critical"])[] = [
    ["CPU", latest.cpuPercent === null ? null : percent(latest.cpuPercent), levelOf(latest.cpuPercent, cpuPercent)],
    ["Memory", latest.memoryPercent === null ? null : percent(latest.memoryPercent), levelOf(latest.memoryPercent, memoryPercent)],
    ["Connections", latest.connectionCount === null ? null : quantity(latest.connectionCount), ""],
    ["Batch requests", latest.batchRequestsSec === null ? null : `${quantity(latest.batchRequestsSec)}/s`, ""],
  ];
  return (
    <section className={`figures ${old ? "old" : ""}`} aria-label="Latest values">
      {figures.map(([name, value, level]) => (
        <div key={name} className={level}>
          <span className="lab">{name}</span>
          <span className="fig">{value ?? <span className="m3" title="No value collected">–</span>}</span>
          <small>
            {value === null ? "no value" : (
              <>
                {old ? "last seen " : ""}
                <Ago at={server.lastCollectedAt} />
              </>
            )}
          </small>
        </div>
      ))}
      <Link className="btn sm" href={`/servers/${server.id}?tab=metrics`}>
        <Icon name="graph-up" />Show metrics
      </Link>
    </section>
  );
}

function HealthPanel({ server }: { server: Server }): ReactElement {
  const { lastError } = server, reasons = server.healthReasons.filter((r) => r !== lastError?.message);
  return (
    <Panel title="Health">
      <div className="pb col g3c">
        <dl className="kv">
          <div>
            <dt>Health</dt>
            <dd>
              <HealthStatus health={server.health} />
            </dd>
          </div>
          <div>
            <dt>Reachable</dt>
            <dd>
              <ReachabilityStatus status={server.status} />
            </dd>
          </div>
          <div>
            <dt>Collected</dt>
            <dd>
              <Ago at={server.lastCollectedAt} />
            </dd>
          </div>
          <div>
            <dt>Last try</dt>
            <dd>
              <Ago at={server.lastAttemptAt} />
            </dd>
          </div>
        </dl>
        {reasons.length > 0
          ? <ul className="reasons" aria-label="Reasons">{reasons.map((r) => <li key={r}>{r}</li>)}</ul>
          : !lastError && <p className="hint">No limit is crossed.</p>}
        {server.unavailable.length > 0 && (
          <ul className="reasons hint" aria-label="Not available here">
            {server.unavailable.map((what) => <li key={what}>Not available here: {what}</li>)}
          </ul>
        )}
        {lastError && (
          <div className="callout" data-s={server.status === "offline" ? "critical" : "warning"}>
            <Icon name="exclamation-triangle-fill" />
            <div>
              <b>{lastError.message}</b>
              <p>
                <span className="mono">{lastError.code}</span> <Ago at={lastError.at} />
              </p>
            </div>
          </div>
        )}
      </div>
    </Panel>
  );
}

function ConnectionPanel({ server, tools }: { server: Server; tools: ReactNode }): ReactElement {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["Engine", engineName(server.engine)],
    ["Host", <span className="mono wrap" key="h">{server.hostname}</span>],
    ["Port", <span className="num" key="p">{server.port}</span>],
    ...(server.engine === "sqlserver"
      ? [["Instance", server.instanceName ?? "Default"] as const]
      : [["Database", server.database ?? "Default"] as const]),
    ["Sign-in", server.authType === "windows" ? "Windows" : <span className="mono wrap" key="s">{server.username ?? "–"}</span>],
    ...(server.credential
      ? [["Credential", <Link key="c" href={`/credentials?q=${encodeURIComponent(server.credential.name)}`}>{server.credential.name}</Link>] as const]
      : []),
    ["Password", server.authType === "windows" ? "Not needed" : server.hasPassword ? "Stored, encrypted" : "None"],
    ["Encryption", !server.encrypt ? "None" : server.trustServerCertificate ? "TLS, not verified" : "TLS, verified"],
    [
      "Version",
      server.version
        ? <>{server.version}{server.productVersion && <span className="m3 block mono">{server.productVersion}</span>}</>
        : "Not known yet",
    ],
    ...(server.version ? [["Support", <Support key="u" server={server} />] as const] : []),
    ["Edition", server.edition ?? "–"],
    ["Added", <Ago key="a" at={server.createdAt} form="full" />],
  ];
  return (
    <Panel title="Connection" tools={tools}>
      <dl className="kv pb">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Support({ server: { versionSupport } }: { server: Server }): ReactElement {
  return (
    <>
      <SupportStatus support={versionSupport} />
      {versionSupport.endsAt && (
        <span className="m3 block t12">
          {versionSupport.state === "unsupported" ? "ended" : "until"} {day(Date.parse(versionSupport.endsAt))}
        </span>
      )}
      <span className="m3 block t12">Table of {day(Date.parse(versionSupport.asOf))}, from {versionSupport.source}</span>
    </>
  );
}

/** A small change that a chip's button makes: done at once, a failure is a toast that stays. */
async function change(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
    refreshServers();
  } catch (error) {
    const { message, code, requestId } = asApiError(error);
    toast(what, `${message} (${code} ${requestId})`, "critical");
  }
}

function GroupsPanel(
  { server, mayManage, onTask }: { server: Server; mayManage: boolean; onTask: (task: ServerTask) => void },
): ReactElement {
  return (
    <Panel
      title="Groups"
      tools={mayManage && (
        <button
          className="btn ghost sm"
          type="button"
          onClick={() => onTask({ what: "groups", server })}
        >
          <Icon name="plus-lg" />Add
        </button>
      )}
    >
      <div className="pb">
        {server.groups.length === 0 && <p className="hint">In no group.</p>}
        <ul className="chips">
          {server.groups.map((g) => (
            <li key={g.id}>
              <span className={`chip group ${mayManage ? "removable" : ""}`}>
                <Link className="ell" href={`/groups/${g.id}`} title={g.name}>{g.name}</Link>
                {mayManage && (
                  <button
                    type="button"
                    aria-label={`Remove from group ${g.name}`}
                    onClick={() => void change("The server stays in the group", removeFromGroup(g.id, server.id))}
                  >
                    <Icon name="x-lg" />
                  </button>
                )}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function LabelsPanel({ server, mayManage }: { server: Server; mayManage: boolean }): ReactElement {
  const [typed, setTyped] = useState(""), known = useLabels().data ?? [];
  const add = (text: string): void => {
    const name = text.trim();
    setTyped("");
    if (name && !server.labels.some((l) => l.name === name)) void change("The label was not added", addLabels(server.id, [name]));
  };
  return (
    <Panel title="Labels">
      <div className="pb col g3c">
        {server.labels.length === 0 && <p className="hint">No labels.</p>}
        <ul className="chips">
          {server.labels.map((l) => (
            <li key={l.id}>
              <LabelChip
                label={l}
                onRemove={mayManage ? () => void change("The label was not removed", removeLabel(server.id, l.id)) : undefined}
              />
            </li>
          ))}
        </ul>
        {mayManage && (
          <form
            className="row tops"
            onSubmit={(event) => {
              event.preventDefault();
              add(typed);
            }}
          >
            <div className="grow">
              <Combo
                label="New label"
                bare
                placeholder="tier: 1"
                maxLength={50}
                typed={typed}
                onTyped={setTyped}
                choices={known.filter((l) => !server.labels.some((s) => s.id === l.id)).map((l) => ({
                  value: l.name,
                  text: l.name,
                  note: count(l.serverCount),
                }))}
                onPick={add}
                onNew={add}
                newWord="New label"
              />
            </div>
            <button className="btn sm" type="submit" aria-disabled={!typed.trim()}>Add label</button>
          </form>
        )}
      </div>
    </Panel>
  );
}

function CollectionPanel(
  { server, mayManage, onTask }: { server: Server; mayManage: boolean; onTask: (task: ServerTask) => void },
): ReactElement {
  const { enabled, intervalSeconds } = server.collection;
  return (
    <Panel
      title="Collection"
      tools={mayManage && (
        <button
          className="btn ghost sm"
          type="button"
          aria-label="Configure collection"
          onClick={() => onTask({ what: "bulk", task: "configure", targets: someServers([server]) })}
        >
          <Icon name="pencil" />Configure
        </button>
      )}
    >
      <div className="pb row sb">
        <span>{enabled ? `On, every ${duration(intervalSeconds * 1000)}` : "Paused"}</span>
        {mayManage && (
          <button className="btn sm" type="button" onClick={() => void switchCollection(server, !enabled)}>
            <Icon name={enabled ? "pause-fill" : "play-fill"} />
            {enabled ? "Pause" : "Start"}
          </button>
        )}
      </div>
    </Panel>
  );
}
