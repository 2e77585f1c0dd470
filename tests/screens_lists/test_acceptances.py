"""Warnings accepted on the Findings screen, seen in the list of acceptances and in the client, and taken back."""

from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload
from store.facts import AgencyInfo, Who
from store.findings import acceptances, queries
from store.records import read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, chosen, command, same_picture
from tests.stores import ask, locked
from tests.terminal import Terminal
from validators.records import Finding
from validators.rules.checker import Checker
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")
REASON = "lives with her mother"


@pytest.fixture
def warned(store: Store, agency: AgencyInfo) -> list[Finding]:
    """Three episodes that say of a parent, but not where the children live; the warnings."""
    consented = [one for one in ask(store, read.episodes, agency) if STANDARD.has_consent(one.episode)][:3]
    with store.writing(Who("bob", NOW)) as work:
        for one in consented:
            episode = read.get(work, "episode", one.episode_id)
            values = {**episode.values, "PARENT": "Y", "PRNTSTAT": ""}
            save.change(work, "episode", episode.id, values, episode.version)
    check_caseload(store, agency, Checker(STANDARD), NOW.date(), NOW)
    found = ask(store, queries.findings, agency, rule="74")
    assert len(found) == 3
    return found


def findings(start: Start, words: str = "children", columns: int = 80, rows: int = 24) -> Terminal:
    """The Findings screen, filtered, on the group."""
    terminal = start(columns, rows)
    command(terminal, "every finding", "in all")
    terminal.press(f"/{words}<enter>")
    terminal.until_quiet(0.3)
    return terminal


def test_one_is_accepted_dimmed_counted_and_passed_by_f8(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding]
) -> None:
    terminal = findings(start)
    terminal.press("<down>a")
    terminal.until("Accept this warning")
    assert terminal.shows("PARENT=Y") and terminal.shows("portal knows no acceptance")
    terminal.press(f"{REASON}<enter>")
    terminal.until("1 accepted")
    (kept,) = ask(store, acceptances.listed, agency)
    assert (kept.reason, kept.accepted_by, kept.rule) == (REASON, "ann", "74")
    assert sum(" = " in line for line in terminal.lines()[3:10]) == 1
    terminal.until(f"Accepted by ann: {REASON}")
    assert terminal.shows("3 warnings, 1 accepted")
    terminal.press("<up>")
    terminal.until("without 1 accepted")
    terminal.press("<f8>")
    terminal.until("F2 Save")
    label = STANDARD.by_header["PRNTSTAT"].label
    terminal.until(lambda seen: any(line.startswith(">") and label[:12] in line for line in seen.lines()))
    assert not terminal.shows("accepted by ann")


def test_a_group_is_accepted_for_one_reason_after_a_question(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding]
) -> None:
    terminal = findings(start)
    terminal.press(f"<up>a{REASON}<enter>")
    terminal.until("Accept all 3")
    terminal.press("<enter>", 0.3)
    assert ask(store, acceptances.listed, agency) == []
    terminal.press("a")
    terminal.until("Accepted 3 warnings")
    assert {one.reason for one in ask(store, acceptances.listed, agency)} == {REASON}
    # What is accepted can be taken back where it is listed.
    terminal.press("<down>a")
    terminal.until("An accepted warning")
    terminal.press("t")
    terminal.until("Taken back")
    assert len(ask(store, acceptances.listed, agency)) == 2


def test_errors_and_escape_leave_everything_as_it_is(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding]
) -> None:
    terminal = findings(start)
    terminal.press("<down>a")
    terminal.until("Accept this warning")
    terminal.press("<enter>")
    terminal.until("first")
    terminal.press("<escape>", 0.4)
    terminal.press("<escape>", 0.4)
    terminal.press("/error<enter><down>a")
    terminal.until("An error cannot be accepted")
    assert ask(store, acceptances.listed, agency) == []


def test_the_list_of_acceptances_shows_takes_back_and_leads_on(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding]
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        made = acceptances.accept(work, warned, REASON)
        back = acceptances.withdraw(work, made[0].id)
    terminal = start()
    command(terminal, "accepted warnings", "2 in force")
    same_picture(terminal, HELP / "acceptances.screen.txt")
    terminal.press("l")
    terminal.until("1 ended")
    assert terminal.shows("(taken back")
    terminal.press("/taken back<enter>")
    terminal.until("1 line")
    assert back.reference in chosen(terminal)
    terminal.press("t", 0.3)
    assert terminal.shows("not in force any more")
    terminal.press("<escape>", 0.3)
    terminal.press("<home>t")
    terminal.until("An accepted warning")
    terminal.press("t")
    terminal.until("1 in force")
    assert len(ask(store, acceptances.listed, agency)) == 1
    terminal.press("<enter>")
    terminal.until("F2 Save")


def test_the_client_shows_who_accepted_and_why(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding]
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        acceptances.accept(work, warned[:1], REASON)
    terminal = findings(start, columns=120, rows=40)
    terminal.press("<down><enter>")
    terminal.until("F2 Save")
    terminal.until("accepted by ann")
    assert terminal.shows("1 accepted")


def test_all_findings_are_written_to_a_file_also_without_anybodys_identifiers(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding], tmp_path: Path
) -> None:
    terminal = findings(start)
    terminal.press("e")
    terminal.until("for a helpdesk")
    terminal.press("h")
    terminal.until("New file")
    terminal.press(f"<ctrl+u>{tmp_path}/list.csv<enter>")
    terminal.until("findings written")
    text = (tmp_path / "list.csv").read_text(encoding="utf-8")
    assert text.startswith("row,severity") and (tmp_path / "list.csv").stat().st_mode & 0o777 == 0o600
    assert not any(one.episode in text for one in warned)


@pytest.mark.parametrize(("line", "title", "sure"), [("<up>", "Accept 3", "a"), ("<down>", "Accept this", "")])
def test_the_reason_stands_there_again_where_the_store_was_locked(
    start: Start, store: Store, agency: AgencyInfo, warned: list[Finding], line: str, title: str, sure: str
) -> None:
    terminal = findings(start)
    terminal.press(f"{line}a")
    terminal.until(title)
    terminal.press(REASON)
    with locked(store):
        terminal.press(f"<enter>{sure}")
        terminal.until("What you typed stands there when you do it again.")
    assert ask(store, acceptances.listed, agency) == []
    terminal.press("a")
    terminal.until(REASON)
    terminal.press(f"<enter>{sure}")
    terminal.until("Accepted ")
    assert {one.reason for one in ask(store, acceptances.listed, agency)} == {REASON}
