// Makes a custom collector, or changes one: the statement, a run of it on a server, what its columns mean, when and where it runs.
import { type ReactElement, useState } from "react";
import { Crumbs } from "../../../components/bits";
import { CheckRow, SelectField, TextField } from "../../../components/field";
import { ErrorCallout, Failure, PageHead, Panel, Skeleton } from "../../../components/panel";
import { useGroups } from "../../../api/list-groups";
import { refetch, useQuery } from "../../../lib/query";
import { navigate } from "../../../lib/router";
import { tenantKey } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { customCollectorsKey } from "../api/list-custom-collectors";
import { changeCustomCollector, createCustomCollector, type CustomCollectorAndTag, readCustomCollector } from "../api/save-custom-collector";
import { ColumnsPanel } from "./custom-columns";
import { cadenceChoices, type CustomForm, faultsOf, formOf, keepChoices, patchOf, requestOf, slugOf } from "./custom-form";
import { TryPanel } from "./custom-try";
import { StatementField } from "./statement-field";

const engineChoices = [["postgresql", "PostgreSQL"], ["sqlserver", "SQL Server"], ["mysql", "MySQL or MariaDB"]] as const;

export function CustomCollectorPage({ id }: { id: string | null }): ReactElement {
  // Another moment of opening is another key: the form begins with what is stored now, and is not changed under the reader's hands.
  const [openedAt, setOpenedAt] = useState(() => Date.now()), key = id && tenantKey("custom-collector", id, String(openedAt));
  const query = useQuery<CustomCollectorAndTag>(key, (signal) => readCustomCollector(id ?? "", signal), { staleMs: 86_400_000 });
  if (!id) return <CollectorForm opened={null} onReopen={() => undefined} />;
  if (query.data) return <CollectorForm key={openedAt} opened={query.data} onReopen={() => setOpenedAt(Date.now())} />;
  return (
    <>
      <PageHead title="Custom collector" crumbs={<Crumbs path={[["/collectors", "Custom collectors"]]} here="Edit" />} />
      <section className="panel vflex tall" aria-label="Custom collector">
        {query.error
          ? <Failure what="The collector did not load" error={query.error} retry={() => key && void refetch(key)} />
          : <Skeleton lines={8} />}
      </section>
    </>
  );
}

interface FormProps {
  opened: CustomCollectorAndTag | null;
  onReopen: () => void;
}

function CollectorForm({ opened: now, onReopen }: FormProps): ReactElement {
  // A later answer changes neither the form nor the version that it is saved under.
  const [opened] = useState(now), stored = opened?.collector, [first] = useState(() => formOf(stored)), [form, setForm] = useState(first);
  const [checked, setChecked] = useState(false), [named, setNamed] = useState(Boolean(stored));
  const set = (change: Partial<CustomForm>): void => setForm((f) => ({ ...f, ...change }));
  const save = useAction(async () => {
    if (stored) {
      const changes = patchOf(first, form);
      if (Object.keys(changes).length > 0) await changeCustomCollector(stored.id, changes, opened?.etag);
    } else await createCustomCollector(requestOf(form));
    await refetch(customCollectorsKey());
    toast(stored ? "Collector changed" : "Collector made", `${form.title.trim()} runs with the next collection of its servers.`);
    navigate("/collectors");
  });
  const own = faultsOf(form), faults: Readonly<Record<string, string>> = { ...save.fieldFaults, ...(checked ? own : {}) };
  const title = stored ? `Edit ${stored.title}` : "New collector";
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (Object.keys(own).length === 0) void save.run();
      }}
    >
      <PageHead
        title={title}
        crumbs={<Crumbs path={[["/collectors", "Custom collectors"]]} here={stored?.title ?? "New"} />}
        sub="One SELECT that only reads. It runs on a connection of its own; when it fails, only it fails."
      />
      <div className="col g3c">
        <Panel title="What it reads">
          <div className="pb col g3c">
            <div className="grid g-11 form">
              <TextField
                label="Title"
                value={form.title}
                maxLength={100}
                autoComplete="off"
                fault={faults.title}
                hint="As it is shown, such as “Job queue”"
                onValue={(text) => set({ title: text, ...(named ? {} : { name: slugOf(text) }) })}
              />
              <TextField
                label="Name"
                value={form.name}
                maxLength={48}
                autoComplete="off"
                spellCheck={false}
                readOnly={Boolean(stored)}
                fault={faults.name}
                hint={stored ? "For good: its data is kept under it" : "In the API and in names of metrics; cannot be changed later"}
                onValue={(text) => {
                  setNamed(true);
                  set({ name: text });
                }}
              />
              <SelectField
                label="Engine"
                value={form.engine}
                choices={engineChoices}
                disabled={Boolean(stored)}
                hint={stored ? "For good" : undefined}
                onValue={(value) => set({ engine: engineChoices.find(([key]) => key === value)?.[0] ?? "postgresql" })}
              />
              <TextField
                label="Database"
                optional
                value={form.database}
                maxLength={128}
                autoComplete="off"
                spellCheck={false}
                fault={faults.database}
                hint="Empty: the one that the server is collected from"
                onValue={(text) => set({ database: text })}
              />
            </div>
            <StatementField value={form.statement} fault={faults.statement} onValue={(text) => set({ statement: text })} />
            <TextField
              label="Purpose"
              optional
              value={form.purpose}
              maxLength={500}
              autoComplete="off"
              fault={faults.purpose}
              hint="A sentence for whoever sees its rows"
              onValue={(text) => set({ purpose: text })}
            />
          </div>
        </Panel>
        <TryPanel form={form} onColumns={(columns) => set({ columns })} />
        <ColumnsPanel form={form} faults={faults} onColumns={(columns) => set({ columns })} />
        <WhenPanel form={form} faults={faults} onChange={set} />
        {save.error?.code === "PRECONDITION_FAILED"
          ? (
            <div className="callout" data-s="warning" role="alert">
              <div>
                <b>Somebody has changed it in the meantime; nothing is overwritten.</b>
                <p>{`Changed there: ${save.error.details.map((d) => d.field).join(", ") || "something"}. What you typed is lost when you read it anew.`}</p>
              </div>
              <button className="btn sm" type="button" onClick={onReopen}>Read it anew</button>
            </div>
          )
          : <ErrorCallout error={save.error} title={stored ? "The collector was not changed." : "The collector was not made."} />}
        <div className="row formrow">
          <button className="btn primary" type="submit" aria-disabled={save.busy}>{stored ? "Save changes" : "Make collector"}</button>
          <button className="btn ghost" type="button" onClick={() => navigate("/collectors")}>Cancel</button>
          {checked && Object.keys(own).length > 0 && (
            <span className="err" role="status">{Object.keys(own).length === 1 ? "One field is not right yet" : `${Object.keys(own).length} fields are not right yet`}</span>
          )}
        </div>
      </div>
    </form>
  );
}

