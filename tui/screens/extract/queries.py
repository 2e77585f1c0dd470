"""What the extract's screens ask of the store, in threads, and how they tell how far that is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.extracts.compare import Comparison, Difference
from exporters.extracts.mismatches import Mismatches, look_for_mismatches
from exporters.extracts.preview import Preview, changes_since, preview_extract
from exporters.extracts.submission_window import due_submission, said_of_window
from exporters.extracts.writing import export_numbered
from exporters.formats import choose
from exporters.formats.base import ExtractKind
from exporters.formats.kept_text import KeptText
from exporters.work import Work
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import calendar as stored_calendar
from store.month import extracts, locate, sent
from store.records import merge, read
from store.snapshot import Snapshot
from tui.session.store_access import shortly
from validators.calendar.calendar import CalendarEntry
from validators.own_folders import own_folder
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.store import Store
    from tui.session.program import Program

TELL_SECONDS = 0.5
REST_SECONDS = 0.002
RecordPlace = tuple[str, str, str, str]
"""Client, episode and event by the store's ids, and a header: what `open_client` takes."""


class Gently:
    """Progress that tells a screen now and then and, each time it is called, leaves the machine to whoever types."""

    def __init__(self, app: "Program", tell: Callable[[int], object]) -> None:
        self._app, self._tell, self._told = app, tell, time.monotonic()

    def __call__(self, count: int) -> None:
        """In a thread: so many are done."""
        time.sleep(REST_SECONDS)
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            self._app.call_later(self._tell, count)


@dataclass
class Looked:
    """All that the first screen tells. A comparison that failed left its sentence in its place."""

    preview: Preview
    entry: CalendarEntry
    windows: list[str]
    written: list[ExtractInfo] = field(default_factory=list)
    last: ExtractInfo | None = None
    changes: Comparison | str = ""
    mismatches: Mismatches | str = ""


def look(
    snapshot: Snapshot,
    agency: AgencyInfo,
    standard: Standard,
    submission: str,
    today: date,
    progress: Gently,
    wanted: ExtractKind | None = None,
) -> Looked:
    """Make the preview of a submission, or of the one that is due, and compare it. Raises Problem."""
    month = submission or due_submission(snapshot, agency, today)
    calendar = stored_calendar.of_agency(snapshot, agency)
    windows = said_of_window(calendar, month, today)
    preview = preview_extract(snapshot, Work(agency, standard, today), month, progress=progress, wanted=wanted)
    found = Looked(preview, calendar.entry(month), windows, extracts.listed(snapshot, agency))
    found.last = sent.last(snapshot, agency) or (found.written[-1] if found.written else None)
    try:
        if found.last is not None:
            found.changes = changes_since(snapshot, preview, found.last)
    except Problem as problem:
        found.changes = shortly(problem, snapshot.ground.path, standard.terms)
    mismatches = look_for_mismatches(snapshot, preview)
    if isinstance(mismatches, Problem):
        found.mismatches = shortly(mismatches, snapshot.ground.path, standard.terms)
    else:
        found.mismatches = mismatches
    return found


def write(
    store: "Store",
    work: Work,
    submission: str,
    folder: Path,
    who: Who,
    *,
    progress: Gently,
    wanted: ExtractKind | None = None,
) -> ExtractInfo:
    """Write the extract and give the record of it; numbered where a file of its name is there. Raises Problem."""
    receipt = export_numbered(store, work, submission, folder, who, progress=progress, wanted=wanted)
    # Somebody else may have written the very same at the same time.
    kept = reversed(store.ask(extracts.listed, work.agency))
    return next(one for one in kept if one.receipt.get("file") == str(receipt.file) and one.sha256 == receipt.sha256)


def usual_folder() -> Path:
    """Where extracts go unless a person says otherwise."""
    return own_folder("data") / "exports"


def is_there(folder: Path) -> bool:
    """Whether a folder for an extract is there; the usual one is made. Raises Problem where the person may not write
    there, whether there is such a folder or not."""
    from store.disk.files import make_folder, mode_for_person, refused

    try:
        mode_for_person(folder)
    except OSError as error:
        raise refused(error, folder, "written into") from None
    if folder == usual_folder():
        make_folder(folder)
    return folder.is_dir()


def text_of(snapshot: Snapshot, extract: ExtractInfo, standard: Standard) -> KeptText:
    """The text of an extract, to look through. Raises Problem when it is damaged."""
    text = choose.of(standard).pager(extracts.text(snapshot, extract.id))
    text.finish()
    return text


def place_of(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, one: Difference) -> RecordPlace:
    """Where the record is that a difference is about. Raises Problem when the store does not have it."""
    header = one.fields[0].header if one.fields else ""
    # A month before a change of letter has events that the letter of now does not know: their episode is gone to.
    section = standard.section_by_id.get(one.section)
    id_field = section.id_field if section is not None else ""
    made = one.section in standard.named_sections
    if made:
        event = locate.events(snapshot, agency, one.section, [one.event]).get(one.event)
        if event is not None and event.deleted_at is None:
            _refuse_other(snapshot, agency, one, event.client_id)
            return event.client_id, event.episode_id, event.event_id, header
    named = {standard.role("client_reference"): one.reference, standard.role("opened"): one.opened}
    episode = choose.of(standard).places(snapshot, agency, {one.episode: named}).get(one.episode)
    if episode is None:
        raise Problem(Sentence("No {episode} of that identifier is in the store: it was changed since."))
    _refuse_other(snapshot, agency, one, episode.client_id)
    if not one.section:
        return episode.client_id, episode.episode_id, "", header
    # A number that persons give is one of this episode's alone: others have their own first, second, third.
    tree = read.tree(snapshot, episode.client_id)
    events = (each for its in tree.episodes if its.episode.id == episode.episode_id for each in its.events)
    own = (each.id for each in events if each.section == one.section and each.values.get(id_field) == one.event)
    event_id = next(own, "") if id_field and not made else ""
    return episode.client_id, episode.episode_id, event_id, header if event_id else ""


def _refuse_other(snapshot: Snapshot, agency: AgencyInfo, one: Difference, client_id: str) -> None:
    """Raise Problem where somebody else has that identifier by now than the extract says, and was not made one with
    them. Whose identifier nobody has any more, was put right since."""
    named = read.clients_bearing(snapshot, agency, [one.client]).get(one.client, ()) if one.client else ()
    if named and not any(client_id in (each.id, merge.kept_for(snapshot, each.id)) for each in named):
        told = "The {episode} of that identifier is another {client}'s by now: look for it in Find, if it is meant."
        raise Problem(Sentence(told))
