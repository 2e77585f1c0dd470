"""The help of each screen: a few paragraphs in `<scope>.txt`, a picture of it in `<scope>.screen.txt`. `changes.txt`
tells what is new in each release.

The pictures are those that the tests compare the screens with, so they cannot grow old.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def about(scope: str) -> list[str]:
    """The text about a screen as lines; none for a screen that has no text."""
    return _lines(f"{scope}.txt")


def picture(scope: str) -> list[str]:
    """A screen as it looks at 80 columns; none where there is no picture."""
    return _lines(f"{scope}.screen.txt")


def _lines(name: str) -> list[str]:
    path = FOLDER / name
    if not name.replace(".", "").replace("_", "").isalnum() or not path.is_file():
        return []
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
