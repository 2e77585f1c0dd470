"""`keywork client delete`, `undelete`, `merge`, `split`, `copy`, `worker`, `note`, `accept`: acts beside keying.

With the same checks as `edit`: nothing is done beside a person who is in the record, over a version the caller has not
read, or past a draft of one's own, unless the command line says so.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.imports.agency import copied_to
from exporters.imports.copy import CopyPlan, copy_told, planned, refuse_same, write_copy
from exporters.json_text import json_text
from exporters.records import save
from exporters.records.accept import found_now, of_rule
from exporters.records.check_client import keep
from exporters.records.find import FoundRecord, episode_of, records_of
from exporters.records.left_drafts import in_client, typing_told
from exporters.records.merging import Pair, consequences, merge_as_seen, pair, stays_told
from exporters.records.save import Merged, Save
from store.facts import ClientTree, StoredRecord
from store.live import drafts
from store.records import merge as stored_merge
from store.records import read
from tui.cli.client.changes import named, only_one, refuse_company, refuse_draft, refuse_version
from tui.cli.client.context import (
    AnywayOption,
    ClientOptions,
    ClientWork,
    DropOption,
    IdArgument,
    SaveOptions,
    VersionOption,
    client_command,
    finding_line,
    finding_mapping,
    findings_end,
)
from tui.cli.context import talk
from tui.cli.given import line_of, one_cell, prose_of
from tui.cli.options import OutputFormat
from tui.session.wording import client_name, value_told
from tui.widgets.text import pasted, printable
from validators.problems import Problem
from validators.records import Severity
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import term

if TYPE_CHECKING:
    from store.snapshot import Snapshot
    from store.unit_of_work import UnitOfWork

commands = typer.Typer()


@dataclass(frozen=True)
class ClientAct:
    """What is done to a client, and what is said of it; whose drafts go with it where that is wanted, and what JSON
    tells beside."""

    done: str
    do: "Callable[[UnitOfWork], ClientTree | Merged]"
    drafts_of: Sequence[StoredRecord] = ()
    more: Mapping[str, object] = field(default_factory=dict)


@client_command(commands, "delete")
def delete(
    asked: ClientOptions,
    wanted: IdArgument,
    version: VersionOption = None,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
) -> int:
    """Delete a client, episode or event with what stands under it; undelete brings it back."""
    how = SaveOptions(anyway, drop_draft=drop_draft, version=version, can_use_draft=False, form=asked.form)
    with asked.opened() as at:
        record, tree = at.find(wanted)
        if record.deleted:
            raise Problem(
                at.work.standard.say("The {record} is deleted already: nothing is left to do.", record=named(record))
            )
        below = [one for one in records_of(tree) if record.id in (one.id, one.parent_id) or record.kind == "client"]
        for one in below:
            refuse_draft(at, one, how)
        seen = {one.id: one.version for one in records_of(tree)}
        typing = at.store.ask(in_client, tree.client.id, record.id)
        for line in typing_told([one for one in typing if one.person != at.person], "it is kept"):
            talk(f"keywork: {printable(line)}")
        return _done(
            at,
            [tree],
            [record],
            how,
            ClientAct("deleted", lambda unit: save.delete(unit, tree.client.id, Save.of(record), seen), below),
        )


@client_command(commands, "undelete")
def undelete(
    asked: ClientOptions, wanted: IdArgument, version: VersionOption = None, anyway: AnywayOption = False
) -> int:
    """Bring a deleted record back; name it by its store id."""
    how = SaveOptions(anyway, version=version, form=asked.form)
    with asked.opened() as at:
        record, tree = at.find(wanted)
        if not record.deleted:
            raise Problem(
                at.work.standard.say("The {record} is not deleted: nothing is left to do.", record=named(record))
            )
        return _done(
            at,
            [tree],
            [record],
            how,
            ClientAct("brought back", lambda unit: save.bring_back(unit, tree.client.id, Save.of(record))),
        )


@client_command(commands, "merge")
def merge(
    asked: ClientOptions,
    keep: IdArgument,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="The client whose episodes go over to the first; - reads it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Merge without asking; for scripts.")] = False,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
) -> int:
    """Make two clients one: shows what they differ in and what was sent, and asks; split undoes it."""
    how = SaveOptions(anyway, drop_draft=drop_draft, can_use_draft=False, form=asked.form)
    with asked.opened() as at:
        (first, _), (second, _) = _client(at, keep), _client(at, other)
        both = at.store.ask(pair, at.work.agency, at.work.standard, keep_id=first.id, other_id=second.id)
        if not yes:
            turn = _asked_which(at, both)
            both = both.turned if turn else both
        tree, theirs = both.keep.tree, both.other.tree
        for one in records_of(theirs):
            refuse_draft(at, one, how)
        return _done(
            at,
            [tree, theirs],
            [theirs.client],
            how,
            ClientAct(
                f"merged into {tree.client.id}",
                lambda unit: merge_as_seen(unit, both),
                tuple(records_of(theirs)),
                _pair_mapping(both),
            ),
        )


def _asked_which(at: ClientWork, both: Pair) -> bool:
    """Show two clients beside each other, ask which one is kept; whether it is the second. Raises Problem for neither.

    The page and the question go to stderr: what a command finds stays alone on stdout.
    """
    standard = at.work.standard
    for line in _pair_lines(standard, both):
        talk(printable(line))
    if not sys.stdin.isatty():
        raise Problem("Nothing was merged: give --yes to merge, or name the two the other way round to keep the other.")
    talk("Keep the first (1), keep the second (2), or neither (Enter)?")
    answer = sys.stdin.readline().strip()
    if answer not in ("1", "2"):
        raise Problem("Nothing was merged: neither was chosen.")
    return answer == "2"


def _pair_lines(standard: Standard, both: Pair) -> list[str]:
    lines = []
    for number, side in enumerate((both.keep, both.other), 1):
        client = side.tree.client
        name = client_name(standard, client.values)
        told = "{number}: {client} {name} (id {id}), {many}, {sent} of them sent"
        lines.append(
            standard.say(
                told,
                number=number,
                name=name,
                id=client.id,
                many=standard.counted(side.episodes, "episode"),
                sent=len(side.sent),
            )
        )
    one, other = both.keep.tree.client.values, both.other.tree.client.values
    for header in both.differing:
        pair_told = [value_told(standard, header, values) or "-" for values in (one, other)]
        lines.append(f"   {standard.by_header[header].label}: {' | '.join(pair_told)}")
    if not both.differing:
        lines.append("   They differ in no field.")
    for number, way in ((1, both), (2, both.turned)):
        lines += [f"If {number} is kept: {sentence}" for sentence in consequences(standard, way)]
    return lines


def _pair_mapping(both: Pair) -> dict[str, object]:
    """What the two differ in, and what was sent of each, as JSON tells it."""
    one, other = both.keep.tree.client.values, both.other.tree.client.values
    return {
        "differing": {header: [one.get(header, ""), other.get(header, "")] for header in both.differing},
        "sent": {
            name: [{"episode": each.episode, "client": each.client} for each in side.sent]
            for name, side in (("keep", both.keep), ("other", both.other))
        },
    }


@client_command(commands, "split")
def split(
    asked: ClientOptions,
    wanted: IdArgument,
    merge_id: Annotated[str, typer.Option("--merge", metavar="ID", help="Which merge, where there are several.")] = "",
    anyway: AnywayOption = False,
) -> int:
    """Undo a merge: the other client comes back with the episodes it brought."""
    how = SaveOptions(anyway, form=asked.form)
    with asked.opened() as at:
        record, _ = _client(at, wanted)
        found = [
            one
            for one in at.store.ask(stored_merge.listed, record.id)
            if one.split_at is None and merge_id in ("", one.id)
        ]
        if not found:
            raise Problem(
                f"The client {record.id} was merged with nobody, or is split again: there is nothing to undo."
            )
        if len(found) > 1:
            told = ", ".join(f"{one.id} with {one.other_id}" for one in found)
            raise Problem(f"The client {record.id} took part in several merges: name one with --merge ({told}).")
        (merge,) = found
        trees = [at.store.ask(read.tree, id, deleted=True) for id in (merge.keep_id, merge.other_id)]
        for line in at.store.ask(stays_told, at.work.standard, merge):
            talk(printable(line))
        done = f"split from {merge.keep_id}"
        return _done(at, trees, [trees[1].client], how, ClientAct(done, lambda unit: save.split(unit, merge.id)))


@client_command(commands, "worker")
def worker(
    asked: ClientOptions,
    wanted: IdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key worker; - reads it, '' takes it away.")],
    anyway: AnywayOption = False,
) -> int:
    """Keep an episode's key worker, who is never sent."""
    return _annotate(asked, wanted, name, None, SaveOptions(anyway, form=asked.form))


