"""A file of one country's data set taken into an agency of another's: unasked never, asked only what is certain."""

import csv
import os
from pathlib import Path

import pytest

from store.disk import audit
from store.facts import AgencyInfo, Who
from store.records import agencies, read, save
from store.store import Store, open_store
from tests.commands.running import TODAY, Place, call
from tests.stores import ask
from validators.standard.catalogue import load

ENGLISH, WELSH = "ndtms-cjit-p", "smds-wales"
FROM = ("--from-standard", ENGLISH)
WALES = ("--standard", WELSH, "--agency", "W00001")
ROW = {
    "CLIENTID": "c1", "FINITIAL": "E", "SINITIAL": "W", "DOB": "19850615", "SEX": "1", "ETHNIC": "B", "AGNCY": "T0009",
    "CLIENT": "K77", "EPISODID": "e1", "CONSENT": "Y", "PC": "NW7 3", "REFLD": "20200302", "TRIAGED": "20200306",
    "CPLANDT": "20200306", "DISD": "20200630", "CJDISRSN": "50",
}  # fmt: skip
OTHER = ROW | {"CLIENTID": "c2", "CLIENT": "K78", "EPISODID": "e2", "FINITIAL": "A", "DOB": "19790102"}


def file_of(place: Place, *rows: dict[str, str], name: str = "in.csv") -> Path:
    """An extract of the English data set with these rows."""
    path = place.folder / name
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, load(ENGLISH).headers, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def wales(place: Place) -> Place:
    """A store of a Welsh agency with two clients of its own."""
    assert call("sample", "--clients", "2", *WALES, *place.options, *TODAY).code == 0
    return place


def opened(place: Place) -> Store:
    """The store, looked into."""
    return open_store(place.store, place.key, load)


def agency_of(store: Store) -> AgencyInfo:
    """The Welsh agency."""
    return ask(store, agencies.one, "W00001", WELSH)


def test_nothing_is_converted_unasked(wales: Place) -> None:
    path = file_of(wales, ROW)
    for into in (("--agency", "W00001"), WALES, ("--standard", WELSH)):
        told = call("import", path, *into, *wales.options)
        assert told.sentence == (
            f"{path} is a file of {ENGLISH} and would go to an agency of {WELSH}: --from-standard {ENGLISH} takes over "
            f"what is certain and lists the rest, --standard {ENGLISH} takes the file as it is."
        )
    assert wales.episodes() == len(list_of(wales))


def list_of(place: Place) -> list[str]:
    """The references of the Welsh agency's clients, one for each journey."""
    with opened(place) as store:
        return [record.client.get("CLIENTNO", "") for record in ask(store, read.episodes, agency_of(store))]


def test_only_what_is_certain_goes_over_and_the_rest_is_listed(wales: Place) -> None:
    path = file_of(wales, ROW | {"SUBMID": "s1", "SUBMODDT": "20200310"}, OTHER | {"ETHNIC": "A"})
    told = call("import", path, "--agency", "W00001", *FROM, *wales.options)
    assert told.code == 0, told
    over, _, rest = told.out.partition("Beware:")
    beware, _, anew = rest.partition("To be keyed anew:")
    assert "First initial → Forename initial" in over and "Prompting event date → Date of referral" in over
    assert "B means 'White - Irish' in ndtms-cjit-p, 'Gypsy or Irish Traveller' in smds-wales: ask" in beware
    first, _, second = anew.partition("Line 3, K78, client ")
    assert first.lstrip().startswith("Line 2, K77, client ")
    for told_anew in (
        "client: Sex at birth registration was 1 (Male)",
        "client: Ethnicity was B (White - Irish)",
        "journey 1: Consent for NDTMS was Y",
        "journey 1: Caseload start date was 20200306",
        "journey 1: Closure reason was 50",
        "journey 1: sub-intervention 20200310: events are not carried over",
    ):
        assert told_anew in first
    assert "Ethnicity was A" in second and "sub-intervention" not in second
    assert told.out.endswith("New: 2 clients, 2 journeys\n")
    with opened(wales) as store:
        *_, one, two = ask(store, read.episodes, agency_of(store))
        its = {header: value for header, value in one.client.items() if header != "CLIENTNO"}
        assert its == {"SURNAME1": "W", "FORENAME1": "E", "DOB": "1985-06-15", "AGENCY": "W00001"}
        assert one.episode == {"REFDATE": "2020-03-02", "ASSDATE": "2020-03-06", "ENDDATE": "2020-06-30"}
        assert one.events == () and f"client {one.client['CLIENTNO']}:" in first
        assert second.startswith(f"{two.client['CLIENTNO']}:")
        (journey,) = ask(store, read.tree, one.client_id).episodes
        assert journey.note == "Copied from agency T0009 (ndtms-cjit-p), episode e1."
        assert [entry.act for entry in ask(store, audit.history, [one.client_id])] == ["import"]
        assert {entry.act for entry in ask(store, audit.history, [one.episode_id])} == {"import", "annotate"}
        assert ask(store, audit.verify).whole


