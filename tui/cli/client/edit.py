"""`keywork client edit`, `add`, `add-episode`, `add-event`: what the form does, without a screen.

Values come from standard input, or are asked for one by one; arguments are seen by everybody on the host.

The same editing state puts what is typed in the standard's form, the same checker judges it, the same unit of work
saves and audits it. Nothing is saved over a newer version, beside a person who is in the record, or past a draft of
one's own, unless the command line says so.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from exporters.extracts.sent_links import changed_links, relinked, told_of_links
from exporters.json_text import json_text
from exporters.records import save
from exporters.records.consent import what_follows
from exporters.records.find import known_already, records_of, told_by, with_new
from exporters.records.save import Save, Saved
from store.facts import RECORD_KINDS, ClientTree, NewerVersion, StoredRecord
from store.live import drafts
from tui.cli.client.ask import asked_for, yes
from tui.cli.client.changes import (
    Change,
    changed_record,
    differences,
    fields_of,
    judged,
    keep_draft,
    named,
    new_change,
    only_one,
    record_of,
    refuse_company,
    refuse_deleted,
    refuse_levels,
    refuse_version,
    spread,
)
from tui.cli.client.context import (
    AnywayOption,
    AskOption,
    ClientOptions,
    ClientWork,
    DraftOption,
    DropOption,
    FieldsArgument,
    IdArgument,
    SaveOptions,
    SentOption,
    VersionOption,
    client_command,
    finding_line,
    finding_mapping,
    findings_end,
)
from tui.cli.context import talk
from tui.cli.given import STDIN
from tui.cli.options import OutputFormat
from tui.widgets.text import printable
from validators.problems import Problem
from validators.records import NO_VALUES, Severity
from validators.standard.terminology import Sentence, term

commands = typer.Typer()

TRIES = 5
"""Saves of other fields of a record that are gone past before it is given up."""


@client_command(commands, "edit")
def edit(
    asked: ClientOptions,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    ask: AskOption = False,
    version: VersionOption = None,
    use_draft: Annotated[
        bool, typer.Option("--use-draft", help="Save my draft of the record with it; of a new one, all that is new.")
    ] = False,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
    after_sent: SentOption = False,
    draft: DraftOption = False,
) -> int:
    """Change fields of a record; FIELD= empties one. Fields of the records above it may be given, too."""
    how = SaveOptions(
        anyway,
        draft,
        use_draft=use_draft,
        drop_draft=drop_draft,
        version=version,
        form=asked.form,
        after_sent=after_sent,
        ask=ask,
    )
    if how.use_draft and how.drop_draft:
        raise Problem("A draft is either used or dropped: give one of --use-draft and --drop-draft.")
    with asked.opened() as at:
        record, tree = at.find(wanted, unsaved=True)
        given = fields_of(at.work.standard, fields or [])
        refuse_version(record, how)
        refuse_company(at, tree, how)
        parts = {one.id: (one, its) for one, its in spread(at, tree, record, given)}
        if how.ask:
            refuse_deleted(tree, record)
            parts.setdefault(record.id, (record, {}))
        if how.use_draft:
            for one in [record] if record.version else [each for each in records_of(tree) if not each.version]:
                parts.setdefault(one.id, (one, {}))
        if not parts:
            raise Problem("Say what to change: FIELD=VALUE lines behind -, or --ask.")
        changes = [changed_record(at, tree, one, its, how) for one, its in parts.values()]
        if not record.version:  # what stands above is made first
            changes.sort(key=lambda one: RECORD_KINDS.index(one.kind))
        if how.ask:
            changes = [asked_for(at, tree, one, changes) if one.id == record.id else one for one in changes]
            if not any(map(differences, changes)):
                at.store.do(at.who, drafts.drop, record.id, "")
                talk("Nothing is changed.")
                return 0
        return _finish(at, tree, changes, how)


@client_command(commands, "add")
def add(
    asked: ClientOptions,
    fields: FieldsArgument = None,
    ask: AskOption = False,
    draft: DraftOption = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if there is a client who may be the same.")] = False,
) -> int:
    """Enter a client, and an episode when fields of one are given. Who may be there already is told first."""
    how = SaveOptions(anyway, as_draft=draft, form=asked.form, ask=ask)
    with asked.opened() as at:
        given = _what_to_enter(at, fields, how)
        refuse_levels(at.work.standard, given, ("client", "episode"), "use add-event for it")
        client_id, episode_id = str(uuid.uuid4()), str(uuid.uuid4())
        header = at.work.standard.role("agency")
        if header:
            given.setdefault(header, at.work.agency.code)
        client = new_change(at, "client", client_id, at.work.agency.id, "", given, NO_VALUES)
        if how.ask:
            client = asked_for(at, None, client)
        _tell_alike(at, client, how)
        changes = [client]
        has_episode = any(at.work.standard.by_header[header].level == "episode" for header in given)
        if has_episode or (how.ask and yes(at.work.standard.say("Go on with {an episode} of this {client}?"))):
            changes.append(new_change(at, "episode", episode_id, client_id, "", given, client.values))
            if how.ask:
                changes[1] = asked_for(at, with_new(None, [record_of(client)]), changes[1])
        return _finish(at, None, changes, how)


def _what_to_enter(at: ClientWork, fields: Sequence[str] | None, how: SaveOptions) -> dict[str, str]:
    """The values of a new record. Raises Problem where there are none: standard input that stayed empty, as after a
    program before it that failed, would leave an empty record that nobody meant."""
    given = fields_of(at.work.standard, fields or [])
    if not how.ask and not any(given.values()):
        raise Problem("Say what to enter: FIELD=VALUE lines behind -, or --ask.")
    return given


def _tell_alike(at: ClientWork, client: Change, how: SaveOptions) -> None:
    """Say who may be the same as a client of whom something is changed that tells who he is.

    Before anybody is entered anew it raises Problem unless the person goes on all the same.
    """
    work = at.work
    if told_by(work.standard, client.before) == told_by(work.standard, client.values):
        return
    alike = at.store.ask(known_already, work.agency, work.standard, client.values, leave_out=[client.id])
    for one in alike[:5]:
        name = one.row.reference or "without a reference"
        talk(printable(f"keywork: client {name} ({one.row.id}) may be the same person: {one.why}."))
    if not alike or client.version or how.anyway or how.as_draft:
        return
    if not how.ask:
        raise Problem("Nothing was entered: look at who may be the same, or give --anyway for another person.")
    if not yes("Is this another person?"):
        raise Problem("It is kept as a draft; keywork client drafts lists it.")


@client_command(commands, "add-episode")
def add_episode(
    asked: ClientOptions,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    ask: AskOption = False,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an episode of a client."""
    how = SaveOptions(anyway, draft, form=asked.form, ask=ask)
    with asked.opened() as at:
        record, tree = at.find(wanted, unsaved=True)
        if record.kind != "client":
            told = "{wanted} is {a_record}: {an episode} is added to a client."
            raise Problem(at.work.standard.say(told, wanted=_name(wanted, record), a_record=term(f"an {record.kind}")))
        refuse_deleted(tree, tree.client)
        _refuse_unsaved(record, how)
        refuse_company(at, tree, how)
        given = _what_to_enter(at, fields, how)
        refuse_levels(at.work.standard, given, ("episode",), "give it to the record it belongs to")
        episode = new_change(at, "episode", str(uuid.uuid4()), tree.client.id, "", given, tree.client.values)
        if how.ask:
            episode = asked_for(at, tree, episode)
        return _finish(at, tree, [episode], how)


