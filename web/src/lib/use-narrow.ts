import { useSyncExternalStore } from "react";

/** At most 1100 px the navigation is a rail and columns leave (design, Layout). */
export const useNarrow = widthRule("(max-width: 1100px)");

/** From 1500 px on a cell has room for more than the first of its values. */
export const useWide = widthRule("(min-width: 1500px)");

function widthRule(query: string): () => boolean {
  const subscribe = (listener: () => void): () => void => {
    const list = window.matchMedia(query);
    list.addEventListener("change", listener);
    return () => list.removeEventListener("change", listener);
  };
  return () => useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
