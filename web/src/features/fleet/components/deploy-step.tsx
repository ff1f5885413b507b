// The wizard's step on monitoring objects: whether, where, with which login; what it installs, and the script.
import { type ReactElement, useState } from "react";
import type { ProbeResult } from "../../../api/model";
import { useFleetHealth } from "../../../api/read-fleet-health";
import { Callout } from "../../../components/bits";
import { CheckRow } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { SqlScript } from "../../../components/sql-script";
import { useAction } from "../../../lib/use-action";
import { deployScript } from "../api/deploy-server";
import { deployBody, DeployExplained, DeployFields, type DeployForm } from "./deploy-form";
import type { ServerForm } from "./server-form";

/** Whether the tested login may deploy, as the engine answered; where it could not say, deploying is only offered. */
export const mayDeploy = (result: ProbeResult | undefined): boolean => result?.success === true && result.mayDeploy === true;

interface Props {
  form: ServerForm;
  result: ProbeResult | undefined;
  wanted: boolean;
  onWanted: (wanted: boolean) => void;
  deploy: DeployForm;
  onDeploy: (form: DeployForm) => void;
  checked: boolean;
}

export function DeployStep({ form, result, wanted, onWanted, deploy, onDeploy, checked }: Props): ReactElement {
  const [script, setScript] = useState<string>(), able = mayDeploy(result);
  // The script depends on the engine and the place, not on the server: any server of this engine can show it.
  const sample = useFleetHealth().data?.find((s) => s.engine === form.engine);
  const show = useAction(async (id: string) => setScript((await deployScript(id, deployBody({ ...deploy, otherLogin: false }))).script));
  return (
    <div className="col g3c">
      <DeployExplained engine={form.engine} />
      <CheckRow
        label="Deploy monitoring objects when the server is added"
        checked={wanted}
        onChecked={onWanted}
        hint={able ? "The tested login may do this" : "It can also be done later, on the server’s page"}
      />
      {wanted && !able && !deploy.otherLogin && (
        <Callout tone="warning" icon="exclamation-triangle-fill" title={result?.mayDeploy === false ? "The tested login lacks the rights to make the objects." : "Whether the tested login may make the objects is not known."}>
          Give another login for the deployment, or let it try: what is missing is named, with the statement that grants it.
        </Callout>
      )}
      {wanted && <DeployFields form={deploy} onForm={onDeploy} engine={form.engine} checked={checked} />}
      {wanted && (sample
        ? (
          <span>
            <button className="btn" type="button" aria-disabled={show.busy} onClick={() => void show.run(sample.serverId)}>
              <Icon name="file-earmark-text" />
              {show.busy ? "Reading" : "Show the script"}
            </button>
          </span>
        )
        : <p className="hint">The script can be read on the server's page, before or after a deployment.</p>)}
      {wanted && script !== undefined && <SqlScript title="Script" note="what a deployment runs; nothing has been run yet" text={script} tall />}
      <ErrorCallout error={show.error} title="The script did not load." />
    </div>
  );
}
