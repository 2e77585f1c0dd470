"""Finding clients: any words, filters and order, answered within a key's time by two hundred thousand clients.

Every index on the lines holds what filters ask, so a list without words is one walk along an index, from its nearer
end. A word is read in several ways, each a range of an index; ways that lead nowhere are left out before the rest is
put together. How many there are, and which when they are few, is remembered until somebody saves. Of many only that
they are many is known at first: their rows can be read then, and counting all of them is left to who asks for it.
"""

import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, literal_column, or_, select, union_all

from store.clients import index, lookalikes, rows
from store.disk import sqlite
from store.disk.tables import CLIENTS, EPISODES, EVENTS, LINES, PARTS
from store.facts import AgencyInfo, ClientQuery, ClientRow, Filter, Worklist
from store.month import calendar, withdrawals
from store.snapshot import Memory, Snapshot
from validators.problems import Problem

# What a person types to find a client, and what it may mean: a reference, initials, a birth date, a place, an id.

# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
_NAMED = re.compile(r"\b(\d{1,2})[\s.-]*([a-z]{3,9})\.?(?:[\s.,-]*(\d{4}|\d{2}))?\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"\b([a-z]{3,9})\.?\s+(\d{4})\b", re.IGNORECASE)
_LETTERS = re.compile(r"(?<!\S)([^\W\d_])\s+([^\W\d_])(?!\S)")
_POSTCODE = re.compile(r"(?<!\S)[A-Z]{1,2}[0-9][A-Z0-9]?\s+[0-9][A-Z]{0,2}(?!\S)", re.IGNORECASE | re.ASCII)
"""A postcode with its blank, from the digit behind that on, which ends its sector."""
_PARTED = re.compile(r"(\d{1,4})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?[/.-]?")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that must hold. Any of its readings will do.

    `text` is the word in capitals, empty when it can only be a date; a postcode has its blank. `typed` is as it was
    typed, `births` are beginnings of a birth date as YYYY-MM-DD, `days` days of any year as MM-DD.
    """

    text: str
    typed: str
    births: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


def words(text: str) -> list[Word]:
    """Read a search. Dates with a month's name, two single letters and what is written as a postcode are taken
    together, all else word by word."""
    found: list[Word] = []

    def named(match: re.Match[str]) -> str:
        month = _month(match[2])
        if not month:
            return match[0]
        births, days = _day(int(match[1]), month, match[3] or "")
        if not births and not days:
            return match[0]
        found.append(Word("", match[0], births, days))
        return " "

    def month_year(match: re.Match[str]) -> str:
        month = _month(match[1])
        if not month:
            return match[0]
        found.append(Word("", match[0], (f"{match[2]}-{month:02d}",)))
        return " "

    def postcode(match: re.Match[str]) -> str:
        found.append(Word(" ".join(match[0].upper().split()), match[0]))
        return " "

    text = _NAMED.sub(named, text)
    text = _MONTH_YEAR.sub(month_year, text)
    text = _LETTERS.sub(r"\1\2", text)
    text = _POSTCODE.sub(postcode, text)
    for word in text.split():
        births, days = _dates(word)
        found.append(Word(word.upper(), word, tuple(dict.fromkeys(births)), tuple(dict.fromkeys(days))))
    return found


def _month(name: str) -> int:
    return next((at for at, one in enumerate(_MONTHS, 1) if one.startswith(name.lower())), 0)


def _years(text: str) -> Iterator[int]:
    """The years a text may mean; two digits stand for either century."""
    if len(text) == 4:
        yield int(text)
    elif len(text) == 2:
        yield 1900 + int(text)
        yield 2000 + int(text)


def _day(day: int, month: int, year: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A birth date, or a day of any year where the year is not there yet."""
    if not year:
        return (), ((f"{month:02d}-{day:02d}",) if _real(2000, month, day) else ())
    return tuple(f"{one:04d}-{month:02d}-{day:02d}" for one in _years(year) if _real(one, month, day)), ()


def _real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _dates(word: str) -> tuple[list[str], list[str]]:
    """The beginnings of birth dates, and the days of any year, that one word without blanks may mean."""
    births: list[str] = []
    days: list[str] = []
    if not word.isascii():
        return births, days
    if re.fullmatch(r"\d{4}-(\d{2}(-\d{0,2})?|\d)?", word) and int(word[:4]):
        births.append(word)
    elif match := _PARTED.fullmatch(word):
        first, second, third = match[1], match[2], match[3] or ""
        if len(first) == 4:
            if not third and 1 <= int(second) <= 12:
                births.append(f"{first}-{int(second):02d}")
            elif third and len(third) == 2 and _real(int(first) or 1, int(second) or 13, int(third)):
                births.append(f"{first}-{int(second):02d}-{third}")
        elif len(first) <= 2:
            more, these = _day(int(first), int(second), third)
            births += more
            days += these
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{4})", word):
        if 1 <= int(match[1]) <= 12:
            births.append(f"{match[2]}-{int(match[1]):02d}")
    elif word.isdigit():
        births, days = _digits(word)
    return births, days


