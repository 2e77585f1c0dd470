"""What a nation measures agencies by, as a standard's data (`[[measures]]` in standard.toml).

There are four kinds: `waiting` (from the episode's opening to the first start of treatment, in bands), `share`
(closures of some classes among those that had treatment), `classes` (closures by class) and `unpublished` (what cannot
be worked out, and why). The arithmetic is in `measures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["waiting", "share", "classes", "unpublished"]
# The roles that a kind reckons by.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "waiting": ("opened",),
    "share": ("closed", "closure_reason"),
    "classes": ("closed", "closure_reason"),
    "unpublished": (),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a standard.

    `started` is the date of an event that counts as the start of treatment; `limit` the working days within which it
    should be, `bands` the upper limits after that (number, `weeks` or `months`), `target` a percentage (0: none).
    `setting` names the agency's setting that puts closure reasons into classes: those `counted`, those `left_out`, or
    those `shown`, with their labels. `definition` says how it is reckoned, `why` why an unpublished one is not.
    """

    id: str
    title: str
    kind: Kind
    definition: str
    source: str
    started: str = ""
    limit: int = 0
    target: int = 0
    bands: tuple[tuple[int, str], ...] = ()
    setting: str = ""
    counted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
