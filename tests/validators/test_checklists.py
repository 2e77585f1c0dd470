"""The items of a submission's checklist as data: the usual ones, a standard's own, and malformed ones refused."""

from pathlib import Path

import pytest

from tests.validators.builders import STANDARD
from tests.validators.test_loading import SHIPPED, SHIPPED_IDS
from validators.standard.catalogue import load
from validators.standard.checklist import USUAL, read_checklist
from validators.standard.loader import load_standard
from validators.standard.pack_tables import PackError

OWN = """id,title,who,check,asks,nil,help
checked,No errors,data,no_errors,,no,Nothing would be refused.
sent,Uploaded by hand to the switching service,person,uploaded,reference; how,yes,It is taken there by hand.
"""


def test_the_usual_items_are_those_of_a_standard_that_has_none_of_its_own() -> None:
    items = {one.id: one for one in STANDARD.checklist}
    assert items == {one.id: one for one in read_checklist(SHIPPED)}
    assert [one.id for one in STANDARD.checklist if one.who == "data"] == [
        "checked",
        "warnings",
        "mismatches",
        "consent",
        "drafts",
        "carried",
        "extract",
    ]
    assert sum(one.is_needed(False) for one in STANDARD.checklist) == 13
    assert [one.id for one in STANDARD.checklist if one.is_needed(True)] == ["drafts", "nil_told", "accepted"]


@pytest.mark.parametrize("name", SHIPPED_IDS)
def test_what_a_shipped_data_set_carries_over_or_asks_consent_for_its_checklist_looks_at(name: str) -> None:
    standard = load(name)
    checks = {one.check for one in standard.checklist}
    assert ("carried" in checks) == any(field.carried for field in standard.fields)
    assert ("consent" in checks) == bool(standard.role("consent"))
    assert {"no_errors", "warnings", "mismatches", "drafts", "extract", "uploaded"} <= checks


def test_a_standard_names_its_own_items_in_its_own_words(tmp_path: Path) -> None:
    for path in SHIPPED.rglob("*.*"):
        (tmp_path / path.relative_to(SHIPPED)).parent.mkdir(exist_ok=True)
        (tmp_path / path.relative_to(SHIPPED)).write_bytes(path.read_bytes())
    (tmp_path / "checklist.csv").write_text(OWN, encoding="utf-8")
    found = load_standard(tmp_path).checklist
    assert [(one.id, one.check) for one in found] == [("checked", "no_errors"), ("sent", "uploaded")]
    assert found[1].asks == ("reference", "how")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("id,title", "id,name", "line 1: the columns must be id, title"),
        ("sent,Up", "checked,Up", "line 3: the id 'checked' is empty, repeated"),
        ("sent,Up", "se nt,Up", "line 3: the id 'se nt' is empty, repeated or not made of"),
        ("No errors", "", "line 2: the title is empty or longer than 44"),
        ("No errors", "x" * 45, "line 2: the title is empty or longer than 44"),
        (",data,", ",nobody,", "line 2: who is 'nobody'"),
        ("no_errors", "no_faults", "line 2: the check 'no_faults' of a data item is none of no_errors, warnings"),
        ("person,uploaded", "person,extract", "line 3: the check 'extract' of a person item is none of empty, code"),
        (",,no,", ",,never,", "line 2: nil is 'never'"),
        ("Nothing would be refused.", "", "line 2: the help is empty"),
        ("no_errors,,", "no_errors,why,", "line 2: asks is filled"),
        ("how,yes", "how,only", "no item with the check 'uploaded' says that a return left the building"),
        ("how,yes", "how,no", "no item with the check 'uploaded' says that a nil return left the building"),
    ],
)
def test_a_malformed_one_is_refused_with_line_and_reason(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert OWN.count(old) == 1
    (tmp_path / "checklist.csv").write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_checklist(tmp_path)
    assert why in str(caught.value) and "checklist.csv" in str(caught.value)


def test_the_usual_ones_are_shipped() -> None:
    assert USUAL.is_file()
