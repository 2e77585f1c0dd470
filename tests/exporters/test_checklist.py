"""The checklist of a submission: what the data tick and untick, what a person ticks, and what is kept of a return."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exporters.checks.caseload import check_caseload
from exporters.month.checklist import OF_WHAT_LEFT, Item, checklist, doubted_text, progress
from exporters.month.checklist_acts import Acts, mark_sent
from exporters.month.checklist_page import ChecklistPage, read_page
from exporters.month.portal_figures import compared, percentage
from exporters.month.status import read_standing
from exporters.records import left_drafts
from exporters.subject import removal
from store.facts import Draft, DraftInfo, Who
from store.findings import acceptances, queries
from store.live import drafts, offline_drafts
from store.month import calendar, extracts, sent, submissions
from store.records import agencies, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, row, visit, withheld
from tests.exporters.journeys import Returns
from tests.exporters.test_mismatches import change
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, journey, modality
from validators.calendar.calendar import in_words
from validators.calendar.kinds import Override
from validators.problems import Problem
from validators.rules.checker import Checker

CHECKER = Checker(STANDARD)
MONTH = "2020-12"


def look(desk: Desk, today: date = TODAY) -> None:
    """Check what is due."""
    check_caseload(desk.store, ask(desk.store, agencies.one), CHECKER, today, NOW)


def items(desk: Desk, month: str = MONTH, today: date = TODAY, attempt: int | None = None) -> dict[str, Item]:
    agency = ask(desk.store, agencies.one)
    chosen = next((one for one in ask(desk.store, submissions.listed, agency, month) if one.attempt == attempt), None)
    period = ask(desk.store, calendar.of_agency, agency).entry(month).period
    return {one.id: one for one in ask(desk.store, checklist, agency, STANDARD, period, today, chosen)}


def acts(desk: Desk, month: str = MONTH, today: date = TODAY, person: str = "ann") -> Acts:
    agency = ask(desk.store, agencies.one)
    return Acts(
        desk.store, agency, STANDARD, ask(desk.store, calendar.of_agency, agency).entry(month), person, today, NOW
    )


def page(desk: Desk, month: str = "", today: date = TODAY, attempt: int | None = None) -> ChecklistPage:
    return ask(desk.store, read_page, ask(desk.store, agencies.one), STANDARD, today, month, attempt)


def test_the_data_tick_and_untick(desk: Desk) -> None:
    desk.take([row() | visit(), row("2", CONSENT=""), withheld("3")])
    assert items(desk)["checked"].state == "waits" and "3 episodes of 3 due" in items(desk)["checked"].told
    look(desk)
    found = items(desk)
    assert (found["checked"].state, found["checked"].told) == ("open", "1 error in 1 row")
    assert (found["consent"].state, found["consent"].told) == ("open", "1 episode without an answer")
    assert found["checked"].goes_to == "findings" and found["consent"].goes_with == "CONSENT="
    assert found["extract"].told == "not written yet" and found["uploaded"].state == "waits"
    change(desk, "e2", CONSENT="Y")
    look(desk)
    found = items(desk)
    assert (found["checked"].state, found["consent"].state, found["drafts"].state) == ("done", "done", "done")
    name = desk.send().file.name
    assert (items(desk)["extract"].state, items(desk)["extract"].told) == ("done", name)
    change(desk, "e1", TRIAGED="20200603")
    look(desk)
    assert items(desk)["extract"].state == "open"
    assert items(desk)["extract"].told == f"1 record changed since {name} was written: write it anew"


def test_drafts_of_anybody_stand_in_the_way(desk: Desk) -> None:
    desk.take([row()])
    episode = next(ask(desk.store, read.episodes, ask(desk.store, agencies.one)))
    do(desk.store, Who("bob", NOW), drafts.save, Draft("episode", episode.episode_id, {"CONSENT": "N"}, 1))
    assert (items(desk)["drafts"].state, items(desk)["drafts"].told) == ("open", "1 draft not saved: bob 1")


def test_what_was_typed_while_the_store_was_away_stands_in_the_way_before_it_is_in_the_store(desk: Desk) -> None:
    """Two had typed, the program ended, and until each had opened the screens again the checklist ticked, the return
    was ready, and they were told that everything was saved."""
    desk.take([row() | visit(), row("2") | visit("2")])
    look(desk)
    agency = ask(desk.store, agencies.one)
    first, second = [record.episode_id for record in ask(desk.store, read.episodes, agency)]
    client = ask(desk.store, read.get, "episode", first).parent_id
    ann, bob = (
        DraftInfo(person, "episode", first, client, "", {"CONSENT": "N"}, 1, NOW, session="w")
        for person in ("ann", "bob")
    )
    do(desk.store, Who("ann", NOW, "w"), drafts.save, Draft("episode", second, {"CONSENT": "N"}, 1))
    # The same one typed on in, and one of a record that was removed for good.
    ann_again = replace(ann, record_id=second, saved_at=NOW + timedelta(minutes=1))
    gone = DraftInfo("cid", "event", "gone", "gone-e", "", {"SUBMODDT": "20200101"}, 1, NOW, session="w")
    offline_drafts.keep(desk.store, [ann, ann_again, gone])
    offline_drafts.keep(desk.store, [bob])

    def told() -> tuple[str, str, str]:
        standing = ask(desk.store, read_standing, agency, STANDARD, TODAY, 0)
        return items(desk)["drafts"].told, items(desk)["drafts"].state, str(standing.not_ready_because)

    before = told()
    assert before[:2] == ("3 drafts not saved: ann 2, bob 1", "open") and before[0] in before[2]
    assert ask(desk.store, left_drafts.none_told, agency, Who("ann", NOW, "v")).startswith("2 drafts of yours, kept")
    assert ask(desk.store, left_drafts.none_told, agency, Who("eve", NOW, "v")) == "Everything you typed is saved."
    offline_drafts.take(desk.store, Who("eve", NOW), of_all=True)
    assert told() == before and desk.send().drafts == {"ann": 2, "bob": 1}


def test_a_warning_is_mended_or_accepted(desk: Desk) -> None:
    desk.take([row(PARENT="Y", PRNTSTAT="")])
    look(desk)
    agency = ask(desk.store, agencies.one)
    warnings = [one for one in ask(desk.store, queries.findings, agency) if one.severity == "warning"]
    assert items(desk)["warnings"].told == f"{len(warnings)} warning neither mended nor accepted"
    with desk.store.writing(Who("ann", NOW)) as work:
        acceptances.accept(work, warnings, "the family moved")
    assert (items(desk)["warnings"].state, items(desk)["warnings"].told) == ("done", "no warning left, 1 accepted")


def test_a_person_ticks_and_reopens_with_a_reason(desk: Desk) -> None:
    desk.take([row()])
    acts(desk).tick("code_lists")
    found = items(desk)["code_lists"]
    assert (found.state, found.who, found.when) == ("done", "ann", NOW)
    assert "unverified" in found.told and found.told == doubted_text(STANDARD)
    with pytest.raises(Problem, match="ticked by ann"):
        acts(desk, person="bob").tick("code_lists")
    with pytest.raises(Problem, match="A reason is needed"):
        acts(desk).reopen("code_lists", " ")
    acts(desk, person="bob").reopen("code_lists", "a new edition came")
    assert items(desk)["code_lists"].state == "open"
    with pytest.raises(Problem, match="is not ticked, so there is nothing to reopen"):
        acts(desk).reopen("code_lists", "again")


@pytest.mark.parametrize(
    ("item", "told", "why"),
    [
        ("drafts", {}, "'No drafts left' is ticked by the data: mend what it says, and it ticks itself"),
        ("nothing", {}, "The checklist has no item 'nothing': a person ticks code_lists, uploaded"),
        ("nil_told", {}, "'Nil return made' is not needed for this kind of return"),
        ("portal_figures", {"load": "98"}, "'' is no data quality %: write a number from 0 to 100"),
        ("portal_figures", {"load": "98", "quality": "100.5"}, "'100.5' is no data quality %"),
        ("accepted", {"when": "now"}, "'Accepted by the region' does not ask for 'when': what is entered with it is n"),
        ("uploaded", {}, "No extract is written for 2020-12: write it first"),
    ],
)
def test_what_cannot_be_ticked_is_refused_in_one_sentence(
    desk: Desk, item: str, told: dict[str, str], why: str
) -> None:
    desk.take([row()])
    with pytest.raises(Problem) as caught:
        acts(desk).tick(item, told)
    assert why in str(caught.value) and ask(desk.store, submissions.listed, ask(desk.store, agencies.one)) == []


def test_what_the_data_said_at_the_upload_stays_whatever_is_keyed_afterwards(desk: Desk) -> None:
    desk.take([row() | visit(), row("2", CONSENT="")])
    look(desk)
    desk.send()
    acts(desk).tick("uploaded")
    found = items(desk)
    assert (found["uploaded"].state, found["uploaded"].who, found["checked"].state) == ("done", "ann", "open")
    extract = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1]
    assert extract.is_sent and found["checked"].told == "1 error in 1 row, when it was uploaded"
    change(desk, "e2", CONSENT="Y")
    look(desk)
    found = items(desk)
    assert found["checked"].told == "1 error in 1 row, when it was uploaded"
    assert found["extract"].state == "done" and "a record was changed since" in found["extract"].told
    with pytest.raises(Problem, match="was marked as sent by ann on 10 January 2021"):
        acts(desk).tick("uploaded")
    acts(desk).reopen("uploaded", "the wrong file")
    found = items(desk)
    assert (found["uploaded"].state, found["checked"].state) == ("open", "done")
    assert "ann took that back" in found["uploaded"].told
    assert not ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1].is_sent


def test_a_second_extract_of_a_month_keeps_what_it_said_against_the_first(desk: Desk) -> None:
    desk.take([row() | visit(), row("2")])
    look(desk)
    receipt, agency = desk.send(), ask(desk.store, agencies.one)
    acts(desk).tick("uploaded")
    assert items(desk)["mismatches"].told.startswith("no extract was marked as sent before")
    with desk.store.writing(Who("ann", NOW)) as work:
        (event,) = next(iter(read.episodes(work, agency))).events
        save.delete(work, "event", event.id, read.get(work, "event", event.id).version)
    receipt.file.unlink()
    assert desk.send().mismatches == 1
    mark_sent(desk.store, agency, STANDARD, ask(desk.store, extracts.listed, agency)[-1], "ann", TODAY, NOW)
    found = items(desk)["mismatches"]
    assert (found.state, found.told.split(",")[0]) == ("open", "1 mismatch against 2020-12")


def test_an_extract_marked_as_sent_elsewhere_ticks_the_checklist(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    desk.send()
    agency = ask(desk.store, agencies.one)
    mark_sent(desk.store, agency, STANDARD, ask(desk.store, extracts.listed, agency)[-1], "bob", TODAY, NOW)
    found = items(desk)
    assert (found["uploaded"].state, found["uploaded"].who) == ("done", "bob")
    assert found["checked"].told == "no error in 1 episode, when it was uploaded"
    with desk.store.writing(Who("bob", NOW)) as work:
        sent.take_back(work, ask(desk.store, extracts.listed, agency)[-1].id)
    assert items(desk)["uploaded"].state == "open"
    mark_sent(desk.store, agency, STANDARD, ask(desk.store, extracts.listed, agency)[-1], "ann", TODAY, NOW)
    assert (items(desk)["uploaded"].state, items(desk)["uploaded"].who) == ("done", "ann")


def test_the_portals_percentages_are_compared_with_our_estimate(desk: Desk) -> None:
    desk.take([row() | visit(), row("2", CONSENT="")])
    look(desk)
    assert items(desk)["portal_figures"].told == "waits for the upload"
    desk.send()
    acts(desk).tick("uploaded")
    acts(desk).tick("portal_figures", {"load": "48,5 %", "quality": "100"})
    told = items(desk)["portal_figures"].told
    assert told == "load % 48.5, our estimate 50: 1.5 less; data quality % 100, our estimate 100: the same"
    assert percentage("98.44", "load %") == "98.44" and compared({}, (1.0, 2.0)) == ""


def test_a_correction_has_a_checklist_of_its_own_and_the_first_is_kept(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    with pytest.raises(Problem, match="was not begun yet: there is nothing to correct"):
        acts(desk).correct("wrong")
    desk.send()
    acts(desk).tick("uploaded")
    acts(desk).tick("reports")
    with pytest.raises(Problem, match="A correction needs a reason"):
        acts(desk).correct("")
    acts(desk).correct("a client was missing")
    found = items(desk)
    assert (found["extract"].state, found["uploaded"].state, found["reports"].state) == ("open", "waits", "waits")
    first = items(desk, attempt=1)
    assert (first["extract"].state, first["uploaded"].state, first["reports"].state) == ("done", "done", "done")
    now = page(desk)
    assert (now.kind, now.attempt) == ("correction 1: a client was missing", 2)
    assert (MONTH, 1) in now.others and now.others[now.place] == (MONTH, 2)
    change(desk, "e1", TRIAGED="20200603")
    desk.folder.joinpath("out").rename(desk.folder / "sent before")
    desk.send()
    acts(desk).tick("uploaded")
    assert items(desk)["uploaded"].state == "done"
    assert [one.submission_number for one in ask(desk.store, extracts.listed, ask(desk.store, agencies.one))] == [0, 2]
    with pytest.raises(Problem, match="has no attempt 3: it has 2"):
        page(desk, MONTH, attempt=3)


def test_an_act_is_of_what_its_person_had_in_sight(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    before = page(desk).seen
    acts(desk, person="bob").declare_nil(anyway=True)
    with pytest.raises(Problem, match="bob has begun attempt 1 of 2020-12 meanwhile: nothing is done"):
        acts(desk).declare_nil(seen=before, anyway=True)
    with pytest.raises(Problem, match=r"bob declared a nil return of 2020-12 on .*: it need not be again"):
        acts(desk).declare_nil(anyway=True)
    nil = page(desk).seen
    acts(desk, person="bob").drop("there is somebody", nil)
    with pytest.raises(Problem, match="that you looked at was dropped meanwhile"):
        acts(desk).drop("begun by mistake", nil)
    with pytest.raises(Problem, match="that you looked at was dropped meanwhile"):
        acts(desk).sent_elsewhere("the old system", nil)
    with pytest.raises(Problem, match="that you looked at was dropped meanwhile"):
        acts(desk).tick("nil_told", {"how": "by mail"}, nil)

    desk.send()
    written = page(desk).seen
    desk.folder.joinpath("out").rename(desk.folder / "written before")
    desk.send()
    with pytest.raises(Problem, match="was written meanwhile, which you have not seen"):
        acts(desk).tick("uploaded", seen=written)
    acts(desk).tick("uploaded", seen=page(desk).seen)
    # The wrong one was marked: of two who saw that, the second does not take back what the first one marked instead.
    wrong = page(desk).seen
    acts(desk, person="bob").reopen("uploaded", "it was the other one", wrong)
    first = next(
        one for one in ask(desk.store, extracts.listed, ask(desk.store, agencies.one)) if one.id != wrong.extract
    )
    acts(desk, person="bob").sent(first)
    with pytest.raises(Problem, match=r"bob has marked .* as sent meanwhile, which you have not seen"):
        acts(desk).reopen("uploaded", "it was the other one", wrong)
    sent = page(desk).seen
    assert sent.extract == first.id
    acts(desk, person="bob").correct("a client was missing", sent)
    with pytest.raises(Problem, match="bob has begun attempt 2"):
        acts(desk).correct("a client was missing", sent)
    assert len(page(desk).attempts) == 2


def test_what_is_told_of_a_return_that_left_is_taken_back_with_it(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    desk.send()
    told = "'Accepted by the region' is told of a return that has left: tick 'Uploaded to the portal' before it"
    with pytest.raises(Problem, match=told):
        acts(desk).tick("accepted")

    def states() -> set[str]:
        return {items(desk)[one].state for one in ("accepted", "portal_figures", "reports")}

    def once() -> None:
        acts(desk).tick("uploaded")
        assert states() == {"open"}
        acts(desk).tick("accepted")
        acts(desk).tick("portal_figures", {"load": "48.5", "quality": "100"})
        acts(desk).tick("reports")
        assert states() == {"done"}

    once()
    acts(desk).reopen("uploaded", "the wrong file")
    assert states() == {"waits"}
    once()
    # In the receipt, too.
    left = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1]
    do(desk.store, Who("bob", NOW), sent.take_back, left.id)
    assert states() == {"waits"}
    once()


def test_each_data_set_knows_what_is_told_of_a_return_that_left() -> None:
    for standard, after in ((STANDARD, {"portal_figures", "accepted", "reports"}), (WALES, {"validated", "accepted"})):
        assert {one.id for one in standard.checklist if one.check in OF_WHAT_LEFT} == after


def test_a_nil_return_needs_less(desk: Desk) -> None:
    desk.take([row(DISD="20180101", CJDISRSN="1")])
    look(desk)
    acts(desk).declare_nil()
    found = items(desk)
    assert found["checked"].told == "not needed: nil return" and found["checked"].state == "not needed"
    assert [one for one, item in found.items() if item.state != "not needed"] == ["drafts", "nil_told", "accepted"]
    acts(desk).tick("nil_told", {"how": "by mail"})
    acts(desk).tick("accepted")
    found = items(desk)
    assert progress(list(found.values())) == (3, 3) and found["nil_told"].told == "how: by mail"
    assert page(desk).kind == "nil return: nobody to report" and page(desk).is_over


def test_mismatches_against_what_was_sent_before_are_counted(desk: Desk) -> None:
    desk.take([row(), row("2")])
    look(desk)
    desk.send("2020-11")
    acts(desk, "2020-11", date(2020, 12, 5)).tick("uploaded")
    assert items(desk)["mismatches"].state == "done"
    change(desk, "e1", FINITIAL="Z")
    look(desk)
    assert items(desk)["mismatches"].told.startswith("1 mismatch against 2020-11, sent")
    waiting = {one.id: one for one in page(desk).items}["mismatches"]
    assert waiting.state == "waits" and waiting.told.startswith("to be compared against 2020-11")


def test_a_submission_before_its_window_after_it_and_in_august(desk: Desk) -> None:
    desk.take([row()])
    assert page(desk, "2021-03").told == "The window of 2021-03 opens on Thu 1 Apr 2021."
    desk.send("2021-03", today=TODAY)
    early = acts(desk, "2021-03")
    early.tick("uploaded")
    assert early.said_of_today("uploaded").startswith("The reporting period is not over: it ends on 31 March 2021")
    assert early.said_of_today("reports") == "" and acts(desk, "2021-03", date(2021, 4, 1)).said_of_today() == ""
    assert {one.id: one for one in page(desk, "2021-03").items}["uploaded"].state == "done"
    over = page(desk, "2020-06").told
    assert over.startswith("Its window closed on ") and over.endswith("the region decides.")
    with pytest.raises(Problem, match="There is no submission 2021-07: its first half is in 2021-06"):
        page(desk, "2021-07")
    august = page(desk, today=date(2021, 8, 10))
    assert august.entry.submission == "2021-08" and "no submission is made in August" in august.silence


def test_submissions_can_be_looked_at_one_after_the_other(desk: Desk) -> None:
    desk.take([row()])
    found = page(desk)
    months = [month for month, _ in found.others]
    assert months == sorted(months) and found.others[found.place] == (MONTH, 1)
    assert months[-1] == "2021-01" and "2020-07" not in months and len(months) >= 12
    assert page(desk, months[0]).place == 0
    later = page(desk, today=TODAY + timedelta(days=30))
    assert later.entry.submission == "2021-01" and later.kind == "not begun"


def removed(desk: Desk) -> None:
    """The client without consent is removed for good, as two people agreed."""
    agency = ask(desk.store, agencies.one)
    client = next(one.client_id for one in ask(desk.store, read.episodes, agency) if one.episode["EPISODID"] == "e2")
    for person in ("ann", "bob"):
        with desk.store.writing(Who(person, NOW)) as unit:
            if person == "ann":
                wanted = removal.ask(unit, agency, STANDARD, client, "withdrawal", TODAY)
            else:
                removal.confirm(unit, agency, STANDARD, wanted.id, TODAY)


def shortened(desk: Desk) -> None:
    """The region says that the period ends a day earlier."""
    dates = Override(MONTH, period_end=date(2020, 12, 30), source="region", stated_on=TODAY)
    with desk.store.writing(Who("ann", NOW)) as unit:
        calendar.add_overrides(unit, ask(desk.store, agencies.one), [dates], TODAY)


@pytest.mark.parametrize(
    ("done", "told"),
    [(removed, "somebody whom it holds was removed for good"), (shortened, "the reporting period is another one")],
)
def test_an_extract_that_would_be_another_though_no_record_was_changed_is_to_be_written_anew(
    desk: Desk, done: Callable[[Desk], None], told: str
) -> None:
    desk.take([row() | visit(SUBMODDT="20201231"), row("2", CONSENT="N", DISD="20201110", CJDISRSN="2")])
    look(desk)
    name = desk.send().file.name
    assert items(desk)["extract"].state == "done"
    done(desk)
    assert (items(desk)["extract"].state, items(desk)["extract"].told) == (
        "open",
        f"{told} since {name} was written: write it anew",
    )
    again = desk.folder / "again"
    desk.send(out=again)
    assert items(desk)["extract"].state == "done"


def test_before_an_extract_that_would_be_another_by_now_is_marked_that_is_said(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    name = desk.send().file.name
    [written] = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))
    assert acts(desk).said_before("uploaded") == acts(desk).said_of_extract(written) == ""
    assert acts(desk).said_before("portal_figures") == ""
    change(desk, "e1", NATION="FRA")
    told = f"1 record changed since {name} was written: where that very file was not sent, write it anew and send that."
    assert acts(desk).said_before("uploaded") == acts(desk).said_of_extract(written) == told
    # Nothing is refused: that very file may have been sent.
    acts(desk).tick("uploaded")
    assert acts(desk).said_of_extract(ask(desk.store, extracts.one, written.id)) == ""


def test_what_was_written_before_its_period_was_over_is_said_before_it_is_marked(desk: Desk) -> None:
    desk.take([row()])
    desk.send("2021-01")
    assert "was written before the reporting period was over" in acts(desk, "2021-01").said_before("uploaded")
    assert acts(desk, "2020-12").said_before("uploaded") == ""  # none is written


def test_what_is_new_is_to_be_written_anew_once_something_else_counts_as_sent(wales: Returns) -> None:
    wales.take(journey(modality(start="2020-09-10"), REFDATE="2020-09-01"))
    wales.export("2020-09", today=date(2020, 11, 3))
    before = wales.latest()
    name = wales.export("2020-10", today=date(2020, 11, 3)).file.name
    period = ask(wales.store, calendar.of_agency, wales.agency).entry("2020-10").period

    def extract() -> Item:
        found = ask(wales.store, checklist, wales.agency, WALES, period, date(2020, 11, 3))
        return next(one for one in found if one.id == "extract")

    assert extract().state == "done"
    do(wales.store, Who("ann", NOW), sent.mark, before.id)
    assert extract().state == "open"
    assert extract().told == f"what counts as sent before is otherwise since {name} was written: write it anew"
    wales.take_back(before)
    assert extract().state == "done"


@pytest.mark.parametrize(
    ("first", "last", "is_all"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), False),
        (date(2026, 3, 2), date(2026, 3, 31), False),
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 2, 1), date(2026, 4, 2), True),
    ],
)
def test_what_holds_some_days_of_a_month_does_not_make_it_sent(
    wales: Returns, first: date, last: date, is_all: bool
) -> None:
    wales.keyed(modality())
    today, month = date(2026, 4, 6), "2026-03"
    receipt = wales.export(month, "between", first, last, today=today)
    told = f"holds what is dated {in_words(first)} to {in_words(last)} alone, not all of the reporting period"
    assert (f"it {told}" in receipt.not_ready_because) is not is_all
    entry = ask(wales.store, calendar.of_agency, wales.agency).entry(month)
    about = wales.agency, WALES, entry, "ann", today, NOW
    page = ask(wales.store, read_page, wales.agency, WALES, today, month)
    (extract,) = (item for item in page.items if item.check == "extract")
    assert (told in extract.told) is not is_all and (is_all or extract.state == "open")
    if is_all:
        Acts(wales.store, *about).tick("uploaded")
    else:
        for act in (
            lambda: Acts(wales.store, *about).tick("uploaded", seen=page.seen),
            lambda: mark_sent(wales.store, wales.agency, WALES, wales.latest(), "ann", today, NOW),
        ):
            with pytest.raises(Problem, match="it is not marked, as all of 2026-03 would count as sent"):
                act()
    standing = ask(wales.store, read_standing, wales.agency, WALES, today)
    assert standing.due.submission == month and standing.is_sent is is_all


def test_an_extract_of_an_older_program_is_judged_by_its_period(desk: Desk) -> None:
    desk.take([row()])
    look(desk)
    desk.send()
    written = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1]
    receipt = {name: value for name, value in written.receipt.items() if name != "gone_by"}
    do(desk.store, Who("ann", NOW), extracts.redact_receipt, written, receipt)
    assert items(desk)["extract"].state == "done"
    shortened(desk)
    assert items(desk)["extract"].told.startswith("the reporting period is another one since ")
