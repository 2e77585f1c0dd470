"""What a wrong date keeps out of a return: an episode outside its period, a part that is held back."""

from store.facts import AgencyInfo
from store.findings.queries import faults_in, faults_outside
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.dates import parse_date
from validators.records import Finding, Severity
from validators.standard.model import Standard


class OutsideDates:
    """The dates by which an episode, or a part of it, lies outside a reporting period."""

    def __init__(self, standard: Standard, period: ReportingPeriod) -> None:
        """Take the standard whose dates are meant, and the period."""
        self.period = period
        role, submission = standard.role, standard.submission
        self._opened = role("opened")
        # What goes by what was sent before never lies too far back.
        self._closed = "" if submission.kinds else role("closed")
        # As the two kinds of selection hold back: a table's whole events, a message's dates each for itself.
        roles = ("assessed", "closed") if submission.kinds else ("begun", "closed")
        parts = {header for header in map(role, roles) if header}
        for section in standard.event_sections:
            parts |= {*standard.headers_by_section[section.id]} if submission.kinds else {section.date_field}
        waits = submission.after_period == "hold"
        self._held = {header for header in parts if header and waits and standard.by_header[header].is_date}

    @property
    def headers(self) -> frozenset[str]:
        """All of them."""
        return frozenset(filter(None, (self._opened, self._closed, *self._held)))

    def keep_out(self, finding: Finding, *, consented: bool) -> bool:
        """Whether a finding doubts a date that keeps something out. Without consent no part is held back.

        Wales calls such a date a mere warning: that counts as well, until somebody accepts it.
        """
        if finding.severity is Severity.NOTICE or finding.accepted:
            return False
        for header, text in finding.values.items():
            if header not in self.headers:
                continue
            day = parse_date(text) if text else None
            if day is None:
                continue
            if day > self.period.end and (header == self._opened or (consented and header in self._held)):
                return True
            if header == self._closed and day < self.period.start:
                return True
        return False


def kept_out(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, period: ReportingPeriod
) -> tuple[Finding, ...]:
    """Of each episode that a wrong date keeps out of the return that is due, or a part of it, the gravest such fault.

    By the results of the last check, of which the standard is the one by which that return goes out. Raises Problem
    when the store cannot be read.
    """
    found: dict[str, Finding] = {}
    if standard.id != agency.standard:
        # The letter was changed since: what is found of the records as they are kept is found by that of today.
        for one in faults_outside(snapshot, agency):
            found.setdefault(one.episode_id, one)
        return tuple(found.values())
    dates = OutsideDates(standard, period)
    for one, consented in faults_in(snapshot, agency, dates.headers):
        if one.episode_id not in found and dates.keep_out(one, consented=consented):
            found[one.episode_id] = one
    return tuple(found.values())
