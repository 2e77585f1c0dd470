"""The sample that is keyed a second time: how it was drawn, how far it is, what it comes to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from textual.widget import Widget

from exporters.records import second_keying
from exporters.records.second_keying import SampleState, SecondKeyingFigures, Wanted
from exporters.work import Work
from store.records.second_keying import SampledEpisode
from store.snapshot import Snapshot
from tui.form.dates import typed_day
from tui.screens.registry import SCREENS
from tui.screens.second_keying.form import Found, found
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line, width_of
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import counted

SCOPE = SCREENS["second_keying"].scope
REGISTRY.add(
    action("second_keying.draw", "n", "Draw", "Draw a sample of what was entered on some days", SCOPE, "draw", True),
    action("second_keying.key", "k", "Key", "Key the next one again from paper, blind", SCOPE, "key", True),
    action("second_keying.decide", "d", "Differences", "What the two keyed differently", SCOPE, "differences", True),
    action("second_keying.close", "c", "Close", "Close the sample: its figures stay", SCOPE, "close", True),
)
HEAD = 8
SHARE = "%"


class SampleList(LineList):
    """The episodes of the sample: which paper file, how far."""

    head_lines = 1

    def __init__(self, standard: Standard) -> None:
        super().__init__(id="sample")
        self._standard = standard
        self.shown: Sequence[SampledEpisode] = ()

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.shown)

    def head_of(self, line: int) -> Sequence[Piece]:
        """What the lines are."""
        return [(" What was drawn; Enter keys it again, or shows what differs", "heading")]

    def when_empty(self) -> str:
        """What to do without a sample."""
        return f"No sample is open: {REGISTRY.key_text('second_keying.draw').lower()} draws one."

    def show(self, shown: Sequence[SampledEpisode]) -> None:
        """Show others, the same one chosen while it is there."""
        at = self.cursor
        chosen = self.shown[at].id if self.shown else ""
        self.shown = shown
        self.go(next((row for row, one in enumerate(shown) if one.id == chosen), at), quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Which one, then how far it is."""
        one = self.shown[row]
        told = f"{second_keying.told_state(self._standard, one)} "
        room = max(10, self.size.width - 2 - width_of(told))
        name = one_line(second_keying.told_episode(self._standard, one), room)
        return [(f" {name} ", "text"), (told, "dim" if one.keyed_by else "text")]


