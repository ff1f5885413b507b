import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { ReactElement } from "react";
import { answer, calls, json } from "./dom";

const { createRoot } = await import("react-dom/client");
const { act } = await import("react-dom/test-utils");
const { VirtualTable } = await import("../src/components/virtual-table");
const { MenuButton } = await import("../src/components/menu");
const { TextField } = await import("../src/components/field");
const { Sparkline, PercentBar } = await import("../src/components/bars");
const { HealthStatus } = await import("../src/components/status");
const { SignInPage } = await import("../src/features/platform/components/sign-in-page");
const { CreateTenantDialog } = await import("../src/features/platform/components/create-tenant-dialog");
const { Router, Link, navigate } = await import("../src/lib/router");
const { useQuery, refetch, invalidate, whileEnding } = await import("../src/lib/query");
const { get } = await import("../src/lib/http");
const { connection, tryNow } = await import("../src/lib/connection");
const { Plot } = await import("../src/components/plot");
const { TimeSeries } = await import("../src/components/time-series");
const { HealthChanges } = await import("../src/features/monitoring/components/health-changes");
const { useFleetHealth } = await import("../src/api/read-fleet-health");

let root: ReturnType<typeof createRoot> | undefined;
function show(element: ReactElement): HTMLElement {
  const place = document.getElementById("root");
  if (!place) throw new Error("no root");
  root = createRoot(place);
  act(() => root?.render(element));
  return place;
}
const settle = async (): Promise<void> => {
  await act(async () => {
    for (let i = 0; i < 6; i++) await new Promise((done) => setTimeout(done, 0));
  });
};
function type(input: Element | null, text: string): void {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
  act(() => {
    set?.call(input, text);
    input?.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
const press = (element: Element | null, key: string): void =>
  act(() => void element?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
const click = (element: Element | null): void =>
  act(() => void element?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, button: 0 })));
afterEach(() => act(() => root?.unmount()));

test("a long table holds only the rows on screen, and keys walk, select and open", () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ id: `s${i}` })),
    chosen: string[] = [],
    opened: string[] = [],
    sorts: string[] = [];
  const page = show(
    <VirtualTable
      label="Servers"
      rows={rows}
      total={10_000}
      rowKey={(r) => r.id}
      rowHeight={32}
      sort={{ key: "id", order: "asc" }}
      selected={new Set(["s1"])}
      columns={[{ key: "id", head: "Name", width: "1fr", sortable: true, render: (r) => r.id }]}
      onSort={(s) => sorts.push(s.order)}
      onSelect={(keys, on) => chosen.push(`${keys.join()} ${on}`)}
      onOpen={(r) => opened.push(r.id)}
      onMenu={() => undefined}
      onNeed={() => undefined}
    />,
  );
  const grid = page.querySelector("[role=grid]");
  assert.equal(grid?.getAttribute("aria-rowcount"), "10001");
  assert.ok(page.querySelectorAll("[role=gridcell]").length < 60);
  assert.equal(page.querySelector("[role=columnheader]")?.getAttribute("aria-sort"), "ascending");
  press(grid, "ArrowDown");
  press(grid, " ");
  press(grid, "Enter");
  assert.deepEqual(chosen, ["s1 false"]);
  assert.deepEqual(opened, ["s1"]);
  click(page.querySelector("[role=columnheader] button"));
  assert.deepEqual(sorts, ["desc"]);
});
test("rows that are not loaded are asked for and show as waiting", () => {
  const asked: number[] = [];
  const page = show(
    <VirtualTable
      label="Servers"
      rows={[{ id: "a" }]}
      total={50}
      rowKey={(r) => r.id}
      rowHeight={32}
      sort={{ key: "id", order: "asc" }}
      selected={null}
      columns={[{ key: "id", head: "Name", width: "1fr", render: (r) => r.id }]}
      onSort={() => undefined}
      onSelect={() => undefined}
      onOpen={() => undefined}
      onMenu={() => undefined}
      onNeed={(_, last) => asked.push(last)}
    />,
  );
  assert.ok((asked[0] ?? 0) > 1);
  assert.ok(page.querySelectorAll(".sk").length > 10);
});
test("a menu opens, walks, and gives focus back", () => {
  const done: string[] = [];
  const page = show(
    <MenuButton
      label="Actions"
      items={[
        { label: "Open", icon: "arrow-right", onSelect: () => done.push("open") },
        { label: "Remove", icon: "trash3", danger: true, shortcut: "R", onSelect: () => done.push("remove") },
      ]}
    >
      …
    </MenuButton>,
  );
  const button = page.querySelector("button");
  click(button);
  const menu = document.querySelector("[role=menu]");
  assert.equal(document.activeElement?.textContent, "Open");
  press(menu, "ArrowDown");
  assert.equal(document.activeElement?.textContent, "RemoveR");
  press(menu, "r");
  assert.deepEqual(done, ["remove"]);
  assert.equal(document.querySelector("[role=menu]"), null);
  assert.equal(document.activeElement, button);
});
test("a field ties its error to its control", () => {
  const page = show(<TextField label="Port" value="x" onValue={() => undefined} fault="A port is a number" hint="not shown" />);
  const input = page.querySelector("input");
  assert.equal(input?.getAttribute("aria-invalid"), "true");
  assert.equal(document.getElementById(input?.getAttribute("aria-describedby") ?? "")?.textContent, "A port is a number");
});
test("status has a word, no value is a dash, and data without points says so", () => {
  const page = show(
    <>
      <HealthStatus health="critical" />
      <PercentBar value={null} limit={{ warning: 80, critical: 95 }} what="CPU" />
      <Sparkline values={[null, null]} level="" label="x" />
    </>,
  );
  assert.equal(page.textContent, "Critical–No data");
});
test("sign-in asks for both fields, then hands over the session", async () => {
  const entered: string[] = [];
  answer({ "POST /auth/login": { user: { id: "u" }, csrfToken: "c" } });
  const page = show(<SignInPage note="" onEntered={(reply) => Promise.resolve(void entered.push(reply.csrfToken ?? ""))} />);
  const form = page.querySelector("form"),
    submit = (): void => act(() => void form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  submit();
  assert.match(page.textContent ?? "", /Enter your email address.*Enter your password/);
  assert.equal(calls.length, 0);
  type(page.querySelector("input[type=email]"), "a@b");
  type(page.querySelector("input[type=password]"), "secret");
  submit();
  await settle();
  assert.deepEqual(entered, ["c"]);
  assert.deepEqual(calls[0]?.body, { email: "a@b", password: "secret" });
});
test("a new tenant's slug follows its name until it is changed, and a conflict is said", async () => {
  answer({
    "POST /tenants": json({
      error: { code: "CONFLICT", message: "A tenant with this slug exists already.", details: [], requestId: "r-9" },
    }, 409),
  });
  const page = show(<CreateTenantDialog onClose={() => undefined} />);
  const [name, slug] = page.querySelectorAll("input");
  type(name ?? null, "Norra Energi");
  assert.equal(slug?.value, "norra-energi");
  type(slug ?? null, "norra");
  type(name ?? null, "Norra Energi AB");
  assert.equal(slug?.value, "norra");
  act(() => void page.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await settle();
  assert.match(page.querySelector("[role=alert]")?.textContent ?? "", /exists already.*CONFLICT · r-9/);
});
test("links go without a reload, and an unknown address shows the fallback", () => {
  const page = show(
    <Router
      routes={[{ path: "/", title: "Home", render: () => <Link href="/t/7">go</Link> }, {
        path: "/t/:id",
        title: "T",
        render: ({ id }) => <b>{id}</b>,
      }]}
      fallback={<i>none</i>}
    />,
  );
  click(page.querySelector("a"));
  assert.equal(page.textContent, "7");
  act(() => navigate("/nowhere"));
  assert.equal(page.textContent, "none");
});
test("after the machine's clock was set back an answer is old, and not young for as long", async () => {
  function Reader(): ReactElement {
    return <p>{useQuery("back/1", () => get<string>("/x")).data ?? "-"}</p>;
  }
  answer({ "GET /x": "first" });
  const page = show(<Reader />), now = Date.now;
  await settle();
  assert.equal(page.textContent, "first");
  answer({ "GET /x": "second" });
  try {
    Date.now = () => now() - 3_600_000;
    act(() => invalidate("back/", 20_000));
    await settle();
  } finally {
    Date.now = now;
  }
  assert.equal(page.textContent, "second");
  answer({ "GET /x": "third" });
  act(() => invalidate("back/", 3_700_000));
  await settle();
  assert.equal(page.textContent, "second", "a young one is spared");
});
test("a moment that has left the window has no value in the legend", () => {
  const samples = [0, 60_000, 120_000].map((at) => ({ at: 1_000_000 + at, avg: 7, min: 7, max: 7 }));
  const page = show(
    <TimeSeries
      title="CPU"
      unit="%"
      color="--c1"
      samples={samples}
      intervalMs={60_000}
      from={1_000_000}
      to={1_120_000}
      fixedTop={100}
      format={String}
      formatAxis={String}
      cross={500_000}
      onCross={() => undefined}
      onZoom={() => undefined}
    />,
  );
  assert.match(page.querySelector(".keys")?.textContent ?? "", /^Latest 7/);
});
test("a failed refresh keeps the data that is there", async () => {
  function Reader(): ReactElement {
    const q = useQuery("k/1", () => get<string>("/x"));
    return <p>{q.data ?? "-"} {q.error?.code ?? ""}</p>;
  }
  answer({ "GET /x": "first" });
  const page = show(
    <>
      <Reader />
      <Reader />
    </>,
  );
  await settle();
  assert.equal(page.textContent, "first first ");
  assert.equal(calls.length, 1, "two readers, one request");
  answer({ "GET /x": json({ error: { code: "UNAVAILABLE", message: "Later.", details: [], requestId: "r" } }, 503) });
  await act(async () => refetch("k/1"));
  assert.equal(page.textContent, "first UNAVAILABLEfirst UNAVAILABLE");
  answer({ "GET /x": "second" });
  act(() => invalidate("k/"));
  await settle();
  assert.equal(page.textContent, "first UNAVAILABLEfirst UNAVAILABLE", "it waits until the connection is back");
  await act(tryNow);
  await settle();
  assert.equal(page.textContent, "second second ");
  await act(tryNow);
  await settle();
  assert.equal(connection.get().down, false);
});
test("a list of changes that was cut does not say that nothing changed", async () => {
  const at = (i: number): string => new Date(Date.now() - 60_000 - i * 1_000).toISOString();
  const change = (i: number): object => ({ serverId: `s${i}`, name: `s${i}`, from: "healthy", to: "warning", status: "online", reasons: [], at: at(i) });
  answer({ "GET /servers/health/changes": Array.from({ length: 500 }, (_, i) => change(i)) });
  const page = show(<HealthChanges filter="critical" rowCountMax={5} />);
  await settle();
  assert.match(page.textContent ?? "", /None of the newest 500 changes, since \d\d:\d\d, is to critical/);
  act(() => root?.render(<HealthChanges filter={null} rowCountMax={5} />));
  assert.match(page.querySelector(".pf")?.textContent ?? "", /^495 more changes among the newest 500 changes, since \d\d:\d\d; earlier ones are not looked at$/);
});
test("no screen gets a value that is not a present one", async () => {
  function Reader(): ReactElement {
    return <p>{useFleetHealth().data?.map((s) => `${s.name} ${s.cpuPercent ?? "-"} ${s.batchRequestsSec ?? "-"}`).join(", ")}</p>;
  }
  const values = { lastCollectedAt: new Date().toISOString(), cpuPercent: 90, memoryPercent: 1, connectionCount: 1, batchRequestsSec: 7 };
  answer({ "GET /servers/health": [
    { name: "read", status: "healthy", reachability: "online", ...values },
    { name: "off", status: "unknown", reachability: "unknown", ...values },
  ] });
  const page = show(<Reader />);
  await settle();
  assert.equal(page.textContent, "read 90 7, off - -");
});
test("a drag goes on outside of the chart, ends where it is let go, and leaves no cross-hair behind", () => {
  const crosses: (number | null)[] = [], zooms: { from: number; to: number }[] = [], captured: number[] = [];
  const page = show(
    <Plot
      label="CPU"
      height={100}
      from={0}
      to={3_460_000}
      intervalMs={10_000}
      reach={{ from: 0, to: 3_460_000 }}
      cross={null}
      onCross={(at) => crosses.push(at === null ? null : Math.round(at))}
      onZoom={({ from, to }) => zooms.push({ from: Math.round(from), to: Math.round(to) })}
      snap={(at) => at}
      paint={() => undefined}
    />,
  );
  // 346 px of plot: 10 s a pixel.
  const plot = page.querySelector<HTMLElement>(".plot");
  if (!plot) throw new Error("no plot");
  plot.getBoundingClientRect = () => ({ left: 0, top: 0, right: 400, bottom: 100, width: 400, height: 100 }) as DOMRect;
  Object.defineProperty(plot, "clientWidth", { value: 400 });
  const pointer = (type: string, x: number, y = 50): void =>
    act(() => {
      const event = new MouseEvent(type, { bubbles: true, button: 0, clientX: x, clientY: y, relatedTarget: type === "pointerout" ? document.body : null });
      plot.dispatchEvent(Object.assign(event, { pointerId: 7 }));
    });
  // As jsdom is: nothing can be captured.
  pointer("pointerdown", 142);
  pointer("pointerup", 142);
  assert.deepEqual(zooms, [], "a click is no drag");
  plot.setPointerCapture = (id) => void captured.push(id);
  pointer("pointerdown", 142);
  assert.deepEqual(captured, [7]);
  pointer("pointerout", 405);
  assert.deepEqual(crosses, [], "leaving with a drag clears nothing");
  pointer("pointermove", 900);
  assert.equal(crosses.at(-1), 3_460_000);
  pointer("pointerup", 900);
  assert.deepEqual(zooms, [{ from: 1_000_000, to: 3_460_000 }]);
  assert.equal(crosses.at(-1), null);
  pointer("pointermove", 200);
  pointer("pointerout", 405);
  assert.deepEqual(crosses.slice(-2), [1_580_000, null]);
  pointer("pointerdown", 142);
  pointer("pointermove", 300);
  pointer("pointercancel", 300);
  pointer("pointerup", 300);
  assert.equal(zooms.length, 1, "a drag that was cancelled zooms nothing");
});

test("what is being removed is not asked about; when the removal fails, it is asked again", async () => {
  const read = () => get<string>("/x");
  function Reader(): ReactElement {
    return <p>{useQuery("shelf/42", read).data ?? ""}</p>;
  }
  answer({ "GET /x": "there" });
  const page = show(<Reader />);
  await settle();
  await act(() => whileEnding("42", async () => invalidate("shelf")));
  assert.equal(calls.length, 1, "the event of the removal asks nothing");
  await assert.rejects(async () => act(() => whileEnding("42", () => Promise.reject(new Error("refused")))), /refused/);
  await settle();
  assert.equal(calls.length, 2, "it is still there: its page is fresh again");
  assert.equal(page.textContent, "there");
});
