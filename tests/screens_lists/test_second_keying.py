"""The second keying at the screen: drawn, keyed blind, decided side by side, closed; its number stands on Month."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from exporters.records import second_keying
from exporters.records.second_keying import Wanted
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.records import read, save
from store.store import Store
from tests.screens.pilots import until
from tests.screens.program import NOW, Program
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do
from tui.app import open_store
from tui.app.open_store import StoreLocation
from tui.screens.month import MonthScreen
from tui.screens.second_keying import form
from tui.screens.second_keying.differences import SecondDifferences
from tui.screens.second_keying.form import SecondForm
from tui.screens.second_keying.screen import SampleList
from tui.widgets.confirm import Confirm
from tui.widgets.text_line import StatusLine
from validators.standard.catalogue import load

BEFORE = NOW - timedelta(40)
VALUES = {"CLIENT": "C900", "FINITIAL": "A", "SINITIAL": "B", "DOB": "19800102"}
EPISODE = {"REFLD": "20200901", "DRUG1": "1101"}


def entered(store: Store, agency: AgencyInfo, **event: str) -> str:
    """A client whom ben keyed some weeks ago, with an event where one is given."""
    client = do(store, Who("ben", BEFORE), save.create, "client", agency.id, "", VALUES)
    episode = do(store, Who("ben", BEFORE), save.create, "episode", client.id, "", EPISODE)
    if event:
        do(store, Who("ben", BEFORE), save.create, "event", episode.id, "sub_intervention", event)
    return client.id


def test_a_sample_is_drawn_keyed_without_a_look_decided_and_closed(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    client_id = entered(store, agency, SUBMODDT="20201001", RECEMP="Y")
    terminal = start()
    command(terminal, "second keying", "No sample is open")
    terminal.press("n")
    terminal.until("Draw a sample;")
    day = f"{BEFORE:%Y-%m-%d}"
    terminal.press(f"<ctrl+u>{day}<enter><ctrl+u>{day}<enter>100%<enter><enter>seven<enter>")
    terminal.until("Keyed again: 0 of 1 episodes, the events of 0 of 1.")
    assert terminal.shows("seed seven")
    terminal.press("k")
    terminal.until("Key what its paper file says")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "second_form.screen.txt")
    terminal.press("a<enter>b<enter>2 1 80<enter><f8>")
    terminal.until("Nothing is told here")
    assert not any(terminal.shows(text) for text in ("1 Sep 2020", "20200901", "1101", "Heroin"))
    terminal.press("<escape>")
    terminal.until("begun by ann")
    terminal.press("<enter>")
    terminal.until("2 Jan 1980")
    terminal.press("<down><down>2 9 2020<enter><down>1101<enter><f2>")
    # The same paper file: its events, one after another, as many as it has.
    terminal.until("1: the next sub-intervention of the paper")
    terminal.press("5 9 2020<enter>y<enter><f2>")
    terminal.until("2: the next sub-intervention")
    terminal.press("<f7>")
    terminal.until("As you keyed it")
    terminal.press("6 9 2020<enter><f8>")
    terminal.until("2: the next sub-intervention")
    terminal.press("<f2>")
    terminal.until("Keyed of this paper file, Sub-intervention: 1.")
    terminal.press("y")
    terminal.until("2 to decide")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "second_keying.screen.txt")
    terminal.press("d")
    terminal.until("3 differences, 3 to decide.")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "second_differences.screen.txt")
    terminal.press("<down>f")
    terminal.until("Sub-intervention 1 Oct 2020: it is on the paper; nothing is changed")
    terminal.press("s")
    terminal.until("Sub-intervention 6 Sep 2020: it is on the paper; it is in")
    assert len(ask(store, read.tree, client_id).episodes[0].events) == 2
    terminal.press("<down>s")
    terminal.until("goes out of the record; f brings")
    terminal.press("d")
    terminal.until("it is not on the paper; it is out of")
    assert len(ask(store, read.tree, client_id).episodes[0].events) == 1
    terminal.press("b")
    terminal.until("Both wrong: what is right?")
    terminal.press("3 9 2020<enter>")
    terminal.until("the record is changed")
    assert ask(store, read.tree, client_id).episodes[0].episode.values["REFLD"] == "20200903"
    terminal.press("<escape>")
    terminal.until("both wrong 1, to decide 0")
    terminal.press("ccc")
    terminal.until("The figures stay")
    assert not terminal.shows("Closed:"), "the letter that asks does not answer"
    terminal.press("x")
    terminal.until("Closed: 3 errors in 7 fields.")
    terminal.until("The last sample.")


async def begun_again(app: Program, pilot: Pilot[int], store: Store, agency: AgencyInfo) -> str:
    """The blind form of the only one of a sample, with `A` just typed into it; its id."""
    client_id = entered(store, agency)
    work = Work(agency, load(agency.standard), NOW.date())
    do(store, Who("cat", NOW), second_keying.draw, work, Wanted(BEFORE.date(), BEFORE.date(), number=1))
    one, _ = ask(store, second_keying.state, work).episodes
    assert one.client_id == client_id
    await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
    app.push_screen(SecondForm(one))
    await until(pilot, lambda: isinstance(app.screen, SecondForm) and app.screen.is_mounted)
    await pilot.press("a")
    return one.id


def typed(store: Store, agency: AgencyInfo, own_id: str) -> list[str]:
    """What is kept of it."""
    work = Work(agency, load(agency.standard), NOW.date())
    return list(ask(store, second_keying.one_of, work, own_id).second.values())


async def test_f10_right_after_a_key_keeps_what_was_keyed_again(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    monkeypatch.setattr(form, "KEEP_SECONDS", 60)
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        own_id = await begun_again(app, pilot, store, agency)
        assert typed(store, agency, own_id) == []
        await pilot.press("f10")
    assert typed(store, agency, own_id) == ["a"] and not app.last_words


async def test_what_a_locked_store_refused_is_kept_once_it_is_free(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    monkeypatch.setattr(open_store, "BUSY_SECONDS", 0.05)
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        own_id = await begun_again(app, pilot, store, agency)
        with store.writing(Who("loader", NOW)):
            await pilot.press("escape")
            await until(pilot, lambda: "Not kept yet" in app.screen.query_one(StatusLine).text)
            assert isinstance(app.screen, SecondForm)
        await until(pilot, lambda: typed(store, agency, own_id) == ["A"])
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MonthScreen))


async def test_an_event_that_was_emptied_again_is_none_where_the_list_ends(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    entered(store, agency)
    work = Work(agency, load(agency.standard), NOW.date())
    do(store, Who("cat", NOW), second_keying.draw, work, Wanted(BEFORE.date(), BEFORE.date(), number=1))
    its = next(one for one in ask(store, second_keying.state, work).episodes if one.is_list)
    entries = [("one", {"SUBMODDT": "20200905"}), ("other", {"SUBMODDT": "20200906"})]
    for own_id, values in entries:
        do(store, Who("ann", NOW), second_keying.keep, work, its.id, values, own_id)
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        screen = SecondForm(its, [*entries])
        app.push_screen(screen)
        await until(pilot, lambda: screen.is_mounted)
        await pilot.press("f7")
        await until(pilot, lambda: screen.form.model.value("SUBMODDT") == "20200906")
        await pilot.press("ctrl+u", "f2")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: bool(ask(store, second_keying.one_of, work, its.id).keyed_by))
    (listed,) = [one for one in ask(store, second_keying.state, work).episodes if one.is_list]
    assert [one.second for one in listed.events] == [{"SUBMODDT": "20200905"}]


def test_events_typed_in_one_go_are_kept_each(start: Start, store: Store, agency: AgencyInfo) -> None:
    entered(store, agency)
    work = Work(agency, load(agency.standard), NOW.date())
    do(store, Who("cat", NOW), second_keying.draw, work, Wanted(BEFORE.date(), BEFORE.date(), number=1))
    (its,) = [one for one in ask(store, second_keying.state, work).episodes if one.is_list]
    terminal = start()
    command(terminal, "second keying", "Keyed again: 0 of 1 episodes")
    terminal.press("<down><enter>")
    terminal.until("1: the next sub-intervention")
    terminal.press("05092020<f2>06092020<f2>07092020<f7>")
    terminal.until("2: the next sub-intervention")
    terminal.press("<f8><f8>08092020<f2><f2>")
    terminal.until("Keyed of this paper file, Sub-intervention: 4.")
    terminal.press("y")
    terminal.until(lambda _: bool(ask(store, second_keying.one_of, work, its.id).keyed_by))
    (listed,) = [one for one in ask(store, second_keying.state, work).episodes if one.is_list]
    assert sorted(one.second["SUBMODDT"] for one in listed.events) == [f"2020090{day}" for day in (5, 6, 7, 8)]


async def test_what_a_dialog_asked_about_is_what_its_answer_decides(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    clients = [entered(store, agency, SUBMODDT="20201001", RECEMP="Y") for _ in range(2)]
    work, ann = Work(agency, load(agency.standard), NOW.date()), Who("ann", NOW)
    do(store, Who("cat", NOW), second_keying.draw, work, Wanted(BEFORE.date(), BEFORE.date(), number=2, seed="x"))
    before, its = (one for one in ask(store, second_keying.state, work).episodes if one.is_list)
    do(store, ann, second_keying.key_list, work, its.id, [])
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        screen = SecondDifferences()
        app.push_screen(screen)
        await until(pilot, lambda: screen.is_mounted and len(screen.list.shown) == 1)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        # Somebody keys the one before it meanwhile: its line stands above the one that is asked about.
        do(store, ann, second_keying.key_list, work, before.id, [])
        screen.action_refresh_data()
        await until(pilot, lambda: len(screen.list.shown) == 2)
        assert screen.list.cursor == 1
        screen.list.go(0, quiet=True)
        await pilot.press("d")
        await until(pilot, lambda: any(one.decision for one in screen.list.shown))
    left = {own: ask(store, read.tree, own).episodes[0].events for own in clients}
    assert (len(left[before.client_id]), len(left[its.client_id])) == (1, 0)


def test_what_waits_stands_on_month_and_leads_there(start: Start, store: Store, agency: AgencyInfo) -> None:
    entered(store, agency)
    work = Work(agency, load(agency.standard), NOW.date())
    do(store, Who("cat", NOW), second_keying.draw, work, Wanted(BEFORE.date(), BEFORE.date(), number=1))
    terminal = start()
    command(terminal, "month", "Second keying: 2 of 2 to key, 0 to decide")
    terminal.press("k")
    terminal.until("Keyed again: 0 of 1 episodes")


def test_the_one_chosen_of_a_sample_stays_so_when_one_above_it_goes() -> None:
    """As where a client of the sample is removed: the place was kept, and Enter keyed another paper again."""
    listed = SampleList(load("ndtms-cjit-p"))
    three: list[Any] = [SimpleNamespace(id=name) for name in "abc"]
    listed.show(three)
    listed.cursor = 1
    listed.show(three[1:])
    assert listed.shown[listed.cursor].id == "b"
    listed.show(three[2:])
    assert listed.shown[listed.cursor].id == "c"
