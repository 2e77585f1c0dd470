"""Judged many at once, by whole columns, episodes give what they give one by one: nothing wrong is taken for right."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.checks.file_check import check_file
from exporters.csv_format import reading
from exporters.csv_format.reading import Extract
from tests.bench.returns import written
from tests.validators.builders import CHECKER, STANDARD, TODAY, episode, event, withheld
from tests.validators.test_loading import with_row
from tests.validators.test_rules_cjit_p import RECORD_ROWS
from tests.validators.test_rules_files import BASE, EVENTS, some_of
from validators.calendar.periods import reporting_period
from validators.records import EpisodeRecord, Source
from validators.rules.columns import TRIED, TRIED_FIRST, ColumnCheck
from validators.rules.file_rules import FileRules
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


DATES = frozenset({"REFLD", "DISD", "SUBMODDT"})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    records=st.lists(RECORDS, min_size=1, max_size=3),
    context=st.sampled_from(CONTEXTS),
    tried=st.sampled_from([TRIED, 0]),
)
def test_asked_about_some_fields_it_doubts_whatever_is_said_of_them(
    records: list[EpisodeRecord], context: Context, tried: int
) -> None:
    told = {n for n, one in enumerate(records) for f in CHECKER.check(one, context) if not DATES.isdisjoint(f.fields)}
    columns = ColumnCheck(CHECKER, context, tried, DATES)
    assert told <= set(columns.doubtful(records)) <= with_findings(records, context)
    assert told <= set(columns.doubtful(records)), "nor is it forgotten"


def test_asked_about_some_fields_it_lets_pass_what_is_said_of_others() -> None:
    columns = ColumnCheck(CHECKER, CONTEXTS[2], about=DATES)
    records = [episode(PC="SR1"), episode(DISD="2019-01-01"), episode(ALCDDAYS="3", ALCUNITS=""), episode()]
    assert with_findings(records, CONTEXTS[2]) == {0, 1, 2}
    assert columns.doubtful(records) == {1}


def test_a_check_that_broke_is_asked_of_every_episode(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ColumnCheck(CHECKER, CONTEXTS[0])

    def breaks(*_: object) -> None:
        raise RuntimeError

    for check in columns._base._checks:
        monkeypatch.setattr(check, "_check", breaks)
    many = TRIED_FIRST + 1
    assert set(columns.doubtful([episode()] * many)) == set(range(many))
    assert set(columns.doubtful([episode()] * 3)) == {0, 1, 2}, "though columns say of most that all is filled"


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


# What a site's own edition may ask, that no shipped standard does: pattern, fields, parameters, and the lines told.
OWN_RULES = [
    ("required", "DISD", "when=SUBMODDT!=", [2]),
    ("not_before_day_when", "TRIAGED", "day=2020-02-01; when=SUBMODDT!=", [2]),
    ("identifying", "CLIENTID", "birth=SUBMODDT; initials=FINITIAL SINITIAL", []),
    ("required", "DISD", "with=SUBMODDT", [2]),
    ("like_another", "FINITIAL SINITIAL DOB SEX", "owner=CLIENTID; within=AGNCY", [3, 4]),
    ("like_another", "DAT", "owner=CLIENTID; within=PC", [3, 4]),
    ("appears_once", "PC", "", [3, 4]),
    ("same_for_client", "DOB SEX", "owner=PC", [4]),
    ("belongs_to_one", "CLIENTID", "owner=DAT", []),
]


@pytest.mark.parametrize(("pattern", "fields", "parameters", "lines"), OWN_RULES)
def test_a_rule_of_a_sites_own_says_the_same_of_many_as_of_one(
    pattern: str,
    fields: str,
    parameters: str,
    lines: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standard = with_row(tmp_path, pattern, fields, parameters)
    own = [{"CLIENTID": f"client-{n}", "CLIENT": f"00000{n}", "EPISODID": f"episode-{n}"} for n in range(3)]
    records = [episode(event("sub_intervention"), **own[0]), episode(**own[1]), episode(**own[2], SEX="2")]
    if pattern == "like_another":
        records[2] = episode(**own[2])
    path = tmp_path / "own.csv"
    rows = [{**one.client, **one.episode, **(one.events[0].values if one.events else {})} for one in records]
    table = [",".join(row.get(header, "") for header in standard.columns) for row in rows]
    path.write_text("\n".join([",".join(standard.columns), *table]), encoding="utf-8")
    monkeypatch.setattr(reading, "TOGETHER", 1)
    ours = check_file(path, standard, Context(TODAY))
    monkeypatch.setattr(Extract, "together", lambda self: None)
    assert list(ours.findings) == list(check_file(path, standard, Context(TODAY)).findings)
    assert [line for one in ours.findings if one.rule == "own" for line in one.lines] == lines
    assert not [one for one in ours.findings if one.rule == "rule-failed"]


def test_a_store_compares_all_where_a_rule_asks_for_less_than_it_can_tell(tmp_path: Path) -> None:
    """It knows beforehand who shares initials, birth date and sex, and nothing of who shares the birth date alone."""
    two = [episode(CLIENTID=f"client-{n}", CLIENT=f"00000{n}", EPISODID=f"episode-{n}", SEX=f"{n}") for n in (1, 2)]
    kept = [EpisodeRecord(one.client, one.episode, (), (), f"id {n}") for n, one in enumerate(two)]
    shipped = FileRules(STANDARD, frozenset(), "T0123", frozenset())
    assert all(map(shipped.leaves_out, kept))
    rules = FileRules(
        with_row(tmp_path, "like_another", "DOB", "owner=CLIENTID; within=AGNCY"), frozenset(), "T0123", frozenset()
    )
    assert not any(map(rules.leaves_out, kept))
    assert [[finding.rule for finding in rules.check(one, [])] for one in kept] == [[], ["own"]]
