"""All that is held about one client, to be handed to the client: as readable text, as one HTML page, and as JSON.

Nothing is left out because it is deleted, unsaved, or only about the work: values with their labels, typing that is not
saved, key workers and notes, consent, accepted warnings, what the rules say, who looked, every change, and which
extracts had the client in them. Where values of the history were erased, that is said.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.extracts.receipt import state_of
from exporters.records import check_client
from exporters.records.consent import PURPOSES, entry_told
from exporters.records.find import by_store_id, client_of, records_of
from exporters.records.history import ACT_WORDS
from exporters.records.second_keying import told_right
from exporters.subject.elsewhere import held_elsewhere
from exporters.subject.names import Names, extracts_with, names_of, receipts_with
from exporters.subject.removal import COPIES, REASONS
from exporters.work import Work
from store.disk import audit
from store.disk.files import write_new
from store.facts import RECORD_KINDS, AuditEntry, ClientTree, DraftInfo, ExtractInfo, StoredRecord
from store.findings import acceptances
from store.live import drafts, offline_drafts
from store.live.offline_drafts import FiledDraft
from store.records import consent, field_notes, handover, removal, second_keying
from store.records.merge import MERGED, SPLIT
from store.records.values import is_day, moment, sortable
from store.snapshot import Snapshot
from validators.local_time import minute_text
from validators.records import Finding, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

GIVE_OUT = "give out"
"""The act of handing out all that is held about a client."""
CORRECTION = (
    "What is wrong here is corrected in the record itself, on the client screen or with `keywork client edit`. The "
    "history keeps who corrected it, when, from what to what; the next extract sends what is right."
)

NOT_READ = (
    "Typing that was kept in files while the store was away is not among this where they belong to other accounts, or "
    "do not open, {many} of them. Each is taken into the store when whoever typed it starts Keywork."
)


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value as it is kept, with the label of its field and what it means; `field` is the data set's header."""

    label: str
    field: str
    value: str
    meaning: str = ""

    @property
    def told(self) -> str:
        """The value with its meaning."""
        return f"{self.value} ({self.meaning})" if self.meaning else self.value


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A client, episode or event, saved or not: what it is, its values, and what is kept beside it."""

    title: str
    id: str
    told: str
    values: tuple[HeldValue, ...]


@dataclass(frozen=True, slots=True)
class HeldTable:
    """What is known beside the records, a line each; `nothing` is said where there is none."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    nothing: str


@dataclass(frozen=True)
class Everything:
    """All that is held about a client at a moment: records, unsaved typing, and tables of what else is known."""

    agency: str
    data_set: str
    made_at: datetime
    made_by: str
    records: tuple[HeldRecord, ...]
    unsaved: tuple[HeldRecord, ...]
    tables: tuple[HeldTable, ...]
    notes: tuple[str, ...] = field(default=(CORRECTION,))


def everything(snapshot: Snapshot, work: Work, client_id: str, person: str, at: datetime) -> Everything:
    """All that is held about a client, with everybody who was merged into them. Raises Problem.

    `client_id` may be that of any of his records.
    """
    standard, agency = work.standard, work.agency
    filed, unread = offline_drafts.left(snapshot)
    trees = removal.all_of(snapshot, client_of(snapshot, by_store_id(snapshot, client_id)))
    names = names_of(snapshot, agency, standard, trees)
    records = removal.records_in(trees)
    titles = {one.id: title_of(standard, one) for one in records}
    entries = [one for one in audit.history(snapshot, titles) if one.act != audit.LOOK]
    tables = (
        _consent(snapshot, titles, trees),
        _notes(snapshot, standard, titles),
        _findings(snapshot, work, trees[0]),
        _acceptances(snapshot, work, trees),
        _extracts(snapshot, work, names),
        _receipts(snapshot, work, names),
        _removals(snapshot, work, trees),
        _keyed_again(snapshot, work, titles, trees),
        _looks(audit.looks(snapshot, titles)),
        _history(standard, titles, entries),
    )
    return Everything(
        f"{agency.code} {agency.name}".strip(),
        f"{standard.title} ({standard.id})",
        at,
        person,
        tuple(_record(standard, tree, one) for tree in trees for one in records_of(tree)),
        tuple(_unsaved(snapshot, standard, records, [*drafts.listed(snapshot), *filed])),
        tables,
        (CORRECTION, COPIES, *_elsewhere(snapshot, work, trees), *([NOT_READ.format(many=unread)] if unread else [])),
    )


