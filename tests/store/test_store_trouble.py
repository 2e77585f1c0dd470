"""A lock, a full disk, a vanished file, a killed program: one sentence, and nothing that was saved is lost."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.disk import audit, doctor, sqlite
from store.disk.backup import restore
from store.disk.keys import read_or_make_key
from store.facts import AgencyInfo, Draft, Who
from store.live import drafts
from store.records import agencies, bulk_load, read
from store.records import save as records_save
from store.store import Store, open_store
from tests.store.small_standard import NOW, records, standards
from tests.stores import ask, do
from validators.problems import Problem

WRITER = """
import sys, pathlib
from tests.store.small_standard import NOW, standards
from store.facts import Who
from store.records import agencies, save
from store.store import open_store
store = open_store(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), standards)
agency = store.ask(agencies.one)
for number in range(int(sys.argv[3])):
    with store.writing(Who(sys.argv[4], NOW)) as work:
        client = save.create(work, "client", agency.id, "", {})
        save.create(work, "episode", client.id, "", {})
    print(client.id, flush=True)
"""


def writer(store: Store, count: int, person: str) -> "subprocess.Popen[str]":
    """Another program that saves clients and tells the id of each when it is safe."""
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(root), str(Path(__file__).parent)])
    arguments = [str(store.path), str(store.key_file), str(count), person]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_locked_store_can_be_read_and_is_told_when_written(store: Store, agency: AgencyInfo) -> None:
    raw = sqlite.connect(store.path, read_or_make_key(store.key_file, may_make=False)[0])
    raw.execute("BEGIN IMMEDIATE")
    assert ask(store, agencies.listed) == [agency]
    with pytest.raises(Problem, match="is locked, somebody else is writing"), store.writing(Who("ann", NOW)):
        pass
    with pytest.raises(Problem, match="is locked"):
        do(store, Who("ann", NOW), drafts.save, Draft("client", "1", {}, 0))
    raw.execute("ROLLBACK")
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(1))
    raw.close()


def spoil(monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    """Have every connection from now on meet a trouble that a test cannot make for root."""
    usual = sqlite.connect

    def connect(*arguments: Any, **named: Any) -> Any:
        connection = usual(*arguments, **named)
        connection.execute(pragma)
        return connection

    monkeypatch.setattr(sqlite, "connect", connect)


def test_a_read_only_disk_is_told(store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    spoil(monkeypatch, "PRAGMA query_only=ON")
    with open_store(store.path, store.key_file, standards) as again:
        assert ask(again, agencies.listed) == [agency]
        with pytest.raises(Problem, match="is read-only"), again.writing(Who("ann", NOW)) as work:
            agencies.ensure(work, "A2", "small")


def _writes_as_nobody(path: Path, key: Path) -> None:
    """In a process of its own: open the store without the rights of root and write to it; tell by the exit code."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        with open_store(path, key, standards) as store, store.writing(Who("ann", NOW)) as work:
            agencies.ensure(work, "A3", "small")
    except Problem as problem:
        os._exit(3 if str(path) in str(problem) else 4)
    os._exit(0)


def test_a_read_only_file_is_told() -> None:
    # Not below pytest's own folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with (
            open_store(folder / "s.db", folder / "k", standards, create=True) as store,
            store.writing(Who("ann", NOW)) as work,
        ):
            agencies.ensure(work, "A1", "small")
        if os.getuid() == 0:
            for path in (folder, *folder.iterdir()):
                os.chown(path, 65534, 65534)
        (folder / "s.db").chmod(0o400)
        folder.chmod(0o500)
        try:
            child = multiprocessing.get_context("fork").Process(
                target=_writes_as_nobody, args=(folder / "s.db", folder / "k")
            )
            child.start()
            child.join()
        finally:
            folder.chmod(0o700)
        assert child.exitcode == 3


def test_a_store_opened_for_reading_is_not_written(store: Store, agency: AgencyInfo) -> None:
    with open_store(store.path, store.key_file, standards, read_only=True) as again:
        assert ask(again, agencies.listed) == [agency]
        with pytest.raises(Problem, match="for reading only"), again.writing(Who("ann", NOW)):
            pass
        again.backup(store.path.with_name("b.db"))


