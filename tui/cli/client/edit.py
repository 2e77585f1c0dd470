"""`keywork client edit`, `add`, `add-episode`, `add-event`: what the form does, without a screen.

The same editing state puts what is typed in the standard's form, the same checker judges it, the same unit of work
saves and audits it. Nothing is saved over a newer version, beside a person who is in the record, or past a draft of
one's own, unless the command line says so.
"""

import json
import uuid
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated

import typer

from exporters.records import save
from exporters.records.find import episode_of
from exporters.records.save import Save
from store.clients import lookalikes
from store.facts import ClientTree, Draft, DraftInfo, Kind, StoredRecord
from store.live import drafts, presence
from store.records import read
from tui.cli.client.context import (
    AnywayOption,
    ClientOptions,
    ClientWork,
    DraftOption,
    DropOption,
    FieldsArgument,
    IdArgument,
    SaveOptions,
    VersionOption,
    client_command,
    finding_line,
    finding_mapping,
    findings_end,
)
from tui.cli.context import now, talk
from tui.cli.options import OutputFormat
from tui.form.record_model import RecordModel, Surroundings
from tui.widgets.text import pasted, printable
from validators.problems import Problem
from validators.records import NO_VALUES, Severity, Values
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, term

commands = typer.Typer()

# What FIELD=VALUE texts mean: which fields, of which records, and their values as the form would take them.


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
    at: ClientWork, sections: list[str], given: dict[str, str], values: Values, base: Values, context: Values
) -> dict[str, str]:
    """A record's values with the given fields keyed into it as the form would take them."""
    model = RecordModel(
        at.work.standard,
        sections,
        values,
        clock=lambda: at.work.today,
        base=base,
        beside=Surroundings(context),
        judged=True,
    )
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
        refuse_deleted(target)
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


def refuse_deleted(record: StoredRecord) -> None:
    """Refuse to write into a deleted record."""
    if record.deleted:
        raise Problem(Sentence("The {record} is deleted: bring it back first.", record=named(record)))


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


