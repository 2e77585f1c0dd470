"""Taking a file in: nobody is joined to a wrong person, nothing goes to a wrong agency, nothing is made worse."""

import json
import os
from pathlib import Path

import pytest

from store.disk import files, user
from store.facts import Who
from store.records import agencies, merge, read, save
from store.store import open_store
from tests.commands.running import Place, call
from tests.exporters.extracts import HEADERS, NOW, Row, row, visit, withheld, write
from tests.stores import ask
from validators.standard.catalogue import load

ANN = Who("ann", NOW)
# Two people whose identifiers a spreadsheet cut to the same few digits.
CUT = {"CLIENTID": "1.94422E+15", "CLIENT": "1.94422E+15"}
ONE = row(**CUT)
OTHER = row("2", **CUT, FINITIAL="K", SINITIAL="M", DOB="19900101", SEX="2")
WHY = "FINITIAL, SINITIAL, DOB and SEX differ from {}, under the same identifier: it may be another person"


def taken(place: Place, rows: list[Row], *options: str, headers: tuple[str, ...] = HEADERS) -> tuple[int, str, str]:
    """Import rows: the code it ends with, what is told, and the sentence of what could not be done."""
    path = write(place.folder, rows, headers)
    done = call("import", path, *options, *place.options)
    return done.code, done.out.replace(str(path), "FILE"), done.err.replace(str(path), "FILE")


def kept(place: Place) -> list[dict[str, str]]:
    """What is kept of each episode, and of its client."""
    with open_store(place.store, place.key, load) as store:
        agency = ask(store, agencies.listed)[0]
        return [{**one.client, **one.episode} for one in ask(store, read.episodes, agency)]


@pytest.mark.parametrize("options", [(), ("--update",), ("--dry-run",)])
def test_another_person_with_the_same_identifier_stays_out(place: Place, options: tuple[str, ...]) -> None:
    code, out, _ = taken(place, [ONE, OTHER], *options)
    assert code == 1 and f"line 3: {WHY.format('line 2')}" in out and "New: 1 client, 1 episode" in out
    if "--dry-run" not in options:
        assert [(one["EPISODID"], one["DOB"]) for one in kept(place)] == [("e1", ONE["DOB"])]


@pytest.mark.parametrize("options", [(), ("--update",)])
def test_nor_does_he_join_a_stored_one(place: Place, options: tuple[str, ...]) -> None:
    assert taken(place, [ONE])[0] == 0
    before = kept(place)
    for other in (OTHER, {**OTHER, "EPISODID": "e1"}):
        code, out, _ = taken(place, [other], *options)
        assert code == 1 and f"line 2: {WHY.format('the store')}" in out and kept(place) == before
        code, _, sentence = taken(place, [other], *options, "--all-or-nothing")
        assert code == 2 and "FILE was not imported: 1 row cannot be stored, the first in line 2" in sentence
    assert kept(place) == before


def test_what_one_side_leaves_empty_agrees(place: Place) -> None:
    rows = [row(SEX="", FINITIAL="a"), row(EPISODID="e2"), withheld(EPISODID="e3"), row(EPISODID="e4", SEX="2")]
    code, out, _ = taken(place, rows)
    assert code == 1 and "line 5: SEX differs from line 2" in out
    assert [(one["EPISODID"], one["SEX"]) for one in kept(place)] == [("e1", "1"), ("e2", "1"), ("e3", "1")]


def test_a_row_of_an_episode_that_is_about_somebody_else_stays_out(place: Place) -> None:
    code, out, _ = taken(place, [row() | visit(), row(DOB="19900101") | visit("2")])
    assert code == 1 and "line 3: DOB differs from line 2" in out and "1 client, 1 episode, 1 event" in out


