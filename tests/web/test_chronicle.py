import pytest

from strongroom.core.events import Kind
from strongroom.web.chronicle import told
from tests.web.specimens import happened


def test_an_event_keeps_its_serial_moment_and_actor() -> None:
    recorded = happened(Kind.PROJECT_CREATED, "", 12, name="Parcel")
    entry = told((recorded,))[0]
    assert (entry.serial, entry.at, entry.actor) == (12, recorded.at, "marta")
    assert entry.sentence == "Project Parcel created"


@pytest.mark.parametrize(
    ("kind", "facts", "sentence", "detail"),
    [
        (Kind.PROJECT_CREATED, {}, "Project created", ""),
        (Kind.ROLE_GRANTED, {"user": "jo", "role": "owner"}, "jo became owner", ""),
        (Kind.RELEASE_YANKED, {"reason": "Broken"}, "1.0: release yanked", "Broken"),
        (Kind.RELEASE_UNYANKED, {}, "1.0: yank taken back", ""),
        (
            Kind.FILE_PUBLISHED,
            {"file": "a.whl", "size": 2048, "sha256": "ff"},
            "1.0: file published",
            "a.whl (2.0 KiB) sha256:ff",
        ),
        (Kind.FILE_PUBLISHED, {"file": "a.whl"}, "1.0: file published", "a.whl sha256:"),
        (
            Kind.PROJECT_STATUS_CHANGED,
            {"from": "active", "to": "archived", "reason": "Done"},
            "Status changed from active to archived",
            "Done",
        ),
        (Kind.TOKEN_CREATED, {}, "Token created", "1.0"),
        (
            Kind.CRITICALITY_CHANGED,
            {"from": "none", "to": "soon", "at": "2026-12-05T12:00:00+00:00"},
            "Counted as critical from a day on",
            "2026-12-05",
        ),
        (
            Kind.CRITICALITY_CHANGED,
            {"from": "soon", "to": "off"},
            "Said not to be critical by an administrator",
            "",
        ),
        (
            Kind.CONFIRMATION_CHANGED,
            {"to": True},
            "A person confirms each publication: yes",
            "",
        ),
        (
            Kind.CONFIRMATION_CHANGED,
            {"to": False},
            "A person confirms each publication: no longer",
            "",
        ),
    ],
)
def test_events_are_told_in_words(
    kind: Kind, facts: dict[str, object], sentence: str, detail: str
) -> None:
    entry = told((happened(kind, "1.0", **facts),))[0]
    assert (entry.sentence, entry.detail) == (sentence, detail)
