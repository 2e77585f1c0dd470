"""A screen with a list that words leave only a part of; and the same with a table whose things are read whole."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.widget import Widget

from store.facts import NotThere
from tui.session.program import StoreScreen
from tui.session.refresher import Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY
from tui.widgets.find_line import FindLine
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.snapshot import Snapshot

COUNT_WIDTH = 29
READING = "Reading ..."

Item = TypeVar("Item")


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

    def tell_count(self, told: str) -> None:
        """How many the filter leaves, at the right of it."""
        self.find_line.tell((told.rjust(COUNT_WIDTH), "dim"))

    def nothing_left(self) -> str:
        """What stands in a list of which the words leave nothing: which words, and how to be rid of them."""
        back = REGISTRY.key_text("app.back")
        return f"Nothing here has all of these words: {self.find_line.text.strip()}. {back} takes them away."

    def _to_list(self) -> None:
        self.listed.focus()
        self.find_line.editor.can_focus = False


@dataclass(frozen=True)
class TableContents(Generic[Item]):
    """What a table shows: its things in their order, a sentence above them, what stands there when there is none of
    them, and the screen's title where it changes."""

    items: Sequence[Item]
    about: str
    nothing: str
    title: str = ""


class FilteredTableScreen(FilteredScreen, Generic[Item]):
    """What is told of the list, the filter, a table of things held in memory, all of the chosen one below it.

    A subclass gives `columns` and says of a thing what its row is (`row_of`), what the filter looks through (`text_of`)
    and what stands below the table (`told_of`). `begin` gets the first `TableContents` and hands it to `show_contents`.
    """

    columns: Sequence[Column] = ()
    detail_lines: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__()
        self.every: Sequence[Item] = ()
        self.shown: Sequence[Item] = ()
        self._nothing = READING
        self.about = TextLine(id="about")
        self.details = tuple(
            TextLine(rest="panel", id=f"detail-{number}") for number in range(1, self.detail_lines + 1)
        )

    # What a subclass says of its things

    def row_of(self, one: Item) -> Row:
        """The values of the columns."""
        raise NotImplementedError

    def text_of(self, one: Item) -> str:
        """All that the filter looks through, in letters of any case."""
        raise NotImplementedError

    def told_of(self, one: Item) -> Iterable[str]:
        """The lines below the table."""
        raise NotImplementedError

    def told_of_none(self) -> Iterable[str]:
        """The lines below the table while nothing is chosen."""
        return ()

    def key_of(self, one: Item) -> object:
        """What tells the thing from others when it is read again."""
        return one

    def count_told(self) -> str:
        """How many there are, at the right of the filter."""
        return counted(len(self.shown), "line")

    def begin(self) -> None:
        """The screen is there: get what it lists."""
        raise NotImplementedError

    # What is the same for all

    def body(self) -> Iterable[Widget]:
        """What is told of the list, filter, lines, all of the chosen one."""
        self.table = PagedTable(
            self.columns,
            lambda: len(self.shown),
            lambda at, most: [(self.key_of(one), *self.row_of(one)) for one in self.shown[at : at + most]],
            lambda key: next((at for at, one in enumerate(self.shown) if self.key_of(one) == key), None),
            self._nothing,
        )
        yield from self.head()
        yield self.find_line
        yield self.table
        yield from self.details

    def head(self) -> Iterable[Widget]:
        """What stands above the filter."""
        yield self.about

    @property
    def listed(self) -> LineList:
        """The table."""
        return self.table

    @property
    def current(self) -> Item | None:
        """The chosen thing."""
        at = self.table.cursor
        return self.shown[at] if at < len(self.shown) else None

    def on_mount(self) -> None:
        """The table has the keys."""
        self.table.focus()
        self.begin()

    def show_contents(self, contents: TableContents[Item]) -> None:
        """Show this from now on; the filter and the chosen thing stay."""
        self.every, self._nothing = contents.items, contents.nothing
        self.about.show((f" {contents.about}", "dim"))
        if contents.title:
            self.retitle(contents.title)
        self.filter_by(self.find_line.text)

    def filter_by(self, text: str) -> None:
        """Leave only the things that have all the words."""
        words = text.casefold().split()
        if words:
            texts = ((one, self.text_of(one).casefold()) for one in self.every)
            self.shown = [one for one, text in texts if all(word in text for word in words)]
        else:
            self.shown = self.every
        self.table.empty = self.nothing_left() if self.every else self._nothing
        self.tell_count(self.count_told())
        self.table.reload()
        # With the list, not a frame later, when its message comes.
        self.tell_below()

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the table."""
        self.action_filter()

    def on_line_list_moved(self) -> None:
        """Another line: all of it below."""
        self.tell_below()

    def tell_below(self) -> None:
        """All of the chosen thing."""
        one = self.current
        told = self.told_of(one) if one is not None else self.told_of_none()
        for line, text in zip(self.details, [*told, *[""] * len(self.details)], strict=False):
            line.show((f" {text}", "panel"))

    def broken(self, told: str) -> list[str]:
        """A sentence as the lines below the table, as wide as they are."""
        return wrapped(told, max(20, self.size.width - 2))


class StoredTableScreen(FilteredTableScreen[Item], Generic[Item]):
    """A table of what the store holds: read when the screen comes, when somebody saved, on F5, and on the way back.

    A subclass gives `question`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._was_read = False
        self._refresher: Refresher[TableContents[Item]] = Refresher(self, self.question, self._came, self._failed)

    def question(self) -> "Callable[[Snapshot], TableContents[Item]]":
        """What reads the contents, in a thread; what it needs of screen and program it takes now."""
        raise NotImplementedError

    def begin(self) -> None:
        """Read."""
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something; perhaps here."""
        self.action_refresh_data()

    def on_screen_resume(self) -> None:
        """Back from what was opened here; something may have been changed there."""
        if self._was_read:
            self.action_refresh_data()

    def _came(self, contents: TableContents[Item]) -> None:
        self._was_read = True
        self.show_contents(contents)

    def _failed(self, problem: Problem) -> None:
        """What somebody removed for good meanwhile is gone from here as well; whatever else is in the way may pass."""
        if isinstance(problem, NotThere):
            self.show_contents(TableContents((), "", problem.told(self.program.terms), self.heading))
        self.say(problem.sentence, "error")