def test_only_the_rows_of_the_agency_meant_are_taken(place: Place) -> None:
    assert taken(place, [row()])[0] == 0
    code, out, _ = taken(place, [row("2"), row("3", AGNCY="T0999")])
    assert code == 1 and "line 3: its AGNCY is 'T0999', another agency's than T0123" in out
    assert [one["EPISODID"] for one in kept(place)] == ["e1", "e2"]
    assert call("agencies", "add", "T0999", "--standard", "ndtms-cjit-p", *place.options).code == 0
    several = [row("4", AGNCY=""), row("5"), row("2", AGNCY=""), row("1", AGNCY="", EPISODID="e9"), row(AGNCY="T0999")]
    code, out, _ = taken(place, several, "--agency", "T0123")
    assert code == 1 and "line 2: its AGNCY is empty, and the file names several agencies of the store: fill it" in out
    here = call("client", "list", "--format", "json", "--agency", "T0123", *place.options)
    assert here.code == 0 and sorted(one["reference"] for one in json.loads(here.out)) == ["1001", "1002", "1005"]
    assert sorted(one["episodes"] for one in json.loads(here.out)) == [1, 1, 2], "who is known here is no other's"


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--all-or-nothing",)])
def test_another_agency_s_file_makes_no_agency_unasked(place: Place, options: tuple[str, ...]) -> None:
    assert taken(place, [row()])[0] == 0
    for more in ((), ("--agency", "T0132")):
        code, _, sentence = taken(place, [row("2", AGNCY="T0132")], *options, *more)
        assert code == 2 and "FILE is for agency T0132 (ndtms-cjit-p), and the store has T0123" in sentence
    code, _, sentence = taken(place, [row("2", AGNCY="T0132")], *options, "--agency", "T0123")
    assert code == 2 and "FILE is a file of agency T0132, not of T0123" in sentence
    assert taken(place, [row("2", AGNCY="T0132")], "--new-agency")[0] == 0
    assert [line.split()[0] for line in call("agencies", "list", *place.options).out.splitlines()[1:]] == [
        "T0123",
        "T0132",
    ]


def test_an_empty_store_takes_the_agency_of_the_file_where_it_is_certain(place: Place) -> None:
    code, _, sentence = taken(place, [row(), row("2", AGNCY="T0999")])
    assert code == 2 and "FILE names several agencies (T0123 and T0999): say which with --agency" in sentence
    code, _, sentence = taken(place, [row(AGNCY="é!@1")])
    assert code == 2 and "FILE names no agency that can be: An agency code has the letters A to Z" in sentence
    assert not place.store.exists()
    code, out, _ = taken(place, [row(), row("2", AGNCY="T0999")], "--agency", "T0999")
    assert code == 1 and "line 2: its AGNCY is 'T0123'" in out and [one["EPISODID"] for one in kept(place)] == ["e2"]


def test_an_empty_agency_is_renamed_and_removed_a_filled_one_is_not(place: Place) -> None:
    assert taken(place, [row()])[0] == 0
    assert call("agencies", "add", "T0132", "--standard", "ndtms-cjit-p", *place.options).code == 0
    assert "already" in call("agencies", "rename", "T0132", "T0123", *place.options).sentence
    assert "letters A to Z" in call("agencies", "rename", "T0132", "T-1", *place.options).sentence
    assert call("agencies", "rename", "T0132", "t0133", *place.options).out == "Agency T0132 is T0133 now.\n"
    assert call("agencies", "remove", "T0133", *place.options).out == "Agency T0133 is removed.\n"
    for act in (("remove", "T0123"), ("rename", "T0123", "T0124")):
        assert "has records in it" in call("agencies", *act, *place.options).sentence
    assert call("doctor", *place.options).code == 0 and len(kept(place)) == 1


def test_who_was_merged_or_deleted_comes_back_only_when_that_is_said(place: Place) -> None:
    assert taken(place, [row(), row("2"), row("3")])[0] == 0
    with open_store(place.store, place.key, load) as store, store.writing(ANN) as work:
        one, two, three = list(read.episodes(work, agencies.one(work)))
        merge.merge(work, one.client_id, two.client_id)
        save.delete(work, "client", three.client_id, 1)
    again = [row("2", FINITIAL=row()["FINITIAL"], DOB=row()["DOB"]), row("3", EPISODID="e8")]
    code, out, _ = taken(place, again)
    assert code == 1 and "line 2: its client was merged into 1001 in the store" in out
    assert "line 3: the store has this client, deleted: bring it back first" in out
    assert [one["EPISODID"] for one in kept(place)] == ["e1", "e2"]
    assert taken(place, again, "--take-deleted")[0] == 0
    assert [(one["EPISODID"], one["CLIENTID"]) for one in kept(place)] == [("e1", "c1"), ("e2", "c1"), ("e8", "c3")]


