import type { Server, ServerInput } from "../../../api/model";
import { call } from "../../../lib/http";

export async function createServer(body: ServerInput): Promise<Server> {
  return (await call<Server>("POST", "/servers", { body })).data;
}
