"""The settings file: theme, mouse, keys, how one types. What it gets wrong is said in a sentence each, the rest holds.

A person may write it, and what is changed in the program is written into it, with what stands there left as it is.
"""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from store.facts import QUIET_WEEKS
from tui.widgets.actions import REGISTRY, Registry
from tui.widgets.theme import THEMES
from validators.own_folders import own_folder

LOCK_MINUTES = 15
DAILY_COPIES = 14
"""So many copies of days the program keeps by itself."""
MOST_COPIES = 1000
KNOWN = ("theme", "mouse", "moves_on", "clients_sorted_by", "quiet_weeks", "lock_minutes", "daily_copies", "keys")
WEEKS = range(1, 521)
"""So many weeks without an event may be asked for: ten years at most."""


@dataclass(frozen=True)
class Settings:
    """What a person set: the theme's name, whether the mouse is on, whether a full field is left by itself, what the
    list of clients is sorted by (`-` before it turns that round), the weeks without an event after which a client is on
    a worklist, keys by action id; and what could not be used.

    After `lock_minutes` without a key the screen is locked; 0 for never. The first session of a day makes a copy of the
    store, and the last `daily_copies` of them are kept; 0 for none. `path` is the file that changes are remembered
    in; None where nothing is remembered.
    """

    theme: str = THEMES[0]
    mouse: bool = True
    moves_on: bool = False
    clients_sorted_by: str = ""
    quiet_weeks: int = QUIET_WEEKS
    keys: dict[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    path: Path | None = None
    lock_minutes: int = LOCK_MINUTES
    daily_copies: int = DAILY_COPIES


def settings_path() -> Path:
    """Where the settings file stands: `settings.toml` in the person's configuration folder."""
    return own_folder("config") / "settings.toml"


def load_settings(path: Path | None = None, registry: Registry = REGISTRY, *, all_known: bool = True) -> Settings:
    """Read the settings file and put the registry's actions on the keys it asks for.

    A missing file is no problem. Call it before the app's class is made use of: bindings are read from the registry.
    Where not `all_known` actions may come into the registry later: those of screens, which are loaded after the first
    paint. `settle` then does the rest. Every entry that is not understood is named in `problems`, the others are used.
    """
    path = path or settings_path()
    try:
        if path.exists() and not path.is_file():  # reading a pipe or a device may never end
            return Settings(problems=(f"Settings: {path} is not a plain file; everything is as usual.",))
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return Settings(path=_own(path))
    except (OSError, UnicodeDecodeError) as error:
        return Settings(problems=(f"Settings: {path} cannot be read ({error}); everything is as usual.",))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings(problems=(f"Settings: {path} is not TOML ({error}); everything is as usual.",))
    problems = [f"Settings: {name} is not known; it is left out." for name in table if name not in KNOWN]
    theme = table.get("theme", THEMES[0])
    if theme not in THEMES:
        problems.append(f"Settings: there is no theme {theme!r}; there are {', '.join(THEMES)}.")
        theme = THEMES[0]
    mouse = _switch(table, "mouse", True, problems)
    moves_on = _switch(table, "moves_on", False, problems)
    order = table.get("clients_sorted_by", "")
    if not isinstance(order, str):
        problems.append('Settings: clients_sorted_by must be a text such as "name"; it is left out.')
        order = ""
    minutes = table.get("lock_minutes", LOCK_MINUTES)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= 24 * 60:
        problems.append(f"Settings: lock_minutes must be a number of minutes, 0 for never; it is {LOCK_MINUTES}.")
        minutes = LOCK_MINUTES
    weeks = table.get("quiet_weeks", QUIET_WEEKS)
    if not isinstance(weeks, int) or isinstance(weeks, bool) or weeks not in WEEKS:
        problems.append(f"Settings: quiet_weeks must be a number of weeks, 1 to {WEEKS[-1]}; it is {QUIET_WEEKS}.")
        weeks = QUIET_WEEKS
    copies = table.get("daily_copies", DAILY_COPIES)
    if not isinstance(copies, int) or isinstance(copies, bool) or not 0 <= copies <= MOST_COPIES:
        problems.append(f"Settings: daily_copies must be a number of copies, 0 for none; it is {DAILY_COPIES}.")
        copies = DAILY_COPIES
    keys = table.get("keys", {})
    if not isinstance(keys, dict):
        problems.append('Settings: keys must be a table such as [keys] with lines "form.save" = "f5".')
        keys = {}
    keys = _flat(keys)
    if all_known:
        problems += registry.remap(keys)
    else:
        registry.remap({id: value for id, value in keys.items() if id in registry})
    return Settings(theme, mouse, moves_on, order, weeks, keys, tuple(problems), _own(path), minutes, copies)


def _switch(table: dict[str, object], name: str, usual: bool, problems: list[str]) -> bool:
    """A setting that is on or off."""
    value = table.get(name, usual)
    if isinstance(value, bool):
        return value
    problems.append(f"Settings: {name} must be true or false; it is {'on' if usual else 'off'}.")
    return usual


def _own(path: Path) -> Path | None:
    """The file where what is changed in the program is remembered; None where it is several people's.

    Under an account for the service, the file is that account's: it is whoever sees to it that writes it.
    """
    return None if "SUDO_UID" in os.environ else path


def changed(settings: Settings, name: str, value: str | bool | int) -> Settings:
    """The settings with one of them changed."""
    change: dict[str, Any] = {name: value}
    return replace(settings, **change)


def remember(settings: Settings, name: str, value: str | bool | int) -> None:
    """Write a change into the settings file, whose other lines stay as they are.

    Raises OSError where the file cannot be written and ValueError where it is not TOML; then the change holds for this
    session alone.
    """
    if settings.path is None:
        return
    # Loaded when somebody first changes something: it takes longer than to read the file at the start.
    import tomlkit

    from store.disk import files

    path = settings.path
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
    if name not in document and document:
        # A line of its own at the top: behind a table it would belong to that.
        lines = f"{tomlkit.dumps({name: value})}{tomlkit.dumps(document)}"
    else:
        document[name] = value
        lines = tomlkit.dumps(document)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with files.scratch(path, files.PRIVATE) as made:
        made.write_text(lines, encoding="utf-8")
        files.sync(made)
        made.replace(path)


def settle(settings: Settings, know: Callable[[], object], registry: Registry = REGISTRY) -> Settings:
    """Put the actions that `know` brings into the registry on the keys asked for, and say which cannot be used.

    It is called only where keys are asked for, since it takes a tenth of a second.
    """
    if not settings.keys:
        return settings
    know()
    registry.reset()
    return replace(settings, problems=(*settings.problems, *registry.remap(settings.keys)))


def _flat(table: dict[str, object], before: str = "") -> dict[str, object]:
    """Ids of a keys table: `form.save = "f5"` without quotes is a table in a table, and means the same."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[before + name] = value
    return flat
