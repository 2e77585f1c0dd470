"""Going over to another agency while something is amiss: a locked store, a check under way, a late answer."""

import signal

import pytest

from store.facts import AgencyInfo, Who
from store.findings import queries
from store.live import drafts
from store.records import agencies, bulk_load
from store.store import Store
from tests.screens.program import NOW
from tests.screens.test_client_store_away import held, locked_by_another
from tests.screens_lists.conftest import Start, command
from tests.screens_lists.test_agencies import agency_in_wales, go_to, id_of, sentences
from tests.stores import ask, do
from tui.screens.client.queries import load as load_client
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes


def test_typing_into_a_locked_store_is_written_when_it_is_free(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    agency_in_wales(store)
    client = id_of(store, agency, "000002")
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    terminal.press("<ctrl+t><home><enter>")
    terminal.until_quiet(0.6)
    with locked_by_another(store):
        terminal.press("X")
        told = "What you typed at T0001 is written when the store takes it."
        go_to(terminal, "W00001", lambda seen: told in sentences(seen))
        assert ask(store, drafts.listed, "ann") == []
    terminal.until(lambda _: [draft.record_id for draft in ask(store, drafts.listed, "ann")] == [client])
    terminal.until("what you typed is written")
    go_to(terminal, "T0001", "Typed here, not saved: 1 client (d).")
    terminal.press("d<enter>")
    terminal.until("keep it?")
    terminal.press("<enter>")
    terminal.until("The draft is kept")


def test_the_line_drops_after_going_over_while_the_store_is_locked(start: Start, store: Store) -> None:
    terminal = start()
    agency_in_wales(store)
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.6)
    with locked_by_another(store):
        terminal.press("QQQ")
        go_to(terminal, "W00001", "Month: Dec 20 (2020-12), W00001")
        terminal.until(lambda _: held(store, "QQQ"))
        terminal.signal(signal.SIGHUP)
        assert terminal.wait() == 128 + signal.SIGHUP
    assert held(store, "QQQ") and ask(store, drafts.listed, "ann") == []


@pytest.mark.slow
def test_a_check_under_way_goes_on_for_the_agency_that_is_open(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    wales = agency_in_wales(store, journeys=300)
    standard = load(agency.standard)
    people = synthetic_episodes(standard, 400, seed=9, today=NOW.date(), faults=True, agency=agency.code)
    with store.writing(Who("loader", NOW)) as work:
        bulk_load.load(work, agency, people, act="sample")
    command(terminal, "agencies", "Agencies of this store")
    # Typed ahead: over to Wales while England's new records wait to be checked, back again in the midst of Wales's.
    terminal.press("<down><enter><ctrl+p>agencies<enter><up><enter>")
    terminal.until("T0001 is open")
    terminal.until(lambda _: not ask(store, queries.stale, agency, NOW.date()), 60)
    terminal.until_quiet(1.5)
    assert ask(store, queries.stale, wales, NOW.date())
    go_to(terminal, "W00001")
    terminal.until(lambda _: not ask(store, queries.stale, wales, NOW.date()), 60)
    rules = {rule.id for rule in load(wales.standard).rules}
    found = {one.rule for one in ask(store, queries.counts, wales)}
    assert found and found <= rules


def test_a_client_of_another_agency_is_not_read_by_this_ones_standard(store: Store, agency: AgencyInfo) -> None:
    wales = agency_in_wales(store)
    client = id_of(store, agency, "000002")
    with pytest.raises(Problem, match="That client is another agency's, not W00001's: open that agency first"):
        ask(store, load_client, wales, load(wales.standard), Who("ann", NOW, "session"), client)


def test_a_store_that_is_away_leaves_all_as_it_is(start: Start, store: Store) -> None:
    terminal = start()
    agency_in_wales(store)
    command(terminal, "agencies", "W00001")
    away = store.path.with_name("away.db")
    store.path.rename(away)
    terminal.press("<down><enter>")
    terminal.until(lambda seen: "could not be found" in sentences(seen))
    assert terminal.shows("Agencies of this store")
    away.rename(store.path)
    terminal.press("<enter>")
    terminal.until("Month: Dec 20 (2020-12), W00001")


def test_whoever_keys_into_an_agency_that_was_taken_out_is_not_told_that_it_will_be_saved(
    start: Start, store: Store
) -> None:
    terminal = start()
    wales = agency_in_wales(store)
    go_to(terminal, "W00001")
    terminal.press("<f3>")
    terminal.until("Ctrl+N enters one")
    terminal.press("<ctrl+n>")
    terminal.until("New client without a name yet")
    do(store, Who("kim", NOW), agencies.remove, wales)
    terminal.until("was taken out of this store by somebody else")
    terminal.press("Q<f2>")
    terminal.until("Not saved: this is not in the store any more.")
    terminal.until_quiet(1.5)
    assert not terminal.shows("but it will be")
