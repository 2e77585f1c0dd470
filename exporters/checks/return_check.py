"""Checking what a store keeps of an agency: all of it as it stands, or what one submission would send of it.

What would be sent is judged as the extract itself is when it is written, so that a check, the findings and the receipt
of a submission say the same and count the same.
"""

from collections.abc import Iterable

from exporters.checks.carried import CarriedNotices
from exporters.checks.caseload import stored_context
from exporters.checks.file_check import Examination, Report, check_episodes, of_store
from exporters.formats import choose
from exporters.formats.base import Outgoing, Selecting
from exporters.work import Work
from store.findings import acceptances
from store.findings.acceptance_facts import Accepted
from store.month import agency_settings, calendar
from store.records import read
from store.snapshot import Snapshot
from validators.records import Finding
from validators.rules.registry import Context


def examination(snapshot: Snapshot, work: Work, selection: Selecting) -> Examination:
    """What judges the episodes of an extract as what they are by now: a file that would be sent. Raises Problem."""
    agency = work.agency
    settings = agency_settings.settings(snapshot, agency)
    context = Context(work.today, "file", selection.period, settings, agency.code)
    accepted = Accepted(acceptances.listed(snapshot, agency))
    return Examination(selection.standard, context, read.repeated_identifiers(snapshot, agency), accepted)


def examined(its: Examination, outgoing: Outgoing, more: Iterable[Finding] = ()) -> list[Finding]:
    """Judge and count what goes of an episode, with what `more` is known of that; nothing where nothing goes."""
    if outgoing.left_out or outgoing.unchanged:
        return []
    return its.examine(outgoing.record, (*outgoing.findings, *more), judged=outgoing.whole)


def check_kept(snapshot: Snapshot, work: Work) -> Report:
    """Check every episode of an agency as it is kept. Raises Problem when the store cannot be read."""
    agency = work.agency
    context, accepted = stored_context(snapshot, agency, work.today), Accepted(acceptances.listed(snapshot, agency))
    repeated = read.repeated_identifiers(snapshot, agency)
    carried = CarriedNotices(snapshot, agency, work.standard)
    return check_episodes(read.episodes(snapshot, agency), work.standard, context, repeated, accepted, carried.of)


def check_return(snapshot: Snapshot, work: Work, submission: str) -> Report:
    """Check what a submission's extract, of the usual kind, would hold, and nothing else.

    Raises Problem when there is no such submission, and when the store cannot be read.
    """
    period = calendar.of_agency(snapshot, work.agency).entry(submission).period
    selection = choose.of(work.standard).selection(period)
    its = examination(snapshot, work, selection)
    report, carried = of_store(its), CarriedNotices(snapshot, work.agency, work.standard)
    for _, outgoing in selection.stream(snapshot, work.agency):
        report.findings.extend(examined(its, outgoing, carried.of(outgoing.record)))
    return report
