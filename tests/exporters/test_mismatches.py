"""What was sent and would now be denied: told with its reason, explained, or confirmed until it is another thing."""

from dataclasses import replace

import pytest

from exporters.extracts.mismatches import Mismatches, confirm, find_mismatches
from exporters.extracts.preview import changes_since, preview_extract
from exporters.extracts.receipt import receipt_lines, told_as_text
from exporters.work import Work
from store.facts import NEVER, ExtractInfo, Who
from store.month import extracts
from store.month import sent as stored_sent
from store.records import agencies, merge, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, Row, referral, row, visit, withheld
from tests.stores import ask
from validators.problems import Problem
from validators.standard.model import Standard


def sent(desk: Desk, rows: list[Row], submission: str = "2020-12") -> ExtractInfo:
    """Take rows, write their extract, mark it as sent."""
    desk.take(rows)
    desk.send(submission).file.unlink()
    with desk.store.writing(Who("ann", NOW)) as work:
        return stored_sent.mark(work, ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1].id)


def found(desk: Desk, submission: str = "2020-12", standard: Standard = STANDARD) -> Mismatches:
    agency = ask(desk.store, agencies.one)
    return ask(desk.store, find_mismatches, ask(desk.store, preview_extract, Work(agency, standard, TODAY), submission))


def told(mismatches: Mismatches) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.told) for one in mismatches.found]


def change(desk: Desk, episode: str, **values: str) -> None:
    """Save other values into a stored episode, its client or both."""
    agency = ask(desk.store, agencies.one)
    known = ask(desk.store, read.known_episodes, agency, [episode])[episode]
    with desk.store.writing(Who("bob", NOW)) as work:
        for record in (known.client, known.episode):
            own = {header: value for header, value in values.items() if STANDARD.by_header[header].level == record.kind}
            if own:
                save.change(work, record.kind, record.id, {**record.values, **own}, record.version)


def test_a_preview_is_what_an_export_writes_and_writes_nothing(desk: Desk) -> None:
    desk.take(
        [
            row() | visit(),
            row("2", DISD="20180101", CJDISRSN="1"),
            withheld("3"),
            row("4") | visit("4", SUBMODDT="20210101"),
        ]
    )
    links = desk.links()
    agency = ask(desk.store, agencies.one)
    preview = ask(desk.store, preview_extract, Work(agency, STANDARD, TODAY), "2020-12")
    assert desk.links() == links and ask(desk.store, extracts.listed, agency) == []
    receipt = desk.send()
    assert b"".join(preview.text.pieces()) == receipt.file.read_bytes()
    mine, theirs = preview.receipt.as_mapping(), receipt.as_mapping()
    assert {**mine, "file": "", "audit": theirs["audit"]} == {
        **theirs,
        "file": "",
    } and preview.text.sha256 == receipt.sha256
    assert {one.episode for one in preview.receipt.places.values()} == {"e2", "e4"} and preview.receipt.held_back[
        0
    ].event == "s4"
    kept = ask(desk.store, extracts.listed, agency)[0]
    assert ask(desk.store, changes_since, preview, kept).differences == ()


def test_without_anything_sent_there_is_nothing_to_deny(desk: Desk) -> None:
    desk.take([row()])
    assert found(desk).sent is None and found(desk).found == ()


def test_nothing_changed_means_no_mismatch_and_additions_are_none(desk: Desk) -> None:
    sent(desk, [row() | visit(), withheld("2")])
    assert found(desk).found == ()
    desk.take([row("3"), row() | visit(), row() | referral()])
    assert found(desk).found == ()


def test_what_is_gone_says_why(desk: Desk) -> None:
    sent(desk, [row() | visit(), row() | referral(), row("2"), row("3"), row("4"), row("5")])
    agency = ask(desk.store, agencies.one)
    known = ask(desk.store, read.known_episodes, agency, ["e1", "e2", "e5"])
    with desk.store.writing(Who("bob", NOW)) as work:
        save.delete(work, "event", known["e1"].events[0].id, 1)
        save.delete(work, "episode", known["e2"].episode.id, 1)
        save.delete(work, "client", known["e5"].client.id, 1)
    change(desk, "e3", CPLANDT="")
    change(desk, "e4", EPISODID="e4-new")
    assert told(found(desk)) == [
        ("gone", "e2", "It was deleted by bob on 2021-01-10."),
        ("gone", "e3", "It is left out: neither a caseload start nor a closure."),
        ("gone", "e4", "Its identifier was changed; the episode is now e4-new."),
        ("gone", "e5", "It was deleted by bob on 2021-01-10."),
        ("event-gone", "e1 sub_intervention s1", "The sub-intervention was deleted by bob on 2021-01-10."),
    ]
    places = {one.subject: (one.client_id, one.episode_id) for one in found(desk).found}
    assert places["e3"][0] and places["e3"][1] and places["e1 sub_intervention s1"][1] == known["e1"].episode.id


