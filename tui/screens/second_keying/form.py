"""Keying again from paper: an empty form of the fields that are compared, for events one after another. Nothing here
tells what stands there, nor how many events there are."""

import threading
import uuid
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.records import second_keying
from exporters.work import Work
from store.facts import Who
from store.records import second_keying as stored_second_keying
from store.records.second_keying import SampledEpisode
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.form.keys import FORM_KEYS
from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.store_access import shortly
from tui.widgets.actions import REGISTRY, action
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.find_line import keys_of
from tui.widgets.text_line import TextLine
from validators.problems import Problem
from validators.records import Values

if TYPE_CHECKING:
    from store.store import Store

SCOPE = SCREENS["second_form"].scope
REGISTRY.add(
    action("second_form.save", "f2", "Keep, next", "Keep it and go on with the next", SCOPE, "save", bar=True),
    action("second_form.codes", "f4", "Codes", "The codes of this field; type a code or words", SCOPE, "codes", True),
    action("second_form.field", "f6", "Field", "This field: wording, codes, rules, source", SCOPE, "field_help", True),
)
KEEP_SECONDS = 0.3
"""So long after a key what is typed is kept, also while one stays in a field."""
RETRY_SECONDS = 1.0
BLIND = "Nothing is told here of what stands there: key what the paper says."
Entries = list[tuple[str, Values]]
"""What is typed of a list: each event's id and its values."""


