"""The agencies of a store at the screen: another one opened in the same session and back, a new one made."""

from collections.abc import Callable

import pytest

from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, ClientQuery, Draft, Who
from store.findings import queries
from store.live import drafts, presence
from store.records import agencies, bulk_load, read
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, command, same_picture
from tests.stores import ask, do
from tests.terminal import Terminal
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

WELSH = "smds-wales"
ENGLISH_TITLE = "NDTMS criminal justice (CJIT) data set P"
WELSH_TITLE = "Substance Misuse Data Set (Wales)"
JOURNEYS = 8


def agency_in_wales(store: Store, code: str = "W00001", journeys: int = 0) -> AgencyInfo:
    """A second agency in the same store; entered once the program is up, which else asks which one is meant."""
    with store.writing(Who("loader", NOW)) as work:
        made = agencies.ensure(work, code, WELSH)
        if journeys:
            people = synthetic_episodes(load(WELSH), journeys, seed=3, today=NOW.date(), faults=True, agency=code)
            bulk_load.load(work, made, people, act="sample")
    return made


def go_to(terminal: Terminal, code: str, ready: str | Callable[[Terminal], bool] = "") -> None:
    """Over to another agency: its row among the two that there are."""
    command(terminal, "agencies", "Agencies of this store")
    terminal.press("<home>")
    if code not in chosen_row(terminal):
        terminal.press("<down>")
    assert code in chosen_row(terminal)
    terminal.press("<enter>")
    terminal.until(ready or f"{code} is open")
    terminal.until_quiet(0.4)


def chosen_row(terminal: Terminal) -> str:
    """The agency that the page is about."""
    return next(line for line in terminal.lines() if line.startswith(" Agency "))


def sentences(terminal: Terminal) -> str:
    """What the screen says, however its lines are broken."""
    return " ".join(terminal.text().split())


def id_of(store: Store, agency: AgencyInfo, reference: str) -> str:
    """The client of that reference."""
    return ask(store, search.page, agency, ClientQuery(text=reference), 0, 1)[0].id


def test_the_page_lists_the_agencies_and_what_each_reports_by(start: Start, store: Store) -> None:
    terminal = start()
    agency_in_wales(store)
    command(terminal, "agencies", "Agencies of this store")
    terminal.until("W00001")
    same_picture(terminal, HELP / "agencies.screen.txt")
    assert "open here" in terminal.lines()[1] and "T0001" in terminal.lines()[1]
    terminal.press("<enter>")
    terminal.until("T0001 is open already")
    terminal.press("<down>")
    terminal.until("Agency W00001")
    assert terminal.shows(f"{WELSH_TITLE}  (smds-wales)") and terminal.shows("DSCN 2020-19")
    assert terminal.shows("Enter opens it here; what is typed and not saved is kept as drafts.")
    # A code that was mistyped is mended as long as nothing is in it.
    terminal.press("c")
    terminal.until("The code of W00001")
    terminal.press("<ctrl+u>w00012<enter>")
    terminal.until("Agency W00012 it is now.")
    terminal.press("<home>c")
    terminal.until("The agency T0001 has records in it (60 clients, 79 episodes)")
    assert not terminal.shows("The code of T0001")
    assert [one.code for one in ask(store, agencies.listed)] == ["T0001", "W00012"]
    terminal.press("<f1>")
    terminal.until("Help: Agencies of this store")
    assert terminal.shows("Make a new agency in this store")


def test_from_the_month_by_its_letter(start: Start) -> None:
    terminal = start(ready="Month: ", KEYWORK_TEST_START="month")
    terminal.press("<escape>")
    terminal.until("This is the first screen")
    terminal.press("a")
    terminal.until("Agencies of this store")
    # What was said before one went elsewhere is no news to whoever comes back.
    terminal.press("<escape>")
    terminal.until("Month: ")
    assert not terminal.shows("This is the first screen")


