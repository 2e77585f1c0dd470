"""Extracts on their way out: through a pipe instead of into a file, written again as they were, fetched from a host."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from exporters.extracts.preview import preview_extract
from exporters.extracts.writing import Progress, Receipt
from exporters.formats.base import ExtractKind
from exporters.work import Work
from store.disk.files import PRIVATE, place, refused, scratch
from store.facts import ExtractInfo, Who
from store.month import extracts, submissions
from store.month.facts import WrittenExtract
from store.snapshot import Snapshot
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store


def export_to_stream(
    store: "Store",
    work: Work,
    submission: str,
    stream: BinaryIO,
    who: Who,
    *,
    progress: Progress | None = None,
    wanted: ExtractKind | None = None,
) -> tuple[Receipt, ExtractInfo]:
    """Write a submission's extract into a stream and record it in the store as any other.

    It is recorded first: what went out is then never unknown. Raises Problem as an export does, and when the stream
    breaks; the sentence then says how to write the same extract again.
    """
    preview = store.ask(preview_extract, work, submission, progress=progress, wanted=wanted)
    receipt = preview.receipt
    known = store.ask(submissions.current, work.agency, submission)
    with store.writing(who) as unit:
        made = extracts.keep(
            unit,
            work.agency,
            WrittenExtract(
                submission,
                receipt.file.name,
                receipt.sha256,
                receipt.tally.rows,
                receipt.as_mapping(),
                kind=receipt.kind,
                submission_number=known.number if known else 0,
            ),
            preview.text.pieces(),
            receipt.records,
        )
    try:
        for piece in preview.text.pieces():
            stream.write(piece)
        stream.flush()
    except OSError:
        raise Problem(
            f"The pipe broke before the extract was through: it is kept as {made.id}; write it again with "
            f"`keywork extracts write {made.id[:8]} --out DIR`."
        ) from None
    return receipt, made


def write_again(snapshot: Snapshot, extract: ExtractInfo, folder: Path) -> Path:
    """Write an extract that is kept into a folder, byte for byte; return its path.

    Raises Problem when the folder is none, a file of that name is there, it cannot be written, or the kept text is
    damaged; then there is no file.
    """
    try:
        target = folder.resolve() / extract.file_name
        if not folder.is_dir():
            raise Problem(f"{folder} is not a folder: make it first, or name another one.")
    except (OSError, RuntimeError):
        raise Problem(f"{ascii(str(folder))[1:201]} cannot be used as a folder: name another one.") from None
    try:
        with scratch(target, PRIVATE) as temporary:
            with temporary.open("wb") as file:
                for piece in extracts.text(snapshot, extract.id):
                    file.write(piece)
            place(temporary, target)
    except FileExistsError:
        raise Problem(f"{target} is there already: move it away, or choose another folder.") from None
    except OSError as error:
        raise refused(error, target, "written") from None
    return target


def fetch_lines(path: Path, user: str, host: str, environment: Mapping[str, str]) -> list[str]:
    """The commands that fetch a file from this host, to be run on one's own machine; quoted for a shell.

    The address and port are those by which the person came in over SSH, where he did; else the host's name.
    """
    connection = environment.get("SSH_CONNECTION", "").split()
    port = ""
    if len(connection) == 4:
        host, port = connection[2], "" if connection[3] == "22" else connection[3]
    address = f"[{host}]" if ":" in host else host
    source = shlex.quote(f"{user}@{address}:{path}")
    option = f"-P {port} " if port else ""
    return [f"scp {option}{source} .", f"sftp {option}{source} ."]
