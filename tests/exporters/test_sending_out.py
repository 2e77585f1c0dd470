"""On the way out: the ready-made commands, the same bytes again, what is said of the day."""

import io
import shlex
import stat
from datetime import date
from pathlib import Path

import pytest

from exporters.extracts.receipt import as_mapping, receipt_lines
from exporters.extracts.resend import export_to_stream, fetch_lines, pipe_line, write_again
from exporters.extracts.submission_window import due_submission, said_of_window
from exporters.work import Work
from store.facts import NEVER, Who
from store.month import extracts, submissions
from store.records import agencies
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, row, visit
from tests.stores import ask
from validators.calendar.calendar import SubmissionCalendar
from validators.problems import Problem


@pytest.mark.parametrize(
    ("connection", "scp"),
    [
        ("", "scp ann@desk.example:/a/b.csv ."),
        ("10.0.0.9 50000 10.0.0.1 22", "scp ann@10.0.0.1:/a/b.csv ."),
        ("10.0.0.9 50000 10.0.0.1 2222", "scp -P 2222 ann@10.0.0.1:/a/b.csv ."),
        ("fe80::9 50000 fe80::1 22", "scp 'ann@[fe80::1]:/a/b.csv' ."),
        ("nonsense", "scp ann@desk.example:/a/b.csv ."),
    ],
)
def test_the_commands_that_fetch_a_file(connection: str, scp: str) -> None:
    lines = fetch_lines(Path("/a/b.csv"), "ann", "desk.example", {"SSH_CONNECTION": connection} if connection else {})
    assert lines == [scp, scp.replace("scp", "sftp", 1)]


def test_a_name_that_a_shell_would_read_is_quoted() -> None:
    [scp, _] = fetch_lines(Path("/a b/$(x)'.csv"), "ann", "h", {})
    assert scp == """scp 'ann@h:/a b/$(x)'"'"'.csv' ."""


def test_the_command_that_fetches_through_a_pipe_what_is_not_the_persons_to_read(desk: Desk) -> None:
    desk.take([row()])
    desk.send()
    [kept] = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))
    came = {"SSH_CONNECTION": "10.0.0.9 50000 10.0.0.1 2222"}
    line = pipe_line(kept, Path("/srv/key work/k.db"), ("ann", "keywork", "desk.example"), came)
    there = f"sudo -u keywork keywork extracts write {kept.id[:8]} --stdout --store '\"'\"'/srv/key work/k.db'\"'\"''"
    assert line == f"ssh -p 2222 ann@10.0.0.1 '{there} > {kept.file_name}"
    assert shlex.split(shlex.split(line)[4])[-1] == "/srv/key work/k.db"


def test_the_same_bytes_again_and_nothing_half_done(desk: Desk, tmp_path: Path) -> None:
    desk.take([row() | visit()])
    receipt = desk.send()
    [kept] = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))
    again = tmp_path / "again"
    again.mkdir()
    path = ask(desk.store, write_again, kept, again)
    assert path.read_bytes() == receipt.file.read_bytes() and stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(Problem, match="is there already"):
        ask(desk.store, write_again, kept, again)
    path.unlink()
    with desk.store.writing(Who("", NEVER)) as unit:
        connection = unit.connection
        connection.exec_driver_sql("UPDATE extract_chunk SET data = zeroblob(9)")
    with pytest.raises(Problem, match="is damaged"):
        ask(desk.store, write_again, kept, again)
    assert list(again.iterdir()) == [] and ask(desk.store, extracts.one, kept.id) == kept


def test_a_stream_gets_what_a_file_would_and_the_store_keeps_it(desk: Desk) -> None:
    desk.take([row() | visit()])
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(Who("ann", NOW)) as work:
        submissions.open_one(work, agency, "2020-12")
    stream = io.BytesIO()
    receipt, made = export_to_stream(desk.store, Work(agency, STANDARD, TODAY), "2020-12", stream, Who("ann", NOW))
    assert stream.getvalue() == desk.send().file.read_bytes()
    first, second = ask(desk.store, extracts.listed, agency)
    current = ask(desk.store, submissions.current, agency, "2020-12")
    assert first == made and first.sha256 == second.sha256 == receipt.sha256 and current is not None
    assert first.submission_number == second.submission_number == current.number
    assert as_mapping(first)["state"] == "written" and "receipt" not in as_mapping(first)
    told = "\n".join(receipt_lines(first, STANDARD))
    assert receipt.sha256 in told and "Ready to be sent." in told


def test_what_is_said_of_the_day(desk: Desk) -> None:
    desk.take([row()])
    agency = ask(desk.store, agencies.one)
    calendar = SubmissionCalendar(STANDARD)
    assert said_of_window(calendar, "2020-12", date(2021, 1, 5)) == []
    assert "not over" in said_of_window(calendar, "2020-12", date(2020, 12, 31))[0]
    assert "deadline was 12 January 2021" in said_of_window(calendar, "2020-12", date(2021, 2, 1))[0]
    assert "no submission is made in August" in said_of_window(calendar, "2021-06", date(2021, 8, 3))[0]
    with pytest.raises(Problem, match="2023-06"):
        said_of_window(calendar, "2023-07", date(2023, 8, 3))
    assert ask(desk.store, due_submission, agency, date(2021, 1, 5)) == "2020-12"
    assert ask(desk.store, due_submission, agency, date(2021, 8, 5)) == "2021-08"
