"""The receipt of an extract: what was written, what was not, and whether the file is ready to be sent."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, cast

from exporters.extracts.readiness import NOT_OFFICIAL, Readiness, told_of_part
from exporters.formats.base import ExtractKind, Validation
from exporters.formats.outgoing import HeldBack
from store.facts import ExtractInfo
from validators.calendar.calendar import in_words
from validators.calendar.periods import ReportingPeriod
from validators.local_time import LONDON, minute_text
from validators.quality import Tally
from validators.records import Finding
from validators.standard.caveats import bring_first, caveats
from validators.standard.model import Standard
from validators.standard.terminology import counted

KINDS = {
    "new": "New events since what was sent",
    "between": "All events between two days",
    "full": "Full extract",
}


def part_of(extract: ExtractInfo, period: ReportingPeriod) -> str:
    """That an extract between two days does not hold all of its submission's period, in words; "" where it does."""
    days = [extract.receipt.get(name) for name in ("from", "to")]
    if None in days:
        return ""
    first, last = (date.fromisoformat(str(day)) for day in days)
    return told_of_part(first, last, period.start, period.end)


def told_of_kind(wanted: ExtractKind) -> str:
    """A kind of extract in words."""
    told = KINDS.get(wanted.kind, wanted.kind)
    return f"{told}, {in_words(wanted.start)} to {in_words(wanted.end)}" if wanted.start and wanted.end else told


class SentRecords:
    """The ids of what an extract holds, each with a digest, packed: there may be a million of them."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []
        self._ended = False

    def add(self, records: Iterable[tuple[str, str]]) -> None:
        """Add some; not once they have been read."""
        lines = "".join(f"{own}\t{digest}\n" for own, digest in records)
        if lines and (piece := self._packer.compress(lines.encode())):
            self._packed.append(piece)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if not self._ended:
            self._packed.append(self._packer.flush())
            self._ended = True
        unpacker, rest = zlib.decompressobj(), b""
        for piece in self._packed:
            # Not all of a piece at once: it may be a thousand times as long.
            while piece:
                lines = rest + unpacker.decompress(piece, 1 << 16)
                piece = unpacker.unconsumed_tail
                *whole, rest = lines.split(b"\n")
                for line in whole:
                    own, _, digest = line.decode().partition("\t")
                    yield own, digest


class Omitted(NamedTuple):
    """An episode that is not sent, as people know it, and why; `its` is the store's id of it."""

    episode: str
    why: str
    its: str


class Whose(NamedTuple):
    """Whose an episode is, and what people know it by: two may be known by the same."""

    client_id: str
    reference: str
    episode: str


