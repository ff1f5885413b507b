// A panel and its states: loading, empty, no match, error, stale. Data that is there is never replaced by a spinner.
import { type ReactElement, type ReactNode, useEffect, useId, useState } from "react";
import type { ApiError } from "../lib/http";
import { useNow } from "../lib/clock";
import { duration } from "../lib/format";
import type { QueryState } from "../lib/query";
import { Icon } from "./icon";
import type { IconName } from "./icon-names";

interface PanelProps {
  title: string;
  sub?: ReactNode;
  tools?: ReactNode;
  foot?: ReactNode;
  className?: string;
  busy?: boolean;
  children: ReactNode;
}

export function Panel({ title, sub, tools, foot, className = "", busy = false, children }: PanelProps): ReactElement {
  const id = useId();
  return (
    <section className={`panel vflex ${className}`} aria-labelledby={id} aria-busy={busy || undefined}>
      <div className="ph2">
        <h2 id={id}>{title}</h2>
        {sub && <span className="sub ell">{sub}</span>}
        <span className="grow" />
        {tools}
      </div>
      {children}
      {foot && <div className="pf push">{foot}</div>}
    </section>
  );
}

/** Bars in the panel's own size; they show only after 200 ms, so that a fast answer does not flicker. */
export function Skeleton({ lines = 5 }: { lines?: number }): ReactElement {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  const shapes = ["a", "b", "c", "d", "e"];
  return (
    <div className={`pb skel ${shown ? "" : "waiting"}`} role="status">
      <span className="vh">Loading</span>
      {Array.from({ length: lines }, (_, i) => <span key={i} className={`sk ${shapes[i % shapes.length] ?? "a"}`} />)}
    </div>
  );
}

interface EmptyProps {
  icon?: IconName;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
}

export function Empty({ icon = "inbox", title, text, children }: EmptyProps): ReactElement {
  return (
    <div className="empty f1">
      <Icon name={icon} />
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children && <div className="row">{children}</div>}
    </div>
  );
}

export function Failure({ what, error, retry }: { what: string; error: ApiError; retry?: (() => void) | undefined }): ReactElement {
  return (
    <div className="empty f1" role="alert">
      <Icon name="exclamation-octagon" className="crit" />
      <h2>{what}</h2>
      <p>{error.message}</p>
      {retry && (
        <div className="row">
          <button className="btn sm" type="button" onClick={retry}>
            <Icon name="arrow-repeat" />Try again
          </button>
        </div>
      )}
      <ErrorCode error={error} />
    </div>
  );
}

export function ErrorCode({ error }: { error: ApiError }): ReactElement {
  return <p className="code1">{error.requestId ? `${error.code} · ${error.requestId}` : error.code}</p>;
}

/** What failed in a form or dialog, above its buttons. */
export function ErrorCallout({ error, title }: { error: ApiError | undefined; title: string }): ReactElement | null {
  if (!error) return null;
  return (
    <div className="callout" data-s="critical" role="alert">
      <Icon name="x-octagon-fill" />
      <div>
        <b>{title}</b>
        <p>{error.message}</p>
        <ErrorCode error={error} />
      </div>
    </div>
  );
}

/** Data older than this is said to be old. */
const staleMsMin = 150_000;

/** "16 min old" when the last answer is old, or "Not refreshed" when the last try failed and old data is on screen. */
export function StaleBadge({ query }: { query: QueryState<unknown> }): ReactElement | null {
  const now = useNow();
  if (query.data === undefined) return null;
  const age = now - query.at;
  if (!query.error && age < staleMsMin) return null;
  return (
    <span className="badge" data-s="warning" role="status" title={query.error ? `${query.error.message} (${query.error.code})` : undefined}>
      <Icon name="clock-history" />
      {query.error ? `Not refreshed, ${duration(age)} old` : `${duration(age)} old`}
    </span>
  );
}

interface QueryViewProps<T> {
  query: QueryState<T>;
  what: string;
  retry: () => void;
  lines?: number;
  children: (data: T) => ReactNode;
}

/** The data if there is any, else the skeleton or the error. */
export function QueryView<T>({ query, what, retry, lines = 5, children }: QueryViewProps<T>): ReactElement {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure what={what} error={query.error} retry={retry} />;
  return <Skeleton lines={lines} />;
}

export function PageHead(
  { title, sub, children, crumbs }: { title: ReactNode; sub?: ReactNode; children?: ReactNode; crumbs?: ReactNode },
): ReactElement {
  return (
    <>
      {crumbs}
      <div className="ph">
        <div className="ph-t">
          {typeof title === "string" ? <h1>{title}</h1> : title}
          {sub && <p className="sub">{sub}</p>}
        </div>
        {children && <div className="row w ph-a">{children}</div>}
      </div>
    </>
  );
}
