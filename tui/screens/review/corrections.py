"""Correcting what was read, by choosing: a rule is mapped to a pattern, a field, a list, a code is put right.

Each correction is a walk through dialogs that ends in one act on the draft; `act` does that.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from exporters.editions import review
from exporters.editions import review_edition as edition
from exporters.editions.draft_folder import FIELDS, LINES, LISTS, Cells, DraftFolder
from exporters.editions.review import codes_of, field_of, list_of, rows_of
from exporters.editions.review_items import GONE, ReviewItem
from exporters.editions.rule_kinds import CONDITION, DAY, FIELD, KINDS, NUMBER, SEVERITIES, RuleKind, RuleNeed, made_row
from exporters.editions.rule_kinds import FIELDS as SEVERAL
from store.disk.user import path_typed
from tui.screens.review.steps import ChooseOne, ChooseSome, Offered, Steps, StepsTo
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from validators.dates import parse_date
from validators.problems import Problem

Act = Callable[[Callable[[], str]], object]
"""Does an act on the draft in a thread, and tells of it."""
NONE = "-"
LAYOUTS = (
    "A(n), N(n), C(n), YYYYMMDD, MMYYYY or YYYY: capital letters, digits, letters and digits, a day or a part of one."
)
HEADER = "It is renamed wherever the draft names it; a file must have it as it stands here."
EDITION_PARTS = {
    edition.TITLE: (("title", "Title"), ("edition", "Edition (its letter)")),
    edition.DAYS: (("valid_from", "First day, as 2024-04-01"), ("valid_to", "Last day (empty: not known)")),
}
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


def _one_at_least(many: int) -> str:
    return "" if many else "Mark one at least."


def _some_sets(what: str, names: list[str], told: str) -> StepsTo:
    """The data sets that something is in, as its row tells them: "" for all."""
    here = told.split() or names
    some = yield ChooseSome(f"In which data sets is {what}?", [(name, name, "") for name in names], here, _one_at_least)
    return " ".join(some) if len(some) < len(names) else ""


def _data_sets(draft: DraftFolder) -> list[str]:
    return [variant.name for variant in draft.standard().whole.variants]


def correct_field(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """Header, label and layout are typed; list, rules, required and data sets chosen."""
    cells = field_of(draft, item.key)
    if cells is None:
        return
    names = _data_sets(draft)
    each = review.rules_of_each(draft)
    own = [number for number in each if item.key in _fields_of_rule(draft, number)]
    parts = [
        ("label", "Label", cells["label"]),
        ("layout", "Layout", cells["layout"]),
        ("codes", "Code list", cells["codes"] or "none"),
        ("rules", "Rules", " ".join(own) or "none that asks the same of several fields"),
        ("required", "Required", cells["required"] or "no"),
        ("header", "Header", f"{item.key}, the name of its column in a file"),
        ("section", "Section", cells["section"]),
    ]
    if "was" in cells:
        parts.append(("was", "Called before", cells["was"] or "otherwise by nothing"))
    if names:
        parts.insert(4, ("data_sets", "Data sets", cells.get("data_sets", "") or "all"))
    part = yield ChooseOne(f"Field {item.key}: what is to be corrected?", parts)
    if part == "header":
        texts = yield Asking(f"Field {item.key}", [HEADER], [Asked("header", "Header", item.key)])
        header = str(texts["header"])
        act(lambda: edition.rename_field(draft, item, header))
        return
    if part == "section":
        own_first = _first(_sections(draft), [cells["section"]])
        section = yield ChooseOne(f"In which section is {item.key}?", own_first, "Section")
        act(lambda: edition.move_field(draft, item, section))
        return
    if part == "rules":
        offered = [(number, f"Rule {number}", title) for number, title in each.items()]
        numbers = yield ChooseSome(f"Which rules are asked of {item.key}?", _first(offered, own), own)
        act(lambda: review.ask_rules_of(draft, item, numbers))
        return
    value = yield from _field_part(draft, item, part, cells, names)
    told = {part: "" if value == NONE else value}
    act(lambda: review.correct_field(draft, item, told))


def _fields_of_rule(draft: DraftFolder, number: str) -> set[str]:
    return {header for row in rows_of(draft, number) for header in row["fields"].split()}


def _field_part(draft: DraftFolder, item: ReviewItem, part: str, cells: Cells, names: list[str]) -> StepsTo:
    if part == "codes":
        lists = [(row["list"], row["list"], row["title"]) for row in draft.tables[LISTS].rows]
        return str((yield ChooseOne(f"Which list does {item.key} take?", [(NONE, "None", "no list"), *lists], "List")))
    if part == "required":
        ways = [(NONE, "No", ""), ("consent", "Yes", "once consent is given")]
        return str((yield ChooseOne(f"Has {item.key} to be filled?", ways)))
    if part == "data_sets":
        return (yield from _some_sets(item.key, names, cells.get("data_sets", ""))) or NONE
    if part == "was":
        gone = [line for line in draft.tables[LINES].rows if line["kind"] == "field" and line["mark"] == GONE]
        offered = [(line["key"], line["key"], line["printed"]) for line in gone]
        if cells["was"]:
            offered.insert(0, (cells["was"], cells["was"], "as it stands"))
        title = f"What was {item.key} called in the edition before?"
        return str((yield ChooseOne(title, [(NONE, "None of these", "it is new"), *offered], "Field")))
    about = [LAYOUTS] if part == "layout" else []
    texts = yield Asking(f"Field {item.key}", about, [Asked(part, part.capitalize(), cells[part])])
    return str(texts[part])


def correct_list(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """Its title, its fields and their layouts, whether it is complete; one of its codes, or a code that is added."""
    cells = list_of(draft, item.key)
    if cells is None:
        yield from missing_list(draft, item, act)
        return
    codes = codes_of(draft, item.key)
    takers = [row for row in draft.tables[FIELDS].rows if row["codes"] == item.key]
    offered = [
        *((f"layout {row['header']}", f"(layout of {row['header']})", row["layout"]) for row in takers),
        ("fields", "(its fields)", " ".join(row["header"] for row in takers) or "none"),
        ("ask", "(the rule of the list)", "has it asked of these fields, too"),
        ("add", "(another code)", "adds a code"),
        ("more", "(codes of another list)", "adds them"),
        ("complete", "(complete)", cells["complete"] or "no"),
        ("title", "(its title)", cells["title"]),
        *((f"code {row['code']}", row["code"], row["label"]) for row in codes),
    ]
    chosen = yield ChooseOne(f"List {item.key}: what is to be corrected?", offered, "Code")
    what, _, name = chosen.partition(" ")
    if what == "title":
        texts = yield Asking(f"List {item.key}", [], [Asked("title", "Title", cells["title"])])
        told = dict(texts)
        act(lambda: review.correct_list(draft, item, told))
    elif what == "layout":
        layout = next(row["layout"] for row in takers if row["header"] == name)
        texts = yield Asking(f"Field {name}", [LAYOUTS], [Asked("layout", "Layout", layout)])
        given = str(texts["layout"])
        act(lambda: review.give_layout(draft, item, name, given))
    elif what == "fields":
        own = [row["header"] for row in takers]
        headers = yield ChooseSome(f"Which fields take the list {item.key}?", _first(fields_of(draft), own), own)
        act(lambda: review.take_fields(draft, item, headers))
    elif what == "complete":
        ways = [("yes", "Yes", "no other code is right"), ("no", "No", "there are codes that are not in it")]
        complete = yield ChooseOne(f"Is the list {item.key} complete?", ways)
        act(lambda: review.correct_list(draft, item, {"complete": complete}))
    elif what == "ask":
        act(lambda: review.ask_codes_of(draft, item))
    elif what == "more":
        yield from _codes_of_another(draft, item, act)
    else:
        yield from correct_code(draft, item.key, name, act)


def _codes_of_another(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    others = [(row["list"], row["list"], row["title"]) for row in draft.tables[LISTS].rows if row["list"] != item.key]
    other = yield ChooseOne(f"Codes of which list belong to {item.key} as well?", others, "List")
    offered = [(row["code"], row["code"], row["label"]) for row in codes_of(draft, other) if row["code"]]
    held = {row["code"] for row in codes_of(draft, item.key)}
    codes = yield ChooseSome(
        f"Which of them? (Those of {item.key} are left out.)",
        [one for one in offered if one[0] not in held],
        [own for own, _, _ in offered if own not in held],
        _one_at_least,
    )
    act(lambda: review.add_codes(draft, item, other, codes))


def missing_list(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """A field's list that no document has: another list of the draft, or its codes are typed one by one."""
    ways = [
        ("code", "Type its codes", "the first here, the others once it is there"),
        ("list", "It takes another list", "one that is in the draft"),
    ]
    way = yield ChooseOne(f"The list of {item.key} (l takes it from a table):", ways)
    if way == "code":
        yield from correct_code(draft, item.key, "", act, item)
        return
    lists = [(row["list"], row["list"], row["title"]) for row in draft.tables[LISTS].rows]
    name = yield ChooseOne(f"Which list does {item.key} take?", lists, "List")
    act(lambda: review.give_list(draft, item, name))


