"""Tokens of this registry that were packed into an upload by mistake.

A token in a published file is in everybody's hands. Its checksum tells a real one from prose about
tokens, so a finding is certain and the upload is refused before anybody can read it.
"""

from collections.abc import Iterator
from typing import BinaryIO

from strongroom.core.archives.limits import Limits
from strongroom.core.archives.tars import read_tar_gz
from strongroom.core.archives.zips import read_zip
from strongroom.core.ecosystem import Manifest
from strongroom.core.findings import Finding, Severity
from strongroom.people.tokens.secrets import tokens_in


def own_tokens(manifest: Manifest, archive: BinaryIO) -> Iterator[Finding]:
    """Find tokens of this registry in the members of an archive."""
    reader = read_tar_gz if manifest.filename.endswith(".tar.gz") else read_zip
    for member, blocks in reader(archive, Limits()).each():
        if next(tokens_in(blocks), None) is not None:
            yield Finding(
                check="secrets",
                code="token-in-upload",
                severity=Severity.REFUSAL,
                sentence="The upload contains a token of this registry.",
                place=member.name,
            )