def _elsewhere(snapshot: Snapshot, work: Work, trees: Collection[ClientTree]) -> list[str]:
    """A sentence for each other agency of the store that certainly has the same person."""
    found = held_elsewhere(snapshot, work.agency, work.standard, trees)
    named = (
        f"Agency {one.place} has a copy that stands with somebody else by now" if one.differing else one.told
        for one in found
        if one.is_certain
    )
    return [f"{told}: what is held there is told there." for told in named]


def give_out(unit: "UnitOfWork", client_id: str) -> None:
    """Note in the client's history that all that is held was given out."""
    unit.chain.add(GIVE_OUT, "client", client_id, "", None, None)


# What is in it


def meaning(standard: Standard, header: str, text: str) -> str:
    """What a value means: the label of its code, the day of a date as it is spoken; "" where it says so itself."""
    known = standard.by_header.get(header)
    if known is None or not text:
        return ""
    if known.is_date:
        day = sortable(text)
        return f"{datetime.fromisoformat(day):%d %B %Y}" if is_day(day) else ""
    return standard.code_lists[known.codes].codes.get(text, "") if known.codes else ""


def held_values(standard: Standard, values: Values) -> tuple[HeldValue, ...]:
    """Values in the order of the data set, those it does not know at the end."""
    known = [header for header in standard.headers if values.get(header)]
    others = [header for header, text in values.items() if text and header not in standard.by_header]
    return tuple(
        HeldValue(
            standard.by_header[header].label if header in standard.by_header else header,
            header,
            values[header],
            meaning(standard, header, values[header]),
        )
        for header in (*known, *others)
    )


def title_of(standard: Standard, record: StoredRecord) -> str:
    """A record in a few words: `Client`, `Episode 2020-03-12`."""
    if record.kind == "client":
        return standard.word("client").capitalize()
    if record.kind == "episode":
        name, header = standard.word("episode").capitalize(), standard.role("opened")
    else:
        section = standard.section_by_id.get(record.section)
        name, header = (section.title, section.date_field) if section else (record.section, "")
    return f"{name} {sortable(record.values.get(header, ''))}".rstrip()


def _record(standard: Standard, tree: ClientTree, record: StoredRecord) -> HeldRecord:
    gone = "; deleted" if record.deleted else ""
    told = f"last changed by {record.changed_by}, {_moment(record.changed_at)}{gone}"
    values = held_values(standard, record.values)
    for one in tree.episodes:
        if one.episode.id == record.id:
            beside = (("Key worker", "key_worker", one.key_worker), ("Note", "note", one.note))
            values += tuple(HeldValue(label, name, text) for label, name, text in beside if text)
    return HeldRecord(title_of(standard, record), record.id, told, values)


def _unsaved(
    snapshot: Snapshot, standard: Standard, records: Collection[StoredRecord], typed: Collection[DraftInfo | FiledDraft]
) -> Iterator[HeldRecord]:
    """What was typed of some records; what is typed new below another draft comes after that.

    Whom a saved record is of says the record: what it stood under while it was typed in may be somebody else's.
    """
    ids = {one.id for one in records}
    saved = handover.known_ids(snapshot, {one.record_id for one in typed})
    for one in sorted(typed, key=lambda one: RECORD_KINDS.index(one.kind)):
        if one.record_id in ids or (one.parent_id in ids and one.record_id not in saved):
            ids.add(one.record_id)
            name = standard.word(one.kind).capitalize()
            kept = ", in a file beside the store" if isinstance(one, FiledDraft) else ""
            told = f"typed by {one.person}, {_moment(one.saved_at)}, and not saved{kept}"
            yield HeldRecord(name, one.record_id, told, held_values(standard, one.values))