def test_the_same_file_again_doubles_nobody_even_where_a_copy_was_mended(wales: Place) -> None:
    path = file_of(wales, ROW, OTHER)
    into = ("--agency", "W00001", *FROM, *wales.options)
    assert call("import", path, *into).code == 0
    before = list_of(wales)
    with opened(wales) as store:
        *_, one, two = ask(store, read.episodes, agency_of(store))
        with store.writing(Who("ann", ask(store, read.tree, one.client_id).client.changed_at)) as work:
            kept = read.get(work, "client", one.client_id)
            save.change(work, "client", kept.id, {**kept.values, "DOB": "1985-06-16"}, kept.version)
            save.annotate(work, one.episode_id, None, "Copied from agency T0009 (ndtms-cjit-p), episode e1. Rang back.")
            save.annotate(work, two.episode_id, None, "")
    told = call("import", path, *into)
    assert told.code == 0
    first, second = one.client["CLIENTNO"], two.client["CLIENTNO"]
    mended = "where date of birth differs: mended since, or somebody else"
    assert f"Line 2, K77: journey 1: client {first} of W00001 has it already (copied before, {mended})" in told.out
    assert (
        f"K78: journey 1: client {second} of W00001 has it already (same initials, same birth date, begun" in told.out
    )
    assert told.out.endswith("New: 0 clients, 0 journeys\nNothing to enter.\n") and "anew" not in told.out
    assert list_of(wales) == before


def test_a_later_episode_goes_to_the_client_who_was_copied(wales: Place) -> None:
    into = ("--agency", "W00001", *FROM, *wales.options)
    assert call("import", file_of(wales, ROW), *into).code == 0
    later = ROW | {"EPISODID": "e9", "REFLD": "20200901", "TRIAGED": "20200902", "DISD": "", "CJDISRSN": ""}
    told = call("import", file_of(wales, ROW, later), *into)
    assert "journey 1: client " in told.out and told.out.endswith("New: 0 clients, 1 journey\n")
    assert "journey 2: Consent for NDTMS was Y" in told.out and "client: Sex" not in told.out
    *_, first, second = list_of(wales)
    assert first == second


def test_somebody_who_may_be_the_same_is_named(wales: Place) -> None:
    into = ("--agency", "W00001", *FROM, *wales.options)
    assert call("import", file_of(wales, ROW), *into).code == 0
    other = ROW | {"CLIENTID": "c5", "CLIENT": "K80", "EPISODID": "e5", "REFLD": "20200401", "TRIAGED": "20200402"}
    told = call("import", file_of(wales, other), *into, "--dry-run")
    assert "of W00001 may be the same: same initials, same birth date" in told.out
    assert "a new client:" in told.out and told.out.endswith("New: 1 client, 1 journey (nothing was written)\n")


def test_what_rows_disagree_on_is_not_certain(wales: Place) -> None:
    rows = (
        ROW,
        ROW | {"REFLD": "20200303", "SUBMID": "s1", "SUBMODDT": "20200310"},
        ROW | {"EPISODID": "e3", "ETHNIC": "C", "REFLD": "20200801", "TRIAGED": "20200802"},
    )
    told = call("import", file_of(wales, *rows), "--agency", "W00001", *FROM, *wales.options)
    assert told.code == 0 and "line 2: Prompting event date: the file says 20200302 or 20200303" in told.out
    assert "client: Ethnicity: the file says B or C" in told.out
    with opened(wales) as store:
        *_, one, two = ask(store, read.episodes, agency_of(store))
        assert one.client_id == two.client_id
        assert "REFDATE" not in one.episode and two.episode["REFDATE"] == "2020-08-01"


