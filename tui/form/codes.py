"""Finding a code: by the code itself or by words from its label, the best meant first. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from validators.standard.model import CodeList, Layout, ListStatus

Usage = Mapping[str, int]
NO_USE: Usage = {}
STATUS_WORDS: Mapping[ListStatus, str] = {
    "published": "published",
    "site": "this site's own",
    "unverified": "unverified",
    "unknown": "list not known",
}
# What stands after one of these is what the label does not mean.
NEGATION = re.compile(r"\b(?:excluding|excludes?|except(?:ing)?|other than|but not|not|without)\b")
# With what a label says it means: nobody of "Never injected" has injected, yet "injected" finds it.
ANY_NEGATION = re.compile(rf"{NEGATION.pattern}|\b(?:no|non|none|never)\b")
WORD = re.compile(r"[^\W_]+")
# What stands between the answers that one label is for: "Gay or lesbian", "White - British", "health (such as HIV)".
BETWEEN = re.compile(r"[(),;:/]|\s[-\N{EN DASH}]\s|\b(?:or|and|including|such as)\b")
# How well a label fits what was typed; less is better.
CODE, LABEL, CODE_BEGINS, LABEL_BEGINS, PART, WORDS_BEGIN, ANYWHERE, DENIED = range(8)


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the code list. `code` is empty for a label whose code nobody has told us: a hint, not a choice."""

    code: str
    label: str


class _Searched(NamedTuple):
    """What a search looks at: code and label folded, what of them is not denied, the words of either, those that
    stand after a negation of whatever kind, outside of brackets or within the same, those that stand before one outside
    of brackets, and those of each of its parts."""

    code: str
    label: str
    meant: str
    words: tuple[str, ...]
    meant_words: tuple[str, ...]
    denied_words: tuple[str, ...]
    undenied_words: tuple[str, ...]
    parts: frozenset[tuple[str, ...]]

    @property
    def whole(self) -> str:
        return f"{self.code} {self.label}"


class _Typed(NamedTuple):
    """What was typed: folded, its words, and of these what is said and what is denied."""

    text: str
    words: tuple[str, ...]
    said: tuple[str, ...]
    denied: tuple[str, ...]


def fold(text: str) -> str:
    """The text without case, accents and apostrophes, for comparing."""
    text = text.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(character for character in parts if not unicodedata.combining(character))


def _parted(label: str, negation: re.Pattern[str]) -> tuple[str, str]:
    """A folded label up to what it says it does not mean, and on after the bracket in which it says so; and what it
    denies, without a bracket after it.

    Whoever types "no" means "Does not consent", but none of what is "(but not currently)".
    """
    kept, denied, at = "", "", 0
    while found := negation.search(label, at):
        bracketed = label.count("(", 0, found.start()) > label.count(")", 0, found.start())
        kept += label[at : found.start() if bracketed else found.end()]
        end = label.find(")", found.end()) if bracketed else -1
        at = end if end >= 0 else len(label)
        denied += f" {label[found.end() : at].partition('(')[0]}"
    return kept + label[at:], denied


@lru_cache(maxsize=65536)
def _searched(code: str, label: str) -> _Searched:
    """Cached because a country list is searched at every key."""
    folded = fold(label)
    said, denied = _parted(folded, NEGATION)[0], _parted(folded, ANY_NEGATION)[1]
    meant = f"{fold(code)} {said}"
    own = ANY_NEGATION.search(said)
    undenied = _words(said[: own.start()]) if own else ()
    parts = frozenset(_words(part) for part in BETWEEN.split(said))
    return _Searched(fold(code), folded, meant, _words(folded), _words(meant), _words(denied), undenied, parts)


def _words(folded: str) -> tuple[str, ...]:
    return tuple(WORD.findall(folded))


def _typed(text: str) -> _Typed:
    """What a text says and denies. It denies what stands after its first negation, else what stands before it."""
    folded = fold(text).strip()
    words = _words(folded) or tuple(folded.split())
    negation = ANY_NEGATION.search(folded)
    if negation is None:
        return _Typed(folded, words, words, ())
    before, after = _words(folded[: negation.start()]), _words(ANY_NEGATION.sub(" ", folded[negation.end() :]))
    return _Typed(folded, words, before, after) if after else _Typed(folded, words, (), before)


def exact_code(codes: CodeList, text: str) -> str:
    """The code the text names: itself, or the only one that differs in case or in leading zeros left out.

    Empty when there is none: a sign that but looks like a letter, or becomes one as a capital, is not that letter.
    """
    text = text.strip()
    if text in codes.codes:
        return text
    if not text or not text.isascii():
        return ""
    alike = [code for code in codes.codes if code.casefold() == text.casefold()]
    if not alike and text.isdigit():
        alike = [code for code in codes.codes if len(code) > len(text) and code == text.zfill(len(code))]
    return alike[0] if len(alike) == 1 else ""


