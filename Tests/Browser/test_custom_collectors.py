"""Custom collectors on the screen: made with a run on a server, changed, switched off, deleted; refusals and failures in words (issue 4)."""
import re

import pytest
from conftest import VIEWS, api, go, look, settle, tell_mock
from playwright.sync_api import expect

views = pytest.mark.parametrize("theme,width", VIEWS)
STATEMENT = "SELECT queue, count(*) AS waiting, min(created_at) AS oldest FROM jobs GROUP BY queue"


@views
def test_every_state(mock, open_page, theme, width):
    """List, empty editor, a run that came, one that failed, one that is refused: no axe violation, nothing sticks out"""
    page = open_page(mock, theme, width, quiet=True)
    go(page, "/collectors")
    look(page, "custom-list", theme, width)
    go(page, "/collectors/new")
    look(page, "custom-new", theme, width)
    page.get_by_label("Title").fill("Job queue")
    page.get_by_label("Engine").select_option("sqlserver")
    page.get_by_role("combobox", name="Server").fill("prd-eu-sql-014")
    page.keyboard.press("Escape")
    run = page.get_by_role("button", name="Run once")
    for statement, says in [
        ("DELETE FROM jobs", "refused, and was not sent"), ("SELECT 1 AS a FROM dbo.Nothing", "Invalid object name"), (STATEMENT, "3 rows from prd-eu-sql-014"),
    ]:
        page.get_by_label("Statement").fill(statement)
        run.click()
        expect(page.get_by_text(says)).to_be_visible()
        look(page, "custom-" + {"r": "refused", "I": "failed", "3": "came"}[says[0]], theme, width)
    page.get_by_role("button", name="Make collector").scroll_into_view_if_needed()
    page.get_by_role("radio", name=re.compile("of these groups")).check()
    look(page, "custom-groups", theme, width)
    go(page, "/collectors")
    page.get_by_role("button", name="Actions for Booking queue").click()
    page.get_by_role("menuitem", name="Delete collector").click()
    look(page, "custom-delete", theme, width)


def test_a_list_that_does_not_load_is_told(mock, open_page):
    page = open_page(mock, quiet=True)
    tell_mock(page, failing="/custom-collectors")
    go(page, "/collectors")
    expect(page.get_by_role("alert")).to_contain_text("The collectors did not load")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_made_changed_switched_off_and_deleted(site, open_page):
    """The whole life of a collector, by keyboard where that is another way; the same on the mock and on the program"""
    page = open_page(site, quiet=True)
    servers = api(site, page, "GET", "/servers?limit=200")["body"]
    server = next(s for s in servers if s["engine"] == "postgresql" or site.mock)
    engine, name = server["engine"], server["name"]
    statement = STATEMENT if site.mock else "SELECT state AS queue, count(*) AS waiting FROM pg_stat_activity WHERE state IS NOT NULL GROUP BY state"
    for old in api(site, page, "GET", "/custom-collectors")["body"]:
        if old["name"] == "job_queue":
            api(site, page, "DELETE", f"/custom-collectors/{old['id']}")
    go(page, "/collectors")
    page.get_by_role("button", name="New collector").first.click()
    page.get_by_role("button", name="Make collector").click()
    expect(page.get_by_text("Enter a title")).to_be_visible()
    page.get_by_label("Title").fill("Job queue")
    expect(page.get_by_label("Name", exact=True)).to_have_value("job_queue")
    page.get_by_label("Engine").select_option(engine)
    page.get_by_label("Statement").fill(statement)
    page.get_by_role("combobox", name="Server").fill(name)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run once").press("Enter")
    rows = page.get_by_role("table", name="What came")
    expect(rows).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Name of queue")).to_have_value("queue")
    expect(page.get_by_label("Kind of queue")).to_have_value("label")
    expect(page.get_by_label("Kind of waiting")).to_have_value("gauge")
    page.get_by_label("Series of waiting").fill("job_queue_length")
    page.get_by_label("How often").select_option("minute")
    page.get_by_role("button", name="Make collector").press("Enter")
    expect(page).to_have_url(re.compile("/collectors$"))
    table = page.get_by_role("table", name="Custom collectors")
    expect(table.get_by_role("row", name=re.compile("Job queue"))).to_be_visible()
    made = next(c for c in api(site, page, "GET", "/custom-collectors")["body"] if c["name"] == "job_queue")
    assert [c["metric"] for c in made["columns"] if c["kind"] == "gauge"] == ["job_queue_length"]

    table.get_by_role("link", name="Job queue").click()
    settle(page)
    page.get_by_label("Title").fill("Jobs that wait")
    page.get_by_label("Rows, at most").fill("2000")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("A whole number from 1 to 1,000")).to_be_visible()
    page.get_by_label("Rows, at most").fill("20")
    page.get_by_role("button", name="Save changes").click()
    row = page.get_by_role("row", name=re.compile("Jobs that wait"))
    expect(row).to_be_visible()

    # Another saves while the form is open: nothing is overwritten.
    row.get_by_role("link").first.click()
    settle(page)
    assert api(site, page, "PATCH", f"/custom-collectors/{made['id']}", {"timeoutSeconds": 9})["status"] == 200
    page.get_by_label("Title").fill("Mine")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody has changed it in the meantime")
    page.get_by_role("button", name="Read it anew").click()
    expect(page.get_by_label("Time-out, in seconds")).to_have_value("9")
    page.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Actions for Jobs that wait").click()
    page.get_by_role("menuitem", name="Switch off").click()
    expect(row).to_contain_text("Switched off")
    page.get_by_role("button", name="Actions for Jobs that wait").click()
    page.get_by_role("menuitem", name="Delete collector").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete collector").click()
    expect(page.get_by_role("row", name=re.compile("Jobs that wait"))).to_have_count(0)
