"""What is to stand in the records of a client: from values given, from drafts; judged, kept as drafts, refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from exporters.records.find import episode_of, records_of, with_new
from store.facts import NEVER, ClientTree, Draft, DraftInfo, Kind, StoredRecord
from store.live import drafts, presence
from store.records.consent import given_back
from store.unit_of_work import UnitOfWork
from tui.cli.client.context import ClientWork, SaveOptions
from tui.cli.context import now
from tui.cli.given import fields_of_input, one_cell
from tui.form.record_model import RecordModel, Surroundings
from tui.widgets.text import printable
from validators.local_time import minute_text
from validators.problems import Problem
from validators.records import NO_VALUES, Finding, Values
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, term


def fields_of(standard: Standard, arguments: Sequence[str]) -> dict[str, str]:
    """What FIELD=VALUE texts and standard input say, in order. Raises Problem for what is no such text or field."""
    given: dict[str, str] = {}
    for name, value in fields_of_input(arguments):
        header = name.upper()
        if header not in standard.by_header:
            near = get_close_matches(header, standard.headers, 3)
            hint = f"perhaps {' or '.join(near)}" if near else f"keywork standards show {standard.id} lists them"
            raise Problem(f"There is no field {printable(header)[:40]}: {hint}.")
        if header in given:
            raise Problem(f"{header} is given twice: say it once.")
        given[header] = one_cell(value, header)
        # What is left of nothing but controls would empty the field, and nobody would see it.
        if value and not given[header]:
            raise Problem(f"{header} is given nothing but characters that cannot be kept: type the value again.")
    return given


def model_of(
    at: ClientWork, sections: Sequence[str], values: Values, base: Values, context: Values, *, judged: bool = True
) -> RecordModel:
    """The editing state of a record, as the form has it."""
    return RecordModel(
        at.work.standard,
        sections,
        values,
        clock=lambda: at.work.today,
        base=base,
        beside=Surroundings(context),
        judged=judged,
    )


def typed(
    at: ClientWork, sections: list[str], given: dict[str, str], values: Values, base: Values, context: Values
) -> dict[str, str]:
    """A record's values with the given fields keyed into it as the form would take them."""
    model = model_of(at, sections, values, base, context)
    for header, text in given.items():
        if model.go_to(header):
            model.type(text)
            model.settle()
    return dict(model.values)


def spread(
    at: ClientWork, tree: ClientTree, record: StoredRecord, given: dict[str, str]
) -> list[tuple[StoredRecord, dict[str, str]]]:
    """Which of the given fields belong to which record: those above the one that is named, and the only one below."""
    parts: dict[str, tuple[StoredRecord, dict[str, str]]] = {}
    for header, text in given.items():
        field = at.work.standard.by_header[header]
        episode = episode_of(tree, record)
        if field.level != "client" and episode is None:
            live = [one.episode for one in tree.episodes if not one.episode.deleted]
            only = only_one(live, term("episode"), "of this client")
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
            target = only_one(live, field.section.replace("_", " "), Sentence("of this {episode}"))
        refuse_deleted(tree, target)
        parts.setdefault(target.id, (target, {}))[1][header] = text
    return list(parts.values())


def only_one(records: list[StoredRecord], what: str | Sentence, whose: str | Sentence) -> StoredRecord:
    """The one record there is. Raises Problem when there is none, or more than one."""
    if not records:
        raise Problem(Sentence("There is no {what} {whose} yet: add one first.", what=what, whose=whose))
    if len(records) > 1:
        ids = ", ".join(one.id for one in records)
        told = "There are {many} records ({what}) {whose}: name the one meant ({ids})."
        raise Problem(Sentence(told, many=len(records), what=what, whose=whose, ids=ids))
    return records[0]


def named(record: StoredRecord) -> Sentence:
    """A record by its kind and store id, within a sentence."""
    return Sentence("{kind} {id}", kind=term(record.kind), id=record.id)


