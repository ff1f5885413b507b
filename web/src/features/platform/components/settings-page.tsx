// Settings of the chosen tenant: health limits, retention, collection, refresh.
import { type ReactElement, useState } from "react";
import type { Settings, SettingsChange } from "../../../api/model";
import { settingsKey, type SettingsAndTag, useSettings } from "../../../api/read-settings";
import { CheckRow, TextField } from "../../../components/field";
import { ErrorCallout, PageHead, Panel, QueryView, StaleBadge } from "../../../components/panel";
import { ApiError } from "../../../lib/http";
import { put, refetch } from "../../../lib/query";
import { useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { saveSettings } from "../api/save-settings";
import { OwnLimitsPanel, StoragePanel } from "./settings-panels";
import { ThisComputer } from "./this-computer";

/** The form holds text, so that what was typed stays after an error. */
type Form = Record<FieldName, string>;
/** What was typed into a field, and what was set when that began: a field that was not touched follows what others set, and is not sent. */
type Edits = Partial<Record<FieldName, { text: string; was: string }>>;
type FieldName =
  | "cpuWarning"
  | "cpuCritical"
  | "memoryWarning"
  | "memoryCritical"
  | "metricsDays"
  | "activityDays"
  | "intervalSeconds"
  | "refreshSeconds";

const ranges: Readonly<Record<FieldName, readonly [min: number, max: number]>> = {
  cpuWarning: [1, 100],
  cpuCritical: [1, 100],
  memoryWarning: [1, 100],
  memoryCritical: [1, 100],
  metricsDays: [1, 365],
  activityDays: [1, 3650],
  intervalSeconds: [30, 3600],
  refreshSeconds: [5, 3600],
};

const allFields: readonly FieldName[] = [
  "cpuWarning",
  "cpuCritical",
  "memoryWarning",
  "memoryCritical",
  "metricsDays",
  "activityDays",
  "intervalSeconds",
  "refreshSeconds",
];

const fieldNames: Readonly<Record<string, FieldName>> = {
  "thresholds.cpuPercent.warning": "cpuWarning",
  "thresholds.cpuPercent.critical": "cpuCritical",
  "thresholds.memoryPercent.warning": "memoryWarning",
  "thresholds.memoryPercent.critical": "memoryCritical",
  "retention.metricsDays": "metricsDays",
  "retention.activityDays": "activityDays",
  "collection.intervalSeconds": "intervalSeconds",
  refreshSeconds: "refreshSeconds",
};

export function SettingsPage(): ReactElement {
  const query = useSettings(), { tenant } = useSession();
  return (
    <>
      <PageHead title="Settings" sub={`They hold for ${tenant?.name ?? "this tenant"}`}>
        <StaleBadge query={query} />
      </PageHead>
      <QueryView query={query} what="Settings did not load" retry={() => void refetch(settingsKey())} lines={8}>
        {(read) => <SettingsForm read={read} />}
      </QueryView>
      <OwnLimitsPanel />
      <StoragePanel />
      <Panel title="This computer" className="mt3">
        <ThisComputer />
      </Panel>
    </>
  );
}

function SettingsForm({ read: { settings, etag } }: { read: SettingsAndTag }): ReactElement {
  const [edits, setEdits] = useState<Edits>({}),
    [literals, setLiterals] = useState<boolean | null>(null),
    [checked, setChecked] = useState(false);
  const stored = formOf(settings), form = editedForm(stored, edits), faults = faultsOf(form);
  const touched = Object.keys(edits).length > 0 || literals !== null;
  const discard = (): void => {
    setEdits({});
    setLiterals(null);
    setChecked(false);
  };
  const action = useAction(async () => {
    const change = changeOf(edits, literals, settings), words = savedWords(change, settings);
    try {
      put(settingsKey(), await saveSettings(change, etag));
    } catch (error) {
      // What the other saved is shown at the fields, before anything is written over it.
      if (error instanceof ApiError && error.status === 412) await refetch(settingsKey());
      throw error;
    }
    discard();
    toast("Settings saved", words);
  });
  const refused = Object.fromEntries((action.error?.details ?? []).map((d) => [fieldNames[d.field] ?? d.field, d.reason]));
  const field = (name: FieldName, label: string, unit: string, hint?: string): ReactElement => (
    <TextField
      label={label}
      inputMode="numeric"
      value={form[name]}
      hint={othersWords(edits, stored, name) ?? hint ?? unit}
      autoComplete="off"
      fault={(checked ? faults[name] : undefined) ?? refused[name]}
      onBlur={() => setChecked(true)}
      onValue={(text) => setEdits((before) => withEdit(before, stored, name, text))}
    />
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (Object.keys(faults).length === 0) void action.run();
      }}
    >
      <div className="grid g-11 stretch settings">
        <Panel title="Health limits" sub="for servers and groups without their own">
          <div className="pb grid g-11 form">
            {field("cpuWarning", "CPU, warning above", "%")}
            {field("cpuCritical", "CPU, critical above", "%")}
            {field("memoryWarning", "Memory, warning above", "%")}
            {field("memoryCritical", "Memory, critical above", "%")}
          </div>
        </Panel>
        <Panel title="Retention and collection">
          <div className="pb grid g-11 form">
            {field("metricsDays", "Keep metrics", "days", "1 to 365 days; older ones are deleted at night")}
            {field("activityDays", "Keep the activity log", "days", "1 to 3,650 days")}
            {field("intervalSeconds", "Collect every", "seconds", "30 to 3,600 s, for servers without their own interval")}
            {field("refreshSeconds", "Refresh screens every", "seconds", "5 to 3,600 s; all but health only while the live stream is down")}
          </div>
        </Panel>
      </div>
      <Panel title="Texts and plans of queries" className="mt3">
        <div className="pb">
          <CheckRow
            label="Show literals"
            checked={literals ?? settings.queries.showsLiterals}
            hint="To operators and administrators; viewers see no texts. Literals, comments and parameters' values may be personal data: without this, question marks stand for them."
            onChecked={(on) => {
              setLiterals(on === settings.queries.showsLiterals ? null : on);
            }}
          />
        </div>
      </Panel>
      <ErrorCallout
        error={action.error}
        title={action.error?.status === 412 ? "Someone else saved the settings meanwhile: nothing is overwritten yet. Look, and save again." : "The settings were not saved."}
      />
      <div className="row formrow">
        <button
          className="btn primary"
          type="submit"
          aria-disabled={action.busy || !touched}
          title={touched ? undefined : "Nothing was changed"}
        >
          Save settings
        </button>
        {touched && <button className="btn ghost" type="button" onClick={discard}>Discard changes</button>}
      </div>
    </form>
  );
}

