"""How a line of the form is divided and drawn, as plain text with the names of its styles. Knows no screen."""

from dataclasses import dataclass

from tui.form.record_model import Heading, RecordModel
from tui.frame.printable import one_line
from validators.records import Finding, Severity

Piece = tuple[str, str]
"""A text and the name of the style it is drawn in."""

SIGNS = {Severity.ERROR: "!", Severity.WARNING: "?", Severity.NOTICE: "i"}
WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
TO_DO, SKIPPED, CARRIED = "·", "-", "~"


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of a line's three parts in cells: label (with marks), value, note."""

    label: int
    value: int
    note: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        """Divide a line of `width` cells: a third for the label, less than a third for the value, the rest to read."""
        label = max(12, min(34, width // 3))
        value = max(8, min(36, width * 3 // 10))
        label = min(label, max(0, width - value))
        return cls(label, value, max(0, width - label - value))


def draw_row(
    model: RecordModel, index: int, columns: Columns, findings: list[Finding], to_do: bool, live: bool
) -> list[Piece]:
    """One line of the form.

    `index` is the row, `findings` those of its field, worst first, `to_do` whether it is mandatory and not yet come to,
    `live` whether the input lies over its value (which is then left blank below it).
    """
    row, width = model.rows[index], columns.label + columns.value + columns.note
    if isinstance(row, Heading):
        return [(one_line(f" {row.text}", width), "heading")]
    header, due = row.header, model.is_due(row.header)
    if findings:
        sign, tone = SIGNS[findings[0].severity], findings[0].severity.value
    elif to_do:
        sign, tone = TO_DO, "notice"
    else:
        sign, tone = (" " if due else SKIPPED), "meaning"
    name = "current" if live else "label" if due else "skipped"
    carried = CARRIED if header in model.carried else " "
    notes = [model.meaning(header), *(finding.message for finding in findings[:1])]
    if to_do and not findings:
        notes.append("still to do")
    return [
        (">" if live else " ", name),
        (sign, tone),
        (one_line(row.label, columns.label - 4), name),
        (f" {carried}", "carried"),
        (one_line("" if live else model.value(header), columns.value), "value"),
        (one_line("  " + "; ".join(note for note in notes if note), columns.note), tone),
    ]
