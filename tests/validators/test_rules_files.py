"""What shows only beside other records or in a file itself, and what happens when a check breaks."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.checks.file_check import check_file
from tests.validators.builders import CHECKER, STANDARD, TODAY, checked, episode, event, on_lines, told, valid_values
from tests.validators.rows_files import BESIDE, BROKEN, HEADING, TEXTS, Beside, Broken, Text
from validators.records import EpisodeRecord, Event, Finding, Source
from validators.rules.checker import Checker
from validators.rules.file_rules import FileRules
from validators.rules.registry import FIELD_PATTERNS, RECORD_PATTERNS, Context


def beside_each_other(records: Iterable[EpisodeRecord], source: Source = "file") -> list[Finding]:
    """What is found in the last of some records of one file, by itself and beside the others."""
    rules, found = FileRules(STANDARD), []
    for record in records:
        found = CHECKER.check(record, Context(TODAY, source))
        found += rules.check(record, found)
    return found


@pytest.mark.parametrize("row", BESIDE, ids=lambda row: f"{row.rule}: {row.name}")
@pytest.mark.parametrize("source", ["file", "store"])
def test_records_beside_each_other(row: Beside, source: Source) -> None:
    assert told(beside_each_other(row.records, source)) == row.told


def test_an_identifier_used_twice_is_told_at_the_second_line() -> None:
    (found,) = beside_each_other([on_lines(episode(event("referral"), event("referral")), 2, 3)])
    assert (found.lines, found.values) == ((3,), {"REFERID": "referral-one"})
    assert found.message == "The same Referral ID appears before (first in line 2)"


def test_a_reference_of_another_client_is_told_at_all_lines_of_the_second() -> None:
    second = on_lines(episode(CLIENTID="two", EPISODID="two", DAT="A11B"), 5, 9)
    (found,) = beside_each_other([on_lines(episode(), 2), second])
    assert (found.line, found.lines, found.section, found.episode) == (5, (5, 9), "client", "two")
    assert found.values == {"CLIENT": second.client["CLIENT"], "CLIENTID": "two"}
    assert found.message == "The same Client reference is used for another client (first in line 2)"


def test_in_the_store_an_identifier_used_twice_names_the_client_who_has_it() -> None:
    first = dataclasses.replace(episode(event("referral")), client_id="one", episode_id="one")
    again = episode(event("referral"), EPISODID="episode-two")
    second = dataclasses.replace(again, client_id="two", episode_id="two")
    (found,) = beside_each_other([first, second], "store")
    assert found.message == "The same Referral ID appears before (first of client 000001)"
    (found,) = beside_each_other([first, dataclasses.replace(first, client_id="two")], "store")[:1]
    assert found.message == "The same Episode ID appears before (first of client 000001)"


def written(row: Text, folder: Path) -> Path:
    """The file of a row: two sub-interventions of one valid episode, changed."""
    rows = [
        {**valid_values(), **event("sub_intervention", SUBMID=name).values} for name in ("first-event", "second-event")
    ]
    lines = [HEADING, *(",".join(values.get(header, "") for header in STANDARD.headers) for values in rows)]
    path = folder / "extract.csv"
    path.write_bytes("".join(f"{line}\r\n" for line in row.change(lines)).encode(row.encoding))
    return path


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: f"{row.rule}: {row.name}")
def test_heading_and_shape_of_a_file(row: Text, tmp_path: Path) -> None:
    found = check_file(written(row, tmp_path), STANDARD, Context(TODAY)).findings
    undecided, *others = sorted(found, key=lambda finding: finding.rule != "4")
    assert (undecided.severity, undecided.rule) == ("notice", "4")
    assert told(others) == row.told


@pytest.mark.parametrize("row", BROKEN, ids=lambda row: f"{row.rule}: {row.name}")
def test_a_check_that_breaks_is_an_error_and_never_a_pass(row: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*values: object) -> bool:
        raise RuntimeError(f"cannot bear {values}")

    for patterns in (FIELD_PATTERNS, RECORD_PATTERNS):
        if row.pattern in patterns:
            monkeypatch.setitem(patterns, row.pattern, lambda *row: breaks)
    checker = Checker(STANDARD)
    record = episode(event("sub_intervention"), PC="NW7 3")
    for source in ("file", "store"):
        found = checker.check(record, Context(TODAY, "file" if source == "file" else "store"))
        assert told(found) == row.told
        for finding in found:
            assert finding.message.startswith("Rule ") and finding.message.endswith("not the record")
            assert not any(len(value) > 1 and value in finding.message for value in valid_values().values())


def test_each_rule_that_breaks_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*values: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setitem(RECORD_PATTERNS, "both_or_neither", lambda *row: breaks)
    monkeypatch.setitem(FIELD_PATTERNS, "number_between", lambda *row: breaks)
    found = Checker(STANDARD).check(episode(ALCDDAYS="1", ALCUNITS="2", DAT=""), Context(TODAY))
    assert sorted(finding.message.split()[1] for finding in found if finding.rule == "rule-failed") == [
        "13",
        "23",
        "24",
        "27",
    ]
    assert "error 2 at DAT" in told(found), "the others are still judged"


# Values that no wording can hold by chance: at least five characters.
VALUES = st.one_of(
    st.dates().map(lambda day: f"{day:%Y%m%d}"),
    st.text("aZ09 .-/\u00e9\u0416\u0967\x00\n{}%", min_size=5, max_size=40),
    st.text("ABCDEFGHIJKLM NOPQRSTUVWXYZ0123456789-/.", min_size=8, max_size=12),
    st.just(""),
    st.sampled_from("YNZX19"),
)
BASE = tuple(field.header for field in STANDARD.fields if field.level != "event")


def some_of(headers: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    """Values for some of the headers."""
    return st.dictionaries(st.sampled_from(headers), VALUES, max_size=12)


def events_of(section: str) -> st.SearchStrategy[Event]:
    """An event of a section with such values."""
    return some_of(STANDARD.headers_by_section[section]).map(lambda values: event(section, **values))


EVENTS = st.one_of(*(events_of(section.id) for section in STANDARD.event_sections))


@given(changes=some_of(BASE), events=st.lists(EVENTS, max_size=2))
def test_no_message_holds_a_value(changes: dict[str, str], events: list[Event]) -> None:
    record = episode(*events, **changes)
    values = {
        value for values in (record.client, record.episode, *(e.values for e in events)) for value in values.values()
    }
    found = [*checked(record, "file", "2020-12"), *checked(record, "store")]
    found += beside_each_other([episode(event("referral")), record])
    for finding in found:
        assert finding.message and finding.fields and finding.field in finding.fields
        assert not [value for value in values if len(value) >= 5 and value in finding.message]
