"""Extracts kept, backups written and restored, and what the doctor says."""

import hashlib
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from store.disk import audit, doctor, files, rekey, sqlite
from store.disk.backup import restore
from store.disk.keys import read_or_make_key
from store.facts import AgencyInfo, Who
from store.month import extracts
from store.month.facts import WrittenExtract
from store.records import bulk_load, read
from store.store import Store, open_store
from tests.store.small_standard import NOW, records, standards
from tests.stores import ask
from validators.problems import Problem

TEXT = b"".join(b"%d,\xc3\xa9\r\n" % number for number in range(90000))


def test_an_extract_comes_back_byte_for_byte(store: Store, agency: AgencyInfo) -> None:
    digest = hashlib.sha256(TEXT).hexdigest()
    pieces = (TEXT[at : at + 999] for at in range(0, len(TEXT), 999))
    with store.writing(Who("ann", NOW)) as work:
        kept = extracts.keep(
            work, agency, WrittenExtract("2020-12", "a.csv", digest, 90000, {"rows": 90000, "é": [1]}), pieces
        )
        empty = extracts.keep(work, agency, WrittenExtract("2021-01", "b.csv", hashlib.sha256().hexdigest(), 0, {}), [])
    assert b"".join(ask(store, extracts.text, kept.id)) == TEXT and list(ask(store, extracts.text, empty.id)) == []
    assert ask(store, extracts.listed, agency) == [kept, empty] and kept.receipt == {"rows": 90000, "é": [1]}
    assert (kept.made_by, kept.made_at, kept.agency) == ("ann", NOW, "A0001")
    assert [entry.act for entry in ask(store, audit.history, [kept.id])] == ["export"]
    with pytest.raises(Problem, match="no extract nobody"):
        list(ask(store, extracts.text, "nobody"))


def test_an_extract_that_changed_is_not_kept_and_one_that_is_damaged_is_told(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="changed while"), store.writing(Who("ann", NOW)) as work:
        extracts.keep(work, agency, WrittenExtract("2020-12", "a.csv", "00", 1, {}), [b"x"])
    assert ask(store, extracts.listed, agency) == []
    with store.writing(Who("ann", NOW)) as work:
        kept = extracts.keep(
            work, agency, WrittenExtract("2020-12", "a.csv", hashlib.sha256(b"x").hexdigest(), 1, {}), [b"x"]
        )
    for damage in ("UPDATE extract_chunk SET data=x'00'", "DELETE FROM extract_chunk"):
        with store._engine.begin() as connection:
            connection.execute(text(damage))
        with pytest.raises(Problem, match="is damaged"):
            list(ask(store, extracts.text, kept.id))


