"""The check of one client: what the rules say of every episode as it stands, and what is kept beside the client.

The panel beside the form and the commands ask the same `ClientCheck`, so that both say the same of the same values.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from exporters.checks.carried import carried_finding, rule_of
from exporters.checks.caseload import check_some
from exporters.records.find import records_of
from exporters.work import Work
from store.facts import AgencyInfo, ClientTree, StoredRecord
from store.findings import acceptances, queries
from store.findings.acceptance_facts import AcceptanceInfo, Accepted, subject
from store.month import agency_settings
from store.records import agencies
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Event, Finding, Values
from validators.rules.checker import Checker
from validators.rules.file_rules import structure_finding
from validators.rules.registry import FILE_PATTERNS, Context
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store

OPEN_BESIDE = "open_beside"
"""The pattern that words what is said of an episode beside an open one."""
Place = tuple[str, str]
"""A record by the ids of its episode and of the event, which is "" for the episode itself."""
MOST = 200
"""Nobody has as many findings between records; one read is to be enough."""


@dataclass(frozen=True)
class KeptBeside:
    """What is kept beside a client and has a say in its check.

    `accepted` are the client's live acceptances; `between` what the last check of the caseload found between records
    (an identifier used twice), or in the return that is due alone, which no check of the client says; `settings` what
    the agency says of itself, `agency` its code.
    """

    accepted: tuple[AcceptanceInfo, ...] = ()
    between: tuple[Finding, ...] = ()
    settings: Values = field(default_factory=dict)
    agency: str = ""


class CheckedClient(Protocol):
    """A client as a check looks at it: as it is stored, or with what is typed."""

    @property
    def client_id(self) -> str:
        """The client's store id."""

    def episode_ids(self) -> Sequence[str]:
        """The store ids of the episodes, without deleted ones, in order of entry."""

    def record(self, episode_id: str) -> EpisodeRecord:
        """An episode as it stands; "" gives the client alone, who has none yet."""

    def value(self, record_id: str, header: str) -> str | None:
        """What stands in a field of a record, None where the record is not there or deleted."""

    def unconfirmed(self) -> Mapping[Place, Collection[str]]:
        """Of saved episodes and events, by the ids of both ("" for an episode itself), the fields that were taken over
        from another record and that nobody has confirmed; nothing of those without."""


def kept_beside(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, client_id: str) -> KeptBeside:
    """What is kept beside a client; beside a new one, whose id is "", only what the agency says of itself."""
    settings = agency_settings.settings(snapshot, agency) if standard.settings else {}
    code = agencies.code_of(snapshot, agency)
    if not client_id:
        return KeptBeside(settings=settings, agency=code)
    rules = {rule.id for rule in standard.rules if any(row.pattern in FILE_PATTERNS for row in rule.rows)}
    rules.discard(rule_of(standard))  # whoever has the client in hand knows of what was taken over
    found = queries.findings(snapshot, agency, client_id=client_id, limit=MOST)
    found = [one for one in found if one.rule in rules]
    # What the letter that was left has in its return: a check of the record as it stands need not say it.
    found += queries.in_return_alone(snapshot, client_id)
    # It may say the same in the return that is due, and in the one before.
    between = tuple({(subject(one), one.field): replace(one, accepted="") for one in found}.values())
    return KeptBeside(tuple(acceptances.listed(snapshot, agency, client_id=client_id)), between, settings, code)


