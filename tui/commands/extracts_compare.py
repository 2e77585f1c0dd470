"""`keywork extracts diff` and `mismatches`."""

import gc
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import get_args

from exporters.comparing import Comparison, Difference, compare_texts
from exporters.extract_preview import changes_since, preview_extract
from exporters.mismatches import TITLES, Mismatch, State, find_mismatches
from exporters.mismatches import confirm as confirm_one
from exporters.windows import due_submission
from tui.commands.extracts_desk import agency_of, refuse_csv, resolved
from tui.commands.opening import Progress, now, opened, person
from tui.form.printable import printable
from validators.catalogue import load
from validators.problems import Problem
from validators.standard import Standard


def run_diff(
    extract: str,
    other: str | None,
    submission: str | None,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
    form: str,
) -> int:
    """Print the difference. Raises Problem."""
    refuse_csv(form)
    if other is not None and submission is not None:
        raise Problem("Give either a second extract or --submission, not both.")
    gc.disable()
    with opened(store, key_file) as found:
        agency = agency_of(found, agency_code, standard_id)
        standard = load(agency.standard)
        old = resolved(found, agency, extract)
        if other is not None:
            new = resolved(found, agency, other)
            compared = compare_texts(found.extract_text(old.id), found.extract_text(new.id), standard)
        else:
            progress = Progress(standard.said("episodes looked at"))
            month = submission or old.submission
            preview = preview_extract(found, agency, standard, month, today=today, progress=progress)
            progress.done()
            compared = changes_since(found, preview, old)
    if form == "json":
        told = {
            "alike": compared.alike,
            "columns_gone": compared.columns_gone,
            "columns_new": compared.columns_new,
            "differences": [asdict(one) for one in compared.differences],
        }
        print(json.dumps(told, indent=1))
    else:
        for line in _told(compared, standard):
            print(line)
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
    events = f", with {one.events} event{'' if one.events == 1 else 's'}" if one.events else ""
    return printable(f"{one.change:8}{what} {one.episode} (client {one.reference or one.client}){events}")


def run_mismatches(
    submission: str | None,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
    form: str,
) -> int:
    """Print the mismatches; 1 while any is open, else 0. Raises Problem."""
    refuse_csv(form)
    gc.disable()
    with opened(store, key_file) as found:
        agency = agency_of(found, agency_code, standard_id)
        standard = load(agency.standard)
        month = submission or due_submission(found, agency, today)
        progress = Progress(standard.said("episodes looked at"))
        preview = preview_extract(found, agency, standard, month, today=today, progress=progress)
        progress.done()
        result = find_mismatches(found, preview)
    if form == "json":
        against = result.sent.id if result.sent else None
        print(
            json.dumps({"submission": month, "against": against, "mismatches": [_mapping(one) for one in result.found]})
        )
    elif result.sent is None:
        print("No extract was marked as sent yet: there is nothing to compare with.")
    else:
        print(f"Against extract {result.sent.id[:8]} of {result.sent.submission}:")
        for one in result.found:
            print(
                printable(
                    f"{one.state:9} {standard.said(TITLES[one.kind])}: {one.subject} (client {one.client}): {one.told}"
                )
            )
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


def run_confirm(
    subject: str,
    reason: str,
    submission: str | None,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
) -> int:
    """Confirm every open mismatch about a subject and say how many. Raises Problem when there is none."""
    gc.disable()
    with opened(store, key_file) as found:
        agency = agency_of(found, agency_code, standard_id)
        month = submission or due_submission(found, agency, today)
        result = find_mismatches(found, preview_extract(found, agency, load(agency.standard), month, today=today))
        meant = [one for one in result.open if one.subject == subject]
        if result.sent is None or not meant:
            raise Problem("No open mismatch has that subject: `keywork extracts mismatches` lists those that are open.")
        with found.write(person(found.path), now()) as work:
            for one in meant:
                confirm_one(work, result.sent, one, reason)
    print(f"Confirmed: {len(meant)}.")
    return 0
