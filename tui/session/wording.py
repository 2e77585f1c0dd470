"""What several screens say in the same words: moments, numbers of things, who a client is."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.disk.user import home
from store.facts import ClientQuery, ClientRow, Sort
from tui.form.dates import show_date
from validators.local_time import LONDON
from validators.records import Finding, Values
from validators.standard.terminology import Sentence

if TYPE_CHECKING:  # the start page says paths in these words, long before there is a standard
    from validators.standard.model import Standard

SORTS: dict[Sort, str | Sentence] = {
    "reference": "reference",
    "initials": "initials",
    "birth_date": "birth date",
    "postcode": "postcode",
    "opened": "opened",
    "state": Sentence("state: open, closed, no {episode}"),
    "findings": "findings",
    "key_worker": "key worker",
    "changed": "last change",
    "entered": "order of entry",
}
"""What lists of clients are put in the order of, in words."""


def when(moment: datetime, today: date) -> str:
    """A moment as people say it: `14:02`, with the day when that is another one."""
    local = moment.astimezone(LONDON)
    clock = f"{local:%H:%M}"
    return clock if local.date() == today else f"{local.day} {local:%b} {clock}"


def path_text(path: Path) -> str:
    """A path as people write it: `~` for their own folder."""
    return with_short_paths(str(path))


def with_short_paths(sentence: str) -> str:
    """A sentence about files, which long names would hide: `~` for the person's own folder."""
    return sentence.replace(f"{home()}/", "~/")


def client_name(standard: "Standard", values: Values) -> str:
    """Reference and initials; what says who it is where both are missing."""

    def value(role: str) -> str:
        return values.get(standard.role(role), "") if standard.role(role) else ""

    parts = [value("client_reference"), f"{value('given_initial')}{value('family_initial')}"]
    return " ".join(part for part in parts if part) or "without a name yet"


def rule_title(standard: "Standard", rule: str) -> str:
    """A rule's number and title."""
    known = standard.rule_by_id.get(rule)
    return f"Rule {rule}: {known.title}" if known else f"Rule {rule}"


def values_text(one: Finding) -> str:
    """The fields involved with their values; quotes show blanks at an end."""

    def shown(text: str) -> str:
        return f"'{text}'" if text != text.strip() else text or "empty"

    return ", ".join(f"{header}={shown(one.values.get(header, ''))}" for header in one.fields)


def view_told(query: ClientQuery) -> str:
    """Words, filters and order of a list of clients in one line."""
    # It brings the database with it, which the first paint does not wait for.
    from exporters.records.worklists import SHORT

    parts = [f"'{query.text}'"] if query.text.strip() else []
    parts += [SHORT.get(name, name.replace("_", " ")) for name in sorted(query.filters)]
    parts += [f"key worker {query.key_worker}"] if query.key_worker else []
    order = f"by {SORTS[query.sort]}" + (", the last first" if query.descending else "")
    return f"{', '.join(parts) or 'all clients'}, {order}"


def findings_text(one: ClientRow) -> str:
    """How many findings there are, by letters: `2E 1W`."""
    parts = [f"{number}{letter}" for number, letter in ((one.errors, "E"), (one.warnings, "W")) if number]
    return " ".join(parts)


def value_told(standard: "Standard", header: str, values: Values) -> str:
    """A value as people read it: a date in words, a code with its meaning."""
    field, text = standard.by_header[header], values.get(header, "")
    if field.is_date:
        return show_date(text, field.layout.text) or text
    codes = standard.code_lists.get(field.codes)
    return f"{text} {codes.codes.get(text, '') if codes else ''}".rstrip()


def gone_told(found: Sequence[ClientRow]) -> str:
    """Who is found only among those that are deleted or merged: the first of them, and how many more."""
    first = found[0]
    now = f"merged into {first.merged_into}" if first.merged_into else "deleted"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{first.reference} {first.initials}".strip() + f" is {now}{more}"
