"""A program started from a shell with job control, and what becomes of it when the shell or its terminal goes."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.terminal import Terminal, keys

PATIENCE = 60.0
"""Seconds until something that never comes is given up; nothing is judged by it."""


class Shell:
    """A shell in a terminal, and the job that it started in the foreground."""

    def __init__(self, env: Mapping[str, str]) -> None:
        command = ["bash", "--norc", "--noprofile", "-i"]
        self.terminal = Terminal(command, 80, 24, {"PS1": "ready> ", "HISTFILE": "/dev/null", **env})
        self.terminal.until("ready>")
        self.job = 0

    def start(self, module: str, *arguments: str, ready: str) -> None:
        """Start a module of Python as a job."""
        self.terminal.send(" ".join([sys.executable, "-m", module, *arguments]) + "\n")
        self.terminal.until(ready, PATIENCE)
        self.terminal.until_quiet()
        self.job = os.tcgetpgrp(self.terminal.fd)
        assert self.job != self.terminal.pid

    def sleep(self) -> None:
        """Have the job go to the shell."""
        self.terminal.send(keys("<ctrl+p>shell<enter>"))
        self.terminal.until("Stopped", PATIENCE)
        self.terminal.until("ready>", PATIENCE)

    def close(self) -> None:
        """Close the terminal's line, as a connection that breaks does."""
        hang_up(self.terminal)


def hang_up(terminal: Terminal) -> None:
    """Close a terminal's line."""
    master, terminal.fd = terminal.fd, os.open("/dev/null", os.O_RDWR)
    os.close(master)


def is_gone(process: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its code."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def until_gone(process: int) -> None:
    """Wait for a process to end."""
    end = time.monotonic() + PATIENCE
    while not is_gone(process):
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.05)


def fill_the_line(terminal: Terminal) -> None:
    """Have the program write more than anybody takes, until it waits for that."""
    for _ in range(100):
        os.write(terminal.fd, b"\x0c")
        time.sleep(0.01)
    quiet = 0
    while quiet < 10:
        time.sleep(0.05)
        quiet = 0 if terminal._works() else quiet + 1


def ended(terminal: Terminal) -> int:
    """The code a program ends with that nobody reads from any more."""
    end = time.monotonic() + PATIENCE
    while (status := terminal._ended()) is None:
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.05)
    terminal._status = os.waitstatus_to_exitcode(status)
    return terminal._status
