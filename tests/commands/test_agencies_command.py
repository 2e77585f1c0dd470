"""`keywork agencies`: what the page does, from a script; the same sentences."""

import json
from pathlib import Path

import pytest

from store.disk import audit
from store.records import agencies
from store.store import open_store
from tests.commands.running import Place, call
from tests.stores import ask
from validators.standard.catalogue import load


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder, where a store is made."""
    return Place(tmp_path)


def test_the_first_agency_makes_the_store_and_others_follow(place: Place) -> None:
    made = call("agencies", "add", "t0123", "--standard", "ndtms-cjit-p", "--since", "2026-10", *place.options)
    assert made.code == 0 and made.out == "Agency T0123 is made, reporting by ndtms-cjit-p since 2026-10.\n"
    assert "keep a copy of it" in made.err
    wales = ("W00001", "--standard", "smds-wales", "--name", " Cardiff\nNorth ", "--since", "2026-09")
    named = call("agencies", "add", *wales, *place.options)
    assert named.code == 0 and named.err == ""
    told = call("agencies", "list", *place.options)
    assert told.out.splitlines() == [
        "Code  Data set  Name: what it reports, first submission from here",
        "T0123  ndtms-cjit-p  NDTMS criminal justice (CJIT) data set P, edition P, since 2026-10",
        "W00001  smds-wales  Cardiff North: Substance Misuse Data Set (Wales), edition DSCN 2020-19, since 2026-09",
    ]
    rows = json.loads(call("agencies", "list", "--format", "json", *place.options).out)
    assert rows[1] == {
        "code": "W00001",
        "standard": "smds-wales",
        "name": "Cardiff North",
        "region": "",
        "reports_since": "2026-09",
    }
    assert "2026-13' is not a submission" in call("agencies", "since", "T0123", "2026-13", *place.options).sentence
    with open_store(place.store, place.key, load) as store:
        for agency in ask(store, agencies.listed):
            assert [entry.act for entry in ask(store, audit.history, [agency.id])] == ["create"]
        assert ask(store, audit.verify).whole


@pytest.mark.parametrize(
    ("code", "standard", "sentence"),
    [
        ("", "ndtms-cjit-p", "Type the agency code first."),
        ("T/1", "ndtms-cjit-p", "An agency code has the letters A to Z and digits only, such as T0123: leave out the"),
        ("T\x1b[2J", "ndtms-cjit-p", "An agency code has the letters A to Z and digits only"),
        ("T00123", "ndtms-cjit-p", "An agency code of ndtms-cjit-p has at most 5 characters, this one 6: mend it."),
        ("T0123", "nowhere", "There is no standard 'nowhere'"),
    ],
)
def test_what_cannot_be_an_agency_leaves_no_store_behind(place: Place, code: str, standard: str, sentence: str) -> None:
    assert call("agencies", "add", code, "--standard", standard, *place.options).sentence.startswith(sentence)
    assert place.contents() == {}


def test_a_code_that_is_taken_is_refused_but_not_for_another_data_set(place: Place) -> None:
    assert call("agencies", "add", "T0123", "--standard", "ndtms-cjit-p", *place.options).code == 0
    again = call("agencies", "add", "t0123", "--standard", "ndtms-cjit-p", *place.options)
    assert again.sentence == ("This store has the agency T0123 of ndtms-cjit-p already: open it, or give another code.")
    assert call("agencies", "add", "T0123", "--standard", "smds-wales", *place.options).code == 0


def test_a_list_where_there_is_no_store_or_as_csv_is_refused(place: Place) -> None:
    assert call("agencies", "list", *place.options).sentence.startswith("There is no store at")
    assert call("agencies", "add", "T0123", "--standard", "ndtms-cjit-p", *place.options).code == 0
    assert "not one of 'text', 'json'" in call("agencies", "list", "--format", "csv", *place.options).sentence


ENGLISH = "ndtms-cjit-p, ndtms-r-ad, ndtms-r-sa, ndtms-r-sy, ndtms-r-yp"


def test_help_says_which_data_sets_have_a_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    broken = tmp_path / "keywork" / "standards" / "broken"
    broken.mkdir(parents=True)
    (broken / "standard.toml").write_text("not toml", encoding="utf-8")
    for screen, having in (("measures", "smds-wales"), ("settings", "smds-wales"), ("rollover", ENGLISH)):
        told = call("help", screen)
        assert f"Only where the data set has what it shows; of those installed: {having}." in told.out
    assert "of those installed" not in call("help", "calendar").out
    assert "Ctrl+N" in call("help", "agencies").out
    assert "One code may report several data sets" in call("help", "new_agency").out
