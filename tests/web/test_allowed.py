import pytest

from strongroom.web.allowed import is_allowed


@pytest.mark.parametrize(
    "html",
    [
        "words &lt;b&gt; and more",
        '<p class="x">a<br>b</p>',
        '<a href="https://example.org/?a=b&amp;c" rel="nofollow noopener" title="t">x</a>',
        '<a href="#user-content-x">x</a>',
        '<pre tabindex="0"><span class="k">def</span></pre>',
    ],
)
def test_what_the_sanitiser_writes_is_allowed(html: str) -> None:
    assert is_allowed(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="x">',
        '<p onclick="x">a</p>',
        "<p class='x'>a</p>",
        "<p class=x>a</p>",
        "<P>a</P>",
        "<!-- x -->",
        "<p",
        "a < b",
        '</p class="x">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="/sign-out/">x</a>',
        '<p tabindex="0">a</p>',
        '<p title="a">b">c</p>',
        '<p  class="x">a</p>',
    ],
)
def test_all_else_is_not(html: str) -> None:
    assert not is_allowed(html)
