"""Commands that stand in other files, each imported when it is called: a command loads nothing that another one needs.

A file of commands has a `commands`, a `typer.Typer` that holds what the file declares. Help lists a command from the
table alone.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from tui.cli.manual.examples import examples_text


class LazyGroup(TyperGroup):
    """A group whose commands are known by name and one line of help until one of them is called.

    A subclass says in `TABLE` where each stands: its name, the module, and the first sentence of its help.
    """

    TABLE: ClassVar[Mapping[str, tuple[str, str]]] = {}
    BEFORE: ClassVar[str] = ""
    """What stands before a command's name in this group, with a blank behind it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, (_, told) in self.TABLE.items():
            self.add_command(TyperCommand(name, help=told, rich_markup_mode=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, now loaded. typer refuses a name that the table does not have."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, self.loaded(args[0]), rest

    def loaded(self, name: str) -> Any:
        """The command as its module declares it."""
        declared: Typer = import_module(self.TABLE[name][0]).commands
        declared.rich_markup_mode = None  # plain text on every terminal, and rich is not loaded for it
        found = get_group(declared).commands[name]
        _with_examples(found, f"{self.BEFORE}{name}")
        return found


def _with_examples(command: Any, name: str) -> None:
    """Have a command's help end with its examples, and so the help of each command in a group."""
    command.epilog = examples_text(name)
    if not isinstance(command, LazyGroup):
        for each, one in getattr(command, "commands", {}).items():
            _with_examples(one, f"{name} {each}")
