// The settings form sends what was changed, and what follows from it is made old.
import assert from "node:assert/strict";
import { test } from "node:test";

const { changeOf, savedWords } = await import("../src/features/platform/components/settings-page");
const { readsOf } = await import("../src/app/live-updates");

const form: Parameters<typeof changeOf>[0] = {
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

test("a saved form leaves the literals alone unless their box was changed", () => {
  const hidden = { queries: { showsLiterals: false } }, shown = { queries: { showsLiterals: true } };
  assert.equal("queries" in changeOf(form, null, hidden), false);
  // Another administrator has switched them meanwhile.
  assert.equal("queries" in changeOf(form, null, shown), false);
  assert.equal("queries" in changeOf(form, false, hidden), false);
  assert.deepEqual(changeOf(form, true, hidden).queries, { showsLiterals: true });
  assert.deepEqual(changeOf(form, false, shown).queries, { showsLiterals: false });
});
test("what is said after saving follows from what was saved", () => {
  const before = { thresholds }, said = (literals: boolean | null, more: Partial<typeof form> = {}): string =>
    savedWords(changeOf({ ...form, ...more }, literals, { queries: { showsLiterals: literals === false } }), before);
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
