"""Taking a hand-over back, from its JSON or from its CSV files, without loss: ids, deleted records, notes and all.

What is there already, by its id, stays as it is. A client whose identifier another one of the store bears is left out
and listed, so that nobody is there twice.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from exporters.formats.base import PLAINLY, Progress, Taking
from exporters.imports.agency import chosen
from exporters.imports.report import ImportReport, LeftOut
from exporters.imports.taken import ComparedWith, compared_with, refuse_if_saved
from exporters.subject.handover import (
    ACCEPTED,
    CONSENT,
    EPISODES,
    EVENTS,
    HISTORY,
    JSON_NAME,
    LAYOUT,
    MARKED,
    MERGES,
    MOMENTS,
    NOTES,
    NOTHING,
    OF_ACCEPTANCE,
    OF_DRAFT,
    OF_MERGE,
    OF_NOTE,
    OTHERS,
    OWN,
    TYPED,
    UNSAVED,
    HandedBeside,
    Head,
)
from exporters.subject.handover_file import AGENCY, CLIENTS, MARK
from store.disk.files import open_text, refused
from store.facts import AgencyInfo, Counts, Who
from store.month import agency_settings
from store.records import agencies, handover, handover_beside, read, removal
from store.records.handover import (
    CONSENT_TEXTS,
    HandedAcceptance,
    HandedClient,
    HandedEpisode,
    HandedMerge,
    HandedRecord,
)
from store.records.handover_beside import BASES, HandedDraft, HandedNote
from validators.identifiers import other_case
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.snapshot import Snapshot
    from store.store import Store

_HEAD = ("code", "standard", "edition", "name", "region", "made_at", "made_by", "software")
_KINDS = ("client", "episode", "event")
_LONGEST_CELL = 10_000_000
_MOMENT = (
    "created_at",
    "changed_at",
    "deleted_at",
    "accepted_at",
    "lapsed_at",
    "withdrawn_at",
    "merged_at",
    "split_at",
    "entered_at",
    "settled_at",
    "saved_at",
    "noted_at",
)


class _Misfit(ValueError):
    """Something in a hand-over is not what it should be; where and what, in words, without any value."""


@dataclass(frozen=True)
class Handover:
    """A hand-over as it was read."""

    head: Head
    clients: tuple[HandedClient, ...]
    merges: tuple[HandedMerge, ...] = ()
    beside: HandedBeside = NOTHING


def read_handover(path: Path) -> Handover:
    """Read a hand-over. Raises Problem where it cannot be read or is not whole, saying where."""
    try:
        if not path.is_dir():
            return _of_json(path)
        try:
            told = _of_folder(path)
        except KeyError as missing:
            raise _Misfit(f"one of its tables lacks the column {OWN}{missing.args[0]}") from None
        # A spreadsheet that opens a table and saves it takes zeros away, and nobody would see it.
        if not (whole := path / JSON_NAME).is_file():
            _require_as_written(path)
        elif _of_json(whole) != told:
            raise _Misfit(f"its tables are not what {JSON_NAME} in it says, and one was changed by another program")
        return told
    except _Misfit as misfit:
        raise Problem(f"{path} is no whole hand-over: {misfit}; have it written again.") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8: it was changed by another program, have it written again.") from None
    except OSError as error:
        raise refused(error, path, "read") from None


def _require_as_written(folder: Path) -> None:
    """Raise _Misfit for tables without their JSON that another program saved: it leaves the quotation marks away."""
    for table in sorted(folder.glob("*.csv")):
        if table.name != HISTORY:  # which is for reading, and never taken in
            with open_text(table, "utf-8-sig") as file:
                if file.read(1) not in ('"', ""):
                    raise _Misfit(
                        f"{table.name} was saved by another program, which takes zeros away, and {JSON_NAME} is not "
                        "beside it"
                    )


# From JSON


def _of_json(path: Path) -> Handover:
    with open_text(path, "utf-8-sig") as file:
        try:
            told = json.load(file)
        except (ValueError, RecursionError) as error:
            if isinstance(error, UnicodeDecodeError):
                raise
            raise _Misfit("it is not JSON to its end") from None
    if not isinstance(told, dict) or told.get(MARK) != LAYOUT:
        raise _Misfit(f"{MARK} is not {LAYOUT}, which this Keywork knows")
    settings = _texts(told.get("settings"), "its settings")
    head = Head(settings=settings, **{name: _text(told, name, "its head") for name in _HEAD})
    clients = (_client(one, f"client {at}") for at, one in enumerate(_list(told, "clients", "it"), 1))
    merges = (_merge(one, f"merge {at}") for at, one in enumerate(_list(told, "merges", "it"), 1))
    return Handover(head, tuple(clients), tuple(merges), _beside(told))


def _client(told: Any, where: str) -> HandedClient:
    listed = enumerate(_list(told, "episodes", where), 1)
    return HandedClient(_record(told, where), tuple(_episode(one, f"{where}, number {at}") for at, one in listed))


def _episode(told: Any, where: str) -> HandedEpisode:
    events = []
    for at, one in enumerate(_list(told, "events", where), 1):
        place = f"{where}, event {at}"
        events.append(_record(one, place, _text(one, "section", place)))
    said = tuple(_acceptance(one, f"{where}, an acceptance") for one in _list(told, "accepted", where))
    worker, note = (_text(told, name, where) for name in ("key_worker", "note"))
    listed = _list(told, "consent", where)
    answers = tuple({name: _text(one, name, f"{where}, an answer") for name in CONSENT_TEXTS} for one in listed)
    return HandedEpisode(_record(told, where), tuple(events), worker, note, said, answers)


def _record(told: Any, where: str, section: str = "") -> HandedRecord:
    texts = {name: _text(told, name, where) for name in ("id", *MOMENTS)}
    if not texts["id"]:
        raise _Misfit(f"{where} has no id")
    values, marked = _texts(told.get("values"), f"the values of {where}"), _all_texts(told, MARKED, where)
    return HandedRecord(values=values, section=section, unconfirmed=marked, **texts)


def _acceptance(told: Any, where: str) -> HandedAcceptance:
    texts = {name: _text(told, name, where) for name in OF_ACCEPTANCE}
    return HandedAcceptance(values=_texts(told.get("values"), where, empty=True), **texts)


def _merge(told: Any, where: str) -> HandedMerge:
    return HandedMerge(moved=_all_texts(told, "moved", where), **{name: _text(told, name, where) for name in OF_MERGE})


def _beside(told: Mapping[str, Any]) -> HandedBeside:
    """What stands beside the records; nothing of it in a hand-over of an older Keywork."""
    typed, noted = (_list(told, name, "it") if name in told else [] for name in ("unsaved", "field_notes"))
    return HandedBeside(
        tuple(_draft(one, f"unsaved typing {at}") for at, one in enumerate(typed, 1)),
        tuple(_note(one, f"note {at}") for at, one in enumerate(noted, 1)),
    )


def _draft(told: Any, where: str) -> HandedDraft:
    texts: dict[str, Any] = {name: _text(told, name, where) for name in OF_DRAFT}
    if texts["kind"] not in _KINDS or texts["base"] not in BASES:
        raise _Misfit(f"{where} says neither of what kind of record it is nor from what it began")
    values, before = (_texts(told.get(name), f"the values of {where}") for name in ("values", "began_with"))
    return HandedDraft(values=values, began_with=before, unconfirmed=_all_texts(told, MARKED, where), **texts)


def _note(told: Any, where: str) -> HandedNote:
    texts: dict[str, Any] = {name: _text(told, name, where) for name in OF_NOTE}
    if texts["kind"] not in _KINDS:
        raise _Misfit(f"{where} does not say of what kind of record it is")
    return HandedNote(**texts)


def _text(told: Any, name: str, where: str) -> str:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, str):
        raise _Misfit(f"{name} of {where} is not a text")
    if name in _MOMENT and found:
        try:
            aware = datetime.fromisoformat(found).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise _Misfit(f"{name} of {where} is not a moment with its zone")
    return found


def _texts(found: Any, where: str, *, empty: bool = False) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise _Misfit(f"{where} are not texts by name")
    return {name: text for name, text in found.items() if text or empty}


def _all_texts(told: Any, name: str, where: str) -> tuple[str, ...]:
    found = _list(told, name, where)
    if not all(isinstance(one, str) for one in found):
        raise _Misfit(f"{name} of {where} is not of texts")
    return tuple(found)


def _list(told: Any, name: str, where: str) -> list[Any]:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise _Misfit(f"{name} of {where} is not a list")
    return found


# From tables: each row is made what the JSON has, and read as that


def _of_folder(folder: Path) -> Handover:
    head = next(_rows(folder / AGENCY), {})
    if head.get("layout") != str(LAYOUT):
        raise _Misfit(f"its layout is not {LAYOUT}, which this Keywork knows")
    accepted: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(folder / ACCEPTED):
        accepted[row["episode"]].append({**row, "values": _object(row["values"], ACCEPTED)})
    consent: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(folder / CONSENT):
        consent[row["episode"]].append(row)
    events: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for path in sorted(folder.glob(f"{EVENTS}*.csv")):
        for row in _rows(path):
            if not (row["position"].isascii() and row["position"].isdigit()):
                raise _Misfit(f"{path.name} has an event without a position")
            events[row["episode"]].append((int(row["position"]), row))
    episodes: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(folder / EPISODES):
        own = row["id"]
        listed = [event for _, event in sorted(events.pop(own, []), key=lambda one: one[0])]
        episodes[row["client"]].append(
            {**row, "events": listed, "accepted": accepted.pop(own, [])} | {"consent": consent.pop(own, [])}
        )
    told = [{**row, "episodes": episodes.pop(row["id"], [])} for row in _rows(folder / CLIENTS)]
    if events or episodes or accepted or consent:
        raise _Misfit("it has records or acceptances that belong to nothing in it")
    clients = tuple(_client(one, f"client {at}") for at, one in enumerate(told, 1))
    rows = enumerate(_rows(folder / MERGES), 1)
    merges = tuple(_merge({**row, "moved": row["moved"].split()}, f"merge {at}") for at, row in rows)
    settings = _texts(_object(head["settings"], AGENCY), "its settings")
    beside: dict[str, list[Any]] = {"unsaved": [], "field_notes": []}
    if (folder / UNSAVED).is_file():
        kinds = {name: list if name == MARKED else dict for name in TYPED}
        for row in _rows(folder / UNSAVED):
            beside["unsaved"].append(row | {name: _json(row[name], UNSAVED, kind) for name, kind in kinds.items()})
    if (folder / NOTES).is_file():
        beside["field_notes"] += _rows(folder / NOTES)
    head_of = Head(settings=settings, **{name: head[name] for name in _HEAD})
    return Handover(head_of, clients, merges, _beside(beside))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a table: our own columns by their names, the data set's as `values`. Raises _Misfit and OSError."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        with open_text(path, "utf-8-sig", newline="") as file:
            yield from _rows_of(file, path.name)
    except csv.Error:
        raise _Misfit(f"{path.name} is not a table as it was written") from None
    finally:
        csv.field_size_limit(before)


def _rows_of(file: IO[str], name: str) -> Iterator[dict[str, Any]]:
    reader = csv.reader(file, strict=True)
    heading = next(reader, [])
    for cells in reader:
        if len(cells) != len(heading):
            raise _Misfit(f"{name} has {len(cells)} cells in line {reader.line_num}, not {len(heading)}")
        row: dict[str, Any] = {}
        values: dict[str, str] = {}
        for header, cell in zip(heading, cells, strict=True):
            if header.startswith(OWN):
                row[header.removeprefix(OWN)] = cell
            elif cell:
                values[header] = cell
        if OTHERS in row:
            values |= _object(row[OTHERS], name) if row[OTHERS] else {}
            row["values"] = values
            row[MARKED] = _json(row[MARKED], name, list) if row[MARKED] else []
        yield row


def _object(text: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = _json(text, name, dict)
    return found


def _json(text: str, name: str, kind: type) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, kind):
        raise _Misfit(f"{name} has a cell that should be JSON and is not")
    return found


# Into a store


class HandoverImport:
    """A hand-over on its way into a store, as `exporters.formats.base.Importer` says."""

    def __init__(self, path: Path, standard: Standard, taking: Taking = PLAINLY) -> None:
        """Read it. Raises Problem when it is not whole, or of another data set."""
        self.path, self.standard, self.taking = path, standard, taking
        self.report = ImportReport(path, unit="record")
        self._handed = read_handover(path)
        self._new: list[HandedClient] = []
        self._before: ComparedWith | None = None
        head = self._handed.head
        if head.standard != standard.id:
            raise Problem(f"{path} is a hand-over of {head.standard}: name that data set with --standard.")
        if head.edition != standard.edition:
            told = (
                f"written by the edition {head.edition} of the data set, this is {standard.edition}: check what is told"
            )
            self.report.notes.append(told)
        if taking.update:
            raise Problem("A hand-over changes nothing that is in the store: leave --update out.")

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Compare it with the store; the agency's code. Raises Problem when it cannot be taken."""
        handed, report = self._handed, self.report
        self._before = compared_with(store)
        named = {handed.head.code: len(handed.clients)}
        choice = chosen(self.path, self.standard, store, named, agency_code, self.taking)
        known: set[str] = set()
        gone: set[str] = set()
        doubled: set[str] = set()
        owners: dict[str, int] = {}
        ids = [own_id for client in handed.clients for own_id in client.ids]
        if len(set(ids)) < len(ids):
            raise Problem(f"{self.path} has two records of one id: have it written again.")
        if store is not None:
            with store.reading() as snapshot:
                known = handover.known_ids(snapshot, ids)
                own = [client.record.id for client in handed.clients]
                gone, owners = removal.removed(snapshot, own), handover.agencies_of(snapshot, own)
                doubled = self._borne(snapshot, choice.known) if choice.known else set()
        for at, client in enumerate(handed.clients, 1):
            report.rows += sum(1 for _ in client.ids)
            report.episodes += len(client.episodes)
            here = choice.known.number if choice.known else 0
            if owners.get(client.record.id, here) != here:
                report.left_out.append(LeftOut(at, "another agency of the store has the client, by this very id"))
            elif known.intersection(client.ids):
                report.unchanged += len(client.episodes)
            elif client.record.id in gone:
                report.left_out.append(LeftOut(at, "the client was removed from this store, for good"))
            elif client.record.id in doubled:
                report.left_out.append(LeftOut(at, "another client of the store has the client's identifier"))
            else:
                self._new.append(client)
        if report.left_out and self.taking.all_or_nothing:
            many = counted(len(report.left_out), "client")
            raise Problem(f"{self.path} was not taken in: {many} cannot be, {report.left_out[0].why}.")
        if self._new and len(self._new) < len(handed.clients):
            report.notes.append("a client that is in the store already stays as the store has it")
        events = sum(len(one.events) for client in self._new for one in client.episodes)
        report.new = Counts(len(self._new), sum(len(client.episodes) for client in self._new), events)
        return choice.code

    def _borne(self, snapshot: "Snapshot", agency: AgencyInfo) -> set[str]:
        """The ids of handed clients whose identifier another client of the store has; where the data set gives them
        none, their number."""
        own = self.standard.role("client_id")
        header = own or self.standard.role("client_reference")
        by: dict[str, set[str]] = defaultdict(set)
        for one in self._handed.clients:
            name = one.record.values.get(header, "")
            for each in filter(None, (name, other_case(name))):
                by[each].add(one.record.id)
        bearing = read.clients_bearing(snapshot, agency, by, by_reference=not own)
        return {
            own_id for name, found in bearing.items() for own_id in by[name] if any(one.id != own_id for one in found)
        }

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Take it in, in one transaction. Raises Problem."""
        head = self._handed.head
        with store.writing(Who(person, now)) as unit:
            refuse_if_saved(unit, self._before)
            made = not any((one.code, one.standard) == (code, self.standard.id) for one in agencies.listed(unit))
            agency = agencies.ensure(unit, code, self.standard.id, head.name, head.region)
            for name, text in head.settings.items() if made else ():
                agency_settings.set_setting(unit, agency, name, text)
            handover.take(unit, agency, self._new, self._merges())
            ids = {own_id for client in self._new for own_id in client.ids}
            beside = self._handed.beside
            typed, _ = handover_beside.take(unit, agency, ids, beside.unsaved, beside.notes)
        if typed:
            told = f"typing that nobody saved: {typed} drafts, offered to whoever has the account that typed them"
            self.report.notes.append(told)
        return self.report

    def _merges(self) -> Iterable[HandedMerge]:
        new: Mapping[str, HandedClient] = {one.record.id: one for one in self._new}
        return [one for one in self._handed.merges if one.keep_id in new and one.other_id in new]


def standard_of(path: Path) -> str:
    """The id of the data set that a hand-over is of. Raises Problem."""
    return read_handover(path).head.standard
