"""All records are handed over and taken back: nothing is lost, whatever was typed, deleted, merged or accepted."""

import csv
import json
import os
import string
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from exporters.formats.base import PLAINLY
from exporters.imports.detect import import_of, of_file
from exporters.subject import handover
from exporters.subject.handover_file import CLIENTS, is_handover
from exporters.subject.handover_file import MARK as MARK_NAME
from exporters.subject.handover_import import HandoverImport, read_handover
from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, Draft, Who
from store.live import drafts
from store.month import agency_settings, letters
from store.records import agencies, bulk_load, carried, consent, field_notes, handover_beside, merge, read, save
from store.records import handover as stored
from store.records.consent import ConsentAnswer
from store.records.handover import (
    CONSENT_TEXTS,
    HandedAcceptance,
    HandedClient,
    HandedEpisode,
    HandedMerge,
    HandedRecord,
)
from store.records.handover_beside import HandedDraft, HandedNote
from store.store import Store, open_store
from tests.exporters import desks, journeys
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, row, visit
from tests.stores import ask, do
from tests.validators.builders_smds import WALES
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

ANN = Who("ann", NOW)
QUICK = settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.generate))
BOTH = pytest.mark.parametrize("standard", [STANDARD, WALES], ids=lambda standard: standard.id)
FORMS = (handover.JSON_NAME, "")
"""What is named to the import: the JSON, or the folder."""
BOTH_FORMS = pytest.mark.parametrize("form", FORMS, ids=["json", "tables"])


Contents = tuple[list[HandedClient], list[HandedMerge], list[HandedDraft], list[HandedNote]]


def contents(store: Store, agency: AgencyInfo) -> Contents:
    """All that is handed over of an agency."""
    return (
        list(ask(store, stored.clients, agency)),
        ask(store, stored.merges, agency),
        ask(store, handover_beside.unsaved, agency),
        ask(store, handover_beside.notes, agency),
    )


def handed(store: Store, agency: AgencyInfo, standard: Standard, out: Path) -> Path:
    """Hand all over; the folder."""
    with store.reading() as snapshot:
        head = handover.head_of(snapshot, agency, standard, "ann", NOW)
        return Path(handover.write_folder(snapshot, agency, standard, head, out).where)


def opened(standard: Standard, place: Path) -> Store:
    """An empty store for one of the two countries."""
    return desks.opened(place).store if standard is STANDARD else journeys.opened(place).store


def taken(standard: Standard, path: Path, place: Path) -> Contents:
    """What a store has that took a hand-over in; it is well."""
    with opened(standard, place) as store:
        job = HandoverImport(path, standard)
        code = job.prepare(store, None)
        job.write(store, code, "bob", NOW)
        assert ask(store, audit.verify).whole
        (agency,) = [one for one in ask(store, agencies.listed) if one.code == code]
        return contents(store, agency)


@BOTH
@QUICK
@given(seed=st.integers(0, 2**32), clients=st.integers(1, 12))
def test_what_is_handed_over_comes_back_the_same(standard: Standard, seed: int, clients: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with opened(standard, place / "first") as store:
            agency = do(store, ANN, agencies.ensure, "T0001" if standard is STANDARD else "T00123", standard.id)
            made = synthetic_episodes(standard, clients, seed=seed, today=NOW.date())
            do(store, ANN, bulk_load.load, agency, list(made))
            before = contents(store, agency)
            where = handed(store, agency, standard, place)
        for number, form in enumerate(FORMS):
            assert taken(standard, where / form, place / f"taken-{number}") == before


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    ["\r", "\n", "\r\n", '"', "=1+1", "'", ",", "\ufeff", "0012", "Llŷr", "  blank  ", "\x00", "{}", "\u2028"]
)
NAMES = st.text(string.ascii_letters, min_size=1, max_size=8)
MOMENT = st.datetimes(timezones=st.just(NOW.tzinfo)).map(lambda at: at.isoformat(timespec="seconds"))


def records(headers: tuple[str, ...], section: str = "") -> st.SearchStrategy[HandedRecord]:
    """Records with whatever can be typed, under known headers and others."""
    values = st.dictionaries(st.sampled_from(headers) | NAMES, TEXTS, max_size=4)
    ids = st.uuids().map(str)
    deleted = st.just("") | MOMENT
    marked = st.lists(NAMES, max_size=2).map(tuple)
    return st.builds(HandedRecord, ids, values, MOMENT, TEXTS, MOMENT, TEXTS, deleted, st.just(section), marked)


