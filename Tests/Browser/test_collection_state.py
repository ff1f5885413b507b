"""What a person sees of collection itself: that it has stopped, by whose limits a server is coloured, and which collectors run."""
import re

from conftest import api, go, tell_mock
from test_bulk_and_import import choose_all
from playwright.sync_api import expect


def test_every_page_says_when_collection_has_stopped(mock, open_page):
    page = open_page(mock)
    go(page, "/servers")
    banner = page.locator(".banner")
    expect(banner).to_have_count(0)
    message = "The disk of DbTools' database is nearly full: 80 MB are free, and the last 96 MB are kept for signing in and settings."
    tell_mock(page, collection={"state": "stopped", "message": message, "since": "2026-11-28T12:00:00.000Z"})
    expect(banner).to_contain_text("Collection has stopped.")
    expect(banner).to_contain_text("80 MB are free")
    expect(banner.get_by_role("status")).to_contain_text("Since")
    go(page, "/groups")
    expect(banner).to_contain_text("Collection has stopped.")
    tell_mock(page, collection={"state": "waiting", "message": "Readings wait in memory: DbTools' database does not take them."})
    expect(banner).to_contain_text("Readings wait to be stored.")
    tell_mock(page, collection={"state": "running", "message": None})
    expect(banner).to_have_count(0)


def test_a_bar_is_coloured_by_the_nearest_limit(mock, open_page):
    page = open_page(mock)
    go(page, "/?fleet=table&by=cpu")
    row = page.get_by_role("region", name="Servers of the map").or_(page.get_by_label("Servers of the map")).locator(".srv")
    name = row.first.inner_text()
    bar = page.locator(".vt .tr, .vt [role=row]").filter(has_text=name).locator(".mb").first
    expect(bar).to_have_class(re.compile("critical|warning"))
    server = row.first.get_attribute("href").rsplit("/", 1)[1]
    limits = {"cpuPercent": {"warning": 99, "critical": 100}, "memoryPercent": None}
    assert api(page.site, page, "PUT", f"/servers/{server}/thresholds", limits)["status"] == 200
    expect(bar).not_to_have_class(re.compile("critical|warning"))
    assert api(page.site, page, "DELETE", f"/servers/{server}/thresholds")["status"] < 300
    expect(bar).to_have_class(re.compile("critical|warning"))


def test_collectors_of_many_servers_are_switched_at_once(mock, open_page):
    page = open_page(mock)
    go(page, "/servers?engine=sqlserver")
    choose_all(page)
    page.get_by_role("button", name="Collection", exact=True).click()
    page.get_by_role("menuitem", name="Configure collection").click()
    dialog = page.get_by_role("dialog")
    row = dialog.get_by_role("table", name="Collectors").get_by_role("row").filter(has_text="File IO")
    expect(row).to_contain_text("SQL Server")
    row.get_by_role("button", name="Off", exact=True).click()
    with page.expect_request(lambda r: r.method == "POST" and "/servers/bulk/collection-config" in r.url) as sent:
        dialog.get_by_role("button", name="Configure", exact=True).click()
    assert sent.value.post_data_json["collectorsOff"] == ["file_io"]
