from django.http import HttpResponse

from strongroom.web.headers import POLICY, dress


def test_nothing_inline_and_nothing_foreign_runs() -> None:
    assert POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    for expected in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert expected in POLICY


def test_an_answer_for_one_person_is_kept_by_nobody() -> None:
    response = dress(HttpResponse())
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_address_with_a_secret_goes_to_no_other_site() -> None:
    assert dress(HttpResponse())["Referrer-Policy"] == "same-origin"


def test_a_page_is_alone_in_its_window_group() -> None:
    assert dress(HttpResponse())["Cross-Origin-Opener-Policy"] == "same-origin"
