"""What the commands on clients share: their options, finding a record by any of its ids, and its checks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.checks.caseload import check_caseload
from exporters.records import check_client, left_drafts, worklists
from exporters.records.find import by_any_id, if_any
from exporters.work import Work
from store.facts import ClientTree, Filter, StoredRecord, Who
from store.people import looks
from store.records import agencies
from tui.cli.context import Progress, in_words_of, now, opened, person
from tui.cli.given import line_of
from tui.cli.options import (
    AgencyOption,
    FormatOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    StoreOptions,
    TodayOption,
    command_with,
    day,
)
from tui.widgets.settings import WEEKS
from tui.widgets.text import printable
from validators.problems import Problem
from validators.records import Finding, Severity, Values
from validators.standard.catalogue import load
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.store import Store

IdArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Store id, an identifier of the data set, or a client's reference; - reads it as a line."
    ),
]
FieldsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="- | FIELD=VALUE",
        help="- takes the values from standard input, as FIELD=VALUE lines or JSON, each as one would type it in the"
        " form; what stands here as an argument is seen by every account of the host.",
    ),
]
AskOption = Annotated[
    bool, typer.Option("--ask", help="Ask field by field, in the form's order; for a screen reader, or by hand.")
]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", help="Only if the record is still at this version.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Even if somebody is in the record, or saved it meanwhile.")
]
DraftOption = Annotated[bool, typer.Option("--draft", help="Keep it as a draft; save nothing.")]
SentOption = Annotated[
    bool, typer.Option("--after-sent", help="Even where it changes what links an episode to what was sent of it.")
]
DropOption = Annotated[bool, typer.Option("--drop-draft", help="Forget my draft of the record.")]


WeeksOption = Annotated[
    int,
    typer.Option(
        "--weeks", metavar="N", min=WEEKS[0], max=WEEKS[-1], help="So many weeks without an event, with quiet."
    ),
]


@dataclass(frozen=True)
class SaveOptions:
    """How to save: past others' doings or not, as a draft or not, and what to do with a draft of one's own.

    `version` is the one the caller has read; None to take the record as it stands. `can_use_draft` says whether the
    command has a use for a draft at all, `after_sent` that what links an episode to what was sent may change, `ask`
    that somebody is there to be asked.
    """

    anyway: bool = False
    as_draft: bool = False
    use_draft: bool = False
    drop_draft: bool = False
    version: int | None = None
    form: OutputFormat = OutputFormat.TEXT
    can_use_draft: bool = True
    after_sent: bool = False
    ask: bool = False


@dataclass(frozen=True)
class ClientWork:
    """An open store, what is worked on in it, and who works."""

    store: "Store"
    work: Work
    person: str

    @property
    def who(self) -> Who:
        """Who writes, at this moment."""
        return Who(self.person, now())

    def find(self, wanted: str, *, unsaved: bool = False) -> tuple[StoredRecord, ClientTree]:
        """A record by any of its ids, with its client; `-` reads the id. With `unsaved` also a draft of a new record.

        Raises Problem when there is none, or more than one.
        """
        wanted = line_of(wanted, "record's name")
        agency, standard = self.work.agency, self.work.standard
        found = self.store.ask(if_any, agency, standard, wanted)
        if found is None and unsaved:
            found = self.store.ask(left_drafts.unsaved, agency, standard, self.who, wanted)
        # Where there is none, this says so.
        found = found or self.store.ask(by_any_id, agency, standard, wanted)
        if found.tree.client.version:
            self.store.do(self.who, looks.note, found.tree.client.id)
        return found.record, found.tree

    def findings(self, tree: ClientTree, typed: Mapping[str, Values] | None = None) -> list[Finding]:
        """What the rules say of a client, with what is `typed` into records (by id) in place of what is saved."""
        return self.store.ask(check_client.findings, self.work, tree, typed)

    def keep_findings(self, tree: ClientTree) -> None:
        """Check a client's episodes anew and keep what is found, so that lists know at once."""
        ids = [one.episode.id for one in tree.episodes if not one.episode.deleted]
        check_client.keep(self.store, self.work, ids, now())

    def check_due(self) -> None:
        """Check all that is due for it: a list by findings is only right after that."""
        work = self.work
        progress = Progress(work.standard.say("{episodes} checked"))
        check_caseload(self.store, work.agency, work.checker, work.today, now(), lambda done, due: progress(done))
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
                yield ClientWork(store, Work(agency, standard, self.today), person(store.path))


def _shared(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> ClientOptions:
    """The options that every command on clients has, declared here alone."""
    return ClientOptions(StoreOptions(store, key_file, standard, agency), day(today), form)


client_command = partial(command_with, _shared)
"""Declares a command on clients by its group and name: its own parameters stand behind the `ClientOptions` it gets."""


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
        **{name.replace("_", "-"): name for name in worklists.NAMES},
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
        "accepted": bool(one.accepted),
    }


def finding_line(one: Finding) -> str:
    """A finding in one line."""
    rule = f"rule {one.rule}" if one.rule.isdigit() else one.rule
    values = ", ".join(f"{header} {one.values.get(header, '')!a}" for header in one.fields[:8])
    return f"{one.severity.value:7} {one.field or 'all'}: {one.message} [{rule}] ({values})" + (
        ", accepted" if one.accepted else ""
    )


def findings_end(found: list[Finding]) -> str:
    """How many there are, in words."""
    counts = {severity: sum(one.severity is severity for one in found) for severity in Severity}
    return ", ".join(counted(many, one) for one, many in counts.items())
