"""A schema that nests, as real ones do: what is learned of it, what is written and read by it, what a site edits."""

import io
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from exporters.checks.file_check import check_file
from exporters.formats import choose
from exporters.formats.base import ReturnDetails
from exporters.xml_format.reading import MessageReader
from exporters.xml_format.schema.installed import install, installed, schema_folder, shape_of
from exporters.xml_format.schema.mapping import MAPPING
from exporters.xml_format.validation import _messages, schema_of, validate
from exporters.xml_format.writing import XmlWriter
from tests.exporters import schema_deep
from tests.exporters.extracts import NOW
from tests.exporters.journeys import Returns, messages, opened
from tests.exporters.schema_files import NAMES
from tests.validators.builders_smds import CLOSED, TODAY, WALES, journey, modality, top
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.rules.registry import Context

D = "{urn:deep}"
PERIOD = ReportingPeriod("2026-06", date(2026, 6, 1), date(2026, 6, 30))
DETAILS = ReturnDetails("T00123", PERIOD, "new", TODAY, NOW)


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """The schema, installed, with the one text that it demands; the folder it came from."""
    folder = schema_deep.write(tmp_path / "xsd")
    assert install(folder, WALES).demanded == ("Header/Sender",)
    edited("[fixed]", '[fixed]\n"Header/Sender" = "T00123"')
    return folder


def edited(*pairs: str) -> None:
    """Edit the mapping as a site would: each text for the one before it."""
    path = schema_folder(WALES) / MAPPING
    text = path.read_text(encoding="utf-8")
    for was, now in zip(pairs[::2], pairs[1::2], strict=True):
        assert text.count(was) == 1, was
        text = text.replace(was, now)
    path.write_text(text, encoding="utf-8")


def written(*records: EpisodeRecord) -> bytes:
    """A return in the shape of the installed schema."""
    file = io.BytesIO()
    writer = XmlWriter(WALES, file, shape_of(WALES), DETAILS)
    for record in records:
        writer.write(record)
    writer.finish()
    return file.getvalue()


def test_wrappers_groups_extensions_references_and_attributes_are_learned(tmp_path: Path) -> None:
    done = install(schema_deep.write(tmp_path / "xsd"), WALES)
    assert done.unmapped == () == done.reasons
    wanted = {
        "root": "Return",
        "message": "Clients/Client",
        "Client Details": "Person",
        "Referral Details": "Journey/Referral",
        "Treatment Modality Details": "Journey/Treatments/Treatment",
        "TOP Details": "Journey/Outcomes/Outcome/Profile",
        "NHSNO": "NHSNumber",
        "GENDER": "Gender/@value",
        "ETHNIC": "EthnicCategory/Code",
        "POSTCODE": "Address/ReducedPostcode",
        "AGENCY": "@agencyCode",
        "MODSTARTD": "Dates/ModalityStartDate",
        "QUALITY": "QualityOfLifeStatus",
    }
    assert {name: done.mapping[name] for name in wanted} == wanted


def test_what_is_written_is_valid_and_reads_back_as_it_was(wales: Returns, deep: Path) -> None:
    every = {"GENDER": "1", "ETHNIC": "A", "POSTCODE": "CF10 1"}
    wales.take(
        journey(modality(), modality("04"), top(QUALITY="12"), top(TOPNO="2"), **CLOSED, **every),
        journey(CLIENTNO="43", ASSDATE=""),
    )
    receipt = wales.export("2026-06")
    assert receipt.not_ready_because == []
    root = etree.parse(str(receipt.file)).getroot()
    assert etree.XMLSchema(etree.parse(str(deep / "Return.xsd"))).validate(root)
    assert (root.get("schemaVersion"), root.findtext(f"{D}Header/{D}Version")) == ("0-4", "0-4")
    first, second = root.findall(f"{D}Clients/{D}Client")
    assert len(first.findall(f"{D}Journey/{D}Treatments/{D}Treatment")) == 2
    assert len(first.findall(f"{D}Journey/{D}Outcomes/{D}Outcome/{D}Profile")) == 2
    assert first.xpath("string(.//*[local-name()='Gender']/@value)") == "1"
    assert first.xpath("string(.//@scale)") == "0-20"
    # What is demanded is there though it is empty; what may be left out is.
    assert second.findall(f"{D}Journey/{D}Treatments/*") == [] != second.findall(f"{D}Journey/{D}Treatments")
    assert second.find(f"{D}Journey/{D}Outcomes") is None and second.find(f"{D}Person/{D}Address") is None
    read = messages(receipt.file)
    assert [(message.faults, len(message.events)) for message in read] == [([], 4), ([], 0)]
    assert read[0].values["POSTCODE"] == "CF10 1" and read[0].values["AGENCY"] == "T00123"
    assert [event.values.get("QUALITY") for event in read[0].events] == [None, None, "12", None]
    report = check_file(receipt.file, WALES, Context(TODAY))
    assert report.tally.episodes == 2 and report.tally.errors == 0


