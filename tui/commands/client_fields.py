"""What FIELD=VALUE texts mean: which fields, of which records, and their values as the form would take them."""

from difflib import get_close_matches

from store.shapes import ClientTree, StoredRecord
from tui.commands.client_desk import Desk, episode_of
from tui.form.printable import pasted, printable
from tui.form.record_model import RecordModel
from validators.problems import Problem
from validators.records import Values
from validators.standard import Standard


def fields_of(standard: Standard, texts: list[str]) -> dict[str, str]:
    """What FIELD=VALUE texts say, in their order. Raises Problem for what is not such a text or no field."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        header = name.strip().upper()
        if not equals:
            raise Problem(f"'{printable(text)}' does not say what to change: write FIELD=VALUE, such as SEX=1.")
        if header not in standard.by_header:
            near = get_close_matches(header, standard.headers, 3)
            hint = f"perhaps {' or '.join(near)}" if near else f"keywork standards show {standard.id} lists them"
            raise Problem(f"There is no field {printable(header)}: {hint}.")
        if header in given:
            raise Problem(f"{header} is given twice: say it once.")
        given[header] = pasted(value)
        # What is left of nothing but controls would empty the field, and nobody would see it.
        if value and not given[header]:
            raise Problem(f"{header} is given nothing but characters that cannot be kept: type the value again.")
    return given


def typed(
    at: Desk, sections: list[str], given: dict[str, str], values: Values, base: Values, context: Values
) -> dict[str, str]:
    """A record's values with the given fields keyed into it as the form would take them."""
    model = RecordModel(at.standard, sections, values, clock=lambda: at.today, base=base, context=context, judged=True)
    for header, text in given.items():
        if model.go_to(header):
            model.type(text)
            model.settle()
    return dict(model.values)


def spread(
    at: Desk, tree: ClientTree, record: StoredRecord, given: dict[str, str]
) -> list[tuple[StoredRecord, dict[str, str]]]:
    """Which of the given fields belong to which record: those above the one that is named, and the only one below."""
    parts: dict[str, tuple[StoredRecord, dict[str, str]]] = {}
    for header, text in given.items():
        field = at.standard.by_header[header]
        episode = episode_of(tree, record)
        if field.level != "client" and episode is None:
            live = [one.episode for one in tree.episodes if not one.episode.deleted]
            only = only_one(live, at.standard.word("episode"), "of this client")
            episode = next(one for one in tree.episodes if one.episode.id == only.id)
        if field.level == "client":
            target = tree.client
        elif field.level == "episode" and episode is not None:
            target = episode.episode
        elif record.kind == "event":
            target = record
            if record.section != field.section:
                raise Problem(f"{header} is no field of the section {record.section}: leave it out.")
        else:
            assert episode is not None
            live = [one for one in episode.events if not one.deleted and one.section == field.section]
            target = only_one(live, field.section.replace("_", " "), f"of this {at.standard.word('episode')}")
        refuse_deleted(target)
        parts.setdefault(target.id, (target, {}))[1][header] = text
    return list(parts.values())


def only_one(records: list[StoredRecord], what: str, whose: str) -> StoredRecord:
    """The one record there is. Raises Problem when there is none, or more than one."""
    if not records:
        raise Problem(f"There is no {what} {whose} yet: add one first.")
    if len(records) > 1:
        ids = ", ".join(one.id for one in records)
        raise Problem(f"There are {len(records)} records ({what}) {whose}: name the one meant ({ids}).")
    return records[0]


def refuse_deleted(record: StoredRecord) -> None:
    """Refuse to write into a deleted record."""
    if record.deleted:
        raise Problem(f"The {record.kind} {record.id} is deleted: bring it back first.")


def refuse_levels(standard: Standard, given: dict[str, str], levels: tuple[str, ...], instead: str) -> None:
    """Refuse fields of another level than those meant."""
    for header in given:
        level = standard.by_header[header].level
        if level not in levels:
            raise Problem(f"{header} is a field of the {level}: {instead}.")
