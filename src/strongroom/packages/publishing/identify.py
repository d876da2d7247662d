"""Step 2: identity comes from the bytes; what the client claims must agree with them."""

from collections.abc import Iterator, Mapping

from strongroom.core.ecosystem import Ecosystem, Manifest
from strongroom.core.errors import InvalidError
from strongroom.packages.publishing.steps import Candidate, Received

LONGEST_NAME = 255  # of a project, of a version; as long as the columns that keep them
LONGEST_FILENAME = 300
LONGEST_TYPE = 100
_DIGESTS = {"sha256_digest": "sha256", "blake2_256_digest": "blake2b_256", "md5_digest": "md5"}


def identify(received: Received, ecosystem: Ecosystem) -> Candidate:
    """Have the ecosystem open the archive and read out who it is; raises InvalidError."""
    _same_digests(received)
    upload = received.upload
    with upload.incoming.opened() as archive:
        manifest = ecosystem.inspect(upload.filename, archive, upload.claims)
    _storable(manifest)
    return Candidate(received, manifest)


def _same_digests(received: Received) -> None:
    for claim, name in _DIGESTS.items():
        for claimed in received.upload.claims.get(claim, ()):
            if claimed.strip().lower() != getattr(received.digests, name):
                raise InvalidError(
                    "digest-mismatch",
                    f"The bytes that arrived do not have the {claim} that was sent with them.",
                    "The file changed on its way; upload it again.",
                )


def _storable(manifest: Manifest) -> None:
    """Refuse what some database cannot keep, whichever this one is: a NUL, or an endless name."""
    name, version = manifest.name, manifest.version
    bounds = (
        (LONGEST_NAME, (name.key, name.display, name.similar, version.key, version.display)),
        (LONGEST_FILENAME, (manifest.filename,)),
        (LONGEST_TYPE, (manifest.description_type,)),
    )
    texts = (manifest.summary, manifest.description, manifest.metadata, manifest.file_metadata)
    if any(len(text) > most for most, bounded in bounds for text in bounded) or any(
        "\0" in text for text in _texts([*texts, manifest.keywords, manifest.members])
    ):
        raise InvalidError(
            "text-not-storable",
            "The metadata hold text that cannot be stored: it is too long or malformed.",
            "Shorten names and fields to what tools write, and build the file again.",
        )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
