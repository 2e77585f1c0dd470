"""Rules about more than one record, and about the file itself.

`FileRules` is fed the episodes of a file or a store one after another, in order, and says what only shows beside the
others: an identifier used twice, one client told in two ways, two clients that seem to be one; `at_end` says what shows
in all of them. Readers of files use `structure_finding` for what is wrong with the heading or the shape of a row. All
word their findings from the standard's rules.csv.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, count, repeat
from operator import itemgetter

from validators.identifiers import same_name, same_names
from validators.records import EpisodeRecord, Event, Finding, Severity, Values
from validators.rules.columns import EpisodeColumns
from validators.rules.messages import anonymous_sentence, listed, sentence
from validators.rules.registry import UNREADABLE, Failure
from validators.standard.model import RuleRow, Standard, without_zeros

Broken = tuple[RuleRow, Failure]
# Columns of the client and of the episode that are compared together.
Alike = tuple[tuple[str, ...], tuple[str, ...]]
# Where something stands that a later record repeats: a line of a file, or a client's reference.
Place = int | str
_LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Repeats:
    """What is known beforehand of a file: the hashes of the identifiers that are there more than once, and of those of
    the values by which people are compared that are."""

    identifiers: Collection[int]
    alike: Collection[int]


class FileRules:
    """What must hold between the episodes of one file or one agency's store.

    Identifiers are compared as everywhere: a UUID is the same in capitals. Of them it keeps 64-bit hashes, which is
    what lets a hundred thousand rows pass in little memory: that two of them meet by chance is once in thousands of
    millions of such files.
    """

    def __init__(
        self,
        standard: Standard,
        repeated: frozenset[str] | None = None,
        agency: str = "",
        alike: frozenset[str] | None = None,
    ) -> None:
        """Start with no episode seen. `agency` is the code of the one that files, where that is known.

        Where it is known beforehand which identifiers of clients, episodes and events are `repeated` (a store can
        tell), only those are kept in mind; where it is known which clients, by the store's ids, are told by the same
        as another (`alike`), only those are compared.
        """
        self.standard = standard
        self._repeated: Collection[int] | None = None if repeated is None else set(map(_mark, repeated))
        self._reference = standard.role("client_reference")
        rows = [row for rule in standard.rules for row in rule.rows]
        role = standard.role
        known = {role("client_id"), role("client_reference"), role("episode_id")}
        known |= {section.id_field for section in standard.event_sections}
        once = {row.fields[0]: row for row in rows if row.pattern == "appears_once"}
        owned = [row for row in rows if row.pattern == "belongs_to_one"]
        self._owned = [_Owned(row, once.pop(row.fields[0], None), standard, known) for row in owned]
        # What also belongs to somebody is looked up once for both.
        self._once = [_Once(row, known) for header, row in once.items() if standard.by_header[header].level == "event"]
        self._once_of_record = [
            _Once(row, known) for header, row in once.items() if standard.by_header[header].level != "event"
        ]
        self._same = _by_owner([row for row in rows if row.pattern == "same_for_client"], standard, known)
        self._like = [_Like(row, standard, alike) for row in rows if row.pattern == "like_another"]
        self._agencies = [(row, row.fields[0]) for row in rows if row.pattern == "one_agency" and not agency]
        looked_up = [one.is_looked_up for one in self._owned] + [one.is_looked_up for one in self._same]
        looked_up += [one.is_looked_up for one in (*self._once, *self._once_of_record)]
        # Whether all by which episodes are compared is among what is known to come again.
        self._are_looked_up = all(looked_up)
        self._agency = ""
        self._alike = alike or frozenset()
        self._knows_all = (
            alike is not None
            and repeated == frozenset()
            and not self._agencies
            and self._are_looked_up
            and all(like.clients is not None for like in self._like)
        )
        self._zeros = [_Zeros(row, standard) for row in rows if row.pattern == "zeros_lost"]
        self._unreadable = {row.rule for row in rows if row.pattern in UNREADABLE}

    @property
    def alike(self) -> list[Alike]:
        """The columns by which people are compared."""
        return [(like.of_client, like.of_episode) for like in self._like]

    def expect(self, repeats: Repeats | None) -> None:
        """Keep in mind only what is known to come again; all, where that is not known."""
        if repeats is not None:
            self._repeated = repeats.identifiers
            for like in self._like:
                like.expected = repeats.alike

    def check(self, record: EpisodeRecord, findings: Sequence[Finding]) -> list[Finding]:
        """What the record contradicts among those seen before. `findings` are the ones it has by itself."""
        client, episode = record.client, record.episode
        spoilt = {header for f in findings if f.rule in self._unreadable for header in f.fields} if findings else ()
        if spoilt:  # a value that cannot be read is compared with nothing
            client = {header: "" if header in spoilt else value for header, value in client.items()}
            episode = {header: "" if header in spoilt else value for header, value in episode.items()}
        withheld = self.standard.withholds(episode)
        if withheld:  # what may not be there is told as that, and judged no further
            carried = self.standard.no_consent_carries
            client = {header: value for header, value in client.items() if header in carried}
        here: Place = record.lines[0] if record.lines else client.get(self._reference, "") if record.client_id else ""
        broken = self._broken(
            client, episode, here, in_file=bool(record.lines), withheld=withheld, client_id=record.client_id
        )
        found = self._told(broken, record, {**client, **episode}) if broken else []
        if withheld:
            return found
        for zeros in self._zeros:
            if zeros.watched and record.lines:
                zeros.look(client, episode, record.events)
        return found + self._of_events(record, spoilt, here) if record.events else found

    def concerned(self, episodes: EpisodeColumns) -> tuple[set[int], set[int]]:
        """Which of many episodes of a file, by their numbers, bear what others bear: themselves, and in an event.

        Any other has nothing that is known to come again, and names no other agency.
        """
        repeated, columns = self._repeated, episodes.base
        likes = [like.expected for like in self._like]
        if repeated is None or None in likes or not self._are_looked_up:
            return set(), set(range(episodes.count))
        found: set[int] = set()
        in_event: set[int] = set()
        headers = {owned.header for owned in self._owned} | {one.header for one in self._once_of_record}
        for header in headers | {same.owner for same in self._same} if repeated else ():
            marks = map(hash, same_names(columns[header]))
            found.update(compress(count(), map(repeated.__contains__, marks)))
        for like in self._like:
            if like.expected:
                found.update(compress(count(), map(like.expected.__contains__, like.marks(columns))))
        for _, header in self._agencies:
            found.update(place for place, value in enumerate(columns[header]) if value and value != self._agency)
        for one in self._once if repeated else ():
            for owners, own in episodes.events.values():
                marks = map(hash, same_names(own.get(one.header, ())))
                in_event.update(compress(owners, map(repeated.__contains__, marks)))
        return found, in_event

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The columns of client and episode by which episodes are compared with one another."""
        headers = [header for owned in self._owned for header in (owned.header, owned.owner)]
        headers += [one.header for one in self._once_of_record] + [header for _, header in self._agencies]
        headers += [header for same in self._same for header in (same.owner, *(header for _, header in same.fields))]
        headers += [header for like in self._like for header in (like.owner, *like.of_client, *like.of_episode)]
        return tuple(dict.fromkeys(headers))

    def leaves_out(self, record: EpisodeRecord) -> bool:
        """Whether a record of a store with which nothing is wrong can contradict none, and none it.

        So it is with all but a few, where it is known beforehand what several records bear.
        """
        return self._knows_all and record.client_id not in self._alike

    def contradicted(self, values: Values, line: int) -> list[Broken]:
        """What an episode of a file contradicts among those seen before, by what stands in the columns `compared`.

        Only for one with which nothing else is wrong, that is sent in full and is not `concerned` in an event.
        """
        return self._broken(values, values, line, in_file=True, withheld=False)

    def told(self, broken: list[Broken], record: EpisodeRecord) -> list[Finding]:
        """What is found so, in words."""
        return self._told(broken, record, {**record.client, **record.episode}) if broken else []

    def pass_by(self, episodes: EpisodeColumns, looked_at: set[int]) -> None:
        """Take from many episodes what counts only at the end; those that are looked at for themselves aside."""
        if not any(zeros.watched for zeros in self._zeros):
            return
        some = [(range(episodes.count), episodes.base), *episodes.events.values()]
        for owners, columns in some:
            sound = [owner not in looked_at for owner in owners]
            for zeros in self._zeros:
                zeros.look_through({header: compress(column, sound) for header, column in columns.items()})

    def _broken(
        self, client: Values, episode: Values, here: Place, *, in_file: bool, withheld: bool, client_id: str = ""
    ) -> list[Broken]:
        """What client and episode contradict among those seen before."""
        repeated = self._repeated
        broken: list[Broken] = []
        for owned in self._owned:
            if told := owned.broken(client, episode, repeated, here):
                broken.append(told)
        for one in self._once_of_record:
            value = episode.get(one.header) or client.get(one.header)
            if value and one.may_come_again(value, repeated):
                place = one.seen_at(value, here)
                if place is not None:
                    broken.append((one.row, Failure((one.header,), one.header, _where(place))))
        for same in self._same:
            broken += same.differing(client, episode, repeated)
        if not withheld:
            for like in self._like:
                if like.clients is not None and client_id not in like.clients:
                    continue
                if failure := like.like_another(client, episode, here):
                    broken.append((like.row, failure))
        if self._agencies and in_file:
            broken += self._other_agency(client, episode)
        return broken

    def _of_events(self, record: EpisodeRecord, spoilt: Collection[str], here: Place) -> list[Finding]:
        """Events that bear an identifier for the second time."""
        found: list[Finding] = []
        repeated = self._repeated
        for event in record.events:
            values = event.values
            for one in self._once:
                value = values.get(one.header)
                if not value or one.header in spoilt or not one.may_come_again(value, repeated):
                    continue
                place = one.seen_at(value, event.line or here)
                if place is not None:
                    parts = [(one.row, Failure(one.row.fields, one.header, _where(place)))]
                    lines = (event.line,) if event.line else ()
                    found.append(self._finding(parts, record, values, lines, event.id))
        return found

    def at_end(self) -> list[Finding]:
        """What shows only in all episodes of a file, once they were all fed: asked once, at the end."""
        found = []
        for zeros in self._zeros:
            if lost := zeros.lost():
                found.append(structure_finding(self.standard, zeros.row.pattern, fields=lost))
        return found

    def _other_agency(self, client: Values, episode: Values) -> list[Broken]:
        """A file is one agency's: the one that its first row names."""
        found = []
        for row, header in self._agencies:
            value = client.get(header) or episode.get(header, "")
            if value and value != (self._agency or value):
                found.append((row, Failure((header,), header)))
            self._agency = self._agency or value
        return found

    def _told(self, broken: list[Broken], record: EpisodeRecord, values: Values) -> list[Finding]:
        by_rule: dict[str, list[Broken]] = {}
        for row, failure in broken:
            by_rule.setdefault(row.rule, []).append((row, failure))
        return [self._finding(parts, record, values, record.lines) for parts in by_rule.values()]

    def _finding(
        self,
        parts: Sequence[Broken],
        record: EpisodeRecord,
        values: Values,
        lines: tuple[int, ...],
        event_id: str = "",
    ) -> Finding:
        row, first = parts[0]
        fields = tuple(dict.fromkeys(header for _, failure in parts for header in failure.fields))
        return Finding(
            severity=min((Severity(row.severity) for row, _ in parts), key=list(Severity).index),
            rule=row.rule,
            field=first.jump,
            fields=fields,
            message=sentence(self.standard, parts),
            anonymous=anonymous_sentence(self.standard, parts),
            values={header: values.get(header, "") for header in fields},
            section=self.standard.by_header[first.jump].section,
            episode=record.episode.get(self.standard.role("episode_id"), ""),
            lines=lines,
            client_id=record.client_id,
            episode_id=record.episode_id,
            event_id=event_id,
        )


