"""The first page: painted before the store is opened, and where a first start asks for the agency."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.session.program import StoreScreen
from tui.widgets.filter_list import FilteredList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage

if TYPE_CHECKING:
    from store.facts import AgencyInfo

ASK = (
    "# Welcome to Keywork",
    "",
    "There is no store yet. It is made when you have said which agency keeps it,",
    "and is encrypted; the key is made with it, in a file of its own that has to be",
    "copied to a safe place.",
    "",
    "Type the agency code of your national returns, such as T0123, and choose the",
    "data set it reports:",
    "",
)


class StartScreen(StoreScreen[None]):
    """Says that the store is being opened; asks for the agency code and the standard where there is none."""

    scope = "start"
    heading = "Keywork"
    DEFAULT_CSS = """
    StartScreen TextPage { height: 1fr; }
    StartScreen.-asking TextPage { height: 9; }
    """

    def body(self) -> Iterable[Widget]:
        """What is going on."""
        text = (
            "Making the demo: synthetic people, a store that is thrown away."
            if self.base.demo
            else "Opening the store ..."
        )
        yield TextPage(["", f"# {text}"])

    def ask(
        self,
        agencies: "Sequence[AgencyInfo]",
        standards: Sequence[str],
        *,
        choose: "Callable[[AgencyInfo], None]",
        make: Callable[[str, str], None],
    ) -> None:
        """Ask what is missing: which of the agencies, or, where there are none, the code of the first and its standard.

        The answer goes to `choose(agency)`, or to `make(code, standard_id)`.
        """
        page = self.query_one(TextPage)
        for old in self.query(FilteredList):
            old.remove()
        self.add_class("-asking")
        self._agencies, self._choose, self._make = agencies, choose, make
        choices: FilteredList
        if agencies:
            page.show(["# Several agencies are kept in this store", "", "Choose one; Enter opens it."])
            items = [
                (str(number), printable(one.code), printable(f"{one.standard} {one.name}".strip()))
                for number, one in enumerate(agencies)
            ]
            choices = FilteredList(items, "Agency")
        else:
            page.show(ASK)
            choices = DataSetList(standards)
        self.mount(choices, before="#status-line")
        choices.focus()

    def on_line_list_chosen(self) -> None:
        """Enter: choose, or make the store."""
        choices = self.query_one(FilteredList)
        if self._agencies:
            if choices.current_id is not None:
                self._choose(self._agencies[int(choices.current_id)])
            return
        code = choices.typed.strip().upper()
        if not code:
            self.say("Type the agency code first.", "notice")
        elif choices.current_id is not None:
            self._make(code, choices.current_id)


class DataSetList(FilteredList):
    """The standards to choose from, with the agency code typed above them. Typing filters nothing."""

    def __init__(self, standards: Iterable[str], titles: Mapping[str, str] | None = None) -> None:
        told = titles or {}
        super().__init__([(one, one, printable(told.get(one, ""))) for one in standards], "Agency code")

    def pieces_of(self, row: int) -> list[Piece]:
        """Id, then title."""
        _, label, detail = self._found[row]
        return [(fit(f" {label}", max(18, width_of(label) + 2)) + " ", "text"), (detail, "dim")]

    def filter_by(self, typed: str) -> None:
        """The text is the agency's code, no filter."""
        self.typed = typed
        self.refresh()
        self.place_cursor()
