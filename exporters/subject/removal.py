"""Removal of a client after withdrawal of consent, or at the end of retention: due, asked for, confirmed, done.

Nothing is removed by itself. One person asks, another one looks and confirms; both may be told beforehand what is held
(see `exporters.subject.everything`), and where else in the store the person is (see `elsewhere` beside it). Files that
were written outside the store are named, for they are not touched.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from exporters.checks.bounces import read_bounces
from exporters.records.consent import WHOM
from exporters.records.merging import FEW
from exporters.subject.elsewhere import HeldElsewhere, held_elsewhere, lost_origins
from exporters.subject.names import (
    Names,
    extracts_with,
    form_of,
    named_in,
    names_of,
    receipts_with,
    require_known,
)
from store.facts import RECORD_KINDS, AgencyInfo, ClientTree, DueRemoval, ExtractInfo, RemovalInfo, RemovalReason
from store.live import drafts, offline_drafts
from store.month import bounce_lists, extracts, withdrawals
from store.records import handover, merge, read, removal
from store.records.removal import StruckExtract
from store.records.values import is_day, sortable
from store.snapshot import Snapshot
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, counted

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork


REASONS: dict[RemovalReason, str] = {
    "withdrawal": "consent was withdrawn",
    "retention": "the time for which clients are kept is over",
}
COPIES = (
    "Copies of the store that were made before still hold the client until they give way to newer ones: where one is "
    "made a day and the last 14 are kept, until one was made on 14 days more; one made before an upgrade, for 30 days "
    "after it. Whoever brings an older copy back removes the client again."
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
    """What was removed, the extracts whose files outside the store had the client in them, and, in sentences, whom to
    tell, where else in the store the client is, and what of them goes later.

    `also` are the records of the same person in other agencies that went with them.
    """

    info: RemovalInfo
    struck: tuple[ExtractInfo, ...]
    elsewhere: tuple[str, ...] = ()
    also: tuple["Removed", ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Where those files were written to."""
        struck = [*self.struck, *(extract for one in self.also for extract in one.struck)]
        return tuple(dict.fromkeys(str(one.receipt.get("file") or one.file_name) for one in struck))


def state(snapshot: Snapshot, agency: AgencyInfo, today: date) -> RemovalState:
    """Where the removal of an agency's clients stands on a day."""
    waiting = {one.client_id for one in removal.listed(snapshot, agency) if one.is_open}
    due = tuple(one for one in removal.due(snapshot, agency, today) if one.client_id not in waiting)
    asked = tuple(removal.listed(snapshot, agency))
    return RemovalState(removal.retention_years(snapshot, agency), due, asked)


def ask(
    unit: "UnitOfWork",
    agency: AgencyInfo,
    standard: Standard,
    client_id: str,
    reason: RemovalReason,
    today: date,
    everywhere: bool | None = None,
) -> RemovalInfo:
    """Ask that a client be removed; with `everywhere` their records in other agencies of the store, too, in one act.

    Raises Problem where the reason does not hold in one of them, see `require_reason`, where another agency has them
    and nobody said whether they go there, too, and where what was copied from here stands with somebody else there.
    """
    trees = removal.all_of(unit, client_id)
    _refuse(unit, agency, standard, trees, reason, today)
    places = [one for one in held_elsewhere(unit, agency, standard, trees) if one.is_certain]
    there = [one for one in places if removal.waiting(unit, one.client_id) is None]
    if there and everywhere is None:
        raise Problem(
            f"{'; '.join(one.told for one in there)}: say whether what is there is removed, too (--everywhere), "
            "or stays (--here-alone)."
        )
    done = removal.ask(unit, agency, client_id, reason)
    for one in there if everywhere else ():
        if one.differing:
            raise Problem(f"{one.told}: put right there whose it is, or have this one removed here alone.")
        with _told_there(one):
            _refuse(unit, one.agency, load(one.agency.standard), removal.all_of(unit, one.client_id), reason, today)
            removal.ask(unit, one.agency, one.client_id, reason)
    return done


