"""F8 and F7 lead into the caseload's findings from screens that have none of their own."""

import pytest

from store.opening import Store
from tests.screens_lists.conftest import Start
from tests.screens_lists.test_findings import faulty, in_field


@pytest.mark.parametrize(
    ("name", "ready"), [("history", "What I did today"), ("standards", "Standards"), ("unsaved typing", "Unsaved")]
)
def test_f8_and_f7_lead_into_the_caseload(start: Start, store: Store, name: str, ready: str) -> None:
    terminal = start()
    people = faulty(store)
    first, last = (str(store.get("client", id).values.get("CLIENT", "")) for id in (people[0], people[-1]))
    terminal.press(f"<ctrl+p>{name}<enter>", 0.6)
    title = terminal.lines()[0]
    terminal.press("<f8>")
    terminal.until(f"Next client: {first}".strip())
    terminal.until(lambda seen: bool(in_field(seen)))
    terminal.press("<escape>")
    terminal.until(lambda seen: seen.lines()[0] == title)
    terminal.press("<f7>")
    terminal.until(f"Client before: {last}".strip())
