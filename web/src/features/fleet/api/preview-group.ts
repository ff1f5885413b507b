import type { GroupPreview } from "../../../api/model";
import { get } from "../../../lib/http";

/** What a dynamic group with this filter would hold; a filter that cannot be read is refused with the place. */
export async function previewGroup(filter: string, signal?: AbortSignal): Promise<GroupPreview> {
  return get<GroupPreview>("/groups/preview", { query: { filter }, ...(signal ? { signal } : {}) });
}
