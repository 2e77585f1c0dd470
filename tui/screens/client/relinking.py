"""What links an episode to what was sent of it is changed: said, and asked about, before it is saved."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from exporters.sent_links import changed_links
from exporters.xml_shape import linking
from tui.frame.confirm import Answer, Confirm
from tui.screens.client.case import Case
from tui.screens.client.work import Save
from validators.records import EpisodeRecord

if TYPE_CHECKING:
    from tui.screens.client.screen import ClientScreen


def before_relinking(screen: "ClientScreen", items: Sequence[Save], save: Callable[[], None]) -> None:
    """Go on to `save`; where a save of `items` changes what was sent, only when the person says so."""
    journeys = _relinked(screen.case, items)
    if not journeys:
        save()
        return
    screen.program.in_store(
        changed_links,
        screen.program.agency,
        screen.program.standard,
        journeys,
        on_done=lambda found: _ask(screen, found, save),
        on_problem=lambda problem: screen.say(str(problem), "error"),
        hold=True,
    )


def _relinked(case: Case, items: Sequence[Save]) -> list[EpisodeRecord]:
    """The journeys of which something is changed that links them to what was sent."""
    link = linking(case.standard)
    if link is None:
        return []
    now = {item.id: item.values for item in items}
    client = case.client
    found = []
    for held in case.by_id.values():
        if held.kind == "episode" and held.version and not held.deleted:
            was = {**client.saved, **held.saved}
            of_client, own = now.get(client.id, client.saved), now.get(held.id, held.saved)
            if any(was.get(header, "") != {**of_client, **own}.get(header, "") for header in link.headers):
                found.append(EpisodeRecord(of_client, own, (), (), client.id, held.id))
    return found


def _ask(screen: "ClientScreen", found: Sequence[EpisodeRecord], save: Callable[[], None]) -> None:
    """Say what a changed link does before it is saved; it is nobody's to refuse."""
    if not found:
        save()
        return
    standard = screen.case.standard
    what = standard.words.get("episode", "episode")
    link = linking(standard)
    labels = ", ".join(standard.by_header[header].label.lower() for header in link.headers) if link else ""
    lines = [
        f"This {what} was sent, and one of these is not as it was: {labels}."
        if len(found) == 1
        else f"{len(found)} {what}s were sent, and one of these is not as it was: {labels}.",
        f"Once it is saved and sent, a second {what} opens at the receiving system beside the one that is there.",
    ]

    def answered(letter: str | None) -> None:
        if letter == "s":
            save()

    question = Confirm("Changed after it was sent", lines, [Answer("s", "Save it all the same")], "")
    screen.app.push_screen(question, answered)
