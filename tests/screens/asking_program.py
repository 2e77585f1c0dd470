"""A program of one dialog: `python -m tests.screens.asking_program`, for the tests to type at."""

from collections.abc import Iterable, Mapping

from textual.widget import Widget

from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_app import BaseApp
from tui.widgets.base_screen import BaseScreen
from tui.widgets.text_line import TextLine
from validators.problems import Problem

ABOUT = (
    "What is entered here is kept with your name and the time, and can be taken back with a reason at any later day."
)
WRONG = (
    "The percentages as they were typed cannot be those of the portal, for they are more than a hundred: look at the"
    " page again, type both as they are shown there, with a point, and keep them with F2."
)


def refuse(texts: Mapping[str, str]) -> None:
    """Nothing but 1 will do."""
    if texts["load"] != "1":
        raise Problem(WRONG)


class Ground(BaseScreen[None]):
    """Asks, and tells the answer."""

    scope = "ground"
    heading = "Ground"

    def body(self) -> Iterable[Widget]:
        """A line."""
        yield TextLine(id="told")

    def on_mount(self) -> None:
        """Ask at once."""

        def told(texts: Mapping[str, str] | None) -> None:
            self.query_one("#told", TextLine).show((f"answer {dict(texts) if texts else None}", "text"))

        self.app.push_screen(Asking("Percentages", [ABOUT], [Asked("load", "Load %"), Asked("of", "Of")], refuse), told)


class AskingApp(BaseApp):
    """The app."""

    def on_mount(self) -> None:
        """The ground."""
        self.push_screen(Ground())


if __name__ == "__main__":
    AskingApp().run()
