"""A new agency in this store: its code is typed above, its data set chosen below, as on the first page of all."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from store.shapes import AgencyInfo
from tui.agencies import data_set_words, make_agency
from tui.frame.base_screen import BaseScreen
from tui.frame.text_page import TextPage
from tui.screens.start import AgencyList
from validators.catalogue import available
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.app import KeyworkApp

ASK = (
    "# A new agency in this store",
    "",
    "Type the agency code of its national returns, such as T0123, and choose the",
    "data set it reports. One code may report several data sets: each is an agency",
    "here. Enter makes it; Esc goes back, nothing is made.",
    "",
)


class NewAgencyScreen(BaseScreen[AgencyInfo | None]):
    """Dismissed with the agency that was made; with None on Escape."""

    scope = "new_agency"
    heading = "New agency"
    DEFAULT_CSS = "NewAgencyScreen TextPage { height: 6; }"

    def body(self) -> Iterable[Widget]:
        """What to do, then the code and the data sets."""
        names = available()
        self.choices = AgencyList(names, {name: data_set_words(name) for name in names})
        yield TextPage(ASK)
        yield self.choices

    def on_mount(self) -> None:
        """Type at once."""
        self.choices.focus()

    def on_line_list_chosen(self) -> None:
        """Enter: make it, or say why not; what is typed stays."""
        if self.choices.current_id is not None:
            app = cast("KeyworkApp", self.app)
            given = (self.choices.typed, self.choices.current_id, app.person, app.clock())
            app.in_store(make_agency, *given, on_done=self._made, on_problem=self._refused, writes=True, hold=True)

    def _made(self, agency: AgencyInfo) -> None:
        self.dismiss(agency)

    def _refused(self, problem: Problem) -> None:
        self.say(str(problem), "error")
