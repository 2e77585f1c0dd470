"""How many keys a paper form takes, from the open client to the saved record: what costs a clerk's day."""

from pathlib import Path

import pytest

from store.facts import ClientTree
from store.records import read
from store.store import Store
from tests.screens.conftest import Start
from tests.stores import ask
from tests.terminal import Terminal, split_keys

EPISODE = (
    "<ctrl+n>e"
    "Y" "sr1 3<enter>" "A11B" "<tab>"
    "1/3<enter>" "05<enter>" "2/3<enter>" "01<enter>" "<enter>"
    "1" "A" "NN"
    "10<enter>" "8<enter>"
    "1" "N<enter>" "N" "00<enter>"
    "7000" "1" "<tab>" "C"
    "3/3<enter>" "1<enter>" "N<enter>" "<enter>"
    "<f2>"
)  # fmt: skip
"""A first episode of a paper form, read from top to bottom, where full fields are left by themselves."""
MOST_FOR_AN_EPISODE = 80
EVENT = "<ctrl+n>st<enter>" + "<enter>" * 2 + "y<enter>" + "<enter>" * 2 + "y" + "<ctrl+e><f2>"
"""A sub-intervention of today with two services of the fourteen."""
MOST_FOR_AN_EVENT = 14


def moves_on(folder: Path, text: str = "moves_on = true\n") -> None:
    """The settings of the person who sits there."""
    (folder / "keywork").mkdir()
    (folder / "keywork" / "settings.toml").write_text(text)


def saved(terminal: Terminal, store: Store, client: str) -> ClientTree:
    """The client as stored, once the program says so."""
    terminal.until("Saved:")
    return ask(store, read.tree, client)


@pytest.mark.parametrize("habit", [False, True])
def test_a_first_episode_takes_at_most_eighty_keys(
    store: Store, known: ClientTree, start: Start, tmp_path: Path, habit: bool
) -> None:
    moves_on(tmp_path)
    terminal = start(known.client.id)
    # By habit Enter follows every code: in a field that has been left by itself the one Enter is swallowed.
    typed = EPISODE
    if habit:
        for code in ("eY", "A11B", "1A", "NN", "7000", "C3/3"):
            typed = typed.replace(
                code, "1<enter>A" if code == "1A" else "C<enter>3/3" if code == "C3/3" else f"{code}<enter>"
            )
    else:
        assert len(split_keys(typed)) <= MOST_FOR_AN_EPISODE
    terminal.press(typed)
    episode = saved(terminal, store, known.client.id).episodes[1].episode.values
    made = {"EPISODID", "CMSID"}
    assert {header: text for header, text in episode.items() if header not in made} == {
        "CONSENT": "Y", "PC": "sr1 3", "DAT": "A11B", "REFLD": "20200301", "CJRFLS": "05", "TRIAGED": "20200302",
        "OFFENCE": "01", "SEXUALO": "1", "RELIGION": "A", "DISABLE1": "NN", "ALCDDAYS": "10", "ALCUNITS": "8",
        "CJACCMNEED": "1", "VETERAN": "N", "PARENT": "N", "CHILDWTH": "00", "DRUG1": "7000", "ROUTE": "1",
        "INJSTAT": "C", "CPLANDT": "20200303", "NALOXISS": "1", "NALOXAD": "N",
    }  # fmt: skip


def test_a_sub_intervention_takes_at_most_fourteen_keys(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    assert len(split_keys(EVENT)) <= MOST_FOR_AN_EVENT
    terminal.press(EVENT)
    event = saved(terminal, store, known.client.id).episodes[0].events[1].values
    assert event["SUBMODDT"] == "20201215"
    services = {header: text for header, text in event.items() if header.startswith("REC")}
    assert [header for header, text in services.items() if text == "Y"] == ["RECFMSP", "RECEMP"]
    assert len(services) == 14
    assert set(services.values()) == {"Y", "N"}


def test_another_sub_intervention_like_the_last_takes_four(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>at<f2>")
    events = saved(terminal, store, known.client.id).episodes[0].events
    assert {header: text for header, text in events[1].values.items() if header != "SUBMID"} == {
        "SUBMODDT": "20201215", "RECPEER": "Y",
    }  # fmt: skip


def test_moving_on_is_turned_on_in_the_palette_and_remembered(
    store: Store, known: ClientTree, start: Start, tmp_path: Path
) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+p>")
    terminal.until("Command")
    terminal.press("move on when<enter>")
    terminal.until("A field that is full of one of its codes is left by itself.")
    settings = tmp_path / "keywork" / "settings.toml"
    assert settings.read_text() == "moves_on = true\n"
    assert settings.stat().st_mode & 0o777 == 0o600
