"""`keywork extracts` and `keywork export --stdout`: receipts, the same bytes again, sent or not, what differs."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.disk import user
from tests.commands.running import SAMPLE_FILE, TODAY, Place, call, environment
from tests.exporters.extracts import SAMPLE, read, write

MONTH = ("--submission", "2020-12")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A store with the sample in it."""
    made = Place(tmp_path)
    assert call("import", SAMPLE_FILE, *made.options).code in (0, 1)
    return made


def listed(place: Place) -> list[dict[str, object]]:
    done = call("extracts", "list", *place.options, "--format", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert isinstance(found, list)
    return found


def test_an_extract_is_listed_shown_and_written_again_byte_for_byte(place: Place, tmp_path: Path) -> None:
    assert "No extract was written yet" in call("extracts", "list", *place.options).out
    assert call("export", *place.options, *MONTH, "--out", place.out, *TODAY).code == 1
    [one] = listed(place)
    file = place.out / str(one["file_name"])
    assert one["state"] == "written" and one["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    again = tmp_path / "again"
    again.mkdir()
    short = str(one["id"])[:6]
    done = call("extracts", "write", short, *place.options, "--out", again, "--format", "json")
    assert done.code == 0 and json.loads(done.out)["file"] == str(again / file.name)
    assert (again / file.name).read_bytes() == file.read_bytes()
    assert "is there already" in call("extracts", "write", short, *place.options, "--out", again).sentence
    assert "not a folder" in call("extracts", "write", short, *place.options, "--out", again / "no").sentence
    shown = call("extracts", "show", "last", *place.options).out
    assert str(one["sha256"]) in shown and "Not ready: 9 errors" in shown and "Left out: 3" in shown
    told = json.loads(call("extracts", "show", "last", *place.options, "--format", "json").out)
    assert told["receipt"]["rows"] == 186
    assert "no extract nobody" in call("extracts", "show", "nobody", *place.options).sentence
    assert "not one of 'text', 'json'" in call("extracts", "list", *place.options, "--format", "csv").sentence


def test_what_is_written_again_after_consent_was_taken_back_says_so(place: Place, tmp_path: Path) -> None:
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    assert "taken back" not in call("extracts", "write", "last", *place.options, "--out", tmp_path / "before").err
    listed_clients = json.loads(call("client", "list", *place.options, "--format", "json").out)
    reference = next(one["reference"] for one in listed_clients if one["reference"])
    given = f"{reference}\nstate=withdrawn\nasked_on=2021-01-09\nasked_by=Carol\n"
    done = call("client", "consent", "-", "-", *place.options, given=given)
    assert done.code == 0, done
    again = call("extracts", "write", "last", *place.options, "--out", tmp_path / "after")
    assert again.code == 0 and "Consent was taken back for 1 episode since; it may hold what was agreed" in again.err


def test_sent_and_taken_back_in_an_order_that_makes_sense(place: Place) -> None:
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    assert "not marked as sent" in call("extracts", "take-back", "last", *place.options).sentence
    assert call("extracts", "sent", "last", *place.options).code == 0
    assert listed(place)[0]["state"] == "sent"
    assert "take that back first" in call("extracts", "sent", "last", *place.options).sentence
    done = call("extracts", "take-back", "last", *place.options, "--format", "json")
    assert done.code == 0 and json.loads(done.out)["state"] == "taken back"


def test_the_difference_is_told_field_by_field(place: Place, tmp_path: Path) -> None:
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    same = call("extracts", "diff", "last", *place.options, *TODAY)
    assert (
        same.code == 0
        and same.out == "episodes: 0 new, 0 gone, 0 changed, 117 alike; events: 0 new, 0 gone, 0 changed\n"
    )
    rows = [each for each in read(SAMPLE) if each["CONSENT"] == "Y"]
    changed = rows[0] | {"DRUG1": "9999"}
    file = write(
        tmp_path, [changed if each["EPISODID"] == changed["EPISODID"] else each for each in rows], name="b.csv"
    )
    file.write_bytes(file.read_bytes())
    call("import", file, *place.options, "--update")
    told = call("extracts", "diff", "last", *place.options, *TODAY)
    assert "DRUG1:" in told.out and "-> '9999'" in told.out
    second = tmp_path / "second"
    second.mkdir()
    call("export", *place.options, *MONTH, "--out", second, *TODAY)
    first, last = (str(one["id"]) for one in listed(place))
    between = json.loads(call("extracts", "diff", first, last, *place.options, "--format", "json").out)
    fields = [field["header"] for one in between["differences"] for field in one["fields"]]
    assert "DRUG1" in fields and between["alike"] < 117
    assert "not both" in call("extracts", "diff", first, last, *MONTH, *place.options).sentence


def test_mismatches_are_an_exit_code_for_a_script(place: Place) -> None:
    assert "nothing to compare with" in call("extracts", "mismatches", *place.options, *MONTH, *TODAY).out
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    call("extracts", "sent", "last", *place.options)
    clean = call("extracts", "mismatches", *place.options, *MONTH, *TODAY)
    assert clean.code == 0 and clean.out.endswith("0 open, 0 confirmed, 0 explained\n")
    earlier = call("extracts", "mismatches", *place.options, "--submission", "2019-09", *TODAY, "--format", "json")
    found = json.loads(earlier.out)["mismatches"]
    assert earlier.code == 1 and {one["kind"] for one in found} >= {"gone"} and all(one["told"] for one in found)
    subject = next(one["subject"] for one in found if one["state"] == "open")
    september = (*place.options, "--submission", "2019-09", *TODAY)
    assert call("extracts", "confirm", subject, *september, "--reason", "as agreed").out == "Confirmed: 1.\n"
    assert "No open mismatch" in call("extracts", "confirm", subject, *september, "--reason", "again").sentence
    assert call("extracts", "withdraw", "-", *september, given=f"{subject}\n").out == "Taken back: 1.\n"
    assert "is confirmed" in call("extracts", "withdraw", subject, *september).sentence
    given = f"{subject}\nas agreed\n"
    assert call("extracts", "confirm", "-", *september, "--reason", "-", given=given).out == "Confirmed: 1.\n"
    again = json.loads(call("extracts", "mismatches", *september, "--format", "json").out)["mismatches"]
    assert [one["reason"] for one in again if one["state"] == "confirmed"] == ["as agreed"]


def test_an_export_goes_through_a_pipe_and_is_kept(place: Place) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "export", *place.options, *MONTH, *TODAY, "--stdout"]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=60, check=False)
    [one] = listed(place)
    assert done.returncode == 1 and hashlib.sha256(done.stdout).hexdigest() == one["sha256"]
    assert done.stdout.count(b"\r\n") == 187 and str(one["sha256"]) in done.stderr.decode()
    told = subprocess.run(
        [*command, "--format", "json"], capture_output=True, env=environment(), timeout=60, check=False
    )
    assert json.loads(told.stderr)["rows"] == 186 and told.stdout == done.stdout
    for wrong in ((), ("--stdout", "--out", place.out)):
        assert "Say where to write to" in call("export", *place.options, *MONTH, *wrong).sentence


