"""`keywork standards`: which editions there are, what one holds, and a site's own: checked, compared, installed."""

import json
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from exporters.editions.install import INSTALL, KIND, TAKE_BACK, read_edition, refuse_foreign
from exporters.imports.encodings import refuse_unquoted
from exporters.json_text import json_text
from tui.cli.context import Progress, talk
from tui.cli.options import FormatOption, KeyOption, OutputFormat, StoreOption
from tui.cli.standards.drafts import review, settle, try_draft
from tui.widgets.text import printable
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.catalogue import (
    available,
    edition_of,
    editions,
    installed_folder,
    load,
    variants_of,
)
from validators.standard.caveats import caveats
from validators.standard.model import Field, Rule, Standard

if TYPE_CHECKING:
    from exporters.editions.install import Candidate
    from store.facts import Who
    from store.unit_of_work import UnitOfWork

Answer = TypeVar("Answer")
commands = typer.Typer()
group = typer.Typer(help="The national data sets that are installed.")
commands.add_typer(group, name="standards")
group.command()(review)
group.command()(settle)
group.command("try")(try_draft)


@group.command("list")
def list_() -> int:
    """List the data sets that are installed."""
    from exporters.editions.install import installed

    for edition in editions():
        for name in variants_of(edition) or (edition,):
            standard = load(name)
            statuses = [code_list.status for code_list in standard.code_lists.values()]
            told = ", ".join(f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses))
            print(printable(f"{standard.id}  {standard.title}; code lists: {told}"))
        for line in _about(load(edition)):
            print(f"  {line}")
        for one in installed(edition):
            print(printable(f"  installed: {one.told}"))
    return 0


def _about(standard: Standard) -> list[str]:
    """What is to be said wherever an edition is named, a line each."""
    return [printable(f"{told[0].upper()}{told[1:]}.") for told in caveats(standard)]


@group.command()
def show(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="The data set, e.g. ndtms-cjit-p.")],
    field: Annotated[str, typer.Option("--field", metavar="HEADER", help="One field: wording, codes, rules.")] = "",
    codes: Annotated[str, typer.Option("--codes", metavar="LIST", help="One code list, by its id or a field's.")] = "",
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="One rule: wording, reading, source.")] = "",
    form: Annotated[OutputFormat, typer.Option("--format", help="How to tell it.")] = OutputFormat.TEXT,
) -> int:
    """Show a data set: fields, code lists with their status, rules with their readings; or one of them."""
    standard = load(standard_id)
    if field or codes or rule:
        if form is not OutputFormat.TEXT or sum(map(bool, (field, codes, rule))) > 1:
            raise Problem("One field, code list or rule is told as text: give one of --field, --codes and --rule.")
        for line in _one_page(standard, field.upper(), codes, rule):
            print(printable(line.removeprefix("# ")))
    elif form is OutputFormat.JSON:
        print(json.dumps(as_mapping(standard), indent=1))
    else:
        print("\n".join([*_lines(standard), *mapping_lines(standard)]))
    return 0


def _one_page(standard: Standard, field: str, codes: str, rule: str) -> list[str]:
    """The page of a field, a code list or a rule, as the screen has it. Raises Problem where there is none."""
    from tui.session.standard_pages import field_page, list_page, rule_page

    if field:
        _refuse_unknown("field", field, standard.by_header)
        return field_page(standard, field)
    if codes:
        of_field = standard.by_header.get(codes.upper())
        name = codes if of_field is None else of_field.codes
        _refuse_unknown("code list", name or codes, standard.code_lists)
        return list_page(standard, name)
    _refuse_unknown("rule", rule, standard.rule_by_id)
    return rule_page(standard, rule)


