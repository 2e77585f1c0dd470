"""That somebody looks at a client is noted by every screen that shows one, once a session, client and day."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from store.people import looks
from tui.session.program import Program

if TYPE_CHECKING:
    from validators.problems import Problem


def note_looks(program: Program, client_ids: Iterable[str]) -> None:
    """Note that clients are looked at here; nothing for an id that is empty. A store that is busy keeps nobody from it.

    The client screen itself notes it with its presence, in the same write.
    """
    wanted = [one for one in client_ids if one]
    if wanted:
        program.write(lambda unit: looks.note_all(unit, wanted), on_problem=_not_worth_saying)


def _not_worth_saying(problem: "Problem") -> None:
    """A role that was taken away is said by what is read next."""
