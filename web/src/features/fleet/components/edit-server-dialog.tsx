import { type ReactElement, useState } from "react";
import type { ProbeResult, Server } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { ErrorCallout } from "../../../components/panel";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { testConnection } from "../api/test-connection";
import { testServer } from "../api/test-server";
import { updateServer } from "../api/update-server";
import { useServer } from "../api/read-server";
import { ConnectionFields } from "./connection-fields";
import { ProbeView } from "./probe-view";
import { refreshServers } from "./server-dialogs";
import { connectionKey, faultsOf, formOf, inputOf } from "./server-form";
import { TestProgress } from "./test-progress";

/** The same fields as in the wizard. A test uses the stored password when the connection itself was not changed. */
export function EditServerDialog({ server, onClose }: { server: Server; onClose: () => void }): ReactElement {
  const etag = useServer(server.id).data?.etag ?? null, before = formOf(server);
  const [form, setForm] = useState(before),
    [checked, setChecked] = useState(false),
    [tested, setTested] = useState<{ key: string; result: ProbeResult }>();
  const key = connectionKey(form), sameConnection = key === connectionKey(before), result = tested?.key === key ? tested.result : undefined;
  const faults = faultsOf(form), sound = Object.keys(faults).length === 0;
  const needsPassword = !sameConnection && form.authType === "sql" && form.password === "";
  const test = useAction(async () =>
    setTested({ key, result: sameConnection ? await testServer(server.id) : await testConnection(inputOf(form)) })
  );
  const save = useAction(async () => {
    await updateServer(server.id, etag, inputOf(form));
    refreshServers();
    toast("Server changed", form.name.trim());
    onClose();
  });
  return (
    <Dialog
      title={`Edit ${server.name}`}
      wide
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (sound) void save.run();
      }}
      actions={
        <>
          <button
            className="btn start"
            type="button"
            aria-disabled={test.busy || needsPassword}
            title={needsPassword ? "Type the password to test a changed connection" : undefined}
            onClick={() => {
              setChecked(true);
              if (sound && !needsPassword) void test.run();
            }}
          >
            <Icon name="plug" />Test connection
          </button>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={save.busy}>Save changes</button>
        </>
      }
    >
      <ConnectionFields form={form} onForm={setForm} checked={checked} refused={save.fieldFaults} hasPassword={server.hasPassword} />
      {test.busy && <TestProgress target={`${form.hostname}:${form.port}`} />}
      {result && <ProbeView result={result} username={form.username || null} serverName={form.name} />}
      <ErrorCallout error={test.error} title="The test could not run." />
      <ErrorCallout
        error={save.error}
        title={save.error?.code === "PRECONDITION_FAILED"
          ? "Someone else changed this server. Close and open it again."
          : "The server was not changed."}
      />
    </Dialog>
  );
}
