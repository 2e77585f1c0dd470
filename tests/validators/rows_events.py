"""Rows for the rules that look at sub-interventions and referrals, and at identifiers made from the person.

Both events of a valid record are dated 1 March 2020, its caseload start is 20 January.
"""

from tests.validators.builders import CLOSED, event
from tests.validators.rows import Row, no_consent, row
from validators.records import Event


def support(day: str = "20200301", **changes: str) -> Event:
    """A sub-intervention."""
    return event("sub_intervention", **{"SUBMODDT": day, **changes})


def referral(day: str = "20200301", **changes: str) -> Event:
    """A referral to structured treatment."""
    return event("referral", **{"REFDATE": day, **changes})


NO_DATES = {"CONSENT": "", "REFLD": "", "TRIAGED": "", "CPLANDT": ""}

EVENTS: list[Row] = [
    row("1", "error 1 at RECPEER", support(RECPEER=" Y")),
    row("2", "error 2 at DAT", support(), referral(), DAT=""),
    row("3", "error 3 at SUBMODDT", support("20200230"), **CLOSED),
    row("3", "error 3 at REFDATE", referral("tomorrow"), **CLOSED),
    row("not-in-list", "notice not-in-list at RECPEER", support(RECPEER="X")),
    row("not-in-list", support(RECPEER="N")),
    row("5", support(RECPEER="Y")),
    row("5", referral()),
    row("5", "error 5 at SUBMID", support(SUBMID="", RECPEER="Y")),
    row("5", "error 5 at SUBMODDT", support("", RECPEER="Y")),
    row("5", "error 5 at SUBMID of SUBMID SUBMODDT", support("", SUBMID="", RECDOMV="N")),
    row("5", "error 5 at REFDATE", referral("")),
    row("5", "error 5 at REFERID", referral(REFERID="")),
    row("7", support("20210110"), referral("20210110")),
    row("7", "error 7 at SUBMODDT", support("20210111")),
    row("7", "error 7 at REFDATE", referral("20210111")),
    row("85", referral("20200601"), **CLOSED),
    row("85", "error 85 at REFDATE of REFDATE DISD", referral("20200602"), **CLOSED),
    row("85", referral("20210110")),
    row("89", support("20200531"), **CLOSED),
    row("89", "error 89 at SUBMODDT of SUBMODDT DISD", support("20200602"), **CLOSED),
    row("91", support("20200531"), **CLOSED),
    row("91", "notice 91 at SUBMODDT of SUBMODDT DISD", support("20200601"), **CLOSED),
    row("91", "error 89 at SUBMODDT of SUBMODDT DISD", support("20200602"), **CLOSED),
    row("90", referral(), CPLANDT="", **CLOSED),
    row("90", "error 90 at CPLANDT", support(), CPLANDT="", **CLOSED),
    row("90", "error 90 at CPLANDT", support(), support(SUBMID="another"), CPLANDT="", **CLOSED),
    row("90", "error 3 at CPLANDT", support(), CPLANDT="20200199"),
    row("92", support("20200120")),
    row("92", "error 92 at SUBMODDT of SUBMODDT CPLANDT", support("20200119")),
    row("92", referral("20200119")),
    row("matrix", referral("20200113")),
    row("matrix", "error matrix at REFDATE of REFDATE TRIAGED", referral("20200112")),
    row("matrix", "error matrix at REFDATE of REFDATE REFLD TRIAGED", referral("20200109")),
    row("matrix", "error matrix at REFDATE of REFDATE REFLD TRIAGED", referral("19021231")),
    row("matrix", "error 20 at CONSENT", "error matrix at REFDATE", referral("19021231"), **NO_DATES),
    row("matrix", "error 20 at CONSENT", referral("19030101"), **NO_DATES),
    row("matrix", "error 92 at SUBMODDT of SUBMODDT CPLANDT", support("19030101")),
    row("matrix", "error 92 at SUBMODDT of SUBMODDT CPLANDT", "error matrix at SUBMODDT", support("19021231")),
    row("layout", "error layout at SUBMID", "error layout at RECPEER", support(SUBMID="x" * 37, RECPEER="y")),
    row("layout", support(SUBMID="é- one, two"), referral(REFERID="a b")),
    row("layout", "error layout at SUBMID", support(SUBMID="one\x00two")),
    no_consent("no-consent", "error no-consent at REFERID of REFERID REFDATE", referral("nonsense")).but_stored(
        "notice no-consent at REFDATE"
    ),
    no_consent("no-consent", "error no-consent at SUBMID of SUBMID SUBMODDT RECPEER", support(RECPEER="Y")).but_stored(
        "notice no-consent at SUBMODDT of SUBMODDT RECPEER"
    ),
]

# The client is G H, born 15 June 1985.
INNOCENT = (
    "150685",
    "850615",
    "GH1985",
    "1985",
    "1985-06",
    "GH-15",
    "x0615x1985x",
    "HG85",
    "15-1985-06",
    "15mar1985",
    "June 1985",
)
GIVING_AWAY = (
    "19850615",
    "x15061985x",
    "1985-06-15",
    "1985/06/15",
    "1985 06 15",
    "1985.6.15",
    "15-06-1985",
    "15/6/1985",
    "15:06:1985",
    "15\u201306\u20131985",
    "15-Jun-1985",
    "15june85",
    "1506-1985",
    "1985 0615",
    "\uff11\uff15\uff10\uff16\uff11\uff19\uff18\uff15",
    "G.H. 150685",
    "15_06_85",
    "85-06-15",
    "GH150685",
    "gh-150685",
    "HG850615",
    "850615/GH",
    "ID GH 150685",
    "G-H-1985-06-15",
)

IDENTIFYING: list[Row] = [
    *(row("47", CLIENT=text) for text in INNOCENT),
    *(row("47", "warning 47 at CLIENT of CLIENT DOB", CLIENT=text) for text in GIVING_AWAY),
    row("47", "warning 47 at CLIENTID of CLIENTID DOB", CLIENTID="19850615-1"),
    row("47", "warning 47 at EPISODID of EPISODID DOB", EPISODID="19850615-1"),
    row("47", "warning 47 at SUBMID of SUBMID DOB", support(SUBMID="15061985")),
    row("47", "warning 47 at REFERID of REFERID DOB", referral(REFERID="GH850615")),
    row(
        "47",
        "warning 47 at CLIENTID of CLIENTID CLIENT DOB EPISODID",
        CLIENTID="GH850615",
        CLIENT="15.06.1985",
        EPISODID="19850615",
    ),
    row("47", "error 2 at FINITIAL", CLIENT="GH150685", FINITIAL=""),
    row("47", "error 3 at DOB", CLIENT="15061985", DOB="1985061"),
]
