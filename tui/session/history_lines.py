"""What the audit knows of some records, in words: one line a change, and all of it in several."""

import json
from dataclasses import dataclass
from datetime import date
from typing import cast

from exporters.records import history
from exporters.records.consent import STATES
from exporters.records.history import ACT_WORDS, BESIDE_WORDS, NAMED, DaySums
from exporters.records.second_keying import RIGHTS
from store.facts import RECORD_KINDS, AgencyInfo, AuditEntry, RecordChange, StoredRecord
from store.month.facts import AT_UPLOAD
from store.people.acts import REFUSED
from store.records.consent import State
from store.records.second_keying import DECIDED, Right
from store.snapshot import Snapshot
from tui.form.dates import show_date
from validators.local_time import LONDON
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

ERASED = "(erased)"
EMPTY = "(empty)"
OWN_FIELDS = {"note": "Note", "key_worker": "Key worker", "consent_told": "Withdrawal told to whoever has the data"}
"""What is kept beside a record and is no field of it."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of history: when, who, which record of which client, what was done; `details` say all of it.

    `number` is the link's own in the audit's chain.
    """

    number: int
    at: str
    person: str
    client: str
    record: str
    what: str
    details: tuple[str, ...]
    client_id: str
    record_id: str
    field: str = ""

    @property
    def subject(self) -> str:
        """What it was done to."""
        return f"{self.record} of {self.client}" if self.client else self.record

    @property
    def text(self) -> str:
        """All that a filter looks through."""
        return f"{self.at} {self.person} {self.client} {self.record} {self.what}".casefold()


def told_of(standard: Standard, change: RecordChange) -> HistoryLine:
    """One change of a record as a line."""
    entry, record, client = change.entry, change.record, change.client
    what, details = describe(standard, entry)
    at = f"{entry.at.astimezone(LONDON):%d %b %Y %H:%M}"
    names = client_name(standard, client.values), record_name(standard, record)
    header = entry.field if entry.field in standard.by_header else ""
    return HistoryLine(entry.number, at, entry.person, *names, what, details, client.id, record.id, header)


def told_beside(standard: Standard, entry: AuditEntry) -> HistoryLine:
    """An act that is about no record of a client as a line: an export, a role, a backup, what was refused."""
    what, details = describe(standard, entry)
    called = standard.word(entry.kind) if entry.kind in RECORD_KINDS else entry.kind.replace("_", " ")
    name = f"{called.capitalize()} {entry.record_id}" if entry.kind in NAMED else called.capitalize()
    told = BESIDE_WORDS.get((entry.kind, entry.act), "")
    if entry.field == AT_UPLOAD:
        what = "what the checklist said is kept"
    elif told and not entry.erased:
        what = f"{told}: {what}" if entry.field else told
        details = (f"{name}: {what}", *details[1:])
    if entry.act == REFUSED:
        what = f"tried and may not: {entry.field}"
        details = (f"Tried to {entry.field} ({called} {entry.record_id}), which the role does not allow.",)
    at = f"{entry.at.astimezone(LONDON):%d %b %Y %H:%M}"
    return HistoryLine(entry.number, at, entry.person, "", name, what, details, "", "")


def record_told(
    snapshot: Snapshot, standard: Standard, record_id: str, *, looks: bool = False
) -> tuple[str, list[HistoryLine]]:
    """A record's name, and its history in lines, when asked for with who looked at it."""
    found = history.of_record(snapshot, record_id, looks=looks)
    name = client_name(standard, found.client.values)
    title = name if found.record.kind == "client" else f"{name}, {record_name(standard, found.record)}"
    return title, [told_of(standard, one) for one in found.changes]


@dataclass(frozen=True, slots=True)
class DayTold:
    """What somebody did on a day in lines, newest first; `whole` says that there is no more of it, `sums` what it comes
    to."""

    lines: list[HistoryLine]
    whole: bool
    sums: DaySums


def day_told(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, day: date) -> DayTold:
    """What somebody did on a day."""
    found = history.of_person(snapshot, agency, person, day, LONDON)
    lines = [told_of(standard, one) for one in found.changes]
    return DayTold(lines, found.whole, history.sums(standard, found.changes))


def sums_told(one: DaySums) -> str:
    """A day's keying in one line."""
    keyed = f"{counted(one.characters, 'character')}"
    corrected = f"{counted(one.corrections, 'correction')}"
    return f"{one.entered:,} new, {one.changed:,} changed, {keyed}, {corrected}"


