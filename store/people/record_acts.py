"""What each act does to a client, an episode or an event: one table, so that whoever adds an act says it here."""

from collections.abc import Mapping
from enum import Enum

from store.facts import RECORD_KINDS


class Effect(Enum):
    """What an act does to the record that it is noted of."""

    VALUES = "enters values, or others in their place"
    GOES = "takes the record out of what is worked with and sent"
    COMES = "brings it back"
    ERASED = "takes away what the history held of it; the record stays as it is"
    REMOVED = "takes it away for good"
    BESIDE = "is said of it or stands beside it, and changes nothing that is sent"


EFFECTS: Mapping[str, Effect] = {
    "create": Effect.VALUES,
    "load": Effect.VALUES,
    "import": Effect.VALUES,
    "sample": Effect.VALUES,
    "copy": Effect.VALUES,
    "change": Effect.VALUES,
    "recode": Effect.VALUES,
    "letter": Effect.VALUES,
    "delete": Effect.GOES,
    "merge": Effect.GOES,
    "undelete": Effect.COMES,
    "split": Effect.COMES,
    "erase": Effect.ERASED,
    "remove": Effect.REMOVED,
    "accept": Effect.BESIDE,
    "annotate": Effect.BESIDE,
    "ask removal": Effect.BESIDE,
    "confirm": Effect.BESIDE,
    "consent": Effect.BESIDE,
    "decide": Effect.BESIDE,
    "give out": Effect.BESIDE,
    "lapse": Effect.BESIDE,
    "look": Effect.BESIDE,
    "many": Effect.BESIDE,
    "note": Effect.BESIDE,
    "recoded": Effect.BESIDE,
    "recoded back": Effect.BESIDE,
    "refused": Effect.BESIDE,
    "second keying": Effect.BESIDE,
    "take back": Effect.BESIDE,
    "take back removal": Effect.BESIDE,
}
"""By the act's word in the audit. Where it is noted of a field, it is that field it does this to."""

SENDS_NOTHING_ELSE = tuple(act for act, effect in EFFECTS.items() if effect in (Effect.BESIDE, Effect.ERASED))
"""The acts after which a return would be what it was before them."""


def require_known(act: str, kind: str) -> None:
    """Raise ValueError for an act of which nobody said what it does to a record: its audit would be misread."""
    if kind in RECORD_KINDS and act not in EFFECTS:
        raise ValueError(f"What the act {act!r} does to a record is to be said in store/people/record_acts.py.")
