"""Which Keywork this is, what it runs on, and what changed: for whoever reports a fault, or wonders."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.help import about
from tui.session.agencies import data_set_words
from tui.session.program import StoreScreen
from tui.session.runs_on import what_it_runs_on
from tui.widgets.text_page import TextPage
from validators.version import VERSION


class VersionScreen(StoreScreen[None]):
    """The page."""

    scope = "version"
    heading = "Version"

    def body(self) -> Iterable[Widget]:
        """The text."""
        its = self.program.agency
        yield TextPage(
            [
                f"# Keywork {VERSION}",
                "",
                *(f"  {one}" for one in what_it_runs_on()),
                "",
                f"  Agency {its.code}: {data_set_words(its.standard)}",
                "",
                "# What changed",
                "",
                *about("changes"),
            ]
        )

    def on_mount(self) -> None:
        """The page scrolls."""
        self.query_one(TextPage).focus()
