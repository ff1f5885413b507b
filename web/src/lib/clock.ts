// One ticking clock for the whole page: relative times move together, and only while the tab is seen.
import { makeStore, useStore } from "./store";

const now = makeStore(Date.now());
let started = false;

function start(): void {
  if (started) return;
  started = true;
  setInterval(() => {
    if (!document.hidden) now.set(Date.now());
  }, 1_000);
}

export function useNow(): number {
  start();
  return useStore(now);
}
