"""`keywork findings` in every form, also for a helpdesk without anything of anybody, and `keywork bounces`."""

import csv
import io
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store.facts import Who
from store.records import agencies, read, save
from store.store import open_store
from tests.commands.running import SAMPLE_FILE, TODAY, Place, call
from tests.exporters.extracts import NOW, STANDARD, row, write
from tests.stores import ask
from validators.standard.catalogue import load

FORMS = ("csv", "text", "json")
SECRET = {"CLIENT": "7QZX-1", "CLIENTID": "zq-77001", "EPISODID": "zq-88001", "DOB": "19850703", "PC": "ZQ9  9ZQ"}


@pytest.fixture
def faulty(place: Place) -> Place:
    """A store with one client who has several faults, and whose identifiers stand out."""
    file = write(place.folder, [row("1", **SECRET, FINITIAL="Ø", SINITIAL="Ł", REFLD="19840101", PARENT="Y")])
    assert call("import", file, *place.options).code in (0, 1)
    return place


def told(place: Place, form: str, *more: str) -> str:
    """What the command prints; there are errors."""
    done = call("findings", *place.options, *TODAY, "--format", form, *more)
    assert done.code == 1, done
    return done.out


def test_all_findings_in_every_form(faulty: Place) -> None:
    rows = list(csv.DictReader(io.StringIO(told(faulty, "csv"), newline="")))
    items = json.loads(told(faulty, "json"))
    lines = told(faulty, "text").splitlines()
    assert len(rows) == len(items) == len(lines) > 2
    assert {one["reference"] for one in rows} == {one["reference"] for one in items} == {"7QZX-1"}
    assert [one["rule"] for one in rows] == [one["rule"] for one in items]
    assert all(line.startswith("7QZX-1  ") for line in lines)
    assert any("DOB=19850703" in one["values"] for one in items)


def test_a_new_file_is_written_and_none_replaced(faulty: Place) -> None:
    target = faulty.folder / "list.csv"
    done = call("findings", *faulty.options, *TODAY, "--format", "csv", "--out", target)
    assert (done.code, done.out) == (1, "") and f"findings written to {target}" in done.err
    assert target.read_bytes().decode() == told(faulty, "csv") and target.stat().st_mode & 0o777 == 0o600
    again = call("findings", *faulty.options, *TODAY, "--out", target)
    assert "is there already" in again.sentence


def test_nothing_wrong_leaves_with_0(place: Place) -> None:
    assert call("import", write(place.folder, [row("1")]), *place.options).code == 0
    done = call("findings", *place.options, *TODAY, "--format", "json")
    assert done.code == 0 and not [one for one in json.loads(done.out) if one["severity"] == "error"]


@pytest.mark.parametrize("standard", ["ndtms-cjit-p", "smds-wales"])
def test_receipt_check_and_findings_of_a_submission_count_the_same(place: Place, standard: str) -> None:
    """What was closed before the base date, begun after the period, or sent before, counts nowhere."""
    month = ("--submission", "2020-12", *TODAY)
    here = place.options
    assert call("sample", *here, *TODAY, "--clients", "60", "--faults", "--standard", standard).code == 0
    kept = json.loads(call("check", *here, *TODAY, "--format", "json").out)
    sent = call("check", *here, *month, "--format", "json")
    receipt = json.loads(call("export", *here, *month, "--out", place.out, "--format", "json").out)
    names = ("rows", "episodes", "errors", "warnings", "accepted", "load_percent", "data_quality_percent")
    counted = json.loads(sent.out)
    assert {name: counted[name] for name in names} == {name: receipt[name] for name in names}
    assert counted["rows"] < kept["rows"] and counted["errors"] + counted["warnings"] > 0
    assert sent.code == (1 if receipt["errors"] else 0)
    done = call("findings", *here, *month, "--format", "json")
    listed = [one["severity"] for one in json.loads(done.out)]
    assert [listed.count("error"), listed.count("warning")] == [receipt["errors"], receipt["warnings"]]
    assert done.code == sent.code


