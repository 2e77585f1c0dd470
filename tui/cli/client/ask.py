"""`--ask`: one record asked for field by field, a line at a time: the form for whoever hears the screen.

What is asked goes to stderr, as all talk does. Every answer is kept as a draft at once, so that a line that breaks
loses none.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from shutil import get_terminal_size
from textwrap import wrap

from store.facts import ClientTree
from tui.cli.client.changes import Change, judged, keep_draft, model_of_change
from tui.cli.client.context import ClientWork, finding_line
from tui.cli.context import talk
from tui.cli.given import next_line, one_cell
from tui.form.codes import Choice, list_status
from tui.form.record_model import RecordModel
from tui.widgets.text import printable
from validators.problems import Problem

HOW = (
    "Type a value and Enter. Enter alone goes on to the next field, < to the one before. ? lists the codes, ? and words"
    " those that fit. - empties a field. A full stop alone ends. Each answer is kept as a draft at once."
)
MOST_CODES = 40


def yes(question: str) -> bool:
    """Ask a question; only `y` or `yes` is yes, and the end of the input is no."""
    talk(f"{question} Type y for yes:")
    return (next_line() or "").strip().casefold() in ("y", "yes")


def asked_for(at: ClientWork, tree: ClientTree | None, one: Change, changes: Sequence[Change] = ()) -> Change:
    """A record as somebody answers for it; `tree` is its client, None for a new one, `changes` what else is changed.

    Raises Problem where nothing at all was typed into a new record.
    """
    others = [each for each in changes if each.id != one.id]
    model = model_of_change(at, tree, one)
    answered = one

    def keep(header: str) -> Iterator[str]:
        nonlocal answered
        answered = replace(answered, values=dict(model.values))
        keep_draft(at, answered, header)
        return (finding_line(found) for found in judged(at, tree, [*others, answered]) if found.field == header)

    FieldQuestions(model, keep).run(HOW)
    if not answered.version and answered.values == one.values:
        raise Problem("Nothing was typed into a new record: nothing is entered.")
    return answered


def _say(text: str) -> None:
    """Say something, in lines that break between words where a terminal shows them."""
    width = get_terminal_size().columns - 1
    lines = wrap(text, max(width, 30), subsequent_indent="  ") if sys.stderr.isatty() else [text]
    for line in lines:
        talk(printable(line))


class FieldQuestions:
    """The fields of a record asked for one after another, a line each.

    `keep(header)` is called when an answer stands in its field, and gives what more is to be said of it.
    """

    def __init__(self, model: RecordModel, keep: Callable[[str], Iterable[str]]) -> None:
        self.model, self._keep = model, keep
        self._group = ""

    def run(self, how: str) -> bool:
        """Say how, then ask until the last field; False where a full stop or the end of the input came before."""
        _say(how)
        while True:
            self._ask()
            line = next_line()
            if line is None or line.strip() == ".":
                return False
            if not self._take(line.strip()):
                return True

    def _ask(self) -> None:
        """Say which field it is, and what stands in it."""
        model, header = self.model, self.model.current
        field = model.field(header)
        group = field.group or model.standard.section_by_id[field.section].title
        if group != self._group:
            self._group = group
            _say(group)
        stands = f"{model.value(header)}{self._meaning(header)}" or "empty"
        _say(f"{field.label} ({header}), {stands}:")

    def _take(self, text: str) -> bool:
        """Take a line; False after the last field."""
        model = self.model
        if text == "<":
            if not model.back():
                _say("This is the first field.")
        elif text.startswith("?"):
            self._list(model.choices(model.current, text[1:].strip()))
        elif not text:
            return model.forward()
        else:
            return self._answer("" if text == "-" else text)
        return True

    def _answer(self, text: str) -> bool:
        """Put an answer into the field and say what stands there, and what there is to say of it; False after the last.

        Words that may mean several codes are answered by these, and the field is asked once more.
        """
        model, header = self.model, self.model.current
        before = model.value(header)
        try:
            model.type(one_cell(text, header))
        except Problem as problem:
            _say(str(problem))
            return True
        if model.offer_codes():
            choices = model.choices(header, text)
            model.type(before)
            self._list(choices)
            return True
        model.settle()
        more = list(self._keep(header))
        stands = model.value(header)
        _say(f"  {header} is {stands}{self._meaning(header)}" if stands else f"  {header} is empty")
        for line in more:
            _say(f"  {line}")
        return model.forward()

    def _list(self, choices: Sequence[Choice]) -> None:
        codes = self.model.codes(self.model.current)
        if codes is None:
            _say("  This field has no codes.")
            return
        _say(f"  {codes.title}, {list_status(codes)}")
        for one in choices[:MOST_CODES]:
            _say(f"  {one.code or '(no code known)'}  {one.label}")
        if not choices:
            _say("  No code fits that.")
        elif len(choices) > MOST_CODES:
            _say(f"  and {len(choices) - MOST_CODES} more: type ? and words of the one meant.")

    def _meaning(self, header: str) -> str:
        meaning = self.model.meaning(header)
        return f", {meaning}" if meaning else ""
