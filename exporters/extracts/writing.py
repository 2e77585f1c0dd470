"""Writing the extract of a submission, with the receipt that accounts for it.

The rows stand in the order in which episodes were entered, an episode's events in theirs: the documented, stable order.
The file is written under a temporary name in the target folder, synced and given its name in the same moment as the
store records it; it never replaces another file.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.checks.return_check import examination, examined
from exporters.extracts.receipt import Receipt as Receipt
from exporters.extracts.receipt import told_as_text as told_as_text
from exporters.formats import choose
from exporters.formats.base import ExtractKind, ReturnDetails, Selecting, Sink
from exporters.work import Work
from store.disk.files import PRIVATE, place, refused, scratch
from store.facts import AgencyInfo, Who
from store.month import calendar, extracts, submissions
from store.month.facts import WrittenExtract
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.quality import Tally
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store

Progress = Callable[[int], None]
_PIECE = 1 << 18


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


def export_submission(
    store: "Store",
    work: Work,
    submission: str,
    folder: Path,
    who: Who,
    *,
    progress: Progress | None = None,
    wanted: "ExtractKind | None" = None,
) -> Receipt:
    """Write a submission's extract, of the kind that is wanted, into a folder and record it in the store.

    Raises Problem when the submission does not exist, the folder cannot be written to, a file of that name is there
    already, or the store fails; then there is neither a file nor a record of one.
    """
    return _export(store, work, submission, lambda name: _target(folder, name), who, progress, wanted)


def export_numbered(
    store: "Store",
    work: Work,
    submission: str,
    folder: Path,
    who: Who,
    *,
    progress: Progress | None = None,
    wanted: "ExtractKind | None" = None,
) -> Receipt:
    """As `export_submission`, but where a file of that name is there, this one has a number in its name: 2, 3 …"""
    return _export(store, work, submission, lambda name: _target(folder, name, may_number=True), who, progress, wanted)


def _target(folder: Path, name: str, *, may_number: bool = False) -> Path:
    """Where the file goes. Raises Problem where that is no folder, or the name is taken and may not be changed."""
    try:
        target = folder.resolve() / name
        if not folder.is_dir():
            raise Problem(f"{folder} is not a folder: make it first, or name another one with --out.")
        found, number = target, 1
        while may_number and os.path.lexists(found):
            number += 1
            found = target.with_name(f"{target.stem}-{number}{target.suffix}")
        if found.exists():
            raise _already_there(found)
    except (OSError, RuntimeError):  # too long a name, a circle of links
        raise Problem(f"{ascii(str(folder))[1:201]} cannot be used as a folder: name another one with --out.") from None
    return found


def _export(
    store: "Store",
    work: Work,
    submission: str,
    place_of: Callable[[str], Path],
    who: Who,
    progress: Progress | None,
    wanted: "ExtractKind | None",
) -> Receipt:
    agency, form = work.agency, choose.of(work.standard)
    chosen = form.selection(store.ask(calendar.of_agency, agency).entry(submission).period, wanted)
    receipt = begun(agency, chosen, submission)
    target = place_of(receipt.file.name)
    receipt.file, receipt.made_at = target, who.at
    try:
        with scratch(target, PRIVATE) as temporary:
            with store.reading() as snapshot, temporary.open("wb") as file:
                write_rows(snapshot, work, chosen, receipt, file, progress)
            receipt.validation = form.validation(lambda: temporary.open("rb"))
            _record(store, agency, receipt, temporary, who)
    except FileExistsError:
        raise _already_there(target) from None
    except OSError as error:
        raise refused(error, target, "written") from None
    return receipt


def begun(agency: AgencyInfo, chosen: Selecting, submission: str) -> Receipt:
    """The receipt of an extract that is about to be written, its file a mere name."""
    wanted = chosen.wanted
    name = file_name(chosen.standard, agency.code, chosen.period, wanted.kind if wanted else "")
    return Receipt(submission, Path(name), Tally(chosen.standard), wanted=wanted)


def _already_there(target: Path) -> Problem:
    return Problem(
        f"{target} is there already: move it away, or write a second one with a number in its name with --again, "
        "or into another folder with --out."
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
    form = choose.of(standard)
    kind = selection.wanted.kind if selection.wanted else ""
    at = receipt.made_at or datetime.combine(work.today, time(), UTC)
    details = ReturnDetails(agency.code, selection.period, kind, work.today, at)
    rows = form.writer(file, details)
    beside = form.writer(whole, details) if whole is not None else None
    for seen, (record, outgoing) in enumerate(selection.stream(snapshot, agency), 1):
        name = selection.name(record)
        receipt.held_back += outgoing.held_back
        if outgoing.left_out or outgoing.held_back:
            called = record.client.get(selection.reference) or record.client.get(selection.client, "")
            receipt.places[name] = (record.client_id, record.episode_id, called)
        try:
            if outgoing.left_out:
                receipt.left_out.append((name, outgoing.left_out))
            elif outgoing.unchanged:
                receipt.unchanged += 1
            else:
                examined(judging, outgoing)
                rows.write(outgoing.record)
                receipt.records.add(outgoing.records)
            if beside is not None and not outgoing.left_out:
                beside.write(outgoing.judged)
        except UnicodeEncodeError:
            raise Problem(
                f"The {standard.word('episode')} {name} holds a character that {standard.submission.encoding} cannot "
                "write: mend it and export again."
            ) from None
        if progress and not seen % 50:
            progress(seen)
    receipt.sha256 = rows.finish()
    if beside is not None:
        beside.finish()


def _record(store: "Store", agency: AgencyInfo, receipt: Receipt, temporary: Path, who: Who) -> None:
    """Keep the extract in the store and give the file its name, both or neither."""
    made = temporary.stat().st_ino
    known = store.ask(submissions.current, agency, receipt.submission)
    try:
        with store.writing(who) as unit:
            extracts.keep(
                unit,
                agency,
                WrittenExtract(
                    receipt.submission,
                    receipt.file.name,
                    receipt.sha256,
                    receipt.tally.rows,
                    receipt.as_mapping(),
                    kind=receipt.kind,
                    submission_number=known.number if known else 0,
                ),
                _pieces(temporary),
                receipt.records,
            )
            place(temporary, receipt.file)
    except BaseException:
        # Whatever went wrong, and whenever: the file goes too, if it is the one made here.
        with contextlib.suppress(OSError):
            if receipt.file.stat().st_ino == made:
                receipt.file.unlink()
        raise


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
