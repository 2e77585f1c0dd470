"""A program without a store: what a screen asks is answered from a list, what it does is written down."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from textual.screen import Screen

from store.facts import AgencyInfo
from store.store import Store
from tui.session.program import Program, Unwritten
from tui.widgets.base_app import BaseApp
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.terminology import Terms

NOW = datetime(2020, 12, 15, 14, 2, tzinfo=ZoneInfo("Europe/London"))


class FakeProgram(BaseApp):
    """Stands in for the program. The questions of `read` get `answers` in turn; `done` tells what was asked for."""

    def __init__(self, screen: Callable[[], Screen[Any]], answers: list[Any]) -> None:
        super().__init__(clock=lambda: NOW)
        self.first, self.answers = screen, answers
        self.done: list[tuple[object, ...]] = []
        self.standard = load("ndtms-cjit-p")
        self.checker = Checker(self.standard)
        self.agency = AgencyInfo(1, "an-id", "T0123", self.standard.id)
        self.person, self.session = "ann", "a-session"
        self.entered = self.came_back = self.last_words = self.unkept = ""
        self.drafted_at = NOW
        self.unwritten: set[Unwritten] = set()

    def on_mount(self) -> None:
        """Show the screen."""
        self.push_screen(self.first())

    @property
    def opened_store(self) -> Store:
        """There is none."""
        raise AssertionError("a screen asks through read and write")

    def today(self) -> date:
        """The fixed day."""
        return NOW.date()

    def read(self, job: Callable[[Any], Any], *, on_done: Callable[[Any], object] | None = None, **_: Any) -> Any:
        """Answer from the list."""
        answer = self.answers.pop(0)
        if on_done is not None:
            self.call_later(on_done, answer)
        return asyncio.get_running_loop().create_future()

    def write(self, job: Callable[[Any], Any], **_: Any) -> Any:
        """Write down that something was to be written."""
        self.done.append(("write",))
        return asyncio.get_running_loop().create_future()

    def in_store(self, job: Callable[[Any], Any], **_: Any) -> Any:
        """Write down that something was to be done."""
        self.done.append(("in_store",))
        return asyncio.get_running_loop().create_future()

    def write_unhurried(self, job: Callable[[Any], Any], **_: Any) -> None:
        """Write down that something was to be written."""
        self.done.append(("write_unhurried",))

    def open_screen(self, name: str, *args: Any, **more: Any) -> None:
        """Write down where to."""
        self.done.append(("open_screen", name))

    def open_client(
        self, client_id: str = "", episode_id: str = "", event_id: str = "", header: str = "", *, told: bool = False
    ) -> None:
        """Write down whom."""
        self.done.append(("open_client", client_id))

    def to_finding(self, step: Literal[1, -1], client_id: str = "", *, itself: bool = False) -> None:
        """Write down which way."""
        self.done.append(("to_finding", step))

    @property
    def walked_return(self) -> str:
        """The whole caseload."""
        return ""

    @property
    def walked_list(self) -> None:
        """No worklist."""
        return None

    def change_agency(self, agency: AgencyInfo) -> None:
        """Write down where to."""
        self.done.append(("change_agency", agency.code))

    @property
    def terms(self) -> Terms:
        """Those of the standard."""
        return self.standard.terms


def is_a_program(fake: FakeProgram) -> Program:
    """The type checker sees here that the stand-in has all that a screen may ask."""
    return fake
