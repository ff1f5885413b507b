// One cell a server on a canvas, in a fixed order, so that a server keeps its place.
// Hover, focus and arrow keys say name and value; a table has the same.
import { memo, type ReactElement, type SVGProps, useMemo } from "react";
import type { Group, Health, ServerHealth } from "../../../api/model";
import { useLimits, useThresholds } from "../../../api/read-settings";
import { Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Panel } from "../../../components/panel";
import { healthOrder, healthWords } from "../../../components/status";
import { quantity } from "../../../lib/format";
import { setSearch, useSearch } from "../../../lib/router";
import { FleetTable } from "./fleet-table";
import { cellOf, type ColorBy, colorChoices, type HeatScale, scaleOf, valueText } from "./heat-cells";
import { HeatSection } from "./heat-section";
import { sectionsOf } from "./heat-sections";

interface Props {
  servers: readonly ServerHealth[];
  /** All servers, also those that the filter hides: the cells keep their size. */
  fleetCount: number;
  groups: readonly Group[];
  filter: Health | null;
}

export function HeatMap({ servers, fleetCount, groups, filter }: Props): ReactElement {
  const search = useSearch(), asTable = search.get("fleet") === "table", thresholds = useThresholds(), limitsOf = useLimits();
  const by = colorChoices.find(([key]) => key === search.get("by"))?.[0] ?? "status";
  const scale = useMemo(() => scaleOf(servers, by, thresholds), [servers, by, thresholds]);
  const sections = useMemo(() => (asTable ? [] : sectionsOf(servers, groups)), [servers, groups, asTable]);
  const cells = useMemo(
    () => sections.map((s) => ({ ...s, cells: s.list.map((server) => cellOf(server, by, limitsOf(server.serverId), scale)) })),
    [sections, by, limitsOf, scale],
  );
  return (
    <Panel
      title="Fleet by group"
      className="heat"
      tools={
        <>
          <Segmented
            label="Colour by"
            value={by}
            choices={colorChoices}
            onValue={(value) => setSearch({ by: value === "status" ? null : value })}
          />
          <button
            className="btn sm"
            type="button"
            aria-pressed={asTable}
            onClick={() => setSearch({ fleet: asTable ? null : "table" })}
          >
            <Icon name={asTable ? "grid-3x3-gap" : "table"} />
            {asTable ? "Map" : "Table"}
          </button>
        </>
      }
      foot={asTable ? undefined : <HeatLegend by={by} scale={scale} />}
    >
      {asTable ? <FleetTable servers={servers} groups={groups} by={by} /> : (
        <div className="hm">
          {cells.map(({ id, name, list, cells: own }) => (
            <HeatSection key={id} id={id} name={name} list={list} cells={own} fleetCount={fleetCount} filtered={filter !== null} />
          ))}
        </div>
      )}
    </Panel>
  );
}

const unit = 13;
const glyphs: Readonly<Record<Health, string>> = {
  critical: "M4 4l5 5m0-5l-5 5",
  warning: "M6.5 3.4v3.4m0 2.9v.1",
  offline: "M3.8 6.5h5.4",
  unknown: "",
  healthy: "",
};

/** Unknown is hollow: its dashed edge lies inside the square. */
function Square({ tone, ...rest }: SVGProps<SVGRectElement> & { tone: Health }): ReactElement {
  const inset = tone === "unknown" ? 0.6 : 0;
  return <rect className={`hc ${tone}`} x={inset} y={inset} width={unit - inset * 2} height={unit - inset * 2} {...rest} />;
}

function Tone({ tone, word }: { tone: Health; word: string }): ReactElement {
  return (
    <span>
      <svg viewBox={`0 0 ${unit} ${unit}`}>
        <Square tone={tone} />
        <path className="hg" d={glyphs[tone]} />
      </svg>
      {word}
    </span>
  );
}

const HeatLegend = memo(function HeatLegend({ by, scale }: { by: ColorBy; scale: HeatScale }): ReactElement {
  if (by === "status") {
    return <div className="legend" aria-hidden="true">{healthOrder.map((h) => <Tone key={h} tone={h} word={healthWords[h]} />)}</div>;
  }
  const limited = by === "cpu" || by === "memory", [low] = scale.edges, high = scale.edges[scale.edges.length - 1];
  return (
    <div className="legend" aria-hidden="true">
      <span>
        {low === undefined ? "low" : `below ${valueText(low, by)}`}
        <svg className="ramp" viewBox="0 0 65 13">
          {[0, 1, 2, 3, 4].map((step) => <rect key={step} className={`hs s${step}`} x={step * 13} width="12" height="13" />)}
        </svg>
        {high === undefined ? "high" : `from ${valueText(high, by)}`}
      </span>
      {limited && <Tone tone="warning" word="Warning" />}
      {limited && <Tone tone="critical" word="Critical" />}
      {!limited && (
        <span>
          <svg viewBox={`0 0 ${unit} ${unit}`}>
            <rect className="hs out" width={unit} height={unit} />
            <circle className="hg" cx="6.5" cy="6.5" r="2.6" />
          </svg>
          {scale.outlierAbove === null ? "too few values for outliers" : `Outlier, above ${quantity(scale.outlierAbove)}`}
        </span>
      )}
      <Tone tone="offline" word="Offline" />
      <Tone tone="unknown" word="No value" />
    </div>
  );
});
