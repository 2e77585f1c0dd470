"""What the panel lists, and where F8 and F7 lead."""

from dataclasses import replace

import pytest

from tests.form.conftest import TODAY
from tui.form.findings_panel import pane_lines, strip_lines
from tui.form.panel_entries import Entry, Place, RecordKey, counts, found, panel_entries, walk, walked
from tui.form.record_model import RecordModel
from validators.records import Finding, Severity, Values
from validators.standard.catalogue import load
from validators.standard.model import Standard

CLIENT = RecordKey("client", "C")
FIRST, SECOND = RecordKey("episode", "C", "E1"), RecordKey("episode", "C", "E2")
SUB = RecordKey("sub_intervention", "C", "E1", "S1")
RECORDS = [CLIENT, FIRST, SUB, SECOND]


def finding(
    header: str, severity: Severity = Severity.ERROR, rule: str = "9", episode: str = "E1", event: str = ""
) -> Finding:
    return Finding(
        severity,
        rule,
        header,
        (header,),
        f"{header} looks wrong",
        {header: "x"},
        client_id="C",
        episode_id=episode,
        event_id=event,
    )


def model_of(standard: Standard, values: Values) -> RecordModel:
    return RecordModel(standard, ["episode"], values, clock=lambda: TODAY, judged=True)


def listed(
    standard: Standard, *findings: Finding, values: Values | None = None, accepted: str = ""
) -> tuple[Entry, ...]:
    return panel_entries(
        findings,
        model_of(standard, values or {"PC": "x"}),
        [FIRST],
        accepted=lambda each: "accepted by ann: so it is" if each.rule == accepted else "",
    )


def test_this_record_comes_first_and_the_weightiest_first(standard: Standard) -> None:
    entries = listed(
        standard,
        finding("DISD", episode="E2"),
        finding("PC", Severity.NOTICE),
        finding("TRIAGED", Severity.WARNING),
        finding("DOB"),
        finding("DISD"),
        finding("REFLD"),
    )
    assert [(entry.place.record, entry.place.header) for entry in entries] == [
        (FIRST, "REFLD"), (FIRST, "DISD"), (FIRST, "TRIAGED"), (FIRST, "PC"), (CLIENT, "DOB"), (SECOND, "DISD"),
    ]  # fmt: skip
    assert counts(entries) == "4 errors, 1 warning, 1 notice"
    assert entries[0].text == "✗ REFLD looks wrong (9) REFLD=x"


def test_a_fault_of_the_client_is_one_place_whichever_episode_shows_it(standard: Standard) -> None:
    entries = listed(standard, finding("DOB"), finding("DOB", episode="E2"))
    assert walked(entries) == (Place(CLIENT, "DOB"),)


def test_an_accepted_warning_is_listed_as_such_and_not_walked(standard: Standard) -> None:
    entries = listed(
        standard, finding("PC", Severity.WARNING, rule="28"), finding("DISD", rule="28"), finding("DAT"), accepted="28"
    )
    assert [entry.kind for entry in entries] == ["error", "error", "accepted"]
    assert [place.header for place in walked(entries)] == ["DAT", "DISD"]
    assert "[accepted by" in "\n".join(line[0] for line in pane_lines(entries, None, 40))
    assert entries[2].text == "= PC looks wrong (28) [accepted by ann: so it is] PC=x"


def test_a_value_in_no_list_we_have_is_listed_and_not_walked(standard: Standard) -> None:
    """Nobody can mend it; another notice is a stop, and so is what else is wrong with that very value."""
    shipped = load("ndtms-cjit-p")
    unknown = finding("DRUG1", Severity.NOTICE, rule="not-in-list")
    entries = listed(shipped, unknown, finding("PC", Severity.NOTICE, rule="adult"))
    assert [place.header for place in walked(entries)] == ["PC"]
    assert [place.header for place in found(entries)] == ["PC", "DRUG1"]
    assert "2 notices" in counts(entries)
    assert [place.header for place in walked(listed(shipped, unknown, finding("DRUG1", rule="4")))] == ["DRUG1"]


def test_what_is_still_to_do_is_listed_and_not_walked(standard: Standard) -> None:
    model = RecordModel(standard, ["episode"], {"CONSENT": "Y"}, clock=lambda: TODAY)
    entries = panel_entries([], model, [FIRST])
    assert [entry.place.header for entry in entries] == ["REFLD", "TRIAGED", "DISABLE1", "DRUG1"]
    assert {entry.kind for entry in entries} == {"to do"}
    assert walked(entries) == ()
    assert counts(entries) == "4 to do"


