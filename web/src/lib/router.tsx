// A small router on the History API. Filters live in the query string, so that every view has an address.
import { type AnchorHTMLAttributes, createContext, type ReactElement, useContext, useMemo, useSyncExternalStore } from "react";

export type Params = Readonly<Record<string, string>>;

export interface Route {
  path: string;
  title: string;
  render: (params: Params) => ReactElement;
}

export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/").filter(Boolean), got = path.split("/").filter(Boolean);
  if (wanted.length !== got.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = got[i] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return params;
}

const subscribe = (listener: () => void): () => void => {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
};

export const usePath = (): string => useSyncExternalStore(subscribe, () => window.location.pathname);

export function useSearch(): URLSearchParams {
  const text = useSyncExternalStore(subscribe, () => window.location.search);
  return useMemo(() => new URLSearchParams(text), [text]);
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const here = window.location.pathname + window.location.search;
  if (to !== here) {
    if (options.replace) window.history.replaceState(null, "", to);
    else window.history.pushState(null, "", to);
  }
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Sets one filter in the address; an empty value removes it. Typing does not fill the history. */
export function setSearch(
  changes: Record<string, string | readonly string[] | null>,
  options: { replace?: boolean } = { replace: true },
): void {
  const search = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    search.delete(name);
    if (value === null || value === "") continue;
    for (const one of typeof value === "string" ? [value] : value) search.append(name, one);
  }
  const text = search.toString();
  navigate(window.location.pathname + (text ? `?${text}` : ""), options);
}

const ParamsContext = createContext<Params>({});
export const useParams = (): Params => useContext(ParamsContext);

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

export function Link({ href, onClick, ...rest }: LinkProps): ReactElement {
  return (
    <a
      href={href}
      {...rest}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(href);
      }}
    />
  );
}

export function Router({ routes, fallback }: { routes: readonly Route[]; fallback: ReactElement }): ReactElement {
  const path = usePath();
  return useMemo(() => {
    for (const route of routes) {
      const params = match(route.path, path);
      if (params) return <ParamsContext.Provider value={params}>{route.render(params)}</ParamsContext.Provider>;
    }
    return fallback;
  }, [path, routes, fallback]);
}
