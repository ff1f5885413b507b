// The limits by which a server, or the servers of a group, are judged, and who says each; and the dialog that changes them.
import { type ReactElement, type ReactNode, useState } from "react";
import type { EffectiveLimit, Limit, OwnThresholds } from "../../../api/model";
import { Dialog } from "../../../components/dialog";
import { CheckRow, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout, Panel, QueryView } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { deleteThresholds } from "../api/delete-thresholds";
import { type LimitsOf, thresholdsKey, useOwnThresholds } from "../api/read-thresholds";
import { saveThresholds } from "../api/save-thresholds";
import { refreshServers } from "./refresh-servers";

const metrics = [["cpuPercent", "CPU"], ["memoryPercent", "Memory"]] as const;
type Metric = (typeof metrics)[number][0];

export function ThresholdsPanel({ of, mayManage, className }: { of: LimitsOf; mayManage: boolean; className?: string }): ReactElement {
  const query = useOwnThresholds(of), [open, setOpen] = useState(false);
  return (
    <Panel
      title="Health limits"
      className={className ?? ""}
      tools={mayManage && query.data && (
        <button className="btn ghost sm" type="button" aria-label="Change health limits" onClick={() => setOpen(true)}>
          <Icon name="pencil" />Change
        </button>
      )}
    >
      <QueryView query={query} what="The limits did not load" retry={() => void refetch(thresholdsKey(of))} lines={2}>
        {({ effective }) => (
          <dl className="kv pb">
            {metrics.map(([key, name]) => (
              <div key={key}>
                <dt>{name}</dt>
                <dd>
                  <Said word="Warning above" limit={effective[key].warning} of={of} />
                  <Said word="Critical above" limit={effective[key].critical} of={of} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </QueryView>
      {open && query.data && <ThresholdsDialog of={of} limits={query.data} onClose={() => setOpen(false)} />}
    </Panel>
  );
}

function Said({ word, limit, of }: { word: string; limit: EffectiveLimit; of: LimitsOf }): ReactElement {
  return (
    <span className="block">
      {word} <b className="num">{limit.value} %</b> <span className="m3">{origin(limit, of)}</span>
    </span>
  );
}

function origin({ from, group }: EffectiveLimit, of: LimitsOf): ReactNode {
  switch (from) {
    case "server":
      return "its own";
    case "group":
      return of.kind === "groups" || !group ? "its own" : <>of <Link href={`/groups/${group.id}`}>{group.name}</Link></>;
    case "tenant":
      return "of the tenant";
  }
}

/** What was typed stays text, so that it is there after an error. */
interface Pair {
  own: boolean;
  warning: string;
  critical: string;
}
type Form = Record<Metric, Pair>;

function formOf({ own, effective }: OwnThresholds): Form {
  const pair = (key: Metric): Pair => ({
    own: own[key] !== null,
    warning: String(own[key]?.warning ?? effective[key].warning.value),
    critical: String(own[key]?.critical ?? effective[key].critical.value),
  });
  return { cpuPercent: pair("cpuPercent"), memoryPercent: pair("memoryPercent") };
}

/** Why a pair cannot be saved; nothing when it can, or is left to others. */
export function faultOf({ own, warning, critical }: Pair): { warning?: string; critical?: string } {
  if (!own) return {};
  const fault: { warning?: string; critical?: string } = {}, number = /^\d+(\.\d+)?$/;
  const wrong = (text: string): boolean => !number.test(text.trim()) || Number(text) <= 0 || Number(text) > 100;
  if (wrong(warning)) fault.warning = "A number above 0, up to 100";
  if (wrong(critical)) fault.critical = "A number above 0, up to 100";
  if (!fault.warning && !fault.critical && Number(warning) >= Number(critical)) fault.warning = "Must be below the critical limit";
  return fault;
}

function ThresholdsDialog({ of, limits, onClose }: { of: LimitsOf; limits: OwnThresholds; onClose: () => void }): ReactElement {
  const [form, setForm] = useState(() => formOf(limits)), [checked, setChecked] = useState(false);
  const faults = { cpuPercent: faultOf(form.cpuPercent), memoryPercent: faultOf(form.memoryPercent) };
  const action = useAction(async () => {
    const body = { cpuPercent: valueOf(form.cpuPercent), memoryPercent: valueOf(form.memoryPercent) };
    if (body.cpuPercent || body.memoryPercent) await saveThresholds(of, body);
    else await deleteThresholds(of);
    await refetch(thresholdsKey(of));
    refreshServers();
    toast("Health limits saved", "The latest readings are judged by them within seconds.");
    onClose();
  });
  const set = (key: Metric, change: Partial<Pair>): void => setForm((f) => ({ ...f, [key]: { ...f[key], ...change } }));
  const field = (key: Metric, which: "warning" | "critical"): ReactElement => (
    <TextField
      label={which === "warning" ? "Warning above" : "Critical above"}
      inputMode="decimal"
      autoComplete="off"
      value={form[key][which]}
      hint="%"
      fault={checked ? faults[key][which] : undefined}
      onValue={(value) => set(key, which === "warning" ? { warning: value } : { critical: value })}
    />
  );
  return (
    <Dialog
      title={`Health limits of ${of.name}`}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (Object.values(faults).every((f) => !f.warning && !f.critical)) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>Save limits</button>
        </>
      }
    >
      <p className="m2">
        {of.kind === "servers"
          ? "A server's own limits win over those of its groups and the tenant's."
          : "They win over the tenant's. A server's own limits win over them; of several groups the strictest win."}
      </p>
      {metrics.map(([key, name]) => (
        <fieldset key={key} className="col g3c">
          <legend className="vh">{name}</legend>
          <CheckRow label={`${name}: own limits`} checked={form[key].own} onChecked={(own) => set(key, { own })} />
          {form[key].own && <div className="grid g-11 form">{field(key, "warning")}{field(key, "critical")}</div>}
        </fieldset>
      ))}
      <ErrorCallout error={action.error} title="The limits were not saved." />
    </Dialog>
  );
}

function valueOf({ own, warning, critical }: Pair): Limit | null {
  return own ? { warning: Number(warning), critical: Number(critical) } : null;
}
