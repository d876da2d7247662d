import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from strongroom.web.press import HERE, STATIC, Press, asset, engine

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if path.parent.name == "templates" and path.stem != "frame"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_turns_escaping_off(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|safeseq", template.read_text())


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_every_page_has_a_title_and_one_main_heading(template: Path) -> None:
    text = template.read_text()
    assert "{% block title %}" in text
    assert text.count("<h1") == 1


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_csrf_token(template: Path) -> None:
    text = template.read_text()
    assert text.count('method="post"') == text.count("{% csrf_token %}")


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_the_press_knows_all_the_words_of_a_page(template: Path) -> None:
    engine().get_template(template.name)


@pytest.mark.parametrize(
    "template",
    [path for path in TEMPLATES if path.parent.name not in {"templates", "parts"}],
    ids=lambda path: path.name,
)
def test_a_page_of_the_library_s_views_is_ours_whole(template: Path) -> None:
    text = template.read_text()
    get_template(str(template.relative_to(HERE / "templates")))
    assert "{% element" not in text
    if "{% extends" in text:
        assert "{% block title %}" in text
    assert text.count('method="post"') == text.count("{% csrf_token %}")


def test_the_frame_has_language_landmarks_and_a_way_past_the_header() -> None:
    text = (HERE / "templates" / "frame.html").read_text()
    for expected in ('lang="en"', "<header", "<main", "<footer", "<nav", 'href="#content"'):
        assert expected in text


def test_every_static_file_is_our_own() -> None:
    assert not re.search(
        r"https?://(?!www\.w3\.org)", "".join(map(Path.read_text, STATIC.iterdir()))
    )


def test_an_address_of_a_static_file_follows_its_content() -> None:
    assert re.fullmatch(r"/static/strongroom\.css\?v=[0-9a-f]{12}", asset("strongroom.css"))


def test_the_engine_escapes() -> None:
    assert engine().autoescape


def test_a_page_with_an_unpaired_surrogate_is_still_printed() -> None:
    page = Press("", "\ud800").print("fault.html", heading="\ud800")
    assert b"<h1>?</h1>" in page


# Pages of packages are rendered once, for all readers; those of accounts for each.
ACCOUNTS = [
    path
    for path in TEMPLATES
    if path.parent.name in {"account", "allauth", "mfa", "totp", "webauthn", "recovery_codes"}
    or path.stem.startswith(("account", "oversight", "recovery", "not-me", "token", "device"))
    or path.stem
    in {
        *("case", "cases", "claim", "close", "closed", "data", "frame", "log", "room", "security"),
        *("sessions", "sign-in", "missing", "leave", "message", "otherwise", "passkey", "problems"),
    }
]


@pytest.mark.parametrize("template", ACCOUNTS, ids=lambda path: path.name)
def test_every_text_of_an_account_page_can_be_translated(template: Path) -> None:
    text = template.read_text()
    for said in (
        r"{% blocktranslate.*?%}.*?{% endblocktranslate %}",
        r"{%.*?%}|{{.*?}}|{#.*?#}",
        r"<[^>]*>",
        r"&#?\w+;|__token__",
    ):
        text = re.sub(said, " ", text, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", text) == []
