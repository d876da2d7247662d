"""A rate over the whole."""

from strongroom.site.lane.pace import Pace


def test_a_transfer_may_wait_for_its_grace_and_what_its_bytes_have_earned() -> None:
    pace = Pace(grace=10.0, rate=100)
    assert pace.allowance(0) == 10.0
    assert pace.allowance(500) == 15.0
