"""The portal's list of what it refused leads back to the very record."""

import pytest

from exporters.checks.bounces import as_mapping, read_bounces, told_as_text
from store.facts import Who
from store.month import extracts
from store.records import agencies, save
from store.records import read as records_read
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, referral, row, visit, withheld
from tests.stores import ask
from validators.problems import Problem


@pytest.fixture
def sent(desk: Desk) -> str:
    """An extract of three clients, six rows; its id."""
    desk.take(
        [
            row("1", CLIENT="A-1", EPISODID="e1") | visit("v1"),
            row("1", CLIENT="A-1", EPISODID="e1") | referral("r1"),
            row("2", CLIENT='B "two"\nlines', EPISODID="e2"),
            row("3", CLIENT="C-3", EPISODID="77") | visit("v3"),
            withheld("4", EPISODID="e4"),
        ]
    )
    desk.send()
    return ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1].id


def read(desk: Desk, extract: str, text: str, **how: bool) -> list[tuple[int, str, str, bool]]:
    """For each line: the line of the file, the episode, the field, whether it leads to an event."""
    agency = ask(desk.store, agencies.one)
    found = ask(desk.store, read_bounces, agency, STANDARD, extract, text, **how)
    return [(one.line, one.episode, one.field, bool(one.event_id)) for one in found]


def test_line_numbers_with_whatever_stands_beside_them(desk: Desk, sent: str) -> None:
    pasted = "2\n Line 3: REFDATE is wrong\n\nrow 4, rule 2, sex\n#2;DISD;Rule 13;missing\n6 PC"
    # The second client's reference has a line end in it: his row takes lines 4 and 5.
    assert read(desk, sent, pasted) == [
        (2, "e1", "", True),
        (3, "e1", "REFDATE", True),
        (4, "e2", "SEX", False),
        (2, "e1", "DISD", False),
        (6, "77", "PC", False),
    ]
    assert read(desk, sent, "4\n5") == [(4, "e2", "", False)] * 2
    assert read(desk, sent, "1\n2", headings_are_line_1=False) == [(2, "e1", "", True), (3, "e1", "", True)]


def test_a_line_that_names_several_is_one_for_each(desk: Desk, sent: str) -> None:
    assert [line for line, *_ in read(desk, sent, "2, 3;4 and 6\n 2 3 \n")] == [2, 3, 4, 6, 2, 3]
    told = read(desk, sent, "DISD is missing on rows 2, 3, and 6 (rule 13)")
    assert [(line, field) for line, _, field, _ in told] == [(2, "DISD"), (3, "DISD"), (6, "DISD")]
    assert [line for line, *_ in read(desk, sent, "Rows 2: too late\n2, 3 PC")] == [2, 2]
    agency = ask(desk.store, agencies.one)
    found = ask(desk.store, read_bounces, agency, STANDARD, sent, "Rows 2 and 9: too late")
    assert [one.text for one in found] == ["Rows 2: too late", "Rows 9: too late"]
    assert [one.number for one in found] == [1, 1] and found[1].why_not == "the extract has no line 9"


def test_identifiers_tell_more_than_numbers(desk: Desk, sent: str) -> None:
    assert read(desk, sent, "rr1\nerror in 'sv3': SUBMODDT\ne1, DOB\n77 refused\nLine 2 e4") == [
        (3, "e1", "", True),
        (6, "77", "SUBMODDT", True),
        (2, "e1", "DOB", False),
        (6, "77", "", True),
        (7, "e4", "", False),
    ]


def test_what_leads_nowhere_is_named_and_nothing_is_lost(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    episode = ask(desk.store, records_read.known_episodes, agency, ["e2"])["e2"].episode
    with desk.store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", episode.id, episode.version)
    found = ask(desk.store, read_bounces, agency, STANDARD, sent, "99\n1 bad heading\nwhat is this?\n4\n2 rule 9")
    assert [one.leads for one in found] == [False, False, False, False, True]
    assert [one.why_not.split(":")[0] for one in found] == [
        "the extract has no line 99",
        "line 1 holds the headings, so it is no record's fault",
        "it has no line number and no identifier of this extract",
        "its episode is not in the store any more",
        "",
    ]
    assert (found[4].rule, found[4].reference, as_mapping(found[0])["line"]) == ("9", "A-1", None)
    told = list(told_as_text(found, STANDARD))
    assert told[0] == "5 lines, 1 lead to a record, 4 do not" and "what is this?" in told[3] and len(told) == 6


def test_a_list_or_extract_that_cannot_be_read_is_one_sentence(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    for extract, text, sentence in (
        (sent, " \n\t\n", "list is empty"),
        (sent, "1\n" * 100_001, "at most 100,000"),
        ("none", "1", "no extract none"),
    ):
        with pytest.raises(Problem, match=sentence):
            ask(desk.store, read_bounces, agency, STANDARD, extract, text)
    hostile = ask(desk.store, read_bounces, agency, STANDARD, sent, "\x1b[31m999999999999\n" + "x" * 10_000)
    assert not any(one.leads for one in hostile) and len(hostile[1].text) == 500
