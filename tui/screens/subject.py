"""What a client may ask for: all that is held, handed out as a page; and removal, once two people agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exporters.subject import everything, removal
from exporters.subject.elsewhere import HeldElsewhere
from exporters.subject.removal import Removed
from exporters.work import Work
from store.disk.files import refuse_taken
from store.disk.user import home, path_typed, service_account
from store.facts import AgencyInfo, RemovalInfo, RemovalReason
from store.records import read
from store.records import removal as stored
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import StoredTableScreen, TableContents
from tui.session.handed_out import OF_OTHERS, form_of, told
from tui.session.looks import note_looks
from tui.session.wording import client_name
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.paged_table import Column, Row
from tui.widgets.text_page import PageScreen
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.model import Standard

SCOPE = SCREENS["subject"].scope
COLUMNS = (Column("State", 11), Column("Client", 16), Column("Since", 12), Column("What", 0))
LETTERS: dict[str, RemovalReason] = {"w": "withdrawal", "r": "retention"}
PAGE_NAME = "everything.html"
REGISTRY.add(
    action("subject.filter", "slash", "Filter", "Only lines with these words", SCOPE, "filter", bar=True),
    action(
        "subject.write",
        "w",
        "Write file",
        "All that is held as a file, to be handed out: a page, text or JSON",
        SCOPE,
        "write",
        bar=True,
    ),
    action("subject.ask", "a", "Ask removal", "Ask that the client be removed for good", SCOPE, "ask", bar=True),
    action("subject.confirm", "c", "Confirm", "Remove the client, as another person asked", SCOPE, "confirm", bar=True),
    action("subject.back", "t", "Take back", "Take back that a removal was asked for", SCOPE, "take_back", bar=True),
    action("subject.years", "y", "Years", "For how many years after closure clients are kept", SCOPE, "years"),
)


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One client of the list: where his removal stands, since when, and what is told of it."""

    client_id: str
    state: str
    name: str
    since: str
    what: str
    info: RemovalInfo | None = None


def _lines(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, today: date, client_id: str
) -> TableContents[SubjectLine]:
    """In a thread: where removals stand, and the lines; the client one came from first."""
    state = removal.state(snapshot, agency, today)
    lines = []
    if client_id:
        name = client_name(standard, read.get(snapshot, "client", client_id).values)
        waits = stored.waiting(snapshot, client_id)
        what = removal.told_state(waits) if waits else "Enter shows all that is held; nobody asked for removal"
        lines.append(SubjectLine(client_id, "this client", name, "", what, waits))
    for info in state.asked:
        if info.is_open and info.client_id == client_id:
            continue
        reference = removal.reference_of(snapshot, info.client_id)
        word = "waits" if info.is_open else "removed" if info.confirmed_at else "taken back"
        told = removal.told_state(info)
        line = SubjectLine(info.client_id, word, reference, f"{local_day(info.asked_at):%d %b %Y}", told, info)
        lines.append(line)
    for one in state.due:
        if one.client_id != client_id:
            what = f"closed on {one.closed:%d %b %Y}, kept long enough"
            name = f"{one.reference} {one.initials}".strip()
            lines.append(SubjectLine(one.client_id, "due", name, f"{one.due:%d %b %Y}", what))
    order = {"this client": 0, "waits": 1, "due": 2}
    kept = f"for {removal.told_years(state.years)} after closure" if state.years else "without an end (y sets one)"
    about = f"Kept {kept}: {len(state.due):,} due, {len(state.waiting):,} waiting. Nothing goes by itself."
    lines.sort(key=lambda one: order.get(one.state, 3))
    return TableContents(lines, about, "Nobody is due, nothing was asked for.")


