"""The house keeps its rules: the linters pass, rooms import one way, the project stands alone."""

import re
import shutil
import subprocess
import sys
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
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",)],
    ids=lambda command: " ".join(command),
)
def test_linters_pass(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


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


def test_the_readme_names_two_commands_that_set_everything_up() -> None:
    commands = re.findall(r"^```\n(python3 .*)\n```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(commands) == 2
    assert "keywork" in commands[0]
    assert commands[1].endswith("-m pytest")
