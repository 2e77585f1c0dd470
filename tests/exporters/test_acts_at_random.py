"""Three persons act at random on what they saw before; a record's values are of its own client, whoever did what.

Every client has a token, which stands in all values of theirs and is typed into all that is typed of them. Two clients
may be one for a while: what is a client's then is told by `home`, which knows of merges and splits alone.
"""

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from exporters.records import left_drafts, save
from exporters.records.find import records_of
from exporters.records.merging import merge_as_seen, pair
from exporters.records.save import Save
from exporters.subject import everything
from exporters.work import Work
from store.disk import audit
from store.facts import AgencyInfo, ClientTree, Draft, MergeInfo, StoredRecord, Who
from store.live import drafts
from store.records import agencies, field_notes, read
from store.records.merge import kept_for, merged_into
from store.unit_of_work import UnitOfWork
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD
from tests.stores import ask, do
from validators.problems import Problem

PERSONS = ("ann", "bob", "kim")
SECTION = STANDARD.event_sections[0].id
TOKEN = re.compile(r"QZ\d")
FIELD = {"client": "NATION", "episode": "UTLA", "event": "RECPEER"}


class Acting:
    """A store with three clients, what each person saw of it, and whose each record is."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.store, self.random, self.steps = desk.store, random.Random(seed), 0
        self.agency: AgencyInfo = do(self.store, self.who("ann"), agencies.ensure, "T0123", STANDARD.id)
        self.token: dict[str, str] = {}
        self.home: dict[str, str] = {}
        self.views: dict[str, list[ClientTree]] = {one: [] for one in PERSONS}
        self.merges: list[MergeInfo] = []
        for number in range(3):
            token, id = f"QZ{number}", f"c{number}"
            items = [
                Save("client", id, "", "", {"CLIENT": token, "SEX": "1"}, 0),
                Save("episode", f"{id}e", id, "", {"PC": token}, 0),
                Save("event", f"{id}v", f"{id}e", SECTION, {"RECPEER": token}, 0),
            ]
            do(self.store, self.who("ann"), save.records, self.agency, id, items)
            self.token |= dict.fromkeys((id, f"{id}e", f"{id}v"), token)
            self.home[f"{id}e"] = id

    def who(self, person: str) -> Who:
        return Who(person, NOW + timedelta(minutes=self.steps), f"window of {person}")

    def tried(self, person: str, act: Callable[[UnitOfWork], object]) -> bool:
        """Do something; it is done, or refused with a sentence, and nothing else."""
        try:
            do(self.store, self.who(person), act)
        except Problem:
            return False
        return True

    def seen(self, person: str) -> tuple[ClientTree, StoredRecord]:
        """A client as the person saw them at some time, and one of the records."""
        tree = self.random.choice(self.views[person])
        return tree, self.random.choice(list(records_of(tree)))

    def step(self) -> None:
        """One act of somebody."""
        self.steps += 1
        person = self.random.choice(PERSONS)
        acts = [self.look, self.type, self.save, self.delete, self.note, self.merge, self.split, self.go_on]
        act = self.random.choice(acts) if self.views[person] else self.look
        act(person)

    def look(self, person: str) -> None:
        id = self.random.choice(["c0", "c1", "c2"])
        self.views[person] = [*self.views[person][-3:], ask(self.store, read.tree, id, deleted=True)]

    def typed(self, one: StoredRecord) -> dict[str, str]:
        return {**one.values, FIELD[one.kind]: f"{self.token[one.id]} {self.steps}"}

    def type(self, person: str) -> None:
        _, one = self.seen(person)
        draft = Draft(one.kind, one.id, self.typed(one), one.version, one.parent_id, one.section)
        drafts.keep(self.store, self.who(person), draft)

    def save(self, person: str) -> None:
        tree, one = self.seen(person)
        before = ask(self.store, read.get, one.kind, one.id)
        item = Save(one.kind, one.id, one.parent_id, one.section, self.typed(one), one.version, None, one.values)
        if self.tried(person, lambda unit: save.records(unit, self.agency, tree.client.id, [item])):
            assert before.values == one.values, "what somebody else saved was written over"

    def delete(self, person: str) -> None:
        tree, one = self.seen(person)
        id, seen = tree.client.id, {each.id: each.version for each in records_of(tree)}
        before = {each.id: each for each in records_of(ask(self.store, read.tree, id, deleted=True))}
        if one.deleted:
            done = self.tried(person, lambda unit: save.bring_back(unit, id, Save.of(one)))
        else:
            done = self.tried(person, lambda unit: save.delete(unit, id, Save.of(one), seen))
        if done:
            assert one.id in before, "another client's"
            assert before[one.id].values == one.values

    def note(self, person: str) -> None:
        tree, one = self.seen(person)
        text, field = f"{self.token[one.id]} {self.steps}", FIELD[one.kind]
        place, saw = (one.kind, one.id, field, text), one.noted.get(field, "")
        found = ask(self.store, field_notes.of_records, [one.id])
        if self.tried(person, lambda unit: field_notes.keep(unit, *place, saw, tree.client.id)):
            assert [each[2] for each in found if each[1] == field] == [saw][: bool(saw)]

    def merge(self, person: str) -> None:
        keep, other = self.random.sample(["c0", "c1", "c2"], 2)
        try:
            both = ask(self.store, pair, self.agency, STANDARD, keep_id=keep, other_id=other)
        except Problem:
            return
        if self.tried(person, lambda unit: self.merges.append(merge_as_seen(unit, both).merge)):
            self.home |= {id: keep for id, home in self.home.items() if home == other}

    def split(self, person: str) -> None:
        if not self.merges:
            return
        one = self.random.choice(self.merges)
        if self.tried(person, lambda unit: save.split(unit, one.id)):
            self.home |= {id: one.other_id for id in one.moved if self.home[id] == one.keep_id}

    def go_on(self, person: str) -> None:
        """Take up what was typed, and save it."""
        who = Who(person, self.who(person).at, "another window")
        groups = ask(self.store, left_drafts.groups, self.agency, who)
        if not groups:
            return
        one = self.random.choice(groups)
        do(self.store, who, left_drafts.keep, one.drafts)
        for each in one.drafts:
            if each.kept_under:  # typed into one of the two when they were one: that was said before it was kept
                return
        items = [
            Save(each.kind, each.record_id, each.parent_id, each.section, each.values, each.base_version)
            for each in one.drafts
        ]
        self.tried(person, lambda unit: save.records(unit, self.agency, one.client_id, items))

    def well(self) -> None:
        """Everything is whose it is, also what is given out of a client, and every draft is found there."""
        for id in ("c0", "c1", "c2"):
            tree = ask(self.store, read.tree, id, deleted=True)
            assert {each.episode.id for each in tree.episodes} == {e for e, home in self.home.items() if home == id}
            for one in records_of(tree):
                if one.kind != "client":
                    assert set(TOKEN.findall(repr((one.values, one.noted)))) <= {self.token[one.id]}
            if not ask(self.store, kept_for, id):
                own = [id, *ask(self.store, merged_into, id)]
                theirs = {self.token[each] for each in (*own, *(e for e, home in self.home.items() if home in own))}
                work = Work(self.agency, STANDARD, NOW.date())
                held = ask(self.store, everything.everything, work, id, "ann", NOW)
                assert set(TOKEN.findall(repr((held.records, held.unsaved)))) <= theirs | self.kept_with(id)
        for person in PERSONS:
            groups = ask(self.store, left_drafts.groups, self.agency, Who(person, NOW, "another window"))
            every = [each for each in ask(self.store, drafts.listed, person) if each.differs]
            assert sum(len(one.drafts) + one.older for one in groups) == len(every)
            assert {each.kept_under or each.record_id for one in groups for each in one.drafts} <= {
                each.record_id for each in every
            }
        assert ask(self.store, audit.verify).whole

    def kept_with(self, id: str) -> set[str]:
        """What somebody kept for this client of what was typed into another one while the two were one."""
        every = [one for person in PERSONS for one in ask(self.store, drafts.listed, person) if one.record_id == id]
        return {token for one in every for token in TOKEN.findall(repr(one.values))}


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_done_on_an_old_view_reaches_nobody_else_and_writes_over_nothing(desk: Desk, seed: int) -> None:
    acting = Acting(desk, seed)
    for _ in range(45):
        acting.step()
        if acting.steps % 6 == 0:
            acting.well()
