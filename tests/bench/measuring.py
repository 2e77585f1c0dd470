"""Measuring whole processes: their time and their largest memory, and telling a ratio against its limit."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """One finished process: wall seconds and what it printed."""

    seconds: float
    output: str


def python(*arguments: str) -> Run:
    """Run this interpreter in the project's folder; raises RuntimeError with what it said when it fails.

    What it compiles it keeps, whatever is said here: a program that is installed is compiled once.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr or f"exit {done.returncode}")
    return Run(seconds, done.stdout)


# Told by the process itself: the system's account of a child begins with the memory of whoever started it.
_PEAK = """
import atexit, pathlib, re, sys
def tell():
    peak = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
    pathlib.Path(sys.argv.pop()).write_text(peak)
place = sys.argv[1]
sys.argv = ["keywork", *sys.argv[2:]]
atexit.register(lambda: (sys.argv.append(place), tell()))
"""


def peak(*arguments: str) -> float:
    """The largest memory in MiB of `keywork` with these arguments; of a bare interpreter without any."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "peak"
        program = _PEAK + ("from tui.cli.main import run\nrun()\n" if arguments else "")
        python("-c", program, str(place), *arguments)
        return int(place.read_text()) / 1024


def median(call: Callable[[], float], times: int = 5) -> float:
    """The median of several calls that each give seconds."""
    return statistics.median(call() for _ in range(times))


def tell(what: str, figure: float, limit: float, unit: str = "times", note: str = "") -> bool:
    """Print a figure beside its limit; say whether it keeps it."""
    kept = figure <= limit
    print(
        f"{'kept   ' if kept else 'MISSED '} {what}: {figure:.2f} {unit} (limit {limit:g}){'; ' + note if note else ''}"
    )
    return kept
