"""Which data set a file is of, by what it calls its parts; and what takes it into a store.

Nothing is converted silently: a file of another data set than the agency's is taken in only where the person says so.
"""

from fnmatch import fnmatchcase
from pathlib import Path
from re import sub
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.subject.handover_file import is_handover
from validators.problems import Problem
from validators.standard.catalogue import DEFAULT, available, edition_of, installs, load, variants_of
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.formats.base import Importer, Taking
    from exporters.imports.convert import Conversion


def recognised(path: Path, asked: Standard) -> str:
    """The id of the data set that a file is of: the one asked about unless another knows more of its names.

    "" where no data set knows any of them.
    """
    names = choose.names_in(path)
    best, most = asked.id, len(names & choose.of(asked).names_of())
    if not names or most == len(names):
        return best if names else ""
    for one in available():
        if one != asked.id:
            try:
                known = len(names & choose.of(load(one)).names_of())
            except Problem:  # one that is broken knows no file
                continue
            if known > most:
                best, most = one, known
    return best if most else ""


def _has_more_editions() -> bool:
    """Whether the site installed an edition of its own, whose files may be headed as those of a shipped one are."""
    return any(one.is_edition for one in installs())


def _fitting(path: Path) -> list[str]:
    """The data sets that know all of a file's names: those that have no more of them where there are any, of
    these those that the file is called as; of an edition with several, whose files are headed alike, the first."""
    names = choose.names_in(path)
    known: dict[str, tuple[str, bool]] = {}
    for one in available():
        try:
            its = choose.of(load(one)).names_of()
        except Problem:  # one that is broken knows no file
            continue
        if names <= its:
            known.setdefault(edition_of(one)[0], (one, its == names))
    fitting = [one for one, is_exact in known.values() if is_exact] or [one for one, _ in known.values()]
    return [one for one in fitting if _is_called_as(path, load(one))] or fitting


def _is_called_as(path: Path, standard: Standard) -> bool:
    """Whether a file has the name that a standard gives its own returns."""
    name = standard.submission.file_name.replace("{edition}", standard.edition)
    return bool(name) and fnmatchcase(path.name, sub(r"\{[^}]*\}", "*", name))


def of_file(path: Path, standard_id: str | None) -> Standard:
    """The data set that is named, else the usual one, unless another one knows more of what the file calls its parts.

    Raises Problem where that is an edition with several data sets: their files are headed alike.
    """
    if standard_id is None and is_handover(path):
        from exporters.subject.handover_import import standard_of  # needs the store, which a check does not

        return load(standard_of(path))
    standard = load(standard_id or DEFAULT)
    if standard_id is not None:
        return standard
    if not choose.names_in(path):
        return standard
    found = recognised(path, standard)
    if len(fitting := _fitting(path) if _has_more_editions() else []) > 1:
        raise Problem(f"{path} is headed as several data sets are: say with --standard which: {', '.join(fitting)}.")
    found = fitting[0] if fitting else found
    edition, variant = edition_of(found or standard.id)
    if variant:
        raise Problem(
            f"{path} is a file of {load(edition).title}, which has several data sets: say with --standard which its "
            f"agency reports: {', '.join(variants_of(edition))}."
        )
    return load(found) if found else standard


def said_of_choice(standard: Standard) -> str:
    """Which data set a file is taken for that nobody named, where the site's own editions leave a choice; else ""."""
    told = f"Taken for a file of {standard.title} ({standard.id}): --standard names another."
    return told if _has_more_editions() else ""


def import_of(path: Path, standard: Standard, from_standard: str | None, taking: "Taking") -> "Importer | Conversion":
    """What takes a file into an agency of a standard; `from_standard` is the data set the person says the file is of.

    Raises Problem where the file is of another data set than that, and what the imports raise.
    """
    if is_handover(path):
        from exporters.subject.handover_import import HandoverImport

        if from_standard not in (None, standard.id):
            raise Problem("A hand-over is of its own data set: leave --from-standard out.")
        return HandoverImport(path, standard, taking)
    own = from_standard in (None, standard.id)
    source = standard if own else load(from_standard or "")
    found = recognised(path, source)
    if own:
        # Who says that it is a file of the agency's own data set is believed where that knows anything of it.
        if found not in ("", standard.id) and not (
            from_standard and choose.names_in(path) & choose.of(source).names_of()
        ):
            raise Problem(
                f"{path} is a file of {found} and would go to an agency of {standard.id}: --from-standard {found} "
                f"takes over what is certain and lists the rest, --standard {found} takes the file as it is."
            )
        return choose.of(standard).importer(path, taking)
    if found == standard.id:
        raise Problem(f"{path} is a file of {standard.id}, the agency's own data set: leave --from-standard out.")
    if found not in ("", source.id):
        raise Problem(f"{path} is a file of {found}, not of {source.id}: say --from-standard {found}.")
    if not found and choose.names_in(path):
        raise Problem(f"{path} is not recognised as a file of {source.id}: name another file.")
    if taking.update:
        raise Problem("What comes from another data set changes nothing that is in the store: leave --update out.")
    from exporters.imports.convert import Conversion

    return Conversion(path, source, standard, taking)
