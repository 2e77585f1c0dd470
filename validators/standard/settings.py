"""What an agency says of itself, as rules and measures ask it: the settings a standard declares."""

from dataclasses import dataclass
from typing import Literal

SETTING_KINDS = ("yes_no", "classes")


@dataclass(frozen=True, slots=True)
class AgencySetting:
    """Something an agency says of itself: `yes_no`, or `classes`: codes of a list put into classes."""

    id: str
    title: str
    kind: Literal["yes_no", "classes"]
    code_list: str = ""
    classes: tuple[str, ...] = ()


def classes_told(told: str) -> dict[str, str]:
    """Code → class, from a setting of kind `classes` as it is kept (`01=complete 02=neutral`)."""
    pairs = (part.partition("=") for part in told.split())
    return {code: name for code, _, name in pairs if code and name}
