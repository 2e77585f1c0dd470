"""The review of a draft: fields, rules and lists as they were read, beside the document's words; F8 goes on to what is
open. What is decided stands in the draft's folder at once, and can be taken back."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.containers import Container
from textual.widget import Widget

from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from exporters.editions.review import counted, items
from exporters.editions.review_items import ReviewItem
from store.disk.user import path_typed
from tui.screens.registry import SCREENS
from tui.screens.review.corrections import correct, take_codes
from tui.screens.review.pages import page_of, state_of
from tui.screens.review.steps import walk
from tui.session.filtered_screen import FilteredScreen
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import JumpPlace
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import PageScreen, TextPage
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.editions.install import Candidate
    from exporters.editions.trial import Trial

WIDE = 110
MARKS_WIDTH, NAME_WIDTH = 12, 23
SCOPE = SCREENS["review"].scope
REGISTRY.add(
    action("review.next", "f8", "Next open", "To the next open question", SCOPE, "walk(1)", bar=True),
    action("review.previous", "f7", "Previous open", "To the open question before", SCOPE, "walk(-1)"),
    action(
        "review.accept", "a", "Accept", "Take it as it stands; a proposed rule is in force then", SCOPE, "accept", True
    ),
    action(
        "review.correct", "c", "Correct", "Put it right; map a rule to a pattern and its fields", SCOPE, "correct", True
    ),
    action("review.keep", "k", "Keep unchecked", "Keep a rule with its words, not checked", SCOPE, "keep"),
    action("review.codes", "l", "Codes", "Take the codes of a list from a table (CSV)", SCOPE, "codes"),
    action("review.again", "r", "Ask again", "Open a question that was settled", SCOPE, "again"),
    action("review.undo", "u ctrl+z", "Undo", "Take the last decision back", SCOPE, "undo"),
    action("review.try", "t", "Try", "What it would find in the records here, or in a file", SCOPE, "try", True),
    action("review.install", "i", "Install", "What installing would bring; then install it", SCOPE, "install", True),
    action("review.open", "o", "Only open", "Only what is open, or all again", SCOPE, "only_open"),
    action("review.page", "ctrl+t", "Page", "To the page beside the list, and back", SCOPE, "page"),
    action("review.filter", "slash", "Filter", "Only what has these words", SCOPE, "filter"),
)


class ReviewList(LineList):
    """The things of a draft; a question mark before what is open."""

    def __init__(self) -> None:
        super().__init__(id="listed")
        self.shown: Sequence[ReviewItem] = ()

    @property
    def row_count(self) -> int:
        """As many as the filter leaves."""
        return len(self.shown)

    @property
    def current(self) -> ReviewItem | None:
        """The chosen one."""
        return self.shown[self.cursor] if self.cursor < len(self.shown) else None

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Whether it is open, its mark, its name, its title."""
        one = self.shown[row]
        sign = "?" if one.is_open else "+" if one.settled else " "
        token = "warning" if one.is_open else "text"
        return [
            (f" {sign} {fit(one.mark, MARKS_WIDTH)} ", token),
            (fit(printable(one.name), NAME_WIDTH) + " ", "text"),
            (printable(one.title), "dim"),
        ]

    def when_empty(self) -> str:
        """That it is the filter that leaves nothing."""
        return "Nothing here is open, or has these words; o shows all, Esc takes the words away."