class SubjectScreen(StoredTableScreen[SubjectLine]):
    """Who is due, what was asked for, and the client one came from; Enter shows all that is held about one."""

    scope = "subject"
    heading = "Held and removed"

    columns = COLUMNS

    def __init__(self, client_id: str = "") -> None:
        super().__init__()
        self._client_id = client_id

    def question(self) -> Callable[[Snapshot], TableContents[SubjectLine]]:
        """Where removals stand."""
        app = self.program
        agency, standard, today, client_id = app.agency, app.standard, app.today(), self._client_id
        return lambda snapshot: _lines(snapshot, agency, standard, today, client_id)

    def key_of(self, one: SubjectLine) -> object:
        """A client, and the removal that was asked for."""
        return one.client_id, one.info.id if one.info else ""

    def text_of(self, one: SubjectLine) -> str:
        """All of the line."""
        return f"{one.state} {one.name} {one.since} {one.what}"

    def row_of(self, one: SubjectLine) -> Row:
        """As it was read."""
        return one.state, one.name, one.since, one.what

    def told_of(self, one: SubjectLine) -> tuple[str, ...]:
        """Who and since when, and all that a column may cut."""
        return f"{one.state} {one.name} {one.since}", one.what

    def _there(self) -> SubjectLine | None:
        """The current line, if its client is still there; else that is said."""
        one = self.current
        if one is None or (one.info is not None and one.info.confirmed_at is not None):
            self.say("That client was removed: nothing is held any more." if one else "Choose a client first.")
            return None
        return one

    # All that is held

    def on_line_list_chosen(self) -> None:
        """Enter: all that is held about the client, to be read here."""
        one = self._there()
        if one is not None:
            note_looks(self.program, [one.client_id])
            self.program.read(self._everything_of(one), on_done=self._show, hold=True)

    def _everything_of(self, one: SubjectLine) -> Callable[[Snapshot], everything.Everything]:
        """What reads, in a thread, all that is held about a client."""
        app = self.program
        work, person, at = Work(app.agency, app.standard, app.today()), app.person, app.clock()
        return lambda snapshot: everything.everything(snapshot, work, one.client_id, person, at)

    def _show(self, found: everything.Everything) -> None:
        self.app.push_screen(PageScreen("All that is held", list(everything.text_lines(found))))

    def action_write(self) -> None:
        """`w`: as a file of one's own, a page, text or JSON by the end of its name."""
        one = self._there()
        if one is None:
            return
        account = service_account(self.program.opened_store.path)
        about = [
            "Every value with its label. The end of the name says in which form: .html one page without scripts, .txt"
            " text to read, .json for another program.",
            "Only you can read the file.",
            OF_OTHERS,
        ]
        if account:
            about[1] = (
                "The folder has to be one that gives its group what is written there, of a group of yours: who set"
                " Keywork up knows it. `keywork client everything - --html` gives it out, too."
            )

        def came(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._write(one, path_typed(texts["file"]))

        asked = Asked("file", "File on this host", str(home() / PAGE_NAME))
        dialog = Asking("Write all that is held", about, [asked], lambda texts: form_of(path_typed(texts["file"])))
        self.app.push_screen(dialog, came)

    def _write(self, one: SubjectLine, path: Path) -> None:
        app, job, client_id = self.program, self._everything_of(one), one.client_id
        form = form_of(path)
        note_looks(app, [client_id])

        def note(unit: UnitOfWork) -> None:
            refuse_taken(path)
            everything.give_out(unit, client_id)

        def write(snapshot: Snapshot) -> None:
            everything.write_file(told(job(snapshot), form), path)

        def noted(_: object) -> None:
            app.read(write, on_done=lambda _: self.say(f"Written: {path}", "ok"), hold=True)

        # Noted first: who may not give it out has no file of it, and no file is of which the history says nothing.
        app.write(note, on_done=noted, hold=True)

    # Removal

    def action_ask(self) -> None:
        """`a`: ask that the client be removed, and why."""
        one = self._there()
        if one is None:
            return
        app = self.program
        agency, standard, today, client_id = app.agency, app.standard, app.today(), one.client_id

        def ask(reason: RemovalReason, everywhere: bool | None) -> None:
            app.write(
                lambda unit: removal.ask(unit, agency, standard, client_id, reason, today, everywhere),
                on_done=self._asked,
                hold=True,
            )

        def answered(letter: str | None) -> None:
            if letter in LETTERS:
                reason = LETTERS[letter]
                app.read(
                    lambda snapshot: removal.elsewhere_of(snapshot, agency, standard, client_id),
                    on_done=lambda found: self._where(found, lambda everywhere: ask(reason, everywhere)),
                    hold=True,
                )

        lines = [
            one.name,
            "Another person (where there are roles, an administrator) confirms it; until then nothing goes.",
            removal.COPIES,
        ]
        answers = [Answer("w", "Consent was withdrawn"), Answer("r", "The time it is kept for is over")]
        self.app.push_screen(Confirm("Ask for removal: why?", lines, answers), answered)

    def _where(self, found: list[HeldElsewhere], ask: Callable[[bool | None], None]) -> None:
        """Where other agencies of the store have the same person: whether those records go, too."""
        if not found:
            ask(None)  # which is refused where a copy was made in this moment
            return

        def answered(letter: str | None) -> None:
            if letter in ("e", "h"):
                ask(letter == "e")

        answers = [Answer("e", "Everywhere: those records, too"), Answer("h", "Here alone: those stay")]
        self.app.push_screen(Confirm("Held elsewhere, too", [f"{one.told}." for one in found], answers), answered)

    def _asked(self, info: RemovalInfo) -> None:
        self.say("Asked: another person confirms it here, or takes it back.", "ok")
        self.action_refresh_data()

    def _waiting(self) -> RemovalInfo | None:
        one = self.current
        if one is None or one.info is None or not one.info.is_open:
            self.say("Nobody asked for the removal of this client: a does." if one else "Choose a client first.")
            return None
        return one.info

    def action_confirm(self) -> None:
        """`c`: what would go, then remove it."""
        info = self._waiting()
        if info is None:
            return
        app = self.program
        if info.asked_by == app.person:
            self.say("You asked for this removal: another person looks at it and confirms it.", "warning")
            return
        agency, standard = app.agency, app.standard
        app.read(
            lambda snapshot: removal.told_before(snapshot, agency, standard, info),
            on_done=lambda told: self._confirm(info, told),
            hold=True,
        )

    def _confirm(self, info: RemovalInfo, told: list[str]) -> None:
        app = self.program
        agency, standard, today = app.agency, app.standard, app.today()

        def answered(letter: str | None) -> None:
            if letter == "x":
                app.write(
                    lambda unit: removal.confirm(unit, agency, standard, info.id, today),
                    on_done=self._removed,
                    hold=True,
                )

        answers = [Answer("x", "Remove for good", destructive=True)]
        self.app.push_screen(Confirm("Remove this client?", [removal.told_state(info), *told], answers), answered)

    def _removed(self, done: Removed) -> None:
        if done.info.client_id == self._client_id:
            self._client_id = ""
        self.say("Removed.", "ok")
        self.action_refresh_data()
        self.app.push_screen(PageScreen("Removed", list(removal.told_removed(done))))

    def action_take_back(self) -> None:
        """`t`: what was asked is taken back."""
        info = self._waiting()
        if info is None:
            return

        def answered(letter: str | None) -> None:
            if letter == "t":
                app = self.program
                agency, standard = app.agency, app.standard
                app.write(
                    lambda unit: removal.take_back(unit, agency, standard, info.id),
                    on_done=self._taken_back,
                    hold=True,
                )

        answers = [Answer("t", "Take it back: the client is kept")]
        self.app.push_screen(Confirm("Take back?", [removal.told_state(info)], answers), answered)

    def _taken_back(self, info: RemovalInfo) -> None:
        self.say("Taken back: the client is kept.", "ok")
        self.action_refresh_data()

    def action_years(self) -> None:
        """`y`: for how long clients are kept."""
        agency = self.program.agency

        def ask(seen: int) -> None:
            def came(texts: Mapping[str, str] | None) -> None:
                if texts is not None:
                    years = _years(texts)
                    self.program.write(
                        lambda unit: stored.set_retention_years(unit, agency, years, seen),
                        on_done=lambda _: self.action_refresh_data(),
                        on_problem=dialog.refused,
                        hold=True,
                    )

            about = ["Whoever is closed for longer is listed as due. Nothing is removed by itself."]
            asked = Asked("years", "Years after closure, 0 for no end")
            dialog = Asking("How long clients are kept", about, [asked], _years, ("years kept", agency.id))
            self.app.push_screen(dialog, came)

        self.program.read(lambda snapshot: stored.retention_years(snapshot, agency), on_done=ask, hold=True)


def _years(texts: Mapping[str, str]) -> int:
    text = texts["years"].strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise Problem(f"Give a number of years from 1 to {stored.MOST_YEARS}, or 0 for no end.")
    return int(text)
