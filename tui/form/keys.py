"""What the keys of the form do, unless a person has moved them."""

from collections.abc import Mapping

FORM_KEYS: Mapping[str, str] = {
    "tab": "forward",
    "enter": "forward",
    "down": "down",
    "shift+tab": "back",
    "up": "up",
    "pagedown": "page_down",
    "pageup": "page_up",
    "alt+left": "way_back",
    "f4": "codes",
    "escape": "escape",
    "ctrl+r": "take_previous",
    "ctrl+e": "rest_no",
    "ctrl+z": "undo",
    "ctrl+y": "redo",
    "f1": "help",
    "f2": "save",
    "f6": "field_help",
    "f7": "previous_finding",
    "f8": "next_finding",
}
"""Key → what it does. What the form does not do itself goes to the host by this name, in its turn among the keys."""
