"""Two clients before they are made one: what they differ in, what of each was sent, and whose typing goes over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.records import left_drafts
from exporters.records.left_drafts import Typing, typing_told
from store.month import sent as stored_sent
from store.records import merge, read
from validators.records import EpisodeRecord
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.formats.base import SentText
    from store.facts import AgencyInfo, ClientTree
    from store.snapshot import Snapshot

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


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - FEW} more" if len(texts) > FEW else ""
    return ", ".join(text or "(none)" for text in texts[:FEW]) + more
