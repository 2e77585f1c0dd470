"""What would be written now, without writing it: the rows, what is left out, and the receipt it would have."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from io import BufferedReader

from exporters.extracts.compare import Comparison, compare
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
from validators.quality import Tally
from validators.standard.model import Standard


@dataclass
class Preview:
    """An extract that was not written. `receipt` is the one it would have, its file a mere name; `text` its text.

    Where an extract holds only a part of what is known, `whole` is the text of all of it by the end of the period.
    `known` is the extract of all of it, where the days that are wanted leave some of that aside.
    """

    agency: AgencyInfo
    standard: Standard
    period: ReportingPeriod
    receipt: Receipt
    text: KeptText
    today: date
    whole: KeptText | None = None
    known: "Preview | None" = None

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

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Why an episode, by its identifier, is left out."""
        return {one.episode: one.why for one in self.receipt.left_out}


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
    return compare(sent_so_far(snapshot, preview.agency, preview.standard, extract), preview.by_episode)


def sent_so_far(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo) -> SentText:
    """What an extract says, with what was sent beside and before it where it is but a part. Raises Problem."""
    if not standard.submission.kinds:
        return choose.of(standard).sent_text([kept_text(snapshot, agency, standard, extract)])
    texts = sent.until(snapshot, agency, extract)
    # A full extract says all; what was said before it no longer counts.
    last = max((at for at, one in enumerate(texts) if one.kind == "full"), default=0)
    return choose.of(standard).sent_text(kept_text(snapshot, agency, standard, one) for one in texts[last:])


def kept_text(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo) -> Iterable[bytes]:
    """The text of an extract, to be compared by a standard. Raises Problem, also for a damaged text."""
    text = extracts.text(snapshot, extract.id)
    then, renamed = written_by(snapshot, agency, standard, extract)
    return text if then is standard else EarlierText(text, then, renamed)
