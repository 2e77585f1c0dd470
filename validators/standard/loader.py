"""Reading a standard from its folder, or folders: standard.toml, fields.csv, codes/*.csv, checklist.csv and rules.csv.

A pack that is not well formed is refused with the file, the line and the reason; nothing of it is used. A pack is data
only: nothing in it is ever executed. What follows stands in the order in which a pack is read: the whole, its sections
and fields, its code lists, what agencies say and are measured by. How a return is written is read by `return_reading`,
the rules, which name all the others, by `rule_reading`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path
from typing import cast

from validators.dates import parse_date
from validators.rules import journey_patterns, record_patterns  # noqa: F401 (registers the patterns)
from validators.rules.field_patterns import SHORTENERS
from validators.standard.checklist import read_checklist
from validators.standard.conditions import parse_condition
from validators.standard.edition import (
    Age,
    CodeFacts,
    Edition,
    Enquiry,
    GuardedFields,
    JourneyTerms,
    SourceDocument,
    Variant,
)
from validators.standard.layers import Pack, PackRow
from validators.standard.measures import NEEDS, Kind, Measure
from validators.standard.model import (
    LIST_STATUSES,
    ROLES,
    CodeList,
    Field,
    Keyed,
    Layout,
    Level,
    ListStatus,
    Section,
    Standard,
)
from validators.standard.pack_tables import TomlTable, fail
from validators.standard.return_reading import FORMATS, read_submission
from validators.standard.rule_reading import read_rules
from validators.standard.settings import SETTING_KINDS, AgencySetting

_KEYED: tuple[Keyed, ...] = ("person", "made", "written", "store")
# The parts whose values are their maker's affair.
_FREE = ("client_id", "client_reference", "episode_id", "software", "postcode")
_FACTS = tuple(one.name for one in dataclass_fields(CodeFacts))
LONGEST_ID = 40


def load_standard(*folders: Path, variant: str = "") -> Standard:
    """Read the standard in a folder, or in several of which each changes the ones before it; `variant` is the id of one
    of its data sets, empty for all of it. Raises PackError with file, line and reason when the pack is malformed."""
    pack = Pack(folders, variant)
    top = pack.toml()
    sections, unknown = _sections(top, pack)
    whole = replace(_edition(top, pack), unknown_sections=unknown)
    named = {name: frozenset(codes) for name, codes in top.table("values").lists().items()}
    code_lists = _read_code_lists(pack)
    fields = _read_fields(pack, sections, code_lists, named)
    known = _Known(top, fields)
    for section in sections:
        _judge_section(section, known)
    roles = _roles(top, known)
    shortened = _shortened(top, known)
    settings = read_settings(top.tables("settings"), code_lists)
    guarded = _guarded(top, known, settings)
    kept_back = _kept_back(fields, shortened, guarded)
    printable = known.headers(top.text_list("any_character"), "any_character")
    free = (*shortened, *printable, *kept_back, *(guarded.headers if guarded else ()))
    fields = _with_characters(fields, sections, roles, free)
    held = top.table("submission")
    extracted = known.headers(held.text_list("extracted_when"), "extracted_when")
    submission = read_submission(held)
    chosen = whole.variant
    standard = Standard(
        id=whole.id if chosen is None else f"{whole.id}-{chosen.id}",
        title=top.text("title") if chosen is None else f"{top.text('title')} ({chosen.name}, {chosen.title})",
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
        checklist=read_checklist(pack.place_of("checklist.csv").parent),
        numbered=_numbered(top, known, fields, roles),
        second_keying=_second_keying(top, known, fields),
        enquiries=tuple(map(_enquiry, top.tables("enquiries"))),
        settings=settings,
        measures=read_measures(top.tables("measures"), fields, settings, roles),
        xml=FORMATS[submission.format].form(top, fields),
        printed=_printed(top, known),
        whole=whole,
        file_headers=tuple(row.cells["header"] for row in pack.all_fields) if chosen is not None else (),
        guarded=guarded,
        kept_back=kept_back,
        journeys=_journeys(top, known, fields),
    )
    _judge_consent(pack, standard)
    top.done()
    return replace(standard, rules=read_rules(pack, standard))


def _own_id(text: str) -> str:
    """The id of a standard: it stands in the names of folders, so it has nothing that means anything there."""
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", text):
        raise ValueError(f"{text!a} is not made of the letters a to z, digits and single hyphens between them")
    if len(text) > LONGEST_ID:
        raise ValueError(f"{text[:LONGEST_ID]!a} and so on is longer than {LONGEST_ID} characters")
    return text


def _sections(top: TomlTable, pack: Pack) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections that have fields here; and the titles of those of which no field is known at all."""
    told = tuple(_section(table, pack) for table in top.tables("sections"))
    if not told:
        fail(pack.path, 0, "it has no sections")
    known_of = {row.cells["section"] for row in pack.all_fields} | set(pack.before.values())
    sections = tuple(section for section in told if section.id in pack.sections)
    return sections, tuple(one.title for one in told if one not in sections and one.id not in known_of)


