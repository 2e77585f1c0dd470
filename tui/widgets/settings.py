"""The settings file: theme, mouse, keys. What it gets wrong is said in a sentence each, and the rest holds."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from tui.widgets.actions import REGISTRY, Registry
from tui.widgets.theme import THEMES

KNOWN = ("theme", "mouse", "keys")


@dataclass(frozen=True)
class Settings:
    """What a person set: the theme's name, whether the mouse is on, keys by action id; and what could not be used."""

    theme: str = THEMES[0]
    mouse: bool = True
    keys: dict[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def settings_path() -> Path:
    """Where the settings file stands: `settings.toml` in the person's configuration folder."""
    return Path(platformdirs.user_config_dir("keywork")) / "settings.toml"


def load_settings(path: Path | None = None, registry: Registry = REGISTRY, *, all_known: bool = True) -> Settings:
    """Read the settings file and put the registry's actions on the keys it asks for.

    A missing file is no problem. Call it before the app's class is made use of: bindings are read from the registry.
    Where not `all_known` actions may come into the registry later: those of screens, which are loaded after the first
    paint. `settle` then does the rest. Every entry that is not understood is named in `problems`, the others are used.
    """
    path = path or settings_path()
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return Settings()
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
    mouse = table.get("mouse", True)
    if not isinstance(mouse, bool):
        problems.append("Settings: mouse must be true or false; it is on.")
        mouse = True
    keys = table.get("keys", {})
    if not isinstance(keys, dict):
        problems.append('Settings: keys must be a table such as [keys] with lines "form.save" = "f5".')
        keys = {}
    keys = _flat(keys)
    if not all_known:
        registry.remap({id: value for id, value in keys.items() if id in registry})
        return Settings(theme, mouse, keys, tuple(problems))
    problems += registry.remap(keys)
    return Settings(theme, mouse, keys, tuple(problems))


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
