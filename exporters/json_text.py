"""JSON as it is printed: letters as they are, and nothing in it that a terminal would obey.

JSON itself escapes the first thirty-two controls only. What else steers a terminal or turns the order of letters
about (the other controls, signs of direction, separators of lines) stands in it by its number, which means the same.
"""

import json


def json_text(told: object, indent: int | None = None) -> str:
    """A value as JSON that may be printed, on lines of its own where it is to be indented."""
    text = json.dumps(told, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    # A line end can only be JSON's own: within a value it is escaped already.
    return "".join(sign if sign == "\n" or sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    """One character by its number, as JSON spells it: one beyond the first plane by two."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else json.dumps(sign)[1:-1]
