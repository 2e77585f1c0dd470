"""An agency's measures from its own records, the cases behind them; and findings that ask what the agency says."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload, check_some
from exporters.month.measures import as_json, cases, measured, measures_told
from store.facts import AgencyInfo
from store.store import Store, open_store
from tests.validators.builders_smds import CLOSED, WALES, journey, modality
from validators.measures import Span
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.catalogue import load

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
CHECKER = Checker(WALES)


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
        with made.write("ann", NOW) as work:
            work.load(work.ensure_agency("T00123", WALES.id), people)
        yield made


@pytest.fixture
def agency(store: Store) -> AgencyInfo:
    """The one agency."""
    return store.agency()


def say(store: Store, name: str, told: str) -> None:
    """Set something of the agency."""
    with store.write("ann", NOW) as work:
        work.set_agency_setting(store.agency(), name, told)


def test_the_measures_of_a_year_and_the_cases_behind_them(store: Store, agency: AgencyInfo) -> None:
    waiting, complete, attended, other = measured(store, agency, WALES, YEAR)
    assert (waiting.percent, waiting.whole, waiting.is_met) == (50.0, 2, False)
    assert complete.why and attended.why and other.why
    for line in waiting.lines:
        found = cases(store, agency, WALES, YEAR, "waiting", line.key)
        assert len(found) == line.count
        assert [one.reference for one in found] == {"within": ["1"], "6_months": ["2"], "invalid": ["3"]}.get(
            line.key, []
        )
    (late,) = cases(store, agency, WALES, YEAR, "waiting", "6_months")
    assert (late.initials, late.opened, late.started, late.reason) == ("EW", "2026-03-02", "2026-06-01", "02")
    say(store, "closure_classes", "01=complete 02=other")
    _, complete, attended, _ = measured(store, agency, WALES, YEAR)
    assert (complete.percent, complete.why, attended.percent) == (50.0, "", 0.0)


def test_they_are_told_as_text_and_json(store: Store, agency: AgencyInfo) -> None:
    results = measured(store, agency, WALES, YEAR)
    text = "\n".join(measures_told(results, YEAR))
    assert "Referral to treatment start: 50.0 % (1 of 2), target 80 %: not reached" in text
    assert "Treatment complete: not computable: the agency has not said what the reasons mean" in text
    told = {one["measure"]: one for one in json.loads(as_json(results, YEAR))}
    assert (told["waiting"]["percent"], told["waiting"]["met"], told["waiting"]["from"]) == (50.0, False, "2026-01-01")
    assert told["complete"]["percent"] is told["complete"]["count"] is None and told["complete"]["why"]


def test_a_standard_without_measures_and_a_measure_there_is_not(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="The data set ndtms-cjit-p names no measures"):
        measured(store, agency, load("ndtms-cjit-p"), YEAR)
    with pytest.raises(Problem, match="There is no measure 'speed' in smds-wales: there are waiting, complete"):
        cases(store, agency, WALES, YEAR, "speed", "within")


def test_a_setting_makes_what_was_found_stale_at_once(store: Store, agency: AgencyInfo) -> None:
    def rules() -> set[str]:
        check_caseload(store, agency, CHECKER, TODAY, NOW)
        return {one.rule for one in store.findings(agency)}

    assert "modality-07" in rules() and store.count_stale(agency, TODAY) == 0
    say(store, "structured_day_programmes", "yes")
    assert store.count_stale(agency, TODAY) == 4 == store.caseload_figures(agency, day=TODAY).stale
    assert len(store.stale_episodes(agency, TODAY)) == 4 and store.beside_is_due(agency, TODAY)
    assert "modality-07" not in rules()
    assert store.count_stale(agency, TODAY) == 0 and not store.beside_is_due(agency, TODAY)
    say(store, "structured_day_programmes", "yes")
    say(store, "something_else", "that no rule asks")
    assert store.count_stale(agency, TODAY) == 0


def test_what_was_found_by_settings_that_are_others_meanwhile_stays_stale(store: Store, agency: AgencyInfo) -> None:
    ids = [record.episode_id for record in store.episodes(agency)]
    read = [
        (its, stamp) for stamp, its in ((stamp, record.episode_id) for stamp, record in store.stamped_episodes(agency))
    ]
    before = store.agency_settings(agency)
    say(store, "structured_day_programmes", "yes")
    assert store.save_findings([(its, stamp, []) for its, stamp in read], TODAY, NOW, before) == 4
    assert store.count_stale(agency, TODAY) == 4
    check_some(store, agency, CHECKER, ids, TODAY, NOW)
    assert store.count_stale(agency, TODAY) == 0
