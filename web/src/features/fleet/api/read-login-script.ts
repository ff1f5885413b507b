import type { AuthType, EngineKind, LoginScript } from "../../../api/model";
import { get } from "../../../lib/http";

export interface LoginScriptQuery {
  engine: EngineKind;
  username: string;
  authType: AuthType;
  database: string;
  generatePassword: boolean;
}

/** What a DBA runs on the server before the first test. Never cached: it may hold a new password. */
export async function readLoginScript(query: LoginScriptQuery): Promise<LoginScript> {
  return get<LoginScript>("/servers/login-script", { query: { ...query } });
}
