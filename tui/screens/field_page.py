"""F6: one field, as the standard's own page has it; Escape goes back to the field."""

from tui.session.standard_pages import field_page
from tui.widgets.text_page import PageScreen
from validators.standard.model import Standard


class FieldPage(PageScreen):
    """The page of one field: wording, codes with their status, rules that read it, source."""

    scope = "field"

    def __init__(self, standard: Standard, header: str) -> None:
        super().__init__(f"Field {header}", field_page(standard, header))
