"""New records, deleting and bringing back, key worker and note, and notes on fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from exporters.records import left_drafts, save
from exporters.records.find import records_of
from exporters.records.left_drafts import DraftName, Typing, typing_told
from exporters.records.save import Save
from store.facts import AgencyInfo, ClientTree, NotedSince
from store.findings import queries as stored_queries
from store.records import field_notes
from store.snapshot import Snapshot
from tui.form.undo import Step
from tui.screens.client import labels
from tui.screens.client.model import MOVED, Held
from tui.widgets.actions import REGISTRY
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import BaseModal
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_input import LineInput
from tui.widgets.text import printable
from tui.widgets.text_line import TextLine
from validators.problems import Problem
from validators.records import Values
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

# Key worker and note of an episode: kept beside it, never exported.

KEPT_HERE = "Kept here, never sent. F2 and Esc keep them, Ctrl+U empties a line."
MEANWHILE = "Not kept yet: F2 keeps yours all the same, Esc leaves what stands."
MOVES = {"tab": 1, "enter": 1, "down": 1, "shift+tab": -1, "up": -1}


class NoteLine:
    """One of the two lines; the host that its input works for."""

    def __init__(self, page: "NotePage") -> None:
        self.page = page
        self.input = LineInput(self)

    def press(self, key: str) -> bool:
        """The keys that move on or save."""
        if key in MOVES:
            self.page.move(self, MOVES[key])
        elif key == "f2":
            self.page.done()
        elif key == "escape":
            self.page.action_back()
        else:
            return False
        return True

    def typed(self, text: str) -> None:
        """What was said is said no longer."""
        self.page.told.show(("", "panel"))

    def remark(self, sentence: str) -> None:
        """In the line under both."""
        self.page.told.show((f" {sentence}", "panel"))

    def input_offset(self) -> Offset:
        """Where the input stands."""
        return self.input.content_region.offset


class NotePage(BaseModal[tuple[str, str] | None]):
    """Dismissed with key worker and note, on F2, on Enter in the last line and on Escape alike: what is typed stays.

    With `told`, what somebody wrote meanwhile, Escape leaves that as it stands.
    """

    DEFAULT_CSS = """
    NotePage Vertical { width: 90%; max-width: 76; height: 8; }
    NotePage LineInput { width: 100%; }
    """

    def __init__(self, name: str, texts: tuple[str, str], known: Sequence[str], told: str = "") -> None:
        super().__init__()
        self._of, self._known, self._begins_with = name, known, told
        self.lines = (NoteLine(self), NoteLine(self))
        self.before = texts
        self.told = TextLine([("", "panel")], "panel")

    def compose(self) -> ComposeResult:
        """The two lines with their names."""
        known = ", ".join(self._known)
        with Vertical():
            yield TextLine([(f" {self._of}: key worker and note", "title")], "title")
            yield TextLine([(f" {MEANWHILE if self._begins_with else KEPT_HERE}", "panel")], "panel")
            yield TextLine([(" Key worker", "panel_heading")], "panel")
            yield self.lines[0].input
            yield TextLine([(f" Key workers here: {known}" if known else " ", "panel")], "panel")
            yield TextLine([(" Note", "panel_heading")], "panel")
            yield self.lines[1].input
            yield self.told

    def on_mount(self) -> None:
        """Begin with the key worker."""
        for line, text in zip(self.lines, self.before, strict=True):
            line.input.load(text)
        self.lines[0].input.focus()
        if self._begins_with:
            self.told.show((f" {printable(self._begins_with)}", "warning"))

    def move(self, line: NoteLine, step: int) -> None:
        """To the other line; on from the last one it is done."""
        target = self.lines.index(line) + step
        if target >= len(self.lines):
            self.done()
        elif target >= 0:
            self.lines[target].input.focus()

    def done(self) -> None:
        """Away with both."""
        self.dismiss((self.lines[0].input.value.strip(), self.lines[1].input.value.strip()))

    def action_back(self) -> None:
        """Escape, from a line or from elsewhere."""
        if self._begins_with:
            self.dismiss(None)
        else:
            self.done()


NEVER_SAVED = "What was typed of a new client is thrown away."


@dataclass(frozen=True)
class Deletion:
    """What was deleted here at one stroke: a stored record, or a new one with all below it.

    `steps` are the latest steps in the forms when it went, by record: what is taken back first depends on them.
    """

    gone: list[Held]
    steps: Mapping[str, Step | None]


class Adding:
    """What is added to a client and taken away again."""

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen
        self._deletions: list[Deletion] = []
        """The latest last."""
        self._typed: dict[str, tuple[Values, Values]] = {}
        """What was typed and not saved in records that were deleted here, and what that began with, by record: it comes
        back with them."""

    # --- new --------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask what is to be added; Enter gives what comes next most often."""
        case, standard = self.screen.case, self.screen.case.standard
        episode = case.episode_of(self.screen.held) or case.at_hand
        word = labels.word(standard, "episode")
        answers = [Answer("e", f"New {word}")]
        if case.episodes():
            answers.append(Answer("l", f"New {word} like the last one, to be confirmed"))
        letters = {"e", "l", "c", "a"}
        sections: dict[str, str] = {}
        last: Held | None = None
        if episode is not None and not episode.deleted:
            for section in standard.event_sections:
                letter = next(
                    each
                    for each in f"{section.title}{section.id}".lower() + "0123456789"
                    if each.isalnum() and each not in letters
                )
                letters.add(letter)
                sections[letter] = section.id
                answers.append(Answer(letter, f"New {section.said}"))
            last = case.last_event(episode)
            if last is not None:
                said = standard.section_by_id[last.section].said
                answers.append(Answer("a", f"New {said} like the last one, to be confirmed"))
        answers.append(Answer("c", "New client"))
        preferred = next(iter(sections), "e")

        def answered(letter: str | None) -> None:
            if letter == "c":
                self.screen.program.open_client()
            elif letter in ("e", "l"):
                self.add_episode(like_last=letter == "l")
            elif letter is not None and episode is not None and episode.id not in case.by_id:
                gone = "The {episode} it was to be added to stands with another {client} now: nothing is added."
                self.screen.say(Sentence(gone), "warning")
            elif letter in sections and episode is not None:
                self._go_to(case.add("event", episode.id, sections[letter]))
            elif letter == "a" and episode is not None and last is not None:
                self._go_to_carried(case.add("event", episode.id, last.section, like=last))

        asked = "What is to be added?"
        if sections and episode is not None and case.episode_of(self.screen.held) is None:
            asked = f"{asked} To {labels.record_name(case, episode)}:"
        self.screen.app.push_screen(Confirm("Add", [asked], answers, preferred), answered)

    def add_episode(self, like_last: bool = False) -> None:
        """A new episode, empty or like the client's last one."""
        case = self.screen.case
        last = case.episodes()[-1] if like_last and case.episodes() else None
        self._go_to_carried(case.add("episode", case.client.id, like=last))

    def _go_to_carried(self, held: Held) -> None:
        """To a new record that may have taken values over; they are kept as a draft at once."""
        self._go_to(held)
        if held.carried:
            self.screen.keeper.touch(held)
            self.screen.say(f"{len(held.carried)} values are carried over, marked ~ until you pass them.", "notice")

    def _go_to(self, held: Held) -> None:
        self.screen.open(held)
        self.screen.form.focus_input()

    # --- deleting ---------------------------------------------------------------------------

    def ask_to_delete(self, held: Held) -> None:
        """Ask first; the letter is no key that anybody presses by habit."""
        screen = self.screen
        if held.deleted:
            screen.say("This record is deleted already; Bring back undoes that.")
            return
        program, client_id = screen.program, screen.client_id
        if not screen.case.client.version:
            self._ask_to_delete(held, [])
            return
        program.read(
            lambda snapshot: left_drafts.in_client(snapshot, client_id, held.id),
            on_done=lambda typing: self._ask_to_delete(held, [one for one in typing if one.person != program.person]),
            hold=True,
        )

    def _ask_to_delete(self, held: Held, typing: Sequence[Typing]) -> None:
        screen = self.screen
        below = len(screen.case.beneath(held))
        lines = [labels.record_name(screen.case, held)]
        if below:
            lines.append(f"What stands under it ({below}) goes and comes back with it.")
        lines += typing_told(typing, "it is kept, and offered once this is back")
        if held.version and held.is_changed:
            lines.append("What you typed in it and did not save comes back with it.")
        # What is decided is decided of this: it may be saved, and others may come under it, while the question stands.
        item, seen = _item(held), screen.case.stored
        for_good = held.kind == "client" and not held.version
        undo = f"{REGISTRY.key_text('form.undo')} right afterwards undoes it."
        lines.append("It was never saved: what is typed is gone for good." if for_good else undo)

        def answered(letter: str | None) -> None:
            if letter == "d":
                self._delete(held, item, seen)

        screen.app.push_screen(Confirm("Delete this record?", lines, [Answer("d", "Delete it", for_good)]), answered)

    def _delete(self, held: Held, item: Save, seen: Mapping[str, int]) -> None:
        screen, program = self.screen, self.screen.program
        if held.version == 0:
            parent = screen.case.by_id.get(held.parent_id)
            # A client who is gone takes the screen along, which tells of him until it is closed.
            gone = list(screen.case.by_id.values()) if held.kind == "client" else screen.case.remove(held)
            self._note_deleted(gone)
            screen.keeper.forget([one.id for one in gone])
            wanted = [DraftName(one.id, program.session) for one in gone]
            program.write(lambda unit: left_drafts.discard(unit, wanted))
            if parent is not None and not parent.version:
                screen.keeper.touch(parent)  # its draft goes, too, where nothing is typed in it
            if held.kind == "client":
                screen.dismiss()
                program.call_later(program.say, NEVER_SAVED, "ok")
                return
            screen.held = parent or screen.case.client
            screen.open(screen.held)
            self._say_deleted(held)
            return

        def done(tree: ClientTree) -> None:
            self._note_deleted([held])
            if held.is_changed:
                self._typed[held.id] = dict(held.values), held.base
            held.model, held.typed = None, None
            screen.saving.take(tree, own=True)
            self._say_deleted(held)

        def refused(problem: Problem) -> None:
            """In a dialog: what others saved shows at this moment, and would be said over it."""
            told = [problem.told(program.terms)]
            screen.app.push_screen(Confirm("Not deleted", told, [Answer("g", "Go on")], "g"))

        client_id = screen.client_id
        program.write(
            lambda unit: save.delete(unit, client_id, item, seen), on_done=done, on_problem=refused, hold=True
        )

    def _say_deleted(self, held: Held) -> None:
        name = labels.record_name(self.screen.case, held) if held.kind != "client" else "The client"
        self.screen.say(f"Deleted: {name}. {REGISTRY.key_text('form.undo')} brings it back.", "ok")

    def _note_deleted(self, gone: list[Held]) -> None:
        steps = {held.id: held.latest_step for held in self.screen.case.by_id.values()}
        self._deletions.append(Deletion(gone, steps))

    @property
    def was_last(self) -> bool:
        """Whether nothing was typed in the record on the form since the latest deletion: that goes back first."""
        held = self.screen.held
        if not self._deletions:
            return False
        step = held.latest_step
        return step is None or step is self._deletions[-1].steps.get(held.id)

    def undo_deletion(self) -> None:
        """Ctrl+Z where the latest deletion is the last act, or the form has nothing left to take back."""
        if not self._deletions:
            self.screen.say("There is nothing to take back.")
            return
        gone = self._deletions.pop().gone
        if gone[0].version:
            self.bring_back(gone[0])
            return
        for held in gone:
            self.screen.keeper.touch(held)
        if gone[0].kind != "client" and gone[0].parent_id not in self.screen.case.by_id:
            self.screen.say(MOVED, "warning")
            return
        self.screen.case.by_id.update({held.id: held for held in gone})
        self.screen.case.changed(gone[0])
        self._go_to(gone[0])
        self.screen.say("It is back.", "ok")

    def bring_back(self, held: Held) -> None:
        """Bring a deleted record back."""
        if not held.deleted:
            self.screen.say("This record is not deleted.")
            return

        def done(tree: ClientTree) -> None:
            typed = self._typed.pop(held.id, None)
            if held.is_changed:
                typed = dict(held.values), held.base
            held.overtaken = ""
            self.screen.saving.take(tree)
            stored = next((one for one in records_of(tree) if one.id == held.id), None)
            if typed is not None:
                if stored is not None:
                    held.adopt(stored)
                    if typed[1] != stored.values:  # somebody changed it before: saving shows both
                        held.version, held.began = item.version, typed[1]
                held.typed, held.model = typed[0], None
                self.screen.case.changed(held)
                self.screen.keeper.touch(held)
            self._deletions = [one for one in self._deletions if held not in one.gone]
            if self.screen.held is held or held.id not in (self.screen.held.parent_id, self.screen.case.client.id):
                self._go_to(held)  # whoever is in what stands under it stays there
            self.screen.say(f"Back again: {labels.record_name(self.screen.case, held)}.", "ok")

        item, client_id = _item(held), self.screen.client_id
        self.screen.program.write(lambda unit: save.bring_back(unit, client_id, item), on_done=done, hold=True)

    # --- key worker and note ----------------------------------------------------------------

    def ask_worker(self) -> None:
        """Ask for key worker and note of the episode one is in."""
        screen, program = self.screen, self.screen.program
        held = screen.case.episode_of(screen.held) or screen.case.at_hand
        if held is None or held.version == 0:
            told = Sentence("Key worker and note belong to {an episode} that is saved: save it first.")
            screen.say(told, "notice")
            return
        name, before = labels.record_name(screen.case, held), (held.key_worker, held.note)

        def known(names: list[str]) -> None:
            ask(names, before, before)

        def ask(names: list[str], seen: tuple[str, str], texts: tuple[str, str], told: str = "") -> None:
            page = NotePage(name, texts, names, told)
            screen.app.push_screen(page, lambda answer: answered(names, seen, answer))

        def answered(names: list[str], seen: tuple[str, str], answer: tuple[str, str] | None) -> None:
            if answer is None or answer == seen:
                return
            # What was left as it was is nobody's answer: somebody else may have written there meanwhile.
            key_worker, note = (new if new != old else None for new, old in zip(answer, seen, strict=True))
            client_id, id = screen.client_id, held.id

            def refused(problem: Problem) -> None:
                """Asked again: what was typed is nobody's to lose."""
                if not isinstance(problem, NotedSince):
                    ask(names, seen, answer, problem.told(program.terms))
                    return
                now = (problem.theirs, seen[1]) if problem.what == "key worker" else (seen[0], problem.theirs)
                ask(names, now, answer, f"{problem.what.capitalize()} by now: {problem.theirs or 'none'}")

            program.write(
                lambda unit: save.annotate(unit, client_id, id, key_worker=key_worker, note=note, before=seen),
                on_done=kept,
                on_problem=refused,
                hold=True,
            )

        def kept(tree: ClientTree) -> None:
            screen.saving.take(tree)
            screen.say(f"Kept with {name}: key worker {held.key_worker or 'nobody'}.", "ok")

        agency = program.agency
        program.read(lambda snapshot: _key_workers(snapshot, agency), on_done=known, hold=True)

    # --- a note on a field ------------------------------------------------------------------

    def ask_note(self) -> None:
        """Ask for the note on the field one is in."""
        screen, program = self.screen, self.screen.program
        held, header = screen.held, screen.form.model.current
        if held.version == 0:
            screen.say("A note belongs to a record that is saved: save it first.", "notice")
            return
        label, kind, id = program.standard.by_header[header].label, held.kind, held.id
        client_id = screen.client_id

        def ask(seen: str, typed: str, lines: list[str]) -> None:
            line = Asked("note", "Note", typed, optional=True)
            page = Asking(f"Note on {label}", lines, [line], fits)
            screen.app.push_screen(page, lambda answer: answered(seen, answer))

        def answered(seen: str, answer: Mapping[str, str] | None) -> None:
            if answer is None or answer["note"] == seen:
                return
            text = " ".join(answer["note"].split())

            def refused(problem: Problem) -> None:
                """Asked again: what was typed is nobody's to lose."""
                told = problem.told(program.terms)
                if isinstance(problem, NotedSince):
                    ask(problem.theirs, text, [told, f"By now: {problem.theirs or 'none'}"])
                else:
                    ask(seen, text, [told])

            program.write(
                lambda unit: field_notes.keep(unit, kind, id, header, text, before=seen, client_id=client_id),
                on_done=lambda _: kept(text),
                on_problem=refused,
                hold=True,
            )

        def kept(text: str) -> None:
            held.note_on(header, text)
            screen.show()
            screen.form.refresh()
            screen.say(f"Noted at {label}; it is on the worklist of notes." if text else f"No note at {label}.", "ok")

        def fits(answer: Mapping[str, str]) -> None:
            field_notes.refuse_long(answer["note"])

        before = held.noted.get(header, "")
        ask(before, before, ["What it waits for, such as: asked, waits for form. Never sent. Empty it once answered."])


def _item(held: Held) -> Save:
    """A record as it stands now, of which nothing is changed but whether it is there."""
    return Save(held.kind, held.id, held.parent_id, held.section, {}, held.version)


def _key_workers(snapshot: Snapshot, agency: AgencyInfo) -> list[str]:
    return stored_queries.key_workers(snapshot, agency)