def _fit(searched: _Searched, typed: _Typed) -> int | None:
    """How well a line fits what was typed; None when it does not.

    Where something is denied, a label that does not begin so fits only if it says what is said and denies what is
    denied: "not asked" is not "Asked and is not sure". It is never more than one to be looked at.
    """
    text, words, said, denied = typed
    if not text:
        return ANYWHERE
    if not denied and not all(word in searched.whole for word in words):
        return None
    if text == searched.code:
        return CODE
    if words == searched.words:
        return LABEL
    if searched.code.startswith(text):
        return CODE_BEGINS
    if searched.label.startswith(text) or _begin(searched.words, words):
        # Up to its "not" a label says the opposite: whoever did is not "Did not".
        return ANYWHERE if not denied and _begin(searched.undenied_words, words) else LABEL_BEGINS
    if denied:
        fits = _each_begins(denied, searched.denied_words) and all(word in searched.meant for word in said)
        return ANYWHERE if fits else None
    begins = _each_begins(words, searched.meant_words)
    if words in searched.parts or (begins and not said and ANY_NEGATION.search(searched.meant)):
        return PART
    if begins:
        return WORDS_BEGIN
    return ANYWHERE if all(word in searched.meant for word in words) else DENIED


def _each_begins(words: Sequence[str], label: Sequence[str]) -> bool:
    """Whether each word begins one of a label's."""
    return all(any(one.startswith(word) for one in label) for word in words)


def _begin(label: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a label's words begin with those typed, the last of which may be unfinished."""
    *whole, last = words
    return len(label) >= len(words) and list(label[: len(whole)]) == whole and label[len(whole)].startswith(last)


def _ranked(codes: CodeList, text: str, usage: Usage) -> list[tuple[int, Choice]]:
    """The codes that fit what was typed, each with how well, best first."""
    typed = _typed(text)
    named = exact_code(codes, text)
    found = []
    for code, label in codes.codes.items():
        fit = CODE if named and code == named else _fit(_searched(code, label), typed)
        if fit is not None:
            found.append((fit, Choice(code, label)))
    # Stable: what fits alike and is equally used keeps the list's order.
    return sorted(found, key=lambda each: (each[0], -usage.get(each[1].code, 0)))


def find_codes(codes: CodeList, text: str, usage: Usage = NO_USE) -> tuple[Choice, ...]:
    """The codes a typed text may mean, best first; hints last.

    Every word of the text must stand somewhere in code or label, in any order and case, and what it denies must be
    denied there. First comes the code that was typed, then the label itself, codes that begin so, labels that begin so,
    labels with a part that is it or, for a "no", with a "not", labels with words that begin so, then those that have it
    anywhere, or begin so and go on with a "not", and last what fits only by what the label says it does not mean
    (`excluding crack`). Among equals the most used comes first, then the list's own order.
    """
    return (*(choice for _, choice in _ranked(codes, text, usage)), *_hints(codes, text))


def _hints(codes: CodeList, text: str) -> list[Choice]:
    typed = _typed(text)
    return [Choice("", label) for label in codes.labels if _fit(_searched("", label), typed) is not None]


def telling_label(codes: CodeList, code: str, room: int) -> str:
    """A code's label for so many cells: where it would be cut to what another one reads as well, without the words
    that both begin with; "" for what is no code."""
    label = codes.codes.get(code, "")
    seen = label[: max(1, room - 1)]
    alike = [other for other in codes.codes.values() if other.startswith(seen) and other != label]
    if len(label) <= room or not alike:
        return label
    pairs = (zip(label, other, strict=False) for other in alike)
    common = min(sum(1 for _ in takewhile(lambda two: two[0] == two[1], pair)) for pair in pairs)
    start = label.rfind(" ", 0, common) + 1
    return f"\N{HORIZONTAL ELLIPSIS} {label[start:]}" if start else label


def is_words(text: str, layout: Layout) -> bool:
    """Whether a text typed into a coded field can only be words: no code of this layout looks like it."""
    if not any(character.isalpha() for character in text):
        return False
    text = text.strip()
    return len(text) > layout.length or " " in text or layout.kind == "numeric"


def code_by_words(codes: CodeList, text: str) -> str:
    """The one code whose label the words mean; empty when there is none, or when they may mean several.

    A label typed in full means itself, whatever others contain it. Else no other line may fit, and the words must be
    its beginning, or one of the answers it is for: an Indian is not from the British Indian Ocean Territory.
    """
    fits = [(fit, choice) for fit, choice in _ranked(codes, text, NO_USE) if fit != DENIED]
    hints = _hints(codes, text)
    itself = [choice.code for fit, choice in fits if fit == LABEL]
    if itself:
        same = any(_searched("", hint.label).words == _typed(text).words for hint in hints)
        return itself[0] if len(itself) == 1 and not same else ""
    return fits[0][1].code if len(fits) == 1 and fits[0][0] <= PART and not hints else ""


def is_meant_somewhere(codes: CodeList, text: str) -> bool:
    """Whether any label may mean the words, rather than say of them that it does not: a list to choose from has one."""
    return bool(_hints(codes, text)) or any(fit != DENIED for fit, _ in _ranked(codes, text, NO_USE))


def list_status(codes: CodeList) -> str:
    """Who vouches for the list and whether it is whole, in a few words."""
    words = STATUS_WORDS[codes.status]
    return words if codes.complete or codes.status == "unknown" else f"{words}, incomplete"
