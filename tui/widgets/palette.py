"""The command palette: every action by name, filtered as one types."""

from collections.abc import Collection

from textual.app import ComposeResult

from tui.widgets.actions import REGISTRY
from tui.widgets.base_screen import BaseModal
from tui.widgets.filter_list import FilteredList
from validators.standard.terminology import USUAL, Terms, told


class Palette(BaseModal[str]):
    """Dismissed with the id of the action that Enter was pressed on; None on Escape."""

    DEFAULT_CSS = """
    Palette { align: center top; }
    Palette FilteredList { width: 90%; max-width: 76; height: 70%; max-height: 18; min-height: 4; margin-top: 1; }
    """

    def __init__(self, scope: str, hidden: Collection[str] = (), terms: Terms = USUAL) -> None:
        """The palette of the screen called `scope`, without the actions that are `hidden`, in these terms."""
        super().__init__()
        self._scope, self._hidden, self._terms = scope, hidden, terms

    def compose(self) -> ComposeResult:
        """Name, key and help of every action there is here."""
        items = []
        for each in REGISTRY.on_screen(self._scope):
            if each.id == "app.palette" or each.id in self._hidden:
                continue
            key = REGISTRY.key_text(each.id)
            items.append((each.id, each.name, f"{key:<11} {told(each.tooltip, self._terms)}"))
        yield FilteredList(items, "Command")

    def on_line_list_chosen(self) -> None:
        """Enter: away, and the action is run by whoever opened the palette."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)
