"""Editions: data sets of one folder, one that extends another, rules that are proposed or not checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.problems import Problem
from validators.standard import catalogue
from validators.standard.caveats import caveats
from validators.standard.model import Standard
from validators.standard.pack_tables import PackError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder where a site's own standards go."""
    folder = tmp_path / "installed"
    monkeypatch.setattr(catalogue, "installed_folder", lambda: folder)
    catalogue.load.cache_clear()
    yield folder
    catalogue.load.cache_clear()


def write(folder: Path, **files: str) -> Path:
    """A folder of tables: `fields="..."` is fields.csv, `lists` the index of codes, `toml` standard.toml."""
    names = {"toml": "standard.toml", "fields": "fields.csv", "rules": "rules.csv", "lists": "codes/lists.csv"}
    (folder / "codes").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / names.get(name, f"codes/{name}.csv")).write_text(text, encoding="utf-8")
    return folder


FIELDS = (
    "column,header,section,group,label,description,layout,required,codes,keyed,skip_when,introduced,"
    "data_sets,status,source,change,was,after\n"
)
RULES = (
    "rule,title,pattern,fields,parameters,severity,store_severity,message,silences,help,reading,source,"
    "status,wording,change\n"
)
NEXT = 'id = "ndtms-s"\nextends = "ndtms-r"\nedition = "S"\ntitle = "Made-up S"\n'


def loaded(folder: Path) -> Standard:
    """The edition in a folder, all its data sets read as well."""
    return next(iter([*catalogue.load_folder(folder)]))


# Core data set R, as it is shipped.


def test_r_has_four_data_sets_with_one_heading(installed: Path) -> None:
    four = [catalogue.load(f"ndtms-r-{name}") for name in ("ad", "yp", "sa", "sy")]
    whole = catalogue.load("ndtms-r")
    assert {one.columns for one in four} == {whole.headers}
    adults, young, secure, _ = four
    assert "TOPID" in adults.by_header and "TOPID" in secure.by_header
    assert "TOPID" not in young.by_header and "TOPID" in young.foreign and adults.foreign == ()
    assert [one.whole.variant.name for one in four if one.whole.variant] == ["AD", "YP", "SA", "SY"]
    assert young.title == "NDTMS core data set R (YP, community young people)"
    # Everything of the other data sets is left out, and nothing looks at it.
    assert not any(young.foreign[0] in rule.reads for rule in young.rules)
    assert "top_days" in adults.code_lists and "top_days" not in young.code_lists


def test_r_says_wherever_it_is_named_what_to_bring(installed: Path) -> None:
    told = list(caveats(catalogue.load("ndtms-r-yp")))
    assert "unverified frame" in told[0] and "Technical Definitions CDS-R" in told[0] and "Reference Data" in told[0]
    assert told[1] == "no field is known of: YPOR, Client information review"
    assert list(caveats(catalogue.load("ndtms-cjit-p"))) == []
    assert not any(one.status in ("published", "site") for one in catalogue.load("ndtms-r").code_lists.values())
    assert {one.status for one in catalogue.load("ndtms-r").fields} == {"unverified"}


@pytest.mark.parametrize("name", ["ndtms-r-xx", "ndtms-r-", "ndtms-r-ad-ad", "ndtms-cjit-p-ad"])
def test_a_data_set_that_an_edition_does_not_have(installed: Path, name: str) -> None:
    with pytest.raises(Problem, match="There is no standard"):
        catalogue.load(name)


# An edition that is told as a difference from another one.


def test_an_edition_says_only_what_is_otherwise(installed: Path, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "s",
        toml=NEXT,
        fields=FIELDS + ",PREVTR,,,,,,,,,,,,,,minus,,\n"
        ",LA,,,Local authority code,,C(12),,,,,,,,,changed,,\n"
        ",EMPSTART,,,,,,,,,,,,,,renamed,EMPSTAT,\n"
        ",VAPES,episode,Health,Vaping,Vaping,A(1),,yes_no,person,MTHTN=,,AD,unverified,tech p. 6,plus,,MTHTN\n",
        lists="list,title,status,complete,source,note,change\nsetting,,site,yes,ref p. 4,-,changed\n",
        setting="code,label,grade,valid_to,source\n01,Community,,,ref p. 4\n02,Closed,,2024-03-31,\n",
        rules=RULES + "pregnancy,,,,,,,,,,,,,,minus\n"
        "74,Rule 74,,VAPES,,,,,,,,tech p. 30,not_checked,Vaping is asked where tobacco is.,plus\n"
        "75,Vaping,required,VAPES,,warning,,{labels} {is} missing,,Ask.,Read.,tech p. 30,proposed,It is asked.,plus\n"
        "76,Vaping,required,VAPES,,warning,,{labels} {is} missing,,Ask.,Read.,tech p. 30,proposed,It is asked.,plus\n"
        "76,,,VAPES,,,,,,,,,not_checked,And more.,plus\n",
    )
    base, its = catalogue.load("ndtms-r"), loaded(folder)
    assert (its.id, its.edition, its.whole.extends) == ("ndtms-s", "S", "ndtms-r")
    assert "PREVTR" in base.by_header and "PREVTR" not in its.by_header
    assert (its.by_header["LA"].layout.length, its.by_header["LA"].section) == (12, "episode")
    assert its.by_header["EMPSTART"].was == "EMPSTAT" and its.by_header["EMPSTART"].label == "Employment status"
    assert its.headers.index("VAPES") == its.headers.index("MTHTN") + 1
    assert its.by_header["VAPES"].source == "tech p. 6" and its.by_header["VAPES"].data_sets == ("AD",)
    assert [one.column for one in its.fields] == list(range(1, len(its.fields) + 1))
    assert (its.code_lists["setting"].status, list(its.code_lists["setting"].codes)) == ("site", ["01", "02"])
    assert its.code_lists["setting"].facts["02"].valid_to == "2024-03-31"
    assert "pregnancy" not in its.rule_by_id
    unchecked, proposed = its.rule_by_id["74"], its.rule_by_id["75"]
    assert unchecked.rows == () and unchecked.fields == ("VAPES",) and its.severities(unchecked) == []
    assert (proposed.status, len(proposed.rows)) == ("proposed", 1)
    assert its.rule_by_id["76"].unread == "And more." and len(its.rule_by_id["76"].rows) == 1
    told = list(caveats(its))
    assert "1 rule checked in part only: 76" in told
    assert "2 rules proposed and not looked at: 75, 76" in told and "1 rule not checked: 74" in told


