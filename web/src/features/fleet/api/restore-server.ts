import type { Server } from "../../../api/model";
import { call } from "../../../lib/http";

/** Undoes a deletion. A name that was taken in the meantime gets a number. */
export async function restoreServer(id: string): Promise<Server> {
  return (await call<Server>("POST", `/servers/${id}/restore`)).data;
}
