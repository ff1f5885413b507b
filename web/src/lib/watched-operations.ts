// Operations that the reader sent to the background: the shell says when each has ended.
import { makeStore } from "./store";

export const watchedOperations = makeStore<readonly string[]>([]);

export function watchInBackground(id: string): void {
  const now = watchedOperations.get();
  if (!now.includes(id)) watchedOperations.set([...now, id]);
}

export function endWatch(id: string): void {
  watchedOperations.set(watchedOperations.get().filter((x) => x !== id));
}
