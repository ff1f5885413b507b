import type { OwnThresholds, OwnThresholdsRequest } from "../../../api/model";
import { call } from "../../../lib/http";
import type { LimitsOf } from "./read-thresholds";

export async function saveThresholds({ kind, id }: LimitsOf, body: OwnThresholdsRequest): Promise<OwnThresholds> {
  return (await call<OwnThresholds>("PUT", `/${kind}/${id}/thresholds`, { body })).data;
}
