"""The store's key: a second copy, a passphrase, a command that prints it, another one in its place."""

import json
import re
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from store.disk import audit, keys
from store.facts import AuditQuery
from store.store import open_store
from tests.commands.running import TODAY, Place, call
from tests.stores import ask
from tests.terminal import Terminal
from validators.standard.catalogue import load

PASSPHRASE = "four words of ours"
KEYWORK = [sys.executable, "-m", "tui.cli.main"]


def terminal(place: Place, *arguments: str) -> Terminal:
    """A command that asks something, in a terminal."""
    return Terminal([*KEYWORK, *arguments, *map(str, place.options)], 80, 24)


def asks(many: int, seen: Terminal) -> bool:
    """Whether so many groups have been asked for."""
    return seen.text().count(" of your copy:") == many


def works(place: Place) -> bool:
    """Whether the store opens and its chain holds."""
    with open_store(place.store, place.key, load) as found:
        return ask(found, audit.verify).whole


@pytest.fixture(autouse=True)
def nothing_opened() -> None:
    """No passphrase is known from a test before."""
    keys._OPENED.clear()


def test_a_second_copy_is_shown_once_and_typed_back(filled: Place) -> None:
    shown = terminal(filled, "key", "show")
    shown.until("Enter when it is copied")
    pieces = dict(re.findall(r"(\d+): ([0-9a-f]{4})\b", shown.text()))
    assert "".join(pieces[str(number)] for number in range(1, 17)) == filled.key.read_text().strip()
    shown.send("\r")
    asked: list[str] = []
    for turn in range(3):
        shown.until(partial(asks, turn + 1))
        asked = re.findall(r"Group (\d+) of your copy:", shown.text())
        assert not any(piece in shown.text() for piece in pieces.values())
        shown.send(pieces[asked[-1]] + "\r")
    shown.until("The copy is right")
    assert len(set(asked)) == 3
    shown.close()


def test_the_key_is_shown_on_a_terminal_alone(filled: Place) -> None:
    assert "on a terminal alone" in call("key", "show", *filled.options).sentence


def test_a_passphrase_is_asked_for_at_the_start(filled: Place) -> None:
    before = filled.key.read_text().strip()
    with open_store(filled.store, filled.key, load) as found:
        keys.put_behind_passphrase(found.ground.key, PASSPHRASE)
    keys._OPENED.clear()
    assert before not in filled.key.read_text() and stat.S_IMODE(filled.key.stat().st_mode) == 0o600
    alone = subprocess.run(
        [*KEYWORK, "roles", "list", *map(str, filled.options)],
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert alone.returncode == 2 and "there is no terminal to type it at" in alone.stderr
    asked = terminal(filled, "roles", "list")
    asked.until("Passphrase of the store:")
    asked.send(PASSPHRASE + "\r")
    asked.until("has the role administrator")
    assert PASSPHRASE not in asked.text()
    asked.close()
    wrong = terminal(filled, "roles", "list")
    wrong.until("Passphrase of the store:")
    wrong.send("another one\r")
    wrong.until("That is not the passphrase")
    wrong.close()
    keys.unlock(filled.key, lambda question: PASSPHRASE)
    assert works(filled)
    assert call("key", "passphrase", "--remove", *filled.options).code == 0
    assert filled.key.read_text().strip() == before


def test_a_passphrase_that_is_short_is_refused_and_a_damaged_file_is_told(filled: Place) -> None:
    text = filled.key.read_text()
    with open_store(filled.store, filled.key, load) as found, pytest.raises(Exception, match="take 12 or more"):
        keys.put_behind_passphrase(found.ground.key, "short")
    assert filled.key.read_text() == text
    filled.key.write_text("scrypt 00 11\n")
    assert "is damaged" in call("doctor", *filled.options).sentence


def test_a_command_that_the_site_names_prints_the_key(filled: Place, tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    printed.write_text(filled.key.read_text())
    assert call("key", "command", f"/bin/cat {printed}", *filled.options).code == 0
    assert filled.key.read_text() == f"command /bin/cat {printed}\n" and works(filled)
    assert call("key", "where", *filled.options).out.count("by the name of a command")
    printed.write_text("00" * 32)
    assert "does not open" in call("doctor", *filled.options).sentence
    for spoilt in ("", "no key", "00" * 31):
        printed.write_text(spoilt)
        assert "gave no key of 64" in call("doctor", *filled.options).sentence
    filled.key.write_text("command /nowhere/at/all\n")
    assert "gave no key of 64" in call("doctor", *filled.options).sentence


def test_a_command_that_prints_another_key_is_not_taken(filled: Place) -> None:
    text = filled.key.read_text()
    assert "prints another key" in call("key", "command", "/bin/echo " + "00" * 32, *filled.options).sentence
    assert filled.key.read_text() == text and works(filled)


def test_another_key_takes_the_place_of_the_old_one(filled: Place, tmp_path: Path) -> None:
    old, before = filled.key.read_text(), call("check", "--format", "json", *TODAY, *filled.options).out
    copy = tmp_path / "copy.db"
    assert call("backup", copy, *filled.options).code == 0
    for turn in (1, 2):
        done = call("key", "change", *filled.options)
        assert done.code == 0 and f"store.key.old-{turn}" in done.out, done
    assert filled.key.read_text() != old and works(filled)
    assert json.loads(call("check", "--format", "json", *TODAY, *filled.options).out) == json.loads(before)
    assert all("well" in line for line in call("doctor", *filled.options).out.splitlines())
    kept = filled.key.with_name(f"{filled.key.name}.old-1")
    assert kept.read_text() == old and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "does not open" in call("doctor", "--store", copy, "--key-file", filled.key).sentence
    assert call("doctor", "--store", copy, "--key-file", kept).code == 0
    filled.key.with_name("x").write_text(old)
    assert "does not open" in call("doctor", "--store", filled.store, "--key-file", kept).sentence
    with open_store(filled.store, filled.key, load) as found:
        told = [(one.act, one.kind) for one in ask(found, audit.found, AuditQuery(acts={"change", "backup"}))]
    assert told[-3:] == [("backup", "store"), ("change", "store"), ("change", "store")]


def test_the_key_is_not_changed_while_somebody_has_the_store_open(filled: Place) -> None:
    old = filled.key.read_text()
    with open_store(filled.store, filled.key, load) as other, other.reading() as snapshot:
        audit.last_act(snapshot)
        assert "Somebody has the store" in call("key", "change", *filled.options).sentence
    assert filled.key.read_text() == old and works(filled)
    assert not keys.next_key_path(filled.key).exists()


def test_a_change_of_key_that_was_cut_short_says_what_to_do(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, seen = Path.replace, list[Path]()

    def cut(source: Path, target: Path) -> Path:
        seen.append(target)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return usual(source, target)

    monkeypatch.setattr(Path, "replace", cut)
    assert call("key", "change", *filled.options).code == 2
    monkeypatch.undo()
    sentence = call("doctor", *filled.options).sentence
    coming = keys.next_key_path(filled.key)
    assert f"run mv {coming} {filled.key}" in sentence
    coming.rename(filled.key)
    assert works(filled)