@client_command(commands, "note")
def note(
    asked: ClientOptions,
    wanted: IdArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; - reads it, '' takes it away.")],
    anyway: AnywayOption = False,
) -> int:
    """Keep a note with an episode, which is never sent."""
    return _annotate(asked, wanted, None, text, SaveOptions(anyway, form=asked.form))


def _annotate(asked: ClientOptions, wanted: str, key_worker: str | None, note: str | None, how: SaveOptions) -> int:
    """Keep an episode's key worker or note, which are never sent; None leaves one as it is. Raises Problem."""
    with asked.opened() as at:
        record, tree = at.find(wanted)
        found = episode_of(tree, record)
        live = [one.episode for one in tree.episodes if not one.episode.deleted]
        episode = found.episode if found is not None else only_one(live, term("episode"), "of this client")
        worker = None if key_worker is None else one_cell(line_of(key_worker, "key worker"), "The key worker").strip()
        text = None if note is None else pasted(prose_of(note, "note"))
        what = "key worker" if worker is not None else "note"
        done = f"{what} kept" if worker or text else f"{what} taken away"
        return _done(
            at,
            [tree],
            [episode],
            how,
            ClientAct(done, lambda unit: save.annotate(unit, tree.client.id, episode.id, key_worker=worker, note=text)),
        )


