"""Reading anew what a screen shows: keys typed meanwhile find what they mean."""

from collections.abc import Callable
from typing import Any, cast

from tui.session.program import StoreScreen
from tui.session.refresher import Refresher
from tui.terminal.key_queue import KeyHold
from validators.problems import Problem


class FakeKeys:
    """Counts who holds the keys."""

    def __init__(self) -> None:
        self.holds: set[KeyHold] = set()

    def hold(self) -> KeyHold:
        """Another hold."""
        hold = KeyHold(self.holds.discard, None)
        self.holds.add(hold)
        return hold


class FakeProgram:
    """Keeps the questions until the test answers them."""

    def __init__(self) -> None:
        self.key_queue = FakeKeys()
        self.asked: list[tuple[Callable[[Any], object], Callable[[Problem], object]]] = []

    def read(self, question: object, *, on_done: Any, on_problem: Any, hold: bool = False) -> None:
        """A question."""
        assert not hold, "the readings hold the keys themselves, over all of them"
        self.asked.append((on_done, on_problem))


class FakeScreen:
    """A screen that is there."""

    is_attached = True

    def __init__(self) -> None:
        self.program = FakeProgram()
        self.shown: list[str] = []
        self.refresher = Refresher[str](
            cast(StoreScreen[None], self), lambda: lambda snapshot: "", self.shown.append, self.failed
        )

    def failed(self, problem: Problem) -> None:
        """What stood in the way."""
        self.shown.append(str(problem.sentence))

    def answer(self, view: str) -> None:
        """The answer to what was asked last."""
        self.program.asked[-1][0](view)


def test_a_key_waits_for_the_reading_it_asked_for_also_when_another_is_under_way() -> None:
    screen = FakeScreen()
    screen.refresher.read()
    assert not screen.program.key_queue.holds, "nobody's key asked for this one"
    screen.refresher.read(hold=True)
    assert len(screen.program.key_queue.holds) == 1
    screen.answer("as it was")
    assert len(screen.program.asked) == 2
    assert len(screen.program.key_queue.holds) == 1, "what the key asked for is not shown yet"
    screen.answer("the other month")
    assert screen.shown == ["as it was", "the other month"]
    assert not screen.program.key_queue.holds


def test_keys_are_let_go_after_a_problem_and_when_the_screen_has_gone() -> None:
    screen = FakeScreen()
    screen.refresher.read(hold=True)
    screen.program.asked[-1][1](Problem("The store is away."))
    assert screen.shown == ["The store is away."]
    assert not screen.program.key_queue.holds
    screen.refresher.read(hold=True)
    assert screen.program.key_queue.holds
    screen.is_attached = False
    screen.answer("too late")
    assert not screen.program.key_queue.holds


def test_what_stood_in_the_way_of_a_reading_that_is_overtaken_is_not_told() -> None:
    screen = FakeScreen()
    screen.refresher.read()
    screen.refresher.read(hold=True)
    screen.program.asked[-1][1](Problem("There is no attempt 2."))
    assert screen.shown == [] and len(screen.program.asked) == 2
    assert len(screen.program.key_queue.holds) == 1
    screen.answer("attempt 1")
    assert screen.shown == ["attempt 1"] and not screen.program.key_queue.holds
