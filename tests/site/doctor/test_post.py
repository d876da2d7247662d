"""What the doctor sees of the mail set-up."""

from dataclasses import replace
from pathlib import Path

import pytest

from strongroom.site.configuration import Configuration
from strongroom.site.doctor.post import examine
from strongroom.site.doctor.remarks import Level
from tests.fakes.smtp import Sink, listening


@pytest.fixture
def local(tmp_path: Path) -> Configuration:
    return Configuration(data=tmp_path)


def test_a_registry_on_ones_own_machine_needs_no_mail_server(local: Configuration) -> None:
    assert examine(local).level is Level.OK
    assert not (local.data / "mail").exists()


def test_one_that_others_use_does(local: Configuration) -> None:
    remark = examine(replace(local, public_url="https://packages.example.org"))
    assert remark.level is Level.WARNING
    assert "nobody gets letters" in remark.sentence


def test_a_server_that_answers_is_well(local: Configuration) -> None:
    with listening(Sink(account=("u", "p"))) as sink:
        remark = examine(replace(local, mail=f"smtp://u:p@127.0.0.1:{sink.port}"))
        wrong = examine(replace(local, mail=f"smtp://u:q@127.0.0.1:{sink.port}"))
    assert (remark.level, wrong.level) == (Level.OK, Level.ERROR)
    assert sink.letters == []


def test_a_server_that_nobody_reaches_is_an_error(local: Configuration) -> None:
    with listening(Sink()) as sink:
        port = sink.port
    remark = examine(replace(local, mail=f"smtp://127.0.0.1:{port}"))
    assert (remark.level, remark.subject) == (Level.ERROR, "mail")
    assert remark.remedy
