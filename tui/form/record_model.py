"""The editing state of one record: its rows, its values as typed, and the way through them. Knows no screen."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from string import ascii_lowercase, ascii_uppercase

from tui.form.codes import (
    NO_USE,
    Choice,
    Usage,
    code_by_words,
    exact_code,
    find_codes,
    is_meant_somewhere,
    is_words,
    telling_label,
)
from tui.form.dates import how_to_type, read_date, show_date
from tui.form.undo import History, Step
from validators.records import Finding, Values
from validators.rules.messages import sentence
from validators.rules.registry import Failure
from validators.standard.conditions import Condition
from validators.standard.model import CodeList, Field, Standard

PRINTED_BLANKS = str.maketrans("", "", " -\u00a0\u2010\u2011\u2012\u2013")
"""Blanks and hyphens, as numbers are grouped in print."""

CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
"""Of plain letters alone: others become two as a capital, or a plain one, which nobody typed."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names the group of fields below it."""

    text: str


Row = Heading | Field


@dataclass(frozen=True)
class Surroundings:
    """What is known around a record while it is keyed.

    `context` holds the values of the client's other records that skip conditions may look at. `previous` is the record
    whose values `take_previous` offers, `carried` the headers taken over unconfirmed, `usage` how often each code was
    used, by header, `noted` the note on a field, by header.
    """

    context: Values = field(default_factory=dict)
    previous: Values = field(default_factory=dict)
    carried: Collection[str] = ()
    usage: Mapping[str, Usage] = field(default_factory=dict)
    noted: Values = field(default_factory=dict)


