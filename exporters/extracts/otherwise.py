"""What an extract goes by besides the records: how that was when it was written, and what of it is otherwise by now."""

from collections.abc import Mapping
from hashlib import sha256

from exporters.formats import choose
from store.facts import AgencyInfo, ExtractInfo
from store.month import agency_settings, sent
from store.records.values import Deriver
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.standard.model import Standard

GONE_BY = "gone_by"
"""The name under which a kept receipt has it."""


def gone_by(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, kind: str) -> dict[str, str]:
    """What decides an extract of a kind apart from its records and its period, each as a digest or as it is said.

    Of the edition all that decides what is found and sent, of what the agency says of itself what decides whether
    fields with a consent of their own leave, of an installed schema its files; and what counts as sent, where only what
    is new goes. Raises Problem when the store cannot be read.
    """
    guarded = standard.guarded
    names = [one.id for one in sent.listed(snapshot, agency)] if kind == "new" else []
    # A screen that was open while another edition came writes, and looks, by the one before.
    deriver = snapshot.derivers[standard.id]
    return {
        "edition": (deriver if deriver.standard is standard else Deriver(standard)).fingerprint,
        "settings": agency_settings.settings(snapshot, agency).get(guarded.setting, "") if guarded else "",
        "schema": choose.of(standard).shape(),
        "sent": sha256(" ".join(sorted(names)).encode()).hexdigest() if names else "",
    }


_TOLD = {
    "edition": "the edition, a code list of it or the program is another one",
    "settings": "what the agency says of itself is otherwise",
    "schema": "another schema is installed, or none any more",
    "sent": "what counts as sent before is otherwise",
}


def otherwise(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, period: ReportingPeriod, extract: ExtractInfo
) -> str:
    """What is otherwise since an extract of a period was written, so that it is to be written anew; "" for nothing.

    Records that were changed since are told apart. Of extracts that an older program wrote less is known.
    """
    receipt = extract.receipt
    if extract.redacted_at is not None:
        return "somebody whom it holds was removed for good"
    days = [receipt.get(name) for name in ("period_start", "period_end")]
    # Of days of one's own the period decides nothing.
    if extract.kind != "between" and None not in days and days != [period.start.isoformat(), period.end.isoformat()]:
        return "the reporting period is another one"
    was = receipt.get(GONE_BY)
    if not isinstance(was, Mapping):
        # Of a month before a change of letter an older program noted the agency's edition, not the one it wrote by.
        return _TOLD["edition"] if extract.standard != standard.id == agency.standard else ""
    now = gone_by(snapshot, agency, standard, extract.kind)
    return next((told for name, told in _TOLD.items() if was.get(name, "") != now[name]), "")
