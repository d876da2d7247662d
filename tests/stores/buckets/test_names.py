"""Paths as names of objects: each has its own, of characters that nobody treats specially."""

import re

from hypothesis import given
from hypothesis import strategies as st

from strongroom.stores.buckets.names import escaped, unescaped

paths = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1).map("/".join)


@given(paths)
def test_a_name_is_plain_and_stands_for_one_path(path: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_./=-]+", escaped(path))
    assert unescaped(escaped(path)) == path


def test_what_paths_mostly_hold_stays_as_it_is() -> None:
    path = "files/pypi/ab/cd/ef/some_name-1.0.post1-py3-none-any.whl.metadata"
    assert escaped(path) == path