def whole_day_told(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, day: date, *, looks: bool
) -> DayTold:
    """The same with what is about no client, and when asked for with whom he looked at."""
    found = history.whole_day(snapshot, agency, person, day, LONDON, looks=looks)
    lines = [told_of(standard, one) for one in found.changes]
    lines += [told_beside(standard, one) for one in found.others]
    return DayTold(sorted(lines, key=lambda one: -one.number), found.whole, history.sums(standard, found.changes))


def describe(standard: Standard, entry: AuditEntry) -> tuple[str, tuple[str, ...]]:
    """What was done in one line, and all of it in several."""
    if entry.act == "consent":
        return _consent_told(entry)
    if entry.field:
        field = standard.by_header.get(entry.field)
        label = field.label if field else OWN_FIELDS.get(entry.field, entry.field)
        if entry.act == "confirm":
            told = f"{label}: confirmed as it was taken over"
            return told, (f"{told}.",)
        if entry.act == DECIDED and not entry.erased:
            told = f"{label}: keyed twice, {RIGHTS[cast(Right, entry.new)]}"
            return told, (f"{told}.",)
        if entry.act == "note" and not entry.erased:
            told = f"{label}, note on the field: {entry.old or EMPTY} → {entry.new or EMPTY}"
            return told, (f"{label} ({entry.field}), note on the field", f"  from  {entry.old}", f"  to    {entry.new}")
        if entry.erased:
            return f"{label}: {ERASED} → {ERASED}", (f"{label}: both values were erased from the history.",)
        old, new = (_value(standard, entry.field, text) for text in (entry.old, entry.new))
        return f"{label}: {old} → {new}", (f"{label} ({entry.field})", f"  from  {old}", f"  to    {new}")
    if entry.act == DECIDED and not entry.erased:
        told = standard.say("whether the {event} is there: keyed twice, {right}", right=RIGHTS[cast(Right, entry.new)])
        return told, (f"{told[0].upper()}{told[1:]}.",)
    done = ACT_WORDS.get(entry.act, entry.act)
    if entry.erased:
        return f"{done}; values {ERASED}", (f"{done.capitalize()}; its values were erased from the history.",)
    values = _values(entry.new if entry.new is not None else entry.old)
    known = {header: text for header, text in values.items() if header in standard.by_header}
    if not known:
        return done, (done.capitalize(), *(f"  {name}: {text}" for name, text in values.items()))
    lines = [
        f"  {standard.by_header[header].label}: {_value(standard, header, text)}" for header, text in known.items()
    ]
    return f"{done}, {len(known)} values", (f"{done.capitalize()} with", *lines)


def _consent_told(entry: AuditEntry) -> tuple[str, tuple[str, ...]]:
    """An answer that was recorded; the field that follows it has a line of its own."""
    what = "Consent to IPS" if entry.field == "IPS" else "Consent"
    if entry.erased:
        return f"{what} recorded; {ERASED}", (f"{what} recorded; its values were erased from the history.",)
    old, new = (STATES.get(cast(State, text), text or EMPTY) for text in (entry.old, entry.new))
    return f"{what} recorded: {new}", (f"{what} recorded", f"  from  {old}", f"  to    {new}")


def client_name(standard: Standard, values: Values) -> str:
    """Reference and initials, as far as there are any; else the identifier."""
    initials = "".join(values.get(standard.role(name), "") for name in ("given_initial", "family_initial"))
    parts = [values.get(standard.role("client_reference"), ""), initials]
    return " ".join(part for part in parts if part) or values.get(standard.role("client_id"), "") or "without a name"


def record_name(standard: Standard, record: StoredRecord) -> str:
    """A record in a few words: `Client`, `Episode 12 Mar 2020`."""
    if record.kind == "client":
        return "Client"
    if record.kind == "episode":
        name, header = standard.say("{Episode}"), standard.role("opened")
    else:
        section = standard.section_by_id.get(record.section)
        name, header = (section.title, section.date_field) if section else (record.section, "")
    field = standard.by_header.get(header)
    text = record.values.get(header, "")
    day = show_date(text, field.layout.text) if field and text else ""
    return f"{name} {day or text}".rstrip() + (" (deleted)" if record.deleted else "")


def _value(standard: Standard, header: str, text: str | None) -> str:
    """A value with its meaning."""
    if not text:
        return EMPTY
    field = standard.by_header.get(header)
    if field is None:
        return text
    if field.is_date:
        return show_date(text, field.layout.text) or text
    codes = standard.code_lists.get(field.codes)
    meaning = codes.codes.get(text, "") if codes else ""
    return f"{text} {meaning}".rstrip()


def _values(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
