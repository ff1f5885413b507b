import { call } from "../../../lib/http";

export async function deleteCustomCollector(id: string): Promise<void> {
  await call<void>("DELETE", `/custom-collectors/${id}`);
}
