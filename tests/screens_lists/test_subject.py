"""All that is held about a client is read and written at the screen; two people remove one."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

from exporters.extracts.writing import export_submission
from exporters.imports.copy import plan_copy, write_copy
from exporters.subject import removal as subject
from exporters.work import Work
from store.clients import search
from store.facts import AgencyInfo, Who
from store.month import bounce_lists, extracts
from store.records import read, removal, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, chosen, command, same_picture
from tests.stores import ask, do
from tests.terminal import Terminal
from validators.standard.catalogue import load

STANDARD, WALES = load("ndtms-cjit-p"), load("smds-wales")


def closed(store: Store, agency: AgencyInfo) -> list[tuple[str, str]]:
    """The ids and references of two clients whose episodes are closed long ago."""
    found: list[tuple[str, str]] = []
    for record in ask(store, read.episodes, agency):
        tree = ask(store, read.tree, record.client_id)
        if len(tree.episodes) != 1 or len(found) == 2:
            continue
        with store.writing(Who("bob", NOW)) as unit:
            episode = read.get(unit, "episode", record.episode_id)
            values = {**episode.values, "DISD": f"201{len(found)}0105", "CJDISRSN": "80"}
            save.change(unit, "episode", episode.id, values, episode.version)
        found.append((record.client_id, record.client["CLIENT"]))
    return found


def is_there(path: Path) -> Callable[[Terminal], bool]:
    """What waits for a file."""
    return lambda _: path.exists()


def test_what_is_held_is_read_and_written_from_the_client(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    terminal = start()
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    command(terminal, "everything held", "this client")
    assert terminal.shows("Held and removed") and terminal.shows("without an end")
    terminal.press("<enter>")
    terminal.until("All that is held")
    terminal.until("Held by T0001")
    assert terminal.shows("Client reference: 000002")
    terminal.press("<escape>")
    terminal.until("this client")
    terminal.press("w")
    terminal.until("Write all that is held")
    terminal.press("<enter>")
    terminal.until("Written:")
    page = tmp_path / "everything.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert "<td>000002</td>" in text and "<script" not in text
    for name in ("held", "held.txt", "held.json"):
        terminal.press("w")
        terminal.until("Write all that is held")
        terminal.press(f"<ctrl+u>{tmp_path / name}<enter>")
        terminal.until("does not say what" if name == "held" else is_there(tmp_path / name))
    assert "  Client reference: 000002\n" in (tmp_path / "held.txt").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "held.json").read_text(encoding="utf-8"))
    assert {"label": "Client reference", "field": "CLIENT", "value": "000002", "meaning": ""} in told["records"][0][
        "values"
    ]
    assert not (tmp_path / "held").exists()


def test_one_asks_and_another_removes(start: Start, store: Store, agency: AgencyInfo) -> None:
    (first, reference), _ = closed(store, agency)
    terminal = start()
    command(terminal, "held and removed", "Nobody is due")
    terminal.press("y")
    terminal.until("How long clients are kept")
    terminal.press("8<enter>")
    terminal.until("2 due")
    same_picture(terminal, HELP / "subject.screen.txt")
    other = start(person="bob")
    with store.writing(Who("bob", NOW)) as unit:
        plan = plan_copy(read.tree(unit, first), STANDARD, WALES, "W00001", agency.code)
        write_copy(unit, plan, "W00001", WALES)
    terminal.press("<home>ar")
    # Another agency of the store has him, too: whether he goes there is asked, and here each keeps by its own time.
    terminal.until("Agency W00001 (smds-wales) has a copy")
    terminal.press("e")
    terminal.until("In agency W00001")
    terminal.press("ar")
    terminal.until("Agency W00001 (smds-wales) has a copy")
    terminal.press("h")
    terminal.until("Asked: another person confirms it")
    terminal.until("1 waiting")
    terminal.press("<home>c")
    terminal.until("You asked for this removal")
    command(other, "held and removed", "1 waiting")
    other.press("c")
    other.until("Remove this client?")
    other.until("Records that go")
    assert other.shows("Agency W00001 (smds-wales) has a copy")
    other.press("<enter>", 0.3)
    assert ask(store, removal.waiting, first) is not None
    other.press("x")
    other.until("records, the values of")
    assert ask(store, removal.removed, [first]) == {first}
    assert ask(store, search.by_reference, agency, [reference]) == []
    terminal.until("0 waiting")
    assert terminal.shows("removed")


def removed(store: Store, agency: AgencyInfo, client_id: str) -> None:
    """Two people removed a client whose time was over."""
    do(store, Who("ann", NOW), removal.set_retention_years, agency, 5)
    asked = do(store, Who("ann", NOW), subject.ask, agency, STANDARD, client_id, "retention", NOW.date())
    do(store, Who("bob", NOW), subject.confirm, agency, STANDARD, asked.id, NOW.date())


def test_the_history_of_who_is_removed_is_gone_from_another_s_screen(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    (first, reference), _ = closed(store, agency)
    terminal = start()
    terminal.press(reference)
    command(terminal, "who changed this client", f"History: {reference}")
    terminal.press("<enter>")
    terminal.until("from")
    removed(store, agency, first)
    terminal.press("<escape>")
    terminal.until("it was removed for good")
    assert not terminal.shows(reference) and not terminal.shows("CJDISRSN") and not terminal.shows("sample")


def test_a_list_of_refusals_without_who_is_removed_is_shown_so_at_once(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    (first, reference), _ = closed(store, agency)
    export_submission(store, Work(agency, STANDARD, NOW.date()), "2020-10", tmp_path, Who("ann", NOW))
    (its,) = ask(store, extracts.listed, agency)
    do(store, Who("ann", NOW), bounce_lists.add, agency, its, f"{reference} DOB\n3 PC\n5 PC", counts_rows=False)
    terminal = start()
    command(terminal, "bounce list", f"{reference} DOB")
    terminal.press("<down>")
    removed(store, agency, first)
    terminal.until(lambda seen: not seen.shows(f"{reference} DOB"))
    assert "3 PC" in chosen(terminal), "not the line below it, which has its place now"
    do(store, Who("bob", NOW), bounce_lists.add, agency, its, "4 DOB", counts_rows=False)
    terminal.until("4 DOB")
    do(store, Who("bob", NOW), bounce_lists.forget, agency, its.id)
    terminal.until("Nothing is pasted yet.")


def test_what_was_asked_is_taken_back(start: Start, store: Store, agency: AgencyInfo) -> None:
    (first, _), _ = closed(store, agency)
    do(store, Who("bob", NOW), removal.ask, agency, first, "retention")
    terminal = start()
    command(terminal, "held and removed", "1 waiting")
    terminal.press("t")
    terminal.until("Take it back: the client is kept")
    terminal.press("t")
    terminal.until("0 waiting")
    assert ask(store, removal.waiting, first) is None
