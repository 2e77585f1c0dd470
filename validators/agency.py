"""What a person types about an agency: its code before it is made, and what it says of itself.

The code is judged before anything hangs on it. A setting is read into the text that is kept, and told again in words.
"""

import re
from collections.abc import Iterable, Mapping

from validators.problems import Problem
from validators.rules.field_patterns import fitting
from validators.standard.model import Standard
from validators.standard.settings import AgencySetting, classes_told

NOT_SAID = "not said yet"
_ANSWERS = {"y": "yes", "yes": "yes", "n": "no", "no": "no"}


def agency_code(standard: Standard, typed: str) -> str:
    """The code of a new agency that reports by `standard`, in upper case. Raises Problem for what can be none.

    It stands in every record and in the names of files, so only letters and digits are taken, and only as many as the
    standard's own field holds. The sentences do not repeat what was typed.
    """
    code = typed.strip()
    if not code:
        raise Problem("Type the agency code first.")
    if not (code.isascii() and code.isalnum()):
        raise Problem("An agency code has the letters A to Z and digits only, such as T0123: leave out the rest.")
    code = code.upper()  # only now: upper case makes letters A to Z of some that are none
    field = standard.by_header.get(standard.role("agency"))
    if field is not None and len(code) > field.layout.length:
        most = field.layout.length
        raise Problem(f"An agency code of {standard.id} has at most {most} characters, this one {len(code)}: mend it.")
    if field is not None and not fitting(field.layout)(code, True):
        raise Problem(f"An agency code of {standard.id} has the layout {field.layout.text}, this one has not: mend it.")
    return code


def setting_named(standard: Standard, name: str) -> AgencySetting:
    """The setting of that id. Raises Problem, naming those there are."""
    for setting in standard.settings:
        if setting.id == name:
            return setting
    if not standard.settings:
        raise Problem(f"The data set {standard.id} asks an agency nothing: there is no setting to make.")
    raise Problem(f"There is no setting {name!a}: there are {', '.join(one.id for one in standard.settings)}.")


def setting_text(standard: Standard, setting: AgencySetting, typed: str) -> str:
    """The text to keep for what was typed; empty takes it back. Raises Problem saying what cannot be meant.

    `yes_no` takes yes, no, y or n; `classes` pairs such as `01=complete 02=neutral`, commas and spaces between.
    """
    typed = typed.strip()
    if setting.kind == "yes_no":
        if typed and typed.casefold() not in _ANSWERS:
            raise Problem(f"{setting.id} is answered yes or no: type one of them, or nothing to take it back.")
        return _ANSWERS.get(typed.casefold(), "")
    codes = standard.code_lists[setting.code_list]
    longest = min((one.layout.length for one in standard.fields if one.codes == codes.id), default=100)
    found: dict[str, str] = {}
    for pair in re.split(r"[\s,;]+", typed) if typed else ():
        code, sign, name = pair.partition("=")
        if not sign or not code or not name:
            raise Problem(f"{pair!a} is no pair: write the code, = and its class, such as 01={setting.classes[0]}.")
        if name not in setting.classes:
            raise Problem(f"{name!a} is no class: `settings list` tells which there are.")
        if found.get(code, name) != name:
            raise Problem(f"The code {code!a} is put into two classes: leave one of them.")
        if len(code) > longest or not code.isprintable() or (codes.decides and code not in codes.codes):
            raise Problem(f"{code!a} cannot be a code: see the list {codes.id} among the standards.")
        found[code] = name
    return " ".join(f"{code}={name}" for code, name in sorted(found.items()))


def setting_words(setting: AgencySetting, told: str) -> str:
    """What is kept, as a person reads it: `yes`, `complete 01 02; neutral 03`, or that nothing is said."""
    if not told or setting.kind == "yes_no":
        return told or NOT_SAID
    codes = classes_told(told)
    groups = ((name, [code for code, its in codes.items() if its == name]) for name in setting.classes)
    return "; ".join(f"{name} {' '.join(held)}" for name, held in groups if held)


def settings_typed(standard: Standard, pairs: Iterable[str]) -> Mapping[str, str]:
    """Settings given on a command line as `name=value`. Raises Problem for one that is none."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise Problem(f"{pair!a} is no setting: write its name, = and its value.")
        found[name] = setting_text(standard, setting_named(standard, name), value)
    return found
