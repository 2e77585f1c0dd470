"""Documents read into drafts: what is taken, what is put right, what is named as not read."""

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.documents.draft import DraftEdition, Line
from exporters.documents.draft_rules import add_rules, understand_all
from exporters.documents.folder import write
from exporters.documents.making import draft
from exporters.documents.report import as_mapping, as_text
from tests.exporters.documents.papers import definitions, geographic, reference
from validators.standard.catalogue import load, load_folder


def quiet(told: str) -> None:
    """Progress that nobody watches."""


def read(*paths: Path, like: str = "", wanted: str = "") -> DraftEdition:
    return draft(paths, like, wanted, quiet)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    for strokes in ("all", "rows", "none"):
        definitions(folder, strokes)
    reference(folder)
    geographic(folder)
    return folder


@pytest.fixture(scope="module")
def whole(papers: Path) -> DraftEdition:
    return read(papers / "definitions.pdf", papers / "reference.pdf", papers / "geographic.pdf")


def line(made: DraftEdition, kind: str, key: str) -> Line:
    return next(one for one in made.lines if (one.kind, one.key) == (kind, key))


def rule(made: DraftEdition, number: str) -> list[tuple[str, str, str, str]]:
    return [
        (row["pattern"], row["fields"], row["parameters"], row["status"]) for row in made.rules if row["rule"] == number
    ]


# What stands in both settings of the definitions: header, layout, section, data sets, needed with consent.
FIELDS = [
    ("CLIENTID", "C(36)", "client", "", "consent"),
    ("FINITIAL", "A(1)", "client", "", "consent"),
    ("SINITIAL", "A(1)", "client", "", "consent"),
    ("DOB", "YYYYMMDD", "client", "", "consent"),
    ("SEX", "N(1)", "client", "", "consent"),
    ("AGNCY", "C(5)", "client", "", "consent"),
    ("EPISODID", "C(36)", "episode", "", "consent"),
    ("CONSENT", "A(1)", "episode", "", ""),
    ("DAT", "C(4)", "episode", "", ""),
    ("REFLD", "YYYYMMDD", "episode", "", "consent"),
    ("TRIAGED", "YYYYMMDD", "episode", "", ""),
    ("ACCMNEED", "N(2)", "episode", "AD (SA)", ""),
    ("CHILDRENHELP", "N(2)", "episode", "", ""),
    ("CHILDRENHELP2", "N(2)", "episode", "", ""),
    ("SEXUALO", "(1)", "episode", "", ""),
    ("ALCDDAYS", "N(2)", "episode", "AD (SA)", ""),
    ("ALCUNITS", "N(3)", "episode", "AD (SA)", ""),
    ("DISD", "YYYYMMDD", "episode", "", ""),
    ("DISRSN", "N(2)", "episode", "", ""),
    ("YNGMY", "MMYYYY", "episode", "", ""),
    ("IPSPC", "C(8)", "episode", "AD (SA)", ""),
]


@pytest.mark.parametrize("name", ["definitions.pdf", "definitions_rows.pdf", "definitions_none.pdf"])
def test_fields_are_read_whatever_lines_are_drawn(papers: Path, name: str) -> None:
    made = read(papers / name)
    told = ("header", "layout", "section", "data_sets", "required")
    assert [tuple(row[key] for key in told) for row in made.fields] == FIELDS
    triaged = next(row for row in made.fields if row["header"] == "TRIAGED")
    assert triaged["description"].endswith("the last counts")  # which stands on the next page
    assert line(made, "field", "TRIAGED").page == "1-2"
    assert (made.id, made.toml["valid_from"]) == ("ndtms-q", "2022-04-01")
    assert made.toml["no_consent"]["carries"] == ["AGNCY", "CONSENT", "CLIENTID", "EPISODID"]


def test_misprints_are_put_right_and_asked_about(whole: DraftEdition) -> None:
    accommodation = line(whole, "field", "ACCMNEED")
    assert accommodation.standing == "corrected" and "prints ACCMNED" in accommodation.question
    assert whole.toml["printed"] == {"ACCMNED": "ACCMNEED"}
    orientation = line(whole, "field", "SEXUALO")
    assert "N(1) is taken" in orientation.question
    assert next(row["layout"] for row in whole.fields if row["header"] == "SEXUALO") == "N(1)"


