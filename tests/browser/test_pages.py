import pytest

from tests.browser.conftest import Opener
from tests.browser.measures import lost_text, overflow, violations
from tests.browser.pages import SIGHTS, Sight

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 1280)  # 320 is 1280 at 400 % (WCAG 2.2, 1.4.10)
ALL = pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)


@ALL
def test_a_page_fits_every_window_and_has_nothing_to_complain_of(sight: Sight, tab: Opener) -> None:
    page = tab(who=sight.who)
    page.goto(sight.path)
    assert page.get_by_role("heading", level=1).inner_text() == sight.heading
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert (width, overflow(page)) == (width, 0)


@ALL
def test_an_audit_finds_nothing_at_a_desk_in_light_or_on_a_phone_in_the_dark(
    sight: Sight, tab: Opener
) -> None:
    page = tab(who=sight.who)
    page.goto(sight.path)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    assert violations(page) == []


@pytest.mark.parametrize(
    "name", ["home", "project", "history", "account", "manage", "yank", "stage", "approve"]
)
def test_at_twice_the_size_no_text_is_lost(name: str, tab: Opener) -> None:
    sight = SIGHTS[name]
    half = {"width": 640, "height": 400}
    page = tab(who=sight.who, viewport=half, device_scale_factor=2)
    page.goto(sight.path)
    assert lost_text(page) == []
    assert overflow(page) == 0


def test_the_colours_follow_the_readers_scheme(tab: Opener) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    page = tab(color_scheme="dark")
    page.goto("/")
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    assert (dark, page.evaluate(ground)) == ("rgb(21, 24, 26)", "rgb(251, 250, 246)")


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_whoever_asks_for_that(wish: str, moves: bool, tab: Opener) -> None:
    page = tab(reduced_motion=wish)
    page.goto("/project/parcel-post/")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].some(one => {
          const style = getComputedStyle(one);
          return style.scrollBehavior === 'smooth' || style.animationName !== 'none'
            || style.transitionDuration.split(',').some(time => parseFloat(time) > 0);
        })"""
    )
    assert moving is moves