def test_a_row_of_another_agency_is_told_by_every_command(place: Place) -> None:
    """As an older program took it in: the import of today leaves it out."""
    assert call("import", write(place.folder, [row("1"), row("2")]), *place.options).code == 0
    with open_store(place.store, place.key, load) as store:
        record = list(ask(store, read.episodes, ask(store, agencies.one)))[1]
        with store.writing(Who("ann", NOW)) as unit:
            now = read.get(unit, "client", record.client_id)
            save.change(unit, "client", now.id, {**now.values, "AGNCY": "T0999"}, now.version)
    month = ("--submission", "2020-12", *TODAY)
    receipt = json.loads(call("export", *place.options, *month, "--out", place.out, "--format", "json").out)
    assert (receipt["errors"], receipt["ready"], receipt["load_percent"]) == (1, False, 50.0)
    for command in ("check", "findings"):
        for more in (TODAY, month):
            done = call(command, *place.options, *more, "--format", "json")
            found = json.loads(done.out)
            listed = found["findings"] if command == "check" else found
            assert done.code == 1 and [one["field"] for one in listed if one["rule"] == "agency"] == ["AGNCY"]


def test_who_else_is_like_a_client_is_told_to_staff_alone(place: Place) -> None:
    """Not in the list for a helpdesk, nor in what is handed out to somebody of whom another record speaks."""
    alike = [row("1", CLIENT="QX-ONE"), row("1", CLIENT="QX-TWO", CLIENTID="c2", EPISODID="e2")]
    again = [row("2", CLIENT="QX-ONE", CLIENTID="c3", EPISODID="e3")]
    assert call("import", write(place.folder, [*alike, *again]), *place.options).code == 0
    staff = call("findings", *place.options, *TODAY).out
    assert "area of residence (first of client QX-ONE)" in staff and "another client (first of client QX-ONE)" in staff
    hidden = call("findings", *place.options, *TODAY, "--anonymous").out
    assert "QX-" not in hidden and len(hidden.splitlines()) == len(staff.splitlines())
    for form in ((), ("--html",), ("--format", "json")):
        held = call("client", "everything", "QX-TWO", *form, *place.options, *TODAY).out
        assert "QX-TWO" in held and "QX-ONE" not in held and "Another client has the same" not in held


def test_the_code_that_was_meant_is_a_value_of_somebody(place: Place) -> None:
    assert call("import", write(place.folder, [row("1", ETHNIC="a")]), *place.options).code == 0
    assert "did you mean A?" in call("findings", *place.options, *TODAY).out
    assert "did you mean" not in call("findings", *place.options, *TODAY, "--anonymous").out


WORDS = frozenset(
    word
    for text in (
        *(f.label for f in STANDARD.fields),
        *(f.header for f in STANDARD.fields),
        *(each.message for rule in STANDARD.rules for each in rule.rows),
        *(rule.id for rule in STANDARD.rules),
        *(s.title for s in STANDARD.sections),
        "is are has have does do begins begin ends end looks look and or error warning notice accepted true false",
        "row severity rule field fields message accepted yes",
    )
    for word in re.findall(r"\w+", text.casefold())
)
"""All that the standard's own wording is made of."""

