"""What the command line says of itself: examples, the manual page, completion, refusals; and its log for faults."""

import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from tests.commands.running import TODAY, Place, call, environment, program
from tui.cli.main import app
from tui.cli.manual.examples import EXAMPLES
from tui.cli.manual.man import every_command

SECRET = "SECRET-4711"
EVERY = dict(every_command(get_command(app)))


def test_every_command_has_examples() -> None:
    assert set(EXAMPLES) == set(EVERY)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_stand_in_the_help_and_are_read_as_they_stand(name: str) -> None:
    told = call(*name.split(), "--help").out
    for example in EXAMPLES[name]:
        assert f"    {example}\n" in told
        command = re.split(r" [<>|] | \(", example)[0]
        words = shlex.split(command)
        assert words[: len(name.split()) + 1] == ["keywork", *name.split()]
        # Parsed as the program would; what is wrong in it raises.
        EVERY[name].make_context(name, words[len(name.split()) + 1 :])


@pytest.mark.parametrize("name", ["", *sorted({name.split()[0] for name in EXAMPLES if " " in name})])
def test_the_help_of_a_group_and_of_the_program_ends_with_examples(name: str) -> None:
    before, _, examples = call(*name.split(), "--help").out.partition("Examples:\n")
    assert before and [line for line in examples.splitlines() if line.startswith(f"    keywork {name}".rstrip())]


def test_what_is_keyed_is_first_shown_on_standard_input() -> None:
    for name in ("client add", "client edit", "client add-episode", "client add-event"):
        assert not any(re.search(r"[A-Z]+=\S", one.replace("FIELD=VALUE", "")) for one in EXAMPLES[name])
        told = call(*name.split(), "--help").out
        assert "--ask" in told and "- takes the values from standard input" in " ".join(told.split())


def test_the_manual_page_tells_of_every_command_and_option() -> None:
    lines = call("help", "man").out.splitlines()
    assert lines[0].startswith(".TH KEYWORK 1")
    page = "\n".join(lines).replace("\\-", "-")
    for name, one in EVERY.items():
        assert f'.SS "keywork {name}' in page
        for option in one.params:
            if option.param_type_name == "option":
                assert option.opts[0] in page
    macros = {".TH", ".SH", ".SS", ".TP", ".B", ".PP", ".nf", ".fi", ".br"}
    assert {line.split()[0] for line in lines if line.startswith(".")} <= macros
    assert "KEYWORK_LOG" in page and "--ask" in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["client", "edit", "x", "--nope"], "'keywork client edit --help' tells what it takes."),
        (["client", "nothing"], "'keywork client --help' lists the commands."),
        (["nothing"], "'keywork --help' lists the commands."),
        (["export"], "'keywork export --help' tells what it takes."),
        (["calendar", "state"], "'keywork calendar state --help' tells what it takes."),
        (["client", "list", "--limit", "many"], "'keywork client list --help' tells what it takes."),
    ],
)
def test_a_refusal_names_the_commands_own_help(arguments: list[str], sentence: str) -> None:
    assert call(*arguments).sentence.endswith(sentence)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("keywork cl", "client"), ("keywork client ed", "edit"), ("keywork client edit --as", "--ask")],
)
def test_a_shell_completes_commands_and_options_and_nothing_else(typed: str, offered: str) -> None:
    """The program is called without arguments then, and must not open the screens."""
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1), "_KEYWORK_COMPLETE": "complete_bash"}
    start = "import sys; sys.argv = ['keywork']; from tui.entry import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, env=environment(**words), check=False, timeout=60
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [offered], "")


def logged(place: Place, level: str, *arguments: object, monkeypatch: pytest.MonkeyPatch, given: str = "") -> str:
    """What a command writes into the log."""
    file = place.folder / "keywork.log"
    monkeypatch.setenv("KEYWORK_LOG", f"{level}:{file}")
    call(*arguments, given=given)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("level", ["error", "info", "debug"])
