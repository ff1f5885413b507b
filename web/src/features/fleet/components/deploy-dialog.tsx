// Deploys the monitoring objects to one server, a group or a selection, or takes them off again; follows the operation.
import { type ReactElement, useState } from "react";
import type { DeployRequest, EngineKind, Group, Operation, Server } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { OperationDialog } from "../../../components/operation-dialog";
import { ErrorCallout } from "../../../components/panel";
import { SqlScript } from "../../../components/sql-script";
import { plural } from "../../../lib/format";
import { invalidate } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { useAction } from "../../../lib/use-action";
import { deployScript, deployServer, deployToGroup, undeployServer } from "../api/deploy-server";
import { startBulk } from "../api/start-bulk";
import { deployBody, DeployExplained, deployFault, DeployFields, emptyDeployForm } from "./deploy-form";
import { refreshServers } from "./refresh-servers";
import { bodyOf, phraseOf, type Targets } from "./targets";

export type DeployTarget = { kind: "server"; server: Server } | { kind: "group"; group: Group } | { kind: "bulk"; targets: Targets };

interface Props {
  target: DeployTarget;
  remove?: boolean;
  onClose: () => void;
}

function nameOf(target: DeployTarget): string {
  if (target.kind === "server") return target.server.name;
  return target.kind === "group" ? `${plural(target.group.serverCount, "server")} of ${target.group.name}` : phraseOf(target.targets);
}

function engineOf(target: DeployTarget): EngineKind | null {
  if (target.kind === "server") return target.server.engine;
  if (target.kind === "group" || target.targets.kind === "all") return null;
  const engines = new Set(target.targets.servers.map((s) => s.engine));
  return engines.size === 1 ? [...engines][0] ?? null : null;
}

async function begin(target: DeployTarget, remove: boolean, body: DeployRequest): Promise<Operation> {
  switch (target.kind) {
    case "server":
      return remove ? undeployServer(target.server.id, credentialOf(body)) : deployServer(target.server.id, body);
    case "group":
      return deployToGroup(target.group.id, body);
    case "bulk": {
      const request = { ...bodyOf(target.targets), ...(remove ? credentialOf(body) : body) };
      return startBulk(remove ? "undeploy" : "deploy", request);
    }
  }
}

const credentialOf = ({ credential }: DeployRequest): { credential?: NonNullable<DeployRequest["credential"]> } => (credential ? { credential } : {});

export function DeployDialog({ target, remove = false, onClose }: Props): ReactElement {
  const [form, setForm] = useState(emptyDeployForm), [checked, setChecked] = useState(false), engine = engineOf(target);
  const [operation, setOperation] = useState<Operation>(), [script, setScript] = useState<string>();
  const fault = deployFault(form, engine), name = nameOf(target);
  const start = useAction(async () => setOperation(await begin(target, remove, deployBody(form))));
  const show = useAction(async (server: Server) => {
    const { script: text, grantScript } = await deployScript(server.id, deployBody({ ...form, otherLogin: false }));
    setScript(grantScript ? `-- The right to deploy, for the monitoring login (run as an administrator; not needed with another login)\n${grantScript}\n\n${text}` : text);
  });
  const end = (): void => {
    refreshServers();
    invalidate(tenantKey("deployment"));
  };
  if (operation) return <OperationDialog operation={operation} onClose={onClose} onEnd={end} />;
  return (
    <Dialog
      title={remove ? `Remove the monitoring objects from ${name}?` : `Deploy monitoring objects to ${name}`}
      wide={!remove}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault) void start.run();
      }}
      actions={
        <>
          {target.kind === "server" && !remove && (
            <button className="btn start" type="button" aria-disabled={show.busy} onClick={() => void show.run(target.server)}>
              <Icon name="file-earmark-text" />
              {show.busy ? "Reading" : "Show the script"}
            </button>
          )}
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className={`btn ${remove ? "danger-solid" : "primary"}`} type="submit" aria-disabled={start.busy}>
            {remove ? "Remove objects" : "Deploy"}
          </button>
        </>
      }
    >
      {remove
        ? (
          <p className="m2">
            Procedures, functions, tables and the schema go, and the database if DbTools made it and nothing else is in it. Collection goes
            on with direct queries; stored metrics stay.
          </p>
        )
        : <DeployExplained engine={engine} />}
      <DeployFields form={form} onForm={setForm} engine={engine} checked={checked} />
      {script !== undefined && <SqlScript title="Script" note="what a deployment runs; a DBA can run it by hand" text={script} tall />}
      <ErrorCallout error={show.error} title="The script did not load." />
      <ErrorCallout error={start.error} title={remove ? "The removal was not begun." : "The deployment was not begun."} />
    </Dialog>
  );
}