@BOTH
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_was_typed_is_read_as_it_was_written(standard: Standard, data: st.DataObject) -> None:
    levels = standard.headers_by_level
    sections = [(one.id, standard.headers_by_section[one.id]) for one in standard.event_sections]
    event = st.sampled_from(sections).flatmap(lambda one: records(one[1], one[0]))
    said = st.builds(
        HandedAcceptance, st.uuids().map(str), TEXTS, TEXTS, st.dictionaries(NAMES, TEXTS | st.just("")), TEXTS, MOMENT,
        TEXTS,
    )  # fmt: skip
    beside = TEXTS | st.just("")
    moments = {"entered_at": MOMENT, "settled_at": MOMENT | st.just("")}
    answer = st.fixed_dictionaries({name: moments.get(name, beside) for name in CONSENT_TEXTS})
    episode = st.builds(
        HandedEpisode, records(levels["episode"]), st.lists(event, max_size=3).map(tuple), beside, beside,
        st.lists(said, max_size=2).map(tuple), st.lists(answer, max_size=2).map(tuple),
    )  # fmt: skip
    client = st.builds(HandedClient, records(levels["client"]), st.lists(episode, max_size=2).map(tuple))
    made = tuple(data.draw(st.lists(client, max_size=3)))
    joined = (HandedMerge("m", "a", "b", ("c", "d"), NOW.isoformat(), "ann"),)
    head = handover.Head("T00123", standard.id, name=data.draw(beside), settings={"a": data.draw(TEXTS)})
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with (place / handover.JSON_NAME).open("w", encoding="utf-8", newline="") as document:
            streams = []

            def file(name: str):  # type: ignore[no-untyped-def]
                streams.append((place / name).open("w", encoding="utf-8", newline=""))
                return streams[-1]

            tables, writer = handover.Tables(standard, file), handover.JsonWriter(document, head)
            tables.head(head)
            for one in made:
                tables.client(one)
                writer.client(one)
            tables.merges(joined)
            writer.finish(joined)
            for stream in streams:
                stream.close()
        for form in FORMS:
            found = read_handover(place / form)
            assert (found.head, found.clients, found.merges) == (head, made, joined)


def kept(desk: Desk) -> AgencyInfo:
    """An agency with all that there can be: notes, a deleted event, a merge, a setting."""
    desk.take([row("1", **visit("1")), row("2", **visit("2")), row("3", PC="CF1 1AA")])
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(ANN) as unit:
        ids = {one: search.by_reference(unit, agency, [one])[0] for one in ("1001", "1002", "1003")}
        tree = read.tree(unit, ids["1001"])
        event = tree.episodes[0].events[0]
        save.delete(unit, "event", event.id, event.version)
        carried.keep(unit, "episode", tree.episodes[0].episode.id, ["PC"])
        save.annotate(unit, tree.episodes[0].episode.id, "Siân", "rings\nback")
        consent.add(unit, tree.episodes[0].episode.id, ConsentAnswer("agreed", "2020-06-01", "Kim", "1", "by phone"))
        merge.merge(unit, ids["1002"], ids["1003"])
        agency_settings.set_setting(unit, agency, "retention_years", "8")
    return agency


def typed(desk: Desk, agency: AgencyInfo) -> None:
    """Typing of all kinds that nobody saved, and notes on fields, on a record that is deleted, too."""
    store = desk.store
    with store.writing(ANN) as unit:
        tree = read.tree(unit, search.by_reference(unit, agency, ["1001"])[0], deleted=True)
        other = read.tree(unit, search.by_reference(unit, agency, ["1002"])[0])
        episode, event = tree.episodes[0].episode, tree.episodes[0].events[0]
        field_notes.keep(unit, "client", tree.client.id, "SEX", "asked, waits for the form")
        field_notes.keep(unit, "episode", other.episodes[0].episode.id, "PC", "moves in May")
        save.undelete(unit, "event", event.id, read.get(unit, "event", event.id).version)
        field_notes.keep(unit, "event", event.id, "SUBMODDT", "which day?")
        save.delete(unit, "event", event.id, read.get(unit, "event", event.id).version)
        first = dict(tree.client.values)
        drafts.save(unit, Draft("client", tree.client.id, {**first, "SEX": "2"}, 1, began_with=first, at_field="SEX"))
        drafts.save(unit, Draft("episode", "new-episode", {"PC": "CF1"}, 0, tree.client.id, unconfirmed=["PC"]))
        drafts.save(unit, Draft("event", "new-event", {"SUBMODDT": "1/"}, 0, "new-episode", "sub_intervention"))
        drafts.save(unit, Draft("client", "new-client", {"FINITIAL": "Ÿ"}, 0, agency.id))
    with store.writing(Who("kim", NOW, "window 2")) as unit:
        drafts.save(unit, Draft("episode", episode.id, {**episode.values, "PC": "SR2"}, episode.version))
        drafts.save(unit, Draft("client", tree.client.id, {**first, "SEX": "9"}, 1))
    with store.writing(Who("bob", NOW)) as unit:
        save.change(unit, "episode", episode.id, {**episode.values, "PC": "SR3"}, episode.version)


