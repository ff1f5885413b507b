import type { DeployRequest, DeployScript, GroupDeployRequest, Operation } from "../../../api/model";
import { call } from "../../../lib/http";

/** Begins a deployment; the answer is the operation that makes it. */
export async function deployServer(id: string, body: DeployRequest): Promise<Operation> {
  return (await call<Operation>("POST", `/servers/${id}/deploy`, { body })).data;
}

/** All that a deployment would run, which nobody has run. */
export async function deployScript(id: string, body: DeployRequest): Promise<DeployScript> {
  return (await call<DeployScript>("POST", `/servers/${id}/deploy`, { body: { ...body, dryRun: true } })).data;
}

export async function undeployServer(id: string, body: { credential?: DeployRequest["credential"] }): Promise<Operation> {
  return (await call<Operation>("POST", `/servers/${id}/undeploy`, { body })).data;
}

export async function deployToGroup(id: string, body: GroupDeployRequest): Promise<Operation> {
  return (await call<Operation>("POST", `/groups/${id}/deploy`, { body })).data;
}