class SecondForm(StoreScreen[None]):
    """One episode of the sample, or a list of its events; F2 goes on to the next one."""

    scope = "second_form"
    heading = "Keying again"
    DEFAULT_CSS = "SecondForm RecordForm { height: 1fr; } SecondForm #which { height: 1; }"

    def __init__(self, one: SampledEpisode, entries: Entries | None = None) -> None:
        """Take what is keyed; of a list what was typed so far, as `found` reads both."""
        super().__init__()
        self._begin(one, entries or [])
        self._waits = False
        self._failing = ""
        # What stands in the store, and what it was asked to keep last; nothing is typed before there is a form.
        self._stands: Values | None = None
        self._asked: Values = {}
        # Who writes last must be who typed last, also when an end makes the screen's own thread write.
        self._lock = threading.Lock()
        self._number = self._written = 0
        self.which = TextLine(id="which")

    def _begin(self, one: SampledEpisode, entries: Entries) -> None:
        """With a list at a new event behind those that are typed."""
        self._one, self._entries = one, entries
        self._at = len(entries)

    @property
    def _entry(self) -> str:
        """The event of a list that is typed; "" for an episode."""
        if self._one.is_list and self._at == len(self._entries):
            self._entries.append((str(uuid.uuid4()), {}))
        return self._entries[self._at][0] if self._one.is_list else ""

    @property
    def _typed(self) -> list[Values]:
        """The events of a list but for the one in the form, which is empty where the list ends."""
        return [values for at, (_, values) in enumerate(self._entries) if at != self._at]

    def body(self) -> Iterable[Widget]:
        """Which paper file, then the form."""
        program = self.program
        self._work = Work(program.agency, program.standard, program.today())
        keys = {**FORM_KEYS, **keys_of(self.scope)}
        self.form = RecordForm(
            self._model(),
            on_edit=self._edited,
            on_move=self._moved,
            on_command=self._commanded,
            keys=keys,
            moves_on=program.settings.moves_on,
        )
        yield self.which
        yield self.form

    def on_mount(self) -> None:
        """Begin."""
        self.form.focus_input()
        self._tell()

    def _model(self) -> RecordModel:
        standard = second_keying.form_standard(self.program.standard, self._one)
        sections = [one.id for one in standard.sections if standard.headers_by_section[one.id]]
        typed = self._one.second if self._one.begun_by == self.program.person else {}
        if self._one.is_list:
            typed = self._entries[self._at][1] if self._at < len(self._entries) else {}
        model = RecordModel(standard, sections, typed, clock=self.program.today, base={}, judged=True)
        empty = next((header for header in model.order if model.is_due(header) and not model.value(header)), "")
        if typed and empty and not self._one.is_list:
            model.go_to(empty)  # where one left off
        self._stands = self._asked = dict(model.values)
        return model

    def _tell(self) -> None:
        name = second_keying.told_episode(self.program.standard, self._one)
        self.retitle(f"Keying again: {name}")
        told = " Key what its paper file says; what stands in the record is not shown."
        if self._one.is_list:
            title = self.program.standard.section_by_id[self._one.section].said
            told = f" {self._at + 1}: the next {title} of the paper; F2 on an empty form: no more."
        self.which.show((told, "dim"))

    # Typing

    def _edited(self, header: str) -> None:
        self.say("")
        self._soon(KEEP_SECONDS)

    def _moved(self, header: str) -> None:
        self._keep()

    def _soon(self, seconds: float) -> None:
        if not self._waits:
            self._waits = True
            self.set_timer(seconds, self._keep_now)

    def _keep_now(self) -> None:
        self._waits = False
        self._keep()

    def _keep(self, *, leaves: bool = False) -> bool:
        """What is typed so far, so that nothing is lost; whether there was anything. Then go, where one leaves."""
        values = dict(self.form.model.values)
        if values == (self._stands if leaves else self._asked):
            return False
        self._asked = values
        job = partial(self._put, self._one, self._entry, values, self._next_number())
        done = partial(self._kept, values, leaves)
        self.program.in_store(job, writes=True, hold=leaves, on_done=done, on_problem=self._not_kept)
        return True

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _put(self, one: SampledEpisode, entry: str, values: Values, number: int, store: "Store") -> None:
        """In any thread: keep what is newer than what was kept."""
        program = self.program
        with self._lock:
            if number > self._written:
                who = Who(program.person, program.clock(), program.session)
                store.do(who, second_keying.keep, self._work, one.id, values, entry, one.begun_by)
                self._written = number

    def _kept(self, values: Values, leaves: bool, _: None) -> None:
        self._stands = values
        if self._failing:
            self._failing = ""
            self.program.say("The store is back; what you typed is written.", "ok")
        if leaves:
            super().action_back()

    def _not_kept(self, problem: Problem) -> None:
        """It is tried again, and said once."""
        self._asked = self._stands or {}
        if self._failing != str(problem):
            self._failing = str(problem)
            told = shortly(problem, self.program.opened_store.path, self.program.terms)
            self.program.say(f"Not kept yet: {told}", "error")
        if self.is_attached:
            self._soon(RETRY_SECONDS)

    def flush_drafts(self, reason: str) -> None:
        """The program ends or sleeps: what is typed is kept now."""
        program = self.program
        if self._stands is None or (values := dict(self.form.model.values)) == self._stands:
            return
        try:
            self._put(self._one, self._entry, values, self._next_number(), program.opened_store)
        except Problem as problem:
            program.unkept = program.last_words = problem.told(program.terms)
        else:
            self._stands = self._asked = values

    def on_unmount(self) -> None:
        """Another agency is opened over it, say."""
        if self._stands is not None:
            self._keep()

    def _commanded(self, name: str) -> None:
        """A key that is not the form's own."""
        if name == "help":
            self.run_worker(self.app.run_action("app.help"))
        elif (method := getattr(self, f"action_{name}", None)) is not None:
            method()

    # Actions

    def action_save(self) -> None:
        """F2: keep it; then the next one. An empty form ends a list, once that is said again."""
        self.form.flush()
        if not self._one.is_list:
            self._save()
        elif any(self.form.model.values.values()):
            self._to_entry(None, "Kept. Key the next one; F2 on an empty form when the paper has no more.")
        else:
            many = len(self._typed)
            section = self.program.standard.section_by_id[self._one.section]
            line = f"Keyed of this paper file, {section.title}: {many or 'none'}."
            answers = [Answer("y", "The paper has no more")]
            self.app.push_screen(Confirm("Is that all?", [line], answers), self._ended)

    def _ended(self, letter: str | None) -> None:
        if letter:
            self._save()

    def _save(self) -> None:
        work, one, person = self._work, self._one, self.program.person
        values = dict(self.form.model.values)
        typed = self._typed

        def keep(unit: UnitOfWork) -> Found | Problem:
            if one.is_list:
                second_keying.key_list(unit, work, one.id, typed)
            else:
                second_keying.key(unit, work, one.id, values, one.client_id)
            return _next(unit, work, person)

        before, self._asked = self._asked, values
        self.program.write(keep, on_done=self._go_on, on_problem=partial(self._not_saved, before), hold=True)

    def _not_saved(self, before: Values, problem: Problem) -> None:
        self._asked = before
        self.say(problem.sentence, "error")
        self._soon(KEEP_SECONDS)

    def _go_on(self, found: "Found | Problem") -> None:
        self._stands = self._asked
        if isinstance(found, Problem):
            self.program.call_later(self.program.say, found.sentence, "ok")
            self.dismiss()
            return
        self._begin(*found)
        self._show("Kept. Here is the next one.")

    def _to_entry(self, wanted: int | None, told: str) -> None:
        """To another event of the list, once this one is kept, None for a new one; one that is empty is none."""
        self.form.flush()
        values, entry, own_id, work = dict(self.form.model.values), self._entry, self._one.id, self._work
        here = self._at
        # Only now is the one in the form among them: whoever typed it in one go left no time to keep it before.
        at = len(self._entries) if wanted is None else wanted
        before, self._asked = self._asked, values

        def kept(_: None) -> None:
            self._entries[here] = (entry, values)
            if not any(values.values()):
                del self._entries[here]
            self._at = min(at if at <= here or any(values.values()) else at - 1, len(self._entries))
            self._show(told)

        self.program.write(
            lambda unit: second_keying.keep(unit, work, own_id, values, entry),
            on_done=kept,
            on_problem=partial(self._not_saved, before),
            hold=True,
        )

    def _show(self, told: str) -> None:
        self.form.load(self._model())
        self.form.focus_input()
        self._tell()
        self.say(told, "ok" if told else "")

    def action_codes(self) -> None:
        """F4, from elsewhere than the form."""
        self.form.focus_input()

    def action_field_help(self) -> None:
        """F6."""
        from tui.screens.field_page import FieldPage

        self.app.push_screen(FieldPage(self.program.standard, self.form.model.current))

    def action_next_finding(self) -> None:
        """F8 tells nothing here; in a list it is the next one typed."""
        self._walk(1)

    def action_previous_finding(self) -> None:
        """F7 neither; in a list it is the one typed before."""
        self._walk(-1)

    def _walk(self, step: int) -> None:
        at = self._at + step
        is_new = self._at >= len(self._entries) - 1 and not any(self.form.model.values.values())
        if self._one.is_list and at >= 0 and not (is_new and step > 0):
            self._to_entry(at, "As you keyed it; F8 goes on." if at < len(self._entries) else "")
        else:
            self.say(BLIND)

    def action_back(self) -> None:
        """Escape: what is typed stays for whoever typed it; where it cannot be kept, a second one leaves without it."""
        self.form.flush()
        if self._failing or not self._keep(leaves=True):
            super().action_back()


Found = tuple[SampledEpisode, Entries]


def found(snapshot: Snapshot, work: Work, person: str, own_id: str = "") -> Found:
    """The next one for somebody to key, or the one asked for, with what was typed of it. Raises Problem as `to_key`."""
    one = second_keying.to_key(snapshot, work, person, own_id)
    return one, stored_second_keying.typed(snapshot, one, person) if one.is_list else []


def _next(snapshot: Snapshot, work: Work, person: str) -> Found | Problem:
    """The next one, or why there is none."""
    try:
        return found(snapshot, work, person)
    except Problem as problem:
        return problem