def test_rules_are_proposed_kept_or_told_as_missing(whole: DraftEdition) -> None:
    assert rule(whole, "9") == [
        ("not_before", "TRIAGED", "other=REFLD", "proposed"),
        ("not_after", "TRIAGED", "other=DISD", "proposed"),
    ]
    assert [row[2] for row in rule(whole, "10")] == ["other=REFLD", "other=TRIAGED"]
    assert rule(whole, "20") == [("required", "AGNCY CLIENTID EPISODID", "when=CONSENT!=@consented", "proposed")]
    assert rule(whole, "24") == [  # in part: what of it is not understood keeps its words
        ("number_between", "ALCUNITS", "least=0; most=200", "proposed"),
        ("", "ALCUNITS", "", "not_checked"),
    ]
    assert whole.rules[-1]["rule"] == "38" and "Above 100" in line(whole, "rule", "24").question
    assert rule(whole, "38") == [("one_of", "ACCMNEED", "values=Y|N|Z", "proposed")]
    assert "revision history only" in line(whole, "rule", "38").question
    assert rule(whole, "33") == [("", "", "", "not_checked")]
    assert line(whole, "rule", "41").standing == "nothing" and rule(whole, "41") == []
    assert rule(whole, "70") == [("", "DISD", "", "not_checked")] or rule(whole, "70")[0][3] == "not_checked"
    assert "stands 2 times" in line(whole, "rule", "70").question
    assert line(whole, "rule", "88").standing == "missing" and rule(whole, "88") == []


def test_what_compares_episodes_is_not_asked_of_fields_that_seem_to_be_of_an_event(whole: DraftEdition) -> None:
    """The edition would be refused for it."""
    client = {title: {**one, "level": "event"} for title, one in whole.sections.items() if one["level"] == "client"}
    made = replace(whole, sections=whole.sections | client, rules=[], lines=[])
    made.understood = understand_all(made)
    add_rules(made)
    compare = {"same_for_client", "like_another", "one_agency", "belongs_to_one"}
    assert compare == compare & {row["pattern"] for row in whole.rules}
    assert not compare & {row["pattern"] for row in made.rules}


def test_lists_keep_their_days_data_sets_and_groups(whole: DraftEdition) -> None:
    fields = {row["header"]: row["codes"] for row in whole.fields}
    assert [(row["code"], row["label"], row["valid_to"]) for row in whole.codes[fields["ACCMNEED"]]] == [
        ("01", "No home; sleeps rough", ""),
        ("02", "Hostel", "2022-03-31"),
        ("03", "Own home", "2023-03-31"),
    ]
    assert fields["CHILDRENHELP"] == fields["CHILDRENHELP2"] != ""
    reasons = {row["code"]: row for row in whole.codes[fields["DISRSN"]]}
    assert [reasons[code]["data_sets"] for code in ("10", "98", "81")] == ["AD SA", "AD", "YP SY"]
    assert reasons["10"]["group"] == "Finished" and len(reasons) == 52 and "20–29" not in reasons
    areas = {row["code"]: (row["label"], row["group"], row["valid_to"]) for row in whole.codes[fields["DAT"]]}
    assert areas == {
        "A01B": ("Ashford", "North", ""),
        "A02B": ("Birley and Saint Osyth with a name that goes over two lines of its cell", "North", ""),
        "A03B": ("Charham", "North", "2025-03-31"),
        "B01B": ("Downham", "South", ""),
        "B02B": ("Elmley", "South", "2023-03-31"),
    }


@pytest.mark.parametrize("strokes", ["rows", "none"])
def test_lists_are_read_whatever_lines_are_drawn(
    papers: Path, whole: DraftEdition, tmp_path: Path, strokes: str
) -> None:
    made = read(papers / "definitions.pdf", reference(tmp_path, strokes), papers / "geographic.pdf")
    told = ("code", "label", "data_sets", "valid_to", "group", "note")
    assert {name: [[row[key] for key in told] for row in rows] for name, rows in made.codes.items()} == {
        name: [[row[key] for key in told] for row in rows] for name, rows in whole.codes.items()
    }