def _digits(word: str) -> tuple[list[str], list[str]]:
    births: list[str] = []
    days: list[str] = []
    if len(word) == 3 and word[:2] in ("19", "20"):
        births.append(word)
    elif len(word) == 4:
        if word[:2] in ("19", "20"):
            births.append(f"{word}-")
        else:
            days += _day(int(word[:2]), int(word[2:]), "")[1]
    elif len(word) == 6:
        births += _day(int(word[:2]), int(word[2:4]), word[4:])[0]
        for year, month in ((word[2:], word[:2]), (word[:4], word[4:])):
            if year[:2] in ("19", "20") and 1 <= int(month) <= 12:
                births.append(f"{year}-{month}-")
    elif len(word) == 8:
        births += _day(int(word[:2]), int(word[2:4]), word[4:])[0]
        births += _day(int(word[6:]), int(word[4:6]), word[:4])[0]
        births.append(word)
    return births, days


# So many clients are sorted by looking each of them up; up to MANY are known by number when a walk meets them.
FEW, MANY = 1000, 10_000
_LAST = "\U0010ffff"
_WHOLE_ID = 6
_YEARS = range(1890, 2100)
_NUMBER = LINES.c.client_number

_SORTS = {
    "reference": LINES.c.reference,
    "initials": LINES.c.initials,
    "birth_date": LINES.c.birth,
    "opened": LINES.c.opened,
    "changed": LINES.c.changed,
    "postcode": LINES.c.postcode,
    "state": LINES.c.state,
    "findings": LINES.c.findings,
    "key_worker": LINES.c.worker_name,
    "entered": None,
}
_FLAGS = {
    "open": index.OPEN,
    "closed": index.CLOSED,
    "errors": index.ERRORS,
    "warnings": index.WARNINGS,
    "no_consent": index.NO_CONSENT,
    "deleted": index.DELETED,
    "not_begun": index.NOT_BEGUN,
    "unconfirmed": index.UNCONFIRMED,
    "noted": index.NOTED,
}
_DATED = {
    "quiet": LINES.c.quiet,
    "over_a_year": LINES.c.since,
    "review_due": LINES.c.reviewed,
    "no_answer": LINES.c.unanswered,
}


@dataclass(slots=True)
class _Way:
    """One reading of a word: the clients it finds; `held` says the same of a line by the column of the order `sort`."""

    found: Select[Any]
    sort: str = ""
    held: ColumnElement[bool] | None = None

    def asked(self, sort: str) -> ColumnElement[bool]:
        """What to ask of each line met on a walk in an order; the column walked along needs no set of clients."""
        if self.held is not None and sort == self.sort:
            return self.held
        return (_NUMBER + 0).in_(self.found)


@dataclass(slots=True)
class _Answer:
    """What is known of a query whatever its order: how many it finds (at least), and which when they are few."""

    count: int
    few: "array[int] | None" = None
    words: list[list[_Way]] = field(default_factory=list)
    exact: bool = True


def count(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery) -> int:
    """How many clients a query finds."""
    return _Seeking(snapshot, agency, query).counted()


def at_least(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery) -> tuple[int, bool]:
    """How many clients a query finds at least, and whether it is all of them: found as soon as the first rows."""
    answer = _Seeking(snapshot, agency, query).answer
    return answer.count, answer.exact


def page(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery, offset: int, limit: int) -> list[ClientRow]:
    """The clients a query finds, from `offset` on, at most `limit` of them, in its order."""
    numbers = _Seeking(snapshot, agency, query).numbers(max(offset, 0), limit)
    return rows.of_numbers(snapshot.connection, numbers, query.person)


def waiting(
    snapshot: Snapshot, agency: AgencyInfo, names: Collection[Worklist], today: date, weeks: int
) -> dict[Worklist, int]:
    """How many clients are on each of some worklists: one walk along an index for all that are marks, one along its own
    for each that goes by a day. Only who may be entered twice takes longer, and is remembered until somebody saves."""
    connection = snapshot.connection
    here = (LINES.c.agency_number == agency.number, LINES.c.flags.op("&")(index.DELETED) == 0)
    found: dict[Worklist, int] = {}
    for name in names:
        query = ClientQuery(filters=frozenset({name}), today=today, weeks=weeks)
        if name in _DATED:
            counted = select(func.count()).where(*here, *_waits(snapshot, agency, query, name))
            found[name] = int(connection.execute(counted).scalar_one())
        elif name not in _FLAGS:
            found[name] = count(snapshot, agency, query)
    marked = [name for name in names if name in _FLAGS]
    if marked:
        sums = (func.count().filter(LINES.c.flags.op("&")(_FLAGS[name]) != 0) for name in marked)
        found |= zip(marked, connection.execute(select(*sums).where(*here)).one(), strict=True)
    return found


