"""The locked screen: nothing is to be seen and nothing is reached until the person's passphrase is typed."""

from pathlib import Path

import pytest

from store.disk import audit
from store.facts import AuditQuery, ClientTree, Who
from store.people import acts, passphrases
from store.store import Store
from tests.screens.conftest import Start
from tests.screens.program import NOW
from tests.stores import ask, do
from tui.session.lock import MOST_TRIES, Lock
from tui.widgets.settings import Settings, load_settings
from validators.problems import Problem

PASSPHRASE = "three of my words"
LOCKED = "Keywork is locked"


def test_a_key_hides_everything_and_the_passphrase_brings_it_back(
    store: Store, known: ClientTree, start: Start
) -> None:
    do(store, Who("ann", NOW), passphrases.keep, PASSPHRASE)
    terminal = start(known.client.id)
    terminal.until("26964")
    before = terminal.lines()
    terminal.send("\x1b[24~")
    terminal.until("Type the passphrase of ann")
    assert LOCKED in terminal.text() and "26964" not in terminal.text() and "F2 Save" not in terminal.text()
    # Nothing behind it is reached, or drawn when the terminal changes its size.
    terminal.send("\x10\x1bOP\x1bOR")
    terminal.resize(100, 30)
    terminal.until_quiet(0.4)
    assert LOCKED in terminal.text() and "26964" not in terminal.text() and "Clients" not in terminal.text()
    terminal.resize(80, 24)
    terminal.send("\x15wrong one\r")
    terminal.until("That is not it.")
    terminal.send(PASSPHRASE)
    terminal.until("*" * len(PASSPHRASE))
    assert PASSPHRASE not in terminal.text()
    terminal.send("\r")
    terminal.until("26964")
    terminal.until_quiet(0.4)
    assert terminal.lines() == before and PASSPHRASE.encode() not in terminal.raw
    noted = list(ask(store, audit.found, AuditQuery("ann", acts={acts.REFUSED})))
    assert [(one.kind, one.field) for one in noted] == [("passphrase", "unlock")]


def test_without_a_passphrase_it_is_left_and_entered_afresh(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.send("\x1b[24~")
    terminal.until("has no passphrase here")
    assert "leaves, then come in afresh." in " ".join(terminal.text().split()), terminal.text()
    terminal.send("anything\r")
    terminal.until_quiet(0.3)
    assert LOCKED in terminal.text() and "26964" not in terminal.text()
    terminal.send("\x1b[21~")
    assert terminal.wait() == 0


def test_five_wrong_ones_end_the_program(store: Store, known: ClientTree, start: Start) -> None:
    do(store, Who("ann", NOW), passphrases.keep, PASSPHRASE)
    terminal = start(known.client.id)
    terminal.send("\x1b[24~")
    terminal.until("Type the passphrase")
    for turn in range(5):
        terminal.send(f"wrong {turn}\r")
        if turn < 4:
            terminal.until_quiet(0.4)
            terminal.until("That is not it.")
    assert terminal.wait() == 0
    assert len(list(ask(store, audit.found, AuditQuery("ann", acts={acts.REFUSED})))) == 5


class Idle:
    """An app as far as the lock looks at it before it locks."""

    def __init__(self, minutes: int) -> None:
        self.settings = Settings(lock_minutes=minutes)
        self.key_queue = self
        self.last_at = 0.0
        self.last_words = self.unkept = ""

    def leave(self, code: int = 0) -> None:
        """End, as the app does."""
        self.last_words = ""


@pytest.mark.parametrize("unkept", ["", "What was typed could be written nowhere."])
def test_the_end_after_the_last_try_says_why(unkept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving keeps what was typed, where that can be done, and with that makes the last words anew."""
    app = Idle(15)
    app.unkept = unkept
    lock = Lock(app)  # type: ignore[arg-type]
    monkeypatch.setattr(lock, "draw", lambda: None)
    for turn in range(1, MOST_TRIES + 1):
        assert app.last_words == ""
        lock._tries = turn
        lock._noted(None)
    assert "The passphrase was wrong too often" in app.last_words
    assert app.last_words.endswith(unkept or "What was typed is kept.")


@pytest.mark.parametrize(
    ("minutes", "began", "last", "now", "locks"),
    [
        (15, 0, 0, 899, False),
        (15, 0, 0, 900, True),
        (15, 0, 600, 900, False),
        (15, 0, 600, 1500, True),
        (0, 0, 0, 90000, False),
        (1, 0, 0, 60, True),
    ],
)
def test_it_locks_after_so_many_minutes_without_a_key(
    monkeypatch: pytest.MonkeyPatch, minutes: int, began: float, last: float, now: float, locks: bool
) -> None:
    times, locked = [began, now], list[bool]()
    lock = Lock(Idle(minutes), lambda: times[0] if len(times) == 1 else times.pop(0))  # type: ignore[arg-type]
    monkeypatch.setattr(lock, "lock", lambda: locked.append(True))
    lock._app.key_queue.last_at = last
    lock.look()
    assert locked == ([True] if locks else [])


@pytest.mark.parametrize(("text", "minutes"), [("5", 5), ("0", 0), ("-1", 15), ('"x"', 15), ("true", 15), ("9999", 15)])
def test_the_minutes_are_a_setting(tmp_path: Path, text: str, minutes: int) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"lock_minutes = {text}\n")
    found = load_settings(path)
    assert found.lock_minutes == minutes and bool(found.problems) == (text not in ("5", "0"))


def test_a_passphrase_is_kept_as_a_slow_digest_and_is_each_person_s_own(store: Store) -> None:
    with pytest.raises(Problem, match="take 8 or more"):
        do(store, Who("ann", NOW), passphrases.keep, "short")
    assert not ask(store, passphrases.matches, "ann", "")
    do(store, Who("ann", NOW), passphrases.keep, PASSPHRASE)
    assert ask(store, passphrases.matches, "ann", PASSPHRASE) and ask(store, passphrases.is_set, "ann")
    assert not ask(store, passphrases.matches, "bob", PASSPHRASE) and not ask(store, passphrases.is_set, "bob")
    with store.reading() as snapshot:
        kept = snapshot.connection.exec_driver_sql("SELECT * FROM passphrase").all()
    assert len(kept) == 1 and PASSPHRASE not in str(kept)
    do(store, Who("ann", NOW), passphrases.keep, "")
    assert not ask(store, passphrases.is_set, "ann") and not ask(store, passphrases.matches, "ann", "")
    told = list(ask(store, audit.found, AuditQuery("ann")))
    assert [(one.act, one.old, one.new) for one in told] == [("set", None, None), ("delete", None, None)]
