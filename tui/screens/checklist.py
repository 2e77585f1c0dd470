"""The checklist of one submission: what the data tick, what a person ticks, and where each thing is mended."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget

from exporters.extracts.submission_window import DUE, due_submission
from exporters.month.checklist import OF_WHAT_LEFT, Counted, Item, counted_apart
from exporters.month.checklist_acts import Acts, Seen
from exporters.month.checklist_page import ChecklistPage, read_page
from exporters.month.portal_figures import NAMES, entered
from store.snapshot import Snapshot
from tui.session.background_check import caseload_check
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.session.wording import when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking, Check, NotDone
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from validators.problems import Problem

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from validators.calendar.calendar import CalendarEntry
    from validators.standard.model import Standard

# The list of the Checklist screen, one line for each item; and what is done to one, in the writers' thread.

BOXES = {"done": ("[x]", "ok"), "open": ("[ ]", "warning"), "waits": ("[.]", "dim"), "not needed": ("[-]", "dim")}
TITLE = 46


def _told(item: Item) -> str:
    return item.told


class ChecklistList(LineList):
    """One line for each item: its box, its title, who ticked it and when or why it is not ticked."""

    class Pressed(Message):
        """Space, or a key to another submission: -1, 1; 0 is a tick."""

        def __init__(self, what: int) -> None:
            super().__init__()
            self.what = what

    def __init__(self) -> None:
        super().__init__(id="items")
        self.items: tuple[Item, ...] = ()
        self.tail: Callable[[Item], str] = _told

    @property
    def row_count(self) -> int:
        """The items."""
        return len(self.items)

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def show(self, items: tuple[Item, ...]) -> None:
        """Show other items, or the same ones as they stand now."""
        if items != self.items:
            self.items = items
            self.go(self.cursor, quiet=True)
            self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def pieces_of(self, row: int) -> list[Piece]:
        """The line, everything stored escaped."""
        item = self.items[row]
        box, token = BOXES[item.state]
        title = fit(one_line(item.title, TITLE), TITLE)
        room = max(0, self.size.width - 5 - TITLE)
        return [(f" {box} ", token), (title, "text"), (one_line(self.tail(item), room), "dim")]

    def on_key(self, event: events.Key) -> None:
        """Space ticks, Left and Right go to other submissions; moving is the list's."""
        keys = {"space": 0, "left": -1, "right": 1}
        if event.key not in keys:
            return
        self.post_message(self.Pressed(keys[event.key]))
        event.stop()
        event.prevent_default()


def do(
    store: object, about: tuple[object, ...], act: str, item: str, texts: dict[str, str], seen: Seen
) -> tuple[str, bool]:
    """Do one act in the writers' thread; what is said of it, and whether there is a new attempt. Raises Problem."""
    acts = Acts(store, *about)  # type: ignore[arg-type]
    if act == "tick":
        acts.tick(item, texts, seen)
        return f"Ticked. {acts.said_of_today(item)}".strip(), False
    if act == "reopen":
        acts.reopen(item, texts["reason"], seen)
        return "Reopened; the tick before is kept with your reason.", False
    if act == "drop":
        dropped = acts.drop(texts["reason"], seen)
        return f"Attempt {dropped.attempt} of {dropped.month} is dropped; it is kept with your reason.", True
    if act == "elsewhere":
        acts.sent_elsewhere(texts["how"], seen)
        return "Stated as sent from elsewhere; Space on the upload takes it back.", False
    if act == "correct":
        made = acts.correct(texts["reason"], seen)
    else:
        made = acts.declare_nil(texts["reason"], seen, anyway=True)
    return f"Attempt {made.attempt} of {made.month} is begun.", True


SCOPE = {"checklist"}
REGISTRY.add(
    action(
        "checklist.tick", "space", "Tick", "Tick what a person ticks, or reopen it with a reason", SCOPE, "tick", True
    ),
    action("checklist.older", "ctrl+left", "Before", "The submission before this one", SCOPE, "other(-1)"),
    action("checklist.newer", "ctrl+right", "After", "The submission after this one", SCOPE, "other(1)"),
    action("checklist.correct", "plus", "Correction", "Begin a correction, with a reason", SCOPE, "correct", True),
    action("checklist.nil", "ctrl+n", "Nil return", "There is nobody to report", SCOPE, "nil", True),
    action("checklist.drop", "minus", "Drop", "Drop the latest attempt, which was begun by mistake", SCOPE, "drop"),
    action("checklist.elsewhere", "e", "Elsewhere", "It was sent from elsewhere, not from here", SCOPE, "elsewhere"),
)
DETAILS = 5


