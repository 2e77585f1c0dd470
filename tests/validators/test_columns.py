"""Judged many at once, by whole columns, episodes give what they give one by one: nothing wrong is taken for right."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.checks.file_check import check_file
from exporters.csv_format.reading import Extract
from tests.bench.returns import written
from tests.validators.builders import CHECKER, STANDARD, TODAY, episode, event, withheld
from tests.validators.test_rules_cjit_p import RECORD_ROWS
from tests.validators.test_rules_files import BASE, EVENTS, some_of
from validators.calendar.periods import reporting_period
from validators.records import EpisodeRecord, Source
from validators.rules.columns import TRIED, ColumnCheck
from validators.rules.registry import Context

PERIOD = reporting_period(STANDARD.submission.calendar, "2020-12")
CONTEXTS = [Context(TODAY, source, period, agency="T0123") for source in ("file", "store") for period in (None, PERIOD)]


def with_findings(records: Sequence[EpisodeRecord], context: Context) -> set[int]:
    """Those of which the checker has something to say, or that it judges on what they may carry."""
    judged = enumerate(records)
    return {n for n, one in judged if STANDARD.withholds(one.episode) or CHECKER.check(one, context)}


def doubtful(records: Sequence[EpisodeRecord], context: Context, tried: int) -> Collection[int]:
    """Those that are in doubt by whole columns, once all their values have been met."""
    columns = ColumnCheck(CHECKER, context, tried)
    one_by_one = {n for n, record in enumerate(records) if columns.doubtful([record])}
    together = set(columns.doubtful(records))
    assert together == one_by_one
    return together


@pytest.mark.parametrize("tried", [TRIED, 0], ids=["combinations that come again", "asked of each row"])
@pytest.mark.parametrize("source", ["file", "store"])
def test_what_the_rules_say_something_of_is_in_doubt_and_nothing_else(source: Source, tried: int) -> None:
    for submission in ("", "2020-12"):
        period = reporting_period(STANDARD.submission.calendar, submission) if submission else None
        context = Context(TODAY, source, period)
        records = [row.record for row in RECORD_ROWS if row.submission == submission]
        assert len(records) > 2
        assert doubtful(records, context, tried) == with_findings(records, context)


RECORDS = st.one_of(
    st.builds(lambda changes, events: episode(*events, **changes), some_of(BASE), st.lists(EVENTS, max_size=1)),
    some_of(BASE).map(lambda changes: withheld(**changes)),
)


# How long values take to be made up says nothing of the program.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    records=st.lists(RECORDS, min_size=1, max_size=2),
    context=st.sampled_from(CONTEXTS),
    tried=st.sampled_from([TRIED, 0]),
)
def test_whatever_is_typed_the_two_agree(records: list[EpisodeRecord], context: Context, tried: int) -> None:
    assert doubtful([*records, episode(event("referral"))], context, tried) == with_findings(records, context)


def test_a_check_that_breaks_leaves_its_episodes_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ColumnCheck(CHECKER, CONTEXTS[0])
    assert not columns.doubtful([episode()])

    def breaks(*_: object) -> None:
        raise RuntimeError

    for scope in (columns._base, *columns._events.values()):
        for check in scope._checks:
            monkeypatch.setattr(check, "_check", breaks)
    assert set(columns.doubtful([episode(), episode(TRIAGED="20200114")])) == {1}, "the first is known to pass"


def test_a_scattered_file_is_told_the_same_as_episode_by_episode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scattered.csv"
    written(path, 1500, scattered=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    # Some rows once more, and some with another client or agency: what shows only beside others.
    given_again = [line.replace("T0001", "T0002") if n % 2 else line for n, line in enumerate(lines[1:80])]
    path.write_text("\n".join([*lines, *lines[300:320], *given_again, *lines[700:720]]), encoding="utf-8")
    ours = check_file(path, STANDARD, Context(TODAY))
    monkeypatch.setattr(Extract, "together", lambda self: None)
    plain = check_file(path, STANDARD, Context(TODAY))
    assert ours.findings == plain.findings and len(plain.findings) > 100
    assert (ours.tally.counts, ours.tally.spoilt) == (plain.tally.counts, plain.tally.spoilt)
    assert (ours.tally.rows, ours.tally.episodes) == (plain.tally.rows, plain.tally.episodes)
    assert ours.tally.no_consent == plain.tally.no_consent > 0
