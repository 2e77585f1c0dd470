"""What the screens ask of an open store: lists, trees, findings, presence, drafts, habits. `Store` is one of these."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from store import (
    checking,
    drafts,
    files,
    habits,
    kept_findings,
    likeness,
    lines,
    merging,
    presence,
    seeking,
    trees,
    unsaved,
)
from store.acceptance_desk import AcceptanceDesk
from store.audit import Chain
from store.keys import Key
from store.shapes import (
    AgencyInfo,
    ClientQuery,
    ClientRow,
    ClientTree,
    DraftInfo,
    FindingCount,
    Kind,
    MergeInfo,
    Presence,
    Resemblance,
    TakenIn,
)
from store.submission_desk import SubmissionDesk
from store.typed import Derivers, sortable, stamp
from validators.records import NO_VALUES, EpisodeRecord, Finding, Severity, Values


class Desk(AcceptanceDesk, SubmissionDesk):
    """The screens' side of a store. Every method may be called from any thread and raises Problem."""

    _derivers: Derivers
    _memory: seeking.Memory
    path: Path
    _key: Key

    # Lists and trees

    def client_rows(self, agency: AgencyInfo, query: ClientQuery, offset: int, limit: int) -> list[ClientRow]:
        """At most `limit` of the clients a query finds, from `offset` on, in its order."""
        with self._reading() as connection:
            return seeking.rows(connection, self._memory, agency, query, offset, limit)

    def count_clients(self, agency: AgencyInfo, query: ClientQuery) -> int:
        """How many clients a query finds."""
        with self._reading() as connection:
            return seeking.count(connection, self._memory, agency, query)

    def client_tree(self, client_id: str, *, deleted: bool = False) -> ClientTree:
        """A client with episodes and events; with `deleted` those that are deleted, too."""
        with self._reading() as connection:
            return trees.tree(connection, client_id, deleted=deleted)

    def episode_record(self, episode_id: str) -> EpisodeRecord:
        """One episode as a check wants it."""
        with self._reading() as connection:
            return trees.episode_record(connection, episode_id)

    def client_records(self, client_id: str) -> list[EpisodeRecord]:
        """A client's episodes as a check wants them, in order of entry."""
        with self._reading() as connection:
            return trees.client_records(connection, client_id)

    def key_workers(self, agency: AgencyInfo) -> list[str]:
        """The names of an agency's key workers."""
        with self._reading() as connection:
            return checking.key_workers(connection, agency)

    def merges(self, client_id: str) -> list[MergeInfo]:
        """The merges a client took part in, undone ones too, the latest first."""
        with self._reading() as connection:
            return merging.listed(connection, client_id)

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
            return likeness.resembling(connection, agency, given_initial, family_initial, day, sex, leave_out)

    def saved_version(self) -> int:
        """A number that grows with every save of a client, episode or event, by anybody, and with nothing else."""
        with self._reading() as connection:
            return lines.saved_version(connection)

    # Findings

    def stamped_episodes(
        self, agency: AgencyInfo, ids: Collection[str] | None = None, *, due: date | None = None
    ) -> Iterator[tuple[str, EpisodeRecord]]:
        """An agency's episodes, or those with the given ids, each with the stamp that `save_findings` wants back.

        With `due` only those that are due for a check on that day.
        """
        with self._reading() as connection:
            yield from checking.stamped(connection, self._derivers[agency.standard], agency, ids, due)

    def save_findings(self, items: Iterable[kept_findings.Checked], day: date, now: datetime) -> int:
        """Keep what was found on a day: episode id, the stamp it was read with, and its findings.

        Returns for how many episodes; one that was changed meanwhile is passed over and stays stale.
        """
        kept, at = list(items), stamp(now)
        with self._locked() as connection:

            def chain() -> Chain:
                return self._chain(connection, kept_findings.CHECKER, at)

            return kept_findings.save(connection, self._derivers, chain, kept, day, at)

    def stale_episodes(self, agency: AgencyInfo, day: date, *, offset: int = 0, limit: int | None = None) -> list[str]:
        """The episodes whose findings are not those of this day, this standard and their values of now.

        In order of entry, from `offset` on, at most `limit` of them.
        """
        with self._reading() as connection:
            fingerprint = self._derivers[agency.standard].fingerprint
            return checking.stale(connection, agency, day, fingerprint, offset, limit)

    def count_stale(self, agency: AgencyInfo, day: date) -> int:
        """How many episodes are due for a check."""
        with self._reading() as connection:
            return checking.count_stale(connection, agency, day, self._derivers[agency.standard].fingerprint)

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
            return checking.findings(connection, agency, rule, severity, client_id, offset, limit)

    def finding_counts(self, agency: AgencyInfo) -> list[FindingCount]:
        """How many findings each rule has at each severity, errors first, then by rule."""
        with self._reading() as connection:
            return checking.counts(connection, agency)

    # Who is where

    def enter(self, person: str, session: str, kind: Kind, record_id: str, now: datetime) -> None:
        """Note which record a session opened; it has only that one open."""
        with self._locked() as connection:
            presence.enter(connection, person, session, kind, record_id, now)

    def stay(self, session: str, now: datetime) -> None:
        """A session's sign of life, wanted well within 90 seconds of the last one."""
        with self._locked() as connection:
            presence.stay(connection, session, now)

    def leave(self, session: str) -> None:
        """Note that a session closed its record."""
        with self._locked() as connection:
            presence.leave(connection, session)

    def others_in(self, kind: Kind, record_id: str, session: str, now: datetime) -> list[Presence]:
        """Who else has a record open, the first to come first."""
        with self._reading() as connection:
            return presence.others(connection, kind, record_id, session, now)

    # Drafts

    def save_draft(
        self,
        person: str,
        kind: Kind,
        record_id: str,
        values: Values,
        base_version: int,
        now: datetime,
        *,
        parent_id: str = "",
        section: str = "",
        at_field: str = "",
        began_with: Values = NO_VALUES,
        unconfirmed: Iterable[str] = (),
        session: str = "",
    ) -> None:
        """Keep what a person has typed into a record so far, and the field he is in.

        `parent_id` and `section` say where a new record belongs; the parent may itself be but a draft. `began_with` are
        the values the record had when typing began, `unconfirmed` the fields carried over and not confirmed. Each
        `session` keeps a draft of its own.
        """
        with self._locked() as connection:
            drafts.save(
                connection,
                person,
                kind,
                record_id,
                values,
                base_version,
                stamp(now),
                parent_id=parent_id,
                section=section,
                at_field=at_field,
                began_with=began_with,
                unconfirmed=unconfirmed,
                session=session,
            )

    def drafts(
        self, person: str | None = None, *, parent_id: str | None = None, section: str | None = None
    ) -> list[DraftInfo]:
        """A person's drafts, or everybody's, under a parent or of a section only; the latest first."""
        with self._reading() as connection:
            return drafts.listed(connection, person, parent_id, section)

    def draft_of(self, person: str, record_id: str) -> DraftInfo | None:
        """A person's latest draft of a record, None when there is none."""
        with self._reading() as connection:
            return drafts.one(connection, person, record_id)

    def drop_draft(self, person: str, record_id: str, session: str | None = None) -> None:
        """Forget a person's drafts of a record, that of one session only when it is given."""
        with self._locked() as connection:
            drafts.drop(connection, person, record_id, session)

    def take_over_draft(self, person: str, record_id: str, source: str, session: str) -> None:
        """Make the draft that a session left behind another session's, which goes on with it.

        A draft that this one had itself is kept in the first one's place: nothing is written over.
        """
        with self._locked() as connection:
            drafts.take_over(connection, person, record_id, source, session)

    # Typing that the store could not take

    def keep_unsaved(self, kept: Sequence[DraftInfo]) -> Path:
        """Keep drafts in an encrypted file of their own, because the store is away or locked; which file.

        Raises Problem when no file can be written either.
        """
        return unsaved.keep(self.path, self._key, kept)

    def take_unsaved(self, person: str) -> TakenIn:
        """Put a person's drafts from such files among the others, and take the files away. Raises Problem."""
        found, unreadable = unsaved.read(self.path, self._key, person)
        taken = TakenIn()
        if found:
            with self._locked() as connection:
                taken = unsaved.take_in(connection, found)
            for file in found:
                self.forget_unsaved(file)
        return replace(taken, unreadable=tuple(unreadable))

    def forget_unsaved(self, file: Path) -> None:
        """Take away a file of `keep_unsaved` whose drafts the store has. Raises Problem."""
        try:
            unsaved.remove(file)
        except OSError as error:
            raise files.refused(error, file, "taken away") from None

    # Habits

    def code_usage(self, agency: AgencyInfo, header: str) -> dict[str, int]:
        """How often each value of a field stands in the agency's latest records, the most used first."""
        deriver = self._derivers[agency.standard]
        kind = deriver.level(header)
        if kind is None:
            return {}
        with self._reading() as connection:
            return habits.code_usage(connection, agency, kind, deriver.section(header), header)

    def previous_record(self, agency: AgencyInfo, kind: Kind, section: str, person: str) -> Values:
        """The values of the record of a kind that a person saved last; empty when there is none."""
        with self._reading() as connection:
            return habits.previous(connection, agency, kind, section, person)

    def last_value(self, agency: AgencyInfo, header: str, person: str) -> str:
        """What stands in a field of the record a person saved last; empty when nothing does."""
        deriver = self._derivers[agency.standard]
        kind = deriver.level(header)
        if kind is None:
            return ""
        return self.previous_record(agency, kind, deriver.section(header), person).get(header, "")
