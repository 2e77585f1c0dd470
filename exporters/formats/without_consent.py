"""What goes out of an episode without a recorded agreement: the columns the edition allows, and nothing else.

Rows are made through this: selections shape what goes out by it, and writers ask once more before they write.
"""

from collections.abc import Collection
from dataclasses import replace

from validators.records import EpisodeRecord, Values
from validators.standard.edition import GuardedFields
from validators.standard.model import Standard

NOTHING_MAY_GO = "no consent is recorded, and without it nothing may be sent"


def cut(standard: Standard, record: EpisodeRecord) -> EpisodeRecord:
    """The record with the columns alone that may be carried without consent, beside what is kept here of it.

    An episode that may be sent in full keeps all but what has a consent of its own that is not given, and what never
    leaves. An answer that is missing or cannot be read is none; one
    that is longer than its field stays here, because it may be any text.
    """
    if standard.has_consent(record.episode):
        return _guarded(standard, record)
    asked = standard.role("consent")
    longest = standard.by_header[asked].layout.length

    def left(values: Values) -> dict[str, str]:
        found = {header: value for header in standard.no_consent_carries if (value := values.get(header))}
        if len(found.get(asked, "")) > longest:
            found.pop(asked, None)
        return found

    # What is left could still say who it is: it is judged beside what is kept here.
    kept = record.kept or record
    return EpisodeRecord(
        left(record.client), left(record.episode), (), (), record.client_id, record.episode_id, kept=kept
    )


def _guarded(standard: Standard, record: EpisodeRecord) -> EpisodeRecord:
    """The record without the fields whose own consent is not given, and without those that never leave."""
    guarded, hidden = standard.guarded, standard.kept_back
    if guarded is not None and its_consent(record, guarded) not in guarded.consented:
        hidden = (*hidden, *guarded.headers)
    return without(record, hidden) if hidden else record


def its_consent(record: EpisodeRecord, guarded: GuardedFields) -> str:
    """What an episode, or its client, answers to the consent that some fields need for themselves."""
    answer = record.episode.get(guarded.consent)
    return record.client.get(guarded.consent, "") if answer is None else answer


def without(record: EpisodeRecord, hidden: Collection[str]) -> EpisodeRecord:
    """The record without the fields that are hidden; the same one where it has none of them."""
    its = (record.client, record.episode, *(event.values for event in record.events))
    if not any(header in values for header in hidden for values in its):
        return record

    def left(values: Values) -> Values:
        return {header: value for header, value in values.items() if header not in hidden}

    events = tuple(replace(event, values=left(event.values)) for event in record.events)
    return replace(record, client=left(record.client), episode=left(record.episode), events=events)
