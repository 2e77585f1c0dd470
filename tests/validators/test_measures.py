"""The arithmetic of the Welsh measures: which line a journey is in, and what the lines come to."""

from collections import Counter
from datetime import date

import pytest

from tests.validators.builders_smds import WALES, journey, modality
from validators.calendar.closed_days import ClosedDays
from validators.measures import Result, Span, quarter, result, sorter
from validators.records import EpisodeRecord, Event

WAITING, COMPLETE, ATTENDED, OTHERS = WALES.measures
YEARS = Span(date(2020, 1, 1), date(2030, 12, 31))
CLOSED = ClosedDays("WLS")
CLASSES = {"closure_classes": "01=complete 02=neutral 03=dna_assessment 04=dna_during 05=other"}


def line(measure: int, record: EpisodeRecord, settings: dict[str, str] = CLASSES, span: Span = YEARS) -> str:
    """The line of a measure that a journey is in."""
    return sorter(WALES.measures[measure], WALES, span, CLOSED, settings)(record)


def started(referred: str, *starts: str) -> EpisodeRecord:
    """A journey with modalities that began on these days."""
    return journey(*(modality(start=start) for start in starts), REFDATE=referred)


@pytest.mark.parametrize(
    ("referred", "start", "wanted"),
    [
        # Monday 2 March 2026: the 20th working day after it is Monday 30 March.
        ("2026-03-02", "2026-03-02", "within"),
        ("2026-03-02", "2026-03-30", "within"),
        ("2026-03-02", "2026-03-31", "12_weeks"),
        # Good Friday and Easter Monday (3 and 6 April) are no working days in Wales.
        ("2026-03-16", "2026-04-15", "within"),
        ("2026-03-16", "2026-04-16", "12_weeks"),
        # Referred on a Saturday: the first working day is the Monday.
        ("2026-02-28", "2026-03-27", "within"),
        ("2026-03-02", "2026-05-25", "12_weeks"),
        ("2026-03-02", "2026-05-26", "6_months"),
        ("2026-03-02", "2026-09-02", "6_months"),
        ("2026-03-02", "2026-09-03", "9_months"),
        ("2025-08-31", "2026-02-28", "6_months"),  # six months after 31 August is the last day of February
        ("2025-08-31", "2026-03-01", "9_months"),
        ("2025-01-02", "2026-01-02", "12_months"),
        ("2025-01-02", "2026-07-02", "18_months"),
        ("2024-01-02", "2026-01-02", "24_months"),
        ("2024-01-02", "2026-01-03", "over"),
        ("0019-01-02", "2026-01-03", "over"),
        ("2026-03-02", "2026-03-01", "invalid"),
        ("", "2026-03-01", "no_referral"),
        ("2026-02-30", "2026-03-01", "no_referral"),
        ("2026-03-02", "", ""),
        ("2026-03-02", "2026-02-30", ""),
        ("2026-03-02", "2019-12-31", ""),
    ],
)
def test_the_wait_from_referral_to_start(referred: str, start: str, wanted: str) -> None:
    assert line(0, started(referred, start)) == wanted


def test_the_first_start_counts_also_where_a_later_one_lies_in_the_days_looked_at() -> None:
    both = started("2026-03-02", "2026-08-01", "2026-03-20")
    assert line(0, both) == "within"
    assert line(0, both, span=Span(date(2026, 7, 1), date(2026, 9, 30))) == ""


def test_a_sites_own_closed_day_is_no_working_day() -> None:
    of = sorter(WAITING, WALES, YEARS, ClosedDays("WLS", {date(2026, 3, 20): "Moving house"}), {})
    assert of(started("2026-03-02", "2026-03-31")) == "within"


@pytest.mark.parametrize(
    ("reason", "complete", "attended"),
    [
        ("01", "counted", "others"),
        ("02", "left_out", "others"),
        ("03", "others", "dna_assessment"),
        ("04", "others", "dna_during"),
        ("05", "others", "others"),
        ("77", "unclassed", "unclassed"),
        ("", "no_reason", "no_reason"),
    ],
)
def test_closures_by_their_reason(reason: str, complete: str, attended: str) -> None:
    its = journey(modality(), ENDDATE="2026-06-30", ENDREASON=reason)
    assert (line(1, its), line(2, its)) == (complete, attended)


def test_a_closure_without_treatment_counts_for_attendance_alone() -> None:
    its = journey(modality(start=""), ENDDATE="2026-06-30", ENDREASON="03")
    assert (line(1, its), line(2, its)) == ("", "dna_assessment")
    assert line(1, journey(modality())) == line(2, journey(modality())) == ""


def counted(measure: int, settings: dict[str, str] = CLASSES, **counts: int) -> Result:
    """What a measure comes to."""
    return result(WALES.measures[measure], Counter(counts), settings)


def test_the_target_is_reached_at_80_in_100_and_percentages_are_rounded_down() -> None:
    reached = counted(0, within=8, over=2, invalid=5)
    assert (reached.percent, reached.is_met, reached.whole) == (80.0, True, 10)
    missed = counted(0, within=7999, over=2001)
    assert (missed.percent, missed.is_met) == (79.9, False)
    assert [one.count for one in reached.lines if one.key == "invalid"] == [5]
    assert "no_referral" not in [one.key for one in reached.lines]
    unknown = {one.key: (one.label, one.count) for one in counted(0, within=8, invalid=1, no_referral=2).lines}
    assert unknown["no_referral"] == ("No day of referral that can be read: left out", 2)
    assert unknown["invalid"] == ("Start before the referral: left out", 1)
    none = counted(0, invalid=2)
    assert (none.percent, none.is_met, none.why) == (None, None, "no treatment started in these days")


def test_complete_is_a_share_of_all_but_the_neutral() -> None:
    its = counted(1, counted=3, others=1, left_out=6, no_reason=1)
    assert (its.percent, its.whole, its.is_met) == (75.0, 4, None)


def test_what_cannot_be_computed_says_why_and_shows_no_zeros_for_classes() -> None:
    unsaid = counted(1, {}, unclassed=4)
    assert unsaid.percent is None and "has not said what the reasons mean (setting closure_classes)" in unsaid.why
    assert [one.key for one in unsaid.lines] == ["unclassed", "no_reason"]
    some = counted(1, counted=3, unclassed=2)
    assert some.percent is None and some.why.startswith("2 of the closures have a reason that is in no class")
    assert counted(2).why == "nobody's contact ended in these days"
    assert counted(3).percent is None and "not public" in counted(3).why


def test_did_not_attend_by_stage() -> None:
    its = counted(2, dna_assessment=2, dna_during=1, others=7, no_reason=3)
    told = {one.key: (one.count, one.percent) for one in its.lines}
    assert told["dna_assessment"] == (2, 20.0) and told["dna_before"] == (0, 0.0) and told["dna_during"] == (1, 10.0)
    assert its.percent == 30.0


def test_quarters() -> None:
    day = date(2026, 2, 10)
    assert quarter(day) == Span(date(2026, 1, 1), date(2026, 3, 31))
    assert quarter(day, -1) == Span(date(2025, 10, 1), date(2025, 12, 31))
    assert quarter(day, 4) == Span(date(2027, 1, 1), date(2027, 3, 31))


def test_an_event_of_another_section_is_no_start() -> None:
    assert line(0, journey(Event("top", {"TOPDATE": "2026-03-12"}), REFDATE="2026-03-02")) == ""
