"""Two hundred and more payloads in every field that a stranger writes; each must stay words."""

from dataclasses import replace
from itertools import product

import pytest

from strongroom.core.coordinates import Name, Version
from strongroom.core.ecosystem import Listing, Newest
from strongroom.core.events import Kind
from strongroom.core.findings import Finding, Severity
from strongroom.web.shelf import FrontPages, project_pages
from tests.web.specimens import NOON, URL, Reader, happened, listing, release

ACTS = (
    "alert(1)",
    "fetch('//evil.test')",
    "document.location='//evil.test'",
    "eval(atob('YQ=='))",
    "top[`al`+`ert`](1)",
)
MARKUP = (
    "<script>{}</script>",
    "<ScRiPt src=//evil.test>{}</sCrIpT>",
    "<img src=x onerror={}>",
    '<img src="https://x.test/a.png" onload="{}">',
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<math><mi xlink:href='javascript:{}'>x</mi></math>",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<base href='javascript:{}//'>",
    "<body onpageshow={}>",
    "<style>@import 'javascript:{}'</style>",
    "<div style='background:url(javascript:{})'>x</div>",
    "<form action='javascript:{}'><button>x</button></form>",
    "<button formaction='javascript:{}'>x</button>",
    "<input autofocus onfocus={}>",
    "<details open ontoggle={}>x</details>",
    "<a href='javascript:{}'>x</a>",
    "<a href='&#106;avascript:{}'>x</a>",
    "<a href='java\tscript:{}'>x</a>",
    "<a href='data:text/html,<script>{}</script>'>x</a>",
    "<a href='vbscript:{}'>x</a>",
    "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<video><source onerror={}></video>",
    "<marquee onstart={}>x</marquee>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'></noscript>",
    "<!--><script>{}</script>-->",
    "<![CDATA[<script>{}</script>]]>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "'\"><script>{}</script>",
    '" onmouseover="{}',
    "' autofocus onfocus='{}",
    "[x](javascript:{})",
    "[x]: javascript:{}\n\n[x]",
    "<javascript:{}>",
    "![x](javascript:{})",
    "`x <javascript:{}>`_",
    ".. image:: javascript:{}\n",
    ".. raw:: html\n\n   <script>{}</script>\n",
    "{{% include 'x' %}}<script>{}</script>",
)
PAYLOADS = [markup.format(act) for markup, act in product(MARKUP, ACTS)]
ELEMENTS = frozenset({"script", "link", "meta", "form", "input", "button", "svg", "style"})
NEVER = frozenset(
    {"base", "embed", "frame", "iframe", "img", "math", "marquee", "object", "source", "style"}
)


def _listing(payload: str) -> Listing:
    metadata: dict[str, object] = {
        "author": payload,
        "author_email": payload,
        "maintainer": payload,
        "license": payload,
        "requires_python": payload,
        "requires_dist": [payload, f"x; extra == '{payload[:100]}'"],
        "classifiers": [payload, f"Topic :: {payload}"],
        "keywords": payload,
        "home_page": payload,
        "download_url": payload,
        "project_urls": {payload: payload, "x": f"https://example.org/{payload}"},
    }
    one = release(metadata=metadata, yanked=payload)
    found = Finding("x", "x", Severity.WARNING, payload, payload)
    file = replace(one.files[0], filename=payload, path=f"files/{payload}", uploader=payload)
    file = replace(file, kind=payload, metadata={"requires_python": payload}, findings=(found,))
    one = replace(
        one,
        files=(file,),
        summary=payload,
        description=payload,
        version=Version(payload, "1"),
    )
    shown = listing(one, replace(one, version=Version("2", "2"), description_type="text/x-rst"))
    events = (happened(Kind.RELEASE_YANKED, payload, reason=payload), happened(Kind.USER_CREATED))
    return replace(
        shown,
        name=Name(payload, "parcel", "parce1"),
        status="deprecated",
        status_reason=payload,
        people=((payload, payload),),
        history=events,
    )


def _frame(page: Reader) -> dict[str, int]:
    return {tag: page.count(tag) for tag in ELEMENTS}


def _addresses(page: Reader) -> list[str]:
    return [*page.values("href"), *page.values("src"), *page.values("action")]


def _harmless(page: Reader) -> None:
    assert not NEVER & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") or name == "formaction" for name in attributes)
    for address in _addresses(page):
        assert address.startswith(("/", "#", "?", "https://", "mailto:")), address


def _pages(payload: str) -> list[Reader]:
    found = [Newest("pypi", "parcel", payload, payload, payload, NOON)]
    return [
        Reader(page.body)
        for page in (
            *project_pages(URL, "Depot")(_listing(payload), None),
            *FrontPages(URL, "Depot").home(found, found),
        )
    ]


HARMLESS = [_frame(page) for page in _pages("plain")]


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_stays_words_on_every_page(payload: str) -> None:
    pages = _pages(payload)
    for page in pages:
        _harmless(page)
    assert [_frame(page) for page in pages] == HARMLESS


def test_text_that_is_turned_around_is_written_out_on_every_page() -> None:
    for page in _pages("a\u202eb\u2066c\U000e0041"):
        assert not {"\u202e", "\u2066", "\U000e0041"} & set(page.text)
        assert "[U+202E]" in page.text
