import pytest

from strongroom.stores.options import options_of


def test_options_are_read_by_name() -> None:
    assert options_of("a=1&b=x%20y", {"a", "b", "c"}) == {"a": "1", "b": "x y"}
    assert options_of("", {"a"}) == {}


@pytest.mark.parametrize("query", ["a=1&a=2", "a=", "z=1", "a", "a=secret;"], ids=str)
def test_what_is_repeated_empty_or_unknown_is_refused_without_repeating_it(query: str) -> None:
    with pytest.raises(ValueError, match=r"options|field") as refused:
        options_of(query, {"b"})
    assert "secret" not in str(refused.value)
