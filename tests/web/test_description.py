from concurrent.futures import ThreadPoolExecutor

import pytest

from strongroom.web import description
from strongroom.web.description import LONGEST_RENDERED, render
from strongroom.web.sandbox import Sandbox
from tests.web.specimens import Reader

MARKDOWN = "text/markdown"
RST = "text/x-rst"
AS_WRITTEN = '<pre class="literal" tabindex="0">'


def test_markdown_is_rendered() -> None:
    assert "<strong>things</strong>" in render("Wraps **things**.", MARKDOWN)


def test_the_variant_of_markdown_is_heeded() -> None:
    table = "|a|\n|-|\n|b|\n"
    assert Reader(render(table, "text/markdown; variant=GFM")).count("table") == 1
    assert Reader(render(table, "text/markdown; variant=CommonMark")).count("table") == 0


def test_restructured_text_is_rendered() -> None:
    assert "<em>things</em>" in render("Wraps *things*.", RST)


def test_without_a_type_it_is_restructured_text() -> None:
    assert "<em>things</em>" in render("Wraps *things*.", "")


def test_restructured_text_that_fails_is_shown_as_written() -> None:
    shown = render("Title\n=\n\n.. nonsense::\n\n   <b>", RST)
    assert shown.startswith(f"{AS_WRITTEN}Title\n=")
    assert "&lt;b&gt;" in shown


def test_what_is_nested_too_deep_is_shown_as_written() -> None:
    assert render("- " * 2000 + "a", RST).startswith(f"{AS_WRITTEN}- - ")


def test_plain_text_is_shown_as_written() -> None:
    assert (
        render("a *b*\n <c>", "text/plain; charset=UTF-8") == f"{AS_WRITTEN}a *b*\n &lt;c&gt;</pre>"
    )


def test_an_unknown_type_is_shown_as_written() -> None:
    assert render("<h1>", "text/html") == f"{AS_WRITTEN}&lt;h1&gt;</pre>"


def test_nothing_stays_nothing() -> None:
    assert render(" \n", MARKDOWN) == ""


def test_a_description_that_is_too_long_is_not_rendered() -> None:
    shown = render("*a* " * (LONGEST_RENDERED // 4 + 1), MARKDOWN)
    assert shown.startswith(f"{AS_WRITTEN}*a*")


def test_raw_blocks_that_never_end_cost_no_time() -> None:
    shown = render('<pre lang="x"><code>' * 2000 + "a" * 500_000, MARKDOWN)
    assert shown.startswith(f"{AS_WRITTEN}&lt;pre")


def test_a_remote_image_becomes_a_link_with_its_words() -> None:
    shown = render("![A chart](https://img.example.org/chart.png)", MARKDOWN)
    assert Reader(shown).count("img") == 0
    assert 'href="https://img.example.org/chart.png"' in shown
    assert ">A chart</a>" in shown


def test_an_image_within_a_link_becomes_words_of_that_link() -> None:
    shown = render("[![Tests](https://img.example.org/b.svg)](https://ci.example.org)", MARKDOWN)
    assert Reader(shown).count("a") == 1
    assert '<span class="image">Tests</span>' in shown


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("![](https://img.example.org/a/chart.png)", ">chart.png</a>"),
        ("![](https://img.example.org/)", ">image</a>"),
        ("![](/local.png)", '<span class="image">local.png</span>'),
        ("<img src='//[x'>", '<span class="image">image</span>'),
    ],
)
def test_an_image_without_words_is_named_by_its_file(image: str, words: str) -> None:
    assert words in render(image, MARKDOWN)


def test_headings_go_below_those_of_the_page() -> None:
    shown = render("# One\n\n## Two\n\n###### Six", MARKDOWN)
    tags = [tag for tag, _ in Reader(shown).elements if tag.startswith("h")]
    assert tags == ["h3", "h4", "h6"]


def test_links_tell_search_engines_and_targets_nothing() -> None:
    assert 'rel="nofollow noopener"' in render("[x](https://example.org)", MARKDOWN)


def test_a_relative_link_leads_nowhere() -> None:
    assert "href" not in render("[x](/sign-out/) [y](docs/z.md) [z](//evil.test)", MARKDOWN)


def test_identifiers_cannot_meet_those_of_the_page() -> None:
    shown = render('<a id="content" href="#find">x</a>', MARKDOWN)
    assert 'id="user-content-content"' in shown
    assert 'href="#user-content-find"' in shown


def test_classes_of_the_page_cannot_be_worn() -> None:
    assert "banner" not in render('<div class="banner danger skip">x</div>', MARKDOWN)


def test_code_keeps_its_colours() -> None:
    assert '<span class="k">def</span>' in render("```python\ndef f(): pass\n```", MARKDOWN)


def test_task_lists_need_no_form_elements() -> None:
    shown = render("- [x] done\n- [ ] open", MARKDOWN)
    assert "☑ done" in shown
    assert "☐ open" in shown
    assert Reader(shown).count("input") == 0


def test_characters_that_turn_text_around_are_written_out() -> None:
    assert "a[U+202E]b" in render("a\u202eb", MARKDOWN)


def test_joined_emoji_and_marks_of_direction_stay() -> None:
    assert "👩\u200d🚀 \u200f" in render("👩\u200d🚀 \u200fא", MARKDOWN)


def test_landmarks_of_a_description_are_none_of_the_page() -> None:
    shown = Reader(render("<nav>a</nav>\n\n<section>b</section>\n\n> [!NOTE]\n> c", MARKDOWN))
    assert not {"nav", "section", "aside", "main"} & {tag for tag, _ in shown.elements}


def test_wide_code_and_tables_can_be_scrolled_by_key() -> None:
    shown = render("|a|\n|-|\n|b|\n\n```\nx\n```\n", MARKDOWN)
    assert ('<table tabindex="0">' in shown, '<pre tabindex="0">' in shown) == (True, True)


def test_a_programs_language_is_not_taken_for_a_peoples() -> None:
    assert "lang=" not in render("```python\nx\n```\n", MARKDOWN)


@pytest.mark.parametrize(
    "text",
    [
        "|a" * 400 + "|\n" + "|-" * 400 + "|\n" + "|\n" * 3000,
        ">" * 3000 + " deep",
        "a@a.b " * 40_000,
        "<b>" * 80_000,
        '<pre lang="x"><code>' * 2000 + "a" * 200_000,
        "[" * 100_000,
    ],
    ids=["table", "quotes", "addresses", "tags", "blocks", "brackets"],
)
def test_after_what_costs_much_the_next_is_rendered(text: str) -> None:
    render(text, MARKDOWN)
    assert "<strong>b</strong>" in render("**b**", MARKDOWN)


def test_two_threads_do_not_get_each_others_answers() -> None:
    texts = [f"**{number}**" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        shown = pool.map(lambda text: render(text, MARKDOWN), texts)
    assert [f"<strong>{number}</strong>" in each for number, each in enumerate(shown)] == [
        True
    ] * 40


def test_a_renderer_that_was_taken_over_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    lies = """
import json, sys
for line in sys.stdin:
    print(json.dumps("<script>alert(1)</script>"), flush=True)
"""
    monkeypatch.setattr(description, "_SANDBOX", Sandbox(("-c", lies), 1000))
    assert render("**a**", MARKDOWN) == f"{AS_WRITTEN}**a**</pre>"