def test_it_is_looked_through_and_taken_in_like_any_other(wales: Returns, deep: Path, tmp_path: Path) -> None:
    wales.take(journey(modality(), **CLOSED), journey(CLIENTNO="43"), journey(CLIENTNO="44", SURNAME1="Ŵ"))
    receipt = wales.export("2026-06")
    kept = choose.of(WALES).pager([receipt.file.read_bytes()])
    assert kept.rows == 3 and kept.cells(1, 2)[0][:4] == ["T00123", "43", "2026-03-02", "01"]
    assert [row[1] for row in kept.cells(0, 3)] == ["42", "43", "44"]
    other = opened(tmp_path / "other")
    with other.store:
        job = choose.of(WALES).importer(receipt.file)
        job.write(other.store, job.prepare(other.store, None), "ann", NOW)
        assert other.export("2026-06").file.read_bytes() == receipt.file.read_bytes()


def test_faults_are_told_at_their_lines_whatever_stands_around(deep: Path) -> None:
    text = written(journey(), journey(CLIENTNO="43"), journey(CLIENTNO="44"))
    shape = shape_of(WALES)
    schema = schema_of(WALES, shape)
    assert [level.tag for level in shape.levels[1:]] == [f"{D}Clients"]

    def said(data: bytes) -> tuple[int, tuple[tuple[int, str, str, str], ...]]:
        found = validate(lambda: io.BytesIO(data), schema, WALES, shape)
        return found.count, tuple(found.faults)

    assert said(text) == (0, ())
    broken = text.replace(b"<n1:ReferralDate>2026-03-02", b"<n1:ReferralDate>x", 2)
    if broken == text:
        broken = text.replace(b"<ReferralDate>2026-03-02", b"<ReferralDate>x", 2)
    at = [number for number, line in enumerate(broken.split(b"\n"), 1) if b"ReferralDate>x" in line]
    count, faults = said(broken)
    wrong = "its value does not fit the format"
    assert count == 2
    assert faults == tuple((line, "ReferralDate", wrong, client) for line, client in zip(at, ("42", "43"), strict=True))
    count, faults = said(text.replace(b"<n1:Sender>T00123</n1:Sender>", b""))
    line = next(number for number, told in enumerate(text.split(b"\n"), 1) if b"<n1:Header" in told)
    assert count == 1 and faults == ((line, "Header", "something is missing in it", ""),)
    assert said(text[:-30])[0] >= 1


def test_nothing_is_held_of_the_messages_before(deep: Path) -> None:
    text = written(*(journey(modality(), CLIENTNO=str(number)) for number in range(2000)))
    events = etree.iterparse(io.BytesIO(text), events=("end",))
    held = [len(list(element.itersiblings(preceding=True))) for element in _messages(events, shape_of(WALES))]
    # The parser itself reads some ahead.
    assert len(held) == 2000 and max(held) < 100


# Other ways to nest


def flat(folder: Path, message: str, more: str = "") -> Path:
    """A schema of one file: what is in a message, and what is declared beside it."""
    folder.mkdir(exist_ok=True)
    text = f"""{schema_deep.HEAD}>{more}<xs:element name="Return"><xs:complexType><xs:sequence>
      <xs:element name="Journey" minOccurs="0" maxOccurs="unbounded"><xs:complexType>{message}</xs:complexType>
      </xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"""
    (folder / "Return.xsd").write_text(text, encoding="utf-8")
    return folder


def block(name: str, *, many: bool = False, names: list[str] | None = None) -> str:
    """A block with its elements, all of which may be left out."""
    inside = schema_deep.elements(NAMES[name] if names is None else names)
    most = ' maxOccurs="unbounded"' if many else ""
    sequence = f"<xs:complexType><xs:sequence>{inside}</xs:sequence></xs:complexType>"
    return f'<xs:element name="{name}" minOccurs="0"{most}>{sequence}</xs:element>'


EVENTS = block("TreatmentModality", many=True) + block("TreatmentOutcomeProfile", many=True)


def judged(folder: Path, *records: EpisodeRecord) -> etree._Element:
    """The return of these journeys, valid by the schema that is installed."""
    root = etree.fromstring(written(*records))
    assert etree.XMLSchema(etree.parse(str(folder / "Return.xsd"))).validate(root)
    return root


