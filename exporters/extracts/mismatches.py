"""Mismatches: what the last extract marked as sent says of a person or episode, and a new one would deny.

Each is explained. One that the reporting period alone explains is no fault; every other is mended in the record, or
confirmed with a reason. A confirmation holds for what it was said of: where that is another thing now, it has lapsed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from exporters.extracts.compare import FieldChange, between, compared_fields, named_alike, pairs, uncounted
from exporters.extracts.preview import Preview, all_known, extracts_so_far, kept_text, sent_so_far
from exporters.formats import choose
from exporters.formats.base import SentEpisode, SentText, event_name
from exporters.formats.links import digest
from store.facts import ExtractInfo
from store.month import locate
from store.month import sent as stored_sent
from store.month.facts import ConfirmationInfo, ConfirmedMismatch, Whereabouts
from store.records import merge, read
from store.snapshot import Snapshot
from validators.dates import parse_date
from validators.local_time import date_text
from validators.problems import Problem
from validators.records import Values
from validators.standard.terminology import Sentence, counted

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

# Finds what a new extract would deny of one that was sent, and says why.

IDENTITY = ("given_initial", "family_initial", "birth_date", "sex")


_DATED_LATER = "The {} is now dated after the end of the reporting period."

_Key = tuple[str, str]

State = Literal["open", "confirmed", "explained"]

TITLES: Mapping[str, Sentence] = {
    "gone": Sentence("{Episode} gone"),
    "event-gone": Sentence("{Event} gone"),
    "consent": Sentence("Consent gone"),
    "identity": Sentence("Identity changed"),
    "residence": Sentence("Residence changed"),
    "reopened": Sentence("Open again"),
    "part-gone": Sentence("Part emptied"),
    "moved": Sentence("Another client"),
    "client-reused": Sentence("Identifier reused"),
    "event-moved": Sentence("Another {episode}"),
}
"""What each kind is called, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One mismatch. `kind` is one of `TITLES`, `subject` the identifier it is about, `told` says what is the matter.

    `episode` and `client` are identifiers as sent, `reference` is the client's; `client_id`, `episode_id` and
    `event_id` are the store's own (empty where it has none), `header` is the field to look at, `fields` what it was and
    is. `lapsed` is a confirmation of the same subject that was about other values; `subject_before` is what an earlier
    program called the subject where that was not one episode's alone.
    """

    kind: str
    subject: str
    episode: str
    client: str
    told: str
    fields: tuple[FieldChange, ...] = ()
    header: str = ""
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""
    is_explained: bool = False
    confirmed: ConfirmationInfo | None = None
    lapsed: ConfirmationInfo | None = None
    reference: str = ""
    subject_before: str = ""

    @property
    def state(self) -> State:
        """Whether somebody still has to look at it."""
        return "explained" if self.is_explained else "confirmed" if self.confirmed else "open"

    @property
    def confirmable(self) -> Mapping[str, str]:
        """What a confirmation is about."""
        return {"told": self.told, **{one.header: f"{one.was} -> {one.now}" for one in self.fields}}


class Finder:
    """Compares one sent text with what would be written now; nobody's word on what it finds is looked up here."""

    def __init__(self, snapshot: Snapshot, preview: Preview, sent: SentText, extract: ExtractInfo) -> None:
        """Take what was sent, and all that is known as far as that goes; `extract` is the one sent last.

        Raises Problem when the store fails.
        """
        self.snapshot, self.preview, self.standard, self.extract = snapshot, preview, preview.standard, extract
        self.left_out = {one.its: one.why for one in preview.receipt.left_out}
        self.closed_before = choose.of(preview.standard).selection(preview.period).closed_before
        role = preview.standard.role
        self.opened, self.closed, self.consent = role("opened"), role("closed"), role("consent")
        self.identity = [header for header in map(role, IDENTITY) if header]
        self.residence, self.names = role("residence"), (role("given_initial"), role("family_initial"))
        self.old, self.new = named_alike(sent, preview.by_episode)
        self.pairs = list(pairs(self.old, self.new))
        self.named = self.standard.named_sections
        self.came = [now for was, now in self.pairs if was is None and now is not None]
        self._came_on: dict[str, list[SentEpisode]] = {}
        for one in self.came:
            self._came_on.setdefault(one.values.get(self.opened, ""), []).append(one)
        wanted = [
            was.episode
            for was, now in self.pairs
            if was is not None and was.episode and (now is None or now.client != was.client)
        ]
        self.known = dict(self._whereabouts([*wanted, *(one.episode for one in self.came if wanted)]))
        self.events_now = {
            (section, own): now.episode for _, now in self.pairs if now is not None for section, own in now.events
        }
        self.renamed = self._all_renamed()
        self.both = [(was, now) for was, now in self.pairs if was is not None and now is not None]
        self.both += self._both_renamed()
        # Only where an episode goes in parts it is kept what was sent of each event.
        in_parts = self.both if self.standard.xml is not None else []
        lacking = [now.episode for was, now in in_parts if was.events.keys() - now.events.keys()]
        self.parted = {name: self.known[name] for name in lacking if name in self.known}
        self.parted |= self._whereabouts(name for name in lacking if name not in self.known)
        self.went = stored_sent.events_that_went(self.snapshot, {one.episode_id for one in self.parted.values()})
        self.gone_events = self._gone_events()
        held = preview.receipt.held_back
        self.held = {(one.episode, one.field or one.event) for one in held}
        self.held_events = {one.event_id for one in held if one.event_id}

    def changes(self) -> Mapping[str, Mapping[str, int]]:
        """How many episodes and events are new, gone and changed."""
        told = {level: dict.fromkeys(("new", "gone", "changed"), 0) for level in ("episodes", "events")}
        fields = compared_fields(self.old, self.new)
        for was, now in self.pairs:
            differ = list(between(was, now, fields))
            for one in differ:
                told["events"][one.change] += one.events_counted
            if differ:
                told["episodes"]["new" if was is None else "gone" if now is None else "changed"] += 1
        return told

    def found(self) -> Iterator[Mismatch]:
        """All mismatches; those about a client once, however many episodes he has."""
        found: list[Mismatch] = []
        for was, now in self.pairs:
            if was is not None and now is None:
                found.append(self._gone(was))
        for was, now in self.both:
            called = now.reference or was.reference
            found += [replace(one, reference=called) for one in self._both(was, now)]
        found += self._clients()
        # Only now is it known which episodes matter: usually a few of very many.
        places = self._whereabouts(one.episode for one in found if not one.client_id)
        borne = Counter((one.kind, one.subject) for one in found)
        for one in found:
            if borne[one.kind, one.subject] > 1:
                # Two clients were sent under one identifier: each is confirmed by itself.
                one = replace(one, subject=f"{one.subject}, client {one.client}")
            place = None if one.client_id else places.get(one.episode)
            yield replace(one, client_id=place.client_id, episode_id=place.episode_id) if place else one

    def _whereabouts(self, identifiers: Iterable[str]) -> Mapping[str, Whereabouts]:
        wanted = set(identifiers)
        told = {
            one.episode: one.values for pair in self.pairs for one in pair if one is not None and one.episode in wanted
        }
        return choose.of(self.standard).places(self.snapshot, self.preview.agency, told)

    def _gone_events(self) -> dict[tuple[str, str], Whereabouts]:
        """Where the events are that were sent and are not in their episode any more."""
        gone: dict[str, list[str]] = {}
        for was, now in self.both:
            for section, own in was.events.keys() - now.events.keys():
                if section in self.named:
                    gone.setdefault(section, []).append(own)
        return {
            (section, own): place
            for section, owns in gone.items()
            for own, place in locate.events(self.snapshot, self.preview.agency, section, owns).items()
        }

    # Episodes that are gone

    def _gone(self, was: SentEpisode) -> Mismatch:
        if not was.episode and was.client:
            return self._gone_unnamed(was)
        place = self.known.get(was.episode)
        if (other := self.renamed.get((was.episode, was.client))) is not None:
            told = self.standard.say("Its identifier was changed; the {episode} is now {id}.", id=other.episode)
            found = Mismatch("gone", was.episode, was.episode, was.client, told, reference=other.reference)
            return self._placed(found, self.known.get(other.episode), self.standard.role("episode_id"))
        if self._goes_unnamed(was, place):
            told = "It was sent in full; consent is no longer recorded, so that not even its identifier would be sent."
            return self._placed(Mismatch("consent", was.episode, was.episode, was.client, told), place, self.consent)
        why, header, explained = self._why_gone(was, place)
        events = f" {counted(len(was.events), 'event')} went with it." if was.events else ""
        found = Mismatch("gone", was.episode, was.episode, was.client, why + events, is_explained=explained)
        found = replace(found, reference=was.reference)
        return self._placed(found, place, header)

    def _gone_unnamed(self, was: SentEpisode) -> Mismatch:
        """A client who was sent without the identifier of any episode, as some data sets have it of who does not
        consent, and of whom nothing goes so now: what became of the very episodes that were sent so."""
        found = Mismatch("gone", was.client, "", was.client, "")
        its = digest(was.values, (self.standard.role("client_id"),))
        became = [
            (place, *self._why_gone(was, place))
            for place in locate.unnamed(self.snapshot, self.preview.agency, self.extract, was.client, its)
            # What went by its own identifier is not what went without one.
            if self._identifier(place) not in self.old.groups
        ]
        # What explains one of several explains none of the others.
        became = [one for one in became if not one[-1]] or became[:1]
        if not became:
            told = "No {episode} that is in the store can be the one that was sent under the client's identifier."
            return replace(found, told=self.standard.say(told))
        place, _, header, explained = became[0]
        told = " ".join(dict.fromkeys(why for _, why, _, _ in became))
        known_as = read.client_references(self.snapshot, [place.client_id])[place.client_id]
        found = replace(found, told=told, is_explained=explained, reference=known_as)
        return self._placed(found, place, header)

    def _identifier(self, place: Whereabouts) -> str:
        values = read.get(self.snapshot, "episode", place.episode_id).values
        return values.get(self.standard.role("episode_id"), "")

    def _why_gone(self, was: SentEpisode, place: Whereabouts | None) -> tuple[str, str, bool]:
        """Why an episode is gone, the field to look at, and whether nothing is wrong with that."""
        if place is None:
            told = "No {episode} of that identifier is in the store: its identifier was changed."
            return self.standard.say(told), "", False
        left_out = self.left_out.get(place.episode_id, "")
        if left_out and left_out == self.closed_before:
            return self._closed_before(was, place)
        if left_out:
            return f"It is left out: {left_out}.", "", False
        if place.deleted_at is not None:
            return f"It was deleted{_by(place.deleted_by, place.deleted_at)}.", "", False
        if not was.episode:
            now = read.episode_record(self.snapshot, place.episode_id)
            header = self.standard.role("client_id")
            if (client := now.client.get(header, "")) != was.client:
                return f"It goes under the client identifier {client} now.", header, False
            if self.standard.has_consent(now.episode):
                told = "Consent is recorded now: the {episode} goes with its identifier."
                return self.standard.say(told), self.consent, True
        return "It is in the store but not in what would be written.", "", False

    def _closed_before(self, was: SentEpisode, place: Whereabouts) -> tuple[str, str, bool]:
        """The same of one that is closed before the base date now."""
        base, day = self.preview.period.start, parse_date(was.values.get(self.closed, ""))
        rolled_over = f"It was closed before the base date, now {base.isoformat()}: nothing is wrong."
        if not self.standard.has_consent(was.values):
            # Its closure is not sent. Closed before the extract began, it would not have been in that.
            day = parse_date(read.get(self.snapshot, "episode", place.episode_id).values.get(self.closed, ""))
            since = parse_date(str(self.extract.receipt.get("period_start") or ""))
            if day is None or since is None or day >= since:
                return rolled_over, self.closed, True
            told = (
                f"It is now closed before {since.isoformat()}, where the extract that was sent began: look at that day."
            )
            return told, self.closed, False
        if day is not None and day < base:
            return rolled_over, self.closed, True
        sent = "with a later closure" if day is not None else "as open"
        return (
            f"It was sent {sent} and is now closed before the base date {base.isoformat()}: that closure can never "
            "be sent in a return.",
            self.closed,
            False,
        )

    def _goes_unnamed(self, was: SentEpisode, place: Whereabouts | None) -> bool:
        """Whether an episode is sent without its identifier, as some data sets have it of who does not consent."""
        if self.standard.role("episode_id") in ("", *self.standard.no_consent_carries) or place is None:
            return False
        if place.deleted_at is not None or place.episode_id in self.left_out:
            return False
        values = read.get(self.snapshot, "episode", place.episode_id).values
        return self.standard.has_consent(was.values) and not self.standard.has_consent(values)

    # Episodes that go by another identifier

    def _all_renamed(self) -> dict[tuple[str, str], SentEpisode]:
        """The episodes that go by another identifier now, by the identifier and the client they were sent under.

        The very same one of the store comes first; else it is one that the same client has from the same day, which is
        one's only: of several the one that lacks the fewest of the events.
        """
        gone = [
            was
            for was, now in self.pairs
            if was and now is None and was.episode and was.values.get(self.opened) and not self._is_left_out(was)
        ]
        found: dict[tuple[str, str], SentEpisode] = {}
        for was in gone:
            if (same := self._same_renamed(was)) is not None:
                found[was.episode, was.client] = same
        taken = {one.episode for one in found.values()}
        guessed = []
        for was in gone:
            place = self.known.get(was.episode)
            if (was.episode, was.client) in found or (place is not None and place.deleted_at is None):
                continue
            if not self.standard.role("episode_id"):
                continue  # without an identifier it is known by what went: nothing is guessed then
            for one in self._opened_on(was):
                if one.client == was.client and one.episode not in taken:
                    lost = len(was.events.keys() - one.events.keys())
                    guessed.append((lost, (was.episode, was.client), (one.episode, one.client)))
        came = {(one.episode, one.client): one for one in self.came}
        return found | {before: came[after] for before, after in _told_apart(guessed).items()}

    def _is_left_out(self, was: SentEpisode) -> bool:
        place = self.known.get(was.episode)
        return place is not None and place.episode_id in self.left_out

    def _opened_on(self, was: SentEpisode) -> list[SentEpisode]:
        """What came and was opened on the same day."""
        return self._came_on.get(was.values[self.opened], [])

    def _same_renamed(self, was: SentEpisode) -> SentEpisode | None:
        """The very same episode under the identifier of now, also of a client who was merged."""
        place = self.known.get(was.episode)
        if place is None:
            return None
        same = next((one for one in self._opened_on(was) if self.known.get(one.episode) == place), None)
        if same is not None or place.deleted_at is not None:
            return same
        # What stands in the store under an old identifier is another one; what has none may have been sent since.
        name = choose.of(self.standard).episode_name(read.episode_record(self.snapshot, place.episode_id))
        return self.new.episodes(name)[0] if name != was.episode and name in self.new.groups else None

    def _both_renamed(self) -> list[tuple[SentEpisode, SentEpisode]]:
        """These episodes as they were and are, each as if its identifier had stayed.

        What went under a later identifier of one is compared there, and not here as well.
        """
        later: dict[str, SentEpisode] = {}
        both = []
        for was, now in reversed(self.pairs):
            other = self.renamed.get((was.episode, was.client)) if was is not None and now is None else None
            if was is None or other is None:
                continue
            since = later.get(other.episode) or self._sent(other)
            place = self.known.get(was.episode)
            keyed_anew = place is not None and place.deleted_at is not None
            if place is not None and not keyed_anew:
                self.known.setdefault(other.episode, place)
            both.append((self._but_for(was, other, since), self._keyed_anew(was, other) if keyed_anew else other))
            later[other.episode] = replace(was, values=was.values | since.values, events=was.events | since.events)
        return both[::-1]

    def _sent(self, now: SentEpisode) -> SentEpisode:
        """What went under the identifier of now; nothing where nothing did."""
        some = self.old.episodes(now.episode) if now.episode in self.old.groups else []
        return next((one for one in some if one.client == now.client), replace(now, values={}, events={}))

    def _but_for(self, was: SentEpisode, now: SentEpisode, since: SentEpisode) -> SentEpisode:
        """An episode as it was sent, but for what was said of it since: as if that were so still."""
        values = was.values | {header: now.values.get(header, "") for header in since.values}
        return replace(was, values=values, events={k: v for k, v in was.events.items() if k not in since.events})

    def _keyed_anew(self, was: SentEpisode, now: SentEpisode) -> SentEpisode:
        """An episode that was keyed anew, each event of it under the name of one of its day that was sent: of several
        the one that is most like it. Its own identifier is another one, as the episode's is."""
        gone = [key for key in was.events if key not in now.events and key not in self.events_now]
        came = [key for key in now.events if key not in was.events]
        alike = []
        for before in gone:
            day, values = self.standard.section_by_id[before[0]].date_field, was.events[before]
            for after in came:
                others = now.events[after]
                if before[0] == after[0] and values.get(day) == others.get(day):
                    alike.append((len(values.items() ^ others.items()), before, after))
        names = {after: before for before, after in _told_apart(alike).items()}
        return replace(now, events={names.get(key, key): values for key, values in now.events.items()})

    # Episodes that are in both

    def _both(self, was: SentEpisode, now: SentEpisode) -> Iterator[Mismatch]:
        place = self.known.get(now.episode)
        # That a client has another identifier is told by the episode's where it is a part of that.
        if was.client != now.client and (was.episode == now.episode or self._denied(was, now)):
            yield self._placed(self._moved(was, now), place, self.standard.role("episode_id"))
        had, has = self.standard.has_consent(was.values), self.standard.has_consent(now.values)
        if had and not has:
            change = FieldChange(self.consent, was.values.get(self.consent, ""), now.values.get(self.consent, ""))
            told = "It was sent in full; consent is no longer recorded, so that only its identifiers would be sent"
            told += f" and {counted(len(was.events), 'event')} would go." if was.events else "."
            found = Mismatch("consent", was.episode, was.episode, now.client, told, (change,))
            yield self._placed(found, place, self.consent)
            return
        if was.values.get(self.closed) and not now.values.get(self.closed):
            held = (now.episode, self.closed) in self.held
            told = "It was sent as closed and "
            told += "is now closed after the end of the reporting period." if held else "is open again."
            change = FieldChange(self.closed, was.values[self.closed], "")
            found = Mismatch("reopened", was.episode, was.episode, now.client, told, (change,))
            yield self._placed(found, place, self.closed)
        lived, lives = was.values.get(self.residence, ""), now.values.get(self.residence, "")
        if had and lived and lives != lived:
            label = self.standard.by_header[self.residence].label
            told = f"Not as sent: {label}, by which the client is matched as well."
            change = FieldChange(self.residence, lived, lives)
            found = Mismatch("residence", was.episode, was.episode, now.client, told, (change,))
            yield self._placed(found, place, self.residence)
        yield from self._parts_gone(was, now, place)
        for (section, own), values in was.events.items():
            if (section, own) not in now.events:
                yield self._event_gone(was, now, section, own, values, place)

    def _parts_gone(self, was: SentEpisode, now: SentEpisode, place: Whereabouts | None) -> Iterator[Mismatch]:
        """A part of a message that was sent and has nothing in it now: it is left out, which takes nothing back."""
        form = self.standard.xml
        told_of = {self.closed, *self.identity}  # that it is open again, or somebody else, is told by itself
        for block in form.blocks if form is not None else ():
            changes = tuple(
                FieldChange(header, value, "") for header in block.headers if (value := was.values.get(header))
            )
            if block.section or any(now.values.get(header) for header in block.headers):
                continue
            if not changes or any(one.header in told_of for one in changes):
                continue
            if any((now.episode, one.header) in self.held for one in changes):
                told = f"What was sent of {block.group} is now dated after the end of the reporting period."
            else:
                told = (
                    f"What was sent of {block.group} is empty now: an extract leaves it out, which takes nothing back."
                )
            subject = f"{was.episode} {block.group}"
            found = Mismatch("part-gone", subject, was.episode, now.client, told, changes)
            yield self._placed(found, place, changes[0].header)

    def _denied(self, was: SentEpisode, now: SentEpisode) -> tuple[FieldChange, ...]:
        """What was sent of who the client is and is not so now; what was left blank then, nobody denies."""
        return tuple(
            FieldChange(header, before, after)
            for header in self.identity
            if (before := was.values.get(header, "")) and (after := now.values.get(header, "")) != before
        )

    def _moved(self, was: SentEpisode, now: SentEpisode) -> Mismatch:
        place = self.known.get(now.episode)
        change = FieldChange(self.standard.role("client_id"), was.client, now.client)
        same = not self._denied(was, now)
        told = "It was sent as another client's. "
        merged = None
        if place is not None:
            merges = merge.listed(self.snapshot, place.client_id)
            merged = next((one for one in merges if place.episode_id in one.moved and one.split_at is None), None)
        if merged is not None:
            told += f"The two clients were merged{_by(merged.merged_by, merged.merged_at)}."
        elif same:
            told += "Initials, birth date and sex are the same: the client's identifier was changed."
        else:
            others = "Initials, birth date or sex are others: the {episode} identifier changed hands."
            told += self.standard.say(others)
        return Mismatch("moved", was.episode, was.episode, was.client, told, (change,))

    def _event_gone(
        self,
        was: SentEpisode,
        now: SentEpisode,
        section: str,
        own: str,
        values: dict[str, str],
        place: Whereabouts | None,
    ) -> Mismatch:
        title = self.standard.section_by_id[section]
        date_field = title.date_field
        kind, at = "event-gone", place
        elsewhere = self.events_now.get((section, own)) if section in self.named else None
        event, called = self._event_that_went(now.episode, section, values)
        renamed = called if event is not None and event.deleted_at is None and called != uncounted(own) else ""
        if event is None:
            event = self.gone_events.get((section, own))
            renamed = self._renamed_event(was, now, section, values)
        if elsewhere is not None:
            kind, at = "event-moved", event
            told = self.standard.say("The {what} is now under the {episode} {id}.", what=title.said, id=elsewhere)
        elif renamed:
            # Told so from then on: while it waits under its new name, goes under it, and has gone.
            told = f"The {title.said} is now called {renamed}."
            if section in self.named:
                event = locate.events(self.snapshot, self.preview.agency, section, [renamed]).get(renamed)
            at = event
        elif (now.episode, own) in self.held or (event is not None and event.event_id in self.held_events):
            told, at = _DATED_LATER.format(title.said), event
        elif event is not None and event.deleted_at is not None:
            told = f"The {title.said} was deleted{_by(event.deleted_by, event.deleted_at)}."
        else:
            # One that is there was sent with the very same as the one that is gone.
            event = None
            told = self.standard.say("No {what} of that identifier is in the {episode} any more.", what=title.said)
        # Numbers begin anew in every episode, and what has none is told by its day.
        found = Mismatch(kind, f"{was.episode} {section} {own}", was.episode, now.client, told)
        found = replace(found, subject_before=f"{section} {own}")
        placed = self._placed(found, at, date_field if at is event and event is not None else "")
        live = event is not None and event.deleted_at is None
        return replace(placed, event_id=event.event_id if event is not None and live else "")

    def _renamed_event(self, was: SentEpisode, now: SentEpisode, section: str, values: Mapping[str, str]) -> str:
        """The event of that day which goes by an identifier that was not sent; "" where there is none."""
        date_field = self.standard.section_by_id[section].date_field
        return next(
            (
                other
                for (its, other), theirs in now.events.items()
                if its == section
                and (its, other) not in was.events
                and theirs.get(date_field) == values.get(date_field)
            ),
            "",
        )

    def _event_that_went(self, episode: str, section: str, values: Values) -> tuple[Whereabouts | None, str]:
        """The event of an episode that an extract holds with these values, and what it is called by now; one that is
        there comes before one that was deleted. None where it is not kept what was sent of each."""
        form, place = self.standard.xml, self.parted.get(episode)
        if form is None or place is None:
            return None, ""
        headers = next(block.headers for block in form.blocks if block.section == section)
        went = self.went.get((place.episode_id, digest(values, headers)), [])
        one = next((one for one in went if one.section == section), None)
        if one is None:
            return None, ""
        gone = one.changed_at if one.deleted else None
        found = Whereabouts(place.episode_id, place.client_id, one.id, gone, one.changed_by)
        return found, event_name(self.standard, section, one.values)

    # Clients

    def _clients(self) -> Iterator[Mismatch]:
        """A client identifier that stood for one identity and stands for another."""
        before = self._identities(was for was, _ in self.pairs)
        after = self._identities(now for _, now in self.pairs)
        born = self.standard.role("birth_date")
        for client, was in before.items():
            now = after.get(client)
            if now is None:
                continue
            changes = self._denied(was, now)
            if not changes:
                continue
            headers = {one.header for one in changes}
            another = born in headers and not headers.isdisjoint(self.names)
            labels = [self.standard.by_header[one.header].label.lower() for one in changes]
            told = f"Not as sent: {', '.join(labels)}."
            told += " Initials and birth date differ: the identifier may stand for another person." if another else ""
            kind = "client-reused" if another else "identity"
            found = Mismatch(kind, client, now.episode, client, told, changes, reference=now.reference)
            yield self._placed(found, self.known.get(now.episode), changes[0].header)

    def _identities(self, episodes: Iterable[SentEpisode | None]) -> dict[str, SentEpisode]:
        """A consented episode for each client; without consent no identity is sent."""
        found: dict[str, SentEpisode] = {}
        for one in episodes:
            if one is not None and one.client and self.standard.has_consent(one.values):
                found.setdefault(one.client, one)
        return found

    def _placed(self, found: Mismatch, place: Whereabouts | None, header: str) -> Mismatch:
        found = replace(found, header=header)
        return found if place is None else replace(found, client_id=place.client_id, episode_id=place.episode_id)


