"""Which element of an installed schema holds which item, as a site may edit it: `mapping.toml`.

A place is a path of names with / between them, an attribute's name with @ before it. `message` is a path below the
root, a block's one below the message, an item's one below its block; one that begins with / lies below the message.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from validators.problems import Problem
from validators.standard.model import Standard

MAPPING = "mapping.toml"
NOT_SENT = "-"
_LONGEST = 100_000
COUNTS = ("journeys", "rows")
"""What is known only once everything is written."""
PLACES = ("today", "now", "from", "to", "agency", "kind", *COUNTS)
"""What a fixed text may have in braces, to be filled for each file; a count with its width, as in {rows:6}."""
_FILLED = re.compile(r"\{([a-z]+)(?::([0-9]{1,2}))?\}")


@dataclass
class Learned:
    """The mapping by name. A place that is empty is not known; `fixed` are texts that stand in every file, by place."""

    root: str = ""
    message: str = ""
    blocks: dict[str, str] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """Every name with its place; `fixed` has none of its own."""
        return {"root": self.root, "message": self.message, **self.blocks, **self.elements}


def places_in(text: str) -> list[str]:
    """What of a fixed text is filled for each file. Raises Problem for what is not known."""
    found = []
    for match in _FILLED.finditer(text):
        name, width = match.groups()
        if name not in PLACES or (width and name not in COUNTS):
            known = ", ".join(f"{{{one}}}" for one in PLACES)
            raise Problem(
                f"{MAPPING} has {match[0]} in a text, which nothing fills: it may be one of {known}, "
                "with a width for the last two, as {rows:6}."
            )
        found.append(name)
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """A fixed text with its places filled; a number is padded with zeros to its width."""
    return _FILLED.sub(
        lambda match: values[match[1]].zfill(int(match[2] or 0)) if match[1] in values else match[0], text
    )


def empty_mapping(standard: Standard) -> Learned:
    """A mapping that knows nothing yet."""
    form = standard.xml
    assert form is not None
    return Learned(blocks={block.group: "" for block in form.blocks}, elements=dict.fromkeys(standard.headers, ""))


def read_mapping(path: Path, standard: Standard) -> Learned:
    """Read a mapping. Raises Problem when it is none, or names what the standard does not have."""
    try:
        if path.is_symlink() or path.stat().st_size > _LONGEST:
            raise Problem(f"{path} is a link or far too long for a mapping: put an ordinary file in its place.")
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError, tomllib.TOMLDecodeError):
        raise Problem(f"{path} cannot be read as TOML: mend it, or install the schema again.") from None
    learned = empty_mapping(standard)
    known: dict[str, dict[str, str]] = {"blocks": learned.blocks, "elements": learned.elements}
    for name, value in told.items():
        if name in ("root", "message") and isinstance(value, str):
            setattr(learned, name, value)
        elif name == "fixed" and isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            for text in value.values():
                places_in(text)
            learned.fixed = value
        elif name in known and isinstance(value, dict):
            for key, element in value.items():
                if key not in known[name] or not isinstance(element, str):
                    raise Problem(f"{path}: {ascii(str(key))[1:-1][:60]} is no name of {standard.id}, or has no text.")
                known[name][key] = element
        else:
            raise Problem(f"{path}: there is no key {ascii(str(name))[1:-1][:60]} in a mapping; leave it out.")
    return learned


def written_mapping(standard: Standard, learned: Learned, demanded: Sequence[str] = ()) -> str:
    """The mapping as a file, for the site to edit; `demanded` are the places that wait for a text."""
    lines = [
        "# Which element of the installed schema holds which item. Guessed by the published names: look it over.",
        f'# Fill in what is empty; write "{NOT_SENT}" for an item that the schema does not have and that is not sent.',
        "# A place is a path, as in Treatments/Treatment: the message below the root, a block below the message (. is",
        "# the message itself), an item below its block, or below the message where it begins with /; @name is an",
        "# attribute.",
        "",
        f"root = {_text(learned.root)}",
        f"message = {_text(learned.message)}",
        "",
        "[blocks]",
        *(f"{_text(group)} = {_text(element)}" for group, element in learned.blocks.items()),
        "",
        "[elements]",
        *(
            f"{name} = {_text(element)}  # {standard.by_header[name].description}"
            for name, element in learned.elements.items()
        ),
        "",
        "# What the schema demands beside the items: its path below the root, the text. In braces stands what is",
        f"# filled for each file: {', '.join(f'{{{name}}}' for name in PLACES)}; a count may have a width, to which",
        "# it is padded with zeros, as in {journeys:6}.",
        "[fixed]",
        *(f'# {_text(place)} = ""' for place in demanded),
        *(f"{_text(place)} = {_text(text)}" for place, text in learned.fixed.items()),
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A TOML string; JSON writes the same, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