def take_back(unit: "UnitOfWork", agency: AgencyInfo, standard: Standard, removal_id: str) -> RemovalInfo:
    """Take back what was asked, for all agencies of which it was asked in one act. Raises Problem."""
    done = removal.take_back(unit, removal_id)
    if merge.kept_for(unit, done.client_id):  # as could be done once: whoever is kept is asked for anew
        return done
    for place, other in _together(unit, done, _places(unit, agency, standard, done.client_id)):
        with _told_there(place):
            removal.take_back(unit, other.id)
    return done


def elsewhere_of(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, client_id: str) -> list[HeldElsewhere]:
    """The other agencies' records of the same person, for whoever is asked whether those go, too."""
    found = _places(snapshot, agency, standard, client_id)
    return [one for one in found if one.is_certain and removal.waiting(snapshot, one.client_id) is None]


def _places(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, client_id: str) -> list[HeldElsewhere]:
    return held_elsewhere(snapshot, agency, standard, removal.all_of(snapshot, client_id))


def _together(
    snapshot: Snapshot, info: RemovalInfo, places: Iterable[HeldElsewhere]
) -> list[tuple[HeldElsewhere, RemovalInfo]]:
    """Of the places that have the same person those whose removal was asked for in one act with this one."""
    found = []
    for one in places:
        other = removal.waiting(snapshot, one.client_id) if one.is_certain else None
        if other is not None and (other.asked_at, other.asked_by) == (info.asked_at, info.asked_by):
            found.append((one, other))
    return found


@contextmanager
def _told_there(one: HeldElsewhere) -> Iterator[None]:
    """Say of a Problem in which agency it is."""
    try:
        yield
    except Problem as problem:
        told = problem.told(load(one.agency.standard).terms)
        raise Problem(f"In agency {one.place}, {one.name}: {told}") from None


def _refuse(
    unit: "UnitOfWork",
    agency: AgencyInfo,
    standard: Standard,
    trees: list[ClientTree],
    reason: RemovalReason,
    today: date,
) -> None:
    require_reason(unit, agency, standard, trees, reason, today)
    require_known(names_of(unit, agency, standard, trees))


def require_reason(
    snapshot: Snapshot,
    agency: AgencyInfo,
    standard: Standard,
    trees: list[ClientTree],
    reason: RemovalReason,
    today: date,
) -> None:
    """Raise Problem where somebody is in treatment, or may be, where consent stands, or where the time is not over."""
    closed = standard.role("closed")
    live = [
        one.episode for tree in trees if not tree.client.deleted for one in tree.episodes if not one.episode.deleted
    ]
    if any(not one.values.get(closed) for one in live):
        told = "The client has an open {episode}: what is needed for treatment is not removed; close it first."
        raise Problem(Sentence(told))
    if not all(is_day(sortable(one.values[closed])) for one in live):
        raise Problem(
            Sentence("The closure date of an {episode} cannot be read, so it may be open: put it right first.")
        )
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
    """Remove a client whose removal another person asked for: from the records, their history and kept extracts; with
    them their records in the agencies of which that was asked in the same act.

    All of it in one unit of work. Raises Problem for the person who asked, where records changed since, while somebody
    has one open, where the reason holds no more, and where another agency got a copy of them since.
    """
    info = removal.require_second_person(unit, removal_id)
    trees = removal.all_of(unit, info.client_id)
    places = held_elsewhere(unit, agency, standard, trees)
    together = _together(unit, info, places)
    going = {place.client_id for place, _ in together}
    for place in places:
        if place.client_id not in going and removal.entered_since(unit, place.copies, info.asked_at):
            raise Problem(f"{place.told}, made since this was asked for: take that back, and ask anew.")
    told = [*_not_said(unit, agency, standard, trees), *_told_elsewhere(unit, info, trees, places)]
    told += [*_typed_away(unit, trees), *_noted_of_others(unit, agency, standard, trees), *_typed_here(unit, trees)]
    also = []
    for place, other in together:
        with _told_there(place):
            removal.require_second_person(unit, other.id)
            its = load(place.agency.standard)
            theirs = removal.all_of(unit, place.client_id)
            told += [*_not_said(unit, place.agency, its, theirs), *_typed_away(unit, theirs)]
            told += _typed_here(unit, theirs)
            told += _noted_of_others(unit, place.agency, its, theirs, place.place)
            also.append(_remove(unit, place.agency, its, other, today))
    done = _remove(unit, agency, standard, info, today)
    return replace(done, elsewhere=tuple(dict.fromkeys(told)), also=tuple(also))