def test_a_pipe_that_breaks_is_told_and_the_extract_is_kept(place: Place) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "export", *place.options, *MONTH, *TODAY, "--stdout"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()
        assert running.wait(60) == 2
    assert "pipe broke" in said and str(listed(place)[0]["id"])[:8] in said and "Traceback" not in said


def test_writing_before_the_period_is_over_is_said_and_done(place: Place) -> None:
    done = call("export", *place.options, *MONTH, "--out", place.out, "--today", "2020-12-20")
    assert done.code in (0, 1) and "period is not over: it ends on 31 December 2020" in done.err


@pytest.mark.parametrize(
    ("month", "day", "sentence"),
    [
        ("2020-12", "2021-03-01", "The window for Dec 20 is over: it closed on"),
        ("2021-06", "2021-08-05", "no submission is made in August"),
    ],
)
def test_a_day_outside_the_window_is_said_and_never_refused(place: Place, month: str, day: str, sentence: str) -> None:
    done = call("export", *place.options, "--submission", month, "--out", place.out, "--today", day)
    assert done.code in (0, 1) and sentence in done.err
    assert call("extracts", "mismatches", *place.options, "--today", day).code == 0


def test_a_month_that_is_no_submission_names_the_two_that_cover_it(place: Place) -> None:
    sentence = call("export", *place.options, "--submission", "2023-07", "--out", place.out).sentence
    assert "2023-06" in sentence and "2023-08" in sentence


