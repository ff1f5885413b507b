// One cell a server, in a fixed order, so that a server keeps its place. Arrow keys walk the cells; past 2,000 a cell is several servers.
import {
  type KeyboardEvent,
  memo,
  type ReactElement,
  type SVGProps,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Group, Health, ServerHealth, Thresholds } from "../../../api/model";
import { useThresholds } from "../../../api/read-settings";
import { levelOf } from "../../../components/bars";
import { Segmented } from "../../../components/bits";
import { Panel } from "../../../components/panel";
import { healthOrder, healthWords } from "../../../components/status";
import { count, percent } from "../../../lib/format";
import { Link, navigate } from "../../../lib/router";
import { cellsOf, type HeatCell } from "./heat-cells";

type ColorBy = "status" | "cpu" | "memory";

/** A cell is drawn on a square of 13 and shown larger where there is room. */
const unit = 13, gap = 2;

function cellSizeOf(serverCount: number): number {
  return serverCount <= 60 ? 26 : serverCount <= 200 ? 18 : unit;
}

export function HeatMap(
  { servers, fleetCount, groups, filter }: {
    servers: readonly ServerHealth[];
    /** All servers, also those that the filter hides: the cells keep their size. */
    fleetCount: number;
    groups: readonly Group[];
    filter: Health | null;
  },
): ReactElement {
  const [by, setBy] = useState<ColorBy>("status");
  const thresholds = useThresholds();
  const sections = useMemo(() => sectionsOf(servers, groups), [servers, groups]);
  const each = Math.max(1, Math.ceil(servers.length / 2_000));
  return (
    <Panel
      title="Fleet by group"
      className="heat"
      tools={
        <Segmented label="Colour by" value={by} choices={[["status", "Health"], ["cpu", "CPU"], ["memory", "Memory"]]} onValue={setBy} />
      }
      foot={
        <>
          <HeatLegend />
          {each > 1 && <span>Each cell is {each} servers and shows the worst.</span>}
        </>
      }
    >
      <div className="hm">
        {sections.map(({ id, name, list }) => (
          <Section
            key={id}
            id={id}
            name={name}
            list={list}
            by={by}
            each={each}
            size={cellSizeOf(fleetCount)}
            thresholds={thresholds}
            filter={filter}
          />
        ))}
      </div>
    </Panel>
  );
}

interface SectionProps {
  id: string;
  name: string;
  list: readonly ServerHealth[];
  by: ColorBy;
  each: number;
  size: number;
  thresholds: Thresholds;
  filter: Health | null;
}

const Section = memo(function Section({ id, name, list, by, each, size, thresholds, filter }: SectionProps): ReactElement {
  const box = useRef<HTMLDivElement>(null), domID = useId();
  const [width, setWidth] = useState(600), [active, setActive] = useState(0), [focused, setFocused] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const cells = useMemo(() => cellsOf(list, each, (s) => toneOf(s, by, thresholds)), [list, each, by, thresholds]);
  useEffect(() => setActive((a) => Math.min(a, Math.max(0, cells.length - 1))), [cells.length]);
  const pitch = size + gap;
  const perRow = Math.max(1, Math.floor((width + gap) / pitch)), rows = Math.max(1, Math.ceil(cells.length / perRow));
  const href = id === "" ? "/servers" : `/servers?group=${id}`;
  const open = (cell: HeatCell | undefined): void => {
    if (cell) navigate(cell.servers.length === 1 ? `/servers/${cell.servers[0]?.serverId ?? ""}` : href);
  };
  const onKey = (event: KeyboardEvent): void => {
    const to = {
      ArrowRight: active + 1,
      ArrowLeft: active - 1,
      ArrowDown: active + perRow,
      ArrowUp: active - perRow,
      Home: 0,
      End: cells.length - 1,
    }[event.key];
    if (to !== undefined) setActive(Math.max(0, Math.min(cells.length - 1, to)));
    else if (event.key === "Enter" || event.key === " ") open(cells[active]);
    else return;
    event.preventDefault();
  };
  const summary = healthOrder.map((h) => [h, list.filter((s) => s.status === h).length] as const).filter(([, n]) => n > 0).map(([h, n]) =>
    `${n} ${h}`
  ).join(", ");
  const place = (i: number): { x: number; y: number } => ({ x: (i % perRow) * pitch, y: Math.floor(i / perRow) * pitch });
  const at = place(active);
  return (
    <>
      <Link href={href} title={name}>
        <span className="ell name">{name}</span>
        <span>{count(list.length)}</span>
      </Link>
      <div
        ref={box}
        className="hmbox"
        role="listbox"
        tabIndex={0}
        aria-label={`${name}: ${summary}${filter ? `, filtered` : ""}`}
        aria-activedescendant={cells.length > 0 ? `${domID}-${active}` : undefined}
        onKeyDown={onKey}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <svg width={width} height={rows * pitch - gap} role="none">
          {cells.map((cell, i) => (
            <Cell
              key={cell.key}
              cell={cell}
              id={`${domID}-${i}`}
              {...place(i)}
              scale={size / unit}
              chosen={i === active}
              onOpen={() => open(cell)}
            />
          ))}
          {focused && <rect className="hfocus" x={at.x - 2} y={at.y - 2} width={size + 4} height={size + 4} />}
        </svg>
      </div>
    </>
  );
});

