"""The program: first a paint, then the store, then the screens."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, cast

from textual import events

from store.facts import NEVER, Who
from store.live.session_ids import new_session
from tui.app.open_store import Opened, StoreLocation, look, make, make_demo, where_kept
from tui.screens.registry import HOME, SCREENS, hidden_actions, know_actions
from tui.screens.start import StartScreen
from tui.session import own_files
from tui.session.daily_copy import DailyCopy
from tui.session.lock import Lock, LockedProgram
from tui.session.new_agency import NewAgency
from tui.session.program import Program, Unwritten
from tui.session.store_access import StoreChanged, StoreThreads, StoreWatch, shortly
from tui.terminal import textual_private
from tui.widgets.actions import REGISTRY
from tui.widgets.base_app import BaseApp, local_now
from tui.widgets.base_screen import BaseScreen
from tui.widgets.settings import Settings, settle
from validators.local_time import LONDON
from validators.problems import Problem
from validators.standard.terminology import USUAL, Terms, counted

if TYPE_CHECKING:
    from exporters.records.worklists import Walk
    from store.facts import AgencyInfo
    from store.live.news import StoreState
    from store.snapshot import Snapshot
    from store.store import Store
    from store.unit_of_work import UnitOfWork
    from tui.app.letter_watch import LetterWatch
    from tui.screens.client.queries import Left, Loaded
    from validators.rules.checker import Checker
    from validators.standard.model import Standard

__all__ = ["KeyworkApp", "StoreChanged"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

REST_SECONDS = 2.0
"""So long whoever goes to the shell waits for what is being written."""
OWN_FILES_SECONDS = 60.0
LOST = 2
"""The exit code of a session that was left although what was typed could be kept nowhere, or that opened no store."""


def _if_loadable(
    act: Callable[Concatenate["KeyworkApp", Arguments], None],
) -> Callable[Concatenate["KeyworkApp", Arguments], None]:
    """A way to a screen; where that would be of another version it is refused, and the session stays."""

    @wraps(act)
    def going(app: "KeyworkApp", /, *given: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            act(app, *given, **named)
        except own_files.Upgraded as problem:
            app.say(problem.sentence, "error")

    return going


class KeyworkApp(BaseApp):
    """The app on one store and one of its agencies.

    `store`, `agency`, `standard`, `checker` and `person` are there from the moment a screen other than the first page
    is opened. `place` says where the store lies; with `demo` clients a throw-away store is filled with them first.
    """

    store: "Store | None"
    agency: "AgencyInfo"
    standard: "Standard"
    checker: "Checker"
    person: str

    def __init__(
        self,
        place: StoreLocation,
        clock: Callable[[], datetime] = local_now,
        settings: Settings | None = None,
        demo_clients: int = 0,
        demo_seed: int = 1,
    ) -> None:
        super().__init__(clock=clock, settings=settings, demo=demo_clients > 0)
        self.place, self.demo_clients, self.demo_seed = place, demo_clients, demo_seed
        self.store = None
        self.person = ""
        self.session = new_session()
        self.entered = self.came_back = self.last_words = self.unkept = ""
        self._warned = ""
        self._is_old = False
        self.drafted_at = NEVER
        self.unwritten: set[Unwritten] = set()
        self.threads = StoreThreads(self)
        self.watch_store: StoreWatch | None = None
        self._letter_watch: LetterWatch | None = None
        self.lock = Lock(cast(LockedProgram, self))
        self.daily_copy = DailyCopy(cast(Program, self))

    # Time

    def today(self) -> date:
        """The day it is where the returns go to; asked anew each time, so that midnight is noticed."""
        return self.clock().astimezone(LONDON).date()

    # The store

    def read(
        self,
        job: "Callable[[Snapshot], Result]",
        *,
        on_done: Callable[[Result], object] | None = None,
        on_problem: Callable[[Problem], object] | None = None,
        hold: bool = False,
    ) -> "asyncio.Task[Result | None]":
        """Read the store in a thread, as of one moment; see `StoreThreads.run` for the rest."""
        return self.threads.run(partial(self.opened_store.ask, job), on_done=on_done, on_problem=on_problem, hold=hold)

    def write(
        self,
        job: "Callable[[UnitOfWork], Result]",
        *,
        on_done: Callable[[Result], object] | None = None,
        on_problem: Callable[[Problem], object] | None = None,
        hold: bool = False,
    ) -> "asyncio.Task[Result | None]":
        """Write to the store in a thread, in one unit of work of the person at the screen, as of this moment.

        Such run one after the other, in the order they were asked for.
        """
        who = Who(self.person, self.clock(), self.session)
        task = partial(self.opened_store.do, who, job)
        return self.threads.run(task, on_done=on_done, on_problem=on_problem, writes=True, hold=hold)

    def in_store(
        self,
        job: "Callable[[Store], Result]",
        *,
        on_done: Callable[[Result], object] | None = None,
        on_problem: Callable[[Problem], object] | None = None,
        writes: bool = False,
        hold: bool = False,
    ) -> "asyncio.Task[Result | None]":
        """Work in a thread that opens the store several times: long checks, extracts, files.

        What writes needs `writes`: such run one after the other.
        """
        task = partial(job, self.opened_store)
        return self.threads.run(task, on_done=on_done, on_problem=on_problem, writes=writes, hold=hold)

    def write_unhurried(
        self,
        job: "Callable[[Store], object]",
        *,
        on_done: Callable[[], object],
        on_problem: Callable[[Problem], object],
    ) -> None:
        """Write what is written with nearly every key: that it is done need be known only when something happens."""
        self.threads.write_unhurried(partial(job, self.opened_store), on_done, on_problem)

    @property
    def opened_store(self) -> "Store":
        """The store, which is open by now."""
        assert self.store is not None
        return self.store

    def on_mount(self) -> None:
        """Paint the first page; only then touch the store."""
        self.push_screen(StartScreen())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The first paint is done: open the store while the keys wait."""
        if self.demo_clients:
            self.threads.run(
                partial(make_demo, self.place, self.demo_clients, self.demo_seed, self.today(), self.clock()),
                on_done=self.opened,
                on_problem=self._not_opened,
                hold=True,
            )
        else:
            self.threads.run(
                partial(look, self.place, self.clock()), on_done=self.opened, on_problem=self._not_opened, hold=True
            )

    def make_store(self, new: NewAgency) -> None:
        """Make a store with its first agency (or enter the first agency of an empty one), then open it."""
        self.threads.run(
            partial(make, self.place, new, self.clock()),
            on_done=self.opened,
            on_problem=self._not_opened,
            hold=True,
        )

    def choose_agency(self, agency: "AgencyInfo") -> None:
        """Open the store on this agency, one of several."""
        self.place = StoreLocation(self.place.store, self.place.key_file, agency.code, agency.standard)
        self.threads.run(
            partial(look, self.place, self.clock()), on_done=self.opened, on_problem=self._not_opened, hold=True
        )

    def opened(self, found: Opened) -> None:
        """What was found where the store should be: go on to the first screen, or ask what is missing."""
        self.last_words = ""
        if found.store is None or found.agency is None or found.standard is None or found.checker is None:
            screen = self.screen
            if isinstance(screen, StartScreen):
                if found.agencies:
                    screen.ask_which(found.agencies, self.choose_agency)
                else:
                    screen.ask_first(found.standards, where_kept(self.place), self.make_store, self.today())
            return
        self.store, self.agency, self.person = found.store, found.agency, found.person
        self.standard, self.checker = found.standard, found.checker
        from tui.app.letter_watch import LetterWatch  # after the first paint

        self._letter_watch = LetterWatch(self)
        others = self._letter_watch.look
        self.watch_store = StoreWatch(self, self.threads, found.store, self._how_it_stands, others, self._shut_out)
        self.watch_store.start()
        self._letter_watch.opened(found.act)  # what was done while this was opened; the watch tells of what comes after
        if not self.demo:
            self.lock.start()
            self.daily_copy.start()
        self.settings = settle(self.settings, know_actions)
        self.switch_screen(HOME.make())
        own_files.keep_to_own_version()
        self.set_interval(OWN_FILES_SECONDS, self._look_at_own_files)
        if found.first:
            self.call_later(self.open_screen, "first_steps")
        self.call_later(self._welcome, found)

    def _look_at_own_files(self) -> None:
        """Tell once that the program was upgraded: what is not loaded yet of it, cannot be any more."""
        if not self._is_old and own_files.are_of_another_version():
            self._is_old = True
            self.say(own_files.TOLD, "warning")

    async def run_action(self, *given: Any, **named: Any) -> bool:
        """What a key or the palette stands for; where something of another version would be loaded it is refused."""
        try:
            return await super().run_action(*given, **named)
        except own_files.Upgraded as problem:
            self.say(problem.sentence, "error")
            return True

    def _how_it_stands(self, before: "StoreState | None") -> "StoreState":
        """The store as the watch sees it, in its own thread."""
        from store.live import news

        return news.look(self.opened_store, before, self.session, self.entered, self.clock())

    def _welcome(self, found: Opened) -> None:
        """Say what has to be said once."""
        from tui.screens.client.queries import Left, left_behind

        said = (*textual_private.differing(), *self.settings.problems, *found.sentences)
        for sentence in said:
            self.say(sentence, "notice")
        agency, who, today = self.agency, Who(self.person, self.clock(), self.session), self.today()

        def came(left: "Left") -> None:
            self.came_back = left.told
            if left.groups or left.told:
                self.offer_drafts(Left(left.groups, " ".join(filter(None, (left.told, *said)))))

        self.in_store(lambda store: left_behind(store, agency, who, today), on_done=came, writes=True, hold=True)

    def offer_drafts(self, left: "Left") -> None:
        """Say what was typed and not saved, and the way to it; then what else there is to tell.

        Nothing is opened over the screen one is on: keys meant for that would answer the question whether to keep it,
        and go on into a record that nobody opened.
        """
        told = left.told
        if left.groups:
            at_home = isinstance(self.screen, BaseScreen) and self.screen.scope == HOME.name
            key = REGISTRY.key_text("month.drafts").lower() if at_home else ""
            way = key or f"'{SCREENS['drafts'].title}' in the palette"
            told = f"Typed here, not saved: {counted(len(left.groups), 'client')} ({way}). {told}".rstrip()
        getattr(self.screen, "begin_with", lambda text: self.say(text, "notice"))(told)

    def _not_opened(self, problem: Problem) -> None:
        self.last_words = problem.told(self.terms)
        if isinstance(self.screen, StartScreen):
            self.screen.show_failure(self.last_words, self._begin)
        else:
            self.say(problem.sentence, "error")

    # Going places

    @_if_loadable
    def open_screen(self, name: str, *args: Any, **more: Any) -> None:
        """Open a screen by name, or go back to it when it is open below this one."""
        if self.store is None:
            self.say("The store is not open yet.")
            return
        if name not in SCREENS:
            self.say(f"There is no screen for that yet: {name}.", "notice")
            return
        entry = SCREENS[name]
        if not entry.is_for(self.standard):  # by a key that another data set has
            self.say(f"{entry.title}: this data set has nothing of the kind.", "notice")
            return
        below = [screen for screen in self.screen_stack if type(screen).__name__ == entry.class_name]
        if below and not args and not more:
            while self.screen is not below[-1]:
                self.pop_screen()
            if isinstance(self.screen, BaseScreen):
                self.screen.called_again()
        else:
            self.push_screen(entry.make(*args, **more))

    def hidden_actions(self) -> frozenset[str]:
        """Screens and actions about what the agency's standard does not have."""
        if self.store is None:
            return super().hidden_actions()
        return super().hidden_actions() | hidden_actions(self.standard)

    @property
    def terms(self) -> Terms:
        """Those of the agency's standard, as soon as there is one."""
        return USUAL if self.store is None else self.standard.terms

    def why(self, problem: Problem) -> str:
        """Without the store's long name, which would push what follows out of sight."""
        return shortly(problem, self.store.path if self.store is not None else None, self.terms)

    def action_open_screen(self, name: str) -> None:
        """The palette's way."""
        self.open_screen(name)

    @_if_loadable
    def open_client(
        self, client_id: str = "", episode_id: str = "", event_id: str = "", header: str = "", *, told: bool = False
    ) -> None:
        """Open a client at a record and a field; a new client without an id. With `told`, say what is wrong there."""
        from tui.screens.client.queries import load
        from tui.screens.client.screen import ClientScreen, come_up, opened

        if self.store is None:
            self.say("The store is not open yet.")
            return

        def is_open() -> bool:
            there = opened(self, client_id)
            if there is not None:
                was_up = self.screen is there
                come_up(self, there)
                if episode_id or event_id or header:
                    there.open_place(episode_id, event_id, header)
                elif not was_up:
                    there.open_at_hand()
            return there is not None

        if is_open():
            return

        def came(found: "Loaded") -> None:
            if not is_open():
                self.push_screen(ClientScreen(self, found, episode_id, event_id, header, told=told))

        agency, standard, who = self.agency, self.standard, Who(self.person, self.clock(), self.session)
        self.read(lambda snapshot: load(snapshot, agency, standard, who, client_id), on_done=came, hold=True)

    @_if_loadable
    def to_finding(self, step: Literal[1, -1], client_id: str = "", *, itself: bool = False) -> None:
        """To the next client's first finding, from a client or into the caseload; that client's own screen is left."""
        from tui.screens.client.next_client import to_client, to_waiting
        from tui.screens.client.screen import ClientScreen

        if self.store is None:
            self.say("The store is not open yet.")
            return
        screen = self.screen
        leaving = screen if client_id and isinstance(screen, ClientScreen) and screen.client_id == client_id else None
        walk = self.walked_list
        if walk is not None:
            to_waiting(self, walk, "" if itself else client_id, step, leaving)
        else:
            to_client(self, client_id, step, itself=itself, leaving=leaving)

    @property
    def walked_return(self) -> str:
        """The submission in whose return alone F8 walks, "" for the whole caseload: what the nearest screen says."""
        said = (getattr(screen, "walked_return", None) for screen in reversed(self.screen_stack))
        return next((month for month in said if month is not None), "")

    @property
    def walked_list(self) -> "Walk | None":
        """The worklist of the list of clients below, unless one came by a list of findings since."""
        lists = {SCREENS["findings"].class_name, SCREENS["clients"].class_name}
        below = (screen for screen in reversed(self.screen_stack) if type(screen).__name__ in lists)
        walk: Walk | None = getattr(next(below, None), "walk", None)
        return walk

    @_if_loadable
    def change_agency(self, agency: "AgencyInfo") -> None:
        """Go over to another agency of this store."""
        from tui.app.switch_agency import change_agency

        if self._letter_watch is not None:
            change_agency(self, agency, self.offer_drafts, self._letter_watch)

    # Locking

    def action_lock(self) -> None:
        """F12: hide everything until the person's passphrase is typed."""
        if self.store is not None:
            self.lock.lock()

    async def deliver(self, event: events.Event) -> None:
        """Hand an event of the queue out; while the screen is locked, to the lock alone."""
        if not self.lock.takes(event):
            await super().deliver(event)

    async def on_event(self, event: events.Event) -> None:
        """What does not wait in the queue: no mouse reaches what is hidden."""
        if not (self.lock.on and isinstance(event, events.MouseEvent)):
            await super().on_event(event)

    @property
    def is_hidden(self) -> bool:
        """While the screen is locked nothing else is drawn."""
        return self.lock.on

    def on_resize(self) -> None:
        """The locked screen is drawn anew, too."""
        self.lock.draw()

    # Leaving

    def _shut_out(self, problem: Problem) -> None:
        """The person may not read the store any more: nothing of it stays on the screen."""
        self.leave()
        self.last_words = f"{problem.told(self.terms)} {self.unkept or 'What you typed is kept.'}"

    def action_leave(self) -> None:
        """F10: drafts are kept, the program ends; where they can be kept nowhere that is said, and it stays open."""
        if self.store is None and self.last_words:
            self.leave(LOST)
        elif told := self.try_to_leave():
            self.say(told, "error")

    def action_shell(self) -> None:
        """To the shell, once nothing of ours holds the store's lock: it would be held until somebody comes back."""
        if self.can_suspend and not self.threads.come_to_rest(REST_SECONDS):
            self.say("Not left for the shell: the store is being written to, try again in a moment.", "notice")
            return
        super().action_shell()

    def try_to_leave(self) -> str:
        """Leave, and return ""; or stay once more, where what is typed would be lost, and return what is to be said."""
        self.flush_drafts("suspend")
        if not self.unkept or self._warned == self.unkept:
            self.leave(LOST if self.unkept else 0)
            return ""
        self._warned = self.unkept
        return f"Not left: what you typed would be lost; F10 once more leaves without it. {self.unkept}"

    def flush_drafts(self, reason: str) -> None:
        """Write what is typed at once, in this very thread."""
        self.last_words = self.unkept = ""
        for screen in self.screen_stack:
            flush = getattr(screen, "flush_drafts", None)
            if callable(flush):
                flush(reason)
        for one in self.unwritten - {getattr(screen, "keeper", None) for screen in self.screen_stack}:
            one.flush()  # of a screen that was left a moment ago
        if reason != "suspend":
            self._stop()
        if reason not in ("suspend", "leave"):  # a thread that writes an extract may not come to its end
            from store.disk.files import abandon  # the store comes after the first paint

            abandon()

    def _stop(self) -> None:
        """Nothing is begun in a thread any more."""
        self.threads.stop()
        if self.watch_store is not None:
            self.watch_store.stop()

    async def on_unmount(self) -> None:
        """Give the store back."""
        self._stop()
        if self.store is not None:
            self.store.close()


def place_of(store: str | None, key_file: Path | None, agency: str | None, standard: str | None) -> StoreLocation:
    """Where the store lies, from what a command line says. Raises Problem."""
    from store.disk.location import store_path

    return StoreLocation(store_path(store), key_file, agency, standard)
