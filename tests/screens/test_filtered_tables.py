"""What all lists with a filter do alike: words, what is told of an empty list, the chosen line, keys in both cases."""

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from store.findings.acceptance_facts import AcceptanceInfo
from tests.screens.fake_program import NOW, FakeProgram
from tui.screens.acceptances import AcceptancesScreen
from tui.screens.extract.items import ExtractItem, ItemsScreen
from tui.session.filtered_screen import FilteredTableScreen, TableContents

ITEMS = [ExtractItem(f"T{number}", f"Episode {number}", "no consent", place=("c", "e", "", "")) for number in (1, 2, 3)]


def items() -> ItemsScreen:
    """Three that are left out."""
    return ItemsScreen("Left out", "Why.", ITEMS, "Nothing is left out.")


def accepted(number: int) -> AcceptanceInfo:
    """An acceptance."""
    about = (f"id-{number}", "c", "e", "", "74", {"PARENT": "Y"}, "asked her", NOW, "ann")
    return AcceptanceInfo(*about, reference=f"T{number}", episode=str(number))


def screen_of(pilot: Pilot[Any]) -> FilteredTableScreen[Any]:
    """The screen that is up."""
    screen = pilot.app.screen
    assert isinstance(screen, FilteredTableScreen)
    return screen


def seen(screen: FilteredTableScreen[Any]) -> str:
    """The table and what stands below it, as text."""
    table = screen.table
    lines = ["".join(segment.text for segment in table.render_line(y)) for y in range(table.size.height)]
    return "\n".join([*lines, *(line.text for line in screen.details)])


async def test_an_empty_list_says_whether_it_is_the_words_that_empty_it() -> None:
    app = FakeProgram(items, [])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = screen_of(pilot)
        assert "T1" in seen(screen) and "Episode 1 of T1: no consent." in seen(screen)
        await pilot.press("slash", *"t9")
        await pilot.pause()
        assert "Nothing here has all of these words: t9. Esc takes them away." in seen(screen)
        assert screen.current is None and "of T1" not in seen(screen)
        await pilot.press("escape")
        await pilot.pause()
        assert "T3" in seen(screen) and screen.table.has_focus and screen.find_line.text == ""
        screen.show_contents(TableContents([], "Why.", "Nothing is left out."))
        assert "Nothing is left out." in seen(screen)


async def test_the_chosen_line_stays_chosen_while_words_leave_it() -> None:
    app = FakeProgram(items, [])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "down", "slash", *"3 CONSENT", "enter")
        await pilot.pause()
        screen = screen_of(pilot)
        assert screen.current == ITEMS[2] and len(screen.shown) == 1
        await pilot.press("escape")
        await pilot.pause()
        assert screen.current == ITEMS[2] and len(screen.shown) == 3


async def test_a_list_of_the_store_is_read_again_by_either_case_of_its_letter_and_keeps_its_line() -> None:
    answers: list[TableContents[AcceptanceInfo]] = [
        TableContents([accepted(1), accepted(2)], "2 in force.", "No acceptance is in force."),
        TableContents([accepted(3), accepted(1), accepted(2)], "3 in force.", "None."),
        TableContents([accepted(1)], "1 in force.", "None."),
    ]
    first: Callable[[], AcceptancesScreen] = AcceptancesScreen
    app = FakeProgram(first, list(answers))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = screen_of(pilot)
        assert "2 in force." in screen.about.text
        await pilot.press("down", "l")
        await pilot.pause()
        assert screen.current == accepted(2) and screen.table.cursor == 2 and "3 in force." in screen.about.text
        await pilot.press("L")
        await pilot.pause()
        assert screen.current == accepted(1) and len(screen.shown) == 1
