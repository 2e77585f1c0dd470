"""`keywork backup FILE --keep N`: copies in a row, each brought back on trial; nothing but an older copy is removed."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.store import Store
from tests.commands.running import Outcome, Place, call

FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def copies(filled: Place) -> Path:
    """A folder for copies."""
    folder = filled.folder / "copies"
    folder.mkdir()
    return folder


def night(place: Place, number: int, monkeypatch: pytest.MonkeyPatch, keep: int = 3) -> Outcome:
    """What the timer does in a night."""
    monkeypatch.setattr("tui.cli.store_files.now", lambda: FIRST + timedelta(days=number))
    return call("backup", place.folder / "copies" / "keywork.db", "--keep", keep, *place.options)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_as_many_copies_are_kept_as_was_said_the_newest_of_them(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        outcome = night(filled, number, monkeypatch)
        assert (outcome.code, outcome.err) == (0, "")
    assert names(copies) == [f"keywork-2026110{day}T020000Z.db" for day in (3, 4, 5)]
    first, tried, kept = outcome.out.splitlines()
    assert first.startswith(f"{copies / 'keywork-20261105T020000Z.db'}: a copy of ")
    assert "Brought back on trial: file, schema, audit and records are well. The audit ends with " in tried
    assert kept == "Older copies kept: 2; removed: keywork-20261102T020000Z.db."
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in copies.iterdir())
    end = tried.rpartition(" ")[2].rstrip(".")
    assert call("doctor", "--noted", end, *filled.options).code == 0
    again = Place(filled.folder / "again")
    again.folder.mkdir()
    shutil.copy2(filled.key, again.key)
    assert call("restore", copies / names(copies)[-1], *again.options).code == 0
    assert again.episodes() == filled.episodes()


def test_nothing_but_copies_of_the_row_is_ever_removed(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = "20200101T000000Z"
    others = [f"other-{stamp}.db", f"keywork-{stamp}.db.txt", f"x-keywork-{stamp}.db", "keywork.db", "keywork-1.db"]
    others += [f"keywork-{stamp}.db-wal", f"keywork-{stamp}xdb", f"keywork-a-{stamp}.db", f"keywork-{stamp}.db\n"]
    for name in others:
        (copies / name).write_text("mine", encoding="utf-8")
    (copies / "keywork-20200102T000000Z.db").mkdir()
    (copies / "keywork-20200103T000000Z.db").symlink_to(filled.folder / "store.key")
    before = names(copies)
    for number in range(3):
        assert night(filled, number, monkeypatch, keep=1).code == 0
    assert names(copies) == sorted([*before, "keywork-20261103T020000Z.db"])
    assert (filled.folder / "store.key").exists()


def test_a_store_that_is_called_like_a_copy_is_none(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copies / "keywork-20200101T000000Z.db"
    shutil.move(filled.store, store)
    monkeypatch.setenv("KEYWORK_STORE", str(store))
    monkeypatch.setattr("tui.cli.store_files.now", lambda: FIRST)
    made = call("backup", copies / "keywork.db", "--keep", 1, "--key-file", filled.key)
    assert (made.code, store.exists()) == (0, True)


def test_a_copy_of_a_day_to_come_does_not_drive_out_the_new_one(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was wrong once."""
    for number in (900, 0, 1):
        assert night(filled, number, monkeypatch, keep=2).code == 0
    assert "keywork-20261102T020000Z.db" in names(copies) and len(names(copies)) == 2


def test_a_copy_that_cannot_be_read_back_is_not_kept_and_no_older_one_goes(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night(filled, 0, monkeypatch, keep=1).code == 0
    usual = Store.backup

    def spoilt(store: Store, to: Path) -> None:
        usual(store, to)
        whole = bytearray(to.read_bytes())
        whole[len(whole) // 2] ^= 0xFF
        to.write_bytes(bytes(whole))

    monkeypatch.setattr(Store, "backup", spoilt)
    sentence = night(filled, 1, monkeypatch, keep=1).sentence
    assert "could not be brought back on trial and is not kept, older ones are: " in sentence and "damaged" in sentence
    assert names(copies) == ["keywork-20261101T020000Z.db"]


def test_stopped_in_its_trial_a_copy_does_not_count(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night(filled, 0, monkeypatch, keep=1).code == 0

    def stopped(*_: object) -> None:
        assert "keywork-20261102T020000Z.db.untried" in names(copies)
        raise KeyboardInterrupt

    monkeypatch.setattr("store.disk.doctor.contents", stopped)
    assert "Stopped" in night(filled, 1, monkeypatch, keep=1).err
    assert names(copies) == ["keywork-20261101T020000Z.db"]


def test_a_copy_of_a_store_that_is_not_well_stands_outside_the_row(
    filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night(filled, 0, monkeypatch, keep=1).code == 0
    connection = filled.raw()
    connection.execute("UPDATE audit SET person='somebody else' WHERE number=7")
    connection.close()
    outcome = night(filled, 1, monkeypatch, keep=1)
    assert outcome.code == 1 and "WRONG audit: Row 7 does not hold" in outcome.out
    assert "none of the 1 older ones was removed for it" in outcome.out
    assert names(copies) == ["keywork-20261101T020000Z.db", "keywork-20261102T020000Z.db.unwell"]


def test_a_row_that_cannot_be(filled: Place, copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--keep" in night(filled, 0, monkeypatch, keep=0).sentence
    assert night(filled, 0, monkeypatch).code == 0
    assert "There is a file at" in night(filled, 0, monkeypatch).sentence
    assert call("backup", filled.folder / "none" / "a.db", "--keep", 2, *filled.options).sentence
    assert len(names(copies)) == 1