def _consent(snapshot: Snapshot, titles: dict[str, str], trees: Collection[ClientTree]) -> HeldTable:
    """What was answered to the question of consent, of each episode and for each purpose."""
    rows = []
    for tree in trees:
        for one in tree.episodes:
            for purpose, told in PURPOSES.items():
                for entry in consent.history(snapshot, one.episode.id, purpose):
                    of = f"{titles[one.episode.id]}, {told}"
                    rows.append((of, entry_told(entry, _moment(entry.entered_at))))
    return HeldTable("Consent", ("Of", "Answer"), tuple(rows), "Nothing was asked, or nothing answered.")


def _notes(snapshot: Snapshot, standard: Standard, titles: dict[str, str]) -> HeldTable:
    """The lines that somebody wrote on fields, such as what is waited for."""
    rows = []
    for record_id, header, note, at, person in field_notes.of_records(snapshot, titles):
        known = standard.by_header.get(header)
        of = f"{titles[record_id]}, {known.label if known else header}"
        rows.append((_moment(moment(at)), person, of, note))
    return HeldTable("Notes on fields", ("When", "Who", "Of", "Note"), tuple(rows), "None.")


_COMPARES = frozenset({"like_another", "belongs_to_one", "same_for_client", "appears_once"})


def _findings(snapshot: Snapshot, work: Work, tree: ClientTree) -> HeldTable:
    """What the rules say of this client; that somebody is like them, or bears an identifier of theirs, is about
    somebody else."""
    standard = work.standard
    found = [] if tree.client.deleted else check_client.findings(snapshot, work, tree)
    patterns = {one.id: {row.pattern for row in one.rows} for one in standard.rules}

    def is_of_others(one: Finding) -> bool:
        its = patterns.get(one.rule, set())
        # A rule about identifiers may say other things of them, too: in what compares, it says whose was first.
        return "like_another" in its or bool(its & _COMPARES and one.anonymous)

    rows = tuple((one.severity.value, f"rule {one.rule}", one.for_others) for one in found if not is_of_others(one))
    title = "What the rules of the data set say of these records, beside what compares them with other people's"
    return HeldTable(title, ("Severity", "Rule", "Finding"), rows, "Nothing.")


def _acceptances(snapshot: Snapshot, work: Work, trees: Collection[ClientTree]) -> HeldTable:
    rows = []
    for tree in trees:
        listed = acceptances.listed(snapshot, work.agency, lapsed=True, withdrawn=True, client_id=tree.client.id)
        for one in listed:
            values = ", ".join(f"{header}={text}" for header, text in one.values.items() if text)
            state = "" if one.is_live else "no longer in force"
            rows.append((_moment(one.accepted_at), one.accepted_by, f"rule {one.rule}", values, one.reason, state))
    columns = ("When", "By", "Rule", "About", "Reason", "State")
    return HeldTable("Warnings that were accepted", columns, tuple(rows), "None was.")


_EXTRACT_COLUMNS = ("Month", "File", "Written", "By", "State")


def _extracts(snapshot: Snapshot, work: Work, names: Names) -> HeldTable:
    found = extracts_with(snapshot, work.agency, names)
    rows = tuple((*_extract(one.extract), str(one.rows)) for one in found)
    columns = (*_EXTRACT_COLUMNS, work.standard.word("row").capitalize() + "s")
    return HeldTable("Extracts with this client in them", columns, rows, "None.")


