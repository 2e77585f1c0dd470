"""Core data set R by commands: four data sets over one heading, checked, imported and sent."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.disk.tables import SENT_RECORDS
from store.facts import Who
from store.records import agencies, read, save
from store.store import open_store
from tests.commands.running import Place, call
from validators.standard.catalogue import load

NOW = datetime(2026, 4, 3, tzinfo=UTC)
OPENED = {"PC": "NE1 4XX", "REFLD": "20260201", "TRIAGED": "20260202", "CPLANDT": "20260203", "DRUG1": "1101"}
TODAY = ("--today", "2025-11-05")
# An edition that a site made of the frame: young people's outcomes, IPS with its consent, a retired code.
EDITION = """
id = "our-r"
extends = "ndtms-r"
unverified = false

[[sections]]
id = "ypor"
id_field = "YPORID"
date_field = "YPORDATE"

[[settings]]
id = "ips"
title = "Clients take part in Individual Placement and Support"
kind = "yes_no"

[guarded]
setting = "ips"
consent = "IPSCONS"
consented = ["Y"]
headers = ["NINUM", "IPSPC"]
"""
FIELDS = """column,header,section,group,label,description,layout,required,codes,keyed,skip_when,introduced,data_sets,\
change
,NINUM,client,Identity,National insurance,National insurance number,C(9),,,person,,,,plus
,IPSCONS,episode,Consent and place,IPS consent,Consent to IPS,A(1),,,person,,,,plus
,IPSPC,episode,Consent and place,Whole postcode,Whole postcode,C(8),,,person,,,,plus
,YPORID,ypor,Outcome,YPOR ID,YPOR id,C(36),,,made,,,YP SY,plus
,YPORDATE,ypor,Outcome,YPOR date,YPOR date,YYYYMMDD,,,person,,,YP SY,plus
,YPLIFE,ypor,Outcome,Happy with life,Happy with life,N(2),consent,,person,,,YP (SY),plus
"""
LISTS = "list,title,status,complete,source,note,change\nreferral_source,,site,yes,ref p. 9,,changed\n"
SOURCES = "code,label,grade,valid_to\n01,Self,,\n12,Arrest referral,,2024-03-31\n"


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """The edition, installed; its heading."""
    folder = tmp_path / "ours"
    (folder / "codes").mkdir(parents=True)
    for name, text in {
        "standard.toml": EDITION,
        "fields.csv": FIELDS,
        "codes/lists.csv": LISTS,
        "codes/referral_source.csv": SOURCES,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    load.cache_clear()
    done = call("standards", "install", folder)
    assert done.code == 0, done
    yield load("our-r-ad").columns
    load.cache_clear()


CLIENT = {"CLIENTID": "c1", "FINITIAL": "A", "SINITIAL": "B", "DOB": "19900301", "SEX": "1", "AGNCY": "N9901"}
EPISODE = {"CLIENT": "001", "EPISODID": "e1", "CMSID": "x", "CONSENT": "Y", "REFLD": "20250601", "TRIAGED": "20250603"}
MADE = {"MODID": "m1", "MODAL": "94", "REFMODDT": "20250605", "MODST": "20250610"}


def file(folder: Path, headers: tuple[str, ...], *rows: dict[str, str]) -> Path:
    """An extract of these rows, each on top of a client's and an episode's columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headers, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({**CLIENT, **EPISODE, **row} for row in rows)
    path = folder / "extract.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def findings(path: Path, standard: str) -> list[dict[str, Any]]:
    """What is wrong with a file, without notices."""
    told = json.loads(call("check", path, "--standard", standard, *TODAY, "--format", "json").out)["findings"]
    return [one for one in told if one["severity"] != "notice"]


def rules(path: Path, standard: str) -> list[str]:
    return [one["rule"] for one in findings(path, standard)]


def test_all_headings_of_all_four_are_needed_and_no_others(ours: tuple[str, ...], tmp_path: Path) -> None:
    assert findings(file(tmp_path, ours, MADE), "our-r-ad") == []
    fewer = findings(file(tmp_path, tuple(h for h in ours if h != "YPLIFE"), MADE), "our-r-ad")
    assert [(one["rule"], one["message"]) for one in fewer] == [("header", "Columns are missing: YPLIFE")]
    more = findings(file(tmp_path, (*ours, "PCT"), MADE), "our-r-ad")
    assert [one["message"] for one in more] == ["Columns are not part of this data set: PCT"]
    whole = json.loads(call("check", tmp_path / "extract.csv", "--standard", "our-r-ad", "--format", "json").out)
    assert whole["load_percent"] == 0


