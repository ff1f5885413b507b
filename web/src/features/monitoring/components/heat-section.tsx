// The cells of one group: a canvas, and a list box with one option, the cell that the arrow keys are on.
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactElement,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { ServerHealth } from "../../../api/model";
import { healthOrder } from "../../../components/status";
import { count } from "../../../lib/format";
import { cellAt, cellSize, drawHeat, gridOf, type HeatColors, heightOf, placeOf } from "../../../lib/heat";
import { Link, navigate } from "../../../lib/router";
import type { HeatCell } from "./heat-cells";

interface Props {
  id: string;
  name: string;
  list: readonly ServerHealth[];
  cells: readonly HeatCell[];
  fleetCount: number;
  filtered: boolean;
}

export function HeatSection({ id, name, list, cells, fleetCount, filtered }: Props): ReactElement {
  const box = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null), ring = useRef<HTMLSpanElement>(null), domID = useId();
  const [width, setWidth] = useState(0), [active, setActive] = useState(0), [focused, setFocused] = useState(false), [hover, setHover] = useState(-1);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const grid = gridOf(cellSize(fleetCount), width);
  useEffect(() => setActive((a) => Math.min(a, Math.max(0, cells.length - 1))), [cells.length]);
  useCanvas(box, canvas, cells, grid, width);
  const href = id === "" || id === "more" ? "/servers" : `/servers?group=${id}`;
  const open = (i: number): void => {
    const server = cells[i]?.server;
    if (server) navigate(`/servers/${server.serverId}`);
  };
  const onKey = (event: KeyboardEvent): void => {
    const to = {
      ArrowRight: active + 1,
      ArrowLeft: active - 1,
      ArrowDown: active + grid.perRow,
      ArrowUp: active - grid.perRow,
      Home: 0,
      End: cells.length - 1,
    }[event.key];
    if (to !== undefined) setActive(Math.max(0, Math.min(cells.length - 1, to)));
    else if (event.key === "Enter" || event.key === " ") open(active);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    if (focused) ring.current?.scrollIntoView({ block: "nearest" });
  }, [active, focused]);
  const indexAt = (event: PointerEvent | MouseEvent): number => {
    const area = box.current?.getBoundingClientRect();
    return area ? cellAt(event.clientX - area.left, event.clientY - area.top, cells.length, grid) : -1;
  };
  const told = hover >= 0 ? hover : focused ? active : -1, at = placeOf(active, grid);
  return (
    <>
      <Link href={href} title={name}>
        <span className="ell name">{name}</span>
        <span>{count(list.length)}</span>
      </Link>
      <div
        ref={box}
        className={`hmbox ${hover >= 0 ? "over" : ""}`}
        role="listbox"
        tabIndex={0}
        aria-label={`${name}: ${summaryOf(list)}${filtered ? ", filtered" : ""}`}
        aria-activedescendant={`${domID}-${active}`}
        onKeyDown={onKey}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onPointerMove={(event) => setHover(indexAt(event))}
        onPointerLeave={() => setHover(-1)}
        onClick={(event) => open(indexAt(event))}
        style={{ height: heightOf(cells.length, grid) }}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <span className="vh" role="option" id={`${domID}-${active}`} aria-selected="true" aria-posinset={active + 1} aria-setsize={cells.length}>
          {cells[active]?.label}
        </span>
        {focused && (
          <span
            ref={ring}
            className="hring"
            aria-hidden="true"
            style={{ left: at.x - 3, top: at.y - 3, width: grid.size + 6, height: grid.size + 6 }}
          />
        )}
        {told >= 0 && <Tip text={cells[told]?.label ?? ""} x={placeOf(told, grid).x} y={placeOf(told, grid).y + grid.size} width={width} />}
      </div>
    </>
  );
}

/** What the pointer or the keys are on, just below its cell and inside the map. */
function Tip({ text, x, y, width }: { text: string; x: number; y: number; width: number }): ReactElement {
  const side = x > width / 2 ? { right: Math.max(0, width - x - 40) } : { left: Math.max(0, x - 8) };
  return <span className="hmtip" aria-hidden="true" style={{ top: y + 8, ...side }}>{text}</span>;
}

function useCanvas(
  box: RefObject<HTMLDivElement>,
  canvas: RefObject<HTMLCanvasElement>,
  cells: readonly HeatCell[],
  grid: ReturnType<typeof gridOf>,
  width: number,
): void {
  const paint = useRef<() => void>(() => undefined);
  paint.current = () => {
    if (canvas.current && box.current && width > 0) drawHeat(canvas.current, cells.map((c) => c.paint), grid, width, colorsOf(box.current));
  };
  // Before the browser paints: the map is there with the first picture.
  useLayoutEffect(() => paint.current(), [cells, width, grid.size]);
  useEffect(() => {
    const theme = new MutationObserver(() => paint.current());
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => theme.disconnect();
  }, []);
}

function colorsOf(element: Element): HeatColors {
  const style = getComputedStyle(element), read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    critical: read("--crit-solid"),
    warning: read("--warn-solid"),
    offline: read("--off-solid"),
    unknown: read("--unk-solid"),
    healthy: read("--ok-quiet"),
    scale: read("--c1"),
    outlier: read("--c5"),
    mark: read("--surface"),
  };
}

function summaryOf(list: readonly ServerHealth[]): string {
  const counts = new Map<string, number>();
  for (const s of list) counts.set(s.status, (counts.get(s.status) ?? 0) + 1);
  return healthOrder.flatMap((h) => (counts.has(h) ? [`${counts.get(h) ?? 0} ${h}`] : [])).join(", ");
}