def _mark(identifier: str | None) -> int:
    return hash(same_name(identifier or ""))


def _where(place: Place) -> Mapping[str, str]:
    if isinstance(place, int):
        return {"where": f" (first in line {place})"}
    if place and len(place) <= _LONGEST_REFERENCE and place.isprintable():
        return {"where": f" (first of client {place})"}
    return {}


def _of_client(standard: Standard, header: str) -> bool:
    return standard.by_header[header].level == "client"


def _taker(headers: Sequence[str]) -> Callable[[Values], tuple[str, ...]]:
    """What takes several values at once. Raises KeyError where one is not there."""
    if len(headers) > 1:
        return itemgetter(*headers)
    return lambda values: tuple(values[header] for header in headers)


class _Once:
    """An identifier that appears once."""

    def __init__(self, row: RuleRow, known: Collection[str]) -> None:
        self.row, self.header = row, row.fields[0]
        self.is_looked_up = self.header in known
        self.places: dict[int, Place] = {}

    def may_come_again(self, value: str, repeated: Collection[int] | None) -> bool:
        """Whether the value is one that is known to come again, or of which that is not known."""
        return repeated is None or not self.is_looked_up or _mark(value) in repeated

    def seen_at(self, value: str, here: Place) -> Place | None:
        """Where the value was seen before; None when it was not, and from now on it was here."""
        mark = _mark(value)
        before = self.places.get(mark)
        if before is None:
            self.places[mark] = here
        return before