class SecondKeyingScreen(StoreScreen[None]):
    """The open sample; without one, what the last one came to."""

    scope = "second_keying"
    heading = "Second keying"

    def __init__(self) -> None:
        super().__init__()
        self._state: SampleState | None = None
        self._refresher = Refresher(self, self._question, self._came)
        self.told = tuple(TextLine() for _ in range(HEAD))

    def body(self) -> Iterable[Widget]:
        """The figures, then the list."""
        self.list = SampleList(self.program.standard)
        yield from self.told
        yield self.list

    @property
    def _work(self) -> Work:
        return Work(self.program.agency, self.program.standard, self.program.today())

    def on_mount(self) -> None:
        """Read."""
        self.list.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def _question(self) -> Question[SampleState]:
        work = self._work
        return lambda snapshot: second_keying.state(snapshot, work)

    def _came(self, state: SampleState) -> None:
        self._state = state
        self.list.show(state.episodes)
        self._tell()

    def on_resize(self) -> None:
        """Sentences are broken at another width."""
        self._tell()

    def _tell(self) -> None:
        state, standard = self._state, self.program.standard
        if state is None:
            return
        said: list[str] = []
        if state.sample is not None:
            said = [
                second_keying.told_drawing(standard, state.sample),
                *second_keying.told(standard, state.figures),
            ]
        elif state.closed:
            last = state.closed[0]
            figures = second_keying.told(standard, second_keying.figures_of(last))
            said = [f"The last sample. {second_keying.told_drawing(standard, last)}", *figures]
        lines = [piece for line in said for piece in wrapped(line, max(20, self.size.width - 2))]
        for number, each in enumerate(self.told):
            each.show((f" {lines[number] if number < len(lines) else ''}", "text"))
            each.display = number < len(lines)

    def on_screen_resume(self) -> None:
        """Back from keying or deciding."""
        super().on_screen_resume()
        self.action_refresh_data()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.action_refresh_data()

    # Doing

    def action_draw(self) -> None:
        """`n`: of what was entered for the submission at hand, or on other days."""
        if self._state is not None and self._state.sample is not None:
            self.say("A sample is open already: close it before another one is drawn.", "notice")
            return
        work = self._work

        def days(snapshot: Snapshot) -> tuple[str, date, date]:
            month = second_keying.due_submission(snapshot, work)
            return month, *second_keying.days_of(snapshot, work.agency, month)

        self.program.read(days, on_done=lambda found: self._ask(*found), hold=True)

    def _ask(self, month: str, since: date, until: date) -> None:
        def wanted(texts: Mapping[str, str]) -> Wanted:
            today = self.program.today()
            # What is emptied is as it was offered.
            first = typed_day("The first day", texts["since"], today) or since
            last = typed_day("The last day", texts["until"], today) or until
            number, share = _amount(texts["many"])
            of = month if (first, last) == (since, until) else ""
            return Wanted(first, last, number, share, texts["keyer"], texts["seed"], of)

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                work, its = self._work, wanted(texts)
                self.program.write(
                    lambda unit: second_keying.draw(unit, work, its),
                    on_done=lambda _: self._drawn(),
                    on_problem=dialog.refused,
                    hold=True,
                )

        asked = (
            Asked("since", "Entered from", f"{since}"),
            Asked("until", "To", f"{until}"),
            Asked("many", "How many, as 20, or a share, as 5%"),
            Asked("keyer", "For whom: nothing of their own (empty: anybody)", optional=True),
            Asked("seed", "Seed of a drawing that is repeated (empty: a new one)", optional=True),
        )
        title, of = f"Draw a sample; {month} is at hand", ("sample", self.program.agency.id, month)
        dialog = Asking(title, [], asked, wanted, of)
        self.app.push_screen(dialog, given)

    def _drawn(self) -> None:
        self.say("Drawn.", "ok")
        self.action_refresh_data()

    def action_key(self) -> None:
        """`k`: the next one for whoever sits here."""
        self._key("")

    def _key(self, own_id: str) -> None:
        work, person = self._work, self.program.person
        self.program.read(
            lambda snapshot: found(snapshot, work, person, own_id),
            on_done=self._found,
            hold=True,
        )

    def _found(self, both: Found) -> None:
        """What another person has begun is asked for first: what is typed of it takes the place of that."""
        one, other = both[0], both[0].begun_by

        def answered(letter: str | None) -> None:
            if letter:
                self.program.open_screen("second_form", *both)

        if one.is_list or other in ("", self.program.person):
            answered("k")
            return
        lines = [f"{other} has begun it. What you type takes the place of what {other} typed so far."]
        answers = [Answer("y", "Key it from the beginning", destructive=True)]
        self.app.push_screen(Confirm(f"Begun by {other}", lines, answers), answered)

    def action_differences(self) -> None:
        """`d`."""
        self.program.open_screen("second_differences")

    def on_line_list_chosen(self) -> None:
        """Enter: key it, or what differs in it."""
        if self.list.cursor >= len(self.list.shown):
            return
        one = self.list.shown[self.list.cursor]
        if not one.keyed_by:
            self._key(one.id)
        elif second_keying.differs(self.program.standard, one):
            self.program.open_screen("second_differences", one)
        else:
            self.say("Both keyed the same: there is nothing to decide.", "ok")

    def action_close(self) -> None:
        """`c`: asked first, since what was keyed is forgotten."""
        if self._state is None or self._state.sample is None:
            self.say("No sample is open.")
            return
        figures, work, own_id = self._state.figures, self._work, self._state.sample.id

        def closed(told: SecondKeyingFigures) -> None:
            self.say(f"Closed: {counted(told.wrong, 'error')} in {told.fields:,} fields.", "ok")
            self.action_refresh_data()

        def answered(letter: str | None) -> None:
            if letter == "x":
                self.program.write(lambda unit: second_keying.close(unit, work, own_id), on_done=closed, hold=True)

        left = f"{figures.to_key} were not keyed again. " if figures.to_key else ""
        lines = [f"{left}The figures stay, and who decided what; the values that were keyed are forgotten."]
        # Not the letter that asks: what is typed ahead for a next one that there is not may hold that twice.
        answers = [Answer("x", "Close it", destructive=True)]
        self.app.push_screen(Confirm("Close the sample", lines, answers), answered)


def _amount(text: str) -> tuple[int, float]:
    """A number of episodes, or a share of them in percent. Raises Problem for what is neither."""
    try:
        if text.endswith(SHARE):
            return 0, float(text.removesuffix(SHARE).strip())
        return int(text), 0.0
    except ValueError:
        raise Problem("How many is a number, as 20, or a share, as 5%.") from None
