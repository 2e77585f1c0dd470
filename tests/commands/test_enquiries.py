"""Who is asked about a data set, and where guidance stands: as documents name it, and where it is looked for."""

from datetime import date

import pytest

from exporters.extracts.submission_window import said_of_window
from exporters.records import privacy_notice
from tui.session.standard_pages import data_set_page, field_page
from validators.calendar.calendar import SubmissionCalendar
from validators.standard.catalogue import load

LATE = {"ndtms-cjit-p": date(2021, 2, 1), "smds-wales": date(2021, 3, 1)}


@pytest.mark.parametrize(
    ("standard", "region", "asked"),
    [
        ("ndtms-cjit-p", "South West", "ask the region (NDTMS.SouthWest@dhsc.gov.uk) before"),
        ("ndtms-cjit-p", "", "ask the region, or NDTMS.admin@dhsc.gov.uk where you do not know it before"),
        ("smds-wales", "", "ask substancemisuse-queries@wales.nhs.uk before"),
    ],
)
def test_once_a_window_is_over_it_is_said_whom_to_ask(standard: str, region: str, asked: str) -> None:
    calendar = SubmissionCalendar(load(standard), region)
    (told,) = said_of_window(calendar, "2020-12", LATE[standard])
    assert asked in told


@pytest.mark.parametrize("standard", ["ndtms-cjit-p", "ndtms-r-ad", "smds-wales"])
def test_a_data_set_says_who_is_asked_and_which_document_says_so(standard: str) -> None:
    its = load(standard)
    page = "\n".join(data_set_page(its))
    assert its.enquiries and all(one.address in page and one.source in page for one in its.enquiries)


def test_the_guidance_on_consent_stands_below_the_notice_and_with_the_field_where_consent_is_asked() -> None:
    about, address, source = privacy_notice.guidance(load("ndtms-cjit-p"))
    page = field_page(load("ndtms-cjit-p"), "CONSENT")
    (at,) = [number for number, line in enumerate(page) if "Guidance" in line]
    assert "consent" in page[at] and page[at + 1].strip() == address
    assert not any("Guidance" in line for line in field_page(load("ndtms-cjit-p"), "DOB"))
    assert "consent" in about and address.startswith("https://www.gov.uk/") and "R requirements" in source
    assert privacy_notice.guidance(load("smds-wales")) == []
