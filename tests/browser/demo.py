"""The demo registry as the tests of the pages use it: its address, its people, their sessions."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, StorageState

from tests.browser.keys import plug_in
from tests.native.server import Server, clean, program

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Demo:
    """A running demo registry. Each person signs in once, by a link, and enrols a passkey then."""

    server: Server
    browser: Browser
    sessions: dict[str, StorageState] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address of the registry."""
        return self.server.site

    @property
    def folder(self) -> Path:
        """Return the data folder; that of a demo the server made for itself."""
        if not self.server.demo:
            return self.server.data
        return next(self.server.data.parent.glob("strongroom-demo-*"))

    def link(self, name: str) -> str:
        """Return the path of a new link that signs a person in."""
        return _path(self.command("user", "link", name))

    def command(self, group: str, act: str, *words: str) -> str:
        """Run a command of the program on the registry."""
        over = ("--data", self.folder)
        return program(group, act, *over, *words, settings=self.server.settings)

    def session(self, name: str) -> StorageState:
        """Return what a browser keeps of a person who signed in."""
        if name not in self.sessions:
            context = self.browser.new_context(base_url=self.url)
            page = context.new_page()
            # The printed link works once, and only until a newer one is made.
            page.goto(self.printed_link if name == "demo" else self.link(name))
            page.get_by_role("button", name=f"Sign in as {name}").click()
            plug_in(page)
            page.goto("/account/security/keys/add/")
            page.get_by_role("button", name="Add a passkey").click()
            page.get_by_role("link", name="I have kept them").click()
            page.wait_for_url("**/account/security/")
            self.sessions[name] = context.storage_state()
            context.close()
        return self.sessions[name]

    def fail_a_job(self) -> str:
        """Put a job into the queue that has failed for good; returns its id."""
        return self._run("tests.fakes.failed_job")

    def let_recoveries_ripen(self) -> None:
        """Let the time be over that open recoveries wait for."""
        self._run("tests.fakes.ripe_recoveries")

    def _run(self, module: str) -> str:
        command = [sys.executable, "-m", module]
        own = {"STRONGROOM_DATA": str(self.folder), "PYTHONPATH": str(ROOT)}
        here = clean() | dict(self.server.settings) | own
        return subprocess.run(command, env=here, capture_output=True, text=True, check=True).stdout

    @property
    def printed_link(self) -> str:
        """Return the path of the link that the server printed when it started."""
        return _path(self.server.log.read_text())


def _path(printed: str) -> str:
    found = re.search(r"/sign-in/\S+", printed)
    assert found is not None, printed
    return found[0]