def _remove(unit: "UnitOfWork", agency: AgencyInfo, standard: Standard, info: RemovalInfo, today: date) -> Removed:
    trees = removal.all_of(unit, info.client_id)
    require_reason(unit, agency, standard, trees, info.reason, today)
    names = names_of(unit, agency, standard, trees)
    found = extracts_with(unit, agency, names)
    told_of = receipts_with(unit, agency, names)

    def struck() -> Iterator[StruckExtract]:
        for one in found:
            form = form_of(one.extract, names)
            text = form.without(extracts.text(unit, one.extract.id), names.by(form.standard).are_in)
            yield StruckExtract(one.extract, text, names.struck(dict(one.extract.receipt)))
        have = {one.extract.id for one in found}
        for extract in told_of:
            if extract.id not in have:
                yield StruckExtract(extract, None, names.struck(dict(extract.receipt)))

    refused = _refused(unit, agency, names, {one.extract.id for one in found})
    done = removal.erase(unit, info.id, trees, named_in(unit, agency, names), struck(), refused)
    return Removed(done, tuple(one.extract for one in found))


def _refused(
    snapshot: Snapshot, agency: AgencyInfo, names: Names, among: Collection[str]
) -> dict[tuple[int, str], set[int]]:
    """The lines of the lists of what the portal refused that mean a client by a line of the file: what is told in them
    may well be a value. By the agency's number and the list's extract.

    `among` are the ids of the extracts that have the client in them: no other is read, for nobody can save meanwhile.
    Of one from which somebody was struck before, no line of the file says whose it is.
    """
    found: dict[tuple[int, str], set[int]] = {}
    for one in bounce_lists.listed(snapshot, agency):
        if one.extract_id not in among:
            continue
        with suppress(Problem):  # a list in which nothing is left to read
            extract = extracts.one(snapshot, one.extract_id)
            if extract.redacted_at is None:
                standard, first = form_of(extract, names).standard, not one.counts_rows
                led = read_bounces(snapshot, agency, standard, extract.id, one.text, headings_are_line_1=first)
                theirs = {each.number for each in led if names.is_named(each.episode)}
                found[agency.number, extract.id] = theirs
    return found


def told_before(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, info: RemovalInfo) -> list[str]:
    """What a removal would take away, in lines."""
    trees = removal.all_of(snapshot, info.client_id)
    places = held_elsewhere(snapshot, agency, standard, trees)
    together = _together(snapshot, info, places)
    lines = [_told_going(snapshot, agency, standard, trees)]
    for place, _ in together:
        its = load(place.agency.standard)
        theirs = removal.all_of(snapshot, place.client_id)
        lines.append(f"{place.told}, which goes with this one. {_told_going(snapshot, place.agency, its, theirs)}")
        lines += _not_said(snapshot, place.agency, its, theirs)
        lines += [*_noted_of_others(snapshot, place.agency, its, theirs, place.place), *_typed_here(snapshot, theirs)]
    lines += [
        *_typed_here(snapshot, trees),
        *_not_said(snapshot, agency, standard, trees),
        *_noted_of_others(snapshot, agency, standard, trees),
    ]
    return [*lines, *_told_elsewhere(snapshot, info, trees, places), COPIES]