function formOf({ thresholds, retention, collection, refreshSeconds }: Settings): Form {
  const { cpuPercent, memoryPercent } = thresholds;
  return {
    cpuWarning: String(cpuPercent.warning),
    cpuCritical: String(cpuPercent.critical),
    memoryWarning: String(memoryPercent.warning),
    memoryCritical: String(memoryPercent.critical),
    metricsDays: String(retention.metricsDays),
    activityDays: String(retention.activityDays),
    intervalSeconds: String(collection.intervalSeconds),
    refreshSeconds: String(refreshSeconds),
  };
}

export function editedForm(stored: Form, edits: Edits): Form {
  const form = { ...stored };
  for (const name of allFields) form[name] = edits[name]?.text ?? stored[name];
  return form;
}

/** A field that holds again what is set is no edit. */
export function withEdit(edits: Edits, stored: Form, name: FieldName, text: string): Edits {
  const { [name]: before, ...rest } = edits, was = before?.was ?? stored[name];
  return text === stored[name] ? rest : { ...rest, [name]: { text, was } };
}

/** What another administrator set in a field that is being edited here; `undefined` when nobody did. */
export function othersWords(edits: Edits, stored: Form, name: FieldName): string | undefined {
  const edit = edits[name];
  return edit && edit.was !== stored[name] ? `Someone else set ${stored[name]} meanwhile (it was ${edit.was}); saving replaces it` : undefined;
}

/** What is sent: the sections in which something was edited. `literals` is `null` where the box was left alone. */
export function changeOf(edits: Edits, literals: boolean | null, settings: Settings): SettingsChange {
  const form = editedForm(formOf(settings), edits);
  const n = (name: FieldName): number => Number(form[name]), any = (...names: readonly FieldName[]): boolean => names.some((name) => edits[name] !== undefined);
  return {
    ...(any("cpuWarning", "cpuCritical", "memoryWarning", "memoryCritical") && {
      thresholds: {
        cpuPercent: { warning: n("cpuWarning"), critical: n("cpuCritical") },
        memoryPercent: { warning: n("memoryWarning"), critical: n("memoryCritical") },
      },
    }),
    ...(any("metricsDays", "activityDays") && { retention: { metricsDays: n("metricsDays"), activityDays: n("activityDays") } }),
    ...(any("intervalSeconds") && { collection: { intervalSeconds: n("intervalSeconds") } }),
    ...(literals !== null && literals !== settings.queries.showsLiterals && { queries: { showsLiterals: literals } }),
    ...(any("refreshSeconds") && { refreshSeconds: n("refreshSeconds") }),
  };
}

/** What follows from what was saved. */
export function savedWords(change: SettingsChange, before: Pick<Settings, "thresholds">): string {
  const words: string[] = [];
  if (change.thresholds && limitsText(change.thresholds) !== limitsText(before.thresholds)) {
    words.push("The latest readings are judged by the new limits within seconds.");
  }
  if (change.queries) {
    words.push(`Texts and plans of queries show ${change.queries.showsLiterals ? "their literals" : "question marks for literals"} from now on.`);
  }
  return words.join(" ") || "They hold from now on.";
}

const limitsText = ({ cpuPercent: c, memoryPercent: m }: Settings["thresholds"]): string => [c.warning, c.critical, m.warning, m.critical].join();

export function faultsOf(form: Form): Partial<Record<FieldName, string>> {
  const faults: Partial<Record<FieldName, string>> = {};
  for (const name of allFields) {
    const [min, max] = ranges[name];
    const whole = name.startsWith("cpu") || name.startsWith("memory") ? /^\d+(\.\d+)?$/ : /^\d+$/;
    const value = Number(form[name]);
    if (!whole.test(form[name].trim()) || value < min || value > max) {
      faults[name] = `A number from ${min} to ${max.toLocaleString("en-US")}`;
    }
  }
  if (!faults.cpuWarning && !faults.cpuCritical && Number(form.cpuWarning) >= Number(form.cpuCritical)) {
    faults.cpuWarning = "Must be below the critical limit";
  }
  if (!faults.memoryWarning && !faults.memoryCritical && Number(form.memoryWarning) >= Number(form.memoryCritical)) {
    faults.memoryWarning = "Must be below the critical limit";
  }
  return faults;
}
