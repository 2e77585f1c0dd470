"""The plain difference between two extracts: new, gone and changed, field by field."""

from dataclasses import replace

import pytest

from exporters.csv_format.pager import KeptTable
from exporters.extracts.compare import Comparison, FieldChange, compare_texts
from exporters.formats.base import EarlierText
from store.facts import Who
from store.month import extracts
from store.records import agencies, merge, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import HEADERS, NOW, STANDARD, Row, referral, row, table, visit, withheld
from tests.exporters.journeys import Returns
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, modality, top
from tui.screens.extract.queries import place_of
from validators.problems import Problem

ANN = Who("ann", NOW)


def compared(old: list[Row], new: list[Row], cut: int = 7) -> Comparison:
    """Compare rows as texts that arrive in odd pieces."""

    def pieces(rows: list[Row]) -> list[bytes]:
        data = b"\xef\xbb\xbf" + table(rows).encode()
        return [data[at : at + cut] for at in range(0, len(data), cut)]

    return compare_texts(pieces(old), pieces(new), STANDARD)


def told(comparison: Comparison) -> list[tuple[object, ...]]:
    return [(one.change, one.episode, one.section, one.event, one.fields) for one in comparison.differences]


def test_equal_extracts_have_no_difference_in_whatever_order() -> None:
    rows = [row() | visit(), row() | referral(), withheld("2")]
    assert compared(rows, rows).differences == () and compared(rows, rows).alike == 2
    turned = compared(rows, [rows[2], rows[1], rows[0]])
    assert turned.differences == () and turned.alike == 2


def test_what_was_written_in_an_edition_that_was_left_is_read_in_its_own_encoding() -> None:
    then = replace(STANDARD, submission=replace(STANDARD.submission, encoding="windows-1252"))
    text = table([row(CLIENT="Zoë")])
    old = EarlierText([text.encode("windows-1252")], then, {})
    assert compare_texts(old, [text.encode()], STANDARD).differences == ()


def test_episodes_and_events_are_new_gone_and_changed_field_by_field() -> None:
    old = [row() | visit(), row() | referral(), row("2") | visit("2"), row("3")]
    new = [row() | visit(RECPEER="N"), row() | visit("9"), row("3", DISD="20200901"), row("4")]
    found = compared(old, new)
    assert told(found) == [
        ("changed", "e1", "sub_intervention", "s1", (FieldChange("RECPEER", "Y", "N"),)),
        ("gone", "e1", "referral", "r1", ()),
        ("new", "e1", "sub_intervention", "s9", ()),
        ("gone", "e2", "", "", ()),
        ("changed", "e3", "", "", (FieldChange("DISD", "", "20200901"),)),
        ("new", "e4", "", "", ()),
    ]
    assert found.alike == 0 and found.differences[3].events == 1 and found.differences[0].reference == "1001"
    counts = [found.count("new"), found.count("gone"), found.count("changed"), found.count("new", events=True)]
    assert counts == [1, 1, 2, 1], "the first one by its events"


def test_quoted_cells_with_line_ends_and_commas_are_one_cell() -> None:
    odd = 'a,"b"\r\nc'
    assert compared([row(CLIENT=odd)], [row(CLIENT=odd)]).differences == ()
    [one] = compared([row(CLIENT=odd), row("2")], [row(CLIENT="x"), row("2")]).differences
    assert one.fields == (FieldChange("CLIENT", odd, "x"),)


def test_what_the_program_writes_of_itself_is_no_change() -> None:
    assert compared([row(CMSID="Keywork 1")], [row(CMSID="Keywork 2")]).differences == ()


def test_rows_without_an_identifier_and_two_clients_under_one_are_kept_apart() -> None:
    old = [row(EPISODID=""), row("1"), row("2", EPISODID="e1")]
    new = [row("1"), row("2", EPISODID="e1", DRUG1="7300")]
    assert [(one.change, one.client) for one in compared(old, new).differences] == [("gone", "c1"), ("changed", "c2")]


