"""Every flow by keyboard alone: no pointer, the focus is always somewhere and seen, and a closed dialog gives it back (issue 3)."""
import re
import uuid

from conftest import api, go, settle
from playwright.sync_api import expect

FOCUSED = """() => { const e = document.activeElement; if (!e || e === document.body) return 'lost';
  const s = getComputedStyle(e), within = e.closest('.input') ?? e, w = getComputedStyle(within);
  const seen = [s, w].some((x) => (x.outlineStyle !== 'none' && parseFloat(x.outlineWidth) > 0) || x.boxShadow !== 'none');
  return seen || e.id === 'main' || ['menuitem', 'tab'].includes(e.getAttribute('role')) || e.querySelector('.active') ? '' : 'not seen: ' + e.outerHTML.slice(0, 120); }"""


class Keys:
    """Presses keys, and looks after each where the focus is."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.here(key)

    def here(self, after=""):
        for _ in range(20):
            found = self.page.evaluate(FOCUSED)
            if found == "":
                return
            # A frame for what React and the browser still move.
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        raise AssertionError(f"after {after} on {self.page.url}: {found}")

    def to(self, locator, limit=90):
        """Tab until it has the focus: proves that the keyboard reaches it."""
        expect(locator).to_have_count(1)
        for _ in range(limit):
            if locator.evaluate("(e) => e === document.activeElement"):
                self.here("Tab")
                return locator
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {locator}")

    def back_to(self, locator, limit=40):
        """The same with Shift and Tab."""
        for _ in range(limit):
            if locator.evaluate("(e) => e === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab")
        raise AssertionError(f"Shift and Tab do not reach {locator}")

    def type(self, text):
        self.page.keyboard.type(text)


def closed(page):
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_import(site, open_page):
    """The file's rows are pasted, tried, read and imported."""
    page, tag = open_page(site), uuid.uuid4().hex[:6]
    keys = Keys(page)
    go(page, "/servers")
    keys.to(page.get_by_role("link", name="Import"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Import servers", level=1)).to_be_visible()
    keys.here("the new page")
    keys.to(page.get_by_role("button", name="Paste text"))
    keys.press("Enter")
    keys.to(page.get_by_label("Rows"))
    keys.type("name,hostname,port,username,password\n")
    keys.type(f"kbd-{tag},127.0.0.1,1,u,p\n,127.0.0.1,1,u,p")
    keys.to(page.get_by_role("button", name="Use this text"))
    keys.press("Enter")
    keys.to(page.get_by_role("button", name="Check the rows"))
    keys.press("Enter")
    expect(page.get_by_role("group", name="Show rows")).to_contain_text("1 invalid")
    keys.here("the trial")
    keys.to(page.get_by_role("button", name="Import 1 server"))
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("1 done", timeout=30_000)
    keys.here("the import")
    keys.to(page.get_by_role("link", name="Show servers"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Servers", level=1)).to_be_visible()
    keys.here("the list")
    found = api(site, page, "GET", f"/servers?q=kbd-{tag}")["body"]
    assert api(site, page, "DELETE", f"/servers/{found[0]['id']}")["status"] == 204


def test_bulk_label(site, open_page):
    """PRD 2.4-7, 2.8-6: a range with Shift and arrows, labelled and taken off again; the focus comes back to the button."""
    page, label = open_page(site), f"kbd-{uuid.uuid4().hex[:6]}"
    keys = Keys(page)
    go(page, "/servers")
    keys.to(page.get_by_role("grid"))
    keys.press("Space", "Shift+ArrowDown", "Shift+ArrowDown")
    bar = page.get_by_role("group", name="Bulk actions")
    expect(bar.get_by_role("status")).to_have_text("3 selected")
    for mode in ("Add", "Remove"):
        button = bar.get_by_role("button", name="Label", exact=True)
        keys.back_to(button)
        keys.press("Enter")
        dialog = page.get_by_role("dialog")
        keys.to(dialog.get_by_role("button", name=mode, exact=True))
        keys.press("Enter")
        keys.to(dialog.get_by_role("combobox", name="Labels"))
        keys.type(label)
        keys.press("Enter")
        keys.to(dialog.get_by_role("button", name=f"{mode} labels"))
        keys.press("Enter")
        expect(dialog).to_contain_text("3 done", timeout=20_000)
        keys.here("the operation")
        keys.to(dialog.get_by_role("button", name="Close").last)
        keys.press("Enter")
        closed(page)
        expect(button).to_be_focused()
    keys.to(page.get_by_role("grid"))
    keys.press("Escape")
    expect(bar.get_by_role("status")).to_contain_text("Select rows")


def test_group_from_first_to_last(site, open_page):
    """PRD 2.7-3, 2.7-6 to 2.7-9: made, filled, edited where it stands, a member removed, deleted."""
    page, name = open_page(site), f"Kbd {uuid.uuid4().hex[:6]}"
    keys = Keys(page)
    go(page, "/groups")
    keys.to(page.get_by_role("button", name="New group").first)
    keys.press("Enter", "Escape")
    expect(page.get_by_role("button", name="New group").first).to_be_focused()
    keys.press("Enter")
    keys.type(name)
    keys.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    closed(page)
    keys.here("the group was made")
    keys.to(page.locator(".ph").get_by_role("button", name="Add servers"))
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    keys.to(dialog.get_by_role("checkbox").first)
    keys.press("ArrowDown", "ArrowUp", "Space")
    keys.to(dialog.get_by_role("button", name="Save members"))
    keys.press("Enter")
    closed(page)
    expect(page.locator(".ph").get_by_role("button", name="Add servers")).to_be_focused()
    keys.to(page.get_by_role("button", name="Edit name"), limit=140)
    keys.press("Enter", "End")
    keys.type(" x")
    keys.press("Enter")
    expect(page.get_by_role("heading", name=name + " x", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Edit name")).to_be_focused()
    remove = page.locator(".vt [data-index='0']").get_by_role("button", name=re.compile("^Remove"))
    keys.to(remove)
    keys.press("Enter")
    expect(page.locator(".vt [data-index]")).to_have_count(0)
    keys.here("the row has gone")
    keys.to(page.get_by_role("button", name="More actions"), limit=140)
    keys.press("Enter", "End", "Enter")
    keys.to(dialog.get_by_role("button", name="Delete group"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()
    closed(page)
    keys.here("the group has gone")


def test_row_menu_and_deployment(mock, open_page):
    """PRD 2.9-8: the row's menu by Shift+F10 and by the menu key; deploy from it; the focus comes back to the list."""
    page = open_page(mock)
    keys = Keys(page)
    go(page, "/servers?q=prd-eu-sql-00")
    grid = page.get_by_role("grid")
    keys.to(grid)
    keys.press("ArrowDown", "Shift+F10")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    keys.press("ArrowDown", "ArrowUp", "Escape")
    expect(grid).to_be_focused()
    keys.press("ContextMenu")
    expect(page.get_by_role("menu")).to_be_visible()
    keys.press("d")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Deploy monitoring objects to")
    keys.to(dialog.get_by_role("button", name="Deploy", exact=True))
    keys.press("Enter")
    expect(dialog.get_by_role("button", name="Close").last).to_be_visible(timeout=20_000)
    keys.here("the deployment")
    keys.press("Escape")
    closed(page)
    expect(grid).to_be_focused()
    # test, edit, groups and labels: each by its key, each gives the focus back
    for key, button in (("t", "Close"), ("e", "Save changes"), ("l", "Save groups and labels")):
        keys.press("Shift+F10", key)
        expect(dialog.get_by_role("button", name=button).last).to_be_visible()
        keys.here("the dialog")
        keys.press("Escape")
        closed(page)
        expect(grid).to_be_focused()


def test_user(site, open_page):
    """FR28: invited, another role, removed."""
    page, tag = open_page(site), uuid.uuid4().hex[:8]
    keys = Keys(page)
    go(page, "/users")
    invite = page.get_by_role("button", name="Invite user")
    keys.to(invite)
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    keys.to(dialog.get_by_label("Name", exact=True))
    keys.type(f"Kbd {tag}")
    keys.to(dialog.get_by_label("Email"))
    keys.type(f"{tag}@example.com")
    keys.press("Enter")
    keys.to(dialog.get_by_role("button", name="Done"))
    keys.press("Enter")
    closed(page)
    expect(invite).to_be_focused()
    row = page.get_by_role("row", name=re.compile(tag))
    keys.to(row.get_by_role("button", name="Actions for"))
    keys.press("Enter", "End", "Enter")
    expect(dialog).to_be_visible()
    keys.to(dialog.get_by_role("button", name="Remove user"))
    keys.press("Enter")
    expect(row).to_have_count(0)
    keys.here("the row has gone")


def test_activity(site, open_page):
    """PRD 4.15-4, 4.15-5: filtered, an entry opened, filters cleared."""
    page = open_page(site)
    keys = Keys(page)
    go(page, "/activity")
    keys.to(page.get_by_label("Action"))
    # The first letters choose in a list of the browser's own.
    page.keyboard.type("Added ser")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("action=server_added"))
    keys.here("the choice")
    settle(page)
    entry = page.get_by_role("button", name="Details of").first
    keys.to(entry)
    keys.press("Enter")
    expect(entry).to_have_attribute("aria-expanded", "true")
    keys.press("Enter")
    expect(entry).to_have_attribute("aria-expanded", "false")
    keys.back_to(page.get_by_role("button", name="Clear", exact=True))
    keys.press("Enter")
    expect(page).not_to_have_url(re.compile("action="))
    keys.here("the filters have gone")
