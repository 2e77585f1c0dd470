"""The client screen: tree, form and live panel."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widget import Widget

from exporters.records import save
from tui.form.findings_panel import FindingsPanel
from tui.form.panel_entries import Entry, Place, panel_entries
from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel
from tui.screens.client import labels
from tui.screens.client.accept import Accepting
from tui.screens.client.consent import Consenting
from tui.screens.client.draft_keeper import DraftKeeper
from tui.screens.client.duplicates import Pairing
from tui.screens.client.edit_records import Adding
from tui.screens.client.findings_walk import Step, Walking
from tui.screens.client.keys import form_keys
from tui.screens.client.model import DRAFT_KEPT, Case, Held
from tui.screens.client.queries import Loaded
from tui.screens.client.refresh import Around
from tui.screens.client.save import Saving
from tui.session.store_access import OthersMoved, StoreChanged
from tui.terminal import textual_private
from tui.widgets.actions import REGISTRY
from tui.widgets.base_screen import BaseScreen, JumpPlace
from tui.widgets.line_list import LineList
from tui.widgets.tree_pane import TreePane
from validators.records import Finding
from validators.standard.model import Field
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from tui.session.program import Program


# The record form as the client screen uses it: says when its end is reached, lends its keys to the palette.


class ClientForm(RecordForm):
    """`on_end` is called when a key goes on from the last field; `adding` takes deletions back, where one was done last
    or the form has nothing to take back."""

    def __init__(
        self,
        model: RecordModel,
        *,
        on_edit: Callable[[str], None],
        on_move: Callable[[str], None],
        on_command: Callable[[str], None],
        on_end: Callable[[], None],
        adding: Adding,
        moves_on: bool,
    ) -> None:
        keys: Mapping[str, str] = form_keys()
        super().__init__(model, on_edit=on_edit, on_move=on_move, on_command=on_command, keys=keys, moves_on=moves_on)
        self.on_end, self.adding = on_end, adding

    def do(self, name: str) -> None:
        """Do one of the form's own things by its name, as its key would."""
        before = self.model.current
        if self.refuses(name):
            return
        if name == "undo" and not self.codes.is_open and (not self.model.history.past or self.adding.was_last):
            self.adding.undo_deletion()
            return
        (self._command_in_list if self.codes.is_open else self._command)(name)
        if name in ("forward", "down") and self.model.current == before and not self.codes.is_open:
            self.on_end()

    def press(self, key: str) -> bool:
        """What a key stands for, at once; False for a key that is the input's own."""
        if self.swallows(key):
            return True
        if name := self.keys.get(key, ""):
            self.do(name)
        return bool(name)


def changing(act: "Callable[[ClientScreen], None]") -> "Callable[[ClientScreen], None]":
    """An action that changes something: whoever may only read is told so before anything is asked or typed."""

    @wraps(act)
    def guarded(screen: "ClientScreen") -> None:
        if screen.form.locked:
            screen.say(screen.form.locked, "notice")
        else:
            act(screen)

    return guarded


WIDE = 120
LOW = 16
LOOK_SECONDS = 20
"""How often the day is looked at: after midnight some dates are in the future no longer, and others are late."""


