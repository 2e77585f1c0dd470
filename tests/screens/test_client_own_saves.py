"""What one saves is never taken for somebody else's, nor taken back by what was read before it."""

from pathlib import Path

import pytest

from store.facts import ClientTree, Who
from store.records import read, save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.stores import ask
from tests.terminal import Terminal


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """With `.reader` or `.writer` behind its name: while that file is there, a client that was read is not shown."""
    return tmp_path / "gate"


def as_saved(terminal: Terminal, value: str) -> bool:
    """Whether the form has a value in the field and nothing is unsaved."""
    return in_field(terminal, "Client reference", value) and "*" not in "".join(terminal.lines()[:4])


def test_a_client_read_before_a_save_and_shown_after_it_changes_nothing(
    store: Store, known: ClientTree, start: Start, gate: Path
) -> None:
    terminal = start(known.client.id, KEYWORK_TEST_GATE=str(gate))
    reader = gate.with_suffix(".reader")
    reader.touch()
    terminal.press("<f5>", 0.5)
    terminal.press("<tab><tab><tab><tab><tab><tab><tab>mine<f2>")
    terminal.until("Saved: Client mine")
    reader.unlink()
    terminal.until("This is what the store has.")
    terminal.silence(1.5)
    assert as_saved(terminal, "mine")
    assert not terminal.shows("in another window") and not terminal.shows("saved this client")
    terminal.press("<end>x<f2>")
    terminal.until("Saved: Client minex")
    assert ask(store, read.get, "client", known.client.id).values["CLIENT"] == "minex"


def test_a_save_of_ones_own_that_is_read_before_it_has_ended_is_nobody_elses(
    store: Store, known: ClientTree, start: Start, gate: Path
) -> None:
    terminal = start(known.client.id, KEYWORK_TEST_GATE=str(gate))
    writer = gate.with_suffix(".writer")
    writer.touch()
    terminal.press("<tab><tab><tab><tab><tab><tab><tab>mine<f2>", 0.1)
    terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Typing goes on"))
    with store.writing(Who("bob", known.client.changed_at)) as work:
        one = read.get(work, "episode", known.episodes[0].episode.id)
        save.change(work, "episode", one.id, {**one.values, "PC": "NE1 4"}, one.version)
    terminal.silence(2.5)
    assert not terminal.shows("in another window")
    writer.unlink()
    terminal.until("bob saved this client just now")
    assert as_saved(terminal, "mine")
    terminal.silence(1.5)
    assert not terminal.shows("in another window")


@pytest.mark.parametrize("is_deleted", [False, True])
def test_what_a_late_save_asks_waits_until_whoever_types_on_saves_again(
    store: Store, known: ClientTree, start: Start, is_deleted: bool
) -> None:
    terminal = start(known.client.id)
    with store.writing(Who("bob", known.client.changed_at)) as work:
        terminal.press("<tab><tab><tab><tab><tab><tab><tab>mine<f2>", 0.1)
        terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Typing goes on"))
        if is_deleted:
            save.delete(work, "client", known.client.id, 1)
        else:
            save.change(work, "client", known.client.id, {**known.client.values, "CLIENT": "theirs"}, 1)
    terminal.until(f"bob {'deleted' if is_deleted else 'saved'} Client")
    terminal.press("<end>b")
    terminal.silence(1.5)
    assert in_field(terminal, "Client reference", "mineb"), "what is typed goes into the field, and answers nothing"
    assert terminal.shows("while you have changes in it"), "no other sentence stands over it"
    terminal.press("<f2>")
    terminal.until("Bring it back" if is_deleted else "1 field differs")


def test_a_late_save_under_what_was_deleted_says_so_and_asks_once_it_is_saved_again(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><down><enter>")
    terminal.until("Recovery support date")
    with store.writing(Who("bob", known.client.changed_at)) as work:
        terminal.press("<tab>N<f2>", 0.1)
        terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Typing goes on"))
        save.delete(work, "episode", known.episodes[0].episode.id, 1)
    terminal.until("bob deleted Episode 1 Mar 2020 while you have changes in it")
    terminal.silence(1.5)
    assert terminal.shows("while you have changes in it"), "no other sentence stands over it"
    terminal.press("<f2>")
    terminal.until("Bring it back")
