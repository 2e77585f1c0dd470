"""What the reader of documents takes right, misses and takes wrong, beside a truth that somebody wrote down.

`python -m tests.exporters.documents.figures FOLDER [TEXT]`, where FOLDER holds the made-up documents and, in `truth`,
a CSV for each; TEXT is the published CJIT P definition as text. A thing is missed where it is not read but may be
named; it is wrong where it is read otherwise than the truth says and nothing asks about it. At the end the made-up R
is made an edition, what it asks accepted but for what only a person can say, and its extract is judged by that: its
planted faults.
"""

import csv
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exporters.checks.file_check import check_file
from exporters.documents import folder as written
from exporters.documents.draft import DraftEdition
from exporters.documents.making import draft
from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from exporters.editions.rule_kinds import KINDS, made_row
from validators.problems import Problem
from validators.rules.registry import Context
from validators.standard.catalogue import load

Cells = Mapping[str, str]


@dataclass
class ReadingFigures:
    """Of one kind of thing in one document."""

    what: str
    right: int = 0
    missed: int = 0
    wrong: int = 0
    named: int = 0
    others: tuple[str, ...] = ()

    def add(self, name: str, wanted: object, read: object, asked: bool) -> None:
        """One thing: as the truth has it, as it was read (None: not), whether something asks about it."""
        if read == wanted:
            self.right += 1
        elif asked:
            self.named += 1
        elif read is None:
            self.missed += 1
            self.others += (f"{name} missed",)
        else:
            self.wrong += 1
            self.others += (f"{name}: {read!r} for {wanted!r}",)

    def told(self) -> str:
        """In a line, what is not right behind it."""
        counts = f"{self.right} right, {self.named} asked about, {self.missed} missed, {self.wrong} wrong"
        return f"  {self.what:<22} {counts}" + "".join(f"\n      {one}" for one in self.others)


def truth(folder: Path, name: str) -> list[Cells]:
    """A table of the truth."""
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("\u00a0", " ").split())


def _asked(made: DraftEdition, kind: str, key: str) -> bool:
    return any(line.kind == kind and line.key.split("/")[0] == key and line.question for line in made.lines)


def fields(made: DraftEdition, rows: Sequence[Cells]) -> Iterable[ReadingFigures]:
    """Headers, layouts, data sets and the rules that fields carry."""
    own = {item.header: item for item in made.gathered.fields}
    layouts = {row["header"]: row["layout"] for row in made.fields}
    found = [ReadingFigures(what) for what in ("fields by header", "layouts", "rules carried", "data sets")]
    for row in rows:
        name, item = row["header"], own.get(row["header"])
        asked = _asked(made, "field", name)
        found[0].add(name, True, True if item else None, asked)
        if item is None:
            continue
        layout = row.get("layout") or row["layout_printed"]
        found[1].add(name, layout.replace("max", ""), layouts[name].replace("max", ""), asked)
        numbers = set(re.findall(r"\d+", row["rules"]))
        found[2].add(name, numbers, set(item.rules), asked)
        if "data_sets" in row:
            found[3].add(name, set(re.findall("[A-Z]+", row["data_sets"])), set(item.sets), asked)
    extra = own.keys() - {row["header"] for row in rows}
    found[0].wrong += len(extra)
    found[0].others += tuple(f"{name}: no field" for name in sorted(extra))
    return found if "data_sets" in rows[0] else found[:3]


