"""Django's cache as the library uses it: values that all processes share, each for its time."""

import pytest

from strongroom.people.models import Counter
from strongroom.site.accounts.counters import Counters

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache() -> Counters:
    return Counters("", {})


def test_a_value_is_found_until_it_ends(cache: Counters) -> None:
    cache.set("history", [1.5, 2.5], 60)
    cache.set("over", 1, -1)
    assert (cache.get("history"), cache.get("over", "gone")) == ([1.5, 2.5], "gone")


def test_a_key_is_added_once(cache: Counters) -> None:
    assert cache.add("lock", True, 60)  # noqa: FBT003 - a value
    assert not cache.add("lock", True, 60)  # noqa: FBT003 - likewise
    assert cache.delete("lock")
    assert not cache.delete("lock")
    assert cache.add("lock", True, 60)  # noqa: FBT003 - likewise


def test_only_what_is_known_lasts_longer(cache: Counters) -> None:
    cache.set("code", "y", 60)
    assert cache.touch("code", 120)
    assert not cache.touch("other", 120)


def test_a_value_lasts_as_long_as_django_says_or_for_ever(cache: Counters) -> None:
    cache.set("usual", 1)
    cache.set("always", 1, None)
    usual, always = (Counter.objects.get(key__endswith=key).ends_at for key in ("usual", "always"))
    assert always > usual + 1e9


def test_clearing_forgets_no_limit_that_still_holds(cache: Counters) -> None:
    cache.set("holds", 1, 60)
    cache.set("over", 1, -1)
    cache.clear()
    assert [key[-5:] for key in Counter.objects.values_list("key", flat=True)] == ["holds"]
