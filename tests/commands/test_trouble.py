"""The world around the program fails (a lock, a full disk, Ctrl+C, a reader who leaves) and nothing is lost."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exporters.imports.csv_import import Import
from store.disk import schema, sqlite
from store.disk.keys import Key
from tests.commands.running import SAMPLE_FILE, TODAY, Place, call, environment, program
from tests.exporters.extracts import row, visit, write
from tui.app.open_store import StoreLocation, look
from tui.cli.context import opened
from validators.problems import Problem

EXPORT = ("--submission", "2020-12", *TODAY)


def spoil(monkeypatch: pytest.MonkeyPatch, *pragmas: str) -> None:
    """Have every connection from now on meet a trouble that a test cannot make for root, or not wait for."""
    usual = sqlite.connect

    def connect(*arguments: Any, **named: Any) -> Any:
        connection = usual(*arguments, **named)
        for pragma in pragmas:
            connection.execute(pragma).fetchall()
        return connection

    monkeypatch.setattr(sqlite, "connect", connect)


def test_a_store_that_somebody_else_writes_to(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(filled.folder, [row()])
    out, before = filled.out, filled.contents()
    with closing(filled.raw()) as theirs, monkeypatch.context() as patch:
        theirs.execute("BEGIN IMMEDIATE")
        spoil(patch, "PRAGMA busy_timeout=50")
        for arguments in (("import", path), ("export", *EXPORT, "--out", out)):
            sentence = call(*arguments, *filled.options).sentence
            assert "is locked, somebody else is writing: try again in a moment" in sentence
            assert filled.contents() == before
        assert call("check", *filled.options).code == 1 and call("doctor", *filled.options).code == 0
        theirs.execute("ROLLBACK")
    assert call("import", path, *filled.options).code == 0


def test_a_store_that_is_read_only(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(filled.folder, [row()])
    out, before = filled.out, filled.contents()
    with monkeypatch.context() as patch:
        spoil(patch, "PRAGMA query_only=ON")
        for arguments in (("import", path), ("export", *EXPORT, "--out", out)):
            assert "is read-only: ask for write access" in call(*arguments, *filled.options).sentence
        assert call("check", *filled.options).code == 1
    assert filled.contents() == before and filled.episodes() == 120


def small_files(limit: int) -> Callable[[], None]:
    """What makes a program unable to write files past a size, as a full disk does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.parametrize("command", ["import", "export", "backup", "sample"])
def test_a_disk_that_takes_no_more(filled: Place, command: str) -> None:
    many = [row(str(number)) | visit(str(number)) for number in range(1500)]
    arguments: dict[str, tuple[object, ...]] = {
        "import": (write(filled.folder, many),),
        "export": (*EXPORT, "--out", filled.out),
        "backup": (filled.folder / "copy.db",),
        "sample": ("--clients", "500"),
    }
    options = filled.options
    if command == "sample":
        options = ("--store", str(filled.folder / "new.db"), "--key-file", str(filled.key))
    before = filled.contents()
    outcome = program(command, *arguments[command], *options, preexec_fn=small_files(20_000))
    assert str(filled.folder) in outcome.sentence and "program failed" not in outcome.sentence
    after = filled.contents()
    after.pop("keywork.db"), before.pop("keywork.db")
    assert after == before and filled.episodes() == 120


def test_a_disk_that_takes_no_output() -> None:
    with Path("/dev/full").open("w") as full:
        for arguments in (("check", SAMPLE_FILE), ("standards", "show", "ndtms-cjit-p"), ("standards", "list")):
            done = subprocess.run(
                [sys.executable, "-m", "tui.cli.main", *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(),
                timeout=60,
                check=False,
            )
            assert "Traceback" not in done.stderr and done.returncode not in (0, 1)


# Runs the program, but has one of its functions say that it was reached, once done, and then wait.
WAITING = """
import importlib, sys, time
module, _, name = sys.argv.pop(1).partition(":")
holder = importlib.import_module(module)
*path, name = name.split(".")
for part in path:
    holder = getattr(holder, part)
usual = getattr(holder, name)
def wait(*arguments, **named):
    given = usual(*arguments, **named)
    print("reached", flush=True)
    time.sleep(50)
    return given
setattr(holder, name, wait)
from tui.cli.main import run
run()
"""


@pytest.mark.parametrize(
    ("point", "command", "number"),
    [
        ("exporters.csv_format.table:encoding_of", "import", signal.SIGINT),
        ("store.records.bulk_load:Loader.take", "import", signal.SIGINT),
        ("store.unit_of_work:UnitOfWork.finish", "import", signal.SIGTERM),
        ("exporters.csv_format.writing:RowWriter.flush", "export", signal.SIGINT),
        ("exporters.csv_format.writing:RowWriter.flush", "export", signal.SIGHUP),
        ("exporters.csv_format.writing:RowWriter.flush", "export", signal.SIGQUIT),
        ("store.disk.sqlite:copy_into", "backup", signal.SIGTERM),
        ("validators.rules.checker:Checker.check", "check", signal.SIGINT),
    ],
)
def test_stopped_in_the_middle(filled: Place, point: str, command: str, number: signal.Signals) -> None:
    """Ctrl+C, somebody who ends the program, a line that is dropped."""
    arguments: dict[str, tuple[object, ...]] = {
        "import": (write(filled.folder, [row(), row("2")]),),
        "export": (*EXPORT, "--out", filled.out),
        "backup": (filled.folder / "copy.db",),
        "check": (),
    }
    before = filled.contents()
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, point, command, *map(str, arguments[command]), *filled.options],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "reached\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == (2 if number == signal.SIGINT else -number) and out == "" and "Traceback" not in err
    assert filled.contents() == before and filled.episodes() == 120
    assert not [path for path in filled.folder.rglob("*") if path.suffix == ".new"], "no half a file in the clear"


