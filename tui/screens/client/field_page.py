"""F6: one field: its wording, its codes and who vouches for them, the rules that read it, where all that is from."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.form.codes import list_status
from tui.frame.base_screen import BaseScreen
from tui.frame.text_page import TextPage
from validators.standard import Standard

REQUIRED = {"": "no", "consent": "yes, once consent is given"}


def field_lines(standard: Standard, header: str) -> list[str]:
    """The page of a field as lines; `# ` begins a heading."""
    field = standard.by_header[header]
    lines = [
        f"# {field.label} ({header})",
        field.description,
        "",
        f"  Column {field.column}, written {field.layout.text}",
        f"  Mandatory: {REQUIRED.get(field.required, field.required)}",
    ]
    if field.keyed != "person":
        lines.append(
            "  Nobody keys it: " + ("the program makes it." if field.keyed == "made" else "the export writes it.")
        )
    if field.skip_when is not None:
        lines.append(f"  Passed over when {field.skip_when.text}")
    if field.introduced:
        lines.append(f"  In the data set since {field.introduced}")
    codes = standard.code_lists.get(field.codes)
    if codes is not None:
        lines += ["", f"# Codes: {codes.title}", f"  {list_status(codes)}. {codes.source}".rstrip()]
        lines += [f"  {codes.note}"] if codes.note else []
        lines += [f"  {code:<6} {label}" for code, label in codes.codes.items()]
        lines += [f"  ?      {label} (code not known)" for label in codes.labels]
    rules = [rule for rule in standard.rules if header in rule.fields or _mentions(rule.rows, header)]
    lines += ["", "# Rules that read it"] + ([] if rules else ["  None."])
    for rule in rules:
        severities = ", ".join(dict.fromkeys(row.severity for row in rule.rows))
        lines += [f"  {rule.id}  {rule.title} ({severities})", f"      {rule.help}"]
        lines += [f"      Our reading: {rule.reading}"] if rule.reading else []
        lines += [f"      Source: {rule.source}"] if rule.source else []
    return [*lines, "", "# Source", f"  {standard.document}"]


def _mentions(rows: Iterable[object], header: str) -> bool:
    """Whether a rule looks at the field without judging it."""
    return any(header in str(value).split() for row in rows for value in getattr(row, "parameters", {}).values())


class FieldPage(BaseScreen[None]):
    """The page of one field; Escape goes back to it."""

    scope = "field"

    def __init__(self, standard: Standard, header: str) -> None:
        super().__init__()
        self.title = f"Field {header}"
        self._lines = field_lines(standard, header)

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield TextPage(self._lines)
