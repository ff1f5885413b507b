// The stretch of time that a screen shows: five ranges that end now, or one from and to of the reader's own. It lives in the address.
import { type ReactElement, type ReactNode, useState } from "react";
import { Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { PopOver } from "../../../components/pop-over";
import type { Gap } from "../../../lib/chart";
import { clock, day, dayAndClock } from "../../../lib/format";
import { setSearch } from "../../../lib/router";
import { isFixed, type MetricRange, ranges, spanOf, type TimeWindow, windowMsMin } from "../api/time-window";

/** Shows this stretch from now on; the browser's Back leads to the one before. */
export function zoomTo({ from, to }: Gap): void {
  const iso = (ms: number): string => new Date(Math.round(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
  setSearch({ from: iso(from), to: iso(to), range: null }, { replace: false });
}

export function showRange(range: MetricRange): void {
  setSearch({ range, from: null, to: null }, { replace: false });
}

interface Props {
  window: TimeWindow;
  /** Where a reset leads: the range that the screen has by itself. */
  usual?: MetricRange;
  children?: ReactNode;
}

export function TimeWindowBar({ window, usual = "24h", children }: Props): ReactElement {
  const fixed = isFixed(window) ? window : null;
  return (
    <div className="toolbar">
      <Segmented label="Time range" value={isFixed(window) ? null : window.range} choices={ranges} onValue={showRange} />
      <PopOver
        label="From and to"
        buttonLabel={fixed ? `From and to: ${windowText(fixed)}` : "From and to"}
        className={`btn sm ${fixed ? "on" : ""}`}
        button={
          <>
            <Icon name="clock" />
            <span className="num">{fixed ? windowText(fixed) : "From and to"}</span>
          </>
        }
      >
        {(close) => <FreeRange window={window} onDone={close} />}
      </PopOver>
      {fixed && (
        <button className="btn sm" type="button" onClick={() => setSearch({ from: null, to: null, range: usual }, { replace: false })}>
          <Icon name="x-lg" />Reset zoom
        </button>
      )}
      {children}
    </div>
  );
}

export function windowText({ from, to }: Gap): string {
  return day(from) === day(to) ? `${dayAndClock(from)} to ${clock(to)}` : `${dayAndClock(from)} to ${dayAndClock(to)}`;
}

function FreeRange({ window, onDone }: { window: TimeWindow; onDone: () => void }): ReactElement {
  const now = Date.now(), start = isFixed(window) ? window : { from: now - spanOf(window), to: now };
  const [from, setFrom] = useState(localText(start.from)), [to, setTo] = useState(localText(start.to)), [checked, setChecked] = useState(false);
  const a = Date.parse(from), b = Date.parse(to);
  const fault = Number.isNaN(a) || Number.isNaN(b)
    ? "Enter both times"
    : b - a < windowMsMin
    ? "The end must be at least a minute after the beginning"
    : b - a > 366 * 86_400_000
    ? "At most a year can be shown"
    : a > now
    ? "The beginning lies in the future"
    : "";
  return (
    <form
      className="pb col g3c"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (fault) return;
        zoomTo({ from: a, to: Math.min(b, now) });
        onDone();
      }}
    >
      <label className="field">
        <span className="lbl">From</span>
        <span className="input">
          <input type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
        </span>
      </label>
      <label className="field">
        <span className="lbl">To</span>
        <span className={`input ${checked && fault ? "bad" : ""}`}>
          <input
            type="datetime-local"
            value={to}
            aria-invalid={checked && fault !== ""}
            aria-describedby="free-range-fault"
            onChange={(event) => setTo(event.target.value)}
          />
        </span>
      </label>
      <p id="free-range-fault" className={checked && fault ? "err" : "hint"} role={checked && fault ? "alert" : undefined}>
        {checked && fault ? fault : "In your own time zone."}
      </p>
      <button className="btn primary" type="submit">Show this range</button>
    </form>
  );
}

/** What `datetime-local` takes: the reader's own clock, to the minute. */
function localText(ms: number): string {
  const two = (n: number): string => String(n).padStart(2, "0"), d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}
