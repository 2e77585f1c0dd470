"""A sample keyed a second time, blind: who is drawn, who may key, what differs, what is decided, what is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from exporters.records import second_keying
from exporters.records.second_keying import Discrepancy, Ruling, Saw, Wanted, told
from exporters.subject import everything
from exporters.work import Work
from store.disk import audit, user
from store.disk.tables import AGENCIES, SECOND_KEYED
from store.facts import AgencyInfo, ClientTree, StoredRecord, Who
from store.people import looks, roles
from store.people.acts import Refused, Role
from store.records import agencies, merge, read, save
from store.records import second_keying as stored
from store.records.second_keying import SampledEpisode
from store.store import open_store
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD
from tests.stores import ask, do
from tests.validators.builders_smds import WALES
from validators.problems import Problem

ANN, BEN, CAT = (Who(person, NOW) for person in ("ann", "ben", "cat"))
TODAY = NOW.date()
DAYS_AND_ONE = Wanted(TODAY, TODAY, number=1)
CLIENT = {"CLIENT": "C1", "FINITIAL": "A", "SINITIAL": "B", "DOB": "19800102"}
EPISODE = {"REFLD": "20200901", "TRIAGED": "20200903", "PC": "NE1 4", "DAT": "A12B", "DRUG1": "1101"}
PAPER = {header: text for header, text in {**CLIENT, **EPISODE}.items() if header != "CLIENT"}


def work(desk: Desk) -> Work:
    """What is worked on."""
    return Work(do(desk.store, ANN, agencies.ensure, "T0001", STANDARD.id), STANDARD, TODAY)


def entered(desk: Desk, who: Who, reference: str, **values: str) -> ClientTree:
    """A client with an episode, as somebody keyed them."""
    agency = work(desk).agency
    client = do(desk.store, who, save.create, "client", agency.id, "", {**CLIENT, "CLIENT": reference})
    do(desk.store, who, save.create, "episode", client.id, "", {**EPISODE, **values})
    return ask(desk.store, read.tree, client.id)


def drawn(desk: Desk, wanted: Wanted) -> list[SampledEpisode]:
    """A sample that cat draws, in its order, without the lists of events."""
    its = do(desk.store, CAT, second_keying.draw, work(desk), wanted)
    return [one for one in ask(desk.store, stored.episodes, its) if not one.is_list]


def drawn_once(desk: Desk, wanted: Wanted) -> list[SampledEpisode]:
    """A sample that is closed again."""
    found = drawn(desk, wanted)
    do(desk.store, CAT, second_keying.close, work(desk))
    return found


def keyed(desk: Desk, who: Who, **values: str) -> SampledEpisode:
    """The next one, keyed again by somebody as the paper says it, but for these values; it has no events."""
    one = ask(desk.store, second_keying.to_key, work(desk), who.person)
    again = do(desk.store, who, second_keying.key, work(desk), one.id, {**PAPER, **values})
    for each in ask(desk.store, second_keying.state, work(desk)).episodes:
        if each.is_list and each.episode_id == one.episode_id:
            do(desk.store, who, second_keying.key_list, work(desk), each.id, [])
    return again


def test_the_same_seed_draws_the_same_and_a_share_is_of_what_was_entered_on_these_days(desk: Desk) -> None:
    for number in range(20):
        entered(desk, ANN, f"C{number}")
    first = [one.reference for one in drawn(desk, Wanted(TODAY, TODAY, share=24, seed="x"))]
    assert len(first) == 5, "a part of an episode counts as one"
    do(desk.store, CAT, second_keying.close, work(desk))
    assert [one.reference for one in drawn(desk, Wanted(TODAY, TODAY, number=5, seed="x"))] == first
    do(desk.store, CAT, second_keying.close, work(desk))
    assert [one.reference for one in drawn(desk, Wanted(TODAY, TODAY, number=5, seed="y"))] != first
    do(desk.store, CAT, second_keying.close, work(desk))
    with pytest.raises(Problem, match="No episode was entered"):
        drawn(desk, Wanted(TODAY - timedelta(9), TODAY - timedelta(1), number=5))


@pytest.mark.parametrize(("number", "share"), [(0, 0.0), (5, 5.0), (-1, 0.0), (0, 101.0), (0, float("nan"))])
def test_how_many_is_a_number_or_a_share(desk: Desk, number: int, share: float) -> None:
    entered(desk, ANN, "C1")
    with pytest.raises(Problem, match="Say how many to draw"):
        drawn(desk, Wanted(TODAY, TODAY, number=number, share=share))


def test_the_days_of_a_submission_are_those_since_the_one_before(desk: Desk) -> None:
    days = ask(desk.store, second_keying.days_of, work(desk).agency, "2020-12")
    assert days == (date(2020, 12, 1), date(2020, 12, 31))


def test_nobody_keys_again_what_was_his_own_where_others_keyed(desk: Desk) -> None:
    for number in range(3):
        entered(desk, ANN, f"A{number}")
    mine = entered(desk, BEN, "B1")
    found = drawn(desk, Wanted(TODAY, TODAY, number=9))
    (own,) = [one for one in found if one.client_id == mine.client.id]
    with pytest.raises(Problem, match="keyed this one first yourself"):
        ask(desk.store, second_keying.to_key, work(desk), "ben", own.id)
    for _ in range(3):
        keyed(desk, BEN)
    with pytest.raises(Problem, match="What is left you keyed first yourself"):
        ask(desk.store, second_keying.to_key, work(desk), "ben")
    assert keyed(desk, ANN).client_id == mine.client.id


def test_a_sample_for_somebody_leaves_out_his_own_unless_there_is_nothing_else(desk: Desk) -> None:
    first = entered(desk, ANN, "A1")
    entered(desk, BEN, "B1")
    assert [one.reference for one in drawn(desk, Wanted(TODAY, TODAY, number=9, keyer="ben"))] == ["A1"]
    do(desk.store, CAT, second_keying.close, work(desk))
    entered(desk, BEN, "B2")
    do(desk.store, ANN, save.delete, "client", first.client.id, first.client.version)
    found = drawn(desk, Wanted(TODAY, TODAY, number=9, keyer="ben"))
    assert {one.reference for one in found} == {"B1", "B2"}, "nobody else's are left"
    assert keyed(desk, BEN).first_by == {"ben"}


@pytest.mark.parametrize("keyer", ["", "ben"])
def test_nobody_is_given_his_own_though_the_sample_holds_nothing_else_where_others_keyed_on_its_days(
    desk: Desk, keyer: str
) -> None:
    entered(desk, ANN, "A1")
    entered(desk, BEN, "B1")
    seed = next(
        seed
        for seed in "abcdefgh"
        if [one.reference for one in drawn_once(desk, Wanted(TODAY, TODAY, number=1, keyer=keyer, seed=seed))] == ["A1"]
    )
    (one,) = drawn(desk, Wanted(TODAY, TODAY, number=1, keyer=keyer, seed=seed))
    with pytest.raises(Problem, match="keyed this one first yourself"):
        ask(desk.store, second_keying.to_key, work(desk), "ann", one.id)
    with pytest.raises(Problem, match="What is left you keyed first yourself"):
        keyed(desk, ANN)
    assert keyed(desk, BEN).id == one.id


@pytest.mark.parametrize(
    ("stands", "paper", "differs"),
    [
        ("NE1 4", "NE1 4AB", False),
        ("NE1 4AB", "ne14ab", False),
        ("NE1 4AB", "NE1 4AC", True),
        ("NE1 4", "NE1 5AB", True),
    ],
)
def test_the_part_of_a_postcode_that_is_sent_says_the_same_as_the_whole_one(
    desk: Desk, stands: str, paper: str, differs: bool
) -> None:
    entered(desk, ANN, "A1", PC=stands)
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    keyed(desk, BEN, PC=paper)
    assert [one.header for one in ask(desk.store, second_keying.differences, work(desk))] == ["PC"] * differs


def test_what_differs_is_decided_one_by_one_and_mended_as_by_hand(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1", DRUG1="1101")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = keyed(desk, BEN, DOB="19800201", TRIAGED="20200904", DRUG1="3101", PC="ne14")
    found = ask(desk.store, second_keying.differences, work(desk))
    assert [(each.header, each.first, each.second) for each in found] == [
        ("DOB", "19800102", "19800201"),
        ("TRIAGED", "20200903", "20200904"),
        ("DRUG1", "1101", "3101"),
    ], "a postcode that is spaced otherwise is the same"
    with pytest.raises(Problem, match="Differences to decide first: 3"):
        do(desk.store, CAT, second_keying.close, work(desk))
    assert not do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DOB", "first"))
    assert do(
        desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("TRIAGED", "second", saw=Saw("20200903"))
    )
    with pytest.raises(Problem, match="what one of the two keyed"):
        do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DRUG1", "neither", "3101"))
    assert do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DRUG1", "neither", "2000"))
    now = ask(desk.store, read.tree, tree.client.id)
    assert now.client.values["DOB"] == "19800102"
    assert (now.episodes[0].episode.values["TRIAGED"], now.episodes[0].episode.values["DRUG1"]) == ("20200904", "2000")
    entries = ask(desk.store, audit.history, [tree.client.id, tree.episodes[0].episode.id])
    assert [(each.person, each.act, each.field, each.new) for each in entries[2:]] == [
        *[("ben", "second keying", "", None)] * 2,
        ("cat", "decide", "DOB", "first"),
        ("cat", "change", "TRIAGED", "20200904"),
        ("cat", "decide", "TRIAGED", "second"),
        ("cat", "change", "DRUG1", "2000"),
        ("cat", "decide", "DRUG1", "neither"),
    ]
    figures = do(desk.store, CAT, second_keying.close, work(desk))
    assert (figures.fields, figures.differing, figures.first, figures.second, figures.neither) == (8, 3, 1, 1, 1)
    assert told(STANDARD, figures)[1:] == [
        "Keyed differently: 3 of 8 fields (37.5%).",
        "First right 1, second right 1, both wrong 1, to decide 0.",
        "Errors of the first keying: 2 of 8 fields (25.0%).",
    ]
    state = ask(desk.store, second_keying.state, work(desk))
    assert state.sample is None
    assert second_keying.figures_of(state.closed[0]) == figures
    kept, _ = ask(desk.store, stored.of_episodes, [tree.episodes[0].episode.id])
    assert (kept.first, kept.second, set(kept.decided)) == ({}, {}, {"DOB", "TRIAGED", "DRUG1"})
    assert not desk.store.path.with_name(f"{desk.store.path.name}-wal").stat().st_size, "what was keyed is forgotten"


def sub_intervention(desk: Desk, episode_id: str, **values: str) -> StoredRecord:
    """An event that cat keys."""
    return do(desk.store, CAT, save.create, "event", episode_id, "sub_intervention", values)


def listed(desk: Desk, who: Who, *events: dict[str, str]) -> SampledEpisode:
    """The next list, keyed again by somebody: that is all that the paper has."""
    one = ask(desk.store, second_keying.to_key, work(desk), who.person)
    assert one.is_list and not one.events
    return do(desk.store, who, second_keying.key_list, work(desk), one.id, list(events))


def test_events_are_keyed_again_as_many_as_the_paper_has_and_nothing_tells_how_many_there_are(desk: Desk) -> None:
    with_two, without = entered(desk, ANN, "C1"), entered(desk, ANN, "C2")
    for day in ("20200920", "20200910"):
        sub_intervention(desk, with_two.episodes[0].episode.id, SUBMODDT=day, RECPEER="Y", RECMAID="N")
    its = do(desk.store, CAT, second_keying.draw, work(desk), Wanted(TODAY, TODAY, number=2, seed="x"))
    found = ask(desk.store, stored.episodes, its)
    assert sorted(second_keying.told_episode(STANDARD, one) for one in found) == [
        "C1",
        "C1, each Sub-intervention",
        "C2",
        "C2, each Sub-intervention",
    ]
    state = ask(desk.store, second_keying.state, work(desk))
    assert (state.figures.to_key, state.figures.parts, state.figures.lists) == (4, 4, 2)
    first = {one.reference: one.first_by for one in found if one.is_list}
    assert first == {"C1": {"ann", "cat"}, "C2": {"ann"}}, "who keyed the episode left out what is not there"
    assert without.episodes


def test_an_event_that_only_one_of_the_two_has_is_decided_and_counts_as_one_field(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    episode = tree.episodes[0].episode.id
    both, extra = (
        sub_intervention(desk, episode, SUBMODDT=day, RECPEER="Y", RECMAID=maid)
        for day, maid in (("20200910", "N"), ("20201001", ""))
    )
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = ask(desk.store, second_keying.to_key, work(desk), "ben")
    do(desk.store, BEN, second_keying.key, work(desk), one.id, PAPER)
    with pytest.raises(Problem, match="keyed this one first yourself"):
        ask(desk.store, second_keying.to_key, work(desk), "cat", ask_list(desk).id)
    missed = {"SUBMODDT": "20201120", "RECPEER": "N", "RECHSE": "Y"}
    listed(desk, BEN, {"SUBMODDT": "20200911", "RECPEER": "Y", "RECMAID": "N", "DOB": "19990101"}, missed)
    day, only_first, only_second = ask(desk.store, second_keying.differences, work(desk))
    assert (day.header, day.first, day.second, day.record.id) == ("SUBMODDT", "20200910", "20200911", both.id)
    assert (only_first.presence, only_first.field, only_first.record.id) == ("first", None, extra.id)
    assert only_first.stands and dict(only_first.values) == {"SUBMODDT": "20201001", "RECPEER": "Y"}
    assert (only_second.presence, only_second.stands, dict(only_second.values)) == ("second", False, missed)
    # Four fields of the one that both have, and for each of the three that it is there.
    figures = ask(desk.store, second_keying.state, work(desk)).figures
    assert (figures.fields, figures.differing, figures.to_decide) == (len(PAPER) + 3 + 3, 3, 3)
    its = work(desk)
    with pytest.raises(Problem, match="is on the paper or it is not"):
        do(desk.store, CAT, second_keying.decide, its, only_first.episode.id, Ruling("", "neither", "x"))
    with pytest.raises(Problem, match="changed meanwhile"):
        do(desk.store, CAT, second_keying.decide, its, only_second.episode.id, Ruling("", "second", saw=Saw("1")))
    assert do(desk.store, CAT, second_keying.decide, its, day.episode.id, Ruling("SUBMODDT", "second"))
    assert do(desk.store, CAT, second_keying.decide, its, only_first.episode.id, Ruling("", "second", saw=Saw("1")))
    assert do(desk.store, CAT, second_keying.decide, its, only_second.episode.id, Ruling("", "second", saw=Saw("")))
    now = ask(desk.store, read.tree, tree.client.id).episodes[0].events
    kept, made = now
    assert (kept.id, kept.values["SUBMODDT"]) == (both.id, "20200911")
    assert {header: text for header, text in made.values.items() if header in missed} == missed
    assert made.values["SUBMID"], "it has the identifier that any event is given"
    told_of = [(each.act, each.record_id == made.id) for each in ask(desk.store, audit.history, [extra.id, made.id])]
    acts = [("create", False), ("delete", False), ("decide", False), ("create", True), ("decide", True)]
    assert told_of == acts
    again = ask(desk.store, second_keying.differences, its)
    assert [(each.presence, each.stands, each.right) for each in again[1:]] == [
        ("first", False, "it is not on the paper"),
        ("second", True, "it is on the paper"),
    ]
    # Decided anew: what was taken out comes back, what was put in goes.
    for each in again[1:]:
        assert do(desk.store, CAT, second_keying.decide, its, each.episode.id, Ruling("", "first"))
    assert {each.id for each in ask(desk.store, read.tree, tree.client.id).episodes[0].events} == {both.id, extra.id}
    assert do(desk.store, CAT, second_keying.decide, its, again[2].episode.id, Ruling("", "second"))
    assert made.id in {each.id for each in ask(desk.store, read.tree, tree.client.id).episodes[0].events}
    held = ask(desk.store, everything.everything, its, tree.client.id, "ann", NOW)
    (table,) = [each for each in held.tables if each.title == "Second keying of a sample"]
    assert any("it is on the paper" in row[-1] and row[2] == "(whether it is there)" for row in table.rows)
    figures = do(desk.store, CAT, second_keying.close, its)
    assert (figures.first, figures.second, figures.only_first, figures.only_second) == (1, 2, 1, 1)
    assert told(STANDARD, figures) == [
        "Keyed again: 1 of 1 episodes, the events of 1 of 1.",
        "Keyed differently: 3 of 14 fields (21.4%).",
        "First right 1, second right 2, both wrong 0, to decide 0.",
        "Errors of the first keying: 2 of 14 fields (14.3%).",
        "Events only in the second keying: 1; not found on the paper: 1.",
    ]


def ask_list(desk: Desk) -> SampledEpisode:
    """The only list of the sample."""
    (one,) = [each for each in ask(desk.store, second_keying.state, work(desk)).episodes if each.is_list]
    return one


def test_what_is_typed_of_a_list_waits_for_the_one_who_typed_it_and_counts_once_it_is_all(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = ask_list(desk)
    for entry, day in (("a", "20200910"), ("b", "20200912"), ("b", "20200913"), ("c", "20200914")):
        do(desk.store, BEN, second_keying.keep, work(desk), one.id, {"SUBMODDT": day}, entry)
    do(desk.store, BEN, second_keying.keep, work(desk), one.id, {}, "a")
    one = ask_list(desk)
    assert (one.begun_by, one.keyed_by, one.events) == ("ben", "", ())
    assert ask(desk.store, stored.typed, one, "ben") == [
        ("b", {"SUBMODDT": "20200913"}),
        ("c", {"SUBMODDT": "20200914"}),
    ]
    assert ask(desk.store, stored.typed, one, "dan") == [], "nobody else sees it, or has it counted as theirs"
    assert ask(desk.store, second_keying.differences, work(desk)) == []
    held = ask(desk.store, everything.everything, work(desk), tree.client.id, "ann", NOW)
    (table,) = [each for each in held.tables if each.title == "Second keying of a sample"]
    assert [row[2:5] for row in table.rows] == [("SUBMODDT", "", "20200913"), ("SUBMODDT", "", "20200914")]
    done = do(desk.store, BEN, second_keying.key_list, work(desk), one.id)
    assert ask(desk.store, stored.typed, done, "ben") == []
    assert [each.presence for each in ask(desk.store, second_keying.differences, work(desk))] == ["second", "second"]
    with pytest.raises(Problem, match="keyed again already"):
        do(desk.store, BEN, second_keying.keep, work(desk), one.id, {"SUBMODDT": "20200915"}, "d")


def test_a_sample_that_was_drawn_event_by_event_is_keyed_as_it_was_drawn(desk: Desk) -> None:
    episode = entered(desk, ANN, "C1").episodes[0].episode.id
    event = sub_intervention(desk, episode, SUBMODDT="20200910", RECPEER="Y")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    keyed(desk, BEN)
    own_id = ask_list(desk).id
    with desk.store.writing(CAT) as unit:
        before = {"section": "", "event_id": event.id, "keyed_by": None, "keyed_at": None, "presence": ""}
        unit.connection.execute(delete(SECOND_KEYED).where(SECOND_KEYED.c.presence != ""))
        unit.connection.execute(update(SECOND_KEYED).where(SECOND_KEYED.c.id == own_id).values(**before))
    one = ask(desk.store, second_keying.to_key, work(desk), "ben")
    assert second_keying.told_episode(STANDARD, one) == "C1, Sub-intervention 1", "without how many there are"
    do(desk.store, BEN, second_keying.key, work(desk), one.id, {"SUBMODDT": "20200911", "RECPEER": "Y"})
    (difference,) = ask(desk.store, second_keying.differences, work(desk))
    assert (difference.header, difference.record.id) == ("SUBMODDT", event.id)
    figures = ask(desk.store, second_keying.state, work(desk)).figures
    assert told(STANDARD, figures)[0] == "Keyed again: 1 of 1 episodes, 1 of 1 events."


@pytest.mark.parametrize(
    ("stands", "found", "pairs"),
    [
        # The same day is the same event, whatever else was keyed; so is what agrees in half of its fields.
        ([("0910", "Y", "N")], [("0910", "N", "Y")], {0: 0}),
        ([("0910", "Y", "N")], [("0911", "Y", "N")], {0: 0}),
        ([("0910", "Y", "N")], [("1201", "N", "N")], {}),
        # Those most alike before others, whatever their order.
        ([("0910", "Y", "N"), ("0920", "Y", "N")], [("0920", "Y", "N"), ("0911", "Y", "N")], {0: 1, 1: 0}),
        ([("0910", "Y", "N"), ("0910", "N", "Y")], [("0910", "N", "Y")], {1: 0}),
        ([], [("0910", "Y", "N")], {}),
    ],
)
def test_which_event_is_which(
    stands: list[tuple[str, str, str]], found: list[tuple[str, str, str]], pairs: dict[int, int]
) -> None:
    first, second = (
        [{"SUBMODDT": f"2020{day}", "RECPEER": peer, "RECMAID": maid} for day, peer, maid in some]
        for some in (stands, found)
    )
    assert second_keying.matched(STANDARD, "sub_intervention", first, second) == pairs


def one_that_was_missed(desk: Desk) -> tuple[ClientTree, Discrepancy]:
    """A client without an event, and the one that ben found on the paper."""
    tree = entered(desk, ANN, "C1")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = ask(desk.store, second_keying.to_key, work(desk), "ben")
    do(desk.store, BEN, second_keying.key, work(desk), one.id, PAPER)
    listed(desk, BEN, {"SUBMODDT": "20200911", "RECPEER": "Y", "RECMAID": "N"})
    (found,) = ask(desk.store, second_keying.differences, work(desk))
    return tree, found


def test_what_is_decided_is_of_the_open_sample_of_this_agency(desk: Desk) -> None:
    tree, found = one_that_was_missed(desk)
    own_id, another = found.episode.id, do(desk.store, ANN, agencies.ensure, "T0002", STANDARD.id)
    client = do(desk.store, ANN, save.create, "client", another.id, "", CLIENT)
    do(desk.store, ANN, save.create, "episode", client.id, "", EPISODE)
    elsewhere = Work(another, STANDARD, TODAY)
    do(desk.store, CAT, second_keying.draw, elsewhere, DAYS_AND_ONE)
    with pytest.raises(Problem, match="no more in the sample"):
        do(desk.store, CAT, second_keying.decide, elsewhere, own_id, Ruling("", "second"))
    # The screen of somebody else still shows it when the sample is closed, and another one drawn.
    do(desk.store, CAT, second_keying.decide, work(desk), own_id, Ruling("", "first"))
    sample = ask(desk.store, second_keying.state, work(desk)).sample
    assert sample is not None
    do(desk.store, CAT, second_keying.close, work(desk), sample.id)
    drawn(desk, DAYS_AND_ONE)
    with pytest.raises(Problem, match="cat drew another one since"):
        do(desk.store, CAT, second_keying.close, work(desk), sample.id)
    with pytest.raises(Problem, match="no more in the sample"):
        do(desk.store, CAT, second_keying.decide, work(desk), own_id, Ruling("", "second", saw=Saw("")))
    assert ask(desk.store, read.tree, tree.client.id).episodes[0].events == ()


def test_an_event_that_somebody_entered_by_hand_meanwhile_is_not_put_in_twice(desk: Desk) -> None:
    tree, found = one_that_was_missed(desk)
    episode = tree.episodes[0].episode.id
    by_hand = sub_intervention(desk, episode, **found.values, RECHSE="Y")
    ruling = Ruling("", "second", saw=Saw(found.now))
    assert not do(desk.store, CAT, second_keying.decide, work(desk), found.episode.id, ruling), "the record says so"
    (event,) = ask(desk.store, read.tree, tree.client.id).episodes[0].events
    assert event.id == by_hand.id
    (now,) = ask(desk.store, second_keying.differences, work(desk))
    assert (now.record.id, now.stands, now.right) == (by_hand.id, True, "it is on the paper")


def test_whoever_decides_what_somebody_else_decided_meanwhile_is_told(desk: Desk) -> None:
    entered(desk, ANN, "C1")
    drawn(desk, DAYS_AND_ONE)
    own_id = keyed(desk, BEN, DOB="19800201").id
    (seen,) = ask(desk.store, second_keying.differences, work(desk))
    do(desk.store, ANN, second_keying.decide, work(desk), own_id, Ruling("DOB", "first", saw=Saw(seen.now)))
    with pytest.raises(Problem, match="ann decided that meanwhile: the first is right"):
        do(desk.store, CAT, second_keying.decide, work(desk), own_id, Ruling("DOB", "second", saw=Saw(seen.now)))
    (seen,) = ask(desk.store, second_keying.differences, work(desk))
    again = Ruling("DOB", "second", saw=Saw(seen.now, seen.decision))
    assert do(desk.store, CAT, second_keying.decide, work(desk), own_id, again), "decided anew by whoever saw it"


def test_a_record_that_changed_meanwhile_is_looked_at_again(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = keyed(desk, BEN, DOB="19800201")
    client = tree.client
    do(desk.store, ANN, save.change, "client", client.id, {**client.values, "DOB": "19800201"}, client.version)
    with pytest.raises(Problem, match="changed meanwhile"):
        do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DOB", "second", saw=Saw("19800102")))
    (difference,) = ask(desk.store, second_keying.differences, work(desk))
    assert (difference.first, difference.now) == ("19800102", "19800201")
    assert not do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DOB", "second"))
    assert do(desk.store, CAT, second_keying.decide, work(desk), one.id, Ruling("DOB", "first")), "decided anew"
    assert ask(desk.store, read.get, "client", client.id).values["DOB"] == "19800102"


def test_what_one_types_is_not_written_over_by_another_who_did_not_look(desk: Desk) -> None:
    entered(desk, ANN, "C1")
    (one,) = drawn(desk, Wanted(TODAY, TODAY, number=1))
    do(desk.store, BEN, second_keying.keep, work(desk), one.id, {"DOB": "19800201"})
    for looked in (None, "", "cat"):
        with pytest.raises(Problem, match="ben types this one by now"):
            do(desk.store, CAT, second_keying.keep, work(desk), one.id, {"DOB": "19770101"}, "", looked)
    assert ask(desk.store, second_keying.to_key, work(desk), "ben").second == {"DOB": "19800201"}
    # Whoever was shown that it was begun takes it over; then it is that one's.
    do(desk.store, CAT, second_keying.keep, work(desk), one.id, {"DOB": "19770101"}, "", "ben")
    with pytest.raises(Problem, match="cat types this one by now"):
        do(desk.store, BEN, second_keying.keep, work(desk), one.id, {"DOB": "19800202"}, "", "")
    # What is whole counts, whoever is first.
    assert do(desk.store, BEN, second_keying.key, work(desk), one.id, PAPER).keyed_by == "ben"


def test_what_is_typed_is_kept_for_the_one_who_typed_it_and_told_to_nobody(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    (one,) = drawn(desk, Wanted(TODAY, TODAY, number=1))
    do(desk.store, BEN, second_keying.keep, work(desk), one.id, {"DOB": "19800201", "SEX": "1"})
    again = ask(desk.store, second_keying.to_key, work(desk), "ben")
    assert (again.begun_by, again.second) == ("ben", {"DOB": "19800201"})
    assert ask(desk.store, second_keying.differences, work(desk)) == []
    assert ask(desk.store, second_keying.state, work(desk)).figures.fields == 0
    with pytest.raises(Problem, match="Nothing is typed"):
        do(desk.store, BEN, second_keying.key, work(desk), one.id, {"SEX": "1"})
    keyed(desk, BEN)
    with pytest.raises(Problem, match="keyed again already"):
        do(desk.store, BEN, second_keying.keep, work(desk), one.id, PAPER)
    assert all(
        PAPER["DOB"] not in (each.old or "") + (each.new or "")
        for each in ask(desk.store, audit.history, [tree.episodes[0].episode.id])
        if each.person == "ben"
    ), "the history tells that it was keyed, not what"


def test_whoever_looked_at_the_client_since_is_told_of_beside_the_figures(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    do(desk.store, BEN, looks.note, tree.client.id)
    assert keyed(desk, BEN).seen
    state = ask(desk.store, second_keying.state, work(desk))
    assert told(STANDARD, state.figures)[-1].startswith(
        "1 of these episodes were keyed again by somebody who had looked at"
    )


def test_what_was_deleted_is_no_more_in_the_sample_and_what_is_held_is_told(desk: Desk) -> None:
    tree = entered(desk, ANN, "C1")
    entered(desk, ANN, "C2")
    drawn(desk, Wanted(TODAY, TODAY, number=2))
    for _ in range(2):
        keyed(desk, BEN, DOB="19800201")
    its = work(desk)
    held = ask(desk.store, everything.everything, its, tree.client.id, "ann", NOW)
    (table,) = [one for one in held.tables if one.title == "Second keying of a sample"]
    assert ("ben", "DOB", "19800102", "19800201") in {(row[1].split(",")[0], *row[2:5]) for row in table.rows}
    do(desk.store, ANN, save.delete, "client", tree.client.id, tree.client.version)
    assert ask(desk.store, second_keying.waiting, its.agency, STANDARD) is not None
    assert [one.episode.reference for one in ask(desk.store, second_keying.differences, its)] == ["C2"]


def test_whoever_keys_may_key_again_and_who_does_the_month_end_draws_decides_and_closes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(desk, ANN, "C1")
    its, keyers = work(desk), frozenset({"keyers"})
    members = {"ben": keyers, "cat": frozenset({"month"}), "rita": frozenset({"readers"}), "ada": frozenset({"heads"})}
    monkeypatch.setattr(user, "groups_of", lambda person: members.get(person, frozenset()))
    monkeypatch.setattr(user, "is_group", lambda name: True)
    given = {"heads": "ADMINISTRATOR", "keyers": "KEYING", "month": "MONTH_END", "readers": "READ_ONLY"}
    for name, role in given.items():
        do(desk.store, Who("ada", NOW), roles.give, name, Role[role])
    with pytest.raises(Refused):
        do(desk.store, BEN, second_keying.draw, its, Wanted(TODAY, TODAY, number=1))
    (one,) = drawn(desk, Wanted(TODAY, TODAY, number=1))
    with pytest.raises(Refused):
        do(desk.store, Who("rita", NOW), second_keying.keep, its, one.id, PAPER)
    with pytest.raises(Refused):
        do(desk.store, Who("rita", NOW), second_keying.key, its, one.id, PAPER)
    keyed(desk, BEN, DOB="19800201")
    with pytest.raises(Refused):
        do(desk.store, BEN, second_keying.decide, its, one.id, Ruling("DOB", "second"))
    assert do(desk.store, CAT, second_keying.decide, its, one.id, Ruling("DOB", "second"))
    with pytest.raises(Refused):
        do(desk.store, BEN, second_keying.close, its)
    assert do(desk.store, CAT, second_keying.close, its).second == 1


def test_every_shipped_data_set_lists_fields_that_a_form_can_hold() -> None:
    for standard in (STANDARD, WALES):
        alone = second_keying.form_standard(standard)
        assert [one.header for one in alone.fields] == list(standard.second_keying)
        assert {standard.role("birth_date"), standard.role("opened"), standard.role("closed")} <= set(alone.by_header)


def test_fields_that_are_called_otherwise_are_compared_under_their_new_names(desk: Desk) -> None:
    client = entered(desk, ANN, "C1").client
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    one = keyed(desk, BEN, DAT="B12B")
    agency: AgencyInfo = work(desk).agency
    do(desk.store, ANN, save.delete, "client", client.id, client.version)
    do(desk.store, CAT, stored.rename, agency, {"DAT": "AREA"})
    do(desk.store, ANN, save.undelete, "client", client.id, client.version + 1)
    again = ask(desk.store, second_keying.one_of, work(desk), one.id)
    assert (again.first["AREA"], again.second["AREA"]) == ("A12B", "B12B")


def test_nothing_is_compared_by_a_letter_that_somebody_changed_while_it_was_keyed(desk: Desk) -> None:
    """Under a field's old name no difference was ever told of it."""
    entered(desk, ANN, "C1")
    seen = work(desk)
    (one,) = drawn(desk, Wanted(TODAY, TODAY, number=1))
    with desk.store.writing(CAT) as unit:
        unit.connection.execute(update(AGENCIES).values(standard="ndtms-cjit-q"))
    with pytest.raises(Problem, match=r"changed what is said of the agency T0001 meanwhile \(data set ndtms-cjit-q\)"):
        do(desk.store, BEN, second_keying.key, seen, one.id, PAPER)
    with pytest.raises(Problem, match="changed what is said of the agency"):
        do(desk.store, BEN, second_keying.key_list, seen, one.id, [])


