"""An existing extract comes into the store, faults and all, once; what is known is compared, never overwritten."""

from datetime import date
from pathlib import Path

import pytest

from exporters.csv_format.reading import read_extract
from exporters.formats.base import Taking
from exporters.imports.csv_import import Import
from exporters.imports.judged import Judged
from exporters.imports.report import ImportReport, told_as_text
from store.disk import audit, copy_notes
from store.facts import Counts, Draft, Who
from store.live import drafts, presence
from store.month import letters
from store.records import agencies, save
from store.records import read as records_read
from store.store import open_store
from tests.exporters.desks import Desk, opened, standards
from tests.exporters.extracts import (
    HEADERS,
    NOW,
    SAMPLE,
    STANDARD,
    essence,
    read,
    referral,
    row,
    table,
    visit,
    withheld,
    write,
)
from tests.stores import ask, do
from tests.validators.builders_smds import WALES
from validators.problems import Problem
from validators.standard.catalogue import load


def differences(desk_report: object) -> list[tuple[int, str, str, str]]:
    items = desk_report.differences  # type: ignore[attr-defined]
    return [(item.line, item.header, item.kept, item.told) for item in items]


def test_the_sample_comes_in_as_it_is(desk: Desk) -> None:
    report = desk.take(SAMPLE)
    assert report.new == Counts(120, 120, 160) and (report.rows, report.episodes, report.unchanged) == (189, 120, 0)
    assert not (report.left_out or report.disagreements or report.differences or report.notes)
    rows = read(SAMPLE)
    kept = desk.kept()
    firsts = {each["EPISODID"]: each for each in reversed(rows)}
    assert len(kept) == len(firsts)
    for values in kept:
        for header, value in values.items():
            assert firsts[values["EPISODID"]][header] == value
    assert sum(map(len, desk.events())) == 160


def test_the_same_again_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.take(SAMPLE)
    links, kept = desk.links(), desk.kept()
    for update in (False, True):
        report = desk.take(SAMPLE, update=update)
        assert report.new == Counts() and report.unchanged == 120 and report.updated == 0
        assert "Nothing to change." in list(told_as_text(report, dry_run=False, update=update))
    assert (desk.links(), desk.kept()) == (links, kept)


@pytest.mark.parametrize("name", ["C1", "ｃ１", "c1\u00ad", "0c1"])
def test_an_identifier_that_is_another_by_its_looks_alone_joins_nobody_and_is_told(desk: Desk, name: str) -> None:
    desk.take([row(), row("2")])
    report = desk.take([row(CLIENTID=name, EPISODID="e9"), row("3")], update=True)
    assert report.new.clients == 2 and report.updated == 0
    assert report.notes == [
        "perhaps twice in the store then, by initials, birth date and sex: 1 client, under another identifier"
    ]
    assert desk.take([row("4")]).notes == []


def test_the_same_rows_in_another_order_change_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.take(SAMPLE)
    links = desk.links()
    report = desk.take(write(tmp_path, reversed(read(SAMPLE)), HEADERS[::-1]), update=True)
    assert report.unchanged == 120 and desk.links() == links


def test_a_dry_run_tells_all_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.take([row()])
    links = desk.links()
    path = write(tmp_path, [row(PC="NE8 1") | visit(), row("2"), row("3", EPISODID="")])
    job = Import(path, STANDARD)
    assert job.prepare(desk.store, None) == "T0123"
    lines = list(told_as_text(job.report, dry_run=True, update=False))
    assert "New: 1 client, 1 episode, 1 event (nothing was written)" in lines
    assert any("line 4: EPISODID is missing" in line for line in lines)
    assert any("line 2: PC: store 'NE1 4', file 'NE8 1'" in line for line in lines)
    assert desk.links() == links and len(desk.kept()) == 1


def test_what_a_check_says_before_and_after_is_told_in_the_data_sets_own_terms() -> None:
    report = ImportReport(SAMPLE, before=Judged(3, 1), after=Judged(3, 0))
    told = list(told_as_text(report, dry_run=False, update=False, terms=WALES.terms))[-1]
    assert told.startswith("Check, of this file's journeys in the store: 1 of 3 events had errors before, 0 of 3 have")


def test_different_values_are_listed_and_taken_only_when_asked(desk: Desk) -> None:
    desk.take([row() | visit()])
    changed = row(PC="NE8 1", ETHNIC="B", DAT="", CMSID="Other 1") | visit(RECPEER="N", RECHSE="Y")
    expected = [
        (2, "ETHNIC", "A", "B"),
        (2, "PC", "NE1 4", "NE8 1"),
        (2, "RECPEER", "Y", "N"),
        (2, "RECHSE", "", "Y"),
    ]
    links = desk.links()
    report = desk.take([changed])
    assert differences(report) == expected and report.new == Counts() and report.updated == 0
    assert desk.links() == links and desk.kept()[0]["PC"] == "NE1 4"
    report = desk.take([changed], update=True)
    assert differences(report) == expected and report.updated == 3
    kept = desk.kept()[0]
    assert (kept["PC"], kept["ETHNIC"], kept["DAT"]) == ("NE8 1", "B", "A11B"), "a blank wins over nothing"
    assert desk.events()[0][0]["RECPEER"] == "N" and desk.events()[0][0]["RECHSE"] == "Y"
    assert desk.links() == links + 4