def ids(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery, offset: int, limit: int) -> list[str]:
    """The ids alone of the clients a query finds, as `page` orders them."""
    numbers = _Seeking(snapshot, agency, query).numbers(max(offset, 0), limit)
    wanted = select(CLIENTS.c.number, CLIENTS.c.id).where(sqlite.among(CLIENTS.c.number, array("q", numbers)))
    names = {row.number: row.id for row in snapshot.connection.execute(wanted)}
    return [names[number] for number in numbers]


def holds(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery, client_id: str) -> bool:
    """Whether a query finds a client."""
    return _Seeking(snapshot, agency, query).finds(client_id)


def by_reference(snapshot: Snapshot, agency: AgencyInfo, references: Collection[str]) -> list[str]:
    """The ids of all clients who bear one of these references, in capitals or not, in order of entry; none deleted."""
    wanted = sorted({index.folded(one) for one in references if one})
    query = (
        select(CLIENTS.c.id)
        .join(LINES, CLIENTS.c.number == _NUMBER)
        .where(
            LINES.c.agency_number == agency.number,
            LINES.c.reference.in_(wanted),
            LINES.c.flags.op("&")(index.DELETED) == 0,
        )
        .order_by(CLIENTS.c.number + 0)
    )
    return list(snapshot.connection.execute(query).scalars())


