"""Checking what a store keeps of an agency: only what is due, a batch at a time, the results kept beside the episodes.

An episode is due when it, the rules, the agency's settings or the day are others than at its last check; what shows
only between episodes is looked for when anything was saved since it was last looked for. A second check so costs what
changed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING

from exporters.checks.carried import CarriedNotices
from exporters.extracts.outside_dates import OutsideDates
from exporters.extracts.sent_links import LinkCheck
from exporters.formats import choose
from exporters.formats.outgoing import Outgoing, as_then, waiting
from exporters.work import Work, work_on
from store.clients import index, lookalikes
from store.disk import audit
from store.facts import Who
from store.findings import queries, results
from store.findings.acceptance_facts import is_part, values_text
from store.findings.results import CHECKER, NOTHING_LEFT, Beside, LeftLetters
from store.month import agency_settings, calendar, extracts, letter_changes
from store.records import agencies, read
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Values
from validators.rules.checker import Checker
from validators.rules.field_patterns import shortened, shorteners_of
from validators.rules.file_rules import FileRules
from validators.rules.registry import Context

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.findings.acceptance_facts import Going, Waits
    from store.month.facts import LastSent
    from store.store import Store
    from validators.calendar.periods import ReportingPeriod
    from validators.standard.model import Standard

# What the extract that is due would hold of episodes that are checked, where that is not all of them as they stand.

Stamped = tuple[str, EpisodeRecord]


def stored_context(snapshot: Snapshot, agency: "AgencyInfo", day: date) -> Context:
    """By what an agency's records are judged as they are kept. Raises Problem when the store cannot be read."""
    settings = agency_settings.settings(snapshot, agency)
    return Context(day, "store", settings=settings, agency=agencies.code_of(snapshot, agency))


def by_now(snapshot: Snapshot, agency: "AgencyInfo", checker: Checker) -> tuple["AgencyInfo", Checker, str]:
    """The agency as it is now, what checks by the edition that is in force now, and the grounds of such a check.

    A screen on which somebody types speaks the edition that it was opened by, whatever was installed, or the agency
    went over to, meanwhile. What is kept is of the one in force, and is not said to be of any other.
    """
    now = agencies.as_now(snapshot, agency)
    grounds = agency_settings.grounds(snapshot, now)
    deriver = snapshot.derivers[now.standard]
    return now, checker if deriver.standard is checker.standard else deriver.checker, grounds


def told_of_letter(left: "Standard", asked: Collection[str], one: Finding) -> Finding:
    """What is found in a return that goes out in a letter which was `left`, at the fields as they are called now: the
    form asks by another, for the headers `asked`."""
    now = left.held_in
    fields = tuple(now.get(header, header) for header in one.fields)
    gone = any(header not in asked for header in fields)
    return replace(
        one,
        field=now.get(one.field, one.field),
        fields=fields,
        values={now.get(header, header): text for header, text in one.values.items()},
        message=f"Edition {left.edition}{', not in the form' if gone else ''}: {one.message}",
    )


