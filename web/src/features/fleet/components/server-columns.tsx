// The columns of the server list. On narrow screens host, version, groups and the date leave, in that order.
import type { ReactElement } from "react";
import type { Server, Thresholds } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { PercentBar } from "../../../components/bars";
import { GroupChip, LabelChip } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { EngineMark, engineName, HealthStatus, ReachabilityStatus } from "../../../components/status";
import type { Chosen, Column } from "../../../components/virtual-table";
import { day, exact } from "../../../lib/format";
import { Link } from "../../../lib/router";
import { SupportMark } from "./version-support";

interface Options {
  narrow: boolean;
  selectable: boolean;
  thresholds: Thresholds;
  /** For the check boxes of a table whose rows can be chosen. */
  chosen?: Chosen;
  allState?: "none" | "some" | "all";
  onAll?: () => void;
}

const nothing: Chosen = new Set<string>();

export function serverColumns(
  { narrow, selectable, thresholds, chosen = nothing, allState = "none", onAll = () => undefined }: Options,
): Column<Server>[] {
  const columns: Column<Server>[] = [], percentWidth = narrow ? "72px" : "minmax(52px, .45fr)";
  if (selectable) {
    columns.push({
      key: "select",
      width: "40px",
      head: <SelectAll state={allState} onAll={onAll} />,
      render: (s) => (
        <input className="check" type="checkbox" tabIndex={-1} readOnly checked={chosen === "all" || chosen.has(s.id)} aria-label={`Select ${s.name}`} />
      ),
    });
  }
  columns.push(
    {
      key: "health",
      head: "Health",
      width: narrow ? "104px" : "88px",
      sortable: true,
      render: (s) => (
        <span title={s.healthReasons.join(", ")}>
          <HealthStatus health={s.health} />
        </span>
      ),
    },
    { key: "name", head: "Server", width: narrow ? "minmax(148px, 1.6fr)" : "minmax(132px, 1.3fr)", sortable: true, render: (s) => <NameCell server={s} /> },
  );
  if (!narrow) {
    columns.push({ key: "host", head: "Host", width: "minmax(108px, .9fr)", sortable: true, render: (s) => <HostCell server={s} /> });
  }
  columns.push({
    key: "status",
    head: "Status",
    width: narrow ? "100px" : "92px",
    sortable: true,
    render: (s) => <ReachabilityStatus status={s.status} />,
  });
  if (!narrow) {
    columns.push(
      { key: "version", head: "Version", width: "minmax(64px, .4fr)", sortable: true, render: (s) => <VersionCell server={s} /> },
      { key: "groups", head: "Groups, labels", width: "minmax(176px, 1.9fr)", render: (s) => <TagsCell server={s} /> },
    );
  }
  columns.push(
    {
      key: "cpu",
      head: "CPU",
      width: percentWidth,
      sortable: true,
      render: (s) => <PercentBar value={live(s, s.latest.cpuPercent)} limit={thresholds.cpuPercent} what="CPU" />,
    },
    {
      key: "memory",
      head: "Memory",
      width: percentWidth,
      sortable: true,
      render: (s) => <PercentBar value={live(s, s.latest.memoryPercent)} limit={thresholds.memoryPercent} what="Memory" />,
    },
  );
  if (!narrow) {
    columns.push({
      key: "createdAt",
      head: "Added",
      width: "88px",
      sortable: true,
      end: true,
      render: (s) => (
        <time className="m2" dateTime={s.createdAt} title={exact(Date.parse(s.createdAt))}>{day(Date.parse(s.createdAt))}</time>
      ),
    });
  }
  columns.push(
    {
      key: "seen",
      head: "Seen",
      width: "60px",
      end: true,
      render: (s) => <Ago at={s.lastCollectedAt} form="age" className={s.status === "offline" ? "crit" : "m3"} />,
    },
    {
      key: "menu",
      head: <span className="vh">Actions</span>,
      width: "44px",
      end: true,
      render: (s) => (
        <button
          className="btn ghost xs icon"
          type="button"
          tabIndex={-1}
          data-menu
          aria-label={`Actions for ${s.name}`}
          aria-haspopup="menu"
        >
          <Icon name="three-dots" />
        </button>
      ),
    },
  );
  return columns;
}

/** An offline server's last value is not its present one. */
function live(s: Server, value: number | null): number | null {
  return s.status === "offline" ? null : value;
}

function SelectAll({ state, onAll }: { state: "none" | "some" | "all"; onAll: () => void }): ReactElement {
  return (
    <input
      className={`check ${state === "some" ? "mixed" : ""}`}
      type="checkbox"
      aria-label="Select all servers"
      checked={state === "all"}
      onChange={onAll}
      ref={(element) => {
        if (element) element.indeterminate = state === "some";
      }}
    />
  );
}

function NameCell({ server }: { server: Server }): ReactElement {
  return (
    <span className="sv">
      <EngineMark engine={server.engine} />
      <Link className="srv ell" tabIndex={-1} href={`/servers/${server.id}`} title={server.name}>{server.name}</Link>
      {server.duplicateOf && (
        <span className="badge" data-s="warning" title={`The same instance as ${server.duplicateOf.name}`}>duplicate</span>
      )}
    </span>
  );
}

function HostCell({ server }: { server: Server }): ReactElement {
  const text = server.instanceName ? `${server.hostname}\\${server.instanceName}` : server.hostname;
  return <span className="m2 ell block" title={`${text}:${server.port}`}>{text}</span>;
}

function VersionCell({ server }: { server: Server }): ReactElement {
  if (!server.version) return <span className="m3" title="Not known until the first connection">–</span>;
  const name = engineName(server.engine),
    short = server.version.startsWith(`${name} `)
      ? server.version.slice(name.length + 1)
      : server.version.replace(/^MariaDB /, "");
  return (
    <span className="row g1">
      <span className="m2 ell" title={[server.version, server.productVersion, server.edition].filter(Boolean).join(" · ")}>{short}</span>
      <SupportMark support={server.versionSupport} />
    </span>
  );
}

function TagsCell({ server }: { server: Server }): ReactElement {
  const all = [...server.groups.map((g) => g.name), ...server.labels.map((l) => l.name)];
  return (
    <span className="tags" title={all.join(", ")}>
      {server.groups.map((g) => <GroupChip key={g.id} group={g} />)}
      {server.labels.map((l) => <LabelChip key={l.id} label={l} />)}
    </span>
  );
}