interface WhenProps {
  form: CustomForm;
  faults: Readonly<Record<string, string>>;
  onChange: (change: Partial<CustomForm>) => void;
}

function WhenPanel({ form, faults, onChange }: WhenProps): ReactElement {
  const groups = useGroups().data ?? [], chosen = form.groupIds;
  const toggle = (id: string, on: boolean): void => onChange({ groupIds: on ? [...(chosen ?? []), id] : (chosen ?? []).filter((g) => g !== id) });
  const engine = engineChoices.find(([key]) => key === form.engine)?.[1] ?? "";
  return (
    <Panel title="When and where it runs">
      <div className="pb col g3c">
        <div className="grid g-11 form">
          <SelectField
            label="How often"
            value={form.cadence}
            choices={cadenceChoices}
            onValue={(value) => onChange({ cadence: cadenceChoices.find(([key]) => key === value)?.[0] ?? "five_minutes" })}
          />
          <SelectField
            label="Keep"
            value={form.keep}
            choices={keepChoices}
            fault={faults.keep}
            hint="Beside the series of gauges and counters"
            onValue={(value) => onChange({ keep: keepChoices.find(([key]) => key === value)?.[0] ?? "latest" })}
          />
          <TextField
            label="Time-out, in seconds"
            inputMode="numeric"
            value={form.timeoutSeconds}
            fault={faults.timeoutSeconds}
            hint="1 to 30; then the server is told to stop it"
            onValue={(text) => onChange({ timeoutSeconds: text })}
          />
          <TextField
            label="Rows, at most"
            inputMode="numeric"
            value={form.rowCountMax}
            fault={faults.rowCountMax}
            hint="1 to 1,000; times gauges and counters at most 5,000"
            onValue={(text) => onChange({ rowCountMax: text })}
          />
        </div>
        <fieldset className="field" aria-describedby={faults.groupIds ? "custom-groups" : undefined}>
          <legend className="lbl">Servers</legend>
          <label className="row radio">
            <input className="check" type="radio" name="custom-where" checked={chosen === null} onChange={() => onChange({ groupIds: null })} />
            <span>{`All ${engine} servers`}</span>
          </label>
          <label className="row radio">
            <input className="check" type="radio" name="custom-where" checked={chosen !== null} onChange={() => onChange({ groupIds: chosen ?? [] })} />
            <span>{`${engine} servers of these groups only`}</span>
          </label>
          {chosen !== null && (groups.length === 0
            ? <span className="hint">There are no groups yet.</span>
            : (
              <div className="checks" role="group" aria-label="Groups">
                {groups.map((g) => <CheckRow key={g.id} label={g.name} checked={chosen.includes(g.id)} onChecked={(on) => toggle(g.id, on)} />)}
              </div>
            ))}
          {faults.groupIds && <span className="err" id="custom-groups">{faults.groupIds}</span>}
        </fieldset>
        <CheckRow label="Switched on" checked={form.enabled} onChecked={(on) => onChange({ enabled: on })} />
      </div>
    </Panel>
  );
}