def _edition(top: TomlTable, pack: Pack) -> Edition:
    """What the edition says of itself as a whole. Raises PackError for a data set told twice, or not there."""
    variants: dict[str, Variant] = {}
    for table in top.tables("variants"):
        age: Age = table.choice("age", ("adult", "young")) if "age" in table.values else ""
        own = Variant(table.parsed("id", _own_id), table.text("name"), table.text("title"), age)
        if own.id in variants or "-" in own.id or any(own.name == one.name for one in variants.values()):
            table.refuse("id", f"{own.id!r} or its name is repeated, or has a hyphen in it")
        if set(own.name) & set("() "):
            table.refuse("name", f"{own.name!a} has a blank or a bracket in it")
        variants[own.id] = own
    documents = [
        SourceDocument(
            table.text("name"),
            table.text("title"),
            table.text("file", ""),
            table.text("digest", ""),
            str(table.values.pop("pages", "")),
        )
        for table in top.tables("documents")
    ]
    days = {name: _day(top, name) for name in ("valid_from", "valid_to")}
    if days["valid_from"] and days["valid_to"] and days["valid_to"] < days["valid_from"]:
        top.refuse("valid_to", f"{days['valid_to']} is before {days['valid_from']}")
    unverified = top.values.pop("unverified", False)
    if not isinstance(unverified, bool):
        top.refuse("unverified", "it is either true or false")
    if pack.variant and pack.variant not in variants:
        top.refuse("variants", f"there is no data set {pack.variant!r}")
    return Edition(
        id=top.parsed("id", _own_id),
        variants=tuple(variants.values()),
        variant=variants.get(pack.variant),
        extends=top.text("extends", ""),
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
        unverified=unverified,
        bring=tuple(top.text_list("bring")),
        documents=tuple(documents),
    )


def _day(top: TomlTable, key: str) -> str:
    told = top.text(key, "")
    if told and not _is_day(told):
        top.refuse(key, f"{told!a} is no day written like 2024-04-01")
    return told


def _is_day(text: str) -> bool:
    return len(text) == len("2024-04-01") and text[4] == "-" and parse_date(text) is not None


def _guarded(top: TomlTable, known: "_Known", settings: Iterable[AgencySetting]) -> GuardedFields | None:
    """Fields with a consent of their own."""
    table = top.table("guarded", optional=True)
    if not table.values:
        return None
    setting = table.text("setting")
    if not any(one.id == setting and one.kind == "yes_no" for one in settings):
        table.refuse("setting", f"there is no setting {setting!r} of the kind yes_no")
    (consent,) = known.headers([table.text("consent")], "consent")
    headers = known.headers(table.text_list("headers"), "headers")
    return GuardedFields(setting, consent, frozenset(table.text_list("consented")), headers)


def _judge_consent(pack: Pack, standard: Standard) -> None:
    """Refuse an edition that does not say what agrees, or in which an answer would be taken over: each episode's client
    is asked."""
    asked = standard.role("consent")
    if asked and "consented" not in standard.values:
        fail(pack.path, 0, "there is a consent field but no values.consented")
    consents = {asked, standard.guarded.consent if standard.guarded else ""}
    for row, one in zip(pack.fields, standard.fields, strict=True):
        if one.carried and one.header in consents:
            fail(row.path, row.line, "an answer about consent is never taken from the last record")


_WHOLE_POSTCODE = len("NE1 4X")  # the shortest field that holds more than a part


def _kept_back(fields: Iterable[Field], shortened: Collection[str], guarded: GuardedFields | None) -> tuple[str, ...]:
    """Fields that hold a national insurance number or a whole postcode, and of which the edition does not say when
    they may leave: they do not, until it does."""
    said = {*shortened, *(guarded.headers if guarded else ())}
    return tuple(
        one.header
        for one in fields
        if one.header not in said
        and not one.codes
        and is_kept_back(f"{one.label} {one.description}", one.layout.length)
    )


