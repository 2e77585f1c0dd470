"""Every screen speaks the Welsh standard: its words, its checklist, and nothing of what it does not have."""

from store.clients import search
from store.facts import AgencyInfo, ClientQuery
from store.records import read
from store.store import Store
from tests.screens_lists.conftest import Start, command, same_picture
from tests.screens_wales.conftest import PICTURES, STANDARD
from tests.stores import ask


def with_modality(store: Store, agency: AgencyInfo) -> str:
    """The reference of a client who has a modality."""
    for row in ask(store, search.page, agency, ClientQuery(), 0, 30):
        for episode in ask(store, read.tree, row.id).episodes:
            if any(event.section == "modality" for event in episode.events):
                return row.reference
    raise AssertionError("nobody has one")


def events(store: Store, agency: AgencyInfo) -> list[tuple[str, str]]:
    """Section and date of every event."""
    dates = {section.id: section.date_field for section in STANDARD.event_sections}
    found = (event for record in ask(store, read.episodes, agency) for event in record.events)
    return [(event.section, event.values.get(dates[event.section], "")) for event in found]


def test_clients_have_no_consent_filter_and_no_postcode_column(start: Start) -> None:
    terminal = start()
    assert not terminal.shows("consent") and not terminal.shows("Post")
    terminal.press("<ctrl+v>")
    terminal.until("This data set does not ask for consent")
    wide = start(120, 40)
    assert wide.shows("Jos") and not wide.shows("Post") and not wide.shows("consent")


def test_a_client_with_journey_modality_and_top(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    terminal.press(f"{with_modality(store, agency)}<enter>")
    terminal.until("F2 Save")
    terminal.until("Journey")
    terminal.until_quiet(0.4)
    same_picture(terminal, PICTURES / "client.txt")
    terminal.press("<ctrl+t><home><down><enter>")
    terminal.until("Date of referral")
    terminal.until_quiet(0.4)
    same_picture(terminal, PICTURES / "journey.txt")
    terminal.press("<ctrl+n>")
    terminal.until("New treatment modality")
    assert terminal.shows("New TOP") and terminal.shows("New journey")
    before = ask(store, read.count_episodes, agency), len(events(store, agency))
    terminal.press("<enter>")
    terminal.until("Modality referral date")
    terminal.press("06<tab>2019-06-10<f2>")
    terminal.until(lambda _: len(events(store, agency)) == before[1] + 1)
    terminal.press("<ctrl+n>")
    terminal.until("New TOP")
    terminal.press("o")
    # Its number is proposed: one begins behind it.
    terminal.until("TOP interview date  ")
    assert any(line.startswith(">") and "TOP interview date" in line for line in terminal.lines())
    terminal.press("2019-06-10<f2>")
    terminal.until(lambda _: len(events(store, agency)) == before[1] + 2)
    assert events(store, agency).count(("modality", "2019-06-10")) == 1
    assert events(store, agency).count(("top", "2019-06-10")) == 1


def test_a_client_keyed_by_hand_gets_a_number_that_shows(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    known = ask(store, search.count, agency, ClientQuery())
    terminal.press("<ctrl+n>")
    terminal.until("NHS number")
    terminal.press("<tab>W<tab>E<tab>1985-06-15<f2>")
    terminal.until(lambda _: ask(store, search.count, agency, ClientQuery()) == known + 1)
    made = ask(store, search.page, agency, ClientQuery(sort="entered"), known, 1)[0]
    assert made.reference.isdigit() and made.initials == "EW"
    terminal.until(made.reference)


def test_month_end_in_the_words_of_wales(start: Start) -> None:
    terminal = start()
    command(terminal, "calendar", "the 7th working day")
    assert not terminal.shows("no region") and not terminal.shows("roll-over") and not terminal.shows("silen")
    command(terminal, "checklist", "Uploaded to the data switching service")
    assert not terminal.shows("consent") and not terminal.shows("Load %") and not terminal.shows("region")
    terminal.until(lambda seen: seen.text().count("2 errors in 3 events") == 2)
    same_picture(terminal, PICTURES / "checklist.txt")
    command(terminal, "findings", "4 journey")


def test_the_field_page_has_the_definitions_of_the_modalities(start: Start) -> None:
    terminal = start()
    command(terminal, "standards", "Find:")
    terminal.press("field modality<enter>")
    terminal.until("Inpatient Treatment")
    terminal.until("Start date: date of admission")


def test_the_month_offers_no_roll_over(start: Start) -> None:
    terminal = start()
    command(terminal, "what is due", "Checklist:")
    assert terminal.shows("C Checklist") and terminal.shows("G Calendar") and not terminal.shows("Roll-over")


def test_the_number_that_saving_gave_stands_in_the_field_one_is_in_and_is_named_when_typed_over(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    terminal = start()
    known = ask(store, search.count, agency, ClientQuery())
    terminal.press("<ctrl+n>")
    terminal.until("NHS number")
    terminal.press("<tab>W<tab>E<tab>1985-06-15<tab>")
    while not any(line.startswith(">") and "Agency client number" in line for line in terminal.lines()):
        terminal.press("<down>")
    terminal.press("<f2>")
    terminal.until("Saved: ")
    number = ask(store, search.page, agency, ClientQuery(sort="entered"), known, 1)[0].reference
    (line,) = (line for line in terminal.lines() if line.startswith(">"))
    assert line.split()[-1] == number or f" {number} " in line
    terminal.press("7")
    (line,) = (line for line in terminal.lines() if line.startswith(">"))
    assert f"was {number}" in line and f"{number}7" not in line