def _told_apart(some: Iterable[tuple[int, _Key, _Key]]) -> dict[_Key, _Key]:
    """Which is which of what was and what is, each one's only; those that differ least come first."""
    found: dict[_Key, _Key] = {}
    taken = set()
    for _, before, after in sorted(some, key=lambda one: one[0]):
        if before not in found and after not in taken:
            found[before] = after
            taken.add(after)
    return found


def _by(person: str, at: datetime) -> str:
    return f" by {person} on {date_text(at)}" if person else f" on {date_text(at)}"


@dataclass(frozen=True, slots=True)
class Mismatches:
    """All mismatches against one sent extract; none was sent yet where `sent` is None. `changes` counts all that
    differs: episodes and events, new, gone and changed."""

    sent: ExtractInfo | None
    found: tuple[Mismatch, ...] = ()
    changes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Mismatch, ...]:
        """Those that are neither explained nor confirmed."""
        return tuple(one for one in self.found if one.state == "open")

    def count(self, state: State) -> int:
        """How many are in a state."""
        return sum(1 for one in self.found if one.state == state)


def find_mismatches(snapshot: Snapshot, preview: Preview) -> Mismatches:
    """The mismatches of what would be written against the last extract marked as sent.

    Raises Problem when the text of that extract is damaged, or is another standard's.
    """
    sent = stored_sent.last(snapshot, preview.agency)
    return against(snapshot, preview, sent) if sent is not None else Mismatches(None)


