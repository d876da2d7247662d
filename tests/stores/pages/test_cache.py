"""Pages in memory: the newest mark, bounded in bytes, the longest unused go first."""

from strongroom.stores.pages.cache import CACHE_BYTES, ENTRY_BYTES, ENTRY_COST, Cache
from strongroom.stores.pages.protocol import Stored


def page(size: int) -> Stored:
    return Stored(bytes(size), None, "tag")


def test_a_page_is_found_with_the_mark_that_it_was_held_under() -> None:
    cache, first, second = Cache[int](), page(1), page(2)
    assert cache.get("a") is None
    cache.hold("a", 1, first)
    cache.hold("a", 2, second)
    assert cache.get("a") == (2, second)


def test_the_cache_stays_within_its_bound() -> None:
    cache = Cache[int]()
    for number in range(20):
        cache.hold(f"p{number}", 0, page(4 * 1024 * 1024))
        assert cache.size <= CACHE_BYTES
    assert cache.get("p0") is None
    assert cache.get("p19") is not None


def test_a_page_used_again_outlives_one_that_was_not() -> None:
    cache = Cache[int]()
    for number in range(20):
        cache.hold(f"p{number}", 0, page(4 * 1024 * 1024))
        cache.get("p0")
    assert cache.get("p0") is not None
    assert cache.get("p1") is None


def test_a_page_too_large_is_not_held_and_takes_the_place_of_the_one_before() -> None:
    cache = Cache[int]()
    cache.hold("a", 1, page(1))
    cache.hold("a", 2, page(ENTRY_BYTES + 1))
    assert (cache.get("a"), cache.size) == (None, 0)


def test_even_empty_pages_count() -> None:
    cache = Cache[int]()
    cache.hold("a", 1, page(0))
    assert cache.size == ENTRY_COST


def test_a_replaced_page_is_counted_once_with_both_its_forms() -> None:
    cache = Cache[int]()
    for size in (1000, 2000, 500):
        cache.hold("a", size, Stored(bytes(size), bytes(100), "tag"))
    assert cache.size == 600 + ENTRY_COST
