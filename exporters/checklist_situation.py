"""All that the checklist of a submission is judged by, read from the store at one time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from validators.periods import ReportingPeriod
from validators.standard import Standard

if TYPE_CHECKING:
    from store.acceptance_shapes import CaseloadFigures
    from store.opening import Store
    from store.shapes import AgencyInfo, ExtractInfo
    from store.submission_shapes import SubmissionInfo, TickInfo


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a checklist is judged by, read at one time.

    `extract` is the latest one of this very submission, `changed` how many records were changed since. `mismatches`
    counts those still open against the extract sent before (`against`, None when none was sent); None when they were
    not looked for. `word` is what the standard calls an episode, `row_word` a row.
    """

    figures: "CaseloadFigures"
    submission: "SubmissionInfo | None" = None
    ticks: tuple["TickInfo", ...] = ()
    beside_due: bool = False
    against: "ExtractInfo | None" = None
    mismatches: int | None = None
    unanswered: int = 0
    drafts: Mapping[str, int] = field(default_factory=dict)
    extract: "ExtractInfo | None" = None
    changed: int = 0
    word: str = "episode"
    row_word: str = "row"

    @property
    def is_nil(self) -> bool:
        """Whether this is a nil return."""
        return self.submission is not None and self.submission.is_nil

    def tick(self, item: str) -> "TickInfo | None":
        """The tick of an item that holds."""
        return next((one for one in self.ticks if one.item == item and one.holds), None)


def extract_of(
    extracts: Sequence["ExtractInfo"], attempts: Sequence["SubmissionInfo"], month: str, number: int
) -> "ExtractInfo | None":
    """The extract of one attempt of a month: the one that was sent, else the latest.

    One that was written before anything was ticked bears no attempt's number: it is the first's.
    """
    first = attempts[0].number if attempts else 0
    own = [one for one in extracts if one.submission == month and (one.submission_number or first) == number]
    sent = [one for one in own if one.is_sent]
    return sent[-1] if sent else own[-1] if own else None


def situation(
    store: "Store",
    agency: "AgencyInfo",
    standard: Standard,
    period: ReportingPeriod,
    today: date,
    submission: "SubmissionInfo | None" = None,
    mismatches: int | None = None,
) -> Situation:
    """Read what a submission's checklist is judged by; the latest attempt unless one is given. Raises Problem.

    To count `mismatches` takes as long as to write an extract, so that is done apart, by `open_mismatches`.
    """
    month = period.submission
    attempts = store.submissions(agency, month)
    its = submission or (attempts[-1] if attempts else None)
    extract = extract_of(store.extracts(agency), attempts, month, its.number if its else 0)
    return Situation(
        figures=store.caseload_figures(agency, period, day=today),
        submission=its,
        ticks=tuple(store.ticks(its.id)) if its else (),
        beside_due=store.beside_is_due(agency, today),
        unanswered=store.count_unanswered_consent(agency, period) if standard.role("consent") else 0,
        drafts=Counter(draft.person for draft in store.drafts_in(agency)),
        extract=extract,
        changed=store.changed_since(agency, extract.id) if extract else 0,
        against=store.last_sent(agency, but_not=extract.id if extract else ""),
        mismatches=mismatches,
        word=standard.word("episode"),
        row_word=standard.word("row"),
    )


def open_mismatches(
    store: "Store", agency: "AgencyInfo", standard: Standard, period: ReportingPeriod, today: date
) -> int:
    """How many mismatches against the extract sent last are neither explained nor confirmed. Raises Problem."""
    if store.last_sent(agency) is None:
        return 0
    from exporters.extract_preview import preview_extract
    from exporters.mismatches import find_mismatches

    preview = preview_extract(store, agency, standard, period.submission, today=today)
    return len(find_mismatches(store, preview).open)
