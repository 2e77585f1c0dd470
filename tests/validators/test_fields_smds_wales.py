"""The 58 Welsh items against the published table, kept in tests/data as it was gathered from the notice."""

import csv
from pathlib import Path

import pytest

from tests.validators.builders_smds import WALES

with (Path(__file__).parent.parent / "data" / "smds_items.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = list(csv.DictReader(lines))
LAYOUTS = {
    "10 digit numeric": "N(10)",
    "15 digit numeric": "N(15)",
    "6 digit numeric": "N(6)",
    "4 digit numeric": "N(4)",
    "3 digit numeric": "N(3)",
    "1 digit numeric": "N(1)",
    "1 alpha character": "A(1)",
    "1 character alpha numeric": "C(1)",
    "2 character alpha numeric": "C(2)",
    "6 character alpha numeric": "C(6)",
    "CCYY-MM-DD": "CCYY-MM-DD",
    "(blank in the table; schema table says alphanumeric 6)": "C(6)",
}


@pytest.mark.parametrize("item", PUBLISHED, ids=lambda item: str(item["item"]))
def test_an_item_is_as_published(item: dict[str, str]) -> None:
    field = WALES.fields[int(item["order"]) - 1]
    assert (field.description, field.group) == (item["item"], item["group"])
    assert field.layout.text == LAYOUTS[item["format_as_published"]]
    codes = WALES.code_lists.get(field.codes)
    state = item["code_list_status"]
    if state == "FOUND":
        assert codes is not None and codes.status == "published" and codes.complete
    elif state.startswith("INFERRED"):
        assert codes is not None and codes.status == "unverified"
    elif "NOT FOUND" in state and codes is not None:
        assert codes.status == "unknown" and not codes.codes


def test_there_are_58_items_in_six_blocks_and_each_has_an_element() -> None:
    assert len(WALES.fields) == len(PUBLISHED) == 58 and WALES.xml is not None
    assert [block.group for block in WALES.xml.blocks] == list(dict.fromkeys(item["group"] for item in PUBLISHED))
    assert [block.occurs for block in WALES.xml.blocks] == ["once", "always", "once", "many", "many", "once"]
    for item in PUBLISHED:
        field = WALES.fields[int(item["order"]) - 1]
        block = next(block for block in WALES.xml.blocks if field.header in block.headers)
        assert (block.occurs == "many") == (item["repeats_per_message"] == "many")
    assert set(WALES.xml.elements) == set(WALES.headers)


def test_the_modality_list_has_its_definitions_and_start_dates() -> None:
    codes = WALES.code_lists["modality"]
    assert list(codes.codes) == list(codes.help) == [f"{number:02}" for number in range(1, 12)]
    assert "first dose" in codes.help["11"] and "Not for injectable" in codes.help["05"]
