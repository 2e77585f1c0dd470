"""An own save is not news to the one who made it: nothing is read again for it, while others' saves are."""

from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from exporters.editions.install import INSTALL, KIND
from store.disk import audit
from store.facts import ClientTree, Draft, Who
from store.findings import queries
from store.live import drafts, news, presence
from store.live.news import StoreState
from store.records import agencies, read, save
from store.store import OwnActs, Store
from store.unit_of_work import UnitOfWork
from tests.screens.conftest import CLIENT
from tests.screens.pilots import until
from tests.screens.program import NOW, Program
from tests.stores import ask, do
from tui.app import letter_watch, switch_agency
from tui.app.open_store import Opened, StoreLocation
from tui.screens.calendar.rows import read_year
from tui.screens.client.screen import ClientScreen
from tui.screens.clients.screen import ClientsScreen
from tui.screens.month import MonthScreen
from tui.session import store_access
from tui.session.background_check import caseload_check
from tui.session.store_access import StoreChanged
from validators.problems import Problem


class Counts:
    """How often a client was read and a year was reckoned, and what the month's screen below all was told."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.clients = self.years = 0
        self.told: list[StoreChanged] = []
        tree, told = read.tree, MonthScreen.on_store_changed

        def counted_tree(*args: Any, **more: Any) -> ClientTree:
            self.clients += 1
            return tree(*args, **more)

        def counted_year(*args: Any) -> Any:
            self.years += 1
            return read_year(*args)

        def listened(screen: MonthScreen, event: StoreChanged) -> None:
            self.told.append(event)
            told(screen, event)

        patch.setattr(read, "tree", counted_tree)
        patch.setattr("tui.screens.calendar.screen.read_year", counted_year)
        patch.setattr(MonthScreen, "on_store_changed", listened)

    def from_now(self) -> None:
        """Count anew."""
        self.clients = self.years = 0
        self.told.clear()


async def test_after_f2_the_client_is_read_once_and_the_calendar_is_not_reckoned_anew(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(monkeypatch)
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        app.open_screen("calendar")
        await until(pilot, lambda: counts.years)
        app.open_client(known.client.id, header="CLIENT")
        await until(pilot, lambda: isinstance(app.screen, ClientScreen))
        client = app.screen
        assert isinstance(client, ClientScreen)
        await pilot.press("x")
        counts.from_now()
        await pilot.press("f2")
        await until(pilot, lambda: counts.told)
        await pilot.pause()
        assert ask(store, read.get, "client", known.client.id).version == known.client.version + 1
        assert [(event.saved, event.own) for event in counts.told] == [(True, True)]
        assert (counts.clients, counts.years) == (1, 0)

        counts.from_now()
        with store.writing(Who("bob", NOW)) as work:
            save.create(work, "client", ask(store, agencies.one).id, "", {**CLIENT, "CLIENTID": "c-2"})
        await until(pilot, lambda: counts.told and counts.clients and counts.years)
        assert not counts.told[0].own


async def test_anothers_draft_sets_nothing_off_and_a_key_one_thing_alone(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    monkeypatch.setattr("tui.session.store_access.WATCH_SECONDS", 0.1)
    # On a busy machine this takes longer than it takes until a session says again that it is there, which is not meant.
    monkeypatch.setattr("tui.screens.client.presence.STAY_SECONDS", 3600.0)
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        app.open_client(known.client.id, header="FINITIAL")
        await until(pilot, lambda: app.entered and not ask(store, queries.stale, app.agency, NOW.date()))
        # That a client was looked at is news as well, of which the watch tells a moment later.
        its: Any = app
        await until(pilot, lambda: bool(its.store.ground.looks))
        await until(pilot, lambda: its.watch_store._state.data == its.store.data_version())
        await pilot.pause()
        await until(pilot, lambda: not caseload_check(its).running and not app.threads._tasks)
        done, looked = list[str](), list[StoreState]()
        run, write, look = app.threads.run, app.threads.write_unhurried, news.look

        def counted(job: Callable[[], Any], **more: Any) -> Any:
            done.append("write" if more.get("writes") else "read")
            return run(job, **more)

        def seen(*args: Any) -> StoreState:
            looked.append(look(*args))
            return looked[-1]

        def written(*args: Any) -> None:
            done.append("draft")
            write(*args)

        monkeypatch.setattr(app.threads, "run", counted)
        monkeypatch.setattr(app.threads, "write_unhurried", written)
        monkeypatch.setattr(news, "look", seen)
        await until(pilot, lambda: looked)
        for name in ("e-1", "e-2"):  # in another client
            store.do(Who("bob", NOW, "his"), drafts.save, Draft("client", name, {"CLIENT": name}, 0))
            store.do(Who("bob", NOW, "his"), presence.enter, "client", name)
        await until(pilot, lambda: looked[-1].data != looked[0].data)
        await pilot.pause()
        assert done == []
        await pilot.press("x")
        await until(pilot, lambda: any(one.person != "bob" for one in ask(store, drafts.listed)))
        data = looked[-1].data
        await until(pilot, lambda: looked[-1].data != data)
        await pilot.pause()
        assert done == ["draft"]
        store.do(Who("bob", NOW, "his"), presence.enter, "client", known.client.id)
        await until(pilot, lambda: "bob" in str(app.screen.title))


def test_only_what_was_done_here_altogether_is_ones_own() -> None:
    own = OwnActs()
    own.note(range(5, 8))
    own.note(range(8, 9))
    assert not own.are_all(3, 8)  # somebody else did the fourth
    own.note(range(9, 12))
    own.note(range(14, 15))
    assert not own.are_all(8, 14)  # and the twelfth and thirteenth
    own.note(range(15, 17))
    own.forget(range(15, 17))  # it was not committed: another's took these numbers
    assert not own.are_all(14, 16)
    own.note(range(17, 20))
    assert own.are_all(16, 19)


async def test_what_others_say_of_the_agency_while_it_is_opened_is_noticed_though_the_store_was_away_for_a_moment(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = letter_watch._found, 0

    def first_away(*args: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Problem("The store is away.")
        return found(*args)

    class Overtaken(Program):
        """Somebody is quicker than the first screen."""

        def opened(self, found: Opened) -> None:
            do(store, Who("ben", NOW), agencies.set_reports_since, ask(store, agencies.one), "2020-11")
            super().opened(found)

    monkeypatch.setattr(letter_watch, "_found", first_away)
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app = Overtaken(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and app.agency.reports_since == "2020-11")


def installed(unit: UnitOfWork, standard: str) -> None:
    """What the audit tells of an install of what an agency reports by."""
    unit.chain.add(INSTALL, KIND, standard, "", None, "a digest")


async def test_what_was_done_before_an_agency_was_opened_opens_it_no_second_time_however_late_the_watch_tells_of_it(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, went, looks, openings = letter_watch._found, switch_agency._go, [], []

    def looked(*args: Any) -> Any:
        looks.append(args)
        return found(*args)

    def gone(*args: Any) -> None:
        openings.append(args)
        went(*args)

    monkeypatch.setattr(letter_watch, "_found", looked)
    monkeypatch.setattr(letter_watch, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(switch_agency, "_go", gone)
    monkeypatch.setattr(store_access, "WATCH_SECONDS", 3600.0)
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(looks) == 1)
        assert app._letter_watch is not None
        before = ask(store, audit.last_act)
        do(store, Who("ben", NOW), installed, app.agency.standard)
        app.change_agency(app.agency)
        await until(pilot, lambda: len(openings) == 1 and len(looks) == 2)
        app.open_screen("clients")
        app._letter_watch.look(before)
        await until(pilot, lambda: len(looks) == 3)
        await pilot.pause(0.2)
        assert len(openings) == 1 and isinstance(app.screen, ClientsScreen)
        do(store, Who("ben", NOW), installed, app.agency.standard)
        app._letter_watch.look(before)
        await until(pilot, lambda: len(openings) == 2)


async def test_the_agency_is_opened_anew_only_once_the_keys_rest(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_watch, "AWAY_SECONDS", 3600.0)
    monkeypatch.setattr(letter_watch, "AGAIN_SECONDS", 0.02)
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen))
        app.key_queue.put(events.Key("down", None))
        do(store, Who("ben", NOW), agencies.set_reports_since, ask(store, agencies.one), "2020-11")
        await until(pilot, lambda: app._letter_watch is not None and app._letter_watch._timer is not None)
        await pilot.pause(0.2)
        assert isinstance(app.screen, ClientsScreen) and app.agency.reports_since != "2020-11"
        monkeypatch.setattr(letter_watch, "AWAY_SECONDS", 0.0)
        await until(pilot, lambda: app.agency.reports_since == "2020-11")
