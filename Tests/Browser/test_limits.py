"""Limits of health of a server and a group, and how many servers are collected: set on their pages, at once for many."""
from conftest import go, settle
from playwright.sync_api import expect
from test_bulk_and_import import choose_all, ended


def limits(page):
    return page.get_by_role("region", name="Health limits")


def fill(page, warning, critical):
    page.get_by_role("button", name="Change health limits").click()
    dialog = page.get_by_role("dialog")
    own = dialog.get_by_role("checkbox", name="CPU: own limits")
    if warning is None:
        own.uncheck()
    else:
        own.check()
        dialog.get_by_label("Warning above").fill(warning)
        dialog.get_by_label("Critical above").fill(critical)
    dialog.get_by_role("button", name="Save limits").click()
    return dialog


def test_the_nearest_limits_win_and_the_page_says_whose_they_are(site, open_page):
    """PRD 3.6-9: the tenant's, a group's and a server's limits; what is wrong is said beside its field"""
    page = open_page(site)
    go(page, "/groups")
    page.locator("main").get_by_role("row").nth(1).get_by_role("link").first.click()
    settle(page)
    group = page.get_by_role("heading", level=1).inner_text()
    expect(limits(page)).to_contain_text("of the tenant")
    dialog = fill(page, "90", "70")
    expect(dialog).to_contain_text("Must be below the critical limit")
    dialog.get_by_label("Critical above").fill("99")
    dialog.get_by_role("button", name="Save limits").click()
    expect(limits(page)).to_contain_text("Warning above 90 % its own")
    page.locator(".vt .srv").first.click()
    settle(page)
    expect(limits(page)).to_contain_text(f"Warning above 90 % of {group}")
    fill(page, "77.5", "88")
    expect(limits(page)).to_contain_text("Warning above 77.5 % its own")
    fill(page, None, None)
    expect(limits(page)).to_contain_text(f"of {group}")
    page.get_by_role("link", name=group).first.click()
    settle(page)
    fill(page, None, None)
    expect(limits(page)).to_contain_text("of the tenant")


def test_many_servers_are_configured_at_once(site, open_page):
    """PRD 3.2-5, 3.2-6, 3.2-7: interval and metrics of a selection, as one operation"""
    page = open_page(site)
    go(page, "/servers?engine=sqlserver")
    choose_all(page)
    number = page.locator(".bulk b").inner_text().split()[0]
    for turn in ("Off", "On"):
        page.get_by_role("button", name="Collection", exact=True).click()
        page.get_by_role("menuitem", name="Configure collection").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Configure", exact=True)).to_have_attribute("aria-disabled", "true")
        dialog.get_by_role("group", name="Page life expectancy").get_by_role("button", name=turn, exact=True).click()
        dialog.get_by_role("button", name="Configure", exact=True).click()
        dialog = ended(page)
        expect(dialog).to_contain_text(f"{number} done")
        dialog.get_by_role("button", name="Close").last.click()
