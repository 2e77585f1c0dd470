"""Dates of submissions as a region states them in a CSV file: all are taken, or none, saying which line is wrong."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from exporters.imports.encodings import encoding_of, refuse_unquoted
from store.disk.files import open_text, refused
from validators.calendar.calendar import SubmissionCalendar, refuse_misfit, refuse_unknown_region
from validators.calendar.kinds import COLUMNS, DATES, EXTRA_COLUMNS, Override
from validators.calendar.periods import reporting_period
from validators.problems import Problem
from validators.standard.model import Standard


def read_overrides(path: Path, source: str, stated_on: date) -> list[tuple[int, Override]]:
    """The lines of a file with their numbers, the heading being line 1.

    The heading names `submission` and what is stated of `title, period_start, period_end, opens, closes, deadline,
    region, source, stated_on`; dates are YYYY-MM-DD. `source` and `stated_on` stand in where a line says neither.
    Raises Problem with the line.
    """
    refuse_unquoted(path)
    encoding = encoding_of(path)
    known = (*COLUMNS, *EXTRA_COLUMNS)
    found: list[tuple[int, Override]] = []
    try:
        with open_text(path, encoding, newline="") as lines:
            reader = csv.reader(lines, strict=True)
            heading = [cell.strip().lower() for cell in next(reader, [])]
            wrong = [name for name in heading if name not in known or heading.count(name) > 1]
            if "submission" not in heading or wrong:
                told = f"'{wrong[0][:40]}' is none of them, or is there twice" if wrong else "submission is missing"
                raise _at(path, 1, f"the columns are {', '.join(known)}, and {told}")
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(heading):
                    raise _at(path, reader.line_num, f"there are {len(cells)} cells, not {len(heading)}")
                row = {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
                found.append((reader.line_num, _override(path, reader.line_num, row, source, stated_on)))
    except csv.Error:
        raise Problem(f"{path} is not a table of comma-separated values: save it as CSV and try again.") from None
    except OSError as error:
        raise refused(error, path, "read") from None
    if not found:
        raise Problem(f"{path} has no lines below its heading: give at least one submission.")
    return found


def checked_overrides(
    path: Path,
    standard: Standard,
    *,
    source: str,
    stated_on: date,
    today: date,
    stated: Sequence[Override] = (),
    closed_days: Mapping[date, str] | None = None,
) -> list[Override]:
    """The file's overrides, each fitting the calendar in which all of them, and what was `stated` before, apply.

    Raises Problem with the line: a wrong date, an unknown region or submission, a line twice, a window that closes
    before it opens or overlaps another, and what is past.
    """
    lines = read_overrides(path, source, stated_on)
    name = standard.submission.calendar
    first_line: dict[tuple[str, str], int] = {}
    for line, one in lines:
        try:
            reporting_period(name, one.submission)
            refuse_unknown_region(name, one.region)
        except Problem as problem:
            raise _at(path, line, str(problem)) from None
        key = one.submission, one.region
        if key in first_line:
            where = f" in {one.region}" if one.region else ""
            raise _at(path, line, f"the submission {one.submission}{where} is in line {first_line[key]} already")
        first_line[key] = line
    new = [one for _, one in lines]
    before = [one for one in stated if (one.submission, one.region) not in first_line]
    regions = {one.region for one in (*before, *new)} | {""}
    calendars = {
        region: SubmissionCalendar(standard, region, (*before, *new), closed_days) for region in sorted(regions)
    }
    for line, one in lines:
        for region in (one.region,) if one.region else calendars:
            try:
                refuse_misfit(calendars[region], one.submission, today)
            except Problem as problem:
                raise _at(path, line, str(problem)) from None
    return new


def told_of_replaced(stated: Sequence[Override], taken: Sequence[Override]) -> list[str]:
    """What the dates that are taken put out of force without stating it themselves, or that was stated after them."""
    before = {(one.submission, one.region): one for one in stated}
    told: list[str] = []
    for one in taken:
        old = before.get((one.submission, one.region))
        if old is None:
            continue
        where = f"{one.submission} in {one.region}" if one.region else one.submission
        if lost := [f"{name} {day}" for name, day in old.dates.items() if name not in one.dates]:
            told.append(f"{where}: stated before, and counts no more: {', '.join(lost)}")
        if old.stated_on and one.stated_on and old.stated_on > one.stated_on:
            told.append(f"{where}: what {old.source} stated later, on {old.stated_on}, counts no more")
    return told


def _at(path: Path, line: int, sentence: str) -> Problem:
    return Problem(f"{path.name}, line {line}: {sentence.rstrip('.')}. Nothing was taken.")


def _override(path: Path, line: int, row: Mapping[str, str], source: str, stated_on: date) -> Override:
    days = {name: _day(path, line, name, row.get(name, "")) for name in DATES}
    if not any(days.values()):
        raise _at(path, line, "no date is stated")
    said = _day(path, line, "stated_on", row.get("stated_on", ""))
    told = row.get("source", "") or source.strip()
    if not told:
        raise _at(path, line, "it does not say where the dates come from: fill in source, or give --source")
    return Override(
        row["submission"],
        row.get("region", ""),
        row.get("title", ""),
        **days,
        source=told,
        stated_on=said or stated_on,
    )


def _day(path: Path, line: int, name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise _at(path, line, f"{name} is not a date: write it as YYYY-MM-DD")
    return day
