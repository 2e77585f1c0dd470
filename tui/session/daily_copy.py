"""The copy of the day: made by the first session of it, in a thread that nobody waits for."""

import threading
from typing import TYPE_CHECKING

from tui.session.program import Program
from tui.session.store_access import shortly
from validators.problems import Problem

if TYPE_CHECKING:
    from datetime import datetime

    from store.store import Store

DELAY_SECONDS = 20.0
"""After the start, and after midnight: until then the day's first keys have the machine to themselves."""
AGAIN_SECONDS = 3600.0
"""A session that goes on past midnight looks again."""


class DailyCopy:
    """Makes the copy where it is due, as the settings say; only what went wrong is told."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._thread: threading.Thread | None = None
        self._told = ""

    def start(self) -> None:
        """Begin a while after the start."""
        if self._program.settings.daily_copies > 0:
            self._program.set_timer(DELAY_SECONDS, self.look)
            self._program.set_interval(AGAIN_SECONDS, self.look)

    def look(self) -> None:
        """Make it where it is due. The thread is not waited for at the end: half a copy is cleared by the next one."""
        if self._thread is None or not self._thread.is_alive():
            program = self._program
            job = (program.opened_store, program.settings.daily_copies, program.clock())
            self._thread = threading.Thread(target=self._work, args=job, name="daily copy", daemon=True)
            self._thread.start()

    def _work(self, store: "Store", keep: int, at: "datetime") -> None:
        try:
            from store.disk import copies

            made = copies.make_daily(store, keep, at)
            wrong = made.wrong[0].message if made is not None and made.wrong else ""
        except Problem as problem:
            wrong = shortly(problem, store.path, self._program.terms)
        if wrong:
            self._program.call_later(self._tell, wrong)

    def _tell(self, wrong: str) -> None:
        """Once for each thing that is wrong."""
        if wrong != self._told:
            self._told = wrong
            self._program.say(f"Today's copy of the store was not made. {wrong}", "warning")
