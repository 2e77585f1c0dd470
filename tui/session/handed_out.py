"""What is handed out to a client as the text of a file: to be read, as a page for a browser, or for another program."""

from pathlib import Path
from typing import Literal, cast, get_args

from exporters.json_text import json_text
from exporters.subject import everything
from exporters.subject.everything import Everything
from tui.widgets.text import printable
from validators.problems import Problem

HandedForm = Literal["txt", "html", "json"]
OF_OTHERS = "Notes and reasons are in it as they were written: look through them for what they say of other people."
"""What is said to whoever hands it out."""


def form_of(path: Path) -> HandedForm:
    """The form that the end of a file's name says. Raises Problem where it says none."""
    form = path.suffix.lower().removeprefix(".")
    if form not in get_args(HandedForm):
        raise Problem(f"{path.name} does not say what to write: end it in .txt (to read), .html (a page) or .json.")
    return cast(HandedForm, form)


def told(found: Everything, form: HandedForm) -> str:
    """All that is held about a client in a form; as text nothing in it can give orders to a terminal."""
    if form == "html":
        return "".join(everything.html_page(found))
    if form == "json":
        return json_text(everything.as_mapping(found), indent=1) + "\n"
    return "".join(f"{printable(line.removeprefix('# '))}\n" for line in everything.text_lines(found))
