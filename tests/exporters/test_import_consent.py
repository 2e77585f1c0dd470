"""However a refusal is spelt, and whichever way it comes in, no agreement stands against it without a word."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.formats.base import Taking
from exporters.imports.consents import Consents
from exporters.imports.csv_import import Import
from exporters.imports.report import ImportReport
from exporters.xml_format.importing import ReturnImport
from store.disk import audit
from store.records import agencies, read
from store.records.consent import history
from store.store import Store, open_store
from tests.exporters.desks import Desk
from tests.exporters.extracts import HEADERS, NOW, STANDARD, row, visit, withheld, write
from tests.exporters.journeys import AGENCY, Returns, opened
from tests.stores import ask
from tests.validators.builders_smds import WALES, modality
from validators.standard.catalogue import load
from validators.standard.edition import GuardedFields
from validators.standard.model import Standard

REFUSALS = (
    "N", "n", "N ", " n", "N\t", "N\u00a0", "N\u200b", "No", "NO", " no ", "0", "False", "Does not consent",
    "DOES NOT CONSENT",
)  # fmt: skip
UNREADABLE = ("?", "-", "NN", "Withdrawn", "refused", "N/A", "not asked", "Ｎ", "2", "N.", "asked 3/4, said no")
AGREEING = ("Y", "y", "Y ", "Yes", "YES", "1", "TRUE", "Consents to NDTMS")
NOTHING = ("", " ", "\u200b")
WAYS = ("fresh, agreed first", "fresh, refused first", "known", "known, update", "two months, update")
BARE = ["AGNCY", "CLIENTID", "CONSENT", "EPISODID"]


def taken_in(desk: Desk, way: str, first: str, then: str) -> ImportReport:
    """Take in an episode of which one row says the one, another one the other."""
    rows = [row(CONSENT=first) | visit(), row(CONSENT=then) | visit("2", SUBMODDT="20200412")]
    if way.startswith("known"):
        desk.take(rows[:1])
        rows = rows[1:]
    elif way.startswith("two months"):
        desk.take([rows[0]])
    elif way.endswith("refused first"):
        rows.reverse()
    return desk.take(rows, update=way.endswith("update"))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("told", REFUSALS + UNREADABLE)
def test_no_consent_stands_against_an_answer_that_does_not_agree(desk: Desk, told: str, way: str) -> None:
    report = taken_in(desk, way, "Y", told)
    (kept,), every = desk.kept(), desk.sent()
    if way == "known":  # nothing that differs is taken then
        assert kept["CONSENT"] == "Y"
        how = "refused" if told in REFUSALS else "refused, or answered so that it cannot be read,"
        assert any(note.startswith(f"CONSENT: agreed to here, {how} in line 2, which is not") for note in report.notes)
        return
    assert kept["CONSENT"] == ("N" if told in REFUSALS else told)
    for sent in every:
        assert sorted(sent) == [one for one in BARE if one != "CONSENT" or len(kept["CONSENT"]) == 1]
    assert len(every) == 1 and not report.refused
    if way.startswith("known"):
        assert [one.state for one in ask(desk.store, history, ask_id(desk))] == [
            "agreed",
            "withdrawn" if told in REFUSALS else "unclear",
        ]
    elif way != "fresh, refused first":
        assert any("counts, not the consent in an earlier one" in note for note in report.notes), report.notes


def ask_id(desk: Desk) -> str:
    """The store's id of the only episode."""
    (record,) = ask(desk.store, read.episodes, ask(desk.store, agencies.one))
    return record.episode_id


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("told", AGREEING + NOTHING)
def test_nor_does_an_agreement_that_is_spelt_otherwise_take_one_away(desk: Desk, told: str, way: str) -> None:
    taken_in(desk, way, "Y", told)
    if way == "fresh, refused first":
        # Nothing is made an agreement that is not its code; where a row says nothing, another one does.
        assert desk.kept()[0]["CONSENT"] == (told if told.strip() else "Y")
    else:
        assert desk.kept()[0]["CONSENT"] == "Y" and len(desk.sent()[0]) > len(BARE)


@pytest.mark.parametrize("told", AGREEING + UNREADABLE + NOTHING)
@pytest.mark.parametrize("way", [one for one in WAYS if one != "fresh, refused first"])
def test_nothing_undoes_a_refusal_that_was_told(desk: Desk, told: str, way: str) -> None:
    for first in ("N", "no "):
        taken_in(desk, way, first, told)
        assert desk.kept()[0]["CONSENT"] == "N"
        assert [sorted(one) for one in desk.sent()] == [BARE]


def test_a_dry_run_tells_the_same_of_consent_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.take([row() | visit()])
    links = desk.links()
    for update in (False, True):
        job = Import(write(tmp_path, [row(CONSENT="No ")], HEADERS), STANDARD, Taking(update=update))
        job.prepare(desk.store, None)
        assert [(one.header, one.kept, one.told) for one in job.report.differences] == [("CONSENT", "Y", "N")]
        assert job.report.notes[0] == "CONSENT: 1 refusal was written otherwise than by its code, and taken as that"
        assert any("which is not taken" in note for note in job.report.notes) is not update
    assert desk.links() == links