def test_what_the_file_has_emptied_or_deleted_stays_and_is_told(desk: Desk) -> None:
    closed = row(DISD="20201001")
    desk.take([closed | visit(), closed | visit("2"), row("2") | visit("3")])
    kept = desk.kept()
    told = ["in the store and not in the file, kept as it is: 2 values (DISD 1, RECPEER 1) and 1 event"]
    for update in (False, True):
        report = desk.take([row() | visit(RECPEER=""), row("2") | visit("3")], update=update)
        assert (report.notes, report.unchanged, desk.kept()) == (told, 2, kept)
    report = desk.take([withheld(), row("2", SEX="2") | visit("3")], update=True)
    assert report.notes == [], "nor of a row that carries nothing"


def test_what_is_empty_of_a_client_is_told_once_and_not_where_another_row_tells_it(desk: Desk) -> None:
    rows = [row(), row(EPISODID="e9", REFLD="20200901", TRIAGED="20200902")]
    desk.take(rows)
    told = desk.take([one | {"ETHNIC": ""} for one in rows]).notes
    assert told == ["in the store and not in the file, kept as it is: 1 value (ETHNIC 1)"]
    assert desk.take([rows[0], rows[1] | {"ETHNIC": ""}]).notes == []


def test_a_file_that_is_still_written_is_not_taken_by_halves(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, [row()])
    extract = read_extract(path, STANDARD)
    with path.open("a") as more:
        more.write(table([row("2")]).splitlines()[1][:40])
    with pytest.raises(Problem, match=r"extract\.csv was changed while it was read: wait until"):
        list(extract.episodes())


@pytest.mark.parametrize("update", [False, True])
def test_a_row_without_consent_never_blanks_what_is_known(desk: Desk, update: bool) -> None:
    desk.take([row() | visit()])
    before = desk.kept()[0]
    report = desk.take([withheld()], update=update)
    assert differences(report) == [(2, "CONSENT", "Y", "N")]
    assert desk.kept()[0] == {**before, "CONSENT": "N" if update else "Y"} and len(desk.events()[0]) == 1


def test_a_new_episode_without_consent_leaves_its_known_client_alone(desk: Desk) -> None:
    desk.take([row()])
    report = desk.take([withheld(EPISODID="e2")], update=True)
    assert report.new == Counts(0, 1, 0) and not report.differences
    assert desk.kept()[1]["DOB"] == "19800229"


def test_a_row_without_consent_first_does_not_empty_the_client(desk: Desk) -> None:
    report = desk.take([withheld(EPISODID="e0"), row()])
    assert report.new == Counts(1, 2, 0) and not report.disagreements
    assert [values["DOB"] for values in desk.kept()] == ["19800229"] * 2


def test_an_event_without_its_identifier_is_matched_on_its_content(desk: Desk) -> None:
    anonymous = row() | visit(SUBMID="")
    desk.take([anonymous])
    for _ in range(2):
        report = desk.take([anonymous])
        assert report.new == Counts() and report.unchanged == 1
    report = desk.take([anonymous, anonymous])
    assert (report.new, report.again) == (Counts(), 1), "the very same row again is stored once"
    report = desk.take([row() | visit(SUBMID="", RECPEER="N")])
    assert report.new == Counts(0, 0, 1) and len(desk.events()[0]) == 2


def test_an_event_that_comes_without_its_identifier_gets_one_and_that_is_said(desk: Desk) -> None:
    report = desk.take([row() | visit(SUBMID=""), row() | visit("2"), row() | referral(REFERID="")])
    assert report.notes == [
        "SUBMID: 1 new event came without one; the program made it, as for an event that is keyed",
        "REFERID: 1 new event came without one; the program made it, as for an event that is keyed",
    ]
    made = [values.get("SUBMID") or values["REFERID"] for values in desk.events()[0]]
    assert made[1] == "s2" and all(made) and len(set(made)) == 3
    report = desk.take([row() | visit(SUBMID=""), row() | visit("2"), row() | referral(REFERID="")])
    assert (report.notes, report.new, report.unchanged) == ([], Counts(), 1), "the same file again is known by content"
    report = desk.take([row() | visit(SUBMID="", SUBMODDT="20201002")])
    assert report.new == Counts(0, 0, 1) and report.notes == [
        "in the store and not in the file, kept as it is: 3 events",
        "SUBMID: 1 new event came without one; the program made it, as for an event that is keyed",
    ], "one more under a known episode"


def test_a_new_event_under_a_known_episode_is_added(desk: Desk) -> None:
    desk.take([row() | visit()])
    report = desk.take([row() | visit(), row() | visit("2"), row() | referral()])
    assert report.new == Counts(0, 0, 2) and not report.differences
    assert [values.get("SUBMID") or values["REFERID"] for values in desk.events()[0]] == ["s1", "s2", "r1"]