def test_a_second_extract_of_a_month_is_numbered_where_that_is_asked_for(place: Place) -> None:
    assert call("export", *place.options, *MONTH, "--out", place.out, *TODAY).code == 1
    assert "--again" in call("export", *place.options, *MONTH, "--out", place.out, *TODAY).sentence
    for number in (2, 3):
        done = call("export", *place.options, *MONTH, "--out", place.out, "--again", "--format", "json", *TODAY)
        file = Path(json.loads(done.out)["file"])
        assert file.name.endswith(f"-P-{number}.csv") and file.parent == place.out and file.is_file()
    assert [str(one["file_name"])[-6:] for one in listed(place)] == ["-P.csv", "-2.csv", "-3.csv"]


def test_a_preview_is_a_preview(place: Place) -> None:
    before = place.contents()
    done = call("export", *place.options, *MONTH, "--dry-run", *TODAY)
    assert done.code == 1 and "186 rows" in done.out and "9 errors" in done.out
    assert done.err.endswith("Only looked at: nothing is written, and nothing kept as written.\n")
    text = call("export", *place.options, *MONTH, "--dry-run", "--stdout", *TODAY)
    assert text.out.count("\r\n") == 187 and "186 rows" in text.err
    told = json.loads(call("export", *place.options, *MONTH, "--dry-run", "--format", "json", *TODAY).out)
    assert told["rows"] == 186 and told["sha256"] == hashlib.sha256(text.out.encode()).hexdigest()
    assert (
        "A dry run writes no file" in call("export", *place.options, *MONTH, "--dry-run", "--out", place.out).sentence
    )
    assert listed(place) == [] and place.contents().keys() == before.keys() | {"out"}


def test_an_extract_that_is_kept_goes_through_a_pipe(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    [one] = listed(place)
    done = call("extracts", "write", "last", *place.options, "--stdout")
    assert (done.code, done.err) == (0, "")
    assert hashlib.sha256(done.out.encode()).hexdigest() == one["sha256"]
    for wrong in ((), ("--stdout", "--out", place.out)):
        assert "--out DIR, or --stdout" in call("extracts", "write", "last", *place.options, *wrong).sentence
    # Under an account for the service nothing is written where the person could not write; it goes through the pipe.
    monkeypatch.setenv("KEYWORK_STORE", str(place.store))
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(place.key))
    monkeypatch.setattr(user, "person_by_sudo", lambda: os.getuid() + 4_000_000)
    refused = call("export", *place.options, *MONTH, "--out", place.out, "--again", *TODAY)
    assert refused.code == 2 and "out is not yours to write" in refused.err
    piped = call("extracts", "write", "last", *place.options, "--stdout")
    assert piped.code == 0 and piped.out == done.out


def test_the_file_of_a_sent_extract_is_removed_and_its_receipt_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("export", *place.options, *MONTH, "--out", place.out, *TODAY)
    [one] = listed(place)
    [path] = place.out.iterdir()
    told = json.loads(call("extracts", "files", *place.options, "--format", "json").out)
    assert [(each["path"], each["offered"]) for each in told] == [(str(path), False)]
    assert "mark it as sent first" in call("extracts", "remove-file", "last", *place.options).sentence
    assert call("extracts", "sent", "last", *place.options, *TODAY).code == 0
    assert "1 there, 1 of them sent: keywork extracts remove-file ID" in call("extracts", "files", *place.options).out
    with monkeypatch.context() as sudo:
        sudo.setattr(user, "person_by_sudo", lambda: os.getuid() + 4_000_000)
        sudo.setenv("KEYWORK_STORE", str(place.store))
        sudo.setenv("KEYWORK_KEY_FILE", str(place.key))
        assert "is not yours to remove" in call("extracts", "remove-file", "last", *place.options).sentence
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    assert "is another file than was written" in call("extracts", "remove-file", "last", *place.options).sentence
    path.write_bytes(whole)
    done = call("extracts", "remove-file", "last", *place.options)
    assert (done.code, done.out) == (
        0,
        f"{path}: removed; keywork extracts write {str(one['id'])[:8]} writes it again.\n",
    )
    assert not path.exists()
    [now] = listed(place)
    assert now["sha256"] == one["sha256"] and hashlib.sha256(whole).hexdigest() == one["sha256"]
    assert call("extracts", "show", "last", *place.options).code == 0
    assert "0 there, 0 of them sent." in call("extracts", "files", *place.options).out
    assert "there is nothing to remove" in call("extracts", "remove-file", "last", *place.options).sentence
    told = json.loads(call("history", "--act", "remove file", "--format", "json", *place.options).out)
    assert len(told) == 1
    again = call("extracts", "write", "last", "--stdout", *place.options)
    assert again.out.encode() == whole
