"""The standards: everything about a field, a list, a rule; found by any words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.editions.install import candidate, install_audited
from store.facts import Who
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, command, same_picture
from tests.stores import do
from tui.screens.standards import items, page_of
from tui.session.standard_pages import data_set_page, field_page, list_page, rule_page
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder with nothing installed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    load.cache_clear()
    yield
    load.cache_clear()


def test_pictures(start: Start) -> None:
    terminal = start()
    command(terminal, "standards", "Find:")
    same_picture(terminal, HELP / "standards.screen.txt")
    terminal.press("field disd<enter>")
    same_picture(terminal, PICTURES / "field-80x24.txt")
    wide = start(120, 40)
    command(wide, "standards", "Find:")
    wide.press("rule 13")
    same_picture(wide, PICTURES / "standards-120x40.txt")


def test_everything_has_a_page() -> None:
    listed = list(items(STANDARD))
    assert len(listed) >= len(STANDARD.fields) + len(STANDARD.code_lists) + len(STANDARD.rules) + 1
    assert len({id for id, _, _ in listed}) == len(listed)
    for id, _, _ in listed:
        assert page_of(STANDARD, id)[0].startswith("# ")


@pytest.mark.parametrize("header", STANDARD.headers)
def test_a_field_page_tells_all(header: str) -> None:
    field = STANDARD.by_header[header]
    page = "\n".join(field_page(STANDARD, header))
    for part in (field.label, header, field.layout.text, STANDARD.document):
        assert part in page
    for rule in STANDARD.rules_reading(header):
        assert f"Rule {rule}: " in page
    if field.codes:
        codes = STANDARD.code_lists[field.codes]
        assert all(f"{code}" in page and label in page for code, label in codes.codes.items())
        assert codes.source in page


def test_rules_that_only_look_at_a_field_are_told_apart() -> None:
    page = field_page(STANDARD, "SEX")
    looking = page[page.index("# Rules that look at it to judge another field") :]
    assert any("regnan" in line for line in looking)


def test_a_rule_page_has_wording_reading_source_and_fields() -> None:
    page = "\n".join(rule_page(STANDARD, "13"))
    for part in ("Says:", "Reading:", "Source:", "DISD", "CJDISRSN", "(error)"):
        assert part in page


def test_a_list_page_has_status_source_and_fields() -> None:
    page = "\n".join(list_page(STANDARD, STANDARD.by_header["CONSENT"].codes))
    for part in ("Status    published", "Source", "Y  Consents", "CONSENT"):
        assert part in page
    assert "Edition" in "\n".join(data_set_page(STANDARD))


def test_typed_ahead_and_back(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+p>standards<enter>field conse<enter>")
    terminal.until("Codes: Consent")
    terminal.press("<escape>", 0.4)
    assert terminal.lines()[1].startswith(" Find: field conse")
    terminal.press("<escape>", 0.4)
    assert terminal.lines()[0].strip() == "Clients"


def test_another_data_set_that_is_looked_at_is_as_it_is_once_an_install_of_it_is_taken_back(
    start: Start, store: Store, tmp_path: Path, own_data: None
) -> None:
    """Its pages stayed those of the install that was gone."""
    listed = tmp_path / "ethnicity.csv"
    listed.write_text("code,text\nZ,Made up\n", encoding="utf-8")
    do(store, Who("ann", NOW), install_audited, candidate(listed, "ndtms-r"))
    terminal = start()
    command(terminal, "standards", "Ctrl+O Draft")
    terminal.press("data set ndtms-r<enter>")
    terminal.until("Standards: NDTMS core data set R")
    terminal.press("list ethnicity<enter>")
    terminal.until("Made up")
    terminal.press("<escape><ctrl+k>")
    terminal.until("Take back:")
    terminal.press("ndtms-r<enter>")
    terminal.until("Take back ndtms-r?")
    terminal.press("t")
    terminal.until("taken back; kept aside")
    terminal.press("<enter>")
    terminal.until("White - British")