def test_an_identifier_that_two_in_the_store_bear_leads_to_neither(place: Place) -> None:
    assert taken(place, [row(), row("2")])[0] == 0
    with open_store(place.store, place.key, load) as store, store.writing(ANN) as work:
        _, two = list(read.episodes(work, agencies.one(work)))
        save.change(work, "client", two.client_id, {**two.client, "CLIENTID": "c1"}, 1)
        save.change(work, "episode", two.episode_id, {**two.episode, "EPISODID": "e1"}, 1)
    code, out, _ = taken(place, [row(EPISODID="e7"), row("5", EPISODID="e1")])
    assert code == 1 and "line 2: 2 clients in the store bear its CLIENTID: merge them, or mend one" in out
    assert "line 3: 2 episodes in the store bear its EPISODID: mend one first" in out


def test_it_ends_with_what_check_says_and_makes_nothing_worse(place: Place) -> None:
    code, out, _ = taken(place, [row(), row("2", PC="wrong")])
    assert "1 of 2 have errors now (load 100.0 % before, 50.0 % now)" in out.splitlines()[-1] and code == 0
    spoilt = row(REFLD="2.02006E+07", PC="NE8 1", TRIAGED="", DRUG1="70000000")
    for options in (("--update", "--dry-run"), ("--update",)):
        code, out, _ = taken(place, [spoilt], *options)
        assert "Values that cannot be read, or lost leading zeros, not taken where the store has a better one:" in out
        assert "line 2: REFLD: store '20200601', file '2.02006E+07'" in out and "line 2: DRUG1: store" in out
        assert "0 of 1 rows had errors before, 0 of 1" in out.splitlines()[-1]
    first = kept(place)[0]
    values = (first["REFLD"], first["PC"], first["TRIAGED"], first["DRUG1"])
    assert values == ("20200601", "NE8 1", "20200602", "7000")


def test_the_very_same_row_is_stored_once(place: Place) -> None:
    anonymous = row() | visit(SUBMID="")
    code, out, _ = taken(place, [anonymous, anonymous, row("2"), row("2")])
    assert code == 0 and "Stored once, being the very same as an earlier row: 2" in out
    assert "New: 2 clients, 2 episodes, 1 event" in out


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        (tuple("D.O.B" if one == "DOB" else one for one in HEADERS), "has no column DOB, and one headed 'D.O.B'"),
        (tuple("DRUG 1" if one == "DRUG1" else one for one in HEADERS), "no column DRUG1, and one headed 'DRUG␣1'"),
        (tuple(one for one in HEADERS if one != "CONSENT"), "has no columns CONSENT: export it again"),
        (HEADERS[:14], "has no columns REFLD and"),
        (
            tuple(one for one in HEADERS if not one.startswith("REC")),
            "has no columns RECPEER, RECMAID, RECFMSP and 11 more",
        ),
    ],
)
def test_columns_that_would_be_lost_are_refused_unless_that_is_said(
    place: Place, headers: tuple[str, ...], sentence: str
) -> None:
    code, _, told = taken(place, [row()], headers=headers)
    assert code == 2 and sentence in told and "--any-columns" in told and not place.store.exists()
    assert taken(place, [row()], "--any-columns", headers=headers)[0] == 0


def test_the_store_and_its_key_are_no_input_under_any_name(place: Place, tmp_path: Path) -> None:
    assert taken(place, [row()])[0] == 0
    linked, copied = tmp_path / "linked.csv", tmp_path / "copied.csv"
    os.link(place.key, linked)
    copied.write_text(place.key.read_text())
    secret = place.key.read_text().strip()
    for path in (place.key, linked, copied, place.store):
        for command in (
            ("import", path, *place.options),
            ("check", path),
            ("bounces", path, *place.options),
            ("calendar", "load", path, *place.options),
            ("restore", path, "--store", tmp_path / "other.db", "--key-file", place.key),
        ):
            done = call(*command)
            if path != place.store or command[0] in ("import", "bounces"):
                assert done.code == 2 and "it is not read as an input" in done.err, (command, done)
            assert secret not in done.out + done.err
    assert not (tmp_path / "other.db").exists() or call("doctor", *place.options).code == 0


def test_only_what_a_person_may_read_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.txt"
    path.write_text("x")
    path.chmod(0o600)
    assert files.may_quote(path)
    monkeypatch.setattr(user, "person_by_sudo", lambda: os.getuid() + 1)
    assert not files.may_quote(path)
    path.chmod(0o604)
    assert files.may_quote(path) and not files.may_quote(tmp_path / "none")