class GoingCheck:
    """Checks what would be sent of episodes that are being checked: in the return that is due, or in a period's."""

    def __init__(
        self,
        snapshot: Snapshot,
        agency: "AgencyInfo",
        checker: Checker,
        context: Context,
        period: "ReportingPeriod | None" = None,
    ) -> None:
        """Take what checks, and by which day and settings. Raises Problem when the store cannot be read."""
        self._snapshot, self._agency = snapshot, agency
        period = period or calendar.of_agency(snapshot, agency).due(context.today).period
        work = work_on(snapshot, Work(agency, checker.standard, context.today), period.end)
        # What ends before the agency changed its letter goes in the old one: nothing of it as it is kept.
        self._is_old = work.standard is not checker.standard
        self._asked = checker.standard.by_header
        self._checker = snapshot.derivers[work.standard.id].checker if self._is_old else checker
        self.standard = work.standard
        self._selection = choose.of(self.standard).selection(period)
        self._selection.begin(snapshot, agency)
        self._stored, self._context = context, replace(context, source="file", period=period)
        self._dates = OutsideDates(self.standard, period)
        self._apart = frozenset(
            rule.id
            for rule in checker.standard.rules
            if any(row.store_severity not in ("", row.severity) for row in rule.rows)
        )
        self._shorteners = shorteners_of(self.standard)
        self._found: dict[str, Going] = {}

    def prepared(self, stream: Iterable[Stamped]) -> Iterator[tuple[str, EpisodeRecord, Mapping[str, "LastSent"]]]:
        """The same episodes, each with what is known to have been sent of it; some at a time where that is asked."""
        at_once = self._selection.read_at_once
        rest = iter(stream)
        if not at_once:
            for stamp, record in rest:
                yield stamp, record, {}
            return
        while some := list(islice(rest, at_once)):
            sent = self._selection.sent(self._snapshot, self._agency, [record for _, record in some])
            for stamp, record in some:
                yield stamp, record, sent

    def look(self, record: EpisodeRecord, sent: Mapping[str, "LastSent"], kept: Collection[Finding]) -> None:
        """Remember what would be sent of an episode until `found` is asked; `kept` is what is found in all of it."""
        from store.findings.acceptance_facts import Going

        # What is an error when it is sent may be a notice as long as it is kept, and the other way round.
        is_apart = self._is_old or any(one.rule in self._apart for one in kept)
        if not is_apart and self._selection.goes_as_it_is(record):
            return
        outgoing = self._selection.outgoing(record, sent)
        outside = self._outside(record) if self._is_old and (outgoing.left_out or outgoing.held_back) else ()
        if outgoing.left_out or outgoing.unchanged:
            self._found[record.episode_id] = Going(outside=outside)
            return
        events = tuple(event.id for event in outgoing.record.events)
        part = len(events) < len(record.events) or bool(outgoing.held_back) or outgoing.is_cut
        if not part and not is_apart and self.standard.has_consent(record.episode):
            return  # what was sent before takes no row
        rows = 1 if self.standard.withholds(outgoing.record.episode) else outgoing.record.rows
        judged = self._judged(outgoing)
        if self._is_old:
            judged = tuple(self._told_of_letter(one) for one in judged)
        found = self._by_kept(judged, kept, waiting(record, outgoing))
        self._found[record.episode_id] = Going(rows, events, found, outside)

    def _outside(self, record: EpisodeRecord) -> tuple[Finding, ...]:
        """What the letter that was left finds of the dates by which it keeps an episode out, or a part of it."""
        its = as_then(self.standard, record)
        consented, found = self.standard.has_consent(its.episode), self._checker.check(its, self._stored)
        return tuple(self._told_of_letter(one) for one in found if self._dates.keep_out(one, consented=consented))

    def _judged(self, outgoing: Outgoing) -> tuple[Finding, ...]:
        part = {event.id for event in outgoing.record.events} | {""}
        found = [one for one in self._checker.check(outgoing.judged, self._context) if one.event_id in part]
        return (*found, *outgoing.findings)

    def _told_of_letter(self, one: Finding) -> Finding:
        return told_of_letter(self.standard, self._asked, one)

    def _by_kept(self, found: tuple[Finding, ...], kept: Collection[Finding], waits: "Waits") -> tuple[Finding, ...]:
        """The same findings, by the values as they are kept, which somebody accepts, where less of these leaves."""
        if not self._shorteners and not waits:
            return found
        left = [(one, shortened(one.values, self._shorteners)) for one in kept]
        whole = {(one.rule, one.event_id, values_text(values)): one.values for one, values in left}

        def as_kept(one: Finding) -> Values:
            known = whole.get((one.rule, one.event_id, values_text(one.values)))
            if known is not None or not waits:
                return one.values if known is None else known
            like = ((its, values) for its, values in left if (its.rule, its.event_id) == (one.rule, one.event_id))
            wider = (its.values for its, values in like if is_part(one.values, values, one.event_id, waits))
            return next(wider, one.values)

        return tuple(replace(one, values=as_kept(one)) for one in found)

    def look_beside(self, rules: FileRules, record: EpisodeRecord, sent: Mapping[str, "LastSent"]) -> list[Finding]:
        """What shows of that which would be sent of an episode, beside what would be of those looked at before."""
        outgoing = self._selection.outgoing(record, sent)
        if outgoing.left_out or outgoing.unchanged:
            return []
        part = {event.id for event in outgoing.record.events} | {""}
        found = rules.check(outgoing.judged, self._checker.check(outgoing.judged, self._context))
        return [one for one in found if one.event_id in part]

    def told_beside(self, rules: FileRules, record: EpisodeRecord) -> Iterator[Finding]:
        """The same of a letter that was left, as of all that it finds, in a return of which nothing was sent."""
        yield from map(self._told_of_letter, self.look_beside(rules, record, {}))

    def found(self) -> Mapping[str, "Going"]:
        """What would be sent of those looked at since it was asked last, by the episode's id; not of those whole."""
        found, self._found = self._found, {}
        return found