@pytest.mark.parametrize(
    ("at", "step", "to"),
    [
        (Place(FIRST, "CONSENT"), 1, Place(FIRST, "REFLD")),
        (Place(FIRST, "REFLD"), 1, Place(FIRST, "DISD")),
        (Place(FIRST, "DISD"), 1, Place(SUB, "SUBMODDT")),
        (Place(SUB, "RECDOMV"), 1, Place(SECOND, "DISD")),
        (Place(SECOND, "DISD"), 1, None),
        (Place(CLIENT, "DOB"), -1, None),
        (Place(SECOND, "CONSENT"), -1, Place(SUB, "SUBMODDT")),
        (Place(FIRST, "REFLD"), -1, Place(CLIENT, "DOB")),
        (None, 1, Place(CLIENT, "DOB")),
        (None, -1, Place(SECOND, "DISD")),
    ],
)
def test_walking_goes_by_record_and_column_and_ends(
    standard: Standard, at: Place | None, step: int, to: Place | None
) -> None:
    places = [
        Place(SECOND, "DISD"),
        Place(FIRST, "DISD"),
        Place(SUB, "SUBMODDT"),
        Place(FIRST, "REFLD"),
        Place(CLIENT, "DOB"),
    ]
    assert walk(places, at, RECORDS, standard, 1 if step == 1 else -1) == to


def test_walking_with_one_stop_or_none_leads_nowhere(standard: Standard) -> None:
    only = Place(FIRST, "DISD")
    assert walk([only], only, RECORDS, standard) is None
    assert walk([only], only, RECORDS, standard, -1) is None
    assert walk([], only, RECORDS, standard) is None
    assert walk([], None, RECORDS, standard) is None


def test_every_stop_is_reached(standard: Standard) -> None:
    unknown = RecordKey("episode", "C", "E9")
    places = [Place(unknown, "DISD"), Place(FIRST, "DISD"), Place(unknown, "REFLD"), Place(CLIENT, "DOB")]
    at: Place | None = None
    seen = []
    while (at := walk(places, at, RECORDS, standard)) is not None:
        seen.append(at)
    assert set(seen) == set(places)


def test_the_folded_panel_shows_the_current_field_first(standard: Standard) -> None:
    entries = listed(standard, finding("REFLD"), finding("DISD"), finding("DISD", episode="E2"))
    lines = strip_lines(entries, Place(FIRST, "DISD"), 4)
    assert [line[0] for line in lines] == [
        "3 errors", ">✗ DISD looks wrong (9) DISD=x", " ✗ REFLD looks wrong (9) REFLD=x",
        " ✗ DISD looks wrong (9) DISD=x [Closure date, another record]",
    ]  # fmt: skip


def test_the_pane_wraps_sentences_and_names_the_other_records(standard: Standard) -> None:
    entries = listed(standard, finding("REFLD"), finding("DISD", episode="E2"))
    texts = [line[0] for line in pane_lines(entries, Place(FIRST, "REFLD"), 20)]
    assert texts == [
        "2 errors", ">✗ REFLD looks wrong", ">  (9)", ">  REFLD=x", "Other records of this client",
        " ✗ DISD looks wrong", "   (9)", "   DISD=x",
    ]  # fmt: skip


def test_one_landing_mends_most(standard: Standard) -> None:
    values = {"CPLANDT": "20200214", "DISD": "20190128", "TRIAGED": "20200101"}

    def between(field: str, *fields: str, **given: str) -> Finding:
        return replace(finding(field), fields=fields, values={**values, **given})

    late = between("CPLANDT", "CPLANDT", "DISD")
    entries = listed(standard, late, between("DISD", "DISD", "TRIAGED"))
    assert walked(entries) == (Place(FIRST, "DISD"),)
    assert {entry.place.header for entry in entries} == {"CPLANDT", "DISD"}  # the panel names the rule's own field
    assert walked(listed(standard, late)) == (Place(FIRST, "CPLANDT"),)
    gaps = [between("ROUTE", "DRUG1", "ROUTE", DRUG1="7000"), between("DRUGAGE", "DRUG1", "DRUGAGE", DRUG1="7000")]
    assert {place.header for place in walked(listed(standard, *gaps))} == {"ROUTE", "DRUGAGE"}  # what is missing