def refuse_deleted(tree: ClientTree, record: StoredRecord) -> None:
    """Refuse to write into a deleted record, or under one: nobody would see what is written there."""
    episode = episode_of(tree, record)
    for one in (tree.client, *([episode.episode] if episode is not None else []), record):
        if one.deleted:
            raise Problem(Sentence("The {record} is deleted: bring it back first.", record=named(one)))


def refuse_levels(standard: Standard, given: dict[str, str], levels: tuple[str, ...], instead: str) -> None:
    """Refuse fields of another level than those meant."""
    for header in given:
        level = standard.by_header[header].level
        if level not in levels:
            told = "{header} is a field of the {level}: {instead}."
            raise Problem(standard.say(told, header=header, level=term(level), instead=instead))


@dataclass(frozen=True)
class Change:
    """One record with what is to stand in it; `version` is 0 for a new one."""

    kind: Kind
    id: str
    parent_id: str
    section: str
    version: int
    before: Values
    values: Values


def sections_of(standard: Standard, kind: Kind, section: str) -> list[str]:
    """The sections whose fields a record of a kind holds."""
    return [section] if kind == "event" else [one.id for one in standard.sections if one.level == kind]


def above(tree: ClientTree | None, kind: Kind, parent_id: str) -> dict[str, str]:
    """The values of what a record stands under."""
    if tree is None or kind == "client":
        return {}
    episode = next((one.episode.values for one in tree.episodes if one.episode.id == parent_id), NO_VALUES)
    return {**tree.client.values, **episode}


def model_of_change(at: ClientWork, tree: ClientTree | None, one: Change) -> RecordModel:
    """The editing state of a record that is changed or new."""
    sections = sections_of(at.work.standard, one.kind, one.section)
    over = above(tree, one.kind, one.parent_id)
    return model_of(at, sections, one.values, one.before, over, judged=bool(one.version))


def changed_record(
    at: ClientWork, tree: ClientTree, record: StoredRecord, given: dict[str, str], how: SaveOptions
) -> Change:
    """One stored record with the given fields; from the person's draft of it where that is wanted.

    Raises Problem for whoever may only read: not after all was asked, and no draft of theirs keeps a return back.
    """
    at.store.do(at.who, UnitOfWork.require, "change", record.kind, record.id)
    draft = refuse_draft(at, record, how)
    if not record.version and not how.use_draft:
        raise Problem(Sentence("The {record} is but a draft: keywork client drafts drops one.", record=named(record)))
    values = record.values
    if draft is not None and how.use_draft:
        _refuse_overtaken(draft, record, how)
        # Past another's save what he changed alone stays his; where both did, the draft is meant.
        values = merged(draft.values, record.values, draft.began_with)
        _refuse_consent(at.work.standard, draft, record, values, given)
    before = record.values if record.version else NO_VALUES
    # Values that the data set does not know stay as they are.
    sections, over = (
        sections_of(at.work.standard, record.kind, record.section),
        above(tree, record.kind, record.parent_id),
    )
    now_there = typed(at, sections, given, values, before, over)
    return Change(record.kind, record.id, record.parent_id, record.section, record.version, before, now_there)


def new_change(
    at: ClientWork, kind: Kind, id: str, parent_id: str, section: str, given: dict[str, str], context: Values
) -> Change:
    """A new record with the given fields. Raises Problem as `changed_record` does."""
    at.store.do(at.who, UnitOfWork.require, "create", kind)
    sections = sections_of(at.work.standard, kind, section)
    return Change(kind, id, parent_id, section, 0, {}, typed(at, sections, given, {}, {}, context))


def record_of(one: Change) -> StoredRecord:
    """A new record as it would stand in the store."""
    return StoredRecord(one.kind, one.id, one.parent_id, one.section, one.values, 0, NEVER, "")


def judged(at: ClientWork, tree: ClientTree | None, changes: Sequence[Change]) -> list[Finding]:
    """What the rules say of a client with changes that are not saved, new records among them."""
    known = {one.id for one in records_of(tree)} if tree is not None else set()
    whole = with_new(tree, [record_of(one) for one in changes if one.id not in known])
    return at.findings(whole, {one.id: one.values for one in changes})


