"""A second copy of the store's key: shown once, to be written down, and typed back in part."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget

from store.disk import key_copy
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.wording import path_text
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.text_page import TextPage

REGISTRY.add(
    action(
        "key.show",
        "f2",
        "Show, wipe",
        "Show the key to be written down; then wipe it",
        SCREENS["key"].scope,
        "show",
        True,
    )
)

WHERE = (
    "A second copy belongs on paper or on a medium that is locked away: not on this machine, and not where the copies"
    " of the store are. Have two people know of it."
)
HOW = (
    "F2 shows the key in numbered groups. Write them down; F2 again wipes them off the screen and asks for some of"
    " them, so that the copy is known to be right. That the key was shown is noted."
)


class KeyScreen(StoreScreen[None]):
    """Where the key is and what it is for; F2 shows it, F2 again wipes it off and asks for some of its groups."""

    scope = "key"
    heading = "Copy of the key"

    def __init__(self) -> None:
        super().__init__()
        self._shown: Sequence[str] = ()

    def body(self) -> Iterable[Widget]:
        """The page."""
        self.page = TextPage()
        yield self.page

    def on_mount(self) -> None:
        """Say what it is."""
        self.page.focus()
        self._tell()

    def _tell(self) -> None:
        store = self.program.opened_store
        self.page.show(
            [
                "# Without the key nothing in the store can be read, by anybody",
                "",
                f"  Store  {path_text(store.path)}",
                f"  Key    {path_text(store.key_file)}",
                "",
                f"  {WHERE}",
                "",
                f"  {HOW}",
            ]
        )

    def on_screen_suspend(self) -> None:
        """Whatever comes over this screen: the key does not stay under it."""
        self._wipe()

    def _wipe(self) -> None:
        if self._shown:
            self._shown = ()
            self._tell()

    def action_show(self) -> None:
        """F2: show the key; or wipe it and have a part typed back."""
        if self._shown:
            pieces = self._shown
            self._wipe()
            self._ask(pieces)
            return
        pieces = key_copy.groups(self.program.opened_store.ground.key)

        def noted(_: None) -> None:
            self._shown = pieces
            rows = (f"   {row}" for row in key_copy.rows(pieces))
            lines = ["# Write these down, with their numbers; then F2", "", *rows, "", "  F2 wipes them off."]
            self.page.show(lines)
            self.say("")

        self.program.write(lambda unit: key_copy.note(unit, key_copy.SHOW), on_done=noted, hold=True)

    def _ask(self, pieces: Sequence[str]) -> None:
        numbers = key_copy.drawn(pieces)

        def check(texts: Mapping[str, str]) -> None:
            key_copy.require(pieces, {number: texts[str(number)] for number in numbers})

        def came(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                self.say("Nobody knows yet whether the copy is right: F2 shows the key once more.", "warning")
                return
            self.program.write(lambda unit: key_copy.note(unit, key_copy.TYPED_BACK), on_done=self._right, hold=True)

        about = ["From your copy, as you wrote it down:"]
        asked = [Asked(str(number), f"Group {number}") for number in numbers]
        self.app.push_screen(Asking("Is the copy right?", about, asked, check), came)

    def _right(self, _: None) -> None:
        self.say("The copy is right as far as it was asked for: keep it apart from store and copies.", "ok")
