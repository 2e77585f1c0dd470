"""A file of the report: new, whole or not at all, private to whoever asked for it."""

from collections.abc import Callable
from pathlib import Path

from store.disk.files import PRIVATE, place, refused, scratch
from validators.problems import Problem


def write_new(target: Path, fill: Callable[[Path], object]) -> None:
    """Make a file that must not be there yet: `fill(path)` writes it under another name first.

    Raises Problem when there is a file of that name, or it cannot be written.
    """
    try:
        if target.exists():
            raise FileExistsError
        with scratch(target, PRIVATE) as made:
            fill(made)
            place(made, target)
    except FileExistsError:
        raise Problem(f"{target} is there already: move it away, or choose another name.") from None
    except OSError as error:
        raise refused(error, target, "written") from None
