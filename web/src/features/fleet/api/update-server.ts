import type { Server, ServerInput } from "../../../api/model";
import { call } from "../../../lib/http";

export async function updateServer(id: string, etag: string | null, body: Partial<ServerInput>): Promise<Server> {
  return (await call<Server>("PATCH", `/servers/${id}`, { body, ifMatch: etag })).data;
}
