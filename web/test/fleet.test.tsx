import assert from "node:assert/strict";
import { test } from "node:test";
import "./dom";

const { changesOf, conflictsOf, emptyForm, merged } = await import("../src/features/fleet/components/server-form");
const { rangeChange } = await import("../src/components/virtual-table");
const { luminanceOf, textOn } = await import("../src/lib/contrast");

const was = { ...emptyForm, name: "a", hostname: "h", username: "u" };

test("an edit sends what it changed, and nothing else", () => {
  assert.deepEqual(changesOf(was, { ...was, name: "b " }), { name: "b" });
  assert.deepEqual(changesOf(was, { ...was, password: "secret" }), { password: "secret" });
  assert.deepEqual(changesOf(was, was), {});
  assert.deepEqual(changesOf(was, { ...was, authType: "windows" }), { authType: "windows", username: null });
});
test("changes of different fields go together; only a field that both changed is a clash", () => {
  const theirs = { ...was, name: "theirs", port: "1500" }, mine = { ...was, name: "mine", username: "m" };
  assert.deepEqual(conflictsOf(was, theirs, mine).map((c) => [c.field, c.clash]), [["name", true], ["port", false], ["username", false]]);
  assert.deepEqual(merged(was, theirs, mine, new Set()), { ...was, name: "theirs", port: "1500", username: "m" });
  assert.deepEqual(merged(was, theirs, mine, new Set(["name"] as const)), { ...was, name: "mine", port: "1500", username: "m" });
});
test("a conflict never shows a password", () => {
  const row = conflictsOf(was, was, { ...was, password: "secret" })[0];
  assert.equal(row?.mine, "changed");
  assert.ok(!JSON.stringify(row).includes("secret"));
});
test("a range grows and shrinks from where it began", () => {
  assert.deepEqual(rangeChange(3, 3, 5), { on: [3, 4, 5], off: [] });
  assert.deepEqual(rangeChange(3, 5, 4), { on: [3, 4], off: [5] });
  assert.deepEqual(rangeChange(3, 5, 2), { on: [2, 3], off: [4, 5] });
});
test("text on any colour reaches 4.5:1", () => {
  for (let i = 0; i < 4096; i++) {
    const color = `#${[i >> 8, (i >> 4) & 15, i & 15].map((n) => (n * 17).toString(16).padStart(2, "0")).join("")}`;
    const back = luminanceOf(color) ?? 0, front = textOn(color) === "#ffffff" ? 1 : 0;
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    assert.ok(ratio >= 4.5, `${color} ${ratio}`);
  }
  assert.equal(textOn("red"), null);
});
