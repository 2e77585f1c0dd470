"""The manager's page on the screen, and written from there."""

from pathlib import Path

from tests.screens_lists.conftest import HELP, Start, command, same_picture


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
