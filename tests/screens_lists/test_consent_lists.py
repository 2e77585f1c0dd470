"""Withdrawals that no extract can carry, on their list until somebody ticks them; and the notice, to be read out."""

import pytest

from exporters.records import consent, privacy_notice
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.month.withdrawals import to_tell
from store.records import read, save
from store.records.consent import ConsentAnswer
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do
from validators.standard.catalogue import load

BOB = Who("bob", NOW)


@pytest.fixture
def work(store: Store, agency: AgencyInfo) -> Work:
    """Two withdrawals: of an episode that is deleted afterwards, which no extract carries, and of one that goes."""
    standard = load(agency.standard)
    work = Work(agency, standard, NOW.date())
    agreed = [one for one in ask(store, read.episodes, agency) if standard.has_consent(one.episode)][:2]
    for one in agreed:
        answer = ConsentAnswer("withdrawn", f"{NOW:%Y-%m-%d}", "Carol Key", note="by telephone")
        do(store, BOB, consent.record, work, one.episode_id, answer)
    now = ask(store, read.get, "episode", agreed[0].episode_id)
    do(store, BOB, save.delete, "episode", now.id, now.version)
    return work


def test_a_withdrawal_stays_until_it_is_ticked(store: Store, work: Work, start: Start) -> None:
    terminal = start()
    command(terminal, "withdrawals", "1 withdrawal that no extract can carry")
    same_picture(terminal, HELP / "withdrawals.screen.txt")
    terminal.press("t")
    terminal.until("Whom, and how")
    terminal.press("<enter>")
    terminal.until("Type the whom, and how first.")
    terminal.press("the team, by post<enter>")
    terminal.until("Ticked.")
    terminal.until("Nobody is to be told of a withdrawal.")
    assert ask(store, to_tell, work.agency, work.today) == []
    terminal.press("l")
    terminal.until("(told) the team, by post")
    terminal.press("t")
    terminal.until("A withdrawal that was told")
    terminal.press("t")
    terminal.until("It is on the list again.")
    assert len(ask(store, to_tell, work.agency, work.today)) == 1


def test_the_month_has_their_number_and_leads_to_them(store: Store, work: Work, start: Start) -> None:
    terminal = start(ready="Month: ", KEYWORK_TEST_START="month")
    terminal.until("Withdrawals of consent to tell, which no extract carries: 1")
    terminal.press("t")
    terminal.until("1 withdrawal that no extract can carry")
    terminal.press("/no such words<enter>")
    terminal.until("Nothing here has all of these words")
    terminal.press("<escape><escape><escape>")
    terminal.until("Month: ")
    # A worklist like the others: a number, Enter lists, Enter opens where it waits, and it is ticked there.
    terminal.press("w")
    terminal.until("Withdrawals to tell, which no extract carries")
    terminal.press("<end><enter>")
    terminal.until("[to tell]")
    terminal.until("1 client")
    terminal.press("<enter>")
    terminal.until("December 2020; Ctrl+D ticks it.")
    terminal.press("<ctrl+d>")
    terminal.until("Whoever has the data was told")
    terminal.press("t")
    terminal.until("Whom, and how")
    terminal.press("the team, by post<enter>")
    terminal.until("Ticked.")
    terminal.press("<escape>")
    terminal.until(" 0 clients")
    terminal.press("<escape><escape>")
    terminal.until("Month: ")
    terminal.until(lambda seen: not seen.shows("Withdrawals of consent to tell"))


def test_the_notice_is_read_out_and_a_sites_own_stands_in_its_place(
    store: Store, agency: AgencyInfo, start: Start
) -> None:
    terminal = start()
    command(terminal, "privacy notice", "What happens with information")
    same_picture(terminal, HELP / "notice.screen.txt")
    terminal.press("<end>")
    terminal.until("Information Commissioner")
    do(store, BOB, privacy_notice.replace, agency, "2026-11", "# Ours\n\nAsk Jo.")
    terminal.press("<f5>")
    terminal.until("Ask Jo.")
    assert terminal.shows("Version 2026-11, this site's own")
