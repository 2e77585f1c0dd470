"""Taking a file of one data set into an agency of another: as copying does it, client by client.

Only what is certain is taken over; what must be keyed anew is listed with each client. Where rows of the file disagree
nothing is certain. What the agency has already is told and not entered again, so that a file can be taken in twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.formats.base import PLAINLY, Taking
from exporters.imports import taken
from exporters.imports.agency import canonical, letter_now, new_code, of_left_letter
from exporters.imports.copy import CopyPlan, deleted_there, entered, look_up, plan_records
from exporters.imports.headings import judge_heading, judge_rows
from exporters.imports.identity import Person, deleted_in_store, other_person
from exporters.imports.report import ImportReport, LeftOut
from store.facts import AgencyInfo, Counts, Who
from store.records import agencies, bulk_load
from validators.identifiers import same_name
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.store import Store

# What a client is known by in the file: the number or reference there; where there is neither, the line.
_Named = tuple[str, int]


@dataclass
class Converted:
    """A client of the file: what it is called there, the line it begins in, what becomes of it, and its id there."""

    name: str
    line: int
    plan: CopyPlan
    doubts: list[str] = field(default_factory=list)
    client_id: str = ""
    reference: str = ""


class Conversion:
    """One file on its way into a store, as `exporters.imports.csv_import.Import` is where both are of one data set."""

    def __init__(self, path: Path, source: Standard, target: Standard, taking: Taking = PLAINLY) -> None:
        """Take the file, its data set, the agency's, and how the person wants the file taken."""
        self.path, self.source, self.target, self.taking = path, source, target, taking
        self._person = Person(source)
        self.report = ImportReport(path)
        self.clients: list[Converted] = []
        self.code = ""
        self._before: taken.ComparedWith | None = None

    def prepare(
        self, store: "Store | None", agency_code: str | None, progress: Callable[[int], None] | None = None
    ) -> str:
        """Read the file and look for its clients in the store (None for one that is not there yet); the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        self._before = taken.compared_with(store)
        self.code = self._agency_code(store, agency_code)
        of_client: dict[_Named, list[EpisodeRecord]] = {}
        doubted: dict[_Named, list[str]] = {}
        for name, record, doubts in self._certain(progress):
            of_client.setdefault(name, []).append(record)
            doubted.setdefault(name, []).extend(doubts)
        if store:
            self._refuse_own(store, (record for records in of_client.values() for record in records))
        plans = [(self._planned(name[0], records, doubted[name]), records) for name, records in of_client.items()]
        for one, records in plans:
            self._leave_out_empty(one, records)
        # One without an episode could not be told from others when the file is taken in again.
        self.clients = [one for one, _ in plans if one.plan.episodes]
        known = store.ask(agencies.listed) if store else []
        for agency in known:
            if store and (agency.code, agency.standard) == (self.code, self.target.id):
                store.ask(look_up, agency, self.target, [one.plan for one in self.clients])
                self._refuse_strangers()
                if not self.taking.deleted:
                    self._refuse_deleted(store, agency)
        self.report.left_out.sort(key=lambda item: item.line)
        if self.taking.all_or_nothing and self.report.left_out:
            first = self.report.left_out[0]
            raise Problem(
                f"{self.path} was not imported: {counted(self.report.rows_left_out, 'row')} cannot be taken over, the "
                f"first in line {first.line} ({first.why}); mend them, or leave out --all-or-nothing."
            )
        self.report.unchanged = sum(len(one.plan.known) for one in self.clients)
        self.report.new = Counts(
            sum(not one.plan.under for one in self.clients), sum(len(one.plan.episodes) for one in self.clients)
        )
        return self.code

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` planned, in one transaction; nothing is kept when it fails."""
        wanted = [one for one in self.clients if not one.plan.is_done]
        if not wanted:
            return self.report
        with store.writing(Who(person, now)) as work:
            taken.refuse_if_saved(work, self._before)
            agency = agencies.ensure(work, code, self.target.id)
            records = [
                EpisodeRecord(one.plan.client.values, part.values, client_id=one.plan.under or f"line {one.line}")
                for one in wanted
                for part in one.plan.episodes
            ]
            bulk_load.load(
                work, agency, records, act="import", notes=[part.note for one in wanted for part in one.plan.episodes]
            )
        for number, made in store.ask(entered, agency, self.target, [one.plan for one in wanted]).items():
            wanted[number].client_id, wanted[number].reference = made.client_id, made.reference
        return self.report

    def _refuse_own(self, store: "Store", records: Iterable[EpisodeRecord]) -> None:
        """Raise Problem for a file of the very agency in the letter that it left: by their initials, birth date and
        first day those are not known again whom somebody mended since, and their identifiers are not taken over."""
        header = self.source.role("agency")
        named = {canonical({**one.client, **one.episode}.get(header, "")) for one in records}
        if self.code in named and store.ask(letter_now, self.code, self.source.id) == self.target.id:
            told = of_left_letter(self.path, self.source.id, self.code, self.target.id)
            raise Problem(f"{told}, for who was mended since would be there twice.")

    def _refuse_strangers(self) -> None:
        """What would go to a client of the agency who is somebody else by now is left out."""
        for one in self.clients:
            if one.plan.refused:
                self.report.left_out.append(LeftOut(one.line, one.plan.refused))
                one.plan.episodes = []

    def _refuse_deleted(self, store: "Store", agency: "AgencyInfo") -> None:
        """What was taken over before and is deleted since comes back only where that is asked for."""
        why = deleted_in_store(self.target.word("episode"))
        of_plan = {id(one.plan): one for one in self.clients}
        for plan in store.ask(deleted_there, agency, self.target, [one.plan for one in self.clients]):
            self.report.left_out.append(LeftOut(of_plan[id(plan)].line, why))
        self.clients = [one for one in self.clients if one.plan.episodes or one.plan.under]

    # --- reading --------------------------------------------------------------------------------------------------

    def _agency_code(self, store: "Store | None", wanted: str | None) -> str:
        """The agency it goes to: never the file's own, which is of the other data set."""
        codes = [one.code for one in (store.ask(agencies.listed) if store else ()) if one.standard == self.target.id]
        if wanted is None and len(codes) != 1:
            told = (
                f"several agencies of {self.target.id}, {', '.join(codes)}" if codes else f"no {self.target.id} agency"
            )
            raise Problem(f"The store has {told}: say with --agency which one it goes to.")
        code = canonical(wanted) if wanted is not None else codes[0]
        if code in codes:
            return code
        return new_code(self.path, self.target, store, code, self.taking)

    def _certain(self, progress: Callable[[int], None] | None) -> Iterator[tuple[_Named, EpisodeRecord, list[str]]]:
        """The episodes that can be told from each other, with the name of their client and what is in doubt."""
        source, report = self.source, self.report
        identity = source.role("episode_id")
        form = choose.of(source)
        extract = form.read(self.path, progress, self.taking.dates)
        judge_heading(extract, source, report, self.taking)
        seen: set[str] = set()
        people: dict[str, tuple[dict[str, str], int]] = {}
        for record, findings in extract.episodes():
            report.rows += len(record.lines)
            named = record.client.get(source.role("client_id"), "")
            client = same_name(named) or record.client.get(source.role("client_reference"), "")
            name = same_name(form.episode_name(record))
            if findings and extract.doubts_whole:
                self._leave_out(record, findings[0].message)
            elif not (name if identity else client and record.episode.get(source.role("opened"))):
                self._leave_out(record, f"nothing tells the {source.word('episode')} from others")
            elif name in seen:
                self._leave_out(record, f"an earlier line is about the same {source.word('episode')}")
            elif why := self._stranger(people, client, record):
                self._leave_out(record, why)
            else:
                seen.add(name)
                report.episodes += 1
                record, doubts = self._doubted(record, findings)
                yield (client, 0 if client else record.lines[0]), record, doubts
        judge_rows(extract, report)

    def _stranger(self, people: dict[str, tuple[dict[str, str], int]], name: str, record: EpisodeRecord) -> str:
        """Why a record is about another person than the first of that name in the file; "" where it may be the same."""
        if not name:
            return ""
        known, line = people.setdefault(name, ({}, record.lines[0]))
        if differing := self._person.differing(known, record.client):
            labels = [self.source.by_header[header].label for header in differing]
            return other_person(labels, f"line {line}")
        known.update({header: value for header, value in record.client.items() if value and not known.get(header)})
        return ""

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self.report.left_out += [LeftOut(line, why) for line in record.lines]

    def _doubted(self, record: EpisodeRecord, findings: list[Finding]) -> tuple[EpisodeRecord, list[str]]:
        """The record without the values on which its rows disagree, and what they said."""
        told: dict[str, list[str]] = {}
        base = {**record.client, **record.episode}
        for finding in findings:
            for header, text in finding.values.items():
                told.setdefault(header, [base.get(header, "")]).append(text)
        client = {header: text for header, text in record.client.items() if header not in told}
        episode = {header: text for header, text in record.episode.items() if header not in told}
        return replace(record, client=client, episode=episode), [
            self._disagreeing(f"line {record.lines[0]}", header, texts) for header, texts in told.items()
        ]

    def _disagreeing(self, at: str, header: str, texts: list[str]) -> str:
        said = " or ".join(text or "empty" for text in dict.fromkeys(texts))
        return f"{at}: {self.source.by_header[header].label}: the file says {said}"

    def _planned(self, name: str, records: list[EpisodeRecord], doubts: list[str]) -> Converted:
        """What becomes of one client: what several episodes say of the person counts where they do not disagree."""
        said: dict[str, list[str]] = {}
        for record in records:
            for header, text in record.client.items():
                if text and text not in said.setdefault(header, []):
                    said[header].append(text)
        told = [
            self._disagreeing(self.source.word("client"), header, texts)
            for header, texts in said.items()
            if len(texts) > 1
        ]
        client = {header: texts[0] for header, texts in said.items() if len(texts) == 1}
        agency = next((code for one in records if (code := one.client.get(self.source.role("agency")))), "")
        plan = plan_records(client, records, self.source, self.target, self.code, agency)
        called = client.get(self.source.role("client_reference"), "") or name
        return Converted(called, records[0].lines[0], plan, [*doubts, *told])

    def _leave_out_empty(self, one: Converted, records: list[EpisodeRecord]) -> None:
        """An episode of which nothing can be taken over would be an empty one, and could not be told from others."""
        pairs = list(zip(records, one.plan.episodes, strict=True))
        for record, part in pairs:
            if not part.copied:
                self._leave_out(record, "no date in it can be taken over")
        one.plan.episodes = [part for _, part in pairs if part.copied]


