"""A return in XML: the bytes, what the stand-in schema says of them, and what XML cannot hold."""

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from exporters.checks.file_check import check_file
from exporters.extracts.resend import export_to_stream, write_again
from exporters.formats import choose
from exporters.formats.base import SchemaFault
from exporters.month.checklist_acts import mark_sent
from exporters.month.status import read_standing
from exporters.work import Work
from exporters.xml_format.reading import MessageReader
from exporters.xml_format.shape import stand_in
from exporters.xml_format.stand_in_schema import stand_in_schema
from exporters.xml_format.validation import schema_of, validate
from exporters.xml_format.writing import XmlWriter
from store.facts import Who
from store.month import extracts, submissions
from store.month.facts import AT_UPLOAD
from store.records import agencies
from tests.commands.running import call
from tests.exporters.extracts import NOW
from tests.exporters.journeys import Returns, messages, well_formed
from tests.stores import ask
from tests.validators.builders_smds import CLOSED, TODAY, WALES, journey, modality, top
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.rules.registry import Context

GOLDEN = Path(__file__).parent / "golden" / "T00123-20260601-20260630-new-SMDS.xml"
SHAPE = stand_in(WALES)
SCHEMA = schema_of(WALES, SHAPE)


def written(*records: EpisodeRecord) -> bytes:
    file = io.BytesIO()
    writer = XmlWriter(WALES, file, SHAPE)
    for record in records:
        writer.write(record)
    writer.finish()
    return file.getvalue()


def faults(text: bytes) -> tuple[SchemaFault, ...]:
    return validate(lambda: io.BytesIO(text), SCHEMA, WALES, SHAPE).faults


def full(wales: Returns) -> None:
    wales.take(
        journey(modality(), top(PSYCH="12"), modality("04", start=""), **CLOSED, POSTCODE="CF10 1"),
        journey(CLIENTNO="43", ASSDATE="", DOB="1990-02-28", NHSNO=""),
        journey(top(TOPDATE="2026-07-01"), CLIENTNO="44", SURNAME1="A"),
        journey(CLIENTNO="45", REFDATE="2026-07-02", ASSDATE="2026-07-03"),
    )


def test_the_same_records_always_give_the_same_bytes(wales: Returns) -> None:
    full(wales)
    receipt = wales.export("2026-06")
    assert receipt.file.name == GOLDEN.name
    assert receipt.file.read_bytes() == GOLDEN.read_bytes()
    assert [(held.episode, held.event) for held in receipt.held_back] == [("44 2026-03-02 01", "1 2026-07-01")]
    assert [one[:2] for one in receipt.left_out] == [
        ("45 2026-07-02 01", "begun after 2026-06-30, where this extract ends")
    ]


def test_it_says_itself_that_it_is_not_validated_against_the_official_schema(wales: Returns) -> None:
    full(wales)
    receipt = wales.export("2026-06")
    assert b"own stand-in schema" in receipt.file.read_bytes()
    assert receipt.not_ready_because[-1].startswith("not validated against the official schema")
    told = receipt.as_mapping()
    assert (told["ready"], told["kind"]) == (False, "new")
    assert told["schema"] == {"official": False, "told": "valid by Keywork's stand-in schema", "faults": []}
    assert wales.latest().kind == "new"
    assert wales.latest().receipt["schema"] == told["schema"]


def test_it_is_written_again_and_through_a_pipe_byte_for_byte(wales: Returns, tmp_path: Path) -> None:
    full(wales)
    receipt = wales.export("2026-06")
    (tmp_path / "again").mkdir()
    assert ask(wales.store, write_again, wales.latest(), tmp_path / "again").read_bytes() == receipt.file.read_bytes()
    pipe = io.BytesIO()
    piped, _ = export_to_stream(wales.store, Work(wales.agency, WALES, TODAY), "2026-06", pipe, Who("ann", NOW))
    assert pipe.getvalue() == receipt.file.read_bytes()
    assert piped.made_at == receipt.made_at == NOW, "a message may bear when it was made"


def test_a_return_without_a_journey_is_well_formed_and_valid(wales: Returns) -> None:
    receipt = wales.export("2026-06")
    assert list(well_formed(receipt.file)) == []
    assert receipt.validation is not None and receipt.validation.count == 0


def test_a_character_that_xml_cannot_hold_is_refused_naming_journey_and_item(wales: Returns) -> None:
    wales.take(journey(), journey(CLIENTNO="43", POSTCODE="CF\x0b1"))
    with pytest.raises(Problem, match=r"^The journey 43 2026-03-02 01 holds a character in Reduced postcode that XML"):
        wales.export("2026-06")
    assert ask(wales.store, extracts.listed, wales.agency) == []
    assert list(wales.folder.glob("out-*/*")) == []


