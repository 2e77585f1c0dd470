"""What is given on standard input, so that it stands in no argument.

Every account of a host reads the arguments of every program in the process list; sudo's log and the shell's history
keep them. So `-` in place of an argument takes it from standard input: a reference, a name, a search is one line of it,
in the order of the arguments; values and prose are all that is left.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tui.widgets.text import first_cell, pasted, printable
from validators.problems import Problem

STDIN = "-"
MOST = 1_000_000
"""Bytes that are read: a record is a thousandth of it."""


def line_of(argument: str, what: str) -> str:
    """A word or a line: the argument, or the next line of standard input for `-`.

    `what` names it in a sentence. Raises Problem where there is no such line, or several cells in it.
    """
    if argument != STDIN:
        return argument
    text = _decoded(_stream().readline(MOST), what)
    if not text.strip():
        raise Problem(f"Standard input has no line for the {what}: give one, before anything else.")
    return one_cell(text, f"The {what}").strip()


def prose_of(argument: str, what: str) -> str:
    """A reason or a note: the argument, or what is left of standard input for `-`; line ends and tabs become blanks."""
    text = _decoded(_rest(what), what) if argument == STDIN else argument
    return " ".join(text.split())


def text_of(what: str) -> str:
    """What is left of standard input, with its lines."""
    return _decoded(_rest(what), what)


def document_of(what: str, most: int) -> str:
    """A document that is given on standard input, in an encoding in which it might be a file.

    Raises Problem for what is no text, or longer than `most` bytes.
    """
    from exporters.imports.encodings import decoded  # what most commands do without

    return decoded(_rest(what, most), Path("Standard input"))


def fields_of_input(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Names and values as they are given: FIELD=VALUE arguments, and in the place of `-` those of standard input.

    There they are FIELD=VALUE lines, or one JSON object whose values are texts. A value may be empty. Raises Problem
    for what is neither; its sentence tells no value.
    """
    found: list[tuple[str, str]] = []
    for argument in arguments:
        if argument != STDIN:
            found.append(_pair(argument, f"'{printable(argument)}'"))
            continue
        text = _decoded(_rest("values"), "values")
        if text.lstrip().startswith("{"):
            found += _of_json(text)
        else:
            lines = enumerate(text.split("\n"), 1)
            found += [_pair(line.removesuffix("\r"), f"Line {at} of the values") for at, line in lines if line.strip()]
    return found


def one_cell(text: str, what: str) -> str:
    """A value without what cannot be kept. Raises Problem for several cells: joined, nobody would have typed that."""
    value, more = first_cell(text)
    if more:
        raise Problem(f"{what} is given {more + 1} cells, parted by tabs or line ends: give one value.")
    return value or pasted(text)


def next_line() -> str | None:
    """The next line that somebody types; None at the end of the input (Ctrl+D)."""
    line = _stream().readline(MOST)
    return _decoded(line, "line").removesuffix("\n").removesuffix("\r") if line else None


def _pair(text: str, where: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Problem(f"{where} does not say what to change: write FIELD=VALUE, such as SEX=1.")
    return name.strip(), value


def _of_json(text: str) -> list[tuple[str, str]]:
    try:
        pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise Problem('The values begin as JSON and are none: write one object, such as {"SEX": "1"}.') from None
    found = []
    for name, value in pairs:
        if not isinstance(value, str):
            raise Problem(f"The value of {printable(name)[:40]} is no text: write it in quotation marks.")
        found.append((name, value))
    return found


def _stream() -> BinaryIO:
    if sys.stdin is None or sys.stdin.closed:
        raise Problem("There is no standard input to read from: give it, or leave out the '-'.")
    return sys.stdin.buffer


def _rest(what: str, most: int = MOST) -> bytes:
    stream = _stream()
    if stream.isatty():
        print(f"Type the {what}, then Ctrl+D on a line of its own:", file=sys.stderr, flush=True)
    read = stream.read(most + 1)
    if len(read) > most:
        meant = "those of one record" if most == MOST else "that alone"
        raise Problem(f"Standard input is far too long for the {what}: give {meant}.")
    return read


def _decoded(read: bytes, what: str) -> str:
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(f"The {what} on standard input is no UTF-8 text: send it as UTF-8.") from None
