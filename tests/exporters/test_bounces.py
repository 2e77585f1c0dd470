"""The portal's list of what it refused leads back to the very record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from exporters.checks.bounce import Bounce
from exporters.checks.bounces import as_mapping, read_bounces, told_as_text
from exporters.extracts.writing import export_submission
from exporters.work import Work
from store.facts import Who
from store.month import extracts
from store.records import agencies, save
from store.records import read as records_read
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, referral, row, visit, withheld
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


def test_a_number_that_persons_give_events_names_no_record(desk: Desk, sent: str) -> None:
    fields = tuple(replace(one, keyed="person") if one.header == "SUBMID" else one for one in STANDARD.fields)
    agency, numbered = ask(desk.store, agencies.one), replace(STANDARD, fields=fields)
    (found,) = ask(desk.store, read_bounces, agency, numbered, sent, "error in 'sv3': SUBMODDT")
    assert found.why_not == "it has no line number and no identifier of this extract"
    (found,) = ask(desk.store, read_bounces, agency, numbered, sent, "line 6: SUBMODDT")
    assert (found.episode, bool(found.event_id)) == ("77", True)


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
    wide = ask(desk.store, read_bounces, agency, STANDARD, sent, 'line,"' + "x" * 200_000 + '\n2,"' + "y" * 200_000)
    assert [one.line for one in wide] == [2]


def found(desk: Desk, extract: str, text: str, **how: bool) -> list[Bounce]:
    """What is read of a list."""
    return ask(desk.store, read_bounces, ask(desk.store, agencies.one), STANDARD, extract, text, **how)


@pytest.mark.parametrize("text", [".", ":", "a . b", "{}", "'' :", ". SEX :"])
def test_a_sign_alone_never_means_an_empty_cell(desk: Desk, sent: str, text: str) -> None:
    (one,) = found(desk, sent, text)
    assert not one.leads and one.why_not == "it has no line number and no identifier of this extract"


@pytest.mark.parametrize("sign", ["\t", ",", ";", "|"])
def test_a_heading_says_what_the_columns_are_and_is_no_fault(desk: Desk, sent: str, sign: str) -> None:
    table = [
        ["No", "Row Number", "Field Name", "Rule", "Message"],
        ["1", "3", "REFDATE", "85", "not before 2021"],
        ["2", "6", "postcode", "28", "6 characters at most"],
        ["3", "99", "SEX", "4", "e1"],
    ]
    text = "\n".join(sign.join(cells) for cells in table)
    assert [(one.number, one.line, one.episode, one.field, one.rule) for one in found(desk, sent, text)] == [
        (2, 3, "e1", "REFDATE", "85"),
        (3, 6, "77", "PC", "28"),
        (4, 0, "", "SEX", "4"),
    ]
    assert found(desk, sent, text)[2].why_not == "the extract has no line 99"
    # The next page of the list has the heading again; what is typed beside it has no columns.
    more = f"{text}\n{text}\n6 PC\nrows 2 and 4"
    assert [one.line for one in found(desk, sent, more)] == [3, 6, 0, 3, 6, 0, 6, 2, 4]


def test_columns_of_identifiers_are_read_whatever_their_case_and_braces(desk: Desk, sent: str) -> None:
    text = "Error,EpisodID,CLIENTID\n2,{E2},\n3,,C3\n4,E4,c4\n5,nobody,\n6,,"
    assert [(one.line, one.episode) for one in found(desk, sent, text)] == [
        (4, "e2"),
        (6, "77"),
        (7, "e4"),
        (0, ""),
        (0, ""),
    ]
    assert [one.episode for one in found(desk, sent, "EPISODID\ne2\n77")] == ["e2", "77"]
    assert [one.line for one in found(desk, sent, "Line\n2\n3")] == [2, 3]
    assert [one.line for one in found(desk, sent, "Row Number\n2\n3")] == [2, 3]
    with pytest.raises(Problem, match="a heading and nothing below it"):
        found(desk, sent, "Line;Field\n")


def test_without_a_heading_identifiers_are_met_in_any_case_and_in_braces(desk: Desk, sent: str) -> None:
    assert [one.episode for one in found(desk, sent, "{E1}: DOB\nclientid C3 PC\nE4.\n(rr1)")] == [
        "e1",
        "77",
        "e4",
        "e1",
    ]


def test_a_number_that_is_called_a_line_is_one_wherever_it_stands(desk: Desk, sent: str) -> None:
    text = "Row Number: 6\n1. Row 6: PC\nDOB wrong in line no. 6\nrecord #6\n2021-01-05 row number 6"
    assert [one.line for one in found(desk, sent, text)] == [6] * 5


def test_clients_and_numbers_of_the_list_are_not_taken_for_lines(desk: Desk, sent: str) -> None:
    desk.take([row("5", CLIENT="3", EPISODID="e5"), row("6", CLIENT="500", EPISODID="e6")])
    desk.take([row("6", CLIENT="500", EPISODID="e7", REFLD="20201109", TRIAGED="20201110", CPLANDT="20201111")])
    folder = desk.folder / "again"
    folder.mkdir()
    its = export_submission(
        desk.store, Work(ask(desk.store, agencies.one), STANDARD, TODAY), "2020-12", folder, Who("ann", NOW)
    )
    extract = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[-1].id
    assert its.tally.rows == 8
    client, number, both, several = found(desk, extract, "Client 3: DOB\nreference no. 500 SEX\n3 DOB\n500 refused")
    assert (client.episode, client.doubt) == ("e5", "")
    assert number.episode == "e6" and number.doubt == "that client has 2 episodes in the extract: this is the first"
    assert (both.line, both.episode) == (3, "e1")
    assert both.doubt == f"3 is an identifier in line {client.line}, too: it may mean that one"
    assert several.episode == "e6" and several.doubt == number.doubt
    (told,) = found(desk, extract, "Line 2: e2")
    assert (told.episode, told.doubt) == ("e2", "line 2 is of another episode")
    (its_own,) = found(desk, extract, f"client 500 in line {number.line + 1}")
    assert (its_own.episode, its_own.doubt) == ("e7", "")
    counted = found(desk, extract, "1 bad\n2 bad\n3 e2 bad")
    assert [one.line for one in counted] == [1, 2, 4]
    assert [bool(one.doubt) for one in counted] == [False, True, False] and "count 1, 2, 3" in counted[1].doubt
    assert any("(3 is an identifier" in line for line in told_as_text([both], STANDARD))


def test_what_was_changed_after_the_extract_is_marked(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    episode = ask(desk.store, records_read.known_episodes, agency, ["e2"])["e2"].episode
    with desk.store.writing(Who("ann", NOW + timedelta(hours=1))) as work:  # whoever looks has mended nothing yet
        work.chain.add_look(episode.parent_id)
        save.annotate(work, episode.id, note="asked the key worker")
    assert not any(one.changed for one in found(desk, sent, "4 TRIAGED\n4"))
    with desk.store.writing(Who("ann", NOW - timedelta(hours=1))) as work:  # by a clock that is behind
        save.change(work, "episode", episode.id, {**episode.values, "TRIAGED": "20201103"}, episode.version)
    marked = found(desk, sent, "4 TRIAGED\n4 CPLANDT\n4\n2 TRIAGED")
    assert [one.changed for one in marked] == [True, False, True, False]
    assert as_mapping(marked[0])["changed"] is True
    told = list(told_as_text(marked, STANDARD))
    assert told[0].endswith("0 do not, 2 changed since") and told[1].endswith("TRIAGED, changed since")


def test_an_identifier_that_two_bear_by_now_leads_to_neither(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(Who("ann", NOW)) as unit:
        client = save.create(unit, "client", agency.id, "", {})
        save.create(unit, "episode", client.id, "", {"EPISODID": "e1"})
    first, other = ask(desk.store, read_bounces, agency, STANDARD, sent, "2\n4")
    assert not first.episode_id and first.why_not == "2 episodes in the store bear its identifier: mend one first"
    assert other.episode_id


def test_an_identifier_that_went_to_somebody_else_since_says_so(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    known = ask(desk.store, records_read.known_episodes, agency, ["e1", "e2"])
    with desk.store.writing(Who("ann", NOW)) as unit:
        for own, name in (("e1", "e2"), ("e2", "e1")):
            episode = known[own].episode
            save.change(unit, "episode", episode.id, {**episode.values, "EPISODID": name}, episode.version)
    one, other, third = found(desk, sent, "2\n4 TRIAGED\n6")
    assert one.doubt == "Date of birth differs from what was sent: mended since, or this is somebody else by now"
    assert other.doubt == one.doubt and not third.doubt


def test_titles_may_stand_above_the_headings_of_a_list(desk: Desk, sent: str) -> None:
    """Its numbers are those of its columns then: without the headings a rule's would be taken for a line."""
    table = "3 December 2020: rejected\n\nRule,Line,Field\n4,3,SEX\n2,6,PC\n3 faults\n"
    agency = ask(desk.store, agencies.one)
    for text in (table, f"sep=,\n{table}"):
        found = ask(desk.store, read_bounces, agency, STANDARD, sent, text)
        assert [(one.line, one.rule, one.field) for one in found] == [
            (0, "", ""),
            (3, "4", "SEX"),
            (6, "2", "PC"),
            (3, "", ""),
        ]
        assert found[0].why_not == "it stands above the headings of the list" and not found[0].leads
        assert [bool(one.doubt) for one in found] == [False, False, False, True]
    assert read(desk, sent, "3 SEX\nRule,Line\n4,6") == [(0, "", "", False), (6, "77", "", True)]


