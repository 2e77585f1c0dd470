"""What installing a draft would bring: shown first, done on F2, taken back on the Standards screen."""

import shutil
from collections.abc import Iterable, Sequence

from textual.widget import Widget

from exporters.editions.install import Candidate, Installation, install_audited
from store.unit_of_work import UnitOfWork
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.widgets.actions import REGISTRY, action
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.catalogue import lineage

REGISTRY.add(
    action("install.go", "f2", "Install", "Install it now; it can be taken back", SCREENS["install"].scope, "go", True),
)


class InstallScreen(StoreScreen[None]):
    """The page of what would change; F2 installs."""

    scope = "install"
    heading = "Install"

    def __init__(self, its: Candidate, lines: Sequence[str], is_open: str) -> None:
        super().__init__()
        self.title = f"Install {its.standard_id}?"
        self.its, self.lines, self.is_open = its, list(lines), is_open

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextPage(self.lines)

    def action_go(self) -> None:
        """F2: once more what is open, then do it."""
        its, program = self.its, self.program
        lines = [f"In the draft: {self.is_open}."]
        if its.before is not None:
            lines.append(
                f"It takes the place of {its.standard_id} as it is now; that comes back when it is taken back."
            )

        def answered(letter: str | None) -> None:
            if letter == "i":
                program.write(lambda unit: _installed(unit, its), on_done=self._done, hold=True)

        answers = [Answer("i", "Install it")]
        self.app.push_screen(Confirm(f"Install {its.standard_id}", lines, answers, "i"), answered)

    def _done(self, made: Installation) -> None:
        program, own = self.program, self.its.standard_id
        if own in lineage(program.agency.standard):
            program.change_agency(program.agency)
            program.say(f"{own} is installed, and {program.agency.code} is judged by it from now on.", "ok")
            return
        self.dismiss()
        program.say(
            f"{own} is installed, {made.digest[:12]}… by {made.person}. The Agencies screen makes an agency that"
            " reports it, or has one go over to it.",
            "ok",
        )


def _installed(unit: UnitOfWork, its: Candidate) -> Installation:
    """In a thread."""
    try:
        return install_audited(unit, its)
    except (OSError, shutil.Error):
        raise Problem("The edition could not be installed: look at the permissions and the room on the disk.") from None
