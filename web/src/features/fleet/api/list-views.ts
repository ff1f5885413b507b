import type { ServerView } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const viewsKey = (): string => tenantKey("views");

/** The reader's own views and those that others share. */
export function useViews(): QueryState<ServerView[]> {
  return useQuery(viewsKey(), (signal) => get<ServerView[]>("/servers/views", { signal }));
}
