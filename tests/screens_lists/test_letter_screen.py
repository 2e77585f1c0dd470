"""An agency changes its letter at the screen: asked, shown on one page, done by one key, undone by one."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exporters.editions.copying import copy_edition
from exporters.editions.install import candidate, install_audited
from exporters.editions.letter import change_letter, plan_letter
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.month import letter_changes, letters
from store.records import agencies, bulk_load
from store.store import Store
from tests.commands import test_letter as by_line
from tests.commands.running import call
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.screens_lists.test_agencies import go_to, sentences
from tests.stores import ask, do
from tests.terminal import Terminal
from validators.standard.catalogue import available, load
from validators.synthetic import synthetic_episodes

MOMENT = "2026-06-03T10:00:00+01:00"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The person's data folder, with the later edition S installed."""
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    load.cache_clear()
    assert call("standards", "install", by_line.written(tmp_path / "s")).code == 0
    yield folder
    load.cache_clear()


def beside(store: Store) -> AgencyInfo:
    """An agency of R in the same store."""
    with store.writing(Who("loader", NOW)) as work:
        made = agencies.ensure(work, "N9901", "ndtms-r-ad", since="2026-03")
        day = by_line.DAY_BEFORE
        people = synthetic_episodes(load(made.standard), 8, seed=3, today=day, faults=False, agency=made.code)
        bulk_load.load(work, made, people, act="sample")
    return made


def at_agencies(start: Start, store: Store, data: Path, tmp_path: Path) -> Terminal:
    clock = tmp_path / "clock"
    clock.write_text(MOMENT, encoding="ascii")
    terminal = start(checked=by_line.DAY, KEYWORK_TEST_CLOCK=str(clock), XDG_DATA_HOME=str(data))
    beside(store)
    command(terminal, "agencies", "N9901")
    return terminal


def standard_of(store: Store) -> str:
    return ask(store, agencies.one, "N9901").standard


def test_a_change_of_letter_is_shown_done_and_undone_by_keys(
    start: Start, store: Store, data: Path, tmp_path: Path
) -> None:
    terminal = at_agencies(start, store, data, tmp_path)
    terminal.press("l")
    terminal.until("Agency T0001: change of letter")
    assert terminal.shows("No later edition is installed here.")
    terminal.press("<escape><down>u")
    terminal.until("The agency N9901 has not changed its letter")
    terminal.press("L")
    terminal.until("Agency N9901: change of letter")
    assert terminal.shows("ndtms-s-ad") and terminal.shows("1 Apr 2026")
    terminal.press("<f2>")
    terminal.until("Nothing is changed yet; F2 goes over, Esc leaves it.")
    same_picture(terminal, HELP / "letter.screen.txt")
    assert "Kept under another header from now on: 1" in sentences(terminal)
    assert standard_of(store) == "ndtms-r-ad"
    terminal.press("<escape>")
    terminal.until("Agencies of this store")
    terminal.press("l<f2>")
    terminal.until("Nothing is changed yet")
    terminal.press("<f2>")
    terminal.until("Agency N9901 reports by ndtms-s-ad now.")
    assert standard_of(store) == "ndtms-s-ad"
    terminal.press("u")
    terminal.until("Undo it: report by ndtms-r-ad again")
    assert "1 Apr 2026 it went over from ndtms-r-ad to ndtms-s-ad" in sentences(terminal)
    terminal.press("<enter>", 0.3)
    assert standard_of(store) == "ndtms-s-ad", "Enter undoes nothing"
    terminal.press("u")
    terminal.until("Agency N9901 reports by ndtms-r-ad now.")
    assert standard_of(store) == "ndtms-r-ad"
    # The agency that is open: every screen speaks the new letter at once.
    go_to(terminal, "N9901")
    command(terminal, "agencies", "This agency is open.")
    terminal.press("l<f2>")
    terminal.until("Nothing is changed yet")
    terminal.press("<f2>")
    terminal.until("N9901 is open: Made-up data set S")
    assert [one.after for one in ask(store, letter_changes.changes, ask(store, agencies.one, "N9901"))] == [
        "ndtms-s-ad"
    ]


