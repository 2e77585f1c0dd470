"""An agency changes its letter: told before, done in one step, the months before it still in the old one, undone."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exporters.editions.compare import renamed_fields
from exporters.extracts.compare import Difference
from exporters.records import left_drafts
from exporters.records.save import Save, rebased
from exporters.records.save import records as save_records
from store.clients import rows
from store.disk import audit
from store.disk.user import current_person
from store.facts import Draft, Who
from store.findings import queries
from store.live import drafts
from store.month import calendar as stored_calendar
from store.month import letter_changes, letters
from store.records import agencies, carried, holding, read, save
from store.store import Store, open_store
from tests.commands.running import Outcome, Place, call
from tests.exporters import schema_files
from tui.screens.extract.queries import place_of
from validators.problems import Problem
from validators.records import Severity
from validators.standard.catalogue import load

STEP = ("agencies", "change-letter", "N9901", "--to", "ndtms-s-ad", "--from", "2026-04-01")
DAY_BEFORE, DAY = date(2026, 3, 25), date(2026, 6, 3)
AFTER = ("--today", DAY.isoformat())
UNFIT = "does not fit the layout: too long, or characters that are not allowed"
WHO = Who(current_person(Path("/")), datetime(2026, 6, 3, 9, tzinfo=UTC))
EDITION = """
id = "ndtms-s"
extends = "ndtms-r"
edition = "S"
title = "Made-up data set S"
valid_from = "2026-04-01"
"""
FIELDS = """column,header,section,group,label,description,layout,required,codes,keyed,skip_when,introduced,change,\
was,after
,PREVTR,,,,,,,,,,,minus,,
,TITID,,,,,,,,,,,minus,,
,TITDATE,,,,,,,,,,,minus,,
,TITREAT,,,,,,,,,,,minus,,
,HEPATCTD,,,,,,,,,,,renamed,HEPCTD,
,NALOX,episode,Health,Naloxone,Naloxone carried,A(1),consent,yes_no,person,,,plus,,MTHTN
"""
LISTS = """list,title,status,complete,source,note,change
modality,,site,yes,ref p. 4,,changed
hepatitis_c_tested,,site,yes,ref p. 5,,changed
"""
MODALITIES = """code,label,grade,valid_to
94,Pharmacological,,2026-03-31
194,Pharmacological help,,
95,Psychosocial,,
18,By line,,
"""


def told(outcome: Outcome) -> str:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


def written(folder: Path) -> Path:
    """The later edition S, in a folder."""
    (folder / "codes").mkdir(parents=True)
    for name, text in {
        "standard.toml": EDITION,
        "fields.csv": FIELDS,
        "codes/lists.csv": LISTS,
        "codes/modality.csv": MODALITIES,
        "codes/hepatitis_c_tested.csv": "code,label,grade\n98,Asked\n",
    }.items():
        fixed = text.replace("98,Asked\n", "98,Asked,\n")
        (folder / name).write_text(fixed, encoding="utf-8")
    return folder


@pytest.fixture
def filled(place: Place, tmp_path: Path) -> Iterator[Place]:
    """An agency of R with sample clients, and the later edition S installed."""
    load.cache_clear()
    told(call("standards", "install", written(tmp_path / "s")))
    made = ("--standard", "ndtms-r-ad", "--agency", "N9901", "--clients", 30, "--today", DAY_BEFORE.isoformat())
    assert call("sample", *made, *place.options).code == 0
    yield place
    load.cache_clear()


def sent(place: Place, submission: str) -> bytes:
    """A return as it would be written on a day in June."""
    out = place.folder / "out"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    assert call("export", "--submission", submission, "--out", out, *AFTER, *place.options).code in (0, 1)
    (made,) = out.iterdir()
    return made.read_bytes()


def headings(text: bytes) -> list[str]:
    return next(csv.reader([text.decode().splitlines()[0]]))


def opened(place: Place) -> Store:
    return open_store(place.store, place.key, load)


def kept(place: Place) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    """All that is kept of each episode."""
    with opened(place) as store, store.reading() as snapshot:
        agency = agencies.one(snapshot)
        assert audit.verify(snapshot).whole
        return [
            ({**one.client, **one.episode}, [dict(event.values) for event in one.events])
            for one in read.episodes(snapshot, agency)
        ]


def test_the_step_is_told_before_it_is_done(filled: Place) -> None:
    before = kept(filled)
    out = told(call(*STEP, "--dry-run", *AFTER, *filled.options))
    assert out.startswith("N9901: from ndtms-r-ad to ndtms-s-ad on 2026-04-01; ")
    assert "Kept under another header from now on: 1\n  HEPCTD → HEPATCTD\n" in out
    assert (
        "Fields that are gone: what is there is kept and no longer sent: 4\n  PREVTR       Previously treated: " in out
    )
    assert "Records that are kept and no longer sent: Time in treatment (" in out
    assert "New fields to be filled at the next review: 1\n  NALOX        Naloxone\n" in out
    assert "MODAL        94 (Pharmacological): " in out and "perhaps 194 (Pharmacological help)" in out
    assert "MODAL        95" not in out and "HEPATCTD     99 (Not asked): " in out
    assert out.endswith("N9901: nothing is changed yet\n") and kept(filled) == before
    its = json.loads(told(call(*STEP, "--dry-run", "--format", "json", *AFTER, *filled.options)))
    assert its["due"] == ["NALOX"] and its["renamed"] == {"HEPCTD": "HEPATCTD"} and its["kept"]["PREVTR"] > 5
    assert {one["field"] for one in its["recode"]} == {"MODAL", "HEPATCTD"}
    sentence = call(*STEP, "--today", "2026-03-31", *filled.options).sentence
    assert sentence.startswith("ndtms-s-ad is reported from 2026-04-01 on: until then")


def test_months_before_come_out_in_the_old_letter_and_the_step_is_undone(filled: Place) -> None:
    before, old = kept(filled), sent(filled, "2026-03")
    told(call(*STEP, *AFTER, *filled.options))
    assert "N9901  ndtms-s-ad" in told(call("agencies", "list", *filled.options))
    assert sent(filled, "2026-03") == old
    in_old = ("import", next((filled.folder / "out").iterdir()), *filled.options)
    for asked in ((), ("--new-agency",), ("--agency", "N9901"), ("--from-standard",)):
        of = asked if asked == ("--from-standard",) else (*asked, "--standard")
        sentence = call(*in_old, *of, "ndtms-r-ad").sentence
        assert "agency N9901 reported before its letter was changed to ndtms-s-ad: have it written by that" in sentence
    new = headings(sent(filled, "2026-04"))
    assert {"NALOX", "HEPATCTD"} <= set(new) and not {"PREVTR", "HEPCTD", "TITID"} & set(new)
    assert call("doctor", *filled.options).code == 0, "the audit tells of every value that was moved"
    now = kept(filled)
    assert [{**one, "HEPATCTD": ""} for one, _ in now] == [{**one, "HEPATCTD": ""} for one, _ in before]
    assert [one.get("HEPATCTD") for one, _ in now] == [one.get("HEPCTD") for one, _ in before]
    assert [events for _, events in now] == [events for _, events in before]
    assert "reports by ndtms-r-ad again" in told(call("agencies", "undo-letter", "N9901", *filled.options))
    assert kept(filled) == before and sent(filled, "2026-03") == old
    assert "has not changed its letter" in call("agencies", "undo-letter", "N9901", *filled.options).sentence


def test_no_second_agency_of_a_letter_that_was_left_is_made(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    sentence = call("agencies", "add", "n9901", "--standard", "ndtms-r-ad", *filled.options).sentence
    assert sentence.startswith("Agency N9901 reported by ndtms-r-ad before its letter was changed to ndtms-s-ad: a sec")
    told(call("agencies", "add", "W00001", "--standard", "smds-wales", *filled.options))
    there = ("--agency", "W00001", *filled.options)
    assert call("client", "add", "SURNAME1=W", "FORENAME1=E", "DOB=1985-06-15", "CLIENTNO=77", *there).code in (0, 1)
    copy = ("client", "copy", "77", "--to-agency", "N9901", "--to-standard", "ndtms-r-ad", *there)
    assert call(*copy).sentence == call(*copy, "--new-agency", "--yes").sentence == sentence
    assert call("agencies", "list", *filled.options).out.count("N9901") == 1


def test_a_month_in_the_old_letter_stands_as_its_extract_would(filled: Place) -> None:
    day = ("--today", "2026-04-05")
    told(call(*STEP, *day, *filled.options))
    due = json.loads(told(call("due", "--format", "json", *day, *filled.options)))[0]
    looked = call("export", "--submission", "2026-03", "--dry-run", "--format", "json", *day, *filled.options)
    receipt = json.loads(looked.out)
    checked = call("check", "--submission", "2026-03", "--format", "json", *day, *filled.options)
    found = json.loads(checked.out)
    same = ("rows", "episodes", "errors", "warnings", "load_percent", "data_quality_percent", "not_ready_because")
    assert receipt["rows"] and {name: due[name] for name in same} == {name: receipt[name] for name in same}
    assert {name: found[name] for name in same[:-1]} == {name: receipt[name] for name in same[:-1]}


def test_what_the_old_letter_alone_finds_in_its_last_return_is_listed_with_its_record(
    filled: Place, tmp_path: Path
) -> None:
    """After a change of letter the return before it is still to be made: Month counted errors of it which no list had,
    because the form asks by the new letter, and the screen said that the rules had nothing to say."""
    today = date(2026, 4, 5)
    day = ("--today", today.isoformat())

    def in_return() -> set[tuple[str, str]]:
        """What a list of findings shows of the return: as many as the month counts, each with the episode it is of."""
        due = json.loads(call("due", "--format", "json", *day, *filled.options).out)[0]
        with opened(filled) as store, store.reading() as snapshot:
            agency = agencies.one(snapshot)
            period = stored_calendar.of_agency(snapshot, agency).due(today).period
            order = queries.order(snapshot, agency, "rule", within=period)
            found = [one.finding for one in queries.numbered(snapshot, list(order.numbers)).values()]
        counted = Counter(one.severity.value for one in found)
        assert (counted["error"], counted["warning"]) == (due["errors"], due["warnings"])
        return {(one.episode_id, one.message) for one in found if one.severity.value != "notice"}

    with opened(filled) as store, store.reading() as snapshot:
        every = [one for one in read.episodes(snapshot, agencies.one(snapshot)) if one.episode.get("PREVTR")]
        open_ones = [one for one in every if not one.episode.get("DISD")]
        mine = next(one for one in open_ones if any(event.values.get("MODAL") for event in one.events))
        treated = next(event.id for event in mine.events if event.values.get("MODAL"))
    codes = load("ndtms-r-ad").code_lists["modality"].codes
    listed = tmp_path / "modality.csv"
    listed.write_text("code,text\n" + "".join(f'{code},"{text}"\n' for code, text in codes.items()), encoding="utf-8")
    assert call("standards", "install", listed, "--standard", "ndtms-r", "--list", "modality").code == 0
    load.cache_clear()
    told(call("client", "edit", mine.episode_id, "PREVTR=NEVER", *day, *filled.options))
    assert in_return() == {(mine.episode_id, f"Previously treated {UNFIT}")}
    told(call(*STEP, *day, *filled.options))
    gone, other = f"Edition R, not in the form: Previously treated {UNFIT}", "Edition R: Intervention has a value that"
    saved = call("client", "edit", treated, "MODAL=18", *day, *filled.options)
    assert saved.code == 1 and f"error   MODAL: {other}" in saved.out, "it goes out in that return, too"
    first, second = sorted(message for _, message in in_return())
    assert first == gone and second.startswith(other)
    # F8 comes to him, of whom the new letter finds nothing.
    assert call("client", "edit", mine.episode_id, "NALOX=Y", *day, *filled.options).code == 1
    with opened(filled) as store, store.reading() as snapshot:
        agency = agencies.one(snapshot)
        period = stored_calendar.of_agency(snapshot, agency).due(today).period
        assert not queries.findings(snapshot, agency, client_id=mine.client_id, severity=Severity.WARNING)
        assert rows.next_with_findings(snapshot, agency, period=period) == mine.client_id
    # Whoever has the client in hand is told both; what the form does not ask any more can be accepted, too.
    shown = call("client", "show", mine.client_id, *day, *filled.options)
    assert other in shown.out and gone in shown.out
    reasoned = ("--rule", "layout", "--reason", "so it was", *day, *filled.options)
    told(call("client", "accept", mine.episode_id, *reasoned))
    shown = call("client", "show", mine.client_id, *day, *filled.options)
    assert other in shown.out and gone not in shown.out
    due = json.loads(call("due", "--format", "json", *day, *filled.options).out)[0]
    assert (due["errors"], due["warnings"], due["accepted"]) == (1, 1, 1)


def test_what_the_old_letter_finds_of_a_field_that_is_called_otherwise_now_is_told_at_that_field(
    filled: Place, tmp_path: Path
) -> None:
    """It goes out in the return that is still to be made: under the name of then nobody was told who had it in hand."""
    day = ("--today", "2026-04-05")
    with opened(filled) as store, store.reading() as snapshot:
        every = read.episodes(snapshot, agencies.one(snapshot))
        mine = next(one for one in every if one.episode.get("HEPCTD") and not one.episode.get("DISD"))
    listed = tmp_path / "codes.csv"
    listed.write_text("code,text\n99,Not asked\n", encoding="utf-8")
    assert call("standards", "install", listed, "--standard", "ndtms-r", "--list", "hepatitis_c_tested").code == 0
    load.cache_clear()
    told(call(*STEP, *day, *filled.options))
    saved = call("client", "edit", mine.episode_id, "HEPATCTD=98", *day, *filled.options)
    unknown = "error   HEPATCTD: Edition R: Hepatitis C tested has a value that is not in the code list"
    assert saved.code == 1 and unknown in saved.out
    assert unknown in call("client", "show", mine.client_id, *day, *filled.options).out
    due = json.loads(call("due", "--format", "json", *day, *filled.options).out)[0]
    assert due["errors"] == 1
    told(call("client", "edit", mine.episode_id, "HEPATCTD=", *day, *filled.options))
    assert unknown not in call("client", "show", mine.client_id, *day, *filled.options).out
    # What is accepted of it is accepted in that return.
    told(call("client", "edit", mine.episode_id, "HEPATCTD=NEVER", *day, *filled.options))
    reasoned = ("--rule", "layout", "--reason", "so it was", *day, *filled.options)
    told(call("client", "accept", mine.episode_id, *reasoned))
    due = json.loads(call("due", "--format", "json", *day, *filled.options).out)[0]
    looked = call("export", "--submission", "2026-03", "--dry-run", "--format", "json", *day, *filled.options)
    receipt = json.loads(looked.out)
    assert [(one["errors"], one["warnings"], one["accepted"]) for one in (due, receipt)] == [(0, 1, 1)] * 2


def test_a_list_of_what_was_refused_in_the_old_letter_leads_to_the_fields_as_they_are_called_now(
    filled: Place, tmp_path: Path
) -> None:
    """The portal's list of the last return in the old letter comes in after the step, in the words of that letter."""
    lines = sent(filled, "2026-03").decode().splitlines()
    told(call(*STEP, *AFTER, *filled.options))
    row = next(at for at, one in enumerate(csv.DictReader(lines), 2) if one["TOPDATE"] or one["MODAL"])
    plain, headed = tmp_path / "plain.txt", tmp_path / "headed.csv"
    plain.write_text(f"Line {row}: HEPCTD is not valid\nLine {row}: PREVTR is too long\n", encoding="utf-8")
    label = load("ndtms-r-ad").by_header["PREVTR"].label
    headed.write_text(f"Line,Field\n{row},HEPCTD\n{row},{label}\n", encoding="utf-8")
    for listed in (plain, headed):
        found = json.loads(call("bounces", listed, "--format", "json", *filled.options).out)
        assert [(one["field"], one["event_id"], one["doubt"]) for one in found] == [
            ("HEPATCTD", "", ""),
            ("PREVTR", "", ""),
        ], "fields of the episode, and not of the event whose row it is"
        assert not any(one["changed"] for one in found), "F8 passes nothing over that nobody saw to"


