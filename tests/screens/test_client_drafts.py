"""Drafts after a kill: what was carried stays marked, what both sides changed is chosen, two windows keep one each."""

import signal
from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from exporters.records import left_drafts
from store.facts import ClientTree, Draft, DraftInfo, Who
from store.live import drafts
from store.records import agencies, merge, read, save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.screens.test_client_nothing_lost import other_saves, typed
from tests.stores import ask, do
from tests.terminal import Terminal
from tui.screens.client.draft_keeper import DraftKeeper
from tui.screens.client.drafts import Offering
from tui.screens.client.model import MOVED, Held


def killed(terminal: Terminal) -> None:
    """The program is killed and cannot say goodbye."""
    terminal.signal(signal.SIGKILL)
    terminal.wait()


def test_a_carried_value_is_still_marked_after_a_kill(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>l")
    terminal.until("carried over")
    terminal.press("<tab><tab>")
    terminal.until(lambda _: any("PC" not in each.unconfirmed for each in ask(store, drafts.listed, "ann")))
    killed(terminal)
    again = start(known.client.id, ready="keep it?")
    again.press("k")
    again.until("The draft is kept")
    assert in_field(again, "~", "A11B") or again.shows("~A11B")
    assert not again.shows("~Y") and not again.shows("~SR1 3")


def test_what_is_typed_under_a_new_record_is_found_though_nothing_is_typed_in_that(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>e")
    terminal.until("+ Episode")
    terminal.press("<ctrl+n>s")
    terminal.until("+ Sub-intervention")
    terminal.press("01072020<tab>y<tab>")
    terminal.until(lambda _: any(one.values.get("RECPEER") for one in ask(store, drafts.listed, "ann")))
    killed(terminal)
    again = start(known.client.id, ready="keep it?")
    again.press("k")
    again.until("The draft is kept")
    again.press("<f2>")
    again.until("Saved: ")
    (event,) = ask(store, read.tree, known.client.id).episodes[1].events
    assert (event.values["SUBMODDT"], event.values["RECPEER"]) == ("20200701", "Y")
    assert ask(store, drafts.listed) == []


def test_an_empty_new_record_leaves_no_draft_once_what_stood_under_it_is_thrown_away(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>e")
    terminal.until("+ Episode")
    terminal.press("<ctrl+n>s")
    terminal.until("+ Sub-intervention")
    terminal.press("01072020<tab>")
    terminal.until(lambda _: len(ask(store, drafts.listed, "ann")) == 2)
    terminal.press("<ctrl+t><delete>")
    terminal.until("Delete this record?")
    terminal.press("d")
    terminal.until("Deleted: ")
    terminal.until(lambda _: ask(store, drafts.listed, "ann") == [])


def test_a_key_under_new_records_writes_no_draft_of_theirs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(drafts, "keep", lambda _store, _who, draft: kept.append(draft.record_id))
    store = SimpleNamespace(do=lambda _who, _drop, id, _session: kept.append(f"no {id}"))
    app = SimpleNamespace(person="ann", session="a", drafted_at=NOW, clock=lambda: NOW, unwritten=set(), demo=True)
    app.call_in = lambda _seconds, _then: SimpleNamespace(stop=lambda: None)
    app.write_unhurried = lambda job, on_done, on_problem: (job(store), on_done())
    client, episode = Held("client", "c", "", saved={"SEX": "1"}), Held("episode", "e", "c")
    event = Held("event", "v", "e", "sub_intervention")
    keeper = DraftKeeper(app, lambda: [client, episode, event])

    def typed_in(held: Held, values: dict[str, str]) -> list[str]:
        kept.clear()
        held.typed = values
        keeper.touch(held)
        keeper.write()
        return list(kept)

    assert typed_in(client, {"SEX": "2"}) == ["c"]
    assert typed_in(event, {"RECPEER": "Y"}) == ["e", "v"], "the episode's once, for nobody finds the event's without"
    assert typed_in(event, {"RECPEER": "N"}) == ["v"]
    assert typed_in(event, {}) == ["no e", "no v"]


def overtaken(store: Store, known: ClientTree) -> None:
    """Ann changed sex, initial and nationality; since then bob changed sex too, otherwise, and the ethnicity."""
    values = {**known.client.values, "SEX": "2", "FINITIAL": "Q", "NATION": "FRA"}
    do(store, Who("ann", NOW), drafts.save, Draft("client", known.client.id, values, 1, began_with=known.client.values))
    other_saves(store, known.client, SEX="9", ETHNIC="K", NATION="FRA")


def test_whose_typing_is_chosen_in_the_list_stays_so_when_others_save(
    store: Store, known: ClientTree, start: Start
) -> None:
    """With every save of theirs the first was chosen anew, and Enter opened another client's draft."""
    agency = ask(store, agencies.one)
    for name in ("aa", "bb", "cc"):
        draft = Draft("client", name, {"CLIENT": name}, 0, parent_id=agency.id)
        do(store, Who("ann", NOW), drafts.save, draft)
    terminal = start(ready="Typed here, not saved: 3 clients")
    terminal.press("<ctrl+p>unsaved typing<enter>")
    terminal.until("from 14:02")
    terminal.press("<down><down>")
    third = [line for line in terminal.lines() if "from 14:02" in line][2].split()[0]
    other_saves(store, known.client, SEX="9")
    terminal.silence(2.0)
    terminal.press("<enter>")
    terminal.until("keep it?")
    assert terminal.lines()[0].split()[-1] == third


def test_only_what_both_changed_has_to_be_chosen(store: Store, known: ClientTree, start: Start) -> None:
    overtaken(store, known)
    terminal = start(known.client.id, ready="keep it?")
    assert terminal.shows("bob saved this record since")
    terminal.press("k")
    terminal.until("3 fields differ")
    assert terminal.shows("Changed by both: 1 to choose.")
    assert terminal.shows("By one side only, taken: 1 yours, 1 as saved.")
    assert terminal.shows("? Sex at birth")
    terminal.press("<f2>")
    assert terminal.shows("1 field marked ? still to choose")
    terminal.press("<left><f2>")
    terminal.until("Taken as chosen: 2 yours, 1 as saved")
    terminal.press("<f2>")
    terminal.until("Saved: Client")
    values = ask(store, read.get, "client", known.client.id).values
    assert (values["SEX"], values["FINITIAL"], values["ETHNIC"], values["NATION"]) == ("2", "Q", "K", "FRA")


def test_changes_of_one_side_each_are_listed_and_nothing_is_silent(
    store: Store, known: ClientTree, start: Start
) -> None:
    values = {**known.client.values, "FINITIAL": "Q"}
    do(store, Who("ann", NOW), drafts.save, Draft("client", known.client.id, values, 1, began_with=known.client.values))
    other_saves(store, known.client, ETHNIC="K")
    terminal = start(known.client.id, ready="keep it?")
    terminal.press("k")
    terminal.until("2 fields differ")
    assert terminal.shows("Changed by both: none.")
    terminal.press("<f2>")
    terminal.until("Taken as chosen: 1 yours, 1 as saved")
    terminal.press("<f2>")
    terminal.until("Saved: Client")
    now = ask(store, read.get, "client", known.client.id).values
    assert (now["FINITIAL"], now["ETHNIC"]) == ("Q", "K")


def test_going_back_from_the_two_versions_does_not_lose_what_it_began_with(
    store: Store, known: ClientTree, start: Start
) -> None:
    overtaken(store, known)
    terminal = start(known.client.id, ready="keep it?")
    terminal.press("k")
    terminal.until("3 fields differ")
    terminal.press("<escape>")
    terminal.until("Nothing was taken")
    terminal.press("<f2>")
    terminal.until("Changed by both: 1 to choose.")


def test_a_second_window_is_told_and_neither_writes_over_the_other(
    store: Store, known: ClientTree, start: Start
) -> None:
    first = start(known.client.id)
    first.press("X<tab>")
    first.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")
    second = start(known.client.id)
    assert second.shows("another window since 14:02 in this record")
    assert in_field(second, "First initial", "D")
    second.press("<tab><tab><tab>2<tab>")
    second.until(lambda _: len(ask(store, drafts.listed, "ann")) == 2)
    first.press("Y<tab>")
    first.until(lambda _: any(each.values.get("SINITIAL") == "Y" for each in ask(store, drafts.listed, "ann")))
    assert {(each.values["FINITIAL"], each.values["SEX"]) for each in ask(store, drafts.listed, "ann")} == {
        ("X", "1"),
        ("D", "2"),
    }
    second.press("<f2>")
    second.until("Saved: Client")
    first.until("You, in another window, saved Client")
    assert [each.values["FINITIAL"] for each in ask(store, drafts.listed, "ann")] == ["X"]
    first.press("<f2>")
    first.until("Changed by both: none.")
    first.press("<f2>")
    first.until("Saved: Client")
    values = ask(store, read.get, "client", known.client.id).values
    assert (values["FINITIAL"], values["SINITIAL"], values["SEX"]) == ("X", "Y", "2")
    assert ask(store, drafts.listed, "ann") == []


def test_the_drafts_of_two_killed_windows_are_both_offered(store: Store, known: ClientTree, start: Start) -> None:
    first, second = start(known.client.id), start(known.client.id)
    first.press("X<tab>")
    first.until(lambda _: len(ask(store, drafts.listed, "ann")) == 1)
    second.press("<tab><tab><tab>2<tab>")
    second.until(lambda _: len(ask(store, drafts.listed, "ann")) == 2)
    killed(first)
    killed(second)
    third = start(known.client.id, ready="keep it?")
    assert not third.shows("another window since")
    third.press("k")
    third.until("1 older draft of another window")
    assert len(ask(store, drafts.listed, "ann")) == 2
    third.press("<f2>")
    third.until("Saved: Client")
    third.until(lambda _: len(ask(store, drafts.listed, "ann")) == 1)
    third.press("<escape>", 0.5)
    fourth = start(known.client.id, ready="keep it?")
    assert fourth.shows("You saved this record since")
    fourth.press("k")
    fourth.until("Changed by both: none.")
    fourth.press("<f2>")
    fourth.until("Taken as chosen")
    fourth.press("<f2>")
    fourth.until("Saved: Client")
    values = ask(store, read.get, "client", known.client.id).values
    assert (values["FINITIAL"], values["SEX"]) == ("X", "2")
    assert ask(store, drafts.listed, "ann") == []


def test_a_draft_that_says_what_is_saved_is_dropped_and_not_offered(
    store: Store, known: ClientTree, start: Start
) -> None:
    do(store, Who("ann", NOW, "gone"), drafts.save, Draft("client", known.client.id, known.client.values, 1))
    episode = known.episodes[0].episode
    do(store, Who("ann", NOW, "gone"), drafts.save, Draft("episode", episode.id, {**episode.values, "PC": "NE1 1"}, 1))
    terminal = start("left", ready="keep it?")
    terminal.until("1 field: keep it?")
    assert [draft.record_id for draft in ask(store, drafts.listed, "ann")] == [episode.id]


def test_leaving_the_program_while_a_save_waits_offers_nothing_once_it_is_saved(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("X<tab>")
    terminal.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")
    with store.writing(Who("ann", NOW)) as work:  # the save of the window that ends meanwhile
        save.change(work, "client", known.client.id, {**known.client.values, "FINITIAL": "X"}, 1)
    terminal.press("<f10>")
    terminal.wait()
    again = start(ready="1 client")
    assert not again.shows("keep it?")
    again.until(lambda _: ask(store, drafts.listed, "ann") == [])


def test_what_was_typed_into_a_merged_client_is_offered_with_the_one_who_is_kept(
    store: Store, known: ClientTree, start: Start
) -> None:
    agency = ask(store, agencies.one)
    with store.writing(Who("somebody", NOW)) as work:
        twin = {"FINITIAL": "D", "SINITIAL": "M", "CLIENT": "twin", "SEX": "1"}
        other = save.create(work, "client", agency.id, "", twin)
        episode = save.create(work, "episode", other.id, "", {"REFLD": "20200505"})
    for record, changed in ((other, {"NATION": "FRA"}), (episode, {"REFLD": "20200506"})):
        draft = Draft(
            record.kind,
            record.id,
            {**record.values, **changed},
            1,
            parent_id=record.parent_id,
            began_with=record.values,
        )
        do(store, Who("ann", NOW, "gone"), drafts.save, draft)
    with store.writing(Who("bob", NOW)) as work:
        merge.merge(work, known.client.id, other.id)
    terminal = start(known.client.id, ready="keep it?")
    assert terminal.shows("2 fields in 2 records") and terminal.shows("who was merged into this one")
    terminal.press("k")
    terminal.until("The draft is kept")
    terminal.press("<f2>")
    terminal.until("Saved: ")
    tree = ask(store, read.tree, known.client.id)
    assert (tree.client.values["NATION"], tree.client.values["CLIENT"]) == ("FRA", "26964")
    assert [one.episode.values["REFLD"] for one in tree.episodes] == ["20200301", "20200506"]
    assert ask(store, drafts.listed, "ann") == []
    # Parted again: what is typed in what goes is kept with it, what is new in the one who stays stands there.
    terminal.press("<ctrl+t><end><enter>N<tab><ctrl+n>e")
    terminal.until("+ Episode")
    terminal.press("<ctrl+p>split<enter>s")
    terminal.until("What you typed in what went is kept")
    assert terminal.shows("+ Episode")
    (left,) = ask(store, drafts.listed, "ann")
    assert left.record_id == episode.id


def test_what_was_typed_in_an_open_client_who_is_merged_away_is_found_with_the_other(
    store: Store, known: ClientTree, start: Start
) -> None:
    with store.writing(Who("somebody", NOW)) as work:
        other = save.create(work, "client", ask(store, agencies.one).id, "", {"CLIENT": "living", "SEX": "1"})
    terminal = start(known.client.id)
    terminal.press("<tab><tab><tab>2<tab>")
    terminal.until(lambda _: bool(ask(store, drafts.listed, "ann")))
    with store.writing(Who("bob", NOW)) as work:
        merge.merge(work, other.id, known.client.id)
    terminal.until("DELETED")
    terminal.press("<escape>")
    terminal.until("Clients")
    (group,) = ask(store, left_drafts.groups, ask(store, agencies.one), Who("ann", NOW, "another"))
    assert group.client_id == other.id
    again = start(other.id, ready="keep it?")
    again.press("k")
    again.until("The draft is kept")
    again.press("<f2>")
    again.until("Saved: ")
    assert ask(store, read.get, "client", other.id).values == {**other.values, "SEX": "2"}


@pytest.mark.parametrize("letter", ["s", "a", "<enter>"])
def test_nothing_is_added_to_an_episode_that_goes_to_another_client_while_one_is_asked(
    store: Store, known: ClientTree, start: Start, letter: str
) -> None:
    """It was entered under nothing, and F2 ended the program."""
    with store.writing(Who("somebody", NOW)) as work:
        other = save.create(work, "client", ask(store, agencies.one).id, "", {"CLIENT": "living", "SEX": "1"})
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><enter><ctrl+n>")
    terminal.until("What is to be added?")
    with store.writing(Who("bob", NOW)) as work:
        merge.merge(work, other.id, known.client.id)
    terminal.until("DELETED")
    terminal.press(letter)
    terminal.until("stands with another client now")
    terminal.press("<f2>")
    terminal.until("F2 Save")
    assert ask(store, drafts.listed, "ann") == []


def test_what_is_taken_to_another_client_while_the_store_is_busy_with_keeping_it_is_not_laid_here() -> None:
    draft = DraftInfo("ann", "episode", "e1", "c1", "", {"PC": "NW7"}, 1, NOW, fields=1, version=1, session="before")
    screen = MagicMock()
    screen.case.by_id = {"c1": MagicMock(), "e1": MagicMock()}
    screen.program.today.return_value, screen.program.came_back = NOW.date(), ""
    screen.app.push_screen.side_effect = lambda dialog, answered: answered("k")

    def busy(job: object, on_done: Callable[[None], None], **_: object) -> None:
        del screen.case.by_id["e1"]
        on_done(None)

    screen.program.write.side_effect = busy
    Offering(screen, MagicMock(drafts=(draft,), older=0)).ask()
    screen.say.assert_called_once_with(MOVED, "notice")
    screen.case.lay.assert_not_called()
