"""`keywork notice show`, `list` and `set`: the page that tells a client what is collected and why."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from exporters.records import privacy_notice
from store.disk.files import open_text
from store.facts import Who
from store.records import agencies
from tui.cli.context import now, opened, person, talk
from tui.cli.given import MOST, STDIN, text_of
from tui.cli.options import StoreOptions, agency_command
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import load

commands = typer.Typer()
group = typer.Typer(help="The privacy notice for clients: show or print it, put the site's own in its place.")
commands.add_typer(group, name="notice")


@agency_command(group, "show")
def show(
    at: StoreOptions,
    version: Annotated[str, typer.Option("--version", metavar="NAME", help="Another one than that in use.")] = "",
    html: Annotated[bool, typer.Option("--html", help="As HTML, to be printed.")] = False,
) -> int:
    """Print the notice in use, as text or HTML."""
    with opened(at.store, at.key_file) as found:
        its = found.ask(agencies.one, at.agency, at.standard)
        notice = found.ask(privacy_notice.one, its, version)
    sys.stdout.write(privacy_notice.as_html(notice) if html else privacy_notice.as_text(notice))
    if notice.remark:
        talk(notice.remark)
    for line in privacy_notice.guidance(load(its.standard)):
        talk(line)
    return 0


@agency_command(group, "list")
def list_(
    at: StoreOptions,
) -> int:
    """List the versions there are; the last one is in use."""
    with opened(at.store, at.key_file) as found:
        for notice in found.ask(privacy_notice.versions, found.ask(agencies.one, at.agency, at.standard)):
            print(printable(f"{notice.version}  {'the site’s own' if notice.is_own else 'comes with the program'}"))
    return 0


@agency_command(group, "set")
def set_(
    at: StoreOptions,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="What it is to be called, such as 2026-11.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Its text, '# ' before headings; - reads it.")],
) -> int:
    """Put the site's own notice in use; earlier versions stay, because clients were given them."""
    given = text_of("notice") if str(file) == STDIN else None
    with opened(at.store, at.key_file) as found:
        # A file is read only now, so that the store and its key are known, which are no input.
        text = _read(file) if given is None else given
        its = found.ask(agencies.one, at.agency, at.standard)
        found.do(Who(person(found.path), now()), privacy_notice.replace, its, version, text)
    print(f"The privacy notice {printable(version)} is in use.")
    return 0


def _read(path: Path) -> str:
    try:
        with open_text(path, "utf-8-sig") as file:
            text = file.read(MOST + 1)
    except OSError:
        raise Problem(f"{printable(str(path))} cannot be read: name a text file.") from None
    except UnicodeDecodeError:
        raise Problem(f"{printable(str(path))} is no UTF-8 text: save it as UTF-8.") from None
    if len(text) > MOST:
        raise Problem(f"{printable(str(path))} is far too long for a notice: name the notice alone.")
    return text
