// The settings form sends what was changed, and what follows from it is made old.
import assert from "node:assert/strict";
import { test } from "node:test";

const { changeOf, editedForm, othersWords, savedWords, withEdit } = await import("../src/features/platform/components/settings-page");
const { readsOf } = await import("../src/app/live-updates");

type Edits = Parameters<typeof changeOf>[0];
type Settings = Parameters<typeof changeOf>[2];
const form: Parameters<typeof editedForm>[0] = {
  cpuWarning: "80",
  cpuCritical: "95",
  memoryWarning: "85",
  memoryCritical: "95",
  metricsDays: "30",
  activityDays: "365",
  intervalSeconds: "60",
  refreshSeconds: "30",
};
const thresholds = { cpuPercent: { warning: 80, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } };
const settingsWith = (showsLiterals: boolean, more: Partial<Settings> = {}): Settings => ({
  thresholds,
  retention: { metricsDays: 30, activityDays: 365 },
  collection: { intervalSeconds: 60 },
  queries: { showsLiterals },
  refreshSeconds: 30,
  ...more,
} as Settings);
const edit = (more: Partial<typeof form>): Edits =>
  Object.entries(more).reduce<Edits>((edits, [name, text]) => withEdit(edits, form, name as keyof typeof form, text), {});

test("a saved form leaves the literals alone unless their box was changed", () => {
  const hidden = settingsWith(false), shown = settingsWith(true);
  assert.deepEqual(changeOf({}, null, hidden), {});
  // Another administrator has switched them meanwhile.
  assert.deepEqual(changeOf({}, null, shown), {});
  assert.deepEqual(changeOf({}, false, hidden), {});
  assert.deepEqual(changeOf({}, true, hidden), { queries: { showsLiterals: true } });
  assert.deepEqual(changeOf({}, false, shown), { queries: { showsLiterals: false } });
});
test("only the sections that were edited are sent, each whole, with what others set in its other fields", () => {
  const others = settingsWith(false, { retention: { metricsDays: 90, activityDays: 365 }, refreshSeconds: 10 });
  assert.deepEqual(changeOf(edit({ activityDays: "400" }), null, others), { retention: { metricsDays: 90, activityDays: 400 } });
  assert.deepEqual(changeOf(edit({ refreshSeconds: "20" }), null, others), { refreshSeconds: 20 });
  assert.deepEqual(changeOf(edit({ cpuWarning: "70", intervalSeconds: "120" }), null, others), {
    thresholds: { cpuPercent: { warning: 70, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } },
    collection: { intervalSeconds: 120 },
  });
});
test("a field that is not touched follows what others set, one that is keeps what was typed and says so", () => {
  const edits = edit({ cpuWarning: "70" }), theirs = { ...form, cpuWarning: "60", metricsDays: "90" };
  assert.deepEqual(editedForm(theirs, edits), { ...theirs, cpuWarning: "70" });
  assert.equal(othersWords(edits, form, "cpuWarning"), undefined);
  assert.equal(othersWords(edits, theirs, "metricsDays"), undefined);
  assert.match(othersWords(edits, theirs, "cpuWarning") ?? "", /set 60 meanwhile \(it was 80\)/);
  // Typing on remembers what was set when it began; typing what is set is no edit.
  assert.deepEqual(withEdit(edits, theirs, "cpuWarning", "75"), { cpuWarning: { text: "75", was: "80" } });
  assert.deepEqual(withEdit(edits, theirs, "cpuWarning", "60"), {});
  assert.deepEqual(withEdit(edits, form, "cpuWarning", "80"), {});
});
test("what is said after saving follows from what was saved", () => {
  const before = { thresholds }, said = (literals: boolean | null, more: Partial<typeof form> = {}): string =>
    savedWords(changeOf(edit(more), literals, settingsWith(literals === false)), before);
  assert.equal(said(true), "Texts and plans of queries show their literals from now on.");
  assert.equal(said(false), "Texts and plans of queries show question marks for literals from now on.");
  assert.equal(said(null, { cpuWarning: "70" }), "The latest readings are judged by the new limits within seconds.");
  assert.match(said(true, { cpuWarning: "70" }), /^The latest readings .* Texts and plans /);
  assert.equal(said(null, { metricsDays: "31" }), "They hold from now on.");
});
test("settings and collectors that change make old what was read by them", () => {
  for (const part of ["settings", "collectors", "query-plans"]) assert.ok(readsOf["settings.changed"]?.includes(part), part);
  for (const part of ["custom-collectors", "collectors", "collector-catalogue"]) assert.ok(readsOf["collector.changed"]?.includes(part), part);
});
