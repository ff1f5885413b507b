import type { ServerView, ServerViewRequest } from "../../../api/model";
import { call } from "../../../lib/http";

export async function createView(body: ServerViewRequest): Promise<ServerView> {
  return (await call<ServerView>("POST", "/servers/views", { body })).data;
}

export async function changeView(id: string, body: Partial<ServerViewRequest>): Promise<ServerView> {
  return (await call<ServerView>("PATCH", `/servers/views/${id}`, { body })).data;
}
