"""Two clients before they are made one: what they differ in, what of each was sent, and whose typing goes over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.records import left_drafts, save
from exporters.records.left_drafts import Typing, typing_told
from exporters.records.save import Merged
from store.disk import audit
from store.month import sent as stored_sent
from store.records import merge, read
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.formats.base import SentText
    from store.facts import AgencyInfo, ClientTree, MergeInfo
    from store.snapshot import Snapshot
    from store.unit_of_work import UnitOfWork

FEW = 3
"""So many ids are named in a sentence; all of them in JSON."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An episode that the receiving system has: what it is known by, and the client it was sent as."""

    episode: str
    client: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of two clients: with all that stands below, what of it was sent, and what is typed into it by whom."""

    tree: "ClientTree"
    sent: tuple[Sent, ...]
    typing: tuple[Typing, ...]

    @property
    def episodes(self) -> int:
        """How many episodes there are, without deleted ones."""
        return sum(not one.episode.deleted for one in self.tree.episodes)


@dataclass(frozen=True, slots=True)
class Pair:
    """The client who would be kept, the other one, and the fields of the client in which they differ."""

    keep: Side
    other: Side
    differing: tuple[str, ...]

    @property
    def turned(self) -> "Pair":
        """The other direction."""
        return Pair(self.other, self.keep, self.differing)


def pair(snapshot: "Snapshot", agency: "AgencyInfo", standard: Standard, *, keep_id: str, other_id: str) -> Pair:
    """Look at two clients before a merge. Raises Problem where they cannot be made one, and for a damaged extract."""
    merge.refuse_pair(snapshot, keep_id, other_id)
    extract = stored_sent.last(snapshot, agency)
    text = None
    if extract is not None:
        # An extract's text is read only where there is one: to read it back costs as much as to write it.
        from exporters.extracts.preview import sent_so_far

        text = sent_so_far(snapshot, agency, standard, extract)
    sides = [_side(snapshot, standard, text, id) for id in (keep_id, other_id)]
    one, other = (side.tree.client.values for side in sides)
    known = standard.headers_by_level["client"]
    differing = tuple(header for header in known if one.get(header, "") != other.get(header, ""))
    return Pair(sides[0], sides[1], differing)


def _side(snapshot: "Snapshot", standard: Standard, text: "SentText | None", client_id: str) -> Side:
    tree = read.tree(snapshot, client_id)
    found = []
    for one in tree.episodes if text is not None else ():
        record = EpisodeRecord(tree.client.values, one.episode.values, (), (), tree.client.id, one.episode.id)
        name = choose.of(standard).episode_name(record)
        if text is not None and name in text.groups:
            found += [Sent(name, was.client or was.reference) for was in text.episodes(name)]
    return Side(tree, tuple(found), tuple(left_drafts.in_client(snapshot, client_id)))


def merge_as_seen(unit: "UnitOfWork", both: Pair) -> Merged:
    """Make two clients one whom somebody looked at. Raises Problem where one of them is saved otherwise by now or has
    other episodes, for they may be two people, and where they cannot be made one."""
    for seen in (both.keep.tree, both.other.tree):
        if not is_as_seen(read.tree(unit, seen.client.id), seen):
            raise Problem(f"The client {seen.client.id} was changed since you looked at the two: look at both again.")
    return save.merge(unit, keep_id=both.keep.tree.client.id, other_id=both.other.tree.client.id)


def is_as_seen(now: "ClientTree", seen: "ClientTree") -> bool:
    """Whether a client's own record is as it was looked at, and the client has the same episodes."""
    ids, known = ([one.episode.id for one in tree.episodes if not one.episode.deleted] for tree in (now, seen))
    return now.client.version == seen.client.version and ids == known


def consequences(standard: Standard, both: Pair) -> list[str]:
    """What a merge in this direction does to what was sent and to what is typed, in sentences; none where nothing."""
    said = []
    if both.other.sent:
        ids = list(dict.fromkeys(one.client for one in both.other.sent))
        said.append(
            standard.say(
                "Sent already, as {client} {ids}: {episodes_sent} of the {client} who goes ({names})."
                " The next return gives the {client} kept instead.",
                ids=_listed(ids),
                episodes_sent=standard.counted(len(both.other.sent), "episode"),
                names=_listed([one.episode for one in both.other.sent]),
            )
        )
    if both.keep.sent:
        ids = list(dict.fromkeys(one.client for one in both.keep.sent))
        told = "The {client} kept was sent, too, as {ids}: what was sent stays as it is."
        said.append(standard.say(told, ids=_listed(ids)))
    return [*said, *typing_told(both.other.typing, "goes over with it")]


def stays_told(snapshot: "Snapshot", standard: Standard, undone: "MergeInfo") -> list[str]:
    """What the client who was kept has since a merge that is about to be undone, in sentences; none where nothing.

    It stays there, though it may be of the one who comes back: only who knows the two can say.
    """
    tree = read.tree(snapshot, undone.keep_id)
    own = [one.episode.id for one in tree.episodes if one.episode.id not in undone.moved]
    entries = audit.history(snapshot, [undone.keep_id, *own])
    merged = [one.number for one in entries if one.act == merge.MERGED and one.at == undone.merged_at]
    since = [one for one in entries if merged and one.number > merged[0]]
    entered = {one.record_id for one in since if not one.field and one.record_id in own and one.old is None and one.new}
    fields = dict.fromkeys(one.field for one in since if one.record_id == undone.keep_id and one.field)
    said = []
    if entered:
        told = "Entered since, and staying with the {client} who was kept: {many}. Look whose they are."
        said.append(standard.say(told, many=standard.counted(len(entered), "episode")))
    if fields:
        told = "Changed since in the {client} who was kept, and staying so: {fields}."
        known = [standard.by_header[one].label if one in standard.by_header else one for one in fields]
        said.append(standard.say(told, fields=_listed(known)))
    typing = left_drafts.in_client(snapshot, undone.keep_id)
    return [*said, *typing_told(typing, "what is typed in the one who was kept, or new there, stays there")]


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - FEW} more" if len(texts) > FEW else ""
    return ", ".join(text or "(none)" for text in texts[:FEW]) + more
