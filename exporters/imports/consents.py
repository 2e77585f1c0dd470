"""What a file says of consent, however it is spelt: an agreement never stands against a refusal that somebody told.

An answer that agrees plainly is an agreement; one that refuses plainly, but for capitals, blanks or a word in the place
of the code, is that refusal; anything else cannot be read, and whoever is asked and answers that did not agree. Nothing
is ever made an agreement that is not its code.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, get_args

from exporters.imports.report import ValueDifference
from exporters.imports.taken import bare_name
from store.records.consent import Purpose, field_of, fields_of, history
from validators.records import Values
from validators.rules.messages import listed
from validators.standard.model import Standard, without_zeros

if TYPE_CHECKING:
    from store.store import Store

_NAMED = 6
"""Lines that a note names."""
NOTHING, AGREED, UNCLEAR, REFUSED = range(4)
"""How an answer reads; of two, the later one in this order counts."""


def in_lines(lines: list[int]) -> str:
    """Lines of the file in words, the first of many."""
    named = [str(line) for line in lines[:_NAMED]]
    more = [f"{len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
    return f"line{'s' if len(lines) > 1 else ''} {listed([*named, *more])}"


class _Asked:
    """A field in which consent travels: the codes that agree, and what reads as an agreement or as a refusal."""

    def __init__(self, standard: Standard, header: str, consented: frozenset[str]) -> None:
        self.consented = consented
        listing = standard.code_lists.get(standard.by_header[header].codes)
        labels = dict(listing.codes) if listing else {}
        refusing = [code for code in labels if code not in consented]
        # In a field of letters a program may also write what it keeps itself.
        is_lettered = not any(code.isdigit() for code in (*consented, *refusing))
        yes, no = ({"yes", "true", "1"}, {"no", "false", "0"}) if is_lettered else ({"yes"}, {"no"})
        # Several codes that refuse are told apart by themselves alone: a word says that it is one of them.
        self._refuses = dict.fromkeys(no, refusing[0] if len(refusing) == 1 else "")
        self._refuses |= {_folded(word): code for code in refusing for word in (labels[code], code)}
        self._agrees = {_folded(word) for code in consented for word in (code, labels.get(code, code))}
        self._agrees = (self._agrees | yes) - self._refuses.keys()

    def reads(self, answer: str) -> int:
        """How an answer reads."""
        if answer in self.consented:
            return AGREED
        word = _folded(answer)
        if not word:
            return NOTHING
        if word in self._refuses:
            return REFUSED
        return AGREED if word in self._agrees else UNCLEAR

    def refusal(self, answer: str) -> str:
        """The code of a refusal; "" where there is none, or for what is no refusal."""
        return "" if answer in self.consented else self._refuses.get(_folded(answer), "")


def _folded(text: str) -> str:
    word = bare_name(text).casefold()
    return without_zeros(word) or word


class Consents:
    """The fields of a standard in which consent travels: for the return, and for what has a consent of its own."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard."""
        purposes: tuple[Purpose, ...] = get_args(Purpose)
        self._purposes = {header: one for one in purposes if (header := field_of(standard, one)[0])}
        self._asked = {header: _Asked(standard, header, codes) for header, codes in fields_of(standard).items()}

    def plain(self, values: Values) -> dict[str, str]:
        """The refusals among some values that are written otherwise than by their code, each with its code."""
        found = {}
        for header, asked in self._asked.items():
            answer = values.get(header)
            if answer and (code := asked.refusal(answer)) and code != answer:
                found[header] = code
        return found

    def refuses(self, values: Values) -> list[str]:
        """The fields in which a row answers and does not agree."""
        return [h for h, asked in self._asked.items() if (text := values.get(h)) and asked.reads(text) >= UNCLEAR]

    def is_refusal(self, header: str, told: str) -> bool:
        """Whether an answer is a refusal, and not one that cannot be read."""
        return header in self._asked and self._asked[header].reads(told) == REFUSED

    def takes_away(self, header: str, kept: str, told: str) -> bool:
        """Whether of two answers the one that is told is less of an agreement than the one that is kept."""
        asked = self._asked.get(header)
        return asked is not None and NOTHING < asked.reads(kept) < asked.reads(told)

    def gives(self, store: "Store | None", record_id: str, values: Values, header: str, told: str) -> bool:
        """Whether taking what is told would undo a refusal or a withdrawal: a file that was sent before tells it so.

        `values` are those that stand in the stored record. Where a data set has no code for a No the field is empty,
        and what was answered knows the store. Raises Problem when that cannot be read.
        """
        asked, kept = self._asked.get(header), values.get(header, "")
        if asked is None or kept in asked.consented or not (says := asked.reads(told)):
            return False
        if kept:
            return told in asked.consented or says < asked.reads(kept)
        if store is None or header not in self._purposes or says != AGREED:
            return False
        answers = store.ask(history, record_id, self._purposes[header])
        return bool(answers) and answers[-1].state in ("refused", "withdrawn")

    def not_taken(self, differences: Iterable[ValueDifference]) -> Iterator[str]:
        """Where a file does not agree to what the store has as agreed, and that is not taken: it goes out as before."""
        found: dict[str, list[int]] = {}
        refused = set()
        for one in differences:
            if self.takes_away(one.header, one.kept, one.told) and one.kept in self._asked[one.header].consented:
                found.setdefault(one.header, []).append(one.line)
                if self.is_refusal(one.header, one.told):
                    refused.add(one.line)
        for header, lines in found.items():
            how = "refused" if refused.issuperset(lines) else "refused, or answered so that it cannot be read,"
            yield (
                f"{header}: agreed to here, {how} in {in_lines(lines)}, which is not taken: ask and record it, "
                "or take what differs"
            )


class HeardRefusals:
    """What the rows of one file say of consent against each other, and those that are left out, as notes."""

    def __init__(self, consents: Consents) -> None:
        """Take what reads them."""
        self._consents = consents
        self._counting: dict[tuple[str, bool], list[int]] = {}
        self._left_out: dict[str, list[int]] = {}
        self._spelt: dict[str, int] = {}

    def plain(self, values: Values) -> dict[str, str]:
        """As `Consents.plain`; what was written otherwise is counted."""
        found = self._consents.plain(values)
        for header in found:
            self._spelt[header] = self._spelt.get(header, 0) + 1
        return found

    def counts(self, line: int, header: str, kept: str, told: str) -> bool:
        """Whether what a row tells is to stand, not what an earlier one tells; that is told."""
        if not self._consents.takes_away(header, kept, told):
            return False
        self._counting.setdefault((header, self._consents.is_refusal(header, told)), []).append(line)
        return True

    def leave_out(self, lines: Iterable[int], values: Values) -> None:
        """A row is left out: what it refuses is told."""
        for header in self._consents.refuses(values):
            self._left_out.setdefault(header, []).extend(lines)

    def notes(self, differences: Iterable[ValueDifference], *, update: bool) -> Iterator[str]:
        """All of it, in sentences, and what of the differences from the store is not taken without `update`."""
        for (header, is_refusal), lines in self._counting.items():
            what = "a refusal" if is_refusal else "an answer that cannot be read"
            yield f"{header}: {what} in {in_lines(lines)} counts, not the consent in an earlier one"
        for header, many in self._spelt.items():
            told = "1 refusal was" if many == 1 else f"{many} refusals were"
            yield f"{header}: {told} written otherwise than by its code, and taken as that"
        for header, lines in self._left_out.items():
            where = in_lines(sorted(lines))
            yield f"{header}: not agreed to in {where}, left out: ask, and record it where it is agreed to here"
        if not update:
            yield from self._consents.not_taken(differences)
