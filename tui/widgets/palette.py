"""The command palette: every action by name, filtered as one types."""

from collections.abc import Collection
from textwrap import wrap

from textual.app import ComposeResult

from tui.widgets.actions import REGISTRY, Action
from tui.widgets.base_screen import BaseModal
from tui.widgets.filter_list import FilteredList
from tui.widgets.text_line import TextLine
from validators.standard.terminology import USUAL, Terms, told

FOOT = 2
"""Lines below the list, in which the help of the chosen action stands whole."""
_OPENING = ("app.open_screen", "go")


class CommandList(FilteredList):
    """The actions; `foot` says all of the chosen one's help where its line has no room for it."""

    def __init__(self, items: list[tuple[str, str, str]], helps: list[str], foot: tuple[TextLine, ...]) -> None:
        super().__init__(items, "Command")
        self._helps = {item[0]: text for item, text in zip(items, helps, strict=True)}
        self._foot = foot

    def place_cursor(self) -> None:
        """Wherever the cursor comes to, its help is told."""
        super().place_cursor()
        whole = self._helps.get(self.current_id or "", "")
        # The help ends the line: what is seen of the line shows whether all of it is.
        cut = bool(whole) and whole not in self._seen()
        lines = wrap(whole, max(20, self.size.width - 2)) if cut else []
        for number, line in enumerate(self._foot):
            line.show((f" {lines[number]}" if number < len(lines) else "", "text"))

    def about(self, item: tuple[str, str, str]) -> str:
        """The help alone; a key stands before it in the line."""
        return self._helps[item[0]]

    def _seen(self) -> str:
        return self.text_to_copy()[: self.size.width]


class Palette(BaseModal[str]):
    """Dismissed with the id of the action that Enter was pressed on; None on Escape."""

    DEFAULT_CSS = """
    Palette { align: center top; }
    Palette CommandList { width: 90%; max-width: 76; height: 70%; max-height: 18; min-height: 4; margin-top: 1; }
    Palette TextLine { width: 90%; max-width: 76; height: 1; }
    """

    def __init__(self, scope: str, hidden: Collection[str] = (), terms: Terms = USUAL) -> None:
        """The palette of the screen called `scope`, without the actions that are `hidden`, in these terms."""
        super().__init__()
        self._scope, self._hidden, self._terms = scope, hidden, terms

    def compose(self) -> ComposeResult:
        """Name, key and help of every action there is here."""
        shown = [each for each in listed(self._scope) if each.id not in self._hidden]
        helps = [told(each.tooltip, self._terms) for each in shown]
        items = [
            (each.id, each.name, f"{REGISTRY.key_text(each.id):<11} {text}")
            for each, text in zip(shown, helps, strict=True)
        ]
        foot = tuple(TextLine() for _ in range(FOOT))
        yield CommandList(items, helps, foot)
        yield from foot

    def on_line_list_chosen(self) -> None:
        """Enter: away, and the action is run by whoever opened the palette."""
        chosen = self.query_one(CommandList).current_id
        if chosen is not None:
            self.dismiss(chosen)


def listed(scope: str) -> list[Action]:
    """What the palette of a screen lists: a screen that one of its own actions opens stands there once."""
    own = {(each.name, _opens(each)) for each in REGISTRY.own(scope) if _opens(each)}
    every = [each for each in REGISTRY.on_screen(scope) if each.id != "app.palette"]
    mine = {each.id for each in REGISTRY.own(scope)}
    return [each for each in every if each.id in mine or (each.name, _opens(each)) not in own]


def _opens(each: Action) -> str:
    """The screen that an action opens, as it is written; "" for anything else."""
    name, bracket, screen = each.method.partition("(")
    return screen if bracket and name in _OPENING else ""
