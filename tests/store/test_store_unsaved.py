"""What was typed while the store could not be written to: kept encrypted elsewhere, and taken in later."""

import contextlib
import re
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.disk import sqlite
from store.facts import NEVER, Draft, DraftInfo, Who
from store.live import drafts, offline_drafts
from store.store import Store, open_store
from tests.store.small_standard import NOW, standards
from tests.stores import ask, do
from validators.problems import Problem

SECRET = "MRS UNMISTAKABLE"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own state folder stays out of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def draft(person: str = "ann", record: str = "c1", at: datetime = NOW, session: str = "w1") -> DraftInfo:
    """Something typed into a new client."""
    values = {"CLIENT": SECRET, "SEX": "1"}
    return DraftInfo(
        person, "client", record, "agency", "", values, 0, at, "SEX", unconfirmed=("SEX",), session=session
    )


def test_a_file_beside_the_store_tells_nothing_and_is_taken_in(store: Store, tmp_path: Path) -> None:
    file = offline_drafts.keep(store, [draft(), draft(record="c2")])
    assert file.parent == store.path.parent
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SECRET.encode() not in file.read_bytes() and b"SQLite format" not in file.read_bytes()
    assert re.fullmatch(r"keywork\.db\.unsaved-[0-9a-f]{12}", file.name)
    assert ask(store, drafts.listed) == []
    taken = offline_drafts.take(store, Who("ann", NEVER))
    assert (taken.drafts, taken.behind, taken.saved_at, taken.unreadable) == (2, 0, NOW, ())
    found = ask(store, drafts.one, "ann", "c1")
    assert found is not None
    assert (found.values["CLIENT"], found.at_field, found.unconfirmed, found.session) == (SECRET, "SEX", ("SEX",), "w1")
    assert not file.exists()
    assert offline_drafts.take(store, Who("ann", NEVER)).drafts == 0
    assert [path.name for path in tmp_path.iterdir() if "unsaved" in path.name] == []


def test_a_store_whose_folder_is_away_has_it_kept_in_the_state_folder(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "disk").mkdir()
    with open_store(tmp_path / "disk" / "keywork.db", key_file, standards, create=True) as store:
        (tmp_path / "disk").rename(tmp_path / "gone")
        file = offline_drafts.keep(store, [draft()])
        assert file.is_relative_to(tmp_path / "state")
        assert not (tmp_path / "disk").exists(), "a folder made there would hide the disk that comes back"
        (tmp_path / "gone").rename(tmp_path / "disk")
        assert offline_drafts.take(store, Who("ann", NEVER)).drafts == 1
        assert not file.exists()


def test_a_file_of_a_program_that_knew_less_of_drafts_is_taken_in(store: Store) -> None:
    file = offline_drafts.keep(store, [draft()])
    with contextlib.closing(sqlite.connect(file, store.ground.key)) as raw:
        for statement in (
            "ALTER TABLE draft RENAME TO one",
            "CREATE TABLE draft AS SELECT number, person, kind, record_id, parent_id, section, typed, base_version,"
            " saved_at FROM one",
            "DROP TABLE one",
        ):
            raw.execute(statement)
    assert offline_drafts.take(store, Who("ann", NEVER)).drafts == 1
    (found,) = ask(store, drafts.listed, "ann")
    assert (found.values["CLIENT"], found.began_with, found.unconfirmed, found.session) == (SECRET, {}, (), "")
    assert not file.exists()


def test_a_newer_draft_is_never_written_over(store: Store) -> None:
    offline_drafts.keep(store, [draft(), draft(record="c2"), draft(record="c3")])
    later = NOW + timedelta(minutes=1)
    do(store, Who("ann", later, "w1"), drafts.save, Draft("client", "c1", {"CLIENT": "same window"}, 0))
    do(store, Who("ann", later, "w2"), drafts.save, Draft("client", "c2", {"CLIENT": "another window"}, 0))
    taken = offline_drafts.take(store, Who("ann", NEVER))
    assert (taken.drafts, taken.behind) == (2, 2)
    kept = {(one.record_id, one.session): one.values["CLIENT"] for one in ask(store, drafts.listed, "ann")}
    assert kept == {
        ("c1", "w1"): "same window",
        ("c2", "w1"): SECRET,
        ("c2", "w2"): "another window",
        ("c3", "w1"): SECRET,
    }
    newest = ask(store, drafts.one, "ann", "c2")
    assert newest is not None and newest.session == "w2"


def test_another_persons_file_is_left_alone(store: Store) -> None:
    file = offline_drafts.keep(store, [draft("bob")])
    assert offline_drafts.take(store, Who("ann", NEVER)).drafts == 0
    assert file.exists()
    typed, unread = ask(store, offline_drafts.left)
    assert [(one.person, one.record_id, one.values["CLIENT"]) for one in typed] == [("bob", "c1", SECRET)]
    assert unread == 0 and file.exists()
    assert offline_drafts.take(store, Who("bob", NEVER)).drafts == 1


def test_everybodys_files_are_taken_in_where_all_is_handed_over(store: Store) -> None:
    files = [offline_drafts.keep(store, [draft(person)]) for person in ("ann", "bob")]
    assert offline_drafts.take(store, Who("cid", NEVER), of_all=True).drafts == 2
    assert {one.person for one in ask(store, drafts.listed)} == {"ann", "bob"}
    assert not any(file.exists() for file in files)


def test_a_file_of_another_key_is_named_and_left(store: Store) -> None:
    file = offline_drafts.keep(store, [draft()])
    file.write_bytes(bytes(reversed(file.read_bytes())))
    assert offline_drafts.take(store, Who("ann", NEVER)).unreadable == (file,)
    assert file.exists()


def test_a_file_that_the_locked_store_cannot_take_stays(store: Store) -> None:
    file = offline_drafts.keep(store, [draft()])
    with sqlite.writing(store._engine) as connection, connection.begin(), pytest.raises(Problem, match="locked"):
        offline_drafts.take(store, Who("ann", NEVER))
    assert file.exists()
    assert offline_drafts.take(store, Who("ann", NEVER)).drafts == 1


def test_where_nothing_can_be_written_one_sentence_says_so(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with open_store(tmp_path / "disk" / "keywork.db", key_file, standards, create=True) as store:
        (tmp_path / "disk").rename(tmp_path / "gone")
        with pytest.raises(Problem, match=r"neither to .* nor to a file beside it") as told:
            offline_drafts.keep(store, [draft()])
        assert SECRET not in str(told.value)
        # No room is made by freeing some where the place itself is what is wrong.
        assert "free some space" not in str(told.value) and "check the disk" in str(told.value)
