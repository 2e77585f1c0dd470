"""The yardstick: a keying screen made of Textual's stock widgets, with nothing tuned."""

import sys

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Footer, Header, Input, Label, Static


class StockApp(App[None]):
    """Labelled inputs that scroll, a side panel, a table of 10,000 rows, Header and Footer."""

    CSS = """
    #form { width: 2fr; }
    #panel { width: 1fr; }
    .field { height: 3; }
    .field Label { width: 24; }
    DataTable { height: 12; }
    """
    BINDINGS = [
        ("f2", "save", "Save"),
        ("f4", "codes", "Codes"),
        ("f8", "next_finding", "Next finding"),
        ("f9", "panel", "Panel"),
    ]

    def __init__(self, fields: int = 60) -> None:
        super().__init__()
        self.fields = fields

    def compose(self) -> ComposeResult:
        """The widgets anybody would take."""
        yield Header()
        with Horizontal():
            with VerticalScroll(id="form"):
                for number in range(self.fields):
                    with Horizontal(classes="field"):
                        yield Label(f"Field number {number}")
                        yield Input(id=f"field-{number}")
            with VerticalScroll(id="panel"):
                yield Static("\n".join(f"warning: field {number} looks odd" for number in range(20)))
        yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table and begin in the first field."""
        table: DataTable[str] = self.query_one(DataTable)
        table.add_columns("Reference", "Initials", "Born", "Opened", "Closed", "Errors")
        table.add_rows([(f"K{number:05d}", "A B", "14/03/1985", "01/03/2020", "", "0") for number in range(10_000)])
        self.query_one("#field-0", Input).focus()


if __name__ == "__main__":
    StockApp(int(sys.argv[1]) if len(sys.argv) > 1 else 60).run()
