"""Writing the extract of a submission, with the receipt that accounts for it.

The rows stand in the order in which episodes were entered, an episode's events in theirs: the documented, stable order.
The file is written under a temporary name in the target folder, synced and given its name in the same moment as the
store records it; it never replaces another file.
"""

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from exporters.checking import Examination
from exporters.selection import HeldBack, Selection
from exporters.tables_only import refuse_no_table
from store.acceptance_shapes import Accepted
from store.files import PRIVATE, place, refused, scratch
from store.shapes import AgencyInfo
from validators.patterns import Context
from validators.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard import Standard
from validators.tally import Tally

if TYPE_CHECKING:
    from store.opening import Store

Progress = Callable[[int], None]
_PIECE = 1 << 18
_EPISODES_AT_ONCE = 500


@dataclass
class Receipt:
    """What was written, what was not, and whether the file is ready to be sent."""

    submission: str
    file: Path
    tally: Tally
    sha256: str = ""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    held_back: list[HeldBack] = field(default_factory=list)
    places: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Of each episode left out or held back: the store's client and episode, and the client's reference."""

    @property
    def not_ready_because(self) -> list[str]:
        """Why the file should not be sent yet; empty when it is ready."""
        reasons = []
        if self.tally.errors:
            reasons.append(f"{_counted(self.tally.errors, 'error')}: what is concerned would not load")
        if self.tally.open_warnings:
            reasons.append(f"{_counted(self.tally.open_warnings, 'warning')}, neither mended nor accepted")
        return reasons

    @property
    def standing(self) -> str:
        """Whether the file is ready, in words: `ready with 3 accepted warnings`, or why it is not."""
        reasons = self.not_ready_because
        if reasons:
            return "not ready: " + "; ".join(reasons)
        many = self.tally.accepted
        return f"ready with {_counted(many, 'accepted warning')}" if many else "ready to be sent"

    def as_mapping(self) -> dict[str, object]:
        """The receipt as the export command's JSON tells it and the store keeps it."""
        return {
            "submission": self.submission,
            "file": str(self.file),
            "sha256": self.sha256,
            "rows": self.tally.rows,
            "episodes": self.tally.episodes,
            "no_consent": self.tally.no_consent,
            "left_out": [{"episode": episode, "why": why} for episode, why in self.left_out],
            "held_back": [held.as_mapping() for held in self.held_back],
            "errors": self.tally.errors,
            "warnings": self.tally.warnings,
            "accepted": self.tally.accepted,
            "load_percent": self.tally.load_percent,
            "data_quality_percent": self.tally.data_quality_percent,
            "ready": not self.not_ready_because,
            "not_ready_because": self.not_ready_because,
        }


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