@client_command(commands, "accept")
def accept(
    asked: ClientOptions,
    wanted: IdArgument,
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="The rule whose warning is meant, such as 74.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it is right; kept for good; - reads it.")
    ],
) -> int:
    """Accept the warnings of a rule in a record; it lapses when a value involved changes. Errors cannot be accepted."""
    with asked.opened() as at:
        record, tree = at.find(wanted)
        # A letter that was left speaks from what is kept alone: that may be of before the change.
        keep(at.store, at.work, [one.episode.id for one in tree.episodes], at.who.at)
        found = at.store.ask(of_rule, at.work, FoundRecord(record, tree), rule)
        if not found:
            raise Problem(
                at.work.standard.say(
                    "Rule {rule} finds nothing in the {record}: nothing is accepted.",
                    rule=printable(rule),
                    record=named(record),
                )
            )
        left = [one for one in found if not one.accepted]
        if not left:
            raise Problem(f"The warning of rule {printable(rule)} is accepted already: there is nothing to do.")
        made = found_now(at.store, at.work, at.who, left, prose_of(reason, "reason"))
    if asked.form is OutputFormat.JSON:
        told = [{"id": one.id, "rule": one.rule, "episode_id": one.episode_id, "reason": one.reason} for one in made]
        print(json_text(told, indent=1))
    else:
        for finding in left:
            print(f"accepted: {finding_line(finding)}")
    return 0


def _client(at: ClientWork, wanted: str) -> tuple[StoredRecord, ClientTree]:
    record, tree = at.find(wanted)
    if record.kind != "client":
        raise Problem(
            at.work.standard.say(
                "{wanted} is {a_record}: name a client.", wanted=printable(wanted), a_record=term(f"an {record.kind}")
            )
        )
    return record, tree


