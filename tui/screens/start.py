"""The first page: painted before the store is opened, and where a first start asks for the agency."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.session.new_agency import NewAgency
from tui.session.program import StoreScreen
from tui.session.wording import path_text
from tui.widgets.actions import REGISTRY
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.filter_list import FilteredList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage
from validators.problems import Problem

if TYPE_CHECKING:
    from store.facts import AgencyInfo

ASK = (
    "# Welcome to Keywork",
    "",
    "There is no store yet. It is made when you have said which agency keeps it,",
    "and is encrypted; the key is made with it, in a file of its own that has to be",
    "copied to a safe place.",
    "",
    "Type the agency code of your national returns and choose the data set it",
    "reports (Up, Down); Enter then shows what will be made:",
    "",
)


class StartScreen(StoreScreen[None]):
    """Says that the store is being opened; asks for the first agency where there is none, or which one is meant."""

    scope = "start"
    heading = "Keywork"
    DEFAULT_CSS = """
    StartScreen TextPage { height: 1fr; }
    StartScreen.-asking TextPage { height: 9; }
    """
    _again: Callable[[], None] | None = None

    def body(self) -> Iterable[Widget]:
        """What is going on."""
        text = (
            "Making the demo: synthetic people, a store that is thrown away."
            if self.base.demo
            else "Opening the store ..."
        )
        yield TextPage(["", f"# {text}"])

    def show_failure(self, sentence: str, again: Callable[[], None]) -> None:
        """Say on the page why the store is not open, where no key wipes it away; F5 then does `again`.

        While something is asked there, that page stays, and the status line alone says it.
        """
        self.say(sentence, "error")
        if not self.query(FilteredList):
            self._again = again
            keys = (REGISTRY.key_text("app.refresh"), REGISTRY.key_text("app.quit"))
            page = ["", "# The store is not open", "", sentence, "", "{} tries again, {} leaves.".format(*keys)]
            self.query_one(TextPage).show(page)

    def action_refresh_data(self) -> None:
        """F5: open it again, where that failed."""
        again, self._again = self._again, None
        if again is None:
            super().action_refresh_data()
            return
        self.say("")
        self.query_one(TextPage).show(["", "# Opening the store ..."])
        again()

    def ask_which(self, agencies: "Sequence[AgencyInfo]", choose: "Callable[[AgencyInfo], None]") -> None:
        """Ask which of the agencies is meant; it goes to `choose`."""
        self._agencies, self._choose = agencies, choose
        items = [
            (str(number), printable(one.code), printable(f"{one.standard} {one.name}".strip()))
            for number, one in enumerate(agencies)
        ]
        page = ["# Several agencies are kept in this store", "", "Choose one; Enter opens it."]
        self._offer(page, FilteredList(items, "Agency"))

    def ask_first(
        self,
        standards: Mapping[str, str],
        kept_in: tuple[Path, Path],
        make: Callable[[NewAgency], None],
        today: date,
    ) -> None:
        """Ask for the first agency: its code, one of the `standards` (id to words), its name and first submission.

        `kept_in` says where the store and its key lie, or will. The answer goes to `make`.
        """
        self._agencies, self._kept_in, self._make, self._today = (), kept_in, make, today
        self._standards = standards
        self._offer(ASK, DataSetList(standards, standards))

    def _offer(self, page: Sequence[str], choices: FilteredList) -> None:
        for old in self.query(FilteredList):
            old.remove()
        self.add_class("-asking")
        self.query_one(TextPage).show(page)
        self.mount(choices, before="#status-line")
        choices.focus()

    def on_line_list_chosen(self) -> None:
        """Enter: choose, or go on to what will be made."""
        choices = self.query_one(FilteredList)
        if choices.current_id is None:
            return
        if self._agencies:
            self._choose(self._agencies[int(choices.current_id)])
        else:
            self._confirm(choices.typed, choices.current_id)

    def _confirm(self, typed: str, standard_id: str) -> None:
        """Say what will be made, and ask the rest. What reads data sets is loaded here, after the first paint."""
        from validators.agency import agency_code
        from validators.calendar.calendar import SubmissionCalendar
        from validators.standard.catalogue import load
        from validators.standard.caveats import bring_first

        try:
            standard = load(standard_id)
            code = agency_code(standard, typed)
        except Problem as problem:
            self.say(problem.sentence, "error")
            return
        calendar = SubmissionCalendar(standard)
        store, key = self._kept_in
        first = calendar.first_in_time(self._today)
        # Where R or its like is chosen: which documents are to be brought.
        told = bring_first(standard)
        about = [
            f"Reports by {self._standards[standard_id]}.",
            *([f"{told[0].upper()}{told[1:]}."] if told else []),
            f"Store (encrypted): {path_text(store)}",
            f"Its key: {path_text(key)}. Without the key nothing in the store can be read.",
            f"{calendar.entry(first).title} ({first}) is the next return that is due. Give an earlier one only if it "
            "is still to be sent from here.",
        ]

        def check(texts: Mapping[str, str]) -> None:
            calendar.entry(texts["month"].strip())

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                name = " ".join(texts["name"].split())
                self._make(NewAgency(code, standard_id, name, texts["month"].strip()))

        asked = [Asked("name", "Name (may stay empty)", "", True), Asked("month", "First submission from here", first)]
        self.app.push_screen(Asking(f"Agency {code} will be made", about, asked, check), answered)


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
