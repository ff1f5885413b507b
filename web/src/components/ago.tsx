import type { ReactElement } from "react";
import { useNow } from "../lib/clock";
import { clock, dayAndClock, duration, exact, relative } from "../lib/format";

interface Props {
  at: string | number | null;
  /** "ago": 6 s ago; "age": 6 s; "clock": 14:27; "full": 17 Mar 2026 14:32. All with the exact time and UTC on hover. */
  form?: "ago" | "age" | "clock" | "seconds" | "full";
  none?: string;
  className?: string;
}

export function Ago({ at, form = "ago", none = "never", className = "" }: Props): ReactElement {
  const now = useNow();
  if (at === null || at === 0) return <span className={`m3 ${className}`}>{none}</span>;
  const ms = typeof at === "number" ? at : Date.parse(at);
  const text = form === "ago"
    ? relative(ms, now)
    : form === "age"
    ? duration(now - ms)
    : form === "full"
    ? dayAndClock(ms)
    : clock(ms, form === "seconds");
  return <time className={className} dateTime={new Date(ms).toISOString()} title={exact(ms)}>{text}</time>;
}