def test_another_person_with_the_same_identifier_is_left_out(wales: Place) -> None:
    other = ROW | {"EPISODID": "e3", "DOB": "19850616", "REFLD": "20200801", "TRIAGED": "20200802"}
    into = ("--agency", "W00001", *FROM, *wales.options)
    told = call("import", file_of(wales, ROW, other), *into)
    assert told.code == 1 and told.out.endswith("New: 1 client, 1 journey\n")
    assert "line 3: Date of birth differs from line 2, under the same identifier: it may be another person" in told.out
    assert call("import", file_of(wales, ROW, other), *into, "--all-or-nothing").code == 2


def test_what_cannot_be_told_from_others_is_left_out(wales: Place) -> None:
    silent = {"CLIENTID": "c3", "AGNCY": "T0009", "EPISODID": "e3", "CONSENT": "N"}
    path = file_of(wales, ROW, silent, ROW | {"EPISODID": ""}, ROW | {"CLIENTID": "c4"})
    told = call("import", path, "--agency", "W00001", *FROM, *wales.options)
    assert told.code == 1
    assert "line 3: no date in it can be taken over" in told.out
    assert "line 4: nothing tells the episode from others" in told.out
    assert "line 5: an earlier line is about the same episode" in told.out
    assert told.out.endswith("New: 1 client, 1 journey\n")
    told = call("import", path, "--agency", "W00001", *FROM, "--all-or-nothing", *wales.options)
    assert "3 rows cannot be taken over, the first in line 3 (no date in it can be taken over)" in told.sentence


def test_a_welsh_return_goes_the_other_way(wales: Place, tmp_path: Path) -> None:
    done = call("export", "--submission", "2020-11", "--kind", "full", "--out", wales.out, *wales.options, *TODAY)
    (path,) = wales.out.glob("*.xml")
    assert done.code in (0, 1)
    place = Place(tmp_path / "english")
    place.folder.mkdir()
    told = call("import", path, "--standard", ENGLISH, *place.options)
    assert told.sentence.startswith(f"{path} is a file of {WELSH} and would go to an agency of {ENGLISH}: ")
    assert not place.store.exists()
    assert call("import", path, "--dry-run", *place.options).out.startswith(f"{path}: 2 messages, 2 journeys")
    into = ("--from-standard", WELSH, "--agency", "T0001", *place.options)
    told = call("import", path, *into)
    assert told.code == 0 and "Date of referral → Prompting event date" in told.out
    assert "NHS number was" in told.out and ": events are not carried over" in told.out
    with open_store(place.store, place.key, load) as store:
        records = list(ask(store, read.episodes, ask(store, agencies.one, "T0001", ENGLISH)))
        assert records and all(len(record.episode["REFLD"]) == 8 for record in records)
        assert all("SEX" not in record.client and "ETHNIC" not in record.client for record in records)
    assert call("import", path, *into).out.endswith("Nothing to enter.\n")
    assert place.episodes() == len(records)


def test_an_option_that_does_not_fit_the_file_is_one_sentence(wales: Place) -> None:
    english = file_of(wales, ROW)
    notes, other, torn = (wales.folder / name for name in ("notes.csv", "other.xml", "torn.xml"))
    notes.write_text("name,remark\nx,y\n")
    other.write_text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    torn.write_text("<Substance")
    before = list_of(wales)
    for path, options, sentence in (
        (english, ("--from-standard", WELSH, *WALES), f"{english} is a file of {ENGLISH} and would go"),
        (english, ("--from-standard", WELSH, "--agency", "W00001"), f"A file of {WELSH} goes to an agency of another"),
        (english, ("--from-standard", WELSH, "--agency", "T1"), f"{english} is a file of {ENGLISH}, the agency's own"),
        (english, (*FROM, "--standard", WELSH, "--update"), "What comes from another data set changes nothing"),
        (english, ("--from-standard", "nowhere", *WALES), "There is no standard 'nowhere'"),
        (notes, (*FROM, *WALES), f"{notes} is not recognised as a file of {ENGLISH}: name another file."),
        (other, (*FROM, *WALES), f"{other} is not recognised as a file of {ENGLISH}: name another file."),
        (torn, (*FROM, *WALES), f"{torn} is not recognised as a file of {ENGLISH}: name another file."),
        (notes, WALES, f"{notes} cannot be read as XML near line 1"),
        (other, WALES, f"{other} declares a document type"),
        (wales.folder / "none.csv", (*FROM, *WALES), f"{wales.folder / 'none.csv'} could not be read"),
        (wales.folder, (*FROM, *WALES), f"{wales.folder} could not be read (is a directory)"),
    ):
        assert call("import", path, *options, *wales.options).sentence.startswith(sentence), sentence
    assert list_of(wales) == before


