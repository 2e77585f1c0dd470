"""Patterns that compare the values of one record (client and episode, or an event with its episode beside it).

A check gets the values as typed (`raw`), the same with unreadable ones emptied (`clean`), and the moment; both have
every client and episode header, and those of the event's section where there is one. Whether something is *there* is
asked of `raw`, what it *says* of `clean`: a date nobody can read is there, but not compared. No check takes a text for
longer than it is: what another data set's rules let through is no more harmless than what these do.

They stand in this order: what is there, dates, codes, and identifiers that give a person away.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress, count, product
from operator import contains, eq, ge, gt, itemgetter, lt, ne, not_
from unicodedata import normalize

from validators.dates import parse_date, plus, write_date
from validators.records import Severity, Values
from validators.rules.messages import listed
from validators.rules.registry import (
    EACH_FIELD,
    ColumnDoubt,
    ColumnDoubts,
    Columns,
    Failure,
    Moment,
    RecordCheck,
    column_doubt,
    condition_in,
    headers_in,
    record_pattern,
)
from validators.standard.conditions import parse_condition
from validators.standard.edition import CodeFacts
from validators.standard.model import RuleRow, Standard, without_zeros


def _taker(headers: Sequence[str]) -> Callable[[Values], Sequence[str]]:
    """A function that takes several values at once."""
    if len(headers) > 1:
        return itemgetter(*headers)
    (header,) = headers
    return lambda values: (values[header],)


# What is there: presence, alone and beside others.


@record_pattern("required", optional="when beside with")
def required(row: RuleRow, standard: Standard) -> RecordCheck:
    """Filled, where the condition `when` holds and, with `with`, any of those fields is filled.

    `beside` adds fields to the finding that say why.

    A stored record is not asked for what the exporter writes, nor for a number that the program gives; one that was
    opened before a field's first day is not asked for that field. What is no answer about consent leaves as none.
    """
    condition = condition_in(row, standard)
    beside = headers_in(row, "beside")
    sent = row.fields
    kept = tuple(
        header for header in sent if standard.by_header[header].keyed != "written" and header not in standard.numbered
    )

    take, opened = _taker(sent), standard.role("opened")
    beside_any = headers_in(row, "with")
    take_any = _taker(beside_any) if beside_any else None
    layout = standard.date_layout.text
    first = {header: _written(day, layout) for header in sent if (day := standard.by_header[header].valid_from)}
    consent = standard.role("consent")
    asked = consent if consent in sent else ""

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        unanswered = bool(asked) and moment.stored and not standard.is_answer(raw[asked])
        if (all(take(raw)) and not unanswered) or (condition is not None and not condition.holds(clean)):
            return None
        if take_any is not None and not any(take_any(raw)):
            return None
        missing = [
            header
            for header in (kept if moment.stored else sent)
            if not raw[header] or (unanswered and header == asked)
        ]
        if first and (begun := clean[opened]):
            missing = [header for header in missing if header not in first or begun >= first[header]]
        return Failure((*missing, *beside), missing[0]) if missing else None

    return check


@column_doubt("required")
def where_any_is_empty(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where any of the fields is empty, or of what is stored no answer."""
    asked = {standard.role("consent")}.intersection(row.fields) if moment.stored else set()

    def doubt(columns: Columns) -> Iterable[int]:
        found = {place for header in row.fields for place in _empty(columns[header])}
        unanswered = (
            place for header in asked for place, text in enumerate(columns[header]) if not standard.is_answer(text)
        )
        return found.union(unanswered)

    return doubt


def _empty(column: Sequence[str]) -> Iterator[int]:
    """Where nothing stands. By looking on from one to the next: mostly there is none."""
    place = -1
    try:
        while True:
            place = column.index("", place + 1)
            yield place
    except ValueError:
        return


@record_pattern("one_required", optional="when kept")
def one_required(row: RuleRow, standard: Standard) -> RecordCheck:
    """At least one of the fields is filled, where the condition holds.

    With `kept=only` this is asked of stored records alone: what is read of a file may have been sent before.
    """
    condition = condition_in(row, standard)
    fields, take = row.fields, _taker(row.fields)
    only_kept = row.parameters.get("kept") == "only"

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        if any(take(raw)) or (only_kept and not moment.stored):
            return None
        return Failure(fields, fields[0]) if condition is None or condition.holds(clean) else None

    return check


