"""What was typed in a dialog stands there again when the store refused what it was typed for."""

import pytest

from store.facts import AgencyInfo, Who
from store.month import submissions
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command
from tests.stores import locked

AGAIN = "What you typed stands there when you do it again."
REASON = "three closures were keyed wrongly"
CHECKLIST = ("list of one submission", " of 12 done")


@pytest.mark.parametrize(
    ("screen", "keys", "dialog", "typed", "done"),
    [
        (CHECKLIST, "+", "A correction of 2020-12", REASON, "is begun"),
        (CHECKLIST, "-", "Drop what was begun", REASON, "is dropped"),
        (CHECKLIST, "e", "was sent from elsewhere", "the office in Leeds", "Stated as sent from elsewhere"),
        (CHECKLIST, "<ctrl+n>n", "A nil return for 2020-12", "closed in March", "is begun"),
        (("second keying", "No sample is open"), "n", "Draw a sample", "<tab><tab>20<tab><tab>a seed", "Drawn."),
        (("held and removed", "Nobody is due"), "y", "How long clients are kept", "7", ""),
        (
            ("windows and deadlines", "June part July 21"),
            "<ctrl+d>",
            "Closed day",
            "4 jan 21<tab>Flood<tab>The council",
            "Kept.",
        ),
        (
            ("agencies", "Agencies of this store"),
            "<home>s",
            "First submission",
            "<ctrl+u>2020-11",
            "from here is 2020-11",
        ),
        (("keep view", "What is listed"), "", "Keep view", "Mondays", "Kept: Mondays."),
    ],
)
def test_what_was_typed_stands_in_the_dialog_again(
    start: Start,
    store: Store,
    agency: AgencyInfo,
    screen: tuple[str, str],
    keys: str,
    dialog: str,
    typed: str,
    done: str,
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        submissions.ensure(work, agency, "2020-12")
        submissions.open_one(work, agency, "2020-12", reason="a trial")
    terminal = start()
    command(terminal, *screen)
    terminal.press(keys)
    terminal.until(dialog)
    last = typed.rpartition(">")[2]
    with locked(store):  # for longer than a screen waits
        terminal.press(typed)
        terminal.until(last)
        terminal.press("<f2>")
        terminal.until("What you typed")
    if not keys:
        command(terminal, *screen)
    terminal.press(keys)
    terminal.until(dialog)
    terminal.until(last)
    terminal.press("<f2>")
    terminal.until(done)
