// The connection string of a server, in the form that a tool wants; the password is never in it.
import { type ReactElement, useState } from "react";
import type { Server } from "../../../api/model";
import { CopyButton, Segmented } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { QueryView } from "../../../components/panel";
import { refetch, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { type ConnectionStringFormat, readConnectionString } from "../api/read-connection-string";

const formats: readonly (readonly [ConnectionStringFormat, string])[] = [["odbc", "ODBC"], ["jdbc", "JDBC"], ["dotnet", ".NET"], ["uri", "URI"]];

export function ConnectionStringDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const [format, setFormat] = useState<ConnectionStringFormat>(server.engine === "postgresql" ? "uri" : "odbc");
  const key = tenantKey("connection-string", server.id, format);
  const query = useQuery(key, () => readConnectionString(server.id, format));
  return (
    <Dialog
      title={`Connection string of ${server.name}`}
      onClose={onClose}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Close</button>
          {query.data !== undefined && <CopyButton text={query.data} />}
        </>
      }
    >
      <Segmented label="Form" value={format} choices={formats} onValue={setFormat} />
      <QueryView query={query} what="The connection string did not load" retry={() => void refetch(key)} lines={2}>
        {(text) => (
          <div className="code" tabIndex={0} role="region" aria-label="Connection string">
            <pre className="wrapcode">{text}</pre>
          </div>
        )}
      </QueryView>
      <p className="hint">The password is not in it.</p>
    </Dialog>
  );
}
