"""Rules about more than one record, and about the file itself.

`FileRules` is fed the episodes of a file or a store one after another, in order, and says what only shows beside the
others: an identifier used twice, one client told in two ways. Readers of files use `structure_finding` for what is
wrong with the heading or the shape of a row. Both word their findings from the standard's rules.csv.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

from validators.records import EpisodeRecord, Finding, Severity, Values
from validators.rules.messages import listed, sentence
from validators.rules.registry import UNREADABLE, Failure
from validators.standard.model import RuleRow, Standard


class FileRules:
    """What must hold between the episodes of one file or one agency's store.

    Of identifiers it keeps 64-bit hashes, which is what lets a hundred thousand rows pass in little memory: that two
    of them meet by chance is once in thousands of millions of such files.
    """

    def __init__(self, standard: Standard, repeated: frozenset[str] | None = None) -> None:
        """Start with no episode seen.

        Where it is known beforehand which identifiers are `repeated` (a store can tell), only those are kept in mind.
        """
        self.standard, self.repeated = standard, repeated
        rows = [row for rule in standard.rules for row in rule.rows]
        self._owned = [_Owned(row, standard) for row in rows if row.pattern == "belongs_to_one"]
        self._same = [_Same(row) for row in rows if row.pattern == "same_for_client"]
        self._once: list[tuple[str, RuleRow, set[int]]] = [
            (row.fields[0], row, set()) for row in rows if row.pattern == "appears_once"
        ]
        self._unreadable = {row.rule for row in rows if row.pattern in UNREADABLE}

    def check(self, record: EpisodeRecord, findings: Sequence[Finding]) -> list[Finding]:
        """What the record contradicts among those seen before. `findings` are the ones it has by itself."""
        client, episode, repeated = record.client, record.episode, self.repeated
        spoilt = {header for f in findings if f.rule in self._unreadable for header in f.fields} if findings else ()
        if spoilt:  # a value that cannot be read is compared with nothing
            client = {header: "" if header in spoilt else value for header, value in client.items()}
            episode = {header: "" if header in spoilt else value for header, value in episode.items()}
        withheld = self.standard.withholds(episode)
        if withheld:  # what may not be there is told as that, and judged no further
            carried = self.standard.no_consent_carries
            client = {header: value for header, value in client.items() if header in carried}
        broken: dict[str, list[tuple[RuleRow, Failure]]] = {}
        for owned in self._owned:
            if fields := owned.broken(client, episode, repeated):
                broken.setdefault(owned.row.rule, []).append((owned.row, Failure(fields, fields[0])))
        for same in self._same:
            if fields := same.differing(client, repeated):
                broken.setdefault(same.row.rule, []).append((same.row, Failure(fields, fields[0])))
        found = [self._finding(parts, record, {**client, **episode}, record.lines) for parts in broken.values()]
        if withheld:
            return found
        for event in record.events:
            values = event.values
            for header, row, seen in self._once:
                value = values.get(header)
                if not value or header in spoilt or (repeated is not None and value not in repeated):
                    continue
                mark = hash(value)
                if mark in seen:
                    lines = (event.line,) if event.line else ()
                    parts = [(row, Failure(row.fields, header))]
                    found.append(self._finding(parts, record, event.values, lines, event.id))
                seen.add(mark)
        return found

    def _finding(
        self,
        parts: Sequence[tuple[RuleRow, Failure]],
        record: EpisodeRecord,
        values: Values,
        lines: tuple[int, ...],
        event_id: str = "",
    ) -> Finding:
        row, first = parts[0]
        fields = tuple(dict.fromkeys(header for _, failure in parts for header in failure.fields))
        return Finding(
            severity=Severity(row.severity),
            rule=row.rule,
            field=first.jump,
            fields=fields,
            message=sentence(self.standard, parts),
            values={header: values.get(header, "") for header in fields},
            section=self.standard.by_header[first.jump].section,
            episode=record.episode.get(self.standard.role("episode_id"), ""),
            lines=lines,
            client_id=record.client_id,
            episode_id=record.episode_id,
            event_id=event_id,
        )


class _Owned:
    """An identifier that belongs to one owner: an episode ID to one client."""

    def __init__(self, row: RuleRow, standard: Standard) -> None:
        self.row = row
        self.header, self.owner = row.fields[0], row.parameters["owner"]
        self.in_client = standard.by_header[self.header].level == "client"
        self.owners: dict[int, int] = {}

    def broken(self, client: Values, episode: Values, repeated: frozenset[str] | None) -> tuple[str, ...]:
        """The fields that say so, when the identifier was seen with another owner."""
        value, owner = (client if self.in_client else episode).get(self.header), client.get(self.owner)
        if not value or not owner or (repeated is not None and value not in repeated):
            return ()
        if self.owners.setdefault(hash(value), hash(owner)) != hash(owner):
            return self.header, self.owner
        return ()


class _Same:
    """What one client is told by must stay the same; an empty value says nothing."""

    def __init__(self, row: RuleRow) -> None:
        self.row, self.owner = row, row.parameters["owner"]
        self.take: Callable[[Values], tuple[str, ...]] = itemgetter(*row.fields)
        self.known: dict[int, tuple[str, ...]] = {}

    def differing(self, client: Values, repeated: frozenset[str] | None) -> tuple[str, ...]:
        """The fields that differ from what was told of the same client before."""
        owner = client.get(self.owner)
        if not owner or (repeated is not None and owner not in repeated):
            return ()
        try:
            told = self.take(client)
        except KeyError:  # the file lacks a column, or the store had nothing to keep in it
            told = tuple(client.get(header, "") for header in self.row.fields)
        known = self.known.setdefault(hash(owner), told)
        if told == known:
            return ()
        pairs = list(zip(self.row.fields, known, told, strict=True))
        self.known[hash(owner)] = tuple(old or new for _, old, new in pairs)
        return tuple(header for header, old, new in pairs if old and new and old != new)


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
