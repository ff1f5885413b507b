// The columns of the server list. On narrow screens host, version, groups and the date leave, in that order.
import type { ReactElement } from "react";
import type { Server } from "../../../api/model";
import { hasPresentValues } from "../../../api/present-values";
import { Ago } from "../../../components/ago";
import { PercentBar } from "../../../components/bars";
import { GroupChip, LabelChip } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { EngineMark, engineName, HealthStatus, ReachabilityStatus } from "../../../components/status";
import type { Column } from "../../../components/virtual-table";
import { day, exact } from "../../../lib/format";
import { Link } from "../../../lib/router";
import { SupportMark } from "./version-support";

interface Options {
  narrow: boolean;
  selectable: boolean;
  /** Room for more groups and labels in a row. */
  wide?: boolean;
  /** Labels that the list is filtered by: they are shown first. */
  wanted?: readonly string[];
  /** For the check box in the head of a table whose rows can be chosen. */
  allState?: "none" | "some" | "all";
  onAll?: () => void;
}

export function serverColumns(
  { narrow, selectable, wide = false, wanted = [], allState = "none", onAll = () => undefined }: Options,
): Column<Server>[] {
  const columns: Column<Server>[] = [], percentWidth = narrow ? "minmax(80px, .6fr)" : "minmax(50px, .4fr)";
  if (selectable) {
    columns.push({
      key: "select",
      width: "36px",
      head: <SelectAll state={allState} onAll={onAll} />,
      render: (s, isChosen) => (
        <input className="check" type="checkbox" tabIndex={-1} readOnly checked={isChosen} aria-label={`Select ${s.name}`} />
      ),
    });
  }
  columns.push(
    {
      key: "health",
      head: "Health",
      width: narrow ? "104px" : "86px",
      sortable: true,
      render: (s) => (
        <span title={s.healthReasons.join(", ")}>
          <HealthStatus health={s.health} />
        </span>
      ),
    },
    { key: "name", head: "Server", width: narrow ? "minmax(148px, 1.6fr)" : "minmax(162px, 1.8fr)", sortable: true, render: (s) => <NameCell server={s} /> },
  );
  if (!narrow) {
    columns.push({ key: "host", head: "Host", width: "minmax(100px, 1fr)", sortable: true, render: (s) => <HostCell server={s} /> });
  }
  columns.push({
    key: "status",
    head: "Status",
    width: narrow ? "100px" : "90px",
    sortable: true,
    render: (s) => <ReachabilityStatus status={s.status} />,
  });
  if (!narrow) {
    columns.push(
      { key: "version", head: "Version", width: "minmax(62px, .4fr)", sortable: true, render: (s) => <VersionCell server={s} /> },
      { key: "groups", head: "Groups, labels", width: "minmax(174px, 2fr)", render: (s) => <TagsCell server={s} room={wide ? 4 : 2} wanted={wanted} /> },
    );
  }
  columns.push(
    {
      key: "cpu",
      head: "CPU",
      width: percentWidth,
      sortable: true,
      render: (s) => <PercentBar value={live(s, s.latest.cpuPercent)} limit={s.thresholds.cpuPercent} what="CPU" />,
    },
    {
      key: "memory",
      head: "Memory",
      width: percentWidth,
      sortable: true,
      render: (s) => <PercentBar value={live(s, s.latest.memoryPercent)} limit={s.thresholds.memoryPercent} what="Memory" />,
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
      width: "58px",
      end: true,
      render: (s) => <Ago at={s.lastCollectedAt} form="age" className={s.status === "offline" ? "crit" : "m3"} />,
    },
    {
      key: "menu",
      head: <span className="vh">Actions</span>,
      width: "40px",
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

function live(s: Server, value: number | null): number | null {
  return hasPresentValues(s, Date.now()) ? value : null;
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

/** What fits, each in full as far as it goes; the rest is counted, and named on hover. */
function TagsCell({ server, room, wanted }: { server: Server; room: number; wanted: readonly string[] }): ReactElement {
  const all = [...server.groups.map((g) => g.name), ...server.labels.map((l) => l.name)];
  const ofFilter = server.labels.filter((l) => wanted.includes(l.name)), others = server.labels.filter((l) => !wanted.includes(l.name));
  const groups = server.groups.slice(0, room / 2), labels = [...ofFilter, ...others].slice(0, room - groups.length), rest = all.length - groups.length - labels.length;
  return (
    <span className="tags" title={all.join(", ")}>
      {groups.map((g) => <GroupChip key={g.id} group={g} />)}
      {labels.map((l) => <LabelChip key={l.id} label={l} />)}
      {rest > 0 && <span className="m3 t11 nowrap">+{rest}</span>}
    </span>
  );
}
