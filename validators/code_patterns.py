"""Record patterns that ask what a code is: when it may be used, and by whom."""

from validators.conditions import parse_condition
from validators.dates import parse_date, write_date
from validators.patterns import Failure, Moment, RecordCheck, record_pattern
from validators.records import Values
from validators.standard import RuleRow, Standard


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