def test_a_change_of_letter_by_somebody_else_is_noticed_and_what_is_typed_is_kept(
    start: Start, store: Store, data: Path, tmp_path: Path
) -> None:
    terminal = at_agencies(start, store, data, tmp_path)
    terminal.press("<escape>")
    go_to(terminal, "N9901")
    work = Work(ask(store, agencies.one, "N9901"), load("ndtms-r-ad"), by_line.DAY)
    plan = ask(store, plan_letter, work, load("ndtms-s-ad"), date(2026, 4, 1))
    do(store, Who("bob", NOW), change_letter, plan, by_line.DAY)
    # Where nothing is typed it is opened so at once.
    terminal.until("N9901 is open: Made-up data set S")
    terminal.press("<f3><down><enter>")
    terminal.until("F2 Save")
    terminal.press("<tab>KB")
    do(store, Who("bob", NOW), letters.undo, ask(store, agencies.one, "N9901"))
    # In the midst of typing it is only said: no key goes elsewhere.
    terminal.until(lambda shown: shown.shows("changed its letter") or shown.shows("bob saved"))
    terminal.press("<escape>")
    terminal.until(lambda shown: "N9901 is open: NDTMS core data set R" in sentences(shown))
    assert "kept as drafts: 1 client" in sentences(terminal)
    # So is an install of what the agency reports by.
    copy_edition("ndtms-r", tmp_path / "r")
    told = tmp_path / "r" / "standard.toml"
    told.write_text(told.read_text(encoding="utf-8").replace('= "NDTMS core', '= "Our', 1), encoding="utf-8")
    do(store, Who("bob", NOW), install_audited, candidate(tmp_path / "r"))
    terminal.until("client (d). N9901 is open: Our data set R")
    terminal.press("d<enter>")
    terminal.until("keep it?")
    terminal.press("d")
    terminal.until("Discard the draft?")
    terminal.press("x")
    terminal.until("The draft is discarded")


def test_what_cannot_be_is_said_in_the_dialog_and_before_its_day(
    start: Start, store: Store, data: Path, tmp_path: Path
) -> None:
    terminal = at_agencies(start, store, data, tmp_path)
    terminal.press("<down>l")
    terminal.until("Agency N9901: change of letter")
    terminal.press("<ctrl+u>ndtms-z<f2>")
    terminal.until("There is no standard 'ndtms-z'")
    terminal.press("<ctrl+u>smds-wales<tab><ctrl+u>soon<f2>")
    terminal.until("The first day is not a date")
    terminal.press("<ctrl+u>1/7/2026<f2>")
    terminal.until("is reported in another way")
    terminal.press("<escape>")
    terminal.until("Agencies of this store")
    terminal.press("l<tab><ctrl+u>1/7/2026<f2>")
    terminal.until("Nothing is changed yet")
    terminal.press("<f2>")
    terminal.until("is reported from 2026-07-01 on")
    assert standard_of(store) == "ndtms-r-ad"


def test_a_new_agency_of_a_frame_is_told_which_documents_to_bring(start: Start) -> None:
    terminal = start()
    command(terminal, "agencies", "Agencies of this store")
    terminal.press("<ctrl+n>N9902")
    terminal.until("N9902")
    terminal.press("<down>" * available().index("ndtms-r-ad"))
    terminal.press("<enter>")
    terminal.until("The first submission that is made from here")
    for named in ("no return is ready: bring", "Technical Definitions CDS-R", "Reference Data CDS-R", "Geographic"):
        assert terminal.shows(named), terminal.text()


def test_what_an_edition_is_made_upon_is_taken_back_for_it_at_once(
    start: Start, store: Store, data: Path, tmp_path: Path
) -> None:
    terminal = at_agencies(start, store, data, tmp_path)
    work = Work(ask(store, agencies.one, "N9901"), load("ndtms-r-ad"), by_line.DAY)
    plan = ask(store, plan_letter, work, load("ndtms-s-ad"), date(2026, 4, 1))
    do(store, Who("ann", NOW), change_letter, plan, by_line.DAY)
    listed = tmp_path / "ethnicity.csv"
    listed.write_text("code,text\nZ,Not stated\n", encoding="utf-8")
    do(store, Who("ann", NOW), install_audited, candidate(listed, "ndtms-r"))
    terminal.press("<escape>")
    go_to(terminal, "N9901")
    terminal.until("N9901 is open: Made-up data set S")
    command(terminal, "standards", "Ctrl+O Draft")
    terminal.press("<ctrl+k>")
    terminal.until("Take back:")
    terminal.press("ndtms-r<enter>")
    terminal.until("Take back ndtms-r?")
    terminal.press("t")
    terminal.until("Month: May 26")  # opened anew
    command(terminal, "standards", "Ctrl+O Draft")
    terminal.press("list ethnicity<enter>")
    terminal.until("White - British")
