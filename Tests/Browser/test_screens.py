"""Every screen, dialog, menu and state: no axe violation and nothing sticking out, light and dark, 1280 and 820 px."""
import re

import pytest
from conftest import PASSWORD, VIEWS, go, look, settle, tell_mock
from playwright.sync_api import expect

views = pytest.mark.parametrize("theme,width", VIEWS)


def first_server(page):
    """The address of a server that shows values, else of any."""
    go(page, "/servers?status=online")
    link = page.locator(".vt .srv").first
    if link.count() == 0:
        go(page, "/servers")
        link = page.locator(".vt .srv").first
    return link.get_attribute("href")


@views
def test_sign_in(site, open_page, theme, width):
    page = open_page(site, theme, width, sign_in=False, quiet=True)
    page.goto(site.url + "/sign-in")
    expect(page.get_by_role("heading", name="Sign in to DbTools")).to_be_visible()
    look(page, "sign-in", theme, width)
    page.get_by_role("button", name="Sign in", exact=True).click()
    look(page, "sign-in-missing", theme, width)
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("not-the-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in-refused", theme, width)
    page.goto(site.url + "/setup?token=used-up")
    expect(page.get_by_role("heading", name="Set your password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Set password").click()
    look(page, "setup", theme, width)


@views
def test_dashboard(site, open_page, theme, width):
    page = open_page(site, theme, width)
    go(page, "/")
    expect(page.get_by_role("button", name="All servers")).to_be_visible()
    page.wait_for_timeout(600)
    look(page, "dashboard", theme, width)
    page.get_by_role("button", name=re.compile("^Healthy")).click()
    page.wait_for_timeout(300)
    look(page, "dashboard-filtered", theme, width)
    page.get_by_role("button", name="Pause live updates").click()
    look(page, "dashboard-paused", theme, width)
    page.locator(".hmbox").first.focus()
    page.keyboard.press("ArrowRight")
    look(page, "dashboard-heat-focus", theme, width)


@views
def test_shell(site, open_page, theme, width):
    page = open_page(site, theme, width)
    go(page, "/groups")
    page.locator(".tenant").click()
    look(page, "menu-tenants", theme, width)
    page.keyboard.press("Escape")
    page.locator(".who").click()
    look(page, "menu-account", theme, width)
    page.get_by_role("menuitem", name="Change password").click()
    look(page, "dialog-password", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Help and shortcuts").click()
    look(page, "dialog-help", theme, width)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("a")
    page.wait_for_timeout(400)
    look(page, "dialog-search", theme, width)
    page.keyboard.press("Escape")
    go(page, "/no-such-page")
    look(page, "not-found", theme, width)


@views
def test_servers(site, open_page, theme, width):
    page = open_page(site, theme, width)
    go(page, "/servers")
    expect(page.locator(".vt [data-index]").first).to_be_visible()
    look(page, "servers", theme, width)
    for row in range(min(3, page.locator(".vt [data-index] .check").count())):
        page.locator(".vt [data-index] .check").nth(row).click()
    look(page, "servers-selected", theme, width)
    page.get_by_role("button", name="Remove", exact=True).click()
    look(page, "dialog-remove-3", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Group", exact=True).click()
    look(page, "dialog-group", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Label", exact=True).click()
    look(page, "dialog-label", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear selection").click()
    page.locator(".vt [data-menu]").first.click()
    look(page, "servers-menu", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filter by health").click()
    page.get_by_role("checkbox", name="Critical").check()
    look(page, "servers-filter-menu", theme, width)
    page.get_by_role("checkbox", name="Critical").uncheck()
    page.keyboard.press("Escape")
    go(page, "/servers?q=no-such-server-anywhere")
    expect(page.get_by_text("No server matches")).to_be_visible()
    look(page, "servers-no-match", theme, width)


@views
def test_server(site, open_page, theme, width):
    page = open_page(site, theme, width)
    address = first_server(page)
    go(page, address)
    look(page, "server", theme, width)
    page.get_by_role("button", name="Edit", exact=True).first.click()
    expect(page.get_by_role("dialog").get_by_label("Display name")).to_be_visible()
    look(page, "dialog-edit", theme, width)
    page.keyboard.press("Escape")
    page.get_by_label("New label").focus()
    look(page, "server-label-suggestions", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("button", name="Test again")).to_have_attribute("aria-disabled", "false", timeout=15_000)
    look(page, "dialog-test", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More actions").click()
    look(page, "server-menu", theme, width)
    page.keyboard.press("Escape")
    for span in ("1h", "24h", "30d"):
        go(page, f"{address}?tab=metrics&range={span}")
        page.wait_for_timeout(300)
        look(page, f"server-metrics-{span}", theme, width)
    page.locator(".plot").first.focus()
    page.keyboard.press("ArrowLeft")
    look(page, "server-metrics-cross", theme, width)
    go(page, f"{address}?tab=metrics&range=6h&view=table")
    look(page, "server-metrics-table", theme, width)
    go(page, f"{address}?tab=activity")
    look(page, "server-activity", theme, width)


@views
def test_add_server(site, open_page, theme, width):
    page = open_page(site, theme, width)
    go(page, "/servers/new")
    look(page, "add-1-connection", theme, width)
    page.get_by_role("button", name="Test connection").click()
    look(page, "add-1-faults", theme, width)
    page.get_by_label("Display name").fill("prd-eu-sql-043")
    page.get_by_label("Host", exact=True).fill("prd-eu-sql-043" if site.mock else "127.0.0.1")
    page.get_by_label("Port").fill("1433" if site.mock else "1")
    page.get_by_label("Username").fill("dbtools_monitor")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("button", name="Test again")).to_have_attribute("aria-disabled", "false", timeout=15_000)
    look(page, "add-2-test", theme, width)
    page.get_by_role("button", name="Go on without it" if site.mock else "Save anyway").click()
    settle(page)
    look(page, "add-3-groups", theme, width)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Deploy monitoring objects when").check()
    page.get_by_label("Use another login").check()
    look(page, "add-4-objects", theme, width)
    page.get_by_label("Deploy monitoring objects when").uncheck()
    page.get_by_role("button", name="Continue").click()
    look(page, "add-5-review", theme, width)


@views
def test_administration(site, open_page, theme, width):
    page = open_page(site, theme, width)
    for path, name in (("/groups", "groups"), ("/activity", "activity"), ("/users", "users"), ("/settings", "settings"), ("/admin/tenants", "tenants")):
        go(page, path)
        look(page, name, theme, width)
    page.get_by_role("button", name="New tenant").click()
    page.get_by_label("Slug").fill("No Good")
    page.get_by_role("button", name="Create tenant").click()
    look(page, "dialog-new-tenant", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Suspend").first.click()
    look(page, "dialog-suspend", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Actions for").first.click()
    page.get_by_role("menuitem", name="Delete tenant").click()
    look(page, "dialog-delete-tenant", theme, width)
    page.keyboard.press("Escape")
    go(page, "/users")
    page.get_by_role("button", name="Invite user").click()
    look(page, "dialog-new-user", theme, width)
    page.keyboard.press("Escape")
    go(page, "/groups")
    page.get_by_role("button", name="New group").first.click()
    look(page, "dialog-new-group", theme, width)
    page.keyboard.press("Escape")
    members = page.get_by_role("button", name="Members of")
    if members.count() > 0:
        members.first.click()
        page.wait_for_timeout(300)
        look(page, "dialog-members", theme, width)
        page.keyboard.press("Escape")
    link = page.locator("table[aria-label=Groups] .srv").first
    if link.count() > 0:
        link.click()
        settle(page)
        look(page, "group", theme, width)
        page.get_by_role("button", name="Edit name").click()
        look(page, "group-inline", theme, width)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Delete group").click()
        look(page, "dialog-delete-group", theme, width)
        page.keyboard.press("Escape")
    go(page, "/activity")
    details = page.get_by_role("button", name="Details of")
    if details.count() > 2:
        details.nth(2).click()
        look(page, "activity-open", theme, width)


@views
def test_failures_and_empty(mock, open_page, theme, width):
    page = open_page(mock, theme, width, quiet=True)
    tell_mock(page, failing="servers|groups|activity|users|settings|tenants$", status=503 if theme == "dark" else 500)
    for path in ("/", "/servers", "/groups", "/activity", "/users", "/settings"):
        if path == "/settings":
            # The shell has read the settings long ago and does not ask so soon again: a page that is opened anew has nothing of them.
            page.goto(page.site.url + path)
        else:
            page.evaluate("(p) => { history.pushState(null, '', p); dispatchEvent(new PopStateEvent('popstate')) }", path)
        # What was read before stays, with a badge; what was not shows the error.
        expect(page.locator("main [role=alert], main .badge[data-s=warning]").first).to_be_visible(timeout=30_000)
        look(page, f"error{path.replace('/', '-')}", theme, width)
    tell_mock(page, failing=None)
    page.evaluate("localStorage.setItem('dbtools.tenant', 'norra-energi')")
    for path in ("/", "/servers", "/groups", "/activity"):
        go(page, path)
        look(page, f"empty{path.replace('/', '-')}", theme, width)
    page.evaluate("localStorage.setItem('dbtools.tenant', 'quill')")
    go(page, "/")
    expect(page.get_by_role("heading", name="Quill Publishing is suspended")).to_be_visible()
    look(page, "suspended", theme, width)


@views
def test_no_connection(mock, open_page, theme, width):
    page = open_page(mock, theme, width, quiet=True)
    go(page, "/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("No connection to DbTools.")).to_be_visible()
    look(page, "no-connection", theme, width)
    page.context.set_offline(False)
    # It mends itself, or at once by the button: which comes first does not matter here.
    page.evaluate("[...document.querySelectorAll('button')].find((b) => b.textContent === 'Try now')?.click()")
    expect(page.get_by_text("No connection to DbTools.")).to_have_count(0)
