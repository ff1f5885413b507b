// The API keys of the chosen tenant: what programs prove themselves with. List, make (shown once), delete.
import { type ReactElement, useState } from "react";
import type { GivenRole } from "../../../api/model";
import type { APIKey, NewAPIKey } from "../../../api/types";
import { Ago } from "../../../components/ago";
import { Callout, CopyButton, Dot } from "../../../components/bits";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { SelectField, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { Empty, ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { roleWords, useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { apiKeysKey, createAPIKey, deleteAPIKey, useAPIKeys } from "../api/api-keys";
import { roleChoices } from "./users-page";

type Open = { what: "new" } | { what: "made"; made: NewAPIKey } | { what: "delete"; apiKey: APIKey } | null;

const expiries: readonly (readonly [string, string])[] = [
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["", "Never"],
];

export function APIKeysPage(): ReactElement {
  const query = useAPIKeys(), who = useSession(), [open, setOpen] = useState<Open>(null);
  const list = query.data ?? [], close = (): void => setOpen(null);
  return (
    <>
      <PageHead
        title="API keys"
        sub={query.data
          ? (
            <>
              {plural(list.length, "key")} of {who.tenant?.name}
              <Dot />Updated <Ago at={query.at} />
            </>
          )
          : who.tenant?.name}
      >
        <StaleBadge query={query} />
        <button className="btn primary" type="button" onClick={() => setOpen({ what: "new" })}>
          <Icon name="plus-lg" />New key
        </button>
      </PageHead>
      <section className="panel vflex tall" aria-label="API keys" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="API keys did not load" retry={() => void refetch(apiKeysKey())} lines={4}>
          {() =>
            list.length === 0
              ? (
                <Empty
                  icon="key"
                  title="No API keys yet"
                  text="A program such as Grafana or Terraform sends a key in the header X-API-Key. It sees this tenant only."
                />
              )
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="API key table">
                  <table className="tbl" aria-label="API keys">
                    <thead>
                      <tr>
                        <th>Name</th>
                        <th>Key</th>
                        <th>Role</th>
                        <th>Last used</th>
                        <th>Expires</th>
                        <th className="hide8">Made by</th>
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {list.map((apiKey) => (
                        <KeyRow key={apiKey.id} apiKey={apiKey} onDelete={() => setOpen({ what: "delete", apiKey })} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
        </QueryView>
      </section>
      {open?.what === "new" && <NewKeyDialog onClose={close} onMade={(made) => setOpen({ what: "made", made })} />}
      {open?.what === "made" && <MadeKeyDialog made={open.made} onClose={close} />}
      {open?.what === "delete" && <DeleteKeyDialog apiKey={open.apiKey} onClose={close} />}
    </>
  );
}

function KeyRow({ apiKey, onDelete }: { apiKey: APIKey; onDelete: () => void }): ReactElement {
  const expired = apiKey.expiresAt !== null && Date.parse(apiKey.expiresAt) <= Date.now();
  return (
    <tr>
      <td>
        <span className="srv">{apiKey.name}</span>
      </td>
      <td className="mono m2">{apiKey.hint}…</td>
      <td>{roleWords[apiKey.role]}</td>
      <td className="m2">{apiKey.lastUsedAt ? <Ago at={apiKey.lastUsedAt} /> : "never"}</td>
      <td className="m2">
        {expired
          ? (
            <span className="status" data-s="offline">
              <Icon name="dash-circle-fill" />
              Expired
            </span>
          )
          : apiKey.expiresAt
          ? <Ago at={apiKey.expiresAt} form="full" />
          : "never"}
      </td>
      <td className="m2 hide8">{apiKey.createdBy}</td>
      <td className="acts">
        <button className="btn ghost xs icon" type="button" aria-label={`Delete ${apiKey.name}`} title="Delete key" onClick={onDelete}>
          <Icon name="trash3" />
        </button>
      </td>
    </tr>
  );
}

function NewKeyDialog({ onClose, onMade }: { onClose: () => void; onMade: (made: NewAPIKey) => void }): ReactElement {
  const [name, setName] = useState(""), [role, setRole] = useState<GivenRole>("viewer"), [days, setDays] = useState("365");
  const [checked, setChecked] = useState(false);
  const action = useAction(async () => {
    const expiresAt = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null;
    const made = await createAPIKey({ name: name.trim(), role, expiresAt });
    await refetch(apiKeysKey());
    onMade(made);
  });
  const fault = name.trim() ? undefined : "Enter a name";
  return (
    <Dialog
      title="New API key"
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Make key</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        placeholder="Which program uses it"
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
      />
      <SelectField
        label="Role"
        value={role}
        choices={roleChoices}
        onValue={(value) => setRole(roleChoices.find(([key]) => key === value)?.[0] ?? "viewer")}
      />
      <SelectField label="Expires" value={days} choices={expiries} onValue={setDays} />
      <ErrorCallout error={action.error} title="The key was not made." />
    </Dialog>
  );
}

function MadeKeyDialog({ made, onClose }: { made: NewAPIKey; onClose: () => void }): ReactElement {
  return (
    <Dialog
      title={`API key for ${made.name}`}
      onClose={onClose}
      actions={
        <>
          <CopyButton text={made.key} label="Copy key" />
          <button className="btn primary" type="button" onClick={onClose}>Done</button>
        </>
      }
    >
      <p className="m2">Send it in the header X-API-Key. It names its tenant by itself.</p>
      <div className="code link1" tabIndex={0} role="region" aria-label="API key">
        <pre>{made.key}</pre>
      </div>
      <Callout tone="warning" icon="exclamation-triangle-fill" title="It is shown this once.">
        Only its fingerprint is kept. When it is lost, delete it and make another.
      </Callout>
    </Dialog>
  );
}

function DeleteKeyDialog({ apiKey, onClose }: { apiKey: APIKey; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteAPIKey(apiKey.id);
    await refetch(apiKeysKey());
    toast("API key deleted", apiKey.name);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Delete the key ${apiKey.name}?`}
      verb="Delete key"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        Whatever uses it is refused from now on. It was {apiKey.lastUsedAt ? <>last used <Ago at={apiKey.lastUsedAt} /></> : "never used"}.
      </p>
      <ErrorCallout error={action.error} title="The key was not deleted." />
    </ConfirmDialog>
  );
}
