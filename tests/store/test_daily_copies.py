"""The copy of each day: one a day, kept in a row, read back; never one that fills the disk; what is late is told."""

import os
import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from store.disk import copies, copy_notes, doctor, files, schema, user
from store.disk.backup import restore
from store.facts import AgencyInfo, Who
from store.records import bulk_load, read, save
from store.store import Store, open_store
from tests.store.small_standard import NOW, records, standards
from tests.stores import ask, do
from validators.problems import Problem


class Usage(NamedTuple):
    """What the system tells of a disk."""

    total: int
    used: int
    free: int


def names(store: Store) -> list[str]:
    """What stands in the folder of the copies."""
    folder = copies.row_of(store.path).parent
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def told(store: Store) -> tuple[bool, str]:
    """What the doctor says of copies."""
    [check] = [one for one in ask(store, doctor.examine) if one.name == "copies"]
    return check.ok, check.message


def keyed(store: Store, agency: AgencyInfo, at: datetime) -> None:
    """Somebody enters a client."""
    do(store, Who("ann", at), save.create, "client", agency.id, "", {"CLIENTID": f"{at:%d%H}"})


def test_one_a_day_and_no_more_than_are_kept(store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(30))
    for day in range(5):
        at = NOW + timedelta(days=day)
        made = copies.make_daily(store, 3, at)
        assert made is not None and not made.wrong and made.audit_end
        assert copies.make_daily(store, 3, at + timedelta(hours=1)) is None
    assert len(names(store)) == 3
    folder = copies.row_of(store.path).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert ask(store, copy_notes.last_tried) == NOW + timedelta(days=4)
    restore(folder / names(store)[-1], tmp_path / "r" / "r.db", store.key_file)
    with open_store(tmp_path / "r" / "r.db", store.key_file, standards) as again:
        assert ask(again, read.count_episodes, agency) == ask(store, read.count_episodes, agency)


def test_it_is_the_program_s_doing_under_a_service_s_account(
    store: Store, agency: AgencyInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sudo names can write neither beside the store nor into its copies."""
    keyed(store, agency, NOW)
    monkeypatch.setattr(user, "person_by_sudo", lambda: os.getuid() + 4_000_000)
    assert copies.make_daily(store, 3, NOW) is not None
    with pytest.raises(Problem, match="not yours to write in"):
        store.backup(tmp_path / "mine.db")


def test_who_share_a_store_share_its_copies(store: Store, agency: AgencyInfo) -> None:
    keyed(store, agency, NOW)
    store.path.parent.chmod(0o2770)
    copies.make_daily(store, 3, NOW)
    folder = copies.row_of(store.path).parent
    assert folder.stat().st_mode & 0o7777 == 0o2770
    assert (folder / f".{store.path.name}.lock").stat().st_mode & 0o777 == 0o660


def test_two_who_begin_the_day_make_one(store: Store, agency: AgencyInfo) -> None:
    keyed(store, agency, NOW)
    made: list[object] = []

    def begin() -> None:
        try:
            made.append(copies.make_daily(store, 3, NOW))
        except Problem as problem:
            made.append(problem)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len([one for one in made if one is not None]) == 1 and len(names(store)) == 1


def test_a_copy_made_by_a_timer_is_the_day_s(store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    keyed(store, agency, NOW)
    (tmp_path / "elsewhere").mkdir()
    copies.rotated(store, Who("ann", NOW), tmp_path / "elsewhere" / "a.db", 2)
    assert copies.make_daily(store, 3, NOW + timedelta(minutes=5)) is None
    copies.write(store, Who("ann", NOW + timedelta(days=1)), tmp_path / "once.db")
    # One that nobody tried does not count.
    assert copies.make_daily(store, 3, NOW + timedelta(days=1)) is not None


def test_no_copy_fills_the_disk(
    store: Store, agency: AgencyInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed(store, agency, NOW)
    free = 64 * 2**20 + files.size_of(store.path) * 3 // 2
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - free, free))
    store.backup(tmp_path / "fits.db")
    with pytest.raises(Problem, match=r"too little room for a copy of the store and its trial \(\d+ MB free") as full:
        copies.make_daily(store, 3, NOW)
    assert str(full.value).endswith("free some space, or choose another place.")
    free = 64 * 2**20
    with pytest.raises(Problem, match="too little room for a copy of the store "):
        store.backup(tmp_path / "not.db")
    assert names(store) == [] and not (tmp_path / "not.db").exists()
    assert ask(store, copy_notes.last_tried) is None


def test_what_a_killed_program_left_goes_after_a_day(store: Store, agency: AgencyInfo) -> None:
    keyed(store, agency, NOW)
    row = copies.row_of(store.path)
    row.parent.mkdir()
    for day in (2, 0):
        at = NOW - timedelta(days=day)
        (row.parent / f"{row.stem}-{at:%Y%m%d}T000000Z{row.suffix}.untried").write_bytes(b"half")
    (row.parent / "mine.untried").write_bytes(b"mine")
    copies.make_daily(store, 3, NOW)
    assert [name for name in names(store) if "untried" in name] == [
        f"{row.stem}-{NOW:%Y%m%d}T000000Z{row.suffix}.untried",
        "mine.untried",
    ]


def test_the_doctor_tells_of_days_of_work_in_no_copy(store: Store, agency: AgencyInfo) -> None:
    keyed(store, agency, NOW)
    assert told(store) == (True, "No copy was brought back on trial yet.")
    keyed(store, agency, NOW + timedelta(days=copy_notes.LATE_DAYS, hours=1))
    ok, message = told(store)
    assert not ok and message.startswith("No copy was brought back on trial yet, in 4 days of work: run keywork backup")
    copied = NOW + timedelta(days=5)
    copies.make_daily(store, 3, copied)
    ok, message = told(store)
    assert ok and message.startswith(f"The last good copy is of {copied:%d %b %Y}")
    keyed(store, agency, copied + timedelta(days=6))
    ok, message = told(store)
    assert not ok and "and 6 days of work came after it" in message


def test_what_was_kept_before_an_upgrade_goes_once_there_are_copies_of_a_month(
    store: Store, agency: AgencyInfo
) -> None:
    keyed(store, agency, NOW)
    old, new = (store.path.with_name(f"{store.path.name}{schema.BEFORE_UPGRADE}{one}") for one in ("0001", "0002"))
    for path, days in ((old, 31), (new, 3)):
        path.write_bytes(b"a store of before")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    copies.make_daily(store, 3, NOW)
    assert not old.exists() and new.exists()


def test_a_clock_that_was_ahead_keeps_no_copy_from_being_made(store: Store, agency: AgencyInfo) -> None:
    keyed(store, agency, NOW)
    copies.make_daily(store, 2, NOW + timedelta(days=3650))
    keyed(store, agency, NOW)
    keyed(store, agency, NOW + timedelta(days=6))
    ok, message = told(store)
    assert not ok and "6 days of work came after it" in message
    for day in (6, 7):
        at = NOW + timedelta(days=day)
        keyed(store, agency, at)
        assert copies.make_daily(store, 2, at) is not None and told(store)[0]
    assert names(store) == ["keywork-20210116T093000Z.db", "keywork-20210117T093000Z.db"]
