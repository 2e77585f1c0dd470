"""What each act does to a client, an episode or an event: one table, so that whoever adds an act says it here."""

from collections.abc import Mapping
from enum import Enum

from store.facts import RECORD_KINDS


class RecordEffect(Enum):
    """What an act does to the record that it is noted of."""

    VALUES = "enters values, or others in their place"
    GOES = "takes the record out of what is worked with and sent"
    COMES = "brings it back"
    ERASED = "takes away what the history held of it; the record stays as it is"
    REMOVED = "takes it away for good"
    BESIDE = "is said of it or stands beside it, and changes nothing that is sent"


EFFECTS: Mapping[str, RecordEffect] = {
    "create": RecordEffect.VALUES,
    "load": RecordEffect.VALUES,
    "import": RecordEffect.VALUES,
    "sample": RecordEffect.VALUES,
    "copy": RecordEffect.VALUES,
    "change": RecordEffect.VALUES,
    "recode": RecordEffect.VALUES,
    "letter": RecordEffect.VALUES,
    "delete": RecordEffect.GOES,
    "merge": RecordEffect.GOES,
    "undelete": RecordEffect.COMES,
    "split": RecordEffect.COMES,
    "erase": RecordEffect.ERASED,
    "remove": RecordEffect.REMOVED,
    "accept": RecordEffect.BESIDE,
    "annotate": RecordEffect.BESIDE,
    "ask removal": RecordEffect.BESIDE,
    "confirm": RecordEffect.BESIDE,
    "consent": RecordEffect.BESIDE,
    "decide": RecordEffect.BESIDE,
    "give out": RecordEffect.BESIDE,
    "lapse": RecordEffect.BESIDE,
    "look": RecordEffect.BESIDE,
    "many": RecordEffect.BESIDE,
    "note": RecordEffect.BESIDE,
    "recoded": RecordEffect.BESIDE,
    "recoded back": RecordEffect.BESIDE,
    "refused": RecordEffect.BESIDE,
    "second keying": RecordEffect.BESIDE,
    "take back": RecordEffect.BESIDE,
    "take back removal": RecordEffect.BESIDE,
}
"""By the act's word in the audit. Where it is noted of a field, it is that field it does this to."""

SENDS_NOTHING_ELSE = tuple(
    act for act, effect in EFFECTS.items() if effect in (RecordEffect.BESIDE, RecordEffect.ERASED) or act == "letter"
)
"""The acts after which a return would be what it was before them. A change of letter puts values under other headers,
too: a month before it goes out as it did, and of another month it is told that its edition is another one."""


def require_known(act: str, kind: str) -> None:
    """Raise ValueError for an act of which nobody said what it does to a record: its audit would be misread."""
    if kind in RECORD_KINDS and act not in EFFECTS:
        raise ValueError(f"What the act {act!r} does to a record is to be said in store/people/record_acts.py.")
