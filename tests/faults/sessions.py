"""A person who signs in by a link, as a browser does: the form is fetched, filled and sent."""

import re
from urllib.parse import urlencode, urlsplit

from tests.native.server import Server, program

_FIELD = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


def link(server: Server) -> str:
    """Make a link by which alice signs in once; returns its path."""
    printed = program("user", "link", "--data", server.data, "alice", settings=server.settings)
    return urlsplit(printed.split()[-1]).path


def sign_in(server: Server, path: str) -> int:
    """Follow a link and send its form; returns the status of the last answer."""
    answer, page = server.ask("GET", path, None, {})
    found = _FIELD.search(page)
    if answer.status != 200 or found is None:
        return answer.status
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    form = urlencode({"csrfmiddlewaretoken": found.group(1).decode()}).encode()
    kind = "application/x-www-form-urlencoded"
    return server.ask("POST", path, form, {"Cookie": cookie, "Content-Type": kind})[0].status
