"""The client screen as its parts know it: each part is given the screen, and imports neither it nor the other parts."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from textual.app import App
from textual.timer import Timer

from store.facts import ClientTree, StoredRecord
from tui.form.panel_entries import Entry, Place
from tui.form.record_form import RecordForm
from tui.screens.client.draft_keeper import DraftKeeper
from tui.screens.client.model import Case, Held
from tui.session.program import Program
from validators.records import Finding
from validators.standard.terminology import Sentence


class Saves(Protocol):
    """The saves of the screen. `taken` counts how often the client was taken over from the store."""

    taken: int

    @property
    def is_under_way(self) -> bool:
        """Whether a save was begun that has not ended."""

    def take(self, tree: ClientTree, written: Sequence[StoredRecord] = (), *, own: bool = False) -> bool:
        """Take the client as the store has it; the form stays at its field. Whether it told of what is typed here."""

    def tell_overtaken(self, held: Held, by: str, is_deleted: bool) -> None:
        """Say what somebody did to a record that is typed in, or under."""

    def compare_draft(self, held: Held, version: int = 0, after: Callable[[], None] | None = None) -> None:
        """What is typed in a record beside what is saved now (as `version`), to choose from; then `after`."""


class Surroundings(Protocol):
    """What goes on around the open client."""

    def saved(self) -> None:
        """Something was saved here."""

    def reload_what_was_put_off(self) -> None:
        """A save has ended, during which others' were heard of."""


class Steps(Protocol):
    """The walk through the findings. `told` is where one was led and what is wrong there was said."""

    told: Place | None

    def come_back(self, place: Place, before: str, *, later: bool = False) -> None:
        """To where one was led before a draft was laid over the client; with `later` by the next step."""

    def announce(self) -> None:
        """A save says how many errors stand here: they are walked, whether or not a return would send them."""

    def way(self) -> Literal[1, -1]:
        """Which way an error of this client lies, seen from the field one stands in."""


class Consents(Protocol):
    """What clients answered when asked for consent."""

    def told_of(self, episode_ids: tuple[str, ...]) -> str:
        """A few words for the line under a save that withdrew consent; "" for one that did not."""


class Additions(Protocol):
    """What is added to the client and taken away again."""

    def bring_back(self, held: Held) -> None:
        """Bring a deleted record back."""


class Merges(Protocol):
    """The merges of the client."""

    def ask_to_merge(self, page: Any, row: Any) -> None:
        """Ask whether the client of a row is to be merged into this one; the page is left once that is done."""


class ClientView(Protocol):
    """One client on a screen: the records in `case`, `held` on the `form`, the panel's `entries`; `keeper`: drafts."""

    program: Program
    case: Case
    held: Held
    entries: tuple[Entry, ...]
    keeper: DraftKeeper
    landing: tuple[Literal[1, -1], str] | None

    @property
    def form(self) -> RecordForm:
        """The form."""

    @property
    def saving(self) -> Saves:
        """The saves."""

    @property
    def adding(self) -> Additions:
        """What is added and deleted."""

    @property
    def consenting(self) -> Consents:
        """The answers to the question of consent."""

    @property
    def around(self) -> Surroundings:
        """What others do."""

    @property
    def pairing(self) -> Merges:
        """The merges."""

    @property
    def walking(self) -> Steps:
        """The walk through the findings."""

    @property
    def walked_to(self) -> bool:
        """Whether one came along a walk, where what is wrong is said on arriving."""

    @property
    def client_id(self) -> str:
        """The client's id in the store."""

    @property
    def app(self) -> App[object]:
        """The app, for pages over this one."""

    @property
    def is_attached(self) -> bool:
        """Whether the screen is there still."""

    def place(self) -> Place:
        """Where one is: the record's key and the field."""

    def show(self) -> None:
        """Everything anew."""

    def judge(self) -> list[Finding]:
        """Check the client as typed and show what was found."""

    def open(self, held: Held, header: str = "") -> None:
        """Put a record on the form, at a field."""

    def leave(self, held: Held) -> None:
        """A person goes on from a record: what is missing in it counts from now on."""

    def go(self, place: Place) -> None:
        """Land in a field of any record, its message in view."""

    def say(self, text: str | Sentence, severity: str = "") -> None:
        """Put a sentence in the status line."""

    def spoke(self) -> None:
        """What was just said is true only until somebody types."""

    def dismiss(self) -> object:
        """Leave the screen."""

    def set_timer(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Have something called in so many seconds, while the screen is there."""

    def set_interval(self, interval: float, callback: Callable[[], object], /) -> Timer:
        """Have something called every so many seconds, while the screen is there."""
