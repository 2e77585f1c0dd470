"""Merging two clients who are one person, and undoing that."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widget import Widget

from exporters.records import save
from exporters.records.find import records_of
from exporters.records.merging import Pair, consequences, is_as_seen, merge_as_seen, pair, stays_told
from exporters.records.save import Merged
from store.clients import search
from store.facts import AgencyInfo, ClientQuery, ClientRow, ClientTree, MergeInfo, Resemblance
from store.records import merge, read
from store.snapshot import Snapshot
from tui.screens.client import labels
from tui.session.looks import note_looks
from tui.session.wording import value_told, when
from tui.widgets.base_screen import BaseModal, BaseScreen
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.filter_list import FilteredList
from tui.widgets.text import one_line
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView
    from tui.session.program import Program


# Two clients side by side: is this one person? From here to the other one, or on to merging.

LABEL, SIDE = 24, 26


def side_lines(standard: Standard, here: Values, episodes: Sequence[Values], there: ClientTree, why: str) -> list[str]:
    """Both clients as lines: the fields with a mark where they differ, then the episodes of each."""
    lines = [f"# {one_line('', LABEL)}  {one_line('This client', SIDE)} The other", f"  {why}" if why else ""]
    for header in standard.headers_by_level["client"]:
        one, other = value_told(standard, header, here), value_told(standard, header, there.client.values)
        if one or other:
            mark = " " if one == other else "≠"
            label = standard.by_header[header].label
            lines.append(
                f"{mark} {one_line(label, LABEL)}  {one_line(one or '-', SIDE)} {one_line(other or '-', SIDE)}".rstrip()
            )
    for title, its in (
        (standard.say("{Episodes} of this {client}"), episodes),
        (
            standard.say("{Episodes} of the other"),
            [one.episode.values for one in there.episodes if not one.episode.deleted],
        ),
    ):
        lines += ["", f"# {title}"]
        lines += [f"  {_episode(standard, values)}" for values in its] or ["  None"]
    return lines


def _episode(standard: Standard, values: Values) -> str:
    parts = []
    for role, word in (("opened", "from"), ("closed", "closed")):
        header = standard.role(role)
        if header and values.get(header):
            parts.append(f"{word} {value_told(standard, header, values)}")
    return ", ".join(parts) or "without a date"


class AlikePage(BaseScreen[None]):
    """This client beside those who may be the same, one at a time."""

    scope = "alike"
    heading = "Side by side"

    def __init__(self, opener: "ClientView", alike: Sequence[Resemblance]) -> None:
        super().__init__()
        self.opener, self.alike, self.at = opener, list(alike), 0
        self.page = TextPage()
        # The other client as the page has it, and the version of this one beside it; None while it is read.
        self.shown: tuple[ClientTree, int] | None = None

    def body(self) -> Iterable[Widget]:
        """Both."""
        yield self.page

    def on_mount(self) -> None:
        """The likeliest first."""
        self.page.focus()
        self.load()

    def load(self) -> None:
        """Read the other client, and show both."""
        one, self.shown = self.alike[self.at], None
        self.retitle(f"Side by side: {self.at + 1} of {len(self.alike)}")
        id = one.row.id
        note_looks(self.opener.program, [id])
        self.opener.program.read(
            lambda snapshot: _tree(snapshot, id), on_done=self._came, on_problem=self._not_read, hold=True
        )

    def _not_read(self, problem: Problem) -> None:
        """Nobody is shown rather than the one before, whom the title names no more."""
        self.page.show([])
        self.say(problem.sentence, "error")

    def _came(self, tree: ClientTree) -> None:
        case = self.opener.case
        self.shown = tree, case.client.version
        episodes = [held.values for held in case.episodes()]
        self.page.show(side_lines(case.standard, case.client.values, episodes, tree, self.alike[self.at].why))

    def action_walk(self, step: int) -> None:
        """F8, F7."""
        self.at = (self.at + step) % len(self.alike)
        self.load()

    def action_other(self) -> None:
        """F2: to the other client; what was typed here stays a draft."""
        other = self.alike[self.at].row.id
        program = self.opener.program
        self.dismiss()
        program.call_later(program.open_client, other)

    def action_merge(self) -> None:
        """F4: make the two one that the page shows."""
        self.opener.pairing.ask_to_merge(self, self.alike[self.at].row)


def _tree(snapshot: Snapshot, client_id: str) -> ClientTree:
    return read.tree(snapshot, client_id)


MOST = 50
FEW = 5
"""So many fields are named in the question; the page under it has all of them."""


class Pairing:
    """The merges of one client screen."""

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen

    def choose(self) -> None:
        """Ask who the other client is, then show both."""
        screen = self.screen
        if not self._is_saved():
            return

        def found(row: ClientRow | None) -> None:
            if row is not None:
                screen.app.push_screen(AlikePage(screen, [Resemblance(row, "")]))

        screen.app.push_screen(FindOther(screen.program, screen.client_id), found)

    def _is_saved(self) -> bool:
        unsaved = [held for held in self.screen.case.by_id.values() if held.is_changed or held.version == 0]
        if unsaved:
            self.screen.program.say("Save this client first: only what is saved can be merged.", "notice")
        return not unsaved

    def ask_to_merge(self, page: "AlikePage", row: ClientRow) -> None:
        """Look at both once more: what was sent of them, who types in them, and whether they are as the page has
        them."""
        if self.screen.form.locked:
            self.screen.program.say(self.screen.form.locked, "notice")
            return
        if page.shown is None or not self._is_saved():
            return
        there, version = page.shown
        screen, program = self.screen, self.screen.program
        agency, standard, client_id = program.agency, program.standard, screen.client_id

        def looked(both: Pair) -> None:
            if is_as_seen(both.other.tree, there) and both.keep.tree.client.version == version:
                self._ask_which(page, row, both)
            else:
                page.load()
                program.say("One of the two was changed meanwhile: this is how both stand now.", "warning")

        program.read(
            lambda snapshot: pair(snapshot, agency, standard, keep_id=client_id, other_id=row.id),
            on_done=looked,
            hold=True,
        )

    def _ask_which(self, page: "AlikePage", row: ClientRow, both: Pair) -> None:
        """Ask which one is kept before merging; the letters are no habit."""
        screen, program = self.screen, self.screen.program
        standard = program.standard
        name = f"{row.reference} {row.initials}".strip()
        here = labels.record_name(screen.case, screen.case.client)
        many = both.other.episodes
        lines = [standard.say("The {episodes} of {name} ({many}) go to {keeps}.", name=name, many=many, keeps=here)]
        if both.differing:
            told = ", ".join(standard.by_header[header].label for header in both.differing[:FEW])
            more = f" and {len(both.differing) - FEW} more" if len(both.differing) > FEW else ""
            lines.append(f"They differ in {told}{more}: what the one who is kept has stays.")
        lines += consequences(standard, both)
        lines.append("Nothing is lost: the other client is kept as deleted, and Split undoes the merge.")
        answers = [
            Answer("m", "Merge them"),
            Answer("o", f"The other way round: {name} is kept, and this one goes to it"),
        ]

        def merged(done: Merged) -> None:
            if page.is_current:
                page.dismiss()
            if done.tree.client.id == screen.client_id:
                self._take(done.tree, f"Merged with {name}; Split in the palette undoes it.")
            else:
                screen.dismiss()
                program.call_later(program.open_client, done.tree.client.id)

        def answered(letter: str | None) -> None:
            if letter in ("m", "o"):
                way = both if letter == "m" else both.turned
                program.write(lambda unit: merge_as_seen(unit, way), on_done=merged, hold=True)

        screen.app.push_screen(Confirm("Make the two one client?", lines, answers), answered)

    def ask_to_split(self) -> None:
        """Undo the latest merge of this client, into it or into another one."""
        screen, program = self.screen, self.screen.program

        def known(found: tuple[MergeInfo, list[str]] | None) -> None:
            if found is None:
                screen.say("Nobody was merged into this client.")
                return
            one, stays = found
            lines = [
                f"Merged by {one.merged_by} at {when(one.merged_at, program.today())}.",
                program.terms.say(
                    "The other {client} comes back with what it brought, as it stands now: {many}.",
                    many=program.terms.counted(len(one.moved), "episode"),
                ),
                *stays,
            ]

            def split(done: Merged) -> None:
                if done.tree.client.id == screen.client_id:
                    self._take(done.tree, "Split: the other client is back.")
                else:
                    screen.dismiss()
                    program.call_later(program.open_client, screen.client_id)

            def answered(letter: str | None) -> None:
                if letter == "s":
                    id = one.id
                    program.write(
                        lambda unit: save.split(unit, id),
                        on_done=split,
                        hold=True,
                    )

            screen.app.push_screen(Confirm("Undo the merge?", lines, [Answer("s", "Split them")]), answered)

        client_id, standard = screen.client_id, program.standard
        program.read(lambda snapshot: _latest(snapshot, standard, client_id), on_done=known, hold=True)

    def _take(self, tree: ClientTree, sentence: str) -> None:
        screen, case = self.screen, self.screen.case
        known = {one.id for one in records_of(tree)}
        went = [held for held in case.by_id.values() if held.version and held.id not in known]
        # What is new below it goes along, and is offered with it.
        gone = [one for held in went for one in case.remove(held)]
        typed = any(one.is_changed or not one.version for one in gone)
        screen.saving.take(tree, own=True)
        more = " What you typed in what went is kept as a draft." if typed else ""
        screen.say(f"{sentence}{more}", "warning" if typed else "ok")


class FindOther(BaseModal[ClientRow]):
    """Find a client by typing; dismissed with the one that Enter was pressed on."""

    DEFAULT_CSS = """
    FindOther { align: center top; }
    FindOther FilteredList { width: 90%; max-width: 76; height: 12; margin-top: 1; }
    """

    def __init__(self, program: "Program", own_id: str) -> None:
        super().__init__()
        self.program, self.own_id = program, own_id
        self.rows: dict[str, ClientRow] = {}

    def compose(self) -> ComposeResult:
        """The search and what it finds."""
        yield FoundClients(self)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FoundClients).current_id
        if chosen is not None:
            self.dismiss(self.rows[chosen])


class FoundClients(FilteredList):
    """What the store finds for the words typed; the keys wait for each answer, so that Enter means what is seen."""

    def __init__(self, page: FindOther) -> None:
        super().__init__([], "Other client (reference, initials, birth date)")
        self.dialog = page

    def filter_by(self, typed: str) -> None:
        """Ask the store."""
        self.typed = typed
        self.refresh()
        self.place_cursor()
        program = self.dialog.program
        agency = program.agency
        program.read(lambda snapshot: _rows(snapshot, agency, typed), on_done=self._came, hold=True)

    def _came(self, rows: list[ClientRow]) -> None:
        self.dialog.rows = {row.id: row for row in rows if row.id != self.dialog.own_id}
        self._found = [
            (
                row.id,
                f"{row.reference} {row.initials}",
                f"born {row.birth_date}, {counted(row.episodes, self.dialog.program.standard.word('episode'))}",
            )
            for row in self.dialog.rows.values()
        ]
        self.cursor = self.top = 0
        self.refresh()


def _rows(snapshot: Snapshot, agency: AgencyInfo, text: str) -> list[ClientRow]:
    return search.page(snapshot, agency, ClientQuery(text=text), 0, MOST) if text.strip() else []


def _latest(snapshot: Snapshot, standard: Standard, client_id: str) -> tuple[MergeInfo, list[str]] | None:
    """The latest merge of a client that stands, and what undoing it leaves where it is; None for none."""
    standing = [one for one in merge.listed(snapshot, client_id) if one.split_at is None]
    return (standing[0], stays_told(snapshot, standard, standing[0])) if standing else None
