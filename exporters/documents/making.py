"""Making the draft of an edition from its documents."""

import re
from collections.abc import Sequence
from pathlib import Path

from exporters.documents.base import Base, choose
from exporters.documents.document import Progress
from exporters.documents.draft import DraftEdition, Line
from exporters.documents.draft_fields import add_fields, add_sections
from exporters.documents.draft_lists import add_lists
from exporters.documents.draft_rules import add_rules, understand_all
from exporters.documents.draft_toml import add_toml
from exporters.documents.fields import LeftOver
from exporters.documents.gathered import Gathered, gather
from exporters.documents.reading import read_document
from validators.problems import Problem


def draft(paths: Sequence[Path], like: str, wanted_id: str, progress: Progress) -> DraftEdition:
    """Read documents into the draft of one edition.

    `like` is the id of the base, empty for the installed edition with most headers in common; `wanted_id` that of the
    draft, empty for one made from the letter of the edition. Raises Problem, in one sentence, for a document that
    cannot be read or is about something else, and for documents without a table of fields.
    """

    twice = {path.resolve() for path in paths}
    if len(twice) < len(paths):
        raise Problem("One of the documents is named twice: name each once.")
    known = choose(like, []).standard.headers if like else ()
    gathered = gather([read_document(path, progress) for path in paths], known)
    progress("putting it together")
    if not gathered.fields:
        raise Problem(
            "The documents hold no table of fields, so that no edition can be made of them: add the technical "
            "definitions, or install the lists alone with keywork standards install."
        )
    base = choose(like, [item.header for item in gathered.fields])
    made = DraftEdition(gathered, base, _id(gathered, base, wanted_id, like), "")
    add_sections(made)
    add_fields(made)
    made.understood = understand_all(made)
    add_lists(made)
    add_rules(made)
    add_toml(made)
    for left in gathered.left:
        made.note(_left(left))
    return made


def _left(left: LeftOver) -> Line:
    return Line("text", left.key, "", left.standing, left.document, "", left.page, left.printed, left.question)


def _id(gathered: Gathered, base: Base, wanted: str, like: str) -> str:
    if wanted:
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", wanted) or len(wanted) > 40:
            raise Problem(f"{wanted!a} cannot be an id: use a to z, digits and single hyphens, 40 at most.")
        return wanted
    if not gathered.letter:
        raise Problem("The documents do not say which letter the edition has: name its id with --id, e.g. ndtms-r.")
    titles = " ".join(item.document.title for item in gathered.documents)
    stem = base.standard.id.removesuffix(f"-{base.standard.edition.lower()}")
    if gathered.letter != base.standard.edition and base.standard.id != like:
        stem = "ndtms-cjit" if "CJIT" in titles else "ndtms"
    return f"{stem}-{gathered.letter.lower()}"
