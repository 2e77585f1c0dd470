"""What links the parts of one episode that go out apart to each other, and what was changed of that since.

Some formats send of an episode only what is new; the receiving system then finds the rest by a few values that stand in
every part. Where they are not as they were sent, it opens a second episode.
"""

from dataclasses import dataclass, replace
from hashlib import blake2b

from store.month.facts import PART
from validators.records import EpisodeRecord, Finding, Values
from validators.rules.file_rules import structure_finding
from validators.standard.model import Standard

INCOMPLETE = "?"
"""Ends the digest of a part that was sent with fields left empty."""


def digest(values: Values, headers: tuple[str, ...]) -> str:
    """A digest of some values in their order; `INCOMPLETE` at its end where one of them is empty."""
    told = [values.get(header, "") for header in headers]
    # The mark between values is none that a value can hold in XML.
    own = blake2b("\x1f".join(told).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return own if all(told) else own + INCOMPLETE


@dataclass(frozen=True, slots=True)
class Link:
    """The fields that link what is sent of an episode, and the name by which the store keeps what was sent of them."""

    headers: tuple[str, ...]
    part: str

    def id_of(self, episode_id: str) -> str:
        """The id under which it is kept what was sent of an episode's link."""
        return f"{episode_id}{PART}{self.part}"

    def digest_of(self, record: EpisodeRecord) -> str:
        """A digest of what links an episode now."""
        return digest({**record.client, **record.episode}, self.headers)

    def finding(self, standard: Standard, record: EpisodeRecord) -> Finding:
        """The warning about an episode whose link was changed after it was sent."""
        values = {**record.client, **record.episode}
        # Led to where an episode's own item is; the first of the fields is the agency's.
        own = [header for header in self.headers if header in standard.headers_by_level["episode"]]
        fields = (*own, *(header for header in self.headers if header not in own))
        found = structure_finding(
            standard, "link_changed", fields=fields, values={header: values.get(header, "") for header in fields}
        )
        return replace(found, client_id=record.client_id, episode_id=record.episode_id)
