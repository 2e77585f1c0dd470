"""`keywork help man`: the manual page, made from the texts of `--help` and the examples."""

from collections.abc import Iterator
from typing import Any

from tui.cli.groups import LazyGroup
from tui.cli.manual.examples import EXAMPLES
from tui.session.log import VARIABLE as LOG_VARIABLE
from validators.version import VERSION

VARIABLES = (
    ("KEYWORK_STORE", "The store, where no --store names one."),
    ("KEYWORK_KEY_FILE", "The store's key, where no --key-file names one."),
    (
        LOG_VARIABLE,
        "LEVEL:FILE: a log for whoever mends faults, without a value, a name or an argument; LEVEL is error, info or"
        " debug.",
    ),
)
CODES = (
    ("0", "Done, and nothing is wrong."),
    ("1", "Done, and there are errors, or something is late."),
    ("2", "It could not be done; one sentence on standard error says why, and what to do."),
)


def every_command(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """All commands by their names, loaded; a group that does something itself stands before those in it."""
    for name in group.commands:
        one = group.loaded(name) if isinstance(group, LazyGroup) else group.commands[name]
        whole = f"{before}{name}"
        if hasattr(one, "commands"):
            if one.invoke_without_command:
                yield whole, one
            yield from every_command(one, f"{whole} ")
        else:
            yield whole, one


def man_page(group: Any) -> Iterator[str]:
    """The page in roff, by lines."""
    yield f'.TH KEYWORK 1 "" "Keywork {VERSION}" "User commands"'
    yield from (".SH NAME", _plain(f"keywork - {group.help}"))
    yield from (".SH SYNOPSIS", ".B keywork", ".br", ".B keywork", r"\fICOMMAND\fP [\fIOPTIONS\fP] [\fIARGUMENTS\fP]")
    yield ".SH DESCRIPTION"
    yield _plain("Without a command the screens open. Results go to standard output, talk to standard error.")
    yield ".PP"
    yield _plain(
        "Every account of a host reads the arguments of every program: what is keyed about a person is given on"
        " standard input (-), or asked for (--ask), and never as an argument."
    )
    yield ".SH COMMANDS"
    for name, one in every_command(group):
        yield from _command(name, one)
    yield ".SH EXIT STATUS"
    yield from _tagged(CODES)
    yield ".SH ENVIRONMENT"
    yield from _tagged(VARIABLES)


def _command(name: str, one: Any) -> Iterator[str]:
    arguments = [each for each in one.params if each.param_type_name == "argument"]
    options = [each for each in one.params if each.param_type_name != "argument" and not getattr(each, "hidden", False)]
    shown = " ".join(each.metavar or each.name.upper() for each in arguments)
    yield f'.SS "{_quoted(f"keywork {name} {shown}".rstrip())}"'
    yield _plain(" ".join((one.help or "").split()))
    yield from _tagged([(each.metavar or each.name.upper(), each.help or "") for each in arguments])
    yield from _tagged([(f"{', '.join(each.opts)} {each.metavar or ''}".rstrip(), each.help or "") for each in options])
    if name in EXAMPLES:
        yield from (".PP", "Examples:", ".PP", ".nf")
        yield from (f"  {_plain(line)}" for line in EXAMPLES[name])
        yield ".fi"


def _tagged(pairs: Any) -> Iterator[str]:
    for name, told in pairs:
        yield from (".TP", f'.B "{_quoted(name)}"', _plain(told))


def _quoted(text: str) -> str:
    return _plain(text).replace('"', "\\(dq")


def _plain(text: str) -> str:
    """Text as roff prints it as it stands."""
    told = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{told}" if told[:1] in (".", "'") else told
