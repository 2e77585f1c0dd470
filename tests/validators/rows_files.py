"""Rows for what shows only beside other records, in the heading of a file, or when a check breaks."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.validators.builders import STANDARD, episode, event, withheld
from validators.records import EpisodeRecord

HEADING = ",".join(STANDARD.headers)
Lines = list[str]


@dataclass(frozen=True)
class FileRow:
    """What is found, beside what a valid file always says, and the rule it is about."""

    rule: str
    name: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class Beside(FileRow):
    """Records that stand in one file, and what is found in the last of them."""

    records: tuple[EpisodeRecord, ...]


@dataclass(frozen=True)
class Text(FileRow):
    """What is done to the lines of a valid file: its heading and two rows of one episode."""

    change: Callable[[Lines], Lines]
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Broken(FileRow):
    """A pattern whose check raises, and what a valid record then gives."""

    pattern: str


def beside(rule: str, name: str, *records: EpisodeRecord, told: tuple[str, ...] = ()) -> Beside:
    """A row about several records."""
    return Beside(rule, name, told, records)


def another(**changes: str) -> EpisodeRecord:
    """A second client, somebody else, with an episode of their own."""
    return alike(**{"FINITIAL": "J", "SINITIAL": "K", "DOB": "19790101", "SEX": "2", **changes})


def alike(**changes: str) -> EpisodeRecord:
    """A second client who seems to be the first one."""
    return episode(**{"CLIENTID": "client-two", "CLIENT": "000002", "EPISODID": "episode-two", **changes})


def later(**changes: str) -> EpisodeRecord:
    """A later episode of the first client."""
    return episode(**{"EPISODID": "episode-two", **changes})


def with_event(section: str, episode_id: str, **changes: str) -> EpisodeRecord:
    """An episode of the first client with one event."""
    return episode(event(section, **changes), EPISODID=episode_id)


NAME = "0f8fad5b-d9cb-469f-a165-70867728950e"

BESIDE: list[Beside] = [
    beside("47", "two clients", episode(), another()),
    beside("47", "two episodes of one client", episode(), later()),
    beside("47", "an episode ID of another client", episode(), another(EPISODID="episode-one"),
           told=("error 47 at EPISODID of EPISODID CLIENTID",)),
    beside("47", "a reference of another client", episode(), another(CLIENT="000001"),
           told=("error 47 at CLIENT of CLIENT CLIENTID",)),
    beside("47", "references that are empty", episode(CLIENT=""), another(CLIENT=""), told=("error 2 at CLIENT",)),
    beside("47", "an episode ID that stands for two episodes", episode(), episode(REFLD="20200111"),
           told=("error 47 at EPISODID",)),
    beside("47", "an episode ID twice without consent", withheld(), withheld(), told=("error 47 at EPISODID",)),
    beside("47", "an episode ID that cannot be read", episode(), another(EPISODID=" episode-one"),
           told=("error 1 at EPISODID",)),
    beside("47", "an episode ID of another client, in capitals", episode(EPISODID=NAME),
           another(EPISODID=NAME.upper()), told=("error 47 at EPISODID of EPISODID CLIENTID",)),
    beside("47", "two episodes of one client, in capitals once", episode(CLIENTID=NAME),
           later(CLIENTID=NAME.upper())),
    beside("47", "identifiers that are no UUIDs", episode(), another(EPISODID="EPISODE-ONE")),
    beside("row-shape", "a client's second reference", episode(), later(CLIENT="000009"),
           told=("warning row-shape at CLIENT",)),
    beside("row-shape", "other columns of a client that disagree", episode(NATION="GBR", ETHNIC="A"),
           later(NATION="FRA", ETHNIC="B"), told=("warning row-shape at ETHNIC of ETHNIC NATION",)),
    beside("row-shape", "a column of a client that is empty once", episode(NATION="GBR"), later(ETHNIC="B")),
    beside("row-shape", "a client told in two ways altogether", episode(NATION="GBR"), later(SEX="2", NATION="FRA"),
           told=("error row-shape at SEX of SEX NATION",)),
    beside("twice", "two clients who are alike", episode(), alike(),
           told=("notice twice at FINITIAL of FINITIAL SINITIAL DOB SEX DAT",)),
    beside("twice", "told once for each client", episode(), alike(), alike(EPISODID="episode-three")),
    beside("twice", "two episodes of one client", episode(), later()),
    beside("twice", "clients who live elsewhere", episode(), alike(DAT="A11B")),
    beside("twice", "clients of whom something is missing", episode(DAT=""), alike(DAT=""), told=("error 2 at DAT",)),
    beside("twice", "clients of two agencies", episode(), alike(AGNCY="T0999")),
    beside("twice", "a client without consent", episode(), withheld(CLIENTID="client-two", EPISODID="episode-two")),
    beside("47", "two events", with_event("referral", "e1"), with_event("referral", "e2", REFERID="referral-two")),
    beside("47", "a referral ID in capitals", with_event("referral", "e1", REFERID=NAME),
           with_event("referral", "e2", REFERID=NAME.upper()), told=("error 47 at REFERID",)),
    beside("47", "a referral ID twice", with_event("referral", "e1"), with_event("referral", "e2"),
           told=("error 47 at REFERID",)),
    beside("47", "a sub-intervention ID twice", with_event("sub_intervention", "e1"),
           with_event("sub_intervention", "e2"), told=("error 47 at SUBMID",)),
    beside("47", "the same ID for a referral and a sub-intervention", with_event("referral", "e1", REFERID="one"),
           with_event("sub_intervention", "e2", SUBMID="one")),
    beside("47", "an ID twice in one episode",
           episode(event("referral"), event("referral")), told=("error 47 at REFERID",)),
    beside("row-shape", "a client told alike", episode(), later()),
    beside("row-shape", "a client told in two ways", episode(), later(FINITIAL="X", DOB="19850616"),
           told=("error row-shape at FINITIAL of FINITIAL DOB",)),
    beside("row-shape", "another surname", episode(), later(SINITIAL="X"), told=("error row-shape at SINITIAL",)),
    beside("row-shape", "a client of two sexes", episode(), later(SEX="2"), told=("error row-shape at SEX",)),
    beside("row-shape", "an initial that is missing once", episode(FINITIAL=""), later(FINITIAL="X")),
    beside("row-shape", "an initial learnt later", episode(FINITIAL=""), later(),
           later(FINITIAL="X", EPISODID="episode-three"), told=("error row-shape at FINITIAL",)),
    beside("row-shape", "a birth date that cannot be read", episode(), later(DOB="19850631"),
           told=("error 3 at DOB",)),
    beside("row-shape", "another client", episode(), another()),
    beside("row-shape", "an episode without consent", episode(), withheld(EPISODID="episode-two")),
    beside("no-consent", "an episode without consent", withheld(), withheld(EPISODID="episode-two")),
]  # fmt: skip


def cell(line: str, header: str, value: str) -> str:
    """The line with one of its cells changed."""
    cells = line.split(",")
    cells[STANDARD.headers.index(header)] = value
    return ",".join(cells)


def edit(number: int, change: Callable[[str], str]) -> Callable[[Lines], Lines]:
    """Change one line, the heading being 0."""
    return lambda lines: [change(line) if at == number else line for at, line in enumerate(lines)]


def without_column(header: str) -> Callable[[Lines], Lines]:
    """Take a column out of every line."""
    at = STANDARD.headers.index(header)
    return lambda lines: [",".join(cells[:at] + cells[at + 1 :]) for cells in (line.split(",") for line in lines)]


def other_client(line: str) -> str:
    """The row as somebody else's, with no event."""
    for header, value in another().client.items():
        line = cell(line, header, value)
    return cell(cell(cell(line, "EPISODID", "episode-two"), "SUBMID", ""), "SUBMODDT", "")


