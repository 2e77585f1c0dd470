"""The headless twin: what a script or a screen reader's line mode does is what the form does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.clients import search
from store.disk import audit
from store.disk.user import current_person
from store.facts import NEVER, ClientQuery, ClientTree, Draft, Who
from store.findings import acceptances
from store.live import drafts, presence
from store.month import extracts, sent
from store.records import agencies, merge, read, save
from store.store import Store, open_store
from tests.commands.running import TODAY, Place, call
from tests.stores import ask, do
from validators.standard.catalogue import load

NOW = datetime.now(UTC)


@pytest.fixture
def sample(place: Place) -> Place:
    """A store with a few synthetic clients, all in order."""
    assert call("sample", "--clients", 12, *place.options, *TODAY).code == 0
    return place


@pytest.fixture
def store(sample: Place) -> Iterator[Store]:
    """The same store, looked into beside the commands."""
    with open_store(sample.store, sample.key, load) as opened:
        yield opened


def client(store: Store, reference: str = "000003") -> ClientTree:
    """A client by the reference."""
    return ask(
        store, read.tree, ask(store, search.page, ask(store, agencies.one), ClientQuery(text=reference), 0, 1)[0].id
    )


def told(sample: Place, *arguments: object, code: int = 0) -> Any:
    """What a command says as JSON."""
    outcome = call("client", *arguments, *sample.options, *TODAY, "--format", "json")
    assert outcome.code == code, outcome
    return json.loads(outcome.out)


def refused(sample: Place, *arguments: object) -> str:
    """The sentence of a command that could not be done."""
    return call("client", *arguments, *sample.options, *TODAY).sentence


def test_list_searches_filters_sorts_and_pages(sample: Place, store: Store) -> None:
    everybody = told(sample, "list", "--sort", "reference")
    assert len(everybody) == 12
    assert [one["id"] for one in told(sample, "list", "--offset", 3, "--limit", 2)] == [
        one["id"] for one in everybody[3:5]
    ]
    assert [one["reference"] for one in told(sample, "list", "--search", "000003")] == ["000003"]
    first = told(sample, "list", "--filter", "open", "--sort", "birth-date", "--descending")[0]
    assert first["open"] and first["birth_date"] == max(one["birth_date"] for one in everybody if one["open"])
    assert told(sample, "list", "--filter", "errors") == []
    assert call("client", "list", *sample.options).out.splitlines()[-1] == "12 of 12 clients"
    assert "There is no filter 'late': there are open, closed" in refused(sample, "list", "--filter", "late")
    assert "There is no order 'luck'" in refused(sample, "list", "--sort", "luck")


def test_list_by_errors_checks_what_is_due_first(sample: Place, store: Store) -> None:
    episode = client(store).episodes[0].episode
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "REFLD": "20209999"}, episode.version)
    assert [one["reference"] for one in told(sample, "list", "--filter", "errors")] == ["000003"]


@pytest.mark.parametrize("by", ["store id", "reference", "CLIENTID", "EPISODID", "SUBMID", "episode's store id"])
def test_a_record_is_named_by_any_of_its_ids(sample: Place, store: Store, by: str) -> None:
    tree = next(
        tree
        for number in range(1, 13)
        if (tree := client(store, f"{number:06}")).episodes and tree.episodes[0].events
        if tree.episodes[0].events[0].section == "sub_intervention"
    )
    episode = tree.episodes[0]
    wanted = {
        "store id": tree.client.id,
        "reference": tree.client.values["CLIENT"],
        "CLIENTID": tree.client.values["CLIENTID"],
        "EPISODID": episode.episode.values["EPISODID"],
        "SUBMID": episode.events[0].values["SUBMID"],
        "episode's store id": episode.episode.id,
    }[by]
    shown = told(sample, "show", wanted)
    assert shown["client"]["id"] == tree.client.id
    assert shown["client"]["values"] == dict(tree.client.values)


def test_show_tells_values_with_meanings_and_leaves_with_1_for_errors(sample: Place, store: Store) -> None:
    assert call("client", "show", "000003", *sample.options, *TODAY).code == 0
    episode = client(store).episodes[0].episode
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "PC": "\x1b[31mX\u202e"}, episode.version)
    outcome = call("client", "show", "000003", *sample.options, *TODAY)
    assert outcome.code == 1
    assert "Sex at birth registration: Male" in outcome.out or "Female" in outcome.out
    assert "\x1b" not in outcome.out and "\u202e" not in outcome.out and "␛[31mX" in outcome.out
    assert outcome.out.rstrip().endswith("notices")


def test_edit_types_as_the_form_does_and_audits_as_it_does(sample: Place, store: Store) -> None:
    tree = client(store)
    done = told(sample, "edit", "000003", "dob=14/3/85", "finitial=q")
    assert (
        done["records"]
        == [
            {
                "kind": "client",
                "id": tree.client.id,
                "new": False,
                "changed": {
                    "FINITIAL": [tree.client.values["FINITIAL"], "Q"],
                    "DOB": [tree.client.values["DOB"], "19850314"],
                },
            }
        ]
        or done
    )
    entries = [one for one in ask(store, audit.history, [tree.client.id]) if one.field == "DOB"]
    assert [(one.act, one.person, one.new) for one in entries] == [("change", current_person(store.path), "19850314")]


def test_edit_says_what_the_rules_make_of_it(sample: Place, store: Store) -> None:
    found = told(sample, "edit", "000003", "SINITIAL=", code=1)
    assert [(one["rule"], one["severity"]) for one in found["findings"]] == [("2", "error")]
    row = ask(
        store, search.page, ask(store, agencies.one), ClientQuery(text="000003", filters=frozenset({"errors"})), 0, 5
    )
    assert [one.reference for one in row] == ["000003"], "the lists know at once"
    outcome = call("client", "edit", "000003", "SINITIAL=w", *sample.options, *TODAY)
    assert outcome.code == 0 and outcome.out.splitlines()[-1] == "0 errors, 0 warnings, 0 notices"


def test_edit_of_fields_above_and_of_the_only_record_below(sample: Place, store: Store) -> None:
    tree = client(store)
    assert len(tree.episodes) == 1
    done = told(sample, "edit", tree.episodes[0].episode.id, "PC=SR1 3", "FINITIAL=z")
    assert [one["kind"] for one in done["records"]] == ["episode", "client"]
    done = told(sample, "edit", tree.client.id, "PC=SR1 4")
    assert [one["id"] for one in done["records"]] == [tree.episodes[0].episode.id]
    told(sample, "add-episode", tree.client.id, "CONSENT=N", code=0)
    assert "2 records (episode) of this client: name the one meant" in refused(sample, "edit", "000003", "PC=SR1 5")


def test_edit_refuses_what_cannot_be_meant(sample: Place, store: Store) -> None:
    for arguments, part in (
        (["nobody", "SEX=1"], "There is no client, episode or event 'nobody'"),
        (["000003"], "Say what to change"),
        (["000003", "SEX"], "'SEX' does not say what to change"),
        (["000003", "SEXX=1"], "There is no field SEXX: perhaps SEX"),
        (["000003", "SEX=1", "sex=2"], "SEX is given twice"),
    ):
        assert part in refused(sample, "edit", *arguments)
    before = client(store).client
    with store.writing(Who("bob", NOW)) as work:
        save.delete(work, "client", before.id, before.version)
    assert "is deleted: bring it back first" in refused(sample, "edit", before.id, "SEX=1")


def test_nothing_is_saved_over_a_newer_version(sample: Place, store: Store) -> None:
    record = client(store).client
    told(sample, "edit", record.id, "FINITIAL=x", "--version", record.version)
    assert "is at version 2" in refused(sample, "edit", record.id, "FINITIAL=y", "--version", record.version)
    with store.writing(Who("bob", NOW)) as work:
        now_there = read.get(work, "client", record.id)
        save.change(work, "client", record.id, {**now_there.values, "NATION": "FRA"}, now_there.version)
    sentence = refused(sample, "edit", record.id, "SEX=2", "--version", now_there.version)
    assert "saved by bob" in sentence and sentence.endswith("give --anyway.")
    told(sample, "edit", record.id, "SEX=2", "--version", now_there.version, "--anyway")


def test_nothing_is_saved_beside_somebody_in_the_record(sample: Place, store: Store) -> None:
    record = client(store).client
    do(store, Who("bob", datetime.now(UTC), "his"), presence.enter, "client", record.id)
    assert "bob is in the client" in refused(sample, "edit", record.id, "SEX=2")
    assert "bob is in the client" in refused(sample, "add-episode", record.id)
    told(sample, "edit", record.id, "SEX=2", "--anyway")
    do(store, Who("", NEVER, "his"), presence.leave)
    told(sample, "edit", record.id, "SEX=1")


def test_drafts_are_kept_used_and_dropped(sample: Place, store: Store) -> None:
    record, person = client(store).client, current_person(store.path)
    done = told(sample, "edit", record.id, "NATION=FRA", "--draft")
    assert done["draft"] and client(store).client == record
    draft = ask(store, drafts.one, person, record.id)
    assert draft is not None and draft.values["NATION"] == "FRA" and draft.base_version == record.version
    assert [one["fields"] for one in told(sample, "show", record.id)["drafts"]] == [1]
    assert "You have a draft" in refused(sample, "edit", record.id, "FINITIAL=x")
    told(sample, "edit", record.id, "FINITIAL=x", "--use-draft")
    values = client(store).client.values
    assert (values["NATION"], values["FINITIAL"]) == ("FRA", "X") and ask(store, drafts.one, person, record.id) is None
    told(sample, "edit", record.id, "NATION=GBR", "--draft")
    told(sample, "edit", record.id, "FINITIAL=y", "--drop-draft")
    values = client(store).client.values
    assert (values["NATION"], values["FINITIAL"]) == ("FRA", "Y") and ask(store, drafts.listed) == []


def test_a_draft_begun_before_anothers_save_is_not_used_in_silence(sample: Place, store: Store) -> None:
    record = client(store).client
    told(sample, "edit", record.id, "NATION=FRA", "--draft")
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "client", record.id, {**record.values, "FINITIAL": "B"}, record.version)
    assert "was saved by bob after your draft was begun" in refused(sample, "edit", record.id, "--use-draft")
    told(sample, "edit", record.id, "--use-draft", "--anyway")
    assert client(store).client.values["NATION"] == "FRA"


def test_add_a_client_with_an_episode_and_an_event(sample: Place, store: Store) -> None:
    person = ["FINITIAL=a", "SINITIAL=b", "DOB=140385", "SEX=1", "CLIENT=new1"]
    done = told(sample, "add", *person, "CONSENT=y", "REFLD=5/1/21", code=1)
    assert [(one["kind"], one["new"]) for one in done["records"]] == [("client", True), ("episode", True)]
    tree = ask(store, read.tree, done["client_id"])
    assert tree.client.values["DOB"] == "19850314" and tree.client.values["AGNCY"] == "T0001"
    assert tree.client.values["CLIENTID"] and tree.episodes[0].episode.values["REFLD"] == "20210105"
    again = call("client", "add", *person, *sample.options, *TODAY)
    assert "may be the same person: same initials, same birth date" in again.err
    event = told(sample, "add-event", done["client_id"], "sub_intervention", "SUBMODDT=y", "RECPEER=Y", code=1)
    assert event["records"][0]["kind"] == "event"
    stored = ask(store, read.tree, done["client_id"]).episodes[0].events[0]
    assert stored.values["SUBMODDT"] == "20210109" and stored.values["SUBMID"]


def test_adding_refuses_what_does_not_belong(sample: Place, store: Store) -> None:
    tree = client(store)
    assert "SUBMODDT is a field of the event: use add-event" in refused(sample, "add", "SUBMODDT=t")
    assert "SEX is a field of the client" in refused(sample, "add-episode", tree.client.id, "SEX=1")
    assert "There is no section 'visit': there are sub_intervention" in refused(
        sample, "add-event", tree.client.id, "visit"
    )
    assert "REFDATE is no field of the section" in refused(
        sample, "add-event", tree.client.id, "sub_intervention", "REFDATE=t"
    )
    assert "is an episode" in refused(sample, "add-episode", tree.episodes[0].episode.id)


def test_what_is_pasted_loses_control_characters(sample: Place, store: Store) -> None:
    told(sample, "edit", "000003", "CLIENT=AB\x1b[31mC\u202e\r\n")
    assert client(store, "AB").client.values["CLIENT"] == "AB[31mC"


@pytest.mark.parametrize("between", ["\t", "\r\n", "\n", "\u2028", "\x85"])
def test_two_pasted_cells_are_never_joined(sample: Place, store: Store, between: str) -> None:
    sentence = refused(sample, "edit", "000003", f"CLIENT=AB{between}CD")
    assert sentence == "CLIENT is given 2 cells, parted by tabs or line ends: give one value."
    assert client(store).client.values["CLIENT"] == "000003"


def test_two_clients_of_one_reference_are_told_apart(sample: Place, store: Store) -> None:
    told(sample, "edit", "000004", "CLIENT=000003")
    assert "'000003' is more than one record: name it by its store id" in refused(sample, "show", "000003")


def acts(store: Store, id: str) -> list[tuple[str, str]]:
    """What was done to a record lately, and by whom."""
    return [(one.act, one.person) for one in ask(store, audit.history, [id])][-1:]


def test_delete_and_undelete(sample: Place, store: Store) -> None:
    tree, person = client(store), current_person(store.path)
    episode = tree.episodes[0].episode
    assert told(sample, "delete", episode.id, "--version", episode.version)["done"] == "deleted"
    assert client(store).episodes == () and acts(store, episode.id) == [("delete", person)]
    assert "is deleted already" in refused(sample, "delete", episode.id)
    assert "is deleted: bring it back first" in refused(sample, "edit", episode.id, "PC=SR1")
    told(sample, "undelete", episode.id)
    assert client(store).episodes[0].episode.id == episode.id and acts(store, episode.id) == [("undelete", person)]
    assert "is not deleted" in refused(sample, "undelete", episode.id)
    assert "is at version" in refused(sample, "delete", episode.id, "--version", 99)
    outcome = call("client", "delete", tree.client.id, *sample.options, *TODAY)
    assert outcome.code == 0 and outcome.out.splitlines()[0] == f"client {tree.client.id}: deleted"
    assert [one["id"] for one in told(sample, "list", "--filter", "deleted")] == [tree.client.id]


def test_an_older_draft_of_another_window_is_told_beside_the_latest(sample: Place, store: Store) -> None:
    """The checklist counts both: whoever forgets one hears of the other."""
    kept, person = client(store).episodes[0].episode, current_person(store.path)
    for number, part in enumerate(("NE7 1", "NE7 2")):
        who = Who(person, NOW + timedelta(minutes=number), f"window {number}")
        typed = Draft("episode", kept.id, {**kept.values, "PC": part}, kept.version, kept.parent_id)
        do(store, who, drafts.save, typed)
    assert "1 older draft of that too" in call("client", "drafts", *sample.options).out
    dropped = [call("client", "drafts", "--drop", kept.id, *sample.options).out.strip() for _ in range(2)]
    assert dropped == ["1 draft forgotten; 1 older draft of the client left, listed now", "1 draft forgotten"]


def test_what_stood_between_two_clients_is_told_of_neither_once_they_are_one(place: Place) -> None:
    """They are merged to mend it: the reference that both bore is no error of the one that is left."""
    assert (
        call("agencies", "add", "N0078", "--standard", "ndtms-cjit-p", "--since", "2020-10", *place.options).code == 0
    )
    fields = "SEX=1 ETHNIC=A FINITIAL=G SINITIAL=I DOB=19860807 CLIENT=A1 CONSENT=Y REFLD=20201002 TRIAGED=20201003"
    made = [
        json.loads(call("client", "add", *fields.split(), "--anyway", *place.options, *TODAY, "--format", "json").out)
        for _ in range(2)
    ]
    assert "rule 47" in call("findings", *place.options, *TODAY).out
    ids = [one["client_id"] for one in made]
    merged = call("client", "merge", *ids, "--yes", *place.options, *TODAY)
    shown = call("client", "show", ids[0], *place.options, *TODAY)
    for outcome in (merged, shown):
        assert "rule 47" not in outcome.out and "Another client" not in outcome.out, outcome


def test_delete_minds_company_and_drafts(sample: Place, store: Store) -> None:
    record = client(store).client
    do(store, Who("bob", datetime.now(UTC), "his"), presence.enter, "client", record.id)
    assert "bob is in the client" in refused(sample, "delete", record.id)
    do(store, Who("", NEVER, "his"), presence.leave)
    told(sample, "edit", record.id, "NATION=FRA", "--draft")
    sentence = refused(sample, "delete", record.id)
    assert "You have a draft" in sentence and sentence.endswith("give --drop-draft to forget it.")
    told(sample, "delete", record.id, "--drop-draft")
    assert ask(store, drafts.listed) == []


def test_merge_and_split(sample: Place, store: Store) -> None:
    keep, other, person = client(store), client(store, "000004"), current_person(store.path)
    done = told(sample, "merge", "000003", "000004", "--yes")
    assert done["client_id"] == keep.client.id and done["merge_id"]
    assert done["differing"]["CLIENT"] == ["000003", "000004"] and done["sent"] == {"keep": [], "other": []}
    assert len(client(store).episodes) == len(keep.episodes) + len(other.episodes)
    assert acts(store, other.client.id) == [("merge", person)]
    assert "was merged into client 000003" in refused(sample, "undelete", other.client.id)
    new = do(store, Who("bob", NOW), save.create, "episode", keep.client.id, "", {"REFLD": "20200901"})
    now = {**keep.client.values, "NATION": "FRA"}
    do(store, Who("bob", NOW), save.change, "client", keep.client.id, now, keep.client.version)
    parted = call("client", "split", "000003", *sample.options, *TODAY)
    assert "Entered since, and staying with the client who was kept: 1 episode." in parted.err, parted
    assert "Changed since in the client who was kept, and staying so: Country of birth." in parted.err
    do(store, Who("bob", NOW), save.delete, "episode", new.id, new.version)
    assert len(client(store).episodes) == len(keep.episodes)
    assert ask(store, read.tree, other.client.id).episodes[0].episode.id == other.episodes[0].episode.id
    assert "nothing to undo" in refused(sample, "split", "000003")
    assert "cannot be merged with itself" in refused(sample, "merge", "000003", "000003")
    assert "is an episode" in refused(sample, "merge", "000003", keep.episodes[0].episode.id)
    told(sample, "merge", "000003", "000004", "--yes")
    told(sample, "merge", "000003", "000005", "--yes")
    assert "several merges" in refused(sample, "split", "000003")
    first = ask(store, merge.listed, keep.client.id)[0]
    told(sample, "split", "000003", "--merge", first.id)


def test_a_merge_shows_both_sides_and_asks_which_is_kept(sample: Place, store: Store) -> None:
    keep, other, agency = client(store), client(store, "000004"), ask(store, agencies.one)
    named = other.episodes[0].episode.values
    assert call("export", *sample.options, *TODAY, "--submission", "2020-12", "--out", sample.out).code in (0, 1)
    (extract,) = ask(store, extracts.listed, agency)
    do(store, Who("ann", NOW), sent.mark, extract.id)
    do(store, Who("bob", NOW), drafts.save, Draft("client", other.client.id, {"SEX": "9"}, 1))
    outcome = call("client", "merge", "000003", "000004", *sample.options, *TODAY)
    assert outcome.code == 2 and "Nothing was merged: give --yes" in outcome.err
    assert "Client reference: 000003 | 000004" in outcome.err
    assert f"If 1 is kept: Sent already, as client {other.client.values['CLIENTID']}" in outcome.err
    assert named["EPISODID"] in outcome.err
    assert "If 1 is kept: Typed and not saved by bob, in 1 record: goes over with it." in outcome.err
    assert not ask(store, read.get, "client", other.client.id).deleted
    done = told(sample, "merge", "000004", "000003", "--yes")
    assert done["client_id"] == other.client.id
    assert [one["episode"] for one in done["sent"]["keep"]] == [named["EPISODID"]]
    assert {one["client"] for one in done["sent"]["other"]} <= {keep.client.values["CLIENTID"]}


def test_a_number_that_somebody_else_has_is_told_when_it_is_saved_and_both_are_listed(
    sample: Place, store: Store
) -> None:
    bearer, other = client(store, "000004"), client(store, "000005")
    outcome = call("client", "edit", "000003", "CLIENT=000004", *sample.options, *TODAY)
    assert f"client 000004 ({bearer.client.id}) may be the same person: same client reference" in outcome.err
    assert "may be the same" not in call("client", "edit", "000005", "ETHNIC=B", *sample.options, *TODAY).err
    assert {one["reference"] for one in told(sample, "list", "--filter", "doubles")} == {"000004"}
    assert len(told(sample, "list", "--filter", "doubles")) == 2
    told(sample, "merge", "000006", other.client.id, "--yes")
    (gone,) = told(sample, "list", "--filter", "deleted")
    assert (gone["reference"], gone["merged_into"]) == ("000005", "000006")
    assert "merged into 000006" in call("client", "list", "--filter", "deleted", *sample.options, *TODAY).out
    # By the reference that is gone it is found still.
    assert told(sample, "show", "000005")["client"]["deleted"]
    sought = call("client", "list", "--search", "-", *sample.options, *TODAY, given="000005")
    assert "is merged into 000006: --filter deleted lists them." in sought.err


def test_worker_and_note_are_kept_beside_the_only_episode(sample: Place, store: Store) -> None:
    told(sample, "worker", "000003", "jane\x1b[31m")
    told(sample, "note", client(store).episodes[0].episode.id, "rings on Mondays")
    one = client(store).episodes[0]
    assert (one.key_worker, one.note) == ("jane[31m", "rings on Mondays")
    assert [each["reference"] for each in told(sample, "list", "--key-worker", "jane[31m")] == ["000003"]
    assert told(sample, "worker", "000003", "")["done"] == "key worker taken away"
    assert (client(store).episodes[0].key_worker, client(store).episodes[0].note) == ("", "rings on Mondays")


def test_a_warning_is_accepted_with_a_reason_and_an_error_never(sample: Place, store: Store) -> None:
    told(sample, "edit", "000003", "PARENT=Y", "PRNTSTAT=")
    accept = ("accept", "000003", "--rule", "74", "--reason")
    assert "reason" in refused(sample, *accept, " ")
    (one,) = told(sample, *accept, "asked twice")
    assert (one["rule"], one["reason"]) == ("74", "asked twice")
    assert [its.reason for its in ask(store, acceptances.listed, ask(store, agencies.one))] == ["asked twice"]
    assert "accepted already" in refused(sample, *accept, "again")
    assert "finds nothing" in refused(sample, "accept", "000003", "--rule", "95", "--reason", "no")
    told(sample, "edit", "000003", "DRUG1=", code=1)
    assert "An error cannot be accepted" in refused(sample, "accept", "000003", "--rule", "2", "--reason", "no")


def test_a_draft_used_past_anothers_save_keeps_what_he_alone_changed(sample: Place, store: Store) -> None:
    record = client(store).client
    told(sample, "edit", record.id, "NATION=FRA", "--draft")
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "client", record.id, {**record.values, "FINITIAL": "B"}, record.version)
    told(sample, "edit", record.id, "--use-draft", "--anyway")
    values = client(store).client.values
    assert (values["NATION"], values["FINITIAL"]) == ("FRA", "B")


def test_a_reference_of_several_never_leads_to_ones_own_draft(sample: Place, store: Store) -> None:
    """Neither of two saved clients and a draft is meant, nor either of two drafts."""
    agency = ask(store, agencies.one)
    me = Who(current_person(sample.store), NOW)
    with store.writing(me) as work:
        for reference in ("shared", "shared"):
            save.create(work, "client", agency.id, "", {"CLIENT": reference})
        for id, reference in (("one", "shared"), ("two", "typed"), ("three", "Typed"), ("four", "lone")):
            drafts.save(work, Draft("client", id, {"CLIENT": reference}, 0, agency.id))
    assert "'shared' is more than one record" in refused(sample, "edit", "shared", "NATION=FRA")
    assert "Several drafts have that reference: name one by its id (" in refused(sample, "show", "typed")
    assert told(sample, "show", "LONE")["client"]["id"] == "four"


def test_every_command_has_the_shared_options(sample: Place) -> None:
    for name in ("list", "show", "edit", "add", "add-episode", "delete", "undelete", "merge", "split", "worker"):
        help_text = call("client", name, "--help").out
        for option in ("--store", "--key-file", "--standard", "--agency", "--today", "--format"):
            assert option in help_text, (name, option)
    assert "not one of 'text', 'json'" in refused(sample, "show", "000003", "--format", "csv")
