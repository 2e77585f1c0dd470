"""Under a service's account nothing is written where the person could not write, and what is written reaches them."""

import os
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import pytest
from typer.main import get_command

from store.disk import user
from tests.by_line.test_file_arguments import WRITTEN, commands
from tests.commands.running import TODAY, Outcome, Place, call
from tests.commands.test_subject_command import reference
from tui.cli.main import app

SUBMISSION = ("--submission", "2020-12")
"""The month of the sample."""


def _again(place: Place, folder: Path) -> Outcome:
    done = call("export", *SUBMISSION, "--stdout", *TODAY, *place.options)
    assert done.code in (0, 1), done
    return call("extracts", "write", "last", "--out", folder, *place.options)


def _everything(place: Place, folder: Path) -> Outcome:
    return call("client", "everything", reference(place), "--html", "--out", folder / "a.html", *place.options)


OUTPUTS: dict[str, Callable[[Place, Path], Outcome]] = {
    "export": lambda place, folder: call("export", *SUBMISSION, "--out", folder, *TODAY, *place.options),
    "extracts write": _again,
    "findings": lambda place, folder: call("findings", "--out", folder / "a.csv", *TODAY, *place.options),
    "report": lambda place, folder: call("report", "--out", folder / "a.txt", *TODAY, *place.options),
    "handover": lambda place, folder: call("handover", "--out", folder, *place.options),
    "client everything": _everything,
    "standards draft": lambda place, folder: call("standards", "draft", "none.pdf", "--out", folder / "draft"),
}
"""Every command with --out."""
NAMED: dict[str, Callable[[Place, Path], Outcome]] = {
    "backup": lambda place, folder: call("backup", folder / "a.db", *place.options),
    "standards copy": lambda place, folder: call("standards", "copy", "ndtms-cjit-p", folder / "a"),
}
"""Those whose argument is the new file or folder."""


def test_every_command_that_writes_where_it_is_told_is_tried_here() -> None:
    every = dict(commands(get_command(app)))
    assert {name for name, one in every.items() if "out" in signature(one.callback).parameters} == set(OUTPUTS)
    assert set(NAMED) == WRITTEN


def at_the_service(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody came in through sudo, and the service's account names store and key."""
    monkeypatch.setattr(user, "person_by_sudo", lambda: os.getuid() + 4_000_000)
    monkeypatch.setenv("KEYWORK_STORE", str(place.store))
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(place.key))


@pytest.mark.parametrize("command", [*OUTPUTS, *NAMED])
def test_nothing_is_written_where_the_person_could_not_write(
    filled: Place, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled.folder / "others"
    folder.mkdir(mode=0o700)
    at_the_service(filled, monkeypatch)
    outcome = (OUTPUTS | NAMED)[command](filled, folder)
    assert outcome.code == 2 and "others is not yours to write in" in outcome.err, outcome
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", [name for name in OUTPUTS if name != "standards draft"])
def test_what_is_written_for_a_person_can_be_read_by_them_and_by_nobody_else(
    filled: Place, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder hands on a group of the person's; without that nothing is written, since it would not reach them."""
    folder = filled.folder / "ours\x1b[7m"
    folder.mkdir()
    at_the_service(filled, monkeypatch)
    monkeypatch.setattr("store.disk.files.may", lambda path, access: True)
    refused = OUTPUTS[command](filled, folder)
    assert refused.code == 2 and "and you could not read it" in refused.err and list(folder.iterdir()) == []
    folder.chmod(0o2770)
    monkeypatch.setattr(user, "group_numbers", lambda number: frozenset({folder.stat().st_gid}))
    done = OUTPUTS[command](filled, folder)
    assert done.code in (0, 1), done
    assert "\x1b" not in done.out + done.err + refused.err, "a name steers no terminal"
    made = list(folder.rglob("*"))
    assert made and {path.stat().st_gid for path in made} == {folder.stat().st_gid}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o640}
    assert all(path.stat().st_mode & 0o777 == 0o750 for path in made if path.is_dir())