def test_the_roll_over_explains_what_was_sent_closed_but_not_what_was_sent_open(desk: Desk) -> None:
    closed = row("1", DISD="20181231", CJDISRSN="1", REFLD="20180601", TRIAGED="20180601", CPLANDT="20180601")
    sent(
        desk,
        [closed, row("2", REFLD="20180601", TRIAGED="20180601", CPLANDT="20180601")],
        "2019-06",
    )
    assert found(desk, "2019-06").found == ()
    change(desk, "e2", DISD="20181130", CJDISRSN="1")
    mismatches = found(desk, "2020-09")
    assert [(one.subject, one.state) for one in mismatches.found] == [("e1", "explained"), ("e2", "open")]
    assert "nothing is wrong" in mismatches.found[0].told
    assert "was sent as open" in mismatches.found[1].told and len(mismatches.open) == 1


@pytest.mark.parametrize(
    ("closed", "state"), [("20181130", "explained"), ("20171231", "explained"), ("20161231", "open")]
)
def test_the_roll_over_explains_a_refused_episode_unless_its_closing_year_was_mistyped(
    desk: Desk, closed: str, state: str
) -> None:
    """Without consent no closure is sent: one from before all that the sent extract could hold was keyed since."""
    sent(desk, [row("1"), withheld("2")], "2019-06")
    assert ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1].receipt["period_start"] == "2017-01-01"
    change(desk, "e2", DISD=closed, CJDISRSN="1")
    (mismatch,) = found(desk, "2020-09").found
    assert (mismatch.kind, mismatch.subject, mismatch.state, mismatch.header) == ("gone", "e2", state, "DISD")
    assert ("closed before 2017-01-01" in mismatch.told) == (state == "open")


def test_identity_consent_reopening_and_identifiers_that_changed_hands(desk: Desk) -> None:
    closed = row("3", DISD="20201001", CJDISRSN="1")
    sent(desk, [row("1"), row("2") | visit("2"), closed, row("4"), row("5", FINITIAL="Q")])
    change(desk, "e1", DOB="19800301")
    change(desk, "e2", CONSENT="N")
    change(desk, "e3", DISD="", CJDISRSN="")
    change(desk, "e4", FINITIAL="X", DOB="19900101")
    agency = ask(desk.store, agencies.one)
    known = ask(desk.store, read.known_episodes, agency, ["e1", "e5"])
    with desk.store.writing(Who("bob", NOW)) as work:
        merge.merge(work, known["e1"].client.id, known["e5"].client.id)
    mismatches = found(desk)
    assert [(one.kind, one.subject, one.header) for one in mismatches.found] == [
        ("consent", "e2", "CONSENT"),
        ("identity", "c1", "DOB"),
        ("reopened", "e3", "DISD"),
        ("moved", "e5", "EPISODID"),
        ("client-reused", "c4", "FINITIAL"),
    ]
    by_kind = {one.kind: one for one in mismatches.found}
    assert "1 event would go" in by_kind["consent"].told and "merged by bob" in by_kind["moved"].told
    assert [(c.was, c.now) for c in by_kind["identity"].fields] == [("19800229", "19800301")]
    assert by_kind["identity"].client_id == known["e1"].client.id
    assert all(one.state == "open" for one in mismatches.found)
    # Where not even the episode's identifier goes out of who does not consent, as in R, it is that all the same.
    bare = replace(STANDARD, no_consent_carries=("AGNCY", "CLIENTID", "CONSENT"))
    assert [(one.kind, one.subject, one.header) for one in found(desk, standard=bare).found if one.subject == "e2"] == [
        ("consent", "e2", "CONSENT")
    ]


