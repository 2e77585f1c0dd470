"""Every finding of the caseload, grouped by rule, field, client or episode; Enter lands in the very field."""

from collections.abc import Iterable, Mapping
from typing import Literal

from textual.widget import Widget

from tui.form.row_drawing import ACCEPTED
from tui.screens.findings.accept import Accepting
from tui.screens.findings.export import Exporting
from tui.screens.findings.groups import WAYS, Caseload, Group, count_text, field_label, quality_line, values_text
from tui.screens.findings.list import FindingsList
from tui.screens.findings.reader import Reading
from tui.session.background_check import caseload_check, progress_text
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.base_screen import Place as JumpPlace
from tui.widgets.line_list import LineList
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.theme import MARKS

SCOPE = {"findings"}
REGISTRY.add(
    action("findings.group", "ctrl+t", "Group", "Group by rule, field, client, episode in turn", SCOPE, "group", True),
    action("findings.filter", "slash", "Filter", "Only findings with these words", SCOPE, "filter", bar=True),
    action("findings.open_all", "plus", "Open all", "Open every group", SCOPE, "fold(True)"),
    action("findings.close_all", "minus", "Close all", "Close every group", SCOPE, "fold(False)"),
    action("findings.rule", "f6", "Rule", "The rule of the chosen line: wording, source", SCOPE, "rule_page", bar=True),
)
SETTLE_SECONDS = 5.0


class FindingsScreen(Reading, Accepting, Exporting):
    """The groups, and below them the chosen finding in full."""

    scope = "findings"
    heading = "Findings"
    DEFAULT_CSS = """
    FindingsScreen #detail-1, FindingsScreen #detail-2, FindingsScreen #detail-3 { height: 1; }
    """

    def __init__(self, text: str = "", rule: str = "") -> None:
        """Filtered by some words from the first, or with one rule's group open."""
        super().__init__()
        self._wanted = (text, rule)
        self.ways = TextLine(id="ways")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))
        self._soon = False

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
        self.list.empty = "The rules have nothing to say."
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
        """A batch was checked: tell how far it is; read again now and then, and at the end."""
        if due:
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
        listed, total = self.caseload.order.total, self.caseload.total
        told = f"{listed:,} of {total:,}" if self.find_line.text.split() else f"{total:,} in all"
        self.find_line.tell((told.rjust(29), "dim"))

    def on_line_list_moved(self) -> None:
        """Another line: say all of it below."""
        row = self.list.current
        lines: list[list[Piece]] = [[] if self.list.row_count else [(self.list.empty, "dim")], [], []]
        if row is not None and row[1] is None:
            lines[0] = [(f" {self.list.title_of(row[0])}: {row[0].counted()}. Enter opens it.", "panel")]
            figures = self.caseload.figures
            told = quality_line(figures, self.program.said) if figures is not None else ""
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

    def on_findings_list_wanted(self, event: FindingsList.Wanted) -> None:
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

    def action_rule_page(self) -> None:
        """F6: the rule, or the field where they are grouped so and the line is a group."""
        from tui.screens.standards import PageScreen, page_of

        row = self.list.current
        if row is None:
            return
        group, finding = row
        item = f"{self.by} {group.key}" if finding is None else f"rule {finding.rule}"
        kind, _, name = item.partition(" ")
        standard = self.program.standard
        known: Mapping[str, object] = standard.rule_by_id if kind == "rule" else standard.by_header
        if kind in WAYS[:2] and name in known:
            self.app.push_screen(PageScreen(item.capitalize(), page_of(standard, item)))
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
