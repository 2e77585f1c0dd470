"""Moments are told by the clock on the wall, in summer too."""

from datetime import UTC, datetime

from validators.local_time import date_text, minute_text


def test_a_moment_is_told_by_the_clock_on_the_wall() -> None:
    assert minute_text(datetime(2021, 1, 10, 9, 30, tzinfo=UTC)) == "2021-01-10 09:30"
    summer = datetime(2021, 6, 1, 23, 30, tzinfo=UTC)
    assert (minute_text(summer), date_text(summer)) == ("2021-06-02 00:30", "2021-06-02")