TEXTS: list[Text] = [
    Text("header", "the columns as published", (), list),
    Text("header", "a missing column", ("error header at UTLA",), without_column("UTLA")),
    Text("header", "a missing column that is mandatory", ("error header at DAT",), without_column("DAT")),
    Text("header", "a column too many", ("error header at EXTRA",),
         lambda lines: [f"{lines[0]},EXTRA", *(f"{line}," for line in lines[1:])]),
    Text("header", "the misprint of the document", ("notice header at EHCSC of EHCSC EHCSC2 EHCSC3",),
         edit(0, lambda line: line.replace("EHCSC", "EHCS"))),
    Text("header", "lower case and blanks", ("notice header at CLIENTID of CLIENTID FINITIAL DOB",),
         edit(0, lambda line: line.replace("CLIENTID,FINITIAL", "clientid, FINITIAL").replace(",DOB,", ",Dob ,"))),
    Text("header", "the misprint beside the right heading", ("error header at EHCSC2", "error header at EHCSC",
                                                              "notice header at EHCSC"),
         edit(0, lambda line: line.replace("EHCSC2", "EHCS"))),
    Text("header", "a column twice", ("error header at PC",),
         lambda lines: [f"{lines[0]},PC", *(f"{line},NW7 3" for line in lines[1:])]),
    Text("header", "another order", ("notice header",),
         lambda lines: [",".join(reversed(line.split(","))) for line in lines]),
    Text("header", "the heading again", ("error header",), lambda lines: [*lines[:2], HEADING, *lines[2:]]),
    Text("row-shape", "two rows of an episode", (), list),
    Text("row-shape", "two events on a row", ("error row-shape",),
         edit(1, lambda ln: cell(cell(ln, "REFERID", "r"), "REFDATE", "20200301"))),
    Text("row-shape", "rows that disagree", ("error row-shape at PC of PC DAT",),
         edit(2, lambda line: cell(cell(line, "PC", "M1 1"), "DAT", "A12B"))),
    Text("row-shape", "a cell too many", ("error row-shape",), edit(2, lambda line: f"{line},")),
    Text("row-shape", "a cell too few", ("error row-shape",), edit(1, lambda line: line.rpartition(",")[0])),
    Text("twice", "two different rows of an episode", (), list),
    Text("twice", "the very same row again", ("error 47 at SUBMID", "notice twice"),
         lambda lines: [*lines, lines[1]]),
    Text("twice", "the same row without an identifier", ("error 5 at SUBMID", "error 5 at SUBMID", "notice twice"),
         lambda lines: [*lines, cell(lines[1], "SUBMID", ""), cell(lines[1], "SUBMID", "")]),
    Text("twice", "the same event otherwise", ("error 47 at SUBMID",),
         lambda lines: [*lines, cell(lines[1], "RECPEER", "Y")]),
    Text("twice", "rows without events", ("notice twice",),
         lambda lines: [lines[0], *(cell(cell(lines[1], "SUBMID", ""), "SUBMODDT", "") for _ in lines[1:])]),
    Text("agency", "one agency", (), list),
    Text("agency", "two agencies", ("warning agency at AGNCY",),
         lambda lines: [*lines, cell(other_client(lines[1]), "AGNCY", "T0999")]),
    Text("zeros-lost", "codes that keep their zeros", (), list),
    Text("zeros-lost", "codes that have lost them",
         ("warning 4 at DISABLE1", "warning 4 at DISABLE1", "warning zeros-lost at DISABLE1"),
         lambda lines: [lines[0], *(cell(line, "DISABLE1", "1") for line in (*lines[1:], other_client(lines[1])))]),
    Text("zeros-lost", "a slip of the keys", ("warning 4 at DISABLE1",),
         lambda lines: [*lines, cell(other_client(lines[1]), "DISABLE1", "1")]),
    Text("layout", "Windows-1252", ("notice layout",), edit(2, lambda ln: cell(ln, "SUBMID", "é")), "cp1252"),
    Text("layout", "UTF-8 with a mark", (), edit(2, lambda ln: cell(ln, "SUBMID", "é")), "utf-8-sig"),
]  # fmt: skip

BROKEN: list[Broken] = [
    Broken("rule-failed", "nothing breaks", (), ""),
    Broken("rule-failed", "a comparison", ("error rule-failed at DOB",), "before"),
    Broken("rule-failed", "a presence", ("error rule-failed at CPLANDT of CPLANDT DISD",), "one_required"),
    Broken("rule-failed", "a value's check", ("error rule-failed at PC",), "postcode_part"),
    Broken("rule-failed", "an event's check", ("error rule-failed at SUBMODDT",), "on_the_day"),
]

ALL: list[FileRow] = [*BESIDE, *TEXTS, *BROKEN]
