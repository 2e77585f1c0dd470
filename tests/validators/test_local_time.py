"""Moments are told by the clock on the wall, in summer too."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from validators.local_time import date_text, local_day, minute_text

ROOT = Path(__file__).parents[2]


def test_a_moment_is_told_by_the_clock_on_the_wall() -> None:
    assert minute_text(datetime(2021, 1, 10, 9, 30, tzinfo=UTC)) == "2021-01-10 09:30"
    summer = datetime(2021, 6, 1, 23, 30, tzinfo=UTC)
    assert (minute_text(summer), date_text(summer)) == ("2021-06-02 00:30", "2021-06-02")
    assert local_day(summer) == date(2021, 6, 2)


def test_no_moment_is_told_by_another_clock() -> None:
    """What is kept in UTC (`…_at`, now) is never told, nor made a day of, as it stands."""
    as_it_stands = re.compile(r"\{[\w.]*_at:%|_at\.date\(\)|\bnow\(\)\.date\(\)|\bat\.date\(\)\)|_at\)?\[:10\]")
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for room in ("tui", "exporters", "store")
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if as_it_stands.search(line)
    ]
    assert told == []