def _done(
    at: ClientWork, trees: Sequence[ClientTree], records: Sequence[StoredRecord], how: SaveOptions, act: ClientAct
) -> int:
    """Do it in one transaction after the checks; tell what is found then."""
    for record in records:
        refuse_version(record, how)
    for tree in trees:
        refuse_company(at, tree, how)
    with at.store.writing(at.who) as unit:
        result = act.do(unit)
        for record in act.drafts_of if how.drop_draft else ():
            drafts.drop(unit, record.id)
    client_id = trees[0].client.id
    after = result.tree if isinstance(result, Merged) else result
    found = []
    if not after.client.deleted:
        at.keep_findings(after)
        found = at.findings(after)
    for tree in trees[1:]:
        other = at.store.ask(read.tree, tree.client.id, deleted=True)
        if not other.client.deleted:
            at.keep_findings(other)
    merge_id = result.merge.id if isinstance(result, Merged) else ""
    if how.form is OutputFormat.JSON:
        told: dict[str, object] = {
            "client_id": client_id,
            "done": act.done,
            "records": [{"kind": one.kind, "id": one.id} for one in records],
            "findings": [finding_mapping(one) for one in found],
            **act.more,
        }
        print(json_text(told | ({"merge_id": merge_id} if merge_id else {}), indent=1))
    else:
        for record in records:
            print(
                f"{at.work.standard.word(record.kind)} {record.id}: {act.done}"
                + (f" (merge {merge_id})" if merge_id else "")
            )
        for finding in found:
            print(finding_line(finding))
        print(findings_end(found))
    return 1 if any(one.severity is Severity.ERROR for one in found) else 0


@client_command(commands, "copy")
def copy(
    asked: ClientOptions,
    wanted: IdArgument,
    to_agency: Annotated[str, typer.Option("--to-agency", metavar="CODE", help="The agency the copy belongs to.")],
    to_standard: Annotated[str, typer.Option("--to-standard", metavar="ID", help="Its data set, another one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write the copy; without it, only say what would happen.")] = False,
    new_agency: Annotated[
        bool, typer.Option("--new-agency", help="Make that agency, where the store has others of that data set.")
    ] = False,
) -> int:
    """Copy a client to another data set: only what is certain, the rest is listed to be keyed anew."""
    target = load(to_standard)
    with asked.opened() as at:
        record, _ = at.find(wanted)
        if record.kind != "client" or record.deleted:
            raise Problem(f"{printable(wanted)} is no client, or a deleted one: name a client.")
        refuse_same(at.work.standard, target)

        def seen(snapshot: "Snapshot") -> tuple[CopyPlan, str]:
            code = copied_to(snapshot, target, to_agency, is_new=new_agency)
            return planned(snapshot, record.id, (at.work.standard, at.work.agency.code), (target, code)), code

        if yes:  # seen and written in one: whoever copies the client at this moment does it once
            with at.store.writing(at.who) as unit:
                plan, code = seen(unit)
                copy_id = write_copy(unit, plan, code, target)[1]
        else:
            (plan, code), copy_id = at.store.ask(seen), ""
        kept = at.store.ask(read.get, "client", copy_id).values if copy_id else {}
    if asked.form is OutputFormat.JSON:
        lists = {"known": plan.known, "copied": plan.copied, "anew": plan.anew, "warnings": plan.warnings}
        print(json.dumps({**lists, "client": copy_id or None}, indent=1))
        return 0
    for line in copy_told(plan):
        print(printable(line))
    if yes:
        name = kept.get(target.role("client_reference"), "")
        called = f"{printable(name)} (id {copy_id})" if name else copy_id
        print(f"The copy is client {called} of {printable(code)} ({target.id}).")
    else:
        print("Nothing was written: --yes writes the copy.")
    return 0
