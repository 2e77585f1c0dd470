"""Recoding at the screen: field, value, code, the records, done, and taken back."""

from exporters.records import recode
from store.facts import AgencyInfo, ClientQuery
from store.store import Store
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask

HEADER = "CJACCMNEED"


def test_a_code_is_put_in_place_of_another_and_back(start: Start, store: Store, agency: AgencyInfo) -> None:
    before = ask(store, recode.values, agency, ClientQuery(), HEADER)
    (old, many), *_ = before.items()
    new = next(code for code in ("1", "2", "3") if code != old)
    terminal = start()
    command(terminal, "recode", "Field:")
    terminal.press("accommodation<enter>")
    terminal.until("What stands there:")
    terminal.press("<enter>")
    terminal.until("Instead of it:")
    terminal.press(f"{new}<enter>")
    terminal.until("Nothing is changed yet.")
    assert terminal.shows(f"{many} records of")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "recode.screen.txt")
    terminal.press("<f2>")
    terminal.until(f"Recoded: {many} records.")
    assert ask(store, recode.values, agency, ClientQuery(), HEADER)[new] == before.get(new, 0) + many
    terminal.press("<ctrl+z>")
    terminal.until(f"Taken back: {many} records.")
    assert ask(store, recode.values, agency, ClientQuery(), HEADER) == before
    terminal.press("<f2>")
    terminal.until("Nothing is listed")