def _is_here(snapshot: Snapshot, standard: str) -> bool:
    """Whether an edition is installed still: by one that is not, nothing is checked."""
    try:
        return bool(snapshot.derivers[standard])
    except Problem:
        return False


class LeftChecks:
    """Checks what letters that were left find in their last returns before the one that is due: these are still to be
    sent, or to be corrected, in the letter that they are written in."""

    def __init__(self, snapshot: Snapshot, agency: "AgencyInfo", checker: Checker, context: Context) -> None:
        """Take what checks, and by which day and settings. Raises Problem when the store cannot be read."""
        changes = letter_changes.changes(snapshot, agency)
        self._checks: list[tuple[GoingCheck, bool]] = []
        if not changes:
            return
        known = calendar.of_agency(snapshot, agency)
        before = known.before(known.due(context.today))
        entries = {}
        for change in changes:
            last = known.due(change.first_day)
            while last.period.end >= change.first_day:
                last = known.before(last)
            last = min(last, before, key=lambda one: one.period.end)
            letter = letter_changes.standard_on(snapshot, agency, last.period.end)[0]
            if letter != agency.standard and _is_here(snapshot, letter):
                entries[last.submission] = last
        sent = {one.submission for one in extracts.listed(snapshot, agency) if one.is_sent} if entries else set()
        self._checks = [
            (GoingCheck(snapshot, agency, checker, context, one.period), one.submission in sent)
            for one in entries.values()
        ]

    def look(self, record: EpisodeRecord, kept: Collection[Finding]) -> None:
        """Remember what is found of an episode until `found` is asked; `kept` is what is found in all of it."""
        for check, _ in self._checks:
            check.look(record, {}, kept)

    def found(self) -> Mapping[str, LeftLetters]:
        """What was found since it was asked last, by the episode's id."""
        left: dict[str, LeftLetters] = {}
        for check, is_sent in self._checks:
            for its_id, its in check.found().items():
                if found := (*its.findings, *its.outside):
                    late, earlier = left.get(its_id, NOTHING_LEFT)
                    left[its_id] = (
                        LeftLetters(late, (*earlier, *found)) if is_sent else LeftLetters((*late, *found), earlier)
                    )
        return left

    def beside(self, records: Iterable[EpisodeRecord], repeated: frozenset[str], code: str) -> LeftLetters:
        """What shows of their returns only beside other records, of all the `records` that can contradict any."""
        late: list[Finding] = []
        earlier: list[Finding] = []
        checks = [
            (check, FileRules(check.standard, repeated, code), earlier if is_sent else late)
            for check, is_sent in self._checks
        ]
        for record in records if checks else ():
            for check, rules, found in checks:
                found.extend(check.told_beside(rules, record))
        return LeftLetters(tuple(late), tuple(earlier))


BATCH = 2000
"""Episodes whose findings are kept in one transaction."""
Progress = Callable[[int, int], object]
"""Told how many episodes are done, of how many that were due."""


def check_caseload(
    store: "Store",
    agency: "AgencyInfo",
    checker: Checker,
    day: date,
    now: datetime,
    progress: Progress | None = None,
) -> int:
    """Check all that is due for a check on a day, and what shows between episodes; return how many were checked.

    What somebody changes meanwhile stays due. Raises Problem when the store cannot be read or written.
    """
    done = 0
    with store.reading() as snapshot:
        agency, checker, grounds = by_now(snapshot, agency, checker)
        due = queries.count_stale(snapshot, agency, day) if progress else 0
        context = stored_context(snapshot, agency, day)
        # Each record is let go of before the next is read: to hold a batch of them would cost as much as to read it.
        beside = _EpisodeCheck(snapshot, agency, checker, context)
        stream = beside.going.prepared(queries.stamped(snapshot, agency, due=day))
        checked = ((record.episode_id, stamp, beside.check(record, sent)) for stamp, record, sent in stream)
        while found := list(islice(checked, BATCH)):
            going, left = beside.add(found), beside.left.found()
            store.do(Who(CHECKER, now), results.save, found, day, grounds=grounds, going=going, left=left)
            done += len(found)
            if progress:
                progress(min(done, due), due)
    compare_episodes(store, agency, checker, day, now)
    return done


