"""Tenants, users, super admins and the activity log on screen: PRD 1.5 to 1.7, 4.15, FR27, FR28, FR32."""
import re
import urllib.error
import urllib.request
import uuid

import pytest
from conftest import VIEWS, go, look, settle
from playwright.sync_api import expect

views = pytest.mark.parametrize("theme,width", VIEWS)


def make_tenant(page, name: str, slug: str):
    go(page, "/admin/tenants?new=1")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Slug").fill(slug)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Tenant created", timeout=20_000)
    return page.get_by_role("row", name=re.compile(slug))


@views
def test_tenants_and_admins_look_right(mock, open_page, theme, width):
    """FR32: every dialog, menu and state of the platform's own pages."""
    page = open_page(mock, theme, width)
    row = make_tenant(page, "Passing Ltd", "passing")
    look(page, "tenants-made", theme, width)
    row.get_by_role("button", name="Actions for").click()
    look(page, "menu-tenant", theme, width)
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_role("button", name="Rename tenant").click()
    look(page, "dialog-rename-tenant", theme, width)
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Delete tenant").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("passing")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Deleted")).click()
    expect(row).to_be_visible()
    look(page, "tenants-deleted", theme, width)
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Purge for good").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("passing")
    look(page, "dialog-purge-tenant", theme, width)
    page.keyboard.press("Escape")
    go(page, "/admin/tenants?q=no-such-tenant")
    expect(page.get_by_text("No tenant matches")).to_be_visible()
    look(page, "tenants-no-match", theme, width)
    go(page, "/admin/users")
    look(page, "admins", theme, width)
    page.get_by_role("button", name="Add super admin").click()
    page.get_by_role("dialog").get_by_role("button", name="Add super admin").click()
    look(page, "dialog-add-admin", theme, width)
    page.get_by_label("Name", exact=True).fill("Olga")
    page.get_by_label("Email").fill("olga@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="One-time link")).to_be_visible()
    look(page, "dialog-link", theme, width)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Actions for Olga").click()
    page.get_by_role("menuitem", name="Take rights away").click()
    look(page, "dialog-remove-admin", theme, width)
    page.keyboard.press("Escape")
    go(page, "/admin/activity")
    page.get_by_role("button", name="Details of").nth(2).click()
    look(page, "platform-activity", theme, width)


@views
def test_activity_filters_look_right(mock, open_page, theme, width):
    page = open_page(mock, theme, width)
    go(page, "/activity?action=server_added,config_changed&days=range&from=2020-01-01")
    look(page, "activity-filtered", theme, width)
    go(page, "/users")
    page.get_by_role("button", name="Actions for").first.click()
    look(page, "menu-user", theme, width)
    page.get_by_role("menuitem", name="Reset password").click()
    look(page, "dialog-reset", theme, width)
    page.get_by_role("button", name="Make link").click()
    expect(page.get_by_role("region", name="One-time link")).to_be_visible()
    look(page, "dialog-reset-link", theme, width)


def test_a_tenants_whole_life(site, open_page):
    """PRD 1.7-1, 1.7-2, 1.7-3, 1.7-4, 1.7-5, 1.7-6, 1.7-7, 1.7-8, FR27: made, renamed, suspended, activated, deleted, restored, deleted and purged, by keyboard where it matters."""
    page = open_page(site)
    slug = f"life-{uuid.uuid4().hex[:8]}"
    row = make_tenant(page, "Life Ltd", slug)
    expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("Second Life")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Second Life")
    for _ in range(2):
        row.get_by_role("button", name="Actions for").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("End")
        expect(page.get_by_role("menuitem").last).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("textbox")).to_be_focused()
        page.keyboard.type(slug)
        page.keyboard.press("Enter")
        expect(row).to_have_count(0)
        page.get_by_role("button", name=re.compile("^Deleted")).click()
        expect(row).to_be_visible()
        if page.get_by_role("button", name="Restore Second Life").count() and _ == 0:
            row.get_by_role("button", name="Restore").click()
            expect(row).to_have_count(0)
            page.get_by_role("button", name=re.compile("^Present")).click()
            expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Purge for good").click()
    purge = page.get_by_role("button", name="Purge tenant")
    expect(purge).to_have_attribute("aria-disabled", "true")
    page.keyboard.type("Second Life")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    page.reload()
    settle(page)
    expect(row).to_have_count(0)


def test_the_tenant_is_chosen_and_sent(site, open_page):
    """PRD 1.5-1, 1.6-2, 1.6-3: the choice is in localStorage, and every call names it."""
    page = open_page(site)
    go(page, "/")
    slug = page.evaluate("localStorage.getItem('dbtools.tenant')")
    assert slug
    with page.expect_request(re.compile("/api/v1/groups")) as asked:
        go(page, "/groups")
    assert asked.value.headers["x-tenant-slug"] == slug


