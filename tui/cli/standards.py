"""`keywork standards`: what is installed, what a data set holds, and installing one."""

import json
import shutil
import sys
import tempfile
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from exporters.imports.encodings import refuse_unquoted
from store.disk.files import refuse_own
from tui.cli.options import OutputFormat
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import available, installed_folder, load
from validators.standard.loader import load_standard
from validators.standard.model import Standard

commands = typer.Typer()
group = typer.Typer(help="The national data sets that are installed.")
commands.add_typer(group, name="standards")


@group.command("list")
def list_() -> int:
    """List the data sets that are installed."""
    for name in available():
        standard = load(name)
        statuses = [code_list.status for code_list in standard.code_lists.values()]
        told = ", ".join(f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses))
        print(f"{standard.id}  {standard.title}; code lists: {told}")
    return 0


@group.command()
def show(
    standard_id: Annotated[str, typer.Argument(metavar="ID", help="The data set, e.g. ndtms-cjit-p.")],
    field: Annotated[str, typer.Option("--field", metavar="HEADER", help="One field: wording, codes, rules.")] = "",
    codes: Annotated[str, typer.Option("--codes", metavar="LIST", help="One code list, by its id or a field's.")] = "",
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="One rule: wording, reading, source.")] = "",
    form: Annotated[OutputFormat, typer.Option("--format", help="How to tell it: text or json.")] = OutputFormat.TEXT,
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
    elif form is OutputFormat.TEXT:
        print("\n".join([*_lines(standard), *mapping_lines(standard)]))
    else:
        raise Problem("A standard is told as text or json: choose one of them with --format.")
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
def install(
    folder: Annotated[Path, typer.Argument(help="The folder of a data set, or of the XML schemas of a return.")],
    standard_id: Annotated[
        str | None,
        typer.Option("--standard", metavar="ID", help="Whose schemas they are, where several are sent as XML."),
    ] = None,
) -> int:
    """Install a data set, or the official schema of one. It is data only; nothing in it is executed."""
    try:
        _refuse_foreign(folder)
        if _holds_schemas(folder):
            return _install_schema(folder, standard_id)
        if standard_id is not None:
            raise Problem("--standard goes with a folder of XML schemas: a data set says itself which it is.")
        return _install_data_set(folder)
    except (OSError, shutil.Error):
        raise Problem(
            f"The data set could not be installed in {installed_folder()}: check the names and the permissions."
        ) from None


def _refuse_foreign(folder: Path) -> None:
    """Raise Problem for a folder with a link in it, a key or a store, or what the person may not read himself.

    What is wrong in a data set is quoted, and all of it is copied to where everybody reads it.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise Problem(f"{path} is a link or no file: put the file itself into the folder.")
        if path.is_file():
            refuse_own(path)
            refuse_unquoted(path)


def _holds_schemas(folder: Path) -> bool:
    if not folder.is_dir() or (folder / "standard.toml").exists():
        return False
    return any(path.suffix.lower() == ".xsd" for path in folder.iterdir())


def _install_schema(folder: Path, standard_id: str | None) -> int:
    from exporters.formats import choose

    found = [name for name in available() if choose.of(load(name)).schemas is not None]
    if standard_id is None and len(found) != 1:
        raise Problem(f"{folder} holds XML schemas: say with --standard of which data set.")
    standard = load(standard_id or found[0])
    schemas = choose.of(standard).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another --standard.")
    for line in schemas.install(folder):
        print(printable(line))
    return 0


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
) -> int:
    """Take the official schema of a data set away again; its mapping is kept."""
    from exporters.formats import choose

    schemas = choose.of(standard := load(standard_id)).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another one.")
    try:
        lines = schemas.uninstall()
    except (OSError, shutil.Error):
        raise Problem("The schema could not be taken away: check the permissions of the folder it is in.") from None
    for line in lines:
        print(printable(line))
    return 0


def _install_data_set(folder: Path) -> int:
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder: name the folder that holds standard.toml.")
    standard = load_standard(folder)
    target = installed_folder() / standard.id.replace("-", "_")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        shutil.copytree(folder, new)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    load.cache_clear()
    print(f"{standard.id}: installed in {target}")
    return 0


def as_mapping(standard: Standard) -> dict[str, object]:
    """The standard as the show command's JSON tells it."""
    return {
        "id": standard.id,
        "title": standard.title,
        "edition": standard.edition,
        "document": standard.document,
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
                "message": rule.rows[0].message,
                "help": rule.help,
                "source": rule.source,
                "reading": rule.reading,
            }
            for rule in standard.rules
        ],
    }


def _lines(standard: Standard) -> list[str]:
    lines = [f"{standard.id}: {standard.title}", f"Source: {standard.document}", ""]
    for section in standard.sections:
        lines.append(f"{section.title} ({standard.word(section.level)})")
        for header in standard.headers_by_section[section.id]:
            field = standard.by_header[header]
            listed = f"  list {field.codes} ({standard.code_lists[field.codes].status})" if field.codes else ""
            rules = " ".join(standard.rules_reading(header))
            lines.append(f"  {field.column:>3} {header:10} {field.layout.text:9} {field.label}; rules {rules}{listed}")
        lines.append("")
    for rule in standard.rules:
        lines.append(f"Rule {rule.id}: {rule.title} ({', '.join(standard.severities(rule))})")
        lines += [f"  {rule.help}", f"  Reading: {rule.reading}", f"  Source: {rule.source}"]
    return lines
