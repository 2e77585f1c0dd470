"""Consent of an episode where it stands: its history, an answer recorded, and what follows from it said at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.records import consent
from exporters.records.consent import Recorded
from exporters.records.privacy_notice import in_use
from exporters.work import Work
from store.month.withdrawals import to_tell
from store.records.consent import ConsentAnswer, ConsentEntry, Purpose, State, history
from store.snapshot import Snapshot
from tui.form.dates import read_date, show_date
from tui.screens.client import labels
from tui.screens.client.model import Held
from tui.session.wording import when
from tui.widgets.actions import REGISTRY
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from validators.problems import Problem
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

DAY = "YYYY-MM-DD"
SHOWN = 5
"""Entries told at once; History has all of them."""
LETTERS: Mapping[str, tuple[State, str]] = {
    "a": ("agreed", "Agreed"),
    "r": ("refused", "Refused"),
    "w": ("withdrawn", "Withdrawn: no longer agreed to"),
    "n": ("not_asked", "Not asked yet"),
}


@dataclass(frozen=True)
class KnownConsent:
    """What is known of an episode's consent for one purpose, what follows from it, the notice in use, and the
    withdrawal that no extract carries, where there is one."""

    entries: tuple[ConsentEntry, ...]
    follows: str
    notice: str
    to_tell: ConsentEntry | None = None


class Consenting:
    """The answers of one client screen."""

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen

    def ask(self) -> None:
        """Show the history of the episode one is in, and what may be recorded."""
        screen = self.screen
        held = screen.case.episode_of(screen.held) or screen.case.at_hand
        if not screen.case.standard.role("consent"):
            screen.say(consent.NOT_ASKED_FOR, "notice")
        elif held is None or held.version == 0:
            screen.say(Sentence("Consent belongs to {an episode} that is saved: save it first."), "notice")
        elif held.is_changed:
            save = REGISTRY.key_text("form.save")
            screen.say(Sentence("{key} first: consent is recorded in {an episode} as it is saved.", key=save), "notice")
        else:
            self._look(held, "return")

    def told_of(self, episode_ids: tuple[str, ...]) -> str:
        """A few words for the line under a save that withdrew consent; "" for one that did not."""
        if not episode_ids:
            return ""
        return f" Consent gone: {REGISTRY.key_text('client.consent')} says what follows."

    def _look(self, held: Held, purpose: Purpose) -> None:
        program = self.screen.program
        work = Work(program.agency, program.standard, program.today())
        id = held.id
        program.read(
            lambda snapshot: _known(snapshot, work, id, purpose),
            on_done=lambda known: self._choose(held, purpose, known),
            hold=True,
        )

    def _choose(self, held: Held, purpose: Purpose, known: KnownConsent) -> None:
        screen = self.screen
        if not screen.is_attached:
            return
        today, entries = screen.program.today(), known.entries
        last: State = entries[-1].state if entries else "not_asked"
        told = [
            consent.entry_told(one, when(one.entered_at, today) if one.entered_at is not None else "")
            for one in reversed(entries[-SHOWN:])
        ]
        lines = [*(told or ["Not asked yet: nothing is recorded."])]
        if len(entries) > SHOWN:
            lines.append(f"and {len(entries) - SHOWN} before")
        lines += [known.follows] if known.follows else []
        offered = {"a", "n"} | ({"w"} if last == "agreed" else {"r"})
        answers = [Answer(letter, text) for letter, (_, text) in LETTERS.items() if letter in offered]
        answers.append(Answer("p", "The privacy notice, to be read out"))
        untold = known.to_tell
        if untold is not None:
            answers.append(
                Answer("t", "Whoever has the data was told" if untold.settled_at is None else "Not told yet")
            )
        other: Purpose = "ips" if purpose == "return" else "return"
        answers.append(Answer("i", f"Consent to {consent.PURPOSES[other]}"))

        def answered(letter: str | None) -> None:
            if letter == "p":
                screen.program.open_screen("notice")
            elif letter == "i":
                self._look(held, other)
            elif letter == "t" and untold is not None:
                self._tick(untold)
            elif letter is not None and screen.form.locked:
                screen.say(screen.form.locked, "notice")
            elif letter is not None:
                self._ask_about(held, purpose, LETTERS[letter][0], known)

        title = f"Consent to {consent.PURPOSES[purpose]}: {labels.record_name(screen.case, held)}"
        screen.app.push_screen(Confirm(title, lines, answers), answered)

    def _tick(self, entry: ConsentEntry) -> None:
        """Say whom one told of a withdrawal that no extract carries; or take that back."""
        program, screen = self.screen.program, self.screen
        done = lambda one: screen.say("Ticked." if one.settled_at else "It is on the list again.", "ok")  # noqa: E731

        def told(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                how = texts["how"]
                program.write(
                    lambda unit: consent.tick(unit, entry.id, how), on_done=done, on_problem=asking.refused, hold=True
                )

        if entry.settled_at is not None:
            program.write(lambda unit: consent.take_back(unit, entry.id), on_done=done, hold=True)
            return
        of = "withdrawal told", entry.id
        asking = Asking("Whoever has the data was told", [], [Asked("how", "Whom, and how")], of=of)
        screen.app.push_screen(asking, told)

    def _ask_about(self, held: Held, purpose: Purpose, state: State, known: KnownConsent) -> None:
        program = self.screen.program
        notice = known.notice if purpose == "return" else ""
        today = program.today()
        optional = state == "not_asked"

        def answer(texts: Mapping[str, str]) -> ConsentAnswer:
            day = read_date(texts["asked_on"], today, DAY) if texts["asked_on"] else ""
            if day is None:
                raise Problem("The day is no date: type it as in any field, such as 14/3/26 or t for today.")
            return ConsentAnswer(state, day, texts["asked_by"], texts["notice"], texts["note"], purpose)

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                work = Work(program.agency, program.standard, today)
                id, made, client_id = held.id, answer(texts), self.screen.client_id
                asking.texts = {**texts, "asked_on": show_date(made.asked_on, DAY)}
                program.write(
                    lambda unit: consent.record(unit, work, id, made, known.entries, client_id),
                    on_done=lambda done: self._recorded(held, state, done),
                    on_problem=asking.refused,
                    hold=True,
                )

        took_back = state == "withdrawn"
        day, by = ("", "") if optional else (show_date(f"{today}", DAY), program.person)
        asked = [
            Asked("asked_on", "Day on which the client said so" if took_back else "Day of asking", day, optional),
            Asked("asked_by", "To whom" if took_back else "Who asked", by, optional),
            Asked("notice", "Version of the privacy notice given", notice if state == "agreed" else "", True),
            Asked("note", "Note, never sent", "", True),
        ]
        title = f"{consent.STATES[state].capitalize()}: {consent.PURPOSES[purpose]}"
        check = lambda texts: consent.refuse_texts(answer(texts), today)  # noqa: E731
        # By the episode, as that may be another client's by now, where it is recorded on another screen.
        asking = Asking(title, [], asked, check, ("consent", held.id, purpose, state))
        self.screen.app.push_screen(asking, given)

    def _recorded(self, held: Held, state: State, done: Recorded) -> None:
        screen = self.screen
        if not screen.is_attached:
            return
        screen.saving.take(done.tree)
        screen.say(f"Recorded: {consent.STATES[state]}, {labels.record_name(screen.case, held)}.", "ok")
        if state in ("withdrawn", "refused"):
            heading = f"Consent {consent.STATES[state]}"
            screen.app.push_screen(Confirm(heading, [done.follows], [Answer("g", "Go on")], "g"))


def _known(snapshot: Snapshot, work: Work, episode_id: str, purpose: Purpose) -> KnownConsent:
    entries = history(snapshot, episode_id, purpose)
    follows = consent.what_follows(snapshot, work, episode_id) if purpose == "return" and entries else ""
    its = (
        one.entry for one in to_tell(snapshot, work.agency, work.today, settled=True) if one.episode_id == episode_id
    )
    entry = next((one for one in its if one is not None and one.purpose == purpose), None)
    return KnownConsent(entries, follows, in_use(snapshot, work.agency).version, entry)
