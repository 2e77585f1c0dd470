"""Extracts on their way out: through a pipe instead of into a file, written again as they were, fetched from a host."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from exporters.extracts.mismatches import look_for_mismatches
from exporters.extracts.preview import Preview, preview_extract
from exporters.extracts.receipt import Receipt
from exporters.extracts.rows import Progress
from exporters.extracts.writing import keep
from exporters.formats.base import ExtractKind
from exporters.work import Work
from store.disk import audit
from store.disk.files import mode_for_person, place, refused, scratch
from store.facts import ExtractInfo, Who
from store.month import extracts
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
    with store.reading() as snapshot:
        known = audit.end(snapshot)
        preview = preview_extract(snapshot, work, submission, progress=progress, wanted=wanted, made_at=who.at)
        look_for_mismatches(snapshot, preview)
    receipt = preview.receipt
    with store.writing(who) as unit:
        made = keep(unit, work.agency, receipt, preview.text.pieces(), known)
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
        raise Problem(f"{ascii(str(folder))[1:-1][:200]} cannot be used as a folder: name another one.") from None
    try:
        with scratch(target, mode_for_person(target.parent)) as temporary:
            with temporary.open("wb") as file:
                for piece in extracts.text(snapshot, extract.id):
                    file.write(piece)
            place(temporary, target)
    except FileExistsError:
        raise Problem(f"A file of its name is there already: move {target} away, or choose another folder.") from None
    except OSError as error:
        raise refused(error, target, "written") from None
    return target


def show_text(preview: Preview, stream: BinaryIO) -> None:
    """Write a preview's text into a stream; nothing is kept of it. Raises Problem when the stream breaks."""
    try:
        for piece in preview.text.pieces():
            stream.write(piece)
        stream.flush()
    except OSError:
        raise Problem("The pipe broke before the text was through: look at it again.") from None


def send_again(snapshot: Snapshot, extract: ExtractInfo, stream: BinaryIO) -> None:
    """Write an extract that is kept into a stream, byte for byte. Raises Problem, also when the stream breaks."""
    try:
        for piece in extracts.text(snapshot, extract.id):
            stream.write(piece)
        stream.flush()
    except OSError:
        raise Problem("The pipe broke before the extract was through: fetch it again.") from None


def pipe_line(extract: ExtractInfo, store: Path, people: tuple[str, str, str], environment: Mapping[str, str]) -> str:
    """The command that fetches an extract through a pipe, to be run on one's own machine; quoted for a shell.

    `people` are the person who comes in, the account that Keywork runs as for that person, and this host. The file
    itself belongs to that account, whom nobody can be over SSH.
    """
    person, account, host = people
    address, port = _address(host, environment)
    told = shlex.join(["sudo", "-u", account, "keywork", "extracts", "write", extract.id[:8], "--stdout"])
    option = f"-p {port} " if port else ""
    there = shlex.quote(f"{told} --store {shlex.quote(str(store))}")
    return f"ssh {option}{shlex.quote(f'{person}@{address}')} {there} > {shlex.quote(extract.file_name)}"


def _address(host: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The address by which the person came in over SSH, where he did, else the host's name; the port if unusual."""
    connection = environment.get("SSH_CONNECTION", "").split()
    if len(connection) != 4:
        return host, ""
    return connection[2], "" if connection[3] == "22" else connection[3]


def fetch_lines(path: Path, user: str, host: str, environment: Mapping[str, str]) -> list[str]:
    """The commands that fetch a file from this host, to be run on one's own machine; quoted for a shell.

    The address and port are those by which the person came in over SSH, where he did; else the host's name.
    """
    host, port = _address(host, environment)
    address = f"[{host}]" if ":" in host else host
    source = shlex.quote(f"{user}@{address}:{path}")
    option = f"-P {port} " if port else ""
    return [f"scp {option}{source} .", f"sftp {option}{source} ."]
