"""Who looked at a client: noted in the audit once for each session, client and day."""

from collections.abc import Iterable

from store.unit_of_work import UnitOfWork


def note(unit: UnitOfWork, client_id: str) -> bool:
    """Note that the person opened a client's record; whether that was not noted yet. Raises Problem."""
    look = (unit.who.session, unit.person, unit.at[:10], client_id)
    if look in unit.ground.looks or look in unit.looks:
        return False
    unit.chain.add_look(client_id)
    unit.looks.add(look)
    return True


def note_all(unit: UnitOfWork, client_ids: Iterable[str]) -> None:
    """The same for several clients whose values are told at once. Raises Problem."""
    for one in client_ids:
        note(unit, one)
