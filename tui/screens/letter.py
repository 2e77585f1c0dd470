"""An agency's change of letter: what goes, what comes and what is to be recoded on one page, then F2; and its undo."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date

from textual.widget import Widget

from exporters.editions.letter import LetterPlan, change_letter, plan_letter, told_of_letter
from exporters.month.status import day_text
from exporters.work import Work
from store.facts import AgencyInfo
from store.month import letter_changes, letters
from store.month.facts import LetterChange
from store.records import agencies
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.form.dates import show_date, typed_day
from tui.session.program import StoreScreen
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.catalogue import available, load
from validators.standard.caveats import caveats
from validators.standard.model import Standard

Went = Callable[[AgencyInfo], None]
"""What is done with an agency that reports by another edition now."""

REGISTRY.add(
    action("letter.change", "f2", "Go over", "Go over to the edition, as the page says", {"letter"}, "change", bar=True)
)

ABOUT = (
    "From a day on the agency reports by a later edition. What that would change is shown before anything is changed."
)


class LetterScreen(StoreScreen[AgencyInfo | None]):
    """What the step does to the agency's records. Dismissed with the agency once it is done; with None on Escape."""

    scope = "letter"
    heading = "Change of letter"

    def __init__(self, agency: AgencyInfo, after: Standard, first_day: date) -> None:
        super().__init__()
        self.agency, self.after, self.first_day = agency, after, first_day
        self.title = f"Agency {agency.code}: to {after.id}"
        self.page = TextPage(["", "# Looking through the records ..."])
        self.plan: LetterPlan | None = None

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield self.page

    def on_mount(self) -> None:
        """Look at once."""
        self.page.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5: look again."""
        work, after, first = self._work(), self.after, self.first_day
        self.program.read(
            lambda snapshot: plan_letter(snapshot, work, after, first),
            on_done=self._came,
            on_problem=self._refused,
            hold=True,
        )

    def _work(self) -> Work:
        return Work(self.agency, load(self.agency.standard), self.program.today())

    def _came(self, plan: LetterPlan) -> None:
        if self.is_attached:
            self.plan = plan
            self.page.show(list(plan_lines(plan)))
            self.say(
                f"Nothing is changed yet; {REGISTRY.key_text('letter.change')} goes over, Esc leaves it.", "notice"
            )

    def _refused(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")

    def action_change(self) -> None:
        """F2."""
        plan, today = self.plan, self.program.today()
        if plan is not None:
            self.say("Going over, record by record ...")
            self.program.write(
                lambda unit: _changed(unit, plan, today),
                on_done=lambda agency: self.dismiss(agency),
                on_problem=self._refused,
                hold=True,
            )


def plan_lines(plan: LetterPlan) -> Iterator[str]:
    """The page: what the command tells, and what is to be known of the edition itself."""
    for line in told_of_letter(plan):
        yield from ([line] if line.startswith(" ") else ["", f"# {line}"])
    if told := list(caveats(plan.after)):
        yield from ("", f"# Of {plan.after.id} itself")
        yield from (f"  {one}" for one in told)


def _changed(unit: UnitOfWork, plan: LetterPlan, today: date) -> AgencyInfo:
    """The step, unless the agency reports by another edition meanwhile."""
    agencies.one(unit, plan.agency.code, plan.agency.standard)
    return change_letter(unit, plan, today)


def later_editions(standard: Standard) -> list[Standard]:
    """What is installed of later editions of a data set, its own variant of them first."""
    found = []
    for name in available():
        with suppress(Problem):  # one that cannot be read is told of elsewhere
            other = load(name)
            if other.whole.valid_from > standard.whole.valid_from and _is_of(other, standard):
                found.append(other)
    own = standard.whole.variant.id if standard.whole.variant else ""
    return sorted(found, key=lambda one: (one.whole.variant is None or one.whole.variant.id != own, one.id))


def _is_of(other: Standard, standard: Standard) -> bool:
    """Whether one was told as a difference from the other, or is called like it but for the letter at the end."""
    stem = standard.whole.id.rpartition("-")[0]
    return other.whole.extends == standard.whole.id or bool(stem and other.whole.id.rpartition("-")[0] == stem)


def ask_for_letter(screen: StoreScreen[None], agency: AgencyInfo, went: Went) -> None:
    """Ask to which edition and from which day, and show what that does."""
    try:
        later = later_editions(load(agency.standard))
    except Problem as problem:
        screen.say(problem.sentence, "error")
        return
    known = f"Installed: {', '.join(one.id for one in later)}." if later else "No later edition is installed here."
    offered = later[0] if later else None
    first = offered.whole.valid_from.replace("-", "") if offered else ""
    today = screen.program.today()

    def read(texts: Mapping[str, str]) -> tuple[Standard, date]:
        day = typed_day("The first day", texts["first"], today)
        if day is None:
            raise Problem("The first day is not said: type it like 1/4/26.")
        return load(texts["to"]), day

    def answered(texts: Mapping[str, str] | None) -> None:
        if texts is not None:
            after, day = read(texts)
            screen.app.push_screen(LetterScreen(agency, after, day), lambda done: went(done) if done else None)

    asked = [
        Asked("to", "Edition", offered.id if offered else ""),
        Asked("first", "First day", show_date(first, "YYYYMMDD")),
    ]
    screen.app.push_screen(Asking(f"Agency {agency.code}: change of letter", [ABOUT, known], asked, read), answered)


def ask_to_undo(screen: StoreScreen[None], agency: AgencyInfo, went: Went) -> None:
    """Ask whether the agency's last change of letter is to be taken back, and take it back."""
    program = screen.program

    def found(last: LetterChange | None) -> None:
        if last is None:
            screen.say(f"The agency {agency.code} has not changed its letter: there is nothing to undo.", "notice")
            return
        lines = [
            f"On {day_text(last.first_day)} it went over from {last.before} to {last.after} ({last.changed_by}).",
            "",
            "What was keyed since is kept; what was mended under a new header goes back under the old one.",
        ]
        answers = [Answer("u", f"Undo it: report by {last.before} again")]

        def came(letter: str | None) -> None:
            if letter == "u":
                program.write(lambda unit: letters.undo(unit, agency, last), on_done=went, hold=True)

        screen.app.push_screen(Confirm(f"Agency {agency.code}: undo the change of letter?", lines, answers), came)

    program.read(lambda snapshot: _last(snapshot, agency), on_done=found, hold=True)


def _last(snapshot: Snapshot, agency: AgencyInfo) -> LetterChange | None:
    return next(reversed(letter_changes.changes(snapshot, agency)), None)
