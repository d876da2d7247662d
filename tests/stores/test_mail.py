"""Letters by the operator's mail server, and into the folder where there is none."""

import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.stores.mail import KEPT, Post, Server, is_valid, masked, server
from tests.fakes.certificates import authority
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.smtp import Sink, listening

TO = "alice@example.org"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what trusts a mail server, and what the server at localhost serves by."""
    return authority(tmp_path_factory.mktemp("authority"), "localhost")


def post(sink: Sink, folder: Path, trust: ssl.SSLContext, **named: object) -> Post:
    """Return the post of a registry whose mail server is another machine's."""
    there = replace(Server("localhost", sink.port, tls=sink.at_once), **named)  # type: ignore[arg-type] # by name
    return Post("registry@example.org", StoppedClock(), there, folder, lambda: trust)


def refused(made: Post) -> str:
    """Return the code by which a letter is refused."""
    with pytest.raises(UnavailableError) as caught:
        made.send(TO, "Hello", "text\n")
    return caught.value.code


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_a_letter_goes_to_another_machine_over_tls(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext], *, at_once: bool
) -> None:
    with listening(Sink(trust[1], at_once=at_once)) as sink:
        post(sink, tmp_path, trust[0]).send(TO, "Grüße", "Zeile\n.punkt\n")
    (letter,) = sink.letters
    assert sink.secure == [True]
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        TO,
        "registry@example.org",
        "Grüße",
    )
    assert letter.get_content() == "Zeile\n.punkt\n"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.org>")


def test_whoever_takes_the_offer_of_starttls_out_gets_no_letter_and_no_password(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with listening(Sink(trust[1], offers=False, account=("u", "p"))) as sink:
        assert refused(post(sink, tmp_path, trust[0], user="u", password="p")) == "mail-insecure"
    assert sink.letters == []
    assert {"AUTH", "MAIL", "RCPT", "DATA"}.isdisjoint(sink.heard)


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_a_server_with_a_certificate_of_nobody_gets_no_letter(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext], *, at_once: bool
) -> None:
    with listening(Sink(trust[1], at_once=at_once)) as sink:
        assert refused(post(sink, tmp_path, ssl.create_default_context())) == "mail-refused"
    assert sink.letters == []


def test_the_account_is_proved_over_tls(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with listening(Sink(trust[1], account=("u", "p"))) as sink:
        post(sink, tmp_path, trust[0], user="u", password="p").send(TO, "Hello", "text\n")
        assert refused(post(sink, tmp_path, trust[0], user="u", password="q")) == "mail-refused"
    assert len(sink.letters) == 1
    assert sink.heard.index("STARTTLS") < sink.heard.index("AUTH")


def test_the_machines_own_server_needs_no_tls(tmp_path: Path) -> None:
    with listening(Sink()) as sink:
        own = server(f"smtp://127.0.0.1:{sink.port}")
        Post("registry@example.org", StoppedClock(), own, tmp_path).send(TO, "Hello", "text\n")
    assert sink.secure == [False]


def test_a_letter_that_is_refused_may_be_tried_again(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with listening(Sink(trust[1], refuses=True)) as sink:
        assert refused(post(sink, tmp_path, trust[0])) == "mail-refused"
    assert refused(post(sink, tmp_path, trust[0])) == "mail-refused"  # nobody listens any more


def test_a_greeting_that_never_ends_is_cut_off(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with listening(Sink(slow=True)) as sink:
        made = replace(post(sink, tmp_path, trust[0]), in_all=0.05)
        assert refused(made) == "mail-refused"


def test_a_server_is_greeted_without_a_letter(
    tmp_path: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with listening(Sink(trust[1])) as sink:
        post(sink, tmp_path, trust[0]).greet()
    assert sink.heard == ["EHLO", "STARTTLS", "EHLO", "NOOP", "QUIT"]


def test_without_a_server_letters_are_files_for_the_registry_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    made = Post("registry@example.org", StoppedClock(), None, folder)
    made.greet()
    for _ in range(2):
        made.send(TO, "Hello", "text\n")
    files = sorted(folder.glob("*.eml"))
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert b"Subject: Hello" in files[0].read_bytes()


def test_files_of_letters_are_kept_for_a_week(tmp_path: Path) -> None:
    made = Post("registry@example.org", StoppedClock(), None, tmp_path)
    made.send(TO, "Hello", "text\n")
    (file,) = tmp_path.glob("*.eml")
    written = made.clock.now().fromtimestamp(file.stat().st_mtime, NOON.tzinfo)
    assert made.forget(written + KEPT - timedelta(seconds=1)) == 0
    assert made.forget(written + KEPT + timedelta(seconds=1)) == 1
    assert not file.exists()
    assert replace(made, folder=tmp_path / "none").forget(NOON) == 0


def test_a_folder_that_cannot_be_written_to_is_no_end_of_the_letter(tmp_path: Path) -> None:
    place = tmp_path / "mail"
    place.write_text("no folder")
    assert refused(Post("registry@example.org", StoppedClock(), None, place)) == "mail-not-written"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("smtp://mail.test", Server("mail.test", 587, tls=False)),
        ("smtps://mail.test", Server("mail.test", 465, tls=True)),
        (
            "smtps://u%40d:p%2Fw@mail.test:2465/",
            Server("mail.test", 2465, tls=True, user="u@d", password="p/w"),
        ),
        ("smtp://localhost:25", Server("localhost", 25, tls=False, here=True)),
        ("smtp://[::1]:25", Server("::1", 25, tls=False, here=True)),
        ("smtp://192.0.2.1", Server("192.0.2.1", 587, tls=False)),
    ],
)
def test_a_server_is_read(text: str, expected: Server | None) -> None:
    assert server(text) == expected
    assert is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "mail.test",
        "http://mail.test:25",
        "smtp://",
        "smtp://m:port",
        "smtp://m/x",
        "smtp://m?tls=no",
    ],
)
def test_what_names_no_server_is_refused(text: str) -> None:
    assert not is_valid(text)
    with pytest.raises(ConfigurationError):
        server(text)


def test_a_password_is_not_shown() -> None:
    assert masked("smtps://u:secret@mail.test") == "smtps://u:***@mail.test"
    assert masked("smtps://mail.test") == "smtps://mail.test"
    made = server("smtps://u:secret@mail.test")
    assert "secret" not in repr(made)
