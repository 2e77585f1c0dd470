"""What every screen and every dialog inherits: title, key bar and status line, and a focus that repaints nothing."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from tui.terminal import textual_private
from tui.widgets.actions import ALL, REGISTRY
from tui.widgets.key_bar import KeyBar
from tui.widgets.text_line import StatusLine, TitleLine
from validators.standard.terminology import Sentence, told

if TYPE_CHECKING:
    from tui.widgets.frame import Frame

Result = TypeVar("Result")
JumpPlace = tuple[str, str, Callable[[], object]]
"""Somewhere to jump to: its letter, its name, and what brings one there."""

# Textual's Screen has these two; its third, a copy of mouse-selected text on Ctrl+C, is replaced by the app's.
MOVES: list[BindingType] = [
    Binding("tab", "app.focus_next", "Next pane", show=False, id="pane.next"),
    Binding("shift+tab", "app.focus_previous", "Previous pane", show=False, id="pane.previous"),
]


def return_cursor(screen: Screen[Any]) -> None:
    """Have the terminal's cursor stand where the focus is, on a screen that has come up or is laid out anew."""
    place = getattr(screen.focused, "place_cursor", None)
    if place is not None:
        place()


class BaseScreen(Screen[Result], Generic[Result], inherit_bindings=False):
    """A whole screen. A subclass sets `scope` (its name in the registry) and `heading`, and gives `body`.

    Its bindings are made from the registry when an instance is made, so that settings read before apply.
    """

    scope: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    BINDINGS = MOVES
    DEFAULT_CSS = "BaseScreen { layout: vertical; overflow: hidden hidden; }"
    # Stock repaints the whole screen whenever the focus moves; the widgets repaint what shows it.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None) -> None:
        super().__init__(name, id)
        textual_private.draw_narrowly(self)
        self.title = self.heading
        general = [each for each in REGISTRY.bindings(ALL) if not each.action.startswith("app.")]
        textual_private.add_bindings(self, [*REGISTRY.bindings(self.scope), *general] if self.scope else general)

    @property
    def base(self) -> "Frame":
        """The app, as what it is."""
        return cast("Frame", self.app)

    def on_screen_resume(self) -> None:
        """Back from another screen: the terminal's cursor returns to where the focus is."""
        self.call_after_refresh(return_cursor, self)

    def on_screen_suspend(self) -> None:
        """Another screen comes over this one: what was done, or went on, is no news to whoever comes back. A notice and
        an error stay, and so does everything beneath a dialog."""
        above = self.app.screen_stack[-1:]  # nothing is above any more where the program ends
        if above != [self] and isinstance(next(iter(above), None), BaseScreen):
            for line in self.query(StatusLine):
                if line.severity in ("", "ok"):
                    line.say("")

    def compose(self) -> ComposeResult:
        """Title above, the body, then status and keys."""
        yield TitleLine(self.title or "", self.base.demo)
        yield from self.body()
        yield StatusLine()
        yield KeyBar(REGISTRY.bar(self.scope, self.base.hidden_actions()))

    def body(self) -> Iterable[Widget]:
        """The widgets between title and status line."""
        return ()

    def say(self, text: str | Sentence, severity: str = "") -> None:
        """Put a message in the status line; severity `error`, `warning`, `notice`, `ok` or nothing."""
        for line in self.query(StatusLine):
            line.say(told(text, self.base.terms), severity)

    def unsay(self, text: str | Sentence) -> None:
        """Take a message back if it is the one that stands there."""
        for line in self.query(StatusLine):
            if line.text.endswith(told(text, self.base.terms)):
                line.say("")

    def draw_now(self) -> None:
        """Draw what a key has changed at once. While more keys wait, it comes as usual."""
        if not self.base.key_queue:
            textual_private.draw_now(self)

    def retitle(self, title: str) -> None:
        """Change the title line; the same title again costs nothing."""
        if title == self.title:
            return
        # Textual's own way draws the whole screen anew: with every key of a name that stands in the title.
        self.set_reactive(BaseScreen.title, title)
        for line in self.query(TitleLine):
            line.set_title(title)

    def called_again(self) -> None:
        """The screen's own key was pressed, here or on a screen above that is gone now."""

    def jumps(self) -> list[JumpPlace]:
        """The places that Ctrl+G offers: letter, name, and what brings one there."""
        return []

    def action_back(self) -> None:
        """Escape: to the screen below; on the last one it says how to leave."""
        if len(self.app.screen_stack) > 1 and self.app.screen_stack[-2].id != "_default":
            self.dismiss()
        else:
            self.say(f"This is the first screen; {REGISTRY.key_text('app.quit')} leaves the program.")

    def action_next_finding(self) -> None:
        """F8, on a screen that does not walk its own: into the caseload."""
        self.base.to_finding(1)

    def action_previous_finding(self) -> None:
        """F7."""
        self.base.to_finding(-1)

    def action_refresh_data(self) -> None:
        """F5: a screen with data of its own reads it again; one without draws itself afresh."""
        self.base.redraw()


IN_DIALOGS = ("app.back", "app.help")
"""What a dialog leaves of the actions that all screens have."""


class BaseModal(ModalScreen[Result | None], Generic[Result], inherit_bindings=False):
    """A dialog over a screen. Escape dismisses it with None; F1 tells of dialogs, and comes back to it."""

    scope: ClassVar[str] = "dialog"
    BINDINGS = MOVES
    DEFAULT_CSS = "BaseModal { align: center middle; background: transparent; overflow: hidden hidden; }"
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None) -> None:
        super().__init__(name, id)
        textual_private.add_bindings(self, [each for each in REGISTRY.bindings(ALL) if each.id in IN_DIALOGS])

    @property
    def base(self) -> "Frame":
        """The app, as what it is."""
        return cast("Frame", self.app)

    def on_screen_resume(self) -> None:
        """Come up, or back from its help: the terminal's cursor stands where the focus is."""
        self.call_after_refresh(return_cursor, self)

    def action_back(self) -> None:
        """Escape: away without an answer."""
        self.dismiss(None)
