"""The extract: what will be written, what is left out and why, what changed and what would be denied; then write."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from textual.widget import Widget

from exporters.extracts.compare import Comparison
from exporters.extracts.mismatches import Mismatches
from exporters.extracts.receipt import KINDS, Receipt, told_of_kind, told_of_others, told_of_size
from exporters.extracts.submission_window import DUE
from exporters.formats.base import ExtractKind, extract_kind
from exporters.month.checklist import MISMATCHES, OUTSIDE
from exporters.work import Work
from store.facts import ExtractInfo, Who
from store.month import calendar, extracts
from tui.form.dates import show_date, typed_day
from tui.screens.extract.folders import ask_folder
from tui.screens.extract.items import ItemsScreen, changed, held_back, kept_out, left_out
from tui.screens.extract.mismatches import MismatchesScreen
from tui.screens.extract.queries import Gently, Looked, look, write
from tui.screens.extract.receipt import ReceiptScreen
from tui.screens.extract.sheet import SheetScreen
from tui.session.program import StoreScreen
from tui.session.store_access import StoreChanged
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.theme import MARKS
from validators.calendar.calendar import in_words
from validators.local_time import date_text
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import counted

# The lines of the first page: each tells one thing and leads on.

LABEL = 15
BETWEEN, DAY = "between", "YYYY-MM-DD"


@dataclass(frozen=True)
class ExtractLine:
    """A line: its label, what it tells, its severity, what Enter does, and how that is said."""

    label: str
    told: str
    severity: str = ""
    go: Callable[[], object] | None = None
    hint: str = ""


class Overview(LineList):
    """The lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[ExtractLine] = []

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.lines)

    def show(self, lines: Sequence[ExtractLine]) -> None:
        """Tell other lines; the place is kept."""
        self.lines = list(lines)
        self.go(self.cursor, quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def current(self) -> ExtractLine | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Mark, label, text."""
        one = self.lines[row]
        mark = MARKS[one.severity]
        return [
            (f" {mark} ", one.severity or "text"),
            (fit(one.label, LABEL) + " ", "heading"),
            (printable(one.told), one.severity or "text"),
        ]


# Which kind of extract is looked at, and what its schema says, where a data set has kinds and schemas.


def kind_lines(receipt: Receipt, ask: Callable[[], object]) -> Iterator[ExtractLine]:
    """The lines about them; none where there is one kind only."""
    if receipt.wanted is not None:
        told = f"{told_of_kind(receipt.wanted)}{told_of_others(receipt.unchanged)}"
        yield ExtractLine("Kind", told, go=ask, hint="Enter chooses another kind.")
    if receipt.validation is not None:
        wrong = bool(receipt.validation.count)
        told, hint = receipt.validation.told, ""
        if receipt.validation.is_stand_in:
            told += "; not validated against the official schema"
            hint = "The official one is not public: keywork standards install takes the site's own copy."
        yield ExtractLine(
            "Schema", told, "error" if wrong else "warning" if receipt.validation.is_stand_in else "ok", hint=hint
        )


def which_kind(standard: Standard, wanted: ExtractKind | None) -> Confirm:
    """The question which kind is looked at; Enter leaves it as it is."""
    now = wanted or extract_kind(standard)
    kinds = standard.submission.kinds
    letters = {kind: kind[0] for kind in kinds}
    answers = [Answer(letters[kind], KINDS.get(kind, kind)) for kind in kinds]
    return Confirm("Which kind of extract", [], answers, letters[now.kind] if now else "")


def which_days(standard: Standard, wanted: ExtractKind | None, today: date) -> Asking:
    """The dialog that asks for the days between which events are written."""
    now = [day for day in (wanted.start, wanted.end) if day] if wanted else []
    first, last = (show_date(f"{day}", DAY) for day in now) if len(now) == 2 else ("", "")
    asked = [Asked("from", "First day", first), Asked("to", "Last day", last)]
    return Asking(KINDS[BETWEEN], [], asked, lambda texts: kind_between(standard, texts, today))


def kind_between(standard: Standard, texts: Mapping[str, str], today: date) -> ExtractKind | None:
    """The kind with the days that were typed. Raises Problem for what is no day, and days the wrong way round."""
    first, last = typed_day("The first day", texts["from"], today), typed_day("The last day", texts["to"], today)
    return extract_kind(standard, BETWEEN, first, last)


class ExtractScreen(StoreScreen[None]):
    """One submission: the one given, else the one that is due."""

    scope = "extract"
    heading = "Extract"

    def __init__(self, submission: str = "", listed: str = "") -> None:
        """`listed` is the list that is opened once all is looked at: see `exporters.month.checklist.OUTSIDE`."""
        super().__init__()
        self.submission, self._listed = submission, listed
        self.looked: Looked | None = None
        self.wanted: ExtractKind | None = None
        self._looking = self._writing = False
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))

    def body(self) -> Iterable[Widget]:
        """The lines, and all of the chosen one."""
        self.overview = Overview()
        yield self.overview
        yield from self.details

    def on_mount(self) -> None:
        """Look."""
        self.overview.focus()
        self.action_refresh_data()

    # Looking

    def action_refresh_data(self) -> None:
        """F5: make the preview again."""
        if self._looking:
            return
        self._looking = True
        app = self.program
        self.say(f"Looking at every {self._word} ...")
        told = Gently(app, lambda count: self.say(f"Looking: {count:,} {self._word}s."))
        about = (app.agency, app.standard, self.submission, app.today(), told, self.wanted)
        app.read(lambda snapshot: look(snapshot, *about), on_done=self._looked, on_problem=self._failed)

    def _looked(self, found: Looked) -> None:
        self._looking = False
        self.looked, self.submission = found, found.entry.submission
        if self.is_attached:
            self.retitle(f"Extract {found.entry.title}, agency {self.program.agency.code}")
            self.overview.show(self.lines())
            self.say("", "")
            self._go_on()

    def _go_on(self) -> None:
        """To the list that somebody came for; where nothing stands in it any more, or somebody left, there is none."""
        listed, self._listed = self._listed, ""
        found = self.looked
        if found is None or self.app.screen is not self:
            return
        if listed == OUTSIDE and found.preview.receipt.kept_out:
            self._show_kept_out()
        elif listed == MISMATCHES and isinstance(found.mismatches, Mismatches) and found.mismatches.found:
            self._show_mismatches()

    @property
    def walked_return(self) -> str | None:
        """F8 from here walks what would be written here."""
        return (self.submission or DUE) if self.app.screen is self else None

    def _failed(self, problem: Problem) -> None:
        self._looking = self._writing = False
        self.say(problem.sentence, "error")

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved, or perhaps marked an extract as sent: what is shown may be old. It is not made again by
        itself, for it may be long."""
        if self.looked is None or self._looking:
            return
        if event.saved:
            self.say("Something was saved since: F5 looks again.", "notice")
            return
        agency = self.program.agency
        self.program.read(
            lambda snapshot: extracts.listed(snapshot, agency), on_done=self._told_of_written, on_problem=lambda _: None
        )

    def _told_of_written(self, written: list[ExtractInfo]) -> None:
        if self.looked is not None and not self._looking and written != self.looked.written:
            self.say("An extract was written, marked as sent or taken back since: F5 looks again.", "notice")

    # Telling

    @property
    def _word(self) -> str:
        """What the data set calls an episode."""
        return self.program.standard.word("episode")

    def lines(self) -> list[ExtractLine]:
        """What there is to tell."""
        found = self.looked
        if found is None:
            return []
        receipt, tally, entry = found.preview.receipt, found.preview.tally, found.entry
        period = f"{in_words(entry.period_start)} to {in_words(entry.period_end)}"
        covers = f"{period}; deadline {in_words(entry.deadline)}"
        lines = [ExtractLine("Covers", covers, go=self._to_calendar, hint=entry.told)]
        lines += [ExtractLine("Mind", sentence, "warning") for sentence in found.windows]
        lines += kind_lines(receipt, self._ask_kind)
        rows = told_of_size(self.program.standard, tally.rows, tally.episodes, tally.no_consent)
        quality = f"{tally.quality_text} (our estimate)"
        lines += [
            ExtractLine("Will be written", rows, go=self._sheet, hint="Enter shows the file as a table."),
            ExtractLine(
                "Load", f"{tally.load_percent} % (our estimate)", go=self._errors, hint="Enter goes to the errors."
            ),
            ExtractLine("Data quality", quality, go=self._warnings, hint="Enter goes to the warnings."),
            ExtractLine(
                "Standing",
                receipt.standing,
                "warning" if receipt.not_ready_because else "ok",
                self._findings,
                "Enter goes to the findings.",
            ),
            *self._kept_out(found),
            ExtractLine("Left out", self._left_out(found), go=self._show_left_out, hint="Enter lists them."),
            ExtractLine("Held back", self._held(found), go=self._show_held, hint="Enter lists them."),
            self._changes(found),
            self._mismatches(found),
            ExtractLine(
                "As text", receipt.file.name, go=self._as_text, hint="Enter shows the file as the text it will be."
            ),
            ExtractLine(
                "Write", "into a folder of your choice", go=self.action_write, hint="Enter asks for the folder."
            ),
            self._written(found),
        ]
        return lines

    def _kept_out(self, found: Looked) -> list[ExtractLine]:
        many = len(found.preview.receipt.kept_out)
        told = f"{counted(many, self._word)} kept out, or in part, by a date that is wrong"
        hint = "Left out with errors. Enter lists them; there F8 opens the next, each time you are back."
        return [ExtractLine("With errors", told, "error", self._show_kept_out, hint)] if many else []

    def _left_out(self, found: Looked) -> str:
        many = len(found.preview.receipt.left_out)
        reasons = len({one.why for one in found.preview.receipt.left_out})
        return f"{counted(many, self._word)}, for {counted(reasons, 'reason')}" if many else "nothing"

    def _held(self, found: Looked) -> str:
        held = found.preview.receipt.held_back
        waiting = sum(one.waits for one in held)
        told = [f"{waiting}, until the next submission"] if waiting else []
        if empty := len(held) - waiting:
            told.append(f"{counted(empty, 'event')} in which nothing is keyed")
        return "; ".join(told) or "nothing"

    def _changes(self, found: Looked) -> ExtractLine:
        if found.last is None:
            return ExtractLine("Changed", "nothing was written before", hint="There is nothing to compare with yet.")
        what = "sent" if found.last.is_sent else "written"
        since = f"since {found.last.submission}, {what} {date_text(found.last.sent_at or found.last.made_at)}"
        if isinstance(found.changes, str):
            return ExtractLine(
                "Changed", f"{since}: {found.changes}", "error", hint="Nothing is lost but the comparison."
            )
        episodes = ", ".join(f"{found.changes.count(one)} {one}" for one in ("new", "gone", "changed"))
        events = ", ".join(f"{found.changes.count(one, events=True)} {one}" for one in ("new", "gone", "changed"))
        told = f"{since}: {self._word}s {episodes}; events {events}"
        return ExtractLine("Changed", told, go=self._show_changes, hint="Enter lists them, field by field.")

    def _mismatches(self, found: Looked) -> ExtractLine:
        if isinstance(found.mismatches, str):
            return ExtractLine("Mismatches", found.mismatches, "error", hint="Nothing is lost but the comparison.")
        if found.mismatches.sent is None:
            return ExtractLine("Mismatches", "nothing was marked as sent yet", hint="There is nothing to deny yet.")
        counts = ", ".join(f"{found.mismatches.count(one)} {one}" for one in ("open", "confirmed", "explained"))
        told = f"{counts}, against {found.mismatches.sent.submission}"
        severity = "warning" if found.mismatches.open else "ok"
        return ExtractLine("Mismatches", told, severity, self._show_mismatches, "Enter lists them, each explained.")

    def _written(self, found: Looked) -> ExtractLine:
        if not found.written:
            return ExtractLine("Extracts", "none was written yet")
        last = found.written[-1]
        told = f"{len(found.written)}; the last of {last.submission}, {date_text(last.made_at)}, by {last.made_by}"
        return ExtractLine("Extracts", told, go=self.action_written, hint="Enter lists them with their receipts.")

    def on_line_list_moved(self) -> None:
        """All of the chosen line."""
        one = self.overview.current
        width = max(20, self.size.width - 2)
        texts = [*wrapped(f"{one.label}: {one.told}", width), *wrapped(one.hint, width)] if one else []
        for line, text in zip(self.details, [*texts, "", "", ""], strict=False):
            line.show((f" {text}", "panel"))

    def on_line_list_chosen(self) -> None:
        """Enter."""
        one = self.overview.current
        if one is not None and one.go is not None:
            one.go()

    # Going there

    def _to_calendar(self) -> None:
        self.program.open_screen("calendar")

    def _ask_kind(self) -> None:
        standard, today = self.program.standard, self.program.today()

        def chosen(letter: str | None) -> None:
            kind = next((one for one in standard.submission.kinds if one[0] == letter), "")
            if kind == BETWEEN:
                self.app.push_screen(which_days(standard, self.wanted, today), typed)
            elif kind:
                looks_at(extract_kind(standard, kind))

        def typed(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                looks_at(kind_between(standard, texts, today))

        def looks_at(wanted: ExtractKind | None) -> None:
            self.wanted = wanted
            self.action_refresh_data()

        self.app.push_screen(which_kind(standard, self.wanted), chosen)

    def _findings(self) -> None:
        self.program.open_screen("findings", submission=self.submission)

    def _errors(self) -> None:
        self.program.open_screen("findings", text="error", submission=self.submission)

    def _warnings(self) -> None:
        self.program.open_screen("findings", text="warning", submission=self.submission)

    def _sheet(self, as_text: bool = False) -> None:
        if self.looked is not None:
            preview = self.looked.preview
            title = f"What will be written: {preview.receipt.file.name}"
            self.app.push_screen(SheetScreen(title, preview.text, preview.standard, as_text))

    def _as_text(self) -> None:
        self._sheet(True)

    def _show_left_out(self) -> None:
        if self.looked is not None:
            items = left_out(self.looked.preview.receipt, self.program.standard)
            about = self.program.terms.say("{Episodes} that would not be written, and why; Enter goes to the record.")
            self.app.push_screen(ItemsScreen("Left out", about, items, "Nothing is left out."))

    def _show_kept_out(self) -> None:
        if self.looked is not None:
            items = kept_out(self.looked.preview.receipt, self.program.standard)
            about = (
                "Left out, or held back in part, by a wrong date; Enter goes to the field; back here F8 opens the next."
            )
            self.app.push_screen(ItemsScreen("Left out with errors", about, items, "Nothing is left out by an error."))

    def _show_held(self) -> None:
        if self.looked is not None:
            items = held_back(self.looked.preview.receipt, self.looked.preview.standard)
            about = "What waits for the next submission; Enter goes to the record."
            self.app.push_screen(ItemsScreen("Held back", about, items, "Nothing is held back."))

    def _show_changes(self) -> None:
        if self.looked is not None and isinstance(self.looked.changes, Comparison):
            items = changed(self.looked.changes, self.looked.preview.standard)
            about = "What would be another thing than in the last extract; Enter goes to the record."
            self.app.push_screen(ItemsScreen("Changed since the last extract", about, items, "Nothing changed."))

    def _show_mismatches(self) -> None:
        if self.looked is not None and isinstance(self.looked.mismatches, Mismatches):
            screen = MismatchesScreen(self.looked.preview, self.looked.mismatches, self._judged)
            self.app.push_screen(screen)

    def _judged(self, mismatches: Mismatches) -> None:
        """Something was confirmed, or taken back."""
        if self.looked is not None:
            self.looked.mismatches = mismatches
            self.looked.preview.receipt.mismatches = len(mismatches.open)
            self.overview.show(self.lines())

    def action_written(self) -> None:
        """F6."""
        from tui.screens.extract.history import HistoryOfExtracts

        self.app.push_screen(HistoryOfExtracts())

    def action_month(self) -> None:
        """F4: another submission."""

        def check(texts: Mapping[str, str]) -> None:
            self.program.opened_store.ask(calendar.of_agency, self.program.agency).entry(texts["month"])

        def came(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self.submission = texts["month"]
                self.action_refresh_data()

        asked = Asked("month", "Month that is reported, as 2020-12", self.submission)
        self.app.push_screen(Asking("Another submission", [], [asked], check), came)

    # Writing

    def action_write(self) -> None:
        """F2: ask for the folder, saying what is to be minded."""
        found = self.looked
        if found is None or self._writing:
            return
        receipt = found.preview.receipt
        lines = [f"The file will be called {receipt.file.name}. It is {receipt.standing}.", *found.windows]
        if isinstance(found.mismatches, Mismatches) and found.mismatches.open:
            lines.append(f"Mismatches that are open: {len(found.mismatches.open)}.")
        lines.append("Where a file of that name is there already, this one gets a number.")
        ask_folder(self, "Write the extract", lines, found.written, self._write)

    def _write(self, folder: Path) -> None:
        self._writing = True
        app = self.program
        told = Gently(app, lambda count: self.say(f"Writing: {count:,} {self._word}s."))
        self.say("Writing ...")
        work, submission, wanted = Work(app.agency, app.standard, app.today()), self.submission, self.wanted
        who = Who(app.person, app.clock())
        app.in_store(
            lambda store: write(store, work, submission, folder, who, progress=told, wanted=wanted),
            on_done=self._wrote,
            on_problem=self._failed,
        )

    def _wrote(self, extract: ExtractInfo) -> None:
        self._writing = False
        self.program.say(f"Written: {extract.file_name}", "ok")
        # Whoever went elsewhere meanwhile is not called back.
        if self.is_attached and self.app.screen is self:
            self.action_refresh_data()
            self.app.push_screen(ReceiptScreen(extract))
