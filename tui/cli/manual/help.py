"""`keywork help`: each screen as text, its keys, and a few words about it; what changed from release to release; and
what those who run it need: their page, and the files to copy."""

import sys
from contextlib import suppress
from typing import Annotated

import typer

from tui.help import about, picture
from tui.screens.registry import SCREENS, ScreenEntry, know_actions
from tui.widgets.help_screen import help_lines
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import available, load

commands = typer.Typer()

CHANGES = "changes"
"""What is asked for instead of a screen: the notes of changes."""
MAN = "man"
"""And the manual page, for `man -l -`."""
NOTICE = "privacy-notice"
"""And the page for clients that the program brings."""
OPERATOR = "operator"
"""And the page for those who run it."""
PROTECTED = "protected"
"""And the page that says what is protected against whom, and what is not."""
CONSTRAINTS = "constraints"
"""And the versions that are installed here, for another installation."""
SETUP = "setup_"
"""How the names of files to copy begin: they are printed as they stand."""


@commands.command("help")
def help_(
    context: typer.Context,
    screen: Annotated[
        str | None,
        typer.Argument(
            metavar="SCREEN",
            help="One screen only; or: changes, man, privacy-notice, operator, protected, constraints, or a file "
            "operator names.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Show each screen as text, with its keys and what they do."""
    if screen in (CHANGES, OPERATOR, PROTECTED) or ((screen or "").startswith(SETUP) and about(screen or "")):
        print("\n".join(about(screen or "")))
        return 0
    if screen == CONSTRAINTS:
        from tui.cli.manual.constraints import constraints

        print("\n".join(constraints()))
        return 0
    if screen == NOTICE:
        from exporters.records.privacy_notice import as_text, shipped

        sys.stdout.write(as_text(shipped()))
        print("'keywork notice show' prints the one that is in use here.", file=sys.stderr)
        return 0
    if screen == MAN:
        from tui.cli.manual.man import man_page

        root = context.find_root().command
        sys.stdout.writelines(f"{line}\n" for line in man_page(root))
        return 0
    know_actions()
    if screen is not None and screen not in SCREENS:
        raise Problem(
            f"There is no screen '{printable(screen)}': there are {', '.join(SCREENS)}; and {CHANGES}, {MAN}, {NOTICE},"
            f" {OPERATOR}, {PROTECTED}, {CONSTRAINTS}."
        )
    for scope, entry in SCREENS.items():
        if screen in (None, scope):
            print("\n".join([f"==== {entry.title} ({scope})", "", *_whose(entry), *_page(scope), ""]))
    return 0


def _whose(entry: ScreenEntry) -> list[str]:
    """Which data sets have a screen, where some of those that are installed have not."""
    if not entry.needs:
        return []
    known = []
    for name in available():
        with suppress(Problem):  # one that cannot be read is told of elsewhere
            known.append(load(name))
    having = [standard.id for standard in known if entry.is_for(standard)]
    if len(having) == len(known):
        return []
    told = ", ".join(having) or "none"
    return [f"Only where the data set has what it shows; of those installed: {printable(told)}.", ""]


def _page(scope: str) -> list[str]:
    drawn = picture(scope)
    width = max(map(len, drawn), default=0)
    frame = ["+" + "-" * width + "+"] if drawn else []
    lines = [*frame, *(f"|{line:<{width}}|" for line in drawn), *frame, ""] if drawn else []
    return lines + [line.removeprefix("# ") for line in help_lines(scope, about(scope))]
