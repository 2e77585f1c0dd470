"""What is looked for, and found, when records come from elsewhere. Needs no SQL: screens know it before the store."""

from dataclasses import dataclass

from store.facts import ClientQuery


@dataclass(frozen=True, slots=True)
class Sought:
    """An episode that is looked for: the note that its copy would begin with, whose it is, and its first day.

    `birth_date` and `opened` as any standard writes them. Without both initials and both days only the note counts.
    """

    note: str
    given_initial: str = ""
    family_initial: str = ""
    birth_date: str = ""
    opened: str = ""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The episode that was found, with its client; `by_note` tells that its note names where it was copied from."""

    episode_id: str
    client_id: str
    reference: str
    by_note: bool


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list of clients that a person asks for again, under a name."""

    name: str
    query: ClientQuery
