"""Where the journeys are by now that an extract names: each by what links its messages, of which it is kept."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from exporters.formats.links import digest
from exporters.xml_format.shape import link_of, name_of
from store.month import locate
from store.month import sent as stored_sent
from store.records import read
from validators.records import EpisodeRecord, Values

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import Whereabouts
    from store.snapshot import Snapshot
    from validators.standard.model import Standard


def journey_places(
    snapshot: "Snapshot", agency: "AgencyInfo", standard: "Standard", named: Mapping[str, Values]
) -> "dict[str, Whereabouts]":
    """Where journeys are, by their names; `named` are these, each with the values by which it was sent.

    One is looked for among those that its client, or whoever they were merged into, began on that day: see
    `_told_apart`. What is nowhere is not in it.
    """
    reference, opened = standard.role("client_reference"), standard.role("opened")
    days = {name: (values.get(reference, ""), values.get(opened, "")) for name, values in named.items()}
    found: dict[str, Whereabouts] = {}
    groups: dict[tuple[str, ...], dict[str, Values]] = {}
    some = locate.journeys_now(snapshot, agency, days)
    for name, ones in some.items():
        groups.setdefault(tuple(sorted(one.episode_id for one in ones)), {})[name] = named[name]
    for own_ids, names in groups.items():
        ones = some[next(iter(names))]
        if len(own_ids) == len(names) == 1:
            found |= dict.fromkeys(names, ones[0])
        else:
            found |= _told_apart(snapshot, standard, names, ones)
    return found


def _told_apart(
    snapshot: "Snapshot", standard: "Standard", named: Mapping[str, Values], some: "Sequence[Whereabouts]"
) -> "dict[str, Whereabouts]":
    """Which of several journeys that one client began on one day is which: the one that is called so; else the one that
    went under that very link, whatever it is called by now; else the only one left for the only name left."""
    link = link_of(standard)
    assert link is not None
    called: dict[str, str] = {}
    for client_id in {one.client_id for one in some}:
        tree = read.tree(snapshot, client_id, deleted=True)
        for each in tree.episodes:
            record = EpisodeRecord(tree.client.values, each.episode.values)
            called[each.episode.id] = name_of(standard, record.altered(_stripped))
    found: dict[str, Whereabouts] = {}
    alive, gone = (tuple(one for one in some if (one.deleted_at is None) is is_there) for is_there in (True, False))
    for name, values in named.items():
        told = digest(values, link.headers)
        went = stored_sent.that_went(snapshot, {link.id_of(one.episode_id): told for one in some})
        for ones in (alive, gone):
            exact = [one for one in ones if called[one.episode_id] == name]
            its = exact or [one for one in ones if link.id_of(one.episode_id) in went]
            if its:
                found.setdefault(name, its[0])
    left = [name for name in named if name not in found]
    free = [one for one in alive or gone if one not in found.values()]
    return found | dict(zip(left, free, strict=True)) if len(left) == len(free) == 1 else found


def _stripped(values: Values) -> Values:
    return {header: text.strip() for header, text in values.items()}
