"""The Extract screen: what will be written, why not, what changed, what would be denied; writing, receipts, history."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.disk import files, user
from store.facts import NEVER, AgencyInfo, Who
from store.month import extracts
from store.month import sent as stored_sent
from store.records import read as stored_records
from store.records import save
from store.store import Store
from tests.exporters.extracts import read
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command
from tests.screens_month.conftest import PICTURES
from tests.screens_month.extracting import go, opened, sent, steady
from tests.stores import ask
from tui.screens.extract import queries
from validators.problems import Problem


def test_pictures(start: Start, store: Store, agency: AgencyInfo) -> None:
    sent(store, agency)
    terminal = opened(start)
    steady(terminal, HELP / "extract.screen.txt")
    go(terminal, "Changed")
    steady(terminal, HELP / "extract_items.screen.txt")
    terminal.press("<escape>", 0.4)
    go(terminal, "Mismatches")
    steady(terminal, HELP / "extract_mismatches.screen.txt")
    terminal.press("<escape>", 0.4)
    go(terminal, "Will be written")
    steady(terminal, HELP / "extract_sheet.screen.txt")
    terminal.press("<escape>", 0.4)
    go(terminal, "Extracts")
    terminal.until("2020-10")
    steady(terminal, HELP / "extract_history.screen.txt")
    terminal.press("<enter>", 0.4)
    steady(terminal, HELP / "extract_receipt.screen.txt")
    wide = opened(start, 120, 40)
    steady(wide, PICTURES / "extract-120x40.txt")


def test_what_is_left_out_leads_to_its_record(start: Start) -> None:
    terminal = opened(start)
    go(terminal, "Left out")
    terminal.press("/base date<enter>")
    assert terminal.shows("closed before the base date")
    name = terminal.lines()[4].split()[0]
    terminal.press("<enter>")
    terminal.until("F2 Save")
    assert terminal.lines()[0].startswith(f" Client {name}")
    terminal.press("<escape>", 0.5)
    assert terminal.shows("Left out")
    terminal.press("<end><f8>")
    terminal.until("F2 Save")
    terminal.press("<escape>")
    terminal.until("Left out")
    terminal.press("<f8>")
    terminal.until("There is no further one in this list.")
    terminal.press("<f7>")
    terminal.until("F2 Save")


def test_the_file_is_looked_at_sideways_and_as_text(start: Start) -> None:
    terminal = opened(start)
    go(terminal, "Will be written")
    assert "CLIENTID" in terminal.lines()[2] and terminal.lines()[3].split()[0] == "2"
    terminal.press("<right><right>")
    assert "CLIENTID" not in terminal.lines()[2] and "SINITIAL" in terminal.lines()[2]
    terminal.press("<end>")
    assert "111" in terminal.lines()[1] or terminal.lines()[21].split()[0].isdigit()
    terminal.press("<ctrl+t>")
    assert terminal.lines()[2].startswith("CLIENTID,FINITIAL")
    terminal.press("<right>")
    assert not terminal.lines()[2].startswith("CLIENTID")


def test_a_mismatch_is_confirmed_with_a_reason_and_taken_back(start: Start, store: Store, agency: AgencyInfo) -> None:
    extract = sent(store, agency)
    terminal = opened(start)
    assert terminal.shows("2 open, 0 confirmed, 0 explained, against 2020-10")
    go(terminal, "Mismatches")
    terminal.press("<f2>", 0.4)
    terminal.press("<enter>", 0.4)
    assert terminal.shows("Type the reason why this is right first.")
    terminal.press("entered twice<enter>", 0.6)
    terminal.until("Confirmed by ann: entered twice")
    assert [one.reason for one in ask(store, stored_sent.confirmations, extract.id)] == ["entered twice"]
    assert terminal.shows("1 open of 2")
    terminal.press("<f2>", 0.4)
    assert terminal.shows("only those are confirmed")
    terminal.press("<delete>", 0.6)
    terminal.until("2 open of 2")
    assert ask(store, stored_sent.confirmations, extract.id) == []
    terminal.press("<f2>wrong person<enter>", 0.6)
    terminal.press("<escape>", 0.4)
    assert terminal.shows("1 open, 1 confirmed, 0 explained")


def test_where_a_file_is_fetched_from_it_says_that_consent_was_taken_back_since(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    terminal = start(XDG_DATA_HOME=str(tmp_path / "data"), SSH_CONNECTION="10.0.0.9 50000 10.0.0.1 2222")
    command(terminal, "what will be written", "Will be written")
    terminal.press("<f2>", 0.4)
    terminal.press("<enter>", 0.5)
    terminal.until("To fetch it")
    assert not terminal.shows("Consent was taken back")
    with store.writing(Who("bob", datetime.now(UTC))) as work:
        one = next(each for each in stored_records.episodes(work, agency) if each.episode.get("CONSENT") == "Y")
        now = stored_records.get(work, "episode", one.episode_id)
        save.change(work, "episode", one.episode_id, {**now.values, "CONSENT": "N"}, now.version)
    terminal.press("<escape>", 0.4)
    go(terminal, "Extracts")
    terminal.press("<enter>", 0.6)
    terminal.until("Not to be sent any more. Consent was taken back for 1 episode since")
    terminal.press("<f2>", 0.6)
    terminal.until("Consent was taken back for 1 episode since; it may hold")


def test_writing_warns_writes_and_accounts_for_it(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    terminal = start(XDG_DATA_HOME=str(tmp_path / "data"), SSH_CONNECTION="10.0.0.9 50000 10.0.0.1 2222")
    command(terminal, "what will be written", "Will be written")
    terminal.press("<f2>", 0.4)
    assert terminal.shows("not") and terminal.shows("errors") and terminal.shows("period is not over")
    terminal.press("<enter>", 0.5)
    terminal.until("To fetch it")
    [extract] = ask(store, extracts.listed, agency)
    file = tmp_path / "data" / "keywork" / "exports" / extract.file_name
    assert len(read(file)) == extract.rows and file.stat().st_mode & 0o777 == 0o600
    assert terminal.shows(extract.sha256) and terminal.shows("scp -P 2222")
    terminal.press("<f2>", 0.3)
    terminal.press("<enter>", 0.5)
    terminal.until("Marked as sent by ann")
    assert ask(store, extracts.one, extract.id).is_sent
    terminal.press("<f2>", 0.3)
    terminal.press("s", 0.5)
    assert terminal.shows("was marked as sent by ann")
    terminal.press("<delete>", 0.3)
    with store.writing(Who("bob", NOW)) as work:  # who looked before takes nothing back that bob says
        stored_sent.take_back(work, extract.id)
        stored_sent.mark(work, extract.id)
    terminal.press("t")
    terminal.until("Marked as sent by bob")
    assert terminal.shows("bob marked the extract") and ask(store, extracts.one, extract.id).is_sent
    terminal.press("<delete>", 0.3)
    terminal.press("t", 0.5)
    terminal.until("Taken back by ann")
    assert not ask(store, extracts.one, extract.id).is_sent
    terminal.press("<f4>", 0.3)
    terminal.press("<enter>", 0.5)
    terminal.until("is there already")
    terminal.press("<f6>", 0.6)
    assert terminal.shows("What was written")


def test_a_second_one_is_numbered_and_a_new_folder_is_made_after_asking(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    terminal = opened(start)
    for name in ("-P.csv", "-P-2.csv"):
        terminal.press("<f2>", 0.4)
        assert terminal.shows("this one gets a number")
        terminal.press(f"<ctrl+u>{tmp_path / 'new' / 'place'}<enter>", 0.4)
        if name == "-P.csv":
            terminal.until("That folder is not there")
            terminal.press("m")
        terminal.until("To fetch it")
        extract = ask(store, extracts.listed, agency)[-1]
        assert extract.file_name.endswith(name)
        assert (tmp_path / "new" / "place" / extract.file_name).stat().st_mode & 0o777 == 0o600
        terminal.press("<escape>", 0.4)
        terminal.until("Will be written")
    assert (tmp_path / "new" / "place").stat().st_mode & 0o777 == 0o700


def test_two_extracts_are_compared_and_a_damaged_one_is_told(start: Start, store: Store, agency: AgencyInfo) -> None:
    sent(store, agency)
    sent_again = ask(store, extracts.listed, agency)[0]
    terminal = opened(start)
    terminal.press("<f6>", 0.5)
    terminal.press("<f6>", 0.5)
    assert terminal.shows("there is none before this one")
    terminal.press("<enter><f6>", 0.6)
    assert terminal.shows("What was written")
    terminal.press("<escape>", 0.4)
    with store.writing(Who("", NEVER)) as unit:
        connection = unit.connection
        connection.exec_driver_sql("UPDATE extract_chunk SET data = zeroblob(9)")
    terminal.press("<f6>", 0.6)
    assert terminal.shows("is damaged")
    terminal.press("<escape><escape>", 0.4)
    terminal.press("<f5>", 0.8)
    terminal.until("is damaged")
    assert ask(store, extracts.one, sent_again.id) == sent_again


def test_another_month_is_looked_at_and_one_that_is_none_is_explained(start: Start) -> None:
    terminal = opened(start)
    terminal.press("<f4>", 0.4)
    terminal.press("<ctrl+u>2020-07<enter>", 0.5)
    assert terminal.shows("2020-06")
    terminal.press("<ctrl+u>2020-09<enter>", 0.5)
    terminal.until("Extract Sept 20")
    assert terminal.shows("30 September 2020") and terminal.shows("window for Sept 20 is over")


def test_the_file_of_a_sent_extract_is_removed_on_a_key(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    terminal.press("<f2>")
    terminal.until("Folder on this host")
    terminal.press("<enter>")
    terminal.until("Receipt: ")
    terminal.press("<f2>")
    terminal.until("Mark as sent?")
    terminal.press("s")
    terminal.until("The extract is sent.")
    [made] = ask(store, extracts.listed, agency)
    path = Path(str(made.receipt["file"]))
    assert path.is_file() and path.parent.stat().st_mode & 0o777 == 0o700
    terminal.press("<escape>")
    terminal.until(
        "An extract was written, marked as sent or taken back since"
    )  # nothing was marked when this was looked at
    terminal.press("<f6>")
    terminal.until("Sent, and the file is here still: 1")
    terminal.press("<delete>")
    terminal.until("Remove this file?")
    terminal.press("x")
    terminal.until("Removed:")
    assert not path.exists() and ask(store, extracts.listed, agency)[0].sha256 == made.sha256
    terminal.press("<delete>")
    terminal.until("There is no file to remove")


def test_what_would_be_another_file_by_now_is_told_so_before_it_is_marked_as_sent(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    terminal = opened(start)
    terminal.press("<f2>")
    terminal.until("Folder on this host")
    terminal.press("<enter>")
    terminal.until("Receipt: ")
    with store.writing(Who("bob", NOW)) as unit:
        client = next(iter(stored_records.episodes(unit, agency))).client_id
        known = stored_records.get(unit, "client", client)
        save.change(unit, "client", client, {**known.values, "NATION": "POL"}, known.version)
    terminal.press("<f2>")
    terminal.until("1 record changed since")
    terminal.press("<escape>")
    terminal.until(lambda screen: not screen.shows("Mark as sent?"))
    [made] = ask(store, extracts.listed, agency)
    assert not made.is_sent
    terminal.press("<f2>")
    terminal.until("Mark as sent?")
    terminal.press("s")
    terminal.until("The extract is sent.")


def at_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody came in by sudo, in whose reach all folders are but those without the group's bits."""
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    monkeypatch.setattr(user, "group_numbers", lambda number: frozenset({os.getgid()}))
    monkeypatch.setattr(files, "may", lambda path, access: bool(path.stat().st_mode & 0o070))


