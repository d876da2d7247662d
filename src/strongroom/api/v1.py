"""Version 1 of the API, put together; it stays compatible for as long as its address says `v1`."""

from ninja import NinjaAPI

from strongroom.api import changes, feed, hooks, people, publishers, reads, stages, tokens
from strongroom.api.credentials import Authenticate, Token
from strongroom.api.exceptions import hear
from strongroom.packages.catalog.desk import Desk

PREFIX = "/api/v1/"
TITLE = "Strongroom"
VERSION = "1.0"
DESCRIPTION = """\
What programs read and change in this registry. Every refusal is a problem (RFC 9457) with a stable
`code`, a sentence and a remedy. Reading needs no credential, but for private projects; those and
changing need a token, in the header `Authorization: Bearer TOKEN`. Sessions of browsers are not
accepted."""


def build(
    yard: stages.Stages,
    authenticate: Authenticate,
    heralds: hooks.Heralds,
    offices: people.Offices,
) -> NinjaAPI:
    """Return the API over a yard and its desk, a herald, and an office that writes letters."""
    api = NinjaAPI(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        # The framework's own page for people loads scripts from elsewhere; the document is ours.
        openapi_url=None,
        docs_url=None,
        urls_namespace="api-v1",
    )
    hear(api)

    def counter() -> Desk:
        return yard().desk

    token = Token(authenticate)
    public = reads.routes(counter, authenticate)
    changes.beside_reads(public, counter, token)
    api.add_router("", public)
    api.add_router("", changes.routes(counter, token))
    api.add_router("", people.routes(counter, offices, token))
    api.add_router("", publishers.routes(counter, token))
    api.add_router("", stages.routes(yard, token))
    api.add_router("", tokens.routes(counter, token))
    api.add_router("", feed.routes(heralds))
    api.add_router("", hooks.routes(heralds, counter, token))
    return api
