"""Where a data set has kinds of extract and a schema: the Extract screen, and what is asked when a referral changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.extracts.writing import export_submission
from exporters.work import Work
from store.facts import Who
from store.findings import queries
from store.month import extracts, sent
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start
from tests.screens_month.extracting import go, opened
from tests.stores import ask
from tests.validators.builders_smds import journey, modality
from validators.standard.catalogue import load

OWN = {"AGENCY": "T0001", "REFDATE": "2020-10-02", "ASSDATE": "2020-10-06"}
MODALITY = {"MODREFD": "2020-10-06", "MODOFFERD": "2020-10-10", "MODSTARTD": "2020-10-12"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two journeys that were sent in October's return; one has gone on since."""
    standard = load("smds-wales")
    with open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True) as made:
        with made.writing(Who("loader", NOW)) as work:
            agency = agencies.ensure(work, "T0001", standard.id)
            bulk_load.load(
                work, agency, [journey(CLIENTNO="000001", **OWN), journey(CLIENTNO="000002", SURNAME1="A", **OWN)]
            )
        export_submission(made, Work(agency, standard, NOW.date()), "2020-10", tmp_path, Who("ann", NOW))
        with made.writing(Who("ann", NOW)) as work:
            sent.mark(work, ask(made, extracts.listed, agency)[-1].id)
            first = next(iter(ask(made, read.episodes, agency))).episode_id
            save.create(work, "event", first, "modality", {**modality().values, **MODALITY})
        yield made


def test_the_kind_is_chosen_and_the_schema_named(start: Start) -> None:
    terminal = opened(start)
    terminal.until("New events since what was sent; nothing to send of 1 other")
    assert terminal.shows("valid by Keywork's stand-in schema; not validated against th")
    assert terminal.shows("not ready: ")
    go(terminal, "Will be written")
    terminal.until("CLIENTNO")
    assert "000001" in terminal.lines()[3] and "000002" not in "\n".join(terminal.lines())
    terminal.press("<ctrl+t>")
    terminal.until(lambda seen: seen.lines()[2].startswith("<?xml"))
    assert terminal.lines()[2].startswith("<?xml") and terminal.lines()[5].startswith("<ClientJourney>")
    terminal.press("<escape>", 0.4)
    go(terminal, "Kind")
    terminal.until("Which kind of extract")
    terminal.press("f")
    terminal.until("Full extract")
    assert terminal.shows("2 events, 2 journeys")
    go(terminal, "Kind")
    terminal.until("Which kind of extract")
    terminal.press("b<enter>")
    terminal.press("<f2>")
    terminal.until("Type the first day first.")
    terminal.press("10/12/20<enter>1 dec 20<enter>")
    terminal.until("The days are the wrong way round")
    terminal.press("<ctrl+u>10 dec 20<shift+tab><ctrl+u>1/12/20<f2>")
    terminal.until("All events between two days, 1 December 2020 to 10")
    assert terminal.shows("0 events, 0 journeys")


def test_a_referral_that_was_sent_is_not_changed_unasked(start: Start, store: Store) -> None:
    terminal = start()
    terminal.press("<enter>", 0.5)
    terminal.until("F2 Save")
    terminal.press("<ctrl+t><home><enter>")
    terminal.until("NHS number")
    while "> Agency client number" not in "\n".join(terminal.lines()):
        terminal.press("<down>")
    terminal.press("<end>9<f2>", 0.5)
    terminal.until("Changed after it was sent")
    assert terminal.shows("a second journey opens")
    kept = [record.client["CLIENTNO"] for record in ask(store, read.episodes, ask(store, agencies.one))]
    assert kept == ["000001", "000002"]
    terminal.press("<escape>", 0.4)
    assert [record.client["CLIENTNO"] for record in ask(store, read.episodes, ask(store, agencies.one))] == kept
    terminal.press("<f2>", 0.5)
    terminal.until("Changed after it was sent")
    terminal.press("s", 0.5)
    terminal.until("Saved")
    assert next(iter(ask(store, read.episodes, ask(store, agencies.one)))).client["CLIENTNO"] in ("0000019", "0000029")
    # The other one is that a TOP is due.
    terminal.until("2 warnings")
    found = ask(store, queries.findings, ask(store, agencies.one), offset=0, limit=9)
    assert {finding.rule for finding in found if finding.severity.value == "warning"} == {"referral-sent", "top-due"}
