"""A manifest as JSON values, and back: what a stage remembers of a file until it is published.

Without the sidecars: their bytes are kept as blobs, beside the file's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Manifest
from strongroom.core.findings import Finding, Severity


def stored(manifest: Manifest, members_at_most: int) -> dict[str, object]:
    """Return a manifest as JSON values, with so many names of members."""
    values = asdict(manifest)
    del values["sidecars"], values["findings"]
    return {**values, "members": list(manifest.members[:members_at_most])}


def read(values: Mapping[str, Any]) -> Manifest:
    """Return the manifest that was stored, without sidecars and findings."""
    return Manifest(
        **{
            **values,
            "name": Name(**values["name"]),
            "version": Version(**values["version"]),
            "keywords": tuple(values["keywords"]),
            "members": tuple(values["members"]),
        }
    )


def stored_findings(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Return findings as JSON values."""
    return [asdict(found) for found in findings]


def read_findings(values: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings that were stored."""
    return tuple(Finding(**{**one, "severity": Severity(one["severity"])}) for one in values)
