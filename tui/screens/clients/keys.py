"""The keys of the list of clients, in the registry."""

from tui.widgets.actions import ALL, REGISTRY, action
from validators.standard.terminology import Sentence

SCOPE = {"clients"}
REGISTRY.add(
    action("clients.new", "ctrl+n insert", "New", "Enter a new client", SCOPE, "new", bar=True),
    action(
        "clients.open", "ctrl+o", "Open cases", Sentence("Only clients with an open {episode}"), SCOPE, "filter('open')"
    ),
    action("clients.closed", "ctrl+x", "Closed cases", "Only clients with none open", SCOPE, "filter('closed')"),
    action("clients.errors", "ctrl+e", "With errors", "Only clients with errors", SCOPE, "filter('errors')"),
    action(
        "clients.consent",
        "ctrl+v",
        "No consent",
        "Only without consent",
        SCOPE,
        "filter('no_consent')",
        needs="consent",
    ),
    action("clients.mine", "ctrl+w", "Mine", "Only those changed last by me", SCOPE, "filter('mine')"),
    action("clients.drafts", "ctrl+d", "Drafts", "Only those I have a draft in", SCOPE, "filter('drafts')"),
    action(
        "clients.doubles",
        "",
        "Perhaps twice",
        Sentence("Clients who share a number, or initials, birth date and sex, with another {client}"),
        SCOPE,
        "filter('doubles')",
    ),
    action(
        "clients.deleted",
        "",
        "Deleted and merged",
        "Only those deleted, or merged into another; Enter, then Bring back",
        SCOPE,
        "filter('deleted')",
    ),
    action("clients.worker", "ctrl+k", "Key worker", "Only one key worker's clients", SCOPE, "worker"),
    action("clients.all", "ctrl+u", "All", "Take away words and filters", SCOPE, "all"),
    action("clients.sort", "ctrl+right", "Sort", "Sort by the next column", SCOPE, "sort(1)", bar=True),
    action("clients.sort_before", "ctrl+left", "Sort before", "Sort by the column before", SCOPE, "sort(-1)"),
    action("clients.turn", "ctrl+r", "Turn round", "Turn the order round", SCOPE, "turn"),
    action("clients.history", "", "History", "Who changed this client, and when", SCOPE, "history"),
    action("go.mine", "", "By me today", "What I changed today", {ALL}, "app.open_screen('history')"),
)
SHOWN = {
    "open": "clients.open",
    "closed": "clients.closed",
    "errors": "clients.errors",
    "no_consent": "clients.consent",
    "mine": "clients.mine",
    "drafts": "clients.drafts",
    "doubles": "clients.doubles",
    "deleted": "clients.deleted",
}
"""The action of each filter."""
TO_TABLE = {"tab": "down", "shift+tab": "up", "ctrl+home": "home", "ctrl+end": "end"}
"""Keys of the search line → those of the table."""