name = st.text(st.sampled_from("QXZÆŁ0123456789-"), min_size=5, max_size=9).map(lambda text: f"ZQ{text}")
rows = st.fixed_dictionaries(
    {
        "CLIENT": st.one_of(name, st.just("ZQ12345")),  # now and then two bear the same
        "FINITIAL": st.sampled_from(["Q", "Z", "Ł", "zz", "7"]),
        "SINITIAL": st.sampled_from(["X", "Æ", "q", ""]),
        "DOB": st.sampled_from(["19850703", "18991231", "20990101", "19850230", "born in 1985"]),
        "PC": name,
        "DAT": name,
        "REFLD": st.sampled_from(["20200601", "19840101", "20990101"]),
        "SEX": st.sampled_from(["1", "2", "Zqx"]),
        "PARENT": st.sampled_from(["Y", ""]),
    }
)


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(clients=st.lists(rows, min_size=1, max_size=4), ids=st.lists(name, min_size=8, max_size=8, unique=True))
def test_the_anonymous_forms_hold_nothing_but_the_standards_own_words(
    clients: list[dict[str, str]], ids: list[str]
) -> None:
    """Whatever stands in the records: a word that is no word of the standard's, nor the row's number, is nowhere."""
    with TemporaryDirectory() as folder:
        place = Place(Path(folder))
        whole = [
            row(str(at), **one, CLIENTID=ids[at], EPISODID=ids[at + 4]) for at, one in enumerate(clients)
        ]  # fmt: skip
        assert call("import", write(place.folder, whole), *place.options).code in (0, 1)
        for form in FORMS:
            done = call("findings", *place.options, *TODAY, "--format", form, "--anonymous")
            assert done.code in (0, 1), done
            named = call("findings", *place.options, *TODAY, "--format", form).out
            many = len(json.loads(done.out)) if form == "json" else len(named.splitlines())
            numbers = {str(at) for at in range(1, many + 1)}
            words = {word.casefold() for word in re.findall(r"\w+", done.out)}
            assert words <= WORDS | numbers, words - WORDS - numbers
            assert len(done.out.splitlines()) == len(named.splitlines()), "every finding is told"


@pytest.fixture
def sent(place: Place) -> Place:
    """The sample, its extract written and marked as sent."""
    assert call("import", SAMPLE_FILE, *place.options).code in (0, 1)
    call("export", *place.options, "--submission", "2020-12", "--out", place.out, *TODAY)
    assert call("extracts", "sent", "last", *place.options).code == 0
    return place


def test_a_portals_list_leads_to_the_records(sent: Place) -> None:
    (file,) = sent.out.glob("*.csv")
    cells = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    own = cells[40]["EPISODID"]
    portal = sent.folder / "list.txt"
    portal.write_text(f"Row 17: CJDISRSN missing\n17,23,44\nline 17 - DISD is too late\n{own}\n", encoding="utf-8")
    done = call("bounces", portal, *sent.options, "--format", "json")
    found = json.loads(done.out)
    assert done.code == 0, done
    assert [(one["line"], one["field"]) for one in found[:5]] == [
        (17, "CJDISRSN"), (17, ""), (23, ""), (44, ""), (17, "DISD"),
    ]  # fmt: skip
    assert [one["episode"] for one in found] == [
        *(cells[line - 2]["EPISODID"] for line in (17, 17, 23, 44, 17)), own,
    ]  # fmt: skip
    shown = call("bounces", portal, *sent.options).out
    assert shown.startswith("6 lines, 6 lead to a record, 0 do not\n")
    rows_counted = json.loads(call("bounces", portal, *sent.options, "--rows", "--format", "json").out)
    assert rows_counted[0]["line"] == 18
    # One that was written since, for a look, is not what the portal speaks of.
    written = call("export", *sent.options, "--submission", "2020-12", "--out", sent.out, "--again", *TODAY)
    assert written.code in (0, 1), written
    again = call("bounces", portal, *sent.options, "--format", "json")
    assert (again.out, again.err) == (done.out, done.err) and ", marked as sent" in done.err


def test_what_leads_nowhere_and_what_is_no_list(sent: Place) -> None:
    portal = sent.folder / "list.txt"
    portal.write_text("9999\nTotal errors\x1b[31m: 12\n", encoding="utf-8")
    done = call("bounces", portal, *sent.options)
    assert done.code == 1 and "the extract has no line 9999" in done.out and "\x1b" not in done.out
    portal.write_text(" \n", encoding="utf-8")
    assert "The list is empty" in call("bounces", portal, *sent.options).sentence
    assert "no extract nobody" in call("bounces", portal, *sent.options, "--extract", "nobody").sentence
    assert "could not be read" in call("bounces", sent.folder / "none.txt", *sent.options).sentence
    assert "not one of 'text', 'json'" in call("bounces", portal, *sent.options, "--format", "csv").sentence