def test_what_the_new_letter_does_not_know_is_told_between_two_letters(filled: Place) -> None:
    """An extract of the new letter is compared with a month before it: its events of a section that is gone stood in no
    words of the new one, and the program failed."""
    told(call(*STEP, *AFTER, *filled.options))
    sent(filled, "2026-04")
    compared = ("extracts", "diff", "last", "--submission", "2026-03", *AFTER, *filled.options)
    assert "new     time in treatment " in told(call(*compared))
    found = json.loads(told(call(*compared, "--format", "json")))["differences"]
    one = next(Difference(**each) for each in found if each["section"] == "tit")
    with opened(filled) as store, store.reading() as snapshot:
        agency = agencies.one(snapshot)
        client, episode, event, _ = place_of(snapshot, agency, load(agency.standard), one)
        (there,) = read.episodes(snapshot, agency, [episode])
        assert (there.client_id, there.episode["EPISODID"], event) == (client, one.episode, "")


def test_an_extract_in_the_other_letter_is_to_be_written_anew(filled: Place) -> None:
    def extract(submission: str = "2026-04") -> str:
        listed = call("checklist", "--submission", submission, "--format", "json", *AFTER, *filled.options).out
        return next(str(one["told"]) for one in json.loads(listed)["items"] if one["item"] == "extract")

    sent(filled, "2026-03")
    stays = extract("2026-03")
    sent(filled, "2026-04")
    name = extract()
    assert name.endswith("-R.csv")
    told(call(*STEP, *AFTER, *filled.options))
    assert extract().endswith(f"since {name} was written: write it anew")
    assert extract("2026-03") == stays, "a value that stands under its new header, too, is no other"
    sent(filled, "2026-03")
    assert extract("2026-03") == stays and stays.endswith("-R.csv"), "a month before goes out as it did"
    made = json.loads(told(call("extracts", "list", "--format", "json", *filled.options)))
    assert {one["standard"] for one in made if one["submission"] == "2026-03"} == {"ndtms-r-ad"}
    sent(filled, "2026-04")
    other = extract()
    assert other.endswith("-S.csv")
    told(call("agencies", "undo-letter", "N9901", *filled.options))
    assert extract().endswith(f"since {other} was written: write it anew")


