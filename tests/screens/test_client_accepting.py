"""A warning accepted in the client, where it stands, and taken back there; the panel shows it at once."""

import pytest

from store.facts import ClientTree, Who
from store.findings import acceptances
from store.records import agencies, save
from store.store import Store
from tests.screens.conftest import Start
from tests.screens.program import NOW
from tests.stores import ask
from tests.terminal import Terminal

REASON = "lives with her mother"


@pytest.fixture
def warned(store: Store, known: ClientTree) -> str:
    """The client's episode says of a parent, but not where the children live; its id."""
    episode = known.episodes[0].episode
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "PARENT": "Y", "PRNTSTAT": ""}, episode.version)
    return known.client.id


def at_the_warning(terminal: Terminal) -> None:
    """F8 leads to it."""
    terminal.press("<f8>")
    terminal.until("Warning: ")


def accepted(terminal: Terminal) -> None:
    """Accept it as a person does."""
    terminal.press(f"<ctrl+o>{REASON}<enter>")
    terminal.until("Accepted.")


def test_it_is_accepted_under_f8s_landing_shown_at_once_and_taken_back(store: Store, warned: str, start: Start) -> None:
    terminal = start(warned, columns=120, rows=40)
    terminal.until("1 warning")
    at_the_warning(terminal)
    terminal.press("<ctrl+o>")
    terminal.until("Accept this warning")
    assert terminal.shows("PARENT=Y") and terminal.shows("lapses when one of them changes")
    terminal.press("<enter>")
    terminal.until("Type the reason")
    terminal.press(f"{REASON}<enter>")
    terminal.until("Accepted.")
    terminal.until("1 accepted")
    assert not terminal.shows("1 warning") and terminal.shows("accepted by ann")
    (kept,) = ask(store, acceptances.listed, ask(store, agencies.one))
    assert (kept.reason, kept.accepted_by, kept.rule) == (REASON, "ann", "74")
    terminal.press("<ctrl+o>")
    terminal.until("An accepted warning")
    assert terminal.shows(REASON)
    terminal.press("t")
    terminal.until("Taken back")
    terminal.until("1 warning")
    assert ask(store, acceptances.listed, ask(store, agencies.one)) == []


def test_it_is_found_in_the_palette(store: Store, warned: str, start: Start) -> None:
    terminal = start(warned)
    at_the_warning(terminal)
    terminal.press("<ctrl+p>accept this<enter>")
    terminal.until("Accept this warning")
    terminal.press("<escape>", 0.4)
    assert ask(store, acceptances.listed, ask(store, agencies.one)) == []


def test_what_is_typed_only_is_saved_first_and_typing_ends_an_acceptance(
    store: Store, warned: str, start: Start
) -> None:
    terminal = start(warned, columns=120, rows=40)
    at_the_warning(terminal)
    accepted(terminal)
    terminal.press("13<tab>")  # where the children live, after all
    terminal.until(lambda seen: not seen.shows("1 accepted"))
    terminal.press("<ctrl+z>")
    terminal.until("1 accepted")
    terminal.press("13<f2>")
    terminal.until("Saved")
    terminal.until(lambda _: not ask(store, acceptances.listed, ask(store, agencies.one)))  # the check finds it out
    terminal.press("<backspace><backspace><tab>")
    terminal.until("1 warning")
    terminal.press("<f7>")
    terminal.until("Warning: ")
    terminal.press("<ctrl+o>")
    terminal.until("F2 first")
    terminal.press("<f2>")
    terminal.until("Saved")
    accepted(terminal)


def test_an_error_or_a_field_without_a_warning_says_so(store: Store, known: ClientTree, start: Start) -> None:
    episode = known.episodes[0].episode
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "PC": "SR1 3 "}, episode.version)
    terminal = start(known.client.id)
    terminal.press("<ctrl+o>")
    terminal.until("No warning stands here: F8")
    terminal.press("<f8>")
    terminal.until("Error: ")
    terminal.press("<ctrl+o>")
    terminal.until("An error cannot be accepted")
    assert ask(store, acceptances.listed, ask(store, agencies.one)) == []