def _refuse_unknown(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        near = get_close_matches(name, known, 3)
        hint = f"perhaps {' or '.join(near)}" if near else f"there are {', '.join(known)}"
        raise Problem(printable(f"There is no {what} {name[:40]}: {hint[:300]}."))


@group.command()
def draft(
    documents: Annotated[
        list[Path], typer.Argument(metavar="DOCUMENT...", help="The owner's documents: PDF, web page, text or CSV.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The draft's folder, not there yet or empty.")],
    like: Annotated[
        str, typer.Option("--like", metavar="ID", help="The edition to compare with; else the one most alike.")
    ] = "",
    own_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="The draft's own id; else made from the edition's letter.")
    ] = "",
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Read an owner's documents into the draft of an edition: fields, lists, rules, and what was not read."""
    from exporters.documents import folder, report
    from exporters.documents.making import draft as make

    folder.refuse_taken(out)
    for document in documents:
        if document.exists():
            refuse_unquoted(document)
    progress = Progress("")
    try:
        made = make(documents, like, own_id, progress)
        folder.write(made, out)
    finally:
        progress.done()
    told = report.as_mapping(made)
    if form is OutputFormat.JSON:
        print(json_text({"folder": str(out.absolute()), **told}, indent=1))
    else:
        print(printable_lines(report.as_text(told)))
        talk(f"The draft is in {out}: look through it, then keywork standards check {out}")
    return 0


def printable_lines(text: str) -> str:
    """A text of several lines without what a terminal would obey."""
    return "\n".join(map(printable, text.rstrip("\n").split("\n")))


@group.command()
def check(folder: Annotated[Path, typer.Argument(help="The folder of an edition, such as a draft.")]) -> int:
    """Check the folder of an edition: whether it can be installed, and what of it is not sure."""
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder: name the folder that holds standard.toml.")
    whole, *others = read_edition(folder)
    for one in (whole, *others):
        fields, lists, rules = len(one.fields), len(one.code_lists), len(one.rules)
        print(printable(f"{one.id}  {one.title}: {fields} fields, {lists} code lists, {rules} rules"))
    for line in _about(whole):
        print(line)
    print("It can be installed.")
    return 0


@group.command()
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="An edition: its id, or a folder that holds one.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The later one: its id, or a folder.")],
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Tell what a later edition has otherwise: fields, code lists and rules."""
    from exporters.editions.compare import compare as compared
    from exporters.editions.compare import told

    old, new = _named(before), _named(after)
    its = compared(old, new)
    if form is OutputFormat.JSON:
        print(json.dumps(its.as_mapping(), indent=1))
    else:
        for line in told(its, old, new):
            print(printable(line))
    return 0


def _named(name: str) -> Standard:
    """An edition by its id, or by the folder that holds it: an id goes before a folder of that name."""
    if name not in (*editions(), *available()) and Path(name).is_dir():
        return read_edition(Path(name))[0]
    return load(name)


@group.command("copy")
def copy(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="The edition.")],
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
) -> int:
    """Copy an edition into a folder, to be edited there and installed under an id of its own."""
    from exporters.editions.copying import copy_edition

    edition, _ = edition_of(standard_id)
    load(edition)
    many = copy_edition(edition, folder)
    print(printable(f"{edition}: {many} files written to {folder}"))
    return 0


@group.command()
def install(
    folder: Annotated[
        Path, typer.Argument(help="The folder of an edition, of code lists or of XML schemas; or one table of codes.")
    ],
    standard_id: Annotated[
        str | None,
        typer.Option("--standard", metavar="ID", help="Whose code lists or schemas they are."),
    ] = None,
    list_name: Annotated[
        str, typer.Option("--list", metavar="NAME", help="Of one table: which list it is, or a field that takes it.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Install an edition, code lists, or an official schema. It is data only; nothing in it is executed."""
    try:
        refuse_foreign(folder)
        if _holds_schemas(folder):
            return _install_schema(folder, standard_id, (store, key_file))
        return _install(folder, standard_id, list_name, dry_run, (store, key_file))
    except (OSError, shutil.Error):
        raise Problem(
            f"The data set could not be installed in {installed_folder()}: check the names and the permissions."
        ) from None


def _install(
    folder: Path, standard_id: str | None, list_name: str, dry_run: bool, place: tuple[str | None, Path | None]
) -> int:
    from exporters.editions.compare import compare as compared
    from exporters.editions.compare import told
    from exporters.editions.install import candidate, install_audited
    from exporters.editions.install import install as installed_now

    if not folder.exists() or (folder.is_dir() and standard_id is None and not (folder / "standard.toml").exists()):
        raise Problem(f"{folder} is not a folder that holds standard.toml: name one, or say whose code lists they are.")
    its = candidate(folder, standard_id, list_name)
    lines = list(told(compared(its.before, its.whole), its.before, its.whole)) if its.before is not None else []
    lines += [*_effects(its, *place), *_about(its.whole)]
    if dry_run:
        lines.append(f"{its.standard_id}: nothing is installed yet; without --dry-run it is.")
    else:
        made = _in_audit(place, lambda unit: install_audited(unit, its), lambda who: installed_now(its, who))
        lines.append(f"{its.standard_id}: installed in {made.of.folder}")
        lines.append(f"  {made.told}; 'keywork standards take-back {its.standard_id}' undoes it")
    for line in lines:
        print(printable(line))
    return 0


