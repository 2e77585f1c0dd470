"""Code lists that a site has beside its standards: taken out of its own copy of an owner's schema.

A list of the site takes the place of one that is not known, not verified or not complete; never of a published one.
"""

from dataclasses import replace
from pathlib import Path

from validators.standard.model import CodeList, Standard
from validators.standard.pack_tables import read_table

SITE_COLUMNS = ("code", "label")


def gives_way(own: CodeList) -> bool:
    """Whether a list of the site's takes the place of this one."""
    return own.status != "published" or not own.complete


def with_site_lists(standard: Standard, folder: Path) -> Standard:
    """The standard with the lists in a folder, one a file named after the list; as it is where there are none.

    Raises PackError with file, line and reason for a list that cannot be read.
    """
    if not folder.is_dir():
        return standard
    lists = dict(standard.code_lists)
    for path in sorted(folder.glob("*.csv")):
        own = lists.get(path.stem)
        codes = {row["code"]: row["label"] for _, row in read_table(path, SITE_COLUMNS)}
        if own is not None and codes and gives_way(own):
            source = "the schema that the site installed"
            lists[own.id] = replace(own, status="site", complete=True, source=source, codes=codes, labels=(), note="")
    return replace(standard, code_lists=lists)
