"""The portal's list of what it refused, pasted in: each of its lines leads to the record and field it means."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from textual import events
from textual.message import Message
from textual.widget import Widget

from exporters.checks.bounce import Bounce
from exporters.checks.bounces import read_bounces, text_of_list
from store.disk.user import path_typed
from store.facts import AgencyInfo, ExtractInfo
from store.month import bounce_lists, extracts
from store.month.facts import BounceList
from store.snapshot import Snapshot
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.session.wording import when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking, NotDone
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, counted

SCOPE = SCREENS["bounces"].scope
COLUMNS = (
    Column("Line", 7, "", True),
    Column("Client", 12),
    Column("Field", 10),
    Column("Since", 7),
    Column("The list says", 0),
)
Standing = tuple[str, tuple[str, bool], BounceList | None, list[ExtractInfo]]
"""Of the extract that is shown: its id, what was shown of its list, the list as it is kept; and all extracts."""
NOWHERE, DOUBTFUL, CHANGED = "-", "?", "changed"
HELP = """
 Paste the {portal}'s list here, one fault a line: line numbers or identifiers
 of the extract, with whatever stands beside them; or type it, or read a file."""
REGISTRY.add(
    action("bounces.type", "n", "Type", "Type line numbers or identifiers", SCOPE, "type_in", bar=True),
    action("bounces.file", "o", "File", "Read the list from a file", SCOPE, "from_file", bar=True),
    action("bounces.extract", "x", "Extract", "Another extract: the one before", SCOPE, "extract", bar=True),
    action(
        "bounces.rows",
        "r",
        "Rows",
        Sentence("The list counts {rows} of data, or lines of the file"),
        SCOPE,
        "rows",
        bar=True,
    ),
    action("bounces.move", "m", "Move", "What was pasted last is of this extract", SCOPE, "move"),
    action("bounces.clear", "delete", "Clear", "Forget the list, to begin another", SCOPE, "clear"),
)


class BounceTable(PagedTable):
    """The lines; what is pasted on it is more of the list."""

    class Pasted(Message):
        """Text was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        """Line ends count here: a line is a fault."""
        event.stop()
        self.post_message(self.Pasted(event.text))


