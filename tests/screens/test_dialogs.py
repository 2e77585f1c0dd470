"""What holds in every dialog: help comes and goes, every place that can be jumped to has its letter in sight."""

from store.facts import ClientTree
from tests.screens.conftest import Start
from tui.widgets.help_screen import help_lines


def test_help_comes_over_a_question_and_leads_back_to_it(known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>")
    terminal.until("What is to be added?")
    terminal.press("<f1>")
    terminal.until("A question is answered by the letter before an answer.")
    listed = {line.split("[")[-1] for line in help_lines("dialog") if line.endswith("]")}
    assert listed == {"app.help]", "app.back]", "app.quit]", "app.redraw]", "app.lock]"}, "what acts in a dialog"
    terminal.press("<escape>")
    terminal.until("What is to be added?")
    terminal.press("<escape>")
    terminal.until(lambda seen: not seen.shows("What is to be added?"))


def test_all_letters_are_in_sight_at_eighty_columns(known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>e<ctrl+g>")
    terminal.until("Jump to")
    shown = terminal.text()
    groups = (
        "Tree",
        "First fault",
        "Consent and place",
        "Contact",
        "Substances",
        "Home and children",
        "Caseload and closure",
    )
    assert [group for group in groups if group not in shown] == []
    terminal.press("cY")
    terminal.until("Consents to NDTMS")  # a group is entered at what is typed, not at the id the program makes


def test_a_command_is_found_with_a_slip_and_what_is_none_is_said(known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+p>tehme")
    terminal.until("Next theme")
    terminal.press("zzz")
    terminal.until("Nothing here is called so.")
