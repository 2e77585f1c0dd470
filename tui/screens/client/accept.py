"""Accepting a warning in the client where it stands, with a reason, and taking that back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.records import accept
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.findings.acceptance_facts import AcceptanceInfo
from store.findings.acceptances import listed as acceptances_of
from store.unit_of_work import UnitOfWork
from tui.form.panel_entries import Entry, RecordKey
from tui.session.wording import values_text
from tui.widgets.actions import REGISTRY
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from validators.records import Finding, Severity
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.store import Store
    from tui.screens.client.view import ClientView

LETTERS = "123456789"
"""What warnings of one field are chosen by; no field has so many."""


class Accepting:
    """The acceptances of one client screen."""

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen

    def here(self) -> list[Entry]:
        """What the panel lists of the field one stands in: what lands there first, then what else is about it."""
        at = self.screen.place()
        mine = [one for one in self.screen.entries if one.finding is not None and at in (one.stop, one.place)]
        return sorted(mine, key=lambda one: one.stop != at)

    def ask(self) -> None:
        """Accept the warning of this field, or take it back; where there are several, which one is meant."""
        screen, entries = self.screen, self.here()
        warnings = [one for one in entries if one.finding and one.finding.severity is Severity.WARNING]
        if len(warnings) > 1:
            chosen = dict(zip(LETTERS, warnings, strict=False))

            def answered(letter: str | None) -> None:
                if letter is not None:
                    self._ask_about(chosen[letter])

            answers = [
                Answer(letter, f"{'Take back' if one.kind == 'accepted' else 'Accept'}: {one.sentence} ({one.rule})")
                for letter, one in chosen.items()
            ]
            screen.app.push_screen(Confirm("Which warning of this field?", [], answers), answered)
        elif warnings:
            self._ask_about(warnings[0])
        elif any(one.kind == "error" for one in entries):
            screen.say("An error cannot be accepted: it would not load. Mend it.", "notice")
        else:
            screen.say(f"No warning stands here: {REGISTRY.key_text('form.next')} leads to the next one.", "notice")

    def _ask_about(self, entry: Entry) -> None:
        if entry.finding is None:
            return
        alike = self._alike(entry.finding)
        if entry.kind == "accepted":
            self._ask_back(entry, [one.accepted for one in alike if one.accepted])
        elif not entry.finding.episode_id:
            told = Sentence("This {client} has no {episode} yet: an acceptance is kept with one.")
            self.screen.say(told, "notice")
        elif self._is_typed(alike):
            save = REGISTRY.key_text("form.save")
            self.screen.say(f"{save} first: an acceptance is kept for values that are saved.", "notice")
        else:
            self._ask_reason(entry, [one for one in alike if not one.accepted])

    def _alike(self, finding: Finding) -> list[Finding]:
        """The finding in every episode that shows it with these values: the panel tells it once."""
        standard = self.screen.case.standard

        def told(one: Finding) -> tuple[object, ...]:
            return RecordKey.of(one, standard), one.rule, one.field, dict(one.values)

        return [one for one in self.screen.case.check.each() if told(one) == told(finding)]

    def _is_typed(self, findings: Sequence[Finding]) -> bool:
        """Whether a value they are about is not saved."""
        case = self.screen.case
        for one in findings:
            ids = {"client": case.client.id, "episode": one.episode_id, "event": one.event_id}
            for header in one.fields:
                held = case.by_id.get(ids[case.standard.by_header[header].level])
                if held is None or not held.version or held.values.get(header, "") != held.saved.get(header, ""):
                    return True
        return False

    def _ask_reason(self, entry: Entry, findings: Sequence[Finding]) -> None:
        def reasoned(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                app = self.screen.program
                work, who = Work(app.agency, app.standard, app.today()), Who(app.person, app.clock(), app.session)
                reason = texts["reason"]
                app.in_store(
                    lambda store: _accept(store, work, who, findings, reason),
                    on_done=self._accepted,
                    on_problem=dialog.refused,
                    writes=True,
                    hold=True,
                )

        counts = accept.PORTAL.told(self.screen.program.terms)
        told = f"Kept for these values: it lapses when one of them changes. {counts}"
        about = [f"{entry.sentence} (rule {entry.rule})", values_text(findings[0]), told]
        asked = [Asked("reason", "Reason, why it is right as it is")]
        dialog = Asking("Accept this warning", about, asked, of=accept.places(findings))
        self.screen.app.push_screen(dialog, reasoned)

    def _ask_back(self, entry: Entry, acceptances: Sequence[str]) -> None:
        def answered(letter: str | None) -> None:
            if letter == "t":
                app = self.screen.program
                agency, client_id = app.agency, self.screen.client_id
                app.write(
                    lambda unit: _take_back(unit, agency, client_id, acceptances), on_done=self._taken_back, hold=True
                )

        told = [f"{entry.sentence} (rule {entry.rule})", entry.values, entry.accepted.capitalize()]
        answers = [Answer("t", "Take the acceptance back: the warning is open again")]
        self.screen.app.push_screen(Confirm("An accepted warning", told, answers), answered)

    def _accepted(self, found: list[AcceptanceInfo]) -> None:
        self._show(found, "Accepted.")

    def _taken_back(self, found: list[AcceptanceInfo]) -> None:
        self._show(found, "Taken back: the warning is open again.")

    def _show(self, found: list[AcceptanceInfo], sentence: str) -> None:
        screen = self.screen
        check = screen.case.check
        check.take(replace(check.kept, accepted=tuple(found)))
        if screen.is_attached:
            screen.show()
            screen.say(sentence, "ok")


def _accept(store: "Store", work: Work, who: Who, findings: Sequence[Finding], reason: str) -> list[AcceptanceInfo]:
    """In the writing thread: accept, and give all that is accepted of the client."""
    accept.found_now(store, work, who, findings, reason)
    return store.ask(acceptances_of, work.agency, client_id=findings[0].client_id)


def _take_back(unit: UnitOfWork, agency: AgencyInfo, client_id: str, ids: Sequence[str]) -> list[AcceptanceInfo]:
    """In the writing thread: take acceptances back, and give those the client has left."""
    accept.withdraw(unit, ids)
    return acceptances_of(unit, agency, client_id=client_id)
