"""Reading a standard from its folder: standard.toml, fields.csv, rules.csv and codes/*.csv.

A pack that is not well formed is refused with the file, the line and the reason; nothing of it is used. A pack is data
only: nothing in it is ever executed.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from validators.checklists import read_checklist
from validators.conditions import parse_condition
from validators.field_patterns import SHORTENERS
from validators.loading_rules import read_rules
from validators.loading_tools import TomlTable, fail, read_table
from validators.measure_data import read_measures
from validators.periods import CALENDARS
from validators.standard import (
    LIST_STATUSES,
    ROLES,
    CodeList,
    Field,
    Layout,
    Level,
    Section,
    Standard,
    SubmissionFormat,
)
from validators.xml_form import read_settings, read_xml

FIELD_COLUMNS = (
    "column", "header", "section", "group", "label", "description", "layout", "required", "codes", "keyed",
    "skip_when", "introduced",
)  # fmt: skip
LIST_COLUMNS = ("list", "title", "status", "complete", "source", "note")
CODE_COLUMNS = ("code", "label", "grade")
HELPED = (*CODE_COLUMNS, "help")  # a list may tell more of each code


def load_standard(folder: Path) -> Standard:
    """Read the standard in a folder. Raises PackError with file, line and reason when the pack is malformed."""
    path = folder / "standard.toml"
    try:
        top = TomlTable(path, tomllib.loads(path.read_text(encoding="utf-8")), "")
    except FileNotFoundError:
        fail(path, 0, "the file is missing")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail(path, 0, f"not TOML: {error}" if isinstance(error, tomllib.TOMLDecodeError) else "it cannot be read")
    date_layout = top.parsed("date_layout", Layout.parse)
    sections = tuple(_section(table) for table in top.tables("sections"))
    if not sections:
        fail(path, 0, "it has no sections")
    named = {name: frozenset(codes) for name, codes in top.table("values").lists().items()}
    code_lists = _read_code_lists(folder / "codes")
    fields = _read_fields(folder / "fields.csv", sections, code_lists, named)
    headers = {item.header for item in fields}

    def known(names: Iterable[str], key: str) -> tuple[str, ...]:
        for header in names:
            if header not in headers:
                top.refuse(key, f"there is no field {header!r}")
        return tuple(names)

    for section in sections:
        known(filter(None, (section.id_field, section.date_field)), "sections")
    roles = top.table("roles").texts()
    for part, header in roles.items():
        if part not in ROLES:
            top.refuse(part, f"there is no role {part!r}; there are {', '.join(ROLES)}")
        known([header], part)
    carries = known(top.table("no_consent", optional=True).text_list("carries"), "carries")
    shortened = top.table("shortened", optional=True).texts()
    for header, how in shortened.items():
        known([header], header)
        if how not in SHORTENERS:
            fail(path, 0, f"shortened.{header} names {how!r}, which is none of {', '.join(SHORTENERS)}")
    held = top.table("submission")
    extracted = held.text_list("extracted_when")
    numbered = known(top.text_list("numbered"), "numbered")
    for header in numbered:
        # Made from the store's own count of clients and looked up among their references.
        own = next(item for item in fields if item.header == header)
        if header != roles.get("client_reference") or own.level != "client" or own.layout.kind != "numeric":
            top.refuse("numbered", f"{header!r} is not the client_reference of a client, in digits")
    submission = _submission(held)
    settings = read_settings(top.tables("settings"), code_lists)
    is_xml = submission.format == "xml"
    standard = Standard(
        id=top.text("id"),
        title=top.text("title"),
        edition=top.text("edition"),
        document=top.text("document"),
        date_layout=date_layout,
        sections=sections,
        fields=fields,
        code_lists=code_lists,
        rules=(),
        roles=roles,
        values=named,
        no_consent_carries=carries,
        shortened=shortened,
        extracted_when=known(extracted, "extracted_when"),
        submission=submission,
        words=top.table("words", optional=True).texts(),
        checklist=read_checklist(folder),
        numbered=numbered,
        settings=settings,
        measures=read_measures(top.tables("measures"), fields, settings, roles),
        xml=read_xml(top.table("xml"), fields) if is_xml else None,
    )
    if date_layout.kind != "date":
        top.refuse("date_layout", f"{date_layout.text} is not the layout of a date")
    written = date_layout.text.replace("CCYY", "YYYY")
    for field in fields:
        if field.is_date and field.layout.text.replace("CCYY", "YYYY") != written:
            top.refuse("date_layout", f"the field {field.header} is written {field.layout.text}")
    if "consent" in roles and "consented" not in named:
        fail(path, 0, "there is a consent field but no values.consented")
    top.done()
    rules = read_rules(folder / "rules.csv", standard)
    return Standard(**{**{name: getattr(standard, name) for name in standard.__dataclass_fields__}, "rules": rules})


def _section(table: TomlTable) -> Section:
    level: Level = table.choice("level", ("client", "episode", "event"))
    section = Section(
        id=table.text("id"),
        level=level,
        title=table.text("title"),
        id_field=table.text("id_field", ""),
        date_field=table.text("date_field", ""),
    )
    if level == "event" and not section.date_field:
        fail(table.path, 0, f"section {section.id} is an event and has no date_field")
    return section


def _submission(table: TomlTable) -> SubmissionFormat:
    name = table.values.get("file_name", "")
    for part in re.findall(r"{([^}]*)}", str(name)):
        if part not in ("agency", "from", "to", "edition", "kind"):
            table.refuse("file_name", f"{{{part}}} is none of {{agency}}, {{from}}, {{to}}, {{edition}}, {{kind}}")
    written = table.choice("format", ("csv", "xml"))
    kinds = tuple(table.text_list("kinds"))
    if len(set(kinds)) < len(kinds) or not set(kinds) <= {"new", "between", "full"}:
        table.refuse("kinds", "the kinds of extract are new, between and full, each once")
    tabular = written == "csv"  # what only tables have is neither asked nor taken of XML
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


def _read_fields(
    path: Path,
    sections: tuple[Section, ...],
    code_lists: Mapping[str, CodeList],
    named: Mapping[str, frozenset[str]],
) -> tuple[Field, ...]:
    levels = {section.id: section.level for section in sections}
    rows = list(read_table(path, FIELD_COLUMNS))
    headers = [row["header"] for _, row in rows]
    fields: list[Field] = []
    for line, row in rows:
        if not row["header"] or headers.count(row["header"]) > 1:
            fail(path, line, f"the header {row['header']!r} is empty or appears more than once")
        if row["section"] not in levels:
            fail(path, line, f"there is no section {row['section']!r} in standard.toml")
        if row["codes"] and row["codes"] not in code_lists:
            fail(path, line, f"there is no code list {row['codes']!r} in codes/lists.csv")
        if row["keyed"] not in ("person", "made", "written"):
            fail(path, line, f"keyed is {row['keyed']!r}, which is none of person, made, written")
        if row["required"] not in ("", "consent"):
            fail(path, line, f"required is {row['required']!r}, which is neither empty nor consent")
        if not row["label"]:
            fail(path, line, "the label is empty")
        try:
            if int(row["column"]) != len(fields) + 1:
                raise ValueError(f"the column number should be {len(fields) + 1}")
            fields.append(
                Field(
                    column=int(row["column"]),
                    header=row["header"],
                    section=row["section"],
                    level=levels[row["section"]],
                    group=row["group"],
                    label=row["label"],
                    description=row["description"],
                    layout=Layout.parse(row["layout"]),
                    required=row["required"],
                    codes=row["codes"],
                    keyed=cast(Any, row["keyed"]),
                    skip_when=parse_condition(row["skip_when"], headers, named) if row["skip_when"] else None,
                    introduced=row["introduced"],
                )
            )
        except ValueError as error:
            fail(path, line, error)
    if not fields:
        fail(path, 0, "it has no fields")
    return tuple(fields)


def _read_code_lists(folder: Path) -> dict[str, CodeList]:
    index = folder / "lists.csv"
    found: dict[str, CodeList] = {}
    for line, row in read_table(index, LIST_COLUMNS):
        name = row["list"]
        if not name or name in found or not name.replace("_", "").isalnum():
            fail(index, line, f"the list name {name!r} is empty, repeated or not made of letters, digits and _")
        if row["status"] not in LIST_STATUSES or row["complete"] not in ("yes", "no"):
            fail(index, line, f"status must be one of {', '.join(LIST_STATUSES)} and complete yes or no")
        path = folder / f"{name}.csv"
        codes: dict[str, str] = {}
        labels: list[str] = []
        help_of: dict[str, str] = {}
        # An unknown list needs no file; where it has one, it holds labels whose codes are not known.
        for code_line, code in (
            read_table(path, CODE_COLUMNS, HELPED) if path.exists() or row["status"] != "unknown" else ()
        ):
            if code["code"] in codes:
                fail(path, code_line, f"the code {code['code']!r} appears more than once")
            if code["code"]:
                codes[code["code"]] = code["label"]
                if told := code.get("help"):
                    help_of[code["code"]] = told
            else:
                labels.append(code["label"])
        if codes and row["status"] == "unknown":
            fail(index, line, f"the list {name} has codes, so its status cannot be unknown")
        found[name] = CodeList(
            id=name,
            title=row["title"],
            status=row["status"],
            complete=row["complete"] == "yes",
            source=row["source"],
            codes=codes,
            labels=tuple(labels),
            note=row["note"],
            help=help_of,
        )
    return found
