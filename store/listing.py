"""Lists of clients: any filter, any order, any words, from indexes alone; only the rows shown are looked up."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, union

from store import lines, searching
from store.shapes import AgencyInfo, ClientQuery, ClientRow
from store.tables import CLIENTS, DRAFTS, EPISODES, EVENTS, LINES, NAMES, PARTS, STATES
from store.typed import moment
from validators.problems import Problem

# So many clients are sorted by looking each of them up; more are met soon enough by walking in order.
FEW = 1000
_LAST = "\U0010ffff"
_WHOLE_ID = 6

_SORTS = {
    "reference": LINES.c.reference,
    "initials": LINES.c.initials,
    "birth_date": LINES.c.birth,
    "opened": LINES.c.opened,
    "changed": LINES.c.changed,
    "entered": None,
}
_FLAGS = {
    "open": lines.OPEN,
    "closed": lines.CLOSED,
    "errors": lines.ERRORS,
    "warnings": lines.WARNINGS,
    "no_consent": lines.NO_CONSENT,
    "deleted": lines.DELETED,
}


def count(connection: Connection, agency: AgencyInfo, query: ClientQuery) -> int:
    """How many clients a query finds."""
    found = _Found(connection, agency, query)
    return found.count()


def rows(connection: Connection, agency: AgencyInfo, query: ClientQuery, offset: int, limit: int) -> list[ClientRow]:
    """The clients a query finds, from `offset` on, at most `limit` of them, in its order."""
    return of_numbers(connection, _Found(connection, agency, query).numbers(offset, limit), query.person)


class _Found:
    """One query on its way: conditions that every index can answer, and sets of clients for words and drafts."""

    def __init__(self, connection: Connection, agency: AgencyInfo, query: ClientQuery) -> None:
        unknown = query.filters - _FLAGS.keys() - {"mine", "drafts"}
        if unknown or query.sort not in _SORTS:
            raise Problem(f"There is no list by {', '.join(sorted(unknown)) or query.sort}: choose another.")
        self._connection = connection
        self._agency = agency
        self._query = query
        wanted = 0
        for name in query.filters & _FLAGS.keys():
            wanted |= _FLAGS[name]
        mask = wanted | lines.DELETED
        self._base: list[ColumnElement[bool]] = [
            LINES.c.agency_number == agency.number,
            LINES.c.flags.op("&")(mask) == wanted,
        ]
        if query.key_worker:
            self._base.append(LINES.c.worker == (lines.known_number(connection, query.key_worker) or -1))
        if "mine" in query.filters:
            self._base.append(LINES.c.changer == (lines.known_number(connection, query.person) or -1))
        self._sets: list[Select[Any]] = [self._word(word) for word in searching.words(query.text)]
        if "drafts" in query.filters:
            drafted = sorted(with_drafts(connection, query.person))
            self._sets.insert(0, select(LINES.c.client_number).where(*self._base, LINES.c.client_number.in_(drafted)))

    def count(self) -> int:
        if not self._sets:
            counted = select(func.count()).select_from(LINES).where(*self._base)
        else:
            counted = select(func.count()).select_from(self._all().subquery())
        return int(self._connection.execute(counted).scalar_one())

    def numbers(self, offset: int, limit: int) -> list[int]:
        """The numbers of the clients in the wanted order."""
        down = self._query.descending
        key = _SORTS[self._query.sort]
        order = [LINES.c.client_number.desc() if down else LINES.c.client_number.asc()]
        if key is not None:
            order.insert(0, key.desc() if down else key.asc())
        wanted = select(LINES.c.client_number).where(*self._base)
        if self._sets:
            few = list(self._connection.execute(self._all().limit(FEW + 1)).scalars())
            if len(few) <= FEW:
                wanted = select(LINES.c.client_number).where(LINES.c.client_number.in_(few))
            else:
                wanted = wanted.where(LINES.c.client_number.in_(self._all()))
        return list(self._connection.execute(wanted.order_by(*order).offset(offset).limit(limit)).scalars())

    def _all(self) -> Select[Any]:
        """The clients that are in every set."""
        first, *others = (one.subquery() for one in self._sets)
        column = first.c.client_number
        return select(column).where(*(column.in_(select(other.c.client_number)) for other in others))

    def _word(self, word: searching.Word) -> Select[Any]:
        """The clients that one word may mean."""
        number = LINES.c.client_number
        ways: list[Select[Any]] = []

        def by(*conditions: ColumnElement[bool]) -> None:
            ways.append(select(number).where(*self._base, *conditions))

        text = word.text
        if text:
            by(_begins(LINES.c.reference, text))
            if len(text) <= 2:
                by(_begins(LINES.c.initials, text))
            if len(text) <= 4:
                by(_begins(LINES.c.postcode, text))
            if len(text) >= lines.SHORTEST_PART:
                ways.append(self._part(text))
            ways.extend(self._ids(word))
        for birth in word.births:
            by(_begins(LINES.c.birth, birth))
        for day in word.days:
            by(LINES.c.birth.like(f"____-{day}"))
        return select(union(*ways).subquery())

    def _part(self, text: str) -> Select[Any]:
        at = select(PARTS.c.client_number).where(
            PARTS.c.agency_number == self._agency.number, _begins(PARTS.c.part, text[: lines.LONGEST_PART])
        )
        more = [func.instr(LINES.c.reference, text) > 0] if len(text) > lines.LONGEST_PART else []
        return select(LINES.c.client_number).where(*self._base, *more, LINES.c.client_number.in_(at))

    def _ids(self, word: searching.Word) -> Iterable[Select[Any]]:
        """By an identifier: its beginning, or all of a short one."""
        forms = dict.fromkeys((word.typed, word.typed.lower(), word.typed.upper()))
        agency = self._agency.number
        for table, own in ((CLIENTS, CLIENTS.c.number), (EPISODES, EPISODES.c.client_number), (EVENTS, None)):
            for form in forms:
                external = table.c.external_id
                match = _begins(external, form) if len(form) >= _WHOLE_ID else external == form
                if own is None:
                    hits = select(EPISODES.c.client_number).join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number)
                    hits = hits.where(match, EPISODES.c.agency_number == agency)
                else:
                    hits = select(own).where(match, table.c.agency_number == agency)
                yield select(LINES.c.client_number).where(*self._base, LINES.c.client_number.in_(hits))


def _begins(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """A beginning as a range, which an index answers; LIKE would read all of it."""
    return (column >= text) & (column < text + _LAST)


def with_drafts(connection: Connection, person: str) -> set[int]:
    """The clients in which a person has a draft, of the client or of anything below."""
    found: set[int] = set()
    mine = select(DRAFTS.c.kind, DRAFTS.c.record_id, DRAFTS.c.parent_id).where(DRAFTS.c.person == person)
    for kind, record_id, parent_id in connection.execute(mine).all():
        found |= _clients_above(connection, kind, record_id, parent_id)
    return found


def _clients_above(connection: Connection, kind: str, record_id: str, parent_id: str) -> set[int]:
    if kind == "client":
        query = select(CLIENTS.c.number).where(CLIENTS.c.id == record_id)
    elif kind == "episode":
        own = select(EPISODES.c.client_number).where(EPISODES.c.id == record_id)
        query = own.union(select(CLIENTS.c.number).where(CLIENTS.c.id == parent_id))  # type: ignore[assignment]
    else:
        own = select(EPISODES.c.client_number).join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number)
        above = select(EPISODES.c.client_number).where(EPISODES.c.id == parent_id)
        query = own.where(EVENTS.c.id == record_id).union(above)  # type: ignore[assignment]
    return set(connection.execute(query).scalars())


def of_numbers(connection: Connection, numbers: Sequence[int], person: str = "") -> list[ClientRow]:
    """The rows of some clients, in the order given."""
    if not numbers:
        return []
    drafted = with_drafts(connection, person) if person else set()
    episodes: dict[int, list[Any]] = {}
    below = (
        select(
            EPISODES.c.client_number, EPISODES.c.number, EPISODES.c.opened, EPISODES.c.closed, EPISODES.c.consent,
            EPISODES.c.postcode_part, STATES.c.errors, STATES.c.warnings,
        )
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .where(EPISODES.c.client_number.in_(numbers), EPISODES.c.deleted_at.is_(None))
    )  # fmt: skip
    for row in connection.execute(below):
        episodes.setdefault(row.client_number, []).append(row)
    heads = (
        select(
            CLIENTS.c.number, CLIENTS.c.id, CLIENTS.c.reference, CLIENTS.c.birth_date, CLIENTS.c.sex,
            LINES.c.initials, LINES.c.changed, LINES.c.changer, LINES.c.worker, LINES.c.flags,
        )
        .join(LINES, LINES.c.client_number == CLIENTS.c.number)
        .where(CLIENTS.c.number.in_(numbers))
    )  # fmt: skip
    found = {row.number: row for row in connection.execute(heads)}
    wanted = {number for row in found.values() for number in (row.changer, row.worker)}
    named = select(NAMES.c.number, NAMES.c.name).where(NAMES.c.number.in_(wanted))
    names: dict[int, str] = {row.number: row.name for row in connection.execute(named)}
    return [
        _row(found[number], episodes.get(number, []), names, number in drafted) for number in numbers if number in found
    ]


def _row(head: Any, episodes: list[Any], names: dict[int, str], drafted: bool) -> ClientRow:
    episodes.sort(key=lambda one: (one.opened or "", one.number))
    latest = episodes[-1] if episodes else None
    return ClientRow(
        id=head.id,
        reference=head.reference or "",
        initials=head.initials,
        birth_date=head.birth_date or "",
        sex=head.sex or "",
        postcode_part=(latest.postcode_part or "") if latest else "",
        opened=(latest.opened or "") if latest else "",
        closed=(latest.closed or "") if latest else "",
        is_open=bool(head.flags & lines.OPEN),
        episodes=len(episodes),
        errors=sum(one.errors for one in episodes),
        warnings=sum(one.warnings for one in episodes),
        consent=(latest.consent or "") if latest else "",
        changed_at=moment(head.changed),
        changed_by=names.get(head.changer, ""),
        key_worker=names.get(head.worker, ""),
        has_draft=drafted,
        deleted=bool(head.flags & lines.DELETED),
    )
