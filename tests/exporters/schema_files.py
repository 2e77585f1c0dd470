"""A made-up schema of three files for a Welsh return: types, components, the return. The official one is not public."""

from pathlib import Path

TYPES = """<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:smds" targetNamespace="urn:smds"
           elementFormDefault="qualified">
  <xs:simpleType name="alphanumeric6">
    <xs:restriction base="xs:string"><xs:maxLength value="6"/></xs:restriction>
  </xs:simpleType>
</xs:schema>
"""
NAMES = {
    "ClientDetails": [
        "NHSNumber", "FirstLetterSurname", "FirstLetterForename", "BirthDate", "Gender", "EthnicCategory",
        "ReducedPostcode", "LocalAuthority",
    ],
    "Referral": ["AgencyCode", "AgencyClientNumber", "SourceOfReferral", "ReferralDate"],
    "Assessment": [
        "AssessmentDate", "PreviouslyTreated", "ExServicesPersonnel", "ParentalResponsibility",
        "ChildrenLivingInHousehold", "ProblemSubstance1", "ProblemSubstance2", "ProblemSubstance3", "InjectingStatus",
        "HepatitisBVaccinationStatus", "BloodBorneVirusTestStatus", "CoOccurringMentalHealthIssues",
        "AccommodationNeed", "EmploymentStatus",
    ],
    "TreatmentModality": [
        "Treatment_Modality", "ModalityReferralDate", "ModalityFirstAppointmentOfferedDate", "ModalityStartDate",
        "ModalityEndDate", "ModalityExitStatus",
    ],
    "TreatmentOutcomeProfile": [
        "TOPNumber", "TOPInterviewDate", "TreatmentStage", "NumberOfDaysAlcoholUsed", "NumberOfDaysOpiateUsed",
        "NumberOfDaysCrackUsed", "NumberOfDaysCocaineUsed", "NumberOfDaysAmphetaminesUsed", "NumberOfDaysCannabisUsed",
        "OtherProblemSubstanceUsed", "NumberOfDaysOtherSubstanceUsed", "NumberOfDaysNonPrescribedDrugsInjected",
        "InjectedWithNeedleOrSyringeUsedBySomeoneElse", "NumberOfDaysShoplifting", "NumberOfDaysSellingDrugs",
        "CriminalOffenceStatus", "AssaultOrViolenceStatus", "PsychologicalHealthStatus", "NumberOfDaysPaidWork",
        "NumberOfDaysAttendedCollegeOrSchool", "PhysicalHealthStatus", "UrgentHousingProblemStatus",
        "RiskOfEvictionStatus", "QualityOfLifeStatus",
    ],
    "Discharge": ["DateContactEnded", "ReasonContactEnded"],
}  # fmt: skip
MUST = {"AgencyCode", "AgencyClientNumber", "ReferralDate"}


def components(names: dict[str, list[str]]) -> str:
    """The file of components: a type for each block."""
    lines = [
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:smds" targetNamespace="urn:smds"',
        '           elementFormDefault="qualified">',
        '  <xs:include schemaLocation="Types-v0-4.xsd"/>',
    ]
    for block, elements in names.items():
        lines.append(f'  <xs:complexType name="{block}Type"><xs:sequence>')
        for name in elements:
            kind = "alphanumeric6" if name == "AgencyCode" else "xs:string"
            least = "" if name in MUST else ' minOccurs="0"'
            lines.append(f'    <xs:element name="{name}" type="{kind}"{least}/>')
        lines.append("  </xs:sequence></xs:complexType>")
    return "\n".join([*lines, "</xs:schema>"])


def the_return(names: dict[str, list[str]]) -> str:
    """The file of the return itself, the referral first."""
    order = sorted(names, key=lambda name: name != "Referral")
    lines = [
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:smds" targetNamespace="urn:smds"',
        '           elementFormDefault="qualified">',
        '  <xs:include schemaLocation="./Components-v0-4.xsd"/>',
        '  <xs:element name="SMReturn"><xs:complexType><xs:sequence>',
        '    <xs:element name="Journey" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>',
    ]
    for name in order:
        many = ' maxOccurs="unbounded"' if name.startswith("Treatment") else ""
        least = "" if name == "Referral" else ' minOccurs="0"'
        lines.append(f'      <xs:element name="{name}" type="{name}Type"{least}{many}/>')
    end = "</xs:sequence></xs:complexType></xs:element>"
    return "\n".join([*lines, f"    {end}", f"  {end}", "</xs:schema>"])


def write(folder: Path, names: dict[str, list[str]] | None = None) -> Path:
    """The three files in a folder."""
    folder.mkdir(exist_ok=True)
    own = names or NAMES
    (folder / "Types-v0-4.xsd").write_text(TYPES)
    (folder / "Components-v0-4.xsd").write_text(components(own))
    (folder / "Return-v0-4.xsd").write_text(the_return(own))
    return folder
