"""The terminal is read where the keys are handled: after a sleep too, never for ever when dead, idle for nothing."""

import fcntl
import hashlib
import inspect
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tests.frame.conftest import Start
from tests.terminal import Terminal

WRITTEN_AGAINST = "e5fdc53cad9a74972ee2ea062bba893fbe7ca25f8e36eb0ae9143ab18d895ba9"
"""SHA-256 of the sources of those methods of Textual that driver, `draw_now` and `LineInput.replace` go round."""


def status(terminal: Terminal, name: str) -> list[str]:
    """What the kernel says of each thread of the program under a name."""
    lines = [line for file in Path(f"/proc/{terminal.pid}/task").glob("*/status") for line in file.open()]
    return [line.split()[1] for line in lines if line.startswith(f"{name}:")]


def test_keys_are_read_again_after_a_sleep(demo: Start) -> None:
    terminal = demo()
    terminal.press("<f4>one<tab>")
    terminal.signal(signal.SIGTSTP)
    terminal.until(lambda _: set(status(terminal, "State")) == {"T"})
    terminal.signal(signal.SIGCONT)
    terminal.until_quiet()
    terminal.press("two<enter>")
    terminal.until("two")
    terminal.press("<escape>")
    terminal.press("<f2>")
    terminal.until("Ask")


def test_a_line_that_goes_without_a_signal_ends_the_program() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color"}
    # A session of its own without a controlling terminal: the kernel sends no hang-up to it.
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.frame.demo"], stdin=theirs, stdout=theirs, stderr=theirs, env=env,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"Reference" not in shown:
        shown += os.read(ours, 4096)
    os.close(ours)
    assert program.wait(20) == 128 + signal.SIGHUP


def test_an_idle_session_sleeps(demo: Start) -> None:
    terminal = demo()
    terminal.until_quiet(1.0)

    def woken() -> int:
        return sum(map(int, status(terminal, "voluntary_ctxt_switches")))

    before = woken()
    time.sleep(1)
    assert woken() - before <= 3


def test_what_is_gone_round_is_known() -> None:
    sources = (
        LinuxDriver.start_application_mode, LinuxDriver.run_input_thread, LinuxDriver.disable_input,
        LinuxDriver.send_message, Screen._on_timer_update, Widget._check_refresh, Input.replace,
        Input._watch_value, Input._watch_selection,
    )  # fmt: skip
    found = hashlib.sha256("".join(inspect.getsource(one) for one in sources).encode()).hexdigest()
    assert found == WRITTEN_AGAINST, f"compare them with what goes round them, then pin {found}"
