"""A draft as the reader of documents leaves one: a copy of the shipped P under another id, with open questions."""

import csv
from pathlib import Path

from exporters.editions.copying import copy_edition
from exporters.editions.draft_folder import LINE_COLUMNS

WORDS_14 = "The caseload start lies between triage and discharge."
WORDS_200 = "Where the children live is told wherever the client has parental responsibility or declined to say."
LINES = (
    ("field", "SEX", "same", "read", "tech", "5", "SEX | N(1)", ""),
    (
        "field",
        "DISD",
        "changed",
        "corrected",
        "tech",
        "9",
        "DISDT | YYYYMMDD",
        "The table prints DISDT; DISD is taken.",
    ),
    ("rule", "14", "new", "proposed", "tech", "20", WORDS_14, "Order of dates: is this what the rule asks?"),
    ("rule", "200", "new", "not checked", "tech", "21", WORDS_200, "The rule was not understood: map it, or leave it."),
    ("list", "parental_responsibility", "same", "read", "ref", "3", "PARENT", "PARENT has this list: is that right?"),
    (
        "code",
        "parental_responsibility/Z",
        "changed",
        "read",
        "ref",
        "3",
        "Z | Declined",
        "The code Z stands twice: which is right?",
    ),
    ("field", "OLDONE", "gone", "base", "", "", "A field of before", ""),
    ("text", "table p. 25", "", "not checked", "tech", "25", "Field | Layout", "A table was not read: look at it."),
)


def made_draft(folder: Path) -> Path:
    """Make the draft in a folder that is not there yet; the same folder."""
    copy_edition("ndtms-cjit-p", folder)
    toml = folder / "standard.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('id = "ndtms-cjit-p"', 'id = "our-p"', 1), encoding="utf-8"
    )
    path = folder / "rules.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns = [*(reader.fieldnames or ()), "status", "wording"]
        rows = [{**row, "status": "", "wording": ""} for row in reader]
    first = True
    for row in rows:
        if row["rule"] == "14":
            row["status"], row["wording"], first = "proposed", WORDS_14 if first else "", False
    empty = dict.fromkeys(columns, "")
    told = {"rule": "200", "title": "Rule 200", "fields": "PRNTSTAT", "source": "tech p. 21, rule 200"}
    rows.append({**empty, **told, "status": "not_checked", "wording": WORDS_200})
    _write(path, columns, rows)
    names = ("kind", "key", "mark", "standing", "document", "page", "printed", "question")
    lined = [{**dict.fromkeys(LINE_COLUMNS, ""), **dict(zip(names, line, strict=True))} for line in LINES]
    _write(folder / "provenance.csv", list(LINE_COLUMNS), lined)
    (folder / "draft.toml").write_text('like = "ndtms-cjit-p"\ncompared = true\n', encoding="utf-8")
    return folder


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