def test_a_section_that_the_letter_gone_over_to_does_not_have_is_keyed_again_no_more(desk: Desk) -> None:
    sub_intervention(desk, entered(desk, ANN, "C1").episodes[0].episode.id, SUBMODDT="20200920", RECPEER="Y")
    drawn(desk, Wanted(TODAY, TODAY, number=1))
    do(
        desk.store,
        BEN,
        second_keying.key,
        work(desk),
        ask(desk.store, second_keying.to_key, work(desk), "ben").id,
        PAPER,
    )
    listed(desk, BEN, {"SUBMODDT": "20200801"})
    assert len(ask(desk.store, second_keying.differences, work(desk))) == 2
    gone = {field.header for field in STANDARD.fields if field.section == "sub_intervention"}
    later = replace(
        STANDARD,
        sections=tuple(one for one in STANDARD.sections if one.id != "sub_intervention"),
        fields=tuple(one for one in STANDARD.fields if one.header not in gone),
        second_keying=tuple(one for one in STANDARD.second_keying if one not in gone),
    )
    with open_store(desk.store.path, desk.store.key_file, lambda _: later) as store:
        now = replace(work(desk), standard=later)
        found = ask(store, second_keying.state, now).episodes
        assert [second_keying.told_episode(later, one) for one in found] == ["C1"]
        assert ask(store, second_keying.differences, now) == []
        do(store, CAT, second_keying.close, now)


