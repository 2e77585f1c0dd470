"""Values taken over from the last episode stay marked in the store until somebody passes them, and are told as that."""

from exporters.checks.caseload import check_caseload
from exporters.checks.return_check import check_kept, check_return
from exporters.extracts.preview import preview_extract
from exporters.month.checklist import judge, situation
from exporters.records import check_client, save
from exporters.records.save import Save
from exporters.work import Work
from store.disk import audit
from store.facts import AgencyInfo, Who
from store.findings import caseload, queries
from store.month import calendar
from store.records import agencies, carried, read
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, row
from tests.stores import ask, do
from validators.rules.checker import Checker

ANN = Who("ann", NOW, "window 1")
EPISODE = {"PC": "NE1 4", "DAT": "A11B", "REFLD": "20200801"}


def taken_over(desk: Desk) -> tuple[AgencyInfo, str]:
    """A second episode of a client, two values of which come from the first; the client's id."""
    desk.take([row("1")])
    agency = ask(desk.store, agencies.one)
    (record,) = ask(desk.store, read.episodes, agency)
    item = Save("episode", "e", record.client_id, "", EPISODE, 0, frozenset({"PC", "DAT"}))
    do(desk.store, ANN, save.records, agency, record.client_id, [item])
    return agency, record.client_id


def test_an_event_keeps_its_marks_too(desk: Desk) -> None:
    agency, client_id = taken_over(desk)
    item = Save(
        "event", "v", "e", "sub_intervention", {"SUBMODDT": "20200801", "RECPEER": "Y"}, 0, frozenset({"RECPEER"})
    )
    do(desk.store, ANN, save.records, agency, client_id, [item])
    tree = ask(desk.store, read.tree, client_id)
    assert tree.episodes[1].events[0].unconfirmed == {"RECPEER"}
    found = ask(desk.store, check_client.findings, Work(agency, STANDARD, TODAY), tree)
    assert [(one.field, one.event_id) for one in found if one.rule == "carried" and one.event_id] == [("RECPEER", "v")]
    assert line(desk, agency) == "open: 3 values taken over and not confirmed, in 1 episode"
    do(desk.store, ANN, save.delete, client_id, Save.of(ask(desk.store, read.get, "event", "v")), {})
    assert line(desk, agency) == "open: 2 values taken over and not confirmed, in 1 episode"


def marked(desk: Desk) -> frozenset[str]:
    """What waits to be confirmed."""
    return ask(desk.store, carried.of, "e")


def told(desk: Desk, agency: AgencyInfo, client_id: str) -> list[tuple[str, str, str]]:
    """The notices about it."""
    tree = ask(desk.store, read.tree, client_id)
    found = ask(desk.store, check_client.findings, Work(agency, STANDARD, TODAY), tree)
    return [(one.field, one.severity.value, one.episode_id) for one in found if one.rule == "carried"]


def line(desk: Desk, agency: AgencyInfo) -> str:
    """What the checklist says of it; "" where it does not speak of it."""
    period = ask(desk.store, calendar.of_agency, agency).due(TODAY).period
    known = ask(desk.store, situation, agency, STANDARD, period, TODAY)
    return next((f"{one.state}: {one.told}" for one in judge(STANDARD, known) if one.check == "carried"), "")


def test_the_marks_are_kept_told_and_counted_until_they_are_confirmed(desk: Desk) -> None:
    agency, client_id = taken_over(desk)
    assert marked(desk) == {"PC", "DAT"}
    assert ask(desk.store, read.tree, client_id).episodes[1].episode.unconfirmed == {"PC", "DAT"}
    assert told(desk, agency, client_id) == [("PC", "notice", "e"), ("DAT", "notice", "e")]
    assert line(desk, agency) == "open: 2 values taken over and not confirmed, in 1 episode"
    do(desk.store, ANN, save.confirm, "episode", "e", {"PC", "REFLD"})
    assert marked(desk) == {"DAT"} and told(desk, agency, client_id) == [("DAT", "notice", "e")]
    assert [(one.act, one.field) for one in ask(desk.store, audit.history, ["e"])][-1] == ("confirm", "PC")
    # What is deleted is not sent, and counts for nothing until it is back.
    stored = ask(desk.store, read.get, "episode", "e")
    gone = do(desk.store, ANN, save.delete, client_id, Save.of(stored), {"v": 1})
    assert line(desk, agency) == ""
    do(desk.store, ANN, save.bring_back, client_id, Save.of(gone.episodes[1].episode))
    assert line(desk, agency) == "open: 1 value taken over and not confirmed, in 1 episode"
    do(desk.store, ANN, save.confirm, "episode", "e", {"DAT"})
    assert marked(desk) == frozenset() and line(desk, agency) == ""


