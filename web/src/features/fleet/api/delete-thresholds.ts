import { call } from "../../../lib/http";
import type { LimitsOf } from "./read-thresholds";

export async function deleteThresholds({ kind, id }: LimitsOf): Promise<void> {
  await call("DELETE", `/${kind}/${id}/thresholds`);
}
