"""What an import takes into a store, whatever format it came in, and the one transaction that writes it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.formats.base import Taking
from exporters.imports.agency import ChosenAgency
from exporters.imports.judged import Judge, Judged, new_record, record_of
from exporters.imports.report import ImportReport
from store.clients import index, lookalikes
from store.facts import AgencyInfo, Counts, KnownEpisode, StoredRecord, Who
from store.records import agencies, bulk_load, save
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.store import Store

_UNSEEN = "\ufeff\u200b\u200e\u200f" + "".join(filter(str.isspace, map(chr, range(0x3001))))
_FEW_ALIKE = 5
"""As many may be like others by chance, or by a mistake of somebody's."""


def bare_name(text: str) -> str:
    """An identifier without what stands around it: blanks, one without a width too, marks of encoding and direction."""
    return text.strip(_UNSEEN)


def filled_only(record: EpisodeRecord, report: ImportReport) -> EpisodeRecord:
    """A record that came in, without what holds blanks and nothing else, which the report counts.

    A cell that is empty for whoever looks at it is no value, and an event of such cells is none.
    """

    def filled(values: Values) -> Values:
        blank = {header: "" for header, text in values.items() if text.isspace()}
        report.blank += len(blank)
        return {**values, **blank} if blank else values

    own = record.altered(filled)
    return replace(own, events=tuple(event for event in own.events if any(event.values.values())))


@dataclass
class Plan:
    """What is to be written: new episodes with their clients, new events under known episodes by id, other values of
    known records, and events that are deleted in the store and are to be there again (`back`).

    `update` says whether other values are taken; `touched` are the known episodes that the file tells of, and `under`
    the stored clients, by their ids, who get new episodes.
    """

    update: bool
    episodes: list[EpisodeRecord] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)
    changes: dict[str, tuple[StoredRecord, dict[str, str]]] = field(default_factory=dict)
    back: list[StoredRecord] = field(default_factory=list)
    touched: list[KnownEpisode] = field(default_factory=list)
    under: dict[str, StoredRecord] = field(default_factory=dict)

    def add(self, record: EpisodeRecord, stored: StoredRecord | None) -> None:
        """Plan a new episode, under a stored client or, with None, under the one that its `client_id` stands for."""
        if stored is not None:
            self.under[stored.id] = stored
            record = replace(record, client_id=stored.id)
        self.episodes.append(record)

    def change(self, record: StoredRecord, header: str, value: str) -> bool:
        """Plan one value of a stored record; say whether that is news."""
        _, values = self.changes.setdefault(record.id, (record, dict(record.values)))
        if values.get(header, "") == value:
            return False
        values[header] = value
        return True

    def values_of(self, record: StoredRecord) -> Values:
        """What a stored record would say if other values were taken."""
        return self.changes[record.id][1] if record.id in self.changes else record.values

    @property
    def new_clients(self) -> dict[str, Values]:
        """What is said of those who are entered, by what stands for them."""
        return {one.client_id: one.client for one in reversed(self.episodes) if one.client_id not in self.under}

    @property
    def known_clients(self) -> set[str]:
        """The ids of the stored clients whom the file tells of."""
        return self.under.keys() | {one.client.id for one in self.touched}

    def judged(self, judge: Judge) -> tuple[Judged, Judged]:
        """What `check` says of the episodes that are touched, before and after."""

        def planned(record: StoredRecord) -> Values:
            return self.values_of(record) if self.update else record.values

        more: dict[str, list[Event]] = {}
        for episode_id, event in self.events:
            more.setdefault(episode_id, []).append(event)
        for one in self.back:
            more.setdefault(one.parent_id, []).append(Event(one.section, planned(one)))
        # What the file says of a stored client counts only where it is taken.
        clients = {**self.new_clients, **{id: planned(one) for id, one in self.under.items()}}
        as_kept = [record_of(one, lambda record: record.values) for one in self.touched]
        as_told = [record_of(one, planned, more.get(one.episode.id, ())) for one in self.touched]
        new = [
            new_record(replace(one, client=clients[one.client_id]), number) for number, one in enumerate(self.episodes)
        ]
        changed = (told for kept, told in zip(as_kept, as_told, strict=True) if told != kept)
        beside = judge.beside([*changed, *new])
        taken = self.changes if self.update else {}
        # Whose values are taken has them in each of his episodes, also where the file does not tell of it.
        then = [replace(one, client=taken[one.client_id][1]) if one.client_id in taken else one for one in beside]
        return judge.of(as_kept, beside), judge.of([*as_told, *new], then)


