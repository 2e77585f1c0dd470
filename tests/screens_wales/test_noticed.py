"""What others say of the agency, or of extracts, is noticed by whoever has a client or the findings open."""

from io import BytesIO

import pytest

from exporters.extracts.resend import export_to_stream
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.findings import queries
from store.month import agency_settings
from store.month import sent as stored_sent
from store.records import read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command
from tests.screens_wales.conftest import STANDARD
from tests.stores import ask

JOURNEY = {"REFDATE": "2020-10-01", "REFSOURCE": "01", "ASSDATE": "2020-10-05", "AGENCY": "W00001"}


@pytest.fixture
def client(store: Store, agency: AgencyInfo) -> str:
    """A client in a structured day programme, who had a TOP; the id."""
    with store.writing(Who("bob", NOW)) as work:
        who = {"SURNAME1": "P", "FORENAME1": "R", "DOB": "1980-02-03", "GENDER": "1"}
        made = save.create(work, "client", agency.id, "", who)
        episode = save.create(work, "episode", made.id, "", JOURNEY)
        days = {"MODREFD": "2020-10-05", "MODOFFERD": "2020-10-08", "MODSTARTD": "2020-10-09"}
        save.create(work, "event", episode.id, "modality", {"MODALITY": "07", **days})
        save.create(work, "event", episode.id, "top", {"TOPNO": "1", "TOPDATE": "2020-10-09"})
    return made.id


def says(store: Store, agency: AgencyInfo, told: str) -> None:
    """Somebody in another session says whether structured day programmes are commissioned."""
    with store.writing(Who("bob", NOW)) as work:
        agency_settings.set_setting(work, agency, "structured_day_programmes", told)


def sent(store: Store, agency: AgencyInfo) -> str:
    """Somebody writes October's return and marks it as sent; its id."""
    work = Work(agency, STANDARD, NOW.date())
    _, made = export_to_stream(store, work, "2020-10", BytesIO(), Who("bob", NOW))
    with store.writing(Who("bob", NOW)) as unit:
        stored_sent.mark(unit, made.id)
    return made.id


def other_referral(store: Store, client: str) -> None:
    """Somebody changes the day of referral."""
    episode = ask(store, read.tree, client).episodes[0].episode
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "REFDATE": "2020-10-02"}, episode.version)


def test_what_another_session_says_of_the_agency_is_judged_by_in_an_open_client(
    start: Start, store: Store, agency: AgencyInfo, client: str
) -> None:
    terminal = start(120, 40, ready="F2 Save", KEYWORK_TEST_OPEN=client)
    terminal.until("modality-07")
    says(store, agency, "yes")
    terminal.until(lambda shown: not shown.shows("modality-07"))
    says(store, agency, "no")
    terminal.until("modality-07")
    says(store, agency, "")
    terminal.until(lambda _: not ask(store, queries.stale, agency, NOW.date()))
    assert terminal.shows("modality-07")


def test_a_return_marked_as_sent_or_taken_back_is_noticed_in_an_open_client(
    start: Start, store: Store, agency: AgencyInfo, client: str
) -> None:
    terminal = start(120, 40, ready="F2 Save", KEYWORK_TEST_OPEN=client)
    extract = sent(store, agency)
    other_referral(store, client)
    terminal.until("as they were sent")
    with store.writing(Who("bob", NOW)) as work:
        stored_sent.take_back(work, extract)
    terminal.until(lambda shown: not shown.shows("as they were sent"))
    with store.writing(Who("bob", NOW)) as work:
        stored_sent.mark(work, extract)
    terminal.until("as they were sent")


def test_a_return_taken_back_leaves_no_such_finding_in_an_open_list(
    start: Start, store: Store, agency: AgencyInfo, client: str
) -> None:
    extract = sent(store, agency)
    other_referral(store, client)
    terminal = start()
    command(terminal, "findings", "referral-sent")
    with store.writing(Who("bob", NOW)) as work:
        stored_sent.take_back(work, extract)
    terminal.until(lambda shown: not shown.shows("referral-sent"))