def test_where_it_goes_is_asked_not_guessed(wales: Place) -> None:
    path = file_of(wales, ROW)
    assert call("import", path, *FROM, "--standard", WELSH, "--dry-run", *wales.options).code == 0
    new = ("--standard", WELSH, "--agency", "W00002")
    assert "say --new-agency to make it" in call("import", path, *FROM, *new, *wales.options).sentence
    told = call("import", path, *FROM, *new, "--new-agency", *wales.options)
    assert told.out.endswith("New: 1 client, 1 journey\n")
    told = call("import", path, *FROM, "--standard", WELSH, *wales.options)
    assert told.sentence == (
        "The store has several agencies of smds-wales, W00001, W00002: say with --agency which one it goes to."
    )


def test_a_file_that_is_announced_is_not_taken_in_as_it_is(wales: Place, tmp_path: Path) -> None:
    path = file_of(wales, ROW)
    sentence = f"A file of {ENGLISH} goes to an agency of another data set: say which one with --standard."
    elsewhere = tmp_path / "none.db"
    assert call("import", path, *FROM, "--store", elsewhere, "--key-file", wales.key).sentence == sentence
    assert not elsewhere.exists()
    assert call("import", path, "--standard", ENGLISH, "--new-agency", *wales.options).code == 0
    assert call("import", path, *FROM, "--agency", "T0009", *wales.options).sentence == sentence
    # Of the two data sets in the store only the other one can be meant.
    told = call("import", path, *FROM, *wales.options)
    assert told.code == 0 and "goes to agency W00001 (smds-wales)" in told.out


def test_a_return_in_another_encoding_is_recognised(wales: Place) -> None:
    assert call("export", "--submission", "2020-11", "--kind", "full", "--out", wales.out, *wales.options, *TODAY).out
    (path,) = wales.out.glob("*.xml")
    other = wales.folder / "other.xml"
    other.write_text(path.read_text(encoding="utf-8").replace("UTF-8", "UTF-16"), encoding="utf-16")
    english = ("--standard", ENGLISH, "--agency", "T0001", "--new-agency", "--dry-run", *wales.options)
    told = call("import", other, "--from-standard", WELSH, *english)
    assert told.code == 0 and told.out.endswith("(nothing was written)\n")
    assert call("import", other, *english).sentence.startswith(f"{other} is a file of {WELSH} and would go")


def test_a_pipe_is_not_waited_for(wales: Place) -> None:
    pipe = wales.folder / "pipe"
    os.mkfifo(pipe)
    for options in (WALES, (*FROM, *WALES), ("--standard", ENGLISH)):
        assert "is a pipe or a device" in call("import", pipe, *options, *wales.options).sentence


def test_values_of_a_file_steer_no_terminal(wales: Place) -> None:
    path = file_of(wales, ROW | {"CLIENT": "K\x1b[31m", "PC": "\x9b5m"})
    told = call("import", path, "--agency", "W00001", *FROM, *wales.options)
    assert told.code == 0 and "\x1b" not in told.out and "\x9b" not in told.out


def test_what_was_taken_over_and_is_deleted_comes_back_only_when_that_is_said(wales: Place) -> None:
    path = file_of(wales, ROW, OTHER)
    into = ("--agency", "W00001", *FROM, *wales.options)
    assert call("import", path, *into).code == 0
    with opened(wales) as store:
        *_, one, _ = ask(store, read.episodes, agency_of(store))
    assert call("client", "delete", one.client_id, *wales.options, *TODAY).code == 0
    before = list_of(wales)
    told = call("import", path, *into)
    assert told.code == 1 and "line 2: the store has this journey, deleted: bring it back first" in told.out
    assert told.out.endswith("New: 0 clients, 0 journeys\nNothing to enter.\n") and list_of(wales) == before
    told = call("import", path, *into, "--all-or-nothing")
    assert told.code == 2 and list_of(wales) == before
    told = call("import", path, *into, "--take-deleted")
    assert told.code == 0 and "New: 1 client, 1 journey\n" in told.out
    assert call("import", path, *into).out.endswith("Nothing to enter.\n"), "again"
