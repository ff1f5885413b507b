import { call } from "../../../lib/http";

export async function addLabels(id: string, labels: readonly string[]): Promise<void> {
  await call("POST", `/servers/${id}/labels`, { body: { labels } });
}
