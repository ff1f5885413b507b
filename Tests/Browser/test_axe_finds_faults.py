"""The negative control: the checks that pass everywhere else do fail where a fault is planted."""
from conftest import go, overflow, violations

FAULTS = """() => document.querySelector('main').insertAdjacentHTML('beforeend',
  '<button id="a"></button><p id="b">faint</p><img src="data:,"><input id="c"><div role="grid"><span>x</span></div><h5>deep</h5>')"""


def test_planted_faults_are_found(site, open_page):
    page = open_page(site, quiet=True)
    go(page, "/groups")
    assert violations(page) == []
    page.evaluate(FAULTS)
    page.evaluate("() => { const p = document.getElementById('b'); p.style.color = '#bbb'; p.style.background = '#fff' }")
    found = {v.split(" ")[0] for v in violations(page)}
    assert {"button-name", "color-contrast", "image-alt", "label", "aria-required-children", "heading-order"} <= found, found
    page.evaluate("() => { const p = document.getElementById('b'); p.style.width = '3000px' }")
    assert overflow(page) != []
