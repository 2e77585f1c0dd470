"""`keywork client list` and `show`: what the screens show, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from exporters.json_text import json_text
from exporters.records import left_drafts
from exporters.records.find import records_of
from exporters.records.left_drafts import DraftGroup, DraftName
from store.clients import lookalikes, views
from store.clients import search as stored_search
from store.clients.facts import SavedView
from store.facts import NEVER, QUIET_WEEKS, ClientQuery, ClientRow, ClientTree, DraftInfo, EpisodeTree, StoredRecord
from store.live import drafts as stored_drafts
from store.live import offline_drafts
from tui.cli.client.context import (
    ClientOptions,
    ClientWork,
    IdArgument,
    WeeksOption,
    client_command,
    filters_of,
    finding_line,
    finding_mapping,
    findings_end,
)
from tui.cli.context import talk
from tui.cli.given import line_of
from tui.cli.options import OutputFormat
from tui.form.dates import show_date
from tui.session.history_lines import record_name
from tui.session.wording import SORTS, client_name, findings_text, gone_told, view_told
from tui.widgets.text import printable
from validators.journeys import journeys
from validators.local_time import minute_text
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding, Severity
from validators.standard.model import Standard
from validators.standard.terminology import counted

PAGE = 1000
_COLUMNS = (("Reference", 12), ("", 3), ("Born", 10), ("Area", 6), ("Opened", 10), ("State", 7), ("Id", 36))
HEADING = "  ".join(f"{name:<{width}}" for name, width in _COLUMNS) + "  Findings, key worker"

commands = typer.Typer()


@client_command(commands, "list")
def list_(
    asked: ClientOptions,
    search: Annotated[
        str,
        typer.Option(
            "--search", metavar="TEXT", help="Reference, initials, birth date, postcode part or id; - reads it."
        ),
    ] = "",
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="NAME",
            help="open, closed, errors, warnings, no-consent, mine, drafts, deleted, or a worklist: client worklists"
            " names them.",
        ),
    ] = None,
    key_worker: Annotated[
        str, typer.Option("--key-worker", metavar="NAME", help="Only this key worker's; - reads it.")
    ] = "",
    sort: Annotated[
        str, typer.Option("--sort", metavar="ORDER", help="reference, initials, birth-date, opened, changed, entered.")
    ] = "reference",
    descending: Annotated[bool, typer.Option("--descending", help="The last first.")] = False,
    offset: Annotated[int, typer.Option("--offset", metavar="N", min=0, help="Leave out the first so many.")] = 0,
    weeks: WeeksOption = QUIET_WEEKS,
    view: Annotated[
        str, typer.Option("--view", metavar="NAME", help="A list kept before, in place of words, filters and order.")
    ] = "",
    keep: Annotated[
        str, typer.Option("--keep-view", metavar="NAME", help="Keep words, filters and order under a name.")
    ] = "",
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help="At most so many.")] = None,
) -> int:
    """List clients, searched and filtered as on the screen."""
    order = sort.replace("-", "_")
    if order not in SORTS:
        raise Problem(f"There is no order '{printable(sort)}': there are {', '.join(SORTS).replace('_', '-')}.")
    wanted = filters_of(filters or [])
    search, key_worker = line_of(search, "words to search for"), line_of(key_worker, "key worker")
    with asked.opened() as at:
        if wanted & {"errors", "warnings"}:
            at.check_due()
        query = ClientQuery(search, wanted, key_worker, order, descending, at.person, asked.today, weeks)
        if view:
            query = replace(_view(at, view), person=at.person, today=asked.today, weeks=weeks)
        if keep:
            at.store.do(at.who, views.keep, at.work.agency, SavedView(keep, query))
        many = at.store.ask(stored_search.count, at.work.agency, query)
        rows = _rows(at, query, offset, many if limit is None else limit)
        if asked.form is OutputFormat.JSON:
            print(json_text([_row_mapping(one) for one in rows], indent=1))
            return 0
        print(f"{_print_rows(rows)} of {many} clients")
        _tell_gone(at, query, many)
    return 0


def _view(at: ClientWork, name: str) -> ClientQuery:
    """The list that somebody kept under a name. Raises Problem when there is none."""
    for one in at.store.ask(views.listed, at.work.agency, at.person):
        if one.name.casefold() == name.strip().casefold():
            return one.query
    raise Problem(f"You keep no view '{printable(name)[:40]}': keywork client views lists them.")


@client_command(commands, "views")
def views_(
    asked: ClientOptions,
    forget: Annotated[str, typer.Option("--forget", metavar="NAME", help="Forget this one.")] = "",
) -> int:
    """List the lists of clients that I keep under a name; client list --view shows one."""
    with asked.opened() as at:
        if forget:
            at.store.do(at.who, views.forget, at.work.agency, forget)
        found = at.store.ask(views.listed, at.work.agency, at.person)
    if asked.form is OutputFormat.JSON:
        told = [
            {
                "name": one.name,
                "search": one.query.text,
                "filters": sorted(name.replace("_", "-") for name in one.query.filters),
                "key_worker": one.query.key_worker,
                "sort": one.query.sort.replace("_", "-"),
                "descending": one.query.descending,
            }
            for one in found
        ]
        print(json_text(told, indent=1))
        return 0
    for one in found:
        print(printable(f"{one.name:<24}  {view_told(one.query)}"))
    print(counted(len(found), "view"))
    return 0


@client_command(commands, "show")
def show(asked: ClientOptions, wanted: IdArgument) -> int:
    """Show a client with episodes, events, drafts and findings."""
    with asked.opened() as at:
        record, tree = at.find(wanted, unsaved=True)
        found = at.findings(tree)
        ids = {record.id for record in records_of(tree)}
        drafts = [one for one in at.store.ask(stored_drafts.listed) if one.record_id in ids or one.parent_id in ids]
        if asked.form is OutputFormat.JSON:
            print(json_text(_tree_mapping(tree, found, drafts), indent=1))
        else:
            for line in _lines(at, tree, record, found, drafts):
                print(printable(line))
    return 1 if any(one.severity is Severity.ERROR for one in found) else 0


@client_command(commands, "alike")
def alike(asked: ClientOptions, wanted: IdArgument) -> int:
    """List who may be the same person as a client, the likeliest first, and why."""
    with asked.opened() as at:
        _, tree = at.find(wanted, unsaved=True)
        role, values = at.work.standard.role, tree.client.values
        given, family, birth, sex = (
            values.get(role(name), "") for name in ("given_initial", "family_initial", "birth_date", "sex")
        )
        own = [tree.client.id]
        found = at.store.ask(lookalikes.resembling, at.work.agency, given, family, birth, sex, leave_out=own)
    if asked.form is OutputFormat.JSON:
        told = [{**_row_mapping(one.row), "why": str(one.why)} for one in found]
        print(json_text(told, indent=1))
        return 0
    if found:
        print(HEADING)
    for one in found:
        print(f"{_row_line(one.row)}  {printable(str(one.why))}")
    print(f"{counted(len(found), 'client')} may be the same")
    return 0


@client_command(commands, "drafts")
def drafts_(
    asked: ClientOptions,
    drop: Annotated[
        str, typer.Option("--drop", metavar="ID", help="Forget my drafts of this record, of a new client all.")
    ] = "",
) -> int:
    """List what I typed and did not save, by client; client edit with --use-draft saves it."""
    with asked.opened() as at:
        its = at.work.agency, at.who
        groups = at.store.ask(left_drafts.groups, *its)
        if drop:
            names = [
                DraftName(one.record_id, one.session)
                for group in groups
                for one in group.drafts
                if drop in (one.record_id, group.client_id if group.drafts[0].version == 0 else "")
            ]
            if not names:
                raise Problem(
                    f"You have no draft of {printable(drop)[:60]}: keywork client drafts lists those there are."
                )
            at.store.do(at.who, left_drafts.discard, names)
            older = sum(group.older for group in groups for one in group.drafts if one.record_id == names[0].record_id)
            left = f"; {counted(older, 'older draft')} of the client left, listed now" if older else ""
            print(f"{counted(len(names), 'draft')} forgotten{left}")
            return 0
        if asked.form is OutputFormat.JSON:
            print(json_text([_group_mapping(one) for one in groups], indent=1))
            return 0
        lines = [*_group_lines(at.work.standard, groups)] if groups else [at.store.ask(left_drafts.none_told, *its)]
        if groups and (away := at.store.ask(offline_drafts.unsaved, at.work.agency)[1][at.person]):
            lines.append(left_drafts.filed_told(away))
        for line in lines:
            print(printable(line).rstrip())
    return 0


def _group_mapping(group: DraftGroup) -> dict[str, object]:
    drafts = [_draft_mapping(one) for one in group.drafts]
    return {"client_id": group.client_id, "fields": group.fields, "older": group.older, "drafts": drafts}


def _group_lines(standard: Standard, groups: list[DraftGroup]) -> Iterator[str]:
    """The drafts below a heading, each with its record, and the id to go on with."""
    yield f"{'Client':<20}  {'Record':<28}  {'Typed':<16}  {'Fields':<6}  {'Id':<36}  State"
    for group in groups:
        for one in group.drafts:
            record = StoredRecord(one.kind, one.record_id, one.parent_id, one.section, one.values, 0, one.saved_at, "")
            state = "saved since by somebody" if one.is_overtaken else "" if one.version else "new"
            at = minute_text(one.saved_at)
            yield (
                f"{client_name(standard, group.client):<20}  {record_name(standard, record):<28}  {at:<16}"
                f"  {one.fields:<6}  {one.record_id:<36}  {state}"
            )
        if group.older:
            yield f"  {counted(group.older, 'older draft')} of that too, listed once this one is saved or forgotten"


def _print_rows(rows: Iterator[ClientRow]) -> int:
    """Print them below their heading, as they come; how many there were."""
    shown = 0
    for one in rows:
        if not shown:
            print(HEADING)
        shown += 1
        print(_row_line(one))
    return shown


def _tell_gone(at: ClientWork, query: ClientQuery, many: int) -> None:
    """Where nobody is found: who is, among those that are deleted or merged."""
    if not many and query.text.strip() and not query.filters:
        among = replace(query, filters=frozenset({"deleted"}))
        if gone := list(_rows(at, among, 0, PAGE)):
            talk(printable(f"{gone_told(gone)}: --filter deleted lists them."))


def _rows(at: ClientWork, query: ClientQuery, offset: int, limit: int) -> Iterator[ClientRow]:
    end = offset + limit
    while offset < end and (
        page := at.store.ask(stored_search.page, at.work.agency, query, offset, min(PAGE, end - offset))
    ):
        yield from page
        offset += len(page)


def _row_line(one: ClientRow) -> str:
    gone = f"merged into {one.merged_into}" if one.merged_into else "deleted"
    state = gone if one.deleted else "open" if one.is_open else "closed" if one.episodes else "-"
    marks = [findings_text(one), "draft" if one.has_draft else "", one.key_worker]
    parts = [f"{one.reference or '(none)':<12}", f"{one.initials:<3}", f"{one.birth_date:<10}"]
    parts += [f"{one.postcode_part:<6}", f"{one.opened:<10}", f"{state:<7}", one.id, *(mark for mark in marks if mark)]
    return printable("  ".join(parts)).rstrip()


def _row_mapping(one: ClientRow) -> dict[str, object]:
    return {
        "id": one.id,
        "reference": one.reference,
        "initials": one.initials,
        "birth_date": one.birth_date,
        "sex": one.sex,
        "postcode_part": one.postcode_part,
        "opened": one.opened,
        "closed": one.closed,
        "open": one.is_open,
        "episodes": one.episodes,
        "errors": one.errors,
        "warnings": one.warnings,
        "consent": one.consent,
        "changed_at": one.changed_at.isoformat() if one.changed_at != NEVER else None,
        "changed_by": one.changed_by,
        "key_worker": one.key_worker,
        "draft": one.has_draft,
        "deleted": one.deleted,
        "merged_into": one.merged_into,
    }


def _record_mapping(record: StoredRecord) -> dict[str, object]:
    told: dict[str, object] = {"id": record.id, "version": record.version}
    if record.section:
        told["section"] = record.section
    told |= {"changed_at": record.changed_at.isoformat(), "changed_by": record.changed_by, "deleted": record.deleted}
    if record.noted:
        told["notes"] = dict(record.noted)
    return told | {"values": dict(record.values)}


def _tree_mapping(tree: ClientTree, found: list[Finding], drafts: list[DraftInfo]) -> dict[str, object]:
    episodes = [
        _record_mapping(one.episode)
        | {"key_worker": one.key_worker, "note": one.note, "events": [_record_mapping(event) for event in one.events]}
        for one in tree.episodes
    ]
    kept = [_draft_mapping(one) for one in drafts]
    told = [finding_mapping(one) for one in found]
    return {"client": _record_mapping(tree.client), "episodes": episodes, "drafts": kept, "findings": told}


def _draft_mapping(one: DraftInfo) -> dict[str, object]:
    return {
        "record_id": one.record_id,
        "kind": one.kind,
        "person": one.person,
        "saved_at": one.saved_at.isoformat(),
        "fields": one.fields,
        "overtaken": one.is_overtaken,
        "values": dict(one.values),
    }


def _lines(
    at: ClientWork, tree: ClientTree, asked: StoredRecord, found: list[Finding], drafts: list[DraftInfo]
) -> Iterator[str]:
    standard = at.work.standard
    live = [one for one in tree.episodes if not one.episode.deleted]
    found_in = [_as_record(tree, one) for one in live]
    numbers = dict(zip((one.episode.id for one in live), journeys(found_in, standard), strict=True))
    for record in records_of(tree):
        beside = next((one for one in tree.episodes if one.episode.id == record.id), None)
        yield from _record_lines(standard, record, record.id == asked.id)
        if number := numbers.get(record.id):
            yield f"    Treatment journey {number}"
        if beside is not None and beside.key_worker:
            yield f"    Key worker: {beside.key_worker}"
        if beside is not None and beside.note:
            yield f"    Note: {beside.note}"
        yield ""
    for draft in drafts:
        overtaken = "; the record was saved since" if draft.is_overtaken else ""
        at_time = f"{minute_text(draft.saved_at)}"
        if not draft.version:
            continue  # its record is told above
        what = f"{standard.word(draft.kind)} {draft.record_id}"
        yield f"draft of {what} by {draft.person}, {at_time}, {draft.fields} fields{overtaken}"
    yield from map(finding_line, found)
    yield findings_end(found)


def _as_record(tree: ClientTree, one: EpisodeTree) -> EpisodeRecord:
    events = tuple(Event(event.section, event.values) for event in one.events if not event.deleted)
    return EpisodeRecord(tree.client.values, one.episode.values, events, ())


def _record_lines(standard: Standard, record: StoredRecord, asked: bool) -> Iterator[str]:
    section = standard.section_by_id.get(record.section)
    title = section.title if section else standard.word(record.kind).capitalize()
    state = ", deleted" if record.deleted else ""
    day = "" if record.kind == "client" else record_name(standard, replace(record, deleted=False)).removeprefix(title)
    day = day.strip()
    saved = f"version {record.version} by {record.changed_by}" if record.version else "not saved yet"
    yield f"{'>' if asked else ' '} {title} {record.id}, {saved}{state}" + (f", of {day}" if day else "")
    known = [header for header in standard.headers if record.values.get(header) or header in record.noted]
    for header in [*known, *(header for header in record.values if header not in standard.by_header)]:
        field, text = standard.by_header.get(header), record.values.get(header, "")
        meaning, note = "", f"  NOTE: {record.noted[header]}" if header in record.noted else ""
        if field is not None and field.is_date:
            meaning = show_date(text, field.layout.text)
        elif field is not None and field.codes:
            meaning = standard.code_lists[field.codes].codes.get(text, "")
        label = field.label if field else "(not part of this data set)"
        yield f"    {header:<10} {text:<24} {label}" + (f": {meaning}" if meaning else "") + note
