import type { CustomCollector, CustomCollectorPatch, CustomCollectorRequest } from "../../../api/types";
import { call } from "../../../lib/http";

export interface CustomCollectorAndTag {
  collector: CustomCollector;
  etag: string | null;
}

export async function createCustomCollector(body: CustomCollectorRequest): Promise<CustomCollector> {
  return (await call<CustomCollector>("POST", "/custom-collectors", { body })).data;
}

export async function readCustomCollector(id: string, signal?: AbortSignal): Promise<CustomCollectorAndTag> {
  const { data, etag } = await call<CustomCollector>("GET", `/custom-collectors/${id}`, signal ? { signal } : {});
  return { collector: data, etag };
}

/** Without a tag the last writer wins: for a switch, which says what it wants to be. */
export async function changeCustomCollector(id: string, body: CustomCollectorPatch, etag: string | null = null): Promise<void> {
  await call<CustomCollector>("PATCH", `/custom-collectors/${id}`, { body, ...(etag ? { ifMatch: etag } : {}) });
}