class ClientScreen(BaseScreen[None]):
    """One client: his records in the tree, one of them in the form, what the rules say of all of them in the panel.

    What happens to records stands in parts of its own: `saving`, `adding`, `around` (others' doings), `pairing`.
    """

    scope = "client"
    heading = "Client"
    DEFAULT_CSS = """
    ClientScreen #panes { layout: vertical; height: 1fr; }
    ClientScreen TreePane { height: 3; width: 1fr; }
    ClientScreen ClientForm { height: 1fr; width: 1fr; }
    ClientScreen.-low TreePane { height: 1; }
    ClientScreen.-low FindingsPanel { height: 1; }
    ClientScreen.-wide #panes { layout: horizontal; }
    ClientScreen.-wide TreePane { height: 1fr; width: 27; }
    ClientScreen.-wide FindingsPanel { height: 1fr; width: 33; }
    """

    def __init__(
        self,
        app: "Program",
        found: Loaded,
        episode_id: str = "",
        event_id: str = "",
        header: str = "",
        *,
        told: bool = False,
    ) -> None:
        super().__init__()
        self.program: Program = app
        self.case = Case(app.standard, app.checker, app.today, app.agency)
        self.case.previous, self.case.usage = found.previous, found.usage
        self.case.check.take(found.kept)
        if found.tree is not None:
            self.case.adopt(found.tree)
        elif found.drafts:
            for draft in found.drafts:
                self.case.lay(draft)
        else:
            self.case.add("client", app.agency.id)
        named = episode_id or event_id or header
        self.held = (self._record_of(episode_id, event_id, header) if named else self.case.at_hand) or self.case.client
        self.entries: tuple[Entry, ...] = ()
        self._said = False
        self.keeper = DraftKeeper(app, lambda: self.case.by_id.values())
        self.saving: Saving = Saving(self)
        self.adding: Adding = Adding(self)
        self.around: Around = Around(self, found)
        self.pairing: Pairing = Pairing(self)
        self.walking: Walking = Walking(self)
        self.accepting: Accepting = Accepting(self)
        self.consenting: Consenting = Consenting(self)
        self.told_here = told
        self.landing: tuple[Step, str] | None = None
        self.arrival = ""
        model = self.case.model_of(self.held)
        if header:
            model.go_to(header)
        self.form: ClientForm = ClientForm(
            model,
            on_edit=self.edited,
            on_move=self.moved,
            on_command=self.commanded,
            on_end=self.ended,
            adding=self.adding,
            moves_on=app.settings.moves_on,
        )
        self.form.locked = found.locked
        self.panel = FindingsPanel(self.go)
        worst = labels.worst_of(self.case, self.case.findings())
        self.tree_pane = TreePane(labels.nodes(self.case, worst), id="tree")
        self._tree_told: tuple[object, ...] = ()
        self._judged_on = app.today()

    @property
    def walked_to(self) -> bool:
        """Whether one came along a walk, where what is wrong is said on arriving."""
        return self.told_here or self.landing is not None or bool(self.arrival)

    @property
    def client_id(self) -> str:
        """The client's id in the store."""
        return self.case.client.id

    def body(self) -> Iterable[Widget]:
        """The three panes."""
        with Container(id="panes"):
            yield self.tree_pane
            yield self.form
            yield self.panel

    def on_mount(self) -> None:
        """Show the record; ask about a draft there may be; say who else is here."""
        self._fit(self.app.size.width, self.app.size.height)
        self.show()
        self._show_in_tree()
        self.form.focus_input()
        if self.landing is not None:
            self.walking.land(*self.landing)
            self.form.forget_jumps()
        elif self.told_here:
            self.walking.land_here()
        if self.arrival:
            self.say(self.arrival, "notice")
        self.around.arrived()
        self.set_interval(LOOK_SECONDS, self.look_at_the_day)

    def look_at_the_day(self) -> None:
        """Whoever is in a client at midnight is told what the rules say of it today."""
        if self.program.today() != self._judged_on:
            self.judge()

    def on_unmount(self) -> None:
        """Whichever way the screen went: what is typed stays as a draft."""
        self.keeper.write()
        self.around.gone()

    def on_screen_resume(self) -> None:
        """Back from another screen."""
        self.around.resumed()

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where there is room, one over the other where there is not."""
        self._fit(event.size.width, event.size.height)

    def _fit(self, width: int, height: int) -> None:
        self.set_class(width >= WIDE, "-wide")
        self.set_class(height < LOW, "-low")
        self.panel.fold("pane" if width >= WIDE else "strip")

    # --- showing ----------------------------------------------------------------------------

    def place(self) -> Place:
        """Where one is: the record's key and the field."""
        header = self.form.model.current
        section = self.case.standard.by_header[header].section
        return Place(next(key for key in self.case.keys(self.held) if key.section == section), header)

    def show(self, typed: bool = False) -> None:
        """Everything anew: title, tree, marks, panel; `typed` as `judge`."""
        self.judge(typed)
        self.retitle(self.around.company.title() + self.around.hint)

    def judge_quietly(self) -> None:
        """Check before anything is shown: whether there is anything to walk to."""
        self.entries = panel_entries(self.case.findings(), self.form.model, self.case.keys(self.held))

    def judge(self, typed: bool = False) -> list[Finding]:
        """Check the client as typed and show what was found; what stays the same costs nothing.

        `typed`: nothing but the current field has changed since it was shown last.
        """
        self._judged_on, findings = self.program.today(), self.case.findings()
        self.form.show_findings(self.case.own(self.held, findings))
        keys, told, part = self.case.keys(self.held), self.case.accepted_by, self.case.without_to_do
        self.entries = panel_entries(findings, self.form.model, keys, accepted=told, part=part)
        self.panel.show(self.entries, self.place())
        self._show_tree(typed)
        return findings

    def _show_tree(self, typed: bool) -> None:
        worst = labels.worst_of(self.case, [one.finding for one in self.entries if one.finding])
        before, self._tree_told = self._tree_told, labels.told(self.case, self.held, worst)
        if not typed or self._tree_told != before:
            self.tree_pane.show(labels.nodes(self.case, worst))

    def open(self, held: Held, header: str = "") -> None:
        """Put a record on the form, at a field; what was typed in the one before stays with it."""
        before = self.held
        if before is not held:
            self.form.flush()
            if self.case.spared is not None:
                self.case.changed(self.case.spared)
                self.case.spared = None
            self.leave(before)
        self.held = held
        model = self.case.model_of(held)
        if header:
            model.go_to(header)
        self.form.load(model, self.case.own(held, self.case.findings()))
        self.show()
        self._show_in_tree()
        self.around.company.moved()

    def _show_in_tree(self) -> None:
        """The tree stands at the record on the form, also at a deleted one: else it would name another."""
        if not self.tree_pane.go_to(self.held.id, quiet=True):
            self.case.show_deleted = True
            self.show()
            self.tree_pane.go_to(self.held.id, quiet=True)

    def leave(self, held: Held) -> None:
        """A person goes on from a record: what is missing in it counts from now on."""
        if held.is_changed and not held.left:
            held.left = True
            if held.model is not None:
                held.model.judged = True
        self.keeper.write()

    def open_place(self, episode_id: str = "", event_id: str = "", header: str = "") -> None:
        """Go to a record of this client by its ids, and to a field of it."""
        held = self._record_of(episode_id, event_id, header)
        if held is None:
            self.say("That record is not there any more.", "notice")
            return
        self.open(held, header)
        self.form.focus_input()

    def open_at_hand(self) -> None:
        """Begin where one begins in a client who is opened; where one left typing, there."""
        if not self.held.is_changed:
            held = self.case.at_hand or self.case.client
            self.open(held, self.case.model_of(held).first)
            self.form.focus_input()

    def _record_of(self, episode_id: str, event_id: str, header: str) -> Held | None:
        """The record that ids and a field mean: a finding about a client's field names the episode that shows it."""
        field = self.program.standard.by_header.get(header)
        if field is not None and field.level == "client":
            return self.case.client
        if field is not None and field.level == "episode" and episode_id:
            return self.case.by_id.get(episode_id)
        return self.case.by_id.get(event_id or episode_id or self.client_id)

    def go(self, place: Place) -> None:
        """Land in a field of any record, its message in view."""
        held = self.case.held_of(place.record)
        if held is None:
            return
        if held is self.held:
            self.form.go_to(place.header)
        else:
            self.open(held, place.header)
        self.form.focus_input()

    def spoke(self) -> None:
        """What was just said is true only until somebody types."""
        self._said = True

    def say(self, text: str | Sentence, severity: str = "") -> None:
        """As on any screen; what was done well need not be told any longer once somebody types on."""
        super().say(text, severity)
        self._said = bool(text) and severity in ("", "ok")

    # --- what the form says -----------------------------------------------------------------

    def edited(self, header: str) -> None:
        """A value changed: check, show, and keep it as a draft soon."""
        self.case.changed(self.held)
        self.show(typed=True)
        self.keeper.touch(self.held)
        if self._said:
            self.say("")
        self.around.typed(header)

    def moved(self, header: str) -> None:
        """Another field: what was typed is written at once."""
        if self.place() != self.walking.told:
            self.walking.told = None
        if not self.judge_left():
            self.panel.show(self.entries, self.place())
        if self.held.unconfirmed != self.held.carried:
            self.confirmed(self.held)
        if told := self.held.noted.get(header):  # beside the value there is not room for all of it
            self.say(told, "notice")
            self.spoke()
        self.keeper.write()
        self.around.look_alike()

    def confirmed(self, held: Held) -> None:
        """Passing a carried value confirms it: with what is typed when that is saved, else at once."""
        if self.form.locked:
            return
        passed, held.carried = held.carried - held.unconfirmed, held.unconfirmed
        self.show()
        if held.is_changed:
            self.keeper.touch(held)
            return
        kind, id = held.kind, held.id
        self.program.write(lambda unit: save.confirm(unit, kind, id, passed))

    def judge_left(self) -> bool:
        """Judge what was spared while it was typed, now that somebody goes on; whether there was anything."""
        spared, self.case.spared = self.case.spared, None
        if spared is None:
            return False
        self.case.changed(spared)
        self.show()
        return True

    def ended(self) -> None:
        """Going on from the last field moves nowhere and says what is next."""
        self.judge_left()
        self.around.look_alike()
        save, new = REGISTRY.key_text("form.save"), REGISTRY.key_text("client.new")
        self.say(f"This is the last field: {save} saves, {new} adds to the client.")

    def commanded(self, name: str) -> None:
        """A key that is not the form's own."""
        getattr(self, f"action_{name}")()

    # --- messages ---------------------------------------------------------------------------

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Walking in the tree shows each record."""
        node = self.tree_pane.current
        if node is not None and node.id in self.case.by_id and node.id != self.held.id:
            self.open(self.case.by_id[node.id])

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter in the tree: on to the form."""
        self.form.focus_input()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something. What was saved here is shown already; what was done in other screens is not."""
        if event.put_back:
            self.keeper.keep_again()
        if event.own and self._is_in_front():
            self.around.company.look()
        else:
            self.around.reload(own=event.own)

    def _is_in_front(self) -> bool:
        """Whether nothing but dialogs stands over this screen."""
        return next(one for one in reversed(self.app.screen_stack) if not isinstance(one, ModalScreen)) is self

    def on_others_moved(self, event: OthersMoved) -> None:
        """Somebody has come, gone, or gone on to another record."""
        self.around.company.look()

    def flush_drafts(self, reason: str) -> None:
        """The program ends or sleeps: everything is written now."""
        self.keeper.flush()
        if reason != "suspend":
            self.around.company.gone_for_good()

    @changing
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

    def action_way_back(self) -> None:
        """Alt+Left."""
        self._form_does("way_back")

    def action_return(self) -> None:
        """The way back leads to another record, if that is still there."""
        model, header = self.form.came_from
        held = next((each for each in self.case.by_id.values() if each.model is model), None)
        if held is not None and (not self.case.is_gone(held) or self.case.show_deleted):
            self.open(held, header)

    def action_rest_no(self) -> None:
        """Ctrl+E."""
        self._form_does("rest_no")

    def action_moves_on(self) -> None:
        """From the palette."""
        self.form.moves_on = not self.form.moves_on
        on = "A field that is full of one of its codes is left by itself."
        self.say(on if self.form.moves_on else "A field is left by Tab, Enter or Down.")
        self.program.remember("moves_on", self.form.moves_on)

    def action_undo(self) -> None:
        """Ctrl+Z."""
        self._form_does("undo")

    def action_redo(self) -> None:
        """Ctrl+Y."""
        self._form_does("redo")

    def _form_does(self, name: str) -> None:
        self.form.focus_input()
        self.form.do(name)

    @property
    def walked_return(self) -> str | None:
        """Where F8 led here, what it walks."""
        return self.walking.within

    def action_next_finding(self) -> None:
        """F8."""
        self.walking.go_on(1)

    def action_previous_finding(self) -> None:
        """F7."""
        self.walking.go_on(-1)

    @changing
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

    @changing
    def action_new(self) -> None:
        """Ctrl+N."""
        self.adding.ask()

    @changing
    def action_delete(self) -> None:
        """Delete, in the tree."""
        self.adding.ask_to_delete(self.held)

    @changing
    def action_bring_back(self) -> None:
        """From the palette: the record on the form, or what it stands under."""
        held: Held | None = self.held
        while held is not None and not held.deleted and held.kind != "client":
            held = self.case.by_id.get(held.parent_id)
        self.adding.bring_back(held or self.held)

    def action_deleted(self) -> None:
        """Show or hide deleted records."""
        self.case.show_deleted = not self.case.show_deleted
        if self.case.is_gone(self.held) and not self.case.show_deleted:
            self.open(self.case.client)
        self.show()
        self.say("Deleted records are shown." if self.case.show_deleted else "Deleted records are hidden.")

    @changing
    def action_note(self) -> None:
        """Ctrl+W."""
        self.form.flush()
        self.adding.ask_note()

    @changing
    def action_worker(self) -> None:
        """Ctrl+K."""
        self.adding.ask_worker()

    def action_consent(self) -> None:
        """Ctrl+D."""
        self.form.flush()
        self.consenting.ask()

    def action_alike(self) -> None:
        """Ctrl+F."""
        self.around.show_alike()

    @changing
    def action_merge(self) -> None:
        """From the palette."""
        self.pairing.choose()

    @changing
    def action_split(self) -> None:
        """From the palette."""
        self.pairing.ask_to_split()

    def action_compare(self) -> None:
        """From the palette."""
        self.saving.compare_with_saved()

    @changing
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

    def action_everything(self) -> None:
        """From the palette."""
        if self.case.client.version:
            self.form.flush()
            self.program.open_screen("subject", self.case.client.id)
        else:
            self.say("This client was never saved: what is typed is a draft of yours, and nothing else is held.")

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
        """Every group of the form, the tree, the panel's first finding.

        A group is entered where a person types: what came over a jump would replace an identifier the program made.
        """
        groups: dict[str, str] = {}
        fields = [row for row in self.form.model.rows if isinstance(row, Field)]
        for row in (*(one for one in fields if one.keyed == "person"), *fields):
            groups.setdefault(row.group or row.section, row.header)
        letters = iter("ABCDEGHIJKLMNOPQRSUVWXYZ")
        places: list[JumpPlace] = [("T", "Tree", self.tree_pane.focus), ("F", "First fault", self._first_fault)]
        for group, header in groups.items():
            letter = next((each for each in group.upper() if each.isalpha() and each not in _taken(places)), "")
            letter = letter or next(each for each in letters if each not in _taken(places))
            places.append((letter, group, partial(self._jump, header)))
        return places

    def _first_fault(self) -> None:
        """To what is wrong in this very client, also along a worklist; where nothing is, on as F8 does."""
        if self.walking.target(1) is not None:
            self.walking.land(1)
        else:
            self.action_next_finding()

    def _jump(self, header: str) -> None:
        self.form.go_to(header)
        self.form.focus_input()


# A client is open once: what is typed stands in one screen, and no other one writes its own over it.

PAGES = frozenset({"compare", "alike", "copy"})
"""The scopes of pages that ask about the client they stand over: there is nothing to go back to without it."""


def opened(app: App[Any], client_id: str) -> ClientScreen | None:
    """The screen of a client that is open, in front or under others; None where there is none."""
    screens = (screen for screen in reversed(app.screen_stack) if isinstance(screen, ClientScreen))
    return next((screen for screen in screens if client_id and screen.client_id == client_id), None)


def come_up(app: App[Any], screen: ClientScreen) -> None:
    """Have a client that is open in front, as it was left; what lay over it lies under it then."""
    stack = app.screen_stack
    above = stack[stack.index(screen) + 1 :]
    if any(getattr(page, "scope", "") in PAGES for page in above):
        while app.screen is not screen:
            app.pop_screen()
    elif not all(isinstance(page, ModalScreen) for page in above):
        textual_private.bring_to_top(app, screen)


def _taken(places: Iterable[JumpPlace]) -> set[str]:
    return {letter for letter, _, _ in places}
