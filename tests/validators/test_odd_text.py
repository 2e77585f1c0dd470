"""No text, however odd or short, breaks a check: it is judged, and never called the program's fault."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from tests.validators import builders, builders_smds
from validators.calendar.periods import ReportingPeriod
from validators.dates import write_date
from validators.records import EpisodeRecord, Event
from validators.rules.checker import Checker
from validators.rules.field_patterns import SHORTENERS
from validators.rules.file_rules import FileRules
from validators.rules.registry import FIELD_PATTERNS, JOURNEY_PATTERNS, RECORD_PATTERNS, Context, Moment
from validators.standard.model import Standard

TODAY = date(2026, 11, 20)
PERIOD = ReportingPeriod("2026-10", date(2025, 1, 1), date(2026, 10, 31))
SETTINGS = {"structured_day_programmes": "yes", "closure_classes": "01=complete"}
WALES = builders_smds.WALES
PACKS = [
    pytest.param(builders.STANDARD, builders.episode(builders.event("sub_intervention"), builders.event("referral")),
                 id="ndtms-cjit-p"),
    pytest.param(WALES, builders_smds.journey(builders_smds.modality(), builders_smds.top()), id="smds-wales"),
]  # fmt: skip
# Cut to every length: plain dates, digits that are none in ASCII, NUL, accents of their own, blanks, signs, halves.
ODD = (
    "19850615" * 5, "1985-06-15" * 4, "0" * 40, "Z" * 40, "\u0661\u0669\u0668\u0665" * 10, "\uff11" * 40, "1\x00" * 20,
    "e\u0301" * 20, "\u0301" * 40, " " * 40, "--//..__" * 5, "\ud800" * 40, "\U0001f600" * 40, "{x}%s\\" * 8,
    "\u00b2\u00bd" * 20,
)  # fmt: skip
TEXTS = [odd[:length] for odd in ODD for length in range(41)]


def spoilt(standard: Standard, record: EpisodeRecord, header: str, text: str) -> EpisodeRecord:
    """The record with the text in a field, of whatever level."""
    level = standard.by_header[header].level
    if level == "client":
        return replace(record, client={**record.client, header: text})
    if level == "episode":
        return replace(record, episode={**record.episode, header: text})
    section = standard.by_header[header].section
    events = (replace(e, values={**e.values, header: text}) if e.section == section else e for e in record.events)
    return replace(record, events=tuple(events))


def ways(standard: Standard, record: EpisodeRecord) -> Iterator[EpisodeRecord]:
    """The record as it stands, without consent, and where only a part of it is sent."""
    yield record
    yield replace(record, events=(), kept=record)
    if consent := standard.role("consent"):
        withheld = replace(record, episode={**record.episode, consent: "N"})
        yield withheld
        carried = {h: v for h, v in withheld.client.items() if h in standard.no_consent_carries}
        yield replace(withheld, client=carried, events=(), kept=withheld)


@pytest.mark.parametrize(("standard", "record"), PACKS)
def test_no_text_in_a_field_breaks_a_check(standard: Standard, record: EpisodeRecord) -> None:
    checker = Checker(standard)
    contexts = [Context(TODAY, source, PERIOD, SETTINGS, "T0123") for source in ("file", "store")]
    for number, header in enumerate(standard.headers):
        rules = FileRules(standard)
        # Every length in every field; every kind of text in turn.
        for text in (ODD[(number + length) % len(ODD)][:length] for length in range(41)):
            for changed in ways(standard, spoilt(standard, record, header, text)):
                for context in contexts:
                    found = checker.check(changed, context)
                    if context.source == "file":
                        found += rules.check(replace(changed, lines=(2,)), found)
                    assert not [one.message for one in found if one.rule == "rule-failed"], (header, ascii(text))
        rules.at_end()


@pytest.mark.parametrize(("standard", "record"), PACKS)
def test_no_pattern_breaks_on_text_that_nobody_has_judged(standard: Standard, record: EpisodeRecord) -> None:
    """Asked directly: what another data set's rules let through is no more harmless than what these do."""
    layout = standard.date_layout.text
    moment = Moment.of(Context(TODAY, "file", PERIOD, SETTINGS, "T0123"), layout)
    good = {**dict.fromkeys(standard.headers, ""), **record.client, **record.episode}
    for event in record.events:
        good |= event.values
    for row in (row for rule in standard.rules for row in rule.rows):
        headers = dict.fromkeys((*row.fields, *row.beside))
        if row.pattern in FIELD_PATTERNS:
            checks = [FIELD_PATTERNS[row.pattern](row, standard, header) for header in row.fields]
            assert {check(text, stored) for check in checks for text in TEXTS for stored in (True, False)} <= {
                True,
                False,
            }
        elif row.pattern in RECORD_PATTERNS:
            check = RECORD_PATTERNS[row.pattern](row, standard)
            for values in ({**good, header: text} for header in headers for text in TEXTS):
                check(values, values, moment)
        elif row.pattern in JOURNEY_PATTERNS:
            journey = JOURNEY_PATTERNS[row.pattern](row, standard)
            for values in ({**good, header: text} for header in headers for text in TEXTS):
                seen = [(Event(section.id, {}), values) for section in standard.event_sections]
                list(journey(values, seen, moment))
    assert write_date(TODAY, layout) == moment.today


def test_no_text_breaks_a_shortener_or_the_search_for_a_code() -> None:
    for text in TEXTS:
        for shorten in SHORTENERS.values():
            assert len(shorten(text)) <= len(text) + 1
        for standard in (builders.STANDARD, WALES):
            for codes in standard.code_lists.values():
                assert codes.meant(text) in {"", *codes.codes}
