"""The receipt of an extract: what it holds, how to fetch it; mark it as sent, write it again, look at it."""

import os
import pwd
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.extracts import kept_files
from exporters.extracts.receipt import receipt_lines, state_of
from exporters.extracts.resend import fetch_lines, pipe_line, write_again
from exporters.formats.kept_text import KeptText
from exporters.month.checklist_acts import mark_sent, said_of_marking
from exporters.records.consent import told_of_taken_back
from exporters.work import Work
from store.disk.files import may
from store.disk.user import service_account
from store.facts import ExtractInfo, Who
from store.month import extracts
from store.month import sent as stored_sent
from tui.screens.extract.folders import ask_folder
from tui.screens.extract.queries import text_of
from tui.screens.extract.sheet import SheetScreen
from tui.session.program import StoreScreen
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.text_page import TextPage
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store


def _marked(store: "Store", work: Work, who: Who, extract_id: str) -> tuple[ExtractInfo, str]:
    """In a thread; the extract as it is then, and what is to be said of the day."""
    # Its checklist keeps what the data say at this moment.
    extract = store.ask(extracts.one, extract_id)
    said = mark_sent(store, work.agency, work.standard, extract, who.person, work.today, who.at)
    return store.ask(extracts.one, extract_id), said


def ways_to_fetch(path: Path) -> list[str]:
    """The ready-made commands for a file that is there; none for one that is not."""
    try:
        if not path.is_file():
            return []
    except OSError:
        return []
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # in no list of accounts: nobody could log in to fetch it
        return []
    return fetch_lines(path, user, socket.getfqdn(), os.environ)


class ReceiptPage(TextPage):
    """The receipt; what is copied is the line that fetches the file, which a narrow screen breaks."""

    line = ""

    def text_to_copy(self) -> str:
        """The scp line; all of the page where the file is not there."""
        return self.line or super().text_to_copy()


def _again(store: "Store", who: Who, work: Work, extract: ExtractInfo, folder: Path) -> tuple[Path, str]:
    """In a thread: note that it is written again, which not everybody may, then do it; where, and what is to say."""
    store.do(who, extracts.note_again, extract.id)
    told = store.ask(told_of_taken_back, work.agency, work.standard, extract)
    return store.ask(write_again, extract, folder), told