def test_a_list_of_the_old_letter_that_is_installed_later_counts_in_its_months(filled: Place, tmp_path: Path) -> None:
    day = ("--today", "2026-04-05")
    told(call(*STEP, *day, *filled.options))
    before = json.loads(told(call("due", "--format", "json", *day, *filled.options)))[0]
    listed = tmp_path / "modality.csv"
    codes = load("ndtms-r-ad").code_lists["modality"].codes
    rows = [f'{code},"{text}",2019-12-31\n' for code, text in codes.items()]
    listed.write_text("code,text,valid to\n" + "".join(rows), encoding="utf-8")
    assert call("standards", "install", listed, "--standard", "ndtms-r", "--list", "modality").code == 0
    load.cache_clear()
    due = json.loads(told(call("due", "--format", "json", *day, *filled.options)))[0]
    looked = call("export", "--submission", "2026-03", "--dry-run", "--format", "json", *day, *filled.options)
    assert due["errors"] == json.loads(looked.out)["errors"] > before["errors"]


def test_a_month_is_named_in_a_calendar_by_the_letter_that_it_goes_out_in(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    asked = ("calendar", "--format", "ics", "--from", "2026-04-01", "--months", "2", "--today", "2026-04-02")
    lines = [one for one in call(*asked, *filled.options).out.splitlines() if one.startswith("SUMMARY:")]
    named = {one[8:].split(": ")[0].replace("\\", "") for one in lines if ": Mar 26 " in one}
    assert named == {load("ndtms-r-ad").title}
    named = {one[8:].split(": ")[0].replace("\\", "") for one in lines if ": Apr 26 " in one}
    assert named == {load("ndtms-s-ad").title}


def test_an_edition_that_was_left_may_be_taken_back(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    with opened(filled) as store, store.writing(WHO) as unit:
        letters.change(unit, agencies.one(unit), "ndtms-r-ad", date(2026, 6, 1), {})
    told(call("standards", "take-back", "ndtms-s"))
    load.cache_clear()
    due = call("due", "--format", "json", "--today", "2026-07-20", *filled.options)
    assert due.err == "" and json.loads(due.out)[0]["rows"]
    gone = call("export", "--submission", "2026-04", "--dry-run", *AFTER, *filled.options)
    assert gone.code == 2 and "ndtms-s" in gone.sentence


def test_an_edition_by_which_an_extract_is_kept_is_not_taken_back(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    sent(filled, "2026-05")
    back = ("--to", "ndtms-r-ad", "--from", "2026-05-15")
    told(call("agencies", "change-letter", "N9901", *back, *AFTER, *filled.options))
    refused = call("standards", "take-back", "ndtms-s", *filled.options).sentence
    assert refused.startswith("Extracts of ndtms-s-ad are kept here, and"), refused
    load.cache_clear()
    assert "2026-05" in told(call("extracts", "list", *filled.options))


def test_another_change_than_one_was_asked_about_is_not_undone(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    with opened(filled) as store:
        agency = store.ask(agencies.one)
        (seen,) = store.ask(letter_changes.changes, agency)
        store.do(WHO, letters.undo, agency)
        with pytest.raises(Problem, match="has not changed its letter"):
            store.do(WHO, letters.undo, agency, seen)
        again = store.do(WHO, letters.change, store.ask(agencies.one), "ndtms-s-ad", date(2026, 5, 1), {})
        with pytest.raises(Problem, match=f"to ndtms-s-ad on 2026-05-01 .{WHO.person}.: look again"):
            store.do(WHO, letters.undo, agency, seen)
        assert store.ask(agencies.one) == again
        (now,) = store.ask(letter_changes.changes, again)
        assert store.do(WHO, letters.undo, again, now).standard == "ndtms-r-ad"


def test_what_is_keyed_afterwards_is_kept_when_the_step_is_undone(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    with opened(filled) as store, store.reading() as snapshot:
        episode = next(one for one in read.episodes(snapshot, agencies.one(snapshot)) if one.episode.get("PREVTR"))
        name = episode.episode["EPISODID"]
    told(call("client", "edit", name, "HEPATCTD=98", "NALOX=Y", *filled.options))
    # A form of the new letter lets stand what it does not show.
    mine = next(one for one, _ in kept(filled) if one["EPISODID"] == name)
    assert (mine["HEPATCTD"], mine["NALOX"], mine["PREVTR"]) == ("98", "Y", episode.episode["PREVTR"])
    lines = sent(filled, "2026-03").decode().splitlines()
    row = next(row for row in csv.DictReader(lines) if row["EPISODID"] == name)
    assert row["HEPCTD"] == "98" and row["PREVTR"] == episode.episode["PREVTR"]
    told(call("agencies", "undo-letter", "N9901", *filled.options))
    mine = next(one for one, _ in kept(filled) if one["EPISODID"] == name)
    assert (mine["HEPCTD"], mine["NALOX"]) == ("98", "Y") and "HEPATCTD" not in mine


def test_new_fields_are_asked_of_those_who_come_from_the_day_on(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    found = json.loads(call("check", "--store", filled.store, *filled.options[2:], *AFTER, "--format", "json").out)
    assert not any("NALOX" in one["fields"] for one in found["findings"] if one["rule"] == "2")
    with opened(filled) as store, store.reading() as snapshot:
        name = next(read.episodes(snapshot, agencies.one(snapshot))).episode["EPISODID"]
    edited = call("client", "edit", name, "REFLD=20260402", "TRIAGED=20260402", "CPLANDT=20260402", *filled.options)
    assert edited.code == 1 and "saved" in edited.out
    found = json.loads(call("check", "--store", filled.store, *filled.options[2:], *AFTER, "--format", "json").out)
    asked = [one for one in found["findings"] if one["rule"] == "2" and "NALOX" in one["fields"]]
    assert [one["episode"] for one in asked] == [name]


def test_a_letter_that_cannot_be(filled: Place) -> None:
    def sentence(*arguments: str) -> str:
        return call("agencies", "change-letter", "N9901", *arguments, *AFTER, *filled.options).sentence

    assert "reports by ndtms-r-ad already" in sentence("--to", "ndtms-r-ad", "--from", "2026-04-01")
    assert "is reported in another way" in sentence("--to", "smds-wales", "--from", "2026-04-01")
    assert "There is no standard" in sentence("--to", "ndtms-x", "--from", "2026-04-01")
    told(call(*STEP, *AFTER, *filled.options))
    assert "choose a later day" in sentence("--to", "ndtms-r-ad", "--from", "2026-03-01")
    assert "Agencies report by ndtms-s-ad" in call("standards", "take-back", "ndtms-s", *filled.options).sentence


def test_what_is_typed_deleted_or_open_meanwhile_goes_over_too(filled: Place) -> None:
    """Drafts, what is deleted and may come back, and forms that still speak the letter that was left."""
    with opened(filled) as store, store.reading() as snapshot:
        agency = agencies.one(snapshot)
        value = next(iter(holding.values(snapshot, agency, "HEPCTD")))
        held = [one.record for one in holding.holding(snapshot, agency, "HEPCTD", value)]
        drafted, gone = (one.values["EPISODID"] for one in held[:2])
        before, form = held[2:4]
        late, open_form = before.id, form.id
    assert call("client", "edit", drafted, "--draft", "HEPCTD=98", *AFTER, *filled.options).code in (0, 1)
    with opened(filled) as store:
        store.do(WHO, save.delete, "episode", held[1].id, held[1].version)
        store.do(WHO, carried.keep, "episode", open_form, ["HEPCTD"])
    told(call(*STEP, *AFTER, *filled.options))
    # Nobody changed the record but the step itself: the draft is not overtaken.
    assert call("client", "edit", drafted, "--use-draft", *AFTER, *filled.options).code in (0, 1)
    # A window that was open all the while keeps a draft, and saves, in the words of the old letter.
    with opened(filled) as store:
        agency = store.ask(agencies.one)
        typed = {**before.values, "HEPCTD": "98"}
        old = Draft("episode", late, typed, before.version, before.parent_id, began_with=before.values)
        store.do(WHO, drafts.save, old)
        groups = store.ask(left_drafts.groups, agency, WHO)
        [draft] = [one for group in groups for one in group.drafts if one.record_id == late]
        assert (draft.values["HEPATCTD"], draft.values["HEPCTD"]) == ("98", before.values["HEPCTD"])
        item = rebased(
            Save.of(replace(form, values={**form.values, "HEPCTD": "98"})),
            form.values,
            store.ask(read.get, "episode", open_form),
        )
        assert item is not None and store.ask(carried.of, open_form) == {"HEPATCTD"}
        store.do(WHO, save_records, agency, form.parent_id, [item])
        assert store.ask(carried.of, open_form) == frozenset(), "it was typed, not taken over"
        new = store.do(WHO, save.create, "episode", form.parent_id, "", {"EPISODID": "new", "HEPCTD": "98"})
        assert new.values == {"EPISODID": "new", "HEPATCTD": "98"}
        back = store.ask(read.get, "episode", held[1].id)
        store.do(WHO, save.undelete, "episode", back.id, back.version)
    now = {one["EPISODID"]: one for one, _ in kept(filled)}
    assert [now[one].get("HEPATCTD") for one in (drafted, form.values["EPISODID"])] == ["98", "98"]
    assert now[gone]["HEPATCTD"] == value
    told(call("agencies", "undo-letter", "N9901", *filled.options))
    now = {one["EPISODID"]: one for one, _ in kept(filled)}
    assert [now[one].get("HEPCTD") for one in (drafted, form.values["EPISODID"], "new")] == ["98", "98", "98"]
    assert not any("HEPATCTD" in one for one in now.values())


def test_drafts_go_back_with_the_letter(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    with opened(filled) as store:
        agency = store.ask(agencies.one)
        value = next(iter(store.ask(holding.values, agency, "HEPATCTD")))
        typed, emptied = (one.record for one in store.ask(holding.holding, agency, "HEPATCTD", value)[:2])
        for record, text in ((typed, "98"), (emptied, "")):
            values = {**record.values, "HEPATCTD": text}
            its = Draft("episode", record.id, values, record.version, record.parent_id, began_with=record.values)
            store.do(WHO, drafts.save, its)
    told(call("agencies", "undo-letter", "N9901", *filled.options))
    with opened(filled) as store:
        now = {one.record_id: one for one in store.ask(drafts.listed)}
    assert [now[one.id].values.get("HEPCTD", "") for one in (typed, emptied)] == ["98", ""]
    assert not any("HEPATCTD" in one.values or one.is_overtaken for one in now.values())


def test_what_was_emptied_stays_so_under_a_header_that_comes_back(filled: Place) -> None:
    told(call(*STEP, *AFTER, *filled.options))
    with opened(filled) as store:
        agency = store.ask(agencies.one)
        value = next(iter(store.ask(holding.values, agency, "HEPATCTD")))
        held = [one.record for one in store.ask(holding.holding, agency, "HEPATCTD", value)[:4]]
        typed, drafted = (one.id for one in held[2:])
        for one, text in zip(held[2:], ("98", ""), strict=True):
            values = {**one.values, "HEPATCTD": text}
            its = Draft("episode", one.id, values, one.version, one.parent_id, began_with=one.values)
            store.do(WHO, drafts.save, its)
    emptied, mended = (one.values["EPISODID"] for one in held[:2])
    for name, text in ((emptied, ""), (mended, "98")):
        assert call("client", "edit", name, f"HEPATCTD={text}", *filled.options).err == ""
    back = ("--to", "ndtms-r-ad", "--from", "2026-05-01")
    told(call("agencies", "change-letter", "N9901", *back, *AFTER, *filled.options))
    now = {one["EPISODID"]: one.get("HEPCTD", "") for one, _ in kept(filled)}
    assert (now[emptied], now[mended]) == ("", "98")
    with opened(filled) as store:
        typing = {one.record_id: one for one in store.ask(drafts.listed)}
    assert [typing[one].values.get("HEPCTD", "") for one in (typed, drafted)] == ["98", ""]


def test_a_field_that_both_editions_have_is_no_others_new_name() -> None:
    before = load("ndtms-cjit-p")
    left = [replace(one, was="PC") if one.header == "DAT" else one for one in before.fields if one.header != "PC"]
    assert renamed_fields(before, replace(before, fields=tuple(left))) == [], "what stands there would be written over"


def test_what_was_sent_in_a_letter_that_was_left_is_compared_and_led_by_it(place: Place, tmp_path: Path) -> None:
    """In Wales, where each edition has a schema of its own, and elements and headers are called otherwise."""
    load.cache_clear()
    then, now = schema_files.write(tmp_path / "then"), schema_files.write(tmp_path / "now")
    told(call("standards", "install", then, "--standard", "smds-wales"))
    made = ("--standard", "smds-wales", "--agency", "123456", "--clients", 8, "--today", "2026-10-20")
    assert call("sample", *made, *place.options).code == 0
    told(call("agencies", "since", "123456", "2026-09", *place.options))
    on, out = ("--today", "2026-11-05", *place.options), tmp_path / "out"
    out.mkdir()
    first = ("--submission", "2026-09", "--kind", "full", "--out", out, "--today", "2026-10-05")
    told(call("export", *first, *place.options))
    assert call("extracts", "sent", "last", *place.options).code == 0
    told(call("standards", "copy", "smds-wales", tmp_path / "two"))
    for name in ("standard.toml", "fields.csv", "rules.csv", "checklist.csv"):
        text = (tmp_path / "two" / name).read_text(encoding="utf-8")
        text = re.sub(r"\bGENDER\b", "SEXNOW", text).replace('id = "smds-wales"', 'id = "smds-two"')
        (tmp_path / "two" / name).write_text(text, encoding="utf-8")
    for path in now.iterdir():
        path.write_text(path.read_text().replace("SMReturn", "SMData").replace('"Journey"', '"Case"'))
    told(call("standards", "install", tmp_path / "two"))
    told(call("standards", "install", now, "--standard", "smds-two"))
    told(call("agencies", "change-letter", "123456", "--to", "smds-two", "--from", "2026-10-01", *on))
    looked = json.loads(told(call("extracts", "mismatches", "--submission", "2026-10", "--format", "json", *on)))
    assert not [one for one in looked["mismatches"] if one["state"] == "open"], looked
    receipt = json.loads(call("export", "--submission", "2026-10", "--dry-run", "--format", "json", *on).out)
    assert receipt["ready"], receipt["not_ready_because"]
    lines = next(out.iterdir()).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "<Gender>" in text)
    led = json.loads(call("bounces", "-", "--format", "json", *place.options, given=f"line {line}: Gender\n").out)
    (one,) = led
    assert (one["field"], one["changed"]) == ("SEXNOW", False), one
    # What is said of somebody otherwise than it was sent is found under the header that it has now.
    other = "1" if "<Gender>2<" in lines[line - 1] else "2"
    call("client", "edit", one["client_id"], f"SEXNOW={other}", *place.options)
    looked = json.loads(call("extracts", "mismatches", "--submission", "2026-10", "--format", "json", *on).out)
    assert [one["kind"] for one in looked["mismatches"]] == ["identity"]
    told(call("extracts", "diff", "last", "last", *place.options))
    load.cache_clear()


def test_what_was_sent_under_another_header_is_compared_under_the_one_of_today(filled: Place) -> None:
    sent(filled, "2026-03")
    told(call(*STEP, *AFTER, *filled.options))
    differs = call("extracts", "diff", "last", "--submission", "2026-05", "--format", "json", *AFTER, *filled.options)
    found = json.loads(differs.out)
    assert "NALOX" in found["columns_new"] and "HEPATCTD" not in found["columns_new"]
    assert "TITREAT" in found["columns_gone"] and "HEPCTD" not in found["columns_gone"]


def test_who_was_sent_is_the_same_in_a_letter_that_names_no_episode_without_consent(place: Place) -> None:
    """P sends who does not consent with the identifier of the episode, R without; R calls by a column of P's
    sub-interventions a record that nobody ever keyed. Neither is a person or an event that is gone: each would have to
    be confirmed with a reason."""
    made = ("--standard", "ndtms-cjit-p", "--agency", "AB123", "--clients", 30, "--today", "2026-03-25")
    assert call("sample", *made, *place.options).code == 0
    in_april, in_may, out = ("--today", "2026-04-03"), ("--today", "2026-05-03"), ("--out", place.folder)

    def open_mismatches(month: str, on: tuple[str, str]) -> list[tuple[str, str]]:
        looked = call("extracts", "mismatches", "--submission", month, "--format", "json", *on, *place.options)
        return [(one["kind"], one["told"]) for one in json.loads(looked.out)["mismatches"] if one["state"] == "open"]

    def differ(month: str, on: tuple[str, str]) -> set[tuple[str, str]]:
        looked = call("extracts", "diff", "last", "--submission", month, "--format", "json", *on, *place.options)
        told = json.loads(looked.out)
        assert told["alike"] > 1
        return {(one["change"], one["section"]) for one in told["differences"]}

    with opened(place) as store, store.reading() as snapshot:
        every = list(read.episodes(snapshot, agencies.one(snapshot)))
    assert {event.section for one in every for event in one.events} == {"sub_intervention", "referral"}
    withheld = [one for one in every if not one.episode.get("DISD")][:3]
    for one in withheld:
        assert call("client", "edit", one.episode_id, "CONSENT=N", *in_april, *place.options).code in (0, 1)
    assert call("export", "--submission", "2026-03", *out, *in_april, *place.options).code in (0, 1)
    told(call("extracts", "sent", "last", *in_april, *place.options))
    step = ("agencies", "change-letter", "AB123", "--to", "ndtms-r-ad", "--from", "2026-04-01")
    told(call(*step, *in_april, *place.options))
    assert (open_mismatches("2026-04", in_may), differ("2026-04", in_may)) == ([], set())
    receipt = json.loads(
        call("export", "--submission", "2026-04", "--dry-run", "--format", "json", *in_may, *place.options).out
    )
    changed = receipt["changed_since"]
    assert not any((*changed["episodes"].values(), *changed["events"].values()))
    # What becomes of somebody is told.
    assert call("client", "edit", withheld[0].episode_id, "CONSENT=Y", *in_may, *place.options).code in (0, 1)
    assert call("client", "delete", withheld[1].client_id, *in_may, *place.options).code == 0
    assert open_mismatches("2026-04", in_may)[0][1].startswith("It was deleted by ")
    # March, sent again by the letter that was left, denies nothing of April either: what R does not ask comes again.
    assert call("export", "--submission", "2026-04", *out, *in_may, *place.options).code in (0, 1)
    told(call("extracts", "sent", "last", *in_may, *place.options))
    again = {("new", "sub_intervention"), ("new", "referral")}
    assert (open_mismatches("2026-03", in_may), differ("2026-03", in_may)) == ([], again)


def test_which_episodes_go_is_told_by_the_letter_of_the_month(filled: Place) -> None:
    """R sends who has no start of treatment yet, P does not: after a change of letter Month and `due` counted fewer of
    R's last return than it holds."""
    day = ("--today", "2026-04-05")
    with opened(filled) as store, store.reading() as snapshot:
        every = list(read.episodes(snapshot, agencies.one(snapshot)))
    before = [one for one in every if one.episode["CONSENT"] == "Y" and not one.episode.get("DISD")][:3]
    for one in before:
        assert call("client", "edit", one.episode_id, "CPLANDT=", *day, *filled.options).code in (0, 1)
    step = ("agencies", "change-letter", "N9901", "--to", "ndtms-cjit-p", "--from", "2026-04-01")
    told(call(*step, *day, *filled.options))
    due = json.loads(call("due", "--format", "json", *day, *filled.options).out)[0]
    looked = call("export", "--submission", "2026-03", "--dry-run", "--format", "json", *day, *filled.options)
    receipt = json.loads(looked.out)
    same = ("rows", "episodes", "errors", "warnings", "load_percent", "data_quality_percent")
    assert receipt["rows"] and {name: due[name] for name in same} == {name: receipt[name] for name in same}


def test_two_extracts_of_a_letter_that_was_left_are_compared_in_its_words(place: Place) -> None:
    """What the letter of now does not ask is in both: it was not told, or as of a record that nobody ever keyed."""
    made = ("--standard", "ndtms-cjit-p", "--agency", "AB123", "--clients", 30, "--today", "2026-02-25")
    assert call("sample", *made, *place.options).code == 0
    with opened(place) as store, store.reading() as snapshot:
        every = list(read.episodes(snapshot, agencies.one(snapshot)))
    mine = next(one for one in every if one.episode.get("CPLANDT") and not one.episode.get("DISD"))
    for month, today in (("2026-02", "2026-03-03"), ("2026-03", "2026-04-03")):
        on = ("--out", place.folder, "--today", today, *place.options)
        assert call("export", "--submission", month, *on).code in (0, 1)
        told(call("extracts", "sent", "last", "--today", today, *place.options))
        visited = ("SUBMODDT=20260310", "RECPEER=Y", "--today", today, *place.options)
        assert call("client", "add-event", mine.episode_id, "sub_intervention", *visited).code in (0, 1)
    step = ("agencies", "change-letter", "AB123", "--to", "ndtms-r-ad", "--from", "2026-04-01")
    told(call(*step, "--today", "2026-04-03", *place.options))
    kept_ones = json.loads(call("extracts", "list", "--format", "json", *place.options).out)
    ids = [one["id"] for one in sorted(kept_ones, key=lambda one: str(one["submission"]))]
    differs = json.loads(told(call("extracts", "diff", *ids, "--format", "json", *place.options)))
    assert [(one["change"], one["section"]) for one in differs["differences"]] == [("new", "sub_intervention")]
    assert told(call("extracts", "diff", *ids, *place.options)).startswith("new     sub-intervention ")