class _Owned:
    """An identifier that belongs to one owner: an episode ID to one client. With `once` it appears once, too."""

    def __init__(self, row: RuleRow, once: RuleRow | None, standard: Standard, known: set[str]) -> None:
        self.row, self.once = row, once
        self.header, self.owner = row.fields[0], row.parameters["owner"]
        self.in_client, self.owner_in_client = (_of_client(standard, one) for one in (self.header, self.owner))
        self.is_looked_up = self.header in known
        self.owners: dict[int, int] = {}
        self.places: dict[int, Place] = {}

    def broken(self, client: Values, episode: Values, repeated: Collection[int] | None, here: Place) -> Broken | None:
        """What says so, when the identifier was seen with another owner, or at all where it appears once."""
        value = (client if self.in_client else episode).get(self.header)
        owner = (client if self.owner_in_client else episode).get(self.owner)
        mark, own = _mark(value), _mark(owner)
        if not value or (repeated is not None and self.is_looked_up and mark not in repeated):
            return None
        if not owner and self.once is None:
            return None
        known = self.owners.get(mark)
        if known is None:
            self.owners[mark], self.places[mark] = own, here
            return None
        if known != own and owner and known != _NOBODY:
            return self.row, Failure((self.header, self.owner), self.header, _where(self.places[mark]))
        if self.once is not None:
            return self.once, Failure((self.header,), self.header, _where(self.places[mark]))
        return None


