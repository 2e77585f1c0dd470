"""How a line of the form is divided and drawn, as plain text with the names of its styles. Knows no screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui.form.record_model import Heading, RecordModel
from tui.widgets.text import one_line
from tui.widgets.theme import MARKS
from validators.records import Finding, Severity

Piece = tuple[str, str]
"""A text and the name of the style it is drawn in."""

SIGNS = {severity: MARKS[severity.value] for severity in Severity}
WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
TO_DO, SKIPPED, CARRIED, ACCEPTED, UNLISTED = "·", "-", "~", "=", "?"
NOT_ASKED = "not asked"
KEPT_HERE = "kept here, not sent"
PANE = 56
"""From so many columns on, labels are shown whole; with fewer, what values mean is worth more."""
NOT_LISTED = f"{UNLISTED} not in the list we have, which is {{status}}"


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of a line's three parts in cells: label (with marks), value, note."""

    label: int
    value: int
    note: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        """Divide a line of `width` cells: the label first, which is nowhere else; then the value, then what to read.

        At 80 columns that is two fifths and a quarter; where three panes share 120 of them the label gets half.
        """
        half = min(32, width // 2) if width >= PANE else 0
        label = max(12, min(34, max(width * 2 // 5, half)))
        value = max(8, min(36, width * 27 // 100))
        if half:
            value = min(value, (width - label) * 7 // 16)
        label = min(label, max(0, width - value))
        return cls(label, value, max(0, width - label - value))


@dataclass(frozen=True, slots=True)
class Marks:
    """What is to be said beside the fields: `findings` by header, worst first, and the headers `still_to_do`."""

    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    still_to_do: frozenset[str] = frozenset()

    @classmethod
    def of(cls, model: RecordModel, findings: Sequence[Finding]) -> "Marks":
        """Lay a record's findings by the fields they mark, parting what nobody has come to yet."""
        by_header: dict[str, list[Finding]] = {}
        to_do = set(model.still_to_do())
        for whole in sorted(findings, key=lambda finding: (bool(finding.accepted), WEIGHT[finding.severity])):
            finding, missing = model.without_to_do(whole)
            to_do.update(missing)
            if finding is not None:
                for header in dict.fromkeys((finding.field, *finding.fields)):
                    by_header.setdefault(header, []).append(finding)
        return cls(by_header, frozenset(to_do))

    def differing(self, other: "Marks") -> set[str]:
        """The headers of the fields beside which something else is to be said than by other marks."""
        either = self.findings.keys() | other.findings.keys()
        found = {header for header in either if self.findings.get(header) != other.findings.get(header)}
        return found | (self.still_to_do ^ other.still_to_do)


class DrawnRows:
    """The lines of a form as they were drawn last: with every key all in view are asked for, and few of them change.

    A line that nobody types in is drawn anew where what it tells is another: its value, what is found of it, whether it
    is asked, sent, still to do, carried over or noted.
    """

    def __init__(self) -> None:
        """Remember none yet."""
        self._rows: dict[int, tuple[tuple[object, ...], list[Piece]]] = {}

    def draw(self, model: RecordModel, index: int, columns: Columns, marks: Marks) -> list[Piece]:
        """As `draw_row`."""
        row = model.rows[index]
        if isinstance(row, Heading) or row.header == model.current:
            return draw_row(model, index, columns, marks)
        header, due = row.header, model.is_due(row.header)
        value, findings = model.value(header), marks.findings.get(header, ())
        sent = not (value and due and model.is_kept_here(header))
        beside = header in marks.still_to_do, header in model.carried, model.noted.get(header)
        told = (model, columns, value, due, sent, findings, beside)
        known = self._rows.get(index)
        if known is None or known[0] != told:
            known = self._rows[index] = (told, draw_row(model, index, columns, marks))
        return known[1]


def draw_row(model: RecordModel, index: int, columns: Columns, marks: Marks) -> list[Piece]:
    """One line of the form: row `index` of the model. The current field's value is left blank for the input over it."""
    row, width = model.rows[index], columns.label + columns.value + columns.note
    if isinstance(row, Heading):
        return [(one_line(f" {row.text}", width), "heading")]
    header, due, live = row.header, model.is_due(row.header), row.header == model.current
    findings, to_do = marks.findings.get(header, ()), header in marks.still_to_do
    if findings:
        sign, tone = SIGNS[findings[0].severity], findings[0].severity.value
        if findings[0].accepted:
            sign, tone = ACCEPTED, "meaning"
    elif to_do:
        sign, tone = TO_DO, "meaning"
    else:
        sign, tone = (" " if due else SKIPPED), "meaning"
    plain = "value" if due else "skipped"
    name = "current" if live else plain
    notes = _notes(model, header, due, findings, columns.note - 2)
    notes += [finding.message for finding in findings[:1] if live or finding.field == header]
    if to_do and live and not findings:  # the sign says it; in words once, where one stands
        notes.append("still to do")
    pieces = [
        (">" if live else " ", name),
        (sign, tone),
        (one_line(row.label, columns.label - 4), name),
        (f" {CARRIED if header in model.carried else ' '}", "carried"),
        (one_line("" if live else model.value(header), columns.value), "value"),
        (one_line("  " + "; ".join(notes), columns.note), tone),
    ]
    return _joined(pieces, plain)


def _notes(model: RecordModel, header: str, due: bool, findings: Sequence[Finding], room: int) -> list[str]:
    """What is said beside a value before what the rules find: what stood there, what it means, that it is not asked,
    that it is not sent, that it is in no list."""
    live, text, meaning = header == model.current, model.value(header), model.meaning(header, room)
    noted = model.noted.get(header)
    notes = [f"NOTE: {noted}"] if noted else []
    notes += [f"was {model.shown(header, model.was)}"] if live and model.was else []
    if meaning:
        notes.append(meaning)
    if not due and (live or text) and model.field(header).keyed == "person":
        notes.append(NOT_ASKED)
    if text and due and model.is_kept_here(header):
        notes.append(KEPT_HERE)
    if not text or meaning or (live and model.is_typing):  # nobody has typed it out yet
        return notes
    if model.is_unlisted(header) and not any(finding.fields == (header,) for finding in findings):
        codes = model.codes(header)
        doubted = codes is not None and codes.status in ("unverified", "unknown")
        notes.append(NOT_LISTED.format(status=codes.status if codes and doubted else "incomplete"))
    return notes


def _joined(pieces: list[Piece], plain: str) -> list[Piece]:
    """Blank pieces in the plain style, neighbours of one style in one: every change of style is traffic."""
    joined: list[Piece] = []
    for text, name in pieces:
        name = plain if text.isspace() else name
        if joined and joined[-1][1] == name:
            joined[-1] = (joined[-1][0] + text, name)
        else:
            joined.append((text, name))
    return joined


# Which colour token each part of the form and of the panel is drawn with.

INK: Mapping[str, str] = {
    "label": "text",
    "current": "chosen",
    "skipped": "dim",
    "value": "text",
    "meaning": "dim",
    "carried": "notice",
    "heading": "heading",
    "error": "error",
    "warning": "warning",
    "notice": "notice",
    "title": "bar",
    "choice": "panel",
    "chosen": "cursor",
    "hint": "dim",
}
"""Part of the form → token."""

PANEL_INK: Mapping[str, str] = {
    "title": "panel_heading",
    "error": "error",
    "warning": "warning",
    "notice": "notice",
    "to do": "panel",
    "accepted": "panel",
    "blank": "panel",
}
"""Part of the panel → token."""