def _in_audit(
    place: tuple[str | None, Path | None],
    audited: "Callable[[UnitOfWork], Answer]",
    alone: "Callable[[Who], Answer]",
) -> "Answer":
    """Do something to what is installed here: told in the audit of the store, and alone where there is no store yet."""
    from store.disk.location import store_path
    from store.facts import Who
    from tui.cli.context import now, opened, person

    path = store_path(place[0])
    who = Who(person(path), now())
    if not path.exists():
        return alone(who)
    with opened(*place) as found, found.writing(who) as unit:
        return audited(unit)


def _effects(its: "Candidate", store: str | None, key_file: Path | None) -> list[str]:
    """How many stored records would gain or lose findings, of each agency that reports by the edition.

    Raises Problem where it cannot take the place of what is in force.
    """
    from exporters.editions.install import refuse_unfit
    from exporters.editions.trial import effect
    from store.disk.location import store_path
    from store.records import agencies
    from tui.cli.context import now, opened

    if not store_path(store).exists():
        refuse_unfit(its)
        return []
    told = []
    by_id = {one.id: one for one in its.standards}
    with opened(store, key_file) as found, found.reading() as snapshot:
        refuse_unfit(its, snapshot)
        for agency in agencies.listed(snapshot):
            if agency.standard in by_id:
                before = load(agency.standard) if its.before is not None else None
                told.append(effect(snapshot, agency, before, by_id[agency.standard], local_day(now())).told)
    return told


@group.command("take-back")
def take_back(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="The edition whose latest install is undone.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Take the latest install of an edition back: what was in force before is in force again."""
    from exporters.editions.install import take_back as taken_back
    from exporters.editions.install import take_back_audited

    try:
        told = _in_audit(
            (store, key_file),
            lambda unit: take_back_audited(unit, standard_id),
            lambda who: taken_back(standard_id),
        )
    except (OSError, shutil.Error):
        raise Problem(f"The install could not be taken back in {installed_folder()}: check the permissions.") from None
    print(printable(f"{told.of.standard_id}: taken back: {told.told}; kept aside in {told.of.folder}"))
    return 0


def _holds_schemas(folder: Path) -> bool:
    if not folder.is_dir() or (folder / "standard.toml").exists():
        return False
    return any(path.suffix.lower() == ".xsd" for path in folder.iterdir())


def _install_schema(folder: Path, standard_id: str | None, place: tuple[str | None, Path | None]) -> int:
    from exporters.formats import choose

    found = [name for name in available() if choose.of(load(name)).schemas is not None]
    if standard_id is None and len(found) != 1:
        raise Problem(f"{folder} holds XML schemas: say with --standard of which data set.")
    standard = load(standard_id or found[0])
    schemas = choose.of(standard).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another --standard.")
    told = _in_audit(
        place,
        lambda unit: _schema_audited(unit, INSTALL, standard.id, lambda: schemas.install(folder)),
        lambda who: schemas.install(folder),
    )
    for line in told:
        print(printable(line))
    return 0


def _schema_audited(
    unit: "UnitOfWork", act: str, standard_id: str, done: "Callable[[], Iterable[str]]"
) -> "Iterable[str]":
    """Do something to an official schema, with the row of the audit that tells of it."""
    unit.chain.add(act, KIND, standard_id, "schema", None, None)
    return list(done())


def mapping_lines(standard: Standard) -> list[str]:
    """What is told of an installed schema: what is mapped, what is not. Raises Problem when it is broken."""
    from exporters.formats import choose

    schemas = choose.of(standard).schemas
    return [printable(line) for line in schemas.told()] if schemas is not None else []


@group.command()
def schema(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="A data set that is sent as XML.")],
) -> int:
    """Print Keywork's own stand-in schema of a return, to validate a file with another tool."""
    from exporters.formats import choose

    standard = load(standard_id)
    schemas = choose.of(standard).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another one.")
    # As bytes: they say themselves how they are encoded.
    sys.stdout.buffer.write(schemas.stand_in())
    return 0


