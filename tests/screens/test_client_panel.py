"""The panel while a record is keyed: what nobody has come to is to do, and a word in the middle is no fault yet."""

from datetime import timedelta

from store.facts import ClientTree, Who
from store.records import save
from store.store import Store
from tests.screens.conftest import Start
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW


def test_gaps_of_an_unsaved_episode_are_to_do_while_its_event_is_keyed(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id, columns=120, rows=40)
    terminal.press("<ctrl+n>e")
    terminal.until("to do")
    assert terminal.shows("Consent")
    before = next(line for line in terminal.lines() if " to do" in line)
    assert not any("✗" in line[:27] for line in terminal.lines()), "the tree does not nag either"
    terminal.press("<ctrl+n>s1 apr 20<tab>")
    terminal.until("Other records of this client")
    terminal.until("1 error, 1 notice, 1 to do")
    assert any(" to do" in line for line in terminal.lines()), before
    assert terminal.shows("· Consent for NDTMS"), terminal.text()
    assert terminal.shows("1 error, 1 notice, 1 to do"), (
        "the sub-intervention asks for a caseload start, and another episode is open; nothing else is wrong yet"
    )


def test_gaps_of_a_saved_episode_stay_errors_while_a_new_event_is_keyed(
    store: Store, known: ClientTree, start: Start
) -> None:
    episode = known.episodes[0].episode
    with store.writing(Who("somebody", episode.changed_at)) as work:
        values = {header: text for header, text in episode.values.items() if header != "REFLD"}
        save.change(work, "episode", episode.id, values, 1)
    terminal = start(known.client.id, columns=120, rows=40)
    terminal.until("error")
    terminal.press("<ctrl+t><down><enter><ctrl+n>s1 apr 20<tab>")
    terminal.until("1 Apr 2020")
    assert terminal.shows("error")


def test_a_blank_in_mid_word_is_judged_on_leaving_the_field(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab><tab><tab><tab><tab><tab><tab>AB ")
    assert terminal.shows("Nothing wrong"), terminal.text()
    terminal.press("2")
    assert terminal.shows("Nothing wrong")
    terminal.press("<backspace><shift+tab>")
    terminal.until("1 error")
    assert terminal.shows("CLIENT='AB '")
    terminal.press("<tab><end><backspace><shift+tab>")
    terminal.until("Nothing wrong")
    terminal.press("<tab>AC <f2>")
    terminal.until("Saved: Client AC")
    assert terminal.shows("1 error"), terminal.text()


def test_a_blank_is_judged_on_going_to_another_record(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab><tab><tab><tab><tab><tab><tab>AB ")
    assert terminal.shows("Nothing wrong")
    terminal.press("<ctrl+t><down>")
    terminal.until("1 error")


async def test_what_was_carried_over_and_is_passed_is_asked_for_no_longer_while_the_record_is_typed_in(
    store: Store, known: ClientTree
) -> None:
    async with at_client(store, known.client.id) as (app, pilot):
        await pilot.press("ctrl+n", "l", "f2")
        await until(pilot, lambda: app.said("carried values are not confirmed"))
        screen = app.screen
        rule = "is taken over and not confirmed"
        screen.form.go_to("CMSID")
        await pilot.press("x")

        def asked() -> set[str]:
            return {entry.place.header for entry in screen.entries if rule in entry.sentence}

        assert "PC" in asked()
        screen.form.go_to("PC")
        await pilot.press("tab")
        assert "PC" not in asked() and "DAT" in asked()


async def test_after_midnight_the_panel_says_what_the_rules_say_of_the_new_day(store: Store, known: ClientTree) -> None:
    episode = known.episodes[0].episode
    tomorrow = NOW + timedelta(days=1)
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "CPLANDT": f"{tomorrow:%Y%m%d}"}, 1)
    async with at_client(store, known.client.id, episode.id) as (app, pilot):
        screen = app.screen
        told = "Caseload start date is in the future"

        def says() -> bool:
            return any(told in entry.text for entry in screen.entries)

        await until(pilot, says)
        app.clock = lambda: tomorrow
        screen.look_at_the_day()
        assert not says()
