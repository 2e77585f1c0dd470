"""The command line is the screens' twin: every action has a command or a stated reason."""

from typer.main import get_command

from tests.by_line.test_file_arguments import commands
from tui.cli.main import app
from tui.screens.registry import know_actions
from tui.screens.twins import COMMANDS, REASONS
from tui.widgets.actions import REGISTRY


def test_every_action_has_a_command_or_a_reason() -> None:
    know_actions()
    known = {one.id for one in REGISTRY if not one.id.startswith("demo.")}  # those are of the frame's own tests
    assert known - set(COMMANDS) - set(REASONS) == set(), "say in tui/screens/twins.py how it is done by line"
    assert (set(COMMANDS) | set(REASONS)) - known == set(), "these are no actions any more"
    assert set(COMMANDS) & set(REASONS) == set()


def test_every_command_that_is_named_is_there() -> None:
    group = get_command(app)
    there = {name for name, _ in commands(group)}
    there |= {name.rpartition(" ")[0] for name in there}
    assert set(COMMANDS.values()) - there == set()


def test_a_reason_is_a_sentence() -> None:
    assert all(len(reason.split()) > 3 for reason in REASONS.values())
