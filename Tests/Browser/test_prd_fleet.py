"""The rows of the product requirements that are screens: each test names the rows that it shows (PRD story-row)."""
import re
import uuid

import pytest
from conftest import api, go, settle, tell_mock
from playwright.sync_api import expect


def rows(page):
    return page.locator(".vt [data-index]")


def a_server(page):
    go(page, "/servers?engine=sqlserver")
    return rows(page).first.locator(".srv").get_attribute("href")


def test_the_shell(site, open_page):
    """PRD 1.6-1, 1.6-2, 1.6-3, 1.6-4, 1.6-5, 1.6-6, 1.6-7"""
    page = open_page(site)
    go(page, "/")
    tenant = page.locator(".tenant")
    tenant.click()
    expect(page.get_by_role("menuitemradio", checked=True)).to_have_count(1)
    page.keyboard.press("Escape")
    slug = page.evaluate("localStorage.getItem('dbtools.tenant')")
    assert slug and slug in tenant.inner_text()
    sent = []
    page.on("request", lambda r: sent.append(r.headers.get("x-tenant-slug")) if "/api/v1/servers?" in r.url else None)
    for name, heading in (("Servers", "Servers"), ("Groups", "Groups"), ("Settings", "Settings"), ("Dashboard", "Dashboard")):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        settle(page)
    assert set(sent) == {slug}


def test_the_shell_waits_and_fails_in_words(mock, open_page):
    """PRD 1.6-8, 1.6-9"""
    page = open_page(mock, quiet=True)
    tell_mock(page, latencyMs=1500)
    page.reload()
    expect(page.get_by_text("Loading").first).to_be_attached()
    tell_mock(page, latencyMs=0, failing="auth/me|tenants", status=503)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("DbTools cannot be reached")
    tell_mock_again = page.request.post(f"{mock.url}/api/v1/mock", data={})
    assert tell_mock_again.status in (401, 403)


def test_the_form_of_a_new_server(site, open_page):
    """PRD 2.3-1, 2.3-2, 2.3-3, 2.3-4, 2.3-8, 2.3-10"""
    page = open_page(site)
    go(page, "/servers")
    count = page.locator(".ph .sub").inner_text()
    page.get_by_role("link", name="Add server").first.click()
    expect(page.get_by_label("Port")).to_have_value("1433")
    for label in ("Display name", "Host", "Instance"):
        expect(page.get_by_label(label, exact=label == "Host")).to_have_value("")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "password")
    page.get_by_label("Windows authentication").check()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    page.get_by_label("SQL Server authentication").check()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Enter a name")).to_be_visible()
    expect(page.get_by_text("Enter a host name or address")).to_be_visible()
    page.get_by_label("Port").fill("99999")
    expect(page.get_by_text("A port is a number from 1 to 65535")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Servers", level=1)).to_be_visible()
    settle(page)
    assert count.split("·")[0] == page.locator(".ph .sub").inner_text().split("·")[0]


def test_the_list_of_servers(site, open_page):
    """PRD 2.4-1, 2.4-2, 2.4-3, 2.4-5, 2.4-6, 2.4-7, 2.4-8, 2.4-10"""
    page = open_page(site)
    go(page, "/servers")
    heads = page.locator("[role=columnheader]").all_inner_texts()
    for name in ("Server", "Host", "Status", "Groups, labels", "Version", "Added"):
        assert any(name in h for h in heads), heads
    expect(page.get_by_role("link", name="Add server").first).to_be_visible()
    names = page.locator(".vt .srv").all_inner_texts()
    page.locator("[role=columnheader]", has_text="Server").get_by_role("button").click()
    expect(page.locator("[role=columnheader]", has_text="Server")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("order=desc"))
    settle(page)
    assert page.locator(".vt .srv").first.inner_text() != names[0]
    # only what is on screen is in the page
    assert rows(page).count() < 80
    rows(page).nth(0).locator(".check").click()
    rows(page).nth(2).locator(".check").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Clear selection").click()
    status = rows(page).first.locator("[role=gridcell]").nth(4).locator("[data-s]")
    assert status.get_attribute("data-s") in ("healthy", "critical", "unknown", "warning")
    rows(page).first.locator("[role=gridcell]").nth(3).click()
    expect(page).to_have_url(re.compile(r"/servers/[0-9a-f-]{36}"))


def test_the_search_finds_names_hosts_and_groups(mock, open_page):
    """PRD 2.4-4, 2.8-8, 2.8-9: and filters are kept in the address, several values of one meaning "one of them" """
    page = open_page(mock)
    go(page, "/servers")
    box = page.get_by_role("searchbox")
    for text, number in (("prd-eu-sql-014", 1), ("10.20.2.24", 1), ("Warehouse sites", 64)):
        box.fill(text)
        expect(page.locator(".ph .sub")).to_contain_text(f"{number} server")
    box.fill("")
    page.get_by_role("button", name="Filter by health").click()
    page.get_by_role("checkbox", name="Critical").check()
    page.get_by_role("checkbox", name="Offline").check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("health=critical&health=offline"))
    expect(page.locator(".ph .sub")).to_contain_text("13 servers found")
    page.get_by_role("button", name="Filter by label").click()
    page.get_by_label("Find a choice").fill("tier")
    page.get_by_role("checkbox", name="tier: 1").check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"label=tier%3A\+1"))
    expect(rows(page).first.locator(".chip", has_text="tier: 1")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("button", name="Filter by health: Critical, Offline")).to_be_visible()


