"""What is keyed by line never stands in an argument: it comes from standard input, or is asked for."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.clients import search
from store.disk.user import current_person
from store.facts import ClientQuery, ClientTree, Who
from store.live import drafts
from store.records import agencies, read, save
from store.store import Store, open_store
from tests.commands.running import TODAY, Outcome, Place, call, environment
from tests.commands.test_client_command import NOW
from tests.stores import ask, do
from tui.cli.client.changes import refuse_company
from validators.standard.catalogue import load


@pytest.fixture
def sample(place: Place) -> Place:
    """A store with a few synthetic clients, all in order."""
    assert call("sample", "--clients", 4, *place.options, *TODAY).code == 0
    return place


@pytest.fixture
def store(sample: Place) -> Iterator[Store]:
    """The same store, looked into beside the commands."""
    with open_store(sample.store, sample.key, load) as opened:
        yield opened


def client(store: Store, reference: str = "000003") -> ClientTree:
    """A client by the reference."""
    found = ask(store, search.page, ask(store, agencies.one), ClientQuery(text=reference), 0, 1)
    return ask(store, read.tree, found[0].id)


def said(sample: Place, *arguments: object, given: str | bytes = "") -> Outcome:
    """How a command on clients ends with something on its standard input."""
    return call("client", *arguments, *sample.options, *TODAY, given=given)


def told(sample: Place, *arguments: object, given: str | bytes = "") -> Any:
    """What it says as JSON."""
    return json.loads(said(sample, *arguments, "--format", "json", given=given).out)


def command_lines() -> str:
    """Every argument of every program of this machine, as every account may read them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("way", ["-", "--ask"])
def test_no_value_is_seen_in_the_list_of_processes(sample: Place, store: Store, way: str) -> None:
    reference = "ZQ-4711-XV"
    lines = f"CLIENT={reference}\nFINITIAL=q\nSINITIAL=v\n" if way == "-" else ""
    command = [sys.executable, "-m", "tui.cli.main", "client", "edit", "-", way, *sample.options, *TODAY]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as running:
        assert running.stdin is not None and running.stderr is not None and running.stdout is not None
        running.stdin.write(b"000003\n" + lines.encode())
        running.stdin.flush()
        if way == "--ask":
            while (asked := running.stderr.readline()) and b"(CLIENT)" not in asked:
                if asked.rstrip().endswith(b":") and b"(" in asked:
                    running.stdin.write(b"\n")
                    running.stdin.flush()
            running.stdin.write(reference.encode() + b"\n")
            running.stdin.flush()
            while (asked := running.stderr.readline()) and b"CLIENT is " not in asked:
                pass
        own = Path(f"/proc/{running.pid}/cmdline")
        while "tui.cli.main" not in own.read_text():
            assert running.poll() is None
        seen = command_lines()
        assert str(sample.store) in seen, "the list shows what this command was given"
        assert reference not in seen and "000003" not in own.read_text()
        if way == "--ask":
            while (asked := running.stderr.readline()) and not asked.rstrip().endswith(b":"):
                pass
            running.stdin.write(b"y\n" if b"Save it" in asked else b".\ny\n")
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 0 and b": saved" in out
    assert client(store, reference).client.values["CLIENT"] == reference


@pytest.mark.parametrize(
    "given",
    [
        "finitial=q\nDOB=14/3/85\n",
        "\ufeffFINITIAL=q\r\n\r\nDOB=14/3/85\r\n",
        '{"FINITIAL": "q", "DOB": "14/3/85"}',
        ' {"dob": "14/3/85", "finitial": "q"}\n',
    ],
    ids=["lines", "lines of another system", "JSON", "JSON, other order"],
)
def test_values_come_from_standard_input(sample: Place, store: Store, given: str) -> None:
    assert said(sample, "edit", "000003", "-", given=given).code == 0
    values = client(store).client.values
    assert (values["FINITIAL"], values["DOB"]) == ("Q", "19850314")