def check_some(
    store: "Store", agency: "AgencyInfo", checker: Checker, ids: Collection[str], day: date, now: datetime
) -> int:
    """Check some episodes, due or not, and keep what was found; return for how many it was kept."""
    found: list[tuple[str, str, list[Finding]]] = []
    with store.reading() as snapshot:
        agency, checker, grounds = by_now(snapshot, agency, checker)
        context = stored_context(snapshot, agency, day)
        beside = _EpisodeCheck(snapshot, agency, checker, context, ids)
        for stamp, record, sent in beside.going.prepared(queries.stamped(snapshot, agency, ids)):
            found.append((record.episode_id, stamp, beside.check(record, sent)))
            sleep(0)  # whoever types meanwhile is answered before the next episode
        going, left = beside.add(found), beside.left.found()
    return store.do(Who(CHECKER, now), results.save, found, day, grounds=grounds, going=going, left=left)


class _EpisodeCheck:
    """Checks episodes, and what is kept beside them: what was sent of them, what would be, what was taken over."""

    def __init__(
        self,
        snapshot: Snapshot,
        agency: "AgencyInfo",
        checker: Checker,
        context: Context,
        ids: Collection[str] | None = None,
    ) -> None:
        self._checker, self._context = checker, context
        self._links = LinkCheck(snapshot, agency, checker.standard)
        self._carried = CarriedNotices(snapshot, agency, checker.standard, ids)
        self.going = GoingCheck(snapshot, agency, checker, context)
        self.left = LeftChecks(snapshot, agency, checker, context)

    def check(self, record: EpisodeRecord, sent: Mapping[str, "LastSent"]) -> list[Finding]:
        """What is found in an episode; what shows beside others of its batch is added to that."""
        self._links.look(record)
        found = self._checker.check(record, self._context)
        self.going.look(record, sent, found)
        self.left.look(record, found)
        return [*found, *self._carried.of(record)]

    def add(self, found: list[tuple[str, str, list[Finding]]]) -> Mapping[str, "Going"]:
        """Put what is found of links with the rest of each episode's findings; what would be sent of them."""
        if about := self._links.found():
            for episode_id, _, findings in found:
                if episode_id in about:
                    findings.append(about[episode_id])
        return self.going.found()


def compare_episodes(store: "Store", agency: "AgencyInfo", checker: Checker, day: date, now: datetime) -> bool:
    """Find and keep what shows only beside other records: an identifier used twice, one client told in two ways, two
    clients who seem to be one. What is kept is compared with all that is kept, what would be sent of it with what
    would be sent: a record that is held back contradicts nothing in a return.

    Does nothing, and says so, where nothing was saved since it was last done for this day and these rules; nor where
    somebody was removed for good while it looked, whom what it found may name: then it stays due.
    """
    kept: list[Finding] = []
    returned: list[Finding] = []
    left = NOTHING_LEFT
    with store.reading() as snapshot:
        agency, checker, grounds = by_now(snapshot, agency, checker)
        if not results.beside_is_due(snapshot, agency, day):
            return False
        version, known = index.saved_version(snapshot), audit.end(snapshot)
        repeated = read.repeated_identifiers(snapshot, agency)
        context = stored_context(snapshot, agency, day)
        # No other record can contradict any, or be contradicted.
        ids = read.episodes_bearing(snapshot, agency, repeated) if repeated else []
        ids += read.episodes_of(snapshot, lookalikes.doubles(snapshot, agency))
        if ids:
            going = GoingCheck(snapshot, agency, checker, context)
            rules, its_rules = (
                FileRules(standard, repeated, agency.code) for standard in (checker.standard, going.standard)
            )
            for _, record, sent in going.prepared(queries.stamped(snapshot, agency, ids)):
                kept += rules.check(record, checker.check(record, context))
                returned += going.look_beside(its_rules, record, sent)
            records = (record for _, record in queries.stamped(snapshot, agency, ids))
            left = LeftChecks(snapshot, agency, checker, context).beside(records, repeated, agency.code)
    found = Beside(kept, returned, left)
    with store.writing(Who(CHECKER, now)) as unit:
        if audit.done_since(unit, known, audit.REMOVE):
            return False
        results.save_beside(unit, agency, found, version, day, grounds=grounds)
    return True
