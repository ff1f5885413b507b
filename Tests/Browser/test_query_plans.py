"""The plan of a query that was seen running: how it opens, what it says, the file, and what is said where there is none."""
import csv
import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import VIEWS, api, go, look, tell_mock
from playwright.sync_api import expect

views = pytest.mark.parametrize("theme,width", VIEWS)
SHOWPLAN = "{http://schemas.microsoft.com/sqlserver/2004/07/showplan}"


def queries(page):
    """The table of running queries of the server that the story is about. Session 133 has a plan, that of 61 is gone, 87 never had one."""
    go(page, "/servers?q=prd-eu-sql-014")
    go(page, f"{page.locator('.vt .srv').first.get_attribute('href')}?tab=queries")
    return page.get_by_role("table", name="Running queries")


def row_of(table, session):
    return table.locator("tbody tr").filter(has=table.page.locator("td:first-child").get_by_text(session, exact=True))


def open_plan(page, session="133"):
    row_of(queries(page), session).get_by_role("button", name="Plan", exact=True).click()
    return page.get_by_role("dialog", name="Query plan")


@views
def test_a_plan_on_every_screen(mock, open_page, theme, width):
    page = open_page(mock, theme, width)
    dialog = open_plan(page)
    expect(dialog.get_by_role("table", name="Operators")).to_be_visible()
    look(page, "plan", theme, width)
    dialog.get_by_role("region", name="Operators table").scroll_into_view_if_needed()
    dialog.locator(".db").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    look(page, "plan-operators", theme, width)


def test_a_plan_opens_by_keyboard(mock, open_page):
    """Operators with their shares, the costliest of them, what the optimiser missed and warns of; Escape gives the focus back"""
    page = open_page(mock)
    button = row_of(queries(page), "133").get_by_role("button", name="Plan", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Query plan")
    rows = dialog.get_by_role("table", name="Operators").locator("tbody tr")
    expect(rows).to_have_count(12)
    expect(rows.first).to_contain_text("Parallelism")
    scan = rows.filter(has_text="Clustered Index Scan")
    expect(scan).to_contain_text("Costliest")
    expect(scan).to_contain_text("orders.dbo.OrderLine.PK_OrderLine")
    expect(scan).to_contain_text("4,812,000")
    expect(scan).to_contain_text(re.compile(r"69\s%"))
    expect(scan).to_contain_text("has a warning")
    expect(dialog.get_by_text("Costliest", exact=True)).to_have_count(1)
    expect(rows.filter(has_text="Key Lookup")).to_contain_text("Level 8")
    expect(dialog).to_contain_text(re.compile(r"An index on orders\.dbo\.OrderLine \(ShippedAt\), including OrderId and Quantity, would lower the estimated cost by 62\.4\s%"))
    expect(dialog).to_contain_text("An implicit conversion of types may keep an index from being used")
    expect(dialog).to_contain_text("CONVERT_IMPLICIT(nvarchar(20),[h].[CustomerCode],?)=[@p1]")
    for name, value in (("Estimated cost", "215"), ("Parallelism", "Parallel"), ("Memory grant", "181.9 MiB"), ("Compilation", "Timed out")):
        expect(dialog.locator(".facts > div", has_text=name)).to_contain_text(value)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_the_file_is_the_plan(mock, open_page):
    page = open_page(mock)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = open_plan(page)
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as .sqlplan").click()
    assert re.fullmatch(r"prd-eu-sql-014-\d{8}T\d{6}Z\.sqlplan", saved.value.suggested_filename)
    text = saved.value.path().read_text("utf-8")
    assert len(ElementTree.fromstring(text).findall(f".//{SHOWPLAN}RelOp")) == 12
    dialog.get_by_role("button", name="Copy XML").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_a_query_without_a_plan_says_why(mock, open_page):
    page = open_page(mock, quiet=True)
    table = queries(page)
    expect(row_of(table, "87").get_by_title("No plan was kept: only those of long statements are read")).to_be_visible()
    row_of(table, "61").get_by_role("button", name="Plan", exact=True).click()
    dialog = page.get_by_role("dialog", name="Query plan")
    expect(dialog.get_by_role("heading", name="The plan is no longer kept")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save as .sqlplan")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Try again")).to_have_count(0)
    look(page, "plan-gone", "light", 1280)
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)