@column_doubt("one_required")
def where_all_are_empty(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where none of the fields is filled."""
    first, *others = row.fields

    def doubt(columns: Columns) -> Iterable[int]:
        empty = compress(count(), map(not_, columns[first]))
        beside = [columns[header] for header in others]
        return [place for place in empty if not any(column[place] for column in beside)]

    return doubt


@record_pattern("both_or_neither")
def both_or_neither(row: RuleRow, standard: Standard) -> RecordCheck:
    """All of the fields are filled or none."""
    fields, take = row.fields, _taker(row.fields)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        values = take(raw)
        if all(values) or not any(values):
            return None
        empty = [header for header in fields if not raw[header]]
        return Failure(fields, empty[0])

    return check


@column_doubt("both_or_neither")
def where_some_are_filled(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where one of the fields is filled and another is not."""
    first, *others = row.fields

    def doubt(columns: Columns) -> Iterable[int]:
        its = list(map(bool, columns[first]))
        beside = [map(bool, columns[header]) for header in others]
        return {place for column in beside for place in compress(count(), map(ne, its, column))}

    return doubt


def differ(code: str, other: str) -> bool:
    """Whether two codes are different ones, leading zeros aside."""
    return code != other and (len(code) == len(other) or without_zeros(code) != without_zeros(other))


@record_pattern("distinct_from", required="other", about_filled=True)
def distinct_from(row: RuleRow, standard: Standard) -> RecordCheck:
    """Where filled, different from the other fields, which are then filled too; `5` and `05` are not different."""
    fields, others = row.fields, headers_in(row, "other")
    labels = {header: standard.by_header[header].label for header in (*fields, *others)}

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        named: dict[str, None] = {}
        jump = problem = ""
        for header in fields:
            value = raw[header]
            if not value:
                continue
            for other in others:
                compared = raw[other]
                if compared and (differ(compared, value) or not (clean[other] and clean[header])):
                    continue
                named[other] = named[header] = None
                if not jump:
                    jump = header if compared else other
                    problem = f"repeats {labels[other]}" if compared else f"is missing before {labels[header]}"
        return Failure(tuple(named), jump, {"problem": problem}) if named else None

    if len(fields) > 1 or len(others) > 1:
        return check
    ((only,), (beside,)) = fields, others
    repeated = Failure((beside, only), only, {"problem": f"repeats {labels[beside]}"})
    missing = Failure((beside, only), beside, {"problem": f"is missing before {labels[only]}"})

    def check_pair(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        value, compared = raw[only], raw[beside]
        if not value or (value != compared and len(value) == len(compared)):
            return None
        if not compared:
            return missing
        return None if differ(compared, value) or not (clean[beside] and clean[only]) else repeated

    return check_pair


@record_pattern("empty_when", required="when", about_filled=True)
def empty_when(row: RuleRow, standard: Standard) -> RecordCheck:
    """Empty where the condition holds."""
    condition = parse_condition(row.parameters["when"], standard.by_header, standard.values)
    fields = row.fields

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        filled = [header for header in fields if raw[header]]
        return Failure((*filled, *condition.headers), filled[0]) if filled and condition.holds(clean) else None

    return check


@record_pattern("number_when", required="least most when", about_filled=True)
def number_when(row: RuleRow, standard: Standard) -> RecordCheck:
    """A whole number between two others, both included, where the condition holds."""
    condition = parse_condition(row.parameters["when"], standard.by_header, standard.values)
    least, most = int(row.parameters["least"]), int(row.parameters["most"])
    fields = row.fields

    def is_other(value: str) -> bool:
        return bool(value) and not (value.isascii() and value.isdigit() and least <= int(value) <= most)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        others = [header for header in fields if is_other(clean[header])]
        return Failure((*others, *condition.headers), others[0]) if others and condition.holds(clean) else None

    return check


# Dates: against one another, today, the reporting period and an age.


def _comparison(wrong: Callable[[str, str], bool]) -> Callable[[RuleRow, Standard], RecordCheck]:
    """A pattern that compares each date with the dates named in `other`; `plus` moves those by years and days."""

    def pattern(row: RuleRow, standard: Standard) -> RecordCheck:
        fields, others = row.fields, headers_in(row, "other")
        moved = _mover(row.parameters["plus"], standard.date_layout.text) if "plus" in row.parameters else None

        def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
            failure = None
            for header in fields:
                value = clean[header]
                if not value:
                    continue
                for other in others:
                    against = clean[other]
                    if against and wrong(value, moved(against, value) if moved else against):
                        named = failure.fields if failure else (header,)
                        failure = Failure(tuple(dict.fromkeys((*named, header, other))), header)
            return failure

        if moved or len(fields) > 1 or len(others) > 1:
            return check
        ((header,), (other,)) = fields, others
        failed = Failure(tuple(dict.fromkeys((header, other))), header)

        def check_pair(raw: Values, clean: Values, moment: Moment) -> Failure | None:
            value, against = clean[header], clean[other]
            return failed if value and against and wrong(value, against) else None

        return check_pair

    return pattern


def _wrong_places(wrong: Callable[[str, str], bool]) -> ColumnDoubts:
    """Where a pattern that compares dates finds one on the wrong side, or the years alone do not say that it is not."""

    def doubts(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
        pairs = list(product(row.fields, headers_in(row, "other")))
        years = _Years(_settled(row.parameters["plus"])) if "plus" in row.parameters else None

        def doubt(columns: Columns) -> Iterable[int]:
            found: list[int] = []
            for header, other in pairs:
                values, others = columns[header], columns[other]
                if years is not None:
                    found += years.unsettled(values, others)
                else:
                    # Where there is no date to compare nothing is compared: with nothing many are on the wrong side.
                    filled = list(compress(count(), values))
                    sides = map(wrong, filter(None, values), compress(others, values))
                    found += [place for place in compress(filled, sides) if others[place]]
            return found

        return doubt

    return doubts


class _Years:
    """Pairs of years of two dates, of which those that settle how the dates lie to one another are known."""

    def __init__(self, last: Callable[[str], str]) -> None:
        self._last = last
        self._settled: set[tuple[str, str]] = set()

    def unsettled(self, values: Sequence[str], others: Sequence[str]) -> list[int]:
        """Where both are there and the year of the first is none that that of the other settles."""
        if self._settled.issuperset(zip(map(_YEAR, values), map(_YEAR, others), strict=True)):
            return []
        pairs = list(zip(map(_YEAR, values), map(_YEAR, others), strict=True))
        new = set(pairs) - self._settled
        near = {(year, other) for year, other in new if year and other and year <= self._last(other)}
        if len(self._settled) < _YEARS_REMEMBERED:
            self._settled |= new - near
        return [place for place, pair in enumerate(pairs) if pair in near] if near else []


_YEARS_REMEMBERED = 10_000
_YEAR = itemgetter(slice(4))
_LAST_YEAR = f"{date.max.year:04}"


def _settled(text: str) -> Callable[[str], str]:
    """Read `1y1d`: the last year, of a date moved by so much from one of a year, that might not be before it.

    Of what is no year it is the last there is.
    """
    years, days = _years_and_days(text)
    margin = years + days // 365 + 1

    def last(year: str) -> str:
        plain = len(year) == len(_LAST_YEAR) and year.isascii() and year.isdigit()
        return f"{min(int(year) + margin, date.max.year):04}" if plain else _LAST_YEAR

    return last


def _years_and_days(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)y(\d+)d", text)
    if match is None:
        raise ValueError(f"plus={text} is not written like 1y1d")
    return int(match[1]), int(match[2])


def _mover(text: str, layout: str) -> Callable[[str, str], str]:
    """Read `1y1d`: a function that moves a date in text by so many years and days, to compare it with another.

    Where the years alone settle the comparison it gives the date unmoved, which compares the same way.
    """
    years, days = _years_and_days(text)
    last_of = _settled(text)
    settled: dict[str, str] = {}  # year of a date to the last one that the years alone do not settle

    def moved(text: str, beside: str) -> str:
        year = text[:4]
        last = settled.get(year)
        if last is None:
            if not (year.isascii() and year.isdigit()):
                return text
            last = settled[year] = last_of(year)
        if beside[:4] > last:
            return text
        day = parse_date(text)
        return write_date(plus(day, years, days), layout) if day else text

    return moved


for _name, _wrong in (("not_before", lt), ("not_after", gt), ("before", ge), ("on_the_day", eq)):
    _moves = "plus" if _name == "not_before" else ""
    record_pattern(_name, required="other", optional=_moves, about_filled=True)(_comparison(_wrong))
    column_doubt(_name)(_wrong_places(_wrong))


def _dates_failing(fields: tuple[str, ...], clean: Values, wrong: Callable[[str], bool]) -> Failure | None:
    failing = [header for header in fields if (value := clean[header]) and wrong(value)]
    return Failure(tuple(failing), failing[0]) if failing else None


@record_pattern("not_after_today")
def not_after_today(row: RuleRow, standard: Standard) -> RecordCheck:
    """Today or earlier."""
    fields, take = row.fields, _taker(row.fields)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        return None if max(take(clean)) <= moment.today else _dates_failing(fields, clean, moment.today.__lt__)

    return check


@column_doubt("not_after_today")
def where_a_day_is_to_come(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where any of the fields is after today."""
    is_to_come = moment.today.__lt__

    def doubt(columns: Columns) -> Iterable[int]:
        told = [columns[header] for header in row.fields]
        late = [column for column in told if max(column, default="") > moment.today]
        return {place for column in late for place in compress(count(), map(is_to_come, column))}

    return doubt


@record_pattern("before_period_end", about_filled=True)
def before_period_end(row: RuleRow, standard: Standard) -> RecordCheck:
    """Before the last day of the reporting period, where one is given."""
    fields = row.fields

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        return _dates_failing(fields, clean, moment.period_end.__le__) if moment.period_end else None

    return check


@column_doubt("before_period_end")
def where_the_period_is_over(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where any of the fields is on the last day of the period or after it."""
    end = moment.period_end

    def doubt(columns: Columns) -> Iterable[int]:
        told = [columns[header] for header in row.fields] if end else []
        late = [column for column in told if max(column, default="") >= end]
        return {place for column in late for place in compress(count(), map(end.__le__, column))}

    return doubt


@record_pattern("in_period", required="opened closed")
def in_period(row: RuleRow, standard: Standard) -> RecordCheck:
    """Closed on or after the base date and begun by the end of the reporting period, where one is given."""
    opened_field, closed_field = row.parameters["opened"], row.parameters["closed"]

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        if not moment.period_end:
            return None
        opened, closed = clean[opened_field], clean[closed_field]
        failing: tuple[str, ...] = ()
        if opened and opened > moment.period_end:
            failing = (opened_field,)
        if closed and closed < moment.period_start:
            failing = (*failing, closed_field)
        return Failure(failing, failing[0]) if failing else None

    return check


@column_doubt("in_period")
def where_outside_the_period(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where an episode was begun after the period, or closed before it."""
    start, end = moment.period_start, moment.period_end

    def doubt(columns: Columns) -> Iterable[int]:
        if not end:
            return ()
        opened, closed = columns[row.parameters["opened"]], columns[row.parameters["closed"]]
        late, early = map(end.__lt__, opened), compress(count(), map(start.__gt__, closed))
        return [*compress(count(), late), *(place for place in early if closed[place])]

    return doubt


@record_pattern("age_at_least", required="other years", about_filled=True)
def age_at_least(row: RuleRow, standard: Standard) -> RecordCheck:
    """So many years old on the day in the field, born on the day in `other`."""
    ((header,), (birth,)) = row.fields, headers_in(row, "other")
    moved = _mover(f"{int(row.parameters['years'])}y0d", standard.date_layout.text)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        day, born = clean[header], clean[birth]
        return Failure((header, birth), header) if day and born and day < moved(born, day) else None

    return check


@record_pattern("age_at_most", required="other years", about_filled=True)
def age_at_most(row: RuleRow, standard: Standard) -> RecordCheck:
    """No more than so many years old on the day in the field, born on the day in `other`."""
    ((header,), (birth,)) = row.fields, headers_in(row, "other")
    moved = _mover(f"{int(row.parameters['years']) + 1}y0d", standard.date_layout.text)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        day, born = clean[header], clean[birth]
        return Failure((header, birth), header) if day and born and day >= moved(born, day) else None

    return check


@column_doubt("age_at_least")
def where_an_age_is_near(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where the years alone do not say that somebody was old enough."""
    ((header,), (birth,)) = row.fields, headers_in(row, "other")
    years = _Years(_settled(f"{int(row.parameters['years'])}y0d"))
    return lambda columns: years.unsettled(columns[header], columns[birth])


# What a code is: when it may be used, and by whom; and whose code it is.


@record_pattern("code_not_retired", required="on", about_filled=True)
def code_not_retired(row: RuleRow, standard: Standard) -> RecordCheck:
    """Codes only from their first to their last day, where a list tells those, judged on the day in the field `on`.

    Each field is judged by itself; `row` has one.
    """
    (on,) = headers_in(row, "on")
    header, layout = row.fields[0], standard.date_layout.text
    days = {
        code: (_written(facts.valid_from, layout), _written(facts.valid_to, layout))
        for code, facts in _facts(standard, header).items()
        if facts.valid_from or facts.valid_to
    }
    failed = Failure((header, on), header)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        bounds, day = days.get(clean[header]), clean[on]
        if bounds is None or not day:
            return None
        first, last = bounds
        return failed if day < first or (last and day > last) else None

    return check


def _facts(standard: Standard, header: str) -> Mapping[str, CodeFacts]:
    codes = standard.code_lists.get(standard.by_header[header].codes)
    return codes.facts if codes is not None else {}


EACH_FIELD["code_not_retired"] = lambda standard, header: any(
    facts.valid_from or facts.valid_to for facts in _facts(standard, header).values()
)


def _written(day: str, layout: str) -> str:
    parsed = parse_date(day) if day else None
    return write_date(parsed, layout) if parsed else ""


def codes_in(row: RuleRow, standard: Standard, name: str, header: str) -> frozenset[str]:
    """The codes that a parameter lists, separated by |; `@name` is a named set of the standard's."""
    condition = parse_condition(f"{header}={row.parameters[name]}", standard.by_header, standard.values)
    return condition.tests[0][2]


@record_pattern("not_before_day_when", required="day when", about_filled=True)
def not_before_day_when(row: RuleRow, standard: Standard) -> RecordCheck:
    """On or after a fixed day (`day=2020-04-01`) where the condition `when` holds."""
    day = parse_date(row.parameters["day"])
    if day is None:
        raise ValueError(f"day={row.parameters['day']} is not a date")
    first = write_date(day, standard.date_layout.text)
    condition = parse_condition(row.parameters["when"], standard.by_header, standard.values)
    fields = row.fields

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        early = [header for header in fields if clean[header] and clean[header] < first]
        return Failure((*early, *condition.headers), early[0]) if early and condition.holds(clean) else None

    return check


@record_pattern("setting_says", required="codes setting value", about_filled=True)
def setting_says(row: RuleRow, standard: Standard) -> RecordCheck:
    """These codes only where the agency's setting has the value."""
    (header,) = row.fields
    codes, setting, value = codes_in(row, standard, "codes", header), row.parameters["setting"], row.parameters["value"]
    failed = Failure((header,), header)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        return failed if clean[header] in codes and moment.settings.get(setting, "") != value else None

    return check


@record_pattern("filing_agency", about_filled=True)
def filing_agency(row: RuleRow, standard: Standard) -> RecordCheck:
    """The code of the agency that files, where that is known."""
    (header,) = row.fields
    failed = Failure((header,), header)

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        value = clean[header]
        return failed if value and value != moment.agency and moment.agency else None

    return check


# A person's birth date or initials in an identifier, where none may be.


@record_pattern("identifying", required="birth initials", optional="withheld", about_filled=True)
def identifying(row: RuleRow, standard: Standard) -> RecordCheck:
    """Identifiers that hold the birth date, or the initials beside a six-digit one.

    `withheld` is the severity where consent is withheld: the identifier leaves with nothing else.
    """
    if row.parameters.get("withheld", Severity.ERROR) not in set(Severity):
        raise ValueError("withheld is none of error, warning, notice")
    fields, birth_field = row.fields, row.parameters["birth"]
    given_field, family_field = headers_in(row, "initials")

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        birth = clean[birth_field]
        if not birth:
            return None
        # Every way of writing a date has the year's last two digits: nearly all identifiers are done with here.
        year = birth[2:4]
        for header in fields:
            if year in clean[header] or not clean[header].isascii():
                break
        else:
            return None
        # Beside the month, that is; or the month has separators on both sides.
        month = birth[5:7] if birth[4:5] == "-" else birth[4:6]
        near = (year + month, month + year, month + birth[:4], f"{month}-", f"-{month}", f"-{month.lstrip('0')}-")
        plain = [(header, _with_digits(clean[header])) for header in fields]
        suspects = [(header, text) for header, text in plain if _holds_any(text, near)]
        if not suspects or parse_date(birth) is None:
            return None
        traces = _traces(birth, clean[given_field], clean[family_field])
        failing = [header for header, text in suspects if _holds_any(text, traces)]
        if not failing:
            return None
        look = "looks" if len(failing) == 1 else "look"
        words = {"identifiers": listed([standard.by_header[header].label for header in failing]), "look": look}
        return Failure((*failing, birth_field), failing[0], words)

    return check


@column_doubt("identifying")
def where_a_year_of_birth_is_in(row: RuleRow, standard: Standard, moment: Moment) -> ColumnDoubt:
    """Where the year of birth, or its last two digits, may be in an identifier; also in digits that are not ASCII."""
    birth = row.parameters["birth"]

    def doubt(columns: Columns) -> Iterable[int]:
        births = columns[birth]
        years = list(map(_SHORT_YEAR, births))
        found: set[int] = set()
        for header in row.fields:
            found.update(compress(count(), map(contains, columns[header], years)))
            found.update(compress(count(), map(not_, map(str.isascii, columns[header]))))
        return [place for place in found if births[place]]

    return doubt


_SHORT_YEAR = itemgetter(slice(2, 4))


def _holds_any(text: str, traces: Sequence[str]) -> bool:
    for trace in traces:  # noqa: SIM110 (asked for every record: `any` costs twice)
        if trace in text:
            return True
    return False


def _with_digits(text: str) -> str:
    """An identifier in capitals, with hyphens for whatever separates, the longer one that a word processor makes, too;
    with ASCII digits, and a number for a month that is named, as a spreadsheet writes dates."""
    plain = text.upper() if text.isascii() else normalize("NFKC", text).upper()
    plain = _SEPARATORS.sub("-", plain)
    return _NAMED_MONTH.sub(lambda found: f"-{_MONTHS.index(found[1]) + 1:02}-", plain)


_SEPARATORS = re.compile(r"[\W_]+")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED_MONTH = re.compile(rf"(?<=[0-9])-?({'|'.join(_MONTHS)})[A-Z]*-?(?=[0-9])")


def _traces(birth: str, given: str, family: str) -> list[str]:
    """The forms in which a birth date, or initials with one, would show in an identifier."""
    digits = birth.replace("-", "")
    year, month, day = digits[:4], digits[4:6], digits[6:]
    traces = [digits, day + month + year, f"{day}{month}-{year}", f"{year}-{month}{day}"]
    for d, m in product({day, day.lstrip("0")}, {month, month.lstrip("0")}):
        traces += [f"{year}-{m}-{d}", f"{d}-{m}-{year}", f"{year[2:]}-{m}-{d}", f"{d}-{m}-{year[2:]}"]
    if given and family:
        for name in (given + family, family + given, f"{given}-{family}", f"{family}-{given}"):
            for six in (day + month + year[2:], year[2:] + month + day):
                traces += [name + six, six + name, f"{name}-{six}", f"{six}-{name}"]
    return traces
