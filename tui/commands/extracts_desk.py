"""`keywork extracts list`, `show`, `write`, `sent` and `take-back`."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.checklist_acts import mark_sent
from exporters.receipts import as_mapping, receipt_lines, state_of
from exporters.sending_out import write_again
from tui.commands.opening import now, opened, person, talk
from tui.form.printable import printable
from validators.catalogue import load
from validators.problems import Problem

if TYPE_CHECKING:
    from store.opening import Store
    from store.shapes import AgencyInfo, ExtractInfo

LAST = "last"
_SHORT = 8


def refuse_csv(form: str) -> None:
    """Raise Problem for the one form that is not offered here."""
    if form == "csv":
        raise Problem("This is told as text or json: choose one of them with --format.")


def agency_of(store: "Store", code: str | None, standard: str | None) -> "AgencyInfo":
    """The agency meant. Raises Problem, also for a standard that is not installed."""
    if standard is not None:
        load(standard)
    return store.agency(code, standard)


def resolved(store: "Store", agency: "AgencyInfo", text: str) -> "ExtractInfo":
    """The extract whose id begins so, or the last one written. Raises Problem when it is none, or several."""
    known = store.extracts(agency)
    if text == LAST and known:
        return known[-1]
    found = [one for one in known if text and one.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Problem(f"Several extracts begin with {text}: give more of the id.")
    raise Problem(
        f"There is no extract {printable(text)} of {agency.code}: `keywork extracts list` shows which there are."
    )


def run_list(store: str | None, key_file: Path | None, standard: str | None, agency_code: str | None, form: str) -> int:
    """Print the extracts. Raises Problem."""
    refuse_csv(form)
    with opened(store, key_file) as found:
        known = found.extracts(agency_of(found, agency_code, standard))
    if form == "json":
        print(json.dumps([as_mapping(one) for one in known], indent=1))
        return 0
    for one in known:
        many = f"{one.rows:>7} {load(one.standard).word('row')}s" + (f"  {one.kind:<7}" if one.kind else "")
        told = f"{one.id[:_SHORT]}  {one.submission}  {one.made_at:%Y-%m-%d %H:%M}  {one.made_by:<10} {many}"
        print(f"{printable(told)}  {state_of(one):<10}  {printable(one.file_name)}")
    if not known:
        print("No extract was written yet.")
    return 0


def run_show(
    extract: str,
    store: str | None,
    key_file: Path | None,
    standard: str | None,
    agency_code: str | None,
    form: str,
) -> int:
    """Print a receipt. Raises Problem."""
    refuse_csv(form)
    with opened(store, key_file) as found:
        one = resolved(found, agency_of(found, agency_code, standard), extract)
    if form == "json":
        print(json.dumps(as_mapping(one, receipt=True), indent=1))
    else:
        for line in receipt_lines(one, load(one.standard)):
            print(printable(line.removeprefix("# ")))
    return 0


def run_write(
    extract: str,
    out: Path,
    store: str | None,
    key_file: Path | None,
    standard: str | None,
    agency_code: str | None,
    form: str,
) -> int:
    """Write an extract again and print where it is. Raises Problem."""
    refuse_csv(form)
    with opened(store, key_file) as found:
        one = resolved(found, agency_of(found, agency_code, standard), extract)
        path = write_again(found, one, out)
    if form == "json":
        print(json.dumps({"file": str(path), "sha256": one.sha256, "rows": one.rows}))
    else:
        print(f"{path}: {one.rows} {load(one.standard).word('row')}s, SHA-256 {one.sha256}")
    return 0


def run_mark(
    extract: str,
    sent: bool,
    store: str | None,
    key_file: Path | None,
    standard: str | None,
    agency_code: str | None,
    today: date,
    form: str,
) -> int:
    """Mark an extract as sent, or take that back, and say so. Raises Problem."""
    refuse_csv(form)
    with opened(store, key_file) as found:
        one = resolved(found, agency_of(found, agency_code, standard), extract)
        if sent:
            of = agency_of(found, agency_code, standard)
            said = mark_sent(found, of, load(of.standard), one, person(found.path), today, now())
            if said:
                talk(said)
        else:
            with found.write(person(found.path), now()) as work:
                work.take_back(one.id)
        done = found.extract(one.id)
    if form == "json":
        print(json.dumps(as_mapping(done), indent=1))
    else:
        what = "is marked as sent" if sent else "does not count as sent any more"
        print(f"The extract {done.id[:_SHORT]} of {done.submission} {what}.")
    return 0
