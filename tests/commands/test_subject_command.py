"""All that is held is told by line; a client is removed by two people; all records are handed over and taken back."""

import json
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from store.facts import NEVER, DraftInfo
from store.live import offline_drafts
from store.records import agencies
from store.store import open_store
from tests.commands.running import TODAY, Place, call
from validators.standard.catalogue import load

CLIENT = "CLIENT"


def reference(place: Place) -> str:
    """The reference of a client of the sample."""
    rows = json.loads(call("client", "list", "--format", "json", *place.options).out)
    return str(next(row["reference"] for row in rows if row["reference"]))


def closed(place: Place) -> str:
    """A client whose episodes are all closed and say No to consent; the reference."""
    for row in json.loads(call("client", "list", "--format", "json", *place.options).out):
        told = json.loads(call("client", "show", row["id"], "--format", "json", *place.options).out)
        if not row["reference"] or len(told["episodes"]) != 1:
            continue
        episode = told["episodes"][0]["id"]
        done = call("client", "edit", episode, "CONSENT=N", "DISD=20201101", "CJDISRSN=80", *TODAY, *place.options)
        assert done.code in (0, 1), done
        return str(row["reference"])
    raise AssertionError("the sample has no such client")


@pytest.fixture
def as_person(monkeypatch: pytest.MonkeyPatch) -> "AsPerson":
    """Work as somebody."""
    return AsPerson(monkeypatch)


class AsPerson:
    """Has commands done in somebody's name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take what changes the program for one test."""
        self._monkeypatch = monkeypatch

    def __call__(self, name: str) -> None:
        self._monkeypatch.setattr("store.disk.user.current_person", lambda store: name)


