"""Merging two clients who are one person, and undoing that."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from store.shapes import AgencyInfo, ClientQuery, ClientRow, ClientTree, MergeInfo, Resemblance
from tui.frame.base_screen import BaseModal
from tui.frame.confirm import Answer, Confirm
from tui.frame.filter_line import FilteredList
from tui.screens.client import naming, work
from tui.screens.client.naming import several

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp
    from tui.screens.client.screen import ClientScreen
    from tui.screens.client.side_by_side import AlikePage

MOST = 50


class Pairing:
    """The merges of one client screen."""

    def __init__(self, screen: "ClientScreen", merges: tuple[MergeInfo, ...]) -> None:
        self.screen = screen
        self.merges = merges

    def choose(self) -> None:
        """Ask who the other client is, then show both."""
        screen = self.screen
        if not self._is_saved():
            return

        def found(row: ClientRow | None) -> None:
            if row is not None:
                from tui.screens.client.side_by_side import AlikePage

                screen.app.push_screen(AlikePage(screen, [Resemblance(row, "")]))

        screen.app.push_screen(FindOther(screen.program, screen.client_id), found)

    def _is_saved(self) -> bool:
        unsaved = [held for held in self.screen.case.by_id.values() if held.is_changed or held.version == 0]
        if unsaved:
            self.screen.program.say("Save this client first: only what is saved can be merged.", "notice")
        return not unsaved

    def ask_to_merge(self, page: "AlikePage", row: ClientRow) -> None:
        """Ask before merging; the letter is no habit."""
        screen, program = self.screen, self.screen.program
        if not self._is_saved():
            return
        name = f"{row.reference} {row.initials}".strip()
        keeps = naming.record_name(screen.case, screen.case.client)
        lines = [
            f"{program.said('The episodes')} of {name} ({row.episodes}) go to {keeps}.",
            "Nothing is lost: the other client is kept as deleted, and Split undoes the merge.",
        ]

        def merged(tree: ClientTree) -> None:
            if page.is_current:
                page.dismiss()
            self._take(tree, f"Merged with {name}; Split in the palette undoes it.")

        def answered(letter: str | None) -> None:
            if letter == "m":
                program.in_store(
                    work.merge,
                    program.person,
                    program.clock(),
                    screen.client_id,
                    row.id,
                    on_done=merged,
                    writes=True,
                    hold=True,
                )

        program.push_screen(Confirm("Make the two one client?", lines, [Answer("m", "Merge them")]), answered)

    def ask_to_split(self) -> None:
        """Undo the latest merge into this client."""
        screen, program = self.screen, self.screen.program

        def known(merges: list[MergeInfo]) -> None:
            self.merges = tuple(merges)
            mine = [one for one in merges if one.keep_id == screen.client_id and one.split_at is None]
            if not mine:
                screen.say("Nobody was merged into this client.")
                return
            one = mine[0]
            lines = [
                f"Merged by {one.merged_by} at {naming.when(one.merged_at, program.today())}.",
                program.said(
                    f"The other client comes back with the {len(one.moved)} episodes it brought, as they stand now."
                ),
            ]

            def answered(letter: str | None) -> None:
                if letter == "s":
                    program.in_store(
                        work.split,
                        program.person,
                        program.clock(),
                        screen.client_id,
                        one.id,
                        on_done=lambda tree: self._take(tree, "Split: the other client is back."),
                        writes=True,
                        hold=True,
                    )

            program.push_screen(Confirm("Undo the merge?", lines, [Answer("s", "Split them")]), answered)

        program.in_store(_merges, screen.client_id, on_done=known, hold=True)

    def _take(self, tree: ClientTree, sentence: str) -> None:
        screen = self.screen
        known = {one.episode.id for one in tree.episodes} | {event.id for one in tree.episodes for event in one.events}
        for held in list(screen.case.by_id.values()):
            if held.kind != "client" and held.id not in known:
                screen.case.by_id.pop(held.id)
        screen.saving.take(tree)
        screen.say(sentence, "ok")


class FindOther(BaseModal[ClientRow]):
    """Find a client by typing; dismissed with the one that Enter was pressed on."""

    DEFAULT_CSS = """
    FindOther { align: center top; }
    FindOther FilteredList { width: 90%; max-width: 76; height: 12; margin-top: 1; }
    """

    def __init__(self, program: "KeyworkApp", own_id: str) -> None:
        super().__init__()
        self.program, self.own_id = program, own_id
        self.rows: dict[str, ClientRow] = {}

    def compose(self) -> ComposeResult:
        """The search and what it finds."""
        yield Found(self)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(Found).current_id
        if chosen is not None:
            self.dismiss(self.rows[chosen])


class Found(FilteredList):
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
        program.in_store(_rows, program.agency, typed, on_done=self._came, hold=True)

    def _came(self, rows: list[ClientRow]) -> None:
        self.dialog.rows = {row.id: row for row in rows if row.id != self.dialog.own_id}
        self._found = [
            (
                row.id,
                f"{row.reference} {row.initials}",
                f"born {row.birth_date}, {self.dialog.program.said(several(row.episodes, 'episode'))}",
            )
            for row in self.dialog.rows.values()
        ]
        self.cursor = self.top = 0
        self.refresh()


def _rows(store: "Store", agency: AgencyInfo, text: str) -> list[ClientRow]:
    return store.client_rows(agency, ClientQuery(text=text), 0, MOST) if text.strip() else []


def _merges(store: "Store", client_id: str) -> list[MergeInfo]:
    return store.merges(client_id)