_NOBODY = hash("")


class _Same:
    """What one client is told by must stay the same; an empty value says nothing."""

    def __init__(self, owner: str, rows: Sequence[RuleRow], standard: Standard, known: Collection[str]) -> None:
        self.owner, self.owner_in_client, self.is_looked_up = owner, _of_client(standard, owner), owner in known
        self.fields = [(row, header) for row in rows for header in row.fields]
        self.take: Callable[[Values], tuple[str, ...]] = itemgetter(*(header for _, header in self.fields))
        self.known: dict[int, tuple[str, ...]] = {}

    def differing(self, client: Values, episode: Values, repeated: Collection[int] | None) -> list[Broken]:
        """The rows broken, with the fields that differ from what was told of the same client before."""
        owner = (client if self.owner_in_client else episode).get(self.owner)
        if not owner or (repeated is not None and self.is_looked_up and _mark(owner) not in repeated):
            return []
        try:
            told = self.take(client)
        except KeyError:  # the file lacks a column, or the store had nothing to keep in it
            told = tuple(client.get(header, "") for _, header in self.fields)
        known = self.known.setdefault(_mark(owner), told)
        if told == known:
            return []
        pairs = list(zip(self.fields, known, told, strict=True))
        self.known[_mark(owner)] = tuple(old or new for _, old, new in pairs)
        differing: dict[int, tuple[RuleRow, list[str]]] = {}
        for (row, header), old, new in pairs:
            if old and new and old != new:
                differing.setdefault(row.line, (row, []))[1].append(header)
        return [(row, Failure(tuple(headers), headers[0])) for row, headers in differing.values()]


def _by_owner(rows: Sequence[RuleRow], standard: Standard, known: Collection[str]) -> list[_Same]:
    """Rows about the same owner are looked at together."""
    owners = dict.fromkeys(row.parameters["owner"] for row in rows)
    return [
        _Same(owner, [row for row in rows if row.parameters["owner"] == owner], standard, known) for owner in owners
    ]


class _Like:
    """Two owners who are told by the same values seem to be one person; told once for each of them."""

    def __init__(self, row: RuleRow, standard: Standard, clients: Collection[str] | None) -> None:
        self.row, self.owner = row, row.parameters["owner"]
        self.owner_in_client = _of_client(standard, self.owner)
        # A store tells who are alike by these: where a rule of a site's own compares less, all are compared.
        told_by = {standard.role(role) for role in ("given_initial", "family_initial", "birth_date", "sex")}
        self.clients = clients if told_by <= {*row.fields} else None
        headers = (row.parameters["within"], *row.fields)
        by_header = standard.by_header
        self.of_client = tuple(header for header in headers if by_header[header].level == "client")
        self.of_episode = tuple(header for header in headers if by_header[header].level == "episode")
        self.take_client, self.take_episode = _taker(self.of_client), _taker(self.of_episode)
        self.known: dict[int, int] = {}
        self.places: dict[int, Place] = {}
        self.told: set[tuple[int, int]] = set()
        self.expected: Collection[int] | None = None

    def marks(self, columns: Mapping[str, Sequence[str]]) -> Iterator[int]:
        """The marks of many records, by columns. One of a record that tells nothing is nobody's."""

        def told(part: Sequence[str]) -> Iterable[tuple[str, ...]]:
            # Of client or episode there may be nothing to compare.
            return zip(*map(columns.__getitem__, part)) if part else repeat(())  # noqa: B905

        return map(hash, zip(told(self.of_client), told(self.of_episode)))  # noqa: B905

    def like_another(self, client: Values, episode: Values, here: Place) -> Failure | None:
        """The failure, where somebody else was told by the same before. A value that is missing tells nothing."""
        owner = (client if self.owner_in_client else episode).get(self.owner)
        if not owner:
            return None
        try:
            values = (self.take_client(client), self.take_episode(episode))
        except KeyError:  # the file lacks a column, or the store had nothing to keep in it
            return None
        if not all(values[0]) or not all(values[1]):
            return None
        mark, own = hash(values), _mark(owner)
        if self.expected is not None and mark not in self.expected:
            return None
        known = self.known.get(mark)
        if known is None:
            self.known[mark], self.places[mark] = own, here
        if known is None or known == own or (mark, own) in self.told:
            return None
        self.told.add((mark, own))
        return Failure(self.row.fields, self.row.fields[0], _where(self.places[mark]))


