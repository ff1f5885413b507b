// A saved view and the address of the server list: which one is which. Pure: tested without a page.
import type { ServerView, ServerViewRequest } from "../../../api/model";
import type { ServerFilter } from "../api/list-servers";

export interface ViewState {
  filter: ServerFilter;
  sort: string;
  order: "asc" | "desc";
}

/** What a view keeps: all of the list's filters, and its order. */
export function requestOf({ filter, sort, order }: ViewState): Pick<ServerViewRequest, "filter" | "sort" | "order"> {
  const kept: Record<string, unknown> = {};
  if (filter.q) kept.q = filter.q;
  for (const name of ["status", "health", "engine", "deployment"] as const) if (filter[name]) kept[name] = [...(filter[name] ?? [])];
  if (filter.group) kept.groups = [...filter.group];
  if (filter.label) kept.labels = [...filter.label];
  if (filter.credential) kept.credentials = [...filter.credential];
  if (filter.deleted) kept.deleted = true;
  const request: Pick<ServerViewRequest, "filter" | "sort" | "order"> = { order };
  request.filter = kept;
  if (isSort(sort)) request.sort = sort;
  return request;
}

const sorts = ["name", "host", "status", "health", "version", "createdAt", "cpu", "memory"] as const;
const isSort = (sort: string): sort is (typeof sorts)[number] => sorts.some((s) => s === sort);

/** The address that shows a view. */
export function hrefOf(view: ServerView): string {
  const search = new URLSearchParams(), { filter } = view;
  if (filter.q) search.set("q", filter.q);
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["health", filter.health],
    ["status", filter.status],
    ["engine", filter.engine],
    ["group", filter.groups],
    ["label", filter.labels],
    ["deployment", filter.deployment],
    ["credential", filter.credentials],
  ];
  for (const [name, values] of lists) for (const value of values) search.append(name, value);
  if (filter.deleted) search.set("deleted", "true");
  if (view.sort !== "name") search.set("sort", view.sort);
  if (view.order === "desc") search.set("order", "desc");
  search.set("view", view.id);
  return `/servers?${search.toString()}`;
}

/** Whether the list shows something else than the view says. */
export function differs(view: ServerView, state: ViewState): boolean {
  const key = (v: ViewState): string => JSON.stringify([sortedFilter(requestOf(v).filter), v.sort, v.order]);
  const { q, status, health, engine, groups, labels, deployment, credentials, deleted } = view.filter;
  const saved: ServerFilter = { status, health, engine, group: groups, label: labels, deployment, credential: credentials };
  if (q) saved.q = q;
  if (deleted) saved.deleted = true;
  return key({ filter: saved, sort: view.sort, order: view.order }) !== key(state);
}

function sortedFilter(filter: ServerViewRequest["filter"]): unknown {
  return Object.entries(filter ?? {}).map(([name, v]) => [name, Array.isArray(v) ? [...v].sort() : v] as const)
    .filter(([, v]) => !Array.isArray(v) || v.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
}