class ClientCheck:
    """Checks one client, over and over as it is typed in; what was found of an episode is remembered until forgotten.

    Take what is kept beside it again when that may be another one.
    """

    def __init__(self, checker: Checker, kept: KeptBeside | None = None) -> None:
        """Take the rules, and what is kept beside the client."""
        self._checker, self._standard = checker, checker.standard
        self._tells_open = any(row.pattern == OPEN_BESIDE for rule in checker.standard.rules for row in rule.rows)
        self._tells_carried = bool(rule_of(checker.standard))
        self._found: dict[str, list[Finding]] = {}
        self._today: date | None = None
        self.take(kept or KeptBeside())

    def take(self, kept: KeptBeside) -> None:
        """Take what is kept beside the client; acceptances cover the warnings whose values are still the same."""
        self.kept = kept
        self._accepted = Accepted(kept.accepted)
        self._between = self._accepted.mark([replace(one, accepted="") for one in kept.between])
        self._found.clear()

    def forget(self, episode_id: str = "") -> None:
        """Forget what was found of an episode, of all without one: a value there is another one."""
        if episode_id:
            self._found.pop(episode_id, None)
        else:
            self._found.clear()

    def findings(self, client: CheckedClient, today: date) -> list[Finding]:
        """All that is to be said of the client; a fault in a client field once, whichever episodes show it."""
        if self._today != today:
            self._today = today
            self._found.clear()
        context = Context(today, "store", settings=self.kept.settings, agency=self.kept.agency)
        told: dict[tuple[object, ...], Finding] = {}
        for id in client.episode_ids() or ("",):
            if id not in self._found:
                found = self._accepted.mark(self._checker.check(client.record(id), context))
                self._found[id] = found if id else [one for one in found if self._is_clients(one)]
            for one in self._found[id]:
                alike = (self._section(one), one.rule, one.field, one.message)
                key: tuple[object, ...] = alike if self._lands_in_client(one) else (id, len(told))
                if key not in told or told[key].accepted:  # accepted in one episode only, it is open
                    told[key] = one
        still = self._still(client, list(told.values()))
        return [*told.values(), *still, *self._carried(client), *self._open_beside(client)]

    def each(self) -> list[Finding]:
        """Every finding of every episode that was looked at last, also those that `findings` tells once; what another
        letter says of the same values is the same."""
        own = [one for found in self._found.values() for one in found]
        known = {(one.severity, subject(one)) for one in own}
        return [*own, *(one for one in self._between if (one.severity, subject(one)) not in known)]

    def acceptance_of(self, finding: Finding) -> AcceptanceInfo | None:
        """The acceptance that covers a warning; None for one that is open."""
        return self._accepted.of(finding)

    def _is_clients(self, finding: Finding) -> bool:
        """Whether a finding looks at the client's own fields alone."""
        return all(self._standard.by_header[header].level == "client" for header in finding.fields)

    def _lands_in_client(self, finding: Finding) -> bool:
        field = self._standard.by_header.get(finding.field)
        return field is None or field.level == "client"

    def _section(self, finding: Finding) -> str:
        field = self._standard.by_header.get(finding.field)
        return field.section if field is not None else finding.section

    def _still(self, client: CheckedClient, told: Sequence[Finding]) -> list[Finding]:
        """What was found between records and holds as far as one can tell here: the value found stands in its field.

        What the client's own check says as well is left out.
        """
        known = {(one.rule, one.field, one.episode_id, one.event_id) for one in told}
        left: list[Finding] = []
        for one in self._between:
            field = self._standard.by_header.get(one.field)
            if field is None or not self._standard.by_header.keys() >= {*one.fields}:
                left += self._not_asked(client, one)
                continue
            if (one.rule, one.field, one.episode_id, one.event_id) in known:
                continue
            id = {"client": client.client_id, "episode": one.episode_id, "event": one.event_id}[field.level]
            text = client.value(id, one.field)
            if text is not None and text == one.values.get(one.field) and self._stands(client, one):
                left.append(one)
        return left

    def _not_asked(self, client: CheckedClient, one: Finding) -> Iterator[Finding]:
        """What was found of a field that the form does not ask any more, said at the day that its record is known by:
        nothing where what was found does not stand, or is accepted."""
        standard, section = self._standard, self._standard.section_by_id.get(one.section)
        if section is None or one.accepted:
            return
        day = {"client": standard.role("birth_date"), "episode": standard.role("opened"), "event": section.date_field}
        id = {"client": client.client_id, "episode": one.episode_id, "event": one.event_id}[section.level]
        header, gone = day[section.level], one.values.keys() - standard.by_header.keys()
        if header and all(client.value(id, each) == one.values[each] for each in gone):
            yield replace(one, field=header, fields=(header,), values={header: client.value(id, header) or ""})

    def _carried(self, client: CheckedClient) -> Iterator[Finding]:
        """A notice for each value that was taken over and that nobody has confirmed."""
        marked = client.unconfirmed() if self._tells_carried else {}
        for (episode_id, event_id), headers in marked.items():
            for header in sorted(headers, key=self._standard.headers.index):
                value = client.value(event_id or episode_id, header) or ""
                found = carried_finding(self._standard, header, value)
                yield replace(found, client_id=client.client_id, episode_id=episode_id, event_id=event_id)

    def _open_beside(self, client: CheckedClient) -> Iterator[Finding]:
        """A notice for each episode that is open beside one that was opened before it, and is open, too."""
        opened, closed = self._standard.role("opened"), self._standard.role("closed")
        if not (self._tells_open and opened and closed):
            return
        days = [(client.value(id, opened) or "", id) for id in client.episode_ids() if not client.value(id, closed)]
        days.sort(key=lambda each: (not each[0], each[0]))  # stable; one without a day yet is the newest
        for day, id in days[1:]:
            found = structure_finding(self._standard, OPEN_BESIDE, fields=(opened,), values={opened: day})
            yield replace(found, client_id=client.client_id, episode_id=id)

    def _stands(self, client: CheckedClient, finding: Finding) -> bool:
        """Whether all other fields that a finding looks at hold what it found in them, as far as they are told."""
        ids = {"client": client.client_id, "episode": finding.episode_id, "event": finding.event_id}
        for header in finding.fields:
            field = self._standard.by_header.get(header)
            # What no person keys (the agency's code) may be put in on the way out.
            asked = field is not None and field.keyed == "person" and ids[field.level]
            text = client.value(ids[field.level], header) if field is not None and asked else None
            if text is not None and text != finding.values.get(header, ""):
                return False
        return True


