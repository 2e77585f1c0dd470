"""Extracts that were written: their receipts, and their text in compressed pieces, to compare with and write again."""

import hashlib
import json
import uuid
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from store.disk import sqlite
from store.disk.tables import AGENCIES, AUDITS, EXTRACT_CHUNKS, EXTRACTS, SENT_RECORDS
from store.facts import AgencyInfo, ExtractInfo
from store.month.facts import WrittenExtract
from store.records.read import batches
from store.records.values import moment
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem

PIECE = 256 * 1024
_RECORDS_AT_ONCE = 2000
_COMPRESSED_AT_ONCE = 2


def keep(
    unit: UnitOfWork,
    agency: AgencyInfo,
    written: WrittenExtract,
    text: Iterable[bytes],
    records: Iterable[tuple[str, str]] = (),
) -> ExtractInfo:
    """Keep an extract that was written: its receipt, and its text in compressed pieces; see `ExtractInfo`.

    One piece of the text is in memory at a time. `records` are the ids of what was in it, each with a digest of what
    was sent; see `sent.of_records`. Raises Problem when the text has another SHA-256.
    """
    own_id = str(uuid.uuid4())
    columns = {
        "id": own_id,
        "agency_number": agency.number,
        "standard": written.standard or agency.standard,
        "submission": written.submission,
        "file_name": written.file_name,
        "sha256": written.sha256,
        "rows": written.rows,
        "receipt": json.dumps(written.receipt, ensure_ascii=True),
        "made_at": unit.at,
        "made_by": unit.person,
        "kind": written.kind,
        "submission_number": written.submission_number,
    }
    unit.connection.execute(insert(EXTRACTS).values(**columns))
    number = unit.connection.execute(select(EXTRACTS.c.number).where(EXTRACTS.c.id == own_id)).scalar_one()
    if _put(unit, number, text) != written.sha256:
        raise Problem(f"The extract {written.file_name} changed while it was being stored: write it again.")
    for some in batches(records, _RECORDS_AT_ONCE):
        told = [{"extract_number": number, "record_id": own, "digest": its} for own, its in some]
        unit.connection.execute(insert(SENT_RECORDS), told)
    unit.chain.add("export", "extract", own_id, "", None, written.sha256)
    return one(unit, own_id)


def redact(unit: UnitOfWork, extract: ExtractInfo, text: Iterable[bytes], receipt: Mapping[str, object]) -> ExtractInfo:
    """Keep another text of an extract, from which rows were struck, with its receipt without them.

    Its first digest stays, and when and by whom it was written and sent.
    """
    number = unit.connection.execute(select(EXTRACTS.c.number).where(EXTRACTS.c.id == extract.id)).scalar_one()
    # Put aside compressed: what is struck is read from the very pieces that give way.
    pieces = [zlib.compress(piece, 1) for piece in text]
    unit.connection.execute(delete(EXTRACT_CHUNKS).where(EXTRACT_CHUNKS.c.extract_number == number))
    digest = _put(unit, number, map(zlib.decompress, pieces))
    columns = {"redacted_at": unit.at, "redacted_sha256": digest, "receipt": json.dumps(receipt, ensure_ascii=True)}
    unit.connection.execute(update(EXTRACTS).where(EXTRACTS.c.id == extract.id).values(**columns))
    unit.chain.add("redact", "extract", extract.id, "", extract.kept_sha256, digest)
    return one(unit, extract.id)


def redact_receipt(unit: UnitOfWork, extract: ExtractInfo, receipt: Mapping[str, object]) -> None:
    """Keep another receipt of an extract whose text has nobody to strike: it told of somebody who was not sent."""
    told = update(EXTRACTS).where(EXTRACTS.c.id == extract.id).values(receipt=json.dumps(receipt, ensure_ascii=True))
    unit.connection.execute(told)
    unit.chain.add("redact", "extract", extract.id, "receipt", None, None)