const glyphs: Readonly<Record<Health, string>> = {
  critical: "M4 4l5 5m0-5l-5 5",
  warning: "M6.5 3.4v3.4m0 2.9v.1",
  offline: "M3.8 6.5h5.4",
  unknown: "",
  healthy: "",
};

interface CellProps {
  cell: HeatCell;
  id: string;
  x: number;
  y: number;
  scale: number;
  chosen: boolean;
  onOpen: () => void;
}

function Cell({ cell, id, x, y, scale, chosen, onOpen }: CellProps): ReactElement {
  return (
    <g role="none" transform={`translate(${x} ${y}) scale(${scale})`}>
      <Square tone={cell.tone} id={id} role="option" aria-selected={chosen} aria-label={cell.label} onClick={onOpen}>
        <title>{cell.label}</title>
      </Square>
      {glyphs[cell.tone] && <path className="hg" d={glyphs[cell.tone]} />}
    </g>
  );
}

/** Unknown is hollow: its dashed edge lies inside the square. */
function Square({ tone, ...rest }: SVGProps<SVGRectElement> & { tone: Health }): ReactElement {
  const inset = tone === "unknown" ? 0.6 : 0;
  return <rect className={`hc ${tone}`} x={inset} y={inset} width={unit - inset * 2} height={unit - inset * 2} {...rest} />;
}

function HeatLegend(): ReactElement {
  return (
    <div className="legend" aria-hidden="true">
      {healthOrder.map((h) => (
        <span key={h}>
          <svg viewBox={`0 0 ${unit} ${unit}`}>
            <Square tone={h} />
            <path className="hg" d={glyphs[h]} />
          </svg>
          {healthWords[h]}
        </span>
      ))}
    </div>
  );
}

function toneOf(s: ServerHealth, by: ColorBy, thresholds: Thresholds): { tone: Health; note: string } {
  if (by === "status") {
    return { tone: s.status, note: s.reasons.length > 0 ? `${healthWords[s.status]}. ${s.reasons.join(", ")}` : healthWords[s.status] };
  }
  const value = by === "cpu" ? s.cpuPercent : s.memoryPercent, word = by === "cpu" ? "CPU" : "Memory";
  if (value === null || s.status === "offline") return { tone: s.status === "offline" ? "offline" : "unknown", note: `${word}: no value` };
  const level = levelOf(value, by === "cpu" ? thresholds.cpuPercent : thresholds.memoryPercent);
  return { tone: level || "healthy", note: `${word} ${percent(value)}` };
}

function sectionsOf(servers: readonly ServerHealth[], groups: readonly Group[]): { id: string; name: string; list: ServerHealth[] }[] {
  const lists = new Map<string, ServerHealth[]>(groups.map((g) => [g.id, []])), loose: ServerHealth[] = [];
  for (const s of [...servers].sort((a, b) => a.name.localeCompare(b.name))) {
    const known = s.groupIds.filter((id) => lists.has(id));
    if (known.length === 0) loose.push(s);
    for (const id of known) lists.get(id)?.push(s);
  }
  const sections = groups.map((g) => ({ id: g.id, name: g.name, list: lists.get(g.id) ?? [] })).filter((s) => s.list.length > 0);
  if (loose.length > 0) sections.push({ id: "", name: groups.length > 0 ? "No group" : "All servers", list: loose });
  return sections;
}