def test_what_an_edition_takes_away_is_looked_at_by_nothing(installed: Path, tmp_path: Path) -> None:
    gone = "".join(f",{header},,,,,,,,,,,,,,minus,,\n" for header in ("DISRSN", "ALCUNITS"))
    its = loaded(write(tmp_path / "s", toml=NEXT, fields=FIELDS + gone))
    assert not any({"DISRSN", "ALCUNITS"} & rule.reads for rule in its.rules)
    assert "closure_reason" not in its.roles and its.rule_by_id["numbers"].fields == ("ALCDDAYS",)


# what stands in the folder, and the sentence
REFUSED = [
    ({"toml": 'id = "ndtms-s"\nextends = "ndtms-s"\n'}, "ndtms-s extends ndtms-s, which is or extends itself"),
    ({"toml": 'id = "ndtms-s"\nextends = "ndtms-q"\n'}, "extends ndtms-q, which is not here"),
    ({"toml": 'id = "ndtms-s"\nextends = "../etc"\n'}, r"extends \.\./etc, which is not here"),
    ({"fields": FIELDS + ",PREVTRX,,,,,,,,,,,,,,minus,,\n"}, r"line 2: 'PREVTRX' is not in what it changes"),
    ({"fields": FIELDS + ",PREVTR,,,,,,,,,,,,,,plus,,\n"}, r"line 2: 'PREVTR' is there already"),
    ({"fields": FIELDS + ",PREVTR,,,,,,,,,,,,,,gone,,\n"}, r"line 2: change is 'gone', which is none of"),
    ({"fields": FIELDS + ",NEU,episode,,Neu,,A(1),,,person,,,XX,,,plus,,\n"}, "there is no data set 'XX'"),
    ({"fields": FIELDS + ",NEU,episode,,Neu,,A(1),,,person,,,,,,plus,,NICHT\n"}, "there is no 'NICHT'"),
    ({"fields": FIELDS + ",NEU,episode,,Neu,,A(1),,,person,,,,sure,,plus,,\n"}, "status is 'sure'"),
    ({"toml": NEXT + 'valid_from = "1 April"\n'}, "'1 April' is no day written like 2024-04-01"),
    ({"toml": NEXT + 'valid_from = "2026-04-01"\nvalid_to = "2026-03-31"\n'}, "2026-03-31 is before 2026-04-01"),
    ({"toml": NEXT.replace("ndtms-s", "s" * 41)}, "longer than 40 characters"),
    ({"rules": RULES + "74,Rule 74,,,,,,,,,,tech,not_checked,,plus\n"}, "needs its wording"),
    ({"rules": RULES + "74,Rule 74,trimmed,,,,,,,,,tech,not_checked,Words.,plus\n"}, "has neither pattern nor message"),
    ({"rules": RULES + "74,Rule 74,,NICHT,,,,,,,,tech,not_checked,Words.,plus\n"}, "there is no field 'NICHT'"),
    ({"rules": RULES + "74,Rule 74,,,,,,,,,,tech,doubted,Words.,plus\n"}, "status is 'doubted'"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "reason"), REFUSED)
def test_an_edition_that_cannot_be_is_refused_in_one_sentence(
    installed: Path, tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    folder = write(tmp_path / "s", **{"toml": NEXT, **files})
    with pytest.raises(Problem, match=reason) as caught:
        loaded(folder)
    assert "\n" not in str(caught.value)


def test_an_edition_in_a_circle(installed: Path, tmp_path: Path) -> None:
    for one, other in (("one", "two"), ("two", "one")):
        write(installed / one, toml=NEXT.replace("ndtms-s", one).replace("ndtms-r", other))
    with pytest.raises(Problem, match="which is or extends itself"):
        catalogue.load("one")
    with pytest.raises(PackError, match="cannot be used"):
        loaded(write(tmp_path / "bare", toml='id = "bare"\n'))
