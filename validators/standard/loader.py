"""Reading a standard from its folder: standard.toml, fields.csv, codes/*.csv, checklist.csv and rules.csv.

A pack that is not well formed is refused with the file, the line and the reason; nothing of it is used. A pack is data
only: nothing in it is ever executed. What follows stands in the order in which a pack is read: the whole, its sections
and fields, its code lists, how a return is written, what agencies say and are measured by, the rules last, because they
name all the others.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from typing import cast

from validators.calendar.periods import CALENDARS
from validators.records import Severity
from validators.rules import journey_patterns, record_patterns  # noqa: F401 (registers the patterns)
from validators.rules.field_patterns import SHORTENERS
from validators.rules.registry import FIELD_PATTERNS, FILE_PATTERNS, JOURNEY_PATTERNS, PARAMETERS, RECORD_PATTERNS
from validators.standard.checklist import read_checklist
from validators.standard.conditions import parse_condition
from validators.standard.measures import NEEDS, Kind, Measure
from validators.standard.model import (
    LIST_STATUSES,
    ROLES,
    CodeList,
    Field,
    Keyed,
    Layout,
    Level,
    Rule,
    RuleRow,
    Section,
    Standard,
    SubmissionFormat,
)
from validators.standard.pack_tables import TomlTable, fail, read_table
from validators.standard.return_xml import _NAME, XmlBlock, XmlForm
from validators.standard.settings import SETTING_KINDS, AgencySetting

FIELD_COLUMNS = (
    "column", "header", "section", "group", "label", "description", "layout", "required", "codes", "keyed",
    "skip_when", "carried", "introduced",
)  # fmt: skip
UNCARRIED = tuple(name for name in FIELD_COLUMNS if name != "carried")  # where nothing goes over to a new record
LIST_COLUMNS = ("list", "title", "status", "complete", "source", "note")
CODE_COLUMNS = ("code", "label", "grade")
HELPED = (*CODE_COLUMNS, "help")  # a list may tell more of each code
_KEYED: tuple[Keyed, ...] = ("person", "made", "written", "store")
# The parts whose values are their maker's affair.
_FREE = ("client_id", "client_reference", "episode_id", "software", "postcode")


def load_standard(folder: Path) -> Standard:
    """Read the standard in a folder. Raises PackError with file, line and reason when the pack is malformed."""
    path = folder / "standard.toml"
    try:
        top = TomlTable(path, tomllib.loads(path.read_text(encoding="utf-8")), "")
    except FileNotFoundError:
        fail(path, 0, "the file is missing")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail(path, 0, f"not TOML: {error}" if isinstance(error, tomllib.TOMLDecodeError) else "it cannot be read")
    sections = tuple(_section(table) for table in top.tables("sections"))
    if not sections:
        fail(path, 0, "it has no sections")
    named = {name: frozenset(codes) for name, codes in top.table("values").lists().items()}
    code_lists = _read_code_lists(folder / "codes")
    fields = _read_fields(folder / "fields.csv", sections, code_lists, named)
    known = _Known(top, fields)
    for section in sections:
        known.headers(filter(None, (section.id_field, section.date_field)), "sections")
    roles = _roles(top, known)
    shortened = _shortened(top, known)
    fields = _with_characters(fields, sections, roles, shortened)
    held = top.table("submission")
    extracted = known.headers(held.text_list("extracted_when"), "extracted_when")
    submission = _submission(held)
    settings = read_settings(top.tables("settings"), code_lists)
    standard = Standard(
        id=top.parsed("id", _own_id),
        title=top.text("title"),
        edition=top.text("edition"),
        document=top.text("document"),
        date_layout=_date_layout(top, fields),
        sections=sections,
        fields=fields,
        code_lists=code_lists,
        rules=(),
        roles=roles,
        values=named,
        no_consent_carries=known.headers(top.table("no_consent", optional=True).text_list("carries"), "carries"),
        shortened=shortened,
        extracted_when=extracted,
        submission=submission,
        words=top.table("words", optional=True).texts(),
        checklist=read_checklist(folder),
        numbered=_numbered(top, known, fields, roles),
        settings=settings,
        measures=read_measures(top.tables("measures"), fields, settings, roles),
        xml=FORMATS[submission.format].form(top, fields),
        printed=_printed(top, known),
    )
    if "consent" in roles and "consented" not in named:
        fail(path, 0, "there is a consent field but no values.consented")
    top.done()
    return replace(standard, rules=read_rules(folder / "rules.csv", standard))


def _own_id(text: str) -> str:
    """The id of a standard: it stands in the names of folders, so it has nothing that means anything there."""
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", text):
        raise ValueError(f"{text!a} is not made of the letters a to z, digits and single hyphens between them")
    return text


class _Known:
    """The fields of a standard that is being read, to hold what standard.toml names against."""

    def __init__(self, top: TomlTable, fields: Iterable[Field]) -> None:
        self.top, self.own = top, {field.header for field in fields}

    def headers(self, names: Iterable[str], key: str) -> tuple[str, ...]:
        """The names, all of them headers; a pack that names another under this key is refused."""
        taken = tuple(names)
        for header in taken:
            if header not in self.own:
                self.top.refuse(key, f"there is no field {header!r}")
        return taken


def _roles(top: TomlTable, known: _Known) -> dict[str, str]:
    roles = top.table("roles").texts()
    for part, header in roles.items():
        if part not in ROLES:
            top.refuse(part, f"there is no role {part!r}; there are {', '.join(ROLES)}")
        known.headers([header], part)
    return roles


def _shortened(top: TomlTable, known: _Known) -> dict[str, str]:
    shortened = top.table("shortened", optional=True).texts()
    for header, how in shortened.items():
        known.headers([header], header)
        if how not in SHORTENERS:
            fail(top.path, 0, f"shortened.{header} names {how!r}, which is none of {', '.join(SHORTENERS)}")
    return shortened


def _printed(top: TomlTable, known: _Known) -> dict[str, str]:
    """Headings that the document prints otherwise than its own text names the column."""
    printed = top.table("printed", optional=True).texts()
    for heading, header in printed.items():
        known.headers([header], heading)
        if heading.casefold() in {own.casefold() for own in known.own}:
            top.refuse(heading, f"{heading!r} is the header of a field itself")
    return printed


def _numbered(top: TomlTable, known: _Known, fields: Iterable[Field], roles: Mapping[str, str]) -> tuple[str, ...]:
    numbered = known.headers(top.text_list("numbered"), "numbered")
    for header in numbered:
        # Made from the store's own count of clients and looked up among their references.
        own = next(item for item in fields if item.header == header)
        if header != roles.get("client_reference") or own.level != "client" or own.layout.kind != "numeric":
            top.refuse("numbered", f"{header!r} is not the client_reference of a client, in digits")
    return numbered


def _date_layout(top: TomlTable, fields: Iterable[Field]) -> Layout:
    layout: Layout = top.parsed("date_layout", Layout.parse)
    if layout.kind != "date":
        top.refuse("date_layout", f"{layout.text} is not the layout of a date")
    written = layout.text.replace("CCYY", "YYYY")
    for field in fields:
        if field.is_date and field.layout.text.replace("CCYY", "YYYY") != written:
            top.refuse("date_layout", f"the field {field.header} is written {field.layout.text}")
    return layout


def _with_characters(
    fields: Iterable[Field], sections: Iterable[Section], roles: Mapping[str, str], shortened: Collection[str]
) -> tuple[Field, ...]:
    """The fields, those of them free that take any printable character: identifiers, references, what is shortened.

    Alphanumeric is letters and digits in the agency's code and in all that is coded, but an identifier is its maker's
    affair, and a postcode has a space.
    """
    free = {section.id_field for section in sections} | set(shortened)
    free |= {roles.get(name, "") for name in _FREE}
    return tuple(
        replace(field, layout=replace(field.layout, kind="any"))
        if field.layout.kind == "alphanumeric" and field.header in free
        else field
        for field in fields
    )


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


def _read_fields(
    path: Path,
    sections: tuple[Section, ...],
    code_lists: Mapping[str, CodeList],
    named: Mapping[str, frozenset[str]],
) -> tuple[Field, ...]:
    levels = {section.id: section.level for section in sections}
    rows = list(read_table(path, FIELD_COLUMNS, UNCARRIED))
    headers = [row["header"] for _, row in rows]
    fields: list[Field] = []
    for line, row in rows:
        _judge_field(path, line, row, headers)
        if row["section"] not in levels:
            fail(path, line, f"there is no section {row['section']!r} in standard.toml")
        if row["codes"] and row["codes"] not in code_lists:
            fail(path, line, f"there is no code list {row['codes']!r} in codes/lists.csv")
        try:
            if int(row["column"]) != len(fields) + 1:
                raise ValueError(f"the column number should be {len(fields) + 1}")
            field = Field(
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
                keyed=cast(Keyed, row["keyed"]),
                skip_when=parse_condition(row["skip_when"], headers, named) if row["skip_when"] else None,
                introduced=row["introduced"],
                carried=row.get("carried") == "yes",
            )
        except ValueError as error:
            fail(path, line, error)
        if field.carried and (field.is_date or field.keyed != "person"):
            fail(path, line, "a date, and what no person keys, is never taken from the last record")
        fields.append(field)
    if not fields:
        fail(path, 0, "it has no fields")
    return tuple(fields)


def _judge_field(path: Path, line: int, row: Mapping[str, str], headers: Sequence[str]) -> None:
    if not row["header"] or headers.count(row["header"]) > 1:
        fail(path, line, f"the header {row['header']!r} is empty or appears more than once")
    if row["keyed"] not in _KEYED:
        fail(path, line, f"keyed is {row['keyed']!r}, which is none of {', '.join(_KEYED)}")
    if row["required"] not in ("", "consent"):
        fail(path, line, f"required is {row['required']!r}, which is neither empty nor consent")
    if row.get("carried", "") not in ("", "yes"):
        fail(path, line, f"carried is {row['carried']!r}, which is neither empty nor yes")
    if not row["label"]:
        fail(path, line, "the label is empty")


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


def _submission(table: TomlTable) -> SubmissionFormat:
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


def read_settings(tables: list[TomlTable], lists: Mapping[str, CodeList]) -> tuple[AgencySetting, ...]:
    """Read `[[settings]]`. Raises PackError for a list that is not there, or classes that cannot be written."""
    found: dict[str, AgencySetting] = {}
    for table in tables:
        kind = table.choice("kind", SETTING_KINDS)
        own = AgencySetting(
            table.text("id"), table.text("title"), kind, table.text("list", ""), tuple(table.text_list("classes"))
        )
        if own.id in found or not own.id.replace("_", "").isalnum():
            table.refuse("id", f"{own.id!r} is repeated or not made of letters, digits and _")
        if (kind == "classes") != (own.code_list in lists and bool(own.classes)):
            table.refuse("list", "classes need a code list that exists and the classes; yes_no has neither")
        if not all(name.replace("_", "").isalnum() for name in own.classes):
            table.refuse("classes", "a class is made of letters, digits and _")
        found[own.id] = own
    return tuple(found.values())


def read_measures(
    tables: list[TomlTable],
    fields: tuple[Field, ...],
    settings: tuple[AgencySetting, ...],
    roles: Mapping[str, str],
) -> tuple[Measure, ...]:
    """Read `[[measures]]`. Raises PackError for a field, setting, class, band or role that is not there."""
    starts = {one.header for one in fields if one.level == "event" and one.is_date}
    classes = {one.id: one.classes for one in settings if one.kind == "classes"}
    found: dict[str, Measure] = {}
    for table in tables:
        kind: Kind = table.choice("kind", tuple(NEEDS))
        own = Measure(
            id=table.text("id"),
            title=table.text("title"),
            kind=kind,
            definition=table.text("definition", ""),
            source=table.text("source"),
            started=table.text("started") if kind in ("waiting", "share") else "",
            limit=table.parsed("limit", _number) if kind == "waiting" else 0,
            target=table.parsed("target", _number) if "target" in table.values else 0,
            bands=table.parsed("bands", _bands) if kind == "waiting" else (),
            setting=table.text("setting") if kind in ("share", "classes") else "",
            counted=tuple(table.text_list("counted")) if kind == "share" else (),
            left_out=tuple(table.text_list("left_out")) if kind == "share" else (),
            shown=table.table("shown").texts() if kind == "classes" else {},
            why=table.text("why") if kind == "unpublished" else "",
        )
        if own.id in found or not own.id.replace("_", "").isalnum():
            table.refuse("id", f"{own.id!r} is repeated or not made of letters, digits and _")
        for role in NEEDS[kind]:
            if role not in roles:
                table.refuse("kind", f"{kind} needs a field with the role {role!r}")
        if own.started and own.started not in starts:
            table.refuse("started", f"{own.started!r} is no date of an event")
        if own.setting and own.setting not in classes:
            table.refuse("setting", f"{own.setting!r} is no setting of the kind classes")
        for name in (*own.counted, *own.left_out, *own.shown):
            if name not in classes[own.setting]:
                table.refuse("setting", f"{own.setting} has no class {name!r}")
        if kind == "share" and not own.counted:
            table.refuse("counted", "no class is counted")
        found[own.id] = own
    return tuple(found.values())


def _number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,2}", text):
        raise ValueError(f"{text!r} is no number from 1 to 999")
    return int(text)


def _bands(text: str) -> tuple[tuple[int, str], ...]:
    """`12 weeks, 6 months`: each beginning where the one before ends."""
    found = []
    for part in text.split(","):
        number, _, unit = part.strip().partition(" ")
        if unit not in ("weeks", "months"):
            raise ValueError(f"{part.strip()!r} is no number of weeks or months")
        found.append((_number(number), unit))
    return tuple(found)


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


# rules.csv: one row for each pattern that a rule uses.

RULE_COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source",
)  # fmt: skip
_SEVERITIES = {*Severity, "list"}
# Parameters that list headers.
_HEADERS_IN = ("other", "owner", "birth", "initials", "beside", "opened", "closed", "kind", "from", "to",
               "started", "on", "within")  # fmt: skip
# What a message may name.
_WORDS = (
    "first", "others", "labels", "is", "has", "does", "begin", "end", "look", "problem", "identifiers", "rule", "count",
    "expected", "sections", "lists", "element", "meant", "where", "headings", "table",
)  # fmt: skip
# Patterns that the program itself speaks with, whatever the standard; those of files by their format.
_ALWAYS = ("rule_failed", "lists_not_judged")
_TABLES = ("header_missing", "header_unknown", "header_repeated", "header_again", "header_order", "cell_count",
           "one_event_a_row", "same_on_rows", "row_again", "encoding", "header_read", "table_read")  # fmt: skip
_MESSAGES = ("block_unknown", "block_repeated", "block_missing", "element_unknown", "element_repeated",
             "link_changed")  # fmt: skip


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


def read_rules(path: Path, standard: Standard) -> tuple[Rule, ...]:
    """Read the rules of a standard whose fields are known. Raises PackError with file, line and reason."""
    table = list(read_table(path, RULE_COLUMNS))
    numbers = {row["rule"] for _, row in table}
    rules: dict[str, Rule] = {}
    for line, row in table:
        number = row["rule"]
        try:
            parsed = _row(row, standard, line)
        except ValueError as error:
            fail(path, line, error)
        for silenced in parsed.silences:
            if silenced not in numbers:
                fail(path, line, f"it silences rule {silenced!r}, which does not exist")
        if number not in rules:
            if not all(row[name] for name in ("rule", "title", "help", "reading", "source")):
                fail(path, line, "a rule's first row needs its number, title, help, reading and source")
            rules[number] = Rule(number, row["title"], row["help"], row["reading"], row["source"], (parsed,))
        elif next(reversed(rules)) != number:
            fail(path, line, f"the rows of rule {number} do not stand together")
        else:
            first = rules[number]
            rules[number] = Rule(first.id, first.title, first.help, first.reading, first.source, (*first.rows, parsed))
    patterns = {row["pattern"] for _, row in table}
    needed = [*_ALWAYS, *FORMATS[standard.submission.format].patterns]
    if standard.no_consent_carries:
        needed.append("no_other_columns")
    for pattern in needed:
        if pattern not in patterns:
            fail(path, 0, f"no row has the pattern {pattern}, which the program needs")
    return tuple(rules.values())


def _row(row: dict[str, str], standard: Standard, line: int) -> RuleRow:
    pattern = row["pattern"]
    known = PARAMETERS.get(pattern) or FILE_PATTERNS.get(pattern)
    if known is None:
        raise ValueError(f"there is no pattern {pattern!r}")
    parameters = _parameters(row["parameters"], pattern, known.required, known.optional)
    if row["severity"] == "list" and pattern != "in_codes":
        raise ValueError("only in_codes has its severity from a list")
    if row["severity"] not in _SEVERITIES or row["store_severity"] not in {*Severity, ""}:
        raise ValueError("the severity must be error, warning, notice or list")
    _judge_message(row["message"])
    beside = [header for name in _HEADERS_IN for header in parameters.get(name, "").split()]
    _known(beside, standard)
    if "when" in parameters:
        beside += parse_condition(parameters["when"], standard.by_header, standard.values).headers
    if "section" in parameters:
        if parameters["section"] not in {section.id for section in standard.event_sections}:
            raise ValueError(f"there is no section {parameters['section']!r} of events")
        beside.append(standard.section_by_id[parameters["section"]].date_field)
    parsed = RuleRow(
        rule=row["rule"],
        pattern=pattern,
        fields=tuple(_fields(row["fields"].split(), standard, pattern)),
        parameters=parameters,
        severity=row["severity"],
        store_severity=row["store_severity"],
        message=row["message"],
        silences=tuple(row["silences"].split()),
        line=line,
        beside=tuple(beside),
    )
    if pattern not in JOURNEY_PATTERNS:
        _judge_places(parsed, standard)
    if "setting" in parameters and parameters["setting"] not in {setting.id for setting in standard.settings}:
        raise ValueError(f"there is no setting {parameters['setting']!r} in standard.toml")
    if not parsed.fields and (pattern in FIELD_PATTERNS or pattern in RECORD_PATTERNS or pattern in JOURNEY_PATTERNS):
        raise ValueError("the row names no fields")
    _make_once(parsed, standard)
    return parsed


def _parameters(told: str, pattern: str, required: Collection[str], optional: Collection[str]) -> dict[str, str]:
    """A row's parameters by name; all that the pattern needs, none that it does not take."""
    parameters: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in told.split(";"))):
        name, sign, value = part.partition("=")
        if not sign or (name not in required and name not in optional):
            raise ValueError(f"the pattern {pattern} takes no parameter {name!r}")
        parameters[name] = value
    if missing := set(required) - parameters.keys():
        raise ValueError(f"the pattern {pattern} needs the parameter {min(missing)}")
    return parameters


