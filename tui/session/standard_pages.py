"""Pages of the standard as lines of text: a field, a code list, a rule, a data set. A line with `# ` is a heading."""

import re
from collections.abc import Iterator

from tui.form.codes import list_status
from validators.standard.caveats import caveats
from validators.standard.model import CodeList, Field, Rule, Standard
from validators.standard.terminology import Sentence, counted

KEYED = {
    "person": "Keyed by a person.",
    "made": "Made by the program when the record is entered; nobody keys it.",
    "store": "The agency's own code, written by the program; nobody keys it.",
    "written": "Written by the export; nobody keys it.",
}
LEVELS = {
    "client": Sentence("once for {a client}"),
    "episode": Sentence("once for {an episode}"),
    "event": Sentence("once for each record"),
}
_WORD = re.compile(r"\w+")


def field_page(standard: Standard, header: str) -> list[str]:
    """One field: wording, layout, codes and who vouches for them, every rule that reads it, the source document."""
    field = standard.by_header[header]
    section = standard.section_by_id[field.section]
    group = f"; group {field.group}" if field.group else ""
    lines = [f"# {field.label}  ({header})", ""]
    if field.description and field.description != field.label:
        lines += [f"  {field.description}"]
    lines += [
        f"  Section   {section.title}, {LEVELS[field.level].told(standard.terms)}{group}",
        f"  Column    {field.column}",
        f"  Layout    {layout_text(field)}",
    ]
    if field.required:
        lines.append("  Required  " + ("once consent is given" if field.required == "consent" else field.required))
    if field.skip_when is not None:
        lines.append(f"  Skipped   when {condition_text(standard, field.skip_when.text)}")
    if field.data_sets:
        lines.append(f"  Asked in  {' '.join(field.data_sets)}")
    if field.introduced:
        lines.append(f"  Since     {field.introduced}")
    if header in standard.shortened:
        lines.append(f"  Sent      shortened ({standard.shortened[header].replace('_', ' ')})")
    if header in standard.no_consent_carries:
        lines.append("  Consent   sent without consent, too")
    if header == standard.role("consent"):
        for one in standard.enquiries:
            lines += [f"  Guidance  {one.about}", f"            {one.address}"] if one.kind == "consent" else []
    given = (
        " Left empty on a new client, the program makes a number and keeps it." if header in standard.numbered else ""
    )
    lines += [f"  {KEYED[field.keyed]}{given}", ""]
    codes = standard.code_lists.get(field.codes)
    if codes is not None:
        lines += [f"# Codes: {codes.title}", "", *_codes(codes), ""]
    rules = [rule for rule in standard.rules if header in rule.fields]
    looking = [rule for rule in standard.rules if header not in rule.fields and header in rule.reads]
    for title, found in (("# Rules that judge it", rules), ("# Rules that look at it to judge another field", looking)):
        if found:
            lines += [title, "", *(line for rule in found for line in _rule(standard, rule, short=True))]
    source = [f"  {field.source}"] if field.source else []
    sure = [f"  {field.status}"] if field.status else []
    return [*lines, "# Source", "", *source, f"  {standard.document}", *sure]


def list_page(standard: Standard, list_id: str) -> list[str]:
    """One code list: status, source, codes, the fields that take them."""
    codes = standard.code_lists[list_id]
    users = [field for field in standard.fields if field.codes == list_id]
    return [
        f"# Code list: {codes.title}  ({list_id})",
        "",
        *_codes(codes),
        "",
        "# Fields that take these codes",
        "",
        *(f"  {field.header:<10} {field.label}" for field in users),
    ]


def rule_page(standard: Standard, rule_id: str) -> list[str]:
    """One rule: wording, reading, source, severities, the fields it reads."""
    rule = standard.rule_by_id[rule_id]
    looked = [header for header in standard.headers if header in rule.reads and header not in rule.fields]
    lines = list(_rule(standard, rule, short=False))
    for title, headers in (("# Fields it judges", rule.fields), ("# Fields it looks at", looked)):
        if headers:
            lines += [title, "", *(f"  {header:<10} {_label(standard, header)}" for header in headers), ""]
    return lines


