"""Changes to many servers at once, the operations that make them, and the import from a file."""
import re
import uuid

import pytest
from conftest import VIEWS, go, look, settle
from playwright.sync_api import expect

views = pytest.mark.parametrize("theme,width", VIEWS)


def choose_all(page):
    page.get_by_role("checkbox", name="Select all servers").click()


def paste(page, text):
    go(page, "/servers/import")
    page.get_by_role("button", name="Paste text").click()
    page.get_by_label("Rows").fill(text)
    page.get_by_role("button", name="Use this text").click()


def ended(page):
    expect(page.get_by_role("dialog").get_by_role("button", name="Close").last).to_be_visible(timeout=30_000)
    return page.get_by_role("dialog")


def test_all_servers_that_match_are_labelled_by_one_operation(site, open_page):
    """PRD 2.4-7, 2.8-5, 2.8-6: all that match, loaded or not; the result is said, and the label is there"""
    page = open_page(site)
    label = f"bulk-{uuid.uuid4().hex[:6]}"
    go(page, "/servers?engine=sqlserver")
    choose_all(page)
    number = page.locator(".bulk b").inner_text().split()[0]
    for mode in ("Add", "Remove"):
        page.get_by_role("button", name="Label", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=mode, exact=True).click()
        page.get_by_role("combobox", name="Labels").fill(label)
        page.keyboard.press("Enter")
        page.get_by_role("button", name=f"{mode} labels").click()
        dialog = ended(page)
        expect(dialog).to_contain_text(f"{number} done")
        dialog.get_by_role("button", name="Close").last.click()
        if mode == "Add":
            expect(page.locator(f".vt .tags[title*='{label}']").first).to_be_visible()


def test_what_failed_is_named_and_the_operation_has_a_page(mock, open_page):
    page = open_page(mock)
    go(page, "/servers?health=offline&health=critical")
    choose_all(page)
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Test connections").click()
    dialog = ended(page)
    expect(dialog).to_contain_text("7 done, 6 failed")
    expect(dialog.get_by_role("list", name="What failed")).to_contain_text("whs-osl-sql-01")
    dialog.get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", name="Test 13 servers", level=1)).to_be_visible()
    page.get_by_role("group", name="Show").get_by_role("button", name="Failed").click()
    expect(page).to_have_url(re.compile("items=failed"))
    expect(page.locator(".vt [data-index]")).to_have_count(6)
    go(page, "/operations?status=failed")
    expect(page.locator(".vt [data-index]").first).to_contain_text("Test 13 servers")


def test_many_are_removed_only_by_their_number_and_come_back(mock, open_page):
    page = open_page(mock)
    go(page, "/servers?q=lab-sql")
    choose_all(page)
    page.get_by_role("button", name="Remove", exact=True).click()
    go_on = page.get_by_role("button", name="Remove servers")
    expect(go_on).to_have_attribute("aria-disabled", "true")
    page.keyboard.type("10 servers")
    page.keyboard.press("Enter")
    dialog = ended(page)
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog).to_contain_text("Restore 10 servers")
    expect(dialog).to_contain_text("10 done", timeout=20_000)
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.locator(".vt [data-index]")).to_have_count(10)


def test_work_goes_on_in_the_background_and_says_its_end(mock, open_page):
    page = open_page(mock)
    go(page, "/servers")
    choose_all(page)
    page.get_by_role("button", name="Collection").click()
    page.get_by_role("menuitem", name="Set interval").click()
    page.get_by_label("Interval").select_option("300")
    page.get_by_role("button", name="Set interval").click()
    page.get_by_role("button", name="Go on in the background").click()
    page.get_by_role("button", name="Operations: 1 running").click()
    expect(page.get_by_role("dialog", name="Operations").get_by_role("progressbar")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".toast", has_text="Set the interval of 412 servers")).to_be_visible(timeout=20_000)


def test_one_can_be_taken_out_of_all(mock, open_page):
    page = open_page(mock)
    go(page, "/servers")
    choose_all(page)
    expect(page.locator(".bulk b")).to_have_text("412 selected")
    page.locator(".vt [data-index='2'] .check").click()
    expect(page.locator(".bulk b")).to_have_text("411 selected")


def test_the_list_is_exported(site, open_page):
    page = open_page(site)
    go(page, "/servers?engine=sqlserver")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export what the filters show as CSV").click()
    text = open(download.value.path(), encoding="utf-8-sig").read()
    assert text.split("\n")[0].startswith("name,"), text[:200]
    assert "password" not in text.split("\n")[1].lower()


