"""One browser and one demo registry for all tests of this folder, and fresh tabs for each.

While the browser runs, Playwright keeps an event loop in this thread, and Django takes that for
asynchronous code; `tests.conftest` tells it that there is none.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.demo import Demo
from tests.browser.watch import complaints
from tests.fakes import postgresql
from tests.fakes.mailbox import Mailbox, mailbox
from tests.native.server import Server

ARGUMENTS = (
    "--no-sandbox",  # containers of CI run as root, where Chromium's sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Nothing of the browser's own goes to the network.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Opener: TypeAlias = Callable[..., Page]
"""Opens a tab; `to` is its registry, `who` is signed in; the rest goes to Playwright's context."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium on PATH, so the pages meet no real browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def box() -> Iterator[Mailbox]:
    """Return the mailbox that the demo registry sends its letters to."""
    with mailbox() as open_box:
        yield open_box


@pytest.fixture(scope="package")
def demo(
    browser: Browser, box: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """Return a running registry, in which anybody may make an account; over SQLite a demo."""
    folder = tmp_path_factory.mktemp("demo")
    wishes = {"TMPDIR": str(folder), "STRONGROOM_SIGN_UP": "true", "STRONGROOM_MAIL": box.setting}
    if postgresql.ADDRESS in os.environ:
        wishes["STRONGROOM_DATABASE"] = postgresql.fresh(os.environ[postgresql.ADDRESS])
        server = Server(folder / "data", settings=wishes)
        server.make()
        server.start()
        yield Demo(server, browser)
    else:
        server = Server(folder / "printed", settings=wishes, demo=True)
        server.start()
        running = Demo(server, browser)
        running.session("demo")
        running.session("ada")
        # So that the account page has a token to show.
        running.command("token", "create", "--user", "ada", "--label", "laptop")
        yield running
    assert server.stop() == 0


@pytest.fixture
def unclaimed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running registry that nobody has claimed."""
    server = Server(tmp_path_factory.mktemp("unclaimed") / "data")
    server.start()
    yield server
    assert server.stop() == 0


@pytest.fixture
def claim(unclaimed: Server) -> str:
    """Return the link that the unclaimed registry printed."""
    printed = re.search(r"http\S+/claim/\S+", unclaimed.log.read_text())
    assert printed is not None
    return printed[0]


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Return what opens tabs; whatever the browser complains of in one fails the test."""
    with ExitStack() as open_tabs:
        heard: list[list[str]] = []

        def opened(to: Server | None = None, who: str = "", **wishes: Any) -> Page:  # noqa: ANN401 - they are Playwright's
            demo: Demo = request.getfixturevalue("demo")
            home = to or demo.server
            state = demo.session(who) if who else None
            wishes = {"reduced_motion": "reduce", **wishes}
            context = browser.new_context(base_url=home.site, storage_state=state, **wishes)
            open_tabs.callback(context.close)
            heard.append(complaints(context, home.site))
            return context.new_page()

        yield opened
    assert list(chain.from_iterable(heard)) == []