class ReceiptScreen(StoreScreen[None]):
    """One extract."""

    scope = "extract_receipt"
    heading = "Receipt"

    def __init__(self, extract: ExtractInfo) -> None:
        super().__init__()
        self.extract = extract
        self.file = Path(str(extract.receipt.get("file", extract.file_name)))
        self.taken_back = ""
        self.title = f"Receipt: {extract.file_name}"

    def body(self) -> Iterable[Widget]:
        """The page."""
        self.page = ReceiptPage()
        yield self.page

    def on_mount(self) -> None:
        """The page scrolls."""
        self.page.focus()
        self._show()
        work, extract = (self.program.agency, self.program.standard), self.extract
        self.program.read(lambda snapshot: told_of_taken_back(snapshot, *work, extract), on_done=self._told)

    def _told(self, taken_back: str) -> None:
        """What was taken back of consent since it was written stands above the ways to fetch it."""
        self.taken_back = taken_back
        if taken_back:
            self._show()

    def _show(self) -> None:
        lines = list(receipt_lines(self.extract, self.program.standard, self.taken_back))
        ways = ways_to_fetch(self.file) if self.file.is_absolute() else []
        self.page.line = ways[0] if ways else ""
        gone = ["", "  The file is no longer where it was written; F4 writes it again.", ""]
        told = gone if kept_files.place_of(self.extract) is None else []
        if line := self._through_a_pipe():
            self.page.line = line
            head = "# To fetch it, on your own machine (Ctrl+C here copies the line)"
            head += "" if _is_readable(self.file) else "; the file is not yours to read"
            told = ["", head, "", f"  {line}", ""]
        elif ways:
            head = "# To fetch it, on your own machine (Ctrl+C here copies the first line)"
            told = ["", head, "", *(f"  {way}" for way in ways), ""]
        # Right below the counts, above what may be a long list.
        at = next((at for at, line in enumerate(lines) if at and line.startswith("# ")), len(lines))
        self.page.show([*lines[:at], *told, *lines[at:]])

    def _through_a_pipe(self) -> str:
        """The line that fetches it where Keywork runs under an account for the service; else nothing."""
        store = self.program.opened_store.path
        account = service_account(store)
        people = self.program.person, account, socket.getfqdn()
        return pipe_line(self.extract, store, people, os.environ) if account else ""

    def _came(self, found: tuple[ExtractInfo, str]) -> None:
        self.extract, said = found
        self._show()
        if not said and self.extract.is_sent and kept_files.place_of(self.extract) is not None:
            said = "Its file is here still: Del in the list of what was written removes it."
            self.say(f"The extract is {state_of(self.extract)}. {said}", "ok")
            return
        self.say(f"The extract is {state_of(self.extract)}. {said}".strip(), "warning" if said else "ok")

    # Keys

    def action_sent(self) -> None:
        """F2: was it sent? Asked, since later mismatches are told against it."""
        app, extract = self.program, self.extract
        lines = [app.terms.say("Mark it once the {portal} has taken it. Later extracts are compared with it.")]
        answers = [Answer("s", "It was sent")]

        def came(letter: str | None) -> None:
            if letter == "s":
                work, who = Work(app.agency, app.standard, app.today()), Who(app.person, app.clock())
                app.in_store(
                    lambda store: _marked(store, work, who, extract.id), on_done=self._came, writes=True, hold=True
                )

        def ask(said: str) -> None:
            # Enter marks it all the same: the very file may have been sent, and Del takes it back.
            self.app.push_screen(Confirm("Mark as sent?", [said, *lines] if said else lines, answers, "s"), came)

        about = app.agency, app.standard, extract, app.person, app.today(), app.clock()
        app.in_store(lambda store: said_of_marking(store, *about), on_done=ask, hold=True)

    def action_take_back(self) -> None:
        """Del: it was not sent after all."""
        answers = [Answer("t", "Take it back: it was not sent")]

        seen = self.extract

        def came(letter: str | None) -> None:
            if letter == "t":
                self.program.write(
                    lambda unit: stored_sent.take_back(unit, seen.id, seen),
                    on_done=lambda info: self._came((info, "")),
                    on_problem=self._not_taken_back,
                    hold=True,
                )

        self.app.push_screen(Confirm("Take back?", ["Both marks are kept, with name and time."], answers), came)

    def _not_taken_back(self, problem: Problem) -> None:
        """Say why, and show the extract as it is by now: somebody else may have marked it."""
        self.say(problem.sentence, "error")
        id = self.extract.id

        def came(extract: ExtractInfo) -> None:
            self.extract = extract
            self._show()

        self.program.read(lambda snapshot: extracts.one(snapshot, id), on_done=came)

    def action_again(self) -> None:
        """F4: the same bytes, into a folder."""

        def write(folder: Path) -> None:
            program, extract = self.program, self.extract
            who = Who(program.person, program.clock(), program.session)
            work = Work(program.agency, program.standard, program.today())
            program.in_store(lambda store: _again(store, who, work, extract, folder), on_done=self._wrote, writes=True)

        about = [f"{self.extract.file_name}, byte for byte as it was written."]
        ask_folder(self, "Write it again", about, [self.extract], write)

    def _wrote(self, done: tuple[Path, str]) -> None:
        self.file, told = done
        self._show()
        self.say(f"Written: {self.file}" + (f". {told}." if told else ""), "warning" if told else "ok")

    def action_sheet(self) -> None:
        """F6: the file as a table."""
        app = self.program

        def came(text: KeptText) -> None:
            if self.is_attached:
                self.app.push_screen(SheetScreen(f"What was written: {self.extract.file_name}", text, app.standard))

        extract, standard = self.extract, app.standard
        app.read(lambda snapshot: text_of(snapshot, extract, standard), on_done=came)


def _is_readable(file: Path) -> bool:
    """Whether the person at work could open a file, which may be a service's account's, in a folder for staff."""
    try:
        return may(file, os.R_OK)
    except OSError:
        return False
