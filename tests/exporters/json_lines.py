"""A toy format: one line of JSON for each episode. Some seventy lines are all that a new format has to bring."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from exporters.checks.bounce import Bounce
from exporters.csv_format.selection import Selection
from exporters.formats.base import (
    PLAINLY,
    ExtractKind,
    Format,
    Importer,
    Progress,
    ReturnDetails,
    SentEpisode,
    Sink,
    Taking,
    Went,
)
from exporters.formats.kept_text import KeptText
from exporters.imports.csv_import import Import
from store.facts import AgencyInfo
from store.month import extracts
from store.records import read
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.records import EpisodeRecord, Event, Finding


class JsonWriter:
    def __init__(self, file: Sink) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def write(self, record: EpisodeRecord) -> None:
        events = [[event.section, dict(event.values)] for event in record.events]
        line = json.dumps([dict(record.client), dict(record.episode), events], sort_keys=True).encode() + b"\n"
        self.file.write(line)
        self.digest.update(line)

    def finish(self) -> str:
        return self.digest.hexdigest()


def record_of(line: str, number: int = 0) -> EpisodeRecord:
    client, episode, events = json.loads(line)
    told = tuple(Event(section, values, number or None) for section, values in events)
    return EpisodeRecord(client, episode, told, (number,) if number else ())


@dataclass
class JsonFile:
    path: Path
    headers: tuple[str, ...]
    missing: frozenset[str] = frozenset()
    about_file: list[Finding] = field(default_factory=list)
    bad_rows: list[Finding] = field(default_factory=list)
    doubts_whole: bool = False

    def repeats(self, alike: object) -> None:
        return None

    def together(self) -> None:
        return None

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            yield record_of(line, number), []


class JsonText:
    def __init__(self, text: Iterable[bytes], form: "JsonFormat") -> None:
        self.standard, self.headers = form.standard, form.standard.headers
        lines = b"".join(text).decode().splitlines()
        self.groups, self.rows = {form.episode_name(record_of(line)): line for line in lines}, len(lines)

    def episodes(self, key: str) -> list[SentEpisode]:
        record, role = record_of(self.groups[key]), self.standard.role
        sections = {section.id: section.id_field for section in self.standard.event_sections}
        events = {(one.section, one.values.get(sections[one.section], "")): dict(one.values) for one in record.events}
        client, reference = record.client.get(role("client_id"), ""), record.client.get(role("client_reference"), "")
        return [SentEpisode(key, client, reference, {**record.client, **record.episode}, events)]


class JsonFormat(Format):
    def selection(self, period: ReportingPeriod, wanted: ExtractKind | None = None) -> Selection:
        return Selection(self.standard, period)

    def writer(self, file: Sink, details: ReturnDetails | None = None) -> JsonWriter:
        return JsonWriter(file)

    def pager(self, pieces: Iterable[bytes] = ()) -> KeptText:
        return KeptText("utf-8", pieces)

    def sent_text(self, texts: Iterable[Iterable[bytes]], went: Went = dict) -> JsonText:
        return JsonText(list(texts)[-1], self)

    def bounces(
        self,
        snapshot: Snapshot,
        agency: AgencyInfo,
        extract_id: str,
        listed: Sequence[Bounce],
        *,
        headings_are_line_1: bool,
    ) -> list[Bounce]:
        lines = b"".join(extracts.text(snapshot, extract_id)).decode().splitlines()
        names = {number: self.episode_name(record_of(line)) for number, line in enumerate(lines, 1)}
        known = read.known_episodes(snapshot, agency, names.values())
        found = [(one, known.get(names.get(one.named_line, ""))) for one in listed]
        return [
            replace(one, line=one.named_line, client_id=its.client.id, episode_id=its.episode.id)
            if its
            else replace(one, why_not="no such line")
            for one, its in found
        ]

    @staticmethod
    def names_in(path: Path) -> frozenset[str]:
        record = record_of(path.read_text(encoding="utf-8").splitlines()[0])
        return frozenset({**record.client, **record.episode})

    def read(self, path: Path, progress: Progress | None = None, dates: str = "") -> JsonFile:
        return JsonFile(path, self.standard.headers)

    def importer(self, path: Path, taking: Taking = PLAINLY) -> Importer:
        return Import(path, self.standard, taking, self.read)
