"""A client who is left a moment before the program: what was typed last is kept all the same."""

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from store.facts import ClientTree, Draft, Who
from store.live import drafts, offline_drafts
from store.records import agencies, merge, read, save
from store.store import Store
from store.store import open_store as open_another
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW, Program
from tests.stores import ask, do, put_back
from tui.app import app as app_module
from tui.app import open_store
from tui.screens.client.compare import ComparePage
from tui.session import store_access
from tui.widgets.confirm import Confirm, Question
from tui.widgets.text_line import StatusLine
from validators.standard.catalogue import load


async def test_what_a_locked_store_has_not_taken_when_its_screen_is_left_is_kept_by_f10(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_store, "BUSY_SECONDS", 0.2)
    async with at_client(store, known.client.id, header="CLIENT") as (app, pilot):
        with store.writing(Who("loader", NOW)):
            await pilot.press("x", "escape", "f10")
            await until(pilot, lambda: app._exit)
    (typed,), _ = ask(store, offline_drafts.left)
    assert typed.values["CLIENT"] == "x" and "offered at the next start" in app.last_words


async def test_what_another_saved_in_a_store_that_was_put_back_is_never_written_over_unseen(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store_access, "WATCH_SECONDS", 0.1)
    client, copy = known.client, tmp_path / "copy.db"
    store.backup(copy)
    do(store, Who("ann", NOW), save.change, "client", client.id, {**client.values, "ETHNIC": "B"}, 1)
    async with at_client(store, client.id, header="CLIENT") as (app, pilot):
        screen = app.screen
        put_back(store, copy)
        with open_another(store.path, store.key_file, load) as other:
            later = Who("bob", NOW + timedelta(minutes=1))
            do(other, later, save.change, "client", client.id, {**client.values, "NATION": "POL"}, 1)
        await until(pilot, lambda: screen.case.client.values["NATION"] == "POL")
        assert (
            screen.case.client.values["ETHNIC"] == "A" and "bob saved this client" in screen.query_one(StatusLine).text
        )
        await pilot.press("x", "f2")
        await until(pilot, lambda: screen.case.client.version == 3)
        # Who goes to the shell while a thread has the lock would keep it, and everybody else from writing.
        stopped: list[str] = []
        monkeypatch.setattr(Program, "can_suspend", True)
        monkeypatch.setattr(app, "action_suspend_process", lambda: stopped.append("stopped"))
        monkeypatch.setattr(app_module, "REST_SECONDS", 0.05)
        going_on = Event()
        app.in_store(lambda store: going_on.wait(), writes=True)
        await pilot.pause()
        app.action_shell()
        assert not stopped and "Not left for the shell" in screen.query_one(StatusLine).text
        going_on.set()
        await until(pilot, lambda: not app.threads._tasks)
        app.action_shell()
        assert stopped == ["stopped"]
    stands = ask(store, read.get, "client", client.id).values
    assert (stands["NATION"], stands["ETHNIC"], stands["CLIENT"]) == ("POL", "A", "x")


async def test_what_is_typed_in_a_store_that_was_put_back_to_before_is_laid_over_nothing_unseen(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store_access, "WATCH_SECONDS", 0.1)
    client, episode, copy = known.client, known.episodes[0].episode, tmp_path / "copy.db"
    store.backup(copy)
    for version, born in enumerate(("19630731", "19630801"), 1):
        do(store, Who("ann", NOW), save.change, "client", client.id, {**client.values, "DOB": born}, version)
    do(store, Who("ann", NOW), save.change, "episode", episode.id, {**episode.values, "PC": "SR2 4"}, 1)
    async with at_client(store, client.id, header="CLIENT") as (app, pilot):
        screen = app.screen
        await pilot.press("x")
        await until(pilot, lambda: not app.unwritten)
        put_back(store, copy)
        await until(pilot, lambda: app.said("saved Client x DM while you have changes in it: F2 shows both"))
        await until(pilot, lambda: bool(ask(store, drafts.listed, "ann")))  # it stood in the store that is gone
        held = screen.case.by_id[episode.id]
        assert held.values["PC"] == "SR1 3" and not held.is_changed, "what nobody typed in is shown as it is"
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, ComparePage))
        assert ask(store, read.get, "client", client.id).values == client.values
    (draft,) = ask(store, drafts.listed, "ann")
    assert (draft.base_version, draft.version, draft.is_overtaken) == (3, 1, True)