def test_a_filled_column_of_another_data_set(ours: tuple[str, ...], tmp_path: Path) -> None:
    outcome = {"YPORID": "y1", "YPORDATE": "20250701", "YPLIFE": "7"}
    path = file(tmp_path, ours, MADE, {"YPLIFE": "7"}, outcome)
    (one,) = findings(path, "our-r-ad")
    assert (one["rule"], one["severity"], one["lines"]) == ("other-data-set", "error", [3, 4])
    assert one["fields"] == ["YPLIFE", "YPORID", "YPORDATE"] and one["episode"] == "e1"
    born = {"DOB": "20100301"}
    assert rules(file(tmp_path, ours, {**born, **outcome}), "our-r-yp") == []
    top = {**born, "TOPID": "t1", "TOPDATE": "20250701"}
    assert rules(file(tmp_path, ours, top), "our-r-yp") == ["other-data-set"]


def test_age_and_data_set(ours: tuple[str, ...], tmp_path: Path) -> None:
    for born, adults, young in (("20070604", ["age"], []), ("20070603", [], ["age"]), ("19900301", [], ["age"])):
        path = file(tmp_path, ours, {"DOB": born})
        for name, expected in (("ad", adults), ("sa", adults), ("yp", young), ("sy", young)):
            told = findings(path, f"our-r-{name}")
            assert [(one["rule"], one["severity"]) for one in told] == [(rule, "warning") for rule in expected]


def test_a_code_that_was_retired_is_right_for_who_came_before(ours: tuple[str, ...], tmp_path: Path) -> None:
    before = {"RFLS": "12", "REFLD": "20240331", "TRIAGED": "20240401"}
    assert rules(file(tmp_path, ours, before), "our-r-ad") == []
    assert rules(file(tmp_path, ours, {"RFLS": "12"}), "our-r-ad") == ["codes"]
    assert rules(file(tmp_path, ours, {"RFLS": "77"}), "our-r-ad") == ["codes"]


def test_the_same_intervention_in_two_settings_at_once_is_right(ours: tuple[str, ...], tmp_path: Path) -> None:
    rows = ({**MADE, "MODSET": "01"}, {**MADE, "MODSET": "02", "MODID": "m2"})
    assert findings(file(tmp_path, ours, *rows), "our-r-ad") == []


def test_a_field_that_is_only_accepted_is_not_asked_for(ours: tuple[str, ...], tmp_path: Path) -> None:
    outcome = {"DOB": "20100301", "YPORID": "y1", "YPORDATE": "20250701"}
    path = file(tmp_path, ours, outcome)
    assert rules(path, "our-r-yp") == ["2"] and rules(path, "our-r-sy") == []


def test_two_clients_of_one_attributor_are_told_as_a_possible_double(ours: tuple[str, ...], place: Place) -> None:
    """The specification joins records by the attributor; two clients are joined by a person, who merges them."""
    area = {"LA": "E06000001"}
    other = {"CLIENTID": "c2", "CLIENT": "002", "EPISODID": "e2"}
    path = file(place.folder, ours, {**MADE, **area}, {**MADE, **area, **other, "MODID": "m2", "DISD": ""})
    done = call("import", path, "--standard", "our-r-ad", "--agency", "N9901", *place.options)
    assert done.code in (0, 1), done
    checked = call("check", "--store", place.store, "--key-file", place.key, *TODAY, "--format", "json")
    found = [one for one in json.loads(checked.out)["findings"] if one["rule"] == "twice"]
    assert {one["severity"] for one in found} == {"notice"} and found
    assert "initials, birth date, sex and area of residence" in found[0]["message"]


def test_a_file_of_r_without_a_data_set_named(ours: tuple[str, ...], tmp_path: Path) -> None:
    sentence = call("check", file(tmp_path, ours, MADE), *TODAY).sentence
    assert "say with --standard which its agency reports: our-r-ad, our-r-yp, our-r-sa, our-r-sy." in sentence


def sent(place: Place, standard: str = "our-r-ad") -> list[dict[str, str]]:
    """The rows of the October return, their filled columns only; the heading is always whole."""
    out = place.folder / "out"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    done = call("export", "--submission", "2025-10", "--out", out, *TODAY, *place.options)
    assert done.code in (0, 1), done
    (made,) = out.iterdir()
    assert made.name == "N9901-20240101-20251031-TREAT-IN-R.csv"
    with made.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        assert tuple(reader.fieldnames or ()) == load(standard).columns
        return [{header: cell for header, cell in row.items() if cell} for row in reader]