def test_what_differs_in_wales_leads_to_the_journey_and_to_no_other_one_s_event_of_that_number(wales: Returns) -> None:
    """Every client has a first TOP."""
    wales.keyed(top(), CLIENTNO="5")
    one = wales.keyed(top(), modality(), CLIENTNO="9")
    client = ask(wales.store, read.episode_record, one).client_id
    (its, other) = ask(wales.store, read.tree, client).episodes[0].events
    texts = []
    for _ in range(2):
        wales.export("2026-03", "full")
        texts.append(ask(wales.store, extracts.text, wales.latest().id))
        if len(texts) == 1:
            wales.change_event(its.id, QUALITY="5")
            wales.change_event(other.id, MODEXIT="01", MODENDD="2026-03-20")
            wales.change(one, LA="001")
    found = compare_texts(texts[0], texts[1], WALES).differences
    places = [ask(wales.store, place_of, wales.agency, WALES, each) for each in found]
    assert {place[:2] for place in places} == {(client, one)}
    assert {(each.section, place[2:]) for each, place in zip(found, places, strict=True) if each.fields} >= {
        ("", ("", "LA")),
        ("top", (its.id, "QUALITY")),
    }


def test_what_differs_leads_nowhere_once_its_identifier_is_another_client_s(desk: Desk) -> None:
    desk.take([row("1"), row("2")])
    agency = ask(desk.store, agencies.one)
    (difference,) = compared([row("1")], [row("1", DRUG1="1101")]).differences
    (own, other) = ask(desk.store, lambda snapshot: [*read.episodes(snapshot, agency)])
    assert ask(desk.store, place_of, agency, STANDARD, difference)[:2] == (own.client_id, own.episode_id)
    merged = do(desk.store, ANN, merge.merge, other.client_id, own.client_id)
    assert ask(desk.store, place_of, agency, STANDARD, difference)[:2] == (other.client_id, own.episode_id)
    do(desk.store, ANN, merge.split, merged.id)
    for one, name in ((own, "e9"), (other, "e1")):
        now = ask(desk.store, read.get, "episode", one.episode_id)
        do(desk.store, ANN, save.change, "episode", now.id, {**now.values, "EPISODID": name}, now.version)
    with pytest.raises(Problem, match="another client's by now"):
        ask(desk.store, place_of, agency, STANDARD, difference)


def test_columns_that_only_one_has_are_told_and_not_compared() -> None:
    fewer = [header for header in HEADERS if header != "DRUG1"]
    found = compare_texts([table([row()]).encode()], [table([row()], fewer).encode()], STANDARD)
    assert (found.columns_gone, found.columns_new, found.differences, found.alike) == (("DRUG1",), (), (), 1)
    with pytest.raises(Problem, match="another data set or edition"):
        compare_texts([b"A,B\r\n1,2\r\n"], [table([row()]).encode()], STANDARD)


def test_a_kept_text_is_looked_through_by_pages_and_comes_back_byte_for_byte() -> None:
    rows = [row(str(number), CLIENT='x\n"y"' if number == 700 else "z") for number in range(1500)]
    data = table(rows).encode()
    text = KeptTable("utf-8", [data[at : at + 1000] for at in range(0, len(data), 1000)])
    assert text.rows == 1500 and tuple(text.headers) == HEADERS and b"".join(text.pieces()) == data
    identity = HEADERS.index("EPISODID")
    assert [cells[identity] for cells in text.cells(698, 4)] == ["e698", "e699", "e700", "e701"]
    assert text.cells(700, 1)[0][HEADERS.index("CLIENT")] == 'x\n"y"'
    assert text.cells(1499, 10)[0][identity] == "e1499" and text.cells(1500, 10) == []
    assert [cells[identity] for cells in text.cells(0, 1500)] == [f"e{number}" for number in range(1500)]
    assert "".join(text.lines(0, 2000)) == data.decode()
    assert KeptTable("utf-8").rows == 0 and KeptTable("utf-8").lines(0, 5) == []
