"""The folder that an extract goes to: one that is not there is made, once a person has said so."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from exporters.extracts import kept_files
from store.disk.user import path_typed, service_account
from store.facts import ExtractInfo
from store.people import roles
from tui.screens.extract.queries import is_there, usual_folder
from tui.session.program import StoreScreen
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm

SHARED = (
    "The folder has to be one that gives its group what is written there, of a group of yours: who set Keywork up"
    " knows it."
)


def ask_folder(
    screen: StoreScreen[None],
    title: str,
    about: Sequence[str],
    written: Sequence[ExtractInfo],
    go_on: Callable[[Path], object],
) -> None:
    """Ask whoever may write an extract for the folder, and go on with it once it is there.

    Under a service's account, whose own folder is no place to fetch a file from, the one is offered into which one of
    `written` went last.
    """
    program = screen.program
    is_shared = bool(service_account(program.opened_store.path))
    files = (kept_files.place_of(one) for one in reversed(written)) if is_shared else ()
    offered = next((str(file.parent) for file in files if file is not None), "" if is_shared else str(usual_folder()))

    def came(texts: Mapping[str, str] | None) -> None:
        if texts is not None:
            _in_folder(screen, dialog, path_typed(texts["folder"]), go_on)

    asked = [Asked("folder", "Folder on this host", offered)]
    dialog = Asking(title, [*about, SHARED] if is_shared else about, asked, of=("folder", title))
    person = program.person
    program.read(
        lambda snapshot: roles.refuse(snapshot, person, "export", "extract"),
        on_done=lambda _: screen.app.push_screen(dialog, came),
        hold=True,
    )


def _in_folder(screen: StoreScreen[None], dialog: Asking, folder: Path, go_on: Callable[[Path], object]) -> None:
    """Go on with a folder; where it is not there, ask, and make it for the person at work."""
    program = screen.program
    is_shared = bool(service_account(program.opened_store.path))

    def make() -> None:
        from store.disk.files import make_folder

        make_folder(folder)

    def known(there: bool) -> None:
        if there:
            go_on(folder)
            return

        def answered(letter: str | None) -> None:
            if letter == "m":
                program.in_store(
                    lambda store: make(), on_done=lambda done: go_on(folder), on_problem=dialog.refused, hold=True
                )

        who = "The group of the folder above" if is_shared else "Only this account"
        lines = [str(folder), f"{who} will be able to look into it."]
        screen.app.push_screen(Confirm("That folder is not there", lines, [Answer("m", "Make it")], "m"), answered)

    program.in_store(lambda store: is_there(folder), on_done=known, on_problem=dialog.refused, hold=True)