def is_kept_back(told: str, length: int) -> bool:
    """Whether a field of that label, description and length holds a national insurance number or a whole postcode."""
    if re.search(r"national insurance|\bNI n(o|umber)\b", told, re.IGNORECASE):
        return True
    return length >= _WHOLE_POSTCODE and bool(re.search(r"post ?code", told, re.IGNORECASE))


def _journeys(top: TomlTable, known: "_Known", fields: Iterable[Field]) -> JourneyTerms | None:
    """How episodes make journeys."""
    table = top.table("journeys", optional=True)
    if not table.values:
        return None
    (started,) = known.headers([table.text("started")], "started")
    if not any(one.header == started and one.is_date for one in fields):
        table.refuse("started", f"{started!r} is no date")
    return JourneyTerms(
        started, table.parsed("days", _number), known.headers(table.text_list("attributor"), "attributor")
    )


class _Known:
    """The fields of a standard that is being read, to hold what standard.toml names against."""

    def __init__(self, top: TomlTable, fields: Iterable[Field]) -> None:
        self.top, self.own = top, {field.header: field for field in fields}

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


def _enquiry(table: TomlTable) -> Enquiry:
    kind = table.choice("kind", ("", "consent"), "")
    return Enquiry(table.text("about"), table.text("address"), table.text("source"), kind)


def _second_keying(top: TomlTable, known: _Known, fields: Iterable[Field]) -> tuple[str, ...]:
    """The fields that a second person keys again."""
    headers = known.headers(top.text_list("second_keying"), "second_keying")
    for header in headers:
        own = next(item for item in fields if item.header == header)
        if own.keyed != "person":
            top.refuse("second_keying", f"{header!r} is not a field that a person keys")
    return headers


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
    fields: Iterable[Field], sections: Iterable[Section], roles: Mapping[str, str], others: Collection[str]
) -> tuple[Field, ...]:
    """The fields, those of them free that take any printable character: identifiers, references, and the `others`,
    which are shortened, need a consent of their own or are said to be free by standard.toml.

    Alphanumeric is letters and digits in the agency's code and in all that is coded, but an identifier is its maker's
    affair, and a postcode has a space.
    """
    free = {section.id_field for section in sections} | set(others)
    free |= {roles.get(name, "") for name in _FREE}
    return tuple(
        replace(field, layout=replace(field.layout, kind="any"))
        if field.layout.kind == "alphanumeric" and field.header in free
        else field
        for field in fields
    )


def _section(table: TomlTable, pack: Pack) -> Section:
    level: Level = table.choice("level", ("client", "episode", "event"))
    section = Section(
        id=table.text("id"),
        level=level,
        title=table.text("title"),
        id_field=table.text("id_field", ""),
        date_field=table.text("date_field", ""),
        kind_field=table.text("kind_field", ""),
        review_weeks=_weeks(table),
    )
    if level == "event" and not section.date_field and section.id in pack.sections:
        fail(table.path, 0, f"section {section.id} is an event and has no date_field")
    return section


def _judge_section(section: Section, known: "_Known") -> None:
    """What its records are known by are fields of it, and its day is a day."""
    for header in filter(None, (section.id_field, section.date_field, section.kind_field)):
        known.headers([header], "sections")
        if known.own[header].section != section.id:
            known.top.refuse("sections", f"{header!r} is no field of the section {section.id}")
    if section.date_field and not known.own[section.date_field].is_date:
        known.top.refuse("sections", f"{section.date_field!r}, the date_field of {section.id}, is no date")


def _weeks(table: TomlTable) -> int:
    """After how many weeks an event of a section is held again."""
    told = table.text("review_weeks", "0")
    if not told.isascii() or not told.isdigit() or len(told) > 3:
        table.refuse("review_weeks", f"{told!a} is no number of weeks")
    return int(told)