BOTH_AT_ONCE = """
import os, signal, sys
from pathlib import Path
from store.disk import files
from tui.cli.leaving import Ended, ending_in_order
both = (signal.SIGTERM, signal.SIGHUP)
try:
    with ending_in_order(), files.scratch(Path(sys.argv[1]), files.PRIVATE):
        signal.pthread_sigmask(signal.SIG_BLOCK, both)
        for number in both:
            os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, both)
except Ended:
    print("ended", [signal.getsignal(number) is signal.SIG_DFL for number in both])
"""


def test_a_host_that_goes_down_sends_two_signals_and_what_is_half_written_goes_all_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BOTH_AT_ONCE, str(tmp_path / "extract.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "ended [True, True]\n" and list(tmp_path.iterdir()) == []


PRESSED_AGAIN = """
import os, signal, sys
from pathlib import Path
from store.disk import files
from tui.cli.leaving import leave_with
clears_up = files._remove
def impatient(path):
    os.kill(os.getpid(), signal.SIGINT)
    clears_up(path)
files._remove = impatient
def command():
    with files.scratch(Path(sys.argv[1]), files.PRIVATE):
        os.kill(os.getpid(), signal.SIGINT)
leave_with(command)
"""


def test_who_presses_ctrl_c_again_leaves_no_half_file_either(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PRESSED_AGAIN, str(tmp_path / "extract.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (2, "keywork: Stopped; what was not finished was not written.\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_program_is_loaded_tells_nothing_of_where_it_was() -> None:
    told = "import signal, tui.entry; print(signal.getsignal(signal.SIGINT) is signal.SIG_DFL)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "True\n"


@pytest.mark.parametrize("arguments", [("standards", "show", "ndtms-cjit-p"), ("check", SAMPLE_FILE)])
def test_a_reader_who_leaves_early_hears_nothing(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tui.cli.main", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == "" and done.returncode in (0, 1)


def test_the_first_line_is_enough() -> None:
    """As with `| head -1`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli.main", "standards", "show", "ndtms-cjit-p", "--format", "json"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "{\n"
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait(timeout=60) in (0, 1)
    process.stderr.close()


def test_without_any_output_there_is_no_traceback() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m tui.cli.main check "$1" >&-', sys.executable, SAMPLE_FILE],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 1


def test_a_store_that_somebody_else_made_or_used_meanwhile_is_never_taken_away(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two begin with the same new store: whichever fails takes away nothing but what it made and nobody else used."""
    usual = schema.create

    def later(path: Path, key: Key) -> bool:
        monkeypatch.setattr(schema, "create", usual)
        assert call("sample", "--clients", 2, *place.options).code == 0
        return usual(path, key)

    with monkeypatch.context() as patch:
        patch.setattr(schema, "create", later)
        assert "is not empty" in call("sample", "--clients", 3, *place.options).sentence
    assert call("doctor", *place.options).code == 0
    place.store.unlink()
    with pytest.raises(Problem, match="wrong"), opened(str(place.store), place.key, create=True):
        assert call("agencies", "add", "T0009", "--standard", "ndtms-cjit-p", *place.options).code == 0
        raise Problem("wrong")
    assert "T0009" in call("agencies", "list", *place.options).out
    place.store.unlink()
    with pytest.raises(Problem, match="wrong"), opened(str(place.store), place.key, create=True):
        raise Problem("wrong")
    assert not place.store.exists() and place.key.exists()


def test_a_key_stays_whose_first_store_failed_for_another_may_be_under_it(place: Place) -> None:
    other = ("--store", place.folder / "other.db", "--key-file", place.key)
    with pytest.raises(Problem, match="wrong"), opened(str(place.store), place.key, create=True):
        assert f"The key of the store is {place.key}: keep a copy" in call("sample", "--clients", 1, *other).err
        raise Problem("wrong")
    assert not place.store.exists() and call("doctor", *other).code == 0


def test_a_file_is_compared_with_a_store_that_was_made_while_it_was_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Import.prepare

    def slow(own: Import, *arguments: Any) -> str:
        monkeypatch.setattr(Import, "prepare", usual)
        code = usual(own, *arguments)
        assert call("import", SAMPLE_FILE, *place.options).code == 0
        return code

    monkeypatch.setattr(Import, "prepare", slow)
    assert "New: 0 clients, 0 episodes, 0 events" in call("import", SAMPLE_FILE, *place.options).out


def test_the_store_of_a_service_is_made_by_nobody_who_comes_in_by_sudo(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it was moved away for a moment, a new one without roles would make everybody its administrator."""
    copy = filled.folder / "copy.db"
    filled.store.rename(copy)
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(filled.key))
    monkeypatch.setenv("KEYWORK_STORE", str(filled.store))
    monkeypatch.setattr("store.disk.user.person_by_sudo", lambda: 4711)
    for words in (
        ("sample", "--clients", 1),
        ("import", SAMPLE_FILE),
        ("agencies", "add", "T0009", "--standard", "ndtms-cjit-p"),
        ("restore", copy, "--store", filled.store),
    ):
        sentence = call(*words).sentence
        assert "whoever runs this computer makes it" in sentence or "is not yours to read" in sentence
    with pytest.raises(Problem, match="whoever runs this computer makes it"):
        look(StoreLocation(filled.store, filled.key), datetime(2021, 1, 10, tzinfo=UTC))
    assert sorted(path.name for path in filled.folder.iterdir() if path.suffix == ".db") == ["copy.db"]
