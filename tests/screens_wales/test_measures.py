"""The measures with their cases, and what the agency says of itself, under a terminal."""

from store.disk import audit
from store.facts import AgencyInfo, Who
from store.findings import queries
from store.month import agency_settings
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do


def test_a_number_is_one_key_from_its_cases_and_two_from_the_client(start: Start) -> None:
    terminal = start()
    command(terminal, "measures", "Treatment complete: not computable")
    terminal.until("1 July 2020 to 30 September 2020. From this store's own records: our estimate.")
    same_picture(terminal, HELP / "measures.screen.txt")
    terminal.press("<down><down>a")
    terminal.until("All days. From")
    while "  0   0.0 %" in terminal.lines()[terminal.screen.cursor.y]:
        terminal.press("<down>")
    terminal.press("<enter>")
    terminal.until("Initials")
    terminal.until("All days: ")
    terminal.press("<enter>")
    terminal.until("F2 Save")


def test_what_is_not_computable_leads_to_where_it_is_mended(start: Start) -> None:
    terminal = start()
    command(terminal, "measures", "Treatment complete: not computable")
    terminal.press("a")
    terminal.until("All days. From")
    while not terminal.lines()[terminal.screen.cursor.y].startswith(" Treatment complete"):
        terminal.press("<down>")
    terminal.until("Enter: say in the settings what each reason means")
    terminal.press("<enter>")
    terminal.until("What the reasons for the end of contact mean")
    terminal.press("<enter>")
    terminal.until("Empty takes it back")
    codes = " ".join(f"{code:02}=complete" for code in range(1, 12))
    terminal.press(f"{codes}<enter>")
    terminal.until("Kept.")
    terminal.press("<escape>")
    terminal.until("Treatment complete: 100.0 %")
    assert not terminal.shows("not computable: ") and terminal.shows("Counted: complete")


def test_a_definition_says_what_is_assumed(start: Start) -> None:
    terminal = start()
    command(terminal, "measures", "Treatment complete: not computable")
    terminal.press("d")
    terminal.until("How it is reckoned")
    assert terminal.shows("(assumed)") and terminal.shows("not in the notice")
    terminal.press("<escape>", 0.5)
    terminal.press("n")
    terminal.until("1 October 2020 to 31 December 2020")
    terminal.press("pp")
    terminal.until("1 April 2020 to 30 June 2020")


def test_what_is_said_of_the_agency_is_kept_audited_and_known_to_the_measures(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    terminal = start()
    command(terminal, "what the agency says", "not said yet")
    same_picture(terminal, HELP / "settings.screen.txt")
    terminal.press("<down><enter>")
    terminal.until("Empty takes it back")
    terminal.press("01=done<enter>")
    terminal.until("'done' is no class: `settings list` tells which there are.")
    terminal.press("<ctrl+u>01=complete 02=neutral<enter>")
    terminal.until("complete 01; neutral 02")
    terminal.until("Said so far")
    assert ask(store, agency_settings.settings, agency) == {"closure_classes": "01=complete 02=neutral"}
    assert [(one.field, one.new) for one in ask(store, audit.history, [agency.id]) if one.act == "set"] == [
        ("closure_classes", "01=complete 02=neutral")
    ]
    terminal.until(lambda _: not ask(store, queries.stale, agency, NOW.date()))
    command(terminal, "measures", "Counted: complete")


def test_what_the_standard_does_not_have_is_not_offered(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+p>consent")
    terminal.until("Command: consent")
    terminal.until_quiet(0.3)
    assert not terminal.shows("No consent")


def test_help_and_palette_speak_of_journeys_and_of_nothing_that_is_not_here(start: Start) -> None:
    terminal = start(100, 50)
    terminal.press("<escape>")
    terminal.until("would be sent")
    terminal.press("<f1>")
    terminal.until("every journey that would be")
    assert not terminal.shows("episode") and not terminal.shows("[month.roll]")
    terminal.press("<escape>")
    terminal.until("would be sent")
    terminal.press("t")  # where there is consent: withdrawals that the regional NDTMS team is to be told of
    terminal.until("Withdrawals to tell: this data set has nothing of the kind.")
    terminal.press("<f3>")
    terminal.until("Find:")
    terminal.press("<ctrl+p>open cases")
    terminal.until("Only clients with an open journey")


def test_what_somebody_else_says_of_the_agency_meanwhile_is_not_written_over_unseen(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    terminal = start()
    command(terminal, "what the agency says", "not said yet")
    terminal.press("<down><enter>")
    terminal.until("Empty takes it back")
    do(store, Who("kim", NOW), agency_settings.set_setting, agency, "closure_classes", "01=complete 03=neutral")
    terminal.press("02=neutral<enter>")
    terminal.until("Somebody else changed closure_classes meanwhile")
    assert ask(store, agency_settings.settings, agency) == {"closure_classes": "01=complete 03=neutral"}
    terminal.until("complete 01; neutral 03")
    terminal.press("<enter>")
    terminal.until("It says now: 01=complete 03=neutral")
    assert any(line.split()[-1:] == ["02=neutral"] for line in terminal.lines()), "what was typed stands there"
    terminal.press("<end> 01=complete 03=neutral<enter>")
    terminal.until("Kept.")
    told = ask(store, agency_settings.settings, agency)["closure_classes"]
    assert told == "01=complete 02=neutral 03=neutral"
