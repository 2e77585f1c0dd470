"""What a person typed into this client before and did not save: offered, kept, compared or discarded."""

from exporters.records import left_drafts
from exporters.records.left_drafts import DraftName, TypedOn
from tui.screens.client.model import DRAFT_KEPT, MOVED
from tui.screens.client.queries import Loaded
from tui.screens.client.view import ClientView
from tui.session.wording import when
from tui.widgets.confirm import Answer, Confirm
from validators.problems import Problem
from validators.standard.terminology import counted


class Offering:
    """The drafts that were there when the client was opened."""

    def __init__(self, screen: "ClientView", found: Loaded) -> None:
        self.screen = screen
        self.drafts, self.older = found.drafts, found.older
        self.is_new_draft = found.tree is None and bool(found.drafts)

    def ask(self) -> None:
        """Ask whether to keep what was typed, compare it or discard it."""
        screen, program = self.screen, self.screen.program
        fields = sum(draft.fields for draft in self.drafts)
        latest = max(self.drafts, key=lambda draft: draft.saved_at)
        records = f" in {len(self.drafts)} records" if len(self.drafts) > 1 else ""
        since = when(latest.saved_at, program.today())
        lines = [f"Draft from {since}, {counted(fields, 'field')}{records}: keep it?"]
        if program.came_back:
            lines.append(program.came_back)
        if any(draft.kept_under for draft in self.drafts):
            lines.append("Typed into a client who was merged into this one since: compare before you save.")
        overtaken = [draft for draft in self.drafts if draft.is_overtaken]
        answers = [Answer("k", "Keep it and go on"), Answer("d", "Discard it", True)]
        if overtaken:
            held = screen.case.by_id.get(overtaken[0].record_id, screen.case.client)
            by = "You" if held.changed_by == program.person else held.changed_by
            lines.append(
                f"{by} saved this record since, at {when(held.changed_at, program.today())}."
                " Keeping shows both, field by field."
            )
        elif not self.is_new_draft:
            lines.append("Nobody has saved the record since.")
            answers.insert(1, Answer("c", "Compare it with what is saved, field by field"))

        def sure_of_it(letter: str | None) -> None:
            if letter == "x":
                self._discard()
            else:
                self.ask()

        def answered(letter: str | None) -> None:
            program.came_back = ""
            if letter == "d":
                # Asked again: a key typed ahead of the question must not throw away what was typed.
                sure = [Answer("n", "No, keep it"), Answer("x", "Discard it for good", True)]
                again = [f"{counted(fields, 'field')} typed at {since} would be gone for good."]
                screen.app.push_screen(Confirm("Discard the draft?", again, sure, "n"), sure_of_it)
            elif letter in ("k", "c"):
                self._keep(compare=letter == "c" or bool(overtaken))
            elif self.is_new_draft:
                screen.dismiss()
            else:
                self._wait()

        screen.app.push_screen(Confirm("Unsaved typing", lines, answers, "k"), answered)

    def _wait(self) -> None:
        """Leave them for another time: what is typed from now on is not written over them."""
        screen, program = self.screen, self.screen.program
        screen.say("The draft waits; it is offered again when you come back.")
        mine = [DraftName(*draft.name) for draft in self.drafts if draft.session == program.session]

        def failed(problem: Problem) -> None:
            screen.say(problem.sentence, "error")
            self.ask()

        if mine:
            program.write(lambda unit: left_drafts.set_aside(unit, mine), on_problem=failed, hold=True)

    def _are_there(self) -> bool:
        """Whether any of them still stands here; those that do not are no longer among them."""
        there = {*self.screen.case.by_id, *(draft.record_id for draft in self.drafts if not draft.version)}
        lost = [one for one in self.drafts if one.kind == "event" and one.parent_id not in there]
        # Merged or split while the question stood: they are offered where they, or what they are under, stand now.
        self.drafts = tuple(one for one in self.drafts if one.record_id in there and one not in lost)
        if not self.drafts:
            self.screen.say(MOVED, "notice")
        return bool(self.drafts)

    def _keep(self, compare: bool) -> None:
        screen, program = self.screen, self.screen.program
        if not self._are_there():
            return
        theirs = [draft for draft in self.drafts if draft.session != program.session or draft.kept_under]
        if not theirs:
            self._lay(compare)
            return

        def failed(problem: Problem) -> None:
            screen.say(problem.told(program.terms), "error")
            if not isinstance(problem, TypedOn):  # the store is away: what was typed is gone on with all the same
                self._lay(compare)

        program.write(
            lambda unit: left_drafts.keep(unit, theirs),
            on_done=lambda _: self._lay(compare),
            on_problem=failed,
            hold=True,
        )

    def _lay(self, compare: bool) -> None:
        screen, case = self.screen, self.screen.case
        if not self._are_there():  # the store may have been busy for a while
            return
        stored = {draft.record_id: case.by_id[draft.record_id].version for draft in self.drafts if draft.version}
        if not self.is_new_draft:
            for draft in self.drafts:
                case.lay(draft)
        latest = max(self.drafts, key=lambda draft: draft.saved_at)
        held = case.by_id[latest.record_id]
        led_to = screen.walking.told
        screen.open(held)
        screen.form.focus_input()
        screen.say(self._and_older("The draft is kept; nothing of it is saved yet.", "Kept, not saved."), "ok")
        if led_to is not None:
            screen.walking.come_back(led_to, "Draft kept. ", later=compare)
        if compare:
            overtaken = [draft for draft in self.drafts if draft.is_overtaken]
            waiting = [case.by_id[draft.record_id] for draft in overtaken or self.drafts if draft.version]

            def next_one() -> None:
                if waiting:
                    one = waiting.pop()
                    screen.open(one)
                    screen.saving.compare_draft(one, stored[one.id], next_one)

            next_one()

    def _discard(self) -> None:
        screen, program, drafts = self.screen, self.screen.program, self.drafts
        screen.keeper.forget([draft.record_id for draft in drafts])
        program.write(
            lambda unit: left_drafts.discard_offered(unit, drafts), on_done=lambda _: self._discarded(), hold=True
        )

    def _discarded(self) -> None:
        screen, program = self.screen, self.screen.program
        program.unsay(DRAFT_KEPT)
        if self.is_new_draft:
            for held in screen.case.by_id.values():
                held.saved = held.values
            screen.dismiss()
        else:
            screen.say(self._and_older("The draft is discarded; this is what is saved.", "Discarded."))

    def _and_older(self, told: str, shortly: str) -> str:
        """What was done, shorter where it has to be said as well that older drafts wait."""
        if not self.older:
            return told
        return f"{shortly} {counted(self.older, 'older draft')} of another window: offered next time."