def test_what_goes_out_and_what_needs_a_consent_of_its_own(ours: tuple[str, ...], place: Place) -> None:
    ips = {"NINUM": "AB123456C", "IPSPC": "NE1 4XX", "PC": "NE1 4XX"}
    rows = (
        {**MADE, **ips, "IPSCONS": "Y"},
        {**ips, "IPSCONS": "N", "CLIENTID": "c2", "CLIENT": "002", "EPISODID": "e2", "DOB": "19910302"},
        {"CLIENTID": "c3", "CLIENT": "003", "EPISODID": "e3", "CONSENT": "N", "DOB": "19920302"},
    )
    path = file(place.folder, ours, *rows)
    done = call("import", path, "--standard", "our-r-ad", "--agency", "N9901", *place.options)
    assert done.code in (0, 1), done
    one, other, none = sent(place)
    assert one["PC"] == "NE1 4" and not {"NINUM", "IPSPC"} & one.keys() and not {"NINUM", "IPSPC"} & other.keys()
    assert none == {"CLIENTID": "c3", "AGNCY": "N9901", "CONSENT": "N"}
    assert call("settings", "set", "ips", "yes", *place.options).code == 0
    one, other, _ = sent(place)
    assert (one["NINUM"], one["IPSPC"], one["PC"]) == ("AB123456C", "NE1 4XX", "NE1 4")
    assert not {"NINUM", "IPSPC"} & other.keys()


def test_a_number_that_goes_with_one_episode_is_no_fault_beside_the_client_s_others(
    tmp_path: Path, place: Place
) -> None:
    folder = tmp_path / "ruled"
    folder.mkdir()
    top = EDITION.replace("our-r", "ruled-r")
    (folder / "standard.toml").write_text(top, encoding="utf-8")
    (folder / "fields.csv").write_text(FIELDS, encoding="utf-8")
    heading = (
        "rule,title,pattern,fields,parameters,severity,store_severity,message,silences,help,reading,source,change\n"
    )
    row = "120,Empty,empty_when,NINUM IPSPC,when=IPSCONS!=Y,error,,{first} is filled,,Made up.,Made up.,made up,plus\n"
    (folder / "rules.csv").write_text(heading + row, encoding="utf-8")
    assert call("standards", "install", folder).code == 0
    load.cache_clear()
    ips = {"NINUM": "AB123456C", "IPSCONS": "Y"}
    other = {"EPISODID": "e2", "IPSCONS": "N", "REFLD": "20250301", "TRIAGED": "20250301", "DISD": "20250401"}
    path = file(place.folder, load("ruled-r-ad").columns, {**MADE, **ips}, {**other, "DISRSN": "80"})
    assert "120" not in rules(path, "ruled-r-ad")
    assert call("import", path, "--standard", "ruled-r-ad", "--agency", "N9901", *place.options).code in (0, 1)
    stored = call("check", "--store", place.store, "--key-file", place.key, *TODAY, "--format", "json")
    assert "120" not in [one["rule"] for one in json.loads(stored.out)["findings"]]
    wrong = file(place.folder, load("ruled-r-ad").columns, {**MADE, "NINUM": "AB123456C", "IPSCONS": "N"})
    assert "120" in rules(wrong, "ruled-r-ad"), "in a file it is a fault"
    load.cache_clear()


def test_what_the_edition_does_not_say_of_a_whole_postcode_keeps_it_back(tmp_path: Path, place: Place) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "standard.toml").write_text('id = "bare-r"\nextends = "ndtms-r"\n', encoding="utf-8")
    (folder / "fields.csv").write_text(FIELDS.split(",YPORID,")[0], encoding="utf-8")
    out = call("standards", "install", folder).out
    assert "Never sent, because the edition does not say with which consent: NINUM, IPSPC." in out
    load.cache_clear()
    ips = {"NINUM": "AB123456C", "IPSPC": "NE1 4XX", "IPSCONS": "Y"}
    path = file(place.folder, load("bare-r-ad").columns, {**MADE, **ips})
    assert findings(path, "bare-r-ad") == []
    assert call("import", path, "--standard", "bare-r-ad", "--agency", "N9901", *place.options).code == 0
    (row,) = sent(place, "bare-r-ad")
    assert row["IPSCONS"] == "Y" and not {"NINUM", "IPSPC"} & row.keys()
    load.cache_clear()


