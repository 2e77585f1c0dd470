"""Where else in the store a client is: copied to an agency of another data set, or copied from one.

A removal takes one agency's client; each agency answers for its own records, so a copy is named and removed there.
"""

from collections.abc import Iterable

from exporters.imports.copy import copied_from, told_origin
from store.clients import lookalikes
from store.clients.facts import Sought
from store.facts import AgencyInfo, ClientTree
from store.records import agencies
from store.records.values import sortable
from store.snapshot import Snapshot
from validators.standard.catalogue import load
from validators.standard.model import Standard

PERSON = ("given_initial", "family_initial", "birth_date")


def other_places(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: Iterable[ClientTree]) -> list[str]:
    """A sentence for each agency of the store that has a client's copy, or that he was copied from; no copy by chance.

    An episode is a copy where its note names the one it was copied from, or where somebody with these initials and this
    birth date has one begun on that day. Deleted ones count: they are held.
    """
    all_trees = list(trees)
    found: list[str] = []
    for other in agencies.listed(snapshot):
        if other.id != agency.id:
            found += _copies(snapshot, other, agency, standard, all_trees)
    for note in dict.fromkeys(one.note for tree in all_trees for one in tree.episodes):
        if origin := copied_from(note):
            found.append(f"He was copied from {origin}: whether he is to be removed there is asked there.")
    return found


def _copies(
    snapshot: Snapshot, other: AgencyInfo, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]
) -> list[str]:
    sought = {}
    for tree in trees:
        person = (tree.client.values.get(standard.role(role), "") for role in PERSON)
        given, family, born = person
        for one in tree.episodes:
            opened = one.episode.values.get(standard.role("opened"), "")
            note = told_origin(standard, agency.code, tree.client.values, one.episode.values)
            sought[one.episode.id] = Sought(note, given, family, sortable(born), sortable(opened))
    alike = lookalikes.counterparts(snapshot, other, sought, deleted=True)
    clients = {one.client_id: one for one in alike.values()}
    known = load(other.standard).word("client")
    found = []
    for there in clients.values():
        name = f"{known} {there.reference or there.client_id}"
        is_so = (
            f"has a copy, {name}"
            if there.by_note
            else f"has {name}, perhaps the same person by initials and birth date"
        )
        found.append(f"Agency {other.code} ({other.standard}) {is_so}: not removed with this one, ask for that there.")
    return found
