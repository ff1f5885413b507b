import type { CustomPreview, CustomPreviewRequest } from "../../../api/types";
import { call } from "../../../lib/http";

/** Runs the statement once on a server; a statement that fails there is an answer, not an error. */
export async function previewCustomCollector(body: CustomPreviewRequest): Promise<CustomPreview> {
  return (await call<CustomPreview>("POST", "/custom-collectors/preview", { body })).data;
}
