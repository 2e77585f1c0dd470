"""Correcting what was read, by choosing: a rule is mapped to a pattern, a field, a list, a code is put right.

Each correction is a walk through dialogs that ends in one act on the draft; `act` does that.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from exporters.editions import review
from exporters.editions.draft_folder import FIELDS, Cells, DraftFolder
from exporters.editions.review import ReviewItem, codes_of, field_of, list_of, rows_of
from exporters.editions.rule_kinds import CONDITION, DAY, FIELD, KINDS, NUMBER, SEVERITIES, RuleKind, RuleNeed, made_row
from exporters.editions.rule_kinds import FIELDS as SEVERAL
from tui.screens.review.steps import ChooseOne, ChooseSome, Offered, Steps, StepsTo
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from validators.dates import parse_date
from validators.problems import Problem

Act = Callable[[Callable[[], str]], object]
"""Does an act on the draft in a thread, and tells of it."""
NONE = "-"
_SIGNS = {
    "=": ("is one of these", "values to choose"),
    "!=": ("is filled, with none of these", "values to choose"),
    "!= ": ("is filled", ""),
    "= ": ("is empty", ""),
}


def fields_of(draft: DraftFolder) -> list[tuple[str, str, str]]:
    """The fields of a draft, to choose from."""
    return [(row["header"], row["header"], row["label"]) for row in draft.tables[FIELDS].rows]


def map_rule(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """What the rule asks, of which fields, how heavy it is; then what becomes of what stands there."""
    words = next((printed for _, printed in item.places if printed), item.title)
    title = f"Rule {item.key}: {words}"
    offered = [(one.pattern, one.title, one.asks) for one in KINDS.values()]
    kind = KINDS[(yield ChooseOne(title, offered, "What does it ask"))]
    every = fields_of(draft)
    own = {header for header, _, _ in every}
    rows = rows_of(draft, item.key)
    carried = dict.fromkeys(header for row in rows for header in row["fields"].split() if header in own)
    chosen = yield ChooseSome(f"{kind.title}: of which fields?", _first(every, carried), carried, _how_many(kind))
    told: dict[str, str] = {}
    for need in kind.needs:
        told[need.name] = yield from _needed(draft, need, kind, chosen)
    severity = "error"
    if kind.pattern != "in_codes":
        weights = [(name, name.capitalize(), text) for name, text in SEVERITIES.items()]
        severity = yield ChooseOne("How heavy is it?", weights, "Find")
    made = made_row(kind, chosen, told, severity)
    lines = [f"Asked of {' '.join(chosen)[:200]}: {kind.asks}.", f"{made['parameters']} ({made['severity']})"]
    answers = [Answer("w", "It asks the whole of the rule, in place of what stands there")]
    if any(row.get("status") != "not_checked" for row in rows):
        answers.append(Answer("b", "Beside what stands there; together that is the whole"))
    answers.append(Answer("p", "Only a part: the rest keeps its words, not checked"))
    answer = yield Confirm(f"Rule {item.key}", lines, answers)
    act(lambda: review.map_rule(draft, item, made, beside=answer != "w", whole=answer != "p"))


def _first(offered: Offered, wanted: Iterable[str]) -> Offered:
    """Those that are wanted come first."""
    names = dict.fromkeys(wanted)
    return [*(one for one in offered if one[0] in names), *(one for one in offered if one[0] not in names)]


def _how_many(kind: RuleKind) -> Callable[[int], str]:
    least = 2 if kind.pattern in ("both_or_neither", "one_required") else 1

    def check(many: int) -> str:
        if many < least:
            return "Mark the fields first: Enter marks one." if least == 1 else "Mark two fields at least."
        return f"This takes {kind.most} field at most." if kind.most and many > kind.most else ""

    return check


def _needed(draft: DraftFolder, need: RuleNeed, kind: RuleKind, chosen: Iterable[str]) -> StepsTo:
    """The dialogs for one thing that a kind of rule needs; gives its text for rules.csv."""
    others = [one for one in fields_of(draft) if one[0] not in chosen]
    if need.given == FIELD:
        return str((yield ChooseOne(f"{kind.title}: {need.asked}", others, "Field")))
    if need.given == SEVERAL:
        return " ".join((yield ChooseSome(f"{kind.title}: {need.asked}", others)))
    if need.given == CONDITION:
        return (yield from _condition(draft, need))
    asked = Asked(need.name, need.asked, optional=need.optional)

    def check(texts: Mapping[str, str]) -> None:
        text = texts[need.name]
        if need.given == NUMBER and not (text.isascii() and text.isdigit()):
            raise Problem("Type a whole number in digits.")
        if need.given == DAY and (len(text) != 10 or parse_date(text) is None):
            raise Problem("Type the day as 2024-04-01.")
        if any(sign in text for sign in ";="):
            raise Problem("Semicolons and equals signs cannot be among values.")

    about = ["Several are parted by blanks or commas."] if need.given == "values" else []
    texts = yield Asking(kind.title, about, [asked], check)
    text = str(texts[need.name])
    return "|".join(text.replace(",", " ").split()) if need.given == "values" else text


def _condition(draft: DraftFolder, need: RuleNeed) -> StepsTo:
    """When a rule holds: one field after the other, and what it says."""
    tests: list[str] = []
    words: list[str] = []
    while True:
        always = [(NONE, "Always", "in every case")] if need.optional and not tests else []
        header = yield ChooseOne(need.asked, [*always, *fields_of(draft)], "Field that says so")
        if header == NONE:
            return ""
        sign = yield ChooseOne(f"It holds where {header} …", [(one, *told) for one, told in _SIGNS.items()])
        values = ""
        if not sign.endswith(" "):
            values = yield from _values(draft, header)
        words.append(f"{header} {_SIGNS[sign][0]}{': ' if values else ''}{values.replace('|', ', ')}")
        # What is empty is none of the values either, and is not meant.
        tests.append(f"{header}{sign.strip()}{values}{'|' if sign == '!=' else ''}")
        done = Answer("t", "That is all"), Answer("a", "And another condition besides")
        if (yield Confirm("When does it hold?", ["; and ".join(words)], done, "t")) == "t":
            return " and ".join(tests)


def _values(draft: DraftFolder, header: str) -> StepsTo:
    cells = field_of(draft, header)
    codes = codes_of(draft, cells["codes"]) if cells and cells["codes"] else []
    if codes:
        offered = [(row["code"], row["code"], row["label"]) for row in codes]
        some = yield ChooseSome(
            f"Which codes of {header}?", offered, (), lambda many: "" if many else "Mark one first."
        )
        return "|".join(some)

    def check(texts: Mapping[str, str]) -> None:
        if any(sign in texts["values"] for sign in ";=|"):
            raise Problem("Semicolons, bars and equals signs cannot be among values.")

    texts = yield Asking(
        f"Which values of {header}?", ["Several are parted by blanks."], [Asked("values", "Values")], check
    )
    return "|".join(str(texts["values"]).split())


def correct_field(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """Label and layout are typed, list, required and data sets chosen."""
    cells = field_of(draft, item.key)
    if cells is None:
        return
    parts = [
        ("label", "Label", cells["label"]),
        ("layout", "Layout", cells["layout"]),
        ("codes", "Code list", cells["codes"] or "none"),
        ("required", "Required", cells["required"] or "no"),
    ]
    names = [variant.name for variant in draft.standard().whole.variants]
    if names:
        parts.append(("data_sets", "Data sets", cells.get("data_sets", "") or "all"))
    part = yield ChooseOne(f"Field {item.key}: what is to be corrected?", parts)
    if part == "codes":
        lists = [(row["list"], row["list"], row["title"]) for row in draft.tables["codes/lists.csv"].rows]
        value = yield ChooseOne(f"Which list does {item.key} take?", [(NONE, "None", "no list"), *lists], "List")
    elif part == "required":
        ways = [(NONE, "No", ""), ("consent", "Yes", "once consent is given")]
        value = yield ChooseOne(f"Has {item.key} to be filled?", ways)
    elif part == "data_sets":
        here = [name for name in names if name in cells.get("data_sets", "").split() or not cells.get("data_sets")]
        offered = [(name, name, "") for name in names]
        some = yield ChooseSome(
            f"In which data sets is {item.key}?", offered, here, lambda many: "" if many else "One."
        )
        value = " ".join(some) if len(some) < len(names) else NONE
    else:
        texts = yield Asking(f"Field {item.key}", [], [Asked(part, part.capitalize(), cells[part])])
        value = texts[part]
    told = {part: "" if value == NONE else str(value)}
    act(lambda: review.correct_field(draft, item, told))


def correct_list(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """Its title, one of its codes, or a code that is added."""
    cells = list_of(draft, item.key)
    if cells is None:
        return
    codes = codes_of(draft, item.key)
    offered = [
        ("title", "(its title)", cells["title"]),
        ("add", "(another code)", "adds a code"),
        *((f"code {row['code']}", row["code"], row["label"]) for row in codes),
    ]
    chosen = yield ChooseOne(f"List {item.key}: what is to be corrected?", offered, "Code")
    if chosen == "title":
        texts = yield Asking(f"List {item.key}", [], [Asked("title", "Title", cells["title"])])
        told = dict(texts)
        act(lambda: review.correct_list(draft, item, told))
        return
    yield from correct_code(draft, item.key, chosen.partition(" ")[2] if chosen != "add" else "", act)


def correct_code(draft: DraftFolder, name: str, code: str, act: Act) -> Steps:
    """One code: its text, its days; or it is taken out."""
    row: Cells = next((row for row in codes_of(draft, name) if row["code"] == code), {})
    if code:
        answers = [Answer("c", "Correct it"), Answer("o", "Take it out of the list")]
        if (yield Confirm(f"{code}: {row.get('label', '')}", [], answers, "c")) == "o":
            act(lambda: review.remove_code(draft, name, code))
            return

    def check(texts: Mapping[str, str]) -> None:
        for day in (texts["valid_from"], texts["valid_to"]):
            if day and (len(day) != 10 or parse_date(day) is None):
                raise Problem("Type the day as 2024-04-01.")

    asked = [
        Asked("code", "Code", code),
        Asked("label", "Text", row.get("label", "")),
        Asked("valid_from", "First day (empty: always)", row.get("valid_from", ""), optional=True),
        Asked("valid_to", "Last day (empty: still in use)", row.get("valid_to", ""), optional=True),
    ]
    texts = dict((yield Asking(f"List {name}", [], asked, check)))
    act(lambda: review.correct_code(draft, name, code, texts))


def take_codes(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """The codes of a list from the owner's table."""
    about = ["A table (CSV) that names a column for the code and one for its text in its first line."]
    texts = yield Asking(f"Codes for {item.key}", about, [Asked("path", "File")])
    path = Path(texts["path"]).expanduser()
    act(lambda: review.take_codes(draft, item, path))


def correct(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps | None:
    """The walk that corrects a thing; None where nothing can be corrected."""
    if item.kind == "field" and field_of(draft, item.key) is not None:
        return correct_field(draft, item, act)
    if item.kind == "rule" and rows_of(draft, item.key):
        return map_rule(draft, item, act)
    if item.kind == "list" and list_of(draft, item.key) is not None:
        return correct_list(draft, item, act)
    if item.kind == "code":
        name, _, code = item.key.partition("/")
        return correct_code(draft, name, code, act)
    return None
