"""What links an episode to what was sent of it: changed since, it opens a second one at the receiving system.

Said before it is saved, and a warning as long as it stands. Only formats that send an episode in parts have a link.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from exporters.formats import choose
from store.month import sent as stored_sent
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Finding, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ClientTree


def changed_links(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, records: Iterable[EpisodeRecord]
) -> list[EpisodeRecord]:
    """Of these episodes those whose link is another one than was sent. Raises Problem when the store cannot be read."""
    link = choose.of(standard).link
    if link is None:
        return []
    known = {link.id_of(record.episode_id): record for record in records}
    sent = stored_sent.of_records(snapshot, agency, known) if known else {}
    return [record for own, record in known.items() if own in sent and sent[own].digest != link.digest_of(record)]


def relinked(standard: Standard, tree: "ClientTree", now: Mapping[str, Values]) -> list[EpisodeRecord]:
    """The episodes of which a save changes what links them: `now` holds what is to be saved, by the record's id."""
    link = choose.of(standard).link
    if link is None:
        return []
    before, client = tree.client.values, now.get(tree.client.id, tree.client.values)
    found = []
    for one in tree.episodes:
        own = now.get(one.episode.id, one.episode.values)
        was, will_be = {**before, **one.episode.values}, {**client, **own}
        is_other = any(was.get(header, "") != will_be.get(header, "") for header in link.headers)
        if is_other and one.episode.version and not one.episode.deleted:
            found.append(EpisodeRecord(client, own, (), (), tree.client.id, one.episode.id))
    return found


def told_of_links(standard: Standard, found: Sequence[EpisodeRecord]) -> list[str]:
    """What is said before changed links are saved: what is not as it was sent, and what that does."""
    link = choose.of(standard).link
    labels = ", ".join(standard.by_header[header].label.lower() for header in link.headers) if link else ""
    if len(found) == 1:
        first = standard.say("This {episode} was sent, and one of these is not as it was: {labels}.", labels=labels)
    else:
        told = "{many} were sent, and one of these is not as it was: {labels}."
        first = standard.say(told, many=standard.counted(len(found), "episode"), labels=labels)
    then = "Once it is saved and sent, a second {episode} opens at the receiving system beside the one that is there."
    return [first, standard.say(then)]


class LinkCheck:
    """Finds changed links among many episodes, some at a time, holding of each but what links it."""

    def __init__(self, snapshot: Snapshot, agency: "AgencyInfo", standard: Standard) -> None:
        """Take the moment of which episodes are looked at, and the standard of the agency."""
        self._snapshot, self._agency, self._standard = snapshot, agency, standard
        self._link = choose.of(standard).link
        self._waiting: dict[str, EpisodeRecord] = {}

    def look(self, record: EpisodeRecord) -> None:
        """Remember an episode until `found` is asked."""
        if self._link is None:
            return
        headers = self._link.headers
        client = {header: record.client[header] for header in headers if header in record.client}
        own = {header: record.episode[header] for header in headers if header in record.episode}
        self._waiting[record.episode_id] = EpisodeRecord(client, own, (), (), record.client_id, record.episode_id)

    def found(self) -> Mapping[str, Finding]:
        """The findings about those looked at since it was asked last, by the episode's id. Raises Problem."""
        waiting, self._waiting = self._waiting, {}
        if self._link is None:
            return {}
        changed = changed_links(self._snapshot, self._agency, self._standard, waiting.values())
        return {record.episode_id: self._link.finding(self._standard, record) for record in changed}
