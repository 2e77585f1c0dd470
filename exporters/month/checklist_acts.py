"""What a person does to a checklist: tick, reopen, open a correction, declare a nil return.

Each act is one transaction. What the data said at the moment of the upload is kept with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from exporters.checks.caseload import check_caseload
from exporters.extracts import kept_files
from exporters.extracts.otherwise import otherwise
from exporters.extracts.receipt import part_of
from exporters.extracts.submission_window import said_of_window
from exporters.month.checklist import (
    ELSEWHERE,
    OF_WHAT_LEFT,
    Counted,
    attempt_of,
    counted_apart,
    doubted_text,
    judge,
    situation,
    written_early,
    written_since,
)
from exporters.month.portal_figures import entered
from exporters.records.consent import told_of_taken_back
from exporters.work import Work, work_on
from store.facts import Who
from store.month import calendar, submissions
from store.month import sent as stored_sent
from store.month.facts import AT_UPLOAD
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry, in_words
from validators.local_time import local_day
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.checklist import ChecklistItem
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo
    from store.month.facts import SubmissionInfo
    from store.store import Store
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person had in sight who acts: the ids of the attempt shown, of the month's latest one, of its extract.

    Each "" where there was none.
    """

    attempt: str = ""
    latest: str = ""
    extract: str = ""


