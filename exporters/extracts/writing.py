"""Writing the extract of a submission, with the receipt that accounts for it.

The file is written under a temporary name in the target folder, synced and given its name in the same moment as the
store records it; it never replaces another file.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.extracts.mismatches import look_for_mismatches
from exporters.extracts.otherwise import GONE_BY
from exporters.extracts.preview import Preview, preview_extract
from exporters.extracts.receipt import Receipt as Receipt
from exporters.extracts.receipt import told_as_text as told_as_text
from exporters.extracts.rows import Progress as Progress
from exporters.extracts.rows import begun, write_rows
from exporters.formats import choose
from exporters.formats.base import ExtractKind
from exporters.work import Work, work_on
from store.disk import audit
from store.disk.files import mode_for_person, place, refused, scratch
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import calendar, extracts, submissions
from store.month import sent as stored_sent
from store.month.facts import WrittenExtract
from store.records import agencies
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store
    from store.unit_of_work import UnitOfWork

_PIECE = 1 << 18


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
        raise Problem(
            f"{ascii(str(folder))[1:-1][:200]} cannot be used as a folder: name another one with --out."
        ) from None
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
    agency = work.agency
    entry = store.ask(calendar.of_agency, agency).entry(submission)
    period = entry.period
    work = store.ask(work_on, work, period.end)
    form = choose.of(work.standard)
    chosen = form.selection(period, wanted)
    receipt = begun(work, chosen, period)
    named = partial(place_of, receipt.file.name)
    target = named()
    receipt.file, receipt.made_at, receipt.deadline = target, who.at, entry.deadline
    try:
        with scratch(target, mode_for_person(target.parent)) as temporary:
            with store.reading() as snapshot:
                known = audit.end(snapshot)
                # What was sent is compared with all that is known, where this is only a part of it.
                compares = stored_sent.last(snapshot, agency) is not None
                whole = form.pager() if compares and receipt.kind not in ("", "full") else None
                with temporary.open("wb") as file:
                    write_rows(snapshot, work, chosen, receipt, file, progress, whole)
                if compares and chosen.period != period:
                    # Days of one's own are compared with all that is known, which this file does not hold.
                    preview = preview_extract(snapshot, work, submission, wanted=wanted)
                    look_for_mismatches(snapshot, preview)
                    receipt.mismatches = preview.receipt.mismatches
                    receipt.not_compared = preview.receipt.not_compared
                    receipt.changed_since = preview.receipt.changed_since
                elif compares:
                    text = form.pager(() if whole else _pieces(temporary))
                    for kept in filter(None, (text, whole)):
                        kept.finish()
                    look_for_mismatches(
                        snapshot, Preview(agency, work.standard, chosen.period, receipt, text, work.today, whole)
                    )
                else:
                    receipt.mismatches = 0
            receipt.validation = form.validation(lambda: temporary.open("rb"))
            _record(store, agency, receipt, temporary, who, known, named)
    except FileExistsError:
        raise _already_there(target) from None
    except OSError as error:
        raise refused(error, target, "written") from None
    return receipt


def _already_there(target: Path) -> Problem:
    return Problem(
        f"{target} is there already: move it away, or write a second one with a number in its name with --again, "
        "or into another folder with --out."
    )


def _record(
    store: "Store",
    agency: AgencyInfo,
    receipt: Receipt,
    temporary: Path,
    who: Who,
    known: str,
    named: Callable[[], Path],
) -> None:
    """Keep the extract in the store and give the file its name, both or neither; `known` as in `keep`, `named` finds
    the name: somebody else may have written one meanwhile, and taken that which was free."""
    made = temporary.stat().st_ino
    try:
        with store.writing(who) as unit:
            receipt.file = named()
            keep(unit, agency, receipt, _pieces(temporary), known)
            place(temporary, receipt.file)
    except BaseException:
        # Whatever went wrong, and whenever: the file goes too, if it is the one made here.
        with contextlib.suppress(OSError):
            if receipt.file.stat().st_ino == made:
                receipt.file.unlink()
        raise


def keep(unit: "UnitOfWork", agency: AgencyInfo, receipt: Receipt, text: Iterable[bytes], known: str) -> ExtractInfo:
    """Keep an extract with its receipt, which notes as `known` the end of the audit when its records were read.

    Raises Problem where the text must not be kept any more, and as the store's `keep` does.
    """
    _refuse_overtaken(unit, agency, known)
    receipt.audit = known
    attempt = submissions.current(unit, agency, receipt.submission)
    written = WrittenExtract(
        receipt.submission,
        receipt.file.name,
        receipt.sha256,
        receipt.tally.rows,
        receipt.as_mapping() | {GONE_BY: dict(receipt.gone_by)},
        kind=receipt.kind,
        submission_number=attempt.number if attempt else 0,
        standard=receipt.tally.standard.id,
    )
    return extracts.keep(unit, agency, written, text, receipt.records)


def _refuse_overtaken(unit: "UnitOfWork", agency: AgencyInfo, known: str) -> None:
    """Raise Problem where the text must not be kept: of somebody it may hold nothing is left, or it is by an edition
    that the agency reports by no more. What else was saved meanwhile is told as changed since, as of any extract."""
    if audit.done_since(unit, known, audit.REMOVE):
        raise Problem("Somebody was removed for good while the extract was being written: write it again.")
    if (agency.code, agency.standard) not in {(one.code, one.standard) for one in agencies.listed(unit)}:
        raise Problem("The agency went to another edition or code while the extract was being written: write it again.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
