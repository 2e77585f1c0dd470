"""`keywork findings` and `keywork bounces`: all that the rules say of a caseload, and the portal's list led back."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import cast

from exporters.bounces import as_mapping, read_bounces, told_as_text
from exporters.caseload import check_caseload
from exporters.findings_list import FORMS, Form, told_findings, write_findings
from exporters.text_files import encoding_of
from store.files import refused
from tui.commands.extracts_desk import agency_of, refuse_csv, resolved
from tui.commands.opening import Progress, now, opened, talk
from tui.form.printable import printable
from validators.catalogue import load
from validators.engine import Checker
from validators.problems import Problem

LARGEST_LIST = 20_000_000


def run_findings(
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
    form: str,
    anonymous: bool,
    out: Path | None,
) -> int:
    """Check what is due, then print the findings or write them to a file; 1 when there are errors, else 0."""
    chosen = cast(Form, form)
    with opened(store, key_file) as found:
        agency = agency_of(found, agency_code, standard_id)
        standard = load(agency.standard)
        progress = Progress(standard.said("episodes checked"))
        check_caseload(found, agency, Checker(standard), today, now(), lambda done, due: progress(done))
        progress.done()
        errors = any(one.severity == "error" and one.count for one in found.finding_counts(agency))
        if out is None:
            sys.stdout.writelines(
                FORMS[chosen](told_findings(found, agency, standard, anonymous=anonymous), anonymous=anonymous)
            )
        else:
            many = write_findings(found, agency, standard, out, chosen, anonymous=anonymous)
            talk(f"{many:,} findings written to {out}.")
    return 1 if errors else 0


def run_bounces(
    file: Path,
    extract: str,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    rows: bool,
    form: str,
) -> int:
    """Read the portal's list and print where each line leads; 1 when one leads nowhere, else 0. Raises Problem."""
    refuse_csv(form)
    text = _text(file)
    with opened(store, key_file) as found:
        agency = agency_of(found, agency_code, standard_id)
        standard = load(agency.standard)
        its = resolved(found, agency, extract).id
        bounces = read_bounces(found, agency, standard, its, text, headings_are_line_1=not rows)
    if form == "json":
        print(json.dumps([as_mapping(one) for one in bounces], indent=1))
    else:
        for line in told_as_text(bounces, standard):
            print(printable(line))
    return 0 if all(one.leads for one in bounces) else 1


def _text(file: Path) -> str:
    """The list's text; `-` is standard input."""
    if str(file) == "-":
        return sys.stdin.read(LARGEST_LIST)
    encoding = encoding_of(file)
    try:
        if file.stat().st_size > LARGEST_LIST:
            raise Problem(f"{file} is far too large for a list of faults: name the list, not the extract.")
        return file.read_text(encoding=encoding)
    except OSError as error:
        raise refused(error, file, "read") from None
