"""Whether a return is ready: receipt, checklist, Month and `due` give the same reasons, for both formats."""

from dataclasses import replace
from datetime import date

import pytest

from exporters.checks.caseload import check_caseload
from exporters.month.checklist import open_mismatches
from exporters.month.checklist_acts import Acts
from exporters.month.month_text import figure_lines
from exporters.month.status import Standing, read_standing
from store.facts import Draft, Who
from store.findings.acceptance_facts import CaseloadFigures
from store.live import drafts
from store.month import extracts, sent
from store.records import agencies, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, Row, row, visit
from tests.exporters.journeys import Returns
from tests.exporters.test_mismatches import change
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, modality
from tui.cli.checklist import figures_text
from tui.screens.findings.groups import quality_line
from validators.rules.checker import Checker

NOTHING = "nothing to send: make a nil return"


def standing(desk: Desk, today: date = TODAY) -> Standing:
    """How the month stands after a check."""
    agency = ask(desk.store, agencies.one)
    check_caseload(desk.store, agency, Checker(STANDARD), today, NOW)
    period = ask(desk.store, read_standing, agency, STANDARD, today).due.period
    many = ask(desk.store, open_mismatches, agency, STANDARD, period, today)
    return ask(desk.store, read_standing, agency, STANDARD, today, many)


def reasons(desk: Desk, today: date = TODAY) -> list[str]:
    """Why the return at hand is not ready: receipt and Month agree, and the checklist has it open or not."""
    one = standing(desk, today)
    receipt = desk.send(one.due.submission, today=today)
    receipt.file.unlink()
    assert one.not_ready_because == receipt.not_ready_because == receipt.as_mapping()["not_ready_because"]
    checks = {"no_errors", "warnings", "mismatches", "drafts"}
    is_open = any(item.state != "done" for item in one.items if item.check in checks) or any(
        item.state != "done" and item.told != "not written yet" and "write it anew" not in item.told
        for item in one.items
        if item.check == "extract"
    )
    assert is_open is bool(receipt.not_ready_because)
    return receipt.not_ready_because


def test_all_well_is_ready(desk: Desk) -> None:
    desk.take([row() | visit()])
    assert reasons(desk) == []


def test_no_percentage_is_told_of_what_is_not_checked(desk: Desk) -> None:
    """After an import a hundred per cent of nothing stood there, and that no row would be sent."""
    desk.take([row() | visit(), row("2", CONSENT="")])
    checked = standing(desk).figures
    none = replace(standing(desk), figures=CaseloadFigures(episodes=2, stale=2))
    assert figure_lines(none)[:2] == [
        "Load and data quality are told once there is a check.", "2 episodes, all due for a check."]  # fmt: skip
    assert quality_line(none.figures) == "All 2 of 2 episodes due for a check"
    assert figures_text(none).startswith("2 of 2 episodes due for a check; checklist ")
    some = replace(none, figures=replace(checked, stale=1))
    of_some, rest, _ = figure_lines(some)
    assert of_some.startswith("Of what is checked: Load ") and rest.startswith(
        "1 of 2 episodes due for a check; in the"
    )
    assert figure_lines(replace(none, figures=checked))[1].startswith("2 episodes, 2 rows would be sent: ")


def test_drafts_of_anybody_make_it_not_ready(desk: Desk) -> None:
    desk.take([row()])
    episode = next(ask(desk.store, read.episodes, ask(desk.store, agencies.one)))
    do(desk.store, Who("bob", NOW), drafts.save, Draft("episode", episode.episode_id, {"CONSENT": "N"}, 1))
    assert reasons(desk) == ["1 draft not saved: bob 1"]


def test_a_draft_that_holds_nothing_but_what_is_saved_stands_in_no_way(desk: Desk) -> None:
    """A line that was cut just after F2 leaves one: month end counted it, and no list had it to be forgotten."""
    desk.take([row()])
    agency = ask(desk.store, agencies.one)
    (episode,) = ask(desk.store, read.episodes, agency)
    stands = ask(desk.store, read.get, "episode", episode.episode_id)
    draft = Draft("episode", stands.id, dict(stands.values), stands.version - 1, parent_id=stands.parent_id)
    do(desk.store, Who("ann", NOW, "a window"), drafts.save, draft)
    assert reasons(desk) == []
    do(desk.store, Who("ann", NOW, "a window"), drafts.save, replace(draft, values={**draft.values, "PC": "NE1"}))
    assert reasons(desk) == ["1 draft not saved: ann 1"]


def test_a_nil_return_is_not_ready_once_there_is_somebody(desk: Desk) -> None:
    """It was declared while there was nobody; with whoever was keyed or imported after it the month was ready."""
    desk.take([row(DISD="20180101", CJDISRSN="1")])
    one = standing(desk)
    acts = Acts(desk.store, one.agency, STANDARD, one.due, "ann", TODAY, NOW)
    acts.declare_nil()
    assert standing(desk).not_ready_because == []
    (early,) = standing(desk, one.due.period.end).not_ready_because
    assert early.startswith("the reporting period is not over")
    desk.take([row("2")])
    denied = "a nil return is begun, and 1 episode would be sent: drop it, or make it all the same"
    now = standing(desk)
    assert now.not_ready_because == now.in_the_way == [denied]
    assert [item.told for item in now.items if item.id == "nil_told"] == [denied]
    acts.drop("there is somebody")
    assert denied not in reasons(desk)