def _receipts(snapshot: Snapshot, work: Work, names: Names) -> HeldTable:
    """The receipts that name the client: whoever is left out of an extract, or a part of them, is told of there."""
    rows = tuple(_extract(one) for one in receipts_with(snapshot, work.agency, names))
    title = "Extracts whose receipt tells of this client, as left out or held back"
    return HeldTable(title, _EXTRACT_COLUMNS, rows, "None.")


def _extract(one: ExtractInfo) -> tuple[str, ...]:
    sent = f", {_moment(one.sent_at)}" if one.sent_at else ""
    return one.submission, one.file_name, _moment(one.made_at), one.made_by, f"{state_of(one)}{sent}"


def _removals(snapshot: Snapshot, work: Work, trees: Collection[ClientTree]) -> HeldTable:
    ids = {tree.client.id for tree in trees}
    rows = tuple(
        (_moment(one.asked_at), one.asked_by, REASONS[one.reason], "taken back" if one.taken_back_at else "waits")
        for one in removal.listed(snapshot, work.agency)
        if one.client_id in ids
    )
    return HeldTable("Removals that were asked for", ("When", "By", "Why", "State"), rows, "None was.")


def _keyed_again(snapshot: Snapshot, work: Work, titles: dict[str, str], trees: Collection[ClientTree]) -> HeldTable:
    """What a second person keyed of the episodes, for as long as that is kept, and what was decided of it."""
    rows = []
    for one in second_keying.of_episodes(snapshot, [each.episode.id for tree in trees for each in tree.episodes]):
        for header in (*work.standard.headers, *sorted(one.decided.keys() - set(work.standard.headers))):
            first, second, said = one.first.get(header, ""), one.second.get(header, ""), one.decided.get(header)
            if first or second or said:
                decided = f"{told_right(one, header, said.right)} ({said.person}, {_moment(said.at)})" if said else ""
                by = f"{one.keyed_by or one.begun_by}, {_moment(one.keyed_at) or 'not finished'}"
                rows.append((titles[one.record_id], by, header or "(whether it is there)", first, second, decided))
    columns = ("Of", "Keyed again by", "Field", "First", "Second", "Decided")
    return HeldTable("Second keying of a sample", columns, tuple(rows), "Nothing is kept of one.")


def _looks(entries: Iterable[AuditEntry]) -> HeldTable:
    rows = tuple((_moment(one.at), one.person) for one in entries)
    title = "Who looked at the record"
    return HeldTable(title, ("When", "Who"), rows, "No look is noted.")


def _history(standard: Standard, titles: dict[str, str], entries: Iterable[AuditEntry]) -> HeldTable:
    rows: list[tuple[str, ...]] = []
    for one in entries:
        when, of = _moment(one.at), titles[one.record_id]
        done = ACT_WORDS.get(one.act, one.act)
        if one.act in (MERGED, SPLIT):
            # They may have been split since, as two people: who the other one is, is about somebody else.
            rows.append((when, one.person, of, done, "", "", ""))
        elif one.erased:
            rows.append((when, one.person, of, done, "", "(erased)", "(erased)"))
        elif one.field:
            known = standard.by_header.get(one.field)
            label = known.label if known else one.field.replace("_", " ")
            old, new = (_told(standard, one.field, text or "") for text in (one.old, one.new))
            rows.append((when, one.person, of, done, label, old, new))
        else:
            old, new = (_all_told(standard, text) for text in (one.old, one.new))
            rows.append((when, one.person, of, done, "", old, new))
    columns = ("When", "Who", "Record", "Act", "Field", "From", "To")
    return HeldTable("Every change, the oldest first", columns, tuple(rows), "None.")


def _told(standard: Standard, header: str, text: str) -> str:
    means = meaning(standard, header, text)
    return f"{text} ({means})" if means else text


def _all_told(standard: Standard, text: str | None) -> str:
    values = _values(text)
    return "; ".join(f"{one.label}: {one.told}" for one in held_values(standard, values)) if values else text or ""


