"""The standards: every field, code list and rule of a data set, and which data sets are installed.

From here an owner's documents are read into a draft, a draft is opened, editions are compared and taken back.
"""

import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic

from textual import events
from textual.containers import Container
from textual.widget import Widget

from exporters.editions.install import Installation, installed, read_edition, take_back_audited
from exporters.imports.encodings import refuse_unquoted
from store.disk.files import refused
from store.disk.user import path_typed
from store.unit_of_work import UnitOfWork
from tui.form.codes import list_status
from tui.session.program import StoreScreen
from tui.session.standard_pages import data_set_page, field_page, list_page, rule_page
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import BaseModal
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.filter_list import FilteredList
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece
from tui.widgets.text_page import PageScreen, TextPage
from validators.problems import Problem
from validators.standard.catalogue import available, edition_of, editions, installs, lineage, load
from validators.standard.model import Standard

WIDE = 110
TELL_SECONDS = 0.3
READABLE = (".pdf", ".html", ".htm", ".txt", ".csv")
REGISTRY.add(
    action("standards.page", "ctrl+t", "Page", "To the page beside the list, and back", {"standards"}, "page"),
    action(
        "standards.draft",
        "ctrl+n",
        "Read documents",
        "Read an owner's documents into a draft",
        {"standards"},
        "draft",
        True,
    ),
    action("standards.review", "ctrl+o", "Draft", "Open a draft, to review it", {"standards"}, "review", True),
    action("standards.compare", "ctrl+d", "Compare", "What a later edition has otherwise", {"standards"}, "compare"),
    action(
        "standards.take_back",
        "ctrl+k",
        "Take back",
        "Undo the latest install of an edition",
        {"standards"},
        "take_back",
    ),
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
        self._given, self._known = standard, installs()

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

    def on_screen_resume(self) -> None:
        """Back from a draft that may have been installed."""
        super().on_screen_resume()
        if self.is_attached and self._known != installs():
            self._renew()

    def _renew(self) -> None:
        self._known = installs()
        if self._given is not None:
            with suppress(Problem):  # what was there by an install only stays to be read as it was
                self.standard = load(self._given.id)
        self.index.offer(list(items(self.standard)))
        self.show()

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

    # A site's own editions.

    def action_draft(self) -> None:
        """Ctrl+N: ask for the documents and a folder, then read them in a thread; how far that is stands below."""
        about = [
            "PDF, web page, text or CSV of one edition: files parted by blanks (quoted where a name has one), or a"
            " folder that holds them. The draft goes into a folder that is not there yet."
        ]
        asked = [
            Asked("documents", "Documents"),
            Asked("folder", "Folder of the draft"),
            Asked("like", "Edition to compare with (empty: the nearest)", "", optional=True),
            Asked("id", "Id of the new one (empty: by its letter)", "", optional=True),
        ]

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            folder = path_typed(texts["folder"])
            paths, like, own = documents_named(texts["documents"]), texts["like"], texts["id"]
            self.say(f"Reading {len(paths)} documents ...")
            tell = self._teller()
            self.program.in_store(
                lambda store: _drafted(paths, folder, like, own, tell),
                on_done=lambda told: self._drafted(folder, told),
            )

        self.app.push_screen(Asking("Read an owner's documents", about, asked, _check_documents), answered)

    def _teller(self) -> Callable[[str], None]:
        """Says how far reading is, a few times a second at most; called in the thread that reads."""
        program, last = self.program, [0.0]

        def tell(text: str) -> None:
            if monotonic() - last[0] > TELL_SECONDS:
                last[0] = monotonic()
                program.call_later(program.say, f"Reading: {text}")

        return tell

    def _drafted(self, folder: Path, told: str) -> None:
        self.program.say(told, "ok")
        if self.is_attached and self.is_current:
            self.program.open_screen("review", folder)

    def action_review(self) -> None:
        """Ctrl+O: open a draft."""

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self.program.open_screen("review", path_typed(texts["folder"]))

        def check(texts: Mapping[str, str]) -> None:
            folder = path_typed(texts["folder"])
            if not (folder / "standard.toml").is_file():
                raise Problem(f"{folder} is not the folder of a draft: name one that holds standard.toml.")

        about = ["The folder that the documents were read into, or a copy of an edition (keywork standards copy)."]
        self.app.push_screen(Asking("Open a draft", about, [Asked("folder", "Folder")], check), answered)

    def action_compare(self) -> None:
        """Ctrl+D: an edition and a later one, each by its id, or the folder of a draft."""

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                before, after = texts["before"], texts["after"]
                self.program.in_store(lambda store: _compared(before, after), on_done=shown, hold=True)

        def shown(lines: list[str]) -> None:
            self.app.push_screen(PageScreen("What differs", lines))

        own = edition_of(self.standard.id)[0]
        asked = [Asked("before", "Edition before", own), Asked("after", "Later edition, or a draft's folder")]
        self.app.push_screen(Asking("Compare", [f"Here are: {', '.join(editions())}."], asked), answered)

    def action_take_back(self) -> None:
        """Ctrl+K: choose what was installed, and take the latest of it back."""
        found = {name: installs[-1] for name in editions() if (installs := installed(name))}
        if not found:
            self.say("Nothing was installed here: what is shipped stays.", "notice")
            return

        def chosen(name: str | None) -> None:
            if name is None:
                return
            lines = [found[name].told, "What was in force before it is in force again. The folder is kept aside."]
            self.app.push_screen(Confirm(f"Take back {name}?", lines, [Answer("t", "Take it back")]), answered(name))

        def answered(name: str) -> Callable[[str | None], None]:
            def sure(letter: str | None) -> None:
                if letter == "t":
                    seen = found[name]
                    self.program.write(lambda unit: _taken_back(unit, name, seen), on_done=self._back, hold=True)

            return sure

        self.app.push_screen(InstalledHere([(name, name, one.told) for name, one in found.items()]), chosen)

    def _back(self, told: Installation) -> None:
        program, name = self.program, told.of.standard_id
        if name in lineage(program.agency.standard):
            program.change_agency(program.agency)
        else:
            self._renew()
        program.say(f"{name}: taken back; kept aside in {told.of.folder}.", "ok")


class InstalledHere(BaseModal[str]):
    """What a site installed, to choose from; None on Escape."""

    DEFAULT_CSS = """
    InstalledHere { align: center top; }
    InstalledHere FilteredList { width: 90%; max-width: 76; height: 70%; max-height: 12; min-height: 4; margin-top: 1; }
    """

    def __init__(self, known: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self._known = known

    def compose(self) -> Iterable[Widget]:
        """The list."""
        yield Index(self._known, "Take back")

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if (chosen := self.query_one(Index).current_id) is not None:
            self.dismiss(chosen)


def documents_named(typed: str) -> list[Path]:
    """The documents that a line names: files parted by blanks, or a folder with all that can be read in it."""
    whole = path_typed(typed)
    if whole.is_file():
        return [whole]
    try:
        paths = [whole] if whole.is_dir() else [path_typed(part) for part in shlex.split(typed)]
    except ValueError:
        raise Problem("A quotation mark is open: close it, or name a folder.") from None
    found: list[Path] = []
    for path in paths:
        try:
            inside = path.iterdir() if path.is_dir() else ()
            found += sorted(one for one in inside if one.suffix.lower() in READABLE) if path.is_dir() else [path]
        except OSError as error:
            raise refused(error, path, "read") from None
    return found


def _check_documents(texts: Mapping[str, str]) -> None:
    """Raise Problem, while the dialog is open, for what cannot be read or written."""
    from exporters.documents.folder import refuse_taken

    paths = documents_named(texts["documents"])
    if missing := [path for path in paths if not path.is_file()]:
        raise Problem(f"{missing[0]} is not there: check the name.")
    if not paths:
        raise Problem("That folder holds no PDF, web page, text or CSV: name the documents.")
    for path in paths:
        refuse_unquoted(path)
    refuse_taken(path_typed(texts["folder"]))


def _drafted(paths: list[Path], folder: Path, like: str, own: str, tell: Callable[[str], None]) -> str:
    """In a thread: the draft made and written, in a sentence."""
    from exporters.documents import folder as written
    from exporters.documents.making import draft

    made = draft(paths, like, own, tell)
    written.write(made, folder)
    return f"{made.id} is in {folder}: {len(made.fields)} fields, {len(made.lists)} lists. F8 goes to what is open."


def _compared(before: str, after: str) -> list[str]:
    """In a thread: what differs, in lines."""
    from exporters.editions.compare import compare, told

    old, new = _named(before), _named(after)
    return ["", *(f"  {line}" for line in told(compare(old, new), old, new))]


def _named(name: str) -> Standard:
    folder = path_typed(name)
    if name in (*editions(), *available()) or not folder.is_dir():
        return load(name)
    return read_edition(folder)[0]


def _taken_back(unit: UnitOfWork, name: str, seen: Installation) -> Installation:
    """In a thread."""
    try:
        return take_back_audited(unit, name, seen)
    except (OSError, shutil.Error):
        raise Problem("The install could not be taken back: check the permissions of the folder it is in.") from None