def test_a_plan_that_does_not_load_is_asked_again(mock, open_page):
    page = open_page(mock, quiet=True)
    tell_mock(page, failing="/plans/")
    dialog = open_plan(page)
    expect(dialog.get_by_role("heading", name="The plan did not load")).to_be_visible()
    look(page, "plan-failed", "light", 1280)
    tell_mock(page, failing=None)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("table", name="Operators")).to_be_visible()


def test_xml_that_is_no_plan_is_only_a_file(mock, open_page):
    """Nothing of it becomes part of the page"""
    # Quiet: the browser's own words on broken XML have a style, of which it says that our policy blocks it.
    page = open_page(mock, quiet=True)
    xml = "<ShowPlanXML><img src=x onerror=\"window.broken = true\"><b>cut off"
    page.route("**/plans/*", lambda route: route.fulfill(json={"id": "0x06:0:1", "plan": xml, "seenAt": "2026-03-17T14:32:00.000Z"}))
    dialog = open_plan(page)
    expect(dialog).to_contain_text("The plan cannot be shown.")
    assert page.evaluate("window.broken") is None and dialog.locator("img").count() == 0
    look(page, "plan-unreadable", "light", 1280)
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as .sqlplan").click()
    assert saved.value.suggested_filename == "prd-eu-sql-014-20260317T143200Z.sqlplan"
    assert saved.value.path().read_text("utf-8") == xml


def test_a_long_plan_is_cut_and_says_so(mock, open_page):
    page = open_page(mock)
    scans = '<RelOp PhysicalOp="Index Scan" LogicalOp="Index Scan" EstimateRows="1" EstimatedTotalSubtreeCost="1"><IndexScan/></RelOp>' * 2_400
    xml = f'<ShowPlanXML xmlns="{SHOWPLAN[1:-1]}"><StmtSimple><QueryPlan><RelOp PhysicalOp="Concatenation" LogicalOp="Concatenation" EstimateRows="1" ' \
        f'EstimatedTotalSubtreeCost="2401"><Concat>{scans}</Concat></RelOp></QueryPlan></StmtSimple></ShowPlanXML>'
    page.route("**/plans/*", lambda route: route.fulfill(json={"id": "0x06:0:1", "plan": xml, "seenAt": "2026-03-17T14:32:00.000Z"}))
    dialog = open_plan(page)
    expect(dialog.get_by_text("401 more operators are not shown; the file has all.")).to_be_visible()
    expect(dialog.get_by_role("table", name="Operators").locator("tbody tr")).to_have_count(2_000)


def test_the_table_sorts_filters_and_exports_plans(mock, open_page):
    page = open_page(mock)
    table = queries(page)
    plan_id = next(row[-1] for row in api(mock, page, "GET", f"/servers/{re.search(r'servers/([^?/]+)', page.url)[1]}/collectors/running_queries")["body"]["rows"]
                   if row[0] == "133")
    head = table.get_by_role("columnheader", name="Query plan")
    for _ in range(2):
        head.get_by_role("button").click()
        # What has none comes last, whichever way the sort goes.
        expect(table.locator("tbody tr").nth(1).get_by_role("button", name="Plan", exact=True)).to_be_visible()
        expect(table.locator("tbody tr").nth(2).get_by_role("button", name="Plan", exact=True)).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save Running queries as CSV").click()
    lines = {line["session_id"]: line for line in csv.DictReader(io.StringIO(saved.value.path().read_text("utf-8-sig")))}
    assert lines["133"]["query_plan"] == plan_id and lines["87"]["query_plan"] == ""
    page.get_by_label("Filter Running queries").fill("Power BI plan")
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.get_by_role("button", name="Plan", exact=True)).to_be_visible()