def test_what_cannot_be_compared_is_named_in_no_mail_and_keeps_nobody_from_hearing_what_is_late(wales: Returns) -> None:
    wales.send("2026-06")
    wales.take(journey(CLIENTNO="43", POSTCODE="CF\x0b1"))
    with wales.store.writing(Who("ann", NOW)) as unit:
        agencies.set_reports_since(unit, wales.agency, "2026-07")
    wales.store.close()
    at = ("--store", wales.folder / "k.db", "--key-file", wales.folder / "k.key")
    mailed = call("due", *at, "--today", "2026-08-20")
    assert mailed.code == 1 and "LATE: 2026-07" in mailed.out and "43" not in f"{mailed.out}{mailed.err}"
    # The page and the list by line tell all the rest, too; why that is not among it is said beside them.
    for told, code, waits in (
        ("checklist", 1, "to be compared against 2026-06"),
        ("report", 0, "still to be compared"),
    ):
        page = call(told, *at, "--today", "2026-08-20")
        assert (page.code, waits in page.out, "43" in page.out, "43" in page.err) == (code, True, False, True)


def test_letters_of_all_kinds_go_through(wales: Returns) -> None:
    wales.take(journey(SURNAME1="\u0174", REFSOURCE='"<&'))
    (message,) = messages(wales.export("2026-06").file)
    assert (message.values["SURNAME1"], message.values["REFSOURCE"]) == ("\u0174", '"<&')


def test_what_does_not_fit_a_format_is_told_with_its_line_and_never_its_value(wales: Returns) -> None:
    wales.take(journey(), journey(CLIENTNO="43", NHSNO="x43", REFSOURCE=""))
    receipt = wales.export("2026-06")
    assert receipt.validation is not None
    text = receipt.file.read_text().splitlines()
    told = {(line, element) for line, element, *_ in receipt.validation.faults}
    number = next(at for at, line in enumerate(text, 1) if "x43" in line)
    assert (number, "NHSNumber") in told
    assert any(element == "ReferralDetails" for _, element in told)
    assert {fault.client for fault in receipt.validation.faults} == {"43"}
    assert "client 43" in receipt.validation.told
    assert "x43" not in repr(receipt.validation)
    assert any(reason.startswith("not valid by Keywork's stand-in schema") for reason in receipt.not_ready_because)
    # What is mailed of what is in the way names nobody, and neither does what is kept for good of an upload.
    known = ask(wales.store, read_standing, wales.agency, WALES, date(2026, 7, 7)).situation
    assert "stand-in schema: " in known.invalid and "client 43" not in known.readiness.told
    (extract,) = ask(wales.store, extracts.listed, wales.agency)
    mark_sent(wales.store, wales.agency, WALES, extract, "ann", TODAY, NOW)
    (attempt,) = ask(wales.store, submissions.listed, wales.agency, "2026-06")
    ticks = {one.item: one.told for one in ask(wales.store, submissions.ticks, attempt.id)}
    assert "extract" in ticks[AT_UPLOAD] and "client 43" not in str(ticks)


def test_the_schema_knows_every_rule_of_a_message() -> None:
    good = written(journey(modality(), modality("04"), top(), **CLOSED))
    assert faults(good) == ()
    block = b"  <AssessmentDetails>\n    <AssessmentDate>2026-03-06</AssessmentDate>\n  </AssessmentDetails>\n"
    assert block in good
    for bad in (
        good.replace(block, block + block),
        good.replace(b"ReferralDetails", b"Referral"),
        good.replace(b"<AgencyCode>T00123</AgencyCode>", b""),
        good.replace(b"2026-03-02", b"2026-02-30"),
        good.replace(b">42<", b">1234567890123456<"),
        good.replace(block, b"").replace(b"</TOPDetails>", b"</TOPDetails>" + block, 1),
        good[:-40],
    ):
        assert faults(bad), bad[:40]


def test_the_schema_says_whose_it_is_and_holds_all_items() -> None:
    schema = stand_in_schema(WALES)
    assert b"Keywork's own stand-in schema" in schema and b"not the official schema" in schema
    assert schema.count(b"<xs:documentation>") == len(WALES.fields) == 58
    assert etree.XMLSchema(etree.fromstring(schema)) is not None


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=6
)


def some(section: str) -> st.SearchStrategy[dict[str, str]]:
    headers = [field.header for field in WALES.fields if field.section == section]
    return st.dictionaries(st.sampled_from(headers), TEXT, min_size=1, max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    some("client"), some("journey"), st.lists(st.tuples(st.sampled_from(["modality", "top"]), st.data()), max_size=3)
)
def test_whatever_is_written_is_read_again(
    client: dict[str, str], own: dict[str, str], events: list[tuple[str, st.DataObject]]
) -> None:
    made = [Event(section, data.draw(some(section))) for section, data in events]
    made.sort(key=lambda event: event.section)
    (message,) = MessageReader(WALES).read(io.BytesIO(written(EpisodeRecord(client, own, tuple(made)))))
    assert message.values == {**client, **own}
    assert [(event.section, dict(event.values)) for event in message.events] == [
        (event.section, dict(event.values)) for event in made
    ]
    assert message.faults == []