def _make_once(row: RuleRow, standard: Standard) -> None:
    """Making the check once shows parameters that the pattern itself refuses."""
    if make := (RECORD_PATTERNS | JOURNEY_PATTERNS).get(row.pattern):
        make(row, standard)
    elif row.pattern in FIELD_PATTERNS:
        for header in row.fields:
            FIELD_PATTERNS[row.pattern](row, standard, header)


def _judge_message(message: str) -> None:
    """A message may name the words below and nothing else: no attributes, no indexes."""
    if not message:
        raise ValueError("the message is empty")
    for _, name, form, conversion in Formatter().parse(message):
        if name is not None and (name not in _WORDS or form or conversion):
            raise ValueError(f"the message has {{{name}}}, which is none of {', '.join(_WORDS)}")


def _judge_places(row: RuleRow, standard: Standard) -> None:
    """Records that are compared lie on one path: an episode with its client, or with events of one section."""

    def sections(headers: Sequence[str]) -> set[str]:
        fields = [standard.by_header[header] for header in headers]
        return {field.section for field in fields if field.level == "event"}

    beside = sections(row.beside)
    if len(beside) > 1 or (beside and not sections(row.fields) <= beside):
        raise ValueError("it compares events of two sections")
    if row.pattern in ("belongs_to_one", "appears_once", "required_with_event", "one_agency") and len(row.fields) != 1:
        raise ValueError(f"the pattern {row.pattern} takes one field")
    of_client = all(standard.by_header[header].level == "client" for header in row.fields)
    if row.pattern == "same_for_client" and not (of_client and len(row.fields) > 1):
        raise ValueError("the pattern same_for_client takes two or more fields of the client")


def _known(headers: Sequence[str], standard: Standard) -> None:
    for header in headers:
        if header not in standard.by_header:
            raise ValueError(f"there is no field {header!r}")


def _fields(names: Sequence[str], standard: Standard, pattern: str) -> list[str]:
    sets: dict[str, Callable[[Field], bool]] = {
        "@all": lambda item: True,
        "@dates": lambda item: item.is_date,
        "@coded": lambda item: bool(item.codes),
        "@required": lambda item: bool(item.required),
        "@client": lambda item: item.level == "client",
        "@episode": lambda item: item.level == "episode",
    }
    found: list[str] = []
    for name in names:
        if name in sets:
            found += [item.header for item in standard.fields if sets[name](item)]
        elif name.startswith("@"):
            raise ValueError(f"there is no set of fields {name}; there are {', '.join(sets)}")
        else:
            _known([name], standard)
            found.append(name)
    if pattern == "layout":
        # A date's layout is the business of real_date, a shortened field's that of its own pattern.
        found = [name for name in found if not standard.by_header[name].is_date and name not in standard.shortened]
    return list(dict.fromkeys(found))
