"""A site installs its own copy of the official schema: what is learned, what is written by it, what is refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from exporters.xml_format.schema.installed import install, installed, schema_folder, shape_of
from exporters.xml_format.schema.mapping import MAPPING
from exporters.xml_format.shape import stand_in
from tests.exporters import schema_files
from tests.exporters.journeys import Returns, messages
from tests.exporters.schema_files import NAMES
from tests.validators.builders_smds import CLOSED, WALES, journey, modality, top
from validators.problems import Problem

XSD = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def test_names_order_and_namespace_are_learned_and_the_file_may_be_ready(wales: Returns, tmp_path: Path) -> None:
    wales.take(journey(modality(), top(), **CLOSED))
    before = wales.export("2026-06")
    assert before.not_ready_because
    done = install(schema_files.write(tmp_path / "xsd"), WALES)
    assert done.unmapped == () and done.demanded == ()
    assert (done.mapping["root"], done.mapping["message"]) == ("SMReturn", "Journey")
    assert (done.mapping["REFDATE"], done.mapping["DOB"]) == ("ReferralDate", "BirthDate")
    assert (done.mapping["TOP Details"], done.mapping["MODALITY"]) == ("TreatmentOutcomeProfile", "Treatment_Modality")
    receipt = wales.export("2026-06")
    assert receipt.not_ready_because == []
    root = etree.parse(str(receipt.file)).getroot()
    assert [etree.QName(one).localname for one in root[0]] == [
        "Referral", "ClientDetails", "Assessment", "TreatmentModality", "TreatmentOutcomeProfile", "Discharge",
    ]  # fmt: skip
    assert [etree.QName(one).localname for one in root[0][0]] == NAMES["Referral"]
    assert {etree.QName(one).namespace for one in root.iter()} == {"urn:smds"}
    assert b"stand-in" not in receipt.file.read_bytes()
    assert receipt.as_mapping()["schema"] == {
        "official": True,
        "told": "valid by the schema the site installed",
        "faults": [],
    }
    # Both are read, whichever names they have, and say the same.
    assert messages(before.file)[0].values == messages(receipt.file)[0].values
    schema = etree.XMLSchema(etree.parse(str(tmp_path / "xsd" / "Return-v0-4.xsd")))
    assert schema.validate(etree.parse(str(receipt.file)))


def test_a_file_that_the_installed_schema_refuses_is_not_ready(wales: Returns, tmp_path: Path) -> None:
    install(schema_files.write(tmp_path / "xsd"), WALES)
    wales.take(journey(AGENCY="T001234X"))
    reasons = wales.export("2026-06").not_ready_because
    assert any("not valid by the schema the site installed" in reason for reason in reasons)


def test_names_that_match_nothing_are_left_for_the_site_to_fill(wales: Returns, tmp_path: Path) -> None:
    names = {**NAMES, "Discharge": ["EndOn", "Why"]}
    done = install(schema_files.write(tmp_path / "xsd", names), WALES)
    assert done.unmapped == ("ENDDATE", "ENDREASON")
    assert shape_of(WALES) == stand_in(WALES)
    wales.take(journey())
    told = wales.export("2026-06").not_ready_because[-1]
    assert told.startswith("not validated against the official schema: of the schema installed here 2 names")
    path = schema_folder(WALES) / MAPPING
    text = path.read_text()
    path.write_text(text.replace('ENDDATE = ""', 'ENDDATE = "EndOn"').replace('ENDREASON = ""', 'ENDREASON = "-"'))
    found = installed(WALES)
    assert found is not None and found.shape is not None and not found.shape.is_stand_in
    assert wales.export("2026-06", "full").not_ready_because == []
    # Installed again, what the site filled in is kept.
    assert install(tmp_path / "xsd", WALES).mapping["ENDDATE"] == "EndOn"


def test_a_mapping_that_names_what_is_not_there_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    folder = schema_files.write(tmp_path / "xsd")
    install(folder, WALES)
    old = (schema_folder(WALES) / MAPPING).read_text()
    for was, now, told in (
        (
            'REFDATE = "ReferralDate"',
            'REFDATE = "Nope"',
            "names the element Nope for REFDATE, which the schema does not",
        ),
        ('root = "SMReturn"', 'root = "Nope"', "names the element Nope for root"),
        ('message = "Journey"', 'message = "Nope"', "names the element Nope for message"),
        ('= "Assessment"', '= "Nope"', "names the element Nope for Assessment Details"),
        ("[elements]", "[elements]\nNOPE = 'x'", "NOPE is no name of smds-wales"),
        ("[elements]", "[elements", "cannot be read as TOML"),
        ("root =", "rot = ''\nroot =", "there is no key rot"),
    ):
        assert was in old
        (folder / MAPPING).write_text(old.replace(was, now))
        with pytest.raises(Problem, match=told):
            install(folder, WALES)
        assert (schema_folder(WALES) / MAPPING).read_text() == old
        assert [path.name for path in schema_folder(WALES).parent.iterdir()] == ["smds_wales"]


def _loop(folder: Path) -> None:
    path = folder / "Types-v0-4.xsd"
    path.write_text(
        path.read_text().replace("<xs:simpleType", '<xs:include schemaLocation="Return-v0-4.xsd"/><xs:simpleType', 1)
    )


def _link(folder: Path) -> None:
    (folder / "Types-v0-4.xsd").rename(folder.parent / "elsewhere.xsd")
    (folder / "Types-v0-4.xsd").symlink_to(folder.parent / "elsewhere.xsd")


def _with(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_text(text)

    return change


def _includes(location: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "Return-v0-4.xsd"
        path.write_text(path.read_text().replace("./Components-v0-4.xsd", location))

    return change


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
DOCTYPE = f'<?xml version="1.0" encoding="utf-16"?>{LAUGHS}<xs:schema {XSD}/>'
EACH = "".join(f'<xs:element name="E{at}"/>' for at in range(5001))
MANY = f"<xs:schema {XSD}>{EACH}</xs:schema>"
WRONG = f'<xs:schema {XSD}>\n<xs:element name="E" type="nowhere"/></xs:schema>'
BAD: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing", lambda folder: (folder / "Types-v0-4.xsd").unlink(), "includes Types-v0-4.xsd, which is missing"),
    ("circle", _loop, "include each other in a circle"),
    ("link", _link, "is a link or no ordinary file"),
    ("doctype", _with("Types-v0-4.xsd", f"{LAUGHS}<xs:schema {XSD}/>"), "declares a document type or an entity"),
    ("external", _with("Types-v0-4.xsd", f'<!DOCTYPE x SYSTEM "file:///x"><xs:schema {XSD}/>'), "document type"),
    ("no xml", _with("Types-v0-4.xsd", "no xml"), "Types-v0-4.xsd, line 1, is no XML"),
    ("no schema", _with("Types-v0-4.xsd", "<html/>"), "is XML but no XML schema"),
    ("another", _with("Other.xsd", f"<xs:schema {XSD}/>"), "several schemas that none includes"),
    ("up", _includes("../Components-v0-4.xsd"), "not in its own folder"),
    ("absolute", _includes("/etc/Components-v0-4.xsd"), "not in its own folder"),
    ("network", _includes("http://example.org/c.xsd"), "not in its own folder"),
    ("backslash", _includes("..\\Components-v0-4.xsd"), "not in its own folder"),
    ("escaped", _includes("%2e%2e/Components-v0-4.xsd"), "not in its own folder"),
    ("base", _includes('./Components-v0-4.xsd" xml:base="good/'), "says xml:base, which moves what it includes"),
    ("itself", _includes("Return-v0-4.xsd"), "in a circle .Return-v0-4.xsd, Return-v0-4.xsd."),
    ("unnamed", _includes(""), "includes nothing, which is not in its own folder"),
    ("utf-16", lambda folder: (folder / "Types-v0-4.xsd").write_bytes(DOCTYPE.encode("utf-16")), "document type"),
    ("pipe", lambda folder: os.mkfifo(folder / "Pipe.xsd"), "is a link or no ordinary file"),
    ("folder", lambda folder: (folder / "Folder.xsd").mkdir(), "is a link or no ordinary file"),
    ("many", lambda folder: [(folder / f"{at}.xsd").write_text("") for at in range(18)], "holds 21 schemas, more"),
    ("elements", _with("Types-v0-4.xsd", MANY), "unfold into more than 5,000 elements"),
    ("place", _with("Types-v0-4.xsd", WRONG), "^Types-v0-4.xsd, line 2, cannot be used as an XML schema"),
    ("wrong", _with("Types-v0-4.xsd", f'<xs:schema {XSD}><xs:element type="b"/></xs:schema>'), "cannot be used as an"),
    ("large", _with("Types-v0-4.xsd", " " * 2_000_001), "is larger than 2,000,000 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_folder_that_cannot_be_trusted_is_refused_and_the_old_one_stays(
    tmp_path: Path, change: Callable[[Path], object], told: str
) -> None:
    install(schema_files.write(tmp_path / "good"), WALES)
    before = {path.name: path.read_bytes() for path in schema_folder(WALES).iterdir()}
    folder = schema_files.write(tmp_path / "bad")
    change(folder)
    with pytest.raises(Problem, match=told) as raised:
        install(folder, WALES)
    assert "\n" not in str(raised.value)
    assert {path.name: path.read_bytes() for path in schema_folder(WALES).iterdir()} == before


def test_no_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is not a folder"):
        install(tmp_path / "none", WALES)
    (tmp_path / "empty").mkdir()
    with pytest.raises(Problem, match=r"holds no \.xsd file"):
        install(tmp_path / "empty", WALES)
