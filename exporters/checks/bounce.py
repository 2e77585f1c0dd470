"""A bounce: one line of a list of what the receiving system refused, and the records it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[^\s,;|\t\"'()\[\]{}<>=]+")
_PART = re.compile(r"[^\s,;|\"'()\[\]{}<>=/:]+")
_NUMBER = r"(?:\s+(?:number|num|no|nr)\b)?\.?\s*[:#=]?\s*"
_MORE = r"(?:\s*(?:[,;&+/\N{EN DASH}-]|and|or|to))+\s*[1-9]\d{0,6}\b"
_LINE = re.compile(rf"\b(line|row|record)(s?){_NUMBER}(\d{{1,9}}\b(?:{_MORE})*)", re.IGNORECASE)
"""Numbers that are called lines: `row 4`, `Row 4, 5`, `rows 4-6`."""
LEADING = re.compile(r"(?:no|nr)?[^\w+]*([1-9]\d{0,6})\b(?![-/.:]\d)", re.IGNORECASE)
"""The number a line begins with: no date, time of day or telephone number."""
_CELL = re.compile(r"(?:^|[,;\t|])[ \"]*([1-9]\d{0,6})[ \"]*(?=[,;\t|]|$)")
_COUNT = re.compile(r"[1-9]\d{0,6}")
_NAMED = re.compile(
    r"\b(?:client|episode|journey|reference|ref|id|identifier)s?"
    rf"(?:\s+(?:reference|ref|identifier|id))?{_NUMBER}[{{\"']?(\w[\w-]*)",
    re.IGNORECASE,
)
_RULE = re.compile(
    rf"\b(?:(?:rule|check)|(?:rule|check|error|fault|message)\s+(?:code|id|identifier|reference|ref|number|no|nr)\b)"
    rf"{_NUMBER}\w[\w-]*",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:\d+(?:[-/.:T]\d+)+|\W)*")
"""What may stand before what is called a line, which is still at the beginning: signs, a date and a time of day."""
_PADDED = re.compile(r"0\d{3,}")
"""A number as no count is written, and no code."""


def plain(word: str) -> str:
    """An identifier as it is compared: without braces and what a sentence puts around it, in one case."""
    return word.strip().strip("{}.:").upper()


def field_named(text: str, headers: Mapping[str, str]) -> str:
    """The first field that a text names, of some by their names in capitals; "" for none. In the way an element is
    written, with what its schema is called and where it stands, its name is a word, too."""
    return next((headers[word] for word in map(plain, _PART.findall(text)) if word in headers), "")


@dataclass(frozen=True, slots=True)
class Bounce:
    """One line of the list, and where it leads.

    `number` is its place in the list. `cells` are what a list with a heading says under the names of identifiers,
    `beside` under other names, and `agency` the code under that name; of a list without one they are looked for in the
    text. `counted` is the line of the file that the list gives beyond doubt, under its heading or among several;
    `is_numbered`, that it begins with its number in the list. `unsure` says why its number may be no line of the file,
    as it stands in this list; `unplaced`, why it may be another line's, for it does not stand where the list gives
    each line its own. `called` is the name of its column.

    `line` is the line of the sent file it was found to mean (0 for none), `field` and `rule` what it names of them.
    `client_id`, `episode_id` and `event_id` are the store's, empty where `why_not` says why it leads nowhere. `doubt`
    says what else it may mean; `changed`, that what it leads to was changed after the extract was written.
    """

    number: int
    text: str
    line: int = 0
    field: str = ""
    rule: str = ""
    episode: str = ""
    reference: str = ""
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""
    why_not: str = ""
    doubt: str = ""
    changed: bool = False
    has_heading: bool = False
    cells: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    agency: str = ""
    counted: int = 0
    is_numbered: bool = False
    unsure: str = ""
    unplaced: str = ""
    called: str = ""

    @property
    def words(self) -> list[str]:
        """What in it may be an identifier, as identifiers are compared, each once; a rule's number is none."""
        if self.has_heading:
            texts = list(self.cells)
        else:
            texts = [part for word in _WORD.findall(self._said) for part in (word, *word.split(":"))]
        return list(dict.fromkeys(filter(None, map(plain, texts))))

    @property
    def named(self) -> list[str]:
        """The words that are said to be identifiers."""
        if self.has_heading:
            return self.words
        return [word for found in _NAMED.findall(self._said) if any(map(str.isdigit, word := plain(found)))]

    @property
    def tiers(self) -> tuple[list[str], list[str], list[str]]:
        """The words that are identifiers before any number is a line: those that are said to be, those that are more
        than a number, and numbers with zeros in front."""
        words = self.words
        return (
            self.named,
            [word for word in words if not word.isdigit()],
            [word for word in words if _PADDED.fullmatch(word)],
        )

    @property
    def _said(self) -> str:
        return _RULE.sub(" ", self.text)

    @property
    def _lines_named(self) -> list[re.Match[str]]:
        return [] if self.has_heading else list(_LINE.finditer(self.text, self._own_number))

    @property
    def _numbers_named(self) -> list[int]:
        return [int(number) for found in self._lines_named for number in re.findall(r"\d+", found[3])]

    @property
    def _own_number(self) -> int:
        """Where it goes on after its number in the list."""
        begun = LEADING.match(self.text) if self.is_numbered else None
        return begun.end() if begun is not None else 0

    @property
    def _begun(self) -> re.Match[str] | None:
        return None if self.has_heading or self.counted or self.is_numbered else LEADING.match(self.text)

    @property
    def named_line(self) -> int:
        """The first line of the file that it names as such, as the list counts; 0 for none."""
        return self.counted or next(iter(self._numbers_named), 0)

    @property
    def leading(self) -> int:
        """The number it begins with, which may be a line of the file; 0 for none, and where a line is named as such."""
        return 0 if self.named_line else self.begins_with

    @property
    def begins_with(self) -> int:
        """The number it begins with, whatever it is of; 0 for none."""
        begun = self._begun
        return int(begun[1]) if begun is not None else 0

    @property
    def begins(self) -> tuple[str, str, str] | None:
        """How it begins, where that is with a number which may be its line: what it calls that, "" where nothing, the
        sign after it, and what it says then. None where it begins otherwise."""
        before = _BEFORE.match(self.text, self._own_number)
        found = _LINE.match(self.text, before.end()) if before is not None and not self.has_heading else None
        called = found[1].lower() if found is not None else ""
        if found is None and (found := self._begun) is None:
            return None
        after = self.text[found.end() :]
        said = re.sub(r"^\W+", "", after)
        between = after.removesuffix(said)
        return called, "\t" if "\t" in between else between.strip(" \"'")[:1], said

    @property
    def counts_records(self) -> bool:
        """Whether its number is that of a row or record, as it says or the heading does, and not of a line."""
        named = next((found[1].lower() for found in self._lines_named), "")
        return (self.called or named).startswith(("row", "record"))

    @property
    def lines(self) -> list[int]:
        """The numbers that may be the line of the file it is about, as the list counts, the likeliest first: those that
        are called so, then the one it begins with, then those that may be it beside that: in cells of their own, and
        any where none is called a line."""
        numbers, begins = [self.counted, *self._numbers_named], self.begins_with
        if not self.has_heading and (begins or self.named_line):
            beside = _CELL.findall(self.text) if self.named_line else filter(_COUNT.fullmatch, self.digits)
            numbers += [begins, *map(int, beside)]
        return [number for number in dict.fromkeys(numbers) if number]

    @property
    def at_line(self) -> int:
        """The line of the file it is about, as the list counts; 0 for none."""
        return next(iter(self.lines), 0)

    @property
    def is_sum(self) -> bool:
        """Whether the number it names may be one of lines: "Rows: 3"."""
        return not self.counted and any(found[2] for found in self._lines_named)

    @property
    def digits(self) -> list[str]:
        """The words of a list without a heading that are but numbers."""
        return [] if self.has_heading else [word for word in self.words if word.isascii() and word.isdigit()]

    @property
    def numbers(self) -> list[str]:
        """The words that may be identifiers although they are but numbers: the one it begins with, else any."""
        return [word for word in self.digits if not self.named_line and self.leading in (0, int(word))]

    @property
    def leads(self) -> bool:
        """Whether there is a record to go to."""
        return bool(self.episode_id)
