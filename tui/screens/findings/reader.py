"""Reading what the list of findings shows: in threads, again after what came meanwhile, and as a filter is typed.

Keys that act on the list wait for it to be the one that was asked for, so that what is typed ahead is typed right.
Those that leave the screen, ask for another list or go into the filter do not.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import events
from textual.timer import Timer

from store.findings.acceptance_facts import By, CaseloadFigures
from store.findings.facts import ListedFinding
from tui.screens.findings.groups import WAYS, Caseload, read, sums
from tui.widgets.actions import REGISTRY
from tui.widgets.find_line import FilteredScreen
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.app.app import KeyworkApp
    from tui.screens.findings.list import FindingsList
    from tui.terminal.key_queue import KeyHold

TYPED_SECONDS = 0.12
"""After the last letter of the filter: to look through all findings takes longer than a key may."""
SLOW_SECONDS = 0.3
"""A list that takes longer says that it is being read."""
READING = "Reading the findings ..."
ASKING = ("app.back", "app.quit", "findings.group", "findings.filter")
"""Actions that mean the same before the list is there."""
EDITING = ("backspace", "delete", "left", "right")
TO_THE_LIST = ("enter", "tab", "up", "down", "pageup", "pagedown")


class Reading(FilteredScreen):
    """The part of the findings screen that reads; `show` is told what came."""

    list: "FindingsList"

    def __init__(self) -> None:
        super().__init__()
        self.caseload = Caseload()
        self.by: By = WAYS[0]
        self._reading = self._again = self._keep = self._counted = False
        self._holds: list[KeyHold] = []
        self._then: list[Callable[[], object]] = []
        self._typing: Timer | None = None
        self._slow: Timer | None = None
        self._summing = self._sum_again = False

    def show(self, caseload: Caseload, keep: bool) -> None:
        """Show what was read; the current line stays so where `keep`."""
        raise NotImplementedError

    def tell(self) -> None:
        """Say how many there are."""
        raise NotImplementedError

    def read(self, hold: bool = False, keep: bool = True) -> None:
        """Read how the findings are listed; while that goes on, once more after it, as things stand by then.

        With `hold` the keys of the list wait for it. The current line stays so, unless not to be kept: then only the
        words or the groups are others, and nothing is counted anew.
        """
        self._counted = self._counted and not keep
        app = cast("KeyworkApp", self.app)
        if hold:
            self._wait()
        self._keep = self._keep and keep if self._reading else keep
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._stop_typing()
        row, text = self.list.current if self._keep else None, self.find_line.text
        known, self._counted = self.caseload if self._counted else None, True
        app.in_store(
            read,
            app.agency,
            app.standard,
            self.by,
            text,
            row[1] if row is not None else None,
            known,
            on_done=lambda caseload: self._came(caseload, text, known is None),
            on_problem=self._failed,
        )

    def _came(self, caseload: Caseload, text: str, counted: bool) -> None:
        self._reading = False
        caseload = replace(caseload, figures=self.caseload.figures)
        if self.is_attached and (not self._again or (caseload.order.by, text) == (self.by, self.find_line.text)):
            self.show(caseload, self._keep)
        else:
            self.caseload = replace(caseload, order=self.caseload.order)  # what was counted holds all the same
        if self.is_attached and self._again:
            self.read(keep=self._keep)
        else:
            self.let_go()
        if counted and self.is_attached:
            self._sum()

    def _failed(self, problem: Problem) -> None:
        self._reading = self._counted = False
        self.let_go()
        self.say(str(problem), "error")

    def _sum(self) -> None:
        """Sum up how the rows stand; while that goes on, once more after it."""
        if self._summing:
            self._sum_again = True
            return
        self._summing, self._sum_again = True, False
        app = cast("KeyworkApp", self.app)
        app.in_store(sums, app.agency, on_done=self._summed, on_problem=self._not_summed)

    def _summed(self, figures: CaseloadFigures) -> None:
        self._summing = False
        if not self.is_attached:
            return
        self.caseload = replace(self.caseload, figures=figures)
        self.list.post_message(self.list.Moved(self.list, self.list.cursor))
        if self._sum_again:
            self._sum()

    def _not_summed(self, problem: Problem) -> None:
        self._summing = False
        self.say(str(problem), "error")

    # Keys that wait

    def _wait(self) -> None:
        """Have the keys of the list wait for it, and say so when it takes a while."""
        self._holds.append(cast("KeyworkApp", self.app).key_queue.hold(self._passes))
        if self._slow is None:
            self._slow = self.set_timer(SLOW_SECONDS, lambda: self.say(READING))

    def _passes(self, event: events.Event) -> bool:
        """Whether an event means the same before the list is there."""
        if self.app.screen is not self:
            return True  # on another screen nothing waits for this one
        if self._then or not isinstance(event, events.Key):
            return False  # behind a key that waits already
        if any(event.key in REGISTRY.keys(id) for id in ASKING):
            return True
        if self.find_line.editor.has_focus:
            return event.is_printable or event.key in EDITING
        return event.key in [str(number) for number, _ in enumerate(WAYS, 1)]

    def let_go(self) -> None:
        """All is read: do what waited for it, and let the keys go."""
        if self._slow is not None:
            self._slow.stop()
            self._slow = None
            self.unsay(READING)
        (then, self._then), (holds, self._holds) = (self._then, []), (self._holds, [])
        try:
            for act in then if self.is_attached else ():
                act()
        finally:
            for hold in holds:
                hold.release()

    def fetch(self, numbers: Collection[int]) -> Mapping[int, ListedFinding]:
        """Read the findings of the lines in view."""
        store = cast("KeyworkApp", self.app).store
        try:
            return store.findings_numbered(numbers) if store is not None else {}
        except Problem as problem:
            self.say(str(problem), "error")
            return {}

    # The filter

    def filter_by(self, text: str) -> None:
        """Other words: a moment later, when nobody types on; without any at once."""
        self._stop_typing()
        if text.split():
            self._typing = self.set_timer(TYPED_SECONDS, self._typed)
        else:
            self.read(hold=True, keep=False)

    def _typed(self) -> None:
        self._typing = None
        self.read(keep=False)

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def press(self, key: str) -> bool:
        """A key in the filter: those that go to the list find there what was typed."""
        if key not in TO_THE_LIST:
            return super().press(key)
        self.when_listed(lambda: super(Reading, self).press(key))
        return True

    def when_listed(self, act: Callable[[], object]) -> None:
        """Act on the list; where words were typed that it does not show yet, when it does."""
        if self._typing is not None:
            self._then.append(act)
            self.read(hold=True, keep=False)
        elif self._reading and not self._keep:
            self._then.append(act)
            self._wait()
        else:
            act()
