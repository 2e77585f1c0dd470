"""Consent from the answer to the extract: what is recorded, what travels, what never does, and who is to be told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload
from exporters.extracts.preview import preview_extract
from exporters.extracts.receipt import receipt_lines
from exporters.extracts.writing import export_submission
from exporters.formats import choose
from exporters.formats.base import Taking, extract_kind
from exporters.month.checklist_acts import said_of_marking
from exporters.month.status import read_standing
from exporters.records import consent, privacy_notice, save, worklists
from exporters.records.consent import Recorded
from exporters.records.save import Save
from exporters.work import Work
from store.clients import search
from store.facts import Who
from store.findings import caseload
from store.month import extracts, sent, submissions
from store.month.calendar import calendar_of
from store.month.withdrawals import to_tell
from store.records import agencies, bulk_load, read
from store.records import save as stored_save
from store.records.consent import ConsentAnswer, State, history
from store.store import Store, open_store
from tests.commands.running import call
from tests.exporters.desks import Desk
from tests.exporters.extracts import HEADERS, NOW, STANDARD, TODAY, row, table, visit, write
from tests.exporters.extracts import read as rows_of
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, journey, modality, top
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.edition import GuardedFields
from validators.standard.model import Standard

ANN = Who("ann", NOW)
LATER = Who("bob", NOW + timedelta(hours=1))
CARRIED = ("CLIENTID", "AGNCY", "EPISODID", "CONSENT")


@pytest.fixture
def work(desk: Desk) -> Work:
    """The agency of the desk, with three clients: one who agrees, one who refused, one who was not asked."""
    desk.take([row("1") | visit("1"), row("2", CONSENT="N"), row("3", CONSENT="")])
    return Work(ask(desk.store, agencies.one), STANDARD, TODAY)


def episode(desk: Desk, name: str = "e1") -> EpisodeRecord:
    """An episode by its identifier."""
    known = ask(desk.store, read.episodes, ask(desk.store, agencies.one))
    return next(one for one in known if one.episode.get("EPISODID") == name)


def answered(desk: Desk, work: Work, state: State, name: str = "e1", who: Who = LATER, **more: str) -> Recorded:
    """An answer is recorded as a person does it."""
    answer = ConsentAnswer(state, **{"asked_on": "2021-01-09", "asked_by": "Carol Key", **more})  # type: ignore[arg-type]
    return do(desk.store, who, consent.record, work, episode(desk, name).episode_id, answer)


def test_a_withdrawal_is_a_row_without_consent_in_the_next_extract_and_what_is_kept_stays(
    desk: Desk, work: Work
) -> None:
    before = rows_of(desk.send().file)
    assert [each["EPISODID"] for each in before if each["CONSENT"] == "Y"] == ["e1"]
    kept = episode(desk)
    done = answered(desk, work, "withdrawn", notice="Keywork 1", note="by telephone")
    assert done.follows.startswith("From the next extract on only client ID, agency code, episode ID and consent")
    assert "what is kept here stays" in done.follows
    out = desk.folder / "after"
    after = {each["EPISODID"]: each for each in rows_of(desk.send(out=out).file)}
    assert {header: value for header, value in after["e1"].items() if value} == {
        "CLIENTID": "c1", "AGNCY": "T0123", "EPISODID": "e1", "CONSENT": "N",
    }  # fmt: skip
    now = episode(desk)
    assert (now.client, now.events) == (kept.client, kept.events)
    assert dict(now.episode) == {**kept.episode, "CONSENT": "N"}
    states = [one.state for one in ask(desk.store, history, now.episode_id)]
    assert states == ["agreed", "withdrawn"]
    assert answered(desk, work, "agreed").follows == "The episode is sent in full."
    assert "sub" not in done.follows and ask(desk.store, to_tell, work.agency, work.today) == []


def test_the_field_follows_each_answer(desk: Desk, work: Work) -> None:
    for state, code in (("agreed", "Y"), ("withdrawn", "N"), ("not_asked", None), ("refused", "N")):
        answered(desk, work, state, "e3")  # type: ignore[arg-type]
        assert episode(desk, "e3").episode.get("CONSENT") == code
    assert [one.state for one in ask(desk.store, history, episode(desk, "e3").episode_id)] == [
        "agreed", "withdrawn", "not_asked", "refused",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "more", "why"),
    [
        ("agreed", {"asked_on": ""}, "day on which the client was asked is missing"),
        ("agreed", {"asked_by": ""}, "Who asked is missing"),
        ("agreed", {"asked_on": "2021-01-11"}, "still to come"),
        ("agreed", {"asked_on": "2021-02-30"}, "is no date"),
        ("agreed", {"note": "x" * 1001}, "longer than 1,000 characters"),
        ("unclear", {}, "is no answer that can be recorded"),
        ("refused", {}, "record it as withdrawn"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_nothing_is_written(
    desk: Desk, work: Work, state: State, more: dict[str, str], why: str
) -> None:
    before = desk.links()
    with pytest.raises(Problem, match=why):
        answered(desk, work, state, "e1", LATER, **more)
    assert desk.links() == before and len(ask(desk.store, history, episode(desk).episode_id)) == 1


def test_nothing_is_withdrawn_that_was_not_agreed_to(desk: Desk, work: Work) -> None:
    with pytest.raises(Problem, match="record it as refused"):
        answered(desk, work, "withdrawn", "e2")
    answered(desk, work, "withdrawn")
    with pytest.raises(Problem, match="withdrawn already"):
        answered(desk, work, "withdrawn")


def test_an_answer_is_recorded_over_those_that_were_looked_at_alone(desk: Desk, work: Work) -> None:
    """Whoever says "agreed" in a dialog has not seen that the client withdrew while it stood."""
    own, answer = episode(desk).episode_id, ConsentAnswer("agreed", "2020-06-01", "Kim")
    seen = ask(desk.store, history, own)
    answered(desk, work, "withdrawn")
    with pytest.raises(Problem, match="Another answer was recorded meanwhile: withdrawn, by"):
        do(desk.store, LATER, consent.record, work, own, answer, seen)
    assert ask(desk.store, history, own)[-1].state == "withdrawn"
    do(desk.store, LATER, consent.record, work, own, answer, ask(desk.store, history, own))


def test_a_no_that_is_keyed_over_a_yes_is_a_withdrawal_that_the_save_tells_of(desk: Desk, work: Work) -> None:
    mine = episode(desk)
    now = ask(desk.store, read.get, "episode", mine.episode_id)
    item = replace(Save.of(now), values={**now.values, "CONSENT": "N"})
    saved = do(desk.store, LATER, save.records, work.agency, mine.client_id, [item])
    assert saved.withdrawn == (mine.episode_id,)
    again = do(desk.store, Who("bob", NOW + timedelta(hours=2)), save.records, work.agency, mine.client_id, [
        Save.of(ask(desk.store, read.get, "episode", mine.episode_id))
    ])  # fmt: skip
    assert again.withdrawn == ()


def test_no_file_brings_back_a_consent_that_was_taken_away(desk: Desk, work: Work) -> None:
    old = [row("1") | visit("1")]
    answered(desk, work, "withdrawn")
    report = desk.take(old, update=True)
    assert [(one.header, one.kept, one.told) for one in report.withheld] == [("CONSENT", "N", "Y")]
    assert episode(desk).episode["CONSENT"] == "N"
    desk.take([row("3", CONSENT="Y")], update=True)  # nobody was asked here: the file knows more
    entries = ask(desk.store, history, episode(desk, "e3").episode_id)
    assert [(one.state, one.source) for one in entries] == [("agreed", "import")]
    desk.take([row("3", CONSENT="N")], update=True)
    assert [one.state for one in ask(desk.store, history, episode(desk, "e3").episode_id)] == ["agreed", "withdrawn"]


ASKING = replace(
    WALES,
    roles={**WALES.roles, "consent": "MENTAL"},
    values={**WALES.values, "consented": frozenset({"1"})},
    no_consent_carries=("AGENCY", "MENTAL"),
)
"""An XML return that asks, in a field by which nobody tells a journey from another one."""


def test_nor_does_a_return_in_xml(tmp_path: Path) -> None:
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: ASKING, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T00123", ASKING.id)
        do(store, ANN, bulk_load.load, agency, [journey(modality(), MENTAL="1")])
        (known,) = ask(store, read.episodes, agency)
        file = tmp_path / "sent.xml"
        with file.open("wb") as sent:
            writer = choose.of(ASKING).writer(sent)
            writer.write(known)
            writer.finish()
        now = ask(store, read.get, "episode", known.episode_id)
        do(store, LATER, stored_save.change, "episode", now.id, {**now.values, "MENTAL": "2"}, now.version)
        job = choose.of(ASKING).importer(file, Taking(update=True))
        report = job.write(store, job.prepare(store, "T00123"), "bob", NOW)
        assert [(one.header, one.kept, one.told) for one in report.withheld] == [("MENTAL", "2", "1")]
        (known,) = ask(store, read.episodes, agency)
        assert known.episode["MENTAL"] == "2" and not report.left_out


def test_nor_what_has_a_consent_of_its_own_where_a_no_is_an_empty_field(tmp_path: Path) -> None:
    standard = replace(STANDARD, guarded=GuardedFields("ips", "ALCUNITS", frozenset({"7"}), ("PC",)), shortened={})
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: standard, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T0123", standard.id)
        work = Work(agency, standard, TODAY)
        file = write(tmp_path, [row("1", ALCUNITS="7"), row("2", ALCUNITS="")])
        for again in (False, True):
            job = choose.of(standard).importer(file, Taking(update=True))
            report = job.write(store, job.prepare(store, "T0123"), "bob", NOW)
            first, second = ask(store, read.episodes, agency)
            if not again:
                answer = ConsentAnswer("withdrawn", "2021-01-09", "Carol", purpose="ips")
                do(store, LATER, consent.record, work, first.episode_id, answer)
                file.write_bytes(table([row("1", ALCUNITS="7"), row("2", ALCUNITS="7")], HEADERS).encode())
        assert [(one.header, one.told) for one in report.withheld] == [("ALCUNITS", "7")]
        assert (first.episode.get("ALCUNITS", ""), second.episode["ALCUNITS"]) == ("", "7")


# Whom to tell


def closed(desk: Desk, number: str = "7") -> str:
    """An episode that no extract holds any more: it was closed before the base date; its name."""
    desk.take([row(number, REFLD="20180101", TRIAGED="20180102", CPLANDT="20180105", DISD="20180901", CJDISRSN="1")])
    return f"e{number}"


def on_worklist(desk: Desk, work: Work) -> list[str]:
    """The clients on the worklist of withdrawals to tell, as the list of clients has them; counted the same."""
    found = ask(desk.store, search.ids, work.agency, worklists.query("to_tell", work.today), 0, 9)
    counts = {one.name: one.number for one in ask(desk.store, worklists.counts, work.agency, work.standard, work.today)}
    assert counts["to_tell"] == len(found)
    return found


def test_a_withdrawal_that_no_extract_can_carry_says_whom_to_tell_and_stays_until_it_is_ticked(
    desk: Desk, work: Work
) -> None:
    name = closed(desk)
    told = answered(desk, work, "withdrawn", name).follows
    assert "closed before the reporting period, which begins on 1 January 2019" in told
    assert "tell the regional NDTMS team" in told and "list of withdrawals" in told
    assert name not in {each["EPISODID"] for each in rows_of(desk.send().file)}
    (place,) = ask(desk.store, to_tell, work.agency, work.today)
    assert place.entry is not None and place.reference == "1007"
    assert on_worklist(desk, work) == [place.client_id]
    tree = ask(desk.store, read.tree, place.client_id)
    at = ask(desk.store, worklists.place, work, tree, "to_tell")
    assert (at.episode_id, at.header) == (place.episode_id, "CONSENT") and at.told.startswith("taken back on ")
    with pytest.raises(Problem, match="whom you told"):
        do(desk.store, LATER, consent.tick, place.entry.id, "  ")
    do(desk.store, LATER, consent.tick, place.entry.id, "the North East team,  by telephone")
    assert ask(desk.store, to_tell, work.agency, work.today) == [] and on_worklist(desk, work) == []
    (ticked,) = ask(desk.store, to_tell, work.agency, work.today, settled=True)
    assert ticked.entry is not None and ticked.entry.settled_how == "the North East team, by telephone"
    do(desk.store, LATER, consent.take_back, place.entry.id)
    assert len(ask(desk.store, to_tell, work.agency, work.today)) == 1


def test_an_episode_that_is_deleted_after_its_withdrawal_is_on_the_list(desk: Desk, work: Work) -> None:
    answered(desk, work, "withdrawn")
    assert ask(desk.store, to_tell, work.agency, work.today) == []
    now = ask(desk.store, read.get, "episode", episode(desk).episode_id)
    do(desk.store, LATER, stored_save.delete, "episode", now.id, now.version)
    assert [one.episode_id for one in ask(desk.store, to_tell, work.agency, work.today)] == [now.id]
    # Nor does he leave the worklist where all of him is deleted.
    client = ask(desk.store, read.get, "client", now.parent_id)
    do(desk.store, LATER, stored_save.delete, "client", client.id, client.version)
    assert on_worklist(desk, work) == [client.id]


def test_one_that_fell_out_of_the_period_is_on_the_list_unless_an_extract_carried_it(desk: Desk, work: Work) -> None:
    desk.take([row("8", REFLD="20180901", TRIAGED="20180902", CPLANDT="20180905", DISD="20190301", CJDISRSN="1")])
    answered(desk, work, "withdrawn", "e8", who=Who("ann", NOW - timedelta(hours=1)))
    assert ask(desk.store, to_tell, work.agency, work.today) == []
    rolled = Work(work.agency, STANDARD, date(2022, 8, 10))
    assert [one.reference for one in ask(desk.store, to_tell, rolled.agency, rolled.today)] == ["1008"]
    desk.send()
    (made,) = ask(desk.store, extracts.listed, work.agency)
    assert len(ask(desk.store, to_tell, rolled.agency, rolled.today)) == 1  # written, and not sent
    do(desk.store, LATER, sent.mark, made.id)
    assert ask(desk.store, to_tell, rolled.agency, rolled.today) == []  # it said so


@pytest.mark.parametrize("ahead", [False, True], ids=["a clock in time", "a clock that was ahead"])
def test_an_extract_written_before_consent_was_taken_back_carried_nothing_of_it(
    desk: Desk, work: Work, ahead: bool
) -> None:
    desk.take([row("8", REFLD="20180901", TRIAGED="20180902", CPLANDT="20180905", DISD="20190301", CJDISRSN="1")])
    answered(desk, work, "agreed", "e8", who=Who("ann", NOW - timedelta(days=9)))
    desk.send()  # at NOW by its clock
    (made,) = ask(desk.store, extracts.listed, work.agency)
    do(desk.store, LATER, sent.mark, made.id)
    answered(desk, work, "withdrawn", "e8", who=Who("ann", NOW + timedelta(days=-8 if ahead else 1)))
    rolled = Work(work.agency, STANDARD, date(2022, 8, 10))
    assert [one.reference for one in ask(desk.store, to_tell, rolled.agency, rolled.today)] == ["1008"]
    assert ask(desk.store, consent.told_of_taken_back, work.agency, STANDARD, made).startswith("Consent was taken back")


def test_what_is_saved_while_an_extract_is_being_written_is_not_in_it(desk: Desk, work: Work) -> None:
    desk.take([row(str(one)) for one in range(10, 58)])
    earlier = Who("bob", NOW - timedelta(hours=1))  # by a clock that is behind: the order is the audit's

    def meanwhile(_: int) -> None:
        answered(desk, work, "withdrawn", who=earlier)

    receipt = export_submission(desk.store, work, "2020-12", desk.folder, ANN, progress=meanwhile)
    assert "e1" in {each["EPISODID"] for each in rows_of(receipt.file) if each["CONSENT"] == "Y"}
    (made,) = ask(desk.store, extracts.listed, work.agency)
    told = ask(desk.store, consent.told_of_taken_back, work.agency, STANDARD, made)
    # Wherever it is fetched from, and before it is marked as sent, that is said first.
    lines = [line.strip() for line in receipt_lines(made, STANDARD, told)]
    assert f"Not to be sent any more. {told}." in lines and "Ready to be sent." not in lines
    about = work.agency, STANDARD, made, "ann", date(2021, 1, 10), NOW
    assert said_of_marking(desk.store, *about).startswith(f"{told}: where that very file was not sent")
    shown = call("extracts", "show", "last", "--store", desk.store.path, "--key-file", desk.store.key_file)
    assert f"Not to be sent any more. {told}." in shown.out
    assert ask(desk.store, submissions.changed_since, work.agency, made) == 1
    assert ask(desk.store, consent.told_of_taken_back, work.agency, STANDARD, made).startswith("Consent was taken back")


# Whole extracts, searched for every value that is stored of somebody who did not agree


def secret(header: str) -> str:
    """A value that stands nowhere else."""
    return f"Q{header}q"


def hidden(standard: Standard, asked: str, answer: str, carried: tuple[str, ...]) -> EpisodeRecord:
    """An episode in which every field but those that may go out holds a value of its own."""

    def filled(headers: tuple[str, ...]) -> dict[str, str]:
        return {header: secret(header) for header in headers if header not in carried}

    own = {level: filled(standard.headers_by_level[level]) for level in ("client", "episode")}
    if answer:
        own["episode"][asked] = answer
    events = tuple(
        Event(section.id, filled(standard.headers_by_section[section.id])) for section in standard.event_sections
    )
    return EpisodeRecord(own["client"], own["episode"], events)


WITH_CONSENT = replace(
    WALES,
    roles={**WALES.roles, "consent": "REFSOURCE"},
    values={**WALES.values, "consented": frozenset({"01"})},
    no_consent_carries=("AGENCY", "REFSOURCE"),
)
"""The Welsh return asks nobody; this is an XML return that does."""

CORE_R = [load(f"ndtms-r-{variant}") for variant in ("ad", "yp", "sa", "sy")]
FORMATS = [
    *((standard, "CONSENT", ("N", "", "Q", "y", "Y ")) for standard in (STANDARD, *CORE_R)),
    (WITH_CONSENT, "REFSOURCE", ("02", "", "99")),
]
IDS = ["csv", *(standard.id for standard in CORE_R), "xml"]


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Standard, str, tuple[str, ...]]]:
    standard, asked, answers = request.param
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: standard, create=True) as store:
        yield store, standard, asked, answers


@pytest.mark.parametrize("opened", FORMATS, indirect=True, ids=IDS)
def test_whole_extracts_hold_nothing_of_who_did_not_agree(
    opened: tuple[Store, Standard, str, tuple[str, ...]],
) -> None:
    store, standard, asked, answers = opened
    agency = do(store, ANN, agencies.ensure, "T0123", standard.id)
    records = [hidden(standard, asked, answer, (*standard.no_consent_carries, asked)) for answer in answers]
    do(store, ANN, bulk_load.load, agency, records)
    with store.reading() as snapshot:
        calendar = calendar_of(snapshot, standard, "")
        period = calendar.due(date(2026, 11, 20)).period
        form = choose.of(standard)
        kinds = standard.submission.kinds or ("",)
        for kind in kinds:
            days = (period.start, period.end) if kind == "between" else (None, None)
            selection = form.selection(period, extract_kind(standard, kind, *days))
            written = BytesIO()
            writer = form.writer(written)
            for _, outgoing in selection.stream(snapshot, agency):
                if not outgoing.left_out and not outgoing.unchanged:
                    writer.write(outgoing.record)
            writer.finish()
            _search(written.getvalue(), standard, asked)


@pytest.mark.parametrize(("standard", "asked", "answers"), FORMATS, ids=IDS)
def test_a_writer_that_is_handed_everything_writes_no_more(
    standard: Standard, asked: str, answers: tuple[str, ...]
) -> None:
    written = BytesIO()
    writer = choose.of(standard).writer(written)
    for answer in answers:
        writer.write(hidden(standard, asked, answer, ()))
    writer.finish()
    text = written.getvalue().decode()
    for header in standard.headers:
        assert (secret(header) in text) is (header in standard.no_consent_carries and header != asked), header


def _search(data: bytes, standard: Standard, asked: str) -> None:
    assert data
    text = data.decode()
    for header in standard.headers:
        assert secret(header) not in text, header


def test_what_has_a_consent_of_its_own_goes_with_that_only_and_is_recorded_apart(tmp_path: Path) -> None:
    guarded = GuardedFields("ips", "RELIGION", frozenset({"Y"}), ("PC", "RECPEER"))
    standard = replace(STANDARD, guarded=guarded, shortened={})
    record = EpisodeRecord(
        {"CLIENTID": "c1"},
        {"EPISODID": "e1", "CONSENT": "Y", "PC": "QWHOLEq", "REFLD": "20200101"},
        (Event("sub_intervention", {"SUBMID": "s1", "RECPEER": "QPEERq"}),),
    )

    def sent(one: EpisodeRecord) -> str:
        written = BytesIO()
        writer = choose.of(standard).writer(written)
        writer.write(one)
        writer.finish()
        return written.getvalue().decode()

    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: standard, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T0123", standard.id)
        work = Work(agency, standard, TODAY)
        do(store, ANN, bulk_load.load, agency, [record])
        (known,) = ask(store, read.episodes, agency)
        assert "QWHOLEq" not in sent(known) and "QPEERq" not in sent(known) and "e1" in sent(known)
        answer = ConsentAnswer("agreed", "2021-01-09", "Carol", purpose="ips")
        done = do(store, LATER, consent.record, work, known.episode_id, answer)
        assert "the site has switched it on" in done.follows
        (known,) = ask(store, read.episodes, agency)
        assert known.episode["RELIGION"] == "Y" and "QWHOLEq" in sent(known) and "QPEERq" in sent(known)
        done = do(store, LATER, consent.record, work, known.episode_id, replace(answer, state="withdrawn"))
        assert "Nothing that is asked for IPS is sent" in done.follows
        (known,) = ask(store, read.episodes, agency)
        assert known.episode.get("RELIGION", "") not in guarded.consented and "QWHOLEq" not in sent(known)
        assert [one.state for one in ask(store, history, known.episode_id, "ips")] == ["agreed", "withdrawn"]
        # Of an episode that no extract holds any more it is told whom to tell, and that stays on the list by itself.
        assert ask(store, to_tell, agency, TODAY) == []
        later = Work(agency, standard, date(2030, 8, 10))
        now = ask(store, read.get, "episode", known.episode_id)
        closed_ = {**now.values, "RELIGION": "Y", "DISD": "20200301"}
        do(store, LATER, stored_save.change, "episode", now.id, closed_, now.version)
        done = do(store, LATER, consent.record, later, now.id, replace(answer, state="withdrawn"))
        assert "tell the regional NDTMS team" in done.follows
        (place,) = ask(store, to_tell, agency, later.today)
        assert place.entry is not None and place.entry.purpose == "ips"
        assert consent.withdrawal_told(place.entry, "today").startswith(
            "individual placement and support (IPS): withdr"
        )
        where = ask(store, worklists.place, later, done.tree, "to_tell")
        assert (where.episode_id, where.header) == (now.id, "RELIGION")
        assert [one.state for one in ask(store, history, known.episode_id)] == ["agreed"]


def test_an_xml_return_without_such_a_row_leaves_the_journey_out(tmp_path: Path) -> None:
    standard = replace(WITH_CONSENT, no_consent_carries=())
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: standard, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T00123", standard.id)
        do(store, ANN, bulk_load.load, agency, [journey(modality(), top(), REFSOURCE="02"), journey(CLIENTNO="43")])
        with store.reading() as snapshot:
            period = calendar_of(snapshot, standard, "").due(date(2026, 11, 20)).period
            selection = choose.of(standard).selection(period, extract_kind(standard, "full"))
            found = [outgoing.left_out for _, outgoing in selection.stream(snapshot, agency)]
    assert found == ["no consent is recorded, and without it nothing may be sent", ""]


def test_a_data_set_that_does_not_ask_records_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: WALES, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T00123", WALES.id)
        do(store, ANN, bulk_load.load, agency, [journey()])
        (known,) = ask(store, read.episodes, agency)
        with pytest.raises(Problem, match="does not ask"):
            answer = ConsentAnswer("agreed", "2020-01-01", "Carol")
            do(store, LATER, consent.record, Work(agency, WALES, TODAY), known.episode_id, answer)
        assert ask(store, consent.unanswered, agency, TODAY) == [] and ask(store, history, known.episode_id) == ()
        with pytest.raises(Problem, match="does not ask"):
            ask(store, privacy_notice.in_use, agency)


# The notice


def test_the_notice_says_what_the_published_leaflet_says() -> None:
    text = " ".join(privacy_notice.as_text(privacy_notice.shipped()).split())
    for fact in (
        "date of birth", "first part of your postcode", "your full name", "your address", "hospital records",
        "Department for Work and Pensions", "Police National Computer", "nothing changes about your treatment",
        "ask your key worker", "individual placement and support", "Version: Keywork 1",
    ):  # fmt: skip
        assert fact in text, fact
    assert max(map(len, privacy_notice.shipped().lines)) <= 120


def test_a_site_puts_its_own_notice_in_use_and_earlier_ones_stay(desk: Desk, work: Work) -> None:
    assert ask(desk.store, privacy_notice.in_use, work.agency).version == "Keywork 1"
    assert ask(desk.store, privacy_notice.in_use, work.agency).remark
    do(desk.store, ANN, privacy_notice.replace, work.agency, " 2026-11 ", "# Our page\n\n- <b>one</b>\n- two\n\nText\n")
    own = ask(desk.store, privacy_notice.in_use, work.agency)
    assert (own.version, own.remark) == ("2026-11", "")
    page = privacy_notice.as_html(own)
    assert "<h2>Our page</h2>" in page and "<li>&lt;b&gt;one&lt;/b&gt;</li><li>two</li>" in page and "http" not in page
    assert [one.version for one in ask(desk.store, privacy_notice.versions, work.agency)] == ["Keywork 1", "2026-11"]
    assert ask(desk.store, privacy_notice.one, work.agency, "Keywork 1").is_own is False
    for version, text, why in (
        ("", "x", "one to 40"), ("Keywork 1", "x", "another version"), ("2", " \n", "is empty"),
        ("2", "x" * 20_001, "longer"), ("2", "a\x1b[31m", "no text"), ("2026-11", "x", "already"),
    ):  # fmt: skip
        with pytest.raises(Problem, match=why):
            do(desk.store, ANN, privacy_notice.replace, work.agency, version, text)
    with pytest.raises(Problem, match="no privacy notice of that version: there are Keywork 1, 2026-11"):
        ask(desk.store, privacy_notice.one, work.agency, "9")


def test_the_receipt_tells_no_more_than_the_extract(desk: Desk, work: Work) -> None:
    answered(desk, work, "withdrawn", note="told Dr Quagmire")
    receipt = desk.send()
    told = json.dumps(receipt.as_mapping()) + receipt.file.read_text()
    for text in ("Quagmire", "Carol", "withdrawn"):
        assert text not in told


def test_what_needs_a_consent_of_its_own_and_is_not_sent_makes_no_fault_in_the_return(tmp_path: Path) -> None:
    guarded = GuardedFields("ips", "RELIGION", frozenset({"Y"}), ("PC",))
    standard = replace(STANDARD, guarded=guarded)
    values = {header: value for header, value in row("1", PC="XX").items() if value and header != "CMSID"}
    client = {header: values.pop(header) for header in list(values) if STANDARD.by_header[header].level == "client"}
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: standard, create=True) as store:
        agency = do(store, ANN, agencies.ensure, "T0123", standard.id)
        do(store, ANN, bulk_load.load, agency, [EpisodeRecord(client, values)])
        check_caseload(store, agency, Checker(standard), TODAY, NOW)
        month = ask(store, read_standing, agency, standard, TODAY)
        receipt = ask(store, preview_extract, Work(agency, standard, TODAY), "2020-12").receipt
        assert (month.figures.rows, month.figures.errors) == (1, 0) == (receipt.tally.rows, receipt.tally.errors)
        assert ask(store, caseload.figures, agency).errors == 1