def rules(made: DraftEdition, rows: Sequence[Cells]) -> Iterable[ReadingFigures]:
    """Numbered rules with their words; and those of known families, understood or not."""
    words: dict[str, list[str]] = {}
    for rule in made.gathered.rules:
        words.setdefault(rule.number, []).append(_plain(rule.wording).casefold())
    told, read = ReadingFigures("rules by their words"), ReadingFigures("rules understood")
    for row in rows:
        number, wanted = row["number"], _plain(row["wording"]).casefold()
        here = words.get(number, [])
        same = any(_letters(one) == _letters(wanted) for one in here)
        if row.get("where") == "nowhere":
            told.named += _asked(made, "rule", number)
            continue
        told.add(
            number, wanted, wanted if same else here[0] if here else None, _asked(made, "rule", number) and not here
        )
        if row.get("readable") == "yes":
            understood = made.understood.get(number)
            # What stands twice is chosen by a person; what no field carries asks nothing of any.
            asked = len(here) > 1 or not row["carried_by"]
            read.add(number, True, True if understood is not None and understood.checks else None, asked)
        elif row.get("readable") == "no":
            understood = made.understood.get(number)
            guessed = understood is not None and bool(understood.checks)
            read.add(f"{number} (cannot be understood)", False, guessed, False)
    return [told, read] if "readable" in (rows[0] if rows else {}) else [told]


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9≤≥<>]", "", text)


def lists(made: DraftEdition, rows: Sequence[Cells], index: Sequence[Cells]) -> Iterable[ReadingFigures]:
    """Codes with their texts and last days, of lists that stand in the documents as tables of codes."""
    by_field = {header: item for item in made.gathered.lists for header in item.headers}
    ranges = {row["list"] for row in index if row["status"] == "range"}
    found = ReadingFigures("codes"), ReadingFigures("last days of codes")
    for row in rows:
        header = row["fields"].split()[0] if row["fields"] else ""
        item = by_field.get(header)
        if (
            row["list"] in ranges
            or not header
            or any(one["list"] == row["list"] and one["status"] == "no such field" for one in index)
        ):
            continue
        asked = item is not None and (bool(item.questions) or any(code.code == row["code"] for code in item.again))
        code = next((one for one in item.codes if one.code == row["code"]), None) if item else None
        reserved = not row["code"].isalnum()
        if reserved:
            continue
        found[0].add(f"{header} {row['code']}", _plain(row["text"]), _plain(code.text) if code else None, asked)
        if code is not None:
            found[1].add(f"{header} {row['code']}", row["valid_to"], code.valid_to, asked)
    return found


def areas(made: DraftEdition, header: str, rows: Sequence[Cells], what: str) -> ReadingFigures:
    """Codes of areas with their names."""
    item = next((one for one in made.gathered.lists if header in one.headers), None)
    codes = {code.code: code for code in item.codes} if item else {}
    found = ReadingFigures(what)
    for row in rows:
        code = codes.get(row["code"])
        asked = item is not None and any(row["code"] in question for question in item.questions)
        found.add(row["code"], _plain(row["name"]), _plain(code.text) if code else None, asked)
    return found


def pack(made: DraftEdition) -> ReadingFigures:
    """The rules by number that the shipped pack of the same document has, each as the draft has it."""
    found = ReadingFigures("rules of the pack")
    rows: dict[str, list[tuple[str, ...]]] = {}
    for row in made.rules:
        rows.setdefault(row["rule"], []).append((row["pattern"], row["parameters"], row["severity"]))
    for rule in load("ndtms-cjit-p").rules:
        if rule.id.isdigit():
            own = [(one.pattern, "; ".join(map("=".join, one.parameters.items())), one.severity) for one in rule.rows]
            found.add(rule.id, own, rows.get(rule.id), False)
    return found