def correct_code(draft: DraftFolder, name: str, code: str, act: Act, missing: ReviewItem | None = None) -> Steps:
    """One code: its text, its days, its data sets; or it is taken out. `missing` is the list that is not there yet."""
    row: Cells = next((row for row in codes_of(draft, name) if row["code"] == code), {})
    if code:
        names = _data_sets(draft)
        answers = [Answer("c", "Correct it"), Answer("o", "Take it out of the list")]
        if names:
            answers.insert(1, Answer("d", "Say in which data sets it is"))
        answer = yield Confirm(f"{code}: {row.get('label', '')}", [], answers, "c")
        if answer == "o":
            act(lambda: review.remove_code(draft, name, code))
            return
        if answer == "d":
            sets = yield from _some_sets(f"the code {code}", names, row.get("data_sets", ""))
            act(lambda: review.correct_code(draft, name, code, {"code": code, "data_sets": sets}))
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
    act(lambda: review.correct_code(draft, name, code, texts, missing))


def take_codes(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """The codes of a list from the owner's table."""
    about = ["A table (CSV) that names a column for the code and one for its text in its first line."]
    texts = yield Asking(f"Codes for {item.key}", about, [Asked("path", "File")])
    path = path_typed(texts["path"])
    act(lambda: review.take_codes(draft, item, path))


# The edition as a whole, and what was not read.


def correct_edition(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """What goes without consent or with one of its own, headings, days, title."""
    if item.key == edition.NO_CONSENT:
        yield from _without_consent(draft, item, act)
    elif item.key == edition.GUARDED:
        yield from _guarded(draft, item, act)
    elif item.key == edition.HEADINGS:
        yield from _headings(draft, item, act)
    elif item.key.startswith(edition.SECTION):
        yield from _section(draft, item, act)
    else:
        top = draft.top()
        asked = [
            Asked(key, label, str(top.get(key, "")), optional=item.key == edition.DAYS)
            for key, label in EDITION_PARTS[item.key]
        ]

        def check(texts: Mapping[str, str]) -> None:
            for day in texts.values() if item.key == edition.DAYS else ():
                if day and (len(day) != 10 or parse_date(day) is None):
                    raise Problem("Type the day as 2024-04-01.")

        told = dict((yield Asking("The edition", [], asked, check)))
        act(lambda: edition.say_top(draft, item, told))


def _sections(draft: DraftFolder) -> list[tuple[str, str, str]]:
    return [(str(one["id"]), str(one["title"]), edition.LEVELS[one["level"]]) for one in draft.top()["sections"]]


def _section(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """Its title, what its records are, by which of its fields they are known, in which data sets it is."""
    its = edition.section_of(draft, item.key)
    own = edition.fields_within(draft, its["id"])
    parts = [("title", "Title", its["title"]), ("level", "Its records", edition.LEVELS[its["level"]])]
    if its["level"] == "event":
        parts += [(name, label, its.get(name, "none")) for name, label in edition.KNOWN_BY.items()]
    names = _data_sets(draft)
    if names:
        parts.append(("data_sets", "Data sets", its.get("data_sets", "all")))
    part = yield ChooseOne(f"Section {its['title']}: what is to be corrected?", parts)
    told: dict[str, str] = {}
    if part == "title":
        texts = yield Asking(f"Section {its['title']}", [], [Asked("title", "Title", its["title"])])
        told = dict(texts)
    elif part == "level":
        told[part] = yield ChooseOne(
            f"What are the records of {its['title']}?", [(name, name, text) for name, text in edition.LEVELS.items()]
        )
        if told[part] == "event" != its["level"]:
            told["date_field"] = yield from _known_by("date_field", own)
    elif part == "data_sets":
        told[part] = yield from _some_sets(its["title"], names, str(its.get("data_sets", "")))
    else:
        told[part] = yield from _known_by(part, own)
    act(lambda: edition.say_section(draft, item, told))


def _known_by(part: str, own: Iterable[Cells]) -> StepsTo:
    """One of a section's fields: a day where that is asked, a code for the kind."""

    def fits(row: Cells) -> bool:
        if part == "kind_field":
            return bool(row["codes"])
        return not row["codes"] and row["layout"].startswith("YYYY") is (part == "date_field")

    offered = [(row["header"], row["header"], row["label"]) for row in own if fits(row)]
    none = [] if part == "date_field" else [(NONE, "None", "they have none")]
    title = f"{edition.KNOWN_BY[part]}: by which field are its records known?"
    chosen = yield ChooseOne(title, [*offered, *none], "Field")
    return "" if chosen == NONE else str(chosen)


def _without_consent(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    now = edition.carried(draft)
    title = "Which columns are sent of a client who did not consent?"
    headers = yield ChooseSome(title, _first(fields_of(draft), now), now, _one_at_least)
    act(lambda: edition.say_without_consent(draft, item, headers))


def _guarded(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    its = draft.top().get(edition.GUARDED, {})
    kept = edition.kept_back(draft)
    now = [*map(str, its.get("headers", [])), *kept]
    title = "Which fields are sent only with a consent of their own?"
    headers = yield ChooseSome(title, _first(fields_of(draft), now), now)
    if not headers:
        act(lambda: edition.say_guarded(draft, item, (), "", ()))
        return
    told = edition.told_by_rules(draft, headers)
    said = [str(its["consent"])] if its else [field for field, _ in told.values()]
    title = "Which field holds that consent?"
    others = [one for one in fields_of(draft) if one[0] not in headers]
    consent = yield ChooseOne(title, _first(others, said), "Field")
    cells = field_of(draft, consent)
    codes = codes_of(draft, cells["codes"]) if cells and cells["codes"] else []
    allowing = [code for field, of in told.values() if field == consent for code in of]
    allowing = [str(one) for one in its.get("consented", [])] if its and its["consent"] == consent else allowing
    if codes:
        offered = [(row["code"], row["code"], row["label"]) for row in codes]
        some = yield ChooseSome(f"Which codes of {consent} allow it?", offered, allowing, _one_at_least)
    else:
        texts = yield Asking(f"Which value of {consent} allows it?", [], [Asked("v", "Value", " ".join(allowing))])
        some = tuple(str(texts["v"]).split())
    lines = [f"{', '.join(headers)}: only where {consent} is {' or '.join(some)}, and only once the agency says so in"]
    lines.append("its settings. Until then they never leave.")
    yield Confirm("Sent with a consent of their own", lines, [Answer("k", "Keep that")], "k")
    act(lambda: edition.say_guarded(draft, item, headers, consent, some))


def _headings(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    now = edition.printed(draft)
    lines = [(f"= {heading}", heading, f"is read as {header}") for heading, header in now.items()]
    chosen = yield ChooseOne("Headings of a file that are read otherwise:", [*lines, ("+", "Another one", "adds it")])
    if chosen == "+":
        texts = yield Asking("A heading as files have it", [], [Asked("heading", "Heading")])
        heading = str(texts["heading"])
    else:
        heading = chosen.removeprefix("= ")
    first = [now[heading]] if heading in now else []
    offered = _first(fields_of(draft), first)
    header = yield ChooseOne(f"{heading} is the column of …", [*offered, (NONE, "None", "it is not read so")], "Field")
    others = {one: field for one, field in now.items() if one != heading}
    told = {**others, heading: header} if header != NONE else others
    act(lambda: edition.say_headings(draft, item, told))


def add_by_hand(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps:
    """What a document says and the reader did not take: a field, a rule."""
    ways = [
        ("field", "A field", "its header, label and layout are typed"),
        ("rule", "A rule", "its number and its words are typed; then it is mapped like others"),
    ]
    if (yield ChooseOne(f"{item.key}: what is to be added by hand?", ways)) == "rule":
        yield from _add_rule(draft, item, "", act)
        return
    asked = [Asked("header", "Header"), Asked("label", "Label"), Asked("layout", "Layout")]
    texts = dict((yield Asking("A field by hand", [LAYOUTS], asked)))
    texts["section"] = yield ChooseOne(f"In which section is {texts['header']}?", _sections(draft))
    if names := _data_sets(draft):
        texts["data_sets"] = yield from _some_sets(texts["header"], names, "")
    act(lambda: edition.add_field(draft, item, texts))


def _add_rule(draft: DraftFolder, item: ReviewItem, number: str, act: Act) -> Steps:
    asked = [Asked("number", "Number", number), Asked("words", "Its words, as the document has them")]
    texts = yield Asking("A rule by its words", ["It is not checked until it is mapped."], asked)
    own, words = str(texts["number"]), str(texts["words"])
    named = re.findall(r"[A-Z][A-Z0-9]+", f"{item.title} {item.question}")
    here = [header for header, _, _ in fields_of(draft) if header in named]
    headers = yield ChooseSome(f"Rule {own}: which fields carry it?", _first(fields_of(draft), here), here)
    act(lambda: edition.word_rule(draft, item, own, words, headers))


def correct(draft: DraftFolder, item: ReviewItem, act: Act) -> Steps | None:
    """The walk that corrects a thing; None where nothing can be corrected."""
    if item.kind == "field" and field_of(draft, item.key) is not None:
        return correct_field(draft, item, act)
    if item.kind == "rule" and item.mark != GONE:
        return map_rule(draft, item, act) if rows_of(draft, item.key) else _add_rule(draft, item, item.key, act)
    if item.kind == "list" and (list_of(draft, item.key) is not None or field_of(draft, item.key) is not None):
        return correct_list(draft, item, act)
    if item.kind == "code":
        name, _, code = item.key.partition("/")
        return correct_code(draft, name, code, act)
    if item.kind == edition.EDITION:
        return correct_edition(draft, item, act)
    if item.kind == "text":
        by_consent = item.key.startswith("without consent")
        return _without_consent(draft, item, act) if by_consent else add_by_hand(draft, item, act)
    return None
