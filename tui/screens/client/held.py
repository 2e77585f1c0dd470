"""One record as the client screen holds it: what is saved, what is typed, and what a new one takes from another."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from store.shapes import NEVER, Kind, StoredRecord
from tui.form.record_model import RecordModel
from validators.records import Values
from validators.standard import Standard

DRAFT_KEPT = "What you typed and did not save is kept as a draft."
"""Said on the screen one goes back to; untrue as soon as it is discarded."""


@dataclass(eq=False)
class Held:
    """One record. `version` is 0 until it is saved; `typed` are the values of a draft not yet on the form.

    `overtaken` tells who saved it while something unsaved is typed here; `left` that a person has been in it and gone
    on, so that gaps count from then on. `began` are the values a draft of an older version was begun with; None where
    that is what is `saved`.
    """

    kind: Kind
    id: str
    parent_id: str
    section: str = ""
    version: int = 0
    saved: Values = field(default_factory=dict)
    deleted: bool = False
    changed_at: datetime = NEVER
    changed_by: str = ""
    key_worker: str = ""
    note: str = ""
    typed: Values | None = None
    began: Values | None = None
    carried: frozenset[str] = frozenset()
    at_field: str = ""
    left: bool = False
    overtaken: str = ""
    model: RecordModel | None = None

    @property
    def values(self) -> Values:
        """What stands in the record now, saved or not."""
        if self.model is not None:
            return self.model.values
        return self.saved if self.typed is None else self.typed

    @property
    def is_changed(self) -> bool:
        """Whether anything typed here is not saved."""
        now, before = self.values, self.saved
        return any(now.get(header, "") != before.get(header, "") for header in {*now, *before})

    @property
    def base(self) -> Values:
        """What the typing here began with; empty for a new record, and where an older program did not keep it."""
        return self.saved if self.began is None else self.began

    @property
    def unconfirmed(self) -> frozenset[str]:
        """The fields whose values were carried over and that nobody has confirmed."""
        return frozenset(self.model.carried) if self.model is not None else self.carried

    def adopt(self, stored: StoredRecord) -> None:
        """Take what stands in the store as saved. What is typed stays."""
        self.began = None
        self.parent_id, self.version, self.saved = stored.parent_id, stored.version, stored.values
        self.deleted, self.changed_at, self.changed_by = stored.deleted, stored.changed_at, stored.changed_by


def carried_over(standard: Standard, sections: Collection[str], context: Values, values: Values) -> dict[str, str]:
    """What a new record takes from the last one: all that a person keys, but no dates and nothing that hangs on one."""
    base, taken = {**context, **values}, {}
    for item in standard.fields:
        if item.section in sections and item.keyed == "person" and not item.is_date and values.get(item.header):
            skip = item.skip_when
            dated = skip is not None and any(standard.by_header[header].is_date for header in skip.headers)
            if not dated and not (skip is not None and skip.holds(base)):
                taken[item.header] = values[item.header]
    return taken
