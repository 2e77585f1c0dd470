"""A second keying by line: nothing of a client in an argument, the record changed where it is decided so."""

import json
from datetime import UTC, datetime

import pytest

from store.facts import Who
from store.records import agencies, read, save
from store.records import second_keying as stored
from store.store import open_store
from tests.commands.running import TODAY, Place, call
from tests.stores import ask, do
from validators.local_time import LONDON
from validators.standard.catalogue import load

DAY = ("--from", "2020-01-01", "--to", "2099-12-31")


@pytest.fixture
def sample(place: Place) -> Place:
    """A store with a few synthetic clients, entered today."""
    assert call("sample", "--clients", 4, *place.options, *TODAY).code == 0
    return place


def test_a_sample_by_line(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    assert "No sample is open" in call("second-keying", "show", *where).out
    assert "draw one first" in call("second-keying", "key", *where).sentence
    drawn = call("second-keying", "draw", *DAY, "--number", 2, "--seed", "x", *where)
    assert (
        drawn.code == 0 and "Keyed again: 0 of 2 episodes, the events of 0 of 2." in drawn.out and "seed x" in drawn.out
    )
    assert "open already" in call("second-keying", "draw", *DAY, "--number", 2, *where).sentence
    asked = call("second-keying", "key", *where).out
    assert "FINITIAL SINITIAL DOB PC DAT REFLD" in asked
    one = asked.split()[0]
    assert "others can see" in call("second-keying", "key", one, "DOB=1", *where).sentence
    assert call("second-keying", "key", "-", *where, given="DOB=1 2 1970\nFINITIAL=x\n").out.endswith(": kept\n")
    found = json.loads(call("second-keying", "differences", *where, "--format", "json").out)
    birth = next(each for each in found if each["field"] == "DOB")
    assert (birth["id"][:8], birth["second"], birth["right"]) == (one, "19700201", None)
    decided = call("second-keying", "decide", one, "dob", "second", *where)
    assert decided.out == "DOB: the second is right; the record was changed\n"
    again = call("second-keying", "decide", one, "dob", "second", *where)
    assert again.out.startswith("DOB: the second is right; nothing is changed; ")
    assert again.out.endswith(" had decided: the second is right\n")
    other = call("second-keying", "decide", one, "FINITIAL", "neither", "-", *where, given="y\n")
    assert other.out == "FINITIAL: both wrong; the record was changed\n"
    shown = json.loads(call("client", "show", birth["reference"], *where, "--format", "json").out)
    assert (shown["client"]["values"]["DOB"], shown["client"]["values"]["FINITIAL"]) == ("19700201", "Y")
    told = call("client", "history", birth["reference"], *where).out
    assert "Date of birth: keyed twice, the second is right" in told
    assert "Differences to decide first" in call("second-keying", "close", *where).sentence
    for each in found:
        if each["field"] not in ("DOB", "FINITIAL"):
            call("second-keying", "decide", one, each["field"], "first", *where)
    assert call("second-keying", "key", "--no-more", *where).out.endswith(": kept\n")
    for each in json.loads(call("second-keying", "differences", *where, "--format", "json").out):
        if each["field"] is None:
            call("second-keying", "decide", each["id"], "event", "first", *where)
    figures = json.loads(call("second-keying", "close", *where, "--format", "json").out)
    assert (figures["drawn"], figures["keyed"], figures["second"], figures["neither"]) == (2, 1, 1, 1)
    state = json.loads(call("second-keying", "show", *where, "--format", "json").out)
    assert state["sample"] is None and state["closed"][0]["figures"] == figures


def events_of(place: Place) -> list[str]:
    """The days of the sub-interventions of the only episode drawn, as the record has them."""
    where = (*place.options, *TODAY)
    (one, *_) = json.loads(call("second-keying", "show", *where, "--format", "json").out)["episodes"]
    shown = json.loads(call("client", "show", one["client_id"], *where, "--format", "json").out)
    (episode,) = [each for each in shown["episodes"] if each["id"] == one["episode_id"]]
    events = [each for each in episode["events"] if each["section"] == "sub_intervention" and not each["deleted"]]
    return sorted(event["values"]["SUBMODDT"] for event in events)


def test_events_that_only_one_of_the_two_has_by_line(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    call("second-keying", "draw", *DAY, "--number", 1, *where)
    first = events_of(sample)
    assert "ends a list of events" in call("second-keying", "key", "--no-more", *where).sentence
    call("second-keying", "key", "-", *where, given="DOB=1 2 1970\n")
    asked = call("second-keying", "key", *where).out
    assert "each Sub-intervention" in asked and "as many as the paper has; then --no-more" in asked
    # Two are typed, one of them left in the middle; what waits is gone through before it is all.
    one = call("second-keying", "key", "-", *where, given="SUBMODDT=3 4 2019\nRECPEER=y\n")
    assert one.out.endswith("one kept; --no-more when the paper has no more\n")
    left = call("second-keying", "key", "--ask", *where, given="\ny\n5 4 2019\n.\n")
    assert "Typed before, not finished: 1." in left.err and "Not finished" in left.err
    gone_through = "y\n" + "\n" * 15 + "6 4 2019\n" + "\n" * 14 + "\n"
    done = call("second-keying", "key", "--ask", *where, given=gone_through)
    assert "SUBMODDT), 20190405" in done.err
    assert done.out.endswith(": kept\n")
    found = json.loads(call("second-keying", "differences", *where, "--format", "json").out)
    alone = [each for each in found if each["field"] is None]
    assert [each["values"]["SUBMODDT"] for each in alone if each["event"] == "second"] == ["20190403", "20190406"]
    assert len([each for each in alone if each["event"] == "first"]) == len(first)
    told = call("second-keying", "differences", *where).out
    assert "event: only in the second keying: SUBMODDT=20190403 RECPEER=Y; it does not stand in the record" in told
    second = [each["id"][:8] for each in alone if each["event"] == "second"]
    put = call("second-keying", "decide", second[0], "event", "second", *where)
    assert put.out == "EVENT: the second is right; the record was changed\n"
    assert "is on the paper or it is not" in (
        call("second-keying", "decide", second[0], "event", "neither", "-", *where, given="x\n").sentence
    )
    for each in alone:
        if each["event"] == "first":
            gone = call("second-keying", "decide", each["id"], "event", "second", *where)
            assert gone.out == "EVENT: the second is right; the record was changed\n", gone
    assert events_of(sample) == ["20190403"]


def test_asked_for_field_by_field_it_counts_after_the_last_one(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    call("second-keying", "draw", *DAY, "--number", 1, *where)
    # The same signs as where a client is asked for: none of them is a value.
    left = call("second-keying", "key", "--ask", *where, given="q\n<\n-\n<\n<\nq\n?\nr\n2 3\t4\n")
    assert left.code == 0 and "Not finished" in left.err
    for told in ("FINITIAL is Q", "FINITIAL is empty", "the first field", "has no codes", "2 cells"):
        assert told in left.err, left.err
    assert "begun by" in call("second-keying", "show", *where).out
    done = call("second-keying", "key", "--ask", *where, given="\n" * 12)
    assert "First initial (FINITIAL), Q:" in done.err
    assert done.out.endswith(": kept\n")


def test_who_reads_what_another_did_on_a_day_has_looked_at_those_clients(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    call("second-keying", "draw", *DAY, "--number", 1, *where)
    with open_store(sample.store, sample.key, load) as store:
        its = ask(store, agencies.one)
        one = ask(store, stored.episodes, ask(store, stored.sample, its))[0]  # type: ignore[arg-type]
        client = ask(store, read.get, "client", one.client_id)
        who = Who("ben", datetime.now(UTC))
        do(store, who, save.change, "client", client.id, {**client.values, "SEX": "9"}, client.version)
    day = f"{who.at.astimezone(LONDON):%Y-%m-%d}"
    assert "Sex at birth" in call("client", "today", "--person", "ben", "--day", day, *where).out
    call("second-keying", "key", "-", *where, given="DOB=1 2 1970\n")
    assert (
        "1 of these episodes were keyed again by somebody who had looked" in call("second-keying", "show", *where).out
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("draw", "--from", "2020-12-01"), "Give both days"),
        (("draw",), "Say how many to draw"),
        (("draw", "--submission", "2020-13", "--number", "3"), "is not a submission"),
        (("decide", "nothing", "DOB", "first"), "nothing with nothing"),
        (("decide", "nothing", "DOB", "neither"), "reads the right value"),
    ],
)
def test_what_cannot_be_done_is_said(sample: Place, given: tuple[str, ...], told: str) -> None:
    where = (*sample.options, *TODAY)
    more = DAY if given == ("draw",) else ()
    assert told in call("second-keying", *given, *more, *where).sentence