def test_events_that_move_or_lie_after_the_period_are_told(desk: Desk) -> None:
    sent(desk, [row("1") | visit("1"), row("1") | visit("2", SUBMODDT="20200801"), row("2")])
    agency = ask(desk.store, agencies.one)
    first, second = ask(desk.store, read.known_episodes, agency, ["e1"])["e1"].events
    other = ask(desk.store, read.known_episodes, agency, ["e2"])["e2"].episode
    with desk.store.writing(Who("bob", NOW)) as work:
        save.delete(work, "event", first.id, 1)
        save.create(work, "event", other.id, "sub_intervention", first.values)
        save.change(work, "event", second.id, {**second.values, "SUBMODDT": "20210105"}, 1)
    mismatches = found(desk)
    assert [(one.kind, one.subject) for one in mismatches.found] == [
        ("event-gone", "e1 sub_intervention s2"),
        ("event-moved", "e1 sub_intervention s1"),
    ]
    assert "after the end of the reporting period" in mismatches.found[0].told
    assert mismatches.found[0].event_id == second.id and mismatches.found[1].episode_id == other.id
    assert "under the episode e2" in mismatches.found[1].told


def test_a_confirmation_holds_until_what_it_was_about_is_another_thing(desk: Desk) -> None:
    extract = sent(desk, [row()])
    change(desk, "e1", DOB="19800301")
    [mismatch] = found(desk).open
    with desk.store.writing(Who("ann", NOW)) as work:
        assert confirm(work, extract, mismatch, "passport seen").state == "confirmed"
    again = found(desk)
    assert again.open == () and again.found[0].confirmed is not None and again.count("confirmed") == 1
    change(desk, "e1", DOB="19800302")
    [mismatch] = found(desk).open
    assert mismatch.lapsed is not None and mismatch.lapsed.reason == "passport seen"
    change(desk, "e1", DOB="19800229")
    assert found(desk).found == ()


def test_two_who_were_sent_under_one_identifier_are_confirmed_one_by_one(desk: Desk) -> None:
    desk.take([row("1"), row("2")])
    known = ask(desk.store, read.known_episodes, ask(desk.store, agencies.one), ["e1", "e2"])
    change(desk, "e2", EPISODID="e1")
    extract = sent(desk, [])
    with desk.store.writing(Who("bob", NOW)) as work:
        for one in known.values():
            save.delete(work, "client", one.client.id, one.client.version)
    first, second = found(desk).open
    assert first.kind == second.kind == "gone" and {first.client, second.client} == {"c1", "c2"}
    with desk.store.writing(Who("ann", NOW)) as work:
        confirm(work, extract, first, "entered twice")
    assert [one.client for one in found(desk).open] == [second.client]


def test_a_sent_text_that_is_damaged_is_one_sentence(desk: Desk) -> None:
    extract = sent(desk, [row()])
    with desk.store.writing(Who("", NEVER)) as unit:
        connection = unit.connection
        connection.exec_driver_sql("UPDATE extract_chunk SET data = zeroblob(9)")
    with pytest.raises(Problem, match=f"stored text of extract {extract.id[:8]} is damaged"):
        found(desk)
    assert ask(desk.store, extracts.one, extract.id) == extract


def test_what_goes_by_another_identifier_is_gone_to(desk: Desk) -> None:
    """Enter on such a line leads to the episode, or the event, as it is called now."""
    sent(desk, [row("1") | visit("1"), row("2") | visit("2")])
    agency = ask(desk.store, agencies.one)
    known = ask(desk.store, read.known_episodes, agency, ["e1", "e2"])
    change(desk, "e1", EPISODID="e1-new")
    event = known["e2"].events[0]
    with desk.store.writing(Who("bob", NOW)) as work:
        save.change(work, "event", event.id, {**event.values, "SUBMID": "s2-new"}, 1)
    renamed, called = found(desk).found
    assert "is now e1-new" in renamed.told and "is now called s2-new" in called.told
    assert (renamed.client_id, renamed.episode_id) == (known["e1"].client.id, known["e1"].episode.id)
    assert renamed.header == "EPISODID" and called.event_id == event.id


