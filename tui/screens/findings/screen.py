"""Every finding of the caseload, grouped by rule, field, client or episode; Enter lands in the very field."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual import events
from textual.timer import Timer
from textual.widget import Widget

from exporters.checks.findings_list import Form, told_findings, write_findings
from exporters.extracts.submission_window import DUE
from exporters.records import accept
from exporters.work import Work
from store.disk.user import path_typed
from store.facts import AgencyInfo, Who
from store.findings import acceptances, queries
from store.findings.acceptance_facts import AcceptanceInfo, By, CaseloadFigures
from store.findings.facts import ListedFinding
from store.snapshot import Snapshot
from tui.form.row_drawing import ACCEPTED
from tui.screens.findings.groups import (
    WAYS,
    Caseload,
    Group,
    Listing,
    count_text,
    field_label,
    quality_line,
    read,
    sums,
)
from tui.screens.findings.list import FindingsList
from tui.screens.registry import SCREENS
from tui.session.background_check import caseload_check, progress_text
from tui.session.filtered_screen import FilteredScreen
from tui.session.refresher import Question, Refresher
from tui.session.standard_pages import field_page, rule_page
from tui.session.store_access import StoreChanged
from tui.session.wording import rule_title, values_text
from tui.widgets.actions import REGISTRY, action, both_cases
from tui.widgets.ask_text import Asked, Asking, NotDone
from tui.widgets.base_screen import JumpPlace
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import PageScreen, wrapped
from tui.widgets.theme import MARKS
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.standard.terminology import Sentence, counted

if TYPE_CHECKING:
    from tui.screens.findings.list import FindingsList
    from tui.terminal.key_queue import KeyHold

KINDS: Mapping[str, tuple[Form, bool, str]] = {
    "c": ("csv", False, "CSV, the case reference first"),
    "t": ("text", False, "Text, the case reference first"),
    "h": ("csv", True, "CSV for a helpdesk: no reference, identifier or value of anybody"),
}
SAFE = "What a spreadsheet would take for a formula gets an apostrophe before it. The file is readable by you alone."

SCOPE = SCREENS["findings"].scope
REGISTRY.add(
    action(
        "findings.accept", "a", "Accept", "Accept a warning, or a group's, or take that back", SCOPE, "accept", True
    ),
    action("findings.accepted", "w", "Accepted", "The warnings that were accepted, and why", SCOPE, "accepted"),
)
REGISTRY.add(action("findings.export", "e", "Export", "Write all findings to a file", {"findings"}, "export", bar=True))

TYPED_SECONDS = 0.12
"""After the last letter of the filter: to look through all findings takes longer than a key may."""
SLOW_SECONDS = 0.3
"""A list that takes longer says that it is being read."""
READING = "Reading the findings ..."
ASKING = ("app.back", "app.quit", "findings.group", "findings.filter")
"""Actions that mean the same before the list is there."""
EDITING = ("backspace", "delete", "left", "right")
TO_THE_LIST = ("enter", "tab", "up", "down", "pageup", "pagedown")

REGISTRY.add(
    action(
        "findings.group",
        "ctrl+t",
        "Group",
        Sentence("Group by rule, field, {client}, {episode} in turn"),
        SCOPE,
        "group",
        True,
    ),
    action("findings.filter", "slash", "Filter", "Only findings with these words", SCOPE, "filter", bar=True),
    action("findings.open_all", "plus", "Open all", "Open every group", SCOPE, "fold(True)"),
    action("findings.close_all", "minus", "Close all", "Close every group", SCOPE, "fold(False)"),
    action(
        "findings.return", "r", "Return", "Only what the return that is due would send, or all", SCOPE, "only_return"
    ),
    action("findings.rule", "f6", "Rule", "The rule of the chosen line: wording, source", SCOPE, "rule_page", bar=True),
)
SETTLE_SECONDS = 5.0


class FindingsScreen(FilteredScreen):
    """The groups, and below them the chosen finding in full."""

    scope = "findings"
    heading = "Findings"
    DEFAULT_CSS = """
    FindingsScreen #detail-1, FindingsScreen #detail-2, FindingsScreen #detail-3 { height: 1; }
    """

    def __init__(self, text: str = "", rule: str = "", submission: str = "") -> None:
        """Filtered by some words from the first, with one rule's group open, or of one month's return alone."""
        super().__init__()
        self._reasons: dict[str, AcceptanceInfo] = {}
        self.caseload = Caseload()
        self.by: By = WAYS[0]
        self.submission = submission
        self._of_return = submission or DUE
        self._reading = self._again = self._keep = self._counted = False
        self._holds: list[KeyHold] = []
        self._then: list[Callable[[], object]] = []
        self._typing: Timer | None = None
        self._slow: Timer | None = None
        self._sums = Refresher(self, self._sum_question, self._summed, self._not_summed)
        self._wanted = (text, rule)
        self.ways = TextLine(id="ways")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))
        self._soon = False

    @property
    def walked_return(self) -> str:
        """F8 from here walks what is listed here."""
        return self.submission

    @property
    def listed(self) -> LineList:
        """The list that is filtered."""
        return self.list

    def body(self) -> Iterable[Widget]:
        """Ways, filter, list, detail."""
        self.list = FindingsList(self.program.standard, self.fetch)
        yield self.ways
        yield self.find_line
        yield self.list
        yield from self.details

    def on_mount(self) -> None:
        """Read what is kept; check what is due."""
        self.list.focus()
        self.tell()
        if self._wanted[0]:
            self.find_line.editor.load(self._wanted[0])
        self.read(hold=True)
        (check := caseload_check(self.program)).tell(self.checked)
        check.start()

    def on_unmount(self) -> None:
        """Nobody is told any more, and no key waits for what nobody sees."""
        caseload_check(self.program).tell_no_more(self.checked)
        self.let_go()

    # Reading

    def show(self, caseload: Caseload, keep: bool) -> None:
        """What was read."""
        self.caseload = caseload
        filtered = caseload.total and self.find_line.text.split()
        self.list.empty = self.nothing_left() if filtered else "The rules have nothing to say."
        self.list.show(caseload.order, keep, caseload.current)
        if not keep:
            self.list.fold_all(bool(self.find_line.text.split()))
        (text, rule), self._wanted = self._wanted, ("", "")
        if text:
            self.list.fold_all(True)
        if rule in (keys := list(caseload.order.keys)):
            self.list.go_to_group(keys.index(rule), opened=True)
        self.tell()

    def on_findings_list_outdated(self) -> None:
        """Somebody checked anew."""
        self.read()

    def checked(self, done: int, due: int) -> None:
        """A batch was checked: tell how far it is, unless keys wait for the list, for that is told then; read again now
        and then, and at the end."""
        if due and self._slow is None:
            self.say(progress_text(done, due, self.program.standard.word("episode")), "ok" if done == due else "")
        if (due or caseload_check(self.program).compared) and (done == due or not self._soon):
            self._soon = True
            self.set_timer(0.01 if done == due else SETTLE_SECONDS, self._settled)

    def _settled(self) -> None:
        self._soon = False
        self.read()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self.read()
        caseload_check(self.program).start()

    # Showing

    def tell(self) -> None:
        """The ways to group, the one in use in brackets, and how many there are."""
        pieces: list[Piece] = [(" By ", "dim")]
        for number, way in enumerate(WAYS, 1):
            word = self.program.standard.word(way)
            pieces.append((f"[{number} {word}]", "chosen") if way == self.by else (f" {number} {word} ", "dim"))
        accepted = self.caseload.accepted
        counted = count_text(self.caseload.severities) + (f", {accepted:,} accepted" if accepted else "")
        pieces.append((f"  {counted}", "text"))
        self.ways.show(*pieces)
        listed, total, period = self.caseload.order.total, self.caseload.total, self.caseload.period
        where = f" in {period.submission}" if period else ""
        told = f"{listed:,} of {total:,}{where}" if self.find_line.text.split() else f"{total:,}{where or ' in all'}"
        self.find_line.tell((told.rjust(29), "dim"))

    def on_line_list_moved(self) -> None:
        """Another line: say all of it below."""
        row = self.list.current
        lines: list[list[Piece]] = [[] if self.list.row_count else [(self.list.empty, "dim")], [], []]
        if row is not None and row[1] is None:
            lines[0] = [(f" {self.list.title_of(row[0])}: {row[0].counted()}. Enter opens it.", "panel")]
            figures = self.caseload.figures
            told = quality_line(figures, self.program.terms, self.caseload.period) if figures is not None else ""
            said = wrapped(told, max(20, self.size.width - 2))[-2:]
            lines[3 - len(said) :] = [[(f" {each}", "panel")] for each in said]
        elif row is not None and row[1] is not None:
            one = row[1]
            severity = one.severity.value
            rule = f" (rule {one.rule})" if one.rule.isdigit() else f" ({one.rule})"
            lines[0] = [(f" {MARKS[severity]} ", severity), (one.message + rule, "panel")]
            lines[1] = [(f"   {values_text(one)}", "panel")]
            name = self.list.client_of(self.list.cursor)
            section = self.program.standard.section_by_id.get(one.section)
            where = [name, section.title if section else "", field_label(self.program.standard, one.field)]
            lines[2] = [(f"   {', '.join(part for part in where if part)}. Enter goes there.", "panel")]
            if one.accepted:
                lines[0][0] = (f" {ACCEPTED} ", "dim")
                lines[2] = [(f"   {name}. {self.accepted_by(one)}", "panel")]
        for line, pieces in zip(self.details, lines, strict=True):
            line.show(*pieces)

    # Keys

    def on_findings_list_way_wanted(self, event: FindingsList.WayWanted) -> None:
        """A digit or `/` on the list."""
        if event.way < 0:
            self.action_filter()
        else:
            self.by = WAYS[event.way]
            self.read(hold=True, keep=False)

    def action_fold(self, opened: bool) -> None:
        """From the palette."""
        self.list.fold_all(opened)

    def action_group(self) -> None:
        """The next way."""
        self.by = WAYS[(WAYS.index(self.by) + 1) % len(WAYS)]
        self.read(hold=True, keep=False)

    def action_only_return(self) -> None:
        """`r`: only what the return that is due would send, or all again."""
        self.submission = "" if self.submission else self._of_return
        self.caseload, self._counted = replace(self.caseload, figures=None), False
        self.read(hold=True, keep=False)
        key = REGISTRY.key_text("findings.return")
        which = "the return that is due" if self.submission == DUE else f"the return of {self.submission}"
        some = f"Only what {which} would send: {key} lists all again."
        self.say(some if self.submission else "All findings of the caseload, sent or not.")

    def action_rule_page(self) -> None:
        """F6: the rule, or the field where they are grouped so and the line is a group."""
        row = self.list.current
        if row is None:
            return
        group, finding = row
        item = f"{self.by} {group.key}" if finding is None else f"rule {finding.rule}"
        kind, _, name = item.partition(" ")
        standard = self.program.standard
        known: Mapping[str, object] = standard.rule_by_id if kind == "rule" else standard.by_header
        if kind in WAYS[:2] and name in known:
            page = (rule_page if kind == "rule" else field_page)(standard, name)
            self.app.push_screen(PageScreen(item.capitalize(), page))
        else:
            self.say("Choose a finding first: its rule is told here.", "notice")

    def on_line_list_chosen(self) -> None:
        """Enter: open or close the group, or go to the field."""
        if (row := self.list.current) is not None and row[1] is None:
            self.list.fold()
        elif row is not None and (one := row[1]):
            self.program.open_client(one.client_id, one.episode_id, one.event_id, one.field)

    def action_next_finding(self) -> None:
        """F8: the next finding of the list, in its field."""
        self.when_listed(lambda: self._walk(1))

    def action_previous_finding(self) -> None:
        """F7: the one before."""
        self.when_listed(lambda: self._walk(-1))

    def _walk(self, step: Literal[1, -1]) -> None:
        one = self.list.walk(step)
        if one is None:
            self._say_the_end(step)
        else:
            self.program.open_client(one.client_id, one.episode_id, one.event_id, one.field, told=True)

    def _say_the_end(self, step: Literal[1, -1]) -> None:
        """What lies the other way, and that a filter may hide some."""
        words = " with these words" if self.find_line.text.split() else ""
        if self.list.has_more(-1 if step > 0 else 1):
            key = REGISTRY.key_text("form.previous" if step > 0 else "form.next")
            self.say(f"No more findings{words} this way: {key} goes back to those {'above' if step > 0 else 'below'}.")
        else:
            self.say(f"No more findings{words}.", "ok")

    def jumps(self) -> list[JumpPlace]:
        """The largest groups by their number."""

        def place(index: int) -> None:
            self.list.go_to_group(index)
            self.list.focus()

        groups = [Group(self.list.order, index) for index in range(min(10, len(self.list.order.keys)))]
        named = [
            (letter, self.list.title_of(one)[:14], lambda at=one.index: place(at))
            for letter, one in zip("ABCDEGHIJK", groups, strict=False)
        ]
        return [("F", "Filter", self.action_filter), *named]

    def read(self, hold: bool = False, keep: bool = True) -> None:
        """Read how the findings are listed; while that goes on, once more after it, as things stand by then.

        With `hold` the keys of the list wait for it. The current line stays so, unless not to be kept: then only the
        words or the groups are others, and nothing is counted anew.
        """
        self._counted = self._counted and not keep
        app = self.program
        if hold:
            self._wait()
        self._keep = self._keep and keep if self._reading else keep
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._stop_typing()
        row, listing = self.list.current if self._keep else None, self._listing()
        known, self._counted = self.caseload if self._counted else None, True
        work, wanted = self._work(), row[1] if row is not None else None
        app.read(
            lambda snapshot: read(snapshot, work, listing, wanted, known),
            on_done=lambda caseload: self._came(caseload, listing, known is None),
            on_problem=self._failed,
        )

    def _listing(self) -> Listing:
        return Listing(self.by, self.find_line.text, self.submission)

    def _work(self) -> Work:
        return Work(self.program.agency, self.program.standard, self.program.today())

    def _came(self, caseload: Caseload, listing: Listing, counted: bool) -> None:
        self._reading = False
        caseload = replace(caseload, figures=self.caseload.figures)
        if self.is_attached and (not self._again or listing == self._listing()):
            self.show(caseload, self._keep)
        else:
            self.caseload = replace(caseload, order=self.caseload.order)  # what was counted holds all the same
        if self.is_attached and self._again:
            self.read(keep=self._keep)
        else:
            self.let_go()
        if counted and self.is_attached:
            self._sum()

    def _failed(self, problem: Problem) -> None:
        self._reading = self._counted = False
        self.let_go()
        self.say(problem.sentence, "error")

    def _sum(self) -> None:
        """Sum up how the rows stand; while that goes on, once more after it."""
        self._sums.read()

    def _sum_question(self) -> Question[CaseloadFigures]:
        work, period = self._work(), self.caseload.period
        return lambda snapshot: sums(snapshot, work, period)

    def _summed(self, figures: CaseloadFigures) -> None:
        self.caseload = replace(self.caseload, figures=figures)
        self.list.post_message(self.list.Moved(self.list, self.list.cursor))

    def _not_summed(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")

    # Keys that wait

    def _wait(self) -> None:
        """Have the keys of the list wait for it, and say so when it takes a while."""
        self._holds.append(self.program.key_queue.hold(self._passes))
        if self._slow is None:
            self._slow = self.set_timer(SLOW_SECONDS, self._say_slow)

    def _say_slow(self) -> None:
        if self._slow is not None:  # else it was read just when that was to be said
            self.say(READING)

    def _passes(self, event: events.Event) -> bool:
        """Whether an event means the same before the list is there."""
        if self.app.screen is not self:
            return True  # on another screen nothing waits for this one
        if self._then or not isinstance(event, events.Key):
            return False  # behind a key that waits already
        if any(event.key in both_cases(REGISTRY.keys(id)) for id in ASKING):
            return True
        if self.find_line.editor.has_focus:
            return event.is_printable or event.key in EDITING
        return event.key in [str(number) for number, _ in enumerate(WAYS, 1)]

    def let_go(self) -> None:
        """All is read: do what waited for it, and let the keys go."""
        if self._slow is not None:
            self._slow.stop()
            self._slow = None
            self.unsay(READING)
        (then, self._then), (holds, self._holds) = (self._then, []), (self._holds, [])
        try:
            for act in then if self.is_attached else ():
                act()
        finally:
            for hold in holds:
                hold.release()

    def fetch(self, numbers: Collection[int]) -> Mapping[int, ListedFinding]:
        """Read the findings of the lines in view."""
        try:
            return self.program.opened_store.ask(queries.numbered, numbers)
        except Problem as problem:
            self.say(problem.sentence, "error")
            return {}

    # The filter

    def filter_by(self, text: str) -> None:
        """Other words: a moment later, when nobody types on; without any at once."""
        self._stop_typing()
        if text.split():
            self._typing = self.set_timer(TYPED_SECONDS, self._typed)
        else:
            self.read(hold=True, keep=False)

    def _typed(self) -> None:
        self._typing = None
        self.read(keep=False)

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def press(self, key: str) -> bool:
        """A key in the filter: those that go to the list find there what was typed."""
        if key not in TO_THE_LIST:
            return super().press(key)
        self.when_listed(lambda: super(FindingsScreen, self).press(key))
        return True

    def when_listed(self, act: Callable[[], object]) -> None:
        """Act on the list; where words were typed that it does not show yet, when it does."""
        if self._typing is not None:
            self._then.append(act)
            self.read(hold=True, keep=False)
        elif self._reading and not self._keep:
            self._then.append(act)
            self._wait()
        else:
            act()

    def accepted_by(self, one: Finding) -> str:
        """Who accepted a warning, and why; read when it is first asked for."""
        known = self._reasons.get(one.accepted)
        if known is not None:
            return f"Accepted by {known.accepted_by}: {known.reason}"

        def came(found: Sequence[AcceptanceInfo]) -> None:
            self._reasons.update({its.id: its for its in found})
            row = self.list.current
            if self.is_attached and row is not None and row[1] == one and one.accepted in self._reasons:
                self.list.post_message(self.list.Moved(self.list, self.list.cursor))

        agency, client_id = self.program.agency, one.client_id
        self.program.read(lambda snapshot: _of_client(snapshot, agency, client_id), on_done=came)
        return "Accepted."

    def action_accepted(self) -> None:
        """The list of all that was accepted."""
        self.program.open_screen("acceptances")

    def action_accept(self) -> None:
        """`a`: accept what the line is about, or take it back where it is accepted."""
        row = self.list.current
        if row is None:
            self.say("There is nothing to accept.")
        elif row[1] is None:
            self._accept_group(row[0])
        elif row[1].accepted:
            self._ask_back(row[1])
        elif row[1].severity is Severity.WARNING:
            self._ask_one(row[1])
        elif row[1].severity is Severity.ERROR:
            self.say("An error cannot be accepted: it would not load. Enter goes there to mend it.", "notice")
        else:
            self.say("A notice counts for nothing: there is nothing to accept.", "notice")

    def _ask_one(self, one: Finding) -> None:
        about = [
            one.message,
            values_text(one),
            f"Kept for these values: it lapses when one of them changes. {accept.PORTAL.told(self.program.terms)}",
        ]
        self._ask("Accept this warning", about, [one])

    def _accept_group(self, group: Group) -> None:
        app = self.program
        if not group.open_warnings:
            self.say("No warning here is left to be accepted.", "notice")
            return

        def told(found: accept.GroupWarnings) -> None:
            rules = found.rules
            if len(rules) > 1:
                self.say(
                    "These are warnings of several rules: group by rule (1) to accept those of one together.", "notice"
                )
            elif rules:
                ((rule, message),) = rules.items()
                title = f"Accept {counted(len(found.seen), 'warning')}"
                about = [rule_title(app.standard, rule), message]
                about.append(f"One reason for all, each kept for its own values. {accept.PORTAL.told(app.terms)}")
                keep = partial(self._keep_all, group, found)
                self._ask_reason(title, about, len(found.seen), keep, ("accept all", app.agency.id, rule))

        app.read(lambda snapshot: accept.asked_about(snapshot, group.order, group.index), on_done=told, hold=True)

    def _keep_all(self, group: Group, asked: accept.GroupWarnings, reason: str, refused: NotDone) -> None:
        app = self.program
        who = Who(app.person, app.clock(), app.session)
        app.in_store(
            lambda store: accept.group(store, who, group.order, group.index, asked, reason),
            on_done=lambda many: self._kept(many, max(0, len(asked.seen) - many)),
            on_problem=refused,
            writes=True,
            hold=True,
        )

    def _ask(self, title: str, about: Sequence[str], warnings: Sequence[Finding]) -> None:
        self._ask_reason(title, about, len(warnings), partial(self._keep_some, warnings), accept.places(warnings))

    def _ask_reason(
        self, title: str, about: Sequence[str], many: int, keep: Callable[[str, NotDone], None], of: Hashable
    ) -> None:
        def reasoned(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            if many == 1:
                keep(texts["reason"], dialog.refused)
                return

            def sure(letter: str | None) -> None:
                if letter == "a":
                    keep(texts["reason"], dialog.refused)

            lines = [f"Reason: {one_line(texts['reason'], 60)}", "Each can be taken back by itself."]
            answers = [Answer("a", f"Accept all {many:,}")]
            self.app.push_screen(Confirm(f"{title}?", lines, answers), sure)

        asked = [Asked("reason", "Reason, why it is right as it is")]
        dialog = Asking(title, about, asked, of=of)
        self.app.push_screen(dialog, reasoned)

    def _keep_some(self, warnings: Sequence[Finding], reason: str, refused: NotDone) -> None:
        def done(made: Sequence[AcceptanceInfo]) -> None:
            self._reasons.update({its.id: its for its in made})
            self._kept(len(made))

        self.program.write(
            lambda unit: acceptances.accept(unit, warnings, reason), on_done=done, on_problem=refused, hold=True
        )

    def _kept(self, many: int, others: int = 0) -> None:
        left = f" Changed or seen to meanwhile, and left as they are: {others:,}." if others else ""
        self.say(f"Accepted {counted(many, 'warning')}.{left}", "notice" if others else "ok")
        self.read()

    def _ask_back(self, one: Finding) -> None:
        def answered(letter: str | None) -> None:
            if letter == "t":
                id = one.accepted
                self.program.write(lambda unit: accept.withdraw(unit, [id]), on_done=self._taken_back, hold=True)

        told = [one.message, values_text(one), self.accepted_by(one)]
        answers = [Answer("t", "Take the acceptance back: the warning is open again")]
        self.app.push_screen(Confirm("An accepted warning", told, answers), answered)

    def _taken_back(self, ended: Sequence[AcceptanceInfo]) -> None:
        self.say("Taken back: the warning is open again.", "ok")
        self.read()

    def action_export(self) -> None:
        """`e`: ask which form, then where to."""

        def chosen(letter: str | None) -> None:
            if letter is not None:
                self._ask_where(*KINDS[letter][:2])

        answers = [Answer(letter, told) for letter, (_, _, told) in KINDS.items()]
        self.app.push_screen(Confirm("Write all findings to a file", [SAFE], answers), chosen)

    def _ask_where(self, form: Form, anonymous: bool) -> None:
        app, work, period = self.program, self._work(), self.caseload.period
        month = period.submission if period else ""

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            target = path_typed(texts["path"])
            app.read(
                lambda snapshot: write_findings(
                    told_findings(snapshot, work, submission=month, anonymous=anonymous),
                    target,
                    form,
                    anonymous=anonymous,
                ),
                on_done=lambda many: self.say(f"{counted(many, 'finding')} written to {target}.", "ok"),
                hold=True,
            )

        name = (
            f"findings-{app.today().isoformat()}{'-anonymous' if anonymous else ''}.{'txt' if form == 'text' else form}"
        )
        asked = [Asked("path", "New file", f"~/{name}")]
        which = f"in what the return of {month} would send" if month else "kept of the caseload"
        about = [f"All findings {which}, whatever the filter shows. An existing file is not replaced."]
        self.app.push_screen(Asking("Write all findings", about, asked), named)


def _of_client(snapshot: Snapshot, agency: AgencyInfo, client_id: str) -> list[AcceptanceInfo]:
    return acceptances.listed(snapshot, agency, client_id=client_id)
