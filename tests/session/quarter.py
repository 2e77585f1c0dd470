"""A quarter at an agency in Wales: who comes, what happens to them, what judges a file, what files add up to."""

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from tests.commands.running import call
from tests.session.desk import needed
from tests.session.year import Year

IMPORTED = 28
BLOCKS = {"TreatmentModalityDetails": ("TreatmentModality", "ModalityReferralDate"), "TOPDetails": ("TOPNumber",)}
"""The blocks that repeat, and what each one of them is known by."""


class Quarter(Year):
    """The store of one agency in Wales, January to March 2026, and what is keyed there."""

    agency, standard = "T0001", "smds-wales"

    def __init__(self, folder: Path, *, made: bool = True) -> None:
        """Make a store that knows the agency and nobody else, unless the program's own first page will."""
        super().__init__(folder, made=made, moment=datetime(2026, 1, 5, 9, tzinfo=UTC))
        self._xmllint = needed("xmllint")

    # What happens

    def over_from_another_program(self) -> None:
        """Twenty-eight journeys come from the program that the agency had before."""
        file = self.place.folder / "predecessor.xml"
        journeys = "\n".join(journey(number) for number in range(1, IMPORTED + 1))
        file.write_text(f"<SubstanceMisuseDataReturn>\n{journeys}\n</SubstanceMisuseDataReturn>\n", encoding="utf-8")
        assert f"New: {IMPORTED} clients, {IMPORTED} journeys" in self.says("import", file)

    def referred(self, number: int, day: str, assessed: str = "", **fields: str) -> None:
        """Somebody new, keyed as in the form."""
        given = {
            "CLIENTNO": number, "SURNAME1": "L", "FORENAME1": "W", "DOB": "14 mar 85", "AGENCY": "T0001",
            "REFDATE": day, "REFSOURCE": "01", **({"ASSDATE": assessed} if assessed else {}), **fields,
        }  # fmt: skip
        # All of the quarter's clients are alike but for their numbers.
        done = self.run("client", "add", "--anyway", *(f"{header}={value}" for header, value in given.items()))
        assert done.code == 0, done

    def begins(self, number: int, code: str, day: str) -> None:
        """Treatment begins."""
        days = (f"MODREFD={day}", f"MODOFFERD={day}", f"MODSTARTD={day}")
        self.says("client", "add-event", f"{number}", "modality", f"MODALITY={code}", *days)

    def interviewed(self, number: int, top: int, day: str, **fields: str) -> None:
        """A TOP."""
        given = (f"{header}={value}" for header, value in {"ALCDAYS": "04", "QUALITY": "9", **fields}.items())
        self.says("client", "add-event", f"{number}", "top", f"TOPNO={top}", f"TOPDATE={day}", *given)

    def ends(self, number: int, day: str) -> None:
        """Somebody's only treatment ends."""
        (episode,) = self.told("client", "show", f"{number}")["episodes"]
        (its,) = (event for event in episode["events"] if event["section"] == "modality")
        self.edit(its["id"], MODENDD=day, MODEXIT="1")

    def the_first(self) -> None:
        """The first who comes."""
        self.referred(201, "12/1/26", "15/1/26", NHSNO="9990000018")
        self.begins(201, "06", "19/1/26")
        self.interviewed(201, 1, "20/1/26")

    def january(self) -> None:
        """Three more come, one of them not assessed yet and without an NHS number."""
        for number in (202, 203):
            self.referred(number, "12/1/26", "15/1/26")
        self.referred(204, "19/1/26")
        self.begins(202, "06", "19/1/26")
        self.interviewed(202, 1, "20/1/26")

    def assessed(self) -> None:
        """The one is assessed, and has a number now."""
        self.edit("204", NHSNO="9990000026", ASSDATE="5/2/26")

    def february(self) -> None:
        """Four more come; treatment ends, and begins again otherwise."""
        self.at("2026-02-20")
        for number in (205, 206, 207, 208):
            self.referred(number, "9/2/26", "11/2/26")
        for number in (203, 205):
            self.begins(number, "09", "12/2/26")
        self.ends(202, "13/2/26")
        self.begins(202, "09", "16/2/26")
        self.interviewed(202, 2, "17/2/26")

    def march(self) -> None:
        """Four more come; some leave; one interview is keyed late and one is dated after the quarter's end."""
        self.at("2026-04-02")
        for number in (209, 210, 211, 212):
            self.referred(number, "9/3/26", "11/3/26")
        self.begins(209, "06", "16/3/26")
        self.interviewed(209, 1, "17/3/26")
        self.interviewed(201, 2, "10/2/26")
        self.interviewed(201, 3, "1/4/26")
        self.ends(205, "20/3/26")
        for number in (203, 205, 206):
            self.edit(f"{number}", ENDDATE="27/3/26", ENDREASON="1")

    # Month end

    def close(self, month: str, load: str = "", quality: str = "") -> None:
        """What a person ticks after the upload; then nothing is left of the checklist. The portal shows no figures."""
        for item in ("code_lists", "validated", "accepted"):
            self.says("checklist", "tick", item, "--submission", month)
        assert set(self.states(month).values()) == {"done"}

    # What is judged

    def schema(self) -> Path:
        """The stand-in schema as the program hands it out, in a file."""
        file = self.place.folder / "stand-in.xsd"
        file.write_text(call("standards", "schema", self.standard).out, encoding="utf-8")
        return file

    def xmllint(self, file: Path) -> str:
        """What xmllint has against a file by the stand-in schema; empty where it is valid."""
        command = [self._xmllint, "--noout", "--nonet", "--schema", str(self.schema()), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        # 3: it is not valid; all others that are not 0 mean that it was not judged.
        assert done.returncode in (0, 3), done.stderr
        return done.stderr if done.returncode else ""


def journey(number: int) -> str:
    """A message of the program before: by the published names, every second one with a treatment and a TOP."""
    day, letter = f"2025-12-{number:02}", chr(ord("A") + number % 26)
    parts = {
        "ClientDetails": {
            "FirstLetterOfSurname": letter,
            "FirstLetterOfForename": "S",
            "DateOfBirth": f"{1950 + number}-06-{number:02}",
        },
        "ReferralDetails": {
            "AgencyCode": "T0001",
            "AgencyClientNumber": f"{100 + number}",
            "DateOfReferral": day,
            "SourceOfReferral": "01",
        },
        "AssessmentDetails": {"AssessmentDate": day},
    }
    if number % 2:
        dates = ("ModalityReferralDate", "ModalityFirstAppointmentOfferedDate", "ModalityStartDate")
        parts["TreatmentModalityDetails"] = {"TreatmentModality": "06", **dict.fromkeys(dates, day)}
        parts["TOPDetails"] = {"TOPNumber": "1", "TOPInterviewDate": day, "NumberOfDaysAlcoholUsed": "12"}
    told = (
        f"<{block}>{''.join(f'<{name}>{text}</{name}>' for name, text in items.items())}</{block}>"
        for block, items in parts.items()
    )
    return f"<ClientJourney>{''.join(told)}</ClientJourney>"


Said = dict[tuple[str, ...], dict[str, str]]


def said(files: Iterable[Path]) -> dict[tuple[str, ...], Said]:
    """What files say together of each journey, the later word holding: worked out here, not by the program.

    A journey is known by what links its messages; its blocks by their name, those that repeat by their own items too.
    """
    journeys: dict[tuple[str, ...], Said] = {}
    for file in files:
        for message in etree.parse(str(file)).getroot():
            (link,) = message.findall("ReferralDetails")
            known = journeys.setdefault(tuple(item.text or "" for item in link), {})
            for block in message:
                items = {item.tag: item.text or "" for item in block}
                own = (block.tag, *(items[name] for name in BLOCKS.get(block.tag, ())))
                known[own] = items
    return journeys


def events(files: Iterable[Path]) -> int:
    """How many repeated blocks are in files."""
    return sum(len(etree.parse(str(file)).getroot().findall(f"*/{name}")) for file in files for name in BLOCKS)
