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
        "clients.quiet",
        "",
        "No event for weeks",
        Sentence("Open {episodes} without any {event} for some weeks"),
        SCOPE,
        "filter('quiet')",
    ),
    action(
        "clients.weeks",
        "",
        "How many weeks",
        "After how many weeks without an event one is on that list",
        SCOPE,
        "weeks",
    ),
    action(
        "clients.not_begun",
        "",
        "Not begun",
        Sentence("Open {episodes} without the date on which they began"),
        SCOPE,
        "filter('not_begun')",
        needs="begun",
    ),
    action(
        "clients.over_a_year",
        "",
        "Over a year",
        Sentence("{Episodes} open for over a year"),
        SCOPE,
        "filter('over_a_year')",
    ),
    action(
        "clients.review_due",
        "",
        "Review due",
        "The last review was held too long ago",
        SCOPE,
        "filter('review_due')",
        needs="reviews",
    ),
    action(
        "clients.no_answer",
        "",
        "No consent answer",
        "No answer about consent: open, or closed and still sent",
        SCOPE,
        "filter('no_answer')",
        needs="consent",
    ),
    action(
        "clients.unconfirmed",
        "",
        "Taken over",
        "Values taken over from another record and not confirmed",
        SCOPE,
        "filter('unconfirmed')",
    ),
    action("clients.noted", "", "Notes", "With notes on fields to answer", SCOPE, "filter('noted')"),
    action(
        "clients.to_tell",
        "",
        "To tell",
        "Withdrawals of consent that no extract carries: somebody is to tell whoever has the data",
        SCOPE,
        "filter('to_tell')",
        needs="consent",
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
    action("clients.views", "ctrl+t", "Views", "A list kept before: words, filters and order", SCOPE, "views"),
    action("clients.keep_view", "", "Keep view", "Keep words, filters and order under a name", SCOPE, "keep_view"),
    action("clients.forget_view", "", "Forget view", "Forget a list kept before", SCOPE, "forget_view"),
    action("clients.all", "ctrl+u", "All", "Take away words and filters", SCOPE, "all"),
    action("clients.sort", "ctrl+right", "Sort", "Sort by the next column", SCOPE, "sort(1)", bar=True),
    action("clients.sort_before", "ctrl+left", "Sort before", "Sort by the column before", SCOPE, "sort(-1)"),
    action("clients.turn", "ctrl+r", "Turn round", "Turn the order round", SCOPE, "turn"),
    action(
        "clients.recode", "", "Recode", "One code in place of another in the records of those listed", SCOPE, "recode"
    ),
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
    "quiet": "clients.quiet",
    "not_begun": "clients.not_begun",
    "over_a_year": "clients.over_a_year",
    "review_due": "clients.review_due",
    "no_answer": "clients.no_answer",
    "unconfirmed": "clients.unconfirmed",
    "noted": "clients.noted",
    "to_tell": "clients.to_tell",
    "deleted": "clients.deleted",
}
"""The action of each filter."""
TO_TABLE = {"tab": "down", "shift+tab": "up", "ctrl+home": "home", "ctrl+end": "end"}
"""Keys of the search line → those of the table."""
