"""Mismatches: what the last extract marked as sent says of a person or episode, and a new one would deny.

Each is explained. One that the reporting period alone explains is no fault; every other is mended in the record, or
confirmed with a reason. A confirmation holds for what it was said of: where that is another thing now, it has lapsed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from exporters.comparing import FieldChange
from exporters.extract_preview import Preview, sent_so_far
from exporters.mismatch_finding import Finder, Found
from store.extract_shapes import ConfirmationInfo
from store.shapes import ExtractInfo

if TYPE_CHECKING:
    from store.opening import Store
    from store.writing import Writing

State = Literal["open", "confirmed", "explained"]

TITLES: Mapping[str, str] = {
    "gone": "Episode gone",
    "event-gone": "Event gone",
    "consent": "Consent gone",
    "identity": "Identity changed",
    "reopened": "Open again",
    "moved": "Another client",
    "client-reused": "Identifier reused",
    "event-moved": "Another episode",
}
"""What each kind is called, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One mismatch. `kind` is one of `TITLES`, `subject` the identifier it is about, `told` says what is the matter.

    `episode` and `client` are identifiers as sent, `reference` is the client's; `client_id`, `episode_id` and
    `event_id` are the store's own (empty where it has none), `header` is the field to look at, `fields` what it was and
    is. `lapsed` is a confirmation of the same subject that was about other values.
    """

    kind: str
    subject: str
    episode: str
    client: str
    told: str
    fields: tuple[FieldChange, ...] = ()
    header: str = ""
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""
    is_explained: bool = False
    confirmed: ConfirmationInfo | None = None
    lapsed: ConfirmationInfo | None = None
    reference: str = ""

    @property
    def state(self) -> State:
        """Whether somebody still has to look at it."""
        return "explained" if self.is_explained else "confirmed" if self.confirmed else "open"

    @property
    def confirmable(self) -> Mapping[str, str]:
        """What a confirmation is about."""
        return {"told": self.told, **{one.header: f"{one.was} -> {one.now}" for one in self.fields}}


@dataclass(frozen=True, slots=True)
class Mismatches:
    """All mismatches against one sent extract; none was sent yet where `sent` is None."""

    sent: ExtractInfo | None
    found: tuple[Mismatch, ...] = ()

    @property
    def open(self) -> tuple[Mismatch, ...]:
        """Those that are neither explained nor confirmed."""
        return tuple(one for one in self.found if one.state == "open")

    def count(self, state: State) -> int:
        """How many are in a state."""
        return sum(1 for one in self.found if one.state == state)


def find_mismatches(store: "Store", preview: Preview) -> Mismatches:
    """The mismatches of what would be written against the last extract marked as sent.

    Raises Problem when the text of that extract is damaged, or is another standard's.
    """
    sent = store.last_sent(preview.agency)
    return against(store, preview, sent) if sent is not None else Mismatches(None)


def against(store: "Store", preview: Preview, sent: ExtractInfo) -> Mismatches:
    """The mismatches against one extract. Raises as `find_mismatches` does."""
    finder = Finder(store, preview, sent_so_far(store, preview.agency, preview.standard, sent))
    return Mismatches(sent, tuple(_judged(finder.found(), store.confirmations(sent.id))))


def confirm(work: "Writing", sent: ExtractInfo, mismatch: Mismatch, reason: str) -> Mismatch:
    """Confirm a mismatch with a reason. Raises Problem without one, and when it is explained or confirmed already."""
    said = work.confirm_mismatch(sent.id, mismatch.kind, mismatch.subject, mismatch.confirmable, reason)
    return replace(mismatch, confirmed=said, lapsed=None)


def _judged(found: Iterable[Found], confirmations: Iterable[ConfirmationInfo]) -> list[Mismatch]:
    said = {(one.kind, one.subject): one for one in confirmations}
    judged = []
    for each in found:
        mismatch = Mismatch(
            each.kind,
            each.subject,
            each.episode,
            each.client,
            each.told,
            each.fields,
            each.header,
            each.client_id,
            each.episode_id,
            each.event_id,
            each.is_explained,
            reference=each.reference,
        )
        known = said.get((mismatch.kind, mismatch.subject))
        if known is not None and dict(known.told) == dict(mismatch.confirmable):
            mismatch = replace(mismatch, confirmed=known)
        elif known is not None:
            mismatch = replace(mismatch, lapsed=known)
        judged.append(mismatch)
    order = {kind: number for number, kind in enumerate(TITLES)}
    judged.sort(key=lambda one: order[one.kind])
    return judged