def test_a_full_disk_leaves_everything_as_it_was(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(10))
    store.close()
    spoil(monkeypatch, "PRAGMA max_page_count=60")
    with open_store(store.path, store.key_file, standards) as again:
        with pytest.raises(Problem, match=r"disk is full: free some space"), again.writing(Who("ann", NOW)) as work:
            bulk_load.load(work, agency, records(5000))
        assert ask(again, read.count_episodes, agency) == 10 and ask(again, audit.verify).whole
        with again.writing(Who("ann", NOW)) as work:
            bulk_load.load(work, agency, records(1))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of three megabytes; only root may put one in."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no disk can be mounted here: only root may, where the machine allows it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_any_room_left_is_told_as_that_and_nothing_is_lost(small_disk: Path, tmp_path: Path) -> None:
    path, key, rest = small_disk / "k.db", tmp_path / "k.key", small_disk / "rest"

    def used_up() -> None:
        with contextlib.suppress(OSError), rest.open("wb", buffering=0) as file:
            while file.write(b"0" * 4096):
                pass

    with open_store(path, key, standards, create=True) as made:
        with made.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T0001", "small")
            bulk_load.load(work, agency, records(10))
        used_up()
        with pytest.raises(Problem, match="disk is full: free some space"), made.writing(Who("ann", NOW)) as work:
            bulk_load.load(work, agency, records(3000))
        with pytest.raises(Problem, match="disk has too little room for a copy of the store"):
            made.backup(small_disk / "b.db")
        assert ask(made, read.count_episodes, agency) == 10
    # Who comes then cannot even read: what tells readers of each other finds no room.
    rest.unlink()
    with open_store(path, key, standards) as again:
        assert ask(again, read.count_episodes, agency) == 10
    used_up()
    with pytest.raises(Problem, match="disk is full: free some space"), open_store(path, key, standards) as again:
        ask(again, read.count_episodes, agency)
    rest.unlink()
    assert sorted(one.name for one in small_disk.iterdir() if not one.name.startswith("k.db")) == []
    with open_store(path, key, standards) as again:
        assert ask(again, read.count_episodes, agency) == 10 and ask(again, audit.verify).whole


def test_a_fault_of_the_program_is_one_sentence_without_values(store: Store, agency: AgencyInfo) -> None:
    with (
        pytest.raises(Problem, match=r"UNIQUE constraint failed: client\.id") as caught,
        store.writing(Who("ann", NOW)) as work,
    ):
        records_save.create(work, "client", agency.id, "", {"CLIENT": "secret"}, record_id="same")
        records_save.create(work, "client", agency.id, "", {"CLIENT": "secret"}, record_id="same")
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None


def test_a_store_that_vanishes_takes_no_more_and_is_found_again(store: Store, agency: AgencyInfo) -> None:
    seen = store.data_version()
    away = store.path.with_name("away.db")
    store.backup(away)
    for path in store.path.parent.glob("keywork.db*"):
        path.unlink()
    with pytest.raises(Problem, match="could not be found as the store"), store.writing(Who("ann", NOW)):
        pass
    with pytest.raises(Problem, match="could not be found as the store"):
        store.data_version()
    restore(away, store.path, store.key_file)
    assert store.data_version() != seen, "it may be another state of the store"
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(3))
    assert ask(store, read.count_episodes, agency) == 3 and store.data_version()
    with open_store(store.path, store.key_file, standards) as again:
        assert ask(again, read.count_episodes, agency) == 3


def test_threads_may_write_at_once(tmp_path: Path, key_file: Path) -> None:
    with open_store(tmp_path / "s.db", key_file, standards, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "A1", "small")
        failures: list[BaseException] = []

        def save() -> None:
            try:
                for _ in range(10):
                    with store.writing(Who("ann", NOW)) as work:
                        bulk_load.load(work, agency, records(1))
                    list(ask(store, read.episodes, agency))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=save) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == [] and ask(store, read.count_episodes, agency) == 60 and ask(store, audit.verify).whole


def test_two_programs_write_and_nothing_is_lost(store: Store, agency: AgencyInfo) -> None:
    both = [writer(store, 40, "ann"), writer(store, 40, "bob")]
    told = [process.communicate(timeout=60)[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0] and [len(ids) for ids in told] == [40, 40]
    assert {record.client_id for record in ask(store, read.episodes, agency)} == {*told[0], *told[1]}
    assert ask(store, audit.verify).whole and ask(store, audit.verify).rows == 161


def test_two_programs_make_the_same_store_at_once(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = (
        "import sys, pathlib\nfrom tests.store.small_standard import NOW, standards\n"
        "from store.store import open_store\n"
        "store = open_store(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), standards, create=True)\n"
        "from store.facts import Who\nfrom store.records import agencies\n"
        "store.do(Who(sys.argv[3], NOW), agencies.ensure, sys.argv[3], 'small')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(Path(__file__).parent)])}
    path, key = tmp_path / "s.db", tmp_path / "k"
    made = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(key), f"A{number}"], env=environment)
        for number in range(4)
    ]
    assert [process.wait(timeout=60) for process in made] == [0] * 4
    with open_store(path, key, standards) as store:
        assert {agency.code for agency in ask(store, agencies.listed)} == {"A0", "A1", "A2", "A3"} and ask(
            store, audit.verify
        ).whole
    assert not [left.name for left in tmp_path.iterdir() if left.name.startswith(".")]


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_killed_program_loses_nothing_it_told_of(store: Store, agency: AgencyInfo, after: int) -> None:
    process = writer(store, 100000, "ann")
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    told += [line for line in process.stdout.read().split("\n")[:-1] if line]
    process.wait(timeout=60)
    process.stdout.close()
    kept = [record.client_id for record in ask(store, read.episodes, agency)]
    # One more may have been kept that was not told of yet.
    assert kept[: len(told)] == told and len(kept) <= len(told) + 1
    assert all(check.ok for check in ask(store, doctor.examine))
