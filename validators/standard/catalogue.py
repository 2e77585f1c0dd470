"""Which standards there are: those shipped with the program, and those a site has installed."""

from functools import lru_cache
from pathlib import Path

from validators.own_folders import own_folder
from validators.problems import Problem
from validators.standard.loader import load_standard
from validators.standard.model import Standard
from validators.standard.site_lists import with_site_lists

SHIPPED = Path(__file__).parent.parent / "standards"
DEFAULT = "ndtms-cjit-p"


def installed_folder() -> Path:
    """Where a site's own standards live: `standards` under the user's data folder."""
    return own_folder("data") / "standards"


def site_lists_folder(standard_id: str) -> Path:
    """Where the code lists lie that a site has of its own for a standard, whether there are any or not."""
    return installed_folder().parent / "lists" / standard_id.replace("-", "_")


def folder_of(standard_id: str) -> Path:
    """The folder of a standard; one that the site installed goes before a shipped one. Raises Problem if unknown."""
    name = standard_id.replace("-", "_")
    if name.replace("_", "").isalnum():
        for parent in (installed_folder(), SHIPPED):
            if (parent / name / "standard.toml").is_file():
                return parent / name
    raise Problem(f"There is no standard '{standard_id}': there are {', '.join(available())}.")


def available() -> list[str]:
    """The ids of all standards, in alphabetical order."""
    found = set()
    for parent in (SHIPPED, installed_folder()):
        if parent.is_dir():
            found |= {path.parent.name.replace("_", "-") for path in parent.glob("*/standard.toml")}
    return sorted(found)


@lru_cache(maxsize=16)
def load(standard_id: str = DEFAULT) -> Standard:
    """The standard of that id. Raises Problem when it is unknown or its pack malformed."""
    return with_site_lists(load_standard(folder_of(standard_id)), site_lists_folder(standard_id))