def test_the_log_tells_what_was_run_and_no_value(filled: Place, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (
        ("client", "edit", SECRET, f"CLIENT={SECRET}"),
        ("client", "list", "--search", SECRET),
        ("client", "add", f"CLIENT={SECRET}", f"DOB={SECRET}", *TODAY),
        (SECRET,),
        ("client", SECRET),
    ):
        told = logged(
            filled, level, *arguments, *filled.options[: 4 if len(arguments) > 2 else 0], monkeypatch=monkeypatch
        )
        assert SECRET not in told and str(filled.store) not in told
    told = (filled.folder / "keywork.log").read_text()
    assert ("client edit\n" in told) is (level != "error")
    assert ("refused at " in told) is (level != "error")
    assert (" < " in told) is (level == "debug")


def test_a_fault_is_logged_by_its_kind_and_its_places_without_its_text(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise ValueError(SECRET) from None

    monkeypatch.setattr("store.clients.search.count", fails)
    told = logged(filled, "error", "client", "list", *filled.options, monkeypatch=monkeypatch)
    assert "ERROR" in told and "fault ValueError at test_own_help.py:" in told and "fault KeyError at" in told
    assert "show.py:" in told and SECRET not in told


def test_what_fails_where_nobody_catches_it_prints_no_value(place: Place) -> None:
    code = f"""
import threading
from tui.cli.leaving import leave_with
class Held:
    def __del__(self):
        raise ValueError("{SECRET}")
def fails():
    raise KeyError("{SECRET}")
def call():
    Held()
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    print("done")
leave_with(call)
"""
    log = place.folder / "keywork.log"
    its = environment(KEYWORK_LOG=f"error:{log}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=its, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    told = log.read_text(encoding="utf-8")
    assert "fault ValueError at" in told and "fault KeyError at" in told and SECRET not in told


@pytest.mark.parametrize("wanted", ["loud:x.log", "debug", "debug:", "x.log"])
def test_a_log_that_is_not_understood_is_refused(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYWORK_LOG", wanted)
    assert call("--version").sentence.startswith("KEYWORK_LOG is not LEVEL:FILE: write a level (error, info, debug)")


def test_a_log_in_the_home_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYWORK_LOG", "info:~nobody-there/x.log")
    assert "a home folder that nobody has" in call("--version").sentence


def test_a_log_goes_through_no_link_and_into_no_folder(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (place.folder, place.folder / "link"):
        (place.folder / "link").unlink(missing_ok=True)
        (place.folder / "link").symlink_to(place.folder / "elsewhere")
        monkeypatch.setenv("KEYWORK_LOG", f"info:{path}")
        assert "could not be written" in call("--version").sentence
    assert not (place.folder / "elsewhere").exists()


def test_a_log_is_added_to_no_file_of_something_else(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = filled.folder / "ours.log"
    for path in (filled.store, filled.key, ours):
        ours.touch()
        before = path.read_bytes()
        monkeypatch.setenv("KEYWORK_LOG", f"info:{path}")
        said = call("agencies", "list", *filled.options)
        if path != ours:
            assert f"{path} is a file of something else" in said.sentence and path.read_bytes() == before
    monkeypatch.setenv("KEYWORK_LOG", f"info:{ours}")
    assert call("--version").code == 0 and len(ours.read_text(encoding="utf-8").splitlines()) == 4


def test_a_log_on_a_full_disk_is_no_matter_to_the_command(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYWORK_LOG", "debug:/dev/full")
    assert call("agencies", "list", *filled.options).code == 0
    done = program("nothing", env=environment(KEYWORK_LOG="debug:/dev/full"))
    assert done.sentence.endswith("lists the commands.")


def test_without_the_variable_nothing_is_loaded_for_a_log() -> None:
    done = program("--version")
    assert done.code == 0
    loaded = "import sys; from tui.session.log import LOG; LOG.begin(str); print('logging' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {loaded}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=environment(),
    ).stdout
    assert out.split() == ["False"]
