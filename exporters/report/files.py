"""A file of the report: new, whole or not at all, for whoever asked for it alone."""

from collections.abc import Callable
from pathlib import Path

from store.disk.files import mode_for_person, place, refused, scratch
from validators.problems import Problem


def write_new(target: Path, fill: Callable[[Path], object]) -> None:
    """Make a file that must not be there yet: `fill(path)` writes it under another name first.

    Raises Problem when there is a file of that name, it cannot be written, or the person could not write or read it.
    """
    try:
        if target.exists():
            raise FileExistsError
        with scratch(target, mode_for_person(target.absolute().parent)) as made:
            fill(made)
            place(made, target)
    except FileExistsError:
        raise Problem(f"{target} is there already: move it away, or choose another name.") from None
    except OSError as error:
        raise refused(error, target, "written") from None
