"""The list of clients: found as one types, filtered, sorted, opened. The first screen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from textual import events
from textual.app import ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from exporters.records import worklists
from exporters.records.worklists import Walk
from store.clients import search as stored_search
from store.clients import views
from store.clients.facts import SavedView
from store.facts import ClientRow, Filter, Sort
from store.findings import queries
from tui.screens.clients.keys import SHOWN, TO_TABLE
from tui.screens.clients.rows import AFTER_SECONDS, WIDE, ClientList, LateCount, warm
from tui.session.background_check import caseload_check
from tui.session.program import StoreScreen
from tui.session.store_access import StoreChanged
from tui.session.wording import SORTS, gone_told, view_told
from tui.widgets.actions import REGISTRY
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import BaseModal, JumpPlace
from tui.widgets.filter_list import FilteredList
from tui.widgets.find_line import FindLine, keys_of
from tui.widgets.paged_table import PagedTable
from tui.widgets.settings import WEEKS
from tui.widgets.text import printable
from tui.widgets.text_line import Piece, TextLine
from validators.problems import Problem
from validators.rules.messages import listed
from validators.standard.terminology import Sentence

# The table of clients, which is driven from the line one types in.


class ClientTable(PagedTable, can_focus=False):
    """The rows. Keys come to it from the line one types in; its current row is drawn as if it had the focus."""

    def render_line(self, y: int) -> Strip:
        """One line; the chosen one as under the cursor, for that is where Enter goes."""
        row = self.top + y - self.head_lines
        if y >= self.head_lines and row == self.cursor and row < self.row_count:
            pieces = [(text, "cursor") for text, _ in self.pieces_of(row)]
            return self.strip_of(pieces, self.size.width, "cursor")
        return super().render_line(y)

    def on_click(self, event: events.Click) -> None:
        """A click on a heading sorts by it."""
        if event.y == 0:
            at = 0
            for column, width in zip(self.columns, self._widths(), strict=True):
                if at <= event.x <= at + width and column.sort:
                    self.sort_by(column.sort)
                at += width + 1
        else:
            super().on_click(event)


# Whose clients are listed: the key workers by name.

ANYBODY = "\x00anybody"
"""The answer that takes the filter away; no name holds such a character."""


class KeyWorkers(BaseModal[str]):
    """Dismissed with a key worker's name or `ANYBODY`; None on Escape."""

    DEFAULT_CSS = """
    KeyWorkers { align: center top; }
    KeyWorkers FilteredList { width: 90%; max-width: 60; height: 70%; max-height: 18; min-height: 4; margin-top: 1; }
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """Everybody first, then the names."""
        items = [(ANYBODY, "(anybody)", "all clients")]
        yield FilteredList([*items, *((name, printable(name), "") for name in self._names)], "Key worker")

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)


FEW = 9
NOBODY = "Nobody is found by this."


class Views(BaseModal[str]):
    """Dismissed with the name of a view; None on Escape."""

    DEFAULT_CSS = """
    Views { align: center top; }
    Views FilteredList { width: 90%; max-width: 70; height: 70%; max-height: 18; min-height: 4; margin-top: 1; }
    """

    def __init__(self, views: Sequence[SavedView], prompt: str) -> None:
        super().__init__()
        self._views, self._prompt = views, prompt

    def compose(self) -> ComposeResult:
        """The views by name, with what each asks for."""
        items = [(one.name, printable(one.name), printable(view_told(one.query))) for one in self._views]
        yield FilteredList(items, self._prompt)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)


REFRESH_SECONDS = 2.0
CHECK_AFTER_SECONDS = 1.0
"""The first keys after the start are to find the store free."""


class ClientsScreen(StoreScreen[None]):
    """Search line, filters, and the clients they leave. Typing always goes to the search line."""

    scope = "clients"
    heading = "Clients"
    DEFAULT_CSS = """
    ClientsScreen #filters { height: 1; }
    """

    def __init__(self, filtered: Filter | None = None) -> None:
        """Everybody, or with one filter on."""
        super().__init__()
        self.filtered = filtered
        self.find_line = FindLine("Find:", self.press, self.searched, id="find")
        self.filter_line = TextLine(id="filters")
        self._soon = False
        self._walk: Walk | None = None
        self._missing: str | Sentence = ""

    @property
    def walk(self) -> Walk | None:
        """The worklist that was opened here, while the list still shows it."""
        return self._walk if self._walk is not None and self._walk.name == self.list.worklist else None

    def body(self) -> Iterable[Widget]:
        """The three parts."""
        app = self.program
        self.list = ClientList(app.opened_store, app.agency, app.standard, app.person, self.trouble)
        self.list.wide = self.app.size.width >= WIDE
        self.list.take_order(app.settings.clients_sorted_by)
        self.table = ClientTable(
            self.list.columns,
            self.list.count,
            self.list.fetch,
            lambda id: self.list.find(id, self.table.cursor),
            self._nobody(),
            id="clients",
        )
        self.late_count = LateCount(app, self.list, self.table, self.tell)
        self.table.sorted_by, self.table.descending = self.list.query.sort, self.list.query.descending
        yield self.find_line
        yield self.filter_line
        yield self.table

    def on_mount(self) -> None:
        """Type at once; check in the background what is due."""
        self.find_line.focus_input()
        if self.filtered is not None:
            self.action_filter(self.filtered)
        self.tell()
        self.late_count.soon()
        check = caseload_check(self.program)
        check.tell(self.checked)
        agency = self.program.agency
        self.program.read(lambda snapshot: warm(snapshot, agency))
        self.set_timer(CHECK_AFTER_SECONDS, check.start)

    def called_again(self) -> None:
        """F3, from here or from a screen above: somebody else is looked for."""
        self.find_line.select()

    def on_unmount(self) -> None:
        """Nobody is told any more."""
        caseload_check(self.program).tell_no_more(self.checked)

    def on_resize(self, event: events.Resize) -> None:
        """More columns where there is room."""
        wide = event.size.width >= WIDE
        if wide != self.list.wide:
            self.list.wide = wide
            self.table.columns = self.list.columns
            self.renew()

    # Keys

    def press(self, key: str) -> bool:
        """What the search line does not keep: moving, opening, the screen's own keys."""
        method = keys_of(self.scope).get(key)
        if method is not None:
            name, _, argument = method.rstrip(")").partition("(")
            values = [argument.strip("'") if "'" in argument else int(argument)] if argument else []
            getattr(self, f"action_{name}")(*values)
        elif key == "enter":
            self.open()
        elif key in REGISTRY.keys("app.back"):
            return self._less()
        else:
            empty = not self.find_line.text
            if key in ("home", "end") and not empty:
                return False
            return self._move(TO_TABLE.get(key, key))
        return True

    def _move(self, key: str) -> bool:
        """Move in the table; whether that key does. Towards the end all of its rows have to be known."""
        if not self.list.exact and (key == "end" or self.table.cursor + 2 * self.table.page >= self.table.row_count):
            self.late_count.now()
        return self.table.move_by_key(key)

    def _less(self) -> bool:
        """Escape takes away the words, then the filters, but the one that the list was opened with; then it is the
        frame's."""
        filters = self.list.query.filters
        if filters == {self.filtered}:
            filters = frozenset()
        if self.find_line.text or filters or self.list.query.key_worker:
            self.action_all(words_only=bool(self.find_line.text))
            return True
        return False

    def searched(self, text: str) -> None:
        """Other words: the best is at the top. Who is found only among those that are gone is told a moment later."""
        self.list.search(text)
        self.renew(keep=False)
        if text.strip() and not self.list.total and not self.list.query.filters:
            self.set_timer(AFTER_SECONDS, lambda: self._look_among_the_gone(text))

    def _look_among_the_gone(self, text: str) -> None:
        if text != self.find_line.text:
            return
        agency, query = self.program.agency, replace(self.list.query, filters=frozenset({"deleted"}))

        def came(found: list[ClientRow]) -> None:
            if found and text == self.find_line.text and not self.list.query.filters:
                self.say(f"{gone_told(found)}: 'Deleted and merged' in the palette lists them.", "notice")

        self.program.read(lambda snapshot: stored_search.page(snapshot, agency, query, 0, FEW), on_done=came)

    def open(self) -> None:
        """Enter: the record."""
        found = self.table.current_id
        if found is None:  # Enter may have been typed ahead of the list's first reading
            self.renew()
            found = self.table.current_id
        if found is None:
            told, new = self._nobody(), f"; {REGISTRY.key_text('clients.new')} enters a new client."
            self._say_missing(f"{told.removesuffix('.')}{new}" if told == NOBODY else told)
        elif self.list.worklist is not None:
            self._open_waiting(str(found), 1)
        else:
            self.program.open_client(str(found))

    def _open_waiting(self, client_id: str, step: Literal[1, -1]) -> None:
        """The chosen client of a worklist, at the field that waits; F8 and F7 go on along it from there."""
        name, query, row, agency = self.list.worklist, self.list.query, self.table.cursor, self.program.agency
        assert name is not None

        def came(walk: Walk) -> None:
            self._walk = walk
            self.program.to_finding(step, client_id, itself=True)

        self.program.read(
            lambda snapshot: worklists.walk(snapshot, agency, name, query, client_id, row), on_done=came, hold=True
        )

    def on_line_list_chosen(self) -> None:
        """A double click."""
        self.open()

    def on_paged_table_sort_wanted(self, event: PagedTable.SortWanted) -> None:
        """A click on a heading."""
        self._order(cast(Sort, event.column), event.descending)

    # Actions

    @property
    def walked_return(self) -> str:
        """F8 from here walks all that is listed here, sent or not."""
        return ""

    def action_new(self) -> None:
        """Ctrl+N."""
        self.program.open_client()

    def action_next_finding(self) -> None:
        """F8: to the first finding of the chosen client, else of the caseload."""
        self._to_finding(1)

    def action_previous_finding(self) -> None:
        """F7: to the last one."""
        self._to_finding(-1)

    def _to_finding(self, step: Literal[1, -1]) -> None:
        chosen = str(self.table.current_id or "")
        if chosen and self.list.worklist is not None:
            self._open_waiting(chosen, step)
            return
        self.program.to_finding(step, chosen, itself=bool(chosen))

    def action_filter(self, name: Filter) -> None:
        """Turn a filter on or off."""
        if name not in self.list.filters:
            lacks = "does not ask for consent" if name == "no_consent" else "has nothing of the kind"
            self.say(f"This data set {lacks}: there is nothing to filter by.")
            return
        on = self.list.toggle(name)
        if name == "doubles" and on:  # those who are alike stand together
            self._order("birth_date", False)
            key = REGISTRY.key_text("client.alike")
            self.say(Sentence("Perhaps entered twice: open one, {key} shows who resembles it.", key=key))
            return
        self.renew(keep=False)
        if name in worklists.NAMES and on:
            told = worklists.title(self.program.standard, worklists.NAMES[worklists.NAMES.index(name)], self._weeks)
            keys = (REGISTRY.key_text(key) for key in ("form.next", "form.previous"))
            self.say(f"{told}: Enter opens the field that waits, {' and '.join(keys)} go along the list.")
        if name == "deleted" and on:
            self.say("Deleted and merged: open one, then Bring back, or Split, in the palette.")

    def action_all(self, words_only: bool = False) -> None:
        """Everybody again, the same client chosen."""
        self.find_line.clear()
        self.list.search("")
        if not words_only:
            for name in list(self.list.query.filters):
                self.list.toggle(name)
            self.list.work_with("")
        self.renew()

    # Views

    def action_views(self) -> None:
        """Ctrl+T: a list that was kept before."""

        def chosen(view: SavedView) -> None:
            self.list.take(view)
            self.find_line.editor.load(view.query.text)
            self.table.sorted_by, self.table.descending = self.list.query.sort, self.list.query.descending
            self.renew(keep=False)
            self.say(f"View: {printable(view.name)}.")

        self._choose_view("View", chosen)

    def action_forget_view(self) -> None:
        """From the palette."""

        def chosen(view: SavedView) -> None:
            agency = self.program.agency
            self.program.write(
                lambda unit: views.forget(unit, agency, view.name),
                on_done=lambda _: self.say(f"Forgotten: {printable(view.name)}.", "ok"),
            )

        self._choose_view("Forget", chosen)

    def _choose_view(self, prompt: str, chosen: Callable[[SavedView], None]) -> None:
        agency, person = self.program.agency, self.program.person

        def came(found: list[SavedView]) -> None:
            if not found:
                self.say("No view is kept yet: 'Keep view' in the palette keeps what is listed.", "notice")
                return
            named = {one.name: one for one in found}
            self.app.push_screen(Views(found, prompt), lambda name: chosen(named[name]) if name is not None else None)

        self.program.read(lambda snapshot: views.listed(snapshot, agency, person), on_done=came, hold=True)

    def action_keep_view(self) -> None:
        """From the palette: words, filters and order under a name."""
        agency, query = self.program.agency, self.list.query

        def answered(answer: Mapping[str, str] | None) -> None:
            if answer is not None:
                name = answer["name"]
                key = REGISTRY.key_text("clients.views")
                self.program.write(
                    lambda unit: views.keep(unit, agency, SavedView(name, query)),
                    on_done=lambda _: self.say(f"Kept: {printable(name)}. {key} lists the views.", "ok"),
                    on_problem=dialog.refused,
                )

        def check(answer: Mapping[str, str]) -> None:
            views.refuse_name(answer["name"])

        about = [f"What is listed: {view_told(query)}. One of the same name is replaced; views are your own."]
        dialog = Asking("Keep view", about, [Asked("name", "Name")], check, ("view", agency.id))
        self.app.push_screen(dialog, answered)

    @property
    def _weeks(self) -> int:
        return self.program.settings.quiet_weeks

    def action_weeks(self) -> None:
        """From the palette: after how many weeks without an event one is on that worklist."""

        def check(answer: Mapping[str, str]) -> None:
            if not answer["weeks"].isdecimal() or int(answer["weeks"]) not in WEEKS:
                raise Problem(f"Type a number of weeks from {WEEKS[0]} to {WEEKS[-1]}.")

        def answered(answer: Mapping[str, str] | None) -> None:
            if answer is not None:
                self.program.remember("quiet_weeks", int(answer["weeks"]))
                self.renew(keep=False)

        about = [self.program.standard.say("Open {episodes} without an {event} for so many weeks are on a worklist.")]
        self.app.push_screen(Asking("Weeks", about, [Asked("weeks", "Weeks", str(self._weeks))], check), answered)

    def action_worker(self) -> None:
        """Choose whose clients are listed."""

        def asked(found: list[str]) -> None:
            if found or self.list.query.key_worker:
                self.app.push_screen(KeyWorkers(found), chosen)
            else:
                told = Sentence("No {episode} has a key worker yet; they are entered with the {client}.")
                self._say_missing(told)

        def chosen(name: str | None) -> None:
            if name is not None:
                self.list.work_with("" if name == ANYBODY else name)
                self.renew(keep=False)

        agency = self.program.agency
        self.program.read(lambda snapshot: queries.key_workers(snapshot, agency), on_done=asked, hold=True)

    def action_sort(self, step: int) -> None:
        """By the next order, or the one before."""
        orders = self.list.sorts
        place = (orders.index(self.list.query.sort) + step) % len(orders)
        self._order(orders[place], orders[place] == "findings")  # the most first

    def action_turn(self) -> None:
        """The other way round."""
        self._order(self.list.query.sort, not self.list.query.descending)

    def _order(self, sort: Sort, descending: bool) -> None:
        self.list.order_by(sort, descending)
        self.table.sorted_by, self.table.descending = sort, descending
        # From the top: where among two hundred thousand the chosen one went takes too long to find.
        self.renew(keep=False)
        self.program.remember("clients_sorted_by", f"-{sort}" if descending else sort)
        turned = ", the last first" if descending else ""
        self.say(Sentence("Sorted by {order}{turned}.", order=SORTS[sort], turned=turned))

    def action_recode(self) -> None:
        """From the palette: in the records of those who are listed."""
        self.program.open_screen("recode", self.list.query)

    def action_history(self) -> None:
        """From the palette."""
        found = self.table.current_id
        if found is not None:
            self.program.open_screen("history", str(found))

    def action_refresh_data(self) -> None:
        """F5."""
        self.renew()
        caseload_check(self.program).start()

    def jumps(self) -> list[JumpPlace]:
        """The ends of the list, and the line one types in."""
        return [
            ("S", "Search", self.find_line.focus_input),
            ("F", "First", lambda: self.table.go(0)),
            ("L", "Last", lambda: self._move("end")),
        ]

    def text_to_copy(self) -> str:
        """The chosen line."""
        return self.table.text_to_copy()

    # Showing

    def _say_missing(self, told: str | Sentence) -> None:
        """Say that there is nobody, or nothing, until something is saved."""
        self._missing = told
        self.say(told, "notice")

    def renew(self, keep: bool = True) -> None:
        """Read again, the same client chosen where `keep`; else it is counted a moment later."""
        self.list.judge_on(self.program.today(), self._weeks)
        self.list.hasty = not keep
        self.table.reload(keep=keep)
        self.tell()
        self.late_count.soon()

    def tell(self) -> None:
        """How many there are, and which filters leave them."""
        query = self.list.query
        self.find_line.tell((self.list.counted_text().rjust(29), "dim"))
        pieces: list[Piece] = [(" ", "text")]
        for name, label in self.list.in_view.items():
            key = REGISTRY.key_text(SHOWN[name]).replace("Ctrl+", "^")
            pieces += _filter(f"{key} {label}".strip(), name in query.filters)
        key = REGISTRY.key_text("clients.worker").replace("Ctrl+", "^")
        pieces += _filter(f"{key} {query.key_worker or 'worker'}".strip(), bool(query.key_worker))
        self.filter_line.show(*pieces)
        self.table.empty = self._nobody()

    def _nobody(self) -> str:
        """Why the list is empty, where it is: which filter leaves nobody, or that nobody was entered yet."""
        query = self.list.query
        on = [REGISTRY[SHOWN[name]].name for name in self.list.filters if name in query.filters]
        on += [f"key worker {query.key_worker}"] if query.key_worker else []
        if on:
            what = "Nobody is found by this" if query.text.strip() else "Nobody is left"
            return printable(f"{what} while the list is filtered by {listed(on)}.")
        if query.text.strip():
            return NOBODY
        return f"No client was entered yet: {REGISTRY.key_text('clients.new')} enters one."

    def trouble(self, problem: Problem) -> None:
        """The store does not answer: say so once, and look again soon."""
        self.say(problem.sentence, "warning")
        if not self._soon:
            self._soon = True
            self.set_timer(REFRESH_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._soon = False
        self.renew()

    def checked(self, done: int, due: int) -> None:
        """A batch was checked: what is listed may have other findings. Not at every batch, and only where seen."""
        if due and (done == due or not self._soon):
            self._soon = True
            self.set_timer(0.01 if done == due else REFRESH_SECONDS, self._look_again)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something; perhaps what was said to be missing."""
        if self._missing:
            self.unsay(self._missing)
            self._missing = ""
        self.renew()
        caseload_check(self.program).start()


def _filter(text: str, on: bool) -> list[Piece]:
    """A filter that is on stands in brackets."""
    return [(f"[{text}]", "chosen")] if on else [(f" {text} ", "dim")]