class BouncesScreen(StoreScreen[None]):
    """The extract meant, the lines of the list, all of the chosen one."""

    scope = "bounces"
    heading = "Bounce list"
    DEFAULT_CSS = "BouncesScreen TextPage { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        self.text, self.rows = "", False
        self.bounces: list[Bounce] = []
        self.extracts: list[ExtractInfo] = []
        self.at = 0
        # Of which extract, and what was pasted last: it may be meant for another one.
        self._pasted: tuple[ExtractInfo, str] | None = None
        self._opened: int | None = None
        self._is_away = False
        self._refresher: Refresher[Standing] = Refresher(self, self._question, self._stands)
        self.about = TextLine(id="about")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2))

    def body(self) -> Iterable[Widget]:
        """What to do, which extract, the lines, all of one."""
        self.table = BounceTable(
            COLUMNS,
            lambda: len(self.bounces),
            lambda offset, limit: [self._row(at) for at in range(len(self.bounces))[offset : offset + limit]],
            lambda at: at if isinstance(at, int) and at < len(self.bounces) else None,
            "Nothing is pasted yet.",
        )
        yield TextPage(self.program.terms.say(HELP).split("\n"))
        yield self.about
        yield self.table
        yield from self.details

    def on_mount(self) -> None:
        """Which extracts there are: the last one sent is meant, unless a list is kept of one written since."""
        self.table.focus()
        agency = self.program.agency
        self.program.read(lambda snapshot: _kept(snapshot, agency), on_done=self._know, hold=True)

    def _know(self, found: tuple[list[ExtractInfo], list[BounceList]]) -> None:
        self.extracts, lists = found
        kept = _meant(self.extracts, lists)
        if kept is not None:
            self.at = [one.id for one in self.extracts].index(kept.extract_id)
            self._show_kept(kept)
        else:
            self._tell()
        others = list(dict.fromkeys(one.submission for one in lists if one is not kept))
        if others:
            self.say(f"Lists are kept of other extracts, too ({', '.join(others)}): x goes there.", "notice")

    def _show_kept(self, kept: BounceList) -> None:
        """The list as it stands, and how it counts, whoever said so."""
        self.text, self.rows = kept.text, kept.counts_rows
        self._tell()
        self._read()

    def on_screen_resume(self) -> None:
        """Back from a record: what was changed meanwhile is marked."""
        if self.is_attached and self._is_away:
            self._is_away = False
            self._read()
            self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5: the list as it is kept now, whoever added to it, forgot it, or took somebody out of it for good."""
        if self.extracts:
            self._refresher.read()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody did something; what is done here is shown already."""
        if not event.own:
            self.action_refresh_data()

    def _question(self) -> Question[Standing]:
        agency, its, shown = self.program.agency, self.extracts[self.at].id, (self.text, self.rows)
        return lambda snapshot: (its, shown, bounce_lists.one(snapshot, agency, its), _extracts(snapshot, agency))

    def _stands(self, found: Standing) -> None:
        its, shown, kept, listed = found
        if (its, shown) != (self.extracts[self.at].id, (self.text, self.rows)):
            self._refresher.read()  # the answer is older than what was done here meanwhile
            return
        self._know_extracts(listed)
        if kept is not None and kept.text.strip():
            if (kept.text, kept.counts_rows) != shown:
                self._show_kept(kept)
        elif self.text:
            self._nothing_left()
            self.say("Somebody else took this list away.", "notice")

    def _know_extracts(self, listed: list[ExtractInfo]) -> None:
        """Somebody wrote one meanwhile, or said that one was sent."""
        before, shown = self.extracts[0].id, self.extracts[self.at].id
        if shown not in [one.id for one in listed]:
            return
        self.extracts, self.at = listed, [one.id for one in listed].index(shown)
        self._tell()
        first = listed[0]
        if first.id not in (before, shown) and first.is_sent:
            self.say(f"An extract of {first.submission} was sent meanwhile: x goes there.", "notice")

    def _tell(self) -> None:
        if not self.extracts:
            self.about.show((" No extract was written yet: there is nothing a list could speak of.", "warning"))
            return
        its = self.extracts[self.at]
        state = (
            f"sent {when(its.sent_at, self.program.today())}" if its.is_sent and its.sent_at else "not marked as sent"
        )
        terms = self.program.terms
        counts = terms.say("first {row} is 1") if self.rows else "headings are line 1"
        size = counted(its.rows, terms.say("{row}"))
        self.about.show((f" Extract of {its.submission}, {size}, {state}; {counts}.", "text"))

    # The list comes in

    def on_bounce_table_pasted(self, event: BounceTable.Pasted) -> None:
        """More of the list."""
        self.take(event.text)

    def take(self, text: str, refused: NotDone | None = None) -> None:
        """Keep lines at the end of the list, then show what all of it means; what is not kept is not shown. `refused`
        is told why they are not."""
        if not text.strip():
            return
        if not self.extracts:
            self._read()
            return
        agency, its, rows = self.program.agency, self.extracts[self.at], self.rows

        def added(kept: BounceList) -> None:
            self._pasted = its, text
            self._show_kept(kept)

        self.program.write(
            lambda unit: bounce_lists.add(unit, agency, its, text, counts_rows=rows),
            on_done=added,
            on_problem=refused or self._not_taken,
            hold=True,
        )

    def _not_taken(self, problem: Problem) -> None:
        self.say(f"Nothing of it is taken into the list: {problem.told(self.program.terms)}", "error")

    def _read(self) -> None:
        if not self.extracts:
            self.say("No extract was written yet: there is nothing a list could speak of.", "warning")
        elif self.text.strip():
            self._find(self.text, self._came)

    def _find(self, text: str, came: Callable[[list[Bounce]], None]) -> None:
        args = (self.program.agency, self.program.standard, self.extracts[self.at].id, text, self.rows)
        self.program.read(lambda snapshot: _found(snapshot, *args), on_done=came, hold=True)

    def _came(self, found: list[Bounce], problem: Problem | None = None) -> None:
        before, at = self.bounces, self.table.cursor
        self.bounces, self._opened = found, _place(before, self._opened, found)
        self.table.reload()
        place = _place(before, at, found)
        self.table.go(at if place is None else place, quiet=True)
        self.on_line_list_moved()  # with what is said below, not a frame later
        if problem is not None:
            self.say(problem.sentence, "warning")
            return
        lost, doubtful = sum(not one.leads for one in found), sum(bool(one.doubt) for one in found)
        changed = sum(one.changed for one in found)
        told = f"{counted(len(found), 'line')}, {len(found) - lost:,} lead to a record"
        parts = [f"{lost:,} do not, marked {NOWHERE}"] if lost else []
        parts += [f"{doubtful:,} may mean another, marked {DOUBTFUL}"] if doubtful else []
        parts += [f"{changed:,} changed since"] if changed else []
        self.say(f"{'; '.join([told, *parts])}.", "notice" if lost or doubtful else "ok")

    def action_type_in(self) -> None:
        """`n`: a line typed."""

        about = ["A line number, or an identifier, and what stands beside it: a header, a rule."]
        title = self.program.terms.say("A line of the {portal}'s list")
        asking = Asking(title, about, [Asked("line", "Line")], of=("bounces.type", self.program.agency.id))

        def typed(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self.take(texts["line"], asking.refused)

        self.app.push_screen(asking, typed)

    def action_from_file(self) -> None:
        """`o`: a file on this machine."""

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                path = path_typed(texts["path"])
                self.program.read(lambda snapshot: text_of_list(path), on_done=self.take, hold=True)

        about = ["A text or CSV file on this machine, one fault a line."]
        title = self.program.terms.say("The {portal}'s list")
        self.app.push_screen(Asking(title, about, [Asked("path", "File")]), named)

    def action_extract(self) -> None:
        """`x`: the extract before; after the first one the latest again. Each has a list of its own."""
        if len(self.extracts) < 2:
            self.say("There is no other extract yet.")
            return
        self.at = (self.at + 1) % len(self.extracts)
        agency, its = self.program.agency, self.extracts[self.at]
        self._tell()
        self.program.read(
            lambda snapshot: bounce_lists.one(snapshot, agency, its.id),
            on_done=self._other,
            hold=True,
        )

    def _other(self, kept: BounceList | None) -> None:
        """The list of the other extract. What was pasted last stays where it is: one may only look."""
        if kept is not None:
            self._show_kept(kept)
        else:
            self._nothing_left()
            self.say("")
        if self._pasted is not None and self._pasted[0].id != self.extracts[self.at].id:
            self.say(f"What was pasted last is of {self._pasted[0].submission}: m brings it over.", "notice")

    def action_move(self) -> None:
        """`m`: what was pasted last, into the list of another extract, is of this one."""
        its = self.extracts[self.at] if self.extracts else None
        if its is None or self._pasted is None or self._pasted[0].id == its.id:
            self.say("What was pasted last, if anything, is in this list already.", "notice")
            return
        agency, (before, lines) = self.program.agency, self._pasted

        def moved(kept: BounceList) -> None:
            self._pasted = its, lines
            self._show_kept(kept)

        self.program.write(
            lambda unit: bounce_lists.move(unit, agency, before.id, its, lines), on_done=moved, hold=True
        )

    def action_rows(self) -> None:
        """`r`: count from the first row of data, or from the headings; once that is kept."""
        agency, rows = self.program.agency, not self.rows
        its = self.extracts[self.at] if self.extracts else None

        def counted_so(_: None) -> None:
            self.rows = rows
            self._tell()
            self._read()

        if its is not None:
            self.program.write(
                lambda unit: bounce_lists.count_from(unit, agency, its, counts_rows=rows), on_done=counted_so, hold=True
            )

    def action_clear(self) -> None:
        """Delete: ask, then begin anew."""
        if not self.extracts or not self.text:
            return
        agency, its, seen = self.program.agency, self.extracts[self.at], self.text

        def answered(letter: str | None) -> None:
            if letter == "f":
                self.program.write(
                    lambda unit: bounce_lists.forget(unit, agency, its.id, seen),
                    on_done=self._forgotten,
                    on_problem=partial(self._overtaken, its),
                    hold=True,
                )

        many = f"{len(self.bounces):,} lines"
        lines = [f"The list of {its.submission}, {many}, is kept for all who work for this agency."]
        self.app.push_screen(Confirm("The bounce list", lines, [Answer("f", "Forget it")]), answered)

    def _forgotten(self, done: None) -> None:
        self._nothing_left()
        self.say("The list is forgotten.", "ok")

    def _nothing_left(self) -> None:
        self.text, self.bounces, self._opened = "", [], None
        self.table.reload()

    def _overtaken(self, its: ExtractInfo, problem: Problem) -> None:
        """Nothing was taken away, for somebody else changed the list of an extract: show that one."""
        self.say(problem.sentence, "warning")
        agency = self.program.agency

        def came(kept: BounceList | None) -> None:
            self.at = next((at for at, one in enumerate(self.extracts) if one.id == its.id), self.at)
            if kept is not None:
                self.text, self.rows = kept.text, kept.counts_rows
            self._tell()
            if kept is not None:
                self._find(self.text, lambda found: self._came(found, problem))

        self.program.read(lambda snapshot: bounce_lists.one(snapshot, agency, its.id), on_done=came, hold=True)

    # Showing

    def _row(self, at: int) -> Row:
        one = self.bounces[at]
        client = one.reference or ("?" if one.leads else NOWHERE)
        line = f"{one.line or ''}{DOUBTFUL if one.doubt else ''}"
        return at, line, client, one.field, CHANGED if one.changed else "", one.text

    def on_line_list_moved(self) -> None:
        """Another line: where it leads, or why nowhere."""
        one = self._current()
        lines = ["", ""]
        if one is not None:
            field = self.program.standard.by_header.get(one.field)
            where = [one.reference, field.label if field else ""]
            which = self.program.terms.say("{Episode} {id}", id=one.episode)
            # What else it may be is said before the way there: it decides whether to go.
            doubt = f"{one.doubt[0].upper()}{one.doubt[1:]}. " if one.doubt else ""
            leads = f"{doubt}{', '.join(part for part in where if part)}. Enter goes there. {which}"
            lines = [f" {one.text}", f" {leads}" if one.leads else f" Leads nowhere: {one.why_not}."]
        for line, text in zip(self.details, lines, strict=True):
            line.show((text, "panel"))

    def _current(self) -> Bounce | None:
        at = self.table.cursor
        return self.bounces[at] if at < len(self.bounces) else None

    def on_line_list_chosen(self) -> None:
        """Enter: the record, at the field."""
        one = self._current()
        if one is not None and one.leads:
            self._open(one)
        elif one is not None:
            self.say(f"That line leads nowhere: {one.why_not}.", "notice")

    def _open(self, one: Bounce) -> None:
        self._opened, self._is_away = self.bounces.index(one), True
        self.program.open_client(one.client_id, one.episode_id, one.event_id, one.field)

    def action_next_finding(self) -> None:
        """F8: the record of the next line that nobody saw to yet."""
        self._walk(1)

    def action_previous_finding(self) -> None:
        """F7: the one before."""
        self._walk(-1)

    def _walk(self, step: Literal[1, -1]) -> None:
        at = self.table.cursor
        # The line one stands on counts, unless one was there already.
        at += step if at == self._opened else 0
        while 0 <= at < len(self.bounces):
            one = self.bounces[at]
            if one.leads and not one.changed:
                self.table.go(at)
                self._open(one)
                return
            at += step
        self.say("No more lines this way that lead to a record not changed since.", "ok")


def _kept(snapshot: Snapshot, agency: AgencyInfo) -> tuple[list[ExtractInfo], list[BounceList]]:
    listed = _extracts(snapshot, agency)
    ids = {one.id for one in listed}
    return listed, [one for one in bounce_lists.listed(snapshot, agency) if one.extract_id in ids]


def _extracts(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractInfo]:
    """The last one sent first, then all, the latest first."""
    known = [replace(one, receipt={}) for one in extracts.listed(snapshot, agency)[::-1]]
    last = next((one for one in known if one.is_sent), None)
    return sorted(known, key=lambda one: one is not last)


def _meant(listed: Sequence[ExtractInfo], lists: Sequence[BounceList]) -> BounceList | None:
    """The list that was last added to, of the last extract sent or one written since: what comes now is no more about
    one before it."""
    since = {one.id for one in listed if not listed[0].is_sent or one.made_at >= listed[0].made_at}
    return next((one for one in lists if one.extract_id in since), None)


def _place(before: Sequence[Bounce], at: int | None, found: Sequence[Bounce]) -> int | None:
    """Where a line stands now, None where it is gone: lines above it may have gone, of somebody who was removed."""
    if at is None or at >= len(before):
        return None
    text = before[at].text
    alike = [row for row, one in enumerate(found) if one.text == text]
    above = sum(one.text == text for one in before[:at])
    return alike[min(above, len(alike) - 1)] if alike else None


def _found(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract_id: str, text: str, rows: bool
) -> list[Bounce]:
    return read_bounces(snapshot, agency, standard, extract_id, text, headings_are_line_1=not rows)