def look_for_mismatches(snapshot: Snapshot, preview: Preview) -> Mismatches | Problem:
    """The mismatches of what would be written, counted in its receipt too; or why they cannot be told."""
    receipt = preview.receipt
    try:
        found = find_mismatches(snapshot, preview)
    except Problem as problem:
        receipt.mismatches, receipt.not_compared = None, problem.told(preview.standard.terms)
        return problem
    receipt.mismatches = len(found.open)
    if found.sent is not None:
        receipt.changed_since = (found.sent.submission, found.changes)
    return found


def against(snapshot: Snapshot, preview: Preview, sent: ExtractInfo) -> Mismatches:
    """The mismatches against one extract. Raises as `find_mismatches` does."""
    so_far = sent_so_far(snapshot, preview.agency, preview.standard, sent)
    finder = Finder(snapshot, all_known(snapshot, preview, sent), so_far, sent)
    judged = _Judge(snapshot, finder.preview, sent).judged(list(finder.found()))
    return Mismatches(sent, tuple(judged), finder.changes())


def confirm(work: "UnitOfWork", sent: ExtractInfo, mismatch: Mismatch, reason: str) -> Mismatch:
    """Confirm a mismatch with a reason. Raises Problem without one, when it is explained or confirmed already, and
    where somebody confirmed it for other values since it was looked at."""
    lapsed = mismatch.lapsed.id if mismatch.lapsed is not None else ""
    said = stored_sent.confirm(
        work, sent.id, ConfirmedMismatch(mismatch.kind, mismatch.subject, mismatch.confirmable), reason, lapsed
    )
    return replace(mismatch, confirmed=said, lapsed=None)