class ChecklistScreen(StoreScreen[None]):
    """The list, above it the submission, below it the chosen item in full."""

    scope = "checklist"
    heading = "Checklist"
    DEFAULT_CSS = "ChecklistScreen .detail { height: 1; }"

    def __init__(self, month: str = "", attempt: int | None = None) -> None:
        """`month` is the one reported; without one, the submission at hand."""
        super().__init__()
        self._month, self._attempt = month, attempt
        self.page: ChecklistPage | None = None
        self.dates, self.state = TextLine(id="dates"), TextLine(id="state")
        self.list = ChecklistList()
        self.details = tuple(TextLine(rest="panel", id=f"item-{number}") for number in range(DETAILS))
        self._counting = False
        self._refresher = Refresher(self, self._question, self._came, self._failed, self._settled)
        self._counts: tuple[str, Counted] | None = None

    def body(self) -> Iterable[Widget]:
        """Dates, state, list, detail."""
        yield self.dates
        yield self.state
        yield self.list
        for line in self.details:
            line.add_class("detail")
            yield line

    def on_mount(self) -> None:
        """Read; check what is due."""
        self.list.tail = self._tail
        self.list.focus()
        self.read(hold=True)
        check = caseload_check(self.program)
        check.tell(self.checked)
        check.start()

    @property
    def walked_return(self) -> str | None:
        """F8 from here walks what is counted here."""
        month = self.page.entry.submission if self.page is not None else self._month
        return (month or DUE) if self.app.screen is self else None

    def on_unmount(self) -> None:
        """Nobody is told any more."""
        caseload_check(self.program).tell_no_more(self.checked)

    # Reading

    def read(self, hold: bool = False) -> None:
        """Read in a thread; while that goes on, once more after it."""
        self._refresher.read(hold)

    def _question(self) -> Question[ChecklistPage]:
        app = self.program
        agency, standard, today, known = app.agency, app.standard, app.today(), self._counts
        asked, attempt = self._month, self._attempt

        def question(snapshot: Snapshot) -> ChecklistPage:
            # Counted for another submission, they say nothing of this one; midnight may change which is at hand.
            month = asked or (due_submission(snapshot, agency, today) if known else "")
            counts = known[1] if known and known[0] == month else None
            return read_page(snapshot, agency, standard, today, asked, attempt, counts)

        return question

    def _came(self, page: ChecklistPage) -> None:
        first = self.page is None or self.page.entry.submission != page.entry.submission
        self.page = page
        self.retitle(f"Checklist: {page.entry.submission} ({page.entry.title}), {self.program.agency.code}")
        period = f" {page.entry.period_start:%d %b %Y} to {page.entry.period_end:%d %b %Y}; {page.when}"
        self.dates.show((period, "text"))
        kind = f", {page.kind}" if page.kind else ""
        others = "   Left, Right: other submissions"
        self.state.show((f" {page.done} done", "heading"), (kind, "text"), (others, "dim"))
        self.list.show(page.items)
        if first and page.told:
            self.say(page.told, "notice")

    def _settled(self, page: ChecklistPage) -> None:
        """What is shown is the latest there is."""
        if page.waits_for_count:
            self._count(page)

    def _count(self, page: ChecklistPage) -> None:
        """Count what is counted by making the return, apart: it takes as long as to write an extract."""
        if self._counting:
            return
        self._counting, month = True, page.entry.submission
        app = self.program

        def came(counts: Counted) -> None:
            self._counting = False
            self._counts = (month, counts)
            self.read()

        def failed(problem: Problem) -> None:
            self._counting = False
            self.say(problem.sentence, "error")

        about = (app.agency, app.standard, page.entry.period, page.today)
        app.read(lambda snapshot: counted_apart(snapshot, *about), on_done=came, on_problem=failed)

    def _failed(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")
        if self.page is not None:
            self._month, self._attempt = self.page.entry.submission, None

    def checked(self, done: int, due: int) -> None:
        """The check has come to its end."""
        if done == due:
            self._counts = None
            self.read()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        caseload_check(self.program).start()
        self.read()

    def on_screen_resume(self) -> None:
        """Back from where something was mended."""
        super().on_screen_resume()
        if self.page is not None:
            self.read()

    def action_refresh_data(self) -> None:
        """F5."""
        self.read()
        caseload_check(self.program).start()

    # Showing

    def _tail(self, item: Item) -> str:
        if item.state == "done" and item.by == "person" and item.when is not None:
            return f"{item.who}, {when(item.when, self.program.today())}"
        return item.told

    def on_line_list_moved(self) -> None:
        """Another item: say all of it below."""
        item = self.list.current
        lines: list[str] = []
        if item is not None:
            width = max(20, self.size.width - 2)
            said = f"{item.told[:1].upper()}{item.told[1:]}" if item.told else ""
            if item.when is not None:
                who = f"{item.who}, " if item.who else ""
                said = f"{said} ({who}{when(item.when, self.program.today())})".strip()
            lines = (
                [*_cut(wrapped(said, width), DETAILS - 2), *wrapped(item.help, width)]
                if said
                else wrapped(item.help, width)
            )
            lines = [*_cut(lines, DETAILS - 1), self._keys_of(item)]
        for number, line in enumerate(self.details):
            line.show((f" {lines[number]}" if number < len(lines) else "", "panel"))

    def _keys_of(self, item: Item) -> str:
        if item.state == "not needed":
            return ""
        parts = [f"Enter: {item.goes_to}."] if item.goes_to else []
        if item.by != "person":
            parts.append("The data tick it.")
        elif item.state != "waits":
            parts.append("Space reopens it, with a reason." if item.state == "done" else "Space ticks it.")
        return " ".join(parts)

    # Acting

    def on_line_list_chosen(self) -> None:
        """Enter: where it is mended; else tick."""
        item = self.list.current
        if item is None:
            return
        month = self.page.entry.submission if self.page is not None else ""
        if item.goes_to == "findings":
            self.program.open_screen("findings", text=item.goes_with, submission=month)
        elif item.goes_to == "extract" and month:
            self.program.open_screen("extract", month, item.goes_with)
        elif item.goes_to and item.goes_with:
            self.program.open_screen(item.goes_to, item.goes_with)
        elif item.goes_to:
            self.program.open_screen(item.goes_to)
        else:
            self.action_tick()

    def on_checklist_list_pressed(self, event: ChecklistList.Pressed) -> None:
        """Space, Left, Right."""
        if event.what:
            self.action_other(event.what)
        else:
            self.action_tick()

    def action_other(self, step: int) -> None:
        """To the submission before or after."""
        if self.page is None:
            return
        place = self.page.place + step
        if 0 <= place < len(self.page.others):
            self._month, self._attempt = self.page.others[place]
            self.say("")
            self.read(hold=True)
        else:
            self.say("There is no further one to look at.", "notice")

    def action_tick(self) -> None:
        """Tick the chosen item, asking what is to be entered; reopen it when it is ticked."""
        item = self.list.current
        if item is None:
            return
        if item.state == "waits" and item.check in OF_WHAT_LEFT:
            self.say("This is told of a return that has left: tick the upload before it.", "notice")
        elif item.by == "data" or item.state == "not needed":
            self.say("The data tick this: mend what it says." if item.by == "data" else item.told, "notice")
        elif item.state == "done":
            self._ask(f"Reopen: {item.title}", [], [Asked("reason", "Reason")], ("reopen", item.id), self.page)
        elif item.check == "figures":
            asked = [Asked(key, name.capitalize()) for key, name in NAMES.items()]
            about = ["As the portal shows them, such as 98.4. They are compared with our own estimate."]
            self._ask(item.title, about, asked, ("tick", item.id), self.page, entered)
        elif item.asks:
            asked = [Asked(name, name.capitalize(), optional=True) for name in item.asks]
            self._ask(item.title, [item.help], asked, ("tick", item.id), self.page)
        elif item.check == "uploaded" and self.page is not None:
            its, page = item.id, self.page
            whose, seen = self._about(page), page.seen
            self.program.in_store(
                lambda store: Acts(store, *whose).said_before(its, seen),
                on_done=lambda said: self._ask_sent(said, its, page),
                hold=True,
            )
        else:
            self._act("tick", item.id, {}, self.page)

    def _ask_sent(self, said: str, item: str, page: ChecklistPage) -> None:
        """Tick the upload; where something is to be `said` of what would so be marked as sent, that is asked first."""
        if not said:
            self._act("tick", item, {}, page)
            return

        def sure(letter: str | None) -> None:
            if letter == "s":
                self._act("tick", item, {}, page)

        self.app.push_screen(Confirm("Mark as sent?", [said], [Answer("s", "That very file was sent")]), sure)

    def action_correct(self) -> None:
        """Another attempt of this month."""
        if self.page is not None:
            about = ["The attempt before is kept as it is. The correction gets a checklist of its own."]
            title = f"A correction of {self.page.entry.submission}"
            self._ask(title, about, [Asked("reason", "Reason")], ("correct", ""), self.page)

    def action_drop(self) -> None:
        """The latest attempt was begun by mistake."""
        if self.page is not None:
            month = self.page.entry.submission
            about = ["The latest attempt goes, the one before counts again. What was ticked in it is kept apart."]
            title = f"Drop what was begun of {month}"
            self._ask(title, about, [Asked("reason", "Reason")], ("drop", ""), self.page)

    def action_elsewhere(self) -> None:
        """It was sent, but not from here."""
        if self.page is not None:
            about = ["It counts as sent, and has no list here. Space on the upload takes that back."]
            asked = [Asked("how", "From where", "")]
            title = f"{self.page.entry.submission} was sent from elsewhere"
            self._ask(title, about, asked, ("elsewhere", ""), self.page)

    def action_nil(self) -> None:
        """There is nobody to report; where there is somebody, that is asked first, for another key than Enter."""
        page = self.page
        if page is None:
            return
        whose = self._about(page)
        self.program.in_store(
            lambda store: Acts(store, *whose).said_of_nil(),
            on_done=lambda said: self._ask_nil_of(said, page),
            hold=True,
        )

    def _ask_nil_of(self, said: str, page: ChecklistPage) -> None:
        if not said:
            self._ask_nil(page)
            return

        def sure(letter: str | None) -> None:
            if letter == "n":
                self._ask_nil(page)

        title = f"A nil return for {page.entry.submission}?"
        self.app.push_screen(Confirm(title, [said], [Answer("n", "There is nobody to report all the same")]), sure)

    def _ask_nil(self, page: ChecklistPage) -> None:
        about = ["There is nobody to report: what a nil return does not need is left out of the checklist."]
        asked = [Asked("reason", "Reason", "nobody to report")]
        title = f"A nil return for {page.entry.submission}"
        self._ask(title, about, asked, ("declare_nil", ""), page)

    def _ask(
        self,
        title: str,
        about: list[str],
        asked: list[Asked],
        what: tuple[str, str],
        page: ChecklistPage | None,
        check: Check | None = None,
    ) -> None:
        """Ask for what an act on an item needs, and do it on the page that was in sight."""
        if page is None:
            return
        dialog = Asking(title, about, asked, check, ("checklist", self.program.agency.id, page.entry.submission, what))

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._act(*what, texts, page, dialog.refused)

        self.app.push_screen(dialog, answered)

    def _act(
        self,
        act: str,
        item: str,
        texts: Mapping[str, str],
        page: ChecklistPage | None,
        refused: NotDone | None = None,
    ) -> None:
        """Do it on what was in sight when the key was pressed, and of its month, whatever is shown by now."""
        if page is None:
            return
        app, about, seen = self.program, self._about(page), page.seen
        values = dict(texts)
        app.in_store(
            lambda store: do(store, about, act, item, values, seen),
            on_done=self._acted,
            on_problem=refused,
            writes=True,
            hold=True,
        )

    def _about(self, page: ChecklistPage) -> "tuple[AgencyInfo, Standard, CalendarEntry, str, date, datetime]":
        """Whose checklist, of which submission, who acts, and when."""
        app = self.program
        return app.agency, app.standard, page.entry, app.person, app.today(), app.clock()

    def _acted(self, told: tuple[str, bool]) -> None:
        sentence, latest = told
        self.say(sentence, "ok")
        if latest:
            self._attempt = None
        self.read(hold=True)


def _cut(lines: list[str], most: int) -> list[str]:
    """So many lines; what is left out is seen to be."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-2].rstrip()} …"]
