"""A fault inside the program: a sentence without client data, the terminal as it was, and what was typed kept."""

from store.facts import ClientTree
from store.live import drafts
from store.store import Store
from tests.screens.conftest import Start
from tests.stores import ask


def test_a_fault_keeps_what_is_typed_and_tells_no_client_data(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id, KEYWORK_TEST_FAULT="Owen")
    terminal.send("\tJo\x0c")
    terminal.until("keywork: The program failed (ValueError at")
    assert terminal.wait() == 2
    assert not terminal.shows("Traceback") and not terminal.shows("Owen") and not terminal.shows("locals")
    draft = ask(store, drafts.one, "ann", known.client.id)
    assert draft is not None and draft.values["SINITIAL"] == "Jo"