# What taking over a file of another data set did, or would do, in lines.


def conversion_told(job: Conversion, *, dry_run: bool) -> Iterator[str]:
    """The report, not yet escaped: what was left out, what goes over, what of each client is to be keyed anew."""
    report, source, target = job.report, job.source, job.target
    yield (
        f"{report.path}: {counted(report.rows, 'row')}, {source.counted(report.episodes, 'episode')} of {source.id}; "
        f"of them only what is certain goes to agency {job.code} ({target.id})"
    )
    yield from (f"  note: {note}" for note in report.notes)
    if report.left_out:
        yield f"Left out, {counted(report.rows_left_out, 'row')}:"
        yield from (f"  line {item.line}: {item.why}" for item in report.left_out)
    if report.unchanged:
        yield "There already, not entered again:"
        yield from (f"  {_name(one)}: {line}" for one in job.clients for line in one.plan.known)
    wanted = [one for one in job.clients if not one.plan.is_done]
    pairs: dict[str, str] = {}
    for one in wanted:
        pairs |= one.plan.pairs
    if pairs:
        yield "Taken over where the file has it, and not listed below:"
        yield from (f"  {ours} → {theirs}" for ours, theirs in pairs.items())
    beware = Counter(line for one in wanted for line in (*one.plan.consents, *one.plan.letters, *one.plan.days))
    if beware:
        yield "Beware:"
        word = target.word("client")
        yield from (f"  {said} ({counted(count, word)})" for said, count in beware.items())
    if wanted:
        yield "To be keyed anew:"
    for one in wanted:
        yield from _client(one, target.word("client"), dry_run)
    new = report.new
    unwritten = " (nothing was written)" if dry_run else ""
    yield f"New: {target.counted(new.clients, 'client')}, {target.counted(new.episodes, 'episode')}{unwritten}"
    if not (new.clients or new.episodes):
        yield "Nothing to enter."


def _client(one: Converted, word: str, dry_run: bool) -> Iterator[str]:
    where = one.plan.under_name or (f"{word} {one.reference or one.client_id}" if not dry_run else f"a new {word}")
    yield f"  {_name(one)}, {where}:"
    yield from (f"    beware: {line}" for line in one.plan.alike)
    yield from (f"    {line}" for line in one.doubts)
    yield from (f"    {line}" for line in one.plan.anew)


def _name(one: Converted) -> str:
    return f"Line {one.line}, {one.name}" if one.name else f"Line {one.line}"