def test_an_import_is_tried_first(site, open_page):
    page = open_page(site)
    tag = uuid.uuid4().hex[:6]
    go(page, "/servers?engine=sqlserver")
    known = page.locator(".vt .srv").first.inner_text()
    head = "name,hostname,port,engine,username,password\n"
    paste(page, head + f"imp-{tag},127.0.0.1,1,sqlserver,u,secret-{tag}\n{known},127.0.0.1,1,sqlserver,u,p\nbad-{tag},127.0.0.1,99999,sqlserver,u,p\n")
    expect(page.get_by_role("table", name="First rows")).to_contain_text(f"imp-{tag}")
    expect(page.locator("main table")).not_to_contain_text(f"secret-{tag}")
    page.get_by_role("button", name="Check the rows").click()
    shown = page.get_by_role("group", name="Show rows")
    for text in ("3 rows", "1 invalid", "1 exists already", "1 will be added"):
        expect(shown).to_contain_text(text)
    shown.get_by_role("button", name=re.compile("invalid")).click()
    expect(page.locator(".vt [data-index]")).to_have_count(1)
    expect(page.locator(".vt [data-index='0']")).to_contain_text(re.compile("port", re.I))
    page.get_by_role("button", name="Import 1 server").click()
    expect(page).to_have_url(re.compile("operation="))
    expect(page.locator("main")).to_contain_text(re.compile("1 done"), timeout=30_000)
    page.reload()
    settle(page)
    expect(page.locator("main")).to_contain_text("1 done")
    # leave nothing behind
    go(page, f"/servers?q=imp-{tag}")
    expect(page.locator(".vt [data-index]")).to_have_count(1)
    page.get_by_role("button", name=f"Actions for imp-{tag}").click()
    page.get_by_role("menuitem", name="Remove server").click()
    page.get_by_role("button", name="Remove server").click()
    expect(page.get_by_text("No server matches")).to_be_visible()


def test_a_stopped_import_goes_on(mock, open_page):
    page = open_page(mock)
    paste(page, "name,hostname\n" + "\n".join(f"many-{i:03},h{i}.example" for i in range(120)))
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("button", name="Import 120 servers").click()
    # Stopped in the middle: what is done by then has nothing to do the second time.
    expect(page.locator("main")).to_contain_text(re.compile(r"[1-9]\d* done, [1-9]\d* left"), timeout=20_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("It was stopped.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("main")).to_contain_text("had nothing to do", timeout=20_000)
    expect(page.get_by_role("link", name="Show servers")).to_be_visible(timeout=20_000)
    go(page, "/servers?q=many-")
    expect(page.locator(".ph .sub")).to_contain_text("120 servers found")


@pytest.mark.parametrize("data,words", [(b"\xff\xfen\x00", "UTF-16"), (b"name,hostname\nM\xfcller,h", "not UTF-8"), (b"", "empty"), (b"a,b\n1,2", "name and hostname")])
def test_a_wrong_file_is_refused_before_it_is_sent(mock, open_page, data, words):
    page = open_page(mock)
    go(page, "/servers/import")
    page.locator("input[type=file]").set_input_files({"name": "servers.csv", "mimeType": "text/csv", "buffer": data})
    expect(page.locator("main")).to_contain_text(words)
    expect(page.get_by_role("button", name="Check the rows")).to_have_count(0)


@views
def test_the_screens(mock, open_page, theme, width):
    page = open_page(mock, theme, width)
    go(page, "/servers?health=critical&health=offline")
    choose_all(page)
    look(page, "bulk-all", theme, width)
    page.get_by_role("button", name="Group", exact=True).click()
    look(page, "bulk-group", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Collection").click()
    look(page, "bulk-collection", theme, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Test connections").click()
    ended(page)
    look(page, "bulk-ended", theme, width)
    page.get_by_role("link", name="Details").click()
    settle(page)
    look(page, "operation", theme, width)
    page.get_by_role("button", name="Operations", exact=True).click()
    look(page, "operations-pop", theme, width)
    page.keyboard.press("Escape")
    go(page, "/operations")
    look(page, "operations", theme, width)
    go(page, "/servers/import")
    look(page, "import", theme, width)
    paste(page, "name,hostname,groups\nnew-1,h,Nowhere\nprd-eu-sql-014,h,\n,x,\nnew-1,h2,\n")
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("group", name="Show rows")).to_be_visible()
    # The top bar would cover a part of what is scrolled below it.
    page.evaluate("scrollTo(0, 0)")
    look(page, "import-verdicts", theme, width)
