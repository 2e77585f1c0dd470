"""The checklist of a submission: what stands between the caseload and a return that is sent and accounted for.

Some items the data tick and untick, the others a person, with name and time. What the data said at the moment of the
upload is kept with it: an account of what was sent does not change with what is keyed afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from exporters.extracts.otherwise import otherwise
from exporters.extracts.outside_dates import kept_out
from exporters.extracts.readiness import Check, Readiness
from exporters.extracts.receipt import part_of
from exporters.formats import choose
from exporters.formats.base import unplaced
from exporters.month.portal_figures import compared
from exporters.work import Work
from store.findings import caseload, results
from store.findings.acceptance_facts import CaseloadFigures
from store.live import offline_drafts
from store.month import calendar as stored_calendar
from store.month import extracts as stored_extracts
from store.month import sent as stored_sent
from store.month import submissions
from store.month.facts import AT_UPLOAD
from store.records import carried as stored_carried
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.local_time import LONDON, local_day
from validators.records import Finding, Severity
from validators.standard.caveats import bring_first, caveats
from validators.standard.checklist import ChecklistItem
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo
    from store.month.facts import SubmissionInfo, TickInfo
    from validators.quality import Tally

# All that the checklist of a submission is judged by, read from the store at one time.


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a return is counted by making it, which takes as long as to write one.

    `mismatches` are those still open against what was sent before. The `figures` are of what would be sent, `kept_out`
    of what a wrong date keeps out of that; of the return that is due the last check keeps both, and they are None and
    empty.
    """

    mismatches: int
    figures: CaseloadFigures | None = None
    kept_out: tuple["Finding", ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a checklist is judged by, read at one time.

    `extract` is the latest one of this very submission, `changed` how many records were changed since, `otherwise` what
    else it would go by now, "" for nothing; `part` says where its days are not all of the period. `mismatches` counts
    those still open against the extract sent before (`against`, None when none was sent); None when they were not
    looked for. `word` is what the standard calls an episode, `row_word` a row. `kept_out` are the episodes that a wrong
    date keeps out, or a part of them, each by such an error. `carried`: values taken over that nobody has confirmed,
    and in how many episodes. For `unofficial` see `Format`. Where `is_uncounted` the figures are those of nothing: see
    `Counted`.
    """

    figures: "CaseloadFigures"
    submission: "SubmissionInfo | None" = None
    ticks: tuple["TickInfo", ...] = ()
    beside_due: bool = False
    against: "ExtractInfo | None" = None
    mismatches: int | None = None
    unanswered: int = 0
    drafts: Mapping[str, int] = field(default_factory=dict)
    carried: tuple[int, int] = (0, 0)
    extract: "ExtractInfo | None" = None
    changed: int = 0
    otherwise: str = ""
    word: str = "episode"
    row_word: str = "row"
    kept_out: tuple["Finding", ...] = ()
    period_end: date | None = None
    today: date | None = None
    unofficial: str | None = None
    frame: str = ""
    part: str = ""
    is_uncounted: bool = False

    @property
    def elsewhere(self) -> "TickInfo | None":
        """Who said that the return was sent from elsewhere, and when."""
        return self.tick(ELSEWHERE)

    @property
    def has_left(self) -> bool:
        """Whether the return has left the building, or was sent from elsewhere: a nil return when it was told."""
        if self.elsewhere is not None:
            return True
        return self.tick(AT_UPLOAD) is not None if self.is_nil else self.extract is not None and self.extract.is_sent

    @property
    def readiness(self) -> Readiness:
        """What decides whether a return is ready, by what is kept; of a nil return only what was typed, and whom it
        denies: somebody may have been keyed since it was begun."""
        if self.is_nil:
            many = self.figures.episodes
            denied = counted(many, self.word) if many else ""
            return Readiness(
                rows=1,
                errors=0,
                open_warnings=0,
                drafts=self.drafts,
                period_end=self.period_end,
                today=self.today,
                denied=denied,
            )
        figures, sent_before = self.figures, self.against is not None
        return Readiness(
            rows=figures.rows,
            errors=figures.errors,
            open_warnings=figures.warnings - figures.accepted,
            accepted=figures.accepted,
            kept_out=len(self.kept_out),
            mismatches=self.mismatches if sent_before else 0,
            drafts=self.drafts,
            unchecked=_unchecked(self),
            period_end=self.period_end,
            today=self.today,
            unofficial=self.unofficial,
            invalid=self.invalid,
            frame=self.frame,
        )

    @property
    def waits_for_count(self) -> bool:
        """Whether something is said otherwise once it is counted apart: see `Counted`."""
        if self.elsewhere is not None or (self.has_left and self.tick(AT_UPLOAD) is not None):
            return False
        return self.is_uncounted or (not self.is_nil and self.against is not None and self.mismatches is None)

    @property
    def invalid(self) -> str:
        """What the receipt of its extract says of the schema where that is not valid and nothing was changed since."""
        is_same = self.extract is not None and not self.changed and not self.otherwise
        schema = self.extract.receipt.get("schema") if self.extract is not None and is_same else None
        return unplaced(str(schema["told"])) if isinstance(schema, Mapping) and schema["faults"] else ""

    def reason(self, *checks: Check) -> str:
        """Why it is not ready, as far as these checks go; "" when they say nothing."""
        return "; ".join(one.told for one in self.readiness.reasons if one.check in checks)

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
    """The extract of one attempt of a month: the one that was sent, else the latest."""
    own = [one for one in extracts if one.submission == month and attempt_of(one, attempts) == number]
    sent = [one for one in own if one.is_sent]
    return sent[-1] if sent else own[-1] if own else None


def attempt_of(extract: "ExtractInfo", attempts: Sequence["SubmissionInfo"]) -> int:
    """The number of the attempt that an extract is of, by those of its month that there are, in order; 0 for none.

    One that was written before anything was ticked bears no attempt's number: it is the first's. What was written for
    an attempt that was dropped since is of the one before.
    """
    before = [one.number for one in attempts if one.number <= extract.submission_number]
    return before[-1] if before else attempts[0].number if attempts else 0


def situation(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    period: ReportingPeriod,
    today: date,
    submission: "SubmissionInfo | None" = None,
    counts: Counted | None = None,
) -> Situation:
    """Read what a submission's checklist is judged by; the latest attempt unless one is given. Raises Problem.

    What is counted by making the return is counted apart, by `counted_apart`: that takes as long as to write one. What
    the last check keeps of that which goes is of the return that is due alone.
    """
    month = period.submission
    is_due = period == stored_calendar.due_period(snapshot, agency, today)
    if is_due:
        figures: CaseloadFigures | None = caseload.figures(snapshot, agency, period, day=today)
        outside = kept_out(snapshot, agency, standard, period)
    else:
        figures, outside = (counts.figures, counts.kept_out) if counts else (None, ())
    attempts = submissions.listed(snapshot, agency, month)
    its = submission or (attempts[-1] if attempts else None)
    extract = extract_of(stored_extracts.listed(snapshot, agency), attempts, month, its.number if its else 0)
    return Situation(
        figures=figures or CaseloadFigures(),
        is_uncounted=figures is None,
        submission=its,
        ticks=tuple(submissions.ticks(snapshot, its.id)) if its else (),
        beside_due=is_due and results.beside_is_due(snapshot, agency, today),
        unanswered=submissions.count_unanswered_consent(snapshot, agency, period) if standard.role("consent") else 0,
        drafts=offline_drafts.unsaved(snapshot, agency)[0],
        carried=stored_carried.count(snapshot, agency),
        extract=extract,
        changed=submissions.changed_since(snapshot, agency, extract) if extract else 0,
        otherwise=otherwise(snapshot, agency, standard, period, extract) if extract and not extract.is_sent else "",
        part=part_of(extract, period) if extract else "",
        against=stored_sent.last(snapshot, agency, but_not=extract.id if extract else ""),
        mismatches=counts.mismatches if counts else None,
        word=standard.word("episode"),
        row_word=standard.word("row"),
        kept_out=outside,
        period_end=period.end,
        today=today,
        unofficial=choose.of(standard).unofficial(),
        frame=bring_first(standard),
    )


def counted_apart(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, period: ReportingPeriod, today: date
) -> Counted:
    """Count what a return would hold and deny, as its receipt does: see `Counted`. Raises Problem."""
    is_due = period == stored_calendar.due_period(snapshot, agency, today)
    if is_due and stored_sent.last(snapshot, agency) is None:
        return Counted(0)
    from exporters.extracts.mismatches import find_mismatches
    from exporters.extracts.preview import preview_extract

    preview = preview_extract(snapshot, Work(agency, standard, today), period.submission)
    many = len(find_mismatches(snapshot, preview).open)
    if is_due:
        return Counted(many)
    return Counted(many, figures_of(preview.tally), tuple(preview.receipt.kept_out.values()))


def open_mismatches(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, period: ReportingPeriod, today: date
) -> int:
    """How many mismatches against the extract sent last are neither explained nor confirmed. Raises Problem."""
    return counted_apart(snapshot, agency, standard, period, today).mismatches


def figures_of(tally: "Tally") -> CaseloadFigures:
    """What was counted of a return as the figures that the last check keeps of one; without the causes."""
    return CaseloadFigures(
        episodes=tally.episodes,
        rows=tally.rows,
        error_rows=tally.spoilt[Severity.ERROR],
        warning_rows=tally.spoilt[Severity.WARNING],
        open_warning_rows=tally.open_rows,
        errors=tally.errors,
        warnings=tally.warnings,
        accepted=tally.accepted,
    )


def _unchecked(known: Situation) -> str:
    figures = known.figures
    if known.is_uncounted:
        return UNCOUNTED
    if figures.stale:
        return f"{counted(figures.stale, known.word)} of {figures.episodes:,} due for a check"
    return f"{known.word}s are to be compared with each other" if known.beside_due else ""


OUTSIDE, MISMATCHES = "outside", "mismatches"
"""The lists of an extract in which somebody mends what is counted: what a wrong date keeps out, what is denied."""
UNCOUNTED = "what it would send is still to be counted"
"""Of a return that is not the one due: see `Counted`."""
State = Literal["done", "open", "waits", "not needed"]
OF_WHAT_LEFT = ("figures", "answer", "accepted")
"""The checks of items that tell of a return that has left: each waits for that, and is taken back with it."""
ELSEWHERE = "_elsewhere"
"""The item under which it is kept among the ticks that a return was sent from elsewhere, and how."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist as it stands.

    `told` says why it stands so, in one sentence; `who` and `when` are of the tick. `goes_to` is the screen where it
    is mended, `goes_with` the words to filter that by, or the list there. `asks` is what is entered with a tick.
    """

    id: str
    title: str
    state: State
    by: Literal["data", "person"]
    told: str = ""
    who: str = ""
    when: datetime | None = None
    goes_to: str = ""
    goes_with: str = ""
    help: str = ""
    check: str = ""
    asks: tuple[str, ...] = ()

    def as_mapping(self) -> dict[str, object]:
        """As the checklist command's JSON tells it."""
        when = self.when.isoformat() if self.when else None
        return {
            "item": self.id,
            "title": self.title,
            "state": self.state,
            "by": self.by,
            "told": self.told,
            "who": self.who,
            "when": when,
        }


def judge(standard: Standard, known: Situation) -> list[Item]:
    """The checklist's items, in the standard's order and words."""
    shown = [its for its in standard.checklist if known.is_nil or its.on_nil != "only"]
    # Nothing is to do, or was, where nobody took anything over.
    shown = [its for its in shown if its.check != "carried" or known.carried[0]]
    return [_judge(standard, its, known) for its in shown]


def checklist(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    period: ReportingPeriod,
    today: date,
    submission: "SubmissionInfo | None" = None,
) -> list[Item]:
    """The whole checklist of a submission as it stands; its latest attempt unless one is given. Raises Problem."""
    counts = counted_apart(snapshot, agency, standard, period, today)
    return judge(standard, situation(snapshot, agency, standard, period, today, submission, counts))


def progress(items: Sequence[Item]) -> tuple[int, int]:
    """How many items are done, and how many there are to do."""
    needed = [item for item in items if item.state != "not needed"]
    return sum(item.state == "done" for item in needed), len(needed)


def is_sent(items: Sequence[Item]) -> bool:
    """Whether the return has left the building."""
    return any(item.check == "uploaded" and item.state == "done" for item in items)


def _judge(standard: Standard, its: ChecklistItem, known: Situation) -> Item:
    # A nil return has no extract to go to.
    goes_to, goes_with = _place(standard, its.check) if its.on_nil != "only" else ("", "")
    item = Item(
        its.id,
        its.title,
        "open",
        its.who,
        goes_to=goes_to,
        goes_with=goes_with,
        help=its.help,
        check=its.check,
        asks=its.asks,
    )
    if not its.is_needed(known.is_nil):
        return replace(item, state="not needed", told="not needed: nil return")
    if known.elsewhere is not None:
        said = known.elsewhere
        if its.check != "uploaded":
            return replace(item, state="not needed", told="not needed: sent from elsewhere")
        told = f"sent from elsewhere: {said.told['how']}"
        return replace(item, state="done", told=told, who=said.ticked_by, when=said.ticked_at)
    if its.who == "data":
        return _by_data(item, known)
    if its.check == "uploaded" and not known.is_nil:
        return _uploaded(item, known)
    tick = known.tick(its.id)
    told = ""
    if its.check in OF_WHAT_LEFT and not known.has_left:
        return replace(item, state="waits", told="waits for the upload")
    if its.check == "code_lists":
        told = doubted_text(standard)
    elif its.check == "figures":
        told = compared(tick.told, _estimate(known)) if tick else "enter what the portal shows after the upload"
    elif tick:
        told = "; ".join(f"{name}: {text}" for name, text in tick.told.items() if text)
    if tick:
        return replace(item, state="done", told=told, who=tick.ticked_by, when=tick.ticked_at)
    if its.on_nil == "only":
        told = known.reason("rows", "period")
    again = [one for one in known.ticks if one.item == its.id]
    if again and not told:
        told = f"{again[-1].reopened_by} reopened it: {again[-1].reason}"
    return replace(item, told=told)


def _uploaded(item: Item, known: Situation) -> Item:
    extract = known.extract
    if extract is None:
        return replace(item, state="waits", told="waits for the extract to be written")
    if extract.is_sent:
        return replace(item, state="done", told=extract.file_name, who=extract.sent_by, when=extract.sent_at)
    if extract.taken_back_at is not None:
        told = f"{extract.file_name} was marked as sent; {extract.taken_back_by} took that back"
        return replace(item, told=told)
    return replace(item, told=f"{extract.file_name} is written and not marked as sent")


def _by_data(item: Item, known: Situation) -> Item:
    kept = known.tick(AT_UPLOAD)
    sent = known.is_nil or (known.extract is not None and known.extract.is_sent)
    if kept is not None and sent and item.id in kept.told and item.check != "extract":
        state, _, told = kept.told[item.id].partition("|")
        as_then: State = "done" if state == "done" else "open"
        return replace(item, state=as_then, told=f"{told}, when it was uploaded", when=kept.ticked_at)
    state, told = {
        "no_errors": _no_errors,
        "warnings": _warnings,
        "mismatches": _mismatches,
        "consent": _consent,
        "drafts": _drafts,
        "carried": _carried,
        "extract": _extract,
    }[item.check](known)
    if item.check == "no_errors" and known.kept_out and not known.figures.errors:
        # What is left out is not among the findings of what would be sent.
        item = replace(item, goes_to="extract", goes_with=OUTSIDE)
    when = known.extract.made_at if item.check == "extract" and known.extract else None
    who = known.extract.made_by if item.check == "extract" and known.extract else ""
    return replace(item, state=state, told=told, when=when, who=who)


def _no_errors(known: Situation) -> tuple[State, str]:
    figures = known.figures
    if known.is_nil:
        return "done", ""
    if told := known.reason("checked"):
        return "waits", told
    told = f"{counted(figures.errors, 'error')} in {counted(figures.error_rows, known.row_word)}"
    parts = [told] if known.reason("errors") else []
    if apart := known.reason("outside"):
        parts.append(apart)
    if parts:
        return "open", "; ".join(parts)
    return "done", f"no error in {counted(figures.episodes, known.word)}"


def _warnings(known: Situation) -> tuple[State, str]:
    figures = known.figures
    if known.is_uncounted:
        return "waits", UNCOUNTED
    if figures.stale:
        return "waits", f"{counted(figures.stale, known.word)} due for a check"
    left = figures.warnings - figures.accepted
    accepted = f", {figures.accepted:,} accepted" if figures.accepted else ""
    if known.reason("warnings"):
        return "open", f"{counted(left, 'warning')} neither mended nor accepted{accepted}"
    return "done", f"no warning left{accepted}"


def _mismatches(known: Situation) -> tuple[State, str]:
    if known.against is None:
        return "done", "no extract was marked as sent before: nothing to compare with"
    sent = (known.against.sent_at or known.against.made_at).astimezone(LONDON)
    against = f"against {known.against.submission}, sent {sent:%d %b %Y}"
    if known.mismatches is None:
        return "waits", f"to be compared {against}"
    if known.reason("mismatches"):
        return "open", f"{counted(known.mismatches, 'mismatch')} {against}"
    return "done", f"none is open {against}"


def _consent(known: Situation) -> tuple[State, str]:
    if known.unanswered:
        return "open", f"{counted(known.unanswered, known.word)} without an answer"
    return "done", f"every {known.word} has an answer"


def _drafts(known: Situation) -> tuple[State, str]:
    told = known.reason("drafts")
    return ("open", told) if told else ("done", "nothing typed and not saved")


def _carried(known: Situation) -> tuple[State, str]:
    values, episodes = known.carried
    if values:
        return "open", f"{counted(values, 'value')} taken over and not confirmed, in {counted(episodes, known.word)}"
    return "done", "every value that was taken over is confirmed"


def _extract(known: Situation) -> tuple[State, str]:
    extract = known.extract
    if extract is not None and extract.is_sent:
        if not known.changed:
            return "done", extract.file_name
        later = "a record was changed" if known.changed == 1 else f"{known.changed:,} records were changed"
        return "done", f"{extract.file_name}; {later} since: for the next submission, or a correction"
    if told := known.reason("rows"):
        return "open", told
    if extract is not None and (told := written_since(extract, known.changed, known.otherwise)):
        return "open", f"{told}: write it anew"
    if extract is not None and known.part:
        return "open", f"{extract.file_name} {known.part}: write it anew"
    if told := known.reason("period"):
        return "waits", told
    if extract is None:
        return "open", "not written yet"
    if told := written_early(extract, known.period_end):
        return "open", f"{told}: write it anew"
    if known.invalid:
        return "open", f"{extract.file_name} is {known.invalid}"
    return "done", extract.file_name


def written_since(extract: "ExtractInfo", changed: int, otherwise: str) -> str:
    """That an extract would be another by now: records were `changed` since, or what it goes by is `otherwise`."""
    if changed:
        return f"{counted(changed, 'record')} changed since {extract.file_name} was written"
    return f"{otherwise} since {extract.file_name} was written" if otherwise else ""


def written_early(extract: "ExtractInfo", period_end: date | None) -> str:
    """That an extract was written before all that it reports could have happened; "" where it was not."""
    if period_end is None or local_day(extract.made_at) > period_end:
        return ""
    return f"{extract.file_name} was written before the reporting period was over"


def _estimate(known: Situation) -> tuple[float, float]:
    """Load % and data quality % by our estimate: the extract's own, else those of now."""
    if known.extract is not None:
        load, quality = (known.extract.receipt.get(name) for name in ("load_percent", "data_quality_percent"))
        if isinstance(load, int | float) and isinstance(quality, int | float):
            return float(load), float(quality)
    return known.figures.load_percent, known.figures.data_quality_percent


def doubted_text(standard: Standard) -> str:
    """Which code lists nobody has confirmed, and what else of the edition is not sure, in words."""
    parts = list(caveats(standard))
    for status, word in (("unverified", "unverified"), ("unknown", "not known")):
        titles = [one.title for one in standard.code_lists.values() if one.status == status]
        if titles:
            parts.append(f"{len(titles)} {word}: {', '.join(titles)}")
    return "; ".join(parts) or "every list is confirmed by its owner or the site"


def _place(standard: Standard, check: str) -> tuple[str, str]:
    """Where what an item is about is mended: a screen, and words to filter it by."""
    return {
        "no_errors": ("findings", "error"),
        "warnings": ("findings", "warning"),
        "mismatches": ("extract", MISMATCHES),
        "consent": ("findings", f"{standard.role('consent')}="),
        "drafts": ("drafts", ""),
        "carried": ("clients", "unconfirmed"),
        "code_lists": ("standards", ""),
        "extract": ("extract", ""),
        "uploaded": ("extract", ""),
    }.get(check, ("", ""))
