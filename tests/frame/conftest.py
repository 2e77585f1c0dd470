"""The demo program under a terminal, for the tests of the frame."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.frame.shells import Shell, is_gone
from tests.terminal import Terminal

Start = Callable[..., Terminal]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Start]:
    """Start the demo program: `demo(columns, rows, NAME="value")`; every terminal is closed after the test."""
    started: list[Terminal] = []

    def start(columns: int = 80, rows: int = 24, ready: str = "Reference", **env: Any) -> Terminal:
        settings = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
        terminal = Terminal([sys.executable, "-m", "tests.frame.demo"], columns, rows, {**settings, **env})
        started.append(terminal)
        terminal.until(ready)
        terminal.until_quiet(0.15)
        return terminal

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell with the demo program in the foreground."""
    env = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "DEMO_LOG": str(tmp_path / "log")}
    made = Shell(env)
    made.start("tests.frame.demo", ready="Reference")
    yield made
    made.terminal.close()
    if not is_gone(made.job):
        os.kill(made.job, signal.SIGKILL)