def said(desk: Desk, of: Mismatches, reason: str = "the region asked for it") -> None:
    """Confirm all that is open."""
    assert of.sent is not None
    with desk.store.writing(Who("ann", NOW)) as work:
        for one in of.open:
            confirm(work, of.sent, one, reason)


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "open"])
def test_all_else_is_told_of_an_episode_that_goes_by_another_identifier(desk: Desk, *, confirmed: bool) -> None:
    """A closure, an event and the area are as gone as in an episode whose identifier stayed, each told by itself, also
    where the data lead has confirmed the identifier: the return was ready, and the receipt told of no event gone."""
    closed = {"DISD": "20201001", "CJDISRSN": "1"}
    sent(
        desk,
        [row(n, **closed) | event for n in "12" for event in (visit(n), visit(f"{n}b", SUBMODDT="20200801"))],
    )
    known = ask(desk.store, read.known_episodes, ask(desk.store, agencies.one), ["e1", "e2"])
    change(desk, "e2", EPISODID="e2-new")
    assert told(found(desk)) == [("gone", "e2", "Its identifier was changed; the episode is now e2-new.")]
    if confirmed:
        said(desk, found(desk))
    change(desk, "e1", DISD="", CJDISRSN="", DAT="A09B")
    change(desk, "e2-new", DISD="", CJDISRSN="", DAT="A09B")
    with desk.store.writing(Who("bob", NOW)) as work:
        for one in known.values():
            save.delete(work, "event", one.events[0].id, 1)
    renamed, *others = found(desk).found
    assert (renamed.kind, renamed.state) == ("gone", "confirmed" if confirmed else "open")
    assert [(one.kind, one.subject, one.state) for one in others] == [
        ("event-gone", "e1 sub_intervention s1", "open"),
        ("event-gone", "e2 sub_intervention s2", "open"),
        ("residence", "e1", "open"),
        ("residence", "e2", "open"),
        ("reopened", "e1", "open"),
        ("reopened", "e2", "open"),
    ]
    assert all(mine.told == theirs.told for mine, theirs in zip(others[::2], others[1::2], strict=True))
    assert all(one.episode_id == known[one.episode].episode.id for one in others)
    receipt = desk.send().as_mapping()
    assert receipt["mismatches"] == len(found(desk).open) == (6 if confirmed else 7)
    assert receipt["changed_since"]["events"] == {"new": 1, "gone": 3, "changed": 0}  # type: ignore[index]


def test_an_episode_that_is_keyed_anew_denies_what_was_not_keyed_again(desk: Desk) -> None:
    """It and its events have other identifiers: an event of the same day is the one that was sent."""
    closed = {"DISD": "20201001", "CJDISRSN": "1"}
    events = (
        visit("1"),
        visit("2", RECPEER="", RECMAID="Y"),
        visit("3", SUBMODDT="20200801"),
        referral("1"),
        referral("2", REFDATE="20200901"),
    )
    sent(desk, [row(**closed) | event for event in events])
    with desk.store.writing(Who("bob", NOW)) as work:
        known = ask(desk.store, read.known_episodes, ask(desk.store, agencies.one), ["e1"])["e1"]
        save.delete(work, "episode", known.episode.id, 1)
    assert told(found(desk)) == [("gone", "e1", "It was deleted by bob on 2021-01-10. 5 events went with it.")]
    # Of two of one day the second only.
    desk.take([row(EPISODID="e1-new") | event for event in (visit("9", RECPEER="", RECMAID="Y"), referral("9"))])
    mismatches = found(desk)
    gone = "is in the episode any more."
    assert told(mismatches) == [
        ("gone", "e1", "Its identifier was changed; the episode is now e1-new."),
        ("event-gone", "e1 sub_intervention s1", f"No sub-intervention of that identifier {gone}"),
        ("event-gone", "e1 sub_intervention s3", f"No sub-intervention of that identifier {gone}"),
        ("event-gone", "e1 referral r2", f"No referral to structured treatment of that identifier {gone}"),
        ("reopened", "e1", "It was sent as closed and is open again."),
    ]
    assert {one.episode_id for one in mismatches.found}.isdisjoint({known.episode.id, ""})
    said(desk, mismatches, "keyed by mistake")
    assert found(desk).open == ()
    desk.take([row(EPISODID="e1-new") | visit("8", SUBMODDT="20200801")])
    change(desk, "e1-new", **closed)
    assert {one.subject for one in found(desk).found} == {"e1", "e1 sub_intervention s1", "e1 referral r2"}


def test_two_episodes_of_one_day_deny_nothing_of_each_other_under_their_new_identifiers(desk: Desk) -> None:
    one, two = row(), row(EPISODID="e2")
    sent(desk, [one | visit("1"), two | visit("2")])
    change(desk, "e2", EPISODID="another")
    change(desk, "e1", EPISODID="the one")
    assert told(found(desk)) == [
        ("gone", "e1", "Its identifier was changed; the episode is now the one."),
        ("gone", "e2", "Its identifier was changed; the episode is now another."),
    ]
    known = ask(desk.store, read.known_episodes, ask(desk.store, agencies.one), ["the one"])["the one"]
    with desk.store.writing(Who("bob", NOW)) as work:
        save.delete(work, "episode", known.episode.id, known.episode.version)
    assert told(found(desk)) == [
        (
            "gone",
            "e1",
            "No episode of that identifier is in the store: its identifier was changed. 1 event went with it.",
        ),
        ("gone", "e2", "Its identifier was changed; the episode is now another."),
    ]


