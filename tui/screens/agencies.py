"""The agencies that this store keeps, each with its data set: Enter opens another one, Ctrl+N makes a new one, L has
one go over to a later edition."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual.widget import Widget

from store.facts import AgencyInfo
from store.records import agencies
from store.snapshot import Snapshot
from tui.screens.letter import ask_for_letter, ask_to_undo
from tui.screens.start import DataSetList
from tui.session.agencies import data_set_words, first_submission, made_words, make_agency, since_words
from tui.session.program import StoreScreen
from tui.session.refresher import Refresher
from tui.session.standard_pages import data_set_page
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import JumpPlace
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage
from validators.agency import agency_code
from validators.calendar.calendar import SubmissionCalendar
from validators.problems import Problem
from validators.standard.catalogue import available, load
from validators.standard.caveats import bring_first
from validators.standard.model import Standard

FIRST = (
    "The first submission that is made from here, as 2020-12. What was before it was sent from elsewhere: none of it "
    "is ever called late."
)


def asking_since(title: str, offered: str, standard: Standard, of: Hashable = None) -> Asking:
    """The dialog that asks for an agency's first submission."""

    def check(texts: Mapping[str, str]) -> None:
        SubmissionCalendar(standard).entry(texts["month"].strip())

    # Where R or its like is chosen: which documents are to be brought.
    told = bring_first(standard)
    about = [FIRST, *([f"{told[0].upper()}{told[1:]}."] if told else [])]
    return Asking(title, about, [Asked("month", "First submission", offered)], check, of)


# A new agency in this store: its code is typed above, its data set chosen below, as on the first page of all.

ASK = (
    "# A new agency in this store",
    "",
    "Type the agency code of its national returns, and choose the data set that it",
    "reports. One code may report several data sets: each is an agency here. Enter",
    "makes it; Esc goes back, nothing is made.",
    "",
)


