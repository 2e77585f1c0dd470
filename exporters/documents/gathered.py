"""Several documents of one edition put together: misprints put right by what else names a field, doubles told."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from exporters.documents.dates_in_words import first_day, last_day
from exporters.documents.document import Document, DocumentTable, Paragraph, one_line
from exporters.documents.fields import LeftOver, ReadField, read_fields
from exporters.documents.headings import heading_of
from exporters.documents.lists import ReadList, attach, one_letter_apart, read_lists
from exporters.documents.rules import ReadRule, from_history, read_rules, told_in_history
from validators.problems import Problem


@dataclass(slots=True)
class Named:
    """A document under the short name by which the draft cites it."""

    name: str
    document: Document


@dataclass(slots=True)
class Gathered:
    """All that the documents of an edition say.

    `sets` are the titles of data sets by their names, `without_consent` the headers of what is sent then; `signs` says
    that the key to layouts lets C hold signs beside letters and digits.
    """

    documents: list[Named]
    fields: list[ReadField]
    rules: list[ReadRule]
    lists: list[ReadList]
    left: list[LeftOver]
    letter: str = ""
    valid_from: str = ""
    valid_to: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    without_consent: tuple[str, ...] = ()
    signs: bool = False

    def carriers(self, number: str) -> list[str]:
        """The headers that carry a rule, in their order."""
        return [item.header for item in self.fields if number in item.rules]

    def digest(self, name: str) -> str:
        """The digest of a document by its short name."""
        return next((item.document.digest for item in self.documents if item.name == name), "")


def gather(documents: Sequence[Document], known: Sequence[str] = ()) -> Gathered:
    """Put documents together. `known` are the headers of the base, for lists that come without a table of fields.

    Raises Problem for a document that holds no table of fields, of rules and of codes.
    """
    named = _named(documents)
    made = Gathered(named, [], [], [], [])
    evidence: dict[str, str] = {}
    for item in named:
        fields, left = read_fields(item.document, item.name)
        _merge_fields(made, fields)
        made.left += left
        _merge_rules(made, read_rules(item.document, item.name))
        for doing, name, words, _ in told_in_history(item.document):
            if doing != "dropped" and not name.isdigit():
                evidence[name] = words
    for rule in made.rules:
        for name in re.findall(r"\b[A-Z][A-Z0-9]{3,}\b", rule.wording):
            evidence.setdefault(name, rule.wording)
    _correct(made.fields, evidence)
    carried = {number for item in made.fields for number in item.rules}
    for item in named:
        known_numbers = {rule.number for rule in made.rules}
        made.rules += from_history(item.document, item.name, known_numbers, carried)
    headers = [item.header for item in made.fields] or list(known)
    for item in named:
        lists, left = read_lists(item.document, item.name, headers)
        made.left += left
        _merge_lists(made, lists)
    attach(made.lists, headers, made.left)
    for item in named:
        made.left += _matrices(item, set(headers))
        _facts(made, item)
        if not _holds(made, item.name):
            raise Problem(
                f"{item.document.file} holds no table of fields, rules or codes that can be read: leave it out, "
                "or look whether it is the right document."
            )
    return made


def _matrices(item: Named, headers: set[str]) -> list[LeftOver]:
    """Tables that set fields against each other, as a matrix of dates does: named, not read."""
    found = []
    for table in item.document.tables:
        if any(heading_of(row.cells) for row in table.rows[:4]):
            continue
        begins = {cell.split()[0] for row in table.rows for cell in row.cells[:2] if cell.strip()}
        if len(begins & headers) >= 4 and all(len(row.cells) > 4 or row.merged for row in table.rows):
            question = "A table that sets fields against each other was not read: look whether the rules say the same."
            left = [row for row in table.rows if row.cells[0].strip()]
            printed = "; ".join(row.printed for row in left)
            found.append(LeftOver(f"matrix p. {table.page}", item.name, str(table.page), printed, question))
    return found


def _named(documents: Sequence[Document]) -> list[Named]:
    """Short names by what documents hold: tech, ref, geo, rules, doc."""
    found: list[Named] = []
    for document in documents:
        kinds = {made.kind for table in document.tables for row in table.rows[:4] if (made := heading_of(row.cells))}
        start = " ".join(block.text for block in list(document.paragraphs)[:6]) + document.title
        if "fields" in kinds:
            name = "tech"
        elif "codes" in kinds:
            name = "geo" if re.search(r"geograph|authorit|\bareas?\b", start, re.IGNORECASE) else "ref"
        else:
            name = "rules" if "rules" in kinds else "doc"
        times = sum(item.name.rstrip("0123456789") == name for item in found)
        found.append(Named(name if not times else f"{name}{times + 1}", document))
    return found


def _holds(made: Gathered, name: str) -> bool:
    read: Iterable[ReadField | ReadRule | ReadList] = (*made.fields, *made.rules, *made.lists)
    return any(item.document == name for item in read) or any(left.document == name for left in made.left)


def _merge_fields(made: Gathered, fields: Sequence[ReadField]) -> None:
    """Add fields; one that stands in another document too is asked about where the two differ."""
    own = {item.header: item for item in made.fields}
    for item in fields:
        before = own.get(item.header)
        if before is None:
            own[item.header] = item
            made.fields.append(item)
        elif (before.layout, before.rules, dict(before.sets)) != (item.layout, item.rules, dict(item.sets)):
            where = f"{item.document} p. {item.page}"
            before.questions.append(f"{item.header} stands again in {where}, otherwise: {item.printed}.")


def _merge_rules(made: Gathered, rules: Sequence[ReadRule]) -> None:
    told = {
        (rule.number, rule.wording.casefold()) for rule in made.rules if rules and rule.document != rules[0].document
    }
    made.rules += [rule for rule in rules if (rule.number, rule.wording.casefold()) not in told]


def _merge_lists(made: Gathered, lists: Sequence[ReadList]) -> None:
    """Add lists; one that only says where its codes stand gives way to one that has them, whatever came first."""
    for item in lists:
        for before in list(made.lists):
            if before.headers != item.headers:
                continue
            if before.elsewhere and not before.has_codes:
                made.lists.remove(before)
            elif item.elsewhere and not item.has_codes:
                break
        else:
            made.lists.append(item)


def _correct(fields: Sequence[ReadField], evidence: dict[str, str]) -> None:
    """Put headers right that the table prints with a letter too few or too many, by what rules and history name."""
    headers = {item.header for item in fields}
    for item in fields:
        if item.header in evidence:
            continue
        near = [name for name in evidence if name not in headers and one_letter_apart(item.header, name)]
        near = [name for name in near if len(name) > len(item.header)]
        if len(near) == 1:
            headers.discard(item.header)
            item.header, item.corrected = near[0], True
            headers.add(item.header)
            item.questions.append(
                f"The table prints {item.header_printed}; rules or the revision history say {item.header}, which is "
                "taken."
            )


def _facts(made: Gathered, item: Named) -> None:
    """What the text of a document says of the edition: its letter, its days, its data sets, rows without consent."""
    paragraphs = list(item.document.paragraphs)
    for block in (Paragraph(item.document.title, 0), *paragraphs):
        if not made.letter and (
            match := re.search(r"\b(?:[Cc]ore )?[Dd]ata ?set ([A-Z])\b|\bCDS[- –]([A-Z])\b", block.text)
        ):
            made.letter = match[1] or match[2]
        used = re.search(r"\b(?:used|effect|force|valid|applies)\b[^.]*", block.text)
        if used and not made.valid_from and (day := first_day(used[0])) and re.search(r"from|into|in force", used[0]):
            made.valid_from = day.isoformat()
        if used and not made.valid_to and made.valid_from and (last := last_day(used[0])):
            made.valid_to = last.isoformat()
    for table in item.document.tables:
        _set_titles(made, table)
        made.signs |= any(
            row.cells[0].strip() == "C" and bool(re.search(r"\bsigns?\b|punctuation|any character", row.cells[1]))
            for row in table.rows
            if len(row.cells) == 2
        )
    _consent(made, item, paragraphs)


def _set_titles(made: Gathered, table: DocumentTable) -> None:
    """The titles of data sets, from a table of their letters."""
    names = {name for field_ in made.fields for name in field_.sets}
    rows = [row for row in table.rows if len(row.cells) == 2 and row.cells[0].strip() in names]
    for row in rows:
        made.sets.setdefault(row.cells[0].strip(), one_line(row.cells[1]))


def _consent(made: Gathered, item: Named, paragraphs: Sequence[Paragraph]) -> None:
    """The columns of a row without consent, where a text lists them; two lists that differ are asked about."""
    headers = {field_.header for field_ in made.fields}
    told: list[tuple[tuple[str, ...], Paragraph]] = []
    for block in paragraphs:
        if not re.search(r"\bonly\b|nothing else|no other", block.text) or "onsent" not in block.text + "consent" * (
            "CONSENT" in block.text
        ):
            continue
        for sentence in re.split(r"(?<=\.)\s+", block.text):
            if not re.search(r"\bonly\b|nothing else|no other", sentence):
                continue
            names = []
            for name in re.findall(r"\b[A-Z][A-Z0-9]{2,}\b", sentence):
                near = [own for own in headers if own == name or one_letter_apart(own, name)]
                if len(near) == 1:
                    names.append(near[0])
            if len(set(names)) >= 2:
                told.append((tuple(dict.fromkeys(names)), block))
    if not told:
        return
    longest = max((names for names, _ in told), key=len)
    made.without_consent = longest if len(longest) > len(made.without_consent) else made.without_consent
    for listed, block in told:
        if set(listed) != set(longest):
            question = (
                f"What is sent without consent is told in two ways: here {', '.join(listed)}, elsewhere "
                f"{', '.join(longest)}, which is taken."
            )
            made.left.append(LeftOver("without consent", item.name, str(block.page), block.text, question))