def test_what_was_keyed_of_a_client_is_nobody_elses_after_a_merge(desk: Desk) -> None:
    """Neither who is kept is put right by the paper of whom a merge took for the same, nor, once that is undone, is who
    comes back told what was keyed of the other."""
    one = entered(desk, ANN, "C1")
    drawn(desk, DAYS_AND_ONE)
    sampled = keyed(desk, BEN, DOB="19800201", TRIAGED="20200904")
    kept = entered(desk, ANN, "C2").client
    do(desk.store, ANN, save.change, "client", kept.id, {**kept.values, "DOB": "19990909"}, 1)
    its = Ruling("TRIAGED", "second")
    do(desk.store, CAT, second_keying.decide, work(desk), sampled.id, Ruling("DOB", "first"))
    made = do(desk.store, ANN, merge.merge, kept.id, one.client.id)
    assert [each.header for each in ask(desk.store, second_keying.differences, work(desk))] == ["TRIAGED"]
    with pytest.raises(Problem, match="The two do not differ in that"):
        do(desk.store, CAT, second_keying.decide, work(desk), sampled.id, Ruling("DOB", "second"))
    assert do(desk.store, CAT, second_keying.decide, work(desk), sampled.id, its)
    assert ask(desk.store, read.get, "client", kept.id).values["DOB"] == "19990909"
    do(desk.store, ANN, merge.split, made.id)
    found = ask(desk.store, second_keying.differences, work(desk))
    assert [(each.header, each.right) for each in found] == [
        ("DOB", "the first is right"),
        ("TRIAGED", "the second is right"),
    ], "what was decided before it stands again"
    # Keyed again while the two are one; then parted.
    do(desk.store, CAT, second_keying.close, work(desk))
    made = do(desk.store, ANN, merge.merge, kept.id, one.client.id)
    (again,) = [each for each in drawn(desk, Wanted(TODAY, TODAY, 2)) if each.episode_id == one.episodes[0].episode.id]
    later = Who("ben", NOW + timedelta(minutes=1))
    with pytest.raises(Problem, match="went to another client while you keyed it"):
        do(desk.store, later, second_keying.key, work(desk), again.id, PAPER, one.client.id)
    do(desk.store, later, second_keying.key, work(desk), again.id, {**PAPER, "DOB": "19990909"}, kept.id)
    do(desk.store, ANN, merge.split, made.id)
    handed = str(ask(desk.store, everything.everything, work(desk), one.client.id, "cat", NOW))
    assert "NE1 4" in handed and "19990909" not in handed
