"""A file is checked without loading what only screens or stores need: it must start at once."""

import json
import subprocess
import sys

import pytest

from tests.commands.running import ROOT, SAMPLE_FILE, environment

HEAVY = {"textual", "sqlmodel", "sqlalchemy", "alembic", "lxml", "sqlcipher3"}
CODE = """
import json, sys
from tui.cli.main import run
try:
    run()
except SystemExit as left:
    print(json.dumps([left.code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_checking_a_file_loads_neither_screens_nor_stores(form: str) -> None:
    command = [sys.executable, "-c", CODE, "check", SAMPLE_FILE, "--today", "2021-01-10", "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, timeout=60, check=False)
    code, loaded = json.loads(done.stderr)
    assert code == 1 and done.stdout
    assert HEAVY.isdisjoint(loaded)


def test_a_format_is_loaded_where_a_return_is_in_it_and_its_reader_where_one_is_read() -> None:
    code = (
        "import sys\n"
        "from exporters.formats import choose\n"
        "from validators.standard.catalogue import load\n"
        "cjit, wales = load('ndtms-cjit-p'), load('smds-wales')\n"
        "known = lambda: [n for n in ('exporters.csv_format', 'exporters.xml_format', 'lxml') if n in sys.modules]\n"
        "print(known()); choose.of(cjit); print(known()); choose.of(wales).link; print(known())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    csv, xml = "'exporters.csv_format'", "'exporters.xml_format'"
    assert done.stdout.splitlines() == ["[]", f"[{csv}]", f"[{csv}, {xml}]"], "nobody who keys a client reads XML"


def test_a_store_loads_no_screens(tmp_path: object) -> None:
    command = [sys.executable, "-c", CODE, "doctor", "--store", f"{tmp_path}/none.db"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, timeout=60, check=False)
    assert {"textual", "lxml", "alembic"}.isdisjoint(json.loads(done.stderr.splitlines()[-1])[1])
