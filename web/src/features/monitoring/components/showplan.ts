// Elements of Microsoft's showplan XML, read without asking for their namespace.
export const named = (inside: Document | Element, name: string): Element[] => [...inside.getElementsByTagNameNS("*", name)];
export const child = (inside: Element | null, name: string): Element | null =>
  [...inside?.children ?? []].find((e) => e.localName === name) ?? null;
export const isSet = (element: Element | null, name: string): boolean => ["1", "true"].includes(element?.getAttribute(name) ?? "");

export function numberIn(element: Element | null, name: string): number | null {
  const text = element?.getAttribute(name) ?? "", value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : null;
}

/** `[dbo]` is `dbo`: brackets are for statements, not for readers. */
const plainName = (name: string): string => name.replace(/^\[(.*)\]$/s, "$1").replaceAll("]]", "]");

export function nameIn(element: Element, ...parts: readonly string[]): string {
  return parts.map((part) => plainName(element.getAttribute(part) ?? "")).filter(Boolean).join(".");
}
