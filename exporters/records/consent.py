"""Consent as persons record and read it: what is asked of an answer, what follows from it, whom to tell.

A withdrawal travels: the next extract carries the episode as one without consent. Where no extract can carry it,
because the episode is outside the period or deleted here, whoever has the data is to be told by a person, and the
withdrawal stays on a list until somebody ticks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exporters.records import save
from exporters.work import Work
from store.facts import AgencyInfo, ClientTree, ExtractInfo
from store.month import calendar as stored_calendar
from store.month import withdrawals
from store.records import consent as stored
from store.records import read
from store.records import save as stored_save
from store.records.consent import ConsentAnswer, ConsentEntry, ConsentPlace, Purpose, State
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.calendar.calendar import in_words
from validators.calendar.periods import ReportingPeriod
from validators.dates import parse_date
from validators.problems import Problem
from validators.rules.messages import listed
from validators.standard.model import Standard
from validators.standard.terminology import Sentence, counted

STATES: Mapping[State, str] = {
    "agreed": "agreed",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "not_asked": "not asked yet",
    "unclear": "an answer that is no code",
}
"""The states in words."""
CHOICES: tuple[State, ...] = ("agreed", "refused", "withdrawn", "not_asked")
"""What a person may record."""
PURPOSES: Mapping[Purpose, str] = {"return": "the national return", "ips": "individual placement and support (IPS)"}
WHOM = "the regional NDTMS team"
"""Who is asked about consent (NDTMS core R requirements specification, section 4)."""
NOT_ASKED_FOR = "This data set does not ask for consent: nothing is recorded."
MOST = 1000
"""Characters of a note."""
MOST_NAME = 120


@dataclass(frozen=True)
class Recorded:
    """The client as it stands after an answer was recorded, and what follows from it for what is sent."""

    tree: ClientTree
    follows: str


def record(
    unit: UnitOfWork,
    work: Work,
    episode_id: str,
    answer: ConsentAnswer,
    seen: Sequence[ConsentEntry] | None = None,
    client_id: str = "",
) -> Recorded:
    """Record an answer for an episode, and with it the field that travels, in one unit of work.

    `seen` are the answers that whoever records this one looked at, None where nobody did, and `client_id` the client
    whose the episode was then, "" for any. Raises Problem for a day that is none or is to come, a person or a day that
    is missing, a text that is too long, a withdrawal of what was not agreed to, a refusal of what was, for a deleted
    episode or one that is another client's by now, and where somebody recorded another answer meanwhile.
    """
    if client_id:
        save.require_of(unit, client_id, episode_id)
    past = stored.history(unit, episode_id, answer.purpose)
    if seen is not None and [(one.id, one.state) for one in past] != [(one.id, one.state) for one in seen]:
        last = f"{STATES[past[-1].state]}, by {past[-1].entered_by}" if past else "nothing is recorded any more"
        raise Problem(f"Another answer was recorded meanwhile: {last}. Look at it, and record again.")
    refuse(unit, work, episode_id, answer)
    episode = read.get(unit, "episode", episode_id)
    stored.add(unit, episode_id, answer)
    header = stored.field_of(work.standard, answer.purpose)[0]
    if header:
        code = stored.answer_for(work.standard, answer.state, answer.purpose)
        values = {**episode.values, header: code} if code else _without(episode.values, header)
        stored_save.change(unit, "episode", episode_id, values, episode.version)
    if answer.purpose == "return":
        follows = what_follows(unit, work, episode_id)
    elif header and answer.state == "agreed":
        follows = "What is asked for IPS is sent where the return itself is agreed to, and the site has switched it on."
    elif told := _to_be_told(unit, work, episode_id, answer.purpose):
        follows = told
    elif header:
        follows = "Nothing that is asked for IPS is sent from now on; what is kept here stays."
    else:
        follows = "It is kept here; nothing that is asked for IPS is in this data set, so nothing of it is sent."
    return Recorded(read.tree(unit, episode.parent_id, deleted=True), follows)


def refuse(snapshot: Snapshot, work: Work, episode_id: str, answer: ConsentAnswer) -> None:
    """Raise Problem for an answer that cannot be recorded of an episode; see `record`."""
    if not work.standard.role("consent"):
        raise Problem(NOT_ASKED_FOR)
    if answer.state not in CHOICES:
        raise Problem(f"'{answer.state}' is no answer that can be recorded: {listed(CHOICES)} are.")
    episode = read.get(snapshot, "episode", episode_id)
    if episode.deleted:
        raise Problem(Sentence("The {episode} is deleted: bring it back before consent is recorded in it."))
    refuse_texts(answer, work.today)
    past = stored.history(snapshot, episode_id, answer.purpose)
    if answer.state == "withdrawn" and not any(one.state == "agreed" for one in past):
        raise Problem("Nothing was agreed to here that could be withdrawn: record it as refused.")
    if answer.state == "refused" and past and past[-1].state == "agreed":
        raise Problem("It was agreed to before: record it as withdrawn, so that what was sent is not forgotten.")
    if answer.state == "withdrawn" and past[-1].state == "withdrawn":
        raise Problem("It is withdrawn already: there is nothing to do.")


def refuse_texts(answer: ConsentAnswer, today: date) -> None:
    """Raise Problem for what is missing or cannot be of an answer by itself."""
    if answer.state != "not_asked" and not answer.asked_on:
        raise Problem("The day on which the client was asked is missing: give it.")
    if answer.state != "not_asked" and not answer.asked_by:
        raise Problem("Who asked is missing: give the name.")
    if answer.asked_on:
        day = _day(answer.asked_on)
        if day is None:
            raise Problem("The day on which the client was asked is no date: write it as YYYY-MM-DD.")
        if day > today:
            raise Problem("The day on which the client was asked is still to come: give the day it was.")
    for what, text, most in (
        ("name of who asked", answer.asked_by, MOST_NAME),
        ("version of the notice", answer.notice, MOST_NAME),
        ("note", answer.note, MOST),
    ):
        if len(text) > most:
            raise Problem(f"The {what} is longer than {most:,} characters: shorten it.")


def what_follows(snapshot: Snapshot, work: Work, episode_id: str) -> str:
    """What is sent of an episode from now on by the answer it has, for whoever recorded that."""
    standard = work.standard
    past = stored.history(snapshot, episode_id)
    state: State = past[-1].state if past else "not_asked"
    if state == "agreed":
        return standard.say("The {episode} is sent in full.")
    labels = [standard.by_header[header].label for header in standard.no_consent_carries]
    carried = listed([f"{label[:1].lower()}{label[1:]}" for label in labels])
    if told := _to_be_told(snapshot, work, episode_id, "return"):
        return told
    if not carried:
        return standard.say("Nothing of the {episode} is sent from now on; what is kept here stays.")
    return standard.say(
        "From the next extract on only {carried} of the {episode} is sent; what is kept here stays.", carried=carried
    )


def _to_be_told(snapshot: Snapshot, work: Work, episode_id: str, purpose: Purpose) -> str:
    """Whom to tell of a withdrawal that no extract can carry, and why; "" where one can, or nothing was withdrawn."""
    withdrawn = stored.withdrawn(snapshot, work.agency)
    its = (one for one in withdrawn if one.episode_id == episode_id and one.entry and one.entry.purpose == purpose)
    place = next(its, None)
    period = stored_calendar.due_period(snapshot, work.agency, work.today)
    if place is None or not (why := cannot_travel(work.standard, place, period)):
        return ""
    return work.standard.say(
        "No extract can say that consent is gone, because {why}: tell {whom}, who can take out what was sent."
        " It stays on the list of withdrawals until it is ticked. What is kept here stays.",
        why=why,
        whom=WHOM,
    )


def cannot_travel(standard: Standard, place: ConsentPlace, period: ReportingPeriod) -> str:
    """Why no extract of a period can carry an episode, "" where one can."""
    if place.deleted:
        return standard.say("the {episode} is deleted here")
    if not withdrawals.travels(place, period):
        return standard.say(
            "the {episode} was closed before the reporting period, which begins on {day}", day=in_words(period.start)
        )
    return ""


def told_of_taken_back(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo) -> str:
    """That consent was taken back since an extract was written, which then may hold what nobody agrees to any more;
    "" where nobody took it back."""
    places = stored.withdrawn(snapshot, agency, settled=True)
    since = withdrawals.since_extract(snapshot, places, extract)
    many = len({one.episode_id for one in places if one.entry is not None and one.entry.id in since})
    if not many:
        return ""
    told = "Consent was taken back for {many} since; it may hold what was agreed to then: a new one leaves that out"
    return standard.say(told, many=counted(many, standard.word("episode")))


def tick(unit: UnitOfWork, entry_id: str, how: str) -> ConsentEntry:
    """Tick a withdrawal that was told to whoever has the data; `how` says to whom and how. Raises Problem."""
    text = " ".join(how.split())
    if not text:
        raise Problem("Say whom you told, and how: it is kept with the withdrawal.")
    if len(text) > MOST:
        raise Problem(f"What was told is longer than {MOST:,} characters: shorten it.")
    return stored.settle(unit, entry_id, text)


def take_back(unit: UnitOfWork, entry_id: str) -> ConsentEntry:
    """Put a withdrawal that was ticked back onto the list. Raises Problem."""
    return stored.unsettle(unit, entry_id)


def unanswered(snapshot: Snapshot, agency: AgencyInfo, today: date, *, ever: bool = False) -> list[ConsentPlace]:
    """The worklist of episodes without an answer, in order of entry: the open ones, and the closed ones that are sent.

    An extract takes an episode by its closure, whatever was answered (CJIT technical definition, section 3): one that
    was closed since the period's start goes out without its answer, as a row that is refused, until somebody asks the
    client or says that the answer is no. One that was closed before goes nowhere any more, and a person who has left
    years ago is not looked for: it is told only with `ever`.
    """
    places = stored.unanswered(snapshot, agency)
    if ever or not places:
        return places
    period = stored_calendar.of_agency(snapshot, agency).due(today).period
    return [one for one in places if withdrawals.travels(one, period)]


def entry_told(entry: ConsentEntry, at: str) -> str:
    """An entry in one line; `at` is when it was entered, as people read it."""
    if entry.entered_at is None:
        return f"{STATES[entry.state]}, from the record: when and by whom is not known"
    took_back = entry.state == "withdrawn"
    parts = [STATES[entry.state]]
    day = _day(entry.asked_on)
    if day is not None:
        parts.append(f"{'said' if took_back else 'asked'} on {in_words(day)}")
    if entry.asked_by:
        parts.append(f"to {entry.asked_by}" if took_back else f"by {entry.asked_by}")
    if entry.notice:
        parts.append(f"notice {entry.notice}")
    how = (
        ""
        if entry.source == stored.ASKED
        else ", in its field"
        if entry.source == stored.KEYED
        else f", {entry.source}"
    )
    parts.append(f"entered {at} by {entry.entered_by}{how}")
    if entry.note:
        parts.append(f"note: {entry.note}")
    if entry.settled_at is not None:
        parts.append(f"told by {entry.settled_by}: {entry.settled_how}")
    return ", ".join(parts)


def withdrawal_told(entry: ConsentEntry, at: str) -> str:
    """A withdrawal of a list of both: what is taken back is said where it is not the return as a whole."""
    told = entry_told(entry, at)
    return f"{PURPOSES['ips']}: {told}" if entry.purpose == "ips" else told


def _without(values: Mapping[str, str], header: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != header}


def _day(text: str) -> date | None:
    return parse_date(text) if text else None