def test_another_value_ends_a_mark_whoever_writes_it_and_the_same_one_leaves_it(desk: Desk) -> None:
    agency, client_id = taken_over(desk)
    # A command or an import that does not speak of marks.
    plain = Save("episode", "e", client_id, "", {**EPISODE, "CMSID": "x"}, 1)
    do(desk.store, ANN, save.records, agency, client_id, [plain])
    assert marked(desk) == {"PC", "DAT"}
    do(
        desk.store,
        ANN,
        save.records,
        agency,
        client_id,
        [Save("episode", "e", client_id, "", {**EPISODE, "PC": ""}, 2)],
    )
    assert marked(desk) == {"DAT"}
    # The form, in which the person has passed the other one.
    item = Save("episode", "e", client_id, "", {**EPISODE, "PC": "NE2 1"}, 3, frozenset())
    do(desk.store, ANN, save.records, agency, client_id, [item])
    assert marked(desk) == frozenset()
    assert [(one.act, one.field) for one in ask(desk.store, audit.history, ["e"]) if one.act == "confirm"] == [
        ("confirm", "DAT")
    ]


def test_every_list_of_findings_tells_them_until_they_are_confirmed_and_no_figure_counts_them(desk: Desk) -> None:
    agency, client_id = taken_over(desk)
    do(desk.store, ANN, save.records, agency, client_id, [_consented(client_id)])
    work, checker = Work(agency, STANDARD, TODAY), Checker(STANDARD)

    def found() -> list[list[tuple[str, str]]]:
        check_caseload(desk.store, agency, checker, TODAY, NOW)
        period = ask(desk.store, calendar.of_agency, agency).due(TODAY).period
        order = ask(desk.store, queries.order, agency, "rule", (), period)
        lists = [
            ask(desk.store, queries.findings, agency),
            [one.finding for one in ask(desk.store, queries.numbered, list(order.numbers)).values()],
            list(ask(desk.store, check_kept, work).findings),
            list(ask(desk.store, check_return, work, period.submission).findings),
            ask(desk.store, check_client.findings, work, ask(desk.store, read.tree, client_id)),
        ]
        figures = ask(desk.store, caseload.figures, agency, period)
        tally = ask(desk.store, preview_extract, work, period.submission).tally
        assert (figures.errors, figures.warnings) == (tally.errors, tally.warnings)
        return [sorted((one.field, one.episode_id) for one in each if one.rule == "carried") for each in lists]

    assert found() == [[("DAT", "e"), ("PC", "e")]] * 5
    # Whoever passes one finds it gone at once, before anything is checked again.
    do(desk.store, ANN, save.confirm, "episode", "e", {"PC"})
    kept = [one.field for one in ask(desk.store, queries.findings, agency) if one.rule == "carried"]
    assert kept == ["DAT"] and found() == [[("DAT", "e")]] * 5
    do(desk.store, ANN, save.confirm, "episode", "e", {"DAT"})
    assert found() == [[]] * 5


def _consented(client_id: str) -> Save:
    """The second episode as it is sent, the two values in it still as they were taken over."""
    values = {**EPISODE, "CONSENT": "Y", "TRIAGED": "20200802", "CPLANDT": "20200805", "DRUG1": "7000"}
    return Save("episode", "e", client_id, "", values, 1, frozenset({"PC", "DAT"}))
