"""Consent on the client screen: its history, an answer recorded there, and a No that is typed over a Yes."""

from store.facts import ClientTree, Who
from store.records import consent, read
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.stores import ask, do
from tests.terminal import Terminal


def states(store: Store, known: ClientTree) -> list[tuple[str, str, str]]:
    """The history of the client's only episode: state, who asked, note."""
    entries = ask(store, consent.history, known.episodes[0].episode.id)
    return [(one.state, one.asked_by, one.note) for one in entries]


def at_the_episode(start: Start, known: ClientTree) -> Terminal:
    """The episode's form, in its field of consent."""
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><enter>")
    terminal.until(lambda seen: in_field(seen, "Consent for NDTMS", "Y"))
    return terminal


def test_a_withdrawal_is_recorded_where_the_client_is_and_says_what_follows(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = at_the_episode(start, known)
    terminal.press("<ctrl+d>")
    terminal.until("Consent to the national return")
    assert terminal.shows("agreed, entered") and terminal.shows("The episode is sent in full.")
    assert not terminal.shows("Refused")  # what was agreed to is withdrawn
    terminal.press("w")
    terminal.until("Day on which the client said so")
    terminal.press("<ctrl+u>1/1/2050<f2>")
    terminal.until("still to come")
    terminal.press("<ctrl+u>t<tab><ctrl+u>Carol Key<tab><tab>by telephone<enter>")
    terminal.until("Consent withdrawn")
    assert terminal.shows("From the next extract on only client ID, agency code, episode ID")
    terminal.press("<enter>")
    terminal.until("Recorded: withdrawn")
    terminal.until(lambda seen: in_field(seen, "Consent for NDTMS", "N"))
    assert states(store, known) == [("agreed", "", ""), ("withdrawn", "Carol Key", "by telephone")]
    kept = ask(store, read.get, "episode", known.episodes[0].episode.id).values
    assert kept == {**known.episodes[0].episode.values, "CONSENT": "N"}
    # IPS is asked for apart.
    terminal.press("<ctrl+d>i")
    terminal.until("Consent to individual placement and support")
    assert terminal.shows("Not asked yet")


def test_a_no_typed_over_a_yes_is_a_withdrawal_that_the_save_tells_of(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = at_the_episode(start, known)
    terminal.press("N<tab>")
    terminal.until(lambda seen: in_field(seen, "Consent for NDTMS", "N"))
    terminal.press("<ctrl+d>")
    terminal.until("F2 first: consent is recorded")
    terminal.press("<f2>")
    terminal.until("Consent gone: Ctrl+D says what follows.")
    assert [state for state, _, _ in states(store, known)] == ["agreed", "withdrawn"]
    terminal.press("<ctrl+d>")
    terminal.until("From the next extract on only client ID")
    assert terminal.shows("in its field") and terminal.shows("Refused")


def test_what_one_typed_of_an_answer_that_was_refused_is_not_typed_again(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = at_the_episode(start, known)
    terminal.press("<ctrl+d>w")
    terminal.until("Day on which the client said so")
    terminal.press("<ctrl+u>t<tab><ctrl+u>Carol Key<tab><tab>by telephone")
    terminal.until("by telephone")
    answer = consent.ConsentAnswer("agreed", f"{NOW.date()}", "Bob")
    do(store, Who("bob", NOW), consent.add, known.episodes[0].episode.id, answer)
    terminal.press("<f2>")
    terminal.until("What you typed stands there when you do it again.")
    terminal.press("<ctrl+d>")
    terminal.until("Withdrawn: no longer agreed to")
    terminal.press("w")
    terminal.until(lambda seen: seen.shows("Carol Key") and seen.shows("by telephone"))
    terminal.press("<f2>")
    terminal.until("Recorded: withdrawn")
    assert states(store, known)[-1] == ("withdrawn", "Carol Key", "by telephone")