def test_the_record_and_its_values_both_come_from_standard_input(sample: Place, store: Store) -> None:
    assert said(sample, "edit", "-", "-", given="000003\nFINITIAL=q\n").code == 0
    assert client(store).client.values["FINITIAL"] == "Q"
    assert said(sample, "show", "-", given="000003\n").code == 0
    assert said(sample, "edit", "-", "-", given="000003\nFINITIAL=\n").code == 1, "a value may be empty"


def test_episodes_and_events_are_entered_from_standard_input(sample: Place, store: Store) -> None:
    made = told(
        sample, "add", "-", given="FINITIAL=a\nSINITIAL=b\nDOB=140385\nSEX=1\nCLIENT=new1\nCONSENT=y\nREFLD=5/1/21"
    )
    assert [one["kind"] for one in made["records"]] == ["client", "episode"]
    event = told(sample, "add-event", "-", "sub_intervention", "-", given="new1\nSUBMODDT=y\nRECPEER=Y\n")
    assert event["records"][0]["kind"] == "event"
    told(sample, "add-episode", "-", "-", given='new1\n{"CONSENT": "N"}')
    assert len(client(store, "new1").episodes) == 2


SECRET = "SECRET-4711"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (SECRET, "Line 1 of the values does not say what to change: write FIELD=VALUE, such as SEX=1."),
        (
            f"FINITIAL=q\n{SECRET}\n",
            "Line 2 of the values does not say what to change: write FIELD=VALUE, such as SEX=1.",
        ),
        (f'{{"FINITIAL": "{SECRET}"', 'The values begin as JSON and are none: write one object, such as {"SEX": "1"}.'),
        ('{"SEX": 1}', "The value of SEX is no text: write it in quotation marks."),
        ('{"SEX": {"a": "b"}}', "The value of SEX is no text: write it in quotation marks."),
        (f"CLIENT={SECRET}\tX", "CLIENT is given 2 cells, parted by tabs or line ends: give one value."),
        (f'{{"CLIENT": "{SECRET}\\nX"}}', "CLIENT is given 2 cells, parted by tabs or line ends: give one value."),
        ('{"SEX": "1", "sex": "2"}', "SEX is given twice: say it once."),
        ("SEX=1\nSEX=2", "SEX is given twice: say it once."),
        (b"CLIENT=\xff\xfe", "The values on standard input is no UTF-8 text: send it as UTF-8."),
        ("", "Say what to change: FIELD=VALUE lines behind -, or --ask."),
        ("CLIENT=" + "x" * 1_000_001, "Standard input is far too long for the values: give those of one record."),
    ],
)
def test_what_cannot_be_read_is_one_sentence_without_the_value(
    sample: Place, store: Store, given: str | bytes, sentence: str
) -> None:
    before = client(store).client
    found = said(sample, "edit", "000003", "-", given=given).sentence
    assert found == sentence and SECRET not in found
    assert client(store).client == before


def test_reasons_notes_names_and_words_come_from_standard_input(sample: Place, store: Store) -> None:
    said(sample, "worker", "-", "-", given="000003\njane\n")
    said(sample, "note", "000003", "-", given="rings on Mondays,\n  and writes\n")
    one = client(store).episodes[0]
    assert (one.key_worker, one.note) == ("jane", "rings on Mondays, and writes")
    found = told(sample, "list", "--search", "-", "--key-worker", "-", given="000003\njane\n")
    assert [each["reference"] for each in found] == ["000003"]
    said(sample, "edit", "000003", "-", given="PARENT=Y\nPRNTSTAT=\n")
    (made,) = told(sample, "accept", "-", "--rule", "74", "--reason", "-", given="000003\nasked twice\n")
    assert made["reason"] == "asked twice"
    assert said(sample, "show", "-").sentence.startswith("Standard input has no line for the record's name")


def answers(*lines: str) -> str:
    """What somebody types, line by line."""
    return "".join(f"{line}\n" for line in lines)


