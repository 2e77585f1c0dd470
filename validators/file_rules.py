"""Rules about more than one record, and about the file itself.

`FileRules` is fed the episodes of a file or a store one after another, in order, and says what only shows beside the
others: an identifier used twice, one client told in two ways. Readers of files use `structure_finding` for what is
wrong with the heading or the shape of a row. Both word their findings from the standard's rules.csv.
"""

from collections.abc import Iterable, Mapping, Sequence

from validators.messages import sentence
from validators.patterns import UNREADABLE, Failure, headers_in
from validators.records import EpisodeRecord, Finding, Severity, Values
from validators.standard import RuleRow, Standard


class FileRules:
    """What must hold between the episodes of one file or one agency's store. Keeps identifiers only."""

    def __init__(self, standard: Standard) -> None:
        """Start with no episode seen."""
        self.standard = standard
        rows = [row for rule in standard.rules for row in rule.rows]
        self._owned: list[_Owners] = [(row, {}) for row in rows if row.pattern == "belongs_to_one"]
        self._once: list[_Seen] = [(row, set()) for row in rows if row.pattern == "appears_once"]
        self._same: list[_Identities] = [(row, {}) for row in rows if row.pattern == "same_for_client"]
        self._unreadable = {row.rule for row in rows if row.pattern in UNREADABLE}

    def check(self, record: EpisodeRecord, findings: Sequence[Finding]) -> list[Finding]:
        """What the record contradicts among those seen before. `findings` are the ones it has by itself."""
        spoilt = {header for f in findings if f.rule in self._unreadable for header in f.fields}
        found: list[Finding] = []
        base = {**record.client, **record.episode}
        for row, owners in self._owned:
            (header,), owner = row.fields, row.parameters["owner"]
            value, owned_by = base.get(header, ""), base.get(owner, "")
            if not value or not owned_by or header in spoilt or owner in spoilt:
                continue
            if owners.setdefault(value, owned_by) != owned_by:
                found.append(self._finding(row, (header, owner), record, base, record.lines))
        for row, identities in self._same:
            owned_by = base.get(row.parameters["owner"], "")
            if not owned_by or row.parameters["owner"] in spoilt:
                continue
            known = identities.get(owned_by)
            told = tuple("" if header in spoilt else base.get(header, "") for header in row.fields)
            if known is None:
                identities[owned_by] = told
                continue
            fields = tuple(h for h, old, new in zip(row.fields, known, told, strict=True) if old and new and old != new)
            if fields:
                found.append(self._finding(row, fields, record, base, record.lines))
            elif "" in known:
                identities[owned_by] = tuple(old or new for old, new in zip(known, told, strict=True))
        for row, seen in self._once:
            (header,) = row.fields
            for event in record.events:
                value = event.values.get(header, "")
                if not value or header in spoilt:
                    continue
                if value in seen:
                    lines = (event.line,) if event.line else ()
                    found.append(self._finding(row, (header,), record, event.values, lines, event.id))
                seen.add(value)
        return found

    def _finding(
        self,
        row: RuleRow,
        fields: tuple[str, ...],
        record: EpisodeRecord,
        values: Values,
        lines: tuple[int, ...],
        event_id: str = "",
    ) -> Finding:
        return Finding(
            severity=Severity(row.severity),
            rule=row.rule,
            field=fields[0],
            fields=fields,
            message=sentence(self.standard, [(row, Failure(fields, fields[0]))]),
            values={header: values.get(header, "") for header in fields},
            section=self.standard.by_header[fields[0]].section,
            episode=record.episode.get(self.standard.role("episode_id"), ""),
            lines=lines,
            client_id=record.client_id,
            episode_id=record.episode_id,
            event_id=event_id,
        )


_Owners = tuple[RuleRow, dict[str, str]]
_Seen = tuple[RuleRow, set[str]]
_Identities = tuple[RuleRow, dict[str, tuple[str, ...]]]


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
    """The notice that names every field whose code list is incomplete or unknown; None when all lists decide."""
    fields = [item.header for item in standard.fields if item.codes and not standard.code_lists[item.codes].decides]
    return structure_finding(standard, "lists_not_judged", fields=fields) if fields else None
