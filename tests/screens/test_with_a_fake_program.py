"""A screen needs no store and no app: a stand-in for the program shows it at work."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from exporters.records.left_drafts import DraftGroup
from store.facts import DraftInfo
from tests.screens.fake_program import NOW, FakeProgram, is_a_program
from tui.screens.client.next_client import to_client
from tui.screens.drafts import DraftsScreen
from tui.widgets.filter_list import FilteredList
from tui.widgets.text_line import StatusLine

VALUES = {"CLIENT": "26964", "FINITIAL": "D", "SINITIAL": "M"}
DRAFT = DraftInfo("ann", "client", "c-1", "an-id", "", VALUES, 0, NOW - timedelta(minutes=3), "CLIENT", fields=3)


def shown(pilot: Pilot[Any]) -> str:
    """The list of the screen that is up, as text."""
    listed = pilot.app.screen.query_one(FilteredList)
    return "\n".join("".join(text for text, _ in listed.pieces_of(row)) for row in range(listed.row_count))


async def test_what_was_typed_and_not_saved_is_listed_and_opened() -> None:
    app = FakeProgram(DraftsScreen, [([DraftGroup("c-1", VALUES, (DRAFT,), older=1)], "")] * 3)
    program = is_a_program(app)
    program.came_back = "1 draft kept while the store was away came back."
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "26964 DM" in shown(pilot)
        assert "from 13:59, 3 fields, 1 older draft behind it" in shown(pilot)
        assert "came back" in app.screen.query_one(StatusLine).text and program.came_back == ""
        await pilot.press("enter")
        assert app.done == [("open_client", "c-1")]


async def test_with_everything_saved_the_screen_says_so() -> None:
    app = FakeProgram(DraftsScreen, [([], "Everything you typed is saved.")] * 3)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Everything you typed is saved." in app.screen.query_one(StatusLine).text


async def test_nothing_is_said_to_be_right_before_it_is_checked() -> None:
    """F8 from a list just after an extract came in: no finding is kept yet, and that is no praise."""
    app = FakeProgram(DraftsScreen, [([], "")] * 3)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for stale, told in ((1299, "No more findings so far; 1,299 still to be checked"), (0, "No more findings.")):
            app.answers[:] = [None, None, stale]
            to_client(app, "", 1)
            for _ in range(4):
                await pilot.pause()
            assert told in app.screen.query_one(StatusLine).text
