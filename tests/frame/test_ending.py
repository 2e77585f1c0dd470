"""A session ends when its terminal is gone, asleep or while it writes; and it sleeps only where somebody wakes it."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.frame.conftest import Start
from tests.frame.shells import PATIENCE, Shell, ended, fill_the_line, hang_up, until_gone
from tests.terminal import keys

EVERY_SIGNAL = [signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT]


def test_a_program_that_sleeps_ends_with_its_line(shell: Shell, tmp_path: Path) -> None:
    shell.sleep()
    shell.close()
    until_gone(shell.job)
    assert (tmp_path / "log").read_text() in ("suspend\nSIGHUP\n", "suspend\nSIGTERM\n"), "as the shell says it"


def test_a_program_that_sleeps_ends_with_its_shell(shell: Shell, tmp_path: Path) -> None:
    shell.sleep()
    os.kill(shell.terminal.pid, signal.SIGKILL)
    until_gone(shell.job)
    assert (tmp_path / "log").read_text() == "suspend\nSIGHUP\n"


def test_a_program_that_was_sent_to_the_background_ends_with_its_line(shell: Shell) -> None:
    shell.sleep()
    shell.terminal.send("bg\n")
    shell.terminal.until_quiet(1.0)
    shell.close()
    until_gone(shell.job)


def test_a_program_stopped_from_elsewhere_ends_with_its_line(shell: Shell, tmp_path: Path) -> None:
    os.kill(shell.job, signal.SIGTSTP)
    shell.terminal.until("Stopped", PATIENCE)
    shell.close()
    until_gone(shell.job)
    assert (tmp_path / "log").read_text() in ("SIGHUP\n", "SIGTERM\n"), "as the shell says it"


def test_a_line_that_closes_while_it_is_written_to_ends_the_program(demo: Start, tmp_path: Path) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))
    terminal.press("half a wo")
    fill_the_line(terminal)
    hang_up(terminal)
    assert ended(terminal) == 128 + signal.SIGHUP
    assert (tmp_path / "log").read_text() == "SIGHUP\n"


@pytest.mark.parametrize("number", EVERY_SIGNAL)
def test_a_signal_ends_a_program_that_waits_for_its_line(demo: Start, tmp_path: Path, number: signal.Signals) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))
    terminal.press("half a wo")
    fill_the_line(terminal)
    terminal.signal(number)
    assert ended(terminal) == 128 + number
    assert (tmp_path / "log").read_text() == f"{number.name}\n"


def test_a_program_whose_threads_are_held_is_ended_by_the_system(demo: Start) -> None:
    terminal = demo(DEMO_STUCK="1")
    terminal.signal(signal.SIGTERM)
    assert ended(terminal) == -signal.SIGALRM


def test_where_nobody_could_wake_it_the_program_does_not_sleep(demo: Start, tmp_path: Path) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))  # it leads its session, as one that sshd starts does
    terminal.press("<ctrl+p>")
    terminal.until("Command:")
    assert not terminal.shows("To the shell")
    terminal.press("shell")
    assert not terminal.shows("To the shell")
    terminal.press("<escape><f1>")
    terminal.until("Help")
    assert not terminal.shows("To the shell")
    terminal.press("<escape>")
    terminal.signal(signal.SIGTSTP)
    terminal.press("still here")
    terminal.until("typed: still here")
    assert not (tmp_path / "log").exists()


def wiped(raw: bytes) -> bool:
    """Whether the screen was wiped before it was left, and nothing drawn on it after."""
    before, _, after = raw.rpartition(b"\x1b[0m\x1b[2J\x1b[H")
    between = after.partition(b"\x1b[?1049l")[0]
    return b"Reference" in before and b"\x1b[?1049l" in after and not re.sub(rb"\x1b\[[<>?]?[0-9;]*[a-z]", b"", between)


@pytest.mark.parametrize("end", ["leaving", "a fault", *EVERY_SIGNAL, signal.SIGXCPU, signal.SIGABRT])
def test_the_screen_is_wiped_before_it_is_left(demo: Start, end: str | signal.Signals) -> None:
    terminal = demo(DEMO_FAULT="1")
    terminal.press("<down>abc")
    if isinstance(end, signal.Signals):
        terminal.signal(end)
    else:
        terminal.send(keys("<f10>" if end == "leaving" else "<ctrl+l>"))
    terminal.wait()
    assert wiped(bytes(terminal.raw))


def test_the_screen_is_wiped_before_a_sleep(shell: Shell) -> None:
    shell.terminal.press("<down>abc")
    shell.sleep()
    assert wiped(bytes(shell.terminal.raw))
