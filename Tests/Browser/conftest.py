"""Browser tests: Playwright with Debian's Chromium, and axe.

Against a running DbTools: DBTOOLS_URL, DBTOOLS_ADMIN_EMAIL, DBTOOLS_ADMIN_PASSWORD (the demo).
Without DBTOOLS_URL they start web/dev/mock-server.mjs. Tests that change answers on purpose (errors, slowness) need the mock server.
DBTOOLS_SHOTS=DIR keeps a picture of every screen; DBTOOLS_SCREENSHOT=FILE writes the README's picture of the dashboard.
"""
import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
    # What passes is not asked for: on a page of many rows its list takes longer than the check.
    "resultTypes": ["violations"],
}
# Rows and cells of one kind after the first dozens: checking each of 400 takes 20 times as long and finds the same.
REPEATED = [[".hmbox [role=option]:nth-child(n+30)"], [".vt-body > [role=row]:nth-child(n+16)"], [".tbl tbody > tr:nth-child(n+25)"]]
AXE_SCRIPT = Axe().axe_script
# The last word on each is the width's height: 820 is a tablet held upright.
VIEWS = [("light", 1280), ("dark", 1280), ("light", 820), ("dark", 820)]
HEIGHTS = {1280: 860, 820: 1100}
EMAIL = os.environ.get("DBTOOLS_ADMIN_EMAIL", "admin@example.com")
PASSWORD = os.environ.get("DBTOOLS_ADMIN_PASSWORD", "correct-horse-battery")
SHOTS = os.environ.get("DBTOOLS_SHOTS")
expect.set_options(timeout=10_000)


class Site:
    """The server under test."""

    def __init__(self, url: str, mock: bool):
        self.url, self.mock = url.rstrip("/"), mock


def start_mock(*options: str):
    """A mock server on a free port; returns the process and its address."""
    process = subprocess.Popen(
        ["node", str(ROOT / "web/dev/mock-server.mjs"), "--port", "0", *options], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "DBTOOLS_ADMIN_EMAIL": EMAIL, "DBTOOLS_ADMIN_PASSWORD": PASSWORD},
    )
    line = process.stdout.readline()
    return process, line.split()[0]


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture(scope="session")
def site():
    given = os.environ.get("DBTOOLS_URL")
    if given:
        yield Site(given, mock=False)
        return
    subprocess.run([str(ROOT / "scripts/build-web")], check=True)
    process, url = start_mock()
    yield Site(url, mock=True)
    stop(process)


@pytest.fixture
def mock(site):
    """A mock server of its own, for tests that break or change things."""
    if not site.mock:
        pytest.skip("needs the mock server")
    process, url = start_mock()
    yield Site(url, mock=True)
    stop(process)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as p:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        b = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield b
        b.close()


@pytest.fixture
def open_page(browser):
    """Opens signed-in pages; at the end no page may have had an error in its console, except those that a test announces."""
    contexts, faults = [], []

    def make(site: Site, theme="light", width=1280, sign_in=True, quiet=False, email=EMAIL, password=PASSWORD, zone="UTC"):
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 860)}, color_scheme=theme, timezone_id=zone, ignore_https_errors=True, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        if not quiet:
            page.on("pageerror", lambda e: faults.append(f"{page.url}: {e}"))
            page.on("console", lambda m: faults.append(f"{page.url}: {m.text} {m.location.get('url')}") if m.type in ("error", "warning") and "401" not in m.text else None)
        page.site = site
        if sign_in:
            # By the API, as the form does it: the form has tests of its own.
            answer = context.request.post(f"{site.url}/api/v1/auth/login", data={"email": email, "password": password})
            assert answer.ok, answer.text()
            page.goto(site.url + "/operations")
            expect(page.locator(".app")).to_be_visible()
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def go(page: Page, path: str):
    page.goto(page.site.url + path)
    settle(page)


def settle(page: Page):
    """Until the screen shows its data: no skeleton in the page."""
    expect(page.locator("main")).to_be_visible()
    expect(page.locator("main .sk")).to_have_count(0)
    page.wait_for_timeout(150)


def violations(page: Page) -> list:
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async ([what, options]) => (await axe.run(what, options)).violations", [{"exclude": REPEATED}, AXE])
    return [f"{v['id']} ({v['impact']}): {v['help']}: {[n['target'] for n in v['nodes']][:3]} {v['nodes'][0].get('failureSummary', '')[:220]}" for v in found]


def overflow(page: Page) -> list:
    """What sticks out sideways: only wide tables and code may, in regions of their own."""
    return page.evaluate(
        """() => { const out = [], width = innerWidth;
        if (document.documentElement.scrollWidth > width) out.push('page ' + document.documentElement.scrollWidth);
        document.querySelectorAll('main *, header *, aside *, dialog[open] *').forEach((e) => {
          if (e.closest('.vh, .sx, .code, .tabs, .tblbox, .steps, svg, .vt-body')) return;
          const r = e.getBoundingClientRect();
          if (r.width && r.right > width + 1) out.push(e.tagName + '.' + e.className + ' right ' + Math.round(r.right)); });
        document.querySelectorAll('main .panel, dialog[open]').forEach((panel) => {
          const edge = panel.getBoundingClientRect().right;
          panel.querySelectorAll('.chip, .btn, .input, .badge, .pill, h2, p').forEach((e) => {
            const r = e.getBoundingClientRect();
            if (r.width && r.right > edge + 1 && e.closest('dialog') === panel.closest('dialog') && !e.closest('.vh, .sx, .code, .vt-body, .tblbox')) out.push('out of its panel: ' + e.tagName + '.' + e.className); }); });
        return [...new Set(out)].slice(0, 8); }"""
    )


def look(page: Page, name: str, theme: str, width: int):
    """The checks that hold for every screen, dialog, menu and error."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{theme}-{width}.png"), animations="disabled")
    assert overflow(page) == [], name
    assert violations(page) == [], name


def api(site: Site, page: Page, method: str, path: str, body=None):
    """A call with the page's own session, as the page makes it."""
    return page.evaluate(
        """async ([method, path, body]) => { const me = await (await fetch('/api/v1/auth/me')).json();
        const r = await fetch('/api/v1' + path, { method, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': me.csrfToken ?? '',
          'X-Tenant-Slug': localStorage.getItem('dbtools.tenant') ?? '' }, ...(body === null ? {} : { body: JSON.stringify(body) }) });
        const text = await r.text(); return { status: r.status, body: text ? JSON.parse(text) : null }; }""",
        [method, path, body],
    )


def tell_mock(page: Page, **what):
    assert api(page.site, page, "POST", "/mock", what)["status"] == 200


def reachable(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as r:
            return bool(json.load(r))
    except OSError:
        return False