class _Zeros:
    """Coded columns in which every code that begins with a zero has lost it, as spreadsheets do."""

    def __init__(self, row: RuleRow, standard: Standard) -> None:
        self.row = row
        self.lost_in: set[str] = set()
        # Column → what its codes that begin with a zero are without it. Only columns in which all is lost are watched.
        self.watched: dict[str, frozenset[str]] = {}
        for header in row.fields:
            codes = standard.code_lists[standard.by_header[header].codes].codes
            short = frozenset(filter(None, (without_zeros(code) for code in codes if code.startswith("0"))))
            if short and len({len(code) for code in codes}) == 1 and not short & set(codes):
                self.watched[header] = short

    def look(self, client: Values, episode: Values, events: Sequence[Event]) -> None:
        """Look at one record."""
        kept = None
        for header, short in self.watched.items():
            value = client.get(header) or episode.get(header)
            for text in (value,) if value else [event.values.get(header) for event in events]:
                if not text:
                    continue
                if text[0] == "0":
                    kept = [*(kept or ()), header]
                elif text in short:
                    self.lost_in.add(header)
        for header in kept or ():
            self.watched.pop(header, None)

    def look_through(self, columns: Mapping[str, Iterable[str]]) -> None:
        """Look at whole columns."""
        for header, short in list(self.watched.items()):
            values = set(columns.get(header, ()))
            if any(value[:1] == "0" for value in values):
                self.watched.pop(header)
            elif not short.isdisjoint(values):
                self.lost_in.add(header)

    def lost(self) -> tuple[str, ...]:
        """The columns in which no code has kept its zero and some have lost it."""
        return tuple(header for header in self.watched if header in self.lost_in)


def zeros_lost(standard: Standard, records: Iterable[EpisodeRecord]) -> Finding | None:
    """What is said of a file in whose records codes have lost their leading zeros; None where none has."""
    rows = (row for rule in standard.rules for row in rule.rows if row.pattern == "zeros_lost")
    watching = [_Zeros(row, standard) for row in rows]
    for record in records:
        for zeros in watching:
            if zeros.watched and not standard.withholds(record.episode):
                zeros.look(record.client, record.episode, record.events)
    lost = [header for zeros in watching for header in zeros.lost()]
    return structure_finding(standard, "zeros_lost", fields=lost) if lost else None


def structure_finding(
    standard: Standard,
    pattern: str,
    *,
    fields: Sequence[str] = (),
    lines: Iterable[int] = (),
    episode: str = "",
    values: Values | None = None,
    words: Mapping[str, str] | None = None,
) -> Finding:
    """A finding about the heading or the shape of a row, worded by the standard's row for that pattern.

    `words` fill the wording's own placeholders (such as {count}); they must hold no client data.
    """
    row = next(row for rule in standard.rules for row in rule.rows if row.pattern == pattern)
    jump = fields[0] if fields else ""
    return Finding(
        severity=Severity(row.severity),
        rule=row.rule,
        field=jump,
        fields=tuple(fields),
        message=sentence(standard, [(row, Failure(tuple(fields), jump, words or {}))]),
        values=values or {},
        section=standard.by_header[jump].section if jump in standard.by_header else "",
        episode=episode,
        lines=tuple(lines),
    )


def undecided_lists(standard: Standard) -> Finding | None:
    """The notice that names every code list that is incomplete or unknown; None when all lists decide."""
    fields = [item.header for item in standard.fields if item.codes and not standard.code_lists[item.codes].decides]
    if not fields:
        return None
    titles = dict.fromkeys(standard.code_lists[standard.by_header[header].codes].title for header in fields)
    return structure_finding(standard, "lists_not_judged", fields=fields, words={"lists": listed(list(titles))})
