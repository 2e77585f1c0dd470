"""The terminal is read where the keys are handled: after a sleep too, never for ever when dead, idle for nothing."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from tests.frame.conftest import Start
from tests.frame.shells import Shell
from tests.terminal import Terminal


def status(terminal: Terminal, name: str) -> list[str]:
    """What the kernel says of each thread of the program under a name."""
    lines = [line for file in Path(f"/proc/{terminal.pid}/task").glob("*/status") for line in file.open()]
    return [line.split()[1] for line in lines if line.startswith(f"{name}:")]


def test_keys_are_read_again_after_a_sleep(shell: Shell) -> None:
    terminal = shell.terminal
    terminal.press("<f4>one<tab>")
    os.kill(shell.job, signal.SIGTSTP)
    terminal.until("Stopped")
    terminal.send("fg\n")
    terminal.until("one")
    terminal.until_quiet()
    terminal.press("two<enter>")
    terminal.until("[one|two]")
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

    def woken_in_a_second() -> int:
        before = woken()
        time.sleep(1)
        return woken() - before

    # One of them is the tests' own, which listens for the question whether it rests. On a busy machine what went before
    # may not be over yet: a program that wakes by itself does so in every second.
    assert min(woken_in_a_second() for _ in range(4)) <= 4