@BOTH_FORMS
def test_typing_that_nobody_saved_and_notes_on_fields_come_back(desk: Desk, tmp_path: Path, form: str) -> None:
    agency = kept(desk)
    typed(desk, agency)
    where = handed(desk.store, agency, STANDARD, tmp_path)
    before = contents(desk.store, agency)
    assert {(one.kind, one.base) for one in before[2]} == {
        ("client", "current"), ("client", "new"), ("episode", "new"), ("episode", "overtaken"), ("event", "new"),
    }  # fmt: skip
    assert len(before[2]) == 6 and [one.kind for one in before[3]].count("event") == 1 and len(before[3]) == 3
    place = tmp_path / "second"
    assert taken(STANDARD, where / form, place) == before
    with desks.opened(place).store as store:
        again = ask(store, agencies.one)
        job = HandoverImport(where / form, STANDARD)
        job.write(store, job.prepare(store, None), "bob", NOW)
        assert contents(store, again) == before
        (new,) = [one for one in ask(store, drafts.in_agency, again) if one.record_id == "new-client"]
        assert new.parent_id == again.id and new.person == "ann"


@BOTH_FORMS
def test_events_of_the_letter_before_are_handed_over_and_taken_in_again(tmp_path: Path, form: str) -> None:
    def made(place: Path) -> Store:
        place.mkdir()
        return open_store(place / "keywork.db", place / "store.key", load, create=True)

    with made(tmp_path / "first") as store:
        first = do(store, ANN, agencies.ensure, "T0123", STANDARD.id)
        with store.writing(ANN) as unit:
            client = save.create(unit, "client", first.id, "", {"CLIENT": "1001"})
            episode = save.create(unit, "episode", client.id, "", {"PC": "NE1 4"})
            save.create(unit, "event", episode.id, "referral", {"REFDATE": "20200801"})
            agency = letters.change(unit, first, "ndtms-r-ad", NOW.date(), {"REFDATE": "SUBMODDT"})
        before = contents(store, agency)
        where = handed(store, agency, load("ndtms-r-ad"), tmp_path)
    with made(tmp_path / "second") as store:
        job = HandoverImport(where / form, load("ndtms-r-ad"))
        job.write(store, job.prepare(store, None), "bob", NOW)
        assert contents(store, ask(store, agencies.one)) == before
        assert ask(store, audit.verify).whole


@BOTH_FORMS
def test_a_hand_over_of_an_older_keywork_has_neither(desk: Desk, tmp_path: Path, form: str) -> None:
    where = handed(desk.store, kept(desk), STANDARD, tmp_path)
    path = where / handover.JSON_NAME
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({name: one for name, one in told.items() if name not in ("unsaved", "field_notes")}))
    for name in (handover.UNSAVED, handover.NOTES):
        (where / name).unlink()
    assert read_handover(where / form).beside == handover.NOTHING


