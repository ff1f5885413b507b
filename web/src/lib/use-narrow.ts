import { useSyncExternalStore } from "react";

/** At most 1100 px the navigation is a rail and columns leave (design, Layout). */
const query = "(max-width: 1100px)";

function subscribe(listener: () => void): () => void {
  const list = window.matchMedia(query);
  list.addEventListener("change", listener);
  return () => list.removeEventListener("change", listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
