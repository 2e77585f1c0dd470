"""A process that holds the key leaves no core, lets nobody look in, and obeys no variable that is meant for Textual."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal

ABORTS = "import os; os.abort()"
READS = "import ctypes, os, resource; print(ctypes.CDLL(None).prctl(3), *resource.getrlimit(resource.RLIMIT_CORE))"
SEALED = "import tui.entry; "


def allow_cores() -> None:
    """In the child, before it begins."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def left_a_core(code: str, folder: Path) -> bool:
    """Whether Python, aborting in that code, left a core: what the system says, and what lies there."""
    program = subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, preexec_fn=allow_cores, stderr=subprocess.DEVNULL
    )
    _, status = os.waitpid(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    assert program.returncode == -signal.SIGABRT
    return os.WCOREDUMP(status) or any(folder.iterdir())


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="this machine lets nobody leave a core")
def test_without_the_seal_there_is_a_core(tmp_path: Path) -> None:
    assert left_a_core(ABORTS, tmp_path)


def test_the_program_leaves_no_core(tmp_path: Path) -> None:
    assert not left_a_core(SEALED + ABORTS, tmp_path)


def test_the_entry_takes_both_ways_to_a_core() -> None:
    read = subprocess.run([sys.executable, "-c", SEALED + READS], capture_output=True, text=True, check=True)
    assert read.stdout.split() == ["0", "0", "0"], "not dumpable; no core, and no way back to one"


def test_the_seal_comes_before_all_else() -> None:
    """Whatever is loaded after it, of Python's own or of others."""
    told = "import sys; before = set(sys.modules); import tui.sealing; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition(".")[0] for name in loaded} <= {
        "tui",
        "ctypes",
        "_ctypes",
        "struct",
        "_struct",
        "resource",
        "types",
    }
    entry = (Path(__file__).parents[2] / "tui" / "entry.py").read_text(encoding="utf-8")
    imports = [line for line in entry.splitlines() if line.startswith(("import", "from", "seal"))]
    assert imports[:2] == [
        "from tui.sealing import seal",
        "seal()  # before anything else is loaded, and long before there is a key",
    ]


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGABRT, 128 + signal.SIGABRT),  # the session ends by itself then, so that its terminal shows nothing
        (signal.SIGSEGV, -signal.SIGSEGV),
    ],
)
def test_the_screens_leave_no_core(tmp_path: Path, number: signal.Signals, ending: int) -> None:
    env = {
        "HOME": str(tmp_path), "KEYWORK_STORE": str(tmp_path / "none.db"), "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }  # fmt: skip
    with Terminal([sys.executable, "-m", "tui.entry"], env=env, cwd=str(tmp_path)) as terminal:
        terminal.until("F10 Leave")
        limits = Path(f"/proc/{terminal.pid}/limits").read_text(encoding="ascii").splitlines()
        assert any(line.split()[:6] == ["Max", "core", "file", "size", "0", "0"] for line in limits)
        terminal.signal(number)
        _, status = os.waitpid(terminal.pid, 0)
        terminal._status = os.waitstatus_to_exitcode(status)
    assert terminal._status == ending
    assert not os.WCOREDUMP(status)


def test_variables_meant_for_textual_do_nothing(tmp_path: Path) -> None:
    (tmp_path / "spy.py").write_text("raise SystemExit('loaded')\n", encoding="utf-8")
    env = {
        "HOME": str(tmp_path), "KEYWORK_STORE": str(tmp_path / "none.db"), "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
        "TEXTUAL": "debug,devtools", "TEXTUAL_DRIVER": "spy:Driver", "TEXTUAL_LOG": str(tmp_path / "keys.log"),
        "TEXTUAL_DEBUG": "1", "TEXTUAL_ALLOW_SIGNALS": "1", "TEXTUAL_PRESS": "f10", "TEXTUAL_SCREENSHOT": "1",
        "COLUMNS": "30", "LINES": "7",
    }  # fmt: skip
    with Terminal([sys.executable, "-m", "tui.entry"], env=env, cwd=str(tmp_path)) as terminal:
        terminal.until(lambda seen: "F10 Leave" in seen.lines()[23])
        terminal.press("abc")
        terminal.send("\x1b[21~")
        assert terminal.wait() == 0
    assert not (tmp_path / "keys.log").exists()
    assert not list(tmp_path.glob("*.svg"))
