// Is DbTools there? What failed is tried again with exponential backoff until it is answered; the banner shows when the next try is.
import { makeStore } from "./store";

export interface Connection {
  down: boolean;
  /** What DbTools, or a proxy before it, said of itself; empty when nothing came. */
  reason: string;
  since: number;
  nextTryAt: number;
}

const delayMsMin = 1_000;
const delayMsMax = 30_000;
/** Another call's answer is a reason to try before the time, but not more often than this. */
const hintMs = 5_000;
/** An address that is refused this often while others are answered has a trouble of its own: its panel says so, and it is no outage. */
const refusalCountMax = 3;
/** For so long after that, a refusal is no outage either. */
const refusalPauseMs = 300_000;
const up: Connection = { down: false, reason: "", since: 0, nextTryAt: 0 };

export const connection = makeStore<Connection>(up);
let delayMs = delayMsMin;
let timer: ReturnType<typeof setTimeout> | undefined;
let probe: () => Promise<boolean> = () => Promise.resolve(true);
let triedAt = 0;
let trying = false;
let failedTryCount = 0;
let othersAnswered = false;
let noOutageBefore = 0;
const recovered = new Set<() => void>();

/** Runs when the connection is back, so that screens can catch up at once. */
export function onRecovered(listener: () => void): () => void {
  recovered.add(listener);
  return () => void recovered.delete(listener);
}

/**
 * A call was not answered. `answers` asks for the same again: only what failed can tell that it works,
 * for a proxy, or a database that is away, may fail one address and serve the next.
 */
export function connectionLost(answers: () => Promise<boolean>, reason = ""): void {
  if (connection.get().down || (reason !== "" && Date.now() < noOutageBefore)) return;
  probe = answers;
  failedTryCount = 0;
  othersAnswered = false;
  delayMs = delayMsMin;
  triedAt = Date.now();
  connection.set({ down: true, reason, since: Date.now(), nextTryAt: Date.now() + delayMs });
  timer = setTimeout(() => void tryNow(), delayMs);
}

/** Some call was answered: a hint to try what was not. */
export function connectionWorks(): void {
  if (!connection.get().down) return;
  othersAnswered = true;
  if (Date.now() - triedAt >= hintMs) void tryNow();
}

/** Another tenant was chosen: what failed is asked for no more. */
export function forgetConnection(): void {
  clearTimeout(timer);
  noOutageBefore = 0;
  if (connection.get().down) connection.set(up);
}

/** Tries at once what failed; a try under way is enough. */
export async function tryNow(): Promise<void> {
  if (trying || !connection.get().down) return;
  clearTimeout(timer);
  trying = true;
  triedAt = Date.now();
  const asked = probe, answered = await asked().catch(() => false);
  trying = false;
  if (!connection.get().down || asked !== probe) return;
  if (answered) {
    connection.set(up);
    for (const listener of [...recovered]) listener();
    return;
  }
  failedTryCount += 1;
  if (connection.get().reason !== "" && othersAnswered && failedTryCount >= refusalCountMax) {
    noOutageBefore = Date.now() + refusalPauseMs;
    connection.set(up);
    return;
  }
  delayMs = nextDelayMs(delayMs);
  connection.set({ ...connection.get(), nextTryAt: Date.now() + delayMs });
  timer = setTimeout(() => void tryNow(), delayMs);
}

export function nextDelayMs(previous: number): number {
  return Math.min(delayMsMax, previous * 2);
}