class _Seeking:
    """One query at one moment."""

    def __init__(self, snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery) -> None:
        connection: Connection = snapshot.connection
        memory: Memory[_Answer] = snapshot.memory
        unknown = query.filters - _FLAGS.keys() - _DATED.keys() - {"mine", "drafts", "doubles", "to_tell"}
        if unknown or query.sort not in _SORTS:
            raise Problem(f"There is no list by {', '.join(sorted(unknown)) or query.sort}: choose another.")
        self._snapshot, self._connection = snapshot, connection
        self._agency = agency
        self._query = query
        wanted = 0
        for name in query.filters & _FLAGS.keys():
            wanted |= _FLAGS[name]
        # Of a client who was deleted somebody is to be told all the same.
        shown = wanted if "to_tell" in query.filters else wanted | index.DELETED
        self._filters: list[ColumnElement[bool]] = [LINES.c.flags.op("&")(shown) == wanted]
        if query.key_worker:
            self._filters.append(LINES.c.worker == (index.known_number(connection, query.key_worker) or -1))
        if "mine" in query.filters:
            self._filters.append(LINES.c.changer == (index.known_number(connection, query.person) or -1))
        here = LINES.c.agency_number
        self._base = [here == agency.number, *self._filters]
        # The same where the clients are known by number already: no index on the agency is to be walked for them.
        self._lone = [here + 0 == agency.number, *self._filters]
        # Neither who has drafts nor of whom somebody was told follows from the records alone.
        kept = not query.filters & {"drafts", "to_tell"}
        same = replace(query, sort="entered", descending=False, person=query.person if "mine" in query.filters else "")
        # Which period is due is stated, too, not saved with any record.
        since = _still_sent(snapshot, agency, query.today) if "no_answer" in query.filters else ""
        key = (agency.number, same, index.list_version(connection), since)
        found = memory.get(key) if kept else None
        if found is None:
            found = self._find()
            if kept:
                memory.put(key, found)
        self.answer = found

    def numbers(self, offset: int, limit: int) -> list[int]:
        """The numbers of the clients in the wanted order."""
        answer, down = self.answer, self._query.descending
        if offset + limit > answer.count:
            self.counted()
        limit = min(limit, answer.count - offset)
        if limit <= 0:
            return []
        # From the end when that is nearer.
        back = answer.exact and offset > answer.count - offset - limit
        if back:
            offset, down = answer.count - offset - limit, not down
        key = _SORTS[self._query.sort]
        order = [_NUMBER.desc() if down else _NUMBER.asc()]
        if key is not None:
            order.insert(0, key.desc() if down else key.asc())
        if answer.few is not None and len(answer.few) <= FEW:
            wanted = select(_NUMBER).where(sqlite.among(_NUMBER, answer.few))
        elif answer.few is not None:
            wanted = select(_NUMBER).where(*self._base, sqlite.among(_NUMBER + 0, answer.few))
        else:
            wanted = select(_NUMBER).where(*self._base)
            for ways in answer.words:
                wanted = wanted.where(or_(*(way.asked(self._query.sort) for way in ways)))
        found = list(self._connection.execute(wanted.order_by(*order).offset(offset).limit(limit)).scalars())
        return found[::-1] if back else found

    def finds(self, client_id: str) -> bool:
        """Whether a client is among those found."""
        number = self._connection.execute(
            select(CLIENTS.c.number).where(CLIENTS.c.id == client_id)
        ).scalar_one_or_none()
        if number is None:
            return False
        if self.answer.few is not None:
            return number in self.answer.few
        found = self._all(self.answer.words).subquery().c[_NUMBER.name]
        return self._connection.execute(select(found).where(found == number).limit(1)).first() is not None

    def _find(self) -> _Answer:
        """Count what the query finds; list it when it is little."""
        # The longest word finds fewest, mostly.
        texts = sorted(dict.fromkeys(words(self._query.text)), key=lambda word: -len(word.typed))
        ways = [read for word in texts for read in self._ways(word)]
        if whole := self._whole(ways):
            ways = [whole]
        if not all(ways):
            return _Answer(0, array("q"))
        if "drafts" in self._query.filters:
            drafted = sorted(rows.with_drafts(self._connection, self._query.person))
            if not drafted:
                return _Answer(0, array("q"))
            ways.insert(0, [_Way(select(_NUMBER).where(*self._lone, _NUMBER.in_(drafted)))])
        if "doubles" in self._query.filters:
            alike = array("q", lookalikes.doubles(self._snapshot, self._agency))
            if not alike:
                return _Answer(0, array("q"))
            ways.insert(0, [_Way(select(_NUMBER).where(*self._lone, sqlite.among(_NUMBER, alike)))])
        if "to_tell" in self._query.filters:
            of_them = array("q", withdrawals.clients_to_tell(self._snapshot, self._agency, self._query.today))
            if not of_them:
                return _Answer(0, array("q"))
            ways.insert(0, [_Way(select(_NUMBER).where(*self._lone, sqlite.among(_NUMBER, of_them)))])
        for name in sorted(self._query.filters & _DATED.keys()):
            ways.insert(0, [self._waiting(name)])
        most = MANY if ways else FEW
        found = sqlite.numbers(self._connection, self._all(ways).limit(most + 1))
        some = array("q", dict.fromkeys(found))
        if len(found) > most:
            return _Answer(len(some), None, ways, exact=False)
        return _Answer(len(some), some, ways)

    def counted(self) -> int:
        """How many there are: counted now, where that they are many is all that was known."""
        answer = self.answer
        if not answer.exact:
            found = self._all(answer.words).subquery()
            once = not answer.words or len(answer.words[-1]) == 1
            how_many = func.count() if once else func.count(found.c[_NUMBER.name].distinct())
            answer.count = int(self._connection.execute(select(how_many).select_from(found)).scalar_one())
            answer.exact = True
        return answer.count

    def _all(self, words: list[list[_Way]]) -> Select[Any]:
        """The clients for whom all words hold; one who is found in several ways perhaps several times."""
        if not words:
            return select(_NUMBER).where(*self._base)
        *others, walked = words
        found = _together(walked).subquery().c[_NUMBER.name]
        # Those whom the longer words find are looked up where the shortest, which finds most, meets them; a sum, for
        # else the shorter list would be walked, and all of the longer one sorted first.
        return select(found).where(*((found + 0).in_(_together(ways)) for ways in others))

    def _ways(self, word: Word) -> list[list[_Way]]:
        """The ways to read a word that lead anywhere. A whole postcode is looked for by its sector where lines hold no
        more; one that leads nowhere is two words."""
        if " " not in word.text:
            return [self._leading(self._readings(word))]
        sector = word.text[: word.text.index(" ") + 2]
        for one in dict.fromkeys((word.text, sector)):
            if placed := self._leading([self._range("postcode", LINES.c.postcode, one)]):
                return [placed]
        return [self._leading(self._readings(Word(one.upper(), one))) for one in word.typed.split()]

    def _whole(self, ways: list[list[_Way]]) -> list[_Way]:
        """The ways to read all of a search as one reference with blanks in it, or as a postcode that is not written
        like most: beside those to read its words, or none where that leads nowhere."""
        text = " ".join(index.folded(self._query.text).split())
        if " " not in text:
            return []
        whole = [self._range("reference", LINES.c.reference, text)]
        if not _POSTCODE.fullmatch(text):
            whole.append(self._range("postcode", LINES.c.postcode, text))
        found = self._leading(whole)
        return [*found, *([_Way(self._all(ways))] if all(ways) else [])] if found else []

    def _leading(self, ways: Iterable[_Way]) -> list[_Way]:
        """Those of some ways that lead anywhere."""
        return [way for way in ways if self._connection.execute(way.found.limit(1)).first()]

    def _readings(self, word: Word) -> Iterator[_Way]:
        text = word.text
        if text:
            yield self._range("reference", LINES.c.reference, text)
            if len(text) <= 2:
                yield self._range("initials", LINES.c.initials, text)
            if text[0].isalpha():
                yield self._range("postcode", LINES.c.postcode, text)
            if len(text) >= index.SHORTEST_PART:
                yield self._part(text)
            yield from self._ids(word)
        for birth in word.births:
            yield self._range("birth_date", LINES.c.birth, birth)
        for day in word.days:
            # Year by year it is looked up; as a pattern every birth date would have to be read.
            on = LINES.c.birth.in_([f"{year}-{day}" for year in _YEARS])
            # A sum, for an index in order of the numbers would be walked to have the union of the ways sorted.
            yield _Way(select((_NUMBER + 0).label(_NUMBER.name)).where(*self._base, on))

    def _range(self, sort: str, column: ColumnElement[Any], text: str) -> _Way:
        held = _begins(column, text)
        return _Way(select(_NUMBER).where(*self._base, held), sort, held)

    def _waiting(self, name: Filter) -> _Way:
        """Those for whom a day is long enough ago, walked along the index that has only lines with such a day."""
        return _Way(select(_NUMBER).where(*self._base, *_waits(self._snapshot, self._agency, self._query, name)))

    def _part(self, text: str) -> _Way:
        at = select(PARTS.c.client_number).where(
            PARTS.c.agency_number == self._agency.number, _begins(PARTS.c.part, text[: index.LONGEST_PART])
        )
        within = func.instr(LINES.c.reference, text) > 1
        return _Way(select(_NUMBER).where(*self._lone, _NUMBER.in_(at), within))

    def _ids(self, word: Word) -> Iterator[_Way]:
        """By an identifier: its beginning, or all of a short one. Events that persons number bear none: every client
        has a first one."""
        agency = self._agency.number
        deriver = self._snapshot.derivers[self._agency.standard]
        named = bool(deriver.standard.named_sections)
        for form in dict.fromkeys((word.typed, word.typed.lower(), word.typed.upper())):
            for table in (CLIENTS, EPISODES, *((EVENTS,) if named else ())):
                external = table.c.external_id
                match = _begins(external, form) if len(form) >= _WHOLE_ID else external == form
                if table is EVENTS:
                    above = select(EVENTS.c.episode_number).where(match)
                    hits = select(EPISODES.c.client_number).where(EPISODES.c.number.in_(above))
                else:
                    own = CLIENTS.c.number if table is CLIENTS else EPISODES.c.client_number
                    hits = select(own).where(match, table.c.agency_number == agency)
                yield _Way(select(_NUMBER).where(*self._lone, _NUMBER.in_(hits)))


