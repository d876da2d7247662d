"""What the tests measure on a page: an audit by axe-core, and whether its text can all be seen."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # no types
from playwright.sync_api import Page

# WCAG 2.2, level AA, which includes what stood before it.
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
    "preload": False,  # would fetch the style sheet again, which the pages' policy refuses
}

# Elements whose own text is cut off or stands beside the window, except in what scrolls.
LOST_TEXT = """() => [...document.body.querySelectorAll('*')].filter(one => {
  const words = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!words || !one.checkVisibility() || one.closest('.unseen, .skip, pre')) return false;
  const box = one.getBoundingClientRect();
  return box.left < 0 || box.right > document.documentElement.clientWidth + 1
    || (getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth);
}).map(one => one.outerHTML.slice(0, 120))"""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on a page in which everything is unfolded."""
    page.evaluate(UNFOLD)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    result: dict[str, Any] = page.evaluate("options => axe.run(options)", OPTIONS)
    found = result["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    pixels: int = page.evaluate(OVERFLOW)
    return pixels


def lost_text(page: Page) -> list[str]:
    """Return the elements whose text cannot all be seen."""
    lost: list[str] = page.evaluate(LOST_TEXT)
    return lost