def test_rows_are_chosen_by_keyboard_and_by_mouse(mock, open_page):
    """PRD 2.4-7: Shift and arrows, Ctrl A, Esc, Ctrl and click, Shift and click"""
    page = open_page(mock)
    go(page, "/servers")
    grid, said = page.get_by_role("grid"), page.get_by_role("group", name="Bulk actions").get_by_role("status")
    grid.focus()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    expect(said).to_have_text("5 selected")
    page.keyboard.press("Shift+ArrowUp")
    expect(said).to_have_text("4 selected")
    page.keyboard.press("Escape")
    expect(said).to_contain_text("Select rows for bulk actions")
    rows(page).nth(6).locator("[role=gridcell]").nth(3).click(modifiers=["Control"])
    rows(page).nth(9).locator("[role=gridcell]").nth(3).click(modifiers=["Shift"])
    expect(said).to_have_text("4 selected")
    expect(page).to_have_url(re.compile(r"/servers$"))
    page.keyboard.press("Control+a")
    expect(said).not_to_have_text("4 selected")


def test_a_right_click_opens_the_rows_own_menu(mock, open_page):
    """Issue 3, contextual actions: the same items by the button and by a right click, at the pointer; the chosen one is done to that row"""
    page = open_page(mock)
    go(page, "/servers?q=prd-eu-sql-00")
    row = rows(page).nth(3)
    name = row.locator(".srv").inner_text()
    row.locator("[data-menu]").click()
    menu = page.get_by_role("menu", name=f"Actions for {name}")
    items = menu.get_by_role("menuitem").all_inner_texts()
    page.keyboard.press("Escape")
    row.locator("[role=gridcell]").nth(3).click(button="right")
    assert menu.get_by_role("menuitem").all_inner_texts() == items
    for word in ("Open", "Test connection", "Copy connection string", "Deploy", "groups and labels", "Pause collection", "Remove server"):
        assert any(word in i for i in items), items
    menu.get_by_role("menuitem", name="Pause collection").click()
    expect(page.locator(".toast").last).to_contain_text(name)
    row.locator("[role=gridcell]").nth(3).click(button="right")
    expect(menu.get_by_role("menuitem", name="Start collection")).to_be_visible()
    menu.get_by_role("menuitem", name="Copy connection string").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)


def test_an_empty_tenant_asks_for_its_first_server(mock, open_page):
    """PRD 2.4-9, 2.7-10, 3.7-10"""
    page = open_page(mock)
    page.evaluate("localStorage.setItem('dbtools.tenant', 'norra-energi')")
    for path, text in (("/servers", "No servers yet"), ("/groups", "No groups yet"), ("/", "Welcome to Norra Energi")):
        go(page, path)
        expect(page.get_by_role("heading", name=text)).to_be_visible()


def test_the_page_of_a_server(site, open_page):
    """PRD 2.5-1, 2.5-2, 2.5-3, 2.5-4, 2.5-5, 2.5-6, 2.5-7, 2.5-8, 2.5-9, 2.5-10, 2.8-10"""
    page = open_page(site)
    address = a_server(page)
    go(page, address)
    main = page.locator("main")
    for name in ("Test connection", "Edit", "Delete"):
        expect(main.locator(".ph").get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(main.locator(".ph .pill").first).to_be_visible()
    connection = page.get_by_role("region", name="Connection")
    for term in ("Host", "Port", "Instance", "Sign-in", "Version", "Edition"):
        expect(connection.locator("dt", has_text=re.compile(f"^{term}$"))).to_be_visible()
    for name in ("Groups", "Labels", "Recent activity"):
        expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    # labels are suggested while typing
    name = f"sugg-{uuid.uuid4().hex[:6]}"
    page.get_by_label("New label").fill(name)
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name=f"Remove label {name}")
    expect(chip).to_be_visible()
    chip.click()
    expect(chip).to_have_count(0)
    page.get_by_label("New label").fill(name[:8])
    page.get_by_role("option", name=re.compile(f"^{name}")).click()
    expect(chip).to_be_visible()
    chip.click()
    expect(chip).to_have_count(0)
    main.locator(".ph").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("can be undone")
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Servers").click()
    expect(page.get_by_role("heading", name="Servers", level=1)).to_be_visible()


