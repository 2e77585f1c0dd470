"""Keying again from paper: an empty form of the fields that are compared. Nothing here tells what stands there."""

from collections.abc import Iterable

from textual.widget import Widget

from exporters.records import second_keying
from exporters.work import Work
from store.records.second_keying import SampledEpisode
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.form.keys import FORM_KEYS
from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.widgets.actions import REGISTRY, action
from tui.widgets.find_line import keys_of
from tui.widgets.text_line import TextLine
from validators.problems import Problem

SCOPE = SCREENS["second_form"].scope
REGISTRY.add(
    action("second_form.save", "f2", "Keep, next", "Keep it and go on with the next", SCOPE, "save", bar=True),
    action("second_form.codes", "f4", "Codes", "The codes of this field; type a code or words", SCOPE, "codes", True),
    action("second_form.field", "f6", "Field", "This field: wording, codes, rules, source", SCOPE, "field_help", True),
)
KEEP_SECONDS = 0.3
"""So long after a key what is typed is kept, also while one stays in a field."""
BLIND = "Nothing is told here of what stands there: key what the paper says."


class SecondForm(StoreScreen[None]):
    """One episode of the sample; F2 goes on to the next one."""

    scope = "second_form"
    heading = "Keying again"
    DEFAULT_CSS = "SecondForm RecordForm { height: 1fr; } SecondForm #which { height: 1; }"

    def __init__(self, one: SampledEpisode) -> None:
        super().__init__()
        self._one = one
        self._changed = self._waits = False
        self._last: frozenset[tuple[str, str]] = frozenset()
        self.which = TextLine(id="which")

    def body(self) -> Iterable[Widget]:
        """Which paper file, then the form."""
        program = self.program
        self._work = Work(program.agency, program.standard, program.today())
        keys = {**FORM_KEYS, **keys_of(self.scope)}
        self.form = RecordForm(
            self._model(),
            on_edit=self._edited,
            on_move=lambda header: self._keep(),
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
        model = RecordModel(standard, sections, typed, clock=self.program.today, base={}, judged=True)
        empty = next((header for header in model.order if model.is_due(header) and not model.value(header)), "")
        if typed and empty:
            model.go_to(empty)  # where one left off
        return model

    def _tell(self) -> None:
        name = second_keying.told_episode(self.program.standard, self._one)
        self.retitle(f"Keying again: {name}")
        self.which.show((" Key what its paper file says; what stands in the record is not shown.", "dim"))

    # Typing

    def _edited(self, header: str) -> None:
        self._changed = True
        self.say("")
        if not self._waits:
            self._waits = True
            self.set_timer(KEEP_SECONDS, self._keep_now)

    def _keep_now(self) -> None:
        self._waits = False
        self._keep()

    def _keep(self) -> None:
        """What is typed so far, so that nothing of it is lost."""
        values = dict(self.form.model.values)
        if not self._changed or frozenset(values.items()) == self._last:
            return
        self._changed, self._last = False, frozenset(values.items())
        work, own_id = self._work, self._one.id
        self.program.write(lambda unit: second_keying.keep(unit, work, own_id, values))

    def _commanded(self, name: str) -> None:
        """A key that is not the form's own."""
        if name == "help":
            self.run_worker(self.app.run_action("app.help"))
        elif (method := getattr(self, f"action_{name}", None)) is not None:
            method()

    # Actions

    def action_save(self) -> None:
        """F2: keep it; then the next one."""
        self.form.flush()
        work, own_id, person = self._work, self._one.id, self.program.person
        values = dict(self.form.model.values)

        def keep(unit: UnitOfWork) -> SampledEpisode | Problem:
            second_keying.key(unit, work, own_id, values)
            return _next(unit, work, person)

        self._changed = False
        self.program.write(keep, on_done=self._go_on, hold=True)

    def _go_on(self, found: SampledEpisode | Problem) -> None:
        if isinstance(found, Problem):
            self.program.call_later(self.program.say, found.sentence, "ok")
            self.dismiss()
            return
        self._one, self._last = found, frozenset()
        self.form.load(self._model())
        self.form.focus_input()
        self._tell()
        self.say("Kept. Here is the next one.", "ok")

    def action_codes(self) -> None:
        """F4, from elsewhere than the form."""
        self.form.focus_input()

    def action_field_help(self) -> None:
        """F6."""
        from tui.screens.field_page import FieldPage

        self.app.push_screen(FieldPage(self.program.standard, self.form.model.current))

    def action_next_finding(self) -> None:
        """F8 tells nothing here."""
        self.say(BLIND)

    def action_previous_finding(self) -> None:
        """F7 neither."""
        self.say(BLIND)

    def action_back(self) -> None:
        """Escape: what is typed stays for whoever typed it."""
        self.form.flush()
        self._keep()
        super().action_back()


def _next(snapshot: Snapshot, work: Work, person: str) -> SampledEpisode | Problem:
    """The next one, or why there is none."""
    try:
        return second_keying.to_key(snapshot, work, person)
    except Problem as problem:
        return problem