@group.command()
def uninstall(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="The data set whose schema the site installed.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Take the official schema of a data set away again; its mapping is kept."""
    from exporters.formats import choose

    schemas = choose.of(standard := load(standard_id)).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another one.")
    try:
        lines = _in_audit(
            (store, key_file),
            lambda unit: _schema_audited(unit, TAKE_BACK, standard.id, schemas.uninstall),
            lambda who: schemas.uninstall(),
        )
    except (OSError, shutil.Error):
        raise Problem("The schema could not be taken away: check the permissions of the folder it is in.") from None
    for line in lines:
        print(printable(line))
    return 0


def as_mapping(standard: Standard) -> dict[str, object]:
    """The standard as the show command's JSON tells it."""
    return {
        "id": standard.id,
        "title": standard.title,
        "edition": standard.edition,
        "document": standard.document,
        "unsure": list(caveats(standard)),
        "read_from": [
            {"name": one.name, "title": one.title, "file": one.file, "sha256": one.digest, "pages": one.pages}
            for one in standard.whole.documents
        ],
        "sections": [
            {"id": section.id, "level": section.level, "title": section.title} for section in standard.sections
        ],
        "fields": [
            {
                "column": field.column,
                "header": field.header,
                "section": field.section,
                "label": field.label,
                "description": field.description,
                "layout": field.layout.text,
                "rules": list(standard.rules_reading(field.header)),
                "codes": field.codes or None,
                "data_sets": list(field.data_sets),
                "status": field.status or "as the edition",
                "source": field.source or standard.document,
            }
            for field in standard.fields
        ],
        "codes": {
            code_list.id: {
                "status": code_list.status,
                "complete": code_list.complete,
                "source": code_list.source,
                "note": code_list.note,
                "values": [{"code": code, "label": label} for code, label in code_list.codes.items()],
                "labels_without_code": list(code_list.labels),
            }
            for code_list in standard.code_lists.values()
        },
        "rules": [
            {
                "rule": rule.id,
                "title": rule.title,
                "severities": standard.severities(rule),
                "message": rule.rows[0].message if rule.rows else "",
                "help": rule.help,
                "source": rule.source,
                "reading": rule.reading,
                "status": rule.status,
                "wording": rule.wording,
                "not_checked": rule.unread,
            }
            for rule in standard.rules
        ],
    }


def _lines(standard: Standard) -> list[str]:
    lines = [f"{standard.id}: {standard.title}", f"Source: {standard.document}", *_about(standard)]
    for one in standard.whole.documents:
        lines.append(f"Read from {one.name}: {one.title} ({one.file}, SHA-256 {one.digest[:12]}…)")
    for enquiry in standard.enquiries:
        lines.append(f"{enquiry.about}: {enquiry.address} ({enquiry.source})")
    lines.append("")
    for section in standard.sections:
        lines.append(f"{section.title} ({standard.word(section.level)})")
        lines += [_field_line(standard, standard.by_header[name]) for name in standard.headers_by_section[section.id]]
        lines.append("")
    for rule in standard.rules:
        lines += _rule_lines(standard, rule)
    return [printable(line) for line in lines]


def _field_line(standard: Standard, field: Field) -> str:
    listed = f"  list {field.codes} ({standard.code_lists[field.codes].status})" if field.codes else ""
    rules = " ".join(standard.rules_reading(field.header))
    sure = f"  {field.status}" if field.status else ""
    source = f"  [{field.source}]" if field.source else ""
    sets = f"  {' '.join(field.data_sets)}" if field.data_sets else ""
    line = f"  {field.column:>3} {field.header:10} {field.layout.text:9} {field.label}; rules {rules}"
    return f"{line}{listed}{sets}{sure}{source}"


def _rule_lines(standard: Standard, rule: Rule) -> list[str]:
    how = ", ".join(standard.severities(rule)) or "not checked"
    status = f", {rule.status.replace('_', ' ')}" if rule.status != "checked" and rule.rows else ""
    lines = [f"Rule {rule.id}: {rule.title} ({how}{status})"]
    told = (
        ("", rule.help),
        ("Reading: ", rule.reading),
        ("Wording: ", rule.wording),
        ("Not checked: ", rule.unread),
        ("Source: ", rule.source),
    )
    return [*lines, *(f"  {title}{text}" for title, text in told if text)]