def test_a_backup_is_restored_as_it_was(store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(300))
    backup = tmp_path / "copies" / "b.db"
    backup.parent.mkdir()
    store.backup(backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600 and b"SQLite format" not in backup.read_bytes()
    assert [path.name for path in backup.parent.iterdir()] == ["b.db"]
    restore(backup, tmp_path / "new" / "r.db", store.key_file)
    with open_store(tmp_path / "new" / "r.db", store.key_file, standards) as again:
        assert list(ask(again, read.episodes, agency)) == list(ask(store, read.episodes, agency))
        assert ask(again, audit.verify) == ask(store, audit.verify) and all(
            check.ok for check in ask(again, doctor.examine)
        )
        assert stat.S_IMODE(again.path.stat().st_mode) == 0o600


def test_a_backup_never_replaces_a_file(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.db").write_text("mine")
    with pytest.raises(Problem, match="already and it is kept"):
        store.backup(tmp_path / "b.db")
    with pytest.raises(Problem, match="is a directory"):
        store.backup(tmp_path)
    with pytest.raises(Problem, match="no such file"):
        store.backup(tmp_path / "none" / "b.db")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match=r"no space left.*free some space"):
        store.backup(tmp_path / "c.db")
    assert (tmp_path / "b.db").read_text() == "mine" and not list(tmp_path.glob("*c.db*")) + list(tmp_path.glob(".*"))


def test_a_restore_never_replaces_a_store(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "b.db")
    before = store.path.read_bytes()
    with pytest.raises(Problem, match="There is a store at"):
        restore(tmp_path / "b.db", store.path, store.key_file)
    assert store.path.read_bytes() == before


def test_what_is_no_whole_backup_is_refused(store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(300))
    store.backup(tmp_path / "b.db")
    whole = (tmp_path / "b.db").read_bytes()
    target = tmp_path / "r.db"
    with pytest.raises(Problem, match="no backup at"):
        restore(tmp_path / "none.db", target, store.key_file)
    other, _ = read_or_make_key(tmp_path / "other.key", may_make=True)
    with pytest.raises(Problem, match="another"):
        restore(tmp_path / "b.db", target, other.path)
    spoilt = bytearray(whole)
    spoilt[len(whole) // 2] ^= 1
    for content, words in (
        (bytes(spoilt), "damaged|truncated"),
        (whole[: len(whole) // 2], "damaged|truncated"),
        (b"", "no backup"),
    ):
        (tmp_path / "c.db").write_bytes(content)
        with pytest.raises(Problem, match=words):
            restore(tmp_path / "c.db", target, store.key_file)
    with pytest.raises(Problem, match="no key at"):
        restore(tmp_path / "b.db", target, tmp_path / "none.key")
    assert not target.exists() and not list(tmp_path.glob(".*"))


def test_the_doctor_finds_open_files_and_damage(store: Store, agency: AgencyInfo) -> None:
    assert all(check.ok for check in ask(store, doctor.examine))
    store.path.chmod(0o664)
    assert [check.name for check in ask(store, doctor.examine) if not check.ok] == ["store file"]
    store.path.chmod(0o600)
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(2000))
    store.close()
    content = bytearray(store.path.read_bytes())
    content[-2000] ^= 1
    store.path.write_bytes(content)
    with open_store(store.path, store.key_file, standards) as again:
        faults = {check.name for check in ask(again, doctor.examine) if not check.ok}
    assert "encrypted pages" in faults


@pytest.mark.parametrize("room", [sqlite.EXAMINED_KIB, 64])
def test_the_doctor_follows_indexes_and_links_also_in_a_store_it_has_no_room_for(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(sqlite, "EXAMINED_KIB", room)
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(300))
    assert all(check.ok for check in ask(store, doctor.examine))
    raw = sqlite.connect(store.path, store.ground.key)
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("UPDATE event SET episode_number = 99999 WHERE number = 7")
    told = {check.name: check.message for check in ask(store, doctor.examine) if not check.ok}
    assert "event 7 episode" in told["links between records"] and told.keys() == {"links between records"}
    # An index that does not know of a change.
    raw.execute("PRAGMA writable_schema=ON")
    held = raw.execute("SELECT * FROM sqlite_schema WHERE name = 'ix_client_reference'").fetchone()
    raw.execute("DELETE FROM sqlite_schema WHERE name = 'ix_client_reference'")
    raw.execute("PRAGMA writable_schema=RESET")
    raw.execute("UPDATE client SET reference = 'otherwise' WHERE number = 3")
    raw.execute("PRAGMA writable_schema=ON")
    raw.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", held)
    raw.execute("PRAGMA writable_schema=RESET")
    raw.close()
    with open_store(store.path, store.key_file, standards) as again:
        told = {check.name: check.message for check in ask(again, doctor.examine) if not check.ok}
    assert "row 3 missing from index ix_client_reference" in told["database structure"]


def test_a_killed_programs_half_made_copy_is_named_and_cleared(store: Store) -> None:
    left = store.path.with_name(f".{store.path.name}.version-0002.0123456789ab.new")
    left.write_bytes(b"half a copy")
    left.with_name(f"{left.name}-journal").write_bytes(b"its journal")
    told = {check.name: check for check in ask(store, doctor.examine)}["half-made copies"]
    assert not told.ok and left.name in told.message
    with files.scratch(store.path, files.PRIVATE) as making:
        making.write_bytes(b"somebody is at it")
        assert not left.exists(), "another file that is made there clears it"
        left.write_bytes(b"half a copy")
        assert files.left_behind(store.path) == [left]
        files.clear(store.path)
        assert making.exists() and not left.exists()
    assert not list(store.path.parent.glob(".*.new*"))
    assert {check.name: check for check in ask(store, doctor.examine)}["half-made copies"].ok


def test_a_killed_backups_half_is_named_and_the_next_backup_deletes_it(store: Store, tmp_path: Path) -> None:
    left = store.path.with_name(".november.db.0123456789ab.new")
    left.write_bytes(b"half a copy")
    told = {check.name: check for check in ask(store, doctor.examine)}["half-made copies"]
    assert not told.ok and left.name in told.message
    mine = store.path.with_name(".notes.new")
    mine.write_bytes(b"a person's own")
    store.backup(store.path.with_name("december.db"))
    assert not left.exists() and mine.exists()
    assert all(check.ok for check in ask(store, doctor.examine))


def test_a_key_that_a_killed_program_left_is_named_and_the_next_one_clears_it(tmp_path: Path) -> None:
    key = tmp_path / "key" / "store.key"
    with open_store(tmp_path / "store" / "s.db", key, standards, create=True) as store:
        left = [store.path.with_name(".s.db.0123456789ab.new"), key.with_name(".store.key.old-1.0123456789ab.new")]
        for path in left:
            path.write_text("half", encoding="ascii")
        told = {check.name: check for check in ask(store, doctor.examine)}["half-made copies"]
        assert not told.ok and left[1].name in told.message and "keys are in it" in told.message
        at, held = store.path, store.ground.key
    rekey.change(at, held)
    assert not any(path.exists() for path in left)
    left[0].with_name(".r.db.0123456789ab.new").write_bytes(b"half")
    restore(at, at.with_name("r.db"), key)
    assert not list(at.parent.glob(".*.new"))


def test_what_a_program_that_ends_has_begun_to_write_is_deleted(tmp_path: Path) -> None:
    target = tmp_path / "extract.csv"
    with files.scratch(target, files.PRIVATE) as made, files.scratch_folder(tmp_path / "given") as folder:
        made.write_text("rows")
        (folder / "clients.csv").write_text("rows")
        files.abandon()
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(FileNotFoundError):
            files.place(made, target)
    assert list(tmp_path.iterdir()) == []