def test_a_removed_server_comes_back(mock, open_page):
    page = open_page(mock, quiet=True)
    go(page, "/servers?q=lab-sql-07")
    rows(page).first.locator(".srv").click()
    page.locator(".ph").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Remove server").click()
    expect(page.get_by_role("heading", name="Servers", level=1)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("Server restored")
    go(page, "/servers?q=lab-sql-07")
    expect(rows(page)).to_have_count(1)


def test_two_administrators_edit_one_server(mock, open_page):
    """The second is told and sees the difference; the form keeps what was typed, and nothing is overwritten silently."""
    page = open_page(mock, quiet=True)
    go(page, "/servers?q=prd-eu-sql-014")
    rows(page).first.locator(".srv").click()
    settle(page)
    ident = page.url.split("/")[-1]
    page.get_by_role("button", name="Edit", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Display name").fill("mine")
    dialog.get_by_label("Port").fill("1500")
    assert api(mock, page, "PATCH", f"/servers/{ident}", {"name": "theirs", "username": "other"})["status"] == 200
    expect(page.get_by_role("heading", level=1)).to_have_text("theirs")
    page.get_by_role("button", name="Save changes").click()
    expect(dialog).to_contain_text("Nothing is overwritten yet")
    expect(dialog.get_by_role("row", name=re.compile("^Display name"))).to_contain_text("prd-eu-sql-014")
    dialog.get_by_label("Keep my Display name: mine").check()
    page.get_by_role("button", name="Save as chosen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mine")
    saved = api(mock, page, "GET", f"/servers/{ident}")["body"]
    assert (saved["name"], saved["port"], saved["username"]) == ("mine", 1500, "other")


def test_groups(site, open_page):
    """PRD 2.7-1, 2.7-2, 2.7-3, 2.7-4, 2.7-5, 2.7-6, 2.7-7, 2.7-8, 2.7-9"""
    page = open_page(site)
    name = f"Group {uuid.uuid4().hex[:6]}"
    go(page, "/groups")
    page.get_by_role("button", name="New group").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Description").fill("Made by a test")
    page.get_by_label("Teal").check(force=True)
    page.keyboard.press("Enter")
    # a new group opens, and asks for its servers
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.get_by_role("button", name="Add servers").first.click()
    picker = page.get_by_role("dialog").get_by_role("checkbox")
    picker.nth(0).check()
    picker.nth(1).check()
    page.get_by_role("button", name="Save members").click()
    expect(rows(page)).to_have_count(2)
    rows(page).first.get_by_role("button", name="Remove").click()
    expect(rows(page)).to_have_count(1)
    # edited where it stands
    page.get_by_role("button", name="Edit name").click()
    page.keyboard.type(name + " x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name + " x", level=1)).to_be_visible()
    page.get_by_role("button", name="Edit description").click()
    page.keyboard.type("Not saved")
    page.keyboard.press("Escape")
    expect(page.locator(".ph .sub")).to_contain_text("Made by a test")
    go(page, "/groups")
    heads = page.locator("table[aria-label=Groups] th").all_inner_texts()
    for head in ("Group", "Description", "Servers", "Health", "Actions"):
        assert any(head in h for h in heads), heads
    row = page.get_by_role("row", name=re.compile(re.escape(name)))
    row.locator("td").nth(1).click()
    expect(page.get_by_role("heading", name=name + " x", level=1)).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete group").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 server stay")
    page.get_by_role("button", name="Delete group").click()
    expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(re.escape(name)))).to_have_count(0)


