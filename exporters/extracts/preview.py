"""What would be written now, without writing it: the rows, what is left out, and the receipt it would have."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from io import BufferedReader

from exporters.extracts.compare import Comparison, compare, compare_texts
from exporters.extracts.receipt import Receipt
from exporters.extracts.rows import Progress, begun, write_rows
from exporters.formats import choose
from exporters.formats.base import EarlierText, ExtractKind, Selecting, SentText
from exporters.formats.kept_text import KeptText, Pieces
from exporters.work import Work, work_on, written_by
from store.facts import AgencyInfo, ExtractInfo
from store.month import calendar, extracts, sent
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.dates import parse_date
from validators.quality import Tally
from validators.standard.model import Standard


@dataclass
class Preview:
    """An extract that was not written. `receipt` is the one it would have, its file a mere name; `text` its text.

    Where an extract holds only a part of what is known, `whole` is the text of all of it by the end of the period.
    `known` is the extract of all of it, where the days that are wanted leave some of that aside; `later` the same with
    what comes after the period, made where more was sent already.
    """

    agency: AgencyInfo
    standard: Standard
    period: ReportingPeriod
    receipt: Receipt
    text: KeptText
    today: date
    whole: KeptText | None = None
    known: "Preview | None" = None
    later: "Preview | None" = None

    @property
    def tally(self) -> Tally:
        """Rows, episodes and findings counted."""
        return self.receipt.tally

    @cached_property
    def by_episode(self) -> SentText:
        """All that is known by its episodes, sent now or not, read when it is first asked for."""
        if self.known is not None:
            return self.known.by_episode
        return choose.of(self.standard).sent_text([(self.whole or self.text).pieces()])


def preview_extract(
    snapshot: Snapshot,
    work: Work,
    submission: str,
    *,
    progress: Progress | None = None,
    wanted: ExtractKind | None = None,
    made_at: datetime | None = None,
) -> Preview:
    """What a submission's extract, of the kind that is wanted, would be; with `made_at` it is made at that moment.

    Raises Problem when there is no such submission, and as the export does.
    """
    entry = calendar.of_agency(snapshot, work.agency).entry(submission)
    period = entry.period
    work = work_on(snapshot, work, period.end)
    chosen = choose.of(work.standard).selection(period, wanted)
    preview = _made(snapshot, work, chosen, period, progress, made_at)
    preview.receipt.deadline = entry.deadline
    if chosen.period != period:
        # What lies outside the days that are wanted is known all the same, and denied by nobody.
        until = replace(period, end=max(period.end, chosen.period.end))
        full = choose.of(work.standard).selection(until, ExtractKind("full"))
        preview.known = _made(snapshot, work, full, period, progress)
    return preview


def _made(
    snapshot: Snapshot,
    work: Work,
    chosen: Selecting,
    period: ReportingPeriod,
    progress: Progress | None,
    made_at: datetime | None = None,
) -> Preview:
    form = choose.of(work.standard)
    receipt = begun(work, chosen, period)
    receipt.made_at = made_at
    text = form.pager()
    whole = form.pager() if receipt.kind not in ("", "full") else None
    write_rows(snapshot, work, chosen, receipt, text, progress, whole)
    text.finish()
    if whole is not None:
        whole.finish()
    if sent.last(snapshot, work.agency) is None:
        receipt.mismatches = 0
    receipt.validation = form.validation(lambda: BufferedReader(Pieces(text.pieces())))
    return Preview(work.agency, work.standard, chosen.period, receipt, text, work.today, whole)


def changes_since(snapshot: Snapshot, preview: Preview, extract: ExtractInfo) -> Comparison:
    """What would be new, gone and changed against an extract that is kept. Raises Problem, also for a damaged text."""
    so_far = sent_so_far(snapshot, preview.agency, preview.standard, extract)
    return compare(so_far, all_known(snapshot, preview, extract).by_episode)


def compare_kept(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, old: ExtractInfo, new: ExtractInfo
) -> tuple[Comparison, Standard]:
    """Two extracts that are kept compared, and in the words of which standard: of the one that both were written by,
    also where the agency left it since. Raises Problem, also for a damaged text."""
    if old.standard == new.standard:
        standard, _ = written_by(snapshot, agency, standard, old)
    first, second = (kept_text(snapshot, agency, standard, one) for one in (old, new))
    return compare_texts(first, second, standard), standard


def all_known(snapshot: Snapshot, preview: Preview, extract: ExtractInfo) -> Preview:
    """The extract of all that is known, as far as what was sent so far goes. Raises Problem.

    Where an extract is but a part, one of an older month denies nothing of what was sent of later ones.
    """
    known = preview.known or preview
    if not preview.standard.submission.kinds:
        return known
    ends = (_last_day(one) for one in extracts_so_far(snapshot, preview.agency, preview.standard, extract))
    end = max((known.period.end, *filter(None, ends)))
    if end == known.period.end:
        return known
    if preview.later is None or preview.later.period.end != end:
        work = Work(preview.agency, preview.standard, preview.today)
        until = replace(known.period, end=end)
        full = choose.of(work.standard).selection(until, ExtractKind("full"))
        preview.later = _made(snapshot, work, full, until, None)
    return preview.later


def _last_day(extract: ExtractInfo) -> date | None:
    """The last day that an extract may tell of, as its receipt has it."""
    return parse_date(str(extract.receipt.get("to") or extract.receipt.get("period_end") or ""))


def extracts_so_far(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo
) -> list[ExtractInfo]:
    """An extract, after those that were sent beside and before it and count still, where it is but a part."""
    if not standard.submission.kinds:
        return [extract]
    found: list[ExtractInfo] = []
    for one in sent.until(snapshot, agency, extract):
        if one.kind == "full":
            # It says all to its last day; what was said before it of the days until then no longer counts.
            found = [each for each in found if each.submission > one.submission]
        found.append(one)
    return found


def sent_so_far(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo) -> SentText:
    """What an extract says, with what was sent beside and before it where it is but a part. Raises Problem."""
    some = extracts_so_far(snapshot, agency, standard, extract)
    texts = (kept_text(snapshot, agency, standard, one) for one in some)
    return choose.of(standard).sent_text(texts, lambda: sent.events_by_digest(snapshot, some))


def kept_text(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo) -> Iterable[bytes]:
    """The text of an extract, to be compared by a standard. Raises Problem, also for a damaged text."""
    text = extracts.text(snapshot, extract.id)
    then, renamed = written_by(snapshot, agency, standard, extract)
    return text if then is standard else EarlierText(text, then, renamed)