class Acts:
    """The acts on the checklist of one submission month, by one person, today and now. Every one raises Problem.

    Each takes what the person had `seen`, None where nobody looked: by line what is there counts.
    """

    def __init__(
        self,
        store: "Store",
        agency: "AgencyInfo",
        standard: Standard,
        entry: CalendarEntry,
        person: str,
        today: date,
        now: datetime,
    ) -> None:
        """Take where, of which submission (its calendar entry), who and when."""
        self.store, self.agency, self.entry = store, agency, entry
        self._kept_by = standard
        # What ends before the agency changed its letter goes in the old one.
        self.standard = store.ask(work_on, Work(agency, standard, today), entry.period.end).standard
        self.person, self.today, self.now = person, today, now

    @property
    def month(self) -> str:
        """The month reported."""
        return self.entry.submission

    def tick(self, item_id: str, told: Mapping[str, str] | None = None, seen: Seen | None = None) -> None:
        """Tick an item for the person; `told` is what he enters with it."""
        its = self._item(item_id)
        chosen = self._attempt(seen)
        if not its.is_needed(chosen is not None and chosen.is_nil):
            raise Problem(f"'{its.title}' is not needed for this kind of return: there is nothing to tick.")
        said = dict(told or {})
        if its.check == "figures":
            said = entered(said)
        elif unknown := set(said) - set(its.asks):
            asked = ", ".join(its.asks) or "nothing"
            raise Problem(f"'{its.title}' does not ask for '{min(unknown)}': what is entered with it is {asked}.")
        if its.check == "code_lists":
            said["lists"] = doubted_text(self.standard)
        if its.check == "uploaded":
            self._upload(its, said, chosen, seen)
            return
        if its.check in OF_WHAT_LEFT:
            self._refuse_before_it_left(its, chosen)
        with self.store.writing(Who(self.person, self.now)) as work:
            submissions.tick(work, (chosen or submissions.ensure(work, self.agency, self.month)).id, its.id, said)

    def reopen(self, item_id: str, reason: str, seen: Seen | None = None) -> None:
        """Take back what a person ticked, with a reason; an upload is taken back with it."""
        its = self._item(item_id)
        chosen = self._attempt(seen)
        ticked = {one.item for one in self.store.ask(submissions.ticks, chosen.id) if one.holds} if chosen else set()
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today, chosen)
        sent = known.extract if its.check == "uploaded" and known.extract and known.extract.is_sent else None
        own = (its.id, AT_UPLOAD, ELSEWHERE) if its.check == "uploaded" else (its.id,)
        taken = (*own, *self._of_what_left) if its.check == "uploaded" else own
        if not reason.strip():
            raise Problem(f"A reason is needed to reopen '{its.title}': say why it does not hold any more.")
        if chosen is None or (not ticked & {*own} and sent is None):
            raise Problem(f"'{its.title}' is not ticked, so there is nothing to reopen.")
        if seen is not None and sent is not None and sent.id != seen.extract:
            raise Problem(
                f"{sent.sent_by} has marked {sent.file_name} as sent meanwhile, which you have not seen: nothing is"
                " taken back; look at the checklist as it is now."
            )
        with self.store.writing(Who(self.person, self.now)) as work:
            if sent is not None:
                stored_sent.take_back(work, sent.id)
            for item in taken:
                if item in ticked:
                    submissions.reopen(work, chosen.id, item, reason)

    def said_of_today(self, item_id: str = "") -> str:
        """What is to be said of a return that is sent today; nothing is refused for it: the portal alone decides.

        Empty when all is well, and for an item that is not the upload.
        """
        if item_id and self._item(item_id).check != "uploaded":
            return ""
        said = said_of_window(self.store.ask(calendar.of_agency, self.agency), self.month, self.today)
        sent = [one for one in self.store.ask(stored_sent.listed, self.agency) if one.submission == self.month]
        return " ".join([*said, *(kept_files.said_of_file(one) for one in sent[-1:])]).strip()

    def said_before(self, item_id: str, seen: Seen | None = None) -> str:
        """What is to be said before an item is ticked: of the upload, as `said_of_extract` of what would be marked."""
        if self._item(item_id).check != "uploaded":
            return ""
        chosen = self._attempt(seen)
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today, chosen)
        return self.said_of_extract(known.extract) if known.extract is not None and not known.is_nil else ""

    def said_of_extract(self, extract: "ExtractInfo") -> str:
        """What is to be said before an extract of this month is marked as sent that would be written otherwise by now.

        Nothing is refused: the very file may have been sent. Empty when it still is what would be sent.
        """
        if extract.is_sent:
            return ""
        period = self.entry.period
        with self.store.reading() as snapshot:
            changed = submissions.changed_since(snapshot, self.agency, extract)
            other = otherwise(snapshot, self.agency, self.standard, period, extract)
            taken_back = told_of_taken_back(snapshot, self.agency, self.standard, extract)
        since, early = written_since(extract, changed, other), written_early(extract, period.end)
        # A file's name stays as it is.
        told = taken_back or (f"{since[0].upper()}{since[1:]}" if since else early)
        if not told:
            return ""
        return f"{told}: where that very file was not sent, write it anew and send that."

    def correct(self, reason: str, seen: Seen | None = None) -> "SubmissionInfo":
        """Open a correction: another attempt of the month, with a reason."""
        if not reason.strip():
            raise Problem("A correction needs a reason: say in a few words what was wrong with the one before.")
        if self.store.ask(submissions.current, self.agency, self.month) is None:
            raise Problem(f"The submission {self.month} was not begun yet: there is nothing to correct.")
        with self.store.writing(Who(self.person, self.now)) as work:
            self._refuse_unseen(work, seen)
            return submissions.open_one(work, self.agency, self.month, reason=reason)

    def drop(self, reason: str, seen: Seen | None = None) -> "SubmissionInfo":
        """Drop the latest attempt, which was begun by mistake and is not sent; what it was."""
        with self.store.writing(Who(self.person, self.now)) as work:
            self._refuse_unseen(work, seen)
            known = situation(work, self.agency, self.standard, self.entry.period, self.today)
            if known.submission is not None and known.has_left:
                raise Problem(
                    f"The latest attempt of {self.month} was sent: take that back first if it was not sent, or begin a "
                    "correction."
                )
            return submissions.drop(work, self.agency, self.month, reason)

    def sent_elsewhere(self, how: str, seen: Seen | None = None) -> None:
        """Say that the return was sent from elsewhere, and how; it is taken back as an upload is."""
        if not how.strip():
            raise Problem("Say in a few words from where it was sent, such as 'the old system'.")
        with self.store.writing(Who(self.person, self.now)) as work:
            self._refuse_sent(work, "that it was sent from elsewhere")
            self._refuse_unseen(work, seen)
            opened = submissions.ensure(work, self.agency, self.month)
            submissions.tick(work, opened.id, ELSEWHERE, {"how": how})

    def _refuse_unseen(self, work: Snapshot, seen: Seen | None) -> None:
        """Raises Problem where somebody else has begun or dropped an attempt since the person looked."""
        attempts = submissions.listed(work, self.agency, self.month)
        latest = attempts[-1] if attempts else None
        if seen is None or seen.latest == (latest.id if latest else ""):
            return
        if latest is None or (seen.latest and seen.latest not in {one.id for one in attempts}):
            raise Problem(self._told_dropped())
        raise Problem(
            f"{latest.opened_by} has begun attempt {latest.attempt} of {self.month} meanwhile: nothing is done; look "
            "at the checklist as it is now."
        )

    def _told_dropped(self) -> str:
        return (
            f"The attempt of {self.month} that you looked at was dropped meanwhile: look at the checklist as it is now."
        )

    def _refuse_sent(self, work: Snapshot, what: str) -> None:
        """Raises Problem where an extract of this month counts as sent."""
        for one in stored_sent.listed(work, self.agency):
            if one.submission == self.month and one.sent_at is not None:
                day = in_words(local_day(one.sent_at))
                raise Problem(
                    f"{one.file_name} was marked as sent for {self.month} on {day}, so it cannot be said {what}: take "
                    "that back first if it was not sent, or begin a correction."
                )

    def _refuse_denied(self, work: "UnitOfWork") -> None:
        """Raises Problem where the month's latest attempt says that nothing is sent from here."""
        latest = submissions.current(work, self.agency, self.month)
        held = {one.item: one for one in submissions.ticks(work, latest.id) if one.holds} if latest else {}
        if latest is not None and latest.is_nil:
            done, first = ("made", "take that back and drop it") if AT_UPLOAD in held else ("begun", "drop it")
            raise Problem(
                f"A nil return of {self.month} is {done}, which says that there is nobody to report: {first} before an "
                "extract is marked as sent."
            )
        if ELSEWHERE in held:
            raise Problem(
                f"{held[ELSEWHERE].ticked_by} stated that the return of {self.month} was sent from elsewhere: take "
                "that back before an extract is marked as sent, or begin a correction."
            )

    def said_of_nil(self) -> str:
        """What is to be said before a nil return is declared though there is somebody to report; else nothing."""
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today)
        figures = known.figures
        if known.is_uncounted:
            figures = self._counts().figures or figures
        if not (many := figures.episodes):
            return ""
        told = counted(many, self.standard.word("episode"))
        return f"The store holds {told} that would be sent: a nil return says there is nobody."

    def declare_nil(self, reason: str = "", seen: Seen | None = None, *, anyway: bool = False) -> "SubmissionInfo":
        """Say that there is nobody to report; where the month was begun, as another attempt.

        Where there is somebody it has to be said `anyway`. A month of which a return counts as sent had somebody to
        report, and stays what it is. What is a nil return is not made one again.
        """
        self.store.ask(self._refuse_sent, "that there was nobody to report")
        if not anyway and (said := self.said_of_nil()):
            raise Problem(f"{said} Nothing is declared: say that it is to be declared all the same, with --anyway.")
        with self.store.writing(Who(self.person, self.now)) as work:
            self._refuse_sent(work, "that there was nobody to report")
            self._refuse_unseen(work, seen)
            latest = submissions.current(work, self.agency, self.month)
            if latest is not None and latest.is_nil:
                day = in_words(local_day(latest.opened_at))
                raise Problem(
                    f"{latest.opened_by} declared a nil return of {self.month} on {day}: it need not be again."
                )
            why = reason.strip() or "nobody to report"
            return submissions.open_one(work, self.agency, self.month, reason=why, is_nil=True)

    def sent(self, extract: "ExtractInfo") -> None:
        """Note that one certain extract of this month was sent, whoever says so where."""
        attempts = self.store.ask(submissions.listed, self.agency, self.month)
        number = attempt_of(extract, attempts)
        chosen = next((one for one in attempts if one.number == number), None)
        its = next(one for one in self.standard.checklist if one.check == "uploaded" and one.is_needed(False))
        self._leave(its, {}, chosen, extract)

    def _upload(
        self, its: ChecklistItem, said: Mapping[str, str], chosen: "SubmissionInfo | None", seen: Seen | None
    ) -> None:
        """Note that the return left the building: its extract is the latest one of this attempt."""
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today, chosen)
        if not known.is_nil and known.extract is None:
            raise Problem(f"No extract is written for {self.month}: write it first, then upload that very file.")
        if known.extract is not None and known.extract.is_sent and known.extract.sent_at is not None:
            who, when = known.extract.sent_by, in_words(local_day(known.extract.sent_at))
            raise Problem(f"{known.extract.file_name} was marked as sent by {who} on {when}: it is ticked.")
        if seen is not None and known.extract is not None and known.extract.id != seen.extract:
            raise Problem(
                f"{known.extract.file_name} was written meanwhile, which you have not seen: look at the checklist as "
                "it is now, and tick it if that is the file that was sent."
            )
        self._leave(its, said, chosen, None if known.is_nil else known.extract)

    def _leave(
        self,
        its: ChecklistItem,
        said: Mapping[str, str],
        chosen: "SubmissionInfo | None",
        extract: "ExtractInfo | None",
    ) -> None:
        """Mark the extract as sent, tick, and keep what the data say at this moment, in one transaction.

        What is due for a check is checked before: "to be checked" would be kept for good. Raises Problem for an extract
        of some days of the month alone: all of it would count as sent.
        """
        if extract is not None and (part := part_of(extract, self.entry.period)):
            raise Problem(
                f"{extract.file_name} {part}: it is not marked, as all of {self.month} would count as sent; write all "
                "of it, or write it for the submission whose days it holds."
            )
        check_caseload(self.store, self.agency, Checker(self._kept_by), self.today, self.now)
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today, chosen)
        # It is compared with what was sent before it, which may be another extract of the same month.
        against = self.store.ask(stored_sent.last, self.agency, but_not=extract.id if extract else "")
        if not known.is_nil:
            # Asked while its extract is not yet the one that was sent last.
            counts = self._counts()
            known = replace(known, mismatches=counts.mismatches)
            if counts.figures is not None:
                known = replace(known, figures=counts.figures, kept_out=counts.kept_out, is_uncounted=False)
        known = replace(known, extract=extract, against=against)
        data = {item.id: f"{item.state}|{item.told}" for item in judge(self.standard, known) if item.by == "data"}
        held = {one.item for one in known.ticks if one.holds}
        with self.store.writing(Who(self.person, self.now)) as work:
            if extract is not None:
                self._refuse_denied(work)
                others = any(one.submission == self.month for one in stored_sent.listed(work, self.agency))
                stored_sent.mark(work, extract.id)
            opened = chosen or submissions.ensure(work, self.agency, self.month)
            for old in (its.id, AT_UPLOAD, *self._of_what_left):
                # An extract that was taken back elsewhere leaves its ticks behind.
                if old in held and extract is not None:
                    why = "another extract was marked as sent" if others else "the extract was taken back"
                    submissions.reopen(work, opened.id, old, why)
            submissions.tick(work, opened.id, its.id, dict(said))
            submissions.tick(work, opened.id, AT_UPLOAD, data)

    @property
    def _of_what_left(self) -> list[str]:
        """The items that tell of a return that has left."""
        return [one.id for one in self.standard.checklist if one.check in OF_WHAT_LEFT]

    def _refuse_before_it_left(self, its: ChecklistItem, chosen: "SubmissionInfo | None") -> None:
        known = self.store.ask(situation, self.agency, self.standard, self.entry.period, self.today, chosen)
        if not known.has_left:
            first = next(
                one for one in self.standard.checklist if one.check == "uploaded" and one.is_needed(known.is_nil)
            )
            raise Problem(f"'{its.title}' is told of a return that has left: tick '{first.title}' before it.")

    def _counts(self) -> Counted:
        return self.store.ask(counted_apart, self.agency, self._kept_by, self.entry.period, self.today)

    def _item(self, item_id: str) -> ChecklistItem:
        found = {one.id: one for one in self.standard.checklist}.get(item_id)
        if found is None:
            names = ", ".join(one.id for one in self.standard.checklist if one.who == "person")
            raise Problem(f"The checklist has no item '{item_id}': a person ticks {names}.")
        if found.who == "data":
            raise Problem(f"'{found.title}' is ticked by the data: mend what it says, and it ticks itself.")
        return found

    def _attempt(self, seen: Seen | None) -> "SubmissionInfo | None":
        """The attempt that the person had in sight, else the latest. Raises Problem where it is there no more."""
        known = self.store.ask(submissions.listed, self.agency, self.month)
        if seen is None or not seen.attempt:
            return known[-1] if known else None
        for one in known:
            if one.id == seen.attempt:
                return one
        raise Problem(self._told_dropped())


def mark_sent(
    store: "Store",
    agency: "AgencyInfo",
    standard: Standard,
    extract: "ExtractInfo",
    person: str,
    today: date,
    now: datetime,
) -> str:
    """Mark an extract as sent, which ticks its checklist, and keep there what the data say now.

    Returns what is to be said of the day, empty when all is well. Raises Problem.
    """
    entry = store.ask(calendar.of_agency, agency).entry(extract.submission)
    acts = Acts(store, agency, standard, entry, person, today, now)
    acts.sent(extract)
    return acts.said_of_today()


def said_of_marking(
    store: "Store",
    agency: "AgencyInfo",
    standard: Standard,
    extract: "ExtractInfo",
    person: str,
    today: date,
    now: datetime,
) -> str:
    """What is to be said before an extract is marked as sent: see `Acts.said_of_extract`. Raises Problem."""
    entry = store.ask(calendar.of_agency, agency).entry(extract.submission)
    return Acts(store, agency, standard, entry, person, today, now).said_of_extract(extract)