def test_no_folder_is_made_where_the_person_may_not_write_and_none_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a service's account, in the folder of its key for one."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "there").mkdir(mode=0o700)
    theirs.chmod(0o700)
    at_the_service(monkeypatch)
    monkeypatch.setattr(queries, "usual_folder", lambda: theirs / "exports")
    for name in ("there", "new", "exports"):
        told = re.escape(f"{theirs / name} is not yours to write in")
        with pytest.raises(Problem, match=told):
            queries.is_there(theirs / name)
        with pytest.raises(Problem, match=told):
            files.make_folder(theirs / name)
    assert [path.name for path in theirs.iterdir()] == ["there"]


def test_a_folder_made_for_a_person_hands_on_the_group_of_the_one_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, plain = tmp_path / "ours", tmp_path / "plain"
    for folder, mode in ((ours, 0o2770), (plain, 0o770)):
        folder.mkdir()
        folder.chmod(mode)
    at_the_service(monkeypatch)
    assert not queries.is_there(ours / "new" / "place")
    files.make_folder(ours / "new" / "place")
    assert {path.stat().st_mode & 0o7777 for path in ours.rglob("*")} == {0o2770}
    assert queries.is_there(ours / "new" / "place")
    assert files.mode_for_person(ours / "new" / "place") == files.READABLE
    with pytest.raises(Problem, match="you could not read it"):
        queries.is_there(plain / "new")
    assert list(plain.iterdir()) == []