def test_the_dashboard(site, open_page):
    """PRD 3.7-1, 3.7-2, 3.7-3, 3.7-4, 3.7-5, 3.7-6, 3.7-7, 3.7-8, 3.7-9"""
    page = open_page(site)
    page.goto(site.url + "/")
    settle(page)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    for name in ("All servers", "Healthy", "Warning", "Critical", "Offline", "Unknown"):
        expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_be_visible()
    assert page.locator(".hmbox [role=option]").count() > 0
    expect(page.get_by_text(re.compile("Refreshes every|Live"))).not_to_have_count(0)
    expect(page.get_by_text(re.compile("[Uu]pdated"))).not_to_have_count(0)
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_role("table", name="Health by group")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Healthy")).click()
    expect(page).to_have_url(re.compile("health=healthy"))


def test_the_charts_of_a_server(site, open_page):
    """PRD 3.8-1, 3.8-2, 3.8-6, 3.8-8, 3.8-3, 3.8-4, 3.8-5, 3.8-9"""
    page = open_page(site)
    go(page, a_server(page))
    page.get_by_role("tab", name="Metrics").click()
    settle(page)
    for span in ("1 h", "6 h", "24 h", "7 d", "30 d"):
        expect(page.get_by_role("group", name="Time range").get_by_role("button", name=span, exact=True)).to_be_visible()
    for title in ("CPU", "Memory", "Connections"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    page.get_by_role("group", name="Time range").get_by_role("button", name="30 d", exact=True).click()
    settle(page)
    expect(page.get_by_text("1 point per 2 h")).to_be_visible()


def test_charts_wait_and_say_when_there_is_nothing(mock, open_page):
    """PRD 3.8-10, 3.8-11"""
    page = open_page(mock)
    go(page, "/servers?q=dev-sql-008")
    rows(page).first.locator(".srv").click()
    settle(page)
    tell_mock(page, latencyMs=1200)
    page.get_by_role("tab", name="Metrics").click()
    expect(page.locator("main .sk").first).to_be_visible()
    tell_mock(page, latencyMs=0)
    expect(page.get_by_role("heading", name="No data").first).to_be_visible()
    expect(page.get_by_text("Collection is off").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 820])
def test_the_list_scrolls_smoothly(open_page, site, width):
    """PRD 2.4-10: a frame of a scrolled list makes only the rows that come in, whatever the machine's speed.
    (What frames take is measured by Benchmarks/run browsing.)"""
    page = open_page(site, width=width)
    go(page, "/servers")
    made = page.evaluate(
        """async () => { const box = document.querySelector('.vt'), made = []; let n = 0;
        const seen = new MutationObserver((list) => { for (const m of list) for (const e of m.addedNodes) if (e.dataset?.index) n += 1; });
        seen.observe(box, { childList: true, subtree: true });
        for (let i = 0; i < 60; i++) { n = 0; box.scrollTop += 32; await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame); made.push(n); }
        seen.disconnect(); return made; }"""
    )
    # One row a step; now and then a frame brings two steps, or the next rows that were read.
    assert sorted(made)[len(made) // 2] <= 2, made
    assert rows(page).count() < 80


def test_a_critical_server_is_notified_if_the_reader_asked(mock, open_page):
    """PRD 3.9-4"""
    page = open_page(mock)
    page.evaluate("localStorage.setItem('dbtools.preferences', JSON.stringify({ notifications: true }))")
    page.add_init_script(
        """window.notes = []; window.Notification = class { static permission = 'granted'; static requestPermission() { return Promise.resolve('granted'); }
        constructor(title, options) { window.notes.push(title + ' | ' + options.body); } };"""
    )
    go(page, "/")
    expect(page.locator(".live")).to_contain_text("Live")
    tell_mock(page, server="prd-eu-sql-002", health="warning", reasons=["CPU 84 %"])
    tell_mock(page, server="prd-eu-sql-001", health="critical", cpuPercent=97, reasons=["CPU 97 % (limit 95 %)"])
    # The page's policy lets nothing be evaluated while it is waited for.
    for _ in range(100):
        notes = page.evaluate("window.notes")
        if notes:
            break
        page.wait_for_timeout(100)
    assert len(notes) == 1 and "prd-eu-sql-001 is critical" in notes[0] and "CPU 97 %" in notes[0], notes


def test_a_fault_of_a_screen_does_not_take_the_shell_with_it(mock, open_page):
    page = open_page(mock, quiet=True)
    page.route("**/api/v1/groups?*", lambda route: route.fulfill(status=200, json=[{"id": 1}]))
    go(page, "/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Groups").click()
    expect(page.get_by_role("heading", name=re.compile("This screen failed|Groups"), level=1)).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Activity log").click()
    expect(page.get_by_role("heading", name="Activity log", level=1)).to_be_visible()