@client_command(commands, "edit")
def edit(
    asked: ClientOptions,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    version: VersionOption = None,
    use_draft: Annotated[bool, typer.Option("--use-draft", help="Save my draft of the record with it.")] = False,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Change fields of a record; FIELD= empties one. Fields of the records above it may be given, too."""
    how = SaveOptions(anyway, draft, use_draft=use_draft, drop_draft=drop_draft, version=version, form=asked.form)
    if how.use_draft and how.drop_draft:
        raise Problem("A draft is either used or dropped: give one of --use-draft and --drop-draft.")
    with asked.opened() as at:
        record, tree = at.find(wanted)
        given = fields_of(at.work.standard, fields or [])
        refuse_version(record, how)
        refuse_company(at, tree, how)
        parts = {one.id: (one, its) for one, its in spread(at, tree, record, given)}
        if how.use_draft and not parts:
            parts = {record.id: (record, {})}
        if not parts:
            raise Problem("Say what to change: FIELD=VALUE, such as SEX=1.")
        changes = [_changed(at, tree, one, its, how) for one, its in parts.values()]
        return _finish(at, tree.client.id, changes, how)


@client_command(commands, "add")
def add(asked: ClientOptions, fields: FieldsArgument = None, draft: DraftOption = False) -> int:
    """Enter a client, and an episode when fields of one are given."""
    how = SaveOptions(as_draft=draft, form=asked.form)
    with asked.opened() as at:
        given = fields_of(at.work.standard, fields or [])
        refuse_levels(at.work.standard, given, ("client", "episode"), "use add-event for it")
        client_id, episode_id = str(uuid.uuid4()), str(uuid.uuid4())
        header = at.work.standard.role("agency")
        if header:
            given.setdefault(header, at.work.agency.code)
        client = _new(at, "client", client_id, at.work.agency.id, "", given, NO_VALUES)
        changes = [client]
        if any(at.work.standard.by_header[header].level == "episode" for header in given):
            changes.append(_new(at, "episode", episode_id, client_id, "", given, client.values))
        role, values = at.work.standard.role, client.values
        given_initial, family_initial, birth, sex = (
            values.get(role(name), "") for name in ("given_initial", "family_initial", "birth_date", "sex")
        )
        alike = at.store.ask(lookalikes.resembling, at.work.agency, given_initial, family_initial, birth, sex)
        for one in alike[:5]:
            talk(f"keywork: client {one.row.id} may be the same person: {one.why}.")
        return _finish(at, client_id, changes, how)


@client_command(commands, "add-episode")
def add_episode(
    asked: ClientOptions,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an episode of a client."""
    how = SaveOptions(anyway, draft, form=asked.form)
    with asked.opened() as at:
        record, tree = at.find(wanted)
        if record.kind != "client":
            told = "{wanted} is {a_record}: {an episode} is added to a client."
            raise Problem(at.work.standard.say(told, wanted=printable(wanted), a_record=term(f"an {record.kind}")))
        refuse_deleted(tree.client)
        refuse_company(at, tree, how)
        given = fields_of(at.work.standard, fields or [])
        refuse_levels(at.work.standard, given, ("episode",), "give it to the record it belongs to")
        new = _new(at, "episode", str(uuid.uuid4()), tree.client.id, "", given, tree.client.values)
        return _finish(at, tree.client.id, [new], how)


@client_command(commands, "add-event")
def add_event(
    asked: ClientOptions,
    wanted: IdArgument,
    section: Annotated[str, typer.Argument(metavar="SECTION", help="The section's id, e.g. sub_intervention.")],
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an event of an episode."""
    how = SaveOptions(anyway, draft, form=asked.form)
    with asked.opened() as at:
        record, tree = at.find(wanted)
        names = {one.id: one for one in at.work.standard.event_sections}
        if section not in names:
            raise Problem(f"There is no section '{printable(section)}': there are {', '.join(names)}.")
        if record.kind == "client":
            record = only_one(
                [one.episode for one in tree.episodes if not one.episode.deleted],
                term("episode"),
                "of this client",
            )
        if record.kind != "episode":
            told = "{wanted} is {an event}: one is added to {an episode}."
            raise Problem(at.work.standard.say(told, wanted=printable(wanted)))
        refuse_deleted(record)
        refuse_company(at, tree, how)
        given = fields_of(at.work.standard, fields or [])
        other = [header for header in given if at.work.standard.by_header[header].section != section]
        if other:
            raise Problem(f"{other[0]} is no field of the section {section}: leave it out.")
        above = {**tree.client.values, **record.values}
        new = _new(at, "event", str(uuid.uuid4()), record.id, section, given, above)
        return _finish(at, tree.client.id, [new], how)


def _changed(at: ClientWork, tree: ClientTree, record: StoredRecord, given: dict[str, str], how: SaveOptions) -> Change:
    """One stored record with the given fields; from the person's draft of it where that is wanted."""
    draft = refuse_draft(at, record, how)
    values = record.values
    if draft is not None and how.use_draft:
        _refuse_overtaken(draft, record, how)
        # Past another's save what he changed alone stays his; where both did, the draft is meant.
        values = merged(draft.values, record.values, draft.began_with) if draft.is_overtaken else draft.values
    episode = episode_of(tree, record)
    above = dict(tree.client.values) if record.kind != "client" else {}
    if record.kind == "event" and episode is not None:
        above |= episode.episode.values
    sections = [one.id for one in at.work.standard.sections if one.level == record.kind]
    if record.kind == "event":
        sections = [record.section]
    # Values that the data set does not know stay as they are.
    now_there = typed(at, sections, given, values, record.values, above)
    return Change(record.kind, record.id, record.parent_id, record.section, record.version, record.values, now_there)


def _new(
    at: ClientWork, kind: Kind, id: str, parent_id: str, section: str, given: dict[str, str], context: Values
) -> Change:
    sections = [section] if section else [one.id for one in at.work.standard.sections if one.level == kind]
    return Change(kind, id, parent_id, section, 0, {}, typed(at, sections, given, {}, {}, context))


def _finish(at: ClientWork, client_id: str, changes: list[Change], how: SaveOptions) -> int:
    """Save, or keep as drafts; tell what changed and what the rules say of it."""
    if how.as_draft:
        for one in changes:
            at.store.do(
                at.who,
                drafts.save,
                Draft(
                    one.kind,
                    one.id,
                    one.values,
                    one.version,
                    parent_id=one.parent_id,
                    section=one.section,
                    began_with=one.before,
                ),
            )
        found = []
        if all(one.version for one in changes):
            found = at.findings(at.store.ask(read.tree, client_id), {one.id: one.values for one in changes})
    else:
        items = [Save(one.kind, one.id, one.parent_id, one.section, one.values, one.version) for one in changes]
        tree = at.store.do(at.who, save.records, at.work.agency, client_id, items).tree
        at.keep_findings(tree)
        found = at.findings(tree)
    if how.form is OutputFormat.JSON:
        told = [
            {
                "kind": one.kind,
                "id": one.id,
                "new": not one.version,
                "changed": {header: list(pair) for header, pair in _differences(one).items()},
            }
            for one in changes
        ]
        findings = [finding_mapping(one) for one in found]
        whole = {"client_id": client_id, "draft": how.as_draft, "records": told, "findings": findings}
        print(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for one in changes:
            done = "kept as a draft" if how.as_draft else "saved" if one.version else "entered"
            print(f"{at.work.standard.word(one.kind)} {one.id}: {done}")
            for header, (old, new) in _differences(one).items():
                print(f"  {header}: {old!a} -> {new!a}")
        for finding in found:
            print(finding_line(finding))
        print(findings_end(found))
    return 1 if any(one.severity is Severity.ERROR for one in found) else 0


def _differences(one: Change) -> dict[str, tuple[str, str]]:
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
        told = "{person} is in {where} since {since:%Y-%m-%d %H:%M} UTC: try again later, or give --anyway."
        raise Problem(at.work.standard.say(told, person=one.person, where=where, since=one.since))


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
                "You have a draft of the {record} from {draft.saved_at:%Y-%m-%d %H:%M} UTC, {draft.fields} fields: give"
                " {use}--drop-draft to forget it.",
                record=named(record),
                draft=draft,
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
