"""The store is locked or away when the line drops: what is typed lies encrypted in a file, and comes back."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.disk.keys import read_or_make_key
from store.facts import NEVER, ClientTree
from store.live import drafts, offline_drafts
from store.records import read
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.screens.test_client_nothing_lost import typed
from tests.stores import ask
from tests.terminal import keys
from tui.screens.client.draft_keeper import DraftKeeper

HOLD = """
import sys
from pathlib import Path
from store.disk import sqlite
from store.disk.keys import read_or_make_key
key, _ = read_or_make_key(Path(sys.argv[2]), may_make=False)
held = sqlite.connect(Path(sys.argv[1]), key)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another(store: Store) -> Iterator[None]:
    """Another process holds the write lock."""
    command = [sys.executable, "-c", HOLD, str(store.path), str(store.key_file)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline().strip() == "held"
        yield
        other.stdin.close()


def kept(folder: Path) -> list[Path]:
    """The files of unsaved typing in a folder and below it, those still being written not among them."""
    return [path for path in folder.rglob("*unsaved-*") if path.is_file() and not path.name.startswith(".")]


def held(store: Store, text: str) -> bool:
    """Whether a finished file holds a text that was typed."""
    key, _ = read_or_make_key(store.key_file, may_make=False)
    found = offline_drafts._read(store.path, key, "ann").rows
    return any(text in str(row) for rows in found.values() for row in rows)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_typing_into_a_locked_store_survives_the_end_of_the_line(
    store: Store, known: ClientTree, start: Start, number: signal.Signals
) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.send(keys("<tab><tab><tab><tab><tab><tab><tab>halfawo"))
        terminal.until("halfawo")
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        (file,) = kept(store.path.parent)
        assert b"halfawo" not in file.read_bytes()
    assert typed(store, known.client.id) == {}
    again = start("left", ready="keep it?")
    assert again.shows("1 draft kept while the store was away came back, from 14:02.")
    assert kept(store.path.parent) == []
    again.press("k")
    again.until(lambda seen: in_field(seen, "Client reference", "halfawo"))
    again.press("<f2>")
    again.until("Saved: Client halfawo")
    assert ask(store, read.get, "client", known.client.id).values["CLIENT"] == "halfawo"


def test_typing_while_the_stores_folder_is_away_survives_the_end_of_the_line(
    store: Store, known: ClientTree, start: Start, tmp_path: Path
) -> None:
    # The tests' own store lies where the program's home is: moved as a whole, its home would go with it.
    disk = tmp_path / "disk"
    disk.mkdir()
    home = {"XDG_STATE_HOME": str(tmp_path / "state")}
    store.backup(disk / store.path.name)
    (disk / store.key_file.name).write_bytes(store.key_file.read_bytes())
    (disk / store.key_file.name).chmod(0o600)
    terminal = start(known.client.id, path=disk / store.path.name, **home)
    disk.rename(tmp_path / "unplugged")
    terminal.until("Typing goes on")
    terminal.press("X<tab>Y")
    terminal.signal(signal.SIGHUP)
    assert terminal.wait() == 128 + signal.SIGHUP
    assert not disk.exists()
    (file,) = kept(tmp_path / "state")
    assert file.stat().st_mode & 0o777 == 0o600
    (tmp_path / "unplugged").rename(disk)
    again = start("left", path=disk / store.path.name, ready="keep it?", **home)
    assert again.shows("2 fields: keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "Surname initial", "Y"))
    assert in_field(again, "First initial", "X")
    assert kept(tmp_path) == []


def test_leaving_while_the_store_is_locked_keeps_it_too_and_others_do_not_get_it(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.press("X<tab>Y<f10>")
        assert terminal.wait() == 0
    assert len(kept(store.path.parent)) == 1
    bob = start(person="bob", ready="26964")
    assert not bob.shows("keep it?")
    assert len(kept(store.path.parent)) == 1
    again = start("left", ready="keep it?")
    assert again.shows("2 fields: keep it?")


def test_what_was_typed_is_not_taken_in_twice(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.press("X<tab>")
        terminal.signal(signal.SIGHUP)
        terminal.wait()
    again = start("left", ready="keep it?")
    again.press("k<f2>")
    again.until("Saved: Client")
    again.signal(signal.SIGHUP)
    again.wait()
    third = start(ready="26964")
    assert not third.shows("keep it?")
    assert ask(store, drafts.listed) == [] and kept(store.path.parent) == []


def test_a_kill_while_the_store_is_locked_loses_nothing_either(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.press("X<tab>")
        terminal.until(lambda _: len(kept(store.path.parent)) == 1)
        terminal.press("half")
        terminal.until(lambda _: held(store, "half"))
        terminal.until("Typing goes on")
        terminal.signal(signal.SIGKILL)
        terminal.wait()
    assert typed(store, known.client.id) == {}
    again = start("left", ready="keep it?")
    assert again.shows("2 fields: keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "Surname initial", "half"))
    assert in_field(again, "First initial", "X")


def test_a_kill_while_a_save_waits_for_the_store_loses_nothing(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.press("X<f2>")
        terminal.until(lambda _: len(kept(store.path.parent)) == 1)
        terminal.signal(signal.SIGKILL)
        terminal.wait()
    again = start("left", ready="keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "First initial", "X"))


def test_a_kill_loses_nothing_that_is_typed_on_while_a_save_waits(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.send(keys("X<f2><tab>half"))
        terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Not saved yet"))
        terminal.until(lambda seen: in_field(seen, "Surname initial", "half"))
        terminal.until(lambda _: held(store, "half"))
        terminal.signal(signal.SIGKILL)
        terminal.wait()
    again = start("left", ready="keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "Surname initial", "half"))
    assert in_field(again, "First initial", "X")


def test_the_file_goes_when_the_store_is_free(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked_by_another(store):
        terminal.press("X<tab>")
        terminal.until(lambda _: kept(store.path.parent) != [])
        terminal.until("Typing goes on")
    terminal.until("what you typed is written")
    terminal.until(lambda _: kept(store.path.parent) == [])
    assert typed(store, known.client.id)["FINITIAL"] == "X"


def test_where_it_can_be_kept_nowhere_the_program_stays_open_and_says_so(
    store: Store, known: ClientTree, start: Start, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "no-folder").touch()
    store.backup(disk / store.path.name)
    (disk / store.key_file.name).write_bytes(store.key_file.read_bytes())
    (disk / store.key_file.name).chmod(0o600)
    terminal = start(known.client.id, path=disk / store.path.name, XDG_STATE_HOME=str(tmp_path / "no-folder"))
    disk.rename(tmp_path / "unplugged")
    terminal.press("X<tab>Y")
    terminal.until("Typing goes on")
    terminal.press("<f10>")
    terminal.until("F10 once more")
    assert terminal.shows("what you typed would be lost")
    (tmp_path / "unplugged").rename(disk)
    # Where there is a place for it again, the same key leaves with all of it kept.
    terminal.press("<f10>")
    assert terminal.wait() == 0
    again = start("left", path=disk / store.path.name, ready="keep it?")
    assert again.shows("2 fields: keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "Surname initial", "Y"))


def test_a_clock_that_is_put_back_makes_no_draft_older_than_the_one_before() -> None:
    """The newer of two drafts of a window is kept; it is told by when they were kept."""
    times = [NOW, NOW - timedelta(hours=1), NOW + timedelta(hours=1)]
    app = SimpleNamespace(drafted_at=NEVER, clock=lambda: times.pop(0), person="ann", session="w1")
    held = SimpleNamespace(
        model=None, at_field="SEX", kind="client", id="c1", parent_id="", section="", values={}, version=0, base={},
        unconfirmed=frozenset(), is_changed=True,
    )  # fmt: skip
    found = []
    for _ in range(2):
        # The client is left and opened again: the window is the same.
        keeper = DraftKeeper(app, list)
        found += [keeper._snapshot(held).at]  # type: ignore[arg-type]
    assert [*found, keeper._snapshot(held).at] == [NOW, NOW, NOW + timedelta(hours=1)]  # type: ignore[arg-type]