def test_no_return_of_the_frame_is_ready_and_it_says_what_to_bring(place: Place) -> None:
    made = call("agencies", "add", "N9901", "--standard", "ndtms-r-ad", *place.options)
    assert "bring Technical Definitions CDS-R; Reference Data CDS-R;" in made.out
    path = file(place.folder, load("ndtms-r-ad").columns, MADE)
    assert call("import", path, "--agency", "N9901", "--standard", "ndtms-r-ad", *place.options).code == 0
    told = json.loads(
        call("export", "--submission", "2025-10", "--out", place.folder, *TODAY, *place.options, "--format", "json").out
    )
    assert told["ready"] is False and "bring Technical Definitions CDS-R" in told["not_ready_because"][-1]
    assert told["unsure"][1] == "no field is known of: Client information review"
    out = call("checklist", "--submission", "2025-10", *TODAY, *place.options).out
    assert "unverified frame" in out


def test_who_does_not_consent_is_the_same_next_month_wherever_the_row_stands(place: Place) -> None:
    """Of who does not consent no identifier of an episode goes: the next month told each of them as gone, once anything
    had come in that stands before them in the file."""
    day, later, last = ("--today", "2026-04-02"), ("--today", "2026-05-02"), ("--today", "2026-06-02")
    made = ("--standard", "ndtms-r-ad", "--agency", "N9901", "--clients", 30, "--today", "2026-03-25")
    assert call("sample", *made, *place.options).code == 0

    def mismatches(month: str, on: tuple[str, str]) -> list[tuple[str, str, str]]:
        done = call("extracts", "mismatches", "--submission", month, "--format", "json", *on, *place.options)
        return [(one["kind"], one["state"], one["told"]) for one in json.loads(done.out)["mismatches"]]

    out = ("--out", place.folder)
    assert call("export", "--submission", "2026-03", *out, *day, *place.options).code == 0
    assert call("extracts", "sent", "last", *day, *place.options).code == 0
    with open_store(place.store, place.key, load) as store, store.reading() as snapshot:
        every = list(read.episodes(snapshot, agencies.one(snapshot)))
    first, *withheld = every[0], *(one for one in every if one.episode["CONSENT"] != "Y")
    assert len(withheld) > 1
    treated = ("client", "add-event", first.episode_id, "tit", "TITDATE=20260401", "TITREAT=1", *later, *place.options)
    assert call(*treated).code == 0
    assert mismatches("2026-04", later) == []
    compared = call("extracts", "diff", "last", "--submission", "2026-04", *later, *place.options).out
    assert "episodes: 0 new, 0 gone, 1 changed, " in compared and "events: 1 new" in compared
    # What becomes of them is told of each by itself.
    assert call("client", "edit", withheld[0].episode_id, "CONSENT=Y", *later, *place.options).code in (0, 1)
    assert call("client", "delete", withheld[1].client_id, *later, *place.options).code == 0
    (explained, deleted) = mismatches("2026-05", last)
    assert explained == ("gone", "explained", "Consent is recorded now: the episode goes with its identifier.")
    assert deleted[:2] == ("gone", "open") and deleted[2].startswith("It was deleted by ")


