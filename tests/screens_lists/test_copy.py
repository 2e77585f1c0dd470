"""A client copied at the screen to an agency of another data set: shown first, then done, then what is left to key."""

import pytest

from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, ClientQuery, ClientTree, Who
from store.records import agencies, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask
from tests.terminal import Terminal
from tui.screens.client import copy_to_agency
from validators.problems import Problem
from validators.standard.catalogue import load

ENGLISH, WELSH = load("ndtms-cjit-p"), "smds-wales"
CLIENT = {"CLIENT": "K77", "FINITIAL": "E", "SINITIAL": "W", "DOB": "19850615", "SEX": "1", "ETHNIC": "B"}
EPISODE = {"EPISODID": "e1", "CONSENT": "Y", "REFLD": "20200302", "TRIAGED": "20200306", "PC": "NW7 3"}
TITLE = "Copy K77 EW to another agency"


@pytest.fixture
def person(store: Store, agency: AgencyInfo) -> ClientTree:
    """A client of the English agency with an episode and an event."""
    with store.writing(Who("loader", NOW)) as work:
        client = save.create(work, "client", agency.id, "", CLIENT)
        episode = save.create(work, "episode", client.id, "", EPISODE)
        save.create(work, "event", episode.id, "sub_intervention", {"SUBMODDT": "20200310"})
    return ask(store, read.tree, client.id)


def agency_in_wales(store: Store, code: str = "W00001") -> AgencyInfo:
    """Another agency in the same store; entered once the program is up, which else asks which one is meant."""
    with store.writing(Who("loader", NOW)) as work:
        return agencies.ensure(work, code, WELSH)