def test_a_client_is_entered_by_answering(sample: Place, store: Store) -> None:
    fields = [one for one in load("ndtms-cjit-p").fields if one.level == "client" and one.keyed == "person"]
    typed = {"CLIENT": "new1", "FINITIAL": "q", "SINITIAL": "v", "DOB": "14/3/85", "SEX": "1"}
    lines = [typed.get(one.header, "") for one in fields]
    outcome = said(sample, "add", "--ask", "--format", "json", given=answers(*lines, "n", "y"))
    assert "Sex at birth registration (SEX), empty:" in outcome.err
    assert "  SEX is 1, Male" in outcome.err and "  DOB is 19850314, 14 Mar 1985" in outcome.err
    stored = client(store, "new1").client.values
    assert {header: stored[header] for header in typed} == {
        **typed,
        "FINITIAL": "Q",
        "SINITIAL": "V",
        "DOB": "19850314",
    }
    assert ask(store, drafts.listed) == [], "what is saved is no draft any more"


def test_while_one_answers_codes_are_listed_words_are_looked_up_and_one_may_go_back(
    sample: Place, store: Store
) -> None:
    first = said(sample, "edit", "000003", "--ask", given=answers("<", "."))
    assert "This is the first field." in first.err
    headers = [one.header for one in load("ndtms-cjit-p").fields if one.level == "client" and one.keyed == "person"]
    to_sex = [""] * headers.index("SEX")
    outcome = said(
        sample, "edit", "000003", "--ask", given=answers(*to_sex, "?", "? fem", "female", "<", "9", ".", "y")
    )
    assert "  1  Male" in outcome.err and "  2  Female" in outcome.err
    assert "  SEX is 2, Female" in outcome.err and "  SEX is 9" in outcome.err
    assert outcome.err.count("SEX: ") >= 1, "the finding is told at the field"
    assert client(store).client.values["SEX"] == "9"
    emptied = said(sample, "edit", "000003", "--ask", given=answers(*to_sex, "-", ".", "y"))
    assert "  SEX is empty" in emptied.err and "SEX" not in client(store).client.values


def test_what_was_answered_is_a_draft_when_the_line_breaks(sample: Place, store: Store) -> None:
    headers = [one.header for one in load("ndtms-cjit-p").fields if one.level == "client" and one.keyed == "person"]
    to_sex = [""] * headers.index("FINITIAL")
    outcome = said(sample, "edit", "000003", "--ask", given=answers(*to_sex, "x"))
    assert "kept as a draft" in outcome.out
    draft = ask(store, drafts.one, current_person(store.path), client(store).client.id)
    assert draft is not None and draft.values["FINITIAL"] == "X"
    nothing = said(sample, "add", "--ask", given="")
    assert nothing.code == 2 and nothing.err.splitlines()[-1].startswith("keywork: Nothing was typed")
    assert [one.record_id for one in ask(store, drafts.listed)] == [draft.record_id]


def test_who_may_be_the_same_is_told_before_anybody_is_entered(sample: Place, store: Store) -> None:
    values = client(store).client.values
    typed = "\n".join(f"{header}={values[header]}" for header in ("FINITIAL", "SINITIAL", "DOB", "SEX"))
    many = len(told(sample, "list"))
    outcome = said(sample, "add", "-", given=typed)
    assert outcome.code == 2 and "client 000003 " in outcome.err and "may be the same person" in outcome.err
    assert outcome.err.splitlines()[-1].startswith("keywork: Nothing was entered")
    assert len(told(sample, "list")) == many
    said(sample, "add", "-", "--anyway", given=typed)
    assert len(told(sample, "list")) == many + 1


def test_a_new_client_kept_as_a_draft_is_judged_found_and_saved_by_line(sample: Place, store: Store) -> None:
    made = said(
        sample, "add", "-", "--draft", "--format", "json", given="CLIENT=dr1\nFINITIAL=q\nDOB=20219999\nCONSENT=Y"
    )
    assert made.code == 1, "an impossible date is an error in a draft, too"
    told_of = json.loads(made.out)
    assert any(one["field"] == "DOB" and one["severity"] == "error" for one in told_of["findings"])
    shown = said(sample, "show", "dr1")
    assert shown.code == 1 and "not saved yet" in shown.out and "20219999" in shown.out
    listed = told(sample, "drafts")
    assert [one["client_id"] for one in listed] == [told_of["client_id"]]
    assert "is but a draft" in said(sample, "add-episode", "dr1").sentence
    saved = told(sample, "edit", "dr1", "-", "--use-draft", given="DOB=14/3/85\n")
    assert [(one["kind"], one["new"]) for one in saved["records"]] == [("client", True), ("episode", True)]
    stored = client(store, "dr1")
    assert stored.client.values["DOB"] == "19850314" and stored.episodes[0].episode.values["CONSENT"] == "Y"
    assert told(sample, "drafts") == [] and ask(store, drafts.listed) == []