def test_an_invited_person_comes_in(site, open_page):
    """FR28: the link of an invitation leads to a password and into the tenant."""
    page = open_page(site)
    tag = uuid.uuid4().hex[:8]
    go(page, "/users")
    page.get_by_role("button", name="Invite user").click()
    page.get_by_label("Name", exact=True).fill(f"Invited {tag}")
    page.get_by_label("Email").fill(f"{tag}@example.com")
    page.keyboard.press("Enter")
    address = page.get_by_role("region", name="One-time link").inner_text().strip()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile(tag))
    expect(row).to_contain_text("Invited")
    if not site.mock:
        guest = open_page(site, sign_in=False)
        guest.goto(address)
        guest.get_by_label("New password", exact=True).fill("a long enough password")
        guest.get_by_label("New password again").fill("a long enough password")
        guest.keyboard.press("Enter")
        expect(guest.locator(".app")).to_be_visible()
        page.reload()
        settle(page)
        expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Remove from tenant").click()
    page.get_by_role("button", name="Remove user").click()
    expect(row).to_have_count(0)


def test_the_log_is_filtered_by_address_and_saved(site, open_page):
    """PRD 4.15-1, 4.15-4, 4.15-5, 4.15-7: filters stand in the address, and the export is what is on screen."""
    page = open_page(site)
    go(page, "/activity")
    if page.get_by_role("button", name="Details of").count() == 0:
        pytest.skip("nothing in the activity log")
    page.get_by_label("Action").select_option("server_added")
    page.get_by_label("Action").select_option("group_created")
    expect(page).to_have_url(re.compile("action=server_added%2Cgroup_created"))
    page.get_by_label("Period").select_option("7")
    page.get_by_label("Search entries").fill("nothing-has-this-name")
    expect(page.get_by_text("No entry matches")).to_be_visible()
    link = page.get_by_role("link", name="Export CSV").get_attribute("href")
    for part in ("format=csv", "action=server_added", "action=group_created", "q=nothing-has-this-name", "from="):
        assert part in link
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).not_to_have_url(re.compile("action="))
    if not site.mock:
        with page.expect_download() as saved:
            page.get_by_role("link", name="Export CSV").click()
        assert saved.value.suggested_filename.startswith("activity-")


def test_the_log_says_who_did_what_to_what(mock, open_page):
    """PRD 4.15-2, 4.15-6, 4.15-8, 4.15-9, 4.15-10: columns, 50 a page, entries by themselves, on the thing's own page, kept as the settings say"""
    page = open_page(mock)
    go(page, "/servers?q=prd-eu-sql-005")
    page.locator(".vt .srv").first.click()
    settle(page)
    server = page.url.split("/")[-1]
    page.get_by_label("New label").fill("seen-in-the-log")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove label seen-in-the-log")).to_be_visible()
    expect(page.get_by_role("region", name="Recent activity")).to_contain_text("Labelled server")
    page.get_by_role("tab", name="Activity").click()
    expect(page.get_by_role("table", name="Activity")).to_contain_text("Labelled server")
    go(page, "/activity")
    table = page.get_by_role("table", name="Activity")
    heads = table.locator("th").all_inner_texts()
    for name in ("Details", "Time", "Who", "Did", "To", "Kind", "From"):
        assert any(name in h for h in heads), heads
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text(re.compile(r"Labelled server\s*prd-eu-sql-005\s*server"))
    rows.first.get_by_role("button", name="Details of").click()
    expect(table.locator("tr.detail")).to_contain_text("seen-in-the-log")
    first = rows.nth(2).inner_text()
    page.get_by_role("button", name="Older").click()
    expect(page.locator(".pf")).to_contain_text("51 to 100")
    assert rows.nth(2).inner_text() != first
    page.get_by_role("button", name="Newer").click()
    expect(page.locator(".pf")).to_contain_text("1 to 50")
    # from a thing's own page: that thing alone, page by page
    go(page, f"/activity?entity={server}&of=prd-eu-sql-005")
    expect(rows.first).to_contain_text("prd-eu-sql-005")
    assert rows.count() < 50
    page.get_by_role("button", name="Without Only prd-eu-sql-005").click()
    expect(rows).to_have_count(50)
    go(page, "/settings")
    expect(page.get_by_label("Keep the activity log")).to_have_value(re.compile(r"^\d+$"))


@views
def test_api_keys_look_right(mock, open_page, theme, width):
    page = open_page(mock, theme, width)
    go(page, "/keys")
    look(page, "api-keys", theme, width)
    page.get_by_role("button", name="New key").click()
    page.get_by_role("button", name="Make key").click()
    look(page, "dialog-api-key", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Grafana").click()
    look(page, "dialog-delete-api-key", theme, width)


def test_a_program_gets_a_key_and_loses_it(site, open_page):
    """A key is made by keyboard, shown once, opens its own tenant, and is refused from the moment it is deleted."""
    page = open_page(site)
    name = f"Robot {uuid.uuid4().hex[:8]}"
    go(page, "/keys")
    page.get_by_role("button", name="New key").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    key = page.get_by_role("region", name="API key", exact=True).inner_text().strip()
    assert re.fullmatch(r"dbt_\S{43}", key)
    look(page, "api-key-made", "light", 1280)
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("Viewer")
    assert key not in page.content()

    def ask() -> int:
        try:
            return urllib.request.urlopen(urllib.request.Request(f"{site.url}/api/v1/servers", headers={"X-API-Key": key})).status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    assert site.mock or ask() == 200
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete key").click()
    expect(row).to_have_count(0)
    assert site.mock or ask() == 401