def opened(terminal: Terminal) -> None:
    """The client's record on the screen."""
    terminal.press("K77<enter>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.4)


def copied(store: Store, agency: AgencyInfo) -> list[ClientTree]:
    """The clients of an agency."""
    return [ask(store, read.tree, row.id) for row in ask(store, search.page, agency, ClientQuery(), 0, 10)]


def test_a_copy_is_seen_before_it_is_made_and_says_what_is_left(start: Start, store: Store, person: ClientTree) -> None:
    terminal = start()
    wales = agency_in_wales(store)
    opened(terminal)
    command(terminal, "copy to another", "F2 copies.")
    same_picture(terminal, HELP / "copy.screen.txt")
    assert terminal.shows("B means 'White - Irish' in ndtms-cjit-p, 'Gypsy or Irish")
    assert terminal.shows("client: Date of birth 19850615 → Date of birth 1985-06-15")
    assert terminal.shows("journey 1: Prompting event date 20200302 → Date of referral 2020-03-02")
    terminal.press("<enter><pagedown>")
    terminal.until("sub-intervention 20200310: events are not carried over")
    assert copied(store, wales) == []
    terminal.press("<f2>")
    terminal.until("Done: The copy is client")
    (copy,) = copied(store, wales)
    number = copy.client.values["CLIENTNO"]
    terminal.until(f"The copy is client {number} EW of agency W00001 (smds-wales)")
    assert terminal.shows("Open it there: Agencies (Ctrl+P), then W00001; another time")
    assert terminal.shows("keywork --agency W00001 --standard smds-wales")
    assert terminal.shows("Still to be keyed there") and terminal.shows(
        "client: Sex at birth registration was 1 (Male)"
    )
    assert {name: text for name, text in copy.client.values.items() if name != "CLIENTNO"} == {
        "FORENAME1": "E",
        "SURNAME1": "W",
        "DOB": "1985-06-15",
        "AGENCY": "W00001",
    }
    (journey,) = copy.episodes
    assert journey.note == "Copied from agency T0001 (ndtms-cjit-p), episode e1."
    assert [(entry.act, entry.person) for entry in ask(store, audit.history, [copy.client.id])] == [("copy", "ann")]
    assert ask(store, audit.verify).whole
    terminal.press("<f2>")
    terminal.until("It is copied to W00001; what the page lists is still to be keyed there.")
    assert len(copied(store, wales)) == 1 and ask(store, read.tree, person.client.id) == person


def test_who_was_copied_is_not_copied_twice(start: Start, store: Store, person: ClientTree) -> None:
    terminal = start()
    wales = agency_in_wales(store)
    opened(terminal)
    command(terminal, "copy to another", "F2 copies.")
    terminal.press("<f2>")
    terminal.until("Done: The copy is client")
    terminal.press("<escape>")
    terminal.until("F2 Save")
    command(terminal, "copy to another", "W00001 has all of this client already: nothing is left to copy.")
    assert terminal.shows("has it already (copied before)") and terminal.shows("Had to be keyed anew there")
    terminal.press("<f2>")
    terminal.until_quiet(0.4)
    assert len(copied(store, wales)) == 1


def test_the_agency_is_chosen_among_several(start: Start, store: Store, person: ClientTree) -> None:
    terminal = start()
    first, second = agency_in_wales(store), agency_in_wales(store, "W00002")
    opened(terminal)
    # Typed ahead: the keys wait for the page of the agency they are meant for.
    terminal.press("<ctrl+p>copy to another<enter><down><f2>")
    terminal.until("Done: The copy is client")
    assert copied(store, first) == [] and len(copied(store, second)) == 1
    assert terminal.shows("of agency W00002")
    terminal.press("<up>")
    terminal.until("F2 copies.")
    assert not terminal.shows("Still to be keyed")


def test_without_an_agency_elsewhere_and_with_unsaved_typing_it_says_so(
    start: Start, store: Store, person: ClientTree
) -> None:
    terminal = start()
    opened(terminal)
    command(terminal, "copy to another", "This store has no agency of another data set")
    told = " ".join(terminal.text().split())
    assert "Agencies (Ctrl+P) makes one, or 'keywork client copy' with the first copy." in told
    agency_in_wales(store)
    terminal.press("X<tab>")
    command(terminal, "copy to another", "Save this client first: only what is saved can be copied.")
    assert TITLE not in terminal.lines()[0]


def test_what_was_saved_meanwhile_is_seen_before_it_is_copied(store: Store, person: ClientTree) -> None:
    wales = agency_in_wales(store)
    given = person.client.id, ENGLISH, "T0001", wales
    seen = ask(store, copy_to_agency._planned, *given)
    with store.writing(Who("bob", NOW)) as work:
        save.change(
            work, "client", person.client.id, {**person.client.values, "DOB": "19850616"}, person.client.version
        )
    plan, name = store.do(Who("ann", NOW), copy_to_agency._written, *given, seen)
    assert name == "" and plan.client.values["DOB"] == "1985-06-16" and copied(store, wales) == []
    plan, name = store.do(Who("ann", NOW), copy_to_agency._written, *given, plan)
    assert name.endswith(" EW") and len(copied(store, wales)) == 1


def test_a_copy_to_an_agency_whose_code_somebody_mended_meanwhile_makes_none_of_the_code_it_had(
    store: Store, person: ClientTree
) -> None:
    wales = agency_in_wales(store)
    given = person.client.id, ENGLISH, "T0001", wales
    seen = ask(store, copy_to_agency._planned, *given)
    store.do(Who("bob", NOW), agencies.rename, wales, "W00002")
    with pytest.raises(Problem, match=r"changed what is said of the agency W00001 meanwhile .code W00002"):
        store.do(Who("ann", NOW), copy_to_agency._written, *given, seen)
    assert [one.code for one in ask(store, agencies.listed)] == ["T0001", "W00002"]


def test_at_a_wide_screen_all_of_it_is_in_view(start: Start, store: Store, person: ClientTree) -> None:
    terminal = start(120, 40)
    agency_in_wales(store)
    opened(terminal)
    command(terminal, "copy to another", "F2 copies.")
    for heading in ("Beware", "Goes over", "To be keyed anew"):
        assert terminal.shows(heading)
    assert terminal.shows("'Gypsy or Irish Traveller' in smds-wales: ask, and key it anew")
