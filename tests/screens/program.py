"""The program as the tests start it under a terminal: `python -m tests.screens.program STORE`, on a fixed day.

KEYWORK_TEST_PERSON names who is at work. Over the first screen, the month, the list of clients is opened, as F3 does,
unless KEYWORK_TEST_START says `month`; KEYWORK_TEST_OPEN is what is opened over the list: `new`, a client's id, or
`left`, what was typed and not saved the last time; KEYWORK_TEST_CLOCK a file that says what time it is, where the day
is to change; KEYWORK_TEST_COPY_AFTER after how many seconds the copy of the day is made, which else is not. With
KEYWORK_TEST_FAULT, Ctrl+L is a fault inside the program; while the file KEYWORK_TEST_GATE is there, no list of
findings comes out of the store, and no client that was read in a `reader` or a `writer` while the file of that ending
is there.
"""

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from threading import current_thread
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from store.facts import Who
from tui.app.app import KeyworkApp
from tui.app.open_store import Opened, StoreLocation
from tui.app.run import run_to_end
from tui.cli.leaving import leave_with
from tui.screens.registry import know_actions
from tui.session import daily_copy
from tui.widgets.settings import load_settings

if TYPE_CHECKING:  # the store comes after the first paint
    from store.facts import ClientTree
    from store.findings.facts import FindingOrder
    from store.store import Store
    from tui.screens.client.queries import Left

NOW = datetime(2020, 12, 15, 14, 2, tzinfo=ZoneInfo("Europe/London"))


class Program(KeyworkApp):
    """The app, with a person and a first client from the environment."""

    def opened(self, found: Opened) -> None:
        """Go on to what the test looks at."""
        super().opened(found)
        self.person = os.environ.get("KEYWORK_TEST_PERSON", "ann")
        if self.store is not None:
            self.store.admit(Who(self.person, self.clock()))
        if self.store is not None and (gate := os.environ.get("KEYWORK_TEST_GATE")):
            _behind(Path(gate), self.store)
        if self.store is not None and os.environ.get("KEYWORK_TEST_START") != "month":
            self.open_screen("clients")
        wanted = os.environ.get("KEYWORK_TEST_OPEN")
        if wanted and wanted != "left" and self.store is not None:
            # At the client's own record: most tests are about that, or go on from it.
            own = (one.header for one in self.standard.fields if one.level == "client" and one.keyed == "person")
            self.open_client("" if wanted == "new" else wanted, header="" if wanted == "new" else next(own))

    def offer_drafts(self, left: "Left") -> None:
        """As a person does who goes to what is offered."""
        super().offer_drafts(left)
        if os.environ.get("KEYWORK_TEST_OPEN") == "left":
            self.open_client(left.groups[0].client_id)

    def action_redraw(self) -> None:
        """Ctrl+L."""
        if typed := os.environ.get("KEYWORK_TEST_FAULT"):
            raise ValueError(typed)
        super().action_redraw()


def _behind(gate: Path, store: "Store") -> None:
    """Have threads wait for the gate to go: that which reads a list of findings, has read a client, or has written."""
    from store.findings import queries
    from store.records import read
    from store.store import Store

    order, tree, do = queries.order, read.tree, Store.do

    def late(*args: Any, **named: Any) -> "ClientTree":
        found = tree(*args, **named)
        while current_thread().name.startswith("reader") and Path(f"{gate}.reader").exists():
            time.sleep(0.01)
        return found

    def done(*args: Any, **named: Any) -> Any:
        result = do(*args, **named)
        while current_thread().name.startswith("writer") and Path(f"{gate}.writer").exists():
            time.sleep(0.01)
        return result

    def waits(*args: Any) -> "FindingOrder":
        while gate.exists():
            time.sleep(0.01)
        return order(*args)

    queries.order = waits  # type: ignore[assignment]
    read.tree = late
    Store.do = done  # type: ignore[method-assign]


def clock() -> datetime:
    """The fixed moment, or what the clock's file says now."""
    file = os.environ.get("KEYWORK_TEST_CLOCK")
    return datetime.fromisoformat(Path(file).read_text(encoding="ascii")) if file else NOW


def main() -> int:
    """Run it."""
    know_actions()
    store = Path(sys.argv[1])
    place = StoreLocation(store, store.with_suffix(".key"))
    daily_copy.DELAY_SECONDS = float(os.environ.get("KEYWORK_TEST_COPY_AFTER", 86400))
    app = Program(place, clock=clock, settings=load_settings())
    code = run_to_end(app)
    if app.last_words and code == 0:
        print(f"keywork: {app.last_words}")
    return code


if __name__ == "__main__":
    leave_with(main)
