// A page for component tests: jsdom with what React and our components ask of a browser. Loaded before all modules: React looks at it while loading.
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><html><body><div id=root></div></body></html>", {
  url: "http://localhost/",
  pretendToBeVisual: true,
});
const g = globalThis as unknown as Record<string, unknown>, w = dom.window as unknown as Record<string, unknown>;
for (
  const name of [
    "window",
    "document",
    "localStorage",
    "HTMLElement",
    "Element",
    "Node",
    "Event",
    "PopStateEvent",
    "MouseEvent",
    "KeyboardEvent",
    "MutationObserver",
    "getComputedStyle",
    "DOMParser",
    "HTMLInputElement",
    "HTMLDialogElement",
    "requestAnimationFrame",
  ]
) if (w[name] !== undefined) Object.defineProperty(g, name, { value: w[name], configurable: true, writable: true });
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
const proto = (w.HTMLDialogElement as { prototype: Record<string, unknown> } | undefined)?.prototype ??
  (w.HTMLElement as { prototype: Record<string, unknown> }).prototype;
proto.showModal = function (this: HTMLElement): void {
  this.setAttribute("open", "");
};
proto.close = function (this: HTMLElement): void {
  this.removeAttribute("open");
};
// The page's clock ticks for ever: no test waits for it to end.
const every = globalThis.setInterval;
globalThis.setInterval = ((...given: Parameters<typeof every>) => every(...given).unref()) as typeof every;
