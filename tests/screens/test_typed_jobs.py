"""What a screen gives to the store is checked by type: two arguments that change places are refused."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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


@pytest.mark.slow
def test_two_arguments_of_the_save_behind_f2_that_change_places_are_refused(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(JOB.format(arguments="unit, agency, client_id, items"), encoding="utf-8")
    wrong.write_text(JOB.format(arguments="unit, agency, items, client_id"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(right), str(wrong)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    faults = [line for line in told if ": error: " in line]
    assert len(faults) == 2 and all("wrong.py:14" in line and "[arg-type]" in line for line in faults), told