def test_england_to_wales_and_back_with_a_draft_open(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    wales = agency_in_wales(store, journeys=JOURNEYS)
    client = id_of(store, agency, "000002")
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    terminal.press("<ctrl+t><home><enter>")
    terminal.until_quiet(0.6)
    assert [one.person for one in ask(store, presence.others, "client", client, "looker", NOW)] == ["ann"]
    terminal.press("X")
    go_to(terminal, "W00001")
    # What was typed is a draft, and that is said; others see that the record is left.
    terminal.until("Checked: ")
    told = f"W00001 is open: {WELSH_TITLE}. Not saved at T0001, kept as drafts: 1 client."
    assert (
        f"{told} Checked: {ask(store, read.count_episodes, wales)} journeys." in sentences(terminal)
        and "W00001" in terminal.lines()[0]
    )
    assert [draft.record_id for draft in ask(store, drafts.listed, "ann")] == [client]
    terminal.until(lambda _: ask(store, presence.others, "client", client, "looker", NOW) == [])
    # Every screen speaks the other data set, and shows the other agency's records alone.
    assert terminal.shows("journeys") and not terminal.shows("episodes") and not terminal.shows("Roll-over")
    assert not terminal.shows("Drafts, typed and not saved")
    terminal.until(lambda _: not ask(store, queries.stale, wales, NOW.date()))
    terminal.press("<escape>")
    terminal.until("This is the first screen")
    terminal.press("<f3>")
    terminal.until(f"{JOURNEYS} clients")
    assert not terminal.shows("consent") and not terminal.shows("Post")
    terminal.press("<enter>")
    terminal.until("F2 Save")
    terminal.until("Journey")
    command(terminal, "measures", "Measures")
    command(terminal, "calendar", "Calendar")
    same_picture(terminal, PICTURES / "calendar_after_the_change.txt")
    command(terminal, "extract", "Extract")
    assert terminal.shows("agency W00001")
    command(terminal, "unsaved typing", "Everything you typed is saved.")
    command(terminal, "standards", f"Standards: {WELSH_TITLE}")
    # And back: the draft is offered as at a start, by a line; nothing opens by itself under the keys for Month.
    go_to(terminal, "T0001", "Typed here, not saved: 1 client (d).")
    assert terminal.lines()[0].startswith(" Month") and f"T0001 is open: {ENGLISH_TITLE}." in sentences(terminal)
    terminal.press("d<enter>")
    terminal.until("1 field: keep it?")
    terminal.press("<enter>")
    terminal.until("The draft is kept; nothing of it is saved yet.")
    terminal.press("<f2>")
    terminal.until(lambda _: not ask(store, drafts.listed, "ann"))
    assert [one.person for one in ask(store, presence.others, "client", client, "looker", NOW)] == ["ann"]
    terminal.press("<escape>")
    terminal.until("Everything you typed is saved.")
    terminal.press("<escape>")
    terminal.until("Month: ")
    assert terminal.shows("T0001") and terminal.shows("episodes") and terminal.shows("Roll-over")
    terminal.press("<ctrl+p>measures")
    terminal.until_quiet(0.4)
    assert not terminal.shows("What the agency is measured by")


def test_drafts_of_both_agencies_wait_each_where_it_is(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    wales = agency_in_wales(store, journeys=JOURNEYS)
    for reference in ("000003", "000004"):
        client = id_of(store, agency, reference)
        do(store, Who("ann", NOW), drafts.save, Draft("client", client, {"CLIENT": reference, "SEX": "1"}, 1))
    theirs = ask(store, search.page, wales, ClientQuery(), 0, 1)[0]
    do(store, Who("ann", NOW), drafts.save, Draft("client", theirs.id, {"SURNAME1": "Q"}, 1))
    go_to(terminal, "W00001", "Typed here, not saved: 1 client (d).")
    assert "kept as drafts: 2 clients." in sentences(terminal)
    terminal.press("d<enter>")
    terminal.until("keep it?")
    terminal.press("<enter>")
    terminal.until("The draft is kept")
    go_to(terminal, "T0001", "Typed here, not saved: 2 clients (d).")
    assert "kept as drafts: 1 client." in sentences(terminal)
    terminal.press("d")
    terminal.until("Typed and not saved")
    assert terminal.shows("000003") and terminal.shows("000004") and len(ask(store, drafts.listed, "ann")) == 3


def test_what_is_being_typed_is_taken_as_on_leaving_the_record(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    agency_in_wales(store)
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    terminal.press("<ctrl+t><home><enter>")
    terminal.until_quiet(0.4)
    terminal.press("<tab><tab>140385")
    go_to(terminal, "W00001")
    (draft,) = ask(store, drafts.listed, "ann")
    assert draft.values["DOB"] == "19850314" and draft.at_field == "DOB"


def test_keys_typed_ahead_wait_for_the_other_agency(start: Start, store: Store) -> None:
    terminal = start()
    agency_in_wales(store, journeys=JOURNEYS)
    terminal.press("<ctrl+p>agencies<enter><down><enter><f3>000")
    terminal.until("Find: 000")
    terminal.until(lambda seen: not seen.shows("consent"))


def test_a_new_agency_is_made_at_the_screen(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "agencies", "Agencies of this store")
    terminal.press("<ctrl+n>")
    terminal.until("New agency")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "new_agency.screen.txt")
    for typed, sentence in (
        ("", "Type the agency code first."),
        ("   ", "Type the agency code first."),
        ("T-1", "An agency code has the letters A to Z and digits only, such as T0123"),
        ("Ŵ001", "An agency code has the letters A to Z and digits only"),
        ("T00123", "An agency code of ndtms-cjit-p has at most 5 characters, this one 6"),
    ):
        terminal.press(f"<ctrl+u>{typed}<enter>")
        terminal.until(sentence)
        assert terminal.shows(f"Agency code: {typed}".rstrip()) and len(ask(store, agencies.listed)) == 1
    terminal.press("<ctrl+u>t0001<enter>")
    terminal.until("The first submission that is made from here")
    terminal.press("<enter>")
    terminal.until("This store has the agency T0001 of ndtms-cjit-p already")
    terminal.press("<ctrl+u>w00001<down><down><down><down><down><enter>")
    terminal.until("The first submission that is made from here")
    terminal.press("<ctrl+u>2021-13<enter>")
    terminal.until("'2021-13' is not a submission")
    terminal.press("<ctrl+u>2021-02<enter>")
    terminal.until("Agency W00001 is made, reporting by smds-wales since 2021-02")
    made = ask(store, agencies.listed)[1]
    assert (made.code, made.standard, made.reports_since) == ("W00001", WELSH, "2021-02")
    assert [(entry.act, entry.person) for entry in ask(store, audit.history, [made.id])] == [("create", "ann")]
    assert ask(store, audit.verify).whole
    terminal.press("<enter>")
    terminal.until("W00001 is open")
    # One code may report several data sets; Escape makes nothing.
    command(terminal, "agencies", "Agencies of this store")
    terminal.press("<ctrl+n>T0001<down><down><down><down><down><enter><enter>")
    terminal.until("Agency T0001 is made, reporting by smds-wales")
    terminal.press("<ctrl+n>T0009<escape>", 0.4)
    terminal.until("Agencies of this store")
    assert [one.code for one in ask(store, agencies.listed)] == ["T0001", "W00001", "T0001"]


def test_the_first_submission_is_changed_at_the_screen(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "agencies", "its first submission from here is 2020-10")
    terminal.press("s")
    terminal.until("The first submission that is made from here")
    terminal.press("<ctrl+u>2020-12<enter>")
    terminal.until("Agency T0001: its first submission from here is 2020-12.")
    assert ask(store, agencies.one).reports_since == "2020-12"
    command(terminal, "what is due", "Load ")
    assert not terminal.shows("Late:")


def test_an_agency_that_somebody_else_makes_is_listed(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "agencies", "Agencies of this store")
    agency_in_wales(store, "W00007")
    terminal.until("W00007")


def test_a_data_set_that_is_not_there_any_more_changes_nothing(start: Start, store: Store) -> None:
    terminal = start()
    with store.writing(Who("loader", NOW)) as work:
        agencies.ensure(work, "T0009", "gone-away", since="2020-12")
    command(terminal, "agencies", "gone-away, which cannot be read here")
    terminal.press("<down><enter>")
    terminal.until("There is no standard 'gone-away'")
    terminal.press("<f3>")
    terminal.until("60 clients")


@pytest.mark.parametrize("size", [(120, 40), (40, 10)])
def test_at_other_sizes(start: Start, store: Store, size: tuple[int, int]) -> None:
    terminal = start(*size)
    agency_in_wales(store)
    command(terminal, "agencies", "W00001")
    terminal.press("<down><enter>")
    terminal.until("Month: Dec 20 (2020-12), W00001")
