import type { Label } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const labelsKey = (): string => tenantKey("labels");

export function useLabels(): QueryState<Label[]> {
  return useQuery(labelsKey(), (signal) => get<Label[]>("/labels", { query: { limit: 1_000 }, signal }));
}
