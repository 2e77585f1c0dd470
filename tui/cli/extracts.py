"""`keywork extracts …`: extracts that were written; receipts, the same file again, sent or not, differences."""

import gc
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

import typer

from exporters.extracts import kept_files
from exporters.extracts.compare import Comparison, Difference
from exporters.extracts.mismatches import TITLES, Mismatch, State, find_mismatches
from exporters.extracts.mismatches import confirm as confirm_one
from exporters.extracts.preview import changes_since, compare_kept, preview_extract
from exporters.extracts.receipt import as_mapping, receipt_lines, state_of, told_redacted
from exporters.extracts.resend import send_again, write_again
from exporters.extracts.submission_window import due_submission
from exporters.month.checklist_acts import mark_sent, said_of_marking
from exporters.records.consent import told_of_taken_back
from exporters.work import Work
from store.facts import Who
from store.month import extracts
from store.month import sent as stored_sent
from tui.cli.context import Progress, now, opened, person, result_stream, talk
from tui.cli.given import line_of, prose_of
from tui.cli.named import agency_of, resolved
from tui.cli.options import FormatOption, OutputFormat, StoreOptions, TodayOption, agency_command, day
from tui.widgets.text import printable
from validators.local_time import minute_text
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import counted

commands = typer.Typer()
group = typer.Typer(help="Extracts that were written: receipts, the same file again, sent or not, differences.")
commands.add_typer(group, name="extracts")

_SHORT = 8  # characters of an id that tell extracts apart to the eye

ExtractArgument = Annotated[
    str, typer.Argument(metavar="ID", help="An extract's id or the beginning of it, or `last`.", show_default=False)
]
OtherArgument = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="Another extract; without it, what would be written now.", show_default=False),
]
SubmissionOption = Annotated[
    str | None,
    typer.Option("--submission", metavar="YYYY-MM", help="The month that would be written now; else the one due."),
]


