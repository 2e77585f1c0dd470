"""F8 and F7 outside a client: from fault to fault through the caseload, into the very field."""

import pytest

from exporters.extracts.submission_window import DUE
from store.facts import AgencyInfo, Who
from store.findings import going
from store.live import drafts
from store.month import calendar
from store.records import read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, chosen, command
from tests.screens_lists.findings import caseload, faulty, in_field, said_in, walk_until
from tests.stores import ask


@pytest.mark.slow
def test_f8_leads_from_clients_through_every_client_with_a_fault(start: Start, store: Store) -> None:
    terminal = start()
    wanted = [str(ask(store, read.get, "client", id).values.get("CLIENT", "")) for id in faulty(store)]
    for key in ("<ctrl+e>", "<end>", "<escape>", "<f8>"):
        terminal.press(key)  # the chosen client has an error of his own: he is the first
    terminal.until("F2 Save")
    terminal.until(lambda seen: bool(in_field(seen)))
    assert "Next client" not in terminal.text()
    terminal.press("<escape>")
    terminal.until("60 clients")
    terminal.press("nosuchclient<f8>")  # nobody is chosen: the first of the caseload
    terminal.until(f"Next client: {wanted[0]}".strip())
    seen = [f"Next client: {wanted[0]}"]
    for _ in range(200):
        terminal.press("<f8>", 0.4)
        said = said_in(terminal)
        terminal.until(lambda seen: bool(in_field(seen)))
        if "No more findings" in said:
            break
        if "Next client: " in said:
            seen.append(said[said.index("Next") :])
    assert "No more findings this way: F7 goes back to those of this client and clients before." in said
    assert len(seen) == len(wanted)
    assert all(f"Next client: {reference}".strip() in said for reference, said in zip(wanted, seen, strict=True))
    for _ in range(12):
        terminal.press("<f7>", 0.4)
        if "Client before: " in terminal.text():
            break
    assert "Client before: " in terminal.text() and in_field(terminal)
    terminal.press("<escape>")
    terminal.until("0 clients")  # back in the list, not in the client before


def test_at_the_end_of_the_walk_what_lies_behind_is_told_as_it_is_now(start: Start, store: Store) -> None:
    terminal = start()
    last = faulty(store)[-1]
    terminal.press(f"{ask(store, read.get, 'client', last).values['CLIENT']}<f8>")
    terminal.until("F2 Save")
    walk_until(terminal, "No more findings", 9)
    assert "F7 goes back to those of this client and clients before." in said_in(terminal)
    terminal.press("<escape>")
    terminal.until("1 client")
    with store.writing(Who("bob", NOW)) as work:
        for id in faulty(store)[:-1]:
            save.delete(work, "client", id, read.get(work, "client", id).version)
    terminal.press("<f8>")
    terminal.until("F2 Save")
    walk_until(terminal, "No more findings", 9)
    assert "F7 goes back to those of this client." in said_in(terminal)


def test_f8_on_the_findings_goes_from_row_to_row_and_into_the_field(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "every finding", "in all")
    terminal.press("<f8>")
    terminal.until("F2 Save")
    terminal.until("✗ Error: ")
    terminal.until(lambda seen: bool(in_field(seen)))
    first = terminal.lines()[22]
    terminal.press("<escape>")
    terminal.until("Filter:")
    assert chosen(terminal).lstrip().startswith("✗")
    terminal.press("<f8>")
    terminal.until("✗ Error: ")
    terminal.until(lambda seen: bool(in_field(seen)))
    terminal.press("<escape><f7>")
    terminal.until("F2 Save")
    terminal.until(first.strip())
    terminal.press("<escape><home><f7>")
    terminal.until("No more findings this way: F8 goes back to those below.")
    terminal.press("/nothing-has-it<enter><f8>")
    terminal.until("No more findings with these words.")


def test_what_is_typed_before_f8_leads_away_stays_a_draft(start: Start, store: Store) -> None:
    terminal = start()
    first, second = faulty(store)[:2]
    terminal.press("nosuchclient<f8>")
    terminal.until("Next client: ")
    terminal.press("<ctrl+g>")
    terminal.press("<escape>")
    terminal.press("<ctrl+t><home><enter>")
    terminal.press("zz<end>")
    walk_until(terminal, "Next client: ", 20)
    assert "Draft kept. Next client: " in said_in(terminal)
    assert [one.record_id for one in ask(store, drafts.listed, "ann")] == [first]
    assert str(ask(store, read.get, "client", second).values.get("CLIENT", "")) in terminal.lines()[0]
    # One was in no other field of this client: there is no way back to one.
    terminal.press("<alt+left>")
    terminal.until("There was no jump to go back from.")
    # Led to a client with a draft one lands at the finding, not where the draft was left, whatever becomes of that.
    terminal.press("<f7>")
    terminal.until("keep it?")
    terminal.press("k")
    terminal.until("Error: Draft kept. ")
    terminal.until(lambda seen: in_field(seen).startswith(">✗"))


def test_the_findings_of_a_return_alone_and_f8_within_them(start: Start, store: Store, agency: AgencyInfo) -> None:
    """A fault in what no return sends any more is listed among all, and F8 leads there from all alone."""
    period = ask(store, calendar.due_period, agency, NOW.date())
    sent = {
        record.client_id: ask(store, going.parts, agency, period, record.client_id)
        for record in ask(store, read.episodes, agency)
    }
    old = next(r for r in ask(store, read.episodes, agency) if not sent[r.client_id] and r.episode["PC"])
    with store.writing(Who("bob", NOW)) as work:
        now = read.get(work, "episode", old.episode_id)
        save.change(work, "episode", now.id, {**now.values, "PC": " nowhere"}, now.version)
    terminal = start()
    command(terminal, "every finding", "in all")
    whole, some = caseload(store, agency).total, caseload(store, agency, submission=DUE).total
    assert some < whole
    terminal.until(f"{whole} in all")
    terminal.press("r")
    terminal.until(f"{some} in 2020-12")
    terminal.until("The return of 2020-12:")
    terminal.press("<f8>")
    terminal.until("F2 Save")
    terminal.until(lambda seen: bool(in_field(seen)))
    seen = []
    for _ in range(3 * whole):
        seen.append(terminal.lines()[0])
        terminal.press("<f8>", 0.3)
        if "No more findings" in said_in(terminal):
            break
    clients = [id for id in faulty(store) if id != old.client_id]
    references = {str(ask(store, read.get, "client", id).values.get("CLIENT", "")) for id in clients}
    assert old.client["CLIENT"] not in references and len({*seen}) > 1
    assert not [line for line in seen if old.client["CLIENT"] in line]
    terminal.press("<escape>")
    terminal.until(f"{some} in 2020-12")
    terminal.press("r")
    terminal.until(f"{whole} in all")
    terminal.press("r")
    terminal.until(f"{some} in 2020-12")
    # What a save announces is reached also where the return sends it no longer.
    terminal.press("/000023<enter><f8>")
    terminal.until("F2 Save")
    terminal.until(lambda seen: bool(in_field(seen)))
    terminal.press("<tab><tab><tab>1/12/2018<f2>")
    terminal.until("4 errors to mend: F8.")
    for wrong in ("Closure reason is missing", "Recovery support date is after Closure date"):
        terminal.press("<f8>")
        terminal.until(f"Error: {wrong}")
