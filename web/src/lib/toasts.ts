// Results of actions, bottom right. Successes go after 6 s; failures stay until they are dismissed.
import { makeStore } from "./store";

export interface Toast {
  id: number;
  kind: "healthy" | "critical" | "warning";
  title: string;
  text: string;
  action: ToastAction | undefined;
}

/** What can be done about it, or where the details are. */
export interface ToastAction {
  label: string;
  onSelect: () => void;
}

const successMs = 6_000;
/** With something to press, such as "Undo", there is more time. */
const actionMs = 12_000;
const toastCountMax = 5;

export const toasts = makeStore<readonly Toast[]>([]);
let lastID = 0;

export function toast(title: string, text = "", kind: Toast["kind"] = "healthy", action?: ToastAction): void {
  lastID += 1;
  const id = lastID;
  toasts.set([...toasts.get().slice(-(toastCountMax - 1)), { id, kind, title, text, action }]);
  if (kind === "healthy") setTimeout(() => dismiss(id), action ? actionMs : successMs);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((t) => t.id !== id));
}