@pytest.mark.parametrize("form", FORMS)
def test_deleted_merged_and_noted_records_come_back(desk: Desk, tmp_path: Path, form: str) -> None:
    agency = kept(desk)
    where = handed(desk.store, agency, STANDARD, tmp_path)
    before = contents(desk.store, agency)
    assert before[0][0].episodes[0].consent[-1]["note"] == "by phone"
    assert before[0][0].episodes[0].key_worker == "Siân" and before[0][0].episodes[0].events[0].deleted_at
    assert len(before[1]) == 1 and before[0][2].record.deleted_at
    place = tmp_path / "second"
    assert taken(STANDARD, where / form, place) == before
    with desks.opened(place).store as store:
        again = ask(store, agencies.one)
        assert ask(store, agency_settings.settings, again) == {"retention_years": "8"}
        job = HandoverImport(where / form, STANDARD)
        job.write(store, job.prepare(store, None), "bob", NOW)
        assert job.report.new.clients == 0 and contents(store, again) == before


def test_the_files_are_private_and_say_what_is_in_them(desk: Desk, tmp_path: Path) -> None:
    agency = kept(desk)
    where = handed(desk.store, agency, STANDARD, tmp_path)
    assert where.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in where.iterdir()} == {0o600}
    told = (where / handover.README).read_text(encoding="utf-8")
    for path in where.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            heading = next(csv.reader(lines))
        own = [one for one in heading if not one.startswith(handover.OWN)]
        assert all(f"\n  {header:<12} " in told for header in own)
        assert path.name in told or path.name.startswith("events_")
    document = json.loads((where / handover.JSON_NAME).read_text(encoding="utf-8"))
    assert [one["act"] for one in document["history"]].count("merge") == 3
    with pytest.raises(Problem, match="already and it is kept"):
        handed(desk.store, agency, STANDARD, tmp_path)
    assert not list(tmp_path.glob(".*.new"))


def test_it_is_known_for_what_it_is(desk: Desk, tmp_path: Path) -> None:
    where = handed(desk.store, kept(desk), STANDARD, tmp_path)
    for form in FORMS:
        assert of_file(where / form, None).id == STANDARD.id
        assert isinstance(import_of(where / form, STANDARD, None, PLAINLY), HandoverImport)
        with pytest.raises(Problem, match="hand-over of ndtms-cjit-p"):
            import_of(where / form, WALES, None, PLAINLY)
    assert not is_handover(tmp_path)