def test_a_draft_is_judged_as_it_will_be_when_it_is_saved(sample: Place, store: Store) -> None:
    episode = client(store).episodes[0].episode.id
    as_draft = told(sample, "add-event", episode, "sub_intervention", "-", "--draft", given="SUBMODDT=20219999")
    kept = [(one["rule"], one["field"]) for one in as_draft["findings"]]
    saved = told(sample, "edit", as_draft["records"][0]["id"], "--use-draft")
    assert kept and kept == [(one["rule"], one["field"]) for one in saved["findings"]]


def test_a_draft_is_dropped_by_line(sample: Place, store: Store) -> None:
    made = told(sample, "add", "-", "--draft", given="CLIENT=dr1\nFINITIAL=q")
    text = said(sample, "drafts")
    assert "dr1" in text.out and text.out.splitlines()[0].split()[0] == "Client"
    assert said(sample, "drafts", "--drop", made["client_id"]).code == 0
    assert said(sample, "drafts").out == "Everything you typed is saved.\n"


@pytest.fixture
def meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Has bob save a field of a client between what a command reads and what it writes."""

    def prepared(header: str, text: str) -> None:
        def beside(*arguments: Any) -> None:
            refuse_company(*arguments)
            record = client(store).client
            values = {**record.values, header: text}
            do(store, Who("bob", NOW), save.change, "client", record.id, values, record.version)

        monkeypatch.setattr("tui.cli.client.edit.refuse_company", beside)

    return prepared


def test_saves_of_different_fields_of_one_record_do_not_refuse_each_other(
    sample: Place, store: Store, meanwhile: Callable[[str, str], None]
) -> None:
    meanwhile("NATION", "FRA")
    assert said(sample, "edit", "000003", "-", given="FINITIAL=q").code == 0
    values = client(store).client.values
    assert (values["NATION"], values["FINITIAL"]) == ("FRA", "Q")


def test_saves_of_the_same_field_do(sample: Place, store: Store, meanwhile: Callable[[str, str], None]) -> None:
    meanwhile("FINITIAL", "B")
    assert "was saved by bob" in said(sample, "edit", "000003", "-", given="FINITIAL=q").sentence
    assert client(store).client.values["FINITIAL"] == "B"


def test_whoever_names_a_version_means_it(sample: Place, store: Store, meanwhile: Callable[[str, str], None]) -> None:
    version = client(store).client.version
    meanwhile("NATION", "FRA")
    told = said(sample, "edit", "000003", "-", "--version", version, given="FINITIAL=q")
    assert "was saved by bob" in told.sentence


@pytest.mark.parametrize("given", ["", "\r\n \n", "{}", "SEX=\n"])
def test_nothing_is_entered_where_nothing_was_given(sample: Place, store: Store, given: str) -> None:
    before = ask(store, search.count, ask(store, agencies.one), ClientQuery())
    for where in (("add", "-", "--anyway"), ("add-episode", "000003", "-"), ("add", "-", "--draft")):
        outcome = said(sample, *where, given=given)
        assert outcome.sentence == "Say what to enter: FIELD=VALUE lines behind -, or --ask."
    assert ask(store, search.count, ask(store, agencies.one), ClientQuery()) == before
    assert said(sample, "drafts").out.count("client") == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_on_standard_input_is_read_as_one_in_a_file(sample: Place, encoding: str) -> None:
    assert call("export", "--submission", "2020-12", "--out", sample.out, *sample.options, *TODAY).code in (0, 1)
    listed = "Line,Message\n2,“DOB” – no date\n".encode(encoding)
    (sample.folder / "list.txt").write_bytes(listed)
    piped, read_from = (
        call("bounces", where, *sample.options, given=listed) for where in ("-", sample.folder / "list.txt")
    )
    assert piped == read_from and "line 2 of the extract" in piped.out
