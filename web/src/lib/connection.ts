// Is DbTools there? A failed call starts a probe of /health with exponential backoff; the banner shows when the next try is.
import { makeStore } from "./store";

export interface Connection {
  down: boolean;
  since: number;
  nextTryAt: number;
}

const delayMsMin = 1_000;
const delayMsMax = 30_000;
const up: Connection = { down: false, since: 0, nextTryAt: 0 };

export const connection = makeStore<Connection>(up);
let delayMs = delayMsMin;
let timer: ReturnType<typeof setTimeout> | undefined;
const recovered = new Set<() => void>();

/** Runs when the connection is back, so that screens can catch up at once. */
export function onRecovered(listener: () => void): () => void {
  recovered.add(listener);
  return () => recovered.delete(listener);
}

export function connectionLost(): void {
  if (connection.get().down) return;
  delayMs = delayMsMin;
  connection.set({ down: true, since: Date.now(), nextTryAt: Date.now() + delayMs });
  timer = setTimeout(() => void tryNow(), delayMs);
}

export function connectionWorks(): void {
  if (!connection.get().down) return;
  clearTimeout(timer);
  connection.set(up);
  for (const listener of [...recovered]) listener();
}

export async function tryNow(): Promise<void> {
  clearTimeout(timer);
  try {
    const response = await fetch("/api/health", { cache: "no-store" });
    if (response.ok) {
      connectionWorks();
      return;
    }
  } catch {
    // Still down: fall through to the next, later try.
  }
  if (!connection.get().down) return;
  delayMs = nextDelayMs(delayMs);
  connection.set({ ...connection.get(), nextTryAt: Date.now() + delayMs });
  timer = setTimeout(() => void tryNow(), delayMs);
}

export function nextDelayMs(previous: number): number {
  return Math.min(delayMsMax, previous * 2);
}
