"""The percentages that the portal showed, as somebody enters them, and how far our own estimate was from them."""

import re
from collections.abc import Mapping

from validators.problems import Problem

LOAD, QUALITY = "load", "quality"
NAMES = {LOAD: "load %", QUALITY: "data quality %"}


def percentage(text: str, name: str) -> str:
    """A percentage as it was entered (`98.4`, `98,4 %`), made plain. Raises Problem, naming what it is of."""
    match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?", text.strip())
    if match is None or float(plain := f"{int(match[1])}.{match[2] or '0'}") > 100:
        raise Problem(
            f"'{text.strip()}' is no {name}: write a number from 0 to 100 with up to two decimals, like 98.4."
        )
    return plain


def entered(told: Mapping[str, str]) -> dict[str, str]:
    """Both percentages, made plain. Raises Problem when one is missing or no percentage."""
    return {key: percentage(told.get(key, ""), name) for key, name in NAMES.items()}


def compared(told: Mapping[str, str], ours: tuple[float, float]) -> str:
    """What the portal showed beside our estimate, the difference told."""
    parts = []
    for (key, name), estimate in zip(NAMES.items(), ours, strict=True):
        if key not in told:
            continue
        apart = round(float(told[key]) - estimate, 2)
        how = "the same" if not apart else f"{abs(apart):g} {'less' if apart < 0 else 'more'}"
        parts.append(f"{name} {float(told[key]):g}, our estimate {estimate:g}: {how}")
    return "; ".join(parts)