class RecordModel:
    """One record being keyed.

    `sections` are the ids of the sections whose fields it holds, `values` what stands in it now (a draft, or carried
    over) and `base` what is saved; `beside` is what is known around it. `clock` tells the day. `judged` is whether the
    record has been saved or left before, so that what is missing counts as missing.
    """

    def __init__(
        self,
        standard: Standard,
        sections: Sequence[str],
        values: Values,
        *,
        clock: Callable[[], date],
        base: Values | None = None,
        beside: "Surroundings | None" = None,
        judged: bool = False,
    ) -> None:
        beside = beside or Surroundings()
        self.standard, self.sections, self.clock = standard, tuple(sections), clock
        self.fields = tuple(field for field in standard.fields if field.section in self.sections)
        if not self.fields:
            raise ValueError(f"the sections {', '.join(sections)} of {standard.id} hold no fields")
        self.rows = _rows(standard, self.sections)
        self.order = tuple(row.header for row in self.rows if isinstance(row, Field))
        self._nhs_numbers = _judged_by(standard, "nhs_number")
        self._scales = _judged_by(standard, "digits_between") & _judged_by(standard, "exact_width")
        self._named = {section.id_field for section in standard.event_sections}
        self._conditions: dict[str, list[Condition]] = {}
        for condition in dict.fromkeys(one.skip_when for one in self.fields if one.skip_when is not None):
            for header in condition.headers:
                self._conditions.setdefault(header, []).append(condition)
        self.row_of = {row.header: index for index, row in enumerate(self.rows) if isinstance(row, Field)}
        self.values = {header: text for header, text in values.items() if text}
        self.base: Values = dict(self.values if base is None else base)
        self.context, self.previous, self.usage = beside.context, beside.previous, beside.usage
        self.carried = {header for header in beside.carried if self.values.get(header)}
        self.noted = beside.noted
        self.judged = judged
        self.history = History()
        self._touched = False
        self._offered = ""
        self.current = self.first
        self._came_to = self.value(self.current)

    @property
    def first(self) -> str:
        """The field that one begins in: the first that is due."""
        return next((header for header in self.order if self.is_due(header)), self.order[0])

    @property
    def is_typing(self) -> bool:
        """Whether somebody is in the middle of typing the current field."""
        return self._touched

    # --- looking ----------------------------------------------------------------------------

    def field(self, header: str) -> Field:
        """The field of a header."""
        return self.standard.by_header[header]

    def value(self, header: str) -> str:
        """The value as typed; empty when there is none."""
        return self.values.get(header, "")

    def codes(self, header: str) -> CodeList | None:
        """The field's code list, or None for a field that has none."""
        return self.standard.code_lists.get(self.field(header).codes)

    def choices(self, header: str, text: str) -> tuple[Choice, ...]:
        """The codes of a field that a typed text may mean, best first, hints last."""
        codes = self.codes(header)
        return find_codes(codes, text, self.usage.get(header, NO_USE)) if codes else ()

    def meaning(self, header: str, room: int = 0) -> str:
        """What a value means: the label of its code, the date as people read it; empty for anything else.

        With `room` for so many cells a label that is to be cut is what tells it from the others of its list.
        """
        field, text = self.field(header), self.value(header)
        if field.is_date:
            return show_date(text, field.layout.text)
        codes = self.codes(header)
        if codes is None:
            return ""
        return telling_label(codes, text, room) if room > 0 else codes.codes.get(text, "")

    def is_due(self, header: str) -> bool:
        """Whether a person keys the field and the answers so far do not rule it out."""
        field = self.field(header)
        return field.keyed == "person" and not (
            field.skip_when is not None and field.skip_when.holds({**self.context, **self.values})
        )

    def is_stop(self, header: str) -> bool:
        """Whether Tab comes to the field: it is due and would be sent, or filled although it is neither."""
        return self._is_asked(header) or (self._is_keyed(header) and bool(self.value(header)))

    def decided(self, header: str) -> tuple[bool, ...]:
        """What the values decide of other fields in which this one has a say: whether they are asked, or sent."""
        values = {**self.context, **self.values}
        return *(one.holds(values) for one in self._conditions.get(header, ())), self._nobody_agreed

    def is_kept_here(self, header: str) -> bool:
        """Whether the field stays here and is not sent, whatever is typed in it: this record says that nobody agreed.

        An event under such a record is keyed like any other: whoever begins one means to key it.
        """
        return header not in self.standard.no_consent_carries and self._nobody_agreed

    @property
    def _nobody_agreed(self) -> bool:
        standard = self.standard
        asked = standard.role("consent")
        codes = self.codes(asked) if asked in self.row_of else None
        # What is no answer at all is to be mended, and ends nothing.
        return codes is not None and self.value(asked) in codes.codes and standard.withholds(self.values)

    def is_full(self, header: str) -> bool:
        """Whether nothing more can be typed: a code of the list, of the one length that codes of this field have."""
        codes, text = self.codes(header), self.value(header)
        if codes is None or not codes.codes or {len(code) for code in codes.codes} != {len(text)}:
            return False
        return bool(exact_code(codes, text))

    def is_unlisted(self, header: str) -> bool:
        """Whether the value stands in none of the codes we have, of a list that cannot make it wrong."""
        codes, text = self.codes(header), self.value(header)
        if codes is None or codes.decides or not codes.codes:
            return False
        return bool(text) and text not in codes.codes

    @property
    def was(self) -> str:
        """What stood in the current field when one came to it, once that is typed over; empty where nothing did."""
        return self._came_to if self._came_to != self.value(self.current) else ""

    def shown(self, header: str, text: str) -> str:
        """A value of the field as people read it: a date in words, anything else as it is."""
        field = self.field(header)
        return (field.is_date and show_date(text, field.layout.text)) or text

    def changed(self) -> dict[str, tuple[str, str]]:
        """What differs from the saved record: header → (saved value, value now), in the form's order."""
        pairs = ((header, self.base.get(header, ""), self.value(header)) for header in self.order)
        return {header: (saved, now) for header, saved, now in pairs if saved != now}

    def changed_since(self, before: Values) -> list[str]:
        """The headers whose values are other than these, in the form's order."""
        return [header for header in self.order if self.value(header) != before.get(header, "")]

    def begun(self, header: str) -> bool:
        """Whether somebody has keyed anything in the group of fields that this field stands in.

        The number of an event is proposed by the program, and begins nothing.
        """
        home, known = self.field(header), self.standard.by_header
        typed = [known[other] for other, text in {**self.context, **self.values}.items() if text and other in known]
        alike = (one for one in typed if (one.section, one.group) == (home.section, home.group))
        return any(one.keyed == "person" and one.header not in self.carried | self._named for one in alike)

    def is_to_do(self, header: str) -> bool:
        """Whether a field is empty because nobody has come to its group yet: nothing to nag about.

        Never once the record was saved or left: from then on gaps are the rules' business.
        """
        empty = not self.value(header) and not self.context.get(header)
        return empty and not self.judged and self.is_due(header) and not self.begun(header)

    def still_to_do(self) -> tuple[str, ...]:
        """The record's mandatory fields that nobody has come to yet, in the form's order."""
        if self.standard.withholds({**self.context, **self.values}):
            return ()
        return tuple(header for header in self.order if self.field(header).required and self.is_to_do(header))

    def without_to_do(
        self, finding: Finding, judge: Callable[[str], bool] | None = None
    ) -> tuple[Finding | None, tuple[str, ...]]:
        """Part what a rule misses from what is merely still to do.

        `judge` tells what is still to do; without it this record does, for all fields. Returns the finding about the
        fields that remain (None when none do) and those still to do; a finding not about empty fields as it is.
        """
        rule = self.standard.rule_by_id.get(finding.rule)
        if rule is None or any(row.pattern != "required" for row in rule.rows):
            return finding, ()
        to_do = tuple(filter(judge or self.is_to_do, finding.fields))
        left = tuple(header for header in finding.fields if header not in to_do)
        if not to_do or not left:
            return (finding, ()) if left else (None, to_do)
        jump = finding.field if finding.field in left else left[0]
        message = sentence(self.standard, [(rule.rows[0], Failure(left, jump))])
        values = {header: finding.values.get(header, "") for header in left}
        section = self.field(jump).section
        return replace(finding, field=jump, fields=left, message=message, values=values, section=section), to_do

    # --- moving -----------------------------------------------------------------------------

    def next_stop(self, header: str) -> str | None:
        """The next field after this one that Tab comes to, or None after the last."""
        return next(filter(self.is_stop, self._after(header)), None)

    def previous_stop(self, header: str) -> str | None:
        """The nearest field before this one that Tab comes to, or None before the first."""
        return next(filter(self.is_stop, self._before(header)), None)

    def _after(self, header: str) -> tuple[str, ...]:
        return self.order[self.order.index(header) + 1 :]

    def _before(self, header: str) -> tuple[str, ...]:
        return self.order[: self.order.index(header)][::-1]

    def _next_or_below(self, header: str) -> str | None:
        return self.next_stop(header) or next(filter(self._is_keyed, self._after(header)), None)

    def _is_keyed(self, header: str) -> bool:
        return self.field(header).keyed == "person"

    def _is_asked(self, header: str) -> bool:
        return self.is_due(header) and not self.is_kept_here(header)

    def forward(self) -> bool:
        """Accept the current field and go to the next stop; False when there is none, and one stays.

        Whoever went down to an empty field that is not asked, such as the closure of an episode without consent, goes
        on there: what is typed for the next one would join this one's value.
        """
        is_below = not self._is_asked(self.current) and not self._came_to
        return self._step_to(self._next_or_below if is_below else self.next_stop)

    def down(self) -> bool:
        """As forward; behind the last stop to the fields below it that are ruled out, so that none is out of reach."""
        return self._step_to(self._next_or_below)

    def back(self) -> bool:
        """Go to the stop before, wherever one came from; False when there is none."""
        return self._step_to(self.previous_stop, accept=False)

    def up(self) -> bool:
        """Go to the field above, asked or not, wherever one came from; False when there is none."""
        return self._step_to(lambda header: next(filter(self._is_keyed, self._before(header)), None), accept=False)

    def _step_to(self, find: Callable[[str], str | None], accept: bool = True) -> bool:
        self.settle()
        if accept:
            self.carried.discard(self.current)
        # Only now: what was typed here may have ruled fields in or out.
        target = find(self.current)
        return target is not None and self._move(target)

    def go_to(self, header: str) -> bool:
        """Go to any field, due or not (a finding may lie in one that is made or skipped); False when it is not here."""
        if header not in self.row_of:
            return False
        self.settle()
        return self._move(header)

    def _move(self, target: str) -> bool:
        if target != self.current:
            self.current = target
            self.arrive()
        return True

    def arrive(self) -> None:
        """Somebody comes to the current field: what stands there now is what is named while it is typed over."""
        self._came_to, self._offered = self.value(self.current), ""

    # --- changing ---------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """The current field's text after a key."""
        before = self.value(self.current)
        if text == before:
            return
        self.history.typed(self.current, before, text, self.current in self.carried)
        self._touched = True
        self._put(self.current, text)

    def choose(self, text: str) -> None:
        """Give the current field a value at a stroke (a chosen code, another record's value): a step of its own."""
        self.settle()
        self.history.done(self.current, self.value(self.current), text, self.current in self.carried)
        self._touched = True
        self._put(self.current, text)

    def rest_of_group_no(self) -> int:
        """Answer No in the empty yes-or-no fields of the current field's group that are due; how many there were.

        One step, which undo takes back as one.
        """
        self.settle()
        home = self.field(self.current)
        steps = []
        for header in self.order:
            field = self.field(header)
            if (field.section, field.group) == (home.section, home.group) and not self.value(header):
                no = _no_of(self.codes(header)) if self.is_due(header) else ""
                if no:
                    steps.append(Step(header, "", no, False))
        if steps:
            self.history.done_together(tuple(steps))
            for step in steps:
                self._put(step.header, step.after)
        return len(steps)

    def take_previous(self) -> bool:
        """Take the current field's value from the previous record; False when that has none."""
        text = self.previous.get(self.current, "")
        if text:
            self.choose(text)
        return bool(text)

    def settle(self) -> bool:
        """End the visit to the current field: what was typed in it is put in the standard's form where it can be read.

        A value that was only passed through stays as it came. Returns whether the value was changed.
        """
        if self._touched:
            self._touched = False
            before, text = self.value(self.current), self.normal(self.current, self.value(self.current))
            if text != before:
                self.history.typed(self.current, before, text, False)
                self._put(self.current, text)
                self.history.close()
                return True
        self.history.close()
        return False

    def normal(self, header: str, text: str) -> str:
        """A typed text in the field's form: a date in the standard's layout, a code for itself or for words that mean
        it alone, codes and letters in capitals, an NHS number without the blanks it is printed with, a point of a scale
        in its whole width.

        What cannot be read stays as typed.
        """
        field, codes = self.field(header), self.codes(header)
        if field.is_date:
            birth = header == self.standard.role("birth_date")
            return read_date(text, self.clock(), field.layout.text, birth) or text
        words = bool(field.codes) and is_words(text, field.layout)
        if codes is not None and (code := exact_code(codes, text) or (code_by_words(codes, text) if words else "")):
            return code
        if header in self._nhs_numbers:
            number = text.translate(PRINTED_BLANKS)
            return number if number.isascii() and number.isdigit() else text
        if header in self._scales:
            return text.zfill(field.layout.length) if text.isascii() and text.isdigit() else text
        return text.translate(CAPITALS) if field.is_upper and not words else text

    def how_to_mend(self, header: str) -> str:
        """What to do about a date that cannot be read, as a sentence; empty for one that can, and for other fields."""
        field, text = self.field(header), self.value(header)
        if not field.is_date or not text or show_date(text, field.layout.text):
            return ""
        return f"{field.label}{how_to_type(text, header == self.standard.role('birth_date'))}."

    def offer_codes(self) -> bool:
        """Whether what was just typed in the current field are words that its list is to be opened for: several
        codes may be meant. For the same words once only, so that nobody is held in the field."""
        codes, field, text = self.codes(self.current), self.field(self.current), self.value(self.current)
        if codes is None or not self._touched or text == self._offered:
            return False
        if not is_words(text, field.layout) or exact_code(codes, text) or code_by_words(codes, text):
            return False
        self._offered = text
        return is_meant_somewhere(codes, text)

    def undo(self) -> bool:
        """Take back the latest change and return to its field; False when there is nothing to take back."""
        step = self.history.undo()
        if step is None:
            return False
        for other in step.also:
            self._return(other.header, other.before, other.carried)
        self._return(step.header, step.before, step.carried)
        return self._move(step.header)

    def redo(self) -> bool:
        """Do the change taken back again, in its field; False when there is none."""
        step = self.history.redo()
        if step is None:
            return False
        for other in (*step.also, step):
            self._return(other.header, other.after, False)
        # What was taken back in mid-word is put in its form on leaving, like any typing, and is one step with that.
        self._touched, self.history.growing = True, not step.also
        return self._move(step.header)

    def _return(self, header: str, text: str, carried: bool) -> None:
        self._touched = False
        self._put(header, text)
        if carried:
            self.carried.add(header)

    def _put(self, header: str, text: str) -> None:
        self.carried.discard(header)
        if text:
            self.values[header] = text
        else:
            self.values.pop(header, None)

    def saved(self, values: Values | None = None) -> None:
        """The record was saved as it stands (or as `values`): what differs counts from here, gaps are judged."""
        self.base = {key: text for key, text in (self.values if values is None else values).items() if text}
        self.judged = True


def _judged_by(standard: Standard, pattern: str) -> frozenset[str]:
    """The headers of the fields that some rule's rows of a pattern judge."""
    rows = (row for rule in standard.rules for row in rule.rows if row.pattern == pattern)
    return frozenset(header for row in rows for header in row.fields)


def _no_of(codes: CodeList | None) -> str:
    """The code that answers No in a list that asks a plain yes or no; empty for any other list."""
    labels = {label.casefold(): code for code, label in codes.codes.items()} if codes else {}
    return labels["no"] if labels.keys() == {"yes", "no"} else ""


def _rows(standard: Standard, sections: Sequence[str]) -> tuple[Row, ...]:
    """Headings and fields in the order they are drawn: by section, then column, a heading where the group changes."""
    rows: list[Row] = []
    for section in sections:
        named: str | None = None
        for one in standard.fields:
            if one.section == section:
                group = one.group or standard.section_by_id[section].title
                if group != named:
                    rows.append(Heading(group))
                    named = group
                rows.append(one)
    return tuple(rows)