class StoredClient:
    """A client as it is stored, with what is `typed` into some records (by id) in place of what is saved."""

    def __init__(self, tree: ClientTree, typed: Mapping[str, Values] | None = None) -> None:
        """Take the client; deleted records in it are passed over."""
        self._tree = tree
        self._values = {one.id: one.values for one in records_of(tree)} | dict(typed or {})
        self._episodes = {one.episode.id: one for one in tree.episodes if not one.episode.deleted}
        self._live = {tree.client.id, *self._episodes}
        for one in self._episodes.values():
            self._live |= {event.id for event in one.events if not event.deleted}

    @property
    def client_id(self) -> str:
        """The client's store id."""
        return self._tree.client.id

    def episode_ids(self) -> Sequence[str]:
        """The store ids of the episodes, without deleted ones, in order of entry."""
        return list(self._episodes)

    def record(self, episode_id: str) -> EpisodeRecord:
        """An episode as it stands; "" gives the client alone."""
        client = self._values[self.client_id]
        if not episode_id:
            return EpisodeRecord(client, {}, (), (), self.client_id)
        one = self._episodes[episode_id]
        events = tuple(
            Event(event.section, self._values[event.id], None, event.id) for event in one.events if not event.deleted
        )
        return EpisodeRecord(client, self._values[episode_id], events, (), self.client_id, episode_id)

    def unconfirmed(self) -> Mapping[Place, Collection[str]]:
        """The fields that were taken over from another record and that nobody has confirmed."""
        marked = {}
        for id, one in self._episodes.items():
            places = [(("", one.episode)), *((event.id, event) for event in one.events if not event.deleted)]
            marked.update({(id, event_id): record.unconfirmed for event_id, record in places if record.unconfirmed})
        return marked

    def value(self, record_id: str, header: str) -> str | None:
        """What stands in a field of a record, None where the record is not there or deleted."""
        return self._values[record_id].get(header, "") if record_id in self._live else None


def findings(
    snapshot: Snapshot, work: Work, tree: ClientTree, typed: Mapping[str, Values] | None = None
) -> list[Finding]:
    """What is to be said of a client of the store, with what is `typed` into records (by id) in place of what is saved.

    A fault in a client field is told once, whichever episodes show it. A record that is not saved yet (version 0) is
    judged with the identifiers that saving will give it.
    """
    typed = dict(typed or {})
    for one in records_of(tree):
        if not one.version:
            typed[one.id] = {**_made(work.standard, one), **typed.get(one.id, one.values)}
    check = ClientCheck(work.checker, kept_beside(snapshot, work.agency, work.standard, tree.client.id))
    return check.findings(StoredClient(tree, typed), work.today)


def _made(standard: Standard, record: StoredRecord) -> dict[str, str]:
    """The identifiers that a new record gets when it is saved."""
    own = [one for one in standard.fields if one.keyed == "made" and one.level == record.kind]
    return {one.header: record.id for one in own if not record.section or one.section == record.section}


def each_finding(snapshot: Snapshot, work: Work, tree: ClientTree) -> list[Finding]:
    """Every finding of every episode of a client, as acceptances are kept for them, each once: the letter of today, and
    one that was left, may say the same."""
    check = ClientCheck(work.checker, kept_beside(snapshot, work.agency, work.standard, tree.client.id))
    check.findings(StoredClient(tree), work.today)
    told: dict[object, Finding] = {}
    for one in (*check.each(), *queries.in_left_letters(snapshot, tree.client.id)):
        told.setdefault((one.severity, subject(one)), one)
    return list(told.values())


def keep(store: "Store", work: Work, episode_ids: Collection[str], now: datetime) -> None:
    """Check episodes anew and keep what is found, so that lists know at once."""
    if episode_ids:
        check_some(store, work.agency, work.checker, episode_ids, work.today, now)
