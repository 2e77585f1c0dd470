"""What goes out of an episode without a recorded agreement: the columns the edition allows, and nothing else.

Rows are made through this: selections shape what goes out by it, and writers ask once more before they write.
"""

from collections.abc import Collection

from validators.records import EpisodeRecord, Values
from validators.standard.model import Standard

NOTHING_MAY_GO = "no consent is recorded, and without it nothing may be sent"


def cut(standard: Standard, record: EpisodeRecord) -> EpisodeRecord:
    """The record with the columns alone that may be carried without consent, beside what is kept here of it.

    An episode that may be sent in full keeps all but what has a consent of its own that is not given, and what never
    leaves. An answer that is missing or cannot be read is none; one that is longer than its field stays here, because
    it may be any text.
    """
    if standard.has_consent(record.episode):
        return without(record, hidden_of(standard, record))
    asked = standard.role("consent")

    def left(values: Values) -> dict[str, str]:
        found = {header: value for header in standard.no_consent_carries if (value := values.get(header))}
        if not standard.is_answer(values.get(asked, "")):
            found.pop(asked, None)
        return found

    # What is left could still say who it is: it is judged beside what is kept here.
    kept = record.kept or record
    return EpisodeRecord(
        left(record.client), left(record.episode), (), (), record.client_id, record.episode_id, kept=kept
    )


def hidden_of(standard: Standard, record: EpisodeRecord, settings: Values | None = None) -> tuple[str, ...]:
    """The fields whose own consent is not given, by the episode or its client, and those that never leave.

    With an agency's `settings` also those that it has not switched on.
    """
    guarded = standard.guarded
    if guarded is None:
        return standard.kept_back
    answer = record.episode.get(guarded.consent)
    given = (record.client.get(guarded.consent, "") if answer is None else answer) in guarded.consented
    if given and (settings is None or settings.get(guarded.setting) == "yes"):
        return standard.kept_back
    return (*standard.kept_back, *guarded.headers)


def without(record: EpisodeRecord, hidden: Collection[str]) -> EpisodeRecord:
    """The record without the fields that are hidden; the same one where it has none of them."""
    if not hidden:
        return record
    its = (record.client, record.episode, *[event.values for event in record.events])
    # Asked of every record that goes: no generator, nothing in Python for each field.
    for values in its:
        if not values.keys().isdisjoint(hidden):
            break
    else:
        return record

    return record.altered(lambda values: {header: value for header, value in values.items() if header not in hidden})
