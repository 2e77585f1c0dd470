"""The receipts of extracts that are kept, told in lines and as mappings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from exporters.receipt import KINDS, NOT_OFFICIAL, told_of_others, told_of_size
from store.shapes import ExtractInfo
from validators.standard import Standard


def state_of(extract: ExtractInfo) -> str:
    """Whether it was sent: `written`, `sent`, or `taken back`."""
    if extract.is_sent:
        return "sent"
    return "taken back" if extract.taken_back_at else "written"


def as_mapping(extract: ExtractInfo, *, receipt: bool = False) -> dict[str, object]:
    """An extract as the commands' JSON tells it; its receipt only where it is asked for."""
    told: dict[str, object] = {
        "id": extract.id,
        "agency": extract.agency,
        "standard": extract.standard,
        "submission": extract.submission,
        "kind": extract.kind,
        "file_name": extract.file_name,
        "sha256": extract.sha256,
        "rows": extract.rows,
        "made_at": extract.made_at.isoformat(),
        "made_by": extract.made_by,
        "state": state_of(extract),
        "sent_at": extract.sent_at.isoformat() if extract.sent_at else None,
        "sent_by": extract.sent_by or None,
        "taken_back_at": extract.taken_back_at.isoformat() if extract.taken_back_at else None,
        "taken_back_by": extract.taken_back_by or None,
    }
    return told | ({"receipt": dict(extract.receipt)} if receipt else {})


def history_of(extract: ExtractInfo) -> Iterator[str]:
    """Who wrote it, who marked it as sent, who took that back, one line each."""
    yield f"Written by {extract.made_by}, {extract.made_at:%Y-%m-%d %H:%M} UTC"
    if extract.sent_at:
        yield f"Marked as sent by {extract.sent_by}, {extract.sent_at:%Y-%m-%d %H:%M} UTC"
    if extract.taken_back_at:
        yield f"Taken back by {extract.taken_back_by}, {extract.taken_back_at:%Y-%m-%d %H:%M} UTC"


def receipt_lines(extract: ExtractInfo, standard: Standard) -> Iterator[str]:
    """All of a kept receipt, for people, in its data set's words; identifiers as they are, for the caller to escape."""
    told = extract.receipt
    yield f"# Submission {extract.submission}: {extract.file_name}"
    yield ""
    yield from (f"  {line}" for line in history_of(extract))
    yield f"  Extract {extract.id}"
    yield f"  File    {told.get('file', extract.file_name)}"
    if extract.kind:
        days = f", {told['from']} to {told['to']}" if "from" in told else ""
        kind = KINDS.get(extract.kind, extract.kind)
        yield f"  Kind    {kind}{days}{told_of_others(_number(told, 'unchanged'))}"
    if schema := cast(Mapping[str, object], told.get("schema") or {}):
        official = "" if schema.get("official") else f"; {NOT_OFFICIAL}"
        yield f"  Schema  {schema.get('told', '')}{official}"
    yield f"  SHA-256 {extract.sha256}"
    size = told_of_size(standard, extract.rows, _number(told, "episodes"), _number(told, "no_consent"))
    yield f"  {size}"
    yield f"  {told.get('errors', 0)} errors, {told.get('warnings', 0)} warnings, {told.get('accepted', 0)} accepted"
    load, quality = told.get("load_percent", "?"), told.get("data_quality_percent", "?")
    yield f"  Load {load} %, data quality {quality} % (our estimate)"
    reasons = cast(Sequence[str], told.get("not_ready_because") or ())
    yield f"  Not ready: {'; '.join(reasons)}." if reasons else "  Ready to be sent."
    for title, key in (("Left out", "left_out"), ("Held back", "held_back")):
        items = cast(Sequence[Mapping[str, str]], told.get(key) or ())
        if items:
            yield ""
            yield f"# {title}: {len(items)}"
            yield ""
            for item in items:
                what = item.get("field") or (f"event {item['event']}" if item.get("event") else "")
                yield f"  {item.get('episode', '')}{', ' + what if what else ''}: {item.get('why', '')}"


def _number(told: Mapping[str, object], key: str) -> int:
    """A number of a kept receipt, 0 where it has none."""
    kept = told.get(key, 0)
    return kept if isinstance(kept, int) else 0
