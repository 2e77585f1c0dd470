"""The house keeps its rules: the linters pass, rooms import one way, the project stands alone."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this very environment in the project's folder."""
    tool = Path(sys.executable).parent / command[0]
    found = str(tool) if tool.exists() else shutil.which(command[0])
    assert found, f"{command[0]} is not installed: pip install -e '.[test]'"
    return subprocess.run([found, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("lint-imports",)],
    ids=lambda command: " ".join(command),
)
def test_linters_pass(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


JOB = """
from collections.abc import Sequence

from exporters.records import save
from exporters.records.save import Save, Saved
from store.facts import AgencyInfo
from tui.session.program import Program


def done(saved: Saved) -> None: ...


def f2(program: Program, agency: AgencyInfo, client_id: str, items: Sequence[Save]) -> None:
    program.write(lambda unit: save.records({arguments}), on_done=done)
"""


def test_types_are_right_and_two_arguments_of_the_save_behind_f2_that_change_places_are_refused(tmp_path: Path) -> None:
    """One run of the type checker tells both: all of the project, and what a screen gives to the store."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(JOB.format(arguments="unit, agency, client_id, items"), encoding="utf-8")
    wrong.write_text(JOB.format(arguments="unit, agency, items, client_id"), encoding="utf-8")
    told = run("mypy", *project["tool"]["mypy"]["files"], str(right), str(wrong)).stdout.splitlines()
    faults = [line for line in told if ": error: " in line]
    assert len(faults) == 2 and all("wrong.py:14" in line and "[arg-type]" in line for line in faults), "\n".join(told)


def tracked() -> list[Path]:
    """The project's own text files."""
    kinds = {".py", ".md", ".toml", ".csv", ".json", ".txt", ""}
    skipped = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix in kinds and not skipped & set(path.relative_to(ROOT).parts)
    ]


def test_the_project_stands_alone() -> None:
    """No path of a machine, no folder beside the project, no download address."""
    beside, home, index = r"\.\./[a-z.]+/", r"/(?:root|home)/[a-z.]", r"https?://[^\s\"']*/simple\b"
    forbidden = re.compile(f"{beside}|{home}|{index}")
    here = Path(__file__).resolve()
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.resolve() != here
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert told == []


def test_at_the_top_stands_what_is_named_and_nothing_that_was_left_there() -> None:
    """Files that a trial wrote into the folder it was started in came along with a change."""
    rooms = {"tui", "store", "exporters", "validators", "tests"}
    made = {"build", "__pycache__"}
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.suffix != ".egg-info"}
    assert there - made == rooms | {"pyproject.toml", "README.md", "LICENSE"}


def test_the_readme_names_two_commands_that_set_everything_up() -> None:
    commands = re.findall(r"^```\n(python3 .*)\n```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(commands) == 2
    assert "keywork" in commands[0]
    assert commands[1].endswith("-m pytest")


ROOMS = ("tui", "store", "exporters", "validators")
MOST_FILES = 22
MOST_LINES = 60
MOST_PARAMETERS = 7


@cache
def modules() -> dict[str, ast.Module]:
    """The program's modules by their dotted names; read once, since nobody changes what was read."""
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(name: str, tree: ast.Module, known: Collection[str]) -> set[str]:
    """The modules that a module imports anywhere: at its top, inside functions, for its types only."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                below = f"{node.module}.{each.name}"
                found.add(below if below in known else node.module)
    return {each for each in found if each in known and each != name}


def test_no_module_comes_back_to_itself_by_what_it_imports() -> None:
    trees = modules()
    left = {name: imported(name, tree, trees) for name, tree in trees.items()}
    while leaves := [name for name, its in left.items() if not its & left.keys()]:
        for name in leaves:
            del left[name]
    # What is left either lies in a circle or imports one: only those that are imported in turn can be in it.
    while idle := [name for name in left if not any(name in its for its in left.values())]:
        for name in idle:
            del left[name]
    assert sorted(left) == []


def test_a_class_stands_whole_in_one_file() -> None:
    """No class leaves it to its one subclass, in another file, to do what its own methods only name."""
    bases: dict[str, list[str]] = {}
    halves: dict[str, str] = {}
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for base in node.bases:
                bases.setdefault(ast.unparse(base).split("[")[0].split(".")[-1], []).append(f"{name}.{node.name}")
            inside = (each for statement in node.body for each in ast.walk(statement))
            names = {getattr(each, "id", getattr(each, "attr", "")) for each in inside}
            if {"NotImplementedError", "abstractmethod"} & names:
                halves[node.name] = name
    assert {name: bases[name] for name in halves if len(bases.get(name, ())) == 1} == {}


def named_from(tree: ast.Module) -> set[tuple[str, str]]:
    """What a module imports by name: the module it comes from, and the name there."""
    return {
        (node.module, each.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    }


def test_no_two_classes_of_one_name_meet() -> None:
    """A module that has a class of that name, or imports it, knows no other one by it, whatever it calls it."""
    trees = modules()
    where: dict[str, set[str]] = {}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name, set()).add(name)
    met = {
        f"{name}: {one}"
        for name, tree in trees.items()
        for known in [named_from(tree)]
        for one, its in where.items()
        if len(its) > 1 and sum(each == name or (each, one) in known for each in its) > 1
    }
    assert met == set()


def test_a_function_of_the_command_line_takes_no_more_than_any_other() -> None:
    """What a command declares as its options is not counted; ruff counts for the other rooms."""
    broad = {
        f"{name}.{node.name}": many
        for name, tree in modules().items()
        if name.startswith("tui.cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and not node.decorator_list
        if (many := len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])) > MOST_PARAMETERS
    }
    assert broad == {}


def test_a_folder_is_a_topic() -> None:
    crowded = {
        str(folder.relative_to(ROOT)): len(files)
        for room in ROOMS
        for folder in {path.parent for path in (ROOT / room).rglob("*.py")}
        if len(files := list(folder.glob("*.py"))) > MOST_FILES
    }
    assert crowded == {}


def test_a_function_can_be_seen_at_once() -> None:
    long = {
        f"{name}.{node.name}": lines
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and (lines := node.end_lineno - node.lineno) > MOST_LINES
    }
    assert long == {}