@dataclass
class Receipt:
    """What was written, what was not, and whether the file is ready to be sent."""

    submission: str
    file: Path
    tally: Tally
    sha256: str = ""
    left_out: list[Omitted] = field(default_factory=list)
    held_back: list[HeldBack] = field(default_factory=list)
    places: dict[str, Whose] = field(default_factory=dict)
    """Whose each episode is that is left out or held back, by the store's id of it."""

    made_at: datetime | None = None
    """When it is written; None for one that is only looked at."""
    wanted: ExtractKind | None = None
    validation: Validation | None = None
    unchanged: int = 0
    """Episodes of which nothing is sent this time, because it was sent before or lies outside the days wanted."""
    records: SentRecords = field(default_factory=SentRecords)
    kept_out: dict[str, Finding] = field(default_factory=dict)
    """The episodes that a wrong date keeps out, or a part of them, by the store's ids, each with what is wrong."""
    mismatches: int | None = None
    """How many are open against what was sent before; None when they were not looked for: `not_compared` says why."""
    not_compared: str = ""
    changed_since: tuple[str, Mapping[str, Mapping[str, int]]] | None = None
    """Since the submission that was sent last: how many episodes and events are new, gone and changed."""
    drafts: Mapping[str, int] = field(default_factory=dict)
    """How many drafts each person has."""
    period_end: date | None = None
    """The last day of the submission's period, and the day it was written."""
    today: date | None = None
    agency: str = ""
    """Whose return it is, by its code; then the first day of the period, and the day it had to be there by."""
    period_start: date | None = None
    deadline: date | None = None
    gone_by: Mapping[str, str] = field(default_factory=dict)
    """What it goes by besides the records and its period (see `exporters.extracts.otherwise`)."""
    audit: str = ""
    """The audit's last row when the records were read (see `store.disk.audit.noted`); empty where it is not kept."""

    @property
    def kind(self) -> str:
        """The standard's word for which records the extract holds; empty where there is only one kind."""
        return self.wanted.kind if self.wanted else ""

    @property
    def readiness(self) -> Readiness:
        """What decides whether the file is ready."""
        return Readiness(
            rows=self.tally.rows,
            errors=self.tally.errors,
            open_warnings=self.tally.open_warnings,
            accepted=self.tally.accepted,
            kept_out=len(self.kept_out),
            mismatches=self.mismatches,
            not_compared=self.not_compared,
            drafts=self.drafts,
            period_end=self.period_end,
            today=self.today,
            validation=self.validation,
            frame=bring_first(self.tally.standard),
            part=self._part,
        )

    @property
    def _part(self) -> str:
        its, start, end = self.wanted, self.period_start, self.period_end
        if its is None or its.start is None or its.end is None or start is None or end is None:
            return ""
        return told_of_part(its.start, its.end, start, end)

    def reference_of(self, its: str) -> str:
        """The client's reference of an episode that is left out or held back, by the store's id; "" if not known."""
        return self.places[its].reference if its in self.places else ""

    @property
    def not_ready_because(self) -> list[str]:
        """Why the file should not be sent yet; empty when it is ready."""
        return self.readiness.not_ready_because

    @property
    def standing(self) -> str:
        """Whether the file is ready, in words: `ready with 3 accepted warnings`, or why it is not."""
        return self.readiness.told

    def as_mapping(self) -> dict[str, object]:
        """The receipt as the export command's JSON tells it; the store keeps with it what it goes by."""
        return {
            "submission": self.submission,
            "agency": self.agency,
            "period_start": self.period_start.isoformat() if self.period_start else None,
            "period_end": self.period_end.isoformat() if self.period_end else None,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            **self._of_a_kind(),
            "file": str(self.file),
            "sha256": self.sha256,
            "rows": self.tally.rows,
            "episodes": self.tally.episodes,
            "no_consent": self.tally.no_consent,
            "left_out": [
                {"episode": one.episode, "why": one.why, "reference": self.reference_of(one.its)}
                for one in self.left_out
            ],
            "held_back": [{**held.as_mapping(), "reference": self.reference_of(held.its)} for held in self.held_back],
            "left_out_with_errors": [self.places[its].episode for its in self.kept_out],
            **({"with_errors": self._with_errors()} if self.kept_out else {}),
            "mismatches": self.mismatches,
            **({"changed_since": self._changed()} if self.changed_since else {}),
            "drafts": sum(self.drafts.values()),
            "errors": self.tally.errors,
            "warnings": self.tally.warnings,
            "accepted": self.tally.accepted,
            "load_percent": self.tally.load_percent,
            "data_quality_percent": self.tally.data_quality_percent,
            "ready": not self.not_ready_because,
            "not_ready_because": self.not_ready_because,
            **({"audit": self.audit} if self.audit else {}),
            **({"unsure": unsure} if (unsure := list(caveats(self.tally.standard))) else {}),
        }

    def _with_errors(self) -> list[dict[str, str]]:
        return [
            {"episode": self.places[its].episode, "why": found.message, "reference": self.reference_of(its)}
            for its, found in self.kept_out.items()
        ]

    def _changed(self) -> dict[str, object]:
        assert self.changed_since is not None
        submission, counts = self.changed_since
        return {"submission": submission, **{level: dict(each) for level, each in counts.items()}}

    def _of_a_kind(self) -> dict[str, object]:
        """What only extracts of a kind, and formats with schemas, have to tell."""
        told: dict[str, object] = {}
        if self.wanted is not None:
            told |= {"kind": self.wanted.kind, "unchanged": self.unchanged}
            if self.wanted.start and self.wanted.end:
                told |= {"from": self.wanted.start.isoformat(), "to": self.wanted.end.isoformat()}
        if self.validation is not None:
            told["schema"] = {
                "official": not self.validation.is_stand_in,
                "told": self.validation.told,
                "faults": [fault._asdict() for fault in self.validation.faults],
            }
        return told