def test_an_open_mismatch_makes_it_not_ready(desk: Desk) -> None:
    desk.take([row() | visit(), row("2")])
    desk.send("2020-11", today=date(2020, 12, 5))
    agency = ask(desk.store, agencies.one)
    do(desk.store, Who("ann", NOW), sent.mark, ask(desk.store, extracts.listed, agency)[-1].id)
    assert reasons(desk) == []
    change(desk, "e1", CONSENT="N")
    assert "1 mismatch with what was sent before, open" in reasons(desk)


def test_a_period_that_goes_on_makes_it_not_ready(desk: Desk) -> None:
    desk.take([row()])
    told = "the reporting period is not over: it ends on 31 January 2021"
    assert reasons(desk, date(2021, 1, 31)) == [told]
    assert desk.send("2021-05", today=TODAY).not_ready_because == [told.replace("January", "May")]
    one = standing(desk, date(2021, 1, 31))
    assert [item.told for item in one.items if item.check == "extract"] == [told] == one.in_the_way


def test_what_was_written_before_the_end_of_its_period_is_written_anew(desk: Desk) -> None:
    desk.take([row()])
    desk.send("2021-01")  # on the 10th
    one = standing(desk, date(2021, 2, 2))
    (told,) = [item.told for item in one.items if item.check == "extract"]
    assert told.endswith("was written before the reporting period was over: write it anew")


@pytest.mark.parametrize("rows", [[], [row(CPLANDT="")]])
def test_nothing_to_send_is_never_ready(desk: Desk, rows: list[Row]) -> None:
    desk.take([row("9")])
    with desk.store.writing(Who("ann", NOW)) as work:
        episode = next(iter(read.episodes(work, agencies.one(work))))
        save.delete(work, "client", episode.client_id, 1)
    if rows:
        desk.take(rows)
    assert reasons(desk) == [NOTHING]
    one = standing(desk)
    assert NOTHING in one.in_the_way


WRONG = {
    "a closure years too early": row(DISD="20180601", CJDISRSN="2"),
    "a referral to come": row(REFLD="20350601", TRIAGED="20350602", CPLANDT="20350605"),
    "an event to come": row() | visit(SUBMODDT="20350701"),
    "a closure to come": row(DISD="20350601", CJDISRSN="2"),
    "a caseload start to come": row(CPLANDT="20350605"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_date_loses_nothing(desk: Desk, wrong: Row) -> None:
    desk.take([row("2"), wrong])
    assert reasons(desk) == ["left out with errors: 1"]
    receipt = desk.send(today=TODAY)
    assert receipt.as_mapping()["left_out_with_errors"] == ["e1"] and [
        one.episode for one in receipt.places.values()
    ] == ["e1"]
    one = standing(desk)
    assert [found.episode for found in one.situation.kept_out] == ["e1"]
    assert "left out with errors: 1" in " ".join(one.in_the_way)


def test_what_rightly_lies_outside_is_no_error(desk: Desk) -> None:
    old = {"REFLD": "20180101", "TRIAGED": "20180102", "CPLANDT": "20180103", "DISD": "20180601", "CJDISRSN": "2"}
    after = {"REFLD": "20210102", "TRIAGED": "20210103", "CPLANDT": "20210104"}
    desk.take([row("2"), row(**old), row("3", **after), row("4") | visit("4", SUBMODDT="20210105")])
    assert reasons(desk) == []
    desk.take([row("5", SEX="", **old)])  # wrong, but not by a date: it stays outside
    assert reasons(desk) == []


def test_in_wales_the_same(wales: Returns) -> None:
    """The stand-in schema is always a reason there; what else is wrong stands before it."""

    def told(today: date = date(2026, 12, 3)) -> list[str]:
        check_caseload(wales.store, wales.agency, Checker(WALES), today, NOW)
        one = ask(wales.store, read_standing, wales.agency, WALES, today)
        many = ask(wales.store, open_mismatches, wales.agency, WALES, one.due.period, today)
        one = ask(wales.store, read_standing, wales.agency, WALES, today, many)
        receipt = wales.export(one.due.submission, today=today)
        assert one.not_ready_because == receipt.not_ready_because
        return receipt.not_ready_because[:-1]

    assert told() == [NOTHING]
    own = wales.keyed(modality())
    before = told()
    assert NOTHING not in before
    wales.add(own, modality(MODSTARTD="2035-01-01"))
    assert "left out with errors: 1" in told()
    assert any("not over" in one for one in told(date(2026, 12, 31)))