def data_set_page(standard: Standard) -> list[str]:
    """A data set: edition, source, sections, how much of it is certain, how a return is written."""
    statuses = [codes.status for codes in standard.code_lists.values()]
    told = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    sent = standard.submission
    lines = [
        f"# {standard.title}  ({standard.id})",
        "",
        f"  Edition     {standard.edition}",
        f"  Source      {standard.document}",
        f"  Fields      {len(standard.fields)} in {len(standard.sections)} sections",
        f"  Rules       {len(standard.rules)}",
        f"  Code lists  {len(statuses)}: {told}",
        f"  Return      {sent.format.upper()}, {sent.encoding}, {sent.status}: {sent.file_name}",
    ]
    if sent.note:
        lines.append(f"              {sent.note}")
    lines += [f"  Not sure    {told}" for told in caveats(standard)]
    for one in standard.enquiries:
        lines += [f"  Ask, read   {one.about}:", f"              {one.address} ({one.source})"]
    for document in standard.whole.documents:
        lines.append(f"  Read from   {document.title} ({document.file}, SHA-256 {document.digest[:12]}…)")
    lines += ["", "# Sections", ""]
    for section in standard.sections:
        many = len(standard.headers_by_section[section.id])
        lines.append(f"  {section.title:<34} {standard.word(section.level):<8} {many} fields")
    return lines


def layout_text(field: Field) -> str:
    """A layout in its published form and in words."""
    layout = field.layout
    words = {
        "date": "a date",
        "alpha": f"at most {counted(layout.length, 'letter')}",
        "numeric": f"at most {counted(layout.length, 'digit')}",
        "alphanumeric": f"at most {counted(layout.length, 'letter')} or digits",
        "any": f"at most {counted(layout.length, 'character')}",
    }
    return f"{layout.text}: {words[layout.kind]}"


def condition_text(standard: Standard, text: str) -> str:
    """A condition with the fields' labels beside their headers."""

    def named(match: re.Match[str]) -> str:
        field = standard.by_header.get(match[0])
        return f"{match[0]} ({field.label})" if field else match[0]

    return _WORD.sub(named, text)


def _label(standard: Standard, header: str) -> str:
    field = standard.by_header.get(header)
    return field.label if field else ""


def _codes(codes: CodeList) -> Iterator[str]:
    yield f"  Status    {list_status(codes)}" + ("" if codes.decides else "; another code is no error by itself")
    if codes.source:
        yield f"  Source    {codes.source}"
    if codes.note:
        yield f"  Note      {codes.note}"
    yield ""
    width = max((len(code) for code in codes.codes), default=1)
    for code, label in codes.codes.items():
        yield f"  {code:<{width}}  {label}"
        if told := codes.help.get(code):
            yield f"  {'':<{width}}    {told}"
        if facts := codes.facts.get(code):
            days = (facts.valid_from and f"from {facts.valid_from}", facts.valid_to and f"to {facts.valid_to}")
            told = "; ".join(filter(None, (" ".join(filter(None, days)), facts.note, facts.source)))
            yield from [f"  {'':<{width}}    {told}"] if told else []
    for label in codes.labels:
        yield f"  {'?':<{width}}  {label} (its code is not known)"


def _rule(standard: Standard, rule: Rule, *, short: bool) -> Iterator[str]:
    """A rule; `short` as one of several on a page."""
    weights = ", ".join(standard.severities(rule)) or "not checked"
    weights += ", proposed" if rule.status == "proposed" else ""
    yield f"{'  ' if short else '# '}Rule {rule.id}: {rule.title} ({weights})"
    indent = "    " if short else "  "
    if not short:
        yield ""
    for text in (
        rule.help,
        rule.reading and f"Reading: {rule.reading}",
        rule.wording and f"Wording: {rule.wording}",
        rule.unread and f"Not checked: {rule.unread}",
        rule.source and f"Source: {rule.source}",
    ):
        if text:
            yield f"{indent}{text}"
    if not short:
        for wording in dict.fromkeys(row.message for row in rule.rows):
            yield f'  Says: "{wording}"'
    yield ""
