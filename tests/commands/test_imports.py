"""A file is checked without loading what only screens or stores need: it must start at once."""

import json
import subprocess
import sys

import pytest

from tests.commands.running import ROOT, SAMPLE_FILE, call, environment
from tui.cli.client.commands import ClientCommands
from tui.cli.groups import LazyGroup
from tui.cli.main import CommandLine

HEAVY = {"textual", "sqlmodel", "sqlalchemy", "alembic", "lxml", "sqlcipher3"}
CODE = """
import json, sys
from tui.cli.main import run
try:
    run()
except SystemExit as left:
    print(json.dumps([left.code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""
OWN = CODE.replace('name.partition(".")[0]', "name")
GROUPS = {module for group in (CommandLine, ClientCommands) for module, _ in group.TABLE.values()}


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


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--help",), set()),
        (("sing",), set()),
        (("check", SAMPLE_FILE), {"tui.cli.check"}),
        (("export", "--help"), {"tui.cli.import_export"}),
        (("client", "--help"), {"tui.cli.client.commands"}),
        (("client", "show", "--help"), {"tui.cli.client.commands", "tui.cli.client.show"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_loads_its_own_file_and_no_other(arguments: tuple[str, ...], expected: set[str]) -> None:
    command = [sys.executable, "-c", OWN, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, timeout=60, check=False)
    assert set(json.loads(done.stderr.splitlines()[-1])[1]) & GROUPS == expected


@pytest.mark.parametrize("group", [CommandLine, ClientCommands], ids=lambda group: group.__name__)
def test_the_list_of_commands_says_what_each_says_itself(group: type[LazyGroup]) -> None:
    """Help lists a command without loading it: its line there is the first sentence of the command's own help."""
    listed = group(name="any")
    for name, (_, told) in group.TABLE.items():
        assert listed.loaded(name).get_short_help_str(1000).rstrip(".") == told.rstrip("."), name


def test_a_mistyped_command_is_told_of_the_one_that_is_near() -> None:
    assert "Did you mean 'check'" in call("chek").sentence
    assert "Did you mean 'show'?" in call("client", "shwo", "x").sentence