class NewAgencyScreen(StoreScreen[AgencyInfo | None]):
    """Dismissed with the agency that was made; with None on Escape."""

    scope = "new_agency"
    heading = "New agency"
    DEFAULT_CSS = "NewAgencyScreen TextPage { height: 6; }"

    def body(self) -> Iterable[Widget]:
        """What to do, then the code and the data sets."""
        names = available()
        self.choices = DataSetList(names, {name: data_set_words(name) for name in names})
        yield TextPage(ASK)
        yield self.choices

    def on_mount(self) -> None:
        """Type at once."""
        self.choices.focus()

    def on_line_list_chosen(self) -> None:
        """Enter: ask for the first submission and make it, or say why not; what is typed stays."""
        if self.choices.current_id is None:
            return
        typed, standard_id = self.choices.typed, self.choices.current_id
        try:
            standard = load(standard_id)
            agency_code(standard, typed)
            offered = first_submission(standard_id, self.program.today())
        except Problem as problem:
            self._refused(problem)
            return

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                since = texts["month"]
                self.program.write(
                    lambda unit: make_agency(unit, typed, standard_id, since=since),
                    on_done=self._made,
                    on_problem=self._refused,
                    hold=True,
                )

        self.app.push_screen(asking_since(f"Agency {typed.strip().upper()}", offered, standard), answered)

    def _made(self, agency: AgencyInfo) -> None:
        self.dismiss(agency)

    def _refused(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")


REGISTRY.add(
    action("agencies.new", "ctrl+n insert", "New", "Make a new agency in this store", {"agencies"}, "new", True),
    action(
        "agencies.letter",
        "l",
        "Letter",
        "Have an agency go over to a later edition from a day on",
        {"agencies"},
        "letter",
        True,
    ),
    action("agencies.undo_letter", "u", "Undo", "Undo an agency's change of letter", {"agencies"}, "undo_letter"),
    action("agencies.code", "c", "Code", "Mend the code of an agency that has nothing in it", {"agencies"}, "code"),
    action(
        "agencies.since", "s", "Since", "The first submission that an agency makes from here", {"agencies"}, "since"
    ),
)
MOST_ROWS = 6
OPEN = "open here"


@dataclass(frozen=True)
class Known:
    """An agency, its data set in a few words, and a page about that; a sentence where it cannot be read."""

    agency: AgencyInfo
    words: str
    page: tuple[str, ...]


class AgencyRows(LineList):
    """The agencies in order of entry, as many in view as leave room for the page."""

    DEFAULT_CSS = "AgencyRows { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.known: Sequence[Known] = ()
        self.open_id = ""

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.known)

    def offer(self, known: Sequence[Known], open_id: str, current_id: str) -> None:
        """Show these, `open_id` as the one that is open, on the one called `current_id`."""
        self.known, self.open_id = known, open_id
        self.styles.height = max(1, min(MOST_ROWS, len(known)))
        ids = [one.agency.id for one in known]
        self.go(ids.index(current_id) if current_id in ids else 0, quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Code, whether it is open, name and data set, escaped."""
        one = self.known[row]
        code = printable(one.agency.code)
        state = OPEN if one.agency.id == self.open_id else ""
        words = printable(f"{one.agency.name}: {one.words}" if one.agency.name else one.words)
        return [(fit(f" {code}", max(9, width_of(code) + 1)) + " ", "text"), (f"{state:<10}", "ok"), (words, "dim")]


class AgenciesScreen(StoreScreen[None]):
    """The list, and below it what the chosen agency reports by."""

    scope = "agencies"
    heading = "Agencies of this store"

    def __init__(self) -> None:
        super().__init__()
        self.listed, self.page = AgencyRows(), TextPage()
        self._wanted = ""
        self._refresher = Refresher(self, lambda: _read, self._came)

    def body(self) -> Iterable[Widget]:
        """Agencies, then a page about the chosen one."""
        yield self.listed
        yield self.page

    def on_mount(self) -> None:
        """Begin on the one that is open."""
        self._wanted = self.program.agency.id
        self.listed.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody may have made an agency."""
        if not event.saved:
            self._refresher.read()

    def _came(self, known: list[Known]) -> None:
        chosen = self.listed.known[self.listed.cursor].agency.id if self.listed.known else ""
        self.listed.offer(known, self.program.agency.id, self._wanted or chosen)
        self._wanted = ""
        self._show()

    def _show(self) -> None:
        one = self.listed.known[self.listed.cursor]
        its = one.agency
        here = its.id == self.program.agency.id
        told = "This agency is open." if here else "Enter opens it here; what is typed and not saved is kept as drafts."
        name = [f"  Name        {its.name}"] if its.name else []
        region = [f"  Region      {its.region}"] if its.region else []
        new = f"{REGISTRY.key_text('agencies.new')} makes a new agency."
        since = [f"  Since       {since_words(its.reports_since)} ({REGISTRY.key_text('agencies.since')} changes that)"]
        code = f"  Code        mistyped? {REGISTRY.key_text('agencies.code')} mends it while nothing is in it"
        head = ["", f"# Agency {its.code}", "", f"  {told} {new}", *name, *region, *since, code, ""]
        self.page.show([*head, *one.page])

    def jumps(self) -> list[JumpPlace]:
        """The list and the page."""
        return [("A", "Agencies", self.listed.focus), ("P", "Page", self.page.focus)]

    def on_line_list_moved(self) -> None:
        """Another one is chosen."""
        self._show()

    def on_line_list_chosen(self) -> None:
        """Enter: open it."""
        its = self.listed.known[self.listed.cursor].agency
        if (its.id, its.standard) == (self.program.agency.id, self.program.agency.standard):
            self.say(f"{its.code} is open already; Esc goes back to it.", "notice")
        else:
            self.program.change_agency(its)

    def action_since(self) -> None:
        """Ask for the first submission of the chosen agency."""
        its = self.listed.known[self.listed.cursor].agency

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                month = texts["month"].strip()
                self.program.write(
                    lambda unit: agencies.set_reports_since(unit, its, month),
                    on_done=lambda made: self._set(made),
                    on_problem=dialog.refused,
                    hold=True,
                )

        of = "reports since", its.id
        dialog = asking_since(f"Agency {its.code}", its.reports_since, load(its.standard), of)
        self.app.push_screen(dialog, answered)

    def _set(self, agency: AgencyInfo) -> None:
        if agency.id == self.program.agency.id:
            self.program.agency = agency
        self.action_refresh_data()
        self.say(f"Agency {agency.code}: {since_words(agency.reports_since)}.", "ok")

    def action_code(self) -> None:
        """C: another code for the chosen agency, as long as nothing was entered or sent under the one it has."""
        its = self.listed.known[self.listed.cursor].agency

        def told(texts: Mapping[str, str]) -> str:
            return agency_code(load(its.standard), texts["code"])

        def check(texts: Mapping[str, str]) -> None:
            told(texts)

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                code = told(texts)
                self.program.write(
                    lambda unit: agencies.rename(unit, its, code),
                    on_done=self._renamed,
                    on_problem=dialog.refused,
                    hold=True,
                )

        def asks(_: None) -> None:
            self.app.push_screen(dialog, answered)

        about = ["Where it was mistyped: nothing was entered or sent under it yet."]
        asked = Asked("code", "Code", its.code)
        dialog = Asking(f"The code of {its.code}", about, [asked], check, ("renamed", its.id))
        # Nobody types a code for one that cannot have another.
        self.program.read(lambda snapshot: agencies.refuse_filled(snapshot, its, "renamed"), on_done=asks, hold=True)

    def _renamed(self, agency: AgencyInfo) -> None:
        if agency.id == self.program.agency.id:
            self.program.agency = agency
        self.action_refresh_data()
        self.say(f"Agency {agency.code} it is now.", "ok")

    def action_letter(self) -> None:
        """L: to a later edition."""
        ask_for_letter(self, self.listed.known[self.listed.cursor].agency, self._went)

    def action_undo_letter(self) -> None:
        """U: back to the edition before."""
        ask_to_undo(self, self.listed.known[self.listed.cursor].agency, self._went)

    def _went(self, agency: AgencyInfo) -> None:
        """It reports by another edition now: the one that is open is opened anew, for every screen speaks of that."""
        if agency.id == self.program.agency.id:
            self.program.change_agency(agency)
        else:
            self.action_refresh_data()
            self.say(f"Agency {agency.code} reports by {agency.standard} now.", "ok")

    def action_new(self) -> None:
        """Ctrl+N."""

        def made(agency: AgencyInfo | None) -> None:
            if agency is not None:
                self._wanted = agency.id
                self.action_refresh_data()
                self.listed.focus()
                self.say(f"{made_words(agency)}; Enter opens it.", "ok")

        self.app.push_screen(NewAgencyScreen(), made)


def _read(snapshot: Snapshot) -> list[Known]:
    """In a thread: the agencies with their data sets."""
    return [Known(one, data_set_words(one.standard), _page(one.standard)) for one in agencies.listed(snapshot)]


def _page(standard_id: str) -> tuple[str, ...]:
    try:
        return tuple(data_set_page(load(standard_id)))
    except Problem as problem:
        return "# Data set", "", f"  {problem}"
