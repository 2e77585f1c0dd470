"""Removal of a client after withdrawal of consent, or at the end of retention: due, asked for, confirmed, done.

Nothing is removed by itself. One person asks, another one looks and confirms; both may be told beforehand what is held
(see `exporters.subject.everything`). Files that were written outside the store are named, for they are not touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exporters.subject.elsewhere import other_places
from exporters.subject.names import extracts_with, form_of, names_of, require_known
from store.facts import AgencyInfo, ClientTree, DueRemoval, ExtractInfo, RemovalInfo, RemovalReason
from store.month import extracts
from store.records import read, removal
from store.records.removal import StruckExtract
from store.snapshot import Snapshot
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, counted

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

REASONS: dict[RemovalReason, str] = {
    "withdrawal": "consent was withdrawn",
    "retention": "the time for which clients are kept is over",
}
COPIES = (
    "Copies of the store that were made before still hold the client until they give way to newer ones: with one copy "
    "a day of which the last 14 are kept, for 14 days; one made before an upgrade, for 30 days after it. Whoever "
    "brings an older copy back removes the client again."
)
"""What is said wherever a removal is asked for or done."""


@dataclass(frozen=True)
class RemovalState:
    """Where the removal of clients stands: what is due by the agency's own time, and what was ever asked for."""

    years: int
    due: tuple[DueRemoval, ...]
    asked: tuple[RemovalInfo, ...]

    @property
    def waiting(self) -> tuple[RemovalInfo, ...]:
        """What waits for another person."""
        return tuple(one for one in self.asked if one.is_open)


@dataclass(frozen=True)
class Removed:
    """What was removed, the files outside the store that had the client in them, and where else in it he is."""

    info: RemovalInfo
    struck: tuple[ExtractInfo, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Where those files were written to."""
        return tuple(dict.fromkeys(str(one.receipt.get("file") or one.file_name) for one in self.struck))


def state(snapshot: Snapshot, agency: AgencyInfo, today: date) -> RemovalState:
    """Where the removal of an agency's clients stands on a day."""
    waiting = {one.client_id for one in removal.listed(snapshot, agency) if one.is_open}
    due = tuple(one for one in removal.due(snapshot, agency, today) if one.client_id not in waiting)
    asked = tuple(removal.listed(snapshot, agency))
    return RemovalState(removal.retention_years(snapshot, agency), due, asked)


def ask(
    unit: "UnitOfWork", agency: AgencyInfo, standard: Standard, client_id: str, reason: RemovalReason, today: date
) -> RemovalInfo:
    """Ask that a client be removed. Raises Problem where the reason does not hold, see `require_reason`."""
    trees = removal.all_of(unit, client_id)
    require_reason(unit, agency, standard, trees, reason, today)
    require_known(names_of(unit, agency, standard, trees))
    return removal.ask(unit, agency, client_id, reason)


def require_reason(
    snapshot: Snapshot,
    agency: AgencyInfo,
    standard: Standard,
    trees: list[ClientTree],
    reason: RemovalReason,
    today: date,
) -> None:
    """Raise Problem where somebody is in treatment, where consent still stands, or where the time is not over."""
    closed = standard.role("closed")
    live = [
        one.episode for tree in trees if not tree.client.deleted for one in tree.episodes if not one.episode.deleted
    ]
    if any(not one.values.get(closed) for one in live):
        told = "The client has an open {episode}: what is needed for treatment is not removed; close it first."
        raise Problem(Sentence(told))
    if reason == "withdrawal":
        if standard.role("consent") and any(standard.has_consent(one.values) for one in live):
            raise Problem(Sentence("An {episode} still says that consent was given: record the withdrawal first."))
        return
    day = removal.due_day(snapshot, agency, trees[0].client.id)
    if day is None:
        raise Problem("The agency has not said for how many years clients are kept: say that first.")
    if day > today:
        raise Problem(f"The client is kept until {day:%d %b %Y}: that time is not over.")


def confirm(unit: "UnitOfWork", agency: AgencyInfo, standard: Standard, removal_id: str, today: date) -> Removed:
    """Remove a client whose removal another person asked for: from the records, their history and kept extracts.

    All of it in one unit of work. Raises Problem for the person who asked, where records changed since, while somebody
    has one open, and where the reason holds no more.
    """
    info = removal.require_second_person(unit, removal_id)
    trees = removal.all_of(unit, info.client_id)
    require_reason(unit, agency, standard, trees, info.reason, today)
    names = names_of(unit, agency, standard, trees)
    found = extracts_with(unit, agency, names)
    elsewhere = other_places(unit, agency, standard, trees)

    def struck() -> Iterator[StruckExtract]:
        for one in found:
            form = form_of(one.extract, names)
            text = form.without(extracts.text(unit, one.extract.id), names.by(form.standard).are_in)
            yield StruckExtract(one.extract, text, names.struck(dict(one.extract.receipt)))

    done = removal.erase(unit, removal_id, trees, names.name, struck())
    return Removed(done, tuple(one.extract for one in found), tuple(elsewhere))


def told_before(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, info: RemovalInfo) -> list[str]:
    """What a removal would take away, in lines."""
    trees = removal.all_of(snapshot, info.client_id)
    found = extracts_with(snapshot, agency, names_of(snapshot, agency, standard, trees))
    told = standard.say(
        "Records that go, with all values of their history: {many}. From {extracts}: {found}.",
        many=len(removal.records_in(trees)),
        extracts=counted(len(found), "kept extract"),
        found=standard.counted(sum(one.rows for one in found), "row"),
    )
    return [told, *other_places(snapshot, agency, standard, trees), COPIES]


def told_removed(removed: Removed) -> Iterator[str]:
    """What was done, in lines."""
    told = removed.info.told
    yield (
        f"Removed: {told.get('records', 0)} records, the values of {told.get('history', 0)} lines of their history, "
        f"what {told.get('extracts', 0)} kept extracts had of them, {told.get('lines', 0)} lines of bounce lists."
    )
    if removed.files:
        yield "These files were written with the client in them; Keywork does not touch them, delete or replace them:"
        yield from (f"  {file}" for file in removed.files)
    yield from removed.elsewhere
    yield COPIES


def told_state(one: RemovalInfo) -> str:
    """What became of a request, in words."""
    why = REASONS[one.reason]
    asked = f"asked for by {one.asked_by} on {local_day(one.asked_at):%d %b %Y}, since {why}"
    if one.confirmed_at is not None:
        return f"removed on {local_day(one.confirmed_at):%d %b %Y}, confirmed by {one.confirmed_by}; {asked}"
    if one.taken_back_at is not None:
        return f"taken back by {one.taken_back_by} on {local_day(one.taken_back_at):%d %b %Y}; {asked}"
    return f"{asked}; waits for another person"


def told_years(years: int) -> str:
    """A number of years in words."""
    return counted(years, "year")


def reference_of(snapshot: Snapshot, client_id: str) -> str:
    """A client's reference, "" for one who is gone or has none."""
    return read.client_references(snapshot, [client_id]).get(client_id, "")
