"""Reading how a return is written, as a standard's data: `[submission]`, and what each format asks beside it, such as
`[xml]`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from validators.calendar.periods import CALENDARS
from validators.standard.model import LIST_STATUSES, Field, SubmissionFormat
from validators.standard.pack_tables import TomlTable
from validators.standard.return_xml import _NAME, XmlBlock, XmlForm

# Patterns that the reader of a file speaks with, by its format.
_TABLES = ("header_missing", "header_unknown", "header_repeated", "header_again", "header_order", "cell_count",
           "one_event_a_row", "same_on_rows", "row_again", "encoding", "header_read", "table_read")  # fmt: skip
_MESSAGES = ("block_unknown", "block_repeated", "block_missing", "element_unknown", "element_repeated",
             "link_changed")  # fmt: skip


def read_submission(table: TomlTable) -> SubmissionFormat:
    name = table.values.get("file_name", "")
    for part in re.findall(r"{([^}]*)}", str(name)):
        if part not in ("agency", "from", "to", "edition", "kind"):
            table.refuse("file_name", f"{{{part}}} is none of {{agency}}, {{from}}, {{to}}, {{edition}}, {{kind}}")
    written = table.choice("format", tuple(FORMATS))
    kinds = tuple(table.text_list("kinds"))
    if len(set(kinds)) < len(kinds) or not set(kinds) <= {"new", "between", "full"}:
        table.refuse("kinds", "the kinds of extract are new, between and full, each once")
    tabular = FORMATS[written].is_table
    return SubmissionFormat(
        format=written,
        calendar=table.choice("calendar", tuple(CALENDARS)),
        file_name=table.text("file_name"),
        encoding=table.choice("encoding", ("utf-8", "utf-8-sig", "windows-1252")),
        line_ending=table.choice("line_ending", ("crlf", "lf")) if tabular else "lf",
        quoting=table.choice("quoting", ("minimal", "all")) if tabular else "minimal",
        after_period=table.choice("after_period", ("hold", "send")),
        status=table.choice("status", LIST_STATUSES),
        note=table.text("note", ""),
        kinds=kinds,
    )


def read_xml(table: TomlTable, fields: tuple[Field, ...]) -> XmlForm:
    """Read `[xml]`. Every field must lie in exactly one block and have an element; raises PackError otherwise."""
    taken: set[str] = set()
    blocks = []
    for part in table.tables("blocks"):
        group, element = part.text("group"), part.text("element")
        occurs = part.choice("occurs", ("always", "once", "many"))
        own = tuple(field for field in fields if field.group == group)
        events = {field.section for field in own if field.level == "event"}
        if not own or group in taken:
            part.refuse("group", f"no field is in the group {group!r}, or it has a block already")
        if len(events) > 1 or (events and any(field.level != "event" for field in own)):
            part.refuse("group", f"the group {group!r} mixes events of several sections, or events with other fields")
        if bool(events) != (occurs == "many"):
            part.refuse("occurs", f"the block {group!r} must be many where it holds events, and only there")
        taken.add(group)
        section = next(iter(events), "")
        headers = tuple(field.header for field in own)
        beside, again = part.text("again_with", ""), part.choice("again", ("changed", "beside"), "changed")
        blocks.append(XmlBlock(group, element, occurs, headers, section, beside, again))
    for field in fields:
        if field.group not in taken:
            table.refuse("blocks", f"the field {field.header} is in no block")
    for block in blocks:
        if block.again_with and block.again_with not in taken:
            table.refuse("blocks", f"again_with names {block.again_with!r}, which has no block")
    elements = table.table("elements").texts()
    headers = tuple(field.header for field in fields)
    for header in dict.fromkeys((*headers, *elements)):
        if header not in headers or header not in elements:
            table.refuse("elements", f"{header!r} has no element, or is no field")
    form = XmlForm(table.text("root"), table.text("message"), tuple(blocks), elements)
    for name in (form.root, form.message, *elements.values(), *(block.element for block in blocks)):
        if not _NAME.fullmatch(name):
            table.refuse("elements", f"{name!r} cannot be the name of an element")
    for block in blocks:
        if len({elements[header] for header in block.headers}) < len(block.headers):
            table.refuse("elements", f"two fields of {block.group!r} have the same element")
    return form


@dataclass(frozen=True, slots=True)
class FormatNeeds:
    """What a standard has to say of itself where its returns have a format.

    `patterns` are those that the reader of its files speaks with; `is_table` asks for line ends and quoting, which
    nothing else has; `form` reads what tells how a return is built.
    """

    patterns: tuple[str, ...] = ()
    is_table: bool = False
    form: Callable[[TomlTable, tuple[Field, ...]], XmlForm | None] = lambda top, fields: None


FORMATS: dict[str, FormatNeeds] = {
    "csv": FormatNeeds(_TABLES, is_table=True),
    "xml": FormatNeeds(_MESSAGES, form=lambda top, fields: read_xml(top.table("xml"), fields)),
}
"""By the names that `submission.format` may give; `exporters.formats.choose` has the formats themselves."""
