"""A made-up schema with a header directly below its root, beside the messages: who, when, how much, which days."""

from pathlib import Path

from tests.exporters import schema_files

HEADER = """<xs:complexType name="HeaderType"><xs:sequence>
    <xs:element name="SenderCode" type="alphanumeric6"/><xs:element name="DateCreated" type="xs:date"/>
    <xs:element name="Created" type="xs:dateTime"/>
    <xs:element name="RecordCount"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{6}"/>
      </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="EventCount" type="xs:nonNegativeInteger"/>
    <xs:element name="Period"><xs:complexType><xs:attribute name="from" type="xs:date" use="required"/>
      <xs:attribute name="to" type="xs:date" use="required"/></xs:complexType></xs:element>
    <xs:element name="Kind" type="xs:string"/></xs:sequence></xs:complexType>"""
FIXED = """[fixed]
"Header/SenderCode" = "{agency}"
"Header/DateCreated" = "{today}"
"Header/Created" = "{now}"
"Header/RecordCount" = "{journeys:6}"
"Header/EventCount" = "{rows}"
"Header/Period/@from" = "{from}"
"Header/Period/@to" = "{to}"
"Header/Kind" = "of kind {kind}"
"""


def write(folder: Path) -> Path:
    """The three files in a folder: those without a header, and the header."""
    schema_files.write(folder)
    path = folder / "Return-v0-4.xsd"
    text = path.read_text()
    journey = '    <xs:element name="Journey"'
    assert text.count(journey) == 1
    text = text.replace(journey, f'    <xs:element name="Header" type="HeaderType"/>\n{journey}')
    path.write_text(text.replace("  <xs:element name", f"  {HEADER}\n  <xs:element name", 1))
    return folder