def test_a_refusal_in_a_row_that_is_left_out_is_told(desk: Desk) -> None:
    desk.take([row()])
    for update in (False, True):
        report = desk.take([row(FINITIAL="Z", CONSENT="n"), withheld(EPISODID="")], update=update)
        assert len(report.left_out) == 2 and report.notes[-1] == (
            "CONSENT: not agreed to in lines 2 and 3, left out: ask, and record it where it is agreed to here"
        )


@contextmanager
def opened_with(folder: Path, standard: Standard) -> Iterator[Store]:
    """An empty store of one standard."""
    with open_store(folder / "g.db", folder / "g.key", lambda name: standard, create=True) as store:
        yield store


def take(store: Store, standard: Standard, path: Path, *, update: bool = False) -> ImportReport:
    """Import a file of another standard than a desk's."""
    job = Import(path, standard, Taking(update=update))
    return job.write(store, job.prepare(store, None), "ann", NOW)


@pytest.mark.parametrize("header", ["RELIGION", "ETHNIC"], ids=["of an episode", "of a client"])
@pytest.mark.parametrize("told", ["N", "n", "No", "?", "0"])
def test_what_has_a_consent_of_its_own_is_refused_in_any_row(tmp_path: Path, header: str, told: str) -> None:
    """In a field without a list of codes, too, and of a client in a row about another episode."""
    guarded = GuardedFields("ips", header, frozenset({"Y"}), ("PC",))
    fields = tuple(replace(one, codes="") if one.header == header else one for one in STANDARD.fields)
    rules = tuple(one for one in STANDARD.rules if all(row.pattern != "zeros_lost" for row in one.rows))
    standard = replace(STANDARD, guarded=guarded, fields=fields, rules=rules)
    own = "e1" if header == "RELIGION" else "e2"
    rows = [row(**{header: "Y"}), row(EPISODID=own, **{header: told})]
    (tmp_path / "fresh").mkdir()
    for folder, files in ((tmp_path / "fresh", (rows,)), (tmp_path, (rows[:1], rows))):
        with opened_with(folder, standard) as store:
            for number, some in enumerate(files):
                take(store, standard, write(folder, some, HEADERS), update=number > 0)
            for record in ask(store, read.episodes, ask(store, agencies.one)):
                assert {**record.client, **record.episode}[header] not in guarded.consented
            assert ask(store, audit.verify).whole


@pytest.mark.parametrize("told", REFUSALS + UNREADABLE)
def test_in_data_set_r_as_well(tmp_path: Path, told: str) -> None:
    standard = load("ndtms-r-ad")
    person = {"CLIENTID": "c1", "FINITIAL": "A", "SINITIAL": "B", "DOB": "19900301", "SEX": "1", "AGNCY": "N9901"}
    agreed = {**dict.fromkeys(standard.columns, ""), **person, "EPISODID": "e1", "CONSENT": "Y", "REFLD": "20250601"}
    with opened_with(tmp_path, standard) as store:
        for rows in ([agreed], [agreed, {**agreed, "CONSENT": told}]):
            report = take(store, standard, write(tmp_path, rows, standard.columns), update=True)
        (record,) = ask(store, read.episodes, ask(store, agencies.one))
        assert record.episode["CONSENT"] == ("N" if told in REFUSALS else told)
        assert not standard.has_consent(record.episode) and report.updated == 1


def test_in_wales_where_consent_is_asked_for(wales: Returns, tmp_path: Path) -> None:
    """A later message on the journey, and one of a return that is taken in later."""
    guarded = GuardedFields("matching", "EXSERVICE", frozenset({"Y"}), ("POSTCODE",))
    standard = replace(WALES, guarded=guarded)
    wales.keyed(modality(), POSTCODE="CF10 1", EXSERVICE="Y")
    agreed = wales.export("2026-03", "full").file.read_text()
    refused = re.sub(r">Y(</\w*Ex\w*Serv\w*>)", r">no\1", agreed)
    assert refused != agreed
    end = agreed.rindex("</")
    both = agreed[:end] + refused[refused.index("<ClientJourney") : refused.rindex("</")] + agreed[end:]
    for texts in ((both,), (agreed, refused)):
        folder = tmp_path / str(len(texts))
        other = opened(folder)
        with other.store:
            for text in texts:
                (folder / "r.xml").write_text(text)
                job = ReturnImport(folder / "r.xml", standard, Taking(update=True))
                job.write(other.store, job.prepare(other.store, AGENCY), "ann", NOW)
            (record,) = ask(other.store, read.episodes, other.agency)
            assert {**record.client, **record.episode}["EXSERVICE"] not in guarded.consented


def test_a_number_of_the_list_is_no_word_for_another(tmp_path: Path) -> None:
    """Where codes are digits, 1 and 0 are codes like others."""
    guarded = GuardedFields("matching", "REFSOURCE", frozenset({"02"}), ("POSTCODE",))
    consents = Consents(replace(WALES, guarded=guarded))
    for told in ("01", "1", "0", "03", "no", "?"):
        assert consents.takes_away("REFSOURCE", "02", told), told
    assert not consents.takes_away("REFSOURCE", "02", "2") and consents.plain({"REFSOURCE": "no"}) == {}
    assert not consents.takes_away("POSTCODE", "02", "no") and not consents.refuses({"POSTCODE": "no"})
