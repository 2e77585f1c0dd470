"""The keys of the client screen and of its pages, in the registry, and the table the form reads them from.

Light, because it is imported before the first paint: the settings file may name every action.
"""

from collections.abc import Mapping

from tui.widgets.actions import REGISTRY, TO_CASELOAD, WALKING, action
from validators.standard.terminology import Sentence

SCOPE = {"client"}
AROUND = {TO_CASELOAD}
WALKED = {WALKING}

REGISTRY.add(
    action("caseload.next", "f8", "First fault", "The caseload's first finding, in its field", AROUND, "next_finding"),
    action("caseload.last", "f7", "Last fault", "The caseload's last finding", AROUND, "previous_finding"),
    action("form.save", "f2", "Save", "Save what is typed, valid or not", SCOPE, "save", bar=True),
    action("form.codes", "f4", "Codes", "The codes of this field; type a code or words", SCOPE, "codes", bar=True),
    action("form.field", "f6", "Field", "This field: wording, codes, rules, source", SCOPE, "field_help", bar=True),
    action("form.next", "f8", "Next fault", "The next finding, in any record", WALKED, "next_finding", bar=True),
    action("client.new", "ctrl+n", "New", Sentence("A new {episode}, {event} or {client}"), SCOPE, "new", bar=True),
    action("client.tree", "ctrl+t", "Tree", "To the tree of records, and back to the form", SCOPE, "tree", bar=True),
    action("form.previous", "f7", "Fault before", "The finding before", WALKED, "previous_finding"),
    action("client.panel", "f9", "Panel", "Show or hide what the rules say", SCOPE, "panel"),
    action(
        "form.take", "ctrl+r", "Take over", "Take this field's value from the previous record", SCOPE, "take_previous"
    ),
    action("form.rest_no", "ctrl+e", "Rest: No", "No in the empty yes-or-no fields of this group", SCOPE, "rest_no"),
    action(
        "form.moves_on",
        "",
        "Move on when full",
        "Whether a field that is full of one of its codes is left by itself",
        SCOPE,
        "moves_on",
    ),
    action("form.back", "alt+left", "Way back", "To where one was before the last jump", SCOPE, "way_back"),
    action("form.undo", "ctrl+z", "Undo", "Take back the last change, or the last deletion", SCOPE, "undo"),
    action("form.redo", "ctrl+y", "Redo", "Do again what was taken back", SCOPE, "redo"),
    action("client.accept", "ctrl+o", "Accept", "Accept this field's warning, or take that back", SCOPE, "accept"),
    action(
        "client.worker",
        "ctrl+k",
        "Key worker",
        Sentence("Key worker and note of the {episode}, never sent"),
        SCOPE,
        "worker",
    ),
    action(
        "client.consent",
        "ctrl+d",
        "Consent",
        Sentence("Consent of the {episode}: its history; record an answer"),
        SCOPE,
        "consent",
        needs="consent",
    ),
    action(
        "client.note", "ctrl+w", "Note", "A line on this field, such as what it waits for; never sent", SCOPE, "note"
    ),
    action("client.alike", "ctrl+f", "Resembling", "Clients who may be the same, side by side", SCOPE, "alike"),
    action("client.delete", "delete", "Delete", "Delete this record (in the tree); asks first", SCOPE, "delete"),
    action("client.restore", "", "Bring back", "Bring this deleted record back", SCOPE, "bring_back"),
    action("client.deleted", "", "Deleted records", "Show or hide what was deleted", SCOPE, "deleted"),
    action("client.merge", "", "Merge", "Make this client and another one", SCOPE, "merge"),
    action("client.split", "", "Split", "Undo a merge of this client", SCOPE, "split"),
    action("client.compare", "", "Compare", "What is typed beside what is saved", SCOPE, "compare"),
    action(
        "client.copy",
        "",
        "Copy to another agency",
        "Take this client over to an agency of another data set; shows first what goes over",
        SCOPE,
        "copy_client",
    ),
    action("copy.write", "f2", "Copy", "Copy the client as the page says", {"copy"}, "write", bar=True),
    action("client.history", "", "History", "Who changed this record, and when", SCOPE, "history"),
    action(
        "client.everything",
        "",
        "Everything held",
        "All that is held about this client, to be handed out; and removal",
        SCOPE,
        "everything",
    ),
    action("compare.take", "f2", "Take these", "Take the values marked, field by field", {"compare"}, "take", bar=True),
    action(
        "compare.all_mine", "f7", "All yours", "Choose what you typed in every field", {"compare"}, "all(0)", bar=True
    ),
    action(
        "compare.all_saved", "f8", "All saved", "Choose what is saved in every field", {"compare"}, "all(1)", bar=True
    ),
    action(
        "alike.open",
        "f2",
        "Open the other",
        "Go to the other client; this one stays a draft",
        {"alike"},
        "other",
        bar=True,
    ),
    action("alike.merge", "f4", "Merge", "Make the two one client", {"alike"}, "merge", bar=True),
    action("alike.next", "f8", "Next", "The next client who resembles this one", {"alike"}, "walk(1)", bar=True),
    action("alike.previous", "f7", "Before", "The one before", {"alike"}, "walk(-1)"),
)

# What moves within the form is the form's own; nobody may take these keys away.
_PLAIN = {
    "tab": "forward",
    "enter": "forward",
    "down": "down",
    "shift+tab": "back",
    "up": "up",
    "pagedown": "page_down",
    "pageup": "page_up",
}
# In a text these mean what they mean in any text; there the palette, or the tree, has the action.
_TEXT = frozenset({"delete", "backspace", "left", "right", "home", "end"})


def form_keys() -> Mapping[str, str]:
    """Key → what it does in the form, with the keys as the person has set them."""
    keys = dict(_PLAIN)
    for each in REGISTRY.own("client"):
        keys |= {key: each.method for key in REGISTRY.keys(each.id) if key not in _TEXT}
    keys |= dict.fromkeys(REGISTRY.keys("app.back"), "escape")
    return keys