def keep_draft(at: ClientWork, one: Change, at_field: str = "") -> None:
    """Keep what is typed into a record."""
    draft = Draft(
        one.kind,
        one.id,
        one.values,
        one.version,
        parent_id=one.parent_id,
        section=one.section,
        at_field=at_field,
        began_with=one.before,
    )
    at.store.do(at.who, drafts.save, draft)


def differences(one: Change) -> dict[str, tuple[str, str]]:
    """What is not as it was: header to the value before and the one now."""
    headers = dict.fromkeys((*one.before, *one.values))
    pairs = {header: (one.before.get(header, ""), one.values.get(header, "")) for header in headers}
    return {header: pair for header, pair in pairs.items() if pair[0] != pair[1]}


def refuse_company(at: ClientWork, tree: ClientTree, how: SaveOptions) -> None:
    """Refuse to write into a record somebody has open."""
    others = at.store.ask(presence.others, "client", tree.client.id, "", now())
    if others and not how.anyway:
        one = others[0]
        where = Sentence("the {client} {id}", id=tree.client.id)
        if one.kind != "client":
            where = Sentence("the {kind} {id} of this {client}", kind=term(one.kind), id=one.record_id)
        told = "{person} is in {where} since {since}: try again later, or give --anyway."
        raise Problem(at.work.standard.say(told, person=one.person, where=where, since=minute_text(one.since)))


def refuse_version(record: StoredRecord, how: SaveOptions) -> None:
    """Refuse to write over a version that the caller has not read."""
    if how.version is not None and how.version != record.version and not how.anyway:
        raise Problem(
            Sentence(
                "The {record} is at version {version}, saved by {person}: look at it again, or give --anyway.",
                record=named(record),
                version=record.version,
                person=record.changed_by,
            )
        )


def refuse_draft(at: ClientWork, record: StoredRecord, how: SaveOptions) -> DraftInfo | None:
    """The person's own draft of a record. Refuses to go past it unless the command line says what becomes of it."""
    draft = at.store.ask(drafts.one, at.person, record.id)
    if draft is not None and not how.use_draft and not how.drop_draft:
        use = "--use-draft to save it with this, or " if how.can_use_draft else ""
        raise Problem(
            at.work.standard.say(
                "You have a draft of the {record} from {saved}, {draft.fields} fields: give"
                " {use}--drop-draft to forget it.",
                record=named(record),
                draft=draft,
                saved=minute_text(draft.saved_at),
                use=use,
            )
        )
    return draft


def merged(mine: Values, theirs: Values, began_with: Values) -> dict[str, str]:
    """What stands when both changed a record: what one side alone changed is his, what both did is `mine`.

    Without what it began with nobody can tell, and all of it is `mine`.
    """
    if not began_with:
        return dict(mine)
    headers = dict.fromkeys((*mine, *theirs))
    untouched = {each for each in headers if mine.get(each, "") == began_with.get(each, "")}
    return {each: (theirs if each in untouched else mine).get(each, "") for each in headers}


def _refuse_overtaken(draft: DraftInfo, record: StoredRecord, how: SaveOptions) -> None:
    if draft.is_overtaken and not how.anyway:
        raise Problem(
            Sentence(
                "The {record} was saved by {person} after your draft was begun: compare both with keywork client show,"
                " or give --anyway.",
                record=named(record),
                person=record.changed_by,
            )
        )


def _refuse_consent(standard: Standard, draft: DraftInfo, record: StoredRecord, values: Values, given: Values) -> None:
    """Refuse to agree, with all of a draft, to what somebody recorded since as not agreed to; `given` by itself it is
    whoever gives it who says so."""
    for header in given_back(standard, record.values, values):
        # Where nobody knows what it began with, what it says of consent may be as old as all of it.
        began = draft.began_with or (values if draft.is_overtaken else record.values)
        if header not in given and began.get(header, "") != record.values.get(header, ""):
            told = "{label} was saved since by {person} as not agreed to, and your draft agrees: say {header}= as well."
            label = standard.by_header[header].label
            raise Problem(Sentence(told, label=label, person=record.changed_by, header=header))
