"""Counting what a search finds a moment after its first rows stand there: of many that takes longer than a key may."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer

from store.shapes import AgencyInfo, ClientQuery
from tui.frame.paged_table import PagedTable
from tui.screens.clients_rows import ClientList

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp

AFTER_SECONDS = 0.15
"""After the last key."""


class LateCount:
    """Counts for one list and its table; `tell` is called when the count of what is still listed is known."""

    def __init__(self, app: "KeyworkApp", clients: ClientList, table: PagedTable, tell: Callable[[], object]) -> None:
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

        def count(store: "Store", agency: AgencyInfo, query: ClientQuery) -> None:
            """In a thread; the list then has the number from the store's memory."""
            store.count_clients(agency, query)

        def counted(_: None) -> None:
            if query == self._list.query and not self._list.exact:
                self.now()

        app.in_store(count, app.agency, query, on_done=counted)