def _values(text: str | None) -> dict[str, str]:
    """The values of a whole record as the history keeps them; nothing for what is none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _moment(at: datetime | None) -> str:
    return minute_text(at) if at else ""


# How it is told


def as_mapping(found: Everything) -> dict[str, object]:
    """As JSON tells it."""
    return {
        "agency": found.agency,
        "data_set": found.data_set,
        "made_at": found.made_at.isoformat(),
        "made_by": found.made_by,
        "records": [_record_mapping(one) for one in found.records],
        "unsaved": [_record_mapping(one) for one in found.unsaved],
        **{table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in found.tables},
        "notes": list(found.notes),
    }


def _record_mapping(one: HeldRecord) -> dict[str, object]:
    values = [{"label": v.label, "field": v.field, "value": v.value, "meaning": v.meaning} for v in one.values]
    return {"title": one.title, "id": one.id, "told": one.told, "values": values}


def _head(found: Everything) -> list[str]:
    return [
        f"Held by {found.agency}, by the data set {found.data_set}.",
        f"Made on {_moment(found.made_at)} by {found.made_by}.",
    ]


def text_lines(found: Everything) -> Iterator[str]:
    """As text to read; a line that begins with `# ` is a heading. Values as they are, for the caller to escape."""
    yield "# Everything that is held about a client"
    yield ""
    yield from (f"  {line}" for line in _head(found))
    for heading, records in (("", found.records), ("Typed and not saved: ", found.unsaved)):
        for one in records:
            yield ""
            yield f"# {heading}{one.title}"
            yield ""
            yield f"  {one.told}"
            yield from (f"  {value.label}: {value.told}" for value in one.values)
    for table in found.tables:
        yield ""
        yield f"# {table.title}"
        yield ""
        for row in table.rows:
            yield "  " + "; ".join(f"{name}: {cell}" for name, cell in zip(table.columns, row, strict=True) if cell)
        if not table.rows:
            yield f"  {table.nothing}"
    yield ""
    yield "# If something is wrong, and about copies"
    yield ""
    yield from (f"  {note}" for note in found.notes)


def write_file(text: str, path: Path) -> None:
    """Write what was told into a new file that only the person at work can read, see `mode_for_person`.

    Raises Problem; no file is written over.
    """
    write_new(path, lambda made: made.write_text(text, encoding="utf-8", newline=""))


_STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;"
    "margin:.5em 0 1.5em}td,th{border:1px solid #999;padding:.2em .6em;text-align:left;vertical-align:top}"
)


def html_page(found: Everything) -> Iterator[str]:
    """As one page without scripts or anything fetched; every value is escaped."""
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield f"<title>Everything that is held about a client</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield "<h1>Everything that is held about a client</h1>\n"
    yield from (f"<p>{escape(line)}</p>\n" for line in _head(found))
    for heading, records in (("", found.records), ("Typed and not saved: ", found.unsaved)):
        for one in records:
            yield f"<h2>{escape(heading + one.title)}</h2>\n<p>{escape(one.told)}</p>\n"
            rows = [(value.label, value.value, value.meaning) for value in one.values]
            yield from _table(("Field", "Value", "Meaning"), rows)
    for table in found.tables:
        yield f"<h2>{escape(table.title)}</h2>\n"
        if table.rows:
            yield from _table(table.columns, table.rows)
        else:
            yield f"<p>{escape(table.nothing)}</p>\n"
    yield "<h2>If something is wrong, and about copies</h2>\n"
    yield from (f"<p>{escape(note)}</p>\n" for note in found.notes)
    yield "</body>\n</html>\n"


def _table(columns: Collection[str], rows: Iterable[Collection[str]]) -> Iterator[str]:
    yield f"<table>\n<tr>{''.join(f'<th>{escape(name)}</th>' for name in columns)}</tr>\n"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n"
    yield "</table>\n"
