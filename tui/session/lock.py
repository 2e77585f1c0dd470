"""The locked screen: nothing of the program is drawn and no key reaches it until the person's passphrase is typed."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events

from tui.session.own_files import Upgraded
from tui.session.program import Program
from tui.terminal import textual_private
from tui.widgets.text import printable
from tui.widgets.text_page import wrapped

if TYPE_CHECKING:
    from textual.app import App

    from store.snapshot import Snapshot

LOOK_SECONDS = 5.0
"""How often it is looked whether somebody still types."""
MOST_TRIES = 5
LONGEST = 200
CLEAR = "\x1b[0m\x1b[2J\x1b[H"
BLANK = "Keywork is locked. What was typed is kept."
TYPE = "Type the passphrase of {person} and Enter; or F10 leaves."
NONE = "{person} has no passphrase here (keywork passphrase sets one): F10 leaves, then come in afresh."


class LockedProgram(Program, Protocol):
    """The program, and what its lock needs of it beside."""

    def redraw(self) -> None:
        """Draw every cell again."""

    def leave(self, code: int = 0) -> None:
        """End the program; what is typed is kept."""

    def try_to_leave(self) -> str:
        """The same, unless what is typed can be kept nowhere; what is to be said then, "" where it ends."""


class Lock:
    """One app's lock. While it is `on`, it takes every key, and the app draws nothing."""

    def __init__(self, app: LockedProgram, clock: Callable[[], float] = monotonic) -> None:
        self._app, self._clock = app, clock
        self.on = False
        self._typed = self._told = ""
        self._can_open = self._waits = False
        self._tries = 0
        self._began = clock()

    def start(self) -> None:
        """Begin to look whether the person has gone. The program stands open from now."""
        self._began = self._clock()
        self._app.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> None:
        """Lock when no key was pressed for as long as the settings say."""
        minutes = self._app.settings.lock_minutes
        last = max(self._began, self._app.key_queue.last_at)
        if minutes and not self.on and self._clock() - last >= 60 * minutes:
            self.lock()

    def lock(self) -> None:
        """Hide everything at once; then see whether there is a passphrase to open it by."""
        app = self._app
        if self.on:
            return
        self.on, self._typed, self._told, self._tries = True, "", "", 0
        self._can_open, self._waits = False, True
        self.draw()
        person = app.person
        app.read(lambda snapshot: _has_one(snapshot, person), on_done=self._known, on_problem=self._unknown)

    def _known(self, is_set: bool) -> None:
        self._can_open, self._waits = is_set, False
        self.draw()

    def _unknown(self, problem: Exception) -> None:
        away = "The store is away just now; Enter tries again."
        self._waits, self._told = False, str(problem) if isinstance(problem, Upgraded) else away
        self._can_open = True
        self.draw()

    def takes(self, event: events.Event) -> bool:
        """Whether a key, a paste or a mouse button ends here: all do while it is locked."""
        if not self.on:
            return False
        if isinstance(event, events.Key):
            self._press(event)
        return True

    def _press(self, event: events.Key) -> None:
        if event.key == "f10":
            self._told = self._app.try_to_leave()
        elif self._waits or not self._can_open:
            return
        elif event.key == "enter":
            self._try()
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key in ("escape", "ctrl+u"):
            self._typed = ""
        elif event.is_printable and event.character and len(self._typed) < LONGEST:
            self._typed += event.character
        self.draw()

    def _try(self) -> None:
        app, typed = self._app, self._typed
        self._typed, self._told, self._waits = "", "One moment ...", True
        person = app.person
        app.read(lambda snapshot: _opens(snapshot, person, typed), on_done=self._tried, on_problem=self._unknown)

    def _tried(self, is_right: bool) -> None:
        app = self._app
        self._waits = False
        if is_right:
            self.on, self._began = False, self._clock()
            app.redraw()
            return
        from store.people import passphrases

        self._tries += 1
        self._waits, self._told = True, "That is not it."
        app.write(passphrases.note_wrong, on_done=self._noted, on_problem=self._noted)

    def _noted(self, _: object) -> None:
        """The wrong try is in the audit, if the store is there: another one, or the end."""
        self._waits = False
        if self._tries >= MOST_TRIES:
            self._app.leave()  # which keeps what was typed, and clears the last words
            kept = self._app.unkept or "What was typed is kept."
            self._app.last_words = f"The passphrase was wrong too often: come in afresh. {kept}"
        self.draw()

    def draw(self) -> None:
        """Clear the terminal and say that it is locked; nothing else is drawn until it opens."""
        driver = textual_private.driver_of(cast("App[Any]", self._app))
        if driver is None or not self.on:
            return
        person = printable(self._app.person)
        keys = (TYPE if self._can_open else NONE).format(person=person) if not self._waits else ""
        typed = "*" * min(len(self._typed), 60)
        # The terminal wraps nothing by itself: what is longer than a line would lose its end, the key to press with it.
        width = cast("App[Any]", self._app).size.width
        said = ["", f" {BLANK}", "", f" {keys}", "", f" {self._told}", f" {typed}"]
        lines = [piece for line in said for piece in wrapped(line, width)]
        driver.write(CLEAR + "\r\n".join(lines))
        driver.flush()


# In a thread, where what cannot be loaded hides nothing less.


def _has_one(snapshot: "Snapshot", person: str) -> bool:
    """Whether somebody has a passphrase."""
    from store.people import passphrases

    return passphrases.is_set(snapshot, person)


def _opens(snapshot: "Snapshot", person: str, typed: str) -> bool:
    """Whether that is somebody's passphrase."""
    from store.people import passphrases

    return passphrases.matches(snapshot, person, typed)
