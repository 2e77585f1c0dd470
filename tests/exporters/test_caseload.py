"""The whole caseload checked: once, then only what changed, and what shows between episodes."""

from datetime import UTC, date, datetime

import pytest

from exporters.checks.caseload import check_caseload, check_some, compare_episodes
from exporters.checks.file_check import Examination, check_episodes
from exporters.csv_format.selection import Selection
from exporters.records.check_client import ClientCheck, StoredClient, kept_beside
from store.facts import AgencyInfo, Who
from store.findings import caseload, queries
from store.records import agencies, bulk_load, read, save
from store.store import Store
from tests.exporters.desks import Desk
from tests.stores import ask
from validators.calendar.periods import ReportingPeriod
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

STANDARD = load("ndtms-cjit-p")
CHECKER = Checker(STANDARD)
TODAY = date(2021, 1, 10)
NOW = datetime(2021, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def agency(desk: Desk) -> AgencyInfo:
    """An agency of synthetic clients, some of them faulty."""
    people = synthetic_episodes(STANDARD, 120, seed=2, today=TODAY, faults=True, agency="T0001")
    with desk.store.writing(Who("ann", NOW)) as work:
        made = agencies.ensure(work, "T0001", STANDARD.id)
        bulk_load.load(work, made, people)
    return made


def check(store: Store, agency: AgencyInfo, day: date = TODAY) -> int:
    """Check what is due."""
    return check_caseload(store, agency, CHECKER, day, NOW)


def test_what_is_kept_is_what_a_check_of_everything_finds(desk: Desk, agency: AgencyInfo) -> None:
    store, told = desk.store, list[tuple[int, int]]()
    many = ask(store, read.count_episodes, agency)
    assert check_caseload(store, agency, CHECKER, TODAY, NOW, lambda done, due: told.append((done, due))) == many
    assert (
        told == [(many, many)]
        and check(store, agency) == 0
        and not compare_episodes(store, agency, CHECKER, TODAY, NOW)
    )
    context = Context(TODAY, "store")
    its = Examination(STANDARD, context, ask(store, read.repeated_identifiers, agency))
    report = check_episodes(ask(store, read.episodes, agency), its)
    judged = [one for one in report.findings if one.episode_id]
    kept = ask(store, queries.findings, agency, limit=10_000)
    assert len(kept) > 5
    assert sorted(kept, key=repr) == sorted(judged, key=repr)


def test_the_figures_are_those_of_a_tally_over_the_same_episodes(desk: Desk, agency: AgencyInfo) -> None:
    check(desk.store, agency)
    ever = ReportingPeriod("2020-12", date(1900, 1, 1), date(2099, 12, 31))
    its = ask(desk.store, caseload.figures, agency, ever, day=TODAY)
    sent = [
        one for one in ask(desk.store, read.episodes, agency) if not Selection(STANDARD, ever).outgoing(one).left_out
    ]
    tally = check_episodes(sent, Examination(STANDARD, Context(TODAY, "store"), frozenset())).tally
    assert (its.episodes, its.rows, its.errors, its.warnings) == (len(sent), tally.rows, tally.errors, tally.warnings)
    assert (its.load_percent, its.data_quality_percent) == (tally.load_percent, tally.data_quality_percent)
    assert (
        its.errors > 0
        and its.stale == 0
        and ask(desk.store, caseload.figures, agency, ever, day=date(2021, 1, 11)).stale
    )


def test_only_what_changed_is_checked_again_and_a_new_day_makes_all_due(desk: Desk, agency: AgencyInfo) -> None:
    store = desk.store
    check(store, agency)
    record = next(iter(ask(store, read.episodes, agency)))
    with store.writing(Who("bob", NOW)) as work:
        episode = read.get(work, "episode", record.episode_id)
        save.change(work, "episode", episode.id, {**episode.values, "PC": "nowhere"}, episode.version)
    assert check(store, agency) == len(ask(store, read.tree, record.client_id, deleted=False).episodes)
    assert any(one.field == "PC" for one in ask(store, queries.findings, agency, client_id=record.client_id))
    assert check(store, agency, date(2021, 1, 11)) == ask(store, read.count_episodes, agency)
    assert check_some(store, agency, CHECKER, [record.episode_id], TODAY, NOW) == 1


def test_what_shows_between_episodes_comes_and_goes_with_either_of_them(desk: Desk, agency: AgencyInfo) -> None:
    store = desk.store
    first, *_, last = ask(store, read.episodes, agency)
    with store.writing(Who("bob", NOW)) as work:
        for record in (first, last):
            episode = read.get(work, "episode", record.episode_id)
            save.change(work, "episode", episode.id, {**episode.values, "EPISODID": "twice"}, episode.version)
    check(store, agency)
    (told,) = [one for one in ask(store, queries.findings, agency, limit=1000) if one.values.get("EPISODID") == "twice"]
    # The one entered first stands; what repeats it is at fault.
    assert (told.rule, told.episode_id) == ("47", last.episode_id)
    with store.writing(Who("bob", NOW)) as work:
        episode = read.get(work, "episode", first.episode_id)
        save.change(work, "episode", episode.id, {**episode.values, "EPISODID": "once"}, episode.version)
    check(store, agency)
    assert not [
        one for one in ask(store, queries.findings, agency, limit=1000) if one.values.get("EPISODID") == "twice"
    ]
    assert ask(store, read.episodes_bearing, agency, ["twice"]) == [last.episode_id]
    assert ask(store, read.episodes_bearing, agency, [first.client["CLIENTID"]])[0] == first.episode_id


def test_an_agency_whose_code_was_mended_meanwhile_is_judged_by_the_code_it_has(desk: Desk) -> None:
    """Somebody keys a first client as another one mends the agency's code: nobody was told that it has the old one."""
    with desk.store.writing(Who("ann", NOW)) as unit:
        seen = agencies.ensure(unit, "T0001", STANDARD.id)
        mended = agencies.rename(unit, seen, "T0002")
        client = save.create(unit, "client", seen.id, "", {"AGNCY": seen.code, "CONSENT": "Y"})
        episode = save.create(unit, "episode", client.id, "", {"CONSENT": "Y", "REFLD": "20200901"})
    check_some(desk.store, seen, CHECKER, [episode.id], TODAY, NOW)
    for opened in (seen, mended):
        found = ask(desk.store, queries.findings, opened, limit=100)
        assert [one.fields for one in found if one.rule == "agency"] == [("AGNCY",)]
        live = ClientCheck(CHECKER, ask(desk.store, kept_beside, opened, STANDARD, client.id))
        its = StoredClient(ask(desk.store, read.tree, client.id))
        assert [one.rule for one in live.findings(its, TODAY) if one.field == "AGNCY"] == ["agency"]