@pytest.mark.parametrize("is_kept", [True, False], ids=["", "sent by an earlier program"])
def test_what_is_told_of_a_refused_episode_that_is_gone_is_what_became_of_that_very_one(
    place: Place, is_kept: bool
) -> None:
    """A new episode with consent of the same client explained every one of before that was deleted, or that a mistyped
    date left out; a closing year of long ago was told as the base date's; what a split gave back as deleted."""
    day, later = ("--today", "2026-04-02"), ("--today", "2026-05-02")
    made = ("--standard", "ndtms-r-ad", "--since", "2026-03")
    assert call("agencies", "add", "N9901", *made, *place.options).code == 0
    for letter, consent in zip("ABCDEF", "NNNNNY", strict=True):
        person = {"CLIENT": letter, "FINITIAL": letter, "SINITIAL": "K", "DOB": "19900101", "SEX": "1"}
        own = [f"{header}={value}" for header, value in {**person, "CONSENT": consent, **OPENED}.items()]
        assert call("client", "add", *own, "--anyway", *day, *place.options).code in (0, 1)
    with open_store(place.store, place.key, load) as store, store.reading() as snapshot:
        every = list(read.episodes(snapshot, agencies.one(snapshot)))
    gone, undated, closed, agreed, given, kept = every
    names = {one.client_id: one.client["CLIENTID"] for one in every}
    assert call("client", "merge", kept.client_id, given.client_id, "--yes", *day, *place.options).code == 0
    assert call("export", "--submission", "2026-03", "--out", place.folder, *day, *place.options).code == 0
    assert call("extracts", "sent", "last", *day, *place.options).code == 0
    if not is_kept:
        with open_store(place.store, place.key, load) as store, store.writing(Who("ann", NOW)) as unit:
            unit.connection.execute(SENT_RECORDS.delete())
    assert call("client", "split", kept.client_id, *later, *place.options).code == 0
    keyed = ["CONSENT=Y", "REFLD=20260401", "TRIAGED=20260402", "CPLANDT=20260403"]
    for one in (gone, undated, closed):
        done = call("client", "add-episode", one.client_id, *keyed, *later, *place.options)
        assert done.code in (0, 1), done
    assert call("client", "delete", gone.episode_id, *later, *place.options).code == 0
    for one, typed in ((undated, "REFLD=20270401"), (closed, "DISD=20230920"), (agreed, "CONSENT=Y")):
        assert call("client", "edit", one.episode_id, typed, *later, *place.options).code in (0, 1)
    looked = call("extracts", "mismatches", "--submission", "2026-04", "--format", "json", *later, *place.options)
    found = {one["subject"]: one for one in json.loads(looked.out)["mismatches"] if one["kind"] == "gone"}
    told = {own: (one["state"], one["told"].partition(" by ")[0]) for own, one in found.items()}
    base = "It is now closed before 2024-01-01, where the extract that was sent began: look at that day."
    split = f"It goes under the client identifier {names[given.client_id]} now."
    if not is_kept:
        split = "No episode that is in the store can be the one that was sent under the client's identifier."
    assert told == {
        names[gone.client_id]: ("open", "It was deleted"),
        names[undated.client_id]: ("open", "It is left out: begun after the end of the reporting period 2026-04-30."),
        names[closed.client_id]: ("open", base),
        names[agreed.client_id]: ("explained", "Consent is recorded now: the episode goes with its identifier."),
        names[kept.client_id]: ("open", split),
    }
    led = {one["episode_id"] for one in found.values() if one["episode_id"]}
    assert led == {one.episode_id for one in (gone, undated, closed, agreed, *([given] if is_kept else []))}
    # What was deleted by mistake and is back, and what was mended, is no mismatch any more.
    assert call("client", "undelete", gone.episode_id, *later, *place.options).code == 0
    assert call("client", "edit", closed.episode_id, "DISD=", *later, *place.options).code in (0, 1)
    left = call("extracts", "mismatches", "--submission", "2026-04", "--format", "json", *later, *place.options)
    left_gone = {one["subject"] for one in json.loads(left.out)["mismatches"] if one["kind"] == "gone"}
    assert left_gone == told.keys() - {names[gone.client_id], names[closed.client_id]}


def test_who_came_back_and_consents_now_is_not_denied_by_what_the_base_year_leaves_behind(place: Place) -> None:
    """The episode of before, without consent and closed, stood open in the list: the one of today goes on."""
    day, later = ("--today", "2026-07-10"), ("--today", "2026-09-02")
    made = ("--standard", "ndtms-r-ad", "--agency", "N9901", "--clients", 10, "--today", "2026-03-25")
    assert call("sample", *made, *place.options).code == 0
    ended = {"CONSENT": "N", "REFLD": "20240201", "DISD": "20240601", "DISRSN": "80"}
    with open_store(place.store, place.key, load) as store:
        with store.reading() as snapshot:
            every = read.episodes(snapshot, agencies.one(snapshot))
            client = next(one for one in every if one.episode["CONSENT"] == "Y" and not one.episode.get("DISD"))
        with store.writing(Who("ann", datetime(2026, 3, 26, tzinfo=UTC))) as unit:
            before = save.create(unit, "episode", client.client_id, "", ended)
    assert call("export", "--submission", "2026-06", "--out", place.folder, *day, *place.options).code == 0
    assert call("extracts", "sent", "last", *day, *place.options).code == 0
    looked = call("extracts", "mismatches", "--submission", "2026-08", "--format", "json", *later, *place.options)
    (found,) = [one for one in json.loads(looked.out)["mismatches"] if one["client_id"] == client.client_id]
    assert (found["state"], found["episode_id"]) == ("explained", before.id)
    assert found["told"] == "It was closed before the base date, now 2025-01-01: nothing is wrong."
