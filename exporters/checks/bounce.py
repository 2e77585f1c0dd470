"""A bounce: one line of a list of what the receiving system refused, and the records it is about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Bounce:
    """One line of the list, and where it leads.

    `number` is its place in the list, `line` the line of the sent file it was found to mean (0 for none), `field` and
    `rule` what it names of them. `client_id`, `episode_id` and `event_id` are the store's, empty where `why_not` says
    why it leads nowhere.
    """

    number: int
    text: str
    line: int = 0
    field: str = ""
    rule: str = ""
    episode: str = ""
    reference: str = ""
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""
    why_not: str = ""

    @property
    def leads(self) -> bool:
        """Whether there is a record to go to."""
        return bool(self.episode_id)
