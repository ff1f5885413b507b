// The monitoring objects of a server: state, version, what is there and what drifted, missing rights, and what can be done.
import { type ReactElement, type ReactNode, useState } from "react";
import type { DeploymentState, DeploymentStatus, Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Callout } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Panel, QueryView, StaleBadge } from "../../../components/panel";
import { SqlScript } from "../../../components/sql-script";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { deploymentKey, useDeployment } from "../api/read-deployment";
import { DeployDialog } from "./deploy-dialog";
import { DeploymentBadge } from "./deployment-badge";

/** What the main button does in each state. */
const verbs: Readonly<Record<DeploymentState, string>> = {
  none: "Deploy",
  deploying: "Deploying",
  monitored: "Deploy again",
  drifted: "Repair",
  outdated: "Upgrade",
  failed: "Try again",
};

export function DeploymentPanel({ server }: { server: Server }): ReactElement {
  const query = useDeployment(server.id), mayManage = useMay("manageServers"), [open, setOpen] = useState<"" | "deploy" | "remove">("");
  const state = query.data?.state ?? server.deployment;
  return (
    <Panel
      title="Monitoring objects"
      tools={
        <>
          <StaleBadge query={query} />
          {mayManage && (
            <>
              {query.data && query.data.version !== null && (
                <button className="btn ghost sm" type="button" onClick={() => setOpen("remove")}>Undeploy</button>
              )}
              <button
                className={`btn sm ${state === "monitored" ? "" : "primary"}`}
                type="button"
                aria-disabled={state === "deploying"}
                onClick={() => {
                  if (state !== "deploying") setOpen("deploy");
                }}
              >
                {verbs[state]}
              </button>
            </>
          )}
        </>
      }
    >
      <QueryView query={query} what="The deployment did not load" retry={() => void refetch(deploymentKey(server.id))} lines={3}>
        {(status) => <Body status={status} />}
      </QueryView>
      {open !== "" && <DeployDialog target={{ kind: "server", server }} remove={open === "remove"} onClose={() => setOpen("")} />}
    </Panel>
  );
}

function Body({ status }: { status: DeploymentStatus }): ReactElement {
  const wrong = status.objects.filter((o) => o.state !== "present"), missing = status.permissions.filter((p) => !p.granted);
  const grants = missing.map((p) => p.grantStatement).filter((s): s is string => Boolean(s));
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["State", <DeploymentBadge key="s" state={status.state} />],
    ["Version", versionText(status)],
    ...(status.database ? [["Where", <span key="w" className="mono wrap">{[status.database, status.schema].filter(Boolean).join(".")}</span>] as const] : []),
    ...(status.deployedAt ? [["Deployed", <Ago key="d" at={status.deployedAt} />] as const] : []),
    ...(status.checkedAt ? [["Checked", <Ago key="c" at={status.checkedAt} />] as const] : []),
    ...(status.objects.length > 0
      ? [["Objects", `${plural(status.objects.length - wrong.length, "object")} as deployed${wrong.length > 0 ? `, ${wrong.length} not` : ""}`] as const]
      : []),
  ];
  return (
    <div className="pb col g3c">
      <dl className="kv">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {status.state === "failed"
        ? (
          <Callout
            tone="critical"
            icon="x-octagon-fill"
            title={status.message}
            action={status.operationId ? <Link href={`/operations/${status.operationId}`}>Details</Link> : undefined}
          >
            {status.errorCode && <span className="code1">{status.errorCode}</span>}
          </Callout>
        )
        : status.message && <p className="hint">{status.message}</p>}
      {wrong.length > 0 && (
        <ul className="drift" aria-label="Drifted objects">
          {wrong.map((o) => (
            <li key={`${o.kind} ${o.name}`}>
              <Icon name={o.state === "missing" ? "dash-circle-fill" : "exclamation-triangle-fill"} />
              <span className="mono wrap">{o.name}</span>
              <span className="m3">{o.kind}, {o.state === "missing" ? "missing" : "changed since"}</span>
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && (
        <>
          <p className="hint">Rights that the last try lacked: {missing.map((p) => p.name).join(", ")}.</p>
          {grants.length > 0 && <SqlScript title="Grant script" text={`${grants.join("\n")}\n`} fileName="grants.sql" />}
        </>
      )}
      {status.notes.map((note) => (
        <p key={note} className="hint row tops">
          <Icon name="info-circle" />
          <span>{note}</span>
        </p>
      ))}
      {status.objects.length > 0 && (
        <details>
          <summary>All objects</summary>
          <ul className="objs">{status.objects.map((o) => <li key={`${o.kind} ${o.name}`}><span className="mono wrap">{o.name}</span> <span className="m3">{o.kind}</span></li>)}</ul>
        </details>
      )}
    </div>
  );
}

function versionText({ version, availableVersion }: DeploymentStatus): string {
  if (version === null) return `None; ${availableVersion} can be deployed`;
  return version < availableVersion ? `${version}; ${availableVersion} can be deployed` : String(version);
}
