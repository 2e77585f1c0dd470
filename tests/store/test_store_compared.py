"""Records are compared with the audit: what other hands changed, and what was put back, is noticed."""

import shutil
from pathlib import Path

import pytest

from store.disk import audit, doctor, sqlite
from store.disk.comparison import shares
from store.facts import AgencyInfo, Check, Who
from store.records import bulk_load, merge, read, save
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, records, standards
from tests.stores import ask
from validators.problems import Problem

COLUMNS = "typed, version, created_at, created_by, changed_at, changed_by, episode_number, section"
MADE = f"INSERT INTO event (id, {COLUMNS}) SELECT 'x', {COLUMNS} FROM event WHERE number=1"


def wrong(store: Store, noted: str = "") -> list[Check]:
    """What the doctor does not find well."""
    return [check for check in ask(store, doctor.examine, noted) if not check.ok]


def tampered(store: Store, statement: str) -> None:
    """Change the file behind the program's back, as whoever has the key can."""
    raw = sqlite.connect(store.path, store.ground.key)
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute(statement)
    raw.close()


@pytest.fixture
def filled(store: Store, agency: AgencyInfo) -> Store:
    """A store in which everything was done that can be done to a record."""
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(40), act="import")
        one, two = (save.create(work, "client", agency.id, "", {"CLIENTID": name, "DOB": "19800229"}) for name in "ab")
        episode = save.create(work, "episode", two.id, "", {"REFLD": "20200101"})
        gone = save.create(work, "episode", one.id, "", {"REFLD": "20200102"})
        save.annotate(work, episode.id, "Row", "a note")
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", one.id, {"CLIENTID": "a", "SEX": "1"}, 1)
        save.change(work, "client", one.id, {"CLIENTID": "a", "SEX": "2", "DOB": "19800301"}, 2)
        save.delete(work, "episode", gone.id, 1)
        save.undelete(work, "episode", gone.id, 2)
        save.delete(work, "episode", gone.id, 3)
        made = merge.merge(work, one.id, two.id)
        merge.split(work, made.id)
        merge.merge(work, one.id, two.id)
        other = save.create(work, "client", agency.id, "", {"CLIENTID": "c"})
        work.chain.erase("client", other.id)
        save.change(work, "client", other.id, {"CLIENTID": "c", "SEX": "1"}, 1)
    return store


def test_whatever_the_program_does_is_well(filled: Store) -> None:
    assert wrong(filled) == []
    told = {check.name: check.message for check in ask(filled, doctor.examine)}
    assert told["records"] == "They are what the audit says."
    with filled.reading() as snapshot:
        assert f"The last is {audit.end(snapshot)}." in told["audit"]
    assert wrong(filled, ask(filled, audit.end)) == []


def test_of_very_many_records_a_share_is_compared_at_a_time(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MOST_RECORDS", 20)
    with filled.reading() as snapshot:
        assert shares(snapshot, doctor.MOST_RECORDS) > 4
    assert wrong(filled) == []
    tampered(filled, "UPDATE client SET typed='{}' WHERE number IN (3, 4, 5, 6, 7, 8)")
    (check,) = wrong(filled)
    assert check.message.count("has other values") == doctor.MOST and check.message.count("there may be more") == 1
    tampered(filled, "DELETE FROM audit WHERE number=50")
    assert [check.name for check in wrong(filled)][-2:] == ["audit", "records"]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE client SET typed=replace(typed, '19800301', '19800302')", "client ID has other values"),
        ("UPDATE episode SET typed=json_set(typed, '$.REFLD', '20210101') WHERE number=3", "has other values"),
        ("UPDATE event SET typed='{}' WHERE number=1", "event ID has other values"),
        ("UPDATE episode SET deleted_at='2020-01-01T00:00:00+00:00' WHERE number=2", "is deleted, and by nobody"),
        ("UPDATE episode SET deleted_at=NULL", "was deleted and is there again"),
        ("UPDATE client SET deleted_at=NULL", "was deleted and is there again"),
        ("UPDATE episode SET client_number=1 WHERE number=41", "is under another client"),
        ("DELETE FROM event WHERE number=2", "a record is gone"),
        (MADE, "event x is not told of in the audit"),
    ],
)
def test_what_other_hands_changed_is_named(filled: Store, statement: str, what: str) -> None:
    tampered(filled, statement)
    (found,) = wrong(filled)
    assert found.name == "records"
    own_id = found.message.partition(": ")[2].split(" ")[1]
    assert what.replace("ID", own_id) in found.message and found.message.endswith("Restore a backup.")


def test_an_older_log_that_is_put_back_is_noticed(filled: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    path, key_file = filled.path, filled.key_file
    log = path.with_name(path.name + "-wal")
    shutil.copy2(log, tmp_path / "log")
    shutil.copy2(path, tmp_path / "file")
    with filled.writing(Who("ann", LATER)) as work:
        bulk_load.load(work, agency, records(40))
    noted = ask(filled, audit.end)
    filled.close()
    shutil.copy2(tmp_path / "file", path)
    shutil.copy2(tmp_path / "log", log)
    with open_store(path, key_file, standards) as again:
        assert ask(again, read.count_episodes, agency) == 41, "all of it is whole, only older"
        assert wrong(again) == []
        (found,) = wrong(again, noted)
    assert found.name == "what was noted" and "an older file or log was put back" in found.message


def test_what_is_no_note_is_refused(filled: Store) -> None:
    for text in ("12", "12:abc", "x:0123456789abcdef", "12:0123456789abcdeg"):
        with pytest.raises(Problem, match="copy it from a receipt"):
            ask(filled, doctor.examine, text)