def _not_said(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]) -> list[str]:
    """That whoever has the data was not told yet that consent is gone, which no extract can say after a removal."""
    many = len(withdrawals.not_said(snapshot, agency, {tree.client.id for tree in trees}))
    if not many:
        return []
    told = (
        "That consent was taken back for {many} is in no extract that was sent: send one first, or tell {whom}, who "
        "can take out what was sent. After the removal no extract says so."
    )
    return [standard.say(told, many=counted(many, standard.word("episode")), whom=WHOM)]


def _typed_away(snapshot: Snapshot, trees: list[ClientTree]) -> list[str]:
    """Whose typing of some records stands in files that were kept while the store was away: those go later."""
    ids = {one.id for one in removal.records_in(trees)}
    typed, unread = offline_drafts.left(snapshot)
    saved = handover.known_ids(snapshot, {one.record_id for one in typed})
    theirs = (one for one in typed if one.record_id in ids or (one.parent_id in ids and one.record_id not in saved))
    people = sorted({one.person for one in theirs})
    told = [f"What {one} typed while the store was away goes when {one} starts Keywork." for one in people]
    if unread:
        told.append(
            f"Typing that was kept in {counted(unread, 'file')} while the store was away cannot be read by this "
            "account: what of the client is in it goes when whoever typed it starts Keywork."
        )
    return told


def _typed_here(snapshot: Snapshot, trees: list[ClientTree]) -> list[str]:
    """Whose typing of some records, or of new ones under them, is not saved: it goes with them."""
    ids = {one.id for one in removal.records_in(trees)}
    typed = drafts.listed(snapshot)
    for _ in RECORD_KINDS:  # what is new may stand under what is new
        ids |= {one.record_id for one in typed if one.parent_id in ids and not one.version}
    people = {one.person for one in typed if one.record_id in ids and one.differs}
    return [f"What {one} typed and did not save goes with them." for one in sorted(people)]


def _noted_of_others(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: list[ClientTree], place: str = ""
) -> list[str]:
    """That what was written of other clients names this one: it belongs to their records, and stays. `place` is what
    the agency is called, where it is another one."""
    names = names_of(snapshot, agency, standard, trees)
    others = removal.noted_of_others(snapshot, agency, {tree.client.id for tree in trees}, names.name)
    if not others:
        return []
    references = read.client_references(snapshot, others[:FEW])
    told = [references[one] or one for one in others[:FEW]]
    more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
    where = f" in agency {place}" if place else ""
    return [f"Notes on {', '.join(told)}{more}{where} name the client removed, and stay: put them right there."]


def _told_going(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]) -> str:
    found = extracts_with(snapshot, agency, names_of(snapshot, agency, standard, trees))
    return standard.say(
        "Records that go, with all values of their history: {many}. From {extracts}: {found}.",
        many=len(removal.records_in(trees)),
        extracts=counted(len(found), "kept extract"),
        found=standard.counted(sum(one.rows for one in found), "row"),
    )


def _told_elsewhere(
    snapshot: Snapshot, info: RemovalInfo, trees: list[ClientTree], places: list[HeldElsewhere]
) -> list[str]:
    """A sentence for each place in the store that has the person, or perhaps has, and keeps them."""
    going = {place.client_id for place, _ in _together(snapshot, info, places)}
    told = []
    for one in places:
        if one.client_id in going:
            continue
        if removal.waiting(snapshot, one.client_id) is not None:
            told.append(f"{one.told}: its removal was asked for apart, and is confirmed there.")
        else:
            told.append(f"{one.told}: not removed with this one, ask for that there.")
    return told + lost_origins(trees, places)


def told_removed(removed: Removed) -> Iterator[str]:
    """What was done, in lines."""
    told = removed.info.told
    yield (
        f"Removed: {told.get('records', 0)} records, the values of {told.get('history', 0)} lines of their history, "
        f"what {told.get('extracts', 0)} kept extracts had of them, {told.get('lines', 0)} lines of bounce lists."
    )
    for one in removed.also:
        its = one.info.told
        yield (
            f"With them in another agency: {its.get('records', 0)} records, the values of {its.get('history', 0)} "
            f"lines of their history, what {its.get('extracts', 0)} kept extracts had of them."
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
