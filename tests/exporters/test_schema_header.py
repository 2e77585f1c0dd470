"""A schema with a header block: it is filled, and what the schema says is told of the place where the fault is."""

import io
from pathlib import Path

import pytest
from lxml import etree

from exporters.extracts.preview import preview_extract
from exporters.extracts.receipt import told_as_text
from exporters.work import Work
from exporters.xml_format.schema.installed import install, schema_folder, shape_of
from exporters.xml_format.schema.mapping import MAPPING
from exporters.xml_format.validation import schema_of, validate
from tests.commands.running import call
from tests.exporters import schema_files, schema_header
from tests.exporters.journeys import Returns, messages
from tests.validators.builders_smds import TODAY, WALES, journey, modality, top
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load


def mapped(folder: Path, fixed: str = schema_header.FIXED) -> Path:
    """The schema, installed, with the texts of its header; the folder it came from."""
    install(schema_header.write(folder), WALES)
    path = schema_folder(WALES) / MAPPING
    path.write_text(path.read_text().partition("[fixed]")[0] + fixed)
    return folder


def test_what_the_header_demands_is_told_and_stands_ready_to_be_filled(tmp_path: Path) -> None:
    done = install(schema_header.write(tmp_path / "xsd"), WALES)
    assert done.unmapped == ()
    assert done.demanded[:2] == ("Header/SenderCode", "Header/DateCreated") and len(done.demanded) == 8
    text = (schema_folder(WALES) / MAPPING).read_text()
    assert '# "Header/SenderCode" = ""\n' in text and "{journeys}, {rows}" in text


def test_the_header_says_whose_it_is_when_how_much_and_which_days(wales: Returns, tmp_path: Path) -> None:
    folder = mapped(tmp_path / "xsd")
    wales.take(journey(modality(), top()), journey(CLIENTNO="43"), journey(CLIENTNO="44", REFDATE="2026-07-02"))
    receipt = wales.export("2026-06")
    # The referral of July waits: by its date it may be a slip.
    assert receipt.not_ready_because == ["left out with errors: 1"]
    tree = etree.parse(str(receipt.file))
    assert etree.XMLSchema(etree.parse(str(folder / "Return-v0-4.xsd"))).validate(tree)
    header = tree.getroot()[0]
    assert [one.text for one in header if one.text] == [
        "T00123", "2026-11-20", "2021-01-10T09:30:00Z", "000002", "3", "of kind new",
    ]  # fmt: skip
    assert header.xpath("*[local-name()='Period']/@*") == ["2026-06-01", "2026-06-30"]
    assert receipt.tally.rows == 3
    assert [message.values["CLIENTNO"] for message in messages(receipt.file)] == ["42", "43"]
    # What waits for the count is the same, byte for byte, as what does not.
    first = receipt.file.read_bytes().partition(b"<Journey")[2]
    mapped(tmp_path / "xsd", schema_header.FIXED.replace("{journeys:6}", "000002").replace("{rows}", "3"))
    again = wales.export("2026-06")
    assert again.file.read_bytes().partition(b"<Journey")[2] == first


def test_a_preview_says_what_would_be_written(wales: Returns, tmp_path: Path) -> None:
    mapped(tmp_path / "xsd")
    wales.take(journey(), journey(CLIENTNO="43"))
    with wales.store.reading() as snapshot:
        seen = preview_extract(snapshot, Work(wales.agency, WALES, TODAY), "2026-06")
    assert seen.receipt.not_ready_because == []
    assert b"<RecordCount>000002</RecordCount>" in b"".join(seen.text.pieces())


def test_faults_are_told_where_they_are_with_the_client(wales: Returns, tmp_path: Path) -> None:
    """The header goes with every message that is judged by itself: without it each of them would be a fault."""
    mapped(tmp_path / "xsd")
    wales.take(*(journey(CLIENTNO=str(number)) for number in range(40, 44)), journey(CLIENTNO="50", AGENCY="T0012345"))
    receipt = wales.export("2026-06")
    assert receipt.validation is not None
    lines = receipt.file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "T0012345" in line)
    wrong = (at, "AgencyCode", "its value does not fit the format", "50")
    assert receipt.validation.faults == (wrong,)
    (told,) = [line for line in told_as_text(receipt) if line.startswith("    line")]
    assert told == f"    line {at}, client 50, AgencyCode: its value does not fit the format"
    assert receipt.as_mapping()["schema"]["faults"] == [  # type: ignore[index]
        {"line": at, "element": "AgencyCode", "what": "its value does not fit the format", "client": "50"}
    ]


