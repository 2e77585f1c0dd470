"""The manager's page on the screen, and written from there."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tui.screens import report
from tui.screens.report import ReportScreen


def test_the_page_is_read_and_written_as_html(start: Start, tmp_path: Path) -> None:
    terminal = start()
    command(terminal, "one page for the manager", "Report of T0001")
    terminal.until("Now: load ")
    terminal.until(lambda seen: not seen.shows("changed since the last check"))
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "report.screen.txt")
    terminal.press("<f2>")
    terminal.until("File on this host")
    target = tmp_path / "page.html"
    terminal.press(f"<ctrl+u>{target}<enter>")
    terminal.until("Written: ")
    assert target.read_bytes().startswith(b"<!DOCTYPE html>")
    assert target.stat().st_mode & 0o777 == 0o600
    terminal.press("<f2>")
    terminal.until("File on this host")
    terminal.press(f"<ctrl+u>{target}<enter>")
    terminal.until("is there already")


def test_mismatches_counted_before_midnight_are_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int | None] = []
    today = date(2020, 8, 31)

    def read(job: Callable[[Any], Any], *, on_done: Callable[[Any], object], **_: object) -> None:
        on_done(job(None))

    monkeypatch.setattr(report, "read_page", lambda *_, mismatches: told.append(mismatches))
    monkeypatch.setattr(report, "count_mismatches", lambda *_: 4)
    program = SimpleNamespace(agency=None, standard=None, today=lambda: today, read=read)
    monkeypatch.setattr(ReportScreen, "program", program)
    page: Any = SimpleNamespace(to_compare=True)
    screen = ReportScreen()
    screen.action_refresh_data()
    screen._settled(page)
    screen.action_refresh_data()
    assert told == [None, 4, 4]
    today = date(2020, 9, 1)
    screen.action_refresh_data()
    assert told[-1] is None
