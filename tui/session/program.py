"""What a screen knows of the program it stands in: no more, so that it can be tested with a small stand-in."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

from textual.timer import Timer

from tui.widgets.base_screen import BaseScreen

if TYPE_CHECKING:
    from textual.app import App

    from exporters.records.worklists import Walk
    from store.facts import AgencyInfo
    from store.snapshot import Snapshot
    from store.store import Store
    from store.unit_of_work import UnitOfWork
    from tui.terminal.key_queue import KeyQueue
    from tui.terminal.terminal_app import PendingCall
    from tui.widgets.settings import Settings
    from validators.problems import Problem
    from validators.rules.checker import Checker
    from validators.standard.model import Standard
    from validators.standard.terminology import Sentence, Terms

Answer = TypeVar("Answer")
Result = TypeVar("Result")


class Unwritten(Protocol):
    """What keeps something typed that the store has not taken yet."""

    def flush(self) -> None:
        """Write it here and now, the last thing before an end; else to a file."""


class Program(Protocol):
    """The program as every screen but the first knows it: the store is open, on one of its agencies.

    `agency` is that agency, `standard` what it reports by and `checker` the standard's rules, compiled. `person` is who
    sits at the screen and `session` this run of the program, by which drafts and presence are told from those of other
    windows. With `demo` the store is thrown away at the end.

    Three sentences pass between screens: `entered` is the id of the client whose record this session is noted to be in
    ("" for none), `came_back` what is to be told of drafts that came back from files, until a screen has told it, and
    `last_words` what is said on the terminal once the screens are gone. `unkept` says why what is typed could be kept
    nowhere when it was tried last, "" where it is kept. `drafted_at` is when something was kept as a draft last,
    `unwritten` is what waits to be, also of screens that were left meanwhile.
    `settings` are what the person set.
    """

    agency: "AgencyInfo"
    standard: "Standard"
    checker: "Checker"
    person: str
    session: str
    entered: str
    came_back: str
    last_words: str
    unkept: str
    drafted_at: datetime
    unwritten: "set[Unwritten]"
    settings: "Settings"

    @property
    def demo(self) -> bool:
        """Whether the clients are synthetic, in a store that is thrown away."""

    @property
    def opened_store(self) -> "Store":
        """The store itself, for a screen's last write before an end, when no thread is left to ask."""

    @property
    def key_queue(self) -> "KeyQueue":
        """The keys that wait, in the order they were pressed; `hold()` keeps them until what they mean is known."""

    # Time

    def clock(self) -> datetime:
        """This moment, with its zone."""

    def today(self) -> date:
        """The day it is where the returns go to; asked anew each time, so that midnight is noticed."""

    # The store

    def read(
        self,
        job: "Callable[[Snapshot], Answer]",
        *,
        on_done: Callable[[Answer], object] | None = None,
        on_problem: "Callable[[Problem], object] | None" = None,
        hold: bool = False,
    ) -> "asyncio.Task[Answer | None]":
        """Read the store in a thread, as of one moment.

        `on_done(answer)` is called in the program's own queue; on a Problem `on_problem`, else its sentence stands in
        the status line. With `hold` the keys wait until that is done. The task gives the answer, None after a Problem.
        What `job` needs of the program or a screen it takes before: it runs in another thread, at another time.
        """

    def write(
        self,
        job: "Callable[[UnitOfWork], Answer]",
        *,
        on_done: Callable[[Answer], object] | None = None,
        on_problem: "Callable[[Problem], object] | None" = None,
        hold: bool = False,
    ) -> "asyncio.Task[Answer | None]":
        """Write to the store in a thread, in one unit of work of the person at the screen, as of this moment.

        All of it is kept, or nothing after a Problem. Writes come one after the other, in the order they were asked
        for; else as `read`.
        """

    def in_store(
        self,
        job: "Callable[[Store], Answer]",
        *,
        on_done: Callable[[Answer], object] | None = None,
        on_problem: "Callable[[Problem], object] | None" = None,
        writes: bool = False,
        hold: bool = False,
    ) -> "asyncio.Task[Answer | None]":
        """Work in a thread that needs the store several times: long checks, extracts, files, drafts one by one.

        What writes needs `writes`, and comes in its turn; else as `read`.
        """

    def write_unhurried(
        self,
        job: "Callable[[Store], object]",
        *,
        on_done: Callable[[], object],
        on_problem: "Callable[[Problem], object]",
    ) -> None:
        """Write what is written with nearly every key, in its turn among all that writes.

        `on_done()` is called when the program does something else, for which whoever asks has to see; `on_problem` at
        once.
        """

    # Going places

    def open_screen(self, name: str, *args: Any, **more: Any) -> None:
        """Open a screen by its name in the registry, or go back to it when it is open below and nothing is given."""

    def open_client(
        self, client_id: str = "", episode_id: str = "", event_id: str = "", header: str = "", *, told: bool = False
    ) -> None:
        """Open a client at a record and a field; a new client without an id. With `told`, say what is wrong there."""

    def to_finding(self, step: Literal[1, -1], client_id: str = "", *, itself: bool = False) -> None:
        """To the first finding of the next client after `client_id` who has any, with step -1 to the last of the one
        before; without an id, of the caseload. With `itself` that client comes first."""

    @property
    def walked_return(self) -> str:
        """The submission in whose return alone F8 walks, a month or `DUE`, "" for the whole caseload.

        It is what the screen lists or counts that one came from last: Findings, Month, a checklist, an extract.
        """

    @property
    def walked_list(self) -> "Walk | None":
        """The worklist that F8 and F7 walk: that of the list of clients one came from; None where that shows none."""

    def change_agency(self, agency: "AgencyInfo") -> None:
        """Go over to another agency of this store; every screen is left, what is typed is kept as drafts."""

    # Saying

    def say(self, text: "str | Sentence", severity: str = "") -> None:
        """Put a sentence in the status line: severity `error`, `warning`, `notice`, `ok` or nothing."""

    def unsay(self, text: "str | Sentence") -> None:
        """Take a sentence back wherever it still stands: it is not true any more."""

    @property
    def terms(self) -> "Terms":
        """What sentences call a client, an episode, a row: those of the agency's standard."""

    # The loop, for what is no screen

    def remember(self, name: str, value: str | bool | int) -> None:
        """Change a setting, also for the next time."""

    def set_timer(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Have something called in so many seconds."""

    def call_in(self, seconds: float, callback: Callable[[], object], /) -> "PendingCall":
        """The same, much cheaper, for what happens with every key; `stop` of what it gives takes it back."""

    def set_interval(self, interval: float, callback: Callable[[], object], /) -> Timer:
        """Have something called every so many seconds."""

    def call_later(self, callback: Callable[..., object], /, *args: Any) -> bool:
        """Have something called in the program's own queue; may be called in any thread."""


def program_of(app: "App[Any]") -> Program:
    """The program that a screen stands in."""
    return cast(Program, app)


class StoreScreen(BaseScreen[Result]):
    """A screen that knows the program it stands in."""

    @property
    def walked_return(self) -> str | None:
        """The submission in whose return alone F8 walks, see `Program`; None where this screen has no say in it.

        What lists or walks findings has it for the records opened from there, what counts them for F8 pressed there.
        """
        return None

    @property
    def program(self) -> Program:
        """The program."""
        return program_of(self.app)
