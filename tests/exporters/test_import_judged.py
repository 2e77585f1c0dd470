"""What an import ends with is what a check of the store says of the very episodes, also beside those it left alone."""

import random

import pytest

from exporters.checks.file_check import Examination, check_episodes
from exporters.formats.base import Taking
from exporters.imports.csv_import import Import
from exporters.imports.report import ImportReport
from store.records import agencies, read
from tests.exporters.desks import Desk
from tests.exporters.extracts import STANDARD, TODAY, Row, row, visit, withheld, write
from tests.stores import ask
from validators.quality import Tally
from validators.records import Severity
from validators.rules.registry import Context


def checked(desk: Desk, names: set[str]) -> tuple[int, int]:
    """What a check of the whole store finds in the episodes of these names: their rows, and those with errors."""
    agency = ask(desk.store, agencies.one)
    records = list(ask(desk.store, read.episodes, agency))
    its = Examination(STANDARD, Context(TODAY, "store", agency=agency.code), None)
    found = check_episodes(iter(records), its).findings
    tally = Tally(STANDARD)
    for record in records:
        if record.episode["EPISODID"] in names:
            tally.add(record, [one for one in found if one.episode_id == record.episode_id])
    return tally.rows, tally.spoilt[Severity.ERROR]


def prepared(desk: Desk, rows: list[Row], taking: Taking) -> ImportReport:
    """The report of an import of rows that is not written."""
    job = Import(write(desk.folder, rows), STANDARD, taking)
    job.prepare(desk.store, None)
    return job.report


def said(desk: Desk, rows: list[Row], *, update: bool = False) -> tuple[tuple[int, int], tuple[int, int]]:
    """What an import of rows ends with, of before and after; its dry run has said the same."""
    taking = Taking(update=update, others=True, today=TODAY)
    dry = prepared(desk, rows, taking)
    report = desk.take(rows, taking=taking)
    assert (dry.before, dry.after) == (report.before, report.after)
    assert report.before is not None and report.after is not None
    return (report.before.rows, report.before.wrong), (report.after.rows, report.after.wrong)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({}, 0),
        ({"CLIENT": "1002"}, 1),
        ({"SUBMID": "s2"}, 1),
        ({"SUBMID": "AAAAAAAA-0000-4000-8000-00000000000B"}, 1),
        ({"CLIENT": "1002", "CLIENTID": "c2", "DOB": row("2")["DOB"]}, 0),
    ],
)
def test_a_new_row_that_bears_what_another_of_the_store_bears_has_an_error(desk: Desk, told: Row, wrong: int) -> None:
    desk.take(
        [
            row("1") | visit(SUBMID="aaaaaaaa-0000-4000-8000-00000000000b"),
            row("2") | visit("2"),
        ]
    )
    new = row("3") | visit("3") | told
    assert said(desk, [new]) == ((0, 0), (1, wrong))
    assert checked(desk, {"e3"}) == (1, wrong)
    assert said(desk, [new]) == ((1, wrong), (1, wrong)), "as known: it is no better for being there"
    assert said(desk, [row("2") | visit("2")]) == ((1, 0), (1, 0)), "the one that has it first"


_LATER = {"EPISODID": "later", "REFLD": "20200901", "TRIAGED": "20200902", "CPLANDT": "20200905"}


@pytest.mark.parametrize(
    ("kept", "file", "as_kept", "as_told"),
    [
        (withheld("3"), row("3", **_LATER), 1, 0),
        (row("3", ETHNIC="wrong"), row("3", **_LATER), 1, 0),
        (row("3"), row("3", ETHNIC="wrong", **_LATER), 0, 0),
        (row("3"), withheld("3", EPISODID="later"), 0, 0),
    ],
)
@pytest.mark.parametrize("update", [False, True])
def test_a_new_episode_of_a_known_client_is_judged_by_what_the_store_goes_on_saying_of_him(
    desk: Desk, kept: Row, file: Row, as_kept: int, as_told: int, update: bool
) -> None:
    """Who refused first and consented in a later episode had none of his values taken, and no error by the import."""
    desk.take([kept])
    its = (1, as_told if update else as_kept)
    assert said(desk, [file], update=update) == ((0, 0), its)
    assert checked(desk, {"later"}) == its
    assert said(desk, [file], update=update) == (its, its), "the same again"


def test_what_an_import_ends_with_is_what_a_check_says_of_the_same_episodes(desk: Desk) -> None:
    desk.take([row(str(number)) | visit(str(number)) for number in range(1, 7)])
    made = random.Random(5)
    seen: set[int] = set()
    names_made: set[str] = set()
    for _ in range(40):
        rows = []
        for number in made.sample(range(1, 16), made.randint(1, 4)):
            told = row(str(number)) | visit(str(number))
            if made.random() < 0.6:
                told["CLIENT"] = f"100{made.randint(1, 15)}"
            if made.random() < 0.4:
                told["SUBMID"] = f"s{made.randint(1, 15)}"
            if made.random() < 0.2:
                told["SEX"] = "wrong"
            if made.random() < 0.4:
                told["EPISODID"] = f"later{len(names_made)}"
                names_made.add(told["EPISODID"])
            if made.random() < 0.2:
                told = withheld(str(number), EPISODID=told["EPISODID"])
            rows.append(told)
        update = made.random() < 0.5
        left_out = {one.line for one in prepared(desk, rows, Taking(update=update, others=True)).left_out}
        names = {one["EPISODID"] for line, one in enumerate(rows, 2) if line not in left_out}
        before = checked(desk, names)
        told_before, told_after = said(desk, rows, update=update)
        assert told_before == before and told_after == checked(desk, names), rows
        seen.add(told_after[1])
    assert len(seen) > 2
