"""What the screens ask of an open store: lists, trees, findings, presence, drafts, habits. `Store` is one of these."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from store.acceptance_desk import AcceptanceDesk
from store.calendar_desk import CalendarDesk
from store.clients import index, lookalikes, rows, search
from store.clients.facts import Counterpart, Sought
from store.disk import audit
from store.disk.audit import Chain
from store.draft_desk import DraftDesk
from store.facts import (
    AgencyInfo,
    ClientQuery,
    ClientRow,
    ClientTree,
    FindingCount,
    Kind,
    MergeInfo,
    Presence,
    Resemblance,
)
from store.findings import queries, results
from store.findings.acceptance_facts import Going
from store.live import presence, recent_entry
from store.records import merge, read
from store.records.values import Derivers, sortable, stamp
from store.submission_desk import SubmissionDesk
from validators.records import EpisodeRecord, Finding, Severity, Values


class Desk(AcceptanceDesk, CalendarDesk, DraftDesk, SubmissionDesk):
    """The screens' side of a store. Every method may be called from any thread and raises Problem."""

    _derivers: Derivers
    _memory: search.Memory

    # Lists and trees

    def client_rows(self, agency: AgencyInfo, query: ClientQuery, offset: int, limit: int) -> list[ClientRow]:
        """At most `limit` of the clients a query finds, from `offset` on, in its order."""
        with self._reading() as connection:
            return search.page(connection, self._memory, agency, query, offset, limit)

    def count_clients(self, agency: AgencyInfo, query: ClientQuery) -> int:
        """How many clients a query finds."""
        with self._reading() as connection:
            return search.count(connection, self._memory, agency, query)

    def clients_at_least(self, agency: AgencyInfo, query: ClientQuery) -> tuple[int, bool]:
        """How many clients a query finds at least, and whether that is all; for keys that cannot wait for a count."""
        with self._reading() as connection:
            return search.at_least(connection, self._memory, agency, query)

    def client_tree(self, client_id: str, *, deleted: bool = False) -> ClientTree:
        """A client with episodes and events; with `deleted` those that are deleted, too."""
        with self._reading() as connection:
            return read.tree(connection, client_id, deleted=deleted)

    def episode_record(self, episode_id: str) -> EpisodeRecord:
        """One episode as a check wants it."""
        with self._reading() as connection:
            return read.episode_record(connection, episode_id)

    def client_records(self, client_id: str) -> list[EpisodeRecord]:
        """A client's episodes as a check wants them, in order of entry."""
        with self._reading() as connection:
            return read.client_records(connection, client_id)

    def key_workers(self, agency: AgencyInfo) -> list[str]:
        """The names of an agency's key workers."""
        with self._reading() as connection:
            return queries.key_workers(connection, agency)

    def merges(self, client_id: str) -> list[MergeInfo]:
        """The merges a client took part in, undone ones too, the latest first."""
        with self._reading() as connection:
            return merge.listed(connection, client_id)

    def resembling(
        self,
        agency: AgencyInfo,
        given_initial: str,
        family_initial: str,
        birth_date: str,
        sex: str,
        *,
        leave_out: Collection[str] = (),
    ) -> list[Resemblance]:
        """Clients who may be the one described, the likeliest first; `birth_date` as the standard or ISO writes it."""
        with self._reading() as connection:
            day = sortable(birth_date)
            return lookalikes.resembling(connection, agency, given_initial, family_initial, day, sex, leave_out)

    def counterparts(self, agency: AgencyInfo, sought: Mapping[str, Sought]) -> dict[str, Counterpart]:
        """Which of some episodes from elsewhere the agency has already, by the keys they are looked for under."""
        with self._reading() as connection:
            return lookalikes.find(connection, agency, sought)

    def saved_version(self) -> int:
        """A number that grows with every save of a client, episode or event, by anybody, and with little else.

        That is: an extract marked as sent or taken back of which it is kept what it holds of each episode.
        """
        with self._reading() as connection:
            return index.saved_version(connection)

    def last_act(self) -> int:
        """A number that grows with whatever anybody does that the audit tells: saves, ticks, extracts, stated dates."""
        with self._reading() as connection:
            return audit.last(connection)

    # Findings

    def stamped_episodes(
        self, agency: AgencyInfo, ids: Collection[str] | None = None, *, due: date | None = None
    ) -> Iterator[tuple[str, EpisodeRecord]]:
        """An agency's episodes, or those with the given ids, each with the stamp that `save_findings` wants back.

        With `due` only those that are due for a check on that day.
        """
        with self._reading() as connection:
            yield from queries.stamped(connection, self._derivers[agency.standard], agency, ids, due)

    def save_findings(
        self,
        items: Iterable[results.Checked],
        day: date,
        now: datetime,
        settings: Mapping[str, str] | None = None,
        going: Mapping[str, Going] | None = None,
    ) -> int:
        """Keep what was found on a day: episode id, the stamp it was read with, and its findings.

        `going` is what the extract due on that day would hold of those, by id, of which that is not all as it stands.

        `settings` are those the check was made with, where not the agency's of now: if they are others by then, what
        was found is kept and is stale.
        Returns for how many episodes; one that was changed meanwhile is passed over and stays stale.
        """
        kept, at = list(items), stamp(now)
        with self._locked() as connection:

            def chain() -> Chain:
                return self._chain(connection, results.CHECKER, at)

            return results.save(connection, self._derivers, chain, kept, day, at, settings, going or {})

    def stale_episodes(self, agency: AgencyInfo, day: date, *, offset: int = 0, limit: int | None = None) -> list[str]:
        """The episodes whose findings are not those of this day, this standard and their values of now.

        In order of entry, from `offset` on, at most `limit` of them.
        """
        with self._reading() as connection:
            return queries.stale(connection, self._derivers[agency.standard], agency, day, offset, limit)

    def count_stale(self, agency: AgencyInfo, day: date) -> int:
        """How many episodes are due for a check."""
        with self._reading() as connection:
            return queries.count_stale(connection, self._derivers[agency.standard], agency, day)

    def findings(
        self,
        agency: AgencyInfo,
        *,
        rule: str | None = None,
        severity: Severity | None = None,
        client_id: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[Finding]:
        """Kept findings, errors first, then by rule, in order of entry."""
        with self._reading() as connection:
            return queries.findings(connection, agency, rule, severity, client_id, offset, limit)

    def finding_counts(self, agency: AgencyInfo) -> list[FindingCount]:
        """How many findings each rule has at each severity, errors first, then by rule."""
        with self._reading() as connection:
            return queries.counts(connection, agency)

    def next_client_with_findings(self, agency: AgencyInfo, client_id: str = "", *, back: bool = False) -> str:
        """The id of the next client (or, `back`, the one before) with a kept error or warning, in order of entry.

        Counted from the client given, from the very first (or last) for ""; "" when there is no more.
        """
        with self._reading() as connection:
            return rows.next_with_findings(connection, agency, client_id, back)

    # Who is where

    def enter(self, person: str, session: str, kind: Kind, record_id: str, now: datetime) -> None:
        """Note which record a session opened; it has only that one open."""
        with self._locked() as connection:
            presence.enter(connection, person, session, kind, record_id, now)

    def stay(self, session: str, now: datetime) -> bool:
        """A session's sign of life, wanted well within 90 seconds of the last one.

        False when it was silent for so long (asleep, stopped) that it is known nowhere any more: it has to enter again.
        """
        with self._locked() as connection:
            return presence.stay(connection, session, now)

    def leave(self, session: str) -> None:
        """Note that a session closed its record."""
        with self._locked() as connection:
            presence.leave(connection, session)

    def others_in(self, kind: Kind, record_id: str, session: str, now: datetime) -> list[Presence]:
        """Who else has a record open, the first to come first; of a client also who is in any record below."""
        with self._reading() as connection:
            return presence.others(connection, kind, record_id, session, now)

    # Habits

    def code_usage(self, agency: AgencyInfo, headers: Iterable[str]) -> dict[str, dict[str, int]]:
        """How often each value of some fields stands in the agency's latest records, the most used first, by field.

        Every section's records are read once, whatever the number of fields.
        """
        deriver = self._derivers[agency.standard]
        sections: dict[tuple[Kind, str], list[str]] = {}
        for header in headers:
            if (kind := deriver.level(header)) is not None:
                sections.setdefault((kind, deriver.section(header)), []).append(header)
        with self._reading() as connection:
            found = [recent_entry.code_usage(connection, agency, *its, wanted) for its, wanted in sections.items()]
        return {header: counts for one in found for header, counts in one.items()}

    def previous_record(self, agency: AgencyInfo, kind: Kind, section: str, person: str) -> Values:
        """The values of the record of a kind that a person saved last; empty when there is none."""
        with self._reading() as connection:
            return recent_entry.previous(connection, agency, kind, section, person)

    def last_value(self, agency: AgencyInfo, header: str, person: str) -> str:
        """What stands in a field of the record a person saved last; empty when nothing does."""
        deriver = self._derivers[agency.standard]
        kind = deriver.level(header)
        if kind is None:
            return ""
        return self.previous_record(agency, kind, deriver.section(header), person).get(header, "")