@agency_command(group, "list")
def list_(
    at: StoreOptions,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """List the extracts, the oldest first."""
    with opened(at.store, at.key_file) as found:
        known = found.ask(extracts.listed, found.ask(agency_of, at.agency, at.standard))
    if form is OutputFormat.JSON:
        print(json.dumps([as_mapping(one) for one in known], indent=1))
        return 0
    if known:
        print(f"{'Id':<{_SHORT}}  {'Month':<7}  {'Written':<16}  {'By':<10} {'Rows':>12}  State, file")
    for one in known:
        many = f"{one.rows:>7} {load(one.standard).word('row')}s" + (f"  {one.kind:<7}" if one.kind else "")
        told = f"{one.id[:_SHORT]}  {one.submission}  {minute_text(one.made_at)}  {one.made_by:<10} {many}"
        print(f"{printable(told)}  {state_of(one):<10}  {printable(one.file_name)}")
    if not known:
        print("No extract was written yet.")
    return 0


@agency_command(group, "show")
def show(
    at: StoreOptions,
    extract: ExtractArgument,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Show an extract's receipt."""
    with opened(at.store, at.key_file) as found:
        its = found.ask(agency_of, at.agency, at.standard)
        one = found.ask(resolved, its, extract)
        taken_back = found.ask(told_of_taken_back, its, load(one.standard), one)
    if form is OutputFormat.JSON:
        print(json.dumps(as_mapping(one, receipt=True, taken_back=taken_back), indent=1))
    else:
        for line in receipt_lines(one, load(one.standard), taken_back):
            print(printable(line.removeprefix("# ")))
    return 0


@agency_command(group, "write")
def write(
    at: StoreOptions,
    extract: ExtractArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder to write into.")] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Write it to standard output, to be fetched by.")] = False,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Write an extract again, byte for byte; without the rows of clients who were removed since, which is said."""
    if (out is None) is not stdout:
        raise Problem("Say where to write to: --out DIR, or --stdout.")
    with opened(at.store, at.key_file) as found:
        its = found.ask(agency_of, at.agency, at.standard)
        one = found.ask(resolved, its, extract)
        taken_back = found.ask(told_of_taken_back, its, load(one.standard), one)
        for told in filter(None, (told_redacted(one), taken_back)):
            talk(f"{told}.")
        found.do(Who(person(found.path), now()), extracts.note_again, one.id)
        if out is None:
            found.ask(send_again, one, result_stream())
            return 0
        path = found.ask(write_again, one, out)
    if form is OutputFormat.JSON:
        redacted = {"redacted_at": one.redacted_at.isoformat()} if one.redacted_at else {}
        print(json.dumps({"file": str(path), "sha256": one.kept_sha256, "rows": one.rows} | redacted))
    elif one.redacted_at:
        print(printable(f"{path}: what is left of it, SHA-256 {one.kept_sha256}"))
    else:
        print(printable(f"{path}: {load(one.standard).counted(one.rows, 'row')}, SHA-256 {one.sha256}"))
    return 0


@agency_command(group, "files")
def files(at: StoreOptions, form: FormatOption = OutputFormat.TEXT) -> int:
    """List the files of extracts that are on this host still; those that were sent are no longer needed."""
    with opened(at.store, at.key_file) as found:
        there = found.ask(kept_files.listed, found.ask(agency_of, at.agency, at.standard))
    if form is OutputFormat.JSON:
        told = [as_mapping(one.extract) | {"path": str(one.path), "offered": one.is_offered} for one in there]
        print(json.dumps(told, indent=1))
        return 0
    if there:
        print(f"{'Id':<{_SHORT}}  {'State':<10}  File")
    for one in there:
        print(printable(f"{one.extract.id[:_SHORT]}  {state_of(one.extract):<10}  {one.path}"))
    many = sum(one.is_offered for one in there)
    how = ": keywork extracts remove-file ID removes one." if many else "."
    print(f"{len(there)} there, {many} of them sent{how}")
    return 0


@agency_command(group, "remove-file")
def remove_file(at: StoreOptions, extract: ExtractArgument) -> int:
    """Remove the file of an extract that was sent; the store keeps its receipt, its digest and its text."""
    with opened(at.store, at.key_file) as found:
        one = found.ask(resolved, found.ask(agency_of, at.agency, at.standard), extract)
        path = kept_files.remove(found, Who(person(found.path), now()), one)
    print(printable(f"{path}: removed; keywork extracts write {one.id[:_SHORT]} writes it again."))
    return 0


@agency_command(group, "sent")
def sent(
    at: StoreOptions,
    extract: ExtractArgument,
    on: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Note that an extract was sent, which ticks its checklist."""
    return _mark(extract, True, at, day(on), form)


@agency_command(group, "take-back")
def take_back(
    at: StoreOptions,
    extract: ExtractArgument,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Note that an extract was not sent after all."""
    return _mark(extract, False, at, day(None), form)


def _mark(extract: str, sent: bool, at: StoreOptions, today: date, form: OutputFormat) -> int:
    """Mark an extract as sent, or take that back, and say so. Raises Problem."""
    with opened(at.store, at.key_file) as found:
        one = found.ask(resolved, found.ask(agency_of, at.agency, at.standard), extract)
        if sent:
            of = found.ask(agency_of, at.agency, at.standard)
            about = of, load(of.standard), one, person(found.path), today, now()
            before = said_of_marking(found, *about)
            said = mark_sent(found, *about)
            for one_said in filter(None, (before, said)):
                talk(one_said)
        else:
            with found.writing(Who(person(found.path), now())) as work:
                stored_sent.take_back(work, one.id)
        done = found.ask(extracts.one, one.id)
    if form is OutputFormat.JSON:
        print(json.dumps(as_mapping(done), indent=1))
    else:
        what = "is marked as sent" if sent else "does not count as sent any more"
        print(f"The extract {done.id[:_SHORT]} of {done.submission} {what}.")
    return 0


@agency_command(group, "diff")
def diff(
    at: StoreOptions,
    extract: ExtractArgument,
    other: OtherArgument = None,
    submission: Annotated[
        str | None,
        typer.Option("--submission", metavar="YYYY-MM", help="The month that would be written now; else that of ID."),
    ] = None,
    on: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Tell what is new, gone and changed from one extract to another, or to what would be written now."""
    today = day(on)
    if other is not None and submission is not None:
        raise Problem("Give either a second extract or --submission, not both.")
    gc.disable()
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agency_of, at.agency, at.standard)
        standard = load(agency.standard)
        old = found.ask(resolved, agency, extract)
        if other is not None:
            new = found.ask(resolved, agency, other)
            with found.reading() as snapshot:
                compared, standard = compare_kept(snapshot, agency, standard, old, new)
        else:
            progress = Progress(standard.say("{episodes} looked at"))
            month = submission or old.submission
            preview = found.ask(preview_extract, Work(agency, standard, today), month, progress=progress)
            progress.done()
            # A month before a change of letter is told in the words of the old one.
            standard = preview.standard
            compared = found.ask(changes_since, preview, old)
    if form is OutputFormat.JSON:
        told = {
            "alike": compared.alike,
            "columns_gone": compared.columns_gone,
            "columns_new": compared.columns_new,
            "differences": [asdict(one) for one in compared.differences],
        }
        print(json.dumps(told, indent=1))
    else:
        for line in _told(compared, standard):
            print(printable(line))
    return 0


def _told(compared: Comparison, standard: Standard) -> Iterator[str]:
    for one in compared.differences:
        yield _line(one, standard)
        for change in one.fields:
            yield f"    {change.header}: {change.was!a} -> {change.now!a}"
    for columns, what in ((compared.columns_gone, "gone"), (compared.columns_new, "new")):
        if columns:
            yield f"columns {what}, not compared: {printable(' '.join(columns))}"
    counts = ", ".join(f"{compared.count(change)} {change}" for change in ("new", "gone", "changed"))
    events = ", ".join(f"{compared.count(change, events=True)} {change}" for change in ("new", "gone", "changed"))
    yield f"{standard.word('episode')}s: {counts}, {compared.alike} alike; events: {events}"


def _line(one: Difference, standard: Standard) -> str:
    what = standard.word("episode")
    if one.section:
        what = f"{standard.section_by_id[one.section].title.lower()} {one.event} of {what}"
    events = f", with {counted(one.events, 'event')}" if one.events else ""
    return printable(f"{one.change:8}{what} {one.episode} (client {one.reference or one.client}){events}")


@agency_command(group, "mismatches")
def mismatches(
    at: StoreOptions,
    submission: SubmissionOption = None,
    on: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Tell what the last extract that was sent says and a new one would deny; exit 1 while any is open."""
    today = day(on)
    gc.disable()
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agency_of, at.agency, at.standard)
        standard = load(agency.standard)
        month = submission or found.ask(due_submission, agency, today)
        progress = Progress(standard.say("{episodes} looked at"))
        preview = found.ask(preview_extract, Work(agency, standard, today), month, progress=progress)
        progress.done()
        result = found.ask(find_mismatches, preview)
    if form is OutputFormat.JSON:
        against = result.sent.id if result.sent else None
        print(
            json.dumps({"submission": month, "against": against, "mismatches": [_mapping(one) for one in result.found]})
        )
    elif result.sent is None:
        print("No extract was marked as sent yet: there is nothing to compare with.")
    else:
        print(f"Against extract {result.sent.id[:8]} of {result.sent.submission}:")
        for one in result.found:
            title = TITLES[one.kind].told(standard.terms)
            print(printable(f"{one.state:9} {title}: {one.subject} (client {one.client}): {one.told}"))
            for change in one.fields:
                print(f"    {change.header}: {change.was!a} -> {change.now!a}")
            if one.confirmed is not None:
                print(printable(f"    confirmed by {one.confirmed.confirmed_by}: {one.confirmed.reason}"))
        print(", ".join(f"{result.count(state)} {state}" for state in get_args(State)))
    return 1 if result.open else 0


def _mapping(one: Mismatch) -> dict[str, object]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "episode": one.episode,
        "client": one.client,
        "state": one.state,
        "told": one.told,
        "fields": [asdict(change) for change in one.fields],
        "reason": one.confirmed.reason if one.confirmed else None,
        "client_id": one.client_id,
        "episode_id": one.episode_id,
        "event_id": one.event_id,
    }


@agency_command(group, "confirm")
def confirm(
    at: StoreOptions,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT", help="The subject of an open mismatch, as `mismatches` tells it; - reads it."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is right; - reads it.")],
    submission: SubmissionOption = None,
    on: TodayOption = None,
) -> int:
    """Confirm with a reason that a mismatch is right."""
    today = day(on)
    gc.disable()
    subject, reason = line_of(subject, "subject"), prose_of(reason, "reason")
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agency_of, at.agency, at.standard)
        month = submission or found.ask(due_submission, agency, today)
        preview = found.ask(preview_extract, Work(agency, load(agency.standard), today), month)
        result = found.ask(find_mismatches, preview)
        meant = [one for one in result.open if one.subject == subject]
        if result.sent is None or not meant:
            raise Problem("No open mismatch has that subject: `keywork extracts mismatches` lists those that are open.")
        with found.writing(Who(person(found.path), now())) as work:
            for one in meant:
                confirm_one(work, result.sent, one, reason)
    print(f"Confirmed: {len(meant)}.")
    return 0


@agency_command(group, "withdraw")
def withdraw(
    at: StoreOptions,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="The subject of a confirmed mismatch, as told; - reads it.")
    ],
    submission: SubmissionOption = None,
    on: TodayOption = None,
) -> int:
    """Take back that a mismatch is right: it is open again."""
    today = day(on)
    gc.disable()
    subject = line_of(subject, "subject")
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agency_of, at.agency, at.standard)
        month = submission or found.ask(due_submission, agency, today)
        preview = found.ask(preview_extract, Work(agency, load(agency.standard), today), month)
        result = found.ask(find_mismatches, preview)
        meant = [one.confirmed for one in result.found if one.subject == subject and one.confirmed is not None]
        if not meant:
            raise Problem("No mismatch of that subject is confirmed: `keywork extracts mismatches` lists them.")
        with found.writing(Who(person(found.path), now())) as work:
            for one in meant:
                stored_sent.withdraw(work, one.id)
    print(f"Taken back: {len(meant)}.")
    return 0
