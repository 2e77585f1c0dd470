"""For those who run it: page and files to copy, the versions for a host without a network, another's package."""

import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from typer.main import get_command

from tests.commands.running import ROOT, Place, call
from tests.session.desk import needed
from tui.cli.main import app
from tui.cli.manual.man import every_command
from tui.help import FOLDER
from tui.neighbours import ROOMS, told_of_neighbours

EVERY = dict(every_command(get_command(app)))
FILES = sorted(path.stem for path in FOLDER.glob("setup_*.txt"))
UNITS = ("due_service", "due_timer", "backup_service", "backup_timer")


def text(page: str) -> str:
    outcome = call("help", page)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


def parsed(line: str) -> None:
    """Read a command as the program would; what is wrong in it raises."""
    words = shlex.split(line)
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in EVERY)
    EVERY[name].make_context(name, words[len(name.split()) :])


def test_the_page_names_files_that_are_there_and_commands_that_are_understood() -> None:
    page = text("operator")
    named = set(re.findall(r"keywork help (\w+)", page)) - {"NAME"}
    assert {name for name in named if name.startswith("setup_")} <= set(FILES)
    assert {f"setup_{unit}" for unit in UNITS} | {"setup_cron", "constraints"} <= named
    for name in named:
        assert text(name)
    for line in re.findall(r"^    keywork (.+)$", page, re.M):
        parsed(re.split(r" {2,}| [<>|] ", line)[0])
    assert "KEYWORK_LOG" in page and "protected" in named
    for whom in ("Nobody has approved", "Root  ", "A stolen, unlocked terminal", "Other accounts of the host"):
        assert whom in text("protected")


def test_pages_and_files_fit_a_terminal_and_readme_and_help_name_the_page() -> None:
    for name in ("operator", "protected", *FILES):
        assert max(map(len, text(name).splitlines())) <= 120, name
    assert "keywork help operator" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "operator, protected, constraints" in call("help", "nothing-like-it").sentence
    assert "no screen" in call("help", "setup_nothing").sentence


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_what_systemd_reads(unit: str, tmp_path: Path) -> None:
    tool = needed("systemd-analyze")
    for one in UNITS:
        told = text(f"setup_{one}").replace("/usr/local/bin/keywork-desk", shutil.which("true") or "/bin/true")
        (tmp_path / f"keywork-{one.replace('_', '.')}").write_text(told, encoding="utf-8")
    name = f"keywork-{unit.replace('_', '.')}"
    assert f"/etc/systemd/system/{name}" in text(f"setup_{unit}").splitlines()[0]
    done = subprocess.run([tool, "verify", tmp_path / name], capture_output=True, text=True, check=False)
    assert (done.returncode, name in done.stderr) == (0, False), done.stderr
    for day in re.findall(r"^OnCalendar=(.+)$", text(f"setup_{unit}"), re.M):
        subprocess.run([tool, "calendar", day], capture_output=True, check=True)


def test_what_timers_and_cron_call_is_understood() -> None:
    lines = [line for name in FILES for line in text(name).splitlines() if not line.startswith("#")]
    called = [line.split("/usr/local/bin/keywork-desk ")[1] for line in lines if "keywork-desk due" in line]
    called += [line.split("/usr/local/bin/keywork-desk ")[1] for line in lines if "keywork-desk backup" in line]
    assert called == ["due --quiet"] * 2 + ["backup /var/lib/keywork/copies/keywork.db --keep 14"] * 2
    for line in called:
        parsed(line)


def test_constraints_are_the_versions_that_are_installed_of_all_that_is_needed() -> None:
    first, *lines = text("constraints").splitlines()
    assert first.startswith("# What Keywork ") and "://" not in text("constraints")
    asked = [Requirement(line) for line in lines]
    pinned = {one.name: str(one.specifier) for one in asked}
    assert pinned == {name: f"=={metadata.version(name)}" for name in pinned} and list(pinned) == sorted(pinned)
    declared = [Requirement(one) for one in metadata.requires("keywork") or ()]
    direct = {one.name for one in declared if one.marker is None}
    # What those need in turn, with the extras they ask for; nothing of what only our tests need.
    assert direct | {"sqlalchemy", "pydantic", "linkify-it-py", "xlsxwriter"} <= set(pinned)
    assert not {"keywork", "pytest", "mypy", "ruff", "hypothesis"} & set(pinned)


def started(home: Path, *before: Path) -> subprocess.CompletedProcess[str]:
    """The program as it stands in a folder, with other folders before it."""
    path = ":".join(map(str, (*before, home)))
    command = "import sys; sys.argv = ['keywork', '--version']; from tui.entry import run; run()"
    return subprocess.run(
        [sys.executable, "-c", command],
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=home.parent,  # `-c` looks there first
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The program installed into a folder of its own."""
    folder = tmp_path / "site-packages"
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def another(folder: Path, name: str = "validators") -> Path:
    """Another's package of that name, as pip leaves it; its first file lies where ours would."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "__init__.py").write_text("from .utils import validator\n", encoding="utf-8")
    (folder / name / "utils.py").write_text("validator = 1\n", encoding="utf-8")
    (folder / f"{name}-0.35.0.dist-info").mkdir()
    return folder


def one_sentence(done: subprocess.CompletedProcess[str], name: str, where: Path) -> None:
    begin = f"keywork: Another package called {name} is installed at {where}"
    assert done.returncode == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1, done
    assert done.stderr.startswith(begin) and "an environment of its own (pipx, uv tool or a venv" in done.stderr


def test_beside_nothing_of_its_names_it_starts(home: Path, place: Place) -> None:
    (home / "validators_extra-1.0.dist-info").mkdir()
    assert (started(home).returncode, started(home).stderr) == (0, "")


@pytest.mark.parametrize("name", ["validators", "store", "exporters"])
def test_another_package_before_it_is_told_in_one_sentence(home: Path, tmp_path: Path, name: str) -> None:
    other = another(tmp_path / "other", name)
    one_sentence(started(home, other), name, other)


def test_another_package_installed_into_the_same_folder_is_told(home: Path) -> None:
    another(home)
    one_sentence(started(home), "validators", home / "validators-0.35.0.dist-info")


def test_this_installation_has_no_such_neighbour() -> None:
    assert told_of_neighbours(ROOT.resolve(), sys.path) == ""
