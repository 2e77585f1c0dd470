"""Whatever shows one client is a look at that client, once a session: every screen (commands: tests/commands)."""

import re
from pathlib import Path

from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, ClientQuery, Who
from store.records import read, removal, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command
from tests.stores import ask
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
READ_ONE = re.compile(r"\b(?:read\.tree|record_told|everything\.everything|everything_of)\(")
"""What reads one client whole, in the screens."""
NOTED = {"client/queries.py", "client/duplicates.py", "history.py", "subject.py", "extract/queries.py"}
"""The screens that do: the client's own notes it with its presence, what opens from that alone is noted by then, and
what a difference between extracts leads to is shown by the client's own."""


def looked_at(store: Store, client_id: str) -> int:
    """How many looks at a client are noted."""
    return len(ask(store, lambda snapshot: audit.looks(snapshot, [client_id])))


def client(store: Store, agency: AgencyInfo, reference: str) -> str:
    """A client's id."""
    return ask(store, search.page, agency, ClientQuery(text=reference), 0, 1)[0].id


def test_every_screen_that_reads_one_client_is_tried_here() -> None:
    folder = ROOT / "tui" / "screens"
    found = {path.relative_to(folder) for path in folder.rglob("*.py") if READ_ONE.search(path.read_text("utf-8"))}
    assert {str(path) for path in found} == NOTED


def test_the_screens_note_it(start: Start, store: Store, agency: AgencyInfo) -> None:
    first, second, third = (client(store, agency, name) for name in ("000001", "000002", "000003"))
    terminal = start()

    def noted(one: str, times: int = 1) -> None:
        terminal.until(lambda _: looked_at(store, one) == times)

    terminal.press("000001")
    command(terminal, "who changed this client", "newest first")
    noted(first)
    _back(terminal)
    terminal.press("<escape>")
    terminal.until("60 clients")
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    noted(second)
    command(terminal, "everything held", "this client")
    terminal.press("<enter>")
    terminal.until("Held by T0001")
    terminal.press("<escape><escape>")
    terminal.until("F2 Save")
    command(terminal, "merge", "Other client")
    terminal.press("000003")
    terminal.until("000003 ")
    terminal.press("<enter>")
    terminal.until("Side by side")
    noted(third)
    for one in (first, second, third):
        assert looked_at(store, one) == 1


def test_what_is_held_and_what_was_done_are_looks_without_the_client_screen(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    held, changed = client(store, agency, "000004"), client(store, agency, "000005")
    with store.writing(Who("ann", NOW)) as unit:
        removal.ask(unit, agency, held, "retention")
        values = read.get(unit, "client", changed).values
        save.change(unit, "client", changed, {**values, "SEX": "1" if values.get("SEX") != "1" else "2"}, 1)
    terminal = start()
    command(terminal, "held and removed", "1 waiting")
    assert looked_at(store, held) == 0
    terminal.press("<enter>")
    terminal.until("Held by T0001")
    terminal.until(lambda _: looked_at(store, held) == 1)
    terminal.press("<escape><escape>")
    command(terminal, "by me today", "changed today")
    assert looked_at(store, changed) == 0
    terminal.press("<enter>")
    terminal.until(lambda _: looked_at(store, changed) == 1)


def _back(terminal: Terminal) -> None:
    terminal.press("<escape>")
    terminal.until("Clients")
    terminal.until_quiet(0.2)