def told_of_size(standard: Standard, rows: int, episodes: int, no_consent: int) -> str:
    """How much an extract holds, in the data set's words; consent only where it asks for it."""
    told = f"{counted(rows, standard.word('row'))}, {counted(episodes, standard.word('episode'))}"
    return f"{told}, {no_consent:,} of them without consent" if standard.role("consent") else told


def told_of_others(unchanged: int) -> str:
    """What a kind of extract leaves aside; nothing where it leaves nothing."""
    return f"; nothing to send of {counted(unchanged, 'other')}" if unchanged else ""


def told_of_deadline(deadline: date, sent_at: datetime | None) -> str:
    """The day a return had to be there by; and, once it was sent after that, that it was late."""
    told = f"due by {in_words(deadline)}"
    late = (sent_at.astimezone(LONDON).date() - deadline).days if sent_at else 0
    return f"{told}, sent late by {counted(late, 'day')}" if late > 0 else told


def told_of_changes(standard: Standard, submission: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """What is new, gone and changed since the submission that was sent last, in one line."""
    return f"since {submission}, which was sent: {'; '.join(_changes(standard, counts))}"


def _changes(standard: Standard, counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The episodes, and the events, that are new, gone and changed."""

    def told(level: str) -> str:
        return ", ".join(f"{counts.get(level, {}).get(one, 0):,} {one}" for one in ("new", "gone", "changed"))

    return [f"{standard.word('episode')}s {told('episodes')}", f"events {told('events')}"]


def grouped(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Things and why, told by the reason: each reason once, with how many, and those it holds of below it."""
    groups: dict[str, list[str]] = {}
    for what, why in items:
        groups.setdefault(why, []).append(what)
    for why, held in groups.items():
        yield f"{why}: {len(held):,}"
        yield from (f"  {one}" for one in held)


def told_as_text(receipt: Receipt) -> Iterator[str]:
    """The receipt in lines, for people, by the edition that the return goes out in."""
    tally, standard = receipt.tally, receipt.tally.standard
    yield f"Submission {receipt.submission}: {receipt.file}"
    if receipt.period_start and receipt.period_end and receipt.deadline:
        period = f"{in_words(receipt.period_start)} to {in_words(receipt.period_end)}"
        yield f"  agency {receipt.agency}, {period}, {told_of_deadline(receipt.deadline, None)}"
    if receipt.wanted is not None:
        yield f"  {told_of_kind(receipt.wanted)}{told_of_others(receipt.unchanged)}"
    if receipt.validation is not None:
        yield f"  {receipt.validation.told}"
        yield from (f"    {ascii(fault.told)[1:-1]}" for fault in receipt.validation.faults)
    yield f"  {told_of_size(standard, tally.rows, tally.episodes, tally.no_consent)}"
    yield f"  SHA-256 {receipt.sha256}"
    yield f"  load {tally.load_percent} %, data quality {tally.quality_text} (our estimate)"
    if receipt.audit:
        yield f"  audit {receipt.audit}"
    if receipt.mismatches is not None:
        yield f"  open mismatches against what was sent before: {receipt.mismatches:,}"
    if receipt.changed_since is not None:
        yield f"  {told_of_changes(standard, *receipt.changed_since)}"
    kept_out = [
        (_printed(_who(receipt.reference_of(its), receipt.places[its].episode)), _printed(found.message))
        for its, found in receipt.kept_out.items()
    ]
    both = (("left out", _left_out(receipt)), ("held back", _held_back(receipt)))
    for title, items in (("left out with errors", kept_out), *both):
        if items:
            yield f"  {title}, {len(items)}:"
            yield from (f"    {line}" for line in grouped(items))
    yield from (f"  of the edition: {told}" for told in caveats(standard))
    yield f"{receipt.standing[0].upper()}{receipt.standing[1:]}" + ("" if receipt.not_ready_because else ".")


def _printed(text: str) -> str:
    return ascii(text)[1:-1]


def _who(reference: str, episode: str) -> str:
    return f"{reference}, {episode}" if reference else episode


def _left_out(receipt: Receipt) -> list[tuple[str, str]]:
    return [(_printed(_who(receipt.reference_of(one.its), one.episode)), one.why) for one in receipt.left_out]


def _held_back(receipt: Receipt) -> list[tuple[str, str]]:
    return [
        (f"{_printed(_who(receipt.reference_of(h.its), h.episode))}, {_what_waits(h.field, h.event)}", h.why)
        for h in receipt.held_back
    ]


def _what_waits(field: str, event: str) -> str:
    return field or f"event {_printed(event)}"


# The receipts of extracts that are kept, told in lines and as mappings.


def state_of(extract: ExtractInfo) -> str:
    """Whether it was sent: `written`, `sent`, or `taken back`."""
    if extract.is_sent:
        return "sent"
    return "taken back" if extract.taken_back_at else "written"


def as_mapping(extract: ExtractInfo, *, receipt: bool = False, taken_back: str = "") -> dict[str, object]:
    """An extract as the commands' JSON tells it; its receipt only where it is asked for, with what the lines take."""
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
        "redacted_at": extract.redacted_at.isoformat() if extract.redacted_at else None,
        "redacted_sha256": extract.redacted_sha256 or None,
    }
    return told | ({"consent_taken_back": taken_back or None, "receipt": dict(extract.receipt)} if receipt else {})


def history_of(extract: ExtractInfo) -> Iterator[str]:
    """Who wrote it, who marked it as sent, who took that back, one line each."""
    yield f"Written by {extract.made_by}, {minute_text(extract.made_at)}"
    if extract.sent_at:
        yield f"Marked as sent by {extract.sent_by}, {minute_text(extract.sent_at)}"
    if extract.taken_back_at:
        yield f"Taken back by {extract.taken_back_by}, {minute_text(extract.taken_back_at)}"
    if told := told_redacted(extract):
        yield told


def told_redacted(extract: ExtractInfo) -> str:
    """That a removed client was struck from the kept text, "" where nobody was."""
    if extract.redacted_at is None:
        return ""
    return (
        f"A client who was removed was struck from it on {minute_text(extract.redacted_at)}: what is kept is not "
        f"the file that was written, its SHA-256 is {extract.redacted_sha256}"
    )


def receipt_lines(extract: ExtractInfo, standard: Standard, taken_back: str = "") -> Iterator[str]:
    """All of a kept receipt, for people, in its data set's words; identifiers as they are, for the caller to escape.

    `taken_back` says what was taken back of consent after it was written: one that was not sent is not ready any more.
    """
    told = extract.receipt
    yield f"# Submission {extract.submission}: {extract.file_name}"
    yield ""
    yield from (f"  {line}" for line in history_of(extract))
    yield f"  Agency  {extract.agency}"
    start, end, deadline = (_day(told, key) for key in ("period_start", "period_end", "deadline"))
    if start and end:
        yield f"  Period  {in_words(start)} to {in_words(end)}"
    if deadline:
        yield f"  Due     {told_of_deadline(deadline, extract.sent_at if extract.is_sent else None)[7:]}"
    audit = told.get("audit")
    yield f"  Extract {extract.id}{f'; audit {audit}' if audit else ''}"
    yield f"  File    {told.get('file', extract.file_name)}"
    if extract.kind:
        first, last = _day(told, "from"), _day(told, "to")
        days = f", {in_words(first)} to {in_words(last)}" if first and last else ""
        kind = KINDS.get(extract.kind, extract.kind)
        yield f"  Kind    {kind}{days}{told_of_others(_number(told, 'unchanged'))}"
    if schema := cast(Mapping[str, object], told.get("schema") or {}):
        official = "" if schema.get("official") else f"; {NOT_OFFICIAL}"
        yield f"  Schema  {schema.get('told', '')}{official}"
    yield f"  SHA-256 {extract.sha256}{' (as it was written)' if extract.redacted_at else ''}"
    size = told_of_size(standard, extract.rows, _number(told, "episodes"), _number(told, "no_consent"))
    yield f"  {size}"
    yield f"  {told.get('errors', 0)} errors, {told.get('warnings', 0)} warnings, {told.get('accepted', 0)} accepted"
    load, quality = told.get("load_percent", "?"), told.get("data_quality_percent", "?")
    yield f"  Load {load} %, data quality {quality} % (our estimate)"
    if isinstance(mismatches := told.get("mismatches"), int):
        yield f"  Open mismatches against what was sent before: {mismatches:,}"
    yield from (f"  {line}" for line in _told_of_ready(extract, taken_back))
    if since := cast(Mapping[str, Mapping[str, int]], told.get("changed_since") or {}):
        yield ""
        yield f"# Changed since {since.get('submission', '')}, which was sent"
        yield ""
        yield from (f"  {one[0].upper()}{one[1:]}" for one in _changes(standard, since))
    wrong = cast(Sequence[str], told.get("left_out_with_errors") or ())
    if wrong and not told.get("with_errors"):  # as receipts were before their reasons were kept
        yield ""
        yield f"# Left out with errors: {len(wrong)}"
        yield ""
        yield from (f"  {episode}" for episode in wrong)
    if unsure := cast(Sequence[str], told.get("unsure") or ()):
        yield ""
        yield f"# Of the edition: {len(unsure)}"
        yield ""
        yield from (f"  {one}" for one in unsure)
    groups = (("Left out with errors", "with_errors"), ("Left out", "left_out"), ("Held back", "held_back"))
    for title, key in groups:
        items = cast(Sequence[Mapping[str, str]], told.get(key) or ())
        if items:
            yield ""
            yield f"# {title}: {len(items)}"
            yield ""
            yield from (f"  {line}" for line in grouped(map(_kept_item, items)))


def _kept_item(item: Mapping[str, str]) -> tuple[str, str]:
    """What of a kept receipt was left out or held back, and why."""
    what = item.get("field") or (f"event {item['event']}" if item.get("event") else "")
    who = _who(item.get("reference", ""), item.get("episode", ""))
    return f"{who}{', ' + what if what else ''}", item.get("why", "")


def _told_of_ready(extract: ExtractInfo, taken_back: str) -> Iterator[str]:
    reasons = cast(Sequence[str], extract.receipt.get("not_ready_because") or ())
    if taken_back:
        yield f"{taken_back}." if extract.is_sent else f"Not to be sent any more. {taken_back}."
    ready = "It was ready" if taken_back else "Ready"
    yield f"Not ready: {'; '.join(reasons)}." if reasons else f"{ready} to be sent."


def _day(told: Mapping[str, object], key: str) -> date | None:
    """A day of a kept receipt, None where it has none."""
    kept = told.get(key)
    return date.fromisoformat(kept) if isinstance(kept, str) and kept else None


def _number(told: Mapping[str, object], key: str) -> int:
    """A number of a kept receipt, 0 where it has none."""
    kept = told.get(key, 0)
    return kept if isinstance(kept, int) else 0
