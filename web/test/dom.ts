// A page for component tests: jsdom with what React and our components ask of a browser.
import { JSDOM } from "jsdom";

export const dom = new JSDOM("<!doctype html><html><body><div id=root></div></body></html>", { url: "http://localhost/", pretendToBeVisual: true });
const g = globalThis as unknown as Record<string, unknown>, w = dom.window as unknown as Record<string, unknown>;
for (const name of [
  "window", "document", "localStorage", "HTMLElement", "Element", "Node", "Event", "PopStateEvent", "MouseEvent", "KeyboardEvent", "MutationObserver", "getComputedStyle",
  "DOMParser", "HTMLInputElement", "HTMLDialogElement", "requestAnimationFrame",
]) if (w[name] !== undefined) Object.defineProperty(g, name, { value: w[name], configurable: true, writable: true });
Object.defineProperty(g, "navigator", { value: dom.window.navigator, configurable: true });
class Observer {
  observe(): void {}
  disconnect(): void {}
}
g.ResizeObserver = Observer;
w.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
w.scrollTo = () => undefined;
g.IS_REACT_ACT_ENVIRONMENT = true;
// jsdom 20 has no modal dialogs.
const proto = (w.HTMLDialogElement as { prototype: Record<string, unknown> } | undefined)?.prototype ?? (w.HTMLElement as { prototype: Record<string, unknown> }).prototype;
proto.showModal = function (this: HTMLElement): void {
  this.setAttribute("open", "");
};
proto.close = function (this: HTMLElement): void {
  this.removeAttribute("open");
};

/** Answers to `fetch`, by method and path. An answer is a value, or a status with an error code. */
export type Answers = Record<string, unknown>;
export const calls: { method: string; url: string; headers: Headers; body: unknown }[] = [];
export function answer(answers: Answers): void {
  calls.length = 0;
  g.fetch = (url: string, init: RequestInit = {}): Promise<Response> => {
    const method = init.method ?? "GET", path = new URL(url, "http://localhost").pathname.replace("/api/v1", "");
    calls.push({ method, url, headers: new Headers(init.headers), body: typeof init.body === "string" ? JSON.parse(init.body) : undefined });
    const value = answers[`${method} ${path}`];
    if (value instanceof Error) return Promise.reject(value);
    if (value === undefined) return Promise.resolve(json({ error: { code: "NOT_FOUND", message: "Not here.", details: [], requestId: "r-404" } }, 404));
    if (value instanceof Response) return Promise.resolve(value.clone());
    return Promise.resolve(value === null ? new Response(null, { status: 204 }) : json(value, 200));
  };
}
export function json(value: unknown, status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json", ...headers } });
}