def test_a_fault_of_the_header_is_told_once_and_is_no_clients(wales: Returns, tmp_path: Path) -> None:
    mapped(tmp_path / "xsd", schema_header.FIXED.replace("{journeys:6}", "{journeys}"))
    wales.take(*(journey(CLIENTNO=str(number)) for number in range(40, 44)))
    receipt = wales.export("2026-06")
    assert receipt.validation is not None and receipt.validation.count == 1
    lines = receipt.file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "RecordCount" in line)
    assert receipt.validation.faults == ((at, "RecordCount", "its value does not fit the format", ""),)
    # Without any header the first message is where it shows, and only there.
    text = receipt.file.read_bytes()
    start, end = text.index(b"<Header"), text.index(b"</Header>") + len(b"</Header>")
    without = text[:start] + text[end:]
    found = validate(lambda: io.BytesIO(without), schema_of(WALES, shape_of(WALES)), WALES, shape_of(WALES))
    assert [(fault.element, fault.client) for fault in found.faults] == [("Journey", "40")]


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("Header/Kind", "{nope}", "has {nope} in a text, which nothing fills"),
        ("Header/Kind", "{kind:6}", "has {kind:6} in a text"),
        (
            "Journey/ClientDetails/Gender",
            "{rows}",
            "has a count in Journey/ClientDetails/Gender, which stands in every",
        ),
    ],
)
def test_a_text_that_cannot_be_filled_is_one_sentence(tmp_path: Path, place: str, text: str, told: str) -> None:
    folder = mapped(tmp_path / "xsd")
    path = schema_folder(WALES) / MAPPING
    given = (
        path.read_text().replace('GENDER = "Gender"', 'GENDER = "-"').replace('"Header/Kind" = "of kind {kind}"\n', "")
    )
    (folder / MAPPING).write_text(f'{given}"{place}" = "{text}"\n')
    with pytest.raises(Problem, match=told):
        install(folder, WALES)
    assert "of kind {kind}" in path.read_text()


def test_a_folder_in_which_nothing_maps_does_not_take_a_mapped_schemas_place(tmp_path: Path) -> None:
    mapped(tmp_path / "xsd")
    other = tmp_path / "other"
    other.mkdir()
    (other / "Other.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Order" type="xs:string"/></xs:schema>'
    )
    with pytest.raises(Problem, match=r"Nothing in .* bears the names of smds-wales, .* it stays"):
        install(other, WALES)
    assert not shape_of(WALES).is_stand_in
    # An owner's new edition is taken, and what was mapped stays.
    assert install(schema_files.write(tmp_path / "plain"), WALES).unmapped == ()


def test_a_schema_is_taken_away_and_its_mapping_kept(tmp_path: Path) -> None:
    folder = mapped(tmp_path / "xsd")
    done = call("standards", "uninstall", "smds-wales")
    assert done.code == 0 and "smds-wales: the schema of the site is taken away.\nNo official schema" in done.out
    assert shape_of(WALES).is_stand_in and not schema_folder(WALES).exists()
    kept = schema_folder(WALES).with_name("smds_wales.mapping.toml")
    assert str(kept) in done.out
    assert "no schema is installed" in call("standards", "uninstall", "smds-wales").sentence.lower()
    assert "not sent as XML" in call("standards", "uninstall", "ndtms-cjit-p").sentence
    (folder / MAPPING).write_bytes(kept.read_bytes())
    assert call("standards", "install", folder).code == 0
    assert not shape_of(WALES).is_stand_in


def test_the_values_that_a_schema_enumerates_are_the_sites_lists(tmp_path: Path) -> None:
    folder = schema_files.write(tmp_path / "xsd")
    path = folder / "Components-v0-4.xsd"
    kinds = {
        "GenderType": '<xs:enumeration value="1"><xs:annotation><xs:documentation>Male</xs:documentation>'
        '</xs:annotation></xs:enumeration><xs:enumeration value="2"/>',
        "Substance": '<xs:enumeration value="1101"/><xs:enumeration value="1001"/>',
        "Modality": '<xs:enumeration value="01"/>',
    }
    text = path.read_text().replace("</xs:schema>", "")
    for name, values in kinds.items():
        text += (
            f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
        )
    for element, kind in (
        ("Gender", "GenderType"),
        ("ProblemSubstance1", "Substance"),
        ("ProblemSubstance2", "Substance"),
        ("ProblemSubstance3", "Substance"),
        ("OtherProblemSubstanceUsed", "Substance"),
        ("Treatment_Modality", "Modality"),
        ("HepatitisBVaccinationStatus", "GenderType"),
    ):
        text = text.replace(f'name="{element}" type="xs:string"', f'name="{element}" type="{kind}"')
    path.write_text(f"{text}</xs:schema>")
    done = call("standards", "install", folder)
    assert done.code == 0 and "as the site's own: gender, hepatitis_b, substance\n" in done.out
    lists = load("smds-wales").code_lists
    assert (lists["gender"].status, lists["gender"].complete) == ("site", True)
    assert dict(lists["gender"].codes) == {"1": "Male", "2": "2"}
    assert list(lists["substance"].codes) == ["1101", "1001"]
    # A published list stays, whatever a schema says.
    assert lists["modality"].status == "published" and len(lists["modality"].codes) == 11
    told = {one.rule: one.field for one in Checker(load("smds-wales")).check(journey(GENDER="7"), Context(TODAY))}
    assert told == {"codes": "GENDER"}
    # Where items that share a list are allowed different values, none of them is the list.
    third = 'name="ProblemSubstance3" type='
    path.write_text(path.read_text().replace(f'{third}"Substance"', f'{third}"xs:string"'))
    assert "gender, hepatitis_b\n" in call("standards", "install", folder).out
    assert load("smds-wales").code_lists["substance"].status == "unknown"
    assert call("standards", "uninstall", "smds-wales").code == 0
    assert load("smds-wales").code_lists["gender"].status == "unknown"
