"""An agency's measures from its own records, the cases behind them; and findings that ask what the agency says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload, check_some
from exporters.month.measures import as_json, cases, measured, measures_told
from store.facts import AgencyInfo, Who
from store.findings import caseload, queries
from store.findings import results as stored_results
from store.findings.results import CHECKER
from store.month import agency_settings
from store.records import agencies, bulk_load
from store.records import read as records_read
from store.store import Store, open_store
from tests.stores import ask, do
from tests.validators.builders_smds import CLOSED, WALES, journey, modality
from validators.measures import Span
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.catalogue import load

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
MEASURED = Checker(WALES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four journeys: in time, late, before the referral, not begun; the first two ended."""
    people = [
        journey(modality("07"), CLIENTNO="1", **CLOSED),
        journey(modality(start="2026-06-01"), CLIENTNO="2", **{**CLOSED, "ENDREASON": "02"}),
        journey(modality(start="2026-02-01"), CLIENTNO="3"),
        journey(modality(start=""), CLIENTNO="4"),
    ]
    with open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True) as made:
        with made.writing(Who("ann", NOW)) as work:
            bulk_load.load(work, agencies.ensure(work, "T00123", WALES.id), people)
        yield made


@pytest.fixture
def agency(store: Store) -> AgencyInfo:
    """The one agency."""
    return ask(store, agencies.one)


def say(store: Store, name: str, told: str) -> None:
    """Set something of the agency."""
    with store.writing(Who("ann", NOW)) as work:
        agency_settings.set_setting(work, ask(store, agencies.one), name, told)


def test_the_measures_of_a_year_and_the_cases_behind_them(store: Store, agency: AgencyInfo) -> None:
    waiting, complete, attended, other = ask(store, measured, agency, WALES, YEAR)
    assert (waiting.percent, waiting.whole, waiting.is_met) == (50.0, 2, False)
    assert complete.why and attended.why and other.why
    for line in waiting.lines:
        found = ask(store, cases, agency, WALES, YEAR, "waiting", line.key)
        assert len(found) == line.count
        assert [one.reference for one in found] == {"within": ["1"], "6_months": ["2"], "invalid": ["3"]}.get(
            line.key, []
        )
    (late,) = ask(store, cases, agency, WALES, YEAR, "waiting", "6_months")
    assert (late.initials, late.opened, late.started, late.reason) == ("EW", "2026-03-02", "2026-06-01", "02")
    say(store, "closure_classes", "01=complete 02=other")
    _, complete, attended, _ = ask(store, measured, agency, WALES, YEAR)
    assert (complete.percent, complete.why, attended.percent) == (50.0, "", 0.0)


def test_they_are_told_as_text_and_json(store: Store, agency: AgencyInfo) -> None:
    results = ask(store, measured, agency, WALES, YEAR)
    text = "\n".join(measures_told(results, YEAR))
    assert "Referral to treatment start: 50.0 % (1 of 2), target 80 %: not reached" in text
    assert "Treatment complete: not computable: the agency has not said what the reasons mean" in text
    told = {one["measure"]: one for one in json.loads(as_json(results, YEAR))}
    assert (told["waiting"]["percent"], told["waiting"]["met"], told["waiting"]["from"]) == (50.0, False, "2026-01-01")
    assert told["complete"]["percent"] is told["complete"]["count"] is None and told["complete"]["why"]


def test_a_standard_without_measures_and_a_measure_there_is_not(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="The data set ndtms-cjit-p names no measures"):
        ask(store, measured, agency, load("ndtms-cjit-p"), YEAR)
    with pytest.raises(Problem, match="There is no measure 'speed' in smds-wales: there are waiting, complete"):
        ask(store, cases, agency, WALES, YEAR, "speed", "within")


def test_a_setting_makes_what_was_found_stale_at_once(store: Store, agency: AgencyInfo) -> None:
    def rules() -> set[str]:
        check_caseload(store, agency, MEASURED, TODAY, NOW)
        return {one.rule for one in ask(store, queries.findings, agency)}

    assert "modality-07" in rules() and ask(store, queries.count_stale, agency, TODAY) == 0
    say(store, "structured_day_programmes", "yes")
    assert ask(store, queries.count_stale, agency, TODAY) == 4 == ask(store, caseload.figures, agency, day=TODAY).stale
    assert len(ask(store, queries.stale, agency, TODAY)) == 4 and ask(
        store, stored_results.beside_is_due, agency, TODAY
    )
    assert "modality-07" not in rules()
    assert ask(store, queries.count_stale, agency, TODAY) == 0 and not ask(
        store, stored_results.beside_is_due, agency, TODAY
    )
    say(store, "structured_day_programmes", "yes")
    say(store, "something_else", "that no rule asks")
    assert ask(store, queries.count_stale, agency, TODAY) == 0


def test_what_was_found_by_settings_that_are_others_meanwhile_stays_stale(store: Store, agency: AgencyInfo) -> None:
    ids = [record.episode_id for record in ask(store, records_read.episodes, agency)]
    read = [
        (its, stamp)
        for stamp, its in ((stamp, record.episode_id) for stamp, record in ask(store, queries.stamped, agency))
    ]
    before = ask(store, agency_settings.grounds, agency)
    say(store, "structured_day_programmes", "yes")
    assert (
        do(
            store,
            Who(CHECKER, NOW),
            stored_results.save,
            [(its, stamp, []) for its, stamp in read],
            TODAY,
            grounds=before,
        )
        == 4
    )
    assert ask(store, queries.count_stale, agency, TODAY) == 4
    check_some(store, agency, MEASURED, ids, TODAY, NOW)
    assert ask(store, queries.count_stale, agency, TODAY) == 0


def test_what_is_kept_is_found_by_the_edition_in_force_whatever_a_screen_speaks(
    store: Store, agency: AgencyInfo
) -> None:
    before = Checker(replace(WALES, rules=tuple(one for one in WALES.rules if one.id != "modality-07")))
    ids = [record.episode_id for record in ask(store, records_read.episodes, agency)]
    check_some(store, agency, before, ids, TODAY, NOW)
    assert ask(store, queries.count_stale, agency, TODAY) == 0
    assert "modality-07" in {one.rule for one in ask(store, queries.findings, agency)}
