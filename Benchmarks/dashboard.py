"""The dashboard of 10,000 servers: how long its answer takes, and when a reader who opens it anew sees something."""
import os
import shutil
import time

from playwright.sync_api import sync_playwright

from program import EMAIL, PASSWORD, Figure, Program, percentile
from requests_rate import SERVER_COUNT, seeded

REQUEST_COUNT, LOAD_COUNT = 100, 5
# As between two looks at a fleet that is read every minute: a sixth of the servers is new each time.
COLLECTED = """
UPDATE monitoring.server_snapshots t SET cpu_percent = 20 + %(n)s %% 60, collected_at = now() + interval '1 hour', attempted_at = now()
FROM fleet.servers s WHERE s.id = t.server_id AND s.change_number %% 6 = %(n)s %% 6
"""
# By the page's own clock, which begins with the navigation: when something was painted, and when the fleet's map had its servers.
PAINTED = """() => new Promise((done) => {
  const seen = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    if (paint && document.querySelector('.hmbox [role=option]')) done([paint.startTime, performance.now()]);
    else requestAnimationFrame(seen);
  };
  seen();
})"""


def measure_dashboard(options):
    with Program(options, "--roles", "api") as program, sync_playwright() as playwright:
        database, _ = seeded(program)
        times = []
        for number in range(REQUEST_COUNT + 20):
            with program.connect(database) as connection:
                connection.execute(COLLECTED % {"n": number})
            started = time.monotonic()
            answer = program.call("GET", "/metrics/dashboard")
            times.append((time.monotonic() - started) * 1000)
            assert answer.json()["total"] == SERVER_COUNT
        yield Figure(
            f"/metrics/dashboard of {SERVER_COUNT:,}, p95", percentile(times[20:], 0.95), "ms", 100,
            f"median {percentile(times[20:], 0.5):.1f} ms, as its client sees it, a sixth of the servers new each time")
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"])
        loads = [cold_load(browser, program) for _ in range(LOAD_COUNT)]
        browser.close()
        yield Figure(
            f"first paint of the dashboard of {SERVER_COUNT:,}, slowest of {LOAD_COUNT}", max(paint for paint, _ in loads), "ms", 1_000,
            f"nothing cached; the map with its servers after {percentile([seen for _, seen in loads], 0.5):.0f} ms, at worst {max(seen for _, seen in loads):.0f}")


def cold_load(browser, program: Program) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.request.post(f"{program.url}/api/v1/auth/login", data={"email": EMAIL, "password": PASSWORD})
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('dbtools.tenant', '{program.http.headers['X-Tenant-Slug']}')")
    page.goto(f"{program.url}/", wait_until="commit")
    paint, seen = page.evaluate(PAINTED)
    context.close()
    return paint, seen
