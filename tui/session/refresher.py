"""Reading anew what a screen shows: one reading at a time, and once more after it where somebody asked meanwhile."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from validators.problems import Problem
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.snapshot import Snapshot
    from tui.session.program import Program
    from tui.terminal.key_queue import KeyHold

View = TypeVar("View")
Question = Callable[["Snapshot"], View]


class Shows(Protocol):
    """A screen, as far as its readings need it."""

    @property
    def program(self) -> "Program":
        """What the screen is in."""

    @property
    def is_attached(self) -> bool:
        """Whether it is there still."""

    def say(self, text: str | Sentence, severity: str = "") -> None:
        """Say something in the status line."""


class Refresher(Generic[View]):
    """The readings of one screen.

    `ask()` gives the question as things stand when a reading begins: what it needs of the screen and the program it
    takes then, for the question itself runs in another thread. `show(view)` gets every answer that comes while the
    screen is there, `settled(view)` only the one after which nothing more is to be read, `failed(problem)` what stood
    in the way, unless somebody asked anew meanwhile; then nothing is read again until somebody asks. Without it the
    sentence stands in the status line.

    What a screen reads more than once is read through one of these: of two readings that are under way at once the
    earlier may come last, and what is older would stand there for good.
    """

    def __init__(
        self,
        screen: Shows,
        ask: Callable[[], Question[View]],
        show: Callable[[View], object],
        failed: Callable[[Problem], object] | None = None,
        settled: Callable[[View], object] | None = None,
    ) -> None:
        """Read nothing yet."""
        self._screen, self._ask = screen, ask
        self._show, self._failed_with, self._settled = show, failed or self._say, settled
        self._again = False
        self._keys: KeyHold | None = None
        self.is_reading = False

    def read(self, hold: bool = False) -> None:
        """Read, in a thread; while that goes on, once more after it. With `hold` the keys wait for the answer.

        They wait for the last answer: a key that means another place than the one shown must find that one shown,
        also when the reading before it is still under way.
        """
        if hold and self._keys is None:
            self._keys = self._screen.program.key_queue.hold()
        if self.is_reading:
            self._again = True
            return
        self.is_reading, self._again = True, False
        self._screen.program.read(self._ask(), on_done=self._came, on_problem=self._failed)

    def _came(self, view: View) -> None:
        self.is_reading = False
        try:
            if not self._screen.is_attached:
                return
            self._show(view)
            if self._again:
                self.read()
            elif self._settled is not None:
                self._settled(view)
        finally:
            self._release()

    def _failed(self, problem: Problem) -> None:
        self.is_reading = False
        try:
            if self._again and self._screen.is_attached:
                self.read()  # what was asked for meanwhile may ask for something else: this failure is of before
            else:
                self._failed_with(problem)
        finally:
            self._release()

    def _say(self, problem: Problem) -> None:
        self._screen.say(problem.sentence, "error")

    def _release(self) -> None:
        """The keys go on, unless what they wait for is being read."""
        if self._keys is not None and not self.is_reading:
            self._keys.release()
            self._keys = None
