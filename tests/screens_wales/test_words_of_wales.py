"""Screens of Wales speak of what there is in Wales: a data switching service; no portal and no regions of England."""

import re
from importlib import import_module

import pytest

from tests.screens_wales.conftest import STANDARD
from tui.help import about
from tui.screens.registry import SCREENS, ScreenEntry, hidden_actions, know_actions
from tui.widgets.actions import REGISTRY
from validators.standard.catalogue import load
from validators.standard.terminology import told

know_actions()
OF_ENGLAND = re.compile(r"portal|\bregions?\b|T0123", re.IGNORECASE)


@pytest.mark.parametrize("entry", [one for one in SCREENS.values() if one.is_for(STANDARD)], ids=lambda one: one.name)
def test_keys_and_help_of_a_screen_name_nothing_of_england(entry: ScreenEntry) -> None:
    scope = entry.name
    import_module(entry.module)
    hidden = hidden_actions(STANDARD)
    keys = [told(one.tooltip, STANDARD.terms) for one in REGISTRY.on_screen(scope) if one.id not in hidden]
    for line in (*about(scope, STANDARD.terms), *keys):
        assert not OF_ENGLAND.search(line), line


def test_england_has_its_own() -> None:
    assert "calendar.region" in hidden_actions(STANDARD)
    assert "calendar.region" not in hidden_actions(load("ndtms-cjit-p"))
    assert any("the portal gives a list" in line for line in about("bounces"))
    assert any("the data switching service gives a list" in line for line in about("bounces", STANDARD.terms))
