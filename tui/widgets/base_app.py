"""The app that every screen runs in: quiet on a slow line, keys in order, the real cursor shown, colours that exist."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Literal

from textual.filter import LineFilter, NoColor
from textual.widget import Widget

from tui.terminal import textual_private
from tui.terminal.sixteen_colours import TerminalGround
from tui.terminal.terminal_app import TerminalApp
from tui.widgets.actions import ALL, REGISTRY
from tui.widgets.base_screen import BaseScreen, JumpPlace
from tui.widgets.settings import Settings, changed, remember
from tui.widgets.theme import THEMES, Tokens, textual_theme, tokens_for
from validators.problems import Problem
from validators.standard.terminology import USUAL, Sentence, Terms


def local_now() -> datetime:
    """The time on the clock of the host, with its zone."""
    return datetime.now().astimezone()


class BaseApp(TerminalApp, inherit_bindings=False):
    """What the program's app inherits: actions, settings and colours.

    `clock` gives now: nothing in the frame asks the computer's own clock. `settings` are what the person set; their
    problems are said in the status line of the first screen. In `demo` mode every screen says so.
    """

    HORIZONTAL_BREAKPOINTS = []

    def __init__(
        self, clock: Callable[[], datetime] = local_now, settings: Settings | None = None, demo: bool = False
    ) -> None:
        super().__init__()
        # Made here and not in the class, so that the settings read before the app is made apply.
        textual_private.add_bindings(self, [each for each in REGISTRY.bindings(ALL) if each.action.startswith("app.")])
        self.clock = clock
        self.settings = settings or Settings()
        self.demo = demo
        self.refused: dict[Hashable, Mapping[str, str]] = {}
        self.animation_level = "none"
        self.mouse_on = self.settings.mouse
        for name in THEMES:
            self.register_theme(textual_theme(name, self.colours))
        self._tokens = tokens_for(self.settings.theme, self.colours)
        # A token says its own colour where there are 256: none of the terminal's, which Textual would turn into one.
        self.token_filters = [] if self.colours == "256" else self.get_line_filters()
        self.theme = f"keywork-{self.settings.theme}"

    # Colours

    @property
    def colours(self) -> str:
        """What the terminal can show: `256`, `16` or `none`."""
        if self.no_color or self.console.color_system is None:
            return "none"
        return "16" if self.console.color_system == "standard" else "256"

    @property
    def tokens(self) -> Tokens:
        """The styles that widgets draw with now."""
        return self._tokens

    def use_theme(self, name: str) -> None:
        """Change the colours of everything to one of `THEMES`."""
        self._tokens = tokens_for(name, self.colours)
        self.theme = f"keywork-{name}"
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget):
                widget.refresh()
        self.redraw()

    def get_line_filters(self) -> list[LineFilter]:
        """Textual turns NO_COLOR into shades of grey, which are colours; here it means none."""
        if self.colours == "none":
            return [NoColor()]
        return [TerminalGround()] if self.colours == "16" else list(super().get_line_filters())

    # Leaving

    def action_leave(self) -> None:
        """F10: drafts are kept, the program ends."""
        self.leave()

    def action_shell(self) -> None:
        """Suspend to the shell; `fg` comes back to the same place."""
        if not self.can_suspend:
            self.say("There is no shell here that could bring the program back.")
            return
        self.flush_drafts("suspend")
        self.action_suspend_process()

    def action_lock(self) -> None:
        """F12: there is nothing to hide where no store is open. The app of the program overrides this."""

    # Other actions of the frame

    def action_redraw(self) -> None:
        """Ctrl+L."""
        self.redraw()

    def action_copy(self) -> None:
        """Copy what the focused widget, else the screen, gives by `text_to_copy` to the terminal's clipboard."""
        for holder in (self.focused, self.screen):
            give = getattr(holder, "text_to_copy", None)
            text = give() if callable(give) else ""
            if text:
                self.copy_to_clipboard(text)
                self.say(f"Copied: {text.splitlines()[0]}")
                return
        self.say("There is nothing here to copy.")

    def action_mouse(self) -> None:
        """Turn the mouse off, so that the terminal's own selection works, or on again."""
        self.use_mouse(not self.mouse_on)
        self.say("The mouse is on." if self.mouse_on else "The mouse is off: the terminal's own copy works.")
        self.remember("mouse", self.mouse_on)

    def action_next_theme(self) -> None:
        """The next of the themes."""
        name = THEMES[(THEMES.index(self._tokens.theme) + 1) % len(THEMES)]
        self.use_theme(name)
        self.say(f"Colours: {name}.")
        self.remember("theme", name)

    def remember(self, name: str, value: str | bool | int) -> None:
        """Change a setting, also for the next time; where that cannot be written, say so."""
        self.settings = changed(self.settings, name, value)
        try:
            remember(self.settings, name, value)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not TOML"
            self.say(f"That holds until you leave: the settings file could not be written ({why}).", "warning")

    def action_help(self) -> None:
        """F1: the keys of this screen."""
        from tui.help import about
        from tui.widgets.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            scope = getattr(self.screen, "scope", "")
            title = getattr(self.screen, "heading", "") or self.screen.title or ""
            text = about(scope, self.terms)
            self.push_screen(HelpScreen(scope, title, text, self.terms, self.hidden_actions()))

    def action_palette(self) -> None:
        """Ctrl+P: every action by name."""
        from tui.widgets.palette import Palette

        scope = getattr(self.screen, "scope", "")
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(scope, self.hidden_actions(), self.terms), self.run_by_id)

    @property
    def terms(self) -> Terms:
        """What sentences call an episode, a row: the usual terms until it is known whose standard is read."""
        return USUAL

    def why(self, problem: Problem) -> str:
        """The sentence of a problem where another one is to follow it."""
        return problem.told(self.terms)

    def hidden_actions(self) -> frozenset[str]:
        """The ids of actions that are nothing here: palette and key bar leave them out."""
        return frozenset() if self.can_suspend else frozenset({"app.shell"})

    async def run_by_id(self, id: str | None) -> None:
        """Run an action of the registry on the screen that is up; None does nothing."""
        if id is not None:
            await self.run_action(REGISTRY[id].method, self.screen)

    def action_jump(self) -> None:
        """Ctrl+G: one letter for each place the screen offers."""
        from tui.widgets.jump import Jump

        places: list[JumpPlace] = getattr(self.screen, "jumps", list)()
        if places:
            self.push_screen(Jump(places), lambda place: place() if place is not None else None)
        else:
            self.say("There is nowhere to jump to here.")

    def to_finding(self, step: Literal[1, -1]) -> None:
        """Open the first finding there is, or the last. The frame knows none; the app of the program overrides this."""

    def say(self, text: str | Sentence, severity: str = "") -> None:
        """Put a message in the status line of the screen that is up, or of the first below it that has one."""
        for screen in reversed(self.screen_stack):
            show = getattr(screen, "say", None)
            if callable(show):
                show(text, severity)
                return

    def unsay(self, text: str | Sentence) -> None:
        """Take a message back wherever it still stands: it is not true any more."""
        for screen in self.screen_stack:
            if isinstance(screen, BaseScreen):
                screen.unsay(text)