def planted(made: DraftEdition, extract: Path, rows: Sequence[Cells]) -> ReadingFigures:
    """The faults planted in an extract, beside what the edition of a draft finds in it.

    Decided as a person would: two codes of another list, one that is of young people, three rules mapped by choosing.
    """
    with tempfile.TemporaryDirectory() as place:
        written.write(made, Path(place) / "draft")
        draft = DraftFolder.open(Path(place) / "draft")
        own = {one.id: one for one in review.items(draft)}
        for one in own.values():
            if one.is_open:
                review.accept(draft, one)
        review.add_codes(draft, own["list la"], "utla", [row["code"] for row in review.codes_of(draft, "utla")])
        review.correct_list(draft, own["list la"], {"complete": "yes"})
        setting = next(row["codes"] for row in draft.tables["fields.csv"].rows if row["header"] == "MODSET")
        review.correct_code(draft, setting, "07", {"code": "07", "data_sets": "YP SY"})
        for number, kind, field, told in (
            ("44", "number_when", "ALCUNITS", {"least": "1", "most": "999", "when": "ALCDDAYS!=0|00|"}),
            ("121", "modulus_11", "NHSNO", {}),
        ):
            line = made_row(KINDS[kind], [field], told, "error")
            review.map_rule(draft, own[f"rule {number}"], line, beside=False, whole=True)
        report = check_file(extract, draft.standard("ad"), Context(date(2025, 11, 5)))
    found = ReadingFigures("planted faults")
    told_of = {
        (line, finding.rule): str(finding.severity)
        for finding in report.findings
        for line in (finding.lines or (finding.line,))
    }
    other = {"data set": ("other-data-set",), "4": ("4", "codes"), "20": ("20", "no-consent")}
    seen = set()
    for row in rows:
        here = [
            (line, rule)
            for line in map(int, row["all_lines"].split())
            for rule in other.get(row["rule"], (row["rule"],))
        ]
        seen |= set(here)
        severity = next((told_of[one] for one in here if one in told_of), None)
        found.add(f"line {row['line']}, rule {row['rule']}", row["severity"], severity, False)
    extra = sorted({rule for line, rule in told_of.keys() - seen if line})
    found.wrong += len(extra)
    found.others += tuple(f"rule {rule}: nothing is wrong by it" for rule in extra)
    return found


def main(folder: Path, text: Path | None = None) -> int:
    """Print the figures of each document; 1 where anything is wrong."""

    def read(*names: str, like: str = "", own: str = "") -> DraftEdition:
        return draft([folder / name for name in names], like, own, lambda told: None)

    r = [f"made_up_r_{name}.pdf" for name in ("technical_definitions", "reference_data", "geographic")]
    made = read(*r)
    told: list[tuple[str, Iterable[ReadingFigures]]] = [
        (r[0], [*fields(made, truth(folder, "r_fields")), *rules(made, truth(folder, "r_rules"))]),
        (r[1], lists(made, truth(folder, "r_lists"), truth(folder, "r_lists_index"))),
        (
            r[2],
            [
                areas(made, header, truth(folder, f"geographic_{name}"), name)
                for header, name in (("UTLA", "upper"), ("LA", "lower"), ("DAT", "dat"), ("PRISON", "establishments"))
            ],
        ),
    ]
    page = read("made_up_r_technical_definitions_page.html")
    told.append(
        ("the same as a page", [*fields(page, truth(folder, "r_fields")), *rules(page, truth(folder, "r_rules"))])
    )
    later = read("made_up_s_technical_definitions.pdf")
    told.append(("made_up_s", [*fields(later, truth(folder, "s_fields")), *rules(later, truth(folder, "s_rules"))]))
    names = ("cjit_p_technical_definition.pdf", "cjit_reference_made_up.pdf")
    cjit = read(*names, own="our-p")
    told.append(
        (names[0], [*fields(cjit, truth(folder, "cjit_p_fields")), *rules(cjit, truth(folder, "cjit_p_rules"))])
    )
    told.append((names[1], lists(cjit, truth(folder, "cjit_lists"), truth(folder, "cjit_lists_index"))))
    for path in filter(None, (folder / names[0], text)):
        alone = draft([path], "", "our-p", lambda told: None)
        of_text = [*fields(alone, truth(folder, "cjit_p_fields")), *rules(alone, truth(folder, "cjit_p_rules"))]
        told.append((f"{path.name} with nothing else", [*of_text, pack(alone)]))
    extract = next(folder.glob("*TREAT-IN-R.csv"))
    told.append((extract.name, [planted(made, extract, truth(folder, "extract_r_faults"))]))
    wrong = 0
    for name, figures in told:
        print(name)
        for one in figures:
            wrong += one.wrong
            print(one.told())
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*map(Path, sys.argv[1:3])))
    except (Problem, IndexError, FileNotFoundError) as problem:
        sys.exit(f"It could not be read: {problem}")