@dataclass(frozen=True, slots=True)
class Alike:
    """New records of a file that may be in the store already, under another identifier: how many, of how many that the
    file tells of, what they are in the trade's word, and what tells so."""

    many: int
    of: int
    kind: str
    by: str

    def noted(self, path: Path, standard: Standard, taking: Taking) -> str:
        """A note of them.

        Raises Problem where they are most of the file and nobody says that they are others: another program gave all of
        them new identifiers, and the whole caseload would be there twice.
        """
        told = standard.counted(self.many, self.kind)
        if self.many > _FEW_ALIKE and self.many * 2 > self.of and not taking.others:
            raise Problem(
                f"{path} was not imported: {self.many} of its {standard.counted(self.of, self.kind)} are like one in "
                f"the store under another identifier, by {self.by}, and would be there twice: have it written with the "
                "identifiers of before, or say --as-others if they are others."
            )
        return f"perhaps twice in the store then, by {self.by}: {told}, under another identifier"


def perhaps_known(
    snapshot: Snapshot,
    agency: AgencyInfo,
    standard: Standard,
    plan: Plan,
) -> list[Alike]:
    """New clients, and new episodes of known ones, who may be there already under another identifier, if only by its
    capitals or blanks, or because it was changed since."""
    deriver = snapshot.derivers[agency.standard]
    people = []
    for values in plan.new_clients.values():
        told = deriver.columns("client", "", values)
        people.append(tuple(told[name] or "" for name in lookalikes.TOLD_BY))
    found = []
    if many := lookalikes.known_people(snapshot, agency, people):
        # Without consent a file names nobody: who lacks what tells people apart says nothing either way.
        of = sum(all(one) for one in people) + len(plan.known_clients)
        found.append(Alike(many, of, "client", "initials, birth date and sex"))
    days = [
        (one.client_id, opened)
        for one in plan.episodes
        if one.client_id in plan.under and (opened := deriver.columns("episode", "", one.episode).get("opened"))
    ]
    if many := lookalikes.opened_alike(snapshot, days):
        label = standard.by_header[standard.role("opened")].label.lower()
        found.append(Alike(many, len(plan.episodes) + len(plan.touched), "episode", f"client and {label}"))
    return found


def account_for(
    plan: Plan, report: ImportReport, standard: Standard, choice: ChosenAgency, store: "Store | None", taking: Taking
) -> None:
    """Tell in the report what is planned and what `check` says of that.

    Raises Problem where something is left out and all or nothing is to be taken, and where most of the file seems to be
    in the store under other identifiers.
    """
    if report.blank:
        values = "1 value" if report.blank == 1 else f"{report.blank} values"
        report.notes.append(f"{values} of blanks and nothing else: taken as empty")
    report.left_out.sort(key=lambda item: item.line)
    if taking.all_or_nothing and report.left_out:
        first = report.left_out[0]
        raise Problem(
            f"{report.path} was not imported: {counted(report.rows_left_out, report.unit)} cannot be stored, the "
            f"first in line {first.line} ({first.why}); mend them, or leave out --all-or-nothing."
        )
    events = sum(len(one.events) for one in plan.episodes) + len(plan.events)
    report.new = Counts(len(plan.new_clients), len(plan.episodes), events)
    report.updated = len(plan.changes) if plan.update else 0
    report.back = len(plan.back)
    if store and choice.known:
        alike = store.ask(perhaps_known, choice.known, standard, plan)
        report.notes += [one.noted(report.path, standard, taking) for one in alike]
    if taking.today is not None:
        report.before, report.after = plan.judged(Judge(standard, taking.today, choice.code, store, choice.known))


@dataclass(frozen=True, slots=True)
class ComparedWith:
    """The store that a file was compared with: how often something was saved to it, and the agencies in it."""

    saved: int
    agencies: tuple[AgencyInfo, ...]


def compared_with(store: "Store | None") -> ComparedWith | None:
    """A store as it is now, None where there is none yet. What is typed and not saved, who is in which record and what
    the program notes for itself are no saves: an import is not held against them."""
    return store.ask(_as_it_is) if store else None


def _as_it_is(snapshot: Snapshot) -> ComparedWith:
    return ComparedWith(index.saved_version(snapshot), tuple(agencies.listed(snapshot)))


def refuse_if_saved(unit: UnitOfWork, before: ComparedWith | None) -> None:
    """Raise Problem when somebody saved since, or changed what an agency is called or reports by."""
    if before is not None and _as_it_is(unit) != before:
        raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")


def write(store: "Store", who: Who, standard: Standard, code: str, plan: Plan, before: ComparedWith | None) -> None:
    """Write all of it for the agency of that code, which is made where there is none; nothing is kept when it fails.

    `before` is what `compared_with` said before the comparison. Raises Problem when somebody saved since.
    """
    changes = list(plan.changes.values()) if plan.update else []
    if not (plan.episodes or plan.events or changes or plan.back):
        return
    with store.writing(who) as work:
        refuse_if_saved(work, before)
        agency = agencies.ensure(work, code, standard.id)
        if plan.episodes:
            bulk_load.load(work, agency, plan.episodes, act="import")
        for episode_id, event in plan.events:
            save.create(work, "event", episode_id, event.section, event.values, act="import")
        versions = {one.id: save.undelete(work, one.kind, one.id, one.version).version for one in plan.back}
        for record, values in changes:
            version = versions.get(record.id, record.version)
            save.change(work, record.kind, record.id, values, version, act="import")
