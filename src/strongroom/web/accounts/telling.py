"""Wording the letters that tell what happened to an account, at the moment of their delivery."""

from dataclasses import dataclass, field
from datetime import UTC

from django.template.loader import render_to_string

from strongroom.people.accounts.notices import Noted
from strongroom.people.affairs import links
from strongroom.people.affairs.span import FOR, can_be_disowned
from strongroom.web.accounts.sayings import about, line
from strongroom.web.agents import named
from strongroom.web.press import Press
from strongroom.web.words import visible

NOT_ME = "/not-me/"


@dataclass(frozen=True, slots=True)
class Teller:
    """Words notices; `key` makes the links by which their readers say that it was not them."""

    press: Press
    key: bytes = field(repr=False)

    def word(self, noted: Noted, name: str) -> tuple[str, str]:
        """Return the subject and the text of a letter about a notice, to the account of a name."""
        said, url = line(noted), self.press.public_url
        link = f"{url}{NOT_ME}{links.made(self.key, noted.id)}"
        words = {
            "name": name,
            "site_name": visible(self.press.site_name),
            "public_url": url,
            "line": said,
            "about": about(noted),
            "at": noted.at.astimezone(UTC),
            "actor": noted.actor,
            "source": visible(noted.browser.source),
            "agent": named(noted.browser.agent),
            "link": link if can_be_disowned(noted.kind) else "",
            "days": FOR.days,
        }
        subject = f"{visible(self.press.site_name)}: {said}"
        return subject, render_to_string("letters/notice.txt", words)