class RowWriter:
    """Writes rows as the standard's submission format says and keeps the digest of all bytes."""

    def __init__(self, standard: Standard, file: BinaryIO) -> None:
        """Write to a binary file; the heading first."""
        form = standard.submission
        self.file, self.digest = file, hashlib.sha256()
        self._encoding = "utf-8" if form.encoding == "utf-8-sig" else form.encoding
        if form.encoding == "utf-8-sig":
            self._put(b"\xef\xbb\xbf")
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(
            self._buffer,
            lineterminator="\r\n" if form.line_ending == "crlf" else "\n",
            quoting=csv.QUOTE_ALL if form.quoting == "all" else csv.QUOTE_MINIMAL,
        )
        self._blank = dict.fromkeys(standard.headers, "")
        self._take = itemgetter(*standard.headers)
        self._writer.writerow(standard.headers)
        self._pieces = [self._buffer.getvalue().encode(self._encoding)]

    def write(self, record: EpisodeRecord) -> None:
        """Write the rows of one episode: one per event, client and episode columns repeated, at least one.

        Raises UnicodeEncodeError for a character the encoding does not have.
        """
        self._buffer.seek(0)
        self._buffer.truncate()
        base = {**self._blank, **record.client, **record.episode}
        for event in record.events:
            self._writer.writerow(self._take({**base, **event.values}))
        if not record.events:
            self._writer.writerow(self._take(base))
        self._pieces.append(self._buffer.getvalue().encode(self._encoding))
        if len(self._pieces) >= _EPISODES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Hand what is buffered to the file."""
        self._put(b"".join(self._pieces))
        self._pieces.clear()

    def _put(self, data: bytes) -> None:
        self.digest.update(data)
        self.file.write(data)


def file_name(standard: Standard, agency: str, period: ReportingPeriod) -> str:
    """The name of a submission's file, by the standard's pattern; what a name may not hold becomes `_`."""
    name = standard.submission.file_name
    parts = {
        "agency": agency,
        "from": period.start.strftime("%Y%m%d"),
        "to": period.end.strftime("%Y%m%d"),
        "edition": standard.edition,
    }
    for part, value in parts.items():
        name = name.replace(f"{{{part}}}", re.sub(r"[^A-Za-z0-9]", "_", value))
    return name


def export_submission(
    store: "Store",
    agency: AgencyInfo,
    standard: Standard,
    submission: str,
    folder: Path,
    *,
    today: date,
    person: str,
    now: datetime,
    progress: Progress | None = None,
) -> Receipt:
    """Write a submission's extract into a folder and record it in the store.

    Raises Problem when the submission does not exist, the folder cannot be written to, a file of that name is there
    already, or the store fails; then there is neither a file nor a record of one.
    """
    refuse_no_table(standard)
    period = store.calendar(agency).entry(submission).period
    name = file_name(standard, agency.code, period)
    try:
        target = folder.resolve() / name
        if not folder.is_dir():
            raise Problem(f"{folder} is not a folder: make it first, or name another one with --out.")
        if target.exists():
            raise _already_there(target)
    except (OSError, RuntimeError):  # too long a name, a circle of links
        raise Problem(f"{ascii(str(folder))[1:201]} cannot be used as a folder: name another one with --out.") from None
    receipt = Receipt(submission, target, Tally(standard))
    try:
        with scratch(target, PRIVATE) as temporary:
            with temporary.open("wb") as file:
                write_rows(store, agency, Selection(standard, period), receipt, file, today, progress)
            _record(store, agency, receipt, temporary, person, now)
    except FileExistsError:
        raise _already_there(target) from None
    except OSError as error:
        raise refused(error, target, "written") from None
    return receipt


def _already_there(target: Path) -> Problem:
    return Problem(f"{target} is there already: move it away, or write a second one into another folder with --out.")


def write_rows(
    store: "Store",
    agency: AgencyInfo,
    selection: Selection,
    receipt: Receipt,
    file: BinaryIO,
    today: date,
    progress: Progress | None,
) -> None:
    """Write a selection's rows to a binary file and account for them in the receipt.

    Raises Problem for a character that the encoding does not have, and when the store fails.
    """
    standard = selection.standard
    refuse_no_table(standard)
    # Judged as what it is by now: a file that would be sent.
    context = Context(today, "file", selection.period, store.agency_settings(agency))
    accepted = Accepted(store.acceptances(agency))
    examination = Examination(standard, context, store.repeated_identifiers(agency), accepted)
    receipt.tally = examination.tally
    rows = RowWriter(standard, file)
    for seen, record in enumerate(store.episodes(agency), 1):
        outgoing = selection.outgoing(record)
        name = record.episode.get(selection.identity, "")
        receipt.held_back += outgoing.held_back
        if outgoing.left_out or outgoing.held_back:
            called = record.client.get(selection.reference) or record.client.get(selection.client, "")
            receipt.places[name] = (record.client_id, record.episode_id, called)
        if outgoing.left_out:
            receipt.left_out.append((name, outgoing.left_out))
        else:
            examination.examine(outgoing.record)
            try:
                rows.write(outgoing.record)
            except UnicodeEncodeError:
                raise Problem(
                    f"The episode {name} holds a character that {standard.submission.encoding} cannot write: mend it "
                    "and export again."
                ) from None
        if progress and not seen % 50:
            progress(seen)
    rows.flush()
    receipt.sha256 = rows.digest.hexdigest()


def _record(store: "Store", agency: AgencyInfo, receipt: Receipt, temporary: Path, person: str, now: datetime) -> None:
    """Keep the extract in the store and give the file its name, both or neither."""
    made = temporary.stat().st_ino
    known = store.current_submission(agency, receipt.submission)
    try:
        with store.write(person, now) as work:
            work.record_extract(
                agency,
                receipt.submission,
                receipt.file.name,
                receipt.sha256,
                receipt.tally.rows,
                receipt.as_mapping(),
                _pieces(temporary),
                submission_number=known.number if known else 0,
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


def told_as_text(receipt: Receipt) -> Iterator[str]:
    """The receipt in lines, for people."""
    tally = receipt.tally
    yield f"Submission {receipt.submission}: {receipt.file}"
    yield f"  {tally.rows} rows, {tally.episodes} episodes, {tally.no_consent} of them without consent"
    yield f"  SHA-256 {receipt.sha256}"
    yield f"  load {tally.load_percent} %, data quality {tally.quality_text} (our estimate)"
    for title, items in (
        ("left out", [f"{ascii(episode)[1:-1]}: {why}" for episode, why in receipt.left_out]),
        (
            "held back",
            [
                f"{ascii(h.episode)[1:-1]}, {h.field or 'event ' + ascii(h.event)[1:-1]}: {h.why}"
                for h in receipt.held_back
            ],
        ),
    ):
        if items:
            yield f"  {title}, {len(items)}:"
            yield from (f"    {item}" for item in items)
    yield f"{receipt.standing[0].upper()}{receipt.standing[1:]}" + ("" if receipt.not_ready_because else ".")
