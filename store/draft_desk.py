"""What the screens ask of an open store about drafts, and about typing that it could not take."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from store.disk import files
from store.disk.keys import Key
from store.facts import AgencyInfo, DraftInfo, Kind
from store.live import drafts, offline_drafts
from store.live.offline_drafts import TakenIn
from store.records.values import stamp
from validators.records import NO_VALUES, Values


class DraftDesk(ABC):
    """The part of `Desk` that keeps drafts."""

    path: Path
    _key: Key

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment."""

    @abstractmethod
    def _locked(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that has the write lock."""

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

    def drafts_in(self, agency: AgencyInfo) -> list[DraftInfo]:
        """Everybody's drafts of one agency's records, new ones among them; the latest first."""
        with self._reading() as connection:
            return drafts.in_agency(connection, agency)

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
        return offline_drafts.keep(self.path, self._key, kept)

    def take_unsaved(self, person: str) -> TakenIn:
        """Put a person's drafts from such files among the others, and take the files away. Raises Problem."""
        found, unreadable = offline_drafts.read(self.path, self._key, person)
        taken = TakenIn()
        if found:
            with self._locked() as connection:
                taken = offline_drafts.take_in(connection, found)
            for file in found:
                self.forget_unsaved(file)
        return replace(taken, unreadable=tuple(unreadable))

    def forget_unsaved(self, file: Path) -> None:
        """Take away a file of `keep_unsaved` whose drafts the store has. Raises Problem."""
        try:
            offline_drafts.remove(file)
        except OSError as error:
            raise files.refused(error, file, "taken away") from None
