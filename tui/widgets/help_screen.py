"""F1: the keys of a screen and what they do, written from the registry, with any text about the screen."""

from collections.abc import Collection, Iterable, Sequence

from textual.widget import Widget

from tui.help import paragraphs
from tui.widgets.actions import REGISTRY, Action, shown_key
from tui.widgets.base_screen import IN_DIALOGS, BaseModal, BaseScreen
from tui.widgets.text_page import TextPage
from validators.standard.terminology import USUAL, Terms, told

# What every list and form does with the plain keys; no action of the registry, since nobody may take them away.
PLAIN_KEYS = (
    ("Up, Down", "Move by one"),
    ("PgUp, PgDn", "Move by a page"),
    ("Home, End", "To the first, to the last"),
    ("Enter", "Open or choose; in a form: accept the field and go on"),
    ("Tab, Shift+Tab", "The next, the previous field or pane"),
)


def help_lines(scope: str, about: Sequence[str] = (), hidden: Collection[str] = (), terms: Terms = USUAL) -> list[str]:
    """The help of a screen as lines: its own actions but those hidden, the text about it, general ones, plain keys."""
    actions = [each for each in REGISTRY.on_screen(scope) if each.id not in hidden]
    own = [each for each in actions if each in REGISTRY.own(scope)]
    general = [each for each in actions if each not in own]
    if scope == BaseModal.scope:  # a dialog leaves the others to the screen below
        general = [each for each in general if each.id in IN_DIALOGS or each.priority]
    lines: list[str] = []
    if own:
        lines += ["# On this screen", *(_line(each, terms) for each in own), ""]
    lines += [*about, ""] if about else []
    lines += ["# Everywhere", *(_line(each, terms) for each in general), ""]
    return [*lines, "# Moving", *(f"  {keys:<16}{text}" for keys, text in PLAIN_KEYS)]


def _line(each: Action, terms: Terms) -> str:
    keys = ", ".join(shown_key(key) for key in REGISTRY.keys(each.id)) or "(Ctrl+P)"
    return f"  {keys:<16}{each.name}: {told(each.tooltip, terms)}  [{each.id}]"


class HelpScreen(BaseScreen[None]):
    """The help of one screen; Escape goes back to it."""

    scope = "help"

    def __init__(
        self,
        scope: str,
        title: str,
        about: Sequence[str] = (),
        terms: Terms = USUAL,
        hidden: Collection[str] = (),
    ) -> None:
        """`scope` and `title` are those of the screen asked about; `about` is further text, one line each.

        `terms` are those of who reads it; actions that are `hidden` are nothing here.
        """
        super().__init__()
        self.title = f"Help: {title}" if title else "Help"
        self._lines = help_lines(scope, paragraphs(about), hidden, terms)

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield TextPage(self._lines)
