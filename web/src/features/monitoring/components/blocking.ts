// Who waits for whom, out of any collector whose rows name a session and the one that blocks it.
import type { Cell, CollectorColumn, Row } from "../api/collector-types";
import { columnNamed } from "./collector-cells";

export interface BlockingColumns {
  session: number;
  blocker: number;
  /** The collector's own word on who is idle, where it has one; else what the states say. */
  isIdle: number;
  states: readonly number[];
}

export interface BlockingNode {
  id: string;
  /** `null`: it blocks others, and is not in the list: it may be idle, or beyond the collector's limit. */
  row: Row | null;
  depth: number;
  /** All that wait for it, also through others. */
  blockedCount: number;
  children: readonly BlockingNode[];
  /** It holds locks, and runs nothing. */
  isIdle: boolean;
  /** Its way to the lead comes back to itself: a deadlock about to be found. */
  isCycle: boolean;
}

const sessionNames = [
  /^session_id$/,
  /^(blocked_)?(session|spid|pid|process_id|thread_id|connection_id)$/,
  /^(blocked|waiting)_\w*(session|pid|id)\w*$/,
];
const blockerNames = [/^blocking_session_id$/, /^(blocking|blocker)_\w*(session|pid|id|thread)\w*$/, /^blocked_by\w*$/, /^blocking_pids?$/];
const stateName = /^(session_|request_)?(status|state|command)$/;
const idle = /sleep|idle|awaiting command/i;

export function blockingColumns(columns: readonly CollectorColumn[]): BlockingColumns | null {
  const blocker = columnNamed(columns, ...blockerNames), session = columnNamed(columns, ...sessionNames);
  if (blocker < 0 || session < 0 || blocker === session) return null;
  const states = columns.flatMap((c, i) => (stateName.test(c.name) ? [i] : []));
  return { session, blocker, isIdle: columnNamed(columns, /^is_idle$/), states };
}

/**
 * Of several blockers ("81,94") the first is the one above it.
 * As a text, 0 and what is below are transactions without a session; as a number, none.
 */
export function blockerOf(cell: Cell): string | null {
  if (typeof cell === "number" && cell <= 0) return null;
  return String(cell ?? "").split(/[,;\s{}[\]]+/).filter(Boolean)[0] ?? null;
}

function isIdleIn(row: Row, at: BlockingColumns): boolean {
  if (at.isIdle >= 0) return row[at.isIdle] === true || row[at.isIdle] === 1;
  return at.states.some((i) => idle.test(String(row[i] ?? "")));
}

/** The lead blockers, the one with the most behind it first; only sessions that block or are blocked. */
export function blockingTree(rows: readonly Row[], at: BlockingColumns): readonly BlockingNode[] {
  const byID = new Map<string, Row>(), waiting = new Map<string, string[]>(), blockerByID = new Map<string, string>();
  for (const row of rows) {
    const id = String(row[at.session] ?? "");
    if (id === "") continue;
    const blocker = blockerOf(row[at.blocker] ?? null);
    // A session of several requests is blocked if one of them is.
    if (!byID.has(id) || blocker !== null) byID.set(id, row);
    if (blocker === null || blocker === id || blockerByID.has(id)) continue;
    blockerByID.set(id, blocker);
    waiting.set(blocker, [...(waiting.get(blocker) ?? []), id]);
  }
  const made = new Set<string>();
  const node = (id: string, depth: number, isCycle: boolean): BlockingNode => {
    made.add(id);
    const children = (waiting.get(id) ?? []).filter((c) => !made.has(c)).map((c) => node(c, depth + 1, false));
    const row = byID.get(id) ?? null;
    return {
      id,
      row,
      depth,
      children,
      blockedCount: children.reduce((sum, c) => sum + 1 + c.blockedCount, 0),
      isIdle: row !== null && isIdleIn(row, at),
      isCycle,
    };
  };
  const leads = [...waiting.keys()].filter((id) => !blockerByID.has(id)).map((id) => node(id, 0, false));
  // What is left waits in a circle: one of the circle stands for it.
  for (const id of waiting.keys()) if (!made.has(id)) leads.push(node(id, 0, true));
  return leads.sort((a, b) => b.blockedCount - a.blockedCount);
}

export const flatTree = (nodes: readonly BlockingNode[]): BlockingNode[] => nodes.flatMap((n) => [n, ...flatTree(n.children)]);
