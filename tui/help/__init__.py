"""The help of each screen: a few paragraphs in `<scope>.txt`, a picture of it in `<scope>.screen.txt`. `changes.txt`
tells what is new in each release.

The paragraphs are templates: `{episode}` is filled in the reader's terms. The pictures are those that the tests compare
the screens with, so they cannot grow old.
"""

from collections.abc import Iterable
from pathlib import Path

from validators.standard.terminology import USUAL, Terms

FOLDER = Path(__file__).parent


def about(scope: str, terms: Terms = USUAL) -> list[str]:
    """The text about a screen as lines, in these terms; none for a screen that has no text."""
    return [terms.say(line) for line in _lines(f"{scope}.txt")]


def paragraphs(lines: Iterable[str]) -> list[str]:
    """The lines with those of one paragraph joined, for a page that wraps them to its own width.

    Headings (`# `), lines that are indented and empty ones stand by themselves, as lists and files to copy do.
    """
    joined: list[str] = []
    goes_on = False
    for line in lines:
        is_prose = bool(line) and not line.startswith((" ", "# "))
        if is_prose and goes_on:
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
        goes_on = is_prose
    return joined


def picture(scope: str) -> list[str]:
    """A screen as it looks at 80 columns; none where there is no picture."""
    return _lines(f"{scope}.screen.txt")


def _lines(name: str) -> list[str]:
    path = FOLDER / name
    if not name.replace(".", "").replace("_", "").isalnum() or not path.is_file():
        return []
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
