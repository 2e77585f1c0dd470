"""`keywork calendar`: what is told without a store, with one, and what a file of dates changes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import ROOT, Place, call, environment
from tests.commands.test_imports import CODE

SAMPLE = Path(__file__).parent.parent / "data" / "ndtms_calendar_2022_23.csv"


def told(*arguments: object) -> list[dict[str, str]]:
    """The calendar as JSON."""
    done = call("calendar", "--format", "json", *arguments)
    assert (done.code, done.err) == (0, "")
    found: list[dict[str, str]] = json.loads(done.out)
    return found


def test_the_published_year_in_json() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = [{**row, "source": "published"} for row in csv.DictReader(lines)]
    assert told("--from", "2022-10-12", "--months", 13) == rows


def test_the_table_says_source_closed_days_and_what_is_not_confirmed() -> None:
    done = call("calendar", "--today", "2026-08-03", "--months", 3)
    assert done.code == 0
    assert done.out.startswith("Nothing is due now: no submission is made in August. September's, Part July Aug 26")
    assert "2026-09-12  rule (a Saturday)" in done.out
    assert "the published rule carried on, not confirmed" in done.out


@pytest.mark.parametrize("form", ["text", "json", "ics"])
def test_the_calendar_needs_neither_store_nor_screens(form: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CODE, "calendar", "--format", form, "--region", "London", "--today", "2026-11-21"]
    home = environment(XDG_DATA_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    done = subprocess.run(command, capture_output=True, env=home, cwd=ROOT, timeout=60, check=False)
    code, loaded = json.loads(done.stderr)
    assert code == 0 and done.stdout
    assert {"textual", "sqlmodel", "sqlalchemy", "alembic", "sqlcipher3", "lxml"}.isdisjoint(loaded)
    assert (b"\r\n" in done.stdout) == (form == "ics")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--region", "Mercia"), "There is no region 'Mercia': there are London, "),
        (("--standard", "none"), "There is no standard 'none'"),
        (("--from", "1066-10-14"), "The calendar does not reach to 1066-10-14"),
        (("--store", "/nowhere/x.db"), "There is no store at /nowhere/x.db"),
    ],
)
def test_what_cannot_be_told_is_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    assert call("calendar", *arguments).sentence.startswith(sentence)


def test_regions() -> None:
    lines = call("calendar", "regions").out.splitlines()
    assert (
        lines[0].split()[0] == "Region"
        and len(lines) == 8
        and lines[1].split() == ["London", "NDTMS.London@dhsc.gov.uk"]
    )


def test_a_file_of_dates_is_taken_whole_and_shows_in_that_stores_calendar(filled: Place, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("submission,deadline,region\n2026-02,2026-03-09,London\n2026-03,2026-04-10,\n")
    day = ("--today", "2026-01-10")
    done = call("calendar", "load", file, *filled.options, "--source", "Regional team", *day)
    assert (done.code, done.out) == (0, f"2 submissions taken from {file}\n")
    first = ("--from", "2026-03-01", "--months", "2", *filled.options)
    assert [(one["deadline"], one["source"]) for one in told(*first)] == [
        ("2026-03-12", "rule"),
        ("2026-04-10", "override"),
    ]
    assert told(*first, "--region", "London")[0]["deadline"] == "2026-03-09"
    assert call("doctor", *filled.options).code == 0


def test_dates_that_others_put_out_of_force_are_told(filled: Place, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    load = ("calendar", "load", file, *filled.options, "--source", "Regional team", "--today", "2026-01-10")
    file.write_text("submission,closes,deadline,stated_on\n2026-02,2026-03-08,2026-03-09,2026-01-08\n")
    assert call(*load).out == f"1 submission taken from {file}\n" == call(*load).out
    file.write_text("submission,deadline,stated_on\n2026-02,2026-03-10,2026-01-02\n")
    assert call(*load).out == (
        f"1 submission taken from {file}\n"
        "  2026-02: stated before, and counts no more: closes 2026-03-08\n"
        "  2026-02: what Regional team stated later, on 2026-01-08, counts no more\n"
    )
    state = ("calendar", "state", "2026-02", "--closes", "2026-03-08", "--source", "Team", "--today", "2026-01-10")
    assert call(*state, *filled.options).out.endswith("counts no more: deadline 2026-03-10\n")


def test_the_store_of_the_environment_gives_its_regions_dates(
    filled: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("submission,deadline,region\n2026-02,2026-03-09,London\n")
    assert call("calendar", "load", file, *filled.options, "--source", "x", "--today", "2026-01-10").code == 0
    assert call("calendar", "region", "London", *filled.options).code == 0
    monkeypatch.setenv("KEYWORK_STORE", str(filled.store))
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(filled.key))
    first = ("--from", "2026-03-01", "--months", "1")
    assert told(*first)[0]["deadline"] == "2026-03-09"
    assert told(*first, "--region", "North West")[0]["deadline"] == "2026-03-12"
    assert "DTSTART;VALUE=DATE:20260309" in call("calendar", "--format", "ics", *first).out
    assert "There is no region 'Mercia'" in call("calendar", *first, "--region", "Mercia").sentence
    # What the store has no agency for is told as published; an agency that is named has to be there.
    wales = call("calendar", "--standard", "smds-wales", *first)
    assert wales.code == 0 and "2026-03-10" in wales.out and "dates as published" in wales.err
    assert "no such agency" in call("calendar", "--agency", "T9999").sentence


def test_each_agency_of_a_store_has_events_of_its_own_in_a_calendar_program(filled: Place) -> None:
    """The second one's took the place of the first one's there, and so did its deadlines."""

    def written(*which: str) -> tuple[list[str], set[str]]:
        """The UIDs of the events, and what is written over them."""
        lines = call("calendar", "--format", "ics", "--from", "2026-03-01", *which, *filled.options).out.splitlines()
        named = {line.partition(":")[2] for line in lines if line.startswith("SUMMARY")}
        return [line for line in lines if line.startswith("UID")], named

    alone, title = written()
    for code, standard in (("T0777", "ndtms-cjit-p"), ("T0123", "ndtms-r-ad"), ("W00001", "smds-wales")):
        assert call("agencies", "add", code, "--standard", standard, *filled.options).code == 0
    first, second, third, wales = (
        written("--agency", code, "--standard", standard)
        for code, standard in (
            ("T0123", "ndtms-cjit-p"),
            ("T0777", "ndtms-cjit-p"),
            ("T0123", "ndtms-r-ad"),
            ("W00001", "smds-wales"),
        )
    )
    assert first[0] == alone, "what was taken in before is replaced, not doubled"
    assert len({*first[0], *second[0], *third[0], *wales[0]}) == 3 * len(alone) + len(wales[0])
    assert all("T0777" in told for told in second[1]) and not any("W00001" in told for told in wales[1])
    assert not any("T0123" in told for told in title) and all("T0123" in told for told in first[1])


def test_a_store_that_is_not_there_yet_is_said_and_the_published_dates_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_STORE", str(tmp_path / "none.db"))
    done = call("calendar", "--from", "2026-03-01", "--months", "1")
    assert (done.code, "2026-03-12" in done.out) == (0, True)
    assert done.err == f"There is no store at {tmp_path / 'none.db'} yet: these are the dates as published.\n"
    assert not list(tmp_path.iterdir())


def test_a_file_with_one_wrong_line_changes_nothing(filled: Place, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("submission,deadline\n2026-03,2026-04-10\n2026-07,2026-08-09\n")
    done = call("calendar", "load", file, *filled.options, "--source", "x", "--today", "2026-01-10")
    assert done.sentence.startswith("dates.csv, line 3: There is no submission 2026-07")
    assert told("--from", "2026-04-01", "--months", "1", *filled.options)[0]["source"] == "rule"


def test_an_agency_is_given_its_region_by_command(filled: Place, tmp_path: Path) -> None:
    file = tmp_path / "dates.csv"
    file.write_text("submission,deadline,region\n2026-02,2026-03-09,London\n")
    assert call("calendar", "load", file, *filled.options, "--source", "x", "--today", "2026-01-10").code == 0
    first = ("--from", "2026-03-01", "--months", "1", *filled.options)
    assert told(*first)[0]["deadline"] == "2026-03-12"
    done = call("calendar", "region", "London", *filled.options)
    assert (done.code, done.out) == (0, "region of T0123: London\n")
    assert told(*first)[0]["deadline"] == "2026-03-09"
    assert call("calendar", "region", "London", *filled.options).out.endswith("London (as before)\n")
    assert "Nowhere" in call("calendar", "region", "Nowhere", *filled.options).sentence
    assert call("calendar", "region", "", *filled.options).out == "region of T0123: none\n"
    assert told(*first)[0]["deadline"] == "2026-03-12"
    assert call("doctor", *filled.options).code == 0