def test_the_area_of_residence_is_told_as_initials_and_birth_date_are(desk: Desk) -> None:
    """With these a client is matched; an area that was not known and is filled in denies nothing."""
    sent(desk, [row("1"), row("2", DAT=""), withheld("3")])
    change(desk, "e1", DAT="A09B")
    change(desk, "e2", DAT="A09B")
    mismatch, *others = found(desk).found
    assert (mismatch.kind, mismatch.subject, mismatch.header, mismatch.state) == ("residence", "e1", "DAT", "open")
    assert mismatch.episode_id and [(one.was, one.now) for one in mismatch.fields] == [("A11B", "A09B")]
    assert others == []


def test_a_blank_that_is_filled_in_changes_nobody_s_identity(desk: Desk) -> None:
    sent(desk, [row("1", SEX=""), row("2", FINITIAL="")])
    change(desk, "e1", SEX="2")
    change(desk, "e2", FINITIAL="X", SINITIAL="Y")
    (mismatch,) = found(desk).found
    assert (mismatch.kind, mismatch.subject) == ("identity", "c2")
    assert [one.header for one in mismatch.fields] == ["SINITIAL"]
    change(desk, "e1", SEX="")
    assert len(found(desk).found) == 1


def test_the_next_return_is_compared_with_the_latest_submission_whatever_was_marked_last(desk: Desk) -> None:
    desk.take([row("1"), row("2", REFLD="20201201", TRIAGED="20201201", CPLANDT="20201201")])
    agency = ask(desk.store, agencies.one)
    for month in ("2020-12", "2020-10"):
        desk.send(month).file.unlink()
    latest, older = ask(desk.store, extracts.listed, agency)
    for one in (latest, older):
        with desk.store.writing(Who("ann", NOW)) as work:
            stored_sent.mark(work, one.id)
    with desk.store.writing(Who("bob", NOW)) as work:
        save.delete(work, "episode", ask(desk.store, read.known_episodes, agency, ["e2"])["e2"].episode.id, 1)
    mismatches = found(desk)
    assert mismatches.sent is not None and mismatches.sent.id == latest.id
    assert [(one.kind, one.subject) for one in mismatches.found] == [("gone", "e2")]


def test_a_receipt_says_what_changed_since_the_last_one_that_was_sent(desk: Desk) -> None:
    sent(desk, [row() | visit(), row("2"), row("3") | visit("3")], "2020-11")
    desk.take([row("4") | visit("4"), row("4") | referral("4"), row("5", DISD="20180601", CJDISRSN="2")])
    change(desk, "e2", SEX="2")
    known = ask(desk.store, read.known_episodes, ask(desk.store, agencies.one), ["e1", "e3"])
    with desk.store.writing(Who("bob", NOW)) as work:
        save.delete(work, "event", known["e1"].events[0].id, 1)
        save.delete(work, "client", known["e3"].client.id, 1)
    receipt = desk.send()
    # An event that came or went with its episode is as new, or as gone, as one by itself.
    counts = {"episodes": {"new": 1, "gone": 1, "changed": 2}, "events": {"new": 2, "gone": 2, "changed": 0}}
    assert receipt.as_mapping()["changed_since"] == {"submission": "2020-11", **counts}
    preview = ask(desk.store, preview_extract, Work(ask(desk.store, agencies.one), STANDARD, TODAY), "2020-12")
    compared = ask(desk.store, changes_since, preview, ask(desk.store, extracts.listed, preview.agency)[0])
    assert [compared.count(one) for one in ("new", "gone", "changed")] == [1, 1, 2], "as the screen counts"
    assert [compared.count(one, events=True) for one in ("new", "gone", "changed")] == [2, 2, 0]
    assert compared.alike == 0
    told = "since 2020-11, which was sent: episodes 1 new, 1 gone, 2 changed; events 2 new, 2 gone, 0 changed"
    assert f"  {told}" in list(told_as_text(receipt))
    kept = list(receipt_lines(ask(desk.store, extracts.listed, preview.agency)[-1], STANDARD))
    at = kept.index("# Changed since 2020-11, which was sent")
    assert kept[at + 2 : at + 4] == ["  Episodes 1 new, 1 gone, 2 changed", "  Events 2 new, 2 gone, 0 changed"]
    assert "# Left out with errors: 1" in kept and "    1005, e5" in kept
