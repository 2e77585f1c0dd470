"""A file that a person brings to the agency that is open: looked at without storing anything, or made ready to take.

What a screen opens is shown line by line, so that it has to be a file that the person may read himself.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.checks.file_check import Report, check_file
from exporters.formats import choose
from exporters.formats.base import Importer, Taking
from exporters.imports.agency import letter_now, of_left_letter
from exporters.imports.detect import recognised
from exporters.imports.encodings import encoding_of, refuse_unquoted
from exporters.work import Work
from store.disk.files import stamp_of
from store.month import agency_settings
from validators.problems import Problem
from validators.records import Values
from validators.rules.registry import Context
from validators.standard.catalogue import load

if TYPE_CHECKING:
    from store.snapshot import Snapshot
    from store.store import Store


@dataclass(frozen=True)
class CheckedFile:
    """A file with what the rules of its data set say of it, and how it lay on the disk then."""

    path: Path
    report: Report
    stamp: tuple[int, int]
    dates: str = ""


def check_brought(snapshot: "Snapshot", work: Work, path: Path, dates: str = "") -> CheckedFile:
    """Check a file by the rules of its own data set; nothing is stored.

    A file of the agency's data set is judged by what the agency says of itself. For `dates` see `Format.read`. Raises
    Problem for a file that cannot be read, or is not the person's to read.
    """
    _look_at(path)
    stamp = stamp_of(path)
    found = recognised(path, work.standard)
    own = found in ("", work.standard.id)
    standard = work.standard if own else load(found)
    settings = agency_settings.settings(snapshot, work.agency) if own else {}
    report = check_file(path, standard, Context(work.today, "file", None, settings), dates=dates)
    return CheckedFile(path, report, stamp, dates)


def row_at(checked: CheckedFile, line: int) -> Values:
    """All values of the row in a physical line of a file, by header; none for a row that makes up no episode.

    Raises Problem where the file is not any more what was checked.
    """
    if stamp_of(checked.path) != checked.stamp:
        raise Problem(f"{checked.path} was changed since it was checked: check it again.")
    extract = choose.of(checked.report.standard).read(checked.path, None, checked.dates)
    for record, _ in extract.episodes():
        own = next((event for event in record.events if event.line == line), None)
        if own is not None or line in record.lines:
            return {**record.client, **record.episode, **(own.values if own else {})}
    return {}


def prepare_brought(store: "Store", work: Work, path: Path, taking: Taking) -> Importer:
    """Read a file and compare it with the agency's records; what is given says what would be taken, and writes it.

    Raises Problem where it cannot be taken, or is of another data set or agency than the one that is open.
    """
    _look_at(path)
    own, found = work.standard, recognised(path, work.standard)
    if found not in ("", own.id):
        if store.ask(letter_now, work.agency.code, found):
            raise Problem(f"{of_left_letter(path, found, work.agency.code, own.id)}.")
        raise Problem(
            f"{path} is a file of {load(found).title}, and {work.agency.code} reports by {own.title}: make an agency "
            "of that data set first, on the page of the agencies."
        )
    job = choose.of(own).importer(path, taking)
    job.prepare(store, work.agency.code)
    return job


def _look_at(path: Path) -> None:
    refuse_unquoted(path)
    encoding_of(path)  # what is no file, no text, or one of ours is refused
