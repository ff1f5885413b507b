// The result of a connection test: outcome first, then facts, evidence, and the script that mends what is missing.
import type { ReactElement } from "react";
import type { ProbeResult } from "../../../api/model";
import { Callout } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { SqlScript } from "../../../components/sql-script";
import { engineName, HealthStatus } from "../../../components/status";
import { decimal, quantity } from "../../../lib/format";
import { Link } from "../../../lib/router";

const remedies: Readonly<Record<string, string>> = {
  TIMEOUT: "Check that the address is right and that firewalls let DbTools reach this port.",
  UNREACHABLE: "Check host, port and that the server is running and listens on this address.",
  AUTH_FAILED: "Check username and password, and that the server allows this way of signing in.",
  TLS_FAILED: "Give the server a certificate that DbTools trusts, or accept any certificate in the connection's options.",
  UNSUPPORTED_VERSION: "DbTools monitors SQL Server 2016 and later, PostgreSQL 12 and later, MySQL 8 and MariaDB 10.6 and later.",
  DATABASE_NOT_FOUND: "Check the name of the database, or leave it empty.",
  NO_PERMISSIONS: "The login may connect but may read nothing that DbTools needs: run the script below as an administrator of the server.",
  PROTOCOL_ERROR: "Something else answers on this port. Check engine and port.",
  NOT_ALLOWED: "The installation does not allow connections to this address. An administrator can change its allow-list.",
  DRIVER_FAILED: "The database driver failed. The request id helps an administrator to find the reason in the log.",
};

export const missingOf = (result: ProbeResult): number => result.permissions.filter((p) => !p.granted).length;

export function ProbeView(
  { result, username, serverName }: { result: ProbeResult; username: string | null; serverName: string },
): ReactElement {
  const missing = result.permissions.filter((p) => !p.granted),
    tone = !result.success ? "critical" : missing.length > 0 ? "warning" : "healthy";
  const grants = missing.map((p) => p.grantStatement).filter((s): s is string => s !== null && s !== undefined && s !== "");
  const script = result.grantScript ?? (grants.length > 0 ? `${grants.join("\n")}\n` : "");
  const title = !result.success
    ? "No connection."
    : missing.length > 0
    ? `Connected, but ${missing.length === 1 ? "1 permission is" : `${missing.length} permissions are`} missing.`
    : "Connected.";
  return (
    <>
      <div className="callout" data-s={tone} role="status">
        <Icon name={tone === "critical" ? "x-octagon-fill" : tone === "warning" ? "exclamation-triangle-fill" : "check-circle-fill"} />
        <div>
          <b>{title}</b>
          {!result.success && <p>{result.message}</p>}
          {!result.success && result.errorCode && <p>{remedies[result.errorCode]}</p>}
          {!result.success && result.errorCode && <p className="code1">{result.errorCode}</p>}
          {result.success && missing.length > 0 && (
            <p>Run the script below as an administrator of the server, then test again. You can also go on without it.</p>
          )}
          {result.success && missing.length === 0 && (
            <p>{result.permissions.length > 0 ? "All permissions that DbTools needs are granted." : "Nothing more is needed."}</p>
          )}
        </div>
      </div>
      {result.duplicateOf && (
        <Callout
          tone="warning"
          icon="exclamation-triangle-fill"
          title="This instance is registered already."
          action={<Link className="btn sm" href={`/servers/${result.duplicateOf.id}`}>Open it</Link>}
        >
          {result.duplicateOf.name} has the same own name and start time. Registered twice, it is collected twice.
        </Callout>
      )}
      {result.success && <Facts result={result} username={username} />}
      {result.permissions.length > 0 && <PermissionTable result={result} />}
      {script !== "" && missing.length > 0 && (
        <SqlScript
          title="Grant script"
          note="grants only what is missing"
          text={`-- ${serverName}: run as an administrator of the server\n${script}`}
          fileName="grants.sql"
        />
      )}
      {missing.length > 0 && (
        <p className="hint row tops">
          <Icon name="info-circle" />
          <span>
            Without {missing.length === 1 ? "it" : "them"} DbTools has no values for:{" "}
            {missing.map((p) => p.neededFor).join("; ")}. Everything else is collected.
          </span>
        </p>
      )}
    </>
  );
}

function Facts({ result, username }: { result: ProbeResult; username: string | null }): ReactElement {
  return (
    <dl className="facts">
      <div>
        <dt>Server</dt>
        <dd>{result.version ?? engineName(result.engine)}</dd>
      </div>
      <div>
        <dt>Edition</dt>
        <dd>{result.edition ?? "–"}</dd>
      </div>
      <div>
        <dt>Round trip</dt>
        <dd className="num">{result.latencyMs < 10 ? decimal(result.latencyMs) : quantity(Math.round(result.latencyMs))} ms</dd>
      </div>
      <div>
        <dt>Encryption</dt>
        <dd className={`row g1 ${result.encrypted ? "ok" : "warn"}`}>
          <Icon name={result.encrypted ? "shield-check" : "shield-exclamation"} />
          {result.encrypted === true ? "TLS" : result.encrypted === false ? "None" : "Not known"}
        </dd>
      </div>
      <div>
        <dt>Signed in as</dt>
        <dd className="mono">{username ?? "DbTools' own account"}</dd>
      </div>
    </dl>
  );
}

function PermissionTable({ result }: { result: ProbeResult }): ReactElement {
  return (
    <div className="tblbox" tabIndex={0} role="region" aria-label="Permissions">
      <table className="tbl dense" aria-label="Permissions">
        <thead>
          <tr>
            <th className="w-perm">Permission</th>
            <th>Needed for</th>
            <th className="w-res">Result</th>
          </tr>
        </thead>
        <tbody>
          {result.permissions.map((p) => (
            <tr key={p.name} className={p.granted ? "" : "hl"}>
              <td className="mono">{p.name}</td>
              <td>{p.neededFor}</td>
              <td>
                <HealthStatus health={p.granted ? "healthy" : "critical"} word={p.granted ? "Granted" : "Missing"} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