class _Judge:
    """Looks up what was said of mismatches against one extract, and whether that holds."""

    def __init__(self, snapshot: Snapshot, preview: Preview, sent: ExtractInfo) -> None:
        """Take the extract, and what it is compared with."""
        self._snapshot, self._agency, self._standard = snapshot, preview.agency, preview.standard
        self._sent = sent
        self._texts: dict[str, SentText] = {}

    def judged(self, found: Collection[Mismatch]) -> list[Mismatch]:
        """The mismatches with what was said of each, in the order of their kinds."""
        said = {(one.kind, one.subject): one for one in self._confirmations()}
        # An earlier program's, where it is plain of which it was said.
        before = {key: one for key, one in said.items() if one.extract_id == self._sent.id}
        meant = Counter((one.kind, one.subject_before) for one in found)
        judged = []
        for mismatch in found:
            known = said.get((mismatch.kind, mismatch.subject))
            if known is None and meant[mismatch.kind, mismatch.subject_before] == 1:
                known = before.get((mismatch.kind, mismatch.subject_before))
            if known is not None and self._holds(known, mismatch):
                mismatch = replace(mismatch, confirmed=known)
            elif known is not None:
                mismatch = replace(mismatch, lapsed=known)
            judged.append(mismatch)
        order = {kind: number for number, kind in enumerate(TITLES)}
        judged.sort(key=lambda one: order[one.kind])
        return judged

    def _confirmations(self) -> list[ConfirmationInfo]:
        """What was said against the extract; where it is but a part, against any before: all of them count still."""
        if not self._standard.submission.kinds:
            return stored_sent.confirmations(self._snapshot, self._sent.id)
        return stored_sent.confirmations_of(self._snapshot, self._agency)

    def _holds(self, known: ConfirmationInfo, mismatch: Mismatch) -> bool:
        """Whether a confirmation is of the very same, and nothing was sent since that says again what is denied."""
        if dict(known.told) != dict(mismatch.confirmable):
            return False
        if not self._standard.submission.kinds:
            return True
        since = (one for one in self._so_far if one.made_at > known.confirmed_at)
        return not any(_says(self._text(one), mismatch) for one in since)

    @cached_property
    def _so_far(self) -> list[ExtractInfo]:
        return extracts_so_far(self._snapshot, self._agency, self._standard, self._sent)

    def _text(self, extract: ExtractInfo) -> SentText:
        if extract.id not in self._texts:
            text = kept_text(self._snapshot, self._agency, self._standard, extract)
            self._texts[extract.id] = choose.of(self._standard).sent_text([text])
        return self._texts[extract.id]


def _says(text: SentText, mismatch: Mismatch) -> bool:
    """Whether an extract says what a mismatch is about: the event, the values, else the episode."""
    if mismatch.episode not in text.groups:
        return False
    some = text.episodes(mismatch.episode)
    if mismatch.subject_before:
        return any(f"{section} {own}" == mismatch.subject_before for one in some for section, own in one.events)
    return not mismatch.fields or any(one.values.get(its.header) == its.was for one in some for its in mismatch.fields)
