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
    alone = {
        name: some[name][0] for own_ids, names in groups.items() for name in names if len(own_ids) == len(names) == 1
    }
    elsewhere = _sent_otherwise(snapshot, agency, standard, alone, named)
    for names in groups.values():
        ones = some[next(iter(names))]
        if names.keys() <= alone.keys() and ones[0].episode_id not in elsewhere:
            found |= dict.fromkeys(names, ones[0])
        else:
            found |= _told_apart(snapshot, agency, standard, names, ones)
    return found


def _sent_otherwise(
    snapshot: "Snapshot",
    agency: "AgencyInfo",
    standard: "Standard",
    places: "Mapping[str, Whereabouts]",
    named: Mapping[str, Values],
) -> set[str]:
    """The ids of the journeys at some places that were sent, and never under the name that they stand for there."""
    link = link_of(standard)
    assert link is not None
    told = {link.id_of(one.episode_id): digest(named[name], link.headers) for name, one in places.items()}
    sent = stored_sent.of_records(snapshot, agency, told).keys() - stored_sent.that_went(snapshot, told)
    return {one.episode_id for one in places.values() if link.id_of(one.episode_id) in sent}


def _told_apart(
    snapshot: "Snapshot",
    agency: "AgencyInfo",
    standard: "Standard",
    named: Mapping[str, Values],
    some: "Sequence[Whereabouts]",
) -> "dict[str, Whereabouts]":
    """Which of several journeys that one client began on one day is which: the one that is called so; else the one that
    went under that very link, whatever it is called by now; else the only one left for the only name left, which is
    none that went, for that was under another name."""
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
    sent = stored_sent.of_records(snapshot, agency, [link.id_of(one.episode_id) for one in some])
    others = [one for one in some if one in found.values() or link.id_of(one.episode_id) in sent]
    free = [one for one in alive or gone if one not in others]
    return found | dict(zip(left, free, strict=True)) if len(left) == len(free) == 1 else found


def _stripped(values: Values) -> Values:
    return {header: text.strip() for header, text in values.items()}
