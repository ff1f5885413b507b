// Beside the settings: who has limits of its own, and what is stored by now.
import type { ReactElement } from "react";
import type { ThresholdOwner } from "../../../api/model";
import { Empty, Panel, QueryView } from "../../../components/panel";
import { bytes, count, day } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { thresholdOwnersKey, useThresholdOwners } from "../api/list-threshold-owners";
import { storageKey, useStorage } from "../api/read-storage";

export function OwnLimitsPanel(): ReactElement {
  const query = useThresholdOwners();
  return (
    <Panel title="Groups and servers with their own limits" className="mt3">
      <QueryView query={query} what="They did not load" retry={() => void refetch(thresholdOwnersKey())} lines={3}>
        {(owners) =>
          owners.length === 0
            ? <Empty icon="speedometer2" title="All are judged by the limits above" text="A group's or a server's page gives it its own." />
            : (
              <div className="sx" tabIndex={0} role="region" aria-label="Own limits">
                <table className="tbl dense plain" aria-label="Own limits">
                  <thead>
                    <tr>
                      <th>Of</th>
                      <th>Name</th>
                      <th className="end">CPU, warning and critical</th>
                      <th className="end">Memory, warning and critical</th>
                    </tr>
                  </thead>
                  <tbody>
                    {owners.map((o) => (
                      <tr key={o.id}>
                        <td className="m2">{o.kind === "group" ? "Group" : "Server"}</td>
                        <td>
                          <Link href={`/${o.kind}s/${o.id}`}>{o.name}</Link>
                        </td>
                        <td className="end num">{pairOf(o.cpuPercent)}</td>
                        <td className="end num">{pairOf(o.memoryPercent)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
      </QueryView>
    </Panel>
  );
}

function pairOf(limit: ThresholdOwner["cpuPercent"]): string {
  return limit ? `${limit.warning} %, ${limit.critical} %` : "–";
}

export function StoragePanel(): ReactElement {
  const query = useStorage();
  return (
    <Panel title="Stored by now" sub="rows as PostgreSQL estimates them" className="mt3">
      <QueryView query={query} what="It did not load" retry={() => void refetch(storageKey())} lines={3}>
        {(kinds) => (
          <div className="sx" tabIndex={0} role="region" aria-label="What is stored, as a table">
            <table className="tbl dense plain" aria-label="Stored by now">
              <thead>
                <tr>
                  <th>Kind</th>
                  <th className="end">Rows</th>
                  <th className="end">Size</th>
                  <th className="end">Since</th>
                </tr>
              </thead>
              <tbody>
                {kinds.map((k) => (
                  <tr key={k.signal}>
                    <td>{k.signal.replaceAll("_", " ")}</td>
                    <td className="end num">{count(k.rowsEstimated)}</td>
                    <td className="end num">{bytes(k.sizeBytes)}</td>
                    <td className="end">{k.oldestAt ? day(Date.parse(k.oldestAt)) : "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