def _put(unit: UnitOfWork, number: int, text: Iterable[bytes]) -> str:
    """Keep a text in compressed pieces; its SHA-256."""
    digest = hashlib.sha256()

    def digested() -> Iterator[bytes]:
        for piece in _pieces(text):
            digest.update(piece)
            yield piece

    for part, data in enumerate(_compressed(digested())):
        unit.connection.execute(insert(EXTRACT_CHUNKS).values(extract_number=number, part=part, data=data))
    return digest.hexdigest()


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece compressed: beside the storing of those before it, and few at a time."""
    with ThreadPoolExecutor(_COMPRESSED_AT_ONCE) as pool:
        ahead: deque[Future[bytes]] = deque()
        for piece in pieces:
            ahead.append(pool.submit(zlib.compress, piece, 1))
            if len(ahead) > _COMPRESSED_AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def damaged(snapshot: Snapshot) -> tuple[int, list[str], int]:
    """How many extracts are kept, the ids of those whose text is another one, and how many were redacted."""
    found = []
    query = select(EXTRACTS.c.id, EXTRACTS.c.redacted_at).order_by(EXTRACTS.c.number)
    rows = snapshot.connection.execute(query).all()
    for row in rows:
        try:
            for _ in text(snapshot, row.id):
                pass
        except Problem:
            found.append(row.id)
    return len(rows), found, sum(row.redacted_at is not None for row in rows)


def folders(snapshot: Snapshot) -> list[Path]:
    """The folders that extracts were written into, as their receipts tell."""
    file = sqlite.json_text(EXTRACTS.c.receipt, "file")
    query = select(file).where(file.is_not(None)).distinct()
    found = {Path(told).parent for told in snapshot.connection.execute(query).scalars()}
    return sorted(one for one in found if one.is_absolute())


def read_until(snapshot: Snapshot, extract: ExtractInfo) -> int:
    """The number of the audit's last row when an extract's records were read: what was saved later, also while it was
    being written, is not in it. Where its receipt does not say so, that of its writing."""
    if noted := str(extract.receipt.get("audit", "")).partition(":")[0]:
        return int(noted)
    written = select(func.max(AUDITS.c.number)).where(AUDITS.c.record_id == extract.id, AUDITS.c.act == "export")
    return snapshot.connection.execute(written).scalar_one() or 0


def note_again(unit: UnitOfWork, extract_id: str) -> None:
    """Note that a kept extract is written out again. Raises Problem where the person may not have it."""
    unit.chain.add("write again", "extract", extract_id, "", None, None)


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractInfo]:
    """An agency's extracts in the order they were written."""
    query = _query().where(EXTRACTS.c.agency_number == agency.number).order_by(EXTRACTS.c.number)
    return [_info(row) for row in snapshot.connection.execute(query)]


def standards(snapshot: Snapshot) -> list[str]:
    """The ids of the standards that the extracts of all agencies were written by."""
    return list(snapshot.connection.execute(select(EXTRACTS.c.standard).distinct()).scalars())


def one(snapshot: Snapshot, extract_id: str) -> ExtractInfo:
    """One extract. Raises Problem when there is none with that id."""
    row = snapshot.connection.execute(_query().where(EXTRACTS.c.id == extract_id)).one_or_none()
    if row is None:
        raise Problem(f"There is no extract {extract_id} in the store: list the extracts to see which there are.")
    return _info(row)


def text(snapshot: Snapshot, extract_id: str) -> Iterator[bytes]:
    """The text of an extract, piece by piece.

    Raises Problem at once when there is no such extract, and at the end when the text is not the one that was kept, so
    that whoever writes it to a file knows to give it no name.
    """
    info = one(snapshot, extract_id)
    query = (
        select(EXTRACT_CHUNKS.c.data)
        .join(EXTRACTS, EXTRACTS.c.number == EXTRACT_CHUNKS.c.extract_number)
        .where(EXTRACTS.c.id == extract_id)
        .order_by(EXTRACT_CHUNKS.c.part)
        .execution_options(yield_per=1)
    )
    digest = hashlib.sha256()
    short = extract_id[:8]
    broken = Problem(f"The stored text of extract {short} is damaged: use the file that was sent, or a backup.")
    for data in snapshot.connection.execute(query).scalars():
        try:
            piece = zlib.decompress(data)
        except zlib.error:
            raise broken from None
        digest.update(piece)
        yield piece
    if digest.hexdigest() != info.kept_sha256:
        raise broken


def _query() -> Select[Any]:
    return select(EXTRACTS, AGENCIES.c.code).join(AGENCIES, AGENCIES.c.number == EXTRACTS.c.agency_number)


def _info(row: Row[Any]) -> ExtractInfo:
    return ExtractInfo(
        row.id,
        row.code,
        row.standard,
        row.submission,
        row.file_name,
        row.sha256,
        row.rows,
        moment(row.made_at),
        row.made_by,
        json.loads(row.receipt),
        row.kind,
        row.submission_number,
        moment(row.sent_at) if row.sent_at else None,
        row.sent_by or "",
        moment(row.taken_back_at) if row.taken_back_at else None,
        row.taken_back_by or "",
        moment(row.redacted_at) if row.redacted_at else None,
        row.redacted_sha256 or "",
    )


def _pieces(text: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, however they come."""
    pending = bytearray()
    for some in text:
        pending += some
        while len(pending) >= PIECE:
            yield bytes(pending[:PIECE])
            del pending[:PIECE]
    if pending:
        yield bytes(pending)
