"""The list of clients as the store gives it, page by page, and what its columns say. Knows no screen."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from textual.timer import Timer

from exporters.records import worklists
from store.clients import search as stored_search
from store.clients.facts import SavedView
from store.facts import NEVER, AgencyInfo, ClientQuery, ClientRow, Filter, Sort, Worklist
from store.snapshot import Snapshot
from tui.form.dates import show_date
from tui.session.wording import SORTS, findings_text
from tui.widgets.paged_table import Column, PagedTable, Row
from validators.local_time import LONDON
from validators.problems import Problem
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store
    from tui.session.program import Program

WIDE = 116
NEAR = 256
"""Rows looked through at a time for where a client has gone."""
FURTHEST = 2
"""So many such pieces on either side, then the place is given up."""

FILTERS: dict[Filter, str] = {
    "open": "open",
    "closed": "closed",
    "errors": "errors",
    "no_consent": "no consent",
    "mine": "mine",
    "drafts": "drafts",
    **worklists.SHORT,
    "deleted": "deleted and merged",
}
"""The filters by their names, in the order they are shown."""

RARE: frozenset[Filter] = frozenset({*worklists.NAMES, "deleted"})

POSTCODE, EPISODES = "Post", "Eps"
NARROW_COLUMNS = (
    Column("Reference", 12, "reference"),
    Column("Init", 5, "initials"),
    Column("Born", 11, "birth_date"),
    Column(POSTCODE, 6, "postcode"),
    Column("Opened", 11, "opened"),
    Column("State", 6, "state"),
    Column("Findings", 8, "findings"),
    Column("Notes", 0, "key_worker"),
)
WIDE_COLUMNS = (
    Column("Reference", 12, "reference"),
    Column("Init", 5, "initials"),
    Column("Born", 11, "birth_date"),
    Column("Sex", 3),
    Column(POSTCODE, 6, "postcode"),
    Column("Opened", 11, "opened"),
    Column("Closed", 11),
    Column("State", 6, "state"),
    Column(EPISODES, 3, "", True),
    Column("Findings", 8, "findings"),
    Column("Changed", 11, "changed"),
    Column("By", 8),
    Column("Notes", 0, "key_worker"),
)


class ClientList:
    """What one person's list of clients shows: a query, and its rows as texts. `tell` gets trouble with the store."""

    def __init__(
        self, store: "Store", agency: AgencyInfo, standard: Standard, person: str, tell: Callable[[Problem], object]
    ) -> None:
        self._store, self._agency, self._standard, self._tell = store, agency, standard, tell
        self.query = ClientQuery(sort="reference", person=person)
        self.wide = False
        self.total = 0
        self.exact = True
        self.hasty = True

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns there is room for, without those of roles that the standard does not have."""
        columns = WIDE_COLUMNS if self.wide else NARROW_COLUMNS
        word = self._standard.word("episode")
        named = (
            replace(one, heading=f"{word[:2].capitalize()}s") if one.heading == EPISODES else one for one in columns
        )
        return tuple(one for one in named if one.heading != POSTCODE or self._has_postcode)

    @property
    def filters(self) -> Mapping[Filter, str]:
        """The filters there are: that of consent only where it is asked for, worklists that can hold anybody."""
        asked = bool(self._standard.role("consent"))
        without = set(worklists.NAMES) - set(worklists.of_standard(self._standard))
        return {
            name: label for name, label in FILTERS.items() if name not in without and (asked or name != "no_consent")
        }

    @property
    def worklist(self) -> Worklist | None:
        """The worklist that is shown."""
        return worklists.on(self.query.filters)

    def judge_on(self, today: date, weeks: int) -> None:
        """By which day, and after how many weeks, somebody is on a worklist; where none is shown that is nothing."""
        if self.worklist is not None:
            self.query = replace(self.query, today=today, weeks=weeks)

    @property
    def sorts(self) -> list[Sort]:
        """The orders there are."""
        return [one for one in SORTS if one != "postcode" or self._has_postcode]

    @property
    def _has_postcode(self) -> bool:
        return bool(self._standard.role("postcode"))

    @property
    def in_view(self) -> Mapping[Filter, str]:
        """Those that are always named, and of those that only the palette has what is on: a line has no more room."""
        rare = {name: label for name, label in self.filters.items() if name in RARE and name in self.query.filters}
        return {**rare, **{name: label for name, label in self.filters.items() if name not in RARE}}

    def toggle(self, name: Filter) -> bool:
        """Turn a filter on or off; whether it is on now. Some rule each other out."""
        filters = self.query.filters ^ {name}
        pairs: tuple[tuple[Filter, Filter], ...] = (("open", "closed"), ("doubles", "deleted"))
        other = {one: its for pair in pairs for one, its in (pair, pair[::-1])}
        if name in filters and name in other:
            filters -= {other[name]}
        self.query = replace(self.query, filters=filters)
        return name in filters

    def order_by(self, sort: Sort, descending: bool) -> None:
        """Another order."""
        self.query = replace(self.query, sort=sort, descending=descending)

    def take_order(self, wanted: str) -> None:
        """The order that a setting names, `-` before it the other way round; one that is none here changes nothing."""
        name = wanted.removeprefix("-")
        for sort in self.sorts:
            if sort == name:
                self.order_by(sort, wanted.startswith("-"))

    def take(self, view: SavedView) -> None:
        """The list that a view is, without filters that the data set does not have."""
        filters = frozenset(name for name in view.query.filters if name in self.filters)
        self.query = replace(view.query, filters=filters, person=self.query.person)
        self.take_order(f"{'-' if view.query.descending else ''}{view.query.sort}")

    def search(self, text: str) -> None:
        """Other words."""
        self.query = replace(self.query, text=text)

    def work_with(self, key_worker: str) -> None:
        """Only this key worker's clients; "" for all."""
        self.query = replace(self.query, key_worker=key_worker)

    # What the table asks

    def count(self) -> int:
        """How many clients the query finds; as many as before when the store does not answer.

        Where `hasty`, how many at least, without waiting: `exact` says whether it is all of them.
        """
        try:
            if self.hasty:
                self.total, self.exact = self._store.ask(stored_search.at_least, self._agency, self.query)
            else:
                self.total, self.exact = self._store.ask(stored_search.count, self._agency, self.query), True
        except Problem as problem:
            self._tell(problem)
        return self.total

    def counted_text(self) -> str:
        """How many clients there are, in words."""
        many = f"{self.total:,}" if self.exact else f"over {self.total - 1:,}"
        return f"{many} client{'' if self.total == 1 else 's'}"

    def fetch(self, offset: int, limit: int) -> list[Row]:
        """A page of rows; empty when the store does not answer."""
        return [self._row(one) for one in self._page(offset, limit)]

    def find(self, client_id: object, near: int) -> int | None:
        """Where a client stands now: first where he was, then at both ends, then outward from where he was."""
        start = max(0, near - NEAR // 2)
        last = max(0, self.total - NEAR)
        starts = [start, 0, last]
        for step in range(1, FURTHEST + 1):
            starts += [start + step * NEAR, start - step * NEAR]
        for offset in dict.fromkeys(starts):
            if offset + NEAR >= 0 and offset < self.total:
                for place, one in enumerate(self._page(max(0, offset), NEAR), max(0, offset)):
                    if one.id == client_id:
                        return place
        return None

    def _page(self, offset: int, limit: int) -> list[ClientRow]:
        try:
            return self._store.ask(stored_search.page, self._agency, self.query, offset, limit)
        except Problem as problem:
            self._tell(problem)
            return []

    def _row(self, one: ClientRow) -> Row:
        state = "open" if one.is_open else "closed" if one.episodes else "-"
        found, notes = findings_text(one), self._notes(one)
        head = (one.id, one.reference or "(none)", one.initials, _day(one.birth_date))
        post = (one.postcode_part,) if self._has_postcode else ()
        if not self.wide:
            return (*head, *post, _day(one.opened), state, found, notes)
        changed = f"{one.changed_at.astimezone(LONDON):%d %b %Y}" if one.changed_at != NEVER else ""
        days = (*post, _day(one.opened), _day(one.closed))
        return (*head, one.sex, *days, state, one.episodes, found, changed, one.changed_by, notes)

    def _notes(self, one: ClientRow) -> str:
        consent = self._standard.role("consent")
        notes = []
        if one.deleted:
            notes.append(f"merged: {one.merged_into}" if one.merged_into else "DELETED")
        if one.has_draft:
            notes.append("draft")
        if consent and self._standard.withholds({consent: one.consent}):
            notes.append("no consent")
        if one.key_worker:
            notes.append(one.key_worker)
        return ", ".join(notes)


def warm(snapshot: Snapshot, agency: AgencyInfo) -> None:
    """Search once for nothing, in a thread: the first search of a session costs several times what the others do."""
    for text in ("AB1", "1/1/80", "0000"):
        stored_search.page(snapshot, agency, ClientQuery(text, sort="reference"), 0, 1)


def _day(text: str) -> str:
    return show_date(text, "YYYY-MM-DD") or text


# Counting what a search finds a moment after its first rows stand there: of many that takes longer than a key may.

AFTER_SECONDS = 0.15
"""After the last key."""


class LateCount:
    """Counts for one list and its table; `tell` is called when the count of what is still listed is known."""

    def __init__(self, app: "Program", clients: ClientList, table: PagedTable, tell: Callable[[], object]) -> None:
        self._app, self._list, self._table, self._tell = app, clients, table, tell
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Another search: count a moment later, unless the list knows already."""
        self.stop()
        if not self._list.exact:
            self._timer = self._table.set_timer(AFTER_SECONDS, self._begin)

    def stop(self) -> None:
        """Do not begin any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def now(self) -> None:
        """Count at once: somebody goes to the end."""
        self._list.hasty = False
        self._table.recount()
        self._tell()

    def _begin(self) -> None:
        self._timer = None
        app, query = self._app, self._list.query

        def counted(_: int) -> None:
            """The list then has the number from the store's memory."""
            if query == self._list.query and not self._list.exact:
                self.now()

        agency = app.agency
        app.read(lambda snapshot: stored_search.count(snapshot, agency, query), on_done=counted)
