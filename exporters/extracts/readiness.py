"""Whether a return is ready to be sent, and why not: decided here, for receipt, screens, checklist and commands alike.

Whoever knows the figures, the receipt of an extract or what the store keeps of the last check, fills in `Readiness`;
the reasons and their words are the same for all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from exporters.formats.base import Validation, unplaced
from validators.calendar.calendar import in_words
from validators.standard.terminology import counted

NOT_OFFICIAL = "not validated against the official schema"
NOTHING = "nothing to send: make a nil return"
Check = Literal[
    "checked", "errors", "warnings", "outside", "mismatches", "drafts", "rows", "period", "schema", "edition"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a return is not ready: what was looked at, and what is to be said."""

    check: Check
    told: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """The figures that decide. `rows` and `errors`, `open_warnings` and `accepted` are of what would be sent.

    `kept_out` is how many episodes a wrong date keeps out, or a part of them. `mismatches` are those still open against
    what was sent before; None when they were not looked for, and `not_compared` says why they could not be. `drafts`
    are everybody's, by person. `unchecked` says what is still to be checked, "" when nothing is. Without a `period_end`
    it is not asked whether the period is over. `unofficial` goes on where it is told that the owner's schema
    would not validate it, None where it would or there is none; a `validation` says so itself. `invalid` is what the
    receipt of an extract says that was written of the same records and is not valid, "" for none. `frame` says which
    documents to bring where the edition is but an unverified frame. `part` is what `told_of_part` says of its days,
    "" for nothing. `denied` is what a nil return that was begun denies, as it is counted now; "" for none.
    """

    rows: int
    errors: int
    open_warnings: int
    accepted: int = 0
    kept_out: int = 0
    mismatches: int | None = 0
    not_compared: str = ""
    drafts: Mapping[str, int] = field(default_factory=dict)
    unchecked: str = ""
    period_end: date | None = None
    today: date | None = None
    validation: Validation | None = None
    unofficial: str | None = None
    invalid: str = ""
    frame: str = ""
    part: str = ""
    denied: str = ""

    @property
    def reasons(self) -> list[Reason]:
        """All that stands in the way, the gravest first; none when the return is ready."""
        found: list[Reason] = []

        def add(check: Check, told: str) -> None:
            found.append(Reason(check, told))

        if self.unchecked:
            add("checked", self.unchecked)
        if self.errors:
            add("errors", f"{counted(self.errors, 'error')}: what is concerned would not load")
        if self.kept_out:
            add("outside", told_of_kept_out(self.kept_out))
        if self.open_warnings:
            add("warnings", f"{counted(self.open_warnings, 'warning')}, neither mended nor accepted")
        if self._nobody:
            add("rows", self._nobody)
        if self.not_compared:
            add("mismatches", f"it could not be compared with what was sent before: {self.not_compared}")
        elif self.mismatches is None:
            add("mismatches", "it is still to be compared with what was sent before")
        elif self.mismatches:
            add("mismatches", f"{counted(self.mismatches, 'mismatch')} with what was sent before, open")
        if self.drafts:
            add("drafts", told_of_drafts(self.drafts))
        for told in self._of_period:
            add("period", told)
        if told := self._not_valid:
            add("schema", told)
        own = self.validation
        why = self.unofficial if own is None else own.why if own.is_stand_in else None
        if why is not None:
            add("schema", f"{NOT_OFFICIAL}{why}")
        if self.frame:
            add("edition", self.frame)
        return found

    @property
    def _of_period(self) -> Iterator[str]:
        """What is to be said of its days: the period goes on, or they are not all of it."""
        if self.period_end is not None and self.today is not None and self.today <= self.period_end:
            yield told_of_period(self.period_end)
        if self.part:
            yield f"it {self.part}"

    @property
    def _not_valid(self) -> str:
        """How much the schema has against what would be sent, as far as that was asked; else nothing.

        Not in whose record: reasons are mailed, and kept with an upload. The receipt lists that by itself.
        """
        known = self.validation
        return unplaced(known.told) if known is not None and known.count else self.invalid

    @property
    def _nobody(self) -> str:
        """What is to be said where nobody would be sent, or a return begun that says so of somebody; else nothing."""
        if self.denied:
            return f"a nil return is begun, and {self.denied} would be sent: drop it, or make it all the same"
        return "" if self.rows or self.unchecked else NOTHING

    @property
    def not_ready_because(self) -> list[str]:
        """The reasons in words; empty when it is ready."""
        return [one.told for one in self.reasons]

    @property
    def told(self) -> str:
        """Whether it is ready, in words: `ready with 3 accepted warnings`, or why it is not."""
        if reasons := self.not_ready_because:
            return "not ready: " + "; ".join(reasons)
        return f"ready with {counted(self.accepted, 'accepted warning')}" if self.accepted else "ready to be sent"


def told_of_kept_out(many: int) -> str:
    """How much a wrong date keeps out of a return."""
    return f"left out with errors: {many:,}"


def told_of_drafts(drafts: Mapping[str, int]) -> str:
    """How many drafts there are, and whose."""
    each = ", ".join(f"{person} {many}" for person, many in sorted(drafts.items()))
    return f"{counted(sum(drafts.values()), 'draft')} not saved: {each}"


def told_of_period(end: date) -> str:
    """That a period goes on."""
    return f"the reporting period is not over: it ends on {in_words(end)}"


def told_of_part(first: date, last: date, start: date, end: date) -> str:
    """That a return of certain days does not hold all of its period, whose days follow; "" where it does."""
    if first <= start and last >= end:
        return ""
    return f"holds what is dated {in_words(first)} to {in_words(last)} alone, not all of the reporting period"
