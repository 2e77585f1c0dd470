"""`keywork import`, `export` and `sample`: what comes into a store and goes out of it."""

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.extracts.resend import export_to_stream
from exporters.extracts.submission_window import said_of_window
from exporters.extracts.writing import export_submission
from exporters.extracts.writing import told_as_text as receipt_told
from exporters.formats.base import extract_kind
from exporters.imports.detect import import_of
from exporters.imports.report import told_as_text as import_told
from exporters.work import Work
from store.disk.location import store_path
from store.facts import Who
from store.month import calendar
from store.records import agencies as stored_agencies
from store.records import bulk_load
from tui.cli.context import Progress, now, opened, person, talk
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import DEFAULT, load
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

if TYPE_CHECKING:
    from exporters.formats.base import Importer
    from exporters.imports.convert import Conversion
    from store.facts import AgencyInfo


def run_import(
    file: Path,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency: str | None,
    update: bool,
    all_or_nothing: bool,
    dry_run: bool,
    from_standard: str | None = None,
) -> int:
    """Import and print; 1 when rows were left out, else 0. Raises Problem."""
    gc.disable()  # as for `check`: many objects, none in a circle
    progress = Progress("lines read")
    path = store_path(store)

    def job_for(standard: Standard) -> "Importer | Conversion":
        return import_of(file, standard, from_standard, update=update, all_or_nothing=all_or_nothing)

    if not path.exists():
        # Read before a store is made, so that a file that cannot be taken leaves none behind.
        job = job_for(load(standard_id or _meant((), agency, from_standard)))
        code = job.prepare(None, agency, progress)
        progress.done()
        if not dry_run:
            with opened(store, key_file, create=True) as found:
                job.write(found, code, person(path), now())
    else:
        with opened(store, key_file) as found:
            job = job_for(load(standard_id or _meant(found.ask(stored_agencies.listed), agency, from_standard)))
            code = job.prepare(found, agency, progress)
            progress.done()
            if not dry_run:
                job.write(found, code, person(path), now())
    sys.stdout.writelines(f"{line}\n" for line in _import_told(job, dry_run, update))
    return 1 if job.report.left_out else 0


def _meant(agencies: Sequence["AgencyInfo"], code: str | None, from_standard: str | None) -> str:
    """The data set that is meant where none is named: that of the agency named, or of all, where they have only one.

    Raises Problem where a file of another data set is announced and nothing tells which one it goes to.
    """
    kept = {one.standard for one in agencies if code in (None, one.code)}
    kept = kept - {from_standard} or kept
    meant = kept.pop() if len(kept) == 1 else DEFAULT
    if meant == from_standard:
        raise Problem(f"A file of {meant} goes to an agency of another data set: say which one with --standard.")
    return meant


def _import_told(job: "Importer | Conversion", dry_run: bool, update: bool) -> Iterator[str]:
    from exporters.imports.convert import Conversion, conversion_told

    if isinstance(job, Conversion):
        return (printable(line) for line in conversion_told(job, dry_run=dry_run))
    return import_told(job.report, dry_run=dry_run, update=update, said=job.standard.said)


def run_export(
    submission: str,
    out: Path | None,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
    form: str,
    kind: str = "",
    first: date | None = None,
    last: date | None = None,
) -> int:
    """Write the extract and print its receipt; 1 when it has errors, else 0. Raises Problem.

    Without a folder the extract goes to standard output, and the receipt to standard error.
    """
    if form == "csv":
        raise Problem("A receipt is told as text or json: choose one of them with --format.")
    gc.disable()
    with opened(store, key_file) as found:
        agency = found.ask(stored_agencies.one, agency_code, standard_id)
        standard = load(agency.standard)
        wanted = extract_kind(standard, kind, first, last)
        progress = Progress(standard.said("episodes written"))
        who = person(found.path)
        if out is not None:
            receipt = export_submission(
                found, Work(agency, standard, today), submission, out, Who(who, now()), progress=progress, wanted=wanted
            )
        else:
            receipt, _ = export_to_stream(
                found,
                Work(agency, standard, today),
                submission,
                sys.stdout.buffer,
                Who(who, now()),
                progress=progress,
                wanted=wanted,
            )
        progress.done()
        for sentence in said_of_window(found.ask(calendar.of_agency, agency), submission, today):
            talk(sentence)
    told = [json.dumps(receipt.as_mapping(), indent=1)] if form == "json" else receipt_told(receipt, standard)
    (sys.stdout if out is not None else sys.stderr).writelines(f"{line}\n" for line in told)
    return 1 if receipt.tally.errors else 0


def run_sample(
    clients: int,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    seed: int,
    today: date,
    faults: bool,
) -> int:
    """Fill an empty store and say what was made. Raises Problem when it holds something already."""
    gc.disable()
    standard = load(standard_id or DEFAULT)
    code = agency_code or "T0001"
    with opened(store, key_file, create=True) as found:
        if found.ask(stored_agencies.listed):
            raise Problem(f"The store {found.path} is not empty: name a new one with --store.")
        with found.writing(Who(person(found.path), now())) as work:
            agency = stored_agencies.ensure(work, code, standard.id)
            records = synthetic_episodes(standard, clients, seed=seed, today=today, faults=faults, agency=code)
            made = bulk_load.load(work, agency, records, act="sample")
    told = standard.said(f"{made.clients} synthetic clients, {made.episodes} episodes, {made.events} events")
    print(f"{found.path}: {told}")
    return 0
