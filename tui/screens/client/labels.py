"""How the client screen names things: the title, the lines of the tree, moments of the day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from store.facts import Presence
from tui.form.dates import show_date
from tui.form.panel_entries import RecordKey
from tui.form.row_drawing import WEIGHT
from tui.screens.client.model import Case, Held
from tui.session.wording import client_name, when
from tui.widgets.tree_pane import Node
from validators.records import Finding, Severity, Values
from validators.standard.model import Standard


def word(standard: Standard, kind: str) -> str:
    """What the standard calls a client, an episode, an event."""
    return standard.word(kind)


def born(standard: Standard, values: Values) -> str:
    """The birth date as people read it; empty when there is none."""
    header = standard.role("birth_date")
    text = values.get(header, "") if header else ""
    return show_date(text, standard.by_header[header].layout.text) or text if text else ""


def title(case: Case, others: Sequence[Presence], person: str, today: date, here: str = "") -> str:
    """The title line: who it is, whether new or unsaved, who else is in which record; `here` is `person`'s own."""
    client = case.client
    parts = [f"{'Client' if client.version else 'New client'} {client_name(case.standard, client.values)}"]
    if birth := born(case.standard, client.values):
        parts.append(f"born {birth}")
    if client.deleted:
        parts.append("DELETED")
    for one in others:
        what = "this record" if one.record_id == here else record_of(case, one)
        who = "another window" if one.person == person else one.person
        parts.append(f"{who} since {when(one.since, today)} in {what}")
    return ", ".join(parts)


def somebody(person: str, own: str) -> str:
    """Who did something; one's own name means another window of one's own."""
    return "You, in another window," if person == own else person


def record_name(case: Case, held: Held) -> str:
    """A record in a few words: `Episode 12 Mar 2020`, `Recovery support 1 Apr 2020`."""
    standard = case.standard
    if held.kind == "client":
        return f"Client {client_name(standard, held.values)}"
    return " ".join(part for part in _name_and_day(standard, held) if part)


def record_of(case: Case, one: Presence) -> str:
    """The record somebody is in: `the client's own record`, `Episode 12 Mar 2020`."""
    held = case.by_id.get(one.record_id)
    if held is None:
        return "a record saved just now"
    return f"the {word(case.standard, 'client')}'s own record" if held.kind == "client" else record_name(case, held)


def _name_and_day(standard: Standard, held: Held) -> tuple[str, str]:
    """What an episode or event is called, and its date as people read it."""
    if held.kind == "episode":
        name, header = standard.say("{Episode}"), standard.role("opened")
    else:
        section = standard.section_by_id[held.section]
        name, header = section.title, section.date_field
    text = held.values.get(header, "") if header else ""
    return name, show_date(text, standard.by_header[header].layout.text) or text if text else ""


def _kind(standard: Standard, held: Held) -> str:
    """What kind of event it is where its section holds several: code first, because labels begin alike."""
    header = standard.section_by_id[held.section].kind_field
    code = held.values.get(header, "") if header else ""
    codes = standard.code_lists.get(standard.by_header[header].codes) if code else None
    return f"{code} {codes.codes.get(code, '') if codes else ''}".rstrip()


def worst_of(case: Case, findings: Iterable[Finding]) -> dict[RecordKey, Severity]:
    """The severity of the worst finding in each record that has any but accepted ones."""
    worst: dict[RecordKey, Severity] = {}
    for one in findings:
        if one.accepted:
            continue
        for key in RecordKey.all_of(one, case.standard):
            if key not in worst or WEIGHT[one.severity] < WEIGHT[worst[key]]:
                worst[key] = one.severity
    return worst


def told(case: Case, held: Held, worst: Mapping[RecordKey, Severity]) -> tuple[object, ...]:
    """What the tree is made of, for as long as nothing is typed but in one record: where that is the same, it is."""
    numbers = case.journeys()
    records = [
        (one.id, one.version, one.deleted, one.key_worker, one.is_changed, numbers.get(one.id))
        for one in case.by_id.values()
    ]
    return records, case.show_deleted, dict(worst), held.id, _line(case, held, numbers.get(held.id, 0))


def nodes(case: Case, worst: Mapping[RecordKey, Severity]) -> list[Node]:
    """The tree, each record with the mark of its worst finding; `+` is new, `*` has something not saved."""
    numbers = case.journeys()

    def node(held: Held) -> Node:
        mine = [worst[key] for key in case.keys(held) if key in worst] if not case.is_gone(held) else []
        severity = min(mine, key=lambda each: WEIGHT[each]).value if mine else ""
        line = _line(case, held, numbers.get(held.id, 0))
        return Node(held.id, line, severity, [node(child) for child in case.children(held)])

    return [node(case.client)]


def _line(case: Case, held: Held, journey: int) -> str:
    """A record's line in the tree: the date first, because a narrow tree cuts the end; the journey it belongs to."""
    standard = case.standard
    sign = "+ " if held.version == 0 else "* " if held.is_changed else ""
    end = " (deleted)" if held.deleted else ""
    if held.kind == "client":
        return f"{sign}{client_name(standard, held.values)}{end}"
    name, day = _name_and_day(standard, held)
    closed = standard.role("closed")
    if held.kind == "episode" and closed and held.values.get(closed):
        name += " closed"
    if journey:
        name += f", journey {journey}"
    worker = f" [{held.key_worker}]" if held.key_worker else ""
    if held.kind == "event":
        name = _kind(standard, held) or name
    return f"{sign}{day} {name}{worker}{end}" if day else f"{sign}{name}{worker}{end}"