def test_items_in_the_message_itself_and_beside_their_block(tmp_path: Path) -> None:
    inside = "".join(block(name) for name in ("Assessment", "Discharge")) + EVENTS
    folder = flat(
        tmp_path / "xsd",
        f"""<xs:sequence>{schema_deep.elements(["ReferralDate", "SourceOfReferral", "AgencyClientNumber"])}
        {block("ClientDetails", names=[one for one in NAMES["ClientDetails"] if one != "LocalAuthority"])}
        {schema_deep.elements(["LocalAuthority"])}{inside}</xs:sequence><xs:attribute name="agencyCode"/>""",
    )
    done = install(folder, WALES)
    assert done.unmapped == () and done.demanded == ()
    assert [done.mapping[name] for name in ("Referral Details", "AGENCY", "REFDATE", "LA")] == [
        ".", "@agencyCode", "ReferralDate", "/LocalAuthority",
    ]  # fmt: skip
    root = judged(folder, journey(modality(), LA="W06000015"), journey(CLIENTNO="43"))
    assert [one.tag for one in root[0]] == [
        "ReferralDate", "SourceOfReferral", "AgencyClientNumber", "ClientDetails", "LocalAuthority", "Assessment",
        "TreatmentModality",
    ]  # fmt: skip
    read = list(MessageReader(WALES).read(io.BytesIO(etree.tostring(root))))
    assert [message.faults for message in read] == [[], []] and read[0].values["LA"] == "W06000015"
    assert "Referral Details" in read[0].lines


def test_what_may_stand_for_another_element_and_what_is_redefined(tmp_path: Path) -> None:
    more = """<xs:element name="Part" abstract="true"/>""" + "".join(
        block(name).replace(' minOccurs="0">', ' substitutionGroup="Part">', 1)
        for name in (
            "ClientDetails",
            "Assessment",
            "Discharge",
            "Referral",
            "TreatmentModality",
            "TreatmentOutcomeProfile",
        )
    )
    folder = flat(tmp_path / "xsd", '<xs:sequence><xs:element ref="Part" maxOccurs="unbounded"/></xs:sequence>', more)
    done = install(folder, WALES)
    assert done.unmapped == () and done.mapping["Discharge Details"] == "Discharge"
    root = judged(folder, journey(modality(), modality("04"), **CLOSED))
    assert len(root[0].findall("TreatmentModality")) == 2

    (folder / "Base.xsd").write_text(
        f"""{schema_deep.HEAD}><xs:complexType name="End"><xs:sequence>{schema_deep.elements(["DateContactEnded"])}
        </xs:sequence></xs:complexType></xs:schema>"""
    )
    redefined = f"""<xs:redefine schemaLocation="Base.xsd"><xs:complexType name="End"><xs:complexContent>
      <xs:extension base="End"><xs:sequence>{schema_deep.elements(["ReasonContactEnded"])}</xs:sequence></xs:extension>
      </xs:complexContent></xs:complexType></xs:redefine>"""
    others = "".join(block(name) for name in ("ClientDetails", "Referral", "Assessment")) + EVENTS
    end = '<xs:element name="Discharge" type="End" minOccurs="0"/>'
    flat(folder, f"<xs:sequence>{others}{end}</xs:sequence>", redefined)
    assert install(folder, WALES).mapping["ENDREASON"] == "ReasonContactEnded"
    assert judged(folder, journey(**CLOSED)).findtext("Journey/Discharge/ReasonContactEnded") == "01"


def test_what_is_not_found_or_found_twice_is_told_in_a_sentence_each(tmp_path: Path) -> None:
    others = "".join(block(name) for name in ("Referral", "Assessment", "ClientDetails")) + EVENTS
    twice = "".join(
        f'<xs:element name="{name}" minOccurs="0"><xs:complexType><xs:sequence>'
        f"{schema_deep.elements(['DateContactEnded'])}</xs:sequence></xs:complexType></xs:element>"
        for name in ("Planned", "Unplanned")
    )
    end = (
        f'<xs:element name="Discharge"><xs:complexType><xs:sequence>{twice}</xs:sequence></xs:complexType></xs:element>'
    )
    done = install(flat(tmp_path / "xsd", f"<xs:sequence>{others}{end}</xs:sequence>"), WALES)
    assert done.unmapped == ("ENDDATE", "ENDREASON") and done.shape is None
    first, second = done.reasons
    assert first.startswith(
        "ENDDATE (Date Contact Ended): it may be Discharge/Planned/DateContactEnded or Discharge/Unpl"
    )
    assert second == (
        "ENDREASON (Reason Contact Ended): nothing in Discharge bears its name: write its path into mapping.toml, or "
        '"-".'
    )
    edited('ENDDATE = ""', 'ENDDATE = "Planned/DateContactEnded"', 'ENDREASON = ""', 'ENDREASON = "-"')
    found = installed(WALES)
    assert found is not None and found.shape is not None and found.reasons == ()
    root = judged(tmp_path / "xsd", journey(**CLOSED), journey(CLIENTNO="43"))
    assert root.findtext("Journey/Discharge/Planned/DateContactEnded") == "2026-06-30"
    # What the schema demands is there, though nothing is in it.
    assert [len(one) for one in root[1].iter("Discharge")] == [0]


