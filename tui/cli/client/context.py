"""What the commands on clients share: their options, finding a record by any of its ids, and its checks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exporters.checks.caseload import check_caseload, check_some
from store.clients import search
from store.facts import AgencyInfo, ClientQuery, ClientTree, EpisodeTree, Filter, Kind, StoredRecord
from store.month import agency_settings
from store.records import agencies, read
from tui.cli.context import Progress, in_words_of, now, opened, person
from tui.cli.options import (
    AgencyOption,
    FormatOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    StoreOptions,
    TodayOption,
    day,
)
from tui.widgets.text import printable
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding, Severity, Values
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store

KINDS: tuple[Kind, ...] = ("client", "episode", "event")
LOOKED_THROUGH = 50
"""Clients looked through for one who bears exactly what was asked for."""

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Store id, an identifier of the data set, or a client's reference.")
]
FieldsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="Values as one would type them in the form.")
]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", help="Only if the record is still at this version.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Even if somebody is in the record, or saved it meanwhile.")
]
DraftOption = Annotated[bool, typer.Option("--draft", help="Keep it as a draft; save nothing.")]
DropOption = Annotated[bool, typer.Option("--drop-draft", help="Forget my draft of the record.")]


@dataclass(frozen=True)
class SaveOptions:
    """How to save: past others' doings or not, as a draft or not, and what to do with a draft of one's own.

    `version` is the one the caller has read; None to take the record as it stands. `can_use_draft` says whether the
    command has a use for a draft at all.
    """

    anyway: bool = False
    as_draft: bool = False
    use_draft: bool = False
    drop_draft: bool = False
    version: int | None = None
    form: OutputFormat = OutputFormat.TEXT
    can_use_draft: bool = True


@dataclass(frozen=True)
class ClientWork:
    """An open store, the agency meant, its standard, who works, and the day it is."""

    store: "Store"
    agency: AgencyInfo
    standard: Standard
    checker: Checker
    person: str
    today: date

    # Finding

    def find(self, wanted: str) -> tuple[StoredRecord, ClientTree]:
        """A record by its store id, an identifier of the data set or, for a client, the reference; with its client.

        Raises Problem when there is none, or more than one.
        """
        found = {one.id: one for one in self._found(wanted.strip())}
        if not found:
            raise Problem(
                self.standard.say(
                    "There is no {client}, {episode} or {event} '{wanted}': keywork client list finds it.",
                    wanted=printable(wanted),
                )
            )
        if len(found) > 1:
            told = ", ".join(f"{self.standard.word(one.kind)} {one.id}" for one in found.values())
            raise Problem(f"'{printable(wanted)}' is more than one record: name it by its store id ({told}).")
        record = next(iter(found.values()))
        return record, self.store.ask(read.tree, self._client_id(record), deleted=True)

    def _found(self, wanted: str) -> Iterator[StoredRecord]:
        for kind in KINDS:
            try:
                record = self.store.ask(read.get, kind, wanted)
            except Problem:
                continue
            if self.store.ask(read.get, "client", self._client_id(record)).parent_id == self.agency.id:
                yield record
                return
        yield from self.store.ask(read.known_clients, self.agency, [wanted]).values()
        for known in self.store.ask(read.known_episodes, self.agency, [wanted]).values():
            yield known.episode
        query = ClientQuery(text=wanted)
        rows = self.store.ask(search.page, self.agency, query, 0, LOOKED_THROUGH) if wanted else []
        for row in rows:
            if row.reference.casefold() == wanted.casefold():
                yield self.store.ask(read.get, "client", row.id)
            for episode in self.store.ask(read.tree, row.id).episodes:
                for event in episode.events:
                    section = self.standard.section_by_id.get(event.section)
                    if section is not None and event.values.get(section.id_field) == wanted:
                        yield event

    def _client_id(self, record: StoredRecord) -> str:
        if record.kind == "client":
            return record.id
        return (
            record.parent_id
            if record.kind == "episode"
            else self.store.ask(read.get, "episode", record.parent_id).parent_id
        )

    # Checking

    def findings(self, tree: ClientTree, typed: Mapping[str, Values] | None = None) -> list[Finding]:
        """What the rules say of a client, with what is `typed` into records (by id) in place of what is saved."""
        context, found = (
            Context(self.today, "store", settings=self.store.ask(agency_settings.settings, self.agency)),
            [],
        )

        def values(record: StoredRecord) -> Values:
            return (typed or {}).get(record.id, record.values)

        episodes = [one for one in tree.episodes if not one.episode.deleted]
        for one in episodes:
            events = [Event(event.section, values(event), None, event.id) for event in one.events if not event.deleted]
            record = EpisodeRecord(
                values(tree.client), values(one.episode), tuple(events), (), tree.client.id, one.episode.id
            )
            found += self.checker.check(record, context)
        if not episodes:
            alone = self.checker.check(EpisodeRecord(values(tree.client), {}, (), (), tree.client.id), context)
            level = {field.header: field.level for field in self.standard.fields}
            found = [one for one in alone if all(level.get(header) == "client" for header in one.fields)]
        return found

    def keep_findings(self, tree: ClientTree) -> None:
        """Check a client's episodes anew and keep what is found, so that lists know at once."""
        ids = [one.episode.id for one in tree.episodes if not one.episode.deleted]
        if ids:
            check_some(self.store, self.agency, self.checker, ids, self.today, now())

    def check_due(self) -> None:
        """Check all that is due for it: a list by findings is only right after that."""
        progress = Progress(self.standard.say("{episodes} checked"))
        check_caseload(self.store, self.agency, self.checker, self.today, now(), lambda done, due: progress(done))
        progress.done()