MARK = "a value that is nobody's to read"
SPOILT = {
    "half a file": lambda told: json.dumps(told)[:-40],
    "another layout": lambda told: json.dumps({**told, MARK_NAME: 9}),
    "no clients": lambda told: json.dumps({**told, "clients": MARK}),
    "a client that is none": lambda told: json.dumps({**told, "clients": [MARK]}),
    "a number for a text": lambda told: json.dumps(told).replace('"key_worker": "Si', '"key_worker": 5, "x": "'),
    "no moment": lambda told: json.dumps(told).replace(NOW.isoformat(timespec="seconds"), MARK),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_not_whole_is_refused_and_not_quoted(desk: Desk, tmp_path: Path, how: str) -> None:
    where = handed(desk.store, kept(desk), STANDARD, tmp_path)
    path = where / handover.JSON_NAME
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(SPOILT[how](told), encoding="utf-8")
    with pytest.raises(Problem) as problem:
        read_handover(path)
    assert "no whole hand-over" in str(problem.value) and MARK not in str(problem.value)


def test_a_table_without_a_column_or_with_a_torn_row_is_refused(desk: Desk, tmp_path: Path) -> None:
    where = handed(desk.store, kept(desk), STANDARD, tmp_path)
    path = where / CLIENTS
    whole = path.read_text(encoding="utf-8")
    for text in (whole.replace("keywork_id", "keywork_name", 1), whole + '"x"\r\n', whole[:-30]):
        path.write_text(text, encoding="utf-8", newline="")
        with pytest.raises(Problem, match="no whole hand-over"):
            read_handover(where)
    assert "19800229" in whole
    path.write_text(whole.replace("19800229", "1980022", 1), encoding="utf-8", newline="")
    with pytest.raises(Problem, match=r"its tables are not what handover\.json in it says"):
        read_handover(where)
    (where / "handover.json").unlink()
    assert read_handover(where).clients, "of tables alone nobody can tell"
    history = (where / "history.csv").read_text(encoding="utf-8").replace('"', "")
    (where / "history.csv").write_text(history, encoding="utf-8", newline="")
    assert read_handover(where).clients, "that one is for reading"
    for mark in ("", "\ufeff"):  # a spreadsheet quotes what needs it, and takes zeros away
        path.write_text(mark + whole.replace('"', ""), encoding="utf-8", newline="")
        with pytest.raises(Problem, match=r"clients\.csv was saved by another program, which takes zeros away"):
            read_handover(where)


def test_a_client_who_is_there_under_another_id_is_listed_not_doubled(desk: Desk, tmp_path: Path) -> None:
    agency = kept(desk)
    where = handed(desk.store, agency, STANDARD, tmp_path)
    second = desks.opened(tmp_path / "second")
    with second.store:
        second.take([row("1")])
        early = HandoverImport(where, STANDARD, PLAINLY)
        code = early.prepare(second.store, None)
        job = HandoverImport(where, STANDARD, PLAINLY)
        job.write(second.store, job.prepare(second.store, None), "bob", NOW)
        assert [item.line for item in job.report.left_out] == [1]
        assert len(contents(second.store, ask(second.store, agencies.one))[0]) == 3
        # What was compared before that, at another window, comes in no second time.
        with pytest.raises(Problem, match="Somebody saved to the store while the file was compared"):
            early.write(second.store, code, "bob", NOW)


def test_a_uuid_in_capitals_is_the_clients_identifier_too(desk: Desk, tmp_path: Path) -> None:
    name = "0f8fad5b-d9cb-469f-a165-70867728950e"
    desk.take([row(CLIENTID=name)])
    where = handed(desk.store, ask(desk.store, agencies.one), STANDARD, tmp_path)
    second = desks.opened(tmp_path / "second")
    with second.store:
        second.take([row(CLIENTID=name.upper())])
        job = HandoverImport(where, STANDARD, PLAINLY)
        job.prepare(second.store, None)
        assert [item.why for item in job.report.left_out] == ["another client of the store has the client's identifier"]
        assert job.report.new.clients == 0


def test_nor_has_somebody_else_the_number_of_a_client_of_wales(wales: journeys.Returns, tmp_path: Path) -> None:
    wales.keyed(CLIENTNO="42")
    wales.keyed(CLIENTNO="43")
    where = handed(wales.store, wales.agency, WALES, tmp_path)
    second = journeys.opened(tmp_path / "second")
    with second.store:
        second.keyed(CLIENTNO="42", DOB="1999-09-09")
        job = HandoverImport(where, WALES, PLAINLY)
        job.prepare(second.store, None)
        assert [item.why for item in job.report.left_out] == ["another client of the store has the client's identifier"]
        assert job.report.new.clients == 1


def test_whom_another_agency_of_the_store_has_is_told_and_not_called_known(
    wales: journeys.Returns, tmp_path: Path
) -> None:
    """A caseload that an agency of the store gives to another one, whose code stands in the file by now."""
    wales.keyed(CLIENTNO="42")
    where = handed(wales.store, wales.agency, WALES, tmp_path) / handover.JSON_NAME
    where.write_text(where.read_text(encoding="utf-8").replace(wales.agency.code, "W00777"), encoding="utf-8")
    do(wales.store, ANN, agencies.enter, "W00777", WALES.id)
    job = HandoverImport(where, WALES, PLAINLY)
    job.write(wales.store, job.prepare(wales.store, None), "bob", NOW)
    assert [one.why for one in job.report.left_out] == ["another agency of the store has the client, by this very id"]
    assert (job.report.new.clients, job.report.unchanged) == (0, 0)
    assert not contents(wales.store, ask(wales.store, agencies.one, "W00777"))[0]


HALF = """
import pathlib, sys, time
from store.disk.files import scratch_folder
with scratch_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "clients.csv").write_text("half of the clients")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_hand_over_left_lying_goes_with_the_next_one_and_bars_it_not(desk: Desk, tmp_path: Path) -> None:
    desk.take([row("1")])
    agency, halves = ask(desk.store, agencies.one), []
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for _ in range(2):
        half = subprocess.Popen(
            [sys.executable, "-c", HALF, str(tmp_path / "handover-T0123-2021-01-10")],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert half.stdout is not None
        halves.append((half, Path(half.stdout.readline().strip())))
    (killed, left), (alive, kept) = halves
    killed.kill()
    killed.wait()
    try:
        assert left.is_dir() and kept.is_dir()
        made = handed(desk.store, agency, STANDARD, tmp_path)
        assert made.is_dir() and (kept / "clients.csv").exists(), "somebody is at work on it"
        assert not left.exists()
    finally:
        alive.kill()
        alive.communicate()
        killed.communicate()