def test_a_cell_in_quotation_marks_goes_on_over_lines_that_lead_nowhere_else(desk: Desk, sent: str) -> None:
    table = 'EPISODID,Message\ne2,"Refused:\nsee e1, line 2\n and ""77"""\ne4,late\n'
    assert [(line, episode) for line, episode, *_ in read(desk, sent, table)] == [(4, "e2"), (7, "e4")]
    assert read(desk, sent, '4,"SEX is\n2 of 3"\n6;PC') == [(4, "e2", "SEX", False), (6, "77", "PC", False)]
    typed = 'Line,Message\n4,"SEX\n6,5" is PC\n7,"x'
    assert [one[0] for one in read(desk, sent, typed)] == [4, 6, 7], "a mark that nothing closes is none of a cell"


def test_the_program_s_own_list_of_findings_leads_by_its_identifiers_alone(desk: Desk, sent: str) -> None:
    head = "row,severity,rule,field,fields,message,accepted"
    own = f"reference,episode,{head},values\nC-3,77,2,error,2,PC,PC,missing,,PC=\nA-1,e1,6,notice,4,SEX,SEX,odd,,\n"
    assert read(desk, sent, own) == [(6, "77", "PC", False), (2, "e1", "SEX", False)]
    assert read(desk, sent, f"{head}\n2,error,2,PC,PC,missing,\n") == [(0, "", "PC", False)], "anonymous"