@dataclass(frozen=True)
class ClientOptions:
    """What the options say that every command on clients has: where to work, on which day, how to tell it."""

    where: StoreOptions
    today: date
    form: OutputFormat

    @contextmanager
    def opened(self) -> "Iterator[ClientWork]":
        """Open the store for one command. Raises Problem."""
        with opened(self.where.store, self.where.key_file) as store:
            agency = store.ask(agencies.one, self.where.agency, self.where.standard)
            standard = load(agency.standard)
            with in_words_of(standard):
                yield ClientWork(store, agency, standard, Checker(standard), person(store.path), self.today)


def _shared(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> ClientOptions:
    """The options that every command on clients has, declared here alone."""
    if form is OutputFormat.CSV:
        raise Problem("Clients are told as text or json: choose one of them with --format.")
    return ClientOptions(StoreOptions(store, key_file, standard, agency), day(today), form)


def client_command(commands: typer.Typer, name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Declare a command: its own parameters, then the shared options, which it gets as its first argument."""
    shared = signature(_shared).parameters

    def declare(function: Callable[..., int]) -> Callable[..., int]:
        own = list(signature(function).parameters.values())[1:]
        every = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*own, *shared.values())]

        def whole(**given: Any) -> int:
            asked = _shared(**{each: given.pop(each) for each in shared})
            return function(asked, **given)

        whole.__doc__ = function.__doc__
        whole.__annotations__ = {each.name: each.annotation for each in every}
        vars(whole)["__signature__"] = Signature(every)
        commands.command(name)(whole)
        return function

    return declare


def filters_of(names: list[str]) -> frozenset[Filter]:
    """Filters by the names a person types. Raises Problem for an unknown one."""
    known: dict[str, Filter] = {
        "open": "open",
        "closed": "closed",
        "errors": "errors",
        "warnings": "warnings",
        "no-consent": "no_consent",
        "mine": "mine",
        "drafts": "drafts",
        "deleted": "deleted",
    }
    wanted = [name.strip().lower().replace("_", "-") for text in names for name in text.split(",")]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise Problem(f"There is no filter '{printable(unknown[0])}': there are {', '.join(known)}.")
    return frozenset(known[name] for name in wanted)


def finding_mapping(one: Finding) -> dict[str, object]:
    """A finding as JSON tells it."""
    return {
        "severity": one.severity.value,
        "rule": one.rule,
        "field": one.field,
        "fields": list(one.fields),
        "message": one.message,
        "values": dict(one.values),
        "client_id": one.client_id,
        "episode_id": one.episode_id,
        "event_id": one.event_id,
    }


def finding_line(one: Finding) -> str:
    """A finding in one line."""
    rule = f"rule {one.rule}" if one.rule.isdigit() else one.rule
    values = ", ".join(f"{header} {one.values.get(header, '')!a}" for header in one.fields[:8])
    return f"{one.severity.value:7} {one.field or 'all'}: {one.message} [{rule}] ({values})"


def findings_end(found: list[Finding]) -> str:
    """How many there are, in words."""
    counts = {severity: sum(one.severity is severity for one in found) for severity in Severity}
    return ", ".join(f"{many} {one}{'' if many == 1 else 's'}" for one, many in counts.items())


def episode_of(tree: ClientTree, record: StoredRecord) -> EpisodeTree | None:
    """The episode that a record is or stands under; None for a client."""
    wanted = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
    return next((one for one in tree.episodes if one.episode.id == wanted), None)
