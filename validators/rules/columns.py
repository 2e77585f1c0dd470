"""Many episodes judged together, by whole columns: which of them the checker has nothing to say of.

There is no second reading of the rules in here. A value, or a combination of the values that a record check looks at,
is given to the very check that judges a single record, once: where it passes, it passes in every row. What fails, what
breaks, and what looks at something that its row of rules.csv does not name is in doubt, and the checker judges the
episode.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count, repeat

from validators.records import EpisodeRecord, Values
from validators.rules.checker import Checker
from validators.rules.compiled import FieldJudge, Scope
from validators.rules.registry import ABOUT_FILLED, COLUMN_DOUBTS, Columns, Context, Moment, RecordCheck
from validators.standard.model import RuleRow, Standard

TOGETHER = 500
"""Episodes that are well judged together: more do not make one cheaper."""
TRIED = 2000
"""Rows after which a check that met most combinations for the first time is asked of each row instead."""
TRIED_FIRST = 200
"""Rows that a check is asked of before columns tell where it has nothing to say: one that breaks is known by then."""
_REMEMBERED = 10_000

Column = Sequence[str]


def transposed(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """The columns of some rows. What the rows have behind the headers, as of another edition, is left away."""
    if not rows:
        return dict.fromkeys(headers, ())
    return dict(zip(headers, zip(*rows, strict=False), strict=False))


@dataclass(frozen=True, slots=True)
class EpisodeColumns:
    """So many episodes by columns: those of client and episode, and for each section those of its events.

    With the events stand the numbers of the episodes that they belong to.
    """

    count: int
    base: Columns
    events: Mapping[str, tuple[Sequence[int], Columns]]


class ColumnCheck:
    """The rules of a checker applied to many episodes at once, in one context."""

    def __init__(
        self, checker: Checker, context: Context, tried: int = TRIED, about: frozenset[str] | None = None
    ) -> None:
        """Take the checker whose rules they are, and by what they judge. For `tried` see `TRIED`.

        Where only findings that name some fields are asked for, `about` says which: what is said of others alone
        leaves no doubt then.
        """
        self._checker, self._source = checker, context.source
        moment = Moment.of(context, checker.standard.date_layout.text)
        self._consent = checker.standard.role("consent")

        def asked(scope: Scope) -> list[_Combinations]:
            checks = [_Combinations(row, check, moment, checker.standard, tried) for row, check in scope.checks]
            return [one for one in checks if about is None or not about.isdisjoint(one.reads)]

        base, events = asked(checker.base), {section: asked(scope) for section, scope in checker.events.items()}
        wanted: set[str] | None = None
        if about is not None:
            # A value that cannot be read is none to whatever looks at it.
            reads = [header for checks in (base, *events.values()) for one in checks for header in one.reads]
            needed = [header for section in events for header in checker.needed_with(section)]
            wanted = {*about, *reads, *needed, self._consent}

        def of(scope: Scope, checks: "list[_Combinations]") -> _ScopeColumns:
            judges = [one for one in scope.judges(context.source) if wanted is None or one[0] in wanted]
            return _ScopeColumns(judges, checks, is_whole=wanted is None)

        self._base = of(checker.base, base)
        self._events = {section: of(checker.events[section], checks) for section, checks in events.items()}
        self.applies = not checker.has_journeys
        """Whether episodes can be judged so: one with all its events is a single piece to rules about journeys."""

    def doubtful(self, records: Sequence[EpisodeRecord]) -> Collection[int]:
        """Which of these, by their numbers, the checker must look at: it has nothing to say of any other."""
        if not self.applies:
            return range(len(records))
        events: dict[str, tuple[list[int], list[Sequence[str]]]] = {
            section: ([], []) for section in self._checker.events
        }
        shared = self._checker.base.blank.keys()
        odd: set[int] = set()
        for number, record in enumerate(records):
            for event in record.events:
                scope = self._checker.events.get(event.section)
                if scope is None:
                    continue
                own = {**scope.blank, **event.values}
                if len(own) > len(scope.blank) and not shared.isdisjoint(own):
                    odd.add(number)  # it says another value of the episode than the episode does
                owners, rows = events[event.section]
                owners.append(number)
                rows.append(self._events[event.section].row(own))
        row, base_values, source = self._base.row, self._checker.base_values, self._source
        base = [row(base_values(record, source)) for record in records]
        columns = EpisodeColumns(
            len(records),
            transposed(self._base.headers, base),
            {s: (owners, transposed(self._events[s].headers, rows)) for s, (owners, rows) in events.items()},
        )
        return odd | self.doubtful_of(columns)

    def doubtful_of(self, episodes: EpisodeColumns) -> set[int]:
        """The same of columns, which must be all that the standard has, or that are looked at."""
        columns = episodes.base
        if not self.applies or not episodes.count:
            return set(range(episodes.count))
        found = set(self._base.doubtful(columns))
        if self._consent:
            found.update(_places(columns[self._consent], self._withholding(columns[self._consent])))
        for section, (owners, own) in episodes.events.items():
            if not owners:
                continue
            its = self._events[section]
            beside = {header: [columns[header][owner] for owner in owners] for header in its.beside}
            found.update(owners[place] for place in its.doubtful({**beside, **own}))
            for header in self._checker.needed_with(section):
                found.update(owner for owner in owners if not columns[header][owner])
        return found

    def _withholding(self, answers: Column) -> set[str]:
        """The answers by which consent is withheld: such an episode is judged on what it may carry."""
        withholds = self._checker.standard.withholds
        return {answer for answer in set(answers) if withholds({self._consent: answer})}


class _ScopeColumns:
    """The columns of one scope, and the record checks that end in it."""

    def __init__(
        self, judges: Sequence[tuple[str, FieldJudge]], checks: "Sequence[_Combinations]", *, is_whole: bool
    ) -> None:
        self.headers = tuple(header for header, _ in judges)
        self._checks, self._is_whole = checks, is_whole
        self._fields = [(header, _Field(judge)) for header, judge in judges]
        own = frozenset(self.headers)
        # What the checks look at of the episode that an event belongs to.
        self.beside = tuple(dict.fromkeys(h for one in self._checks for h in one.reads if h not in own))

    def row(self, values: Values) -> Sequence[str]:
        """What of the values stands in the columns; they begin with those of the scope, in order."""
        return tuple(values.values()) if self._is_whole else [values[header] for header in self.headers]

    def doubtful(self, columns: Columns) -> Iterator[int]:
        """The numbers of the rows in which anything may be wrong."""
        for header, field in self._fields:
            yield from field.doubtful(columns[header])
        for check in self._checks:
            yield from check.doubtful(columns)


class _Field:
    """The values of one field that are known to pass."""

    def __init__(self, judge: FieldJudge) -> None:
        self._judge = judge
        self._passing = {""}

    def doubtful(self, column: Column) -> Iterable[int]:
        """The numbers of the rows whose value fails."""
        if self._passing.issuperset(column):
            return ()
        if not self._judge.remember:  # all different
            failing = (
                () if self._judge.all_pass(list(filter(None, column))) else self._failing(set(column) - self._passing)
            )
        else:
            new = set(column) - self._passing
            failing = self._failing(new)
            if len(self._passing) < _REMEMBERED:
                self._passing |= new.difference(failing)
        return _places(column, failing) if failing else ()

    def _failing(self, values: Iterable[str]) -> list[str]:
        return [value for value in values if self._judge.verdict(value) is not None]


class _Only(dict[str, str]):
    """The values that a check is known to look at. For any other it breaks, rather than take it for empty."""

    def get(self, key: str, default: object = None) -> str:
        return self[key]


class _Combinations:
    """A record check, and the combinations of values that are known to pass it."""

    def __init__(self, row: RuleRow, check: RecordCheck, moment: Moment, standard: Standard, tried: int) -> None:
        self._check, self._moment = check, moment
        doubts = COLUMN_DOUBTS.get(row.pattern)
        self._doubt = doubts(row, standard, moment) if doubts else None
        self._tried = tried if self._doubt is None else min(tried, TRIED_FIRST)
        self.reads = tuple(dict.fromkeys((*row.fields, *row.beside)))
        self._filled = row.fields[0] if row.pattern in ABOUT_FILLED and len(row.fields) == 1 else ""
        self._passing: set[tuple[str, ...]] = set()
        self._met = self._new = 0
        # Whether its combinations are nearly all different, or columns tell where it has nothing to say.
        self._is_asked_of_each = False

    def doubtful(self, columns: Columns) -> Iterable[int]:
        """The numbers of the rows that fail."""
        if self._filled and not any(columns[self._filled]):
            return ()
        if self._is_asked_of_each:
            return self._doubtful_each(columns)
        if self._passing.issuperset(self._asked(columns)):
            return ()
        met = set(self._asked(columns))
        new = met - self._passing
        failing = {cells for cells in new if not self._passes(cells)}
        self._met, self._new = self._met + len(columns[self.reads[0]]), self._new + len(new)
        self._passing |= new - failing
        few_again = self._doubt is not None or self._new * 2 > self._met
        if self._new > _REMEMBERED or (self._met > self._tried and few_again):
            self._is_asked_of_each = True
            self._passing.clear()
        if not failing:
            return ()
        cells = zip(*map(columns.__getitem__, self.reads), strict=True)
        own = columns[self._filled] if self._filled else repeat("x")
        return [place for place, (one, filled) in enumerate(zip(cells, own, strict=False)) if filled and one in failing]

    def _asked(self, columns: Columns) -> Iterable[tuple[str, ...]]:
        cells = zip(*map(columns.__getitem__, self.reads))  # noqa: B905 (columns of one table)
        return compress(cells, columns[self._filled]) if self._filled else cells

    def _passes(self, cells: tuple[str, ...]) -> bool:
        row = _Only(zip(self.reads, cells, strict=True))
        try:
            return self._check(row, row, self._moment) is None
        except Exception:
            self._doubt = None  # whatever else it breaks at is found, too
            return False

    def _doubtful_each(self, columns: Columns) -> Iterable[int]:
        """The same, where each row is asked by itself of which the columns do not say that there is no need to."""
        told = [columns[header] for header in self.reads]
        if self._doubt is not None:
            places = self._doubt(columns)
        else:
            places = compress(count(), columns[self._filled]) if self._filled else range(len(told[0]))
        return [place for place in places if not self._passes(tuple([column[place] for column in told]))]


def _places(column: Column, wanted: Collection[str]) -> list[int]:
    return [place for place, value in enumerate(column) if value in wanted] if wanted else []
