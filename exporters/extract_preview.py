"""What would be written now, without writing it: the rows, what is left out, and the receipt it would have."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.comparing import Comparison, compare
from exporters.extract_text import ExtractText
from exporters.kept_text import KeptText
from exporters.selection import Selection
from exporters.writing import Progress, Receipt, file_name, write_rows
from store.shapes import AgencyInfo, ExtractInfo
from validators.periods import ReportingPeriod
from validators.standard import Standard
from validators.tally import Tally

if TYPE_CHECKING:
    from store.opening import Store


@dataclass
class Preview:
    """An extract that was not written. `receipt` is the one it would have, its file a mere name; `text` its text."""

    agency: AgencyInfo
    standard: Standard
    period: ReportingPeriod
    receipt: Receipt
    text: KeptText
    today: date

    @property
    def tally(self) -> Tally:
        """Rows, episodes and findings counted."""
        return self.receipt.tally

    @cached_property
    def by_episode(self) -> ExtractText:
        """The text by its episodes, read when it is first asked for."""
        return ExtractText(self.text.pieces(), self.standard)

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Why an episode, by its identifier, is left out."""
        return dict(self.receipt.left_out)


def preview_extract(
    store: "Store",
    agency: AgencyInfo,
    standard: Standard,
    submission: str,
    *,
    today: date,
    progress: Progress | None = None,
) -> Preview:
    """What a submission's extract would be. Raises Problem when there is no such submission, and as the export does."""
    period = store.calendar(agency).entry(submission).period
    receipt = Receipt(submission, Path(file_name(standard, agency.code, period)), Tally(standard))
    text = KeptText(standard.submission.encoding)
    write_rows(store, agency, Selection(standard, period), receipt, text, today, progress)
    text.finish()
    return Preview(agency, standard, period, receipt, text, today)


def changes_since(store: "Store", preview: Preview, extract: ExtractInfo) -> Comparison:
    """What would be new, gone and changed against an extract that is kept. Raises Problem, also for a damaged text."""
    return compare(ExtractText(store.extract_text(extract.id), preview.standard), preview.by_episode)
