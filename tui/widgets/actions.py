"""The one registry of actions: what can be done, by which key, on which screens. All help is written from it.

Textual bindings, the key bar, the command palette, the F1 page and the settings file's remapping read this list, so
that they cannot disagree. A screen adds its own actions with `REGISTRY.add` and names the scope it belongs to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict, Unpack

from textual.binding import Binding

from validators.standard.terminology import Sentence

ALL = "*"
"""The scope of actions that every screen has."""
WALKING = "*walking"
"""The scope of screens from which F8 and F7 lead to the next finding and the one before."""
TO_CASELOAD = "*to_caseload"
"""The scope of screens from which F8 leads to the caseload's first finding, F7 to its last."""
LETTERS = "*letters"
"""What a screen is of that takes no text but in its filter and dialogs: its own actions may be on letters."""

# Terminals send these as Tab, Enter, Backspace or Escape, or tmux, screen and flow control hold them.
UNUSABLE = frozenset(
    {"ctrl+m", "ctrl+j", "ctrl+i", "ctrl+h", "ctrl+left_square_bracket", "ctrl+b", "ctrl+a", "ctrl+s", "ctrl+q"}
)
# Characters may be bound on lists, which take no text; elsewhere a bound letter could not be typed any more.
USABLE = re.compile(
    r"(shift\+)?f([1-9]|1[0-9]|2[0-4])|ctrl\+[a-z]|(ctrl|shift)\+(up|down|left|right|home|end|pageup|pagedown|delete|f\d\d?)|alt\+(up|down|left|right)"
    r"|escape|delete|insert|slash|space|plus|minus"
)
SHOWN_NAMES = {"escape": "Esc", "slash": "/", "pageup": "PgUp", "pagedown": "PgDn", "delete": "Del", "insert": "Ins"}


@dataclass(frozen=True)
class Action:
    """One thing a person can do.

    `id` is what the settings file remaps; `keys` the default keys, perhaps none; `name` stands in key bar and palette;
    `tooltip` is one line of help, a `Sentence` where standards call things differently; `scopes` names the screens that
    have it; `method` the Textual action string, `save` for `action_save` of the screen, `app.redraw` for one of the
    app. With `priority` it works from within dialogs and fields too. `needs` names what the agency's data set must have
    for it; "" where every one has it.
    """

    id: str
    keys: tuple[str, ...]
    name: str
    tooltip: str | Sentence
    scopes: frozenset[str]
    method: str
    bar: bool = False
    priority: bool = False
    needs: str = ""


class _Rarely(TypedDict, total=False):
    priority: bool
    needs: str


def action(
    id: str,
    keys: str,
    name: str,
    tooltip: str | Sentence,
    scopes: Iterable[str],
    method: str,
    bar: bool = False,
    **rarely: Unpack[_Rarely],
) -> Action:
    """An `Action` written shortly: keys separated by blanks, scopes as any iterable of names."""
    return Action(id, tuple(keys.split()), name, tooltip, frozenset(scopes), method, bar, **rarely)


def shown_key(key: str) -> str:
    """A key as people write it: `F2`, `Ctrl+P`, `/`."""
    *modifiers, last = key.split("+")
    last = SHOWN_NAMES.get(last, last.upper() if len(last) == 1 or re.fullmatch(r"f\d+", last) else last.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), last])


def both_cases(keys: Iterable[str]) -> list[str]:
    """Keys as Textual names them; a letter is meant with Shift and caps lock, too."""
    return [name for key in keys for name in dict.fromkeys((key, key.upper() if len(key) == 1 else key))]


