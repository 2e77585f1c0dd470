"""A made-up schema that nests: a header, wrappers, a group, an extension, references, attributes, two namespaces."""

from pathlib import Path

from tests.exporters.schema_files import NAMES

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
CODES = f"""{HEAD} targetNamespace="urn:codes" xmlns="urn:codes">
  <xs:complexType name="Coded"><xs:sequence><xs:element name="Code" type="xs:string"/></xs:sequence></xs:complexType>
  <xs:complexType name="Quality"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="scale" use="required" fixed="0-20"/></xs:extension></xs:simpleContent></xs:complexType>
  <xs:complexType name="Gender"><xs:attribute name="value" use="required"/></xs:complexType>
</xs:schema>"""


def elements(names: list[str], **kinds: str) -> str:
    """Optional elements with these names."""
    return "".join(f'<xs:element name="{one}" type="{kinds.get(one, "xs:string")}" minOccurs="0"/>' for one in names)


def parts() -> str:
    """The file of components."""
    person = [name for name in NAMES["ClientDetails"] if name not in ("NHSNumber", "Gender", "ReducedPostcode")]
    assessment = NAMES["Assessment"]
    return f"""{HEAD} targetNamespace="urn:deep" xmlns="urn:deep" xmlns:c="urn:codes">
  <xs:import namespace="urn:codes" schemaLocation="Codes.xsd"/>
  <xs:complexType name="Identified" abstract="true"><xs:sequence>
    <xs:choice minOccurs="0"><xs:element name="NHSNumber" type="xs:string"/><xs:element name="NoNumber"/></xs:choice>
  </xs:sequence></xs:complexType>
  <xs:complexType name="Person"><xs:complexContent><xs:extension base="Identified"><xs:sequence>
    {elements(person, EthnicCategory="c:Coded")}
    <xs:element name="Gender" type="c:Gender" minOccurs="0"/>
    <xs:element name="Address" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element name="ReducedPostcode" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:extension></xs:complexContent></xs:complexType>
  <xs:element name="Event" abstract="true"/>
  <xs:element name="Treatment" substitutionGroup="Event"><xs:complexType><xs:sequence>
    <xs:element name="Treatment_Modality" type="xs:string"/>
    <xs:element name="Dates" minOccurs="0"><xs:complexType><xs:sequence>{elements(NAMES["TreatmentModality"][1:5])}
      </xs:sequence></xs:complexType></xs:element>{elements(NAMES["TreatmentModality"][5:])}
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Outcome" substitutionGroup="Event"><xs:complexType><xs:sequence>
    <xs:element name="Profile"><xs:complexType><xs:sequence>
      {elements(NAMES["TreatmentOutcomeProfile"], QualityOfLifeStatus="c:Quality")}
    </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:group name="Care"><xs:sequence>
    <xs:element name="Assessment" minOccurs="0"><xs:complexType><xs:sequence>
      {elements(assessment)}</xs:sequence></xs:complexType></xs:element>
    <xs:element name="Treatments"><xs:complexType><xs:sequence>
      <xs:element ref="Treatment" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="Outcomes" minOccurs="0"><xs:complexType><xs:choice maxOccurs="unbounded">
      <xs:element ref="Outcome"/></xs:choice></xs:complexType></xs:element>
  </xs:sequence></xs:group>
  <xs:element name="Journey"><xs:complexType><xs:sequence>
    <xs:element name="Referral"><xs:complexType><xs:sequence>
        <xs:element name="AgencyClientNumber" type="xs:string"/>{elements(["SourceOfReferral"])}
        <xs:element name="ReferralDate" type="xs:date"/></xs:sequence>
      <xs:attribute name="agencyCode" use="required"/></xs:complexType></xs:element>
    <xs:group ref="Care"/>
    <xs:element name="Closure" minOccurs="0"><xs:complexType><xs:sequence>
      {elements(["DateContactEnded", "ReasonContactEnded"])}</xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


RETURN = f"""{HEAD} targetNamespace="urn:deep" xmlns="urn:deep">
  <xs:include schemaLocation="Parts.xsd"/>
  <xs:element name="Return"><xs:complexType><xs:sequence>
    <xs:element name="Header"><xs:complexType><xs:sequence>
      <xs:element name="Version" type="xs:string" fixed="0-4"/><xs:element name="Sender" type="xs:string"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="Clients"><xs:complexType><xs:sequence>
      <xs:element name="Client" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="Person" type="Person" minOccurs="0"/>
        <xs:element ref="Journey" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="Footer" minOccurs="0" type="xs:string"/>
  </xs:sequence><xs:attribute name="schemaVersion" use="required" fixed="0-4"/></xs:complexType></xs:element>
</xs:schema>"""


def write(folder: Path) -> Path:
    """The three files in a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in (("Codes", CODES), ("Parts", parts()), ("Return", RETURN)):
        (folder / f"{name}.xsd").write_text(text, encoding="utf-8")
    return folder
