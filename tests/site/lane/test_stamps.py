"""Dates and numbers."""

from strongroom.site.lane.stamps import Stamps


def test_a_stamp_says_the_second_and_a_number_of_its_own() -> None:
    at = [0.0]
    stamps = Stamps(lambda: at[0])
    number, fields = stamps.next()
    date = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert fields.decode() == f"Date: {date}\r\nX-Request-ID: {number}"
    at[0] = 1.5
    assert b" 00:00:01 GMT" in stamps.next()[1]


def test_no_number_is_given_twice() -> None:
    stamps = Stamps(lambda: 0.0)
    numbers = {stamps.next()[0] for _ in range(1000)}
    assert len(numbers) == 1000
    assert {len(number) for number in numbers} == {16}