@client_command(commands, "add-event")
def add_event(
    asked: ClientOptions,
    wanted: IdArgument,
    section: Annotated[str, typer.Argument(metavar="SECTION", help="The section's id, e.g. sub_intervention.")],
    fields: FieldsArgument = None,
    ask: AskOption = False,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an event of an episode."""
    how = SaveOptions(anyway, draft, form=asked.form, ask=ask)
    with asked.opened() as at:
        record, tree = at.find(wanted, unsaved=True)
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
            raise Problem(at.work.standard.say(told, wanted=_name(wanted, record)))
        refuse_deleted(tree, record)
        _refuse_unsaved(record, how)
        refuse_company(at, tree, how)
        given = _what_to_enter(at, fields, how)
        other = [header for header in given if at.work.standard.by_header[header].section != section]
        if other:
            raise Problem(f"{other[0]} is no field of the section {section}: leave it out.")
        over = {**tree.client.values, **record.values}
        there = (one for each in tree.episodes if each.episode.id == record.id for one in each.events)
        numbered = save.next_number(at.work.standard, section, (one.values for one in there if one.section == section))
        event = new_change(at, "event", str(uuid.uuid4()), record.id, section, {**numbered, **given}, over)
        if how.ask:
            event = asked_for(at, tree, event)
        return _finish(at, tree, [event], how)


def _name(wanted: str, record: StoredRecord) -> str:
    """A record as it was asked for; by its store id where the name came by standard input."""
    return record.id if wanted == STDIN else printable(wanted)


def _refuse_unsaved(record: StoredRecord, how: SaveOptions) -> None:
    """Refuse to save below a record that is but a draft."""
    if not record.version and not how.as_draft:
        told = (
            "The {record} is but a draft: give --draft here too, or save it with keywork client edit and --use-draft."
        )
        raise Problem(Sentence(told, record=named(record)))


def _finish(at: ClientWork, tree: ClientTree | None, changes: list[Change], how: SaveOptions) -> int:
    """Save, or keep as drafts; tell what changed and what the rules say of it."""
    for change in changes:
        if change.kind == "client" and change.version:
            _tell_alike(at, change, how)
    client_id = tree.client.id if tree is not None else changes[0].id
    follows: list[str] = []
    as_draft = how.as_draft or (how.ask and not yes("Save it? Else it stays a draft."))
    if as_draft:
        for one in changes:
            keep_draft(at, one)
        found = judged(at, tree, changes)
    else:
        if tree is not None:
            _refuse_relinking(at, tree, changes, how)
        saved = _saved(at, client_id, changes, how)
        at.keep_findings(saved.tree)
        found = at.findings(saved.tree)
        follows = [at.store.ask(what_follows, at.work, id) for id in saved.withdrawn]
        changes = [_as_numbered(at, one, saved) for one in changes]
    if how.form is OutputFormat.JSON:
        told = [
            {
                "kind": one.kind,
                "id": one.id,
                "new": not one.version,
                "changed": {header: list(pair) for header, pair in differences(one).items()},
            }
            for one in changes
        ]
        findings = [finding_mapping(one) for one in found]
        whole = {"client_id": client_id, "draft": as_draft, "records": told, "findings": findings}
        if follows:
            whole["consent"] = follows
        print(json_text(whole, indent=1))
    else:
        for one in changes:
            done = "kept as a draft" if as_draft else "saved" if one.version else "entered"
            print(f"{at.work.standard.word(one.kind)} {one.id}: {done}")
            for header, (old, new) in differences(one).items():
                print(f"  {header}: {old!a} -> {new!a}")
        for sentence in follows:
            print(sentence)
        for finding in found:
            print(finding_line(finding))
        print(findings_end(found))
    return 1 if any(one.severity is Severity.ERROR for one in found) else 0


def _as_numbered(at: ClientWork, change: Change, saved: Saved) -> Change:
    """A change with the number that was made for it as it was saved: whoever keys writes that onto the paper."""
    values = next((one.values for one in saved.records if one.id == change.id), NO_VALUES)
    made = {header: values[header] for header in at.work.standard.numbered if values.get(header)}
    return replace(change, values={**change.values, **made})


def _saved(at: ClientWork, client_id: str, changes: Sequence[Change], how: SaveOptions) -> Saved:
    """Save the changes; where somebody saved other fields meanwhile, they are made to what stands now.

    Raises NewerVersion where both changed a field, or `--version` says that nobody may have saved.
    """
    items = [
        Save(one.kind, one.id, one.parent_id, one.section, one.values, one.version, before=one.before)
        for one in changes
    ]
    before = {one.id: one.before for one in changes}
    for left in reversed(range(TRIES)):
        try:
            return at.store.do(at.who, save.records, at.work.agency, client_id, items)
        except NewerVersion as problem:
            theirs = problem.theirs
            at_item = next((number for number, one in enumerate(items) if one.id == theirs.id), None)
            # What the records stand under may be what was deleted.
            again = save.rebased(items[at_item], before[theirs.id], theirs) if at_item is not None else None
            if at_item is None or again is None or not left or (how.version is not None and not how.anyway):
                raise
            items[at_item], before[theirs.id] = again, theirs.values
    raise AssertionError("the last try returns or raises")


def _refuse_relinking(at: ClientWork, tree: ClientTree, changes: Sequence[Change], how: SaveOptions) -> None:
    """Refuse to change what links an episode to what was sent of it, unless the person says so."""
    standard = at.work.standard
    journeys = relinked(standard, tree, {one.id: one.values for one in changes})
    found = at.store.ask(changed_links, at.work.agency, standard, journeys)
    if not found or how.after_sent:
        return
    told = " ".join(told_of_links(standard, found))
    if not how.ask:
        raise Problem(f"Nothing was saved. {told} Give --after-sent to save it all the same.")
    talk(told)
    if not yes("Save it all the same?"):
        raise Problem("Nothing was saved; it is kept as a draft.")
