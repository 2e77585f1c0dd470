"""The files of extracts on this host: which are there still, and removing one that was sent; receipt and digest stay.

What was written again, and what was fetched elsewhere, is nobody's to know: a receipt names the file it was written to.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.extracts.receipt import state_of
from store.disk import files
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import extracts
from store.snapshot import Snapshot
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store

REMOVE = "remove file"
"""The act, as the audit has it."""


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """The file of an extract that is there still."""

    extract: ExtractInfo
    path: Path

    @property
    def is_offered(self) -> bool:
        """Whether it is there for no reason any more: what it was written for is done."""
        return self.extract.is_sent


def place_of(extract: ExtractInfo) -> Path | None:
    """Where an extract's file stands; None where it is not there, or went into a stream."""
    path = Path(str(extract.receipt.get("file") or ""))
    with contextlib.suppress(OSError, ValueError):
        if path.is_absolute() and path.is_file() and not path.is_symlink():
            return path
    return None


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractFile]:
    """The files that are there still, in the order they were written."""
    found = ((one, place_of(one)) for one in extracts.listed(snapshot, agency))
    return [ExtractFile(one, path) for one, path in found if path is not None]


def remove(store: "Store", who: Who, extract: ExtractInfo) -> Path:
    """Remove the file of an extract that was sent; where it stood. The store keeps receipt, digest and text.

    Raises Problem where it is not there, was not sent, is another file by now, or is not the person's to remove.
    """
    path = place_of(extract)
    if path is None:
        raise Problem(f"The file of extract {extract.id[:8]} is not where it was written: there is nothing to remove.")
    if not extract.is_sent:
        raise Problem(f"The extract is {state_of(extract)}: mark it as sent first, then its file is no longer needed.")
    try:
        if not files.may(path.parent, os.W_OK | os.X_OK):
            raise Problem(f"{path} is not yours to remove: ask whoever owns its folder.")
        if _digest(path) not in (extract.sha256, extract.kept_sha256):
            raise Problem(f"{path} is another file than was written: look at it, and delete it by hand.")
        with store.writing(who) as unit:
            unit.chain.add(REMOVE, "extract", extract.id, "", None, None)
            path.unlink()
        files.sync(path.parent)
    except OSError as error:
        raise files.refused(error, path, "removed") from None
    return path


def said_of_file(extract: ExtractInfo) -> str:
    """What is to be said of an extract that is marked as sent and whose file is another one by now; "" for nothing.

    Whoever sent that file sent another than counts as sent here. One that is not there, or not theirs to read, tells
    nothing.
    """
    path = place_of(extract)
    with contextlib.suppress(OSError):
        if path is not None and _digest(path) not in (extract.sha256, extract.kept_sha256):
            return (
                f"{path} is another file than was written: what counts as sent here is what was written. Where that "
                "other one was sent, write the extract again and send it."
            )
    return ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
