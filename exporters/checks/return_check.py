"""Checking what a store keeps of an agency: all of it as it stands, or what one submission would send of it.

What would be sent is judged as the extract itself is when it is written, so that a check, the findings and the receipt
of a submission say the same and count the same.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from exporters.checks.carried import CarriedNotices
from exporters.checks.caseload import stored_context
from exporters.checks.file_check import HELD_AT_ONCE, Examination, Report, check_episodes, of_store
from exporters.extracts.sent_links import LinkCheck
from exporters.formats import choose
from exporters.formats.base import Selecting
from exporters.formats.outgoing import Outgoing, waiting
from exporters.work import Work, work_on
from store.clients import lookalikes
from store.findings import acceptances
from store.findings.acceptance_facts import Accepted
from store.month import agency_settings, calendar
from store.records import read
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Finding, Values
from validators.rules.field_patterns import shortened, shorteners_of
from validators.rules.registry import Context

Chosen = tuple[EpisodeRecord, Outgoing]


def examination(snapshot: Snapshot, work: Work, selection: Selecting) -> Examination:
    """What judges the episodes of an extract as what they are by now: a file that would be sent. Raises Problem."""
    agency = work.agency
    settings = agency_settings.settings(snapshot, agency)
    context = Context(work.today, "file", selection.period, settings, agency.code)
    shorteners = shorteners_of(selection.standard)
    then = {held: header for header, held in selection.standard.held_in.items()}

    def leaves(values: Values) -> Values:
        """Somebody accepts a value as it is kept, and so what leaves of it, under the header that it leaves under."""
        own = {then.get(header, header): text for header, text in values.items()} if then else values
        return shortened(own, shorteners)

    accepted = Accepted(acceptances.listed(snapshot, agency), leaves)
    repeated, alike = read.repeated_identifiers(snapshot, agency), lookalikes.alike(snapshot, agency)
    return Examination(selection.standard, context, repeated, accepted, alike)


def going(its: Examination, stream: Iterable[Chosen]) -> Iterator[list[tuple[EpisodeRecord, Outgoing, bool]]]:
    """The episodes of an extract, some at a time, each with what goes of it, and whether that is known to be sound."""
    rest = iter(stream)
    while some := list(islice(rest, HELD_AT_ONCE)):
        found = iter(its.sound([outgoing.judged for _, outgoing in some if _goes(outgoing)]))
        yield [(record, outgoing, _goes(outgoing) and next(found)) for record, outgoing in some]


def _goes(outgoing: Outgoing) -> bool:
    return not outgoing.left_out and not outgoing.unchanged


def examined(
    its: Examination, record: EpisodeRecord, outgoing: Outgoing, more: Iterable[Finding] = (), *, sound: bool
) -> list[Finding]:
    """Judge and count what goes of a stored episode, with what `more` is known of that; nothing where nothing goes."""
    if not _goes(outgoing):
        return []
    extra, waits = (*outgoing.findings, *more), waiting(record, outgoing)
    return its.examine(outgoing.record, extra, judged=outgoing.whole, is_sound=sound, waits=waits)


def check_kept(snapshot: Snapshot, work: Work) -> Report:
    """Check every episode of an agency as it is kept. Raises Problem when the store cannot be read."""
    agency = work.agency
    context, accepted = stored_context(snapshot, agency, work.today), Accepted(acceptances.listed(snapshot, agency))
    repeated, alike = read.repeated_identifiers(snapshot, agency), lookalikes.alike(snapshot, agency)
    carried = CarriedNotices(snapshot, agency, work.standard)
    its = Examination(work.standard, context, repeated, accepted, alike)
    links, linked = LinkCheck(snapshot, agency, work.standard), dict[str, Finding]()

    def stream() -> Iterator[EpisodeRecord]:
        rest = read.episodes(snapshot, agency)
        while some := list(islice(rest, HELD_AT_ONCE)):
            for record in some:
                links.look(record)
            linked.update(links.found())
            yield from some

    def more(record: EpisodeRecord) -> Iterator[Finding]:
        yield from carried.of(record)
        if record.episode_id in linked:
            yield linked.pop(record.episode_id)

    return check_episodes(stream(), its, more)


def check_return(snapshot: Snapshot, work: Work, submission: str) -> Report:
    """Check what a submission's extract, of the usual kind, would hold, and nothing else.

    Raises Problem when there is no such submission, and when the store cannot be read.
    """
    period = calendar.of_agency(snapshot, work.agency).entry(submission).period
    work = work_on(snapshot, work, period.end)
    selection = choose.of(work.standard).selection(period)
    its = examination(snapshot, work, selection)
    report, carried = of_store(its), CarriedNotices(snapshot, work.agency, work.standard)
    for record, outgoing, sound in chain.from_iterable(going(its, selection.stream(snapshot, work.agency))):
        report.findings.extend(examined(its, record, outgoing, carried.of(outgoing.record), sound=sound))
    return report
