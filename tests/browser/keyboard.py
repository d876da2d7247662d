"""A reader without a mouse: moves by Tab alone, and sees where the focus is at each stop."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MOST_STOPS = 80

# The element with the focus, and whether it has a drawn outline and stands in the window.
STOP = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return [one === document.body ? '' : one.outerHTML.slice(0, 160),
    style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth];
}"""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The keys of one page."""

    page: Page

    def tab(self) -> str:
        """Go to the next stop and return its element, or nothing past the last."""
        self.page.keyboard.press("Tab")
        stop, seen = self.page.evaluate(STOP)
        assert seen or not stop, f"the focus cannot be seen on {stop}"
        return str(stop)

    def reach(self, target: Locator) -> None:
        """Press Tab until an element has the focus."""
        stops: list[str] = []
        while not target.evaluate("one => one === document.activeElement"):
            stops.append(self.tab())
            assert len(stops) < MOST_STOPS, "\n".join(stops)

    def enter(self, target: Locator) -> None:
        """Reach a link or button and press Enter; returns once the page that follows is there."""
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        """Reach a field and write into it."""
        self.reach(target)
        self.page.keyboard.type(text)

    def all_stops(self) -> list[str]:
        """Go from the first stop of the page to its last."""
        return list(iter(self.tab, ""))
