"""What a reader of 10,000 servers waits for: the list's first rows, its frames while it scrolls, 5,000 rows chosen by Shift and labelled."""
import os
import shutil
import time

from playwright.sync_api import Page, sync_playwright

from program import EMAIL, PASSWORD, Figure, Program, percentile
from requests_rate import SERVER_COUNT, seeded

LABELLED = 5_000
SCROLL_SECONDS = 10
# A frame of a screen at 60 Hz, with half a millisecond for the clock; and one that was left out.
FRAME_MS, LATE_MS = 17.2, 33.4

# The page's own clock: frames as requestAnimationFrame tells them, while the list moves as a wheel moves it.
SCROLL = """async ([seconds, step]) => {
  const box = document.querySelector('.vt'), gaps = [], end = performance.now() + seconds * 1000;
  let before = await new Promise(requestAnimationFrame), way = 1;
  while (performance.now() < end) {
    box.scrollTop += way * step;
    if (box.scrollTop <= 0 || box.scrollTop + box.clientHeight >= box.scrollHeight - 1) way = -way;
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}"""


def measure_browsing(options):
    with Program(options, "--roles", "api") as program, sync_playwright() as playwright:
        seeded(program)
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        context.request.post(f"{program.url}/api/v1/auth/login", data={"email": EMAIL, "password": PASSWORD})
        page = context.new_page()
        slug = program.http.headers["X-Tenant-Slug"]
        page.add_init_script(f"localStorage.setItem('dbtools.tenant', '{slug}')")
        yield from figures(page, program)
        browser.close()


def figures(page: Page, program: Program):
    page.goto(f"{program.url}/groups")
    page.wait_for_selector("main h1")
    page.wait_for_timeout(1_000)
    shown = [first_rows(page) for _ in range(5)]
    yield Figure(
        f"first rows of {SERVER_COUNT:,} servers, slowest of 5", max(shown), "ms", 1_000, f"median {percentile(shown, 0.5):.0f} ms, from the click to the row"
    )
    page.locator(".vt").focus()
    page.keyboard.press("End")
    page.wait_for_selector(f".vt [data-index='{SERVER_COUNT - 1}'] .srv", timeout=60_000)
    page.keyboard.press("Home")
    page.wait_for_timeout(1_000)
    for what, step, bar in (("by the wheel", 40, 1), ("a page a frame (harder than any hand: no bar)", 800, 100)):
        gaps = page.evaluate(SCROLL, [SCROLL_SECONDS, step])
        over, late = (100 * sum(g > limit for g in gaps) / len(gaps) for limit in (FRAME_MS, LATE_MS))
        yield Figure(
            f"frames over 33 ms, scrolling {what}", late, "%", bar,
            f"{over:.1f} % over 16.7 ms, {len(gaps) / SCROLL_SECONDS:.0f} frames/s, longest {max(gaps):.0f} ms; drawn without a graphics card",
        )
    yield bulk_label(page)


def first_rows(page: Page) -> float:
    page.locator("nav").get_by_role("link", name="Groups", exact=True).click()
    page.wait_for_selector("h1:text-is('Groups')")
    page.wait_for_timeout(300)
    return page.evaluate(
        """() => new Promise((done) => {
          const from = performance.now();
          const seen = () => { if (document.querySelector('.vt .srv')) done(performance.now() - from); else requestAnimationFrame(seen); };
          [...document.querySelectorAll('nav a')].find((a) => a.textContent.trim() === 'Servers').click();
          requestAnimationFrame(seen); })"""
    )


def bulk_label(page: Page) -> Figure:
    page.evaluate("() => { document.querySelector('.vt').scrollTop = 0 }")
    page.locator(".vt [data-index='0'] .check").click()
    page.evaluate("(y) => { document.querySelector('.vt').scrollTop = y }", (LABELLED - 1) * 32)
    last = page.locator(f".vt [data-index='{LABELLED - 1}'] .check")
    last.wait_for()
    started = time.monotonic()
    last.click(modifiers=["Shift"])
    page.get_by_text(f"{LABELLED:,} selected").wait_for()
    chosen = time.monotonic() - started
    page.get_by_role("button", name="Label", exact=True).click()
    page.get_by_role("dialog").get_by_role("combobox").fill("measured")
    page.keyboard.press("Enter")
    started = time.monotonic()
    page.get_by_role("dialog").get_by_role("button", name="Add labels").click()
    page.get_by_text(f"{LABELLED:,} done").first.wait_for(timeout=60_000)
    return Figure(
        f"{LABELLED:,} servers labelled in the browser", time.monotonic() - started, "s", 3, f"chosen with Shift in {chosen * 1000:.0f} ms"
    )
