"""Step 2: identity comes from the bytes; what the client claims must agree with them."""

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import InvalidError
from strongroom.packages.publishing.stages import Candidate, Received

_DIGESTS = {"sha256_digest": "sha256", "blake2_256_digest": "blake2b_256", "md5_digest": "md5"}


def identify(received: Received, ecosystem: Ecosystem) -> Candidate:
    """Have the ecosystem open the archive and read out who it is; raises InvalidError."""
    _same_digests(received)
    upload = received.upload
    with upload.incoming.opened() as archive:
        manifest = ecosystem.inspect(upload.filename, archive, upload.claims)
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
