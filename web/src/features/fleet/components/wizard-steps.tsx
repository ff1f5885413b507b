// The steps of the wizard at its left, and the summary at its end.
import type { ReactElement, ReactNode } from "react";
import { useGroups } from "../../../api/list-groups";
import type { ProbeResult } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { engineName } from "../../../components/status";
import { useCredentials } from "../api/list-credentials";
import { missingOf } from "./probe-view";
import { inputOf, type ServerForm } from "./server-form";

export type Step = 1 | 2 | 3 | 4 | 5;

interface StepsProps {
  step: Step;
  target: string;
  result: ProbeResult | undefined;
  testing: boolean;
  tags: number;
  deploy: boolean;
  ready: boolean;
  onGo: (step: Step) => void;
}

/** Steps say what they found; those that were passed lead back. */
export function Steps({ step, target, result, testing, tags, deploy, ready, onGo }: StepsProps): ReactElement {
  const missing = result ? missingOf(result) : 0;
  const found = testing
    ? "Testing"
    : !result
    ? "Not tested yet"
    : !result.success
    ? "No connection"
    : missing > 0
    ? `${missing} of ${result.permissions.length} missing`
    : "Passed";
  const texts: readonly (readonly [Step, string, string])[] = [
    [1, "Connection", target],
    [2, "Test and permissions", found],
    [3, "Groups and labels", tags > 0 ? `${tags} chosen` : "Optional"],
    [4, "Monitoring objects", deploy ? "Are deployed" : "Not deployed"],
    [5, "Review and add", ready ? "Ready" : ""],
  ];
  return (
    <ol className="steps" aria-label="Steps">
      {texts.map(([n, name, note]) => (
        <li key={n} className={n === step ? "now" : n < step ? "done" : ""} aria-current={n === step ? "step" : undefined}>
          <span className="sn">{n < step ? <Icon name="check-lg" /> : n}</span>
          <span className="st-t">
            {n < step
              ? (
                <button
                  className="linkish"
                  type="button"
                  onClick={() => onGo(n)}
                >
                  {name}
                </button>
              )
              : <b>{name}</b>}
            <small className="ell">{note}</small>
          </span>
        </li>
      ))}
    </ol>
  );
}

export function Review(
  { form, result, groupIds, labels, deploy }: {
    form: ServerForm;
    result: ProbeResult | undefined;
    groupIds: readonly string[];
    labels: readonly string[];
    /** Where the monitoring objects go; null when none are deployed. */
    deploy: string | null;
  },
): ReactElement {
  const groups = useGroups().data ?? [], input = inputOf(form), profile = useCredentials().data?.find((c) => c.id === form.credentialId);
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["Name", input.name],
    ["Engine", engineName(form.engine)],
    ["Address", <span className="mono" key="a">{input.hostname}{input.instanceName ? `\\${input.instanceName}` : ""}:{input.port}</span>],
    ["Sign-in", form.authType === "windows" ? "Windows authentication" : form.credentialId ? `Credential ${profile?.name ?? ""}` : <span className="mono" key="s">{input.username}</span>],
    ["Encryption", !form.encrypt ? "None" : form.trustServerCertificate ? "TLS, any certificate" : "TLS, certificate is verified"],
    ["Version", result?.success ? [result.version, result.edition].filter(Boolean).join(", ") : "Not known yet"],
    ["Groups", groupIds.map((id) => groups.find((g) => g.id === id)?.name).filter(Boolean).join(", ") || "None"],
    ["Labels", labels.join(", ") || "None"],
    ["Monitoring objects", deploy ?? "Not deployed: readings come by direct queries"],
    ["Collection", "Every minute, starting now"],
  ];
  return (
    <>
      {result?.success !== true && (
        <div className="callout" data-s="warning" role="status">
          <Icon name="exclamation-triangle-fill" />
          <div>
            <b>The connection test has not passed.</b>
            <p>The server is saved and shows offline until a connection works.</p>
          </div>
        </div>
      )}
      <dl className="kv review">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