def test_a_new_episode_of_a_known_client_goes_under_it(desk: Desk) -> None:
    desk.take([row()])
    report = desk.take([row(EPISODID="e5", ETHNIC="B"), row("2")])
    assert report.new == Counts(1, 2, 0) and differences(report) == [(2, "ETHNIC", "A", "B")]
    records = list(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    assert records[0].client_id == records[1].client_id != records[2].client_id


def test_rows_that_cannot_be_stored_are_left_out_by_line(desk: Desk, tmp_path: Path) -> None:
    desk.take([row("9")])
    path = tmp_path / "a.csv"
    lines = table(
        [row(), row("2", EPISODID=""), row("3", EPISODID="e1"), row("4", EPISODID="e9"), row("5", CLIENT="a\nb"), row()]
    )
    heading = lines[: lines.index("\r\n") + 2]
    path.write_text(lines + "c7,short\r\n" + heading, encoding="utf-8", newline="")
    report = desk.take(path)
    assert sorted((item.line, item.why) for item in report.left_out) == [
        (3, "EPISODID is missing"),
        (4, "its EPISODID belongs to another client in an earlier line"),
        (5, "its EPISODID belongs to another client in the store"),
        (9, "The row has 2 cells where the headings have 64"),
        (10, "The headings appear again in the middle of the file"),
    ]
    assert report.new == Counts(2, 2, 0) and (report.rows, report.episodes) == (8, 2)
    assert [values["EPISODID"] for values in desk.kept()] == ["e9", "e1", "e5"]


@pytest.mark.parametrize("bad", [row("2", EPISODID=""), row("2", EPISODID="e1")])
def test_all_or_nothing_leaves_the_store_as_it_was(desk: Desk, bad: dict[str, str]) -> None:
    desk.take([row("7")])
    links = desk.links()
    with pytest.raises(Problem, match=r"was not imported: 1 row cannot be stored, the first in line 3") as caught:
        desk.take([row(), bad], all_or_nothing=True)
    assert "--all-or-nothing" in str(caught.value) and "\n" not in str(caught.value)
    assert desk.links() == links and len(desk.kept()) == 1
    assert desk.take([row(), row("2")], all_or_nothing=True).new == Counts(2, 2, 0)


def test_rows_that_disagree_the_first_wins(desk: Desk) -> None:
    first, second = row() | visit(), row(PC="NE8 1", ETHNIC="B") | visit("2")
    report = desk.take([first, second, row(EPISODID="e2", NATION="FRA"), row(EPISODID="e3", NATION="GBR")])
    assert [(item.line, item.header, item.kept, item.told) for item in report.disagreements] == [
        (3, "ETHNIC", "A", "B"),
        (3, "PC", "NE1 4", "NE8 1"),
        (5, "NATION", "FRA", "GBR"),
    ]
    assert report.new == Counts(1, 3, 2) and not report.left_out
    kept = [(values["PC"], values["ETHNIC"], values["NATION"]) for values in desk.kept()]
    assert kept == [("NE1 4", "A", "FRA")] * 3, "what the first row left empty is filled"


def test_rows_that_agree_are_not_listed_as_disagreeing(desk: Desk) -> None:
    own = "0a1b2c3d-0000-4000-8000-00000000abcd"
    blank, whole = row(CLIENTID=own, TRIAGED="", ETHNIC="", DRUG1=" "), row(CLIENTID=own)
    padded = whole | {"CLIENTID": f" {own} "}
    upper = whole | {"CLIENTID": f"{own.upper()} "}
    rows = [blank, whole | visit(), whole | visit("2"), padded | visit("3"), upper | visit("4")]
    report = desk.take([*rows, whole | {"DRUG1": "7100"} | visit("5")])
    assert [(one.line, one.header, one.kept, one.told) for one in report.disagreements] == [
        (7, "DRUG1", "7000", "7100")
    ]
    assert [(one["TRIAGED"], one["DRUG1"], one["CLIENTID"]) for one in desk.kept()] == [("20200602", "7000", own)]
    refused = [row("2"), row("2", CONSENT="N") | visit("6"), row("2", CONSENT="N") | visit("7")]
    assert desk.take(refused).disagreements == []


def test_a_refusal_in_a_later_row_is_not_lost_beside_a_consent(desk: Desk) -> None:
    twice = [row() | visit(), withheld(), row("2"), row("2", CONSENT="?"), withheld("3"), row("3")]
    for times in range(2):  # as where the files of two months were put together
        report = desk.take(twice, update=True)
        beside = "counts, not the consent in an earlier one"
        assert f"CONSENT: a refusal in line 3 {beside}" in report.notes
        assert f"CONSENT: an answer that cannot be read in line 5 {beside}" in report.notes
        assert [(one.line, one.kept) for one in report.disagreements if one.header == "CONSENT"] == [(7, "N")]
        assert [values["CONSENT"] for values in desk.kept()] == ["N", "?", "N"], times
    assert [(each["EPISODID"], each["CONSENT"]) for each in desk.sent()] == [("e1", "N"), ("e2", "?"), ("e3", "N")]
    desk.take([row("4")])
    kept, (note,) = desk.kept(), desk.take([withheld("4")]).notes
    assert note.startswith("CONSENT: agreed to here, refused in line 2, which is not taken: ask and record it")
    assert desk.kept() == kept and desk.take([withheld("4")], update=True).notes == []


def test_faulty_values_are_stored_as_they_came(desk: Desk) -> None:
    odd = {"DOB": " 31021979", "PC": "sw1a  1aa ", "CLIENT": "Zoë\x1f\tthe\n2nd – ☺", "DISD": "soon"}
    desk.take([row(**odd)])
    kept = desk.kept()[0]
    assert {header: kept[header] for header in odd} == odd
    assert desk.take([row(**odd)]).unchanged == 1


def test_zeros_that_a_spreadsheet_took_are_told_and_take_nothing_from_the_store(desk: Desk) -> None:
    whole = [
        row(CLIENT="000002", DISABLE1="09", ALCDDAYS="05", ALCUNITS="10"),
        row("2", CLIENT="000024", DISABLE1="01", DISABLE2="10"),
        row("3", CLIENT="100000", DISABLE1="NN"),
    ]

    def saved_again(one: dict[str, str]) -> dict[str, str]:
        return {header: str(int(text)) if text.isdigit() else text for header, text in one.items()}

    told = "Every code that begins with a zero has lost it in Disability 1, as a spreadsheet does"
    desk.take(whole)
    kept = desk.kept()
    for update in (False, True):
        report = desk.take(list(map(saved_again, whole)), update=update)
        (note,) = report.notes
        assert told in note and note.endswith("; client reference may have lost its own")
        assert [(one.line, one.header, one.kept, one.told) for one in report.refused] == [
            (2, "CLIENT", "000002", "2"),
            (2, "DISABLE1", "09", "9"),
            (2, "ALCDDAYS", "05", "5"),
            (3, "CLIENT", "000024", "24"),
            (3, "DISABLE1", "01", "1"),
        ]
        assert (desk.kept(), report.differences, report.updated, report.unchanged) == (kept, [], 0, 3)
    assert desk.take([row(DISABLE1="1", CLIENT="000002")], update=True).updated == 1, "another code is no lost zero"
    assert desk.take([row("3", DISABLE1="01", CLIENT="000003")], update=True).refused == []
    assert [each["CLIENT"] for each in desk.kept()] == ["000002", "000024", "000003"]


def test_zeros_that_were_lost_before_the_first_import_are_told(desk: Desk) -> None:
    (note,) = desk.take([row(CLIENT="2", DISABLE1="9"), row("2", CLIENT="24")]).notes
    assert "has lost it in Disability 1" in note and note.endswith("; client reference may have lost its own")
    (note,) = desk.take([row("3", CLIENT="A2", DISABLE1="1"), row("4", CLIENT="24x")]).notes
    assert "has lost it in Disability 1" in note and note.endswith("without opening it there")
    assert desk.take([row("5", CLIENT="7", DISABLE1="1"), row("6", CLIENT="31", DISABLE1="02")]).notes == []


def test_a_row_that_is_left_out_for_two_reasons_counts_once(desk: Desk) -> None:
    desk.take([row()])
    report = desk.take([row(FINITIAL="Z"), row(FINITIAL="Y"), row("2")])
    assert "Left out, 2 rows:" in list(told_as_text(report, dry_run=False, update=False))
    assert [(one.line, one.why.partition(",")[0]) for one in report.left_out] == [
        (2, "FINITIAL differs from the store"),
        (3, "FINITIAL differs from line 2"),
        (3, "FINITIAL differs from the store"),
    ]


def test_a_row_without_client_is_a_client_of_its_own(desk: Desk) -> None:
    assert desk.take([row(CLIENTID=""), row("2", CLIENTID="")]).new == Counts(2, 2, 0)
    assert ["CLIENTID" in values for values in desk.kept()] == [False, False]


def test_columns_that_are_missing_or_unknown_are_noted(desk: Desk) -> None:
    headers = (*(header for header in HEADERS if header != "DRUG1"), "SHOE")
    report = desk.take([row()], headers=headers)
    assert [note.split(":")[-1].strip() for note in report.notes] == ["DRUG1", "SHOE"]
    assert "DRUG1" not in desk.kept()[0]
    desk.take([row()], update=True)
    assert desk.kept()[0]["DRUG1"] == "7000"
    report = desk.take([row()], headers=headers, update=True)
    assert report.unchanged == 1 and desk.kept()[0]["DRUG1"] == "7000", "a column that is not there blanks nothing"


def test_windows_1252_is_noted(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table([row(CLIENT="Zoë")]).encode("cp1252"))
    assert "Windows-1252" in desk.take(path).notes[0] and desk.kept()[0]["CLIENT"] == "Zoë"


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [((*HEADERS, "PC"), "has columns twice"), (tuple(h for h in HEADERS if h != "EPISODID"), "no column EPISODID")],
)
def test_a_heading_that_leaves_rows_unclear_is_refused(desk: Desk, headers: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(Problem, match=sentence):
        desk.take([row()], headers=headers)
    assert ask(desk.store, agencies.listed) == []


def test_somebody_who_saves_meanwhile_stops_the_import(desk: Desk, tmp_path: Path) -> None:
    desk.take([row()])
    job = Import(write(tmp_path, [row("2")]), STANDARD)
    code = job.prepare(desk.store, None)
    with open_store(desk.store.path, desk.store.key_file, standards) as theirs, theirs.writing(Who("bob", NOW)) as work:
        save.create(work, "client", ask(theirs, agencies.one).id, "", {"CLIENT": "theirs"})
    links = desk.links()
    with pytest.raises(Problem, match="Somebody saved to the store while the file was compared"):
        job.write(desk.store, code, "ann", NOW)
    assert desk.links() == links and len(desk.kept()) == 1
    assert desk.take(write(tmp_path, [row("2")])).new == Counts(1, 1, 0)


def test_what_others_type_and_the_program_notes_meanwhile_does_not_stop_it(desk: Desk, tmp_path: Path) -> None:
    desk.take([row()])
    job = Import(write(tmp_path, [row("2")]), STANDARD)
    code = job.prepare(desk.store, None)
    with open_store(desk.store.path, desk.store.key_file, standards) as theirs:
        agency = ask(theirs, agencies.one)
        do(theirs, Who("bob", NOW), drafts.save, Draft("client", "new", {"CLIENT": "x"}, 0, parent_id=agency.id))
        do(theirs, Who("bob", NOW, "s1"), presence.enter, "client", "new")
        do(theirs, Who("keywork", NOW), copy_notes.note, tried=True)
    assert job.write(desk.store, code, "ann", NOW).new == Counts(1, 1, 0)


def test_an_empty_agency_that_changes_its_letter_meanwhile_stops_it(desk: Desk, tmp_path: Path) -> None:
    with open_store(desk.store.path, desk.store.key_file, load) as theirs:
        agency = do(theirs, Who("bob", NOW), agencies.ensure, "T0123", STANDARD.id)
        job = Import(write(tmp_path, [row()]), STANDARD)
        code = job.prepare(theirs, None)
        do(theirs, Who("bob", NOW), letters.change, agency, "ndtms-r", date(2021, 1, 1), {})
        with pytest.raises(Problem, match="Somebody saved to the store"):
            job.write(theirs, code, "ann", NOW)
        assert [one.standard for one in ask(theirs, agencies.listed)] == ["ndtms-r"]


def test_the_agency_is_the_one_most_rows_name(desk: Desk) -> None:
    report = desk.take([row(AGNCY=""), row("2", AGNCY="T9"), row("3"), row("4", AGNCY="t0123")])
    assert ask(desk.store, agencies.one).code == "T0123"
    assert [(item.line, item.why) for item in report.left_out] == [
        (3, "its AGNCY is 'T9', another agency's than T0123")
    ]
    assert [values.get("AGNCY", "") for values in desk.kept()] == ["", "T0123", "T0123"]


def test_what_only_looks_like_an_agency_s_letter_is_not_it(desk: Desk) -> None:
    """Some signs become a letter A to Z as capitals."""
    desk.take([row(AGNCY="S0123")])
    for alike in ("\u017f0123", "S0123\u200b", "\uff33\uff10\uff11\uff12\uff13"):
        with pytest.raises(Problem, match="and the store has S0123"):
            desk.take([row("2", AGNCY=alike)])
        report = desk.take([row("1", AGNCY="s0123"), row("2", AGNCY=alike)])
        assert [(item.line, "another agency's" in item.why) for item in report.left_out] == [(3, True)]
    assert len(desk.kept()) == 1


def test_an_agency_can_be_chosen(desk: Desk) -> None:
    with pytest.raises(Problem, match=r"names no agency .* --agency"):
        desk.take([row(AGNCY="")])
    desk.take([row(AGNCY="")], agency="T0009")
    assert ask(desk.store, agencies.one).code == "T0009"
    for wanted, sentence in (
        ("T0009", "is a file of agency T0123, not of T0009"),
        (None, r"is for agency T0123 \(ndtms-cjit-p\), and the store has T0009"),
    ):
        with pytest.raises(Problem, match=sentence):
            desk.take([row("2")], agency=wanted)
    assert len(ask(desk.store, agencies.listed)) == 1 and len(desk.kept()) == 1
    desk.take([row("2")], taking=Taking(new_agency=True))
    assert [agency.code for agency in ask(desk.store, agencies.listed)] == ["T0009", "T0123"], (
        "each agency has its own clients"
    )


def test_the_audit_says_who_imported(desk: Desk) -> None:
    desk.take([row() | visit()])
    desk.take([row(PC="NE8 1") | visit(), row() | visit("2")], update=True)
    record = next(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    entries = [
        entry for id_ in (record.client_id, record.episode_id) for entry in ask(desk.store, audit.history, [id_])
    ]
    entries += [entry for event in record.events for entry in ask(desk.store, audit.history, [event.id])]
    assert {(entry.act, entry.person, entry.at) for entry in entries} == {("import", "ann", NOW)}
    assert [(entry.field, entry.old, entry.new) for entry in entries if entry.field] == [("PC", "NE1 4", "NE8 1")]


def test_what_was_deleted_comes_back_only_when_that_is_said(desk: Desk) -> None:
    desk.take([row()])
    record = next(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    with desk.store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", record.episode_id, 1)
    report = desk.take([row()])
    assert [item.why for item in report.left_out] == ["the store has this episode, deleted: bring it back first"]
    assert report.new == Counts() and desk.kept() == []
    assert desk.take([row()], taking=Taking(deleted=True)).new.episodes == 1 and len(desk.kept()) == 1


def test_a_deleted_event_is_left_out_and_comes_back_itself_when_that_is_said(desk: Desk) -> None:
    """Taken for a new one it would be there twice, under one identifier, as soon as somebody brings it back."""
    desk.take([row() | visit(), row() | visit("2", RECFMSP="Y")])
    record = next(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    with desk.store.writing(Who("ann", NOW)) as work:
        save.delete(work, "event", record.events[0].id, 1)
    for told in (visit(), visit(SUBMID="")):
        report = desk.take([row() | told, row() | visit("2", RECFMSP="Y")])
        assert [item.why for item in report.left_out] == [
            "the store has this sub-intervention, deleted: bring it back first"
        ]
        assert (report.new, report.back, report.unchanged) == (Counts(), 0, 0)
    rows, taking = [row() | visit(RECPEER="N"), row() | visit("2", RECFMSP="Y")], Taking(deleted=True, update=True)
    report = desk.take(rows, taking=taking)
    assert (report.new, report.back, report.left_out) == (Counts(), 1, [])
    after = next(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    assert {one.id for one in after.events} == {one.id for one in record.events}
    assert next(one.values["RECPEER"] for one in after.events if one.id == record.events[0].id) == "N"
    assert desk.take(rows, taking=taking).unchanged == 1


def test_values_survive_as_sets(desk: Desk) -> None:
    desk.take(SAMPLE)
    first = [essence(record) for record in ask(desk.store, records_read.episodes, ask(desk.store, agencies.one))]
    assert len(set(first)) == 120


def test_a_uuid_is_the_same_in_capitals(desk: Desk) -> None:
    """As a database prints it. Each record would be there twice else; what is no UUID is told apart by its capitals."""
    known = "0f8fad5b-d9cb-469f-a165-70867728950e"
    own = {"CLIENTID": known, "EPISODID": known.replace("0f", "1f")}
    desk.take([row(**own) | visit(SUBMID=known.replace("0f", "2f")), row("2")])
    before = desk.kept(), desk.events(), desk.links()
    told = {header: value.upper() for header, value in own.items()}
    again = [row(**told) | visit(SUBMID=known.replace("0f", "2f").upper())]
    for update in (False, True):
        report = desk.take(again, update=update)
        assert (report.new, report.differences, report.unchanged, report.left_out) == (Counts(), [], 1, [])
        assert [note.partition(":")[0] for note in report.notes] == ["EPISODID", "CLIENTID"]
        assert (desk.kept(), desk.events(), desk.links()) == before
    assert desk.take([row(**{**told, "EPISODID": "E2"})]).new == Counts(0, 1, 0), "another episode of that client"
    assert desk.take([row("2", EPISODID="E2 b"), row("2", EPISODID="e2 B")]).new.episodes == 2


def test_a_uuid_is_the_same_in_capitals_within_one_file(tmp_path: Path) -> None:
    """Two extracts put together, as two programs print them: all was there twice, and a refusal was another episode."""
    lower = {"CLIENTID": "0f8fad5b-d9cb-469f-a165-70867728950e", "EPISODID": "1f8fad5b-d9cb-469f-a165-70867728950e"}
    upper = {header: value.upper() for header, value in lower.items()}
    visited = visit(SUBMID="2f8fad5b-d9cb-469f-a165-70867728950e")
    shouted = visited | {"SUBMID": visited["SUBMID"].upper()}
    another = {"CLIENTID": upper["CLIENTID"], "EPISODID": "another"}
    files = [
        ([row(**lower) | visited, row(**upper) | shouted, row(**lower) | shouted], 1),
        ([row(**upper) | visited, row("2"), row(**lower), row(**another, REFLD="20200602") | visit("9")], 3),
        ([row(**lower) | visited, withheld(**upper), withheld(**another)], 2),
    ]
    for number, (rows, episodes) in enumerate(files):
        made = opened(tmp_path / str(number))
        report = made.take(rows)
        assert (report.new.episodes, report.left_out, report.disagreements) == (episodes, [], [])
        assert sum("the other case" in note for note in report.notes) >= 1
        kept = [each for each in made.kept() if each["EPISODID"] != "e2"]
        assert {each["CLIENTID"] for each in kept} == {rows[0]["CLIENTID"]}
        assert kept[0]["EPISODID"] == rows[0]["EPISODID"] and made.events()[0] == [dict(visited)]
        assert kept[0]["CONSENT"] == ("N" if number == 2 else "Y"), "who refuses once is not sent whole"
        before = made.links()
        again = made.take(rows)
        assert (again.new, again.unchanged, made.links()) == (Counts(), episodes, before)
        made.store.close()


def test_the_answer_of_an_event_that_changed_within_a_file_makes_no_second_event(desk: Desk) -> None:
    """Two months put together: the first row wins, as everywhere, and the other one is listed."""
    first, filled = visit(), visit(RECPEER="", RECFMSP="Y")
    changed = visit(SUBMID="s1", RECPEER="N", RECFMSP="Y")
    for taking in (Taking(), Taking(), Taking(update=True)):
        report = desk.take([row() | first, row() | changed, row() | visit("2")], taking=taking)
        told = [(one.line, one.header, one.kept, one.told) for one in report.disagreements]
        assert told == [(3, "RECPEER", "Y", "N")] and not report.left_out
        kept = {each["SUBMID"]: each for each in desk.events()[0]}
        assert sorted(kept) == ["s1", "s2"] and kept["s1"] == {**first, "RECFMSP": "Y"}, "what was empty is filled"
    lines = "\n".join(told_as_text(report, dry_run=False, update=True))
    assert "line 3: RECPEER: kept 'Y', this row 'N'" in lines
    report = desk.take([row() | filled, row() | visit(RECPEER="N", RECFMSP="N")])
    assert [(one.header, one.kept, one.told) for one in report.disagreements] == [("RECFMSP", "Y", "N")]
    assert differences(report) == [(2, "RECPEER", "Y", "N")] and report.new == Counts()


@pytest.mark.parametrize("is_known", [False, True])
def test_an_event_of_another_day_under_one_identifier_is_listed(desk: Desk, is_known: bool) -> None:
    """It may be another one, whose identifier a program gave twice: it is left out, never there twice."""
    if is_known:
        desk.take([row() | visit()])
    report = desk.take([row() | visit(), row() | visit(SUBMODDT="20200702")])
    told = "its SUBMID is that of line 2, of another day: it may be another sub-intervention"
    assert [(one.line, one.why) for one in report.left_out] == [(3, told)]
    assert [each["SUBMODDT"] for each in desk.events()[0]] == ["20200701"]


def test_events_that_the_store_has_twice_are_known_as_often(desk: Desk) -> None:
    """Its own extract, taken once more, says nothing new and misses nothing."""
    desk.take([row() | visit()])
    (record,) = ask(desk.store, records_read.episodes, ask(desk.store, agencies.one))
    twice = visit(RECPEER="N")
    do(desk.store, Who("ann", NOW), save.create, "event", record.episode_id, "sub_intervention", twice)
    report = desk.take([row() | visit(), row() | twice])
    assert (report.new, report.unchanged) == (Counts(), 1)
    assert not (report.disagreements or report.left_out or report.notes or report.differences)


def test_of_events_of_one_identifier_what_changed_goes_into_the_one_of_its_day(desk: Desk) -> None:
    """Of one day into the one most like it."""
    desk.take([row() | visit()])
    (record,) = ask(desk.store, records_read.episodes, ask(desk.store, agencies.one))
    for more in ({}, {"RECFMSP": "N"}):
        twice = visit(SUBMODDT="20200801", **more)
        do(desk.store, Who("ann", NOW), save.create, "event", record.episode_id, "sub_intervention", twice)
    report = desk.take([row() | visit(SUBMODDT="20200801", RECFMSP="N", RECPEER="N")], update=True)
    assert differences(report) == [(2, "RECPEER", "Y", "N")]
    told = [(each["SUBMODDT"], each.get("RECFMSP", ""), each["RECPEER"]) for each in desk.events()[0]]
    assert told == [("20200701", "", "Y"), ("20200801", "", "Y"), ("20200801", "N", "N")]


def test_rows_that_carry_two_events_lose_neither_and_double_none(desk: Desk) -> None:
    visits, referrals = [visit(), visit("2")], [referral(), referral("2", REFDATE="20200802")]
    joined = [row() | one | other for one in visits for other in referrals]
    report = desk.take(joined)
    assert report.new == Counts(1, 1, 4) and report.again == 0
    assert report.notes == ["4 events told again beside others: stored once"]
    assert [each.get("SUBMID") or each["REFERID"] for each in desk.events()[0]] == ["s1", "r1", "r2", "s2"]
    assert desk.take(joined, update=True).new == Counts(), "the same again changes nothing"
    assert desk.take([*joined, joined[1]]).again == 1, "the very same row"


def test_cells_of_blanks_beside_an_event_make_it_no_row_that_was_there(desk: Desk) -> None:
    rows = [row() | visit(number) for number in "123"]
    report = desk.take([{header: value or "  " for header, value in each.items()} for each in rows])
    assert report.new == Counts(1, 1, 3) and report.again == 0
    assert [each["SUBMID"] for each in desk.events()[0]] == ["s1", "s2", "s3"]


def test_the_same_event_beside_an_emptier_client_is_stored_once(desk: Desk) -> None:
    for _ in range(2):
        desk.take([row(PC="") | visit(), row() | visit()])
        assert len(desk.events()[0]) == 1 and desk.kept()[0]["PC"] == "NE1 4"


def test_what_bears_another_identifier_since_is_told_as_perhaps_twice(desk: Desk) -> None:
    desk.take([row() | visit(), row() | visit("2", SUBMODDT="20200702"), row("2")])
    again = [row() | visit("9"), row() | visit("2", SUBMODDT="20200702"), row("2", EPISODID="e9")]
    assert desk.take(again).notes == [
        "perhaps twice in the store then, by what they say: 1 event, under another identifier",
        "perhaps twice in the store then, by client and prompting event date: 1 episode, under another identifier",
    ]
    told = ["in the store and not in the file, kept as it is: 1 event"]
    assert desk.take(again).notes == told, "it is there twice"
    twins = [row() | visit(), row() | visit("9"), row() | visit("10")]
    assert desk.take(twins).notes == told, "a third visit beside two that are told of is none of them"
    assert desk.take([row("2", EPISODID="e10", REFLD="20200701", TRIAGED="20200702")]).notes == []


@pytest.mark.parametrize(
    ("given", "what", "by"),
    [
        (("CLIENTID", "EPISODID"), "clients", "initials, birth date and sex"),
        (("EPISODID",), "episodes", "client and prompting event date"),
        (("SUBMID",), "events", "what they say"),
    ],
)
def test_a_file_in_which_most_have_new_identifiers_is_taken_only_as_others(
    desk: Desk, given: tuple[str, ...], what: str, by: str
) -> None:
    file = [row(str(number)) | visit(str(number)) for number in range(1, 13)]
    desk.take(file)
    there = desk.kept()
    again = [{**each, **{header: f"new{each[header]}" for header in given}} for each in file]
    with pytest.raises(
        Problem, match=f"7 of its 12 {what} are like one in the store under another identifier, by {by},"
    ):
        desk.take([*again[:7], *file[7:]], update=True)
    assert desk.kept() == there
    # A handful is told of and taken, and so is what is no more than half of the file.
    for some in (again[7:], [*again[:6], *file[6:]]):
        (note,) = [each for each in desk.take(some).notes if what in each and "perhaps" in each]
        assert note.startswith(f"perhaps twice in the store then, by {by}: ")
    assert desk.take(again, taking=Taking(others=True)).new.events == 1


def test_a_refusal_holds_when_the_episode_was_deleted_and_an_old_file_brings_it_back(desk: Desk) -> None:
    desk.take([row() | visit(), row("2")])
    for record in list(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one))):
        now = ask(desk.store, records_read.get, "episode", record.episode_id)
        refused = {**now.values, "CONSENT": "N"} if record.episode["EPISODID"] == "e1" else now.values
        kept = do(desk.store, Who("ann", NOW), save.change, "episode", now.id, refused, now.version)
        do(desk.store, Who("ann", NOW), save.delete, "episode", now.id, kept.version)
    report = desk.take([row() | visit(), row("2")], taking=Taking(deleted=True))
    told = [(item.line, item.why) for item in report.left_out]
    assert told == [(2, "consent for this episode was refused or withdrawn here, then it was deleted")]
    assert [values["EPISODID"] for values in desk.kept()] == ["e2"]


def test_a_client_without_an_identifier_gets_none_that_another_bears(desk: Desk) -> None:
    desk.take([row("1", CLIENTID=""), row("2"), row("3", CLIENTID="")])
    report = desk.take([row("1", CLIENTID="c2"), row("3", CLIENTID="c9"), row("1", CLIENTID="c9")], update=True)
    assert [(item.line, item.why) for item in report.left_out] == [
        (2, "its EPISODID belongs to another client in the store"),
        (4, "its EPISODID belongs to another client in an earlier line"),
    ]
    assert [values.get("CLIENTID", "") for values in desk.kept()] == ["", "c2", "c9"]
    desk.take([row("4", CLIENTID="", DOB="")])
    again = [row("1", CLIENTID="c8"), row("4", CLIENTID="c8", DOB=""), row("5", CLIENTID="c8", DOB="")]
    report = desk.take(again, update=True)
    assert [(item.line, item.why) for item in report.left_out] == [
        (3, "its CLIENTID is another client's by an earlier line"),
        (4, "its CLIENTID is given to a client of the store by an earlier line: import it once more"),
    ]
    assert [values.get("CLIENTID", "") for values in desk.kept()] == ["c8", "c2", "c9", ""]