def test_a_return_is_checked_with_findings_by_line(wales: Returns) -> None:
    wales.take(journey(modality()), journey(modality("12"), CLIENTNO="43"))
    path = wales.export("2026-06").file
    report = check_file(path, WALES, Context(TODAY, "file"))
    text = path.read_text().splitlines()
    found = [(f.rule, f.line) for f in report.findings if f.severity.value == "error"]
    line = next(at for at, told in enumerate(text, 1) if "<TreatmentModality>12<" in told)
    assert found == [("54220", line - 1)]
    assert report.tally.episodes == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<AssessmentDetails>", "<Assessment>", "does not know: Assessment"),
        ("<Gender>", "<Sex>", "does not know: Sex"),
        ("ReferralDetails>", "X>", "lacks a part that every message has: Referral Details"),
    ],
)
def test_a_message_of_another_shape_is_an_error_at_its_line(
    wales: Returns, tmp_path: Path, old: str, new: str, told: str
) -> None:
    wales.take(journey(GENDER="1"))
    text = wales.export("2026-06").file.read_text()
    path = tmp_path / "other.xml"
    path.write_text(text.replace(old, new).replace(old.replace("<", "</"), new.replace("<", "</")))
    found = [f for f in check_file(path, WALES, Context(TODAY, "file")).findings if f.rule == "message"]
    assert any(told in f.message and f.line for f in found)


def test_parts_and_items_twice_are_errors(wales: Returns, tmp_path: Path) -> None:
    wales.take(journey(GENDER="1"))
    text = wales.export("2026-06").file.read_text()
    path = tmp_path / "twice.xml"
    block = text[text.index("  <ClientDetails>") : text.index("  <ReferralDetails>")]
    path.write_text(text.replace(block, block + block).replace("<Gender>1</Gender>", "<Gender>1</Gender>" * 2, 1))
    found = [f.message for f in check_file(path, WALES, Context(TODAY, "file")).findings if f.rule == "message"]
    assert len(found) == 2 and "twice" in found[0] and "twice" in found[1]


LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("no xml", "cannot be read as XML near line 1"),
        ("<a><b></a>", "cannot be read as XML near line 1"),
        ("<a/>", "is no return of smds-wales: its outermost element is a"),
        ("<a><b><c/></b></a>", "is no return of smds-wales"),
        ("<SubstanceMisuseDataReturn/>", "holds no message"),
        (f"{LAUGHS}<SubstanceMisuseDataReturn><ClientJourney>&b;</ClientJourney></SubstanceMisuseDataReturn>", "type"),
        ("<SubstanceMisuseDataReturn>\n<ClientJourney>", "near line 2"),
    ],
)
def test_a_file_that_is_no_return_is_refused_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "in.xml"
    path.write_text(text)
    with pytest.raises(Problem, match=told):
        check_file(path, WALES, Context(TODAY, "file"))


def test_a_file_with_an_external_entity_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    path = tmp_path / "in.xml"
    path.write_text(
        f'<!DOCTYPE r [<!ENTITY a SYSTEM "{tmp_path}/secret">]>'
        "<SubstanceMisuseDataReturn><ClientJourney>&a;</ClientJourney></SubstanceMisuseDataReturn>"
    )
    with pytest.raises(Problem, match="declares a document type"):
        check_file(path, WALES, Context(TODAY, "file"))


def test_the_text_is_looked_through_by_line_and_by_journey(wales: Returns) -> None:
    full(wales)
    wales.export("2026-06")
    kept = choose.of(WALES).pager(ask(wales.store, extracts.text, wales.latest().id))
    assert kept.rows == 3
    assert kept.headers[:4] == ["AGENCY", "CLIENTNO", "REFDATE", "REFSOURCE"]
    assert [row[1:3] + row[4:] for row in kept.cells(0, 9)] == [
        ["42", "2026-03-02", "yes", "yes", "2", "1", "yes"],
        ["43", "2026-03-02", "yes", "", "", "", ""],
        ["44", "2026-03-02", "yes", "yes", "", "", ""],
    ]
    assert kept.cells(2, 5) == kept.cells(0, 9)[2:]
    assert kept.lines(kept.line_of(0) - 1, 1) == ["<ClientJourney>\n"]
    assert "".join(kept.lines(0, kept.line_count)).encode() == b"".join(
        ask(wales.store, extracts.text, wales.latest().id)
    )
