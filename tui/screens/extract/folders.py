"""The folder that an extract goes to: one that is not there is made, once a person has said so."""

from collections.abc import Callable
from pathlib import Path

from store.disk.user import path_typed
from tui.screens.extract.queries import is_there, make
from tui.session.program import StoreScreen
from tui.widgets.confirm import Answer, Confirm


def in_folder(screen: StoreScreen[None], text: str, go_on: Callable[[Path], object]) -> None:
    """Go on with a folder that was typed; where it is not there, ask, and make it private to the account."""
    folder = path_typed(text)

    def known(there: bool) -> None:
        if there:
            go_on(folder)
            return

        def answered(letter: str | None) -> None:
            if letter == "m":
                screen.program.in_store(lambda store: make(folder), on_done=lambda done: go_on(folder), hold=True)

        lines = [str(folder), "Only this account will be able to look into it."]
        screen.app.push_screen(Confirm("That folder is not there", lines, [Answer("m", "Make it")], "m"), answered)

    screen.program.in_store(lambda store: is_there(folder), on_done=known, hold=True)
