"""F8 and F7 lead into the caseload's findings from screens that have none of their own."""

import pytest

from store.facts import Who
from store.findings import queries, results
from store.records import agencies, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start
from tests.screens_lists.findings import STANDARD, faulty, in_field, said_in
from tests.stores import ask
from validators.rules.checker import Checker
from validators.rules.registry import Context


@pytest.mark.parametrize(
    ("name", "ready"), [("history", "What I did today"), ("standards", "Standards"), ("unsaved typing", "Unsaved")]
)
def test_f8_and_f7_lead_into_the_caseload(start: Start, store: Store, name: str, ready: str) -> None:
    terminal = start()
    people = faulty(store)
    first, last = (str(ask(store, read.get, "client", id).values.get("CLIENT", "")) for id in (people[0], people[-1]))
    terminal.press(f"<ctrl+p>{name}<enter>", 0.6)
    title = terminal.lines()[0]
    terminal.press("<f8>")
    terminal.until(f"Next client: {first}".strip())
    terminal.until(lambda seen: bool(in_field(seen)))
    terminal.press("<escape>")
    terminal.until(lambda seen: seen.lines()[0] == title)
    terminal.press("<f7>")
    terminal.until(f"Client before: {last}".strip())


def test_an_identifier_used_twice_is_walked_to_in_a_client_who_is_sound_alone(start: Start, store: Store) -> None:
    agency, checker, context = ask(store, agencies.one), Checker(STANDARD), Context(NOW.date(), "store")
    bad = {record.client_id for record in ask(store, read.episodes, agency) if checker.check(record, context)}
    sound = [record for record in ask(store, read.episodes, agency) if record.events and record.client_id not in bad]
    one = sound[0]
    other = next(record for record in sound if record.client_id != one.client_id)
    with store.writing(Who("bob", NOW)) as work:
        for record in (one, other):
            event = record.events[0]
            section = STANDARD.section_by_id[event.section]
            values = {**event.values, section.id_field: "twice"}
            save.change(work, "event", event.id, values, read.get(work, "event", event.id).version)
    terminal = start()
    terminal.until(lambda _: not ask(store, results.beside_is_due, agency, NOW.date()))
    found = [kept for kept in ask(store, queries.findings, agency) if "twice" in kept.values.values()]
    reference = str(ask(store, read.get, "client", found[0].client_id).values["CLIENT"])
    terminal.press("nosuchclient<f8>")
    for _ in range(20):
        terminal.until_quiet(0.5)
        if f"Next client: {reference} " in said_in(terminal):
            break
        terminal.press("<f8>")
    assert f"Next client: {reference} " in said_in(terminal)
    assert "twice" in in_field(terminal)
    assert not terminal.shows("Nothing wrong")
