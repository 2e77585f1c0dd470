"""Whoever may only read is told so when the client opens; no key changes a value, and no draft is made."""

import getpass
import grp

import pytest

from store.disk import audit
from store.facts import ClientTree, Who
from store.live import drafts
from store.people import roles
from store.people.acts import Role
from store.records import read
from store.store import Store
from tests.screens.conftest import Start
from tests.screens.program import NOW
from tests.stores import ask, do

READER = "daemon"
"""An account and a group that every such system has."""
SENTENCE = "Read only: nothing can be typed here; keywork roles list says who may."


@pytest.fixture
def readers(store: Store, known: ClientTree) -> None:
    """The group may only read."""
    do(store, Who(getpass.getuser(), NOW), roles.give, READER, Role.READ_ONLY)


def test_it_is_said_at_once_and_nothing_can_be_typed(
    store: Store, known: ClientTree, readers: None, start: Start
) -> None:
    terminal = start(known.client.id, person=READER, ready=SENTENCE)
    terminal.until(lambda _: len(ask(store, audit.looks, [known.client.id])) == 1)
    for keys in ("Z", "<backspace>", "<ctrl+r>", "<ctrl+e>", "<ctrl+z>", "<f2>", "<ctrl+n>", "<ctrl+w>", "<ctrl+k>"):
        terminal.press(f"<tab>{keys}")
        terminal.until_quiet(0.1)
        assert terminal.shows(SENTENCE), (keys, terminal.text())
    terminal.press("<f4>")
    terminal.until_quiet(0.1)
    terminal.press("<down><enter>")
    terminal.until_quiet(0.1)
    terminal.press("<ctrl+t>")
    terminal.press("<down>")
    terminal.until_quiet(0.2)
    page = store.path.with_name("page.html")
    terminal.press("<ctrl+p>everything held<enter>")
    terminal.until("Held and removed")
    terminal.press("w")
    terminal.until("Write all that is held")
    terminal.press(f"<ctrl+u>{page}<enter>")
    terminal.until("That needs the role keying")
    assert not page.exists(), "what may not be given out is in no file"
    terminal.press("<escape><escape><escape>")
    terminal.until("Clients")
    assert ask(store, drafts.listed, READER) == []
    assert ask(store, read.tree, known.client.id) == known


def test_the_same_for_many_says_it_too(store: Store, readers: None, start: Start) -> None:
    terminal = start("", person=READER, ready="Clients")
    terminal.press("<ctrl+p>same for many<enter>")
    terminal.until(SENTENCE)
    terminal.press("2")
    terminal.until_quiet(0.2)
    assert terminal.shows(SENTENCE)
    assert ask(store, drafts.listed, READER) == []


def test_a_role_that_is_lowered_and_taken_while_somebody_types_loses_and_shows_nothing(
    store: Store, known: ClientTree, start: Start
) -> None:
    heads = Who(getpass.getuser(), NOW)
    do(store, heads, roles.give, READER, Role.KEYING)
    do(store, heads, roles.give, grp.getgrgid(0).gr_name, Role.ADMINISTRATOR)
    terminal = start(known.client.id, person=READER)
    terminal.press("<tab>Z")
    terminal.until(lambda _: len(ask(store, drafts.listed, READER)) == 1)
    do(store, heads, roles.give, READER, Role.READ_ONLY)
    terminal.press("<f2>")
    terminal.until("Not saved; what you typed is kept as a draft. That needs")
    do(store, heads, roles.give, READER, None)
    terminal.until("daemon is in no group that may work in this store")
    terminal.until("What you typed is kept.")
    assert not terminal.shows("Client 0") and not terminal.shows("F2 Save")
    assert ask(store, read.tree, known.client.id) == known and len(ask(store, drafts.listed, READER)) == 1


def test_whoever_may_key_is_told_nothing(store: Store, known: ClientTree, readers: None, start: Start) -> None:
    terminal = start(known.client.id, person=getpass.getuser())
    assert not terminal.shows("Read only")
