"""What a person typed and did not save, by client; Enter opens one where it was left."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.records import left_drafts
from exporters.records.left_drafts import DraftGroup
from store.facts import Who
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.session.wording import client_name, when
from tui.widgets.filter_list import FilteredList
from tui.widgets.text_page import TextPage
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.snapshot import Snapshot
    from tui.session.program import Program


class DraftsScreen(StoreScreen[None]):
    """The person's drafts."""

    scope = "drafts"
    heading = "Typed and not saved"
    DEFAULT_CSS = "DraftsScreen TextPage { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.list = FilteredList([], "Find")
        self._refresher = Refresher(self, self._question, self._came)

    def body(self) -> Iterable[Widget]:
        """A word of help, then the list."""
        yield TextPage(["", "Nothing of this is saved yet. Enter opens one and asks whether to keep it."])
        yield self.list

    def on_mount(self) -> None:
        """Read them."""
        self.list.focus()
        self._refresher.read(hold=True)
        if self.program.came_back:
            self.say(self.program.came_back, "notice")
            self.program.came_back = ""

    def _question(self) -> "Question[tuple[list[DraftGroup], str]]":
        program = self.program
        agency, who = program.agency, Who(program.person, program.clock(), program.session)

        def look(snapshot: "Snapshot") -> tuple[list[DraftGroup], str]:
            groups = left_drafts.groups(snapshot, agency, who)
            return groups, "" if groups else left_drafts.none_told(snapshot, agency, who)

        return look

    def _came(self, found: tuple[list[DraftGroup], str]) -> None:
        groups, none = found
        self.list.offer(
            [
                (group.client_id, client_name(self.program.standard, group.client), told(group, self.program))
                for group in groups
            ]
        )
        if none:
            self.say(none, "ok" if none.startswith("Everything") else "notice")

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.list.current_id
        if chosen is not None:
            self.program.open_client(chosen)

    def on_screen_resume(self) -> None:
        """What was saved or discarded meanwhile is gone from here."""
        self._refresher.read(hold=True)

    def on_store_changed(self, event: StoreChanged) -> None:
        """A save may have cleared a draft."""
        self._refresher.read(hold=True)


def told(group: DraftGroup, program: "Program") -> str:
    """From when, how many fields, and whether somebody saved since."""
    text = f"from {when(group.saved_at, program.today())}, {counted(group.fields, 'field')}"
    if group.older:
        text += f", {counted(group.older, 'older draft')} behind it"
    return text + ("; saved by somebody since" if any(draft.is_overtaken for draft in group.drafts) else "")
