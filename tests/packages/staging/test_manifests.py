"""What a stage remembers of a file comes back as it was."""

import json

from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Manifest
from strongroom.core.findings import Finding, Severity
from strongroom.packages.staging import manifests

MANIFEST = Manifest(
    name=Name("Parcel", "parcel", "parcel"),
    version=Version("1.0rc", "1.0rc", prerelease=True),
    filename="Parcel-1.0rc.box",
    kind="plain",
    summary="Things",
    metadata={"summary": "Things", "classifiers": ["a"]},
    file_metadata={"requires_python": ">=3.9"},
    description="A box.",
    description_type="text/plain",
    keywords=("one", "two"),
    members=("a", "b", "c"),
)


def test_a_manifest_comes_back_as_it_was() -> None:
    values = json.loads(json.dumps(manifests.stored(MANIFEST, 10)))
    assert manifests.read(values) == MANIFEST


def test_only_so_many_members_are_remembered() -> None:
    assert manifests.read(manifests.stored(MANIFEST, 2)).members == ("a", "b")


def test_findings_come_back_as_they_were() -> None:
    findings = (Finding("box", "note", Severity.NOTE, "It rattles.", "lid"),)
    values = json.loads(json.dumps(manifests.stored_findings(findings)))
    assert manifests.read_findings(values) == findings
