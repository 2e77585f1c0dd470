"""A screen with a list that words leave only a part of."""

from tui.session.program import StoreScreen
from tui.widgets.actions import REGISTRY
from tui.widgets.find_line import FindLine
from tui.widgets.line_list import LineList


class FilteredScreen(StoreScreen[None]):
    """A list with a filter over it, which takes the keys only after `/`. A subclass gives `listed` and `filter_by`."""

    def __init__(self) -> None:
        super().__init__()
        self.find_line = FindLine("Filter:", self.press, self.filter_by, id="find")
        # Tab goes round the panes; the filter is reached by its own key.
        self.find_line.editor.can_focus = False

    @property
    def listed(self) -> LineList:
        """The list."""
        raise NotImplementedError

    def filter_by(self, text: str) -> None:
        """Leave only what has these words."""
        raise NotImplementedError

    def press(self, key: str) -> bool:
        """What the filter line does not keep."""
        if key in REGISTRY.keys("app.back"):
            self.action_back()
        elif key in ("enter", "tab"):
            self._to_list()
        else:
            return self.listed.move_by_key(key) if key in ("up", "down", "pageup", "pagedown") else False
        return True

    def action_filter(self) -> None:
        """Type words."""
        self.find_line.editor.can_focus = True
        self.find_line.focus_input()

    def action_back(self) -> None:
        """Escape takes away the filter first."""
        if self.find_line.text:
            self.find_line.clear()
            self.filter_by("")
            self._to_list()
        elif self.find_line.editor.has_focus:
            self._to_list()
        else:
            super().action_back()

    def _to_list(self) -> None:
        self.listed.focus()
        self.find_line.editor.can_focus = False