def test_an_identifier_beside_a_line_of_another_record_is_told(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    text = "Line,Case,Message\n4,e1,DISD late\n4,e2,DISD late\n"
    one, other = ask(desk.store, read_bounces, agency, STANDARD, sent, text)
    assert one.episode == other.episode == "e2" and other.doubt == ""
    assert one.doubt == "an identifier beside it is that of line 2: it may mean that one"


def test_a_list_of_another_agency_of_the_store_leads_to_nobody_of_this_one_unsaid(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(Who("ann", NOW)) as unit:
        agencies.enter(unit, "T0777", STANDARD.id)

    def told(text: str) -> list[str]:
        """For each line where it leads, else why nowhere; and what else it may mean."""
        found = ask(desk.store, read_bounces, agency, STANDARD, sent, text)
        return [one.doubt or (one.episode if one.leads else one.why_not) for one in found]

    doubt = f"agency T0777 is named, and this is {agency.code}"
    no, above = f"it is of agency T0777, and this is {agency.code}", "it stands above the headings of the list"
    assert told(f"CJIT agency code,Line,Field\nt0777,4,PC\n{agency.code},4,PC\n,4,PC\nLeeds 0777,4,PC\n") == [
        no,
        "e2",
        "e2",
        "e2",
    ]
    assert told(f"List of T0777\nAgency;Line;Field\n;4;PC\n{agency.code};4;PC\n") == [above, doubt, "e2"]
    assert told("4: bad DOB, T0777\n4: bad DOB") == [doubt, "e2"]
    assert told(f"Line,Message\n4,DAT is of T0777 and {agency.code}\n4,T0777: DAT late\n") == ["e2", doubt]


def test_a_file_s_name_above_a_list_tells_whose_it_is(desk: Desk, sent: str) -> None:
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(Who("ann", NOW)) as unit:
        agencies.enter(unit, "T0777", STANDARD.id)
    text = "T0777-20200401-20201231-CJIT-P.csv\nline 4: late\nline 6: PC"
    title, one, other = ask(desk.store, read_bounces, agency, STANDARD, sent, text)
    assert not title.leads and one.episode == "e2"
    assert one.doubt == other.doubt == f"agency T0777 is named, and this is {agency.code}"
    own = ask(desk.store, read_bounces, agency, STANDARD, sent, text.replace("T0777", agency.code))
    assert not any(one.doubt for one in own)
    named = text.replace("T0777-", "NDTMS_T0777_")
    assert [one.doubt for one in ask(desk.store, read_bounces, agency, STANDARD, sent, named)[1:]] == [one.doubt] * 2


def test_of_events_of_one_identifier_a_line_leads_to_its_own_and_to_none_unsaid_once_that_is_mended(
    desk: Desk,
) -> None:
    """Also of those without one: it leads to the one most like the row."""
    desk.take([row() | visit(), row("2") | visit("")])
    agency = ask(desk.store, agencies.one)
    one, two = ask(desk.store, records_read.episodes, agency)
    with desk.store.writing(Who("ann", NOW)) as unit:
        for record, name in ((one, "s1"), (two, "")):
            save.change(unit, "event", record.events[0].id, visit(SUBMID=name), 1)
            save.create(unit, "event", record.episode_id, "sub_intervention", visit(SUBMID=name, SUBMODDT="20200801"))
    desk.send()
    extract = ask(desk.store, extracts.listed, agency)[-1].id
    own = [event.id for record in ask(desk.store, records_read.episodes, agency) for event in record.events]
    told = found(desk, extract, "3\n2\n5\n4")
    assert [(each.event_id, each.doubt) for each in told] == [(own[at], "") for at in (1, 0, 3, 2)]
    with desk.store.writing(Who("ann", NOW)) as unit:
        save.change(unit, "event", own[0], visit("9"), records_read.get(unit, "event", own[0]).version)
    mended, other = found(desk, extract, "2\n3")
    assert mended.doubt.endswith("differs from what was sent: mended since, or another one") and not other.doubt
    with desk.store.writing(Who("ann", NOW)) as unit:
        save.delete(unit, "event", own[1], 1)
    bare, named = found(desk, extract, "3\n3 SUBMODDT")
    why = "its sub-intervention is not in the store any more: deleted, or its identifier changed"
    assert (bare.episode_id, bare.event_id, bare.doubt) == (one.episode_id, "", why)
    assert not named.leads and named.why_not == why


def test_of_the_rows_of_an_episode_the_line_or_the_field_tells_which_is_meant(desk: Desk, sent: str) -> None:
    """The first row of the episode was opened, although the list gave the other one's line, or a field it has not."""
    head = "Line,Episode ID,Field\n"
    for text in (f"{head}3,e1,REFDATE", f"{head}2,e1,SUBMODDT", "line 3: episode e1 REFDATE", f"{head}3,e1,DOB"):
        (one,) = found(desk, sent, text)
        assert (one.line, one.doubt) == (2 if "SUBMODDT" in text else 3, ""), text
    for text, line in (("REFDATE", 3), ("SUBMODDT", 2), ("DOB", 2)):
        for head, name in (("Episode ID", "e1"), ("Client reference", "A-1")):
            (one,) = found(desk, sent, f"{head},Field\n{name},{text}")
            assert (one.line, bool(one.event_id), one.doubt) == (line, text != "DOB", ""), text


def test_where_several_events_of_an_episode_may_be_meant_a_line_says_so(desk: Desk) -> None:
    desk.take(
        [
            row() | visit("1"),
            row() | referral("1"),
            row() | referral("2", REFDATE="20200711"),
            row("2") | referral("3"),
            row("2") | referral("4", REFDATE="20200711"),
        ]
    )
    desk.send()
    agency = ask(desk.store, agencies.one)
    extract = ask(desk.store, extracts.listed, agency)[-1].id
    one, two = (found(desk, extract, f"line {number}")[0].episode for number in (2, 5))
    (told,) = found(desk, extract, f"Episode ID,Field\n{one},REFDATE")
    assert (told.line, told.doubt) == (3, "that episode has 2 rows with that field: this is the first")
    assert told.event_id
    # A list that counts rows gives the row before: that may be of the same episode, too.
    by_line = [found(desk, extract, f"Row,Episode ID,Field\n{line},{one},REFDATE")[0] for line in (3, 4)]
    assert [(each.line, each.doubt) for each in by_line] == [(3, ""), (4, "")]
    text = f"Row,Episode ID,Field\n3,{one},REFDATE\n4,{two},REFDATE"
    near, other = found(desk, extract, text)
    assert near.doubt.startswith("other lines of the list are of other records")
    assert (other.line, other.doubt) == (5, "line 4 is of another episode")
    right = found(desk, extract, text, headings_are_line_1=False)
    assert [(each.line, each.doubt) for each in right] == [(4, ""), (5, "")]


def test_a_list_of_an_agency_that_the_store_does_not_know_leads_to_nobody_unsaid(desk: Desk, sent: str) -> None:
    """A store has one agency mostly; what the portal said of another led into its records."""
    code = ask(desk.store, agencies.one).code
    named = f"agency T0999 is named, and this is {code}"
    for above in ("File T0999-20200401-20201231-CJIT-P.csv", "Agency: T0999", "Agency code T0999"):
        for table in ("Line,Field\n4,PC\n6,PC", "line 4: PC\nline 6: PC"):
            told = [one.doubt for one in found(desk, sent, f"{above}\n{table}") if one.leads]
            own = [one.doubt for one in found(desk, sent, f"{above}\n{table}".replace("T0999", code)) if one.leads]
            assert (told, own) == ([named, named], ["", ""]), above
    under = found(desk, sent, f"Agency,Line,Field\nT0999,4,PC\n{code.lower()},4,PC\nLeeds,4,PC\n,4,PC")
    assert [one.why_not for one in under] == [f"it is of agency T0999, and this is {code}", "", "", ""]
    assert not any(one.doubt for one in under)
    text = f"T0999-20200401-20201231-CJIT-P.csv\nLine,Field\n4,PC\nAgency: {code}\n6,PC"
    assert [one.doubt for one in found(desk, sent, text) if one.leads] == [named, ""]