def test_a_schema_without_anything_known_is_told_whole(tmp_path: Path) -> None:
    done = install(flat(tmp_path / "xsd", f"<xs:sequence>{schema_deep.elements(['A', 'B'])}</xs:sequence>"), WALES)
    assert len(done.unmapped) == len(done.reasons) == 66 and done.shape is None
    assert done.reasons[0].startswith("root: no element of the schema holds what links a message")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('"Clients/Client"', '"Clients/Nope"', "names the element Clients/Nope for message, .* it has Client"),
        ('"Clients/Client"', '"@schemaVersion"', "names the element @schemaVersion for message"),
        (
            '"Journey/Closure"',
            '"Journey/Assessment"',
            "Journey/Assessment for Assessment Details and Discharge Details",
        ),
        ('"Journey/Treatments/Treatment"', '"."', "puts Treatment Modality Details into what is repeated for others"),
        ('"Address/ReducedPostcode"', '"Address/Nope"', "Address/Nope for POSTCODE, .* it has ReducedPostcode"),
        ('"Address/ReducedPostcode"', '"Address"', "names Address for POSTCODE, where no value can stand"),
        ('"Address/ReducedPostcode"', '"LocalAuthority"', "LocalAuthority for LA, and for something else as well"),
        ('"Dates/ModalityStartDate"', '"/Journey/Closure/DateContactEnded"', "puts MODSTARTD outside its block"),
        ('"Header/Sender" =', '"Header/Nope" =', "names the element Header/Nope for fixed, .* it has Sender, Version"),
        ('"Header/Sender" =', '"Header" =', "a text for Header, where something else stands already"),
        ('"T00123"', '"a\\u0001b"', "has a text for Header/Sender that XML cannot hold"),
        ('"T00123"', "1", "there is no key fixed in a mapping"),
        ("[fixed]", "ENDDATE = 'x'\n[fixed]", "cannot be read as TOML"),
    ],
)
def test_a_mapping_that_does_not_go_is_one_sentence(deep: Path, was: str, now: str, told: str) -> None:
    kept = schema_folder(WALES) / MAPPING
    text = kept.read_text(encoding="utf-8")
    assert was in text
    (deep / MAPPING).write_text(text.replace(was, now), encoding="utf-8")
    with pytest.raises(Problem, match=told) as raised:
        install(deep, WALES)
    assert "\n" not in str(raised.value)
    assert kept.read_text(encoding="utf-8") == text


def test_what_is_said_once_does_not_stand_where_events_are_repeated(deep: Path) -> None:
    place = '"/Journey/Treatments/Treatment/ModalityExitStatus"'
    edited(
        'MODEXIT = "ModalityExitStatus"', 'MODEXIT = "-"', 'ENDREASON = "ReasonContactEnded"', f"ENDREASON = {place}"
    )
    with pytest.raises(Problem, match="puts ENDREASON into an element that is repeated for others"):
        installed(WALES)


def test_types_inside_themselves_and_types_without_end(tmp_path: Path) -> None:
    itself = """<xs:complexType name="T"><xs:sequence><xs:element name="Again" type="T" minOccurs="0"/></xs:sequence>
      </xs:complexType>"""
    others = "".join(block(name) for name in ("Referral", "Assessment", "ClientDetails", "Discharge")) + EVENTS
    again = '<xs:element name="More" type="T" minOccurs="0"/>'
    done = install(flat(tmp_path / "xsd", f"<xs:sequence>{others}{again}</xs:sequence>", itself), WALES)
    assert done.unmapped == ()
    nested = "".join(
        f'<xs:complexType name="T{number}"><xs:sequence>'
        + "".join(f'<xs:element name="E{one}" type="T{number + 1}" minOccurs="0"/>' for one in range(10))
        + "</xs:sequence></xs:complexType>"
        for number in range(9)
    )
    nested += '<xs:complexType name="T9"><xs:sequence/></xs:complexType>'
    with pytest.raises(Problem, match="unfold into more than 5,000 elements"):
        install(flat(tmp_path / "xsd", '<xs:sequence><xs:element name="A" type="T0"/></xs:sequence>', nested), WALES)
    assert installed(WALES) is not None
