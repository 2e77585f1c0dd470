"""The standards: every field, code list and rule of a data set, and which data sets are installed."""

from collections.abc import Iterable, Iterator

from textual import events
from textual.containers import Container
from textual.widget import Widget

from exporters.editions.install import installed
from tui.form.codes import list_status
from tui.session.program import StoreScreen
from tui.session.standard_pages import data_set_page, field_page, list_page, rule_page
from tui.widgets.actions import REGISTRY, action
from tui.widgets.base_screen import BaseScreen
from tui.widgets.filter_list import FilteredList
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.catalogue import available, edition_of, load
from validators.standard.model import Standard

WIDE = 110
REGISTRY.add(
    action("standards.page", "ctrl+t", "Page", "To the page beside the list, and back", {"standards"}, "page"),
)


def items(standard: Standard) -> Iterator[tuple[str, str, str]]:
    """All there is to look up: id, label, detail. The id says of what kind it is."""
    for field in standard.fields:
        section = standard.section_by_id[field.section].title
        yield f"field {field.header}", f"Field {field.header}", f"{field.label} ({section}, {field.layout.text})"
    for codes in standard.code_lists.values():
        yield f"list {codes.id}", f"List {codes.id}", f"{codes.title}: {len(codes.codes)} codes, {list_status(codes)}"
    for rule in standard.rules:
        yield f"rule {rule.id}", f"Rule {rule.id}", f"{rule.title} ({', '.join(standard.severities(rule))})"
    for name in available():
        here = "this data set" if name == standard.id else "another data set; Enter opens it"
        yield f"data {name}", f"Data set {name}", here


def page_of(standard: Standard, item: str) -> list[str]:
    """The page of one thing, by its id in the list."""
    kind, _, name = item.partition(" ")
    if kind == "data":
        try:
            page = data_set_page(standard if name == standard.id else load(name))
            own = [f"  {one.told}" for one in installed(edition_of(name)[0])]
            return [*page, "", "# Installed here", "", *own] if own else page
        except Problem as problem:
            return [f"# {name}", "", f"  {problem}"]
    return {"field": field_page, "list": list_page, "rule": rule_page}[kind](standard, name)


class Index(FilteredList):
    """The list, with labels as wide as they need to be."""

    def pieces_of(self, row: int) -> list[Piece]:
        """Label, then detail, both escaped: an installed data set is a file somebody wrote."""
        _, label, detail = self._found[row]
        width = min(28, max(14, width_of(label)))
        return [(fit(f" {printable(label)}", width + 2) + " ", "text"), (printable(detail), "dim")]

    def filter_by(self, typed: str) -> None:
        """Other words, so another line is chosen."""
        super().filter_by(typed)
        self.post_message(self.Moved(self, self.cursor))


class StandardsScreen(StoreScreen[None]):
    """The list with its filter; beside it, where there is room, the page of what is chosen. Enter opens the page."""

    scope = "standards"
    heading = "Standards"
    DEFAULT_CSS = """
    StandardsScreen #both { layout: horizontal; height: 1fr; }
    StandardsScreen TextPage { display: none; width: 1fr; }
    StandardsScreen.-wide TextPage { display: block; }
    StandardsScreen.-wide Index { width: 52; }
    """

    def __init__(self, standard: Standard | None = None) -> None:
        """`standard` is the agency's own unless another one is given."""
        super().__init__()
        self._given = standard

    def body(self) -> Iterable[Widget]:
        """List and page."""
        self.standard = self._given or self.program.standard
        self.index = Index(list(items(self.standard)), "Find")
        self.page = TextPage()
        with Container(id="both"):
            yield self.index
            yield self.page

    def on_mount(self) -> None:
        """Type at once."""
        self.retitle(f"Standards: {self.standard.title}, edition {self.standard.edition}")
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.index.focus()
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        """The page stands beside the list where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def show(self) -> None:
        """The page of what is chosen."""
        chosen = self.index.current_id
        self.page.show(page_of(self.standard, chosen) if chosen else ["", "Nothing has all these words."])

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Another line is chosen."""
        self.show()

    def on_line_list_chosen(self) -> None:
        """Enter: the page by itself, or another data set."""
        chosen = self.index.current_id
        if chosen is None:
            return
        kind, _, name = chosen.partition(" ")
        if kind == "data" and name != self.standard.id:
            try:
                self.app.push_screen(StandardsScreen(load(name)))
            except Problem as problem:
                self.say(problem.sentence, "error")
        else:
            self.app.push_screen(PageScreen(chosen.capitalize(), page_of(self.standard, chosen)))

    def action_page(self) -> None:
        """To the page and back."""
        if self.has_class("-wide"):
            (self.index if self.page.has_focus else self.page).focus()
        else:
            self.on_line_list_chosen()


class PageScreen(BaseScreen[None]):
    """One page; Escape goes back to the list."""

    scope = "page"

    def __init__(self, title: str, lines: list[str]) -> None:
        super().__init__()
        self.title = title
        self._lines = lines

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield TextPage(self._lines)
