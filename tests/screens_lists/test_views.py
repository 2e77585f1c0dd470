"""Lists of clients kept under a name: words, filters and order, for one person."""

from tests.screens_lists.conftest import Start, command


def test_a_list_is_kept_and_asked_for_again(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+t>")
    terminal.until("No view is kept yet")
    terminal.press("00001<ctrl+o><ctrl+r>")
    terminal.until("Sorted by reference, the last first")
    terminal.until("[^O open]")
    command(terminal, "keep view", "What is listed: '00001', open, by reference, the last first.")
    terminal.press("Mondays<enter>")
    terminal.until("Kept: Mondays.")
    counted = terminal.lines()[1][-12:]
    terminal.press("<escape>", 0.4)
    terminal.press("<escape>", 0.4)
    terminal.until("60 clients")
    terminal.press("<ctrl+r>")
    terminal.until("Reference↑")
    terminal.press("<ctrl+t>")
    terminal.until("Mondays")
    terminal.press("<enter>")
    terminal.until("View: Mondays.")
    terminal.until("[^O open]")
    assert terminal.shows("Find: 00001") and terminal.lines()[1][-12:] == counted and terminal.shows("Reference↓")
    command(terminal, "forget view", "Mondays")
    terminal.press("<enter>")
    terminal.until("Forgotten: Mondays.")
