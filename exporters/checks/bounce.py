"""A bounce: one line of a list of what the receiving system refused, and the records it is about."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\s,;|\t\"'()\[\]]+")
_NUMBER = re.compile(r"(?:\b(?:lines?|rows?|records?|no\.?|nr\.?)\s*[:#]?\s*|^\W*)(\d{1,9})\b", re.IGNORECASE)


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
    def words(self) -> list[str]:
        """Its words as they stand, and without the colon or full stop after them."""
        return [form for word in _WORD.findall(self.text) for form in dict.fromkeys((word, word.rstrip(":.")))]

    @property
    def named_line(self) -> int:
        """The line of the file that it names, as the list counts; 0 for none."""
        found = _NUMBER.search(self.text)
        return int(found[1]) if found else 0

    @property
    def leads(self) -> bool:
        """Whether there is a record to go to."""
        return bool(self.episode_id)
