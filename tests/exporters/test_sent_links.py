"""A journey's link to what was sent: a change of it is a warning in store and receipt, until it is undone."""

from datetime import date

from exporters.checks.caseload import check_caseload, check_some
from exporters.extracts.sent_links import changed_links
from store.findings import queries
from store.records import read
from tests.exporters.extracts import NOW
from tests.exporters.journeys import Returns
from tests.stores import ask
from tests.validators.builders_smds import CHECKER, TODAY, WALES
from validators.records import Finding


def told(wales: Returns, today: date = TODAY) -> list[Finding]:
    """What a check of the store says of links."""
    check_caseload(wales.store, wales.agency, CHECKER, today, NOW)
    found = ask(wales.store, queries.findings, wales.agency, offset=0, limit=99)
    return [finding for finding in found if finding.rule == "referral-sent"]


def test_a_referral_changed_after_it_was_sent_is_a_warning_until_it_is_put_back(wales: Returns) -> None:
    one, two = wales.keyed(), wales.keyed(CLIENTNO="43")
    wales.change(one, REFSOURCE="02")
    assert told(wales) == []
    wales.send("2026-03")
    assert told(wales) == []
    wales.change(one, REFDATE="2026-03-03")
    wales.change(two, CLIENTNO="44")
    found = told(wales)
    assert [(each.severity.value, each.field, each.episode_id) for each in found] == [
        ("warning", "REFDATE", one),
        ("warning", "REFDATE", two),
    ]
    assert found[1].values["CLIENTNO"] == "44"
    wales.change(one, REFDATE="2026-03-02")
    check_some(wales.store, wales.agency, CHECKER, [one, two], TODAY, NOW)
    assert [each.episode_id for each in told(wales)] == [two]


def test_the_receipt_counts_it_as_a_warning_that_is_open(wales: Returns) -> None:
    one = wales.keyed()
    assert wales.export("2026-03").tally.warnings == 0
    wales.send("2026-03")
    wales.change(one, REFSOURCE="02")
    receipt = wales.export("2026-04")
    assert receipt.tally.warnings == 1
    assert "1 warning, neither mended nor accepted" in receipt.not_ready_because


def test_only_what_was_sent_and_not_taken_back_counts(wales: Returns) -> None:
    one = wales.keyed()
    wales.send("2026-03")
    wales.change(one, REFSOURCE="02")
    records = list(ask(wales.store, read.episodes, wales.agency))
    assert ask(wales.store, changed_links, wales.agency, WALES, records) == records
    wales.take_back(wales.latest())
    assert ask(wales.store, changed_links, wales.agency, WALES, records) == []
