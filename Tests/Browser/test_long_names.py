"""Names as long as they may be, and in other scripts: nothing sticks out, nothing is cut without a way to read it (issue 3, screens)."""
import pytest
from conftest import api, go, look, settle
from playwright.sync_api import expect

LONG = "eu-orders-and-returns-warehouse-management-sql-server-" + "x" * 42
HOST = "very-long-machine-name-of-the-orders-cluster.north-europe.internal.meridian-freight.example.com"
# Japanese, Arabic (from right to left), Cyrillic with a combining accent, and a name without a place to break.
FOREIGN = ("受注データベース・本番環境（東京第一データセンター）", "خادم قاعدة بيانات الطلبات", "Сервер заказо́в", "W" * 98)


@pytest.mark.parametrize("theme,width", [("light", 1280), ("dark", 820)])
def test_long_and_foreign_names(mock, open_page, theme, width):
    page = open_page(mock, theme, width)
    servers = api(mock, page, "GET", "/servers?limit=5&q=dwh")["body"]
    groups = api(mock, page, "GET", "/groups")["body"]
    for server, name in zip(servers, (LONG, *FOREIGN)):
        change = {"name": f"s-{name}", "hostname": HOST, "labels": [f"owner: {name[:42]}", "受注", "tier: 1", "region: north-europe-2"]}
        assert api(mock, page, "PATCH", f"/servers/{server['id']}", change)["status"] == 200
    for group, name in zip(groups, (LONG, *FOREIGN)):
        assert api(mock, page, "PATCH", f"/groups/{group['id']}", {"name": name, "description": f"{name} " * 2})["status"] == 200
    go(page, f"/servers?group={servers[0]['groups'][0]['id']}")
    row = page.locator(".vt .srv").filter(has_text=f"s-{LONG}")
    expect(row).to_have_attribute("title", f"s-{LONG}")
    look(page, "long-servers", theme, width)
    go(page, f"/servers/{servers[0]['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(LONG)
    look(page, "long-server", theme, width)
    for tab in ("metrics", "waits", "queries", "databases", "backups", "changes", "collectors"):
        go(page, f"/servers/{servers[0]['id']}?tab={tab}")
        look(page, f"long-{tab}", theme, width)
    page.get_by_role("button", name="Edit", exact=True).first.click()
    expect(page.get_by_role("dialog").get_by_label("Display name")).to_have_value(f"s-{LONG}")
    look(page, "long-edit", theme, width)
    page.keyboard.press("Escape")
    page.locator(".ph").get_by_role("button", name="Delete", exact=True).click()
    look(page, "long-delete", theme, width)
    page.keyboard.press("Escape")
    go(page, f"/servers/{servers[1]['id']}")
    look(page, "foreign-server", theme, width)
    for path, name in (("/groups", "long-groups"), (f"/groups/{groups[0]['id']}", "long-group"), ("/activity", "long-activity"), ("/", "long-dashboard"), ("/compare?top=100", "long-compare"), ("/?fleet=table", "long-fleet-table")):
        go(page, path)
        look(page, name, theme, width)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(f"s-{LONG[:12]}")
    expect(page.get_by_role("dialog").get_by_role("option", name=LONG)).to_be_visible()
    look(page, "long-search", theme, width)
    page.keyboard.press("Escape")
    settle(page)
