"""Two clients side by side: is this one person? From here to the other one, or on to merging."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from store.shapes import ClientTree, Resemblance
from tui.form.dates import show_date
from tui.frame.base_screen import BaseScreen
from tui.frame.printable import one_line
from tui.frame.text_page import TextPage
from validators.records import Values
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from tui.screens.client.screen import ClientScreen

LABEL, SIDE = 24, 26


def shown(standard: Standard, header: str, values: Values) -> str:
    """A value with what it means."""
    field, text = standard.by_header[header], values.get(header, "")
    if field.is_date:
        return show_date(text, field.layout.text) or text
    codes = standard.code_lists.get(field.codes)
    return f"{text} {codes.codes.get(text, '') if codes else ''}".rstrip()


def side_lines(standard: Standard, here: Values, episodes: Sequence[Values], there: ClientTree, why: str) -> list[str]:
    """Both clients as lines: the fields with a mark where they differ, then the episodes of each."""
    lines = [f"# {one_line('', LABEL)}  {one_line('This client', SIDE)} The other", f"  {why}" if why else ""]
    for header in standard.headers_by_level["client"]:
        one, other = shown(standard, header, here), shown(standard, header, there.client.values)
        if one or other:
            mark = " " if one == other else "≠"
            label = standard.by_header[header].label
            lines.append(
                f"{mark} {one_line(label, LABEL)}  {one_line(one or '-', SIDE)} {one_line(other or '-', SIDE)}".rstrip()
            )
    for title, several in (
        (standard.said("Episodes of this client"), episodes),
        (
            standard.said("Episodes of the other"),
            [one.episode.values for one in there.episodes if not one.episode.deleted],
        ),
    ):
        lines += ["", f"# {title}"]
        lines += [f"  {_episode(standard, values)}" for values in several] or ["  None"]
    return lines


def _episode(standard: Standard, values: Values) -> str:
    parts = []
    for role, word in (("opened", "from"), ("closed", "closed")):
        header = standard.role(role)
        if header and values.get(header):
            parts.append(f"{word} {shown(standard, header, values)}")
    return ", ".join(parts) or "without a date"


class AlikePage(BaseScreen[None]):
    """This client beside those who may be the same, one at a time."""

    scope = "alike"
    heading = "Side by side"

    def __init__(self, opener: "ClientScreen", alike: Sequence[Resemblance]) -> None:
        super().__init__()
        self.opener, self.alike, self.at = opener, list(alike), 0
        self.page = TextPage()

    def body(self) -> Iterable[Widget]:
        """Both."""
        yield self.page

    def on_mount(self) -> None:
        """The likeliest first."""
        self.page.focus()
        self._load()

    def _load(self) -> None:
        one = self.alike[self.at]
        self.retitle(f"Side by side: {self.at + 1} of {len(self.alike)}")
        self.opener.program.in_store(_tree, one.row.id, on_done=self._came, hold=True)

    def _came(self, tree: ClientTree) -> None:
        case = self.opener.case
        episodes = [held.values for held in case.episodes()]
        self.page.show(side_lines(case.standard, case.client.values, episodes, tree, self.alike[self.at].why))

    def action_walk(self, step: int) -> None:
        """F8, F7."""
        self.at = (self.at + step) % len(self.alike)
        self._load()

    def action_other(self) -> None:
        """F2: to the other client; what was typed here stays a draft."""
        other = self.alike[self.at].row.id
        program = self.opener.program
        self.dismiss()
        program.call_later(program.open_client, other)

    def action_merge(self) -> None:
        """F4: make the two one."""
        self.opener.pairing.ask_to_merge(self, self.alike[self.at].row)


def _tree(store: "Store", client_id: str) -> ClientTree:
    return store.client_tree(client_id)
