"""The percentages: rows that would load, rows whose quality nobody doubts, both rounded down."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validators.builders import STANDARD, checked, episode, event, on_lines, withheld
from validators.quality import Tally, percent
from validators.records import EpisodeRecord, Event, Finding, Severity
from validators.rules.file_rules import structure_finding


def finding(severity: Severity, *lines: int, event_id: str = "") -> Finding:
    """A finding about these lines."""
    return Finding(severity, "any", "PC", ("PC",), "Postcode is wrong", lines=lines, event_id=event_id)


def tallied(*episodes: tuple[EpisodeRecord, list[Finding]]) -> Tally:
    """A tally of these episodes."""
    tally = Tally(STANDARD)
    for record, findings in episodes:
        tally.add(record, findings)
    return tally


@pytest.mark.parametrize(
    ("good", "of", "expected"),
    [
        (0, 0, 100.0),
        (0, 1, 0.0),
        (1, 1, 100.0),
        (1, 3, 33.3),
        (2, 3, 66.6),
        (999, 1000, 99.9),
        (9_999, 10_000, 99.9),
        (9_999_999, 10_000_000, 99.9),
        (1, 1001, 0.0),
        (171, 189, 90.4),
    ],
)
def test_percentages_round_down_to_one_decimal(good: int, of: int, expected: float) -> None:
    assert percent(good, of) == expected


@given(st.integers(1, 10**9), st.data())
def test_only_nothing_left_is_a_hundred(of: int, data: st.DataObject) -> None:
    good = data.draw(st.integers(0, of))
    result = percent(good, of)
    assert (result == 100.0) == (good == of)
    assert 0 <= result <= 100 and round(result * 10) * of <= 1000 * good < (round(result * 10) + 1) * of
    assert f"{result:.1f}" == str(result)


def test_no_rows_are_a_hundred_percent() -> None:
    empty = Tally(STANDARD)
    assert (empty.rows, empty.load_percent, empty.data_quality_percent) == (0, 100.0, 100.0)


def test_a_row_with_several_findings_counts_once() -> None:
    record = on_lines(episode(), 2)
    error, warning = finding(Severity.ERROR, 2), finding(Severity.WARNING, 2)
    tally = tallied((record, [error, error, warning]), (on_lines(episode(), 3), []))
    assert (tally.rows, tally.errors, tally.warnings) == (2, 2, 1)
    assert (tally.load_percent, tally.data_quality_percent) == (50.0, 50.0)


def test_a_fault_of_the_episode_spoils_all_its_rows_and_one_of_an_event_its_own() -> None:
    events = [event("referral", REFERID=name) for name in ("one", "two", "three")]
    about_episode = on_lines(episode(*events, ETHNIC="Q"), 2, 3, 4)
    assert tallied((about_episode, checked(about_episode))).data_quality_percent == 0.0
    events[1] = event("referral", REFERID="two", REFDATE="20200109")
    about_event = on_lines(episode(*events), 2, 3, 4)
    tally = tallied((about_event, checked(about_event)))
    assert (tally.rows, tally.load_percent, tally.data_quality_percent) == (3, 66.6, 100.0)


def stored(ids: str, *findings: Finding) -> tuple[EpisodeRecord, list[Finding]]:
    """A stored episode with an event for each id."""
    events = tuple(Event("referral", {}, id=name) for name in ids)
    return EpisodeRecord({}, {}, events, episode_id="e"), list(findings)


def test_a_stored_episode_has_a_row_for_each_event_and_one_where_there_is_none() -> None:
    error = finding(Severity.ERROR)
    assert [tallied(stored(ids)).rows for ids in ("", "a", "abc")] == [1, 1, 3]
    assert [tallied(stored(ids, error)).load_percent for ids in ("", "a", "abc")] == [0.0, 0.0, 0.0]
    of_one = finding(Severity.ERROR, event_id="a")
    assert tallied(stored("abc", of_one, of_one)).load_percent == 66.6
    assert tallied(stored("abc", of_one, error)).load_percent == 0.0


def test_notices_count_for_nothing() -> None:
    tally = tallied((on_lines(episode(), 2), [finding(Severity.NOTICE, 2)]))
    assert (tally.load_percent, tally.data_quality_percent, tally.counts[Severity.NOTICE]) == (100.0, 100.0, 1)


def test_a_fault_in_the_heading_makes_the_load_0_and_leaves_the_quality() -> None:
    tally = tallied((on_lines(episode(), 2), []))
    tally.add_about_file(structure_finding(STANDARD, "header_order", lines=[1]))
    assert tally.load_percent == 100.0
    tally.add_about_file(structure_finding(STANDARD, "header_missing", fields=["DAT"], lines=[1]))
    assert (tally.errors, tally.load_percent, tally.data_quality_percent) == (1, 0.0, 100.0)


def test_a_fault_in_the_heading_makes_the_load_0_where_there_are_no_rows() -> None:
    tally = Tally(STANDARD)
    tally.add_about_file(structure_finding(STANDARD, "header_unknown", fields=["X"], lines=[1]))
    assert tally.load_percent == 0.0


def test_a_row_that_is_no_episode_is_a_row() -> None:
    tally = tallied((on_lines(episode(), 2), []))
    words = {"count": "63", "expected": "64"}
    tally.add_row(structure_finding(STANDARD, "cell_count", lines=[3], words=words))
    assert (tally.rows, tally.episodes, tally.errors, tally.load_percent) == (2, 1, 1, 50.0)


def test_episodes_without_consent_are_counted() -> None:
    tally = tallied((episode(), []), (withheld(), []), (episode(CONSENT=""), []), (episode(CONSENT="?"), []))
    assert (tally.episodes, tally.no_consent) == (4, 3)


def test_a_stored_episode_of_which_one_row_is_sent_has_one_row_to_spoil() -> None:
    """A consent that cannot be read withholds, and what is wrong with events is told all the same."""
    record = episode(*(replace(event("sub_intervention"), id=each) for each in "12"), CONSENT="1")
    wrong = [finding(Severity.ERROR), *(finding(Severity.ERROR, event_id=each) for each in ("1", "2"))]
    tally = tallied((episode(), []), (record, wrong))
    assert (tally.rows, tally.errors, tally.load_percent) == (2, 3, 50.0)


def test_accepted_warnings_count_and_are_told_beside_the_percentage() -> None:
    events = (Event("sub_intervention", {}, id="a"), Event("sub_intervention", {}, id="b"))
    record = EpisodeRecord(episode().client, episode().episode, events)
    accepted = replace(finding(Severity.WARNING, event_id="a"), accepted="x")
    tally = tallied((record, [accepted, finding(Severity.WARNING, event_id="b")]))
    assert (tally.warnings, tally.accepted, tally.open_warnings) == (2, 1, 1)
    assert (tally.data_quality_percent, tally.quality_without_accepted) == (0.0, 50.0)
    assert tally.quality_text == "0.0 % (50 % without 1 accepted)"
    # A row that is doubted for another reason, too, stays doubted.
    tally = tallied((record, [accepted, finding(Severity.WARNING)]))
    assert (tally.quality_without_accepted, tallied((record, [])).quality_text) == (0.0, "100.0 %")
    tally.add_row(finding(Severity.WARNING, 9))
    assert (tally.rows, tally.open_rows) == (3, 3)
