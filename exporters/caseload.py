"""Checking what a store keeps of an agency: only what is due, a batch at a time, the results kept beside the episodes.

An episode is due when it, the rules, the agency's settings or the day are others than at its last check; what shows
only between episodes is looked for when anything was saved since it was last looked for. A second check so costs what
changed.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING

from exporters.going import GoingCheck
from exporters.sent_links import LinkCheck
from validators.engine import Checker
from validators.file_rules import FileRules
from validators.patterns import Context
from validators.records import EpisodeRecord, Finding

if TYPE_CHECKING:
    from store.opening import Store
    from store.shapes import AgencyInfo

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
    due = store.count_stale(agency, day) if progress else 0
    done = 0
    context = Context(day, "store", settings=store.agency_settings(agency))
    # Each record is let go of before the next is read: to hold a batch of them would cost as much as to read it.
    links, going = LinkCheck(store, agency, checker.standard), GoingCheck(store, agency, checker, context)
    stream = going.prepared(store.stamped_episodes(agency, due=day))
    checked = (
        (record.episode_id, stamp, _checked(checker, record, context, links, going, sent))
        for stamp, record, sent in stream
    )
    while found := list(islice(checked, BATCH)):
        _add(found, links)
        store.save_findings(found, day, now, context.settings, going.found())
        done += len(found)
        if progress:
            progress(min(done, due), due)
    compare_episodes(store, agency, checker, day, now)
    return done


def check_some(
    store: "Store", agency: "AgencyInfo", checker: Checker, ids: Collection[str], day: date, now: datetime
) -> int:
    """Check some episodes, due or not, and keep what was found; return for how many it was kept."""
    context = Context(day, "store", settings=store.agency_settings(agency))
    found: list[tuple[str, str, list[Finding]]] = []
    links, going = LinkCheck(store, agency, checker.standard), GoingCheck(store, agency, checker, context)
    for stamp, record, sent in going.prepared(store.stamped_episodes(agency, ids)):
        found.append((record.episode_id, stamp, _checked(checker, record, context, links, going, sent)))
        sleep(0)  # whoever types meanwhile is answered before the next episode
    _add(found, links)
    return store.save_findings(found, day, now, context.settings, going.found())


def _checked(
    checker: Checker,
    record: EpisodeRecord,
    context: Context,
    links: LinkCheck,
    going: GoingCheck,
    sent: Mapping[str, str],
) -> list[Finding]:
    links.look(record)
    going.look(record, sent)
    return checker.check(record, context)


def _add(found: list[tuple[str, str, list[Finding]]], links: LinkCheck) -> None:
    """Put what is found of links with the rest of each episode's findings."""
    if about := links.found():
        for episode_id, _, findings in found:
            if episode_id in about:
                findings.append(about[episode_id])


def compare_episodes(store: "Store", agency: "AgencyInfo", checker: Checker, day: date, now: datetime) -> bool:
    """Find and keep what shows only beside other records: an identifier used twice, one client told in two ways.

    Does nothing, and says so, where nothing was saved since it was last done for this day and these rules.
    """
    if not store.beside_is_due(agency, day):
        return False
    version = store.saved_version()
    repeated = store.repeated_identifiers(agency)
    found: list[Finding] = []
    context = Context(day, "store", settings=store.agency_settings(agency))
    if repeated:
        rules = FileRules(checker.standard, repeated)
        # No other record can contradict any, or be contradicted.
        for record in store.episodes(agency, store.episodes_bearing(agency, repeated)):
            found += rules.check(record, checker.check(record, context))
    store.save_beside(agency, found, version, day, now, context.settings)
    return True