class Registry:
    """All actions by id, with the keys they have now."""

    def __init__(self, actions: Iterable[Action] = ()) -> None:
        self._actions: dict[str, Action] = {}
        self._remapped: dict[str, tuple[str, ...]] = {}
        self._screens: dict[str, frozenset[str]] = {}
        self.add(*actions)

    def add_screen(self, scope: str, kinds: Iterable[str]) -> None:
        """Know a screen before its actions: what it is of, `WALKING`, `TO_CASELOAD` and `LETTERS`."""
        self._screens[scope] = frozenset(kinds)

    def add(self, *actions: Action) -> None:
        """Add actions; the same one twice is once. Raises ValueError for an id, key or clash that cannot be."""
        for new in actions:
            if self._actions.get(new.id) == new:
                continue
            if new.id in self._actions:
                raise ValueError(f"Two actions are called {new.id}.")
            for key in new.keys:
                lettered = re.fullmatch(r"[a-z]", key) and all(LETTERS in self._of(scope) for scope in new.scopes)
                if key in UNUSABLE or not (USABLE.fullmatch(key) or lettered):
                    raise ValueError(f"{new.id} cannot be on {key}.")
                if other := self._holder(key, new):
                    raise ValueError(f"{key} is both {new.id} and {other.id}.")
            self._actions[new.id] = new

    def __getitem__(self, id: str) -> Action:
        return self._actions[id]

    def __contains__(self, id: str) -> bool:
        return id in self._actions

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def keys(self, id: str) -> tuple[str, ...]:
        """The keys that an action is on now."""
        return self._remapped.get(id, self._actions[id].keys)

    def key_text(self, id: str) -> str:
        """The first key of an action as people write it; "" when it has none."""
        keys = self.keys(id)
        return shown_key(keys[0]) if keys else ""

    def on_screen(self, scope: str) -> list[Action]:
        """The actions of a screen, its own ones first, in the order they were added."""
        own = self.own(scope)
        return own + [each for each in self._actions.values() if ALL in each.scopes and each not in own]

    def own(self, scope: str) -> list[Action]:
        """The actions of a screen but those that all have, in the order they were added."""
        scopes = self._of(scope)
        return [each for each in self._actions.values() if scopes & each.scopes]

    def bindings(self, scope: str) -> list[Binding]:
        """Textual bindings for the actions of exactly this scope (`ALL` for the app's)."""
        return [
            Binding(
                ",".join(both_cases(self.keys(each.id))),
                each.method,
                each.name,
                False,
                None,
                each.priority,
                str(each.tooltip),
                each.id,
            )
            for each in self.own(scope)
            if self.keys(each.id)
        ]

    def bar(self, scope: str, hidden: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
        """Key and name of what the key bar of a screen lists, but for `hidden` actions."""
        listed = [each for each in self.on_screen(scope) if each.bar and each.id not in hidden]
        return [(self.key_text(each.id), each.name) for each in listed if self.keys(each.id)]

    def remap(self, wanted: Mapping[str, object]) -> list[str]:
        """Put actions on other keys: id to key, or keys separated by commas.

        Returns one sentence for each entry that was refused; the others hold. All entries are looked at together, so
        that two actions can change places.
        """
        problems: list[str] = []
        accepted: dict[str, tuple[str, ...]] = {}
        for id, value in wanted.items():
            if id not in self._actions:
                problems.append(f"Settings: there is no action called {id}; its key is left out.")
                continue
            if not isinstance(value, str):
                problems.append(f'Settings: the key of {id} must be a text such as "f5"; it keeps {self._said(id)}.')
                continue
            keys = tuple(part.strip().lower() for part in value.split(",") if part.strip())
            bad = [key for key in keys if key in UNUSABLE or not USABLE.fullmatch(key)]
            if bad:
                why = "is held or changed by terminals" if bad[0] in UNUSABLE else "is not a key that can be used"
                problems.append(f"Settings: {bad[0]} {why}; {id} keeps {self._said(id)}.")
                continue
            accepted[id] = keys
        self._remapped |= accepted
        # A refused entry goes back to its default, which may clash with another wish: look again until none is left.
        while clash := next(self._clashes(accepted), None):
            id, key, other = clash
            del accepted[id]
            self._remapped.pop(id)
            problems.append(
                f"Settings: {key} is already {self._actions[other].name} ({other}); {id} keeps {self._said(id)}."
            )
        return problems

    def reset(self) -> None:
        """Put every action back on its default keys."""
        self._remapped.clear()

    def _clashes(self, accepted: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
        return iter(
            [
                (id, key, other.id)
                for id, keys in accepted.items()
                for key in keys
                if (other := self._holder(key, self._actions[id]))
            ]
        )

    def _holder(self, key: str, asking: Action) -> Action | None:
        """Another action on `key` that some screen has together with `asking`."""
        for other in self._actions.values():
            together = self._where(other) & self._where(asking) or ALL in other.scopes or ALL in asking.scopes
            if other.id != asking.id and together and key in self.keys(other.id):
                return other
        return None

    def _of(self, scope: str) -> frozenset[str]:
        """A screen's own scope, and those that it is of."""
        return self._screens.get(scope, frozenset()) | {scope}

    def _where(self, each: Action) -> frozenset[str]:
        """The screens that have an action."""
        return each.scopes | {screen for screen, kinds in self._screens.items() if kinds & each.scopes}

    def _said(self, id: str) -> str:
        return self.key_text(id) or "no key"


REGISTRY = Registry(
    [
        action("app.help", "f1", "Help", "Keys and help for this screen", {ALL}, "app.help", bar=True),
        action("app.back", "escape", "Back", "Go back; what was typed stays as a draft", {ALL}, "back"),
        action(
            "app.quit",
            "f10",
            "Leave",
            "Leave the program; drafts are kept",
            {ALL},
            "app.leave",
            bar=True,
            priority=True,
        ),
        action("app.palette", "ctrl+p", "Commands", "Every action by name", {ALL}, "app.palette"),
        action("app.jump", "ctrl+g", "Jump", "A letter for every group of fields or pane", {ALL}, "app.jump"),
        action("app.redraw", "ctrl+l", "Redraw", "Draw the screen afresh", {ALL}, "app.redraw", priority=True),
        action(
            "app.copy", "ctrl+c", "Copy", "Copy what is chosen to the terminal's clipboard (OSC 52)", {ALL}, "app.copy"
        ),
        action("app.refresh", "f5", "Refresh", "Read the screen's data again", {ALL}, "refresh_data"),
        action(
            "app.mouse", "", "Mouse on or off", "Off lets the terminal select and copy by itself", {ALL}, "app.mouse"
        ),
        action("app.theme", "", "Next theme", "Change the colours", {ALL}, "app.next_theme"),
        action(
            "app.lock",
            "f12",
            "Lock",
            "Hide everything until your passphrase is typed",
            {ALL},
            "app.lock",
            priority=True,
        ),
        action("app.shell", "", "To the shell", "Suspend to the shell; fg comes back", {ALL}, "app.shell"),
    ]
)
"""The actions of the program. The frame's own are here; screens add theirs where they are defined."""
