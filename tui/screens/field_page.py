"""F6: one field, as the standard's own page has it; Escape goes back to the field."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.session.standard_pages import field_page
from tui.widgets.base_screen import BaseScreen
from tui.widgets.text_page import TextPage
from validators.standard.model import Standard


class FieldPage(BaseScreen[None]):
    """The page of one field: wording, codes with their status, rules that read it, source."""

    scope = "field"

    def __init__(self, standard: Standard, header: str) -> None:
        super().__init__()
        self.title = f"Field {header}"
        self._lines = field_page(standard, header)

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield TextPage(self._lines)
