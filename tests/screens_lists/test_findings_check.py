"""The check of the caseload in the background makes way for whoever types, on whatever screen."""

from collections.abc import Callable
from datetime import date
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

from tests.screens.program import NOW
from tui.session.background_check import REST_SECONDS, CaseloadCheck


class Desk:
    """What the check asks of an app: timers, keys, the store's threads. Everything is done at once or kept."""

    def __init__(self) -> None:
        self.key_queue = SimpleNamespace(last_at=0.0)
        self.agency = self.checker = None
        self.asked: list[str] = []
        self.timers: list[tuple[float, Callable[[], object]]] = []

    def today(self) -> date:
        return NOW.date()

    def clock(self) -> object:
        return NOW

    def set_interval(self, seconds: float, call: Callable[[], object]) -> None:
        pass

    def set_timer(self, seconds: float, call: Callable[[], object]) -> None:
        self.timers.append((seconds, call))

    call_in = set_timer

    def read(self, job: Callable[..., object], *, on_done: Callable[..., object], **how: Any) -> None:
        self.asked.append("due_episodes")
        on_done((1, ["an id"]))

    def in_store(self, job: Callable[..., object], *, on_done: Callable[..., object], **how: Any) -> None:
        self.asked.append("check_some")
        on_done(False)


def test_no_batch_begins_while_somebody_types() -> None:
    desk = Desk()
    desk.key_queue.last_at = monotonic()
    check = CaseloadCheck(cast(Any, desk))
    check.start()
    assert desk.asked == ["due_episodes"] and check.running
    [(rest, go_on)] = desk.timers
    assert 0 < rest <= REST_SECONDS
    desk.timers.clear()
    go_on()  # a timer may come early
    assert desk.asked == ["due_episodes"] and len(desk.timers) == 1
    desk.key_queue.last_at -= REST_SECONDS
    go_on()
    assert desk.asked == ["due_episodes", "check_some"]
