"""The actions of the client screen: what its keys and the palette do."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from tui.form.findings_panel import FindingsPanel
from tui.form.panel_entries import Entry, Place
from tui.screens.client.model import DRAFT_KEPT, Case, Held
from tui.screens.client.screen import ClientForm
from tui.widgets.base_screen import BaseScreen
from tui.widgets.base_screen import Place as JumpPlace
from tui.widgets.tree_pane import TreePane
from validators.standard.model import Field

if TYPE_CHECKING:
    from tui.app.app import KeyworkApp
    from tui.screens.client.accept import Accepting
    from tui.screens.client.duplicates import Pairing
    from tui.screens.client.edit_records import Adding
    from tui.screens.client.findings_walk import Walking
    from tui.screens.client.refresh import Around
    from tui.screens.client.save import Saving


class ClientActions(BaseScreen[None]):
    """The half of the client screen that answers keys; `screen.ClientScreen` is the whole of it."""

    scope = "client"
    heading = "Client"
    program: "KeyworkApp"
    case: Case
    held: Held
    entries: tuple[Entry, ...]
    form: ClientForm
    panel: FindingsPanel
    tree_pane: TreePane
    accepting: "Accepting"
    saving: "Saving"
    adding: "Adding"
    around: "Around"
    pairing: "Pairing"
    walking: "Walking"

    def place(self) -> Place:
        """Where one is."""
        raise NotImplementedError

    def go(self, place: Place) -> None:
        """Land in a field of any record."""
        raise NotImplementedError

    def open(self, held: Held, header: str = "") -> None:
        """Put a record on the form."""
        raise NotImplementedError

    def show(self) -> None:
        """Show everything anew."""
        raise NotImplementedError

    def leave(self, held: Held) -> None:
        """Go on from a record."""
        raise NotImplementedError

    def action_save(self) -> None:
        """F2."""
        self.form.flush()
        self.saving.save()

    def action_codes(self) -> None:
        """F4 from elsewhere than the form."""
        self._form_does("codes")

    def action_take_previous(self) -> None:
        """Ctrl+R."""
        self._form_does("take_previous")

    def action_undo(self) -> None:
        """Ctrl+Z."""
        self._form_does("undo")

    def action_redo(self) -> None:
        """Ctrl+Y."""
        self._form_does("redo")

    def _form_does(self, name: str) -> None:
        self.form.focus_input()
        self.form.do(name)

    def action_next_finding(self) -> None:
        """F8."""
        self.walking.go_on(1)

    def action_previous_finding(self) -> None:
        """F7."""
        self.walking.go_on(-1)

    def action_accept(self) -> None:
        """Ctrl+O."""
        self.form.flush()
        self.accepting.ask()

    def action_field_help(self) -> None:
        """F6."""
        from tui.screens.field_page import FieldPage

        self.app.push_screen(FieldPage(self.case.standard, self.form.model.current))

    def action_panel(self) -> None:
        """F9."""
        self.panel.display = not self.panel.display

    def action_tree(self) -> None:
        """Ctrl+T: to the tree, and back."""
        if self.tree_pane.has_focus:
            self.form.focus_input()
        else:
            self.tree_pane.focus()

    def action_new(self) -> None:
        """Ctrl+N."""
        self.adding.ask()

    def action_delete(self) -> None:
        """Delete, in the tree."""
        self.adding.ask_to_delete(self.held)

    def action_bring_back(self) -> None:
        """From the palette."""
        self.adding.bring_back(self.held)

    def action_deleted(self) -> None:
        """Show or hide deleted records."""
        self.case.show_deleted = not self.case.show_deleted
        if self.case.is_gone(self.held) and not self.case.show_deleted:
            self.open(self.case.client)
        self.show()
        self.say("Deleted records are shown." if self.case.show_deleted else "Deleted records are hidden.")

    def action_worker(self) -> None:
        """Ctrl+K."""
        self.adding.ask_worker()

    def action_alike(self) -> None:
        """Ctrl+F."""
        self.around.show_alike()

    def action_merge(self) -> None:
        """From the palette."""
        self.pairing.choose()

    def action_split(self) -> None:
        """From the palette."""
        self.pairing.ask_to_split()

    def action_compare(self) -> None:
        """From the palette."""
        self.saving.compare_with_saved()

    def action_copy_client(self) -> None:
        """From the palette."""
        from tui.screens.client.copy_to_agency import offer

        self.form.flush()
        offer(self)

    def action_history(self) -> None:
        """From the palette."""
        if self.held.version:
            self.program.open_screen("history", self.held.id)
        else:
            self.say("This record was never saved, so it has no history.")

    def action_refresh_data(self) -> None:
        """F5: read the client again."""
        self.around.reload(said=True)

    def action_back(self) -> None:
        """Escape: what is typed stays as a draft."""
        self.form.flush()
        self.leave(self.held)
        unsaved = sum(held.is_changed for held in self.case.by_id.values())
        super().action_back()
        self.program.unsay(DRAFT_KEPT)
        if unsaved:
            self.program.call_later(self.program.say, DRAFT_KEPT, "notice")

    def jumps(self) -> list[JumpPlace]:
        """Every group of the form, the tree, the panel's first finding."""
        groups: dict[str, str] = {}
        for row in self.form.model.rows:
            if isinstance(row, Field):
                groups.setdefault(row.group or row.section, row.header)
        letters = iter("ABCDEGHIJKLMNOPQRSUVWXYZ")
        places: list[JumpPlace] = [("T", "Tree", self.tree_pane.focus), ("F", "First fault", self.action_next_finding)]
        for group, header in groups.items():
            letter = next((each for each in group.upper() if each.isalpha() and each not in _taken(places)), "")
            letter = letter or next(each for each in letters if each not in _taken(places))
            places.append((letter, group, partial(self._jump, header)))
        return places

    def _jump(self, header: str) -> None:
        self.form.go_to(header)
        self.form.focus_input()


def _taken(places: Iterable[JumpPlace]) -> set[str]:
    return {letter for letter, _, _ in places}