def _waits(
    snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery, name: Filter
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That a day stands in a line, and lies so long ago, or late enough for an extract, that somebody has to look."""
    column, day = _DATED[name], query.today
    # No parameter: the index over lines that have such a day is taken only where its condition stands as it is.
    filled = column != literal_column("''")
    if name == "no_answer":
        asked = snapshot.derivers[agency.standard].asks_consent
        return filled, column >= _still_sent(snapshot, agency, day) if asked else false()
    try:
        if name == "over_a_year":
            until = day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
        else:
            weeks = query.weeks if name == "quiet" else snapshot.derivers[agency.standard].review
            until = day - timedelta(weeks=weeks)
    except (OverflowError, ValueError):
        until = date.min
    return filled, column <= until.isoformat()


def _still_sent(snapshot: Snapshot, agency: AgencyInfo, day: date) -> str:
    """The first day of the period that is due: what was closed before it goes into no extract any more."""
    try:
        return calendar.due_period(snapshot, agency, day).start.isoformat()
    except (OverflowError, ValueError):
        return ""


def _together(ways: list[_Way]) -> Select[Any]:
    """The clients that any of the ways finds, perhaps several times."""
    if len(ways) == 1:
        return ways[0].found
    return select(union_all(*(way.found for way in ways)).subquery())


def _begins(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """A beginning as a range, which an index answers; LIKE would read all of it."""
    return (column >= text) & (column < text + _LAST)