def test_what_does_not_fit_is_asked(whole: DraftEdition) -> None:
    asked = {one.key: one.question for one in whole.lines if one.question}
    assert "Z99B" in asked[next(row["codes"] for row in whole.fields if row["header"] == "DAT")]
    twice = [one for one in whole.lines if one.kind == "code" and "stands twice" in one.question]
    assert [one.printed for one in twice] == ["2 | Child protection"]
    assert "no field of the edition" in asked["Primary care trust"]
    # A range that stands for a list has no codes of its own: it is told in the list's note.
    spans = {row["list"]: row["note"] for row in whole.lists if "Whole numbers" in row["note"]}
    assert spans == {
        "alcddays": "Whole numbers: 0-28 Fields: ALCDDAYS.",
        "alcunits": "Whole numbers: 0-200 Fields: ALCUNITS.",
    }


def test_the_folder_is_an_edition_that_can_be_loaded(whole: DraftEdition, tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    write(whole, folder)
    first, *others = load_folder(folder)
    assert [one.id for one in others] == ["ndtms-q-ad", "ndtms-q-yp", "ndtms-q-sa", "ndtms-q-sy"]
    assert first.headers == tuple(whole.headers)
    assert first.rule_by_id["24"].unread == "Above 100 a second person has asked."
    # A part of a date is digits and no day; C holds signs, as the key to layouts says.
    assert not first.by_header["YNGMY"].is_date and first.by_header["YNGMY"].layout.length == 6
    assert first.by_header["IPSPC"].layout.kind == "any" and first.by_header["DAT"].layout.kind == "alphanumeric"
    assert [one.digest for one in first.whole.documents] == [one.document.digest for one in whole.gathered.documents]
    with (folder / "provenance.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    read_from = [row for row in rows if row["standing"] in ("read", "corrected", "proposed")]
    assert read_from and all(row["document"] and len(row["digest"]) == 64 and row["page"] for row in read_from)
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert told == as_mapping(whole) and told["documents"][0]["read"]["fields"] == len(FIELDS)
    text = (folder / "report.txt").read_text(encoding="utf-8")
    assert text == as_text(told) and "Rules not understood, kept and not checked" in text


def test_what_differs_from_the_base_is_marked(
    whole: DraftEdition, papers: Path, tmp_path: Path, own_data: Path
) -> None:
    """The same documents again are the same; a later edition tells what is new, changed, gone and renamed."""
    place = own_data / "keywork" / "standards" / "ndtms_q"
    place.parent.mkdir(parents=True)
    write(whole, place)
    load.cache_clear()
    paths = (papers / "definitions.pdf", papers / "reference.pdf", papers / "geographic.pdf")
    again = read(*paths, like="ndtms-q")
    marked = [(one.key, one.mark) for one in again.lines if one.mark and one.kind in ("field", "list", "code")]
    assert [pair for pair in marked if pair[1] != "same"] == []
    assert rule(again, "9") == rule(whole, "9")  # as sure as it is there: nobody has looked at it yet
    assert [one.key for one in again.lines if one.kind == "rule" and one.mark not in ("", "same")] == []
    later = tmp_path / "later.csv"
    rows = [
        "No,Item,Header,Format,Verification rules,Data sets",
        '1,Identifier of the client,CLIENTID,C(36),1; 2,"AD, YP"',
        '2,Birth date of the client,BIRTHDAY,YYYYMMDD,1; 3,"AD, (YP)"',
        "3,Sex as recorded at birth,SEX,N(2),1; 4,AD",
        "4,Does the client consent to NDTMS?,CONSENT,A(1),1,AD",
    ]
    later.write_text("\n".join(rows), encoding="utf-8")
    made = read(later, like="ndtms-q", wanted="ndtms-q2")
    found = {one.key: one.mark for one in made.lines if one.kind == "field"}
    assert found["BIRTHDAY"] == found["SEX"] == "changed" and found["REFLD"] == "gone"
    birthday = next(row for row in made.fields if row["header"] == "BIRTHDAY")
    assert (birthday["was"], birthday["data_sets"]) == ("DOB", "AD (YP)")


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site's own data folder, with nothing in it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    load.cache_clear()
    yield tmp_path / "data"
    load.cache_clear()
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
