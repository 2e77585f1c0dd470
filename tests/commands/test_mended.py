"""Faults that were found by trying to break the program, each mended and held here."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from store.disk import files
from store.facts import Who
from store.records import agencies, bulk_load
from tests.commands.running import SAMPLE_FILE, TODAY, Place, call, environment, program
from tests.commands.test_trouble import WAITING
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, check, row, table, visit, write
from validators.problems import Problem
from validators.synthetic import synthetic_episodes


def test_all_or_nothing_counts_rows_of_another_client_in_the_store(desk: Desk) -> None:
    desk.take([row("9")])
    with pytest.raises(Problem, match="was not imported"):
        desk.take([row(), row("4", EPISODID="e9")], all_or_nothing=True)


def test_left_out_is_in_order_of_lines(desk: Desk, tmp_path: Path) -> None:
    desk.take([row("9")])
    report = desk.take([row("4", EPISODID="e9"), row("2", EPISODID="")])
    assert [item.line for item in report.left_out] == [2, 3]


@pytest.mark.parametrize("pc", [" SR1 3AB", "SR1 3AB ", "SR1  3AB", "SR1-3AB", "SR1 3 AB", "SR1 3AB."])
def test_no_full_postcode_leaves(desk: Desk, pc: str) -> None:
    desk.take([row(PC=pc)])
    assert "AB" not in desk.sent()[0].get("PC", "")


def test_a_character_the_encoding_lacks_is_told_with_its_episode(desk: Desk) -> None:
    desk.take([row(), row("2", CLIENT="Łódź"), row("3")])
    with pytest.raises(Problem, match="The episode e2 holds a character that cp1252 cannot write"):
        desk.send(standard=replace(STANDARD, submission=replace(STANDARD.submission, encoding="cp1252")))


def test_the_first_of_two_new_values_wins_for_a_known_client(desk: Desk) -> None:
    desk.take([row(), row(EPISODID="e2")])
    report = desk.take([row(ETHNIC="B"), row(EPISODID="e2", ETHNIC="C")], update=True)
    assert desk.kept()[0]["ETHNIC"] == "B" and [(d.line, d.told) for d in report.disagreements] == [(3, "C")]


def test_sample_gives_a_client_whole_whose_first_episode_has_no_consent(desk: Desk) -> None:
    from datetime import date

    with desk.store.writing(Who("ann", NOW)) as work:
        bulk_load.load(
            work,
            agencies.ensure(work, "T0001", STANDARD.id),
            synthetic_episodes(STANDARD, 10, seed=6, today=date(2015, 6, 1)),
        )
    assert desk.send("2015-06").tally.errors == 0


def test_truncated_utf8_that_is_no_cp1252_either(place: Place) -> None:
    path = place.folder / "a.csv"
    path.write_bytes(b"CLIENTID\n\xc4\x8d\n\xc3")
    assert "is neither UTF-8 nor Windows-1252" in call("check", path).sentence


def test_cp1252_late_in_a_large_file(place: Place) -> None:
    path = place.folder / "a.csv"
    path.write_bytes(b"CLIENTID\n\xc4\x8d\n" + b"x\n" * 600_000 + b"\xff\n")
    assert "is neither UTF-8 nor Windows-1252" in call("check", path).sentence


def test_a_folder_that_cannot_be_synced_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take([row()])
    usual = files.sync

    def sync(path: Path) -> None:
        if path.is_dir():
            raise OSError(errno.EIO, "Input/output error")
        usual(path)

    monkeypatch.setattr(files, "sync", sync)
    with pytest.raises(Problem):
        desk.send()
    assert desk.left() == []


@pytest.mark.parametrize("point", ["exporters.extracts.writing:place"])
def test_stopped_just_after_the_file_got_its_name(filled: Place, point: str) -> None:
    assert filled.out.is_dir()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            WAITING,
            point,
            "export",
            "--submission",
            "2020-12",
            "--out",
            str(filled.out),
            *filled.options,
        ],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "reached\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert list(filled.out.iterdir()) == []


def test_ctrl_c_is_exit_2_and_one_sentence(filled: Place) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, "validators.rules.checker:Checker.check", "check", *filled.options],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "reached\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and err.splitlines() == ["keywork: Stopped; what was not finished was not written."]


@pytest.mark.parametrize(
    "arguments", [("check", SAMPLE_FILE), ("standards", "list"), ("standards", "show", "ndtms-cjit-p")]
)
def test_a_full_disk_under_stdout(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui.cli.main", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "program failed" not in done.stderr, done


def test_no_stdout_at_all() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m tui.cli.main check "$1" >&-', sys.executable, SAMPLE_FILE],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        check=False,
    )
    assert "program failed" not in done.stderr


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_terminal_that_is_not_utf8(place: Place, form: str) -> None:
    path = write(place.folder, [row(CLIENT="Zoë Łódź ", EPISODID="é1")])
    outcome = program("check", path, *TODAY, "--format", form, env=environment(PYTHONIOENCODING="ascii"))
    assert outcome.code == 1, outcome
    if form == "json":
        assert json.loads(outcome.out)["findings"]


def test_a_file_name_that_is_no_utf8(place: Place) -> None:
    name = os.fsdecode(os.fsencode(place.folder) + b"/\xff.csv")
    Path(name).write_text(table([row()]), encoding="utf-8", newline="")
    outcome = program("import", name, *place.options, env=environment(PYTHONIOENCODING="utf-8:strict"))
    assert outcome.code == 0, outcome


def test_column_names_cannot_steer_the_terminal(place: Place) -> None:
    path = write(place.folder, [row()], (*STANDARD.headers, "\x1b[2J\nERROR"))
    for arguments in (("check", path), ("import", path, "--dry-run", *place.options)):
        assert "\x1b" not in call(*arguments).out


def test_repeated_column_names_cannot_steer_the_terminal(place: Place) -> None:
    path = write(place.folder, [row()], (*STANDARD.headers, "\x1b[2J", "\x1b[2J"))
    assert "\x1b" not in call("import", path, *place.options).err


def test_a_pipe_is_read(place: Place) -> None:
    done = subprocess.run(
        [
            "sh",
            "-c",
            'cat "$1" | "$0" -m tui.cli.main check /dev/stdin --today 2021-01-10',
            sys.executable,
            SAMPLE_FILE,
        ],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1 or "pipe" in done.stderr, done.stderr


@pytest.mark.parametrize("case", ["export", "install", "loop"])
def test_long_names_and_loops(filled: Place, case: str) -> None:
    loop = filled.folder / "loop"
    loop.symlink_to("loop")
    arguments = {
        "export": ("export", "--submission", "2020-12", *filled.options, "--out", "n" * 300),
        "install": ("standards", "install", "n" * 300),
        "loop": ("export", "--submission", "2020-12", *filled.options, "--out", loop),
    }[case]
    assert "program failed" not in call(*arguments).sentence


def test_a_long_agency_code(desk: Desk) -> None:
    with pytest.raises(Problem, match="at most 5 characters"):
        desk.take([row(AGNCY="T" * 300)])


def test_standards_install_where_it_cannot_write(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from validators.standard.catalogue import SHIPPED

    plain = place.folder / "plain"
    plain.write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(plain))
    assert "program failed" not in call("standards", "install", SHIPPED / "ndtms_cjit_p").sentence


def test_sample_on_an_impossible_day_leaves_nothing(place: Place) -> None:
    outcome = call("sample", "--clients", "3", "--today", "0001-01-01", *place.options)
    assert outcome.code == 2 and "program failed" not in outcome.err and not place.store.exists()


def test_a_failed_first_import_leaves_no_store(place: Place) -> None:
    import resource

    path = write(place.folder, [row(str(n)) | visit(str(n)) for n in range(3000)])
    outcome = program(
        "import", path, *place.options, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    )
    assert outcome.code == 2 and not place.store.exists(), outcome


def test_a_row_without_client_id_belongs_to_its_episode(desk: Desk) -> None:
    report = desk.take([row() | visit("1"), row(CLIENTID="") | visit("2")])
    assert report.left_out == [] and len(desk.events()[0]) == 2


def test_check_too(tmp_path: Path) -> None:
    report = check(write(tmp_path, [row() | visit("1"), row(CLIENTID="") | visit("2")]))
    assert report.tally.episodes == 1
    assert "row-shape" in {f.rule for f in report.findings}


def test_unknown_standard_with_a_store_names_the_standard(filled: Place) -> None:
    assert "no standard" in call("check", *filled.options, "--standard", "nothing").sentence


def test_events_of_a_file_without_their_id_column_come_in_once(desk: Desk) -> None:
    headers = tuple(h for h in STANDARD.headers if h != "SUBMID")
    desk.take([row() | visit()], headers=headers)
    assert desk.take([row() | visit()], headers=headers).new.events == 0
