"""Who may do what and who did it, from a script."""

import csv
import grp
import io
import json
import os

import pytest

from store.disk import user
from tests.commands.running import Place, call


@pytest.fixture
def own_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two groups of this computer, as far as the program is told; the person is in neither and owns the store."""
    monkeypatch.setattr(user, "is_group", lambda name: name in ("heads", "keyers"))


def test_roles_are_given_listed_and_taken(filled: Place, own_groups: None) -> None:
    assert "everybody who can open the store may do everything" in call("roles", "list", *filled.options).out
    assert call("roles", "set", "heads", "Administrator", *filled.options).out == "heads: administrator\n"
    assert call("roles", "set", "keyers", "month end", *filled.options).out == "keyers: month end\n"
    told = json.loads(call("roles", "list", "--format", "json", *filled.options).out)
    assert [(one["group"], one["role"]) for one in told["groups"]] == [
        ("heads", "administrator"),
        ("keyers", "month end"),
    ]
    assert told["role"] == "administrator"
    listed = call("roles", "list", *filled.options)
    assert "keyers: month end (set by" in listed.out and "counts as one person" in listed.err
    assert call("roles", "take", "keyers", *filled.options).code == 0
    assert "has no role" in call("roles", "take", "keyers", *filled.options).sentence
    assert "There is no role 'king'" in call("roles", "set", "heads", "king", *filled.options).sentence
    assert "no group nobodys" in call("roles", "set", "nobodys", "keying", *filled.options).sentence
    acts = json.loads(call("history", "--act", "set", "--act", "delete", "--format", "json", *filled.options).out)
    told_of = [(one["record"], one["old"], one["new"]) for one in acts if one["kind"] == "group"]
    assert told_of == [
        ("heads", None, "ADMINISTRATOR"),
        ("keyers", None, "MONTH_END"),
        ("keyers", "MONTH_END", None),
    ]


def test_whoever_may_only_read_leaves_no_draft_and_is_asked_nothing(
    filled: Place, own_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("roles", "set", "keyers", "read-only", *filled.options).code == 0
    monkeypatch.setattr(user, "owns", lambda path, person: False)
    monkeypatch.setattr(user, "groups_of", lambda person: ["keyers"])
    for line, given in (
        ("add - --draft", "CLIENT=x1"),
        ("add --ask", ""),
        ("edit - - --draft", "76579\nSEX=1"),
    ):
        told = call("client", *line.split(), *filled.options, given=given)
        assert "needs the role keying" in told.sentence
    assert call("client", "drafts", *filled.options).out == "Everything you typed is saved.\n"


def test_a_group_of_this_computer_is_known() -> None:
    assert user.is_group(grp.getgrgid(os.getgid()).gr_name) and not user.is_group("no group of that name")


def test_who_looked_at_a_client_and_what_somebody_did(filled: Place) -> None:
    person = user.current_person(filled.store)
    assert call("client", "show", "76579", *filled.options).code in (0, 1)
    assert call("client", "show", "76579", *filled.options).code in (0, 1)
    looked = json.loads(call("history", "--client", "76579", "--act", "look", "--format", "json", *filled.options).out)
    assert [(one["person"], one["act"], one["new"]) for one in looked] == [(person, "look", None)] * 3
    table = list(
        csv.DictReader(io.StringIO(call("history", "--person", person, "--format", "csv", *filled.options).out))
    )
    assert {"import", "look", "export"} <= {one["act"] for one in table}
    assert call("history", "--person", "nobody", *filled.options).out == ""
    day = table[0]["at"][:10]
    assert call("history", "--to", "2001-01-01", *filled.options).out == ""
    lines = call("history", "--client", "76579", "--from", day, *filled.options).out
    assert f"{person}  look  client" in lines and "import  client" in lines


def test_of_one_agency_nothing_is_told_that_was_done_to_another(filled: Place) -> None:
    assert call("agencies", "add", "T0999", "--standard", "ndtms-cjit-p", *filled.options).code == 0
    added = call(
        "client", "add", "-", "--anyway", "--agency", "T0999", *filled.options, given="CLIENT=other7\nDOB=19700101\n"
    )
    assert added.code in (0, 1)
    own = json.loads(call("history", "--agency", "T0123", "--format", "json", *filled.options).out)
    assert "other7" not in str(own) and {one["kind"] for one in own} >= {"agency", "client", "episode", "event"}
    others = json.loads(call("history", "--agency", "T0999", "--format", "json", *filled.options).out)
    assert "other7" in str(others) and len(others) < 5


def test_the_set_ups_are_printed_as_they_are_to_be_copied() -> None:
    assert call("help", "setup_service_command").out.startswith("#!/bin/sh\n")
    assert "%keywork-staff ALL = (keywork) NOPASSWD:" in call("help", "setup_service_sudoers").out
    assert "ForceCommand sudo -n -u keywork" in call("help", "setup_service_sshd").out
    assert "keywork roles set" not in call("help", "setup_alone").out
