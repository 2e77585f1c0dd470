"""Which colour token each part of the form and of the panel is drawn with."""

from collections.abc import Mapping
from typing import Any

from textual.app import App

from tui.frame.tokens import Tokens, tokens_for

INK: Mapping[str, str] = {
    "label": "text",
    "current": "chosen",
    "skipped": "dim",
    "value": "text",
    "meaning": "dim",
    "carried": "notice",
    "heading": "heading",
    "error": "error",
    "warning": "warning",
    "notice": "notice",
    "title": "bar",
    "choice": "panel",
    "chosen": "cursor",
    "hint": "dim",
}
"""Part of the form → token."""

PANEL_INK: Mapping[str, str] = {
    "title": "panel_heading",
    "error": "error",
    "warning": "warning",
    "notice": "notice",
    "to do": "panel",
    "accepted": "panel",
    "blank": "panel",
}
"""Part of the panel → token."""

_PLAIN = tokens_for("dark", "256")


def tokens_of(app: App[Any]) -> Tokens:
    """The tokens of the app's theme; the dark ones in an app that has none."""
    tokens = getattr(app, "tokens", None)
    return tokens if isinstance(tokens, Tokens) else _PLAIN