class ReviewScreen(FilteredScreen):
    """The list and, below it or beside it, the page of what is chosen."""

    scope = "review"
    heading = "Review of a draft"
    DEFAULT_CSS = """
    ReviewScreen #both { layout: vertical; height: 1fr; }
    ReviewScreen ReviewList { height: 9; }
    ReviewScreen TextPage { height: 1fr; }
    ReviewScreen.-wide #both { layout: horizontal; }
    ReviewScreen.-wide ReviewList { height: 1fr; width: 56; }
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.title = f"Review: {folder.name}"
        self.list, self.page, self.about = ReviewList(), TextPage(), TextLine(id="about")
        self.draft: DraftFolder | None = None
        self.base_edition: Standard | None = None
        self.every: list[ReviewItem] = []
        self.only_open = False

    @property
    def listed(self) -> LineList:
        """The list."""
        return self.list

    def body(self) -> Iterable[Widget]:
        """What is open, a filter, the list, the page."""
        yield self.about
        yield self.find_line
        with Container(id="both"):
            yield self.list
            yield self.page

    def on_mount(self) -> None:
        """Read the draft."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.list.focus()
        self.about.show((" Reading ...", "dim"))
        self.action_refresh_data()

    def on_resize(self, event: events.Resize) -> None:
        """The page stands beside the list where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def jumps(self) -> list[JumpPlace]:
        """The kinds, and the page."""
        kinds = (
            ("F", "field", "Fields"),
            ("R", "rule", "Rules"),
            ("L", "list", "Lists"),
            ("E", "edition", "Edition"),
            ("T", "text", "Texts"),
        )
        return [
            *((letter, name, lambda kind=kind: self._to_kind(kind)) for letter, kind, name in kinds),
            ("P", "Page", self.page.focus),
        ]

    def _to_kind(self, kind: str) -> None:
        self.list.focus()
        self.list.go(next((at for at, one in enumerate(self.list.shown) if one.kind == kind), self.list.cursor))

    def action_refresh_data(self) -> None:
        """F5: the folder anew, as somebody may have edited it."""
        folder = self.folder
        self.program.in_store(
            lambda store: _opened(folder), on_done=lambda found: self._came(*found), on_problem=self._none, hold=True
        )

    def _came(self, draft: DraftFolder, base: Standard | None) -> None:
        first = self.draft is None
        self.draft, self.base_edition = draft, base
        self.retitle(f"Review: {draft.id}, in {self.folder.name}")
        self.renew()
        if first:
            at = next((at for at, one in enumerate(self.list.shown) if one.is_open), 0)
            self.list.go(at, quiet=True)
        self._show()

    def _none(self, problem: Problem) -> None:
        self.about.show((" This draft cannot be read.", "warning"))
        self.page.show(["", f"  {problem}", "", "  F5 reads it anew once that is mended; Esc goes back."])

    def renew(self) -> None:
        """Everything as the draft stands now; the cursor stays where it was."""
        if self.draft is None:
            return
        chosen = self.list.current
        self.every = items(self.draft)
        self._filter()
        ids = [one.id for one in self.list.shown]
        if chosen is not None and chosen.id in ids:
            self.list.go(ids.index(chosen.id), quiet=True)
        else:
            self.list.go(self.list.cursor, quiet=True)
        beside = f"; beside {self.draft.like}" if self.draft.like else ""
        self.about.show((f" {counted(self.every)}; {len(self.every)} in all{beside}", "heading"))
        self.list.refresh()

    def filter_by(self, text: str) -> None:
        """Only what has these words."""
        self._filter()
        self.list.go(0, quiet=True)
        self.list.refresh()
        self._show()

    def _filter(self) -> None:
        words = self.find_line.text.lower().split()
        self.list.shown = [
            one
            for one in self.every
            if (one.is_open or not self.only_open)
            and all(word in f"{one.name} {one.title} {one.mark} {one.question}".lower() for word in words)
        ]

    def _show(self) -> None:
        one = self.list.current
        if self.draft is not None:
            self.page.show(page_of(self.draft, one, self.base_edition) if one else ["", "  Nothing is chosen."])

    def on_line_list_moved(self) -> None:
        """Another one is chosen."""
        self._show()

    def on_line_list_chosen(self) -> None:
        """Enter: its page by itself."""
        one = self.list.current
        if one is not None and self.draft is not None:
            self.app.push_screen(PageScreen(one.name, page_of(self.draft, one, self.base_edition)))

    def action_page(self) -> None:
        """To the page, to scroll it, and back."""
        (self.list if self.page.has_focus else self.page).focus()

    def action_only_open(self) -> None:
        """`o`."""
        self.only_open = not self.only_open
        self.renew()
        self._show()
        self.say("Only what is open; o shows all again." if self.only_open else "All of the draft.")

    def action_walk(self, way: int) -> None:
        """F8, F7: to the next open question, or the one before."""
        shown, at = self.list.shown, self.list.cursor
        places = [place for place, one in enumerate(shown) if one.is_open]
        ahead = [place for place in places if (place - at) * way > 0]
        if not ahead:
            left = "no other is open here" if places else counted(self.every)
            self.say(f"{'After' if way > 0 else 'Before'} this one {left}.", "" if places else "ok")
            return
        self.say("")
        self.list.focus()
        self.list.go(ahead[0] if way > 0 else ahead[-1], quiet=True)
        self._show()

    # What is decided.

    def _do(self, act: Callable[[DraftFolder, ReviewItem], str]) -> None:
        """An act on what is chosen."""
        draft, one = self.draft, self.list.current
        if draft is not None and one is not None:
            self._act(one, lambda: act(draft, one))

    def _act(self, one: ReviewItem, act: Callable[[], str]) -> None:
        self.program.in_store(lambda store: act(), on_done=lambda done: self._done(f"{one.name}: {done}."), hold=True)

    def _done(self, told: str) -> None:
        self.renew()
        self._show()
        self.say(told, "ok")

    def action_accept(self) -> None:
        """`a`."""
        self._do(review.accept)

    def action_keep(self) -> None:
        """`k`."""
        self._do(review.keep_unchecked)

    def action_again(self) -> None:
        """`r`."""
        self._do(review.ask_again)

    def action_undo(self) -> None:
        """`u`: the decision before, whatever it was about."""
        draft = self.draft
        if draft is not None:
            self.program.in_store(lambda store: draft.undo(), on_done=lambda _: self._done("Undone."), hold=True)

    def action_correct(self) -> None:
        """`c`."""
        draft, one = self.draft, self.list.current
        if draft is None or one is None:
            return
        try:
            steps = correct(draft, one, lambda act: self._act(one, act))
        except Problem as problem:
            self.say(problem.sentence, "error")
            return
        if steps is None:
            self.say(f"{one.name} ({state_of(one)}) is not in the draft: there is nothing to correct.", "notice")
        else:
            walk(self, steps)

    def action_codes(self) -> None:
        """`l`."""
        draft, one = self.draft, self.list.current
        if draft is None or one is None or one.kind not in ("list", "field"):
            self.say("Codes are taken for a list, or for a field: go to one first.", "notice")
        else:
            walk(self, take_codes(draft, one, lambda act: self._act(one, act)))

    # Trying.

    def action_try(self) -> None:
        """`t`: on the records here, or on a file."""
        one = self.list.current
        rule = one.key if one is not None and one.kind == "rule" else ""

        def answered(letter: str | None) -> None:
            if letter == "s":
                self._try_store(rule)
            elif letter == "f":
                self._ask_file(rule)

        code = self.program.agency.code
        answers = [Answer("s", f"On the records of {code}"), Answer("f", "On a file, such as an extract")]
        self.app.push_screen(Confirm("Try the draft", ["Nothing is written by that."], answers, "s"), answered)

    def _try_store(self, rule: str) -> None:
        from exporters.editions.trial import data_set_of, try_store

        agency, today, folder = self.program.agency, self.program.today(), self.folder
        self.say(f"Trying it on the records of {agency.code} ...")
        self.program.read(
            lambda snapshot: try_store(snapshot, agency, data_set_of(folder, agency.standard), today),
            on_done=lambda its: self._tried(its, rule),
        )

    def _ask_file(self, rule: str) -> None:
        from exporters.editions.trial import data_set_of, try_file

        folder, today, reported = self.folder, self.program.today(), self.program.agency.standard

        def answered(texts: "Mapping[str, str] | None") -> None:
            if texts is None:
                return
            path, wanted = path_typed(texts["path"]), texts["data_set"].lower()
            self.say(f"Trying it on {path.name} ...")
            self.program.in_store(
                lambda store: try_file(path, data_set_of(folder, reported, wanted), today),
                on_done=lambda its: self._tried(its, rule),
            )

        asked = [Asked("path", "File"), Asked("data_set", "Data set, such as ad (empty: as here)", "", optional=True)]
        self.app.push_screen(Asking("Try the draft on a file", [], asked), answered)

    def _tried(self, its: "Trial", rule: str) -> None:
        from exporters.editions.trial import told_of_trial

        self.say(f"{its.sentence(rule)}.")
        if self.is_current:
            self.app.push_screen(PageScreen("Trial", list(told_of_trial(its, rule))))

    # Installing.

    def action_install(self) -> None:
        """`i`: first what it would bring."""
        if self.draft is None:
            return
        from exporters.editions.trial import told_before

        folder, today, like = self.folder, self.program.today(), self.draft.like
        is_open = counted(self.every)
        self.say("Looking what it would bring ...")

        def shown(found: "tuple[Candidate, list[str]]") -> None:
            self.say("")
            if self.is_current:
                self.program.open_screen("install", *found, is_open)

        def looked(its: "Candidate") -> None:
            self.program.read(lambda snapshot: (its, told_before(snapshot, its, like, today)), on_done=shown)

        self.program.in_store(lambda store: _candidate(folder), on_done=looked)


def _candidate(folder: Path) -> "Candidate":
    """In a thread: what would be installed, judged as any other input is."""
    from exporters.editions.install import candidate, refuse_foreign

    refuse_foreign(folder)
    return candidate(folder)


def _opened(folder: Path) -> tuple[DraftFolder, Standard | None]:
    """In a thread: the draft, and the edition that it is compared with."""
    draft = DraftFolder.open(folder)
    try:
        return draft, load(draft.like) if draft.like else None
    except Problem:
        return draft, None