class Cells(HTMLParser):
    """The elements and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_everything_is_told_as_text_page_and_json(filled: Place) -> None:
    name = reference(filled)
    assert call("client", "edit", name, "NATION=<script>alert(1)</script>", *TODAY, *filled.options).code in (0, 1)
    assert call("client", "field-note", name, "SEX", "asked, waits for the form", *filled.options).code == 0
    text = call("client", "everything", name, *TODAY, *filled.options)
    assert "Note: asked, waits for the form" in text.out
    assert text.code == 0 and f"Client reference: {name}" in text.out
    for title in ("Consent", "Extracts with this client in them", "Who looked at the record", "Every change"):
        assert f"\n{title}" in text.out
    page = Cells(call("client", "everything", name, "--html", *TODAY, *filled.options).out)
    assert name in page.texts and "<script>alert(1)</script>" in page.texts and "script" not in page.names
    told = json.loads(call("client", "everything", name, "--format", "json", *TODAY, *filled.options).out)
    values = {value["field"]: value for value in told["records"][0]["values"]}
    assert values[CLIENT]["value"] == name and values[CLIENT]["label"] == "Client reference"
    # Each time is in the history, which the next one tells.
    acts = [row["Act"] for row in told["Every change, the oldest first"]]
    assert acts.count("all that is held given out") == 2 and acts.count("changed") == 1
    assert (
        "--html or --format json, not both"
        in call("client", "everything", name, "--html", "--format", "json", *filled.options).sentence
    )


def test_everything_goes_into_a_private_file_and_never_over_another(filled: Place) -> None:
    name, page = reference(filled), filled.folder / "page.html"
    done = call("client", "everything", name, "--html", "--out", page, *filled.options)
    assert done.code == 0 and stat.S_IMODE(page.stat().st_mode) == 0o600
    before = page.read_bytes()
    again = call("client", "everything", name, "--html", "--out", page, *filled.options)
    assert "is kept" in again.sentence and page.read_bytes() == before


def test_two_people_remove_a_client_and_the_extract_says_so(filled: Place, as_person: AsPerson) -> None:
    name = closed(filled)
    assert call("export", "--submission", "2020-12", "--out", filled.out, *TODAY, *filled.options).code in (0, 1)
    (written,) = filled.out.glob("*.csv")
    first = json.loads(call("extracts", "show", "last", "--format", "json", *filled.options).out)
    listed = json.loads(call("client", "everything", name, "--format", "json", *TODAY, *filled.options).out)
    assert [row["File"] for row in listed["Extracts with this client in them"]] == [written.name]
    ann, bob = ("ann", "bob")
    as_person(ann)
    asked = call("removal", "ask", name, "--reason", "withdrawal", *TODAY, *filled.options)
    assert asked.code == 0 and "waits for another person" in asked.out and "Copies of the store" in asked.err
    assert "another person" in call("removal", "confirm", name, "--yes", *TODAY, *filled.options).sentence
    as_person(bob)
    look = call("removal", "confirm", name, *TODAY, *filled.options)
    assert "From 1 kept extract: 1 row." in look.out and "Nothing was removed" in look.out
    done = call("removal", "confirm", name, "--yes", *TODAY, *filled.options)
    assert done.code == 0 and str(written) in done.out and written.exists()
    assert "There is no client" in call("client", "show", name, *filled.options).sentence
    now = json.loads(call("extracts", "show", "last", "--format", "json", *filled.options).out)
    assert now["sha256"] == first["sha256"] and now["redacted_sha256"] != first["sha256"]
    folder = filled.folder / "again"
    folder.mkdir()
    again = call("extracts", "write", "last", "--out", folder, *filled.options)
    assert again.code == 0 and "is not the file that was written" in again.err and now["redacted_sha256"] in again.out
    rows = (folder / written.name).read_text(encoding="utf-8").splitlines()
    assert set(rows) < set(written.read_text(encoding="utf-8").splitlines())
    assert "1 of them without clients who were removed" in call("doctor", *filled.options).out
    told = json.loads(call("removal", "list", "--format", "json", *filled.options).out)
    assert [(one["asked_by"], one["confirmed_by"]) for one in told["asked"]] == [(ann, bob)]
    assert "removed" in call("removal", "list", *filled.options).out


def test_what_is_due_follows_from_the_years_that_the_agency_says(filled: Place) -> None:
    closed(filled)
    assert "without an end" in call("removal", "list", *filled.options).out
    assert call("removal", "retention", "8", "--today", "2029-01-01", *filled.options).code == 0
    told = json.loads(call("removal", "list", "--format", "json", "--today", "2029-01-01", *filled.options).out)
    assert told["years"] == 8 and {one["due"] for one in told["due"]} >= {"2028-11-02"}
    assert (
        json.loads(call("removal", "list", "--format", "json", "--today", "2021-01-01", *filled.options).out)["due"]
        == []
    )
    assert "1 to 99" in call("removal", "retention", "100", *filled.options).sentence


def kept_away(place: Place) -> None:
    """Files of two people who typed while the store was away, and one that is no such file."""
    with open_store(place.store, place.key, load) as store:
        agency = store.ask(agencies.one)
        for name in ("ann", "bob"):
            typed = DraftInfo(name, "client", f"new-{name}", agency.id, "", {CLIENT: f"by {name}"}, 0, NEVER)
            offline_drafts.keep(store, [typed])
    (place.store.parent / f"{place.store.name}.unsaved-0").write_bytes(b"of another key" * 400)


@pytest.mark.parametrize("form", ["handover.json", ""])
def test_all_records_are_handed_over_and_taken_back(filled: Place, tmp_path: Path, form: str) -> None:
    kept_away(filled)
    done = call("handover", "--out", filled.out, *filled.options)
    assert done.code == 0 and "not encrypted" in done.err
    # What two people typed while the store was away is among it; what cannot be read is named before.
    assert "nobody saved is among it: 2 drafts" in done.err
    assert done.err.index("kept in 1 file while the store was away cannot be read") < done.err.index("nobody saved")
    (folder,) = filled.out.iterdir()
    other = Place(tmp_path / "other")
    other.folder.mkdir()
    taken = call("import", folder / form, *other.options)
    assert taken.code == 0, taken
    assert other.episodes() == filled.episodes()
    again = call("import", folder / form, *other.options)
    assert again.code == 0 and "Nothing to change." in again.out
    given = call("handover", "--stdout", *filled.options)
    both = [json.loads(text) for text in (given.out, (folder / "handover.json").read_text(encoding="utf-8"))]
    assert both[0]["clients"] == both[1]["clients"]
    filled.store.with_name(f"{filled.store.name}.unsaved-0").unlink()
    assert "already and it is kept" in call("handover", "--out", filled.out, *filled.options).sentence
