"""What a nation measures agencies by, as a standard's data (`[[measures]]` in standard.toml).

There are four kinds: `waiting` (from the episode's opening to the first start of treatment, in bands), `share`
(closures of some classes among those that had treatment), `classes` (closures by class) and `unpublished` (what cannot
be worked out, and why). The arithmetic is in `measures`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from validators.loading_tools import TomlTable
from validators.xml_form import AgencySetting

if TYPE_CHECKING:
    from validators.standard import Field

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


def read_measures(
    tables: list[TomlTable],
    fields: "tuple[Field, ...]",
    settings: tuple[AgencySetting, ...],
    roles: Mapping[str, str],
) -> tuple[Measure, ...]:
    """Read `[[measures]]`. Raises PackError for a field, setting, class, band or role that is not there."""
    starts = {one.header for one in fields if one.level == "event" and one.is_date}
    classes = {one.id: one.classes for one in settings if one.kind == "classes"}
    found: dict[str, Measure] = {}
    for table in tables:
        kind: Kind = table.choice("kind", tuple(NEEDS))
        own = Measure(
            id=table.text("id"),
            title=table.text("title"),
            kind=kind,
            definition=table.text("definition", ""),
            source=table.text("source"),
            started=table.text("started") if kind in ("waiting", "share") else "",
            limit=table.parsed("limit", _number) if kind == "waiting" else 0,
            target=table.parsed("target", _number) if "target" in table.values else 0,
            bands=table.parsed("bands", _bands) if kind == "waiting" else (),
            setting=table.text("setting") if kind in ("share", "classes") else "",
            counted=tuple(table.text_list("counted")) if kind == "share" else (),
            left_out=tuple(table.text_list("left_out")) if kind == "share" else (),
            shown=table.table("shown").texts() if kind == "classes" else {},
            why=table.text("why") if kind == "unpublished" else "",
        )
        if own.id in found or not own.id.replace("_", "").isalnum():
            table.refuse("id", f"{own.id!r} is repeated or not made of letters, digits and _")
        for role in NEEDS[kind]:
            if role not in roles:
                table.refuse("kind", f"{kind} needs a field with the role {role!r}")
        if own.started and own.started not in starts:
            table.refuse("started", f"{own.started!r} is no date of an event")
        if own.setting and own.setting not in classes:
            table.refuse("setting", f"{own.setting!r} is no setting of the kind classes")
        for name in (*own.counted, *own.left_out, *own.shown):
            if name not in classes[own.setting]:
                table.refuse("setting", f"{own.setting} has no class {name!r}")
        if kind == "share" and not own.counted:
            table.refuse("counted", "no class is counted")
        found[own.id] = own
    return tuple(found.values())


def _number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,2}", text):
        raise ValueError(f"{text!r} is no number from 1 to 999")
    return int(text)


def _bands(text: str) -> tuple[tuple[int, str], ...]:
    """`12 weeks, 6 months`: each beginning where the one before ends."""
    found = []
    for part in text.split(","):
        number, _, unit = part.strip().partition(" ")
        if unit not in ("weeks", "months"):
            raise ValueError(f"{part.strip()!r} is no number of weeks or months")
        found.append((_number(number), unit))
    return tuple(found)
