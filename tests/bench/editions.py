"""An edition of 250 fields and 200 rules: how long it takes to load, to check an episode, and to show in the form."""

import csv
import os
import tempfile
import time
from pathlib import Path

from tests.bench import returns, screens
from tests.bench.measuring import median, python, tell
from validators.standard.catalogue import SHIPPED
from validators.standard.loader import load_standard
from validators.standard.model import Standard

FIELDS, RULES, LISTS = 250, 200, 80
CLIENTS = 20
TEXTUAL = "import time; t = time.perf_counter(); import textual.app, textual.widgets; print(time.perf_counter() - t)"
_FIELD_HEADING = "column,header,section,group,label,description,layout,required,codes,keyed,skip_when,introduced,change"
_RULE_HEADING = (
    "rule,title,pattern,fields,parameters,severity,store_severity,message,silences,help,reading,source,change"
)


def written(folder: Path) -> tuple[Path, Path]:
    """The folders of a large edition: the shipped frame of core data set R, and what is added to it."""
    base, own = SHIPPED / "ndtms_r", folder / "large"
    (own / "codes").mkdir(parents=True)
    there = load_standard(base)
    fields, rules = FIELDS - len(there.fields), RULES - len(there.rules)
    (own / "standard.toml").write_text('id = "large"\nextends = "ndtms-r"\n', encoding="utf-8")
    made = [(f"X{number}", ("episode", "sir")[number % 2], number % LISTS) for number in range(fields)]
    with (own / "fields.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_FIELD_HEADING.split(","))
        for header, section, code_list in made:
            about = ("More", f"Field {header}", f"A field {header}", "C(3)", "", f"list{code_list}", "person", "", "")
            rows.writerow(("", header, section, *about, "plus"))
    with (own / "codes" / "lists.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("list", "title", "status", "complete", "source", "note", "change"))
        rows.writerows((f"list{n}", f"List {n}", "site", "yes", "made up", "", "plus") for n in range(LISTS))
    for number in range(LISTS):
        codes = "".join(f"{code:03},Code {code},\n" for code in range(30))
        (own / "codes" / f"list{number}.csv").write_text("code,label,grade\n" + codes, encoding="utf-8")
    with (own / "rules.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_RULE_HEADING.split(","))
        for number in range(rules):
            mine, other = made[number % (fields - 2)][0], made[number % (fields - 2) + 2][0]
            what = ("distinct_from", mine, f"other={other}", "warning", "", "{first} {problem}", "")
            rows.writerow((f"x{number}", "Differs", *what, "Made up.", "Made up.", "made up", "plus"))
    return base, own


def loading(folders: tuple[Path, Path]) -> tuple[Standard, list[bool]]:
    """Loading the edition, against importing Textual."""

    def once() -> float:
        started = time.perf_counter()
        load_standard(*folders, variant="ad")
        return time.perf_counter() - started

    textual = median(lambda: float(python("-c", TEXTUAL).output))
    standard = load_standard(*folders, variant="ad")
    assert (len(standard.fields), len(standard.rules)) == (FIELDS, RULES)
    return standard, [tell("loading 250 fields and 200 rules to importing Textual", median(once) / textual, 1 / 2)]


def keys(own: Path, place: Path) -> list[bool]:
    """Bytes and time per key in the form of an episode of the edition, installed as a site installs one."""
    before = dict(os.environ)
    os.environ["XDG_DATA_HOME"] = str(place / "data")
    try:
        python("-m", "tui.cli.main", "standards", "install", str(own))
        return screens.keys(screens.store(place, CLIENTS, "large-ad"))
    finally:
        os.environ.clear()
        os.environ.update(before)


def run() -> bool:
    """Measure everything; say whether every limit was kept."""
    with tempfile.TemporaryDirectory() as place:
        folders = written(Path(place))
        standard, kept = loading(folders)
        kept += [*returns.one_episode(standard), *screens.form_mount(standard)]
        return all([*kept, *keys(folders[1], Path(place))])