async def test_what_others_delete_stays_under_the_cursor_and_is_saved_once_it_is_back(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode, event, was = known.episodes[0].episode, known.episodes[0].events[0], known.client.values
    async with at_client(store, known.client.id, episode.id, "", "PC") as (app, pilot):
        screen, said = app.screen, app.said
        do(store, Who("bob", NOW), save.delete, "client", known.client.id, 1)
        await until(pilot, lambda: said("bob deleted Client 26964 DM just now"))
        assert (screen.held.id, screen.form.model.current) == (episode.id, "PC")
        await pilot.press("x", "f2")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        (told,) = app.screen.query_one(Question)._text
        assert told.startswith("Not saved: Client 26964 DM was deleted by bob at 14:02.")
        await pilot.press("b")
        await until(pilot, lambda: said("Back again: Client 26964 DM"))
        assert (screen.held.id, screen.form.model.current) == (episode.id, "PC")
        await pilot.press("f2")
        await until(pilot, lambda: said("Saved: Episode"))
        assert ask(store, read.get, "client", known.client.id).values == was
        # So is an event of which one is in the midst: what stands above it has a field at the same place.
        app.open_client(known.client.id, episode.id, event.id)
        await until(pilot, lambda: screen.held.id == event.id)
        do(store, Who("bob", NOW), save.delete, "event", event.id, 1)
        await until(pilot, lambda: said("bob deleted Sub-intervention"))
        await pilot.press("9")
        assert screen.held.id == event.id and not screen.case.by_id[episode.id].is_changed


async def test_what_is_new_under_an_episode_that_others_took_elsewhere_goes_along(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, episode = ask(store, agencies.one), known.episodes[0].episode
    other = do(store, Who("bob", NOW), save.create, "client", agency.id, "", {"CLIENT": "twin"})
    async with at_client(store, known.client.id, episode.id) as (app, pilot):
        screen = app.screen
        await pilot.press("ctrl+n", "enter", "1", "/", "3", "/", "2", "0", "tab", "ctrl+t", "delete")
        await pilot.press("d", "ctrl+n", "enter", "1", "/", "2", "/", "2", "0", "tab")
        do(store, Who("bob", NOW), merge.merge, other.id, known.client.id)
        await until(pilot, lambda: "stands with another client now" in screen.query_one(StatusLine).text)
        # The form had to come up to the client: no key lands there before somebody has read that.
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("x", "enter", "y", "escape", "f2")
        assert not screen.case.client.is_changed
        assert screen.held is screen.case.client and len(ask(store, drafts.listed, "ann")) == 1
        await pilot.press("ctrl+z", "f2")
        await until(pilot, lambda: len(ask(store, drafts.listed, "ann")) == 2)
    left = ask(store, drafts.listed, "ann")
    assert {one.parent_id for one in left} == {episode.id}
    assert [one.values for one in left] == [{"SUBMODDT": "20200301"}, {"SUBMODDT": "20200201"}]


async def test_a_new_record_that_is_offered_while_its_episode_goes_elsewhere_is_offered_there(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, episode = ask(store, agencies.one), known.episodes[0].episode
    other = do(store, Who("bob", NOW), save.create, "client", agency.id, "", {"CLIENT": "twin"})
    typed = Draft("event", "new", {"SUBMODDT": "20200201"}, 0, episode.id, "sub_intervention")
    do(store, Who("ann", NOW, "before"), drafts.save, typed)
    async with at_client(store, known.client.id) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        screen = app.screen_stack[-2]
        do(store, Who("bob", NOW), merge.merge, other.id, known.client.id)
        await until(pilot, lambda: episode.id not in screen.case.by_id)
        await pilot.press("k", "f2")
        assert app.screen is screen and "new" not in screen.case.by_id
    (left,) = ask(store, drafts.listed, "ann")
    assert left.values == typed.values