def _read_fields(
    pack: Pack,
    sections: tuple[Section, ...],
    code_lists: Mapping[str, CodeList],
    named: Mapping[str, frozenset[str]],
) -> tuple[Field, ...]:
    levels = {section.id: section.level for section in sections}
    _judge_headers(pack.all_fields)
    headers = [one.cells["header"] for one in pack.fields]
    # What an edition adds is asked of those who come from its first day on.
    new_from = str(pack.values.get("valid_from", ""))
    fields: list[Field] = []
    for one in pack.fields:
        path, line, row = one.path, one.line, one.cells
        _judge_field(path, line, row)
        if row["section"] not in levels:
            fail(path, line, f"there is no section {row['section']!r} in standard.toml")
        if row["codes"] and row["codes"] not in code_lists:
            fail(path, line, f"there is no code list {row['codes']!r} in codes/lists.csv")
        try:
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
                status=row.get("status", ""),
                source=row.get("source", ""),
                was=row.get("was", ""),
                valid_from=row.get("valid_from", "") or (new_from if row.get("change") == "plus" else ""),
                valid_to=row.get("valid_to", ""),
                data_sets=tuple(row.get("data_sets", "").split()),
            )
        except ValueError as error:
            fail(path, line, error)
        if field.carried and (field.is_date or field.keyed != "person"):
            fail(path, line, "a date, and what no person keys, is never taken from the last record")
        fields.append(field)
    if not fields:
        fail(pack.place_of("fields.csv"), 0, "it has no fields")
    return tuple(fields)


def _judge_headers(rows: Sequence[PackRow]) -> None:
    """Every header of the edition stands once, in the column that its row says."""
    seen = Counter(row.cells["header"] for row in rows)
    for number, row in enumerate(rows, 1):
        header, column = row.cells["header"], row.cells["column"]
        if not header or seen[header] > 1:
            fail(row.path, row.line, f"the header {header!r} is empty or appears more than once")
        try:
            if int(column) != number:
                raise ValueError(f"the column number should be {number}")
        except ValueError as error:
            fail(row.path, row.line, error)


def _judge_field(path: Path, line: int, row: Mapping[str, str]) -> None:
    if row["keyed"] not in _KEYED:
        fail(path, line, f"keyed is {row['keyed']!r}, which is none of {', '.join(_KEYED)}")
    if row["required"] not in ("", "consent"):
        fail(path, line, f"required is {row['required']!r}, which is neither empty nor consent")
    if row.get("carried", "") not in ("", "yes"):
        fail(path, line, f"carried is {row['carried']!r}, which is neither empty nor yes")
    if not row["label"]:
        fail(path, line, "the label is empty")
    if row.get("status", "") not in ("", "unverified"):
        fail(path, line, f"status is {row['status']!r}, which is neither empty nor unverified")
    _judge_days(path, line, row)


def _judge_days(path: Path, line: int, row: Mapping[str, str]) -> None:
    for name in ("valid_from", "valid_to"):
        if (told := row.get(name, "")) and not _is_day(told):
            fail(path, line, f"{name} is {told!a}, which is no day written like 2024-04-01")


def _read_code_lists(pack: Pack) -> dict[str, CodeList]:
    found: dict[str, CodeList] = {}
    for one in pack.lists():
        index, line, row = one.path, one.line, one.cells
        name = row["list"]
        if not name or name in found or not name.replace("_", "").isalnum():
            fail(index, line, f"the list name {name!r} is empty, repeated or not made of letters, digits and _")
        if row["status"] not in LIST_STATUSES or row["complete"] not in ("yes", "no"):
            fail(index, line, f"status must be one of {', '.join(LIST_STATUSES)} and complete yes or no")
        held = pack.codes(name)
        # An unknown list needs no file; where it has one, it holds labels whose codes are not known.
        if held is None and row["status"] != "unknown":
            fail(pack.place_of("codes/lists.csv").with_name(f"{name}.csv"), 0, "the file is missing")
        found[name] = _code_list(row, held or ())
        if found[name].codes and row["status"] == "unknown":
            fail(index, line, f"the list {name} has codes, so its status cannot be unknown")
    return found


def _code_list(row: Mapping[str, str], held: Iterable[PackRow]) -> CodeList:
    """One list with its codes."""
    codes: dict[str, str] = {}
    labels: list[str] = []
    help_of: dict[str, str] = {}
    facts: dict[str, CodeFacts] = {}
    for one in held:
        cells = one.cells
        code = cells["code"]
        if code in codes:
            fail(one.path, one.line, f"the code {code!r} appears more than once")
        _judge_days(one.path, one.line, cells)
        if not code:
            labels.append(cells["label"])
            continue
        codes[code] = cells["label"]
        if told := cells.get("help"):
            help_of[code] = told
        if any(cells.get(name) for name in _FACTS):
            facts[code] = CodeFacts(**{name: cells.get(name, "") for name in _FACTS})
    return CodeList(
        id=row["list"],
        title=row["title"],
        status=cast(ListStatus, row["status"]),
        complete=row["complete"] == "yes",
        source=row["source"],
        codes=codes,
        labels=tuple(labels),
        note=row["note"],
        help=help_of,
        facts=facts,
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
