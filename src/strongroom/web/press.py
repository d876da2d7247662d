"""The press: prints pages from templates, with an engine of this door's own.

It needs no request, no session and no database, so that the shelf is filled and an error is told
by the same means. What strangers wrote is escaped by the engine; the one text that is not is the
sanitised description.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.template import Context, Engine

HERE = Path(__file__).parent
STATIC: Final = HERE / "static"
BRAND = "Strongroom"


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, which may be kept for ever."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


@cache
def engine() -> Engine:
    """Return the one engine, with escaping on and this door's words built in."""
    return Engine(
        dirs=[str(HERE / "templates")],
        builtins=["django.templatetags.i18n", "strongroom.web.words", "strongroom.web.agents"],
        autoescape=True,
    )


@dataclass(frozen=True, slots=True)
class Press:
    """Prints pages that bear the registry's name and know where it is reached."""

    public_url: str = ""
    site_name: str = BRAND

    def known(self) -> dict[str, object]:
        """Return what every page is told."""
        return {
            "site_name": self.site_name,
            "public_url": self.public_url,
            "stylesheet": asset("strongroom.css"),
            "script": asset("strongroom.js"),
            "icon": asset("strongroom.svg"),
        }

    def print(self, template: str, **values: object) -> bytes:
        """Return the page that a template makes of values, as UTF-8."""
        page = engine().get_template(template).render(Context({**self.known(), **values}))
        # An unpaired surrogate cannot be written in UTF-8; it must not stop the page.
        return page.encode("utf-8", "replace")
