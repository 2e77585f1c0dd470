"""The rows of an extract, accounted for in its receipt: written to a file, or to a text to look at.

The rows stand in the order in which episodes were entered, an episode's events in theirs: the documented, stable order.
What a wrong date keeps out of them is found here, too.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from exporters.checks.caseload import stored_context
from exporters.checks.file_check import HELD_AT_ONCE, Examination
from exporters.checks.return_check import examination, examined, going
from exporters.extracts.otherwise import gone_by
from exporters.extracts.outside_dates import OutsideDates
from exporters.extracts.receipt import Omitted, Receipt, Whose
from exporters.formats import choose
from exporters.formats.base import ReturnDetails, Selecting, Sink
from exporters.formats.outgoing import Outgoing
from exporters.work import Work
from store.live import offline_drafts
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.quality import Tally
from validators.records import EpisodeRecord, Finding
from validators.rules.columns import ColumnCheck
from validators.rules.registry import Context
from validators.standard.model import Standard

Progress = Callable[[int], None]


def file_name(standard: Standard, agency: str, period: ReportingPeriod, kind: str = "") -> str:
    """The name of a submission's file, by the standard's pattern; what a name may not hold becomes `_`."""
    name = standard.submission.file_name
    parts = {
        "agency": agency,
        "from": period.start.strftime("%Y%m%d"),
        "to": period.end.strftime("%Y%m%d"),
        "edition": standard.edition,
        "kind": kind,
    }
    for part, value in parts.items():
        name = name.replace(f"{{{part}}}", re.sub(r"[^A-Za-z0-9]", "_", value))
    return name


def begun(work: Work, chosen: Selecting, period: ReportingPeriod) -> Receipt:
    """The receipt of an extract of a submission, whose period is given, that is about to be written; a mere name."""
    wanted = chosen.wanted
    name = file_name(chosen.standard, work.agency.code, chosen.period, wanted.kind if wanted else "")
    return Receipt(
        period.submission,
        Path(name),
        Tally(chosen.standard),
        wanted=wanted,
        period_end=period.end,
        today=work.today,
        agency=work.agency.code,
        period_start=period.start,
    )


def write_rows(
    snapshot: Snapshot,
    work: Work,
    selection: Selecting,
    receipt: Receipt,
    file: Sink,
    progress: Progress | None,
    whole: Sink | None = None,
) -> None:
    """Write a selection's rows to a file and account for them in the receipt.

    To `whole`, where it is given, all that is known of every episode is written, sent before or not: what was sent is
    compared with that. Raises Problem for a character that the encoding does not have, and when the store fails.
    """
    agency, standard = work.agency, selection.standard
    judging = examination(snapshot, work, selection)
    receipt.tally = judging.tally
    receipt.drafts, _ = offline_drafts.unsaved(snapshot, agency)
    receipt.gone_by = gone_by(snapshot, agency, standard, receipt.kind)
    wrong_dates = _WrongDates(selection, judging, stored_context(snapshot, agency, work.today))
    form = choose.of(standard)
    kind = selection.wanted.kind if selection.wanted else ""
    at = receipt.made_at or datetime.combine(work.today, time(), UTC)
    details = ReturnDetails(agency.code, selection.period, kind, work.today, at)
    rows = form.writer(file, details)
    beside = form.writer(whole, details) if whole is not None else None
    seen = 0
    for some in going(judging, selection.stream(snapshot, agency)):
        for record, outgoing, is_sound in some:
            seen += 1
            if outgoing.left_out or outgoing.held_back:
                _account_for(receipt, selection, record, outgoing)
                wrong_dates.look_at(record)
            receipt.unchanged += outgoing.unchanged and not outgoing.left_out
            try:
                if not outgoing.left_out and not outgoing.unchanged:
                    examined(judging, record, outgoing, sound=is_sound)
                    rows.write(outgoing.record)
                    if outgoing.records:
                        receipt.records.add(outgoing.records)
                if beside is not None and not outgoing.left_out:
                    beside.write(outgoing.judged)
            except UnicodeEncodeError:
                raise Problem(
                    f"The {standard.word('episode')} {selection.name(record)} holds a character that "
                    f"{standard.submission.encoding} cannot write: mend it and export again."
                ) from None
            if progress and not seen % 50:
                progress(seen)
    receipt.kept_out = wrong_dates.found()
    receipt.sha256 = rows.finish()
    if beside is not None:
        beside.finish()


def _account_for(receipt: Receipt, selection: Selecting, record: EpisodeRecord, outgoing: Outgoing) -> None:
    """Note in the receipt what of an episode does not go, and why."""
    name = selection.name(record)
    receipt.held_back += [replace(one, its=record.episode_id) for one in outgoing.held_back]
    called = record.client.get(selection.reference) or record.client.get(selection.client, "")
    # By the store's own id: of two who are known by the same neither is the other.
    receipt.places[record.episode_id] = Whose(record.client_id, called, name)
    if outgoing.left_out:
        receipt.left_out.append(Omitted(name, outgoing.left_out, record.episode_id))


class _WrongDates:
    """Looks for the wrong date that keeps an episode, or a part of it, out, as the store's own check does.

    Whether anything is said of such dates is told of many together; of the rest the checker says what it is.
    """

    def __init__(self, selection: Selecting, examination: Examination, context: Context) -> None:
        self._standard, self._accepted, self._context = selection.standard, examination.accepted, context
        self._outside = OutsideDates(selection.standard, selection.period)
        self._checker = examination.checker
        self._columns = ColumnCheck(self._checker, context, about=self._outside.headers)
        self._waiting: list[EpisodeRecord] = []
        self._found: dict[str, Finding] = {}

    def look_at(self, record: EpisodeRecord) -> None:
        """Look at an episode that is kept out, or a part of it, together with others."""
        self._waiting.append(record)
        if len(self._waiting) >= HELD_AT_ONCE:
            self._look()

    def found(self) -> dict[str, Finding]:
        """What is wrong with such a date, by the store's id of each episode in which it is."""
        self._look()
        return self._found

    def _look(self) -> None:
        some, self._waiting = self._waiting, []
        for number in sorted(self._columns.doubtful(some)):
            record = some[number]
            consented = self._standard.has_consent(record.episode)
            found = self._checker.check(record, self._context)
            if self._accepted is not None:
                found = self._accepted.mark(found)
            wrong = next((one for one in found if self._outside.keep_out(one, consented=consented)), None)
            if wrong is not None:
                self._found[record.episode_id] = wrong
