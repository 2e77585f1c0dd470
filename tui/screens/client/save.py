"""Saving: all that is typed of a client in one transaction; somebody else's newer version is never written over."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from exporters.extracts.sent_links import changed_links, told_of_links
from exporters.formats import choose
from exporters.records import save
from exporters.records.save import Save, Saved
from store.facts import RECORD_KINDS, ClientTree, NewerVersion, NotThere, Outgrown, StoredRecord
from store.people.acts import Refused
from tui.screens.client import labels
from tui.screens.client.findings_walk import KEY_OF
from tui.screens.client.model import MOVED, Case, Held
from tui.session.store_access import shortly
from tui.session.wording import when
from tui.widgets.confirm import Answer, Confirm
from validators.problems import Problem
from validators.records import EpisodeRecord, Values

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

# What links an episode to what was sent of it is changed: said, and asked about, before it is saved.


def before_relinking(screen: "ClientView", items: Sequence[Save], go_on: Callable[[], None]) -> None:
    """Go on to save; where a save of `items` changes what was sent, only when the person says so."""
    journeys = _relinked(screen.case, items)
    if not journeys:
        go_on()
        return
    agency, standard = screen.program.agency, screen.program.standard
    screen.program.read(
        lambda snapshot: changed_links(snapshot, agency, standard, journeys),
        on_done=lambda found: _ask(screen, found, go_on),
        on_problem=lambda problem: screen.say(problem.sentence, "error"),
        hold=True,
    )


def _relinked(case: Case, items: Sequence[Save]) -> list[EpisodeRecord]:
    """The journeys of which something is changed that links them to what was sent."""
    link = choose.of(case.standard).link
    if link is None:
        return []
    now = {item.id: item.values for item in items}
    client = case.client
    found = []
    for held in case.by_id.values():
        if held.kind == "episode" and held.version and not held.deleted:
            was = {**client.saved, **held.saved}
            of_client, own = now.get(client.id, client.saved), now.get(held.id, held.saved)
            if any(was.get(header, "") != {**of_client, **own}.get(header, "") for header in link.headers):
                found.append(EpisodeRecord(of_client, own, (), (), client.id, held.id))
    return found


def _ask(screen: "ClientView", found: Sequence[EpisodeRecord], go_on: Callable[[], None]) -> None:
    """Say what a changed link does before it is saved; it is nobody's to refuse."""
    if not found:
        go_on()
        return
    lines = told_of_links(screen.case.standard, found)

    def answered(letter: str | None) -> None:
        if letter == "s":
            go_on()

    question = Confirm("Changed after it was sent", lines, [Answer("s", "Save it all the same")], "")
    screen.app.push_screen(question, answered)


RETRY_SECONDS = 1.0
HOLD_SECONDS = 1.0
"""The keys wait so long for a save; in a store that is busy for longer, people type on."""
NOT_THERE = (
    "Not saved: this is not in the store any more. It was removed for good, or the store was put back to an earlier"
    " state."
)
TAKEN = "Somebody took the record you were in to another client, or removed it. You are in the one above it now."
BUSY = "The store is busy: saving goes on, type on."


class After(Protocol):
    """What is done when a save has come through."""

    def __call__(self) -> None: ...


class Saving:
    """The saves of one client screen."""

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen
        self._waiting: list[Save] = []
        self._under_way: list[Save] = []
        self._once_more = False
        self.taken = 0

    @property
    def is_under_way(self) -> bool:
        """Whether a save was begun that has not ended. `taken` counts how often the store's client was taken over."""
        return bool(self._under_way)

    def save(self) -> None:
        """Write what is typed in every record of the client. The keys wait for it, but no longer than a moment.

        Asked for again while it goes on, it is done once more after it, with what is typed by then.
        """
        if self._under_way:
            self._once_more = True
            self.screen.say(BUSY, "warning")
            return
        case, held = self.screen.case, self.screen.held
        wanted = {each.id for each in case.by_id.values() if each.is_changed and not each.overtaken}
        if held.version == 0 or held.overtaken:
            wanted.add(held.id)
        for each in list(case.by_id.values()):
            parent = each
            while parent.id in wanted and parent.kind != "client":
                parent = case.by_id[parent.parent_id]
                if parent.version == 0:
                    wanted.add(parent.id)
        items = [_save_of(each) for each in case.by_id.values() if each.id in wanted]
        items.sort(key=lambda item: RECORD_KINDS.index(item.kind))
        if not items:
            self.screen.say("Nothing is changed since it was saved.")
            return
        before_relinking(self.screen, items, lambda: self._write(items))

    def _deleted_over(self, item: Save) -> Held | None:
        """What is known to be deleted of a record and those it stands under: it is not saved before that is back."""
        case, held = self.screen.case, self.screen.case.by_id.get(item.id)
        while held is not None and not held.deleted:
            held = case.by_id.get(held.parent_id) if held.kind != "client" else None
        return None if held is None or held.overtaken else held

    def _write(self, items: list[Save], again: bool = False) -> None:
        screen, program = self.screen, self.screen.program
        if not again:
            screen.keeper.forget([item.id for item in items])
        number = screen.keeper.aside.began()
        self._waiting, self._under_way = [], items
        keys = None if again else program.key_queue.hold()
        waits = keys is not None  # whoever saves: a question comes over nothing that is typed

        def ended(then: Callable[[], None]) -> None:
            self._under_way = []
            try:
                then()
            finally:
                if keys is not None:
                    keys.release()
            screen.around.reload_what_was_put_off()

        def late() -> None:
            nonlocal waits
            if keys is not None and self._under_way is items:
                keys.release()
                waits = False
                if screen.is_attached:
                    screen.say(BUSY, "warning")

        program.set_timer(HOLD_SECONDS, late)
        agency, client_id = program.agency, screen.client_id
        program.write(
            lambda unit: save.records(unit, agency, client_id, items),
            on_done=lambda saved: ended(lambda: self._saved(saved, items, number)),
            on_problem=lambda problem: ended(lambda: self._failed(problem, items, again, waits, number)),
        )

    def _saved(self, saved: Saved, items: list[Save], number: int) -> None:
        screen = self.screen
        for item in items:
            held = screen.case.by_id.get(item.id)
            if held is not None:
                held.typed, held.left, held.overtaken = None, True, ""
        self.take(saved.tree, saved.records)
        for held in screen.case.by_id.values():
            if held.is_changed:  # typed on while the save waited
                screen.keeper.touch(held)
        screen.keeper.aside.ended(number, waiting=any(held.is_changed for held in screen.case.by_id.values()))
        screen.around.saved()
        names = ", ".join(
            labels.record_name(screen.case, screen.case.by_id[item.id])
            for item in items
            if item.id in screen.case.by_id
        )
        unsure = sum(len(held.unconfirmed) for held in screen.case.by_id.values() if not screen.case.is_gone(held))
        carried = f" {unsure} carried values are not confirmed yet." if unsure else ""
        wrong = sum(entry.kind == "error" for entry in screen.entries)
        screen.walking.announce()
        # Along a worklist F8 and F7 lead to others who wait.
        along = f"{_key('app.jump')}, then F" if screen.program.walked_list is not None else ""
        key = along or _key(KEY_OF[screen.walking.way()]) if wrong else ""
        faults = f" {wrong} error{'s' if wrong > 1 else ''} to mend: {key}." if wrong else ""
        if screen.is_attached:
            gone = screen.consenting.told_of(saved.withdrawn)
            screen.say(f"Saved: {names}.{gone}{faults}{carried}", "warning" if gone else "ok")
        again, self._once_more = self._once_more, False
        if again and any(held.is_changed for held in screen.case.by_id.values()):
            self.save()

    def take(self, tree: ClientTree, written: Sequence[StoredRecord] = (), *, own: bool = False) -> bool:
        """Take the client as the store has it; the form stays at its field. Whether there was something to tell of what
        is typed here.

        With `own` it is what the person did here that takes the record on the form away, and the one above comes up.
        What others delete stays on the form: the next key would land in a field of another record. Where others took
        it elsewhere it cannot, and only Escape, in a dialog, leads on.
        """
        screen, case = self.screen, self.screen.case
        self.taken += 1
        made = {stored.id for stored in written}
        for stored in written:
            held = case.by_id.get(stored.id)
            if held is not None:
                held.adopt(stored)
                if held.model is not None:
                    held.model.saved(stored.values)
        typed = [held for held in case.by_id.values() if held.version and held.is_changed]
        told = case.adopt(tree)
        moved = [held for held in typed if held.id not in case.by_id]
        # What is new under what others took elsewhere goes along, and is offered there.
        for held in [one for one in case.by_id.values() if one.kind != "client" and one.parent_id not in case.by_id]:
            moved += [one for one in case.remove(held) if one.is_changed]
        for held in case.by_id.values():
            _take_made(case, held, is_saved=held.id in made)
        self._stay_or_come_up(own)
        screen.form.follow()
        screen.show()
        if moved:
            screen.say(MOVED, "warning")
        for held in told:
            self.tell_overtaken(held, held.overtaken, held.deleted)
        return bool(moved or told)

    def tell_overtaken(self, held: Held, by: str, is_deleted: bool) -> None:
        """Say what somebody did to a record that is typed in, or under: nothing is asked of whoever types on."""
        screen = self.screen
        who = labels.somebody(by, screen.program.person)
        did, asks = ("deleted", "asks whether to bring it back") if is_deleted else ("saved", "shows both")
        screen.say(
            f"{who} {did} {labels.record_name(screen.case, held)} while you have changes in it:"
            f" {_key('form.save')} {asks}.",
            "warning",
        )

    def _stay_or_come_up(self, own: bool) -> None:
        """The record on the form after the client was taken from the store: it, or what stands above it."""
        screen, case = self.screen, self.screen.case
        is_elsewhere, is_gone = screen.held.id not in case.by_id, case.is_gone(screen.held)
        if is_elsewhere or (own and is_gone):
            parent = case.by_id.get(screen.held.parent_id, case.client)
            screen.open(case.client if case.is_gone(parent) else parent)
            if not own and screen.app.screen is screen.form.screen:
                screen.app.push_screen(Confirm("Not here any more", [TAKEN], []))
            return
        if is_gone and screen.held is not case.client:
            case.show_deleted = True
        if screen.held.model is not screen.form.model:
            at = screen.form.model.current
            model = case.model_of(screen.held)
            model.go_to(at)
            screen.form.renew(model)

    def _failed(self, problem: Problem, items: list[Save], again: bool, waits: bool, number: int) -> None:
        """What could not be saved; `waits` is whether the person waits for it still, and can be asked about it."""
        screen = self.screen
        why = shortly(problem, screen.program.opened_store.path, screen.program.terms)
        may_not = isinstance(problem, Refused | NotThere | Outgrown)
        is_newer = isinstance(problem, NewerVersion)
        gone = None if may_not or is_newer else next(filter(None, map(self._deleted_over, items)), None)
        stood_still = not may_not and not is_newer and gone is None
        screen.keeper.aside.ended(number, refused=stood_still, waiting=not may_not)
        if not stood_still:
            screen.keeper.refused()
        for item in items:
            if (held := screen.case.by_id.get(item.id)) is not None:
                screen.keeper.touch(held)
        if isinstance(problem, NewerVersion):
            self._once_more = False
            held = screen.case.by_id.get(problem.mine.id)
            if held is not None and waits:
                self._overtaken(held, problem)
            elif held is not None:
                self.tell_overtaken(held, problem.theirs.changed_by, problem.theirs.deleted)
            return
        if may_not:
            # Somebody took the role away meanwhile, or the record, or upgraded the store: to try again would not help.
            self._waiting, self._once_more = [], False
            told = f"Not saved; what you typed is kept as a draft. {why}"
            screen.say(NOT_THERE if isinstance(problem, NotThere) else told, "error")
            return
        if gone is not None:  # to try again would not help, before it is back
            self._waiting, self._once_more = [], False
            if waits:
                self._ask_to_bring_back(gone, gone.version, f"{gone.changed_by} at {self._when(gone.changed_at)}")
            else:
                self.tell_overtaken(gone, gone.changed_by, is_deleted=True)
            return
        self._waiting = items
        if not again:
            screen.say(f"Not saved yet, but it will be. {why}", "warning")
        screen.program.set_timer(RETRY_SECONDS, self._again)

    def _again(self) -> None:
        """Try once more what a person asked to save, as it stood then."""
        if self._waiting and not self._under_way:
            self._write(self._waiting, again=True)

    # --- two versions -----------------------------------------------------------------------

    def _overtaken(self, held: Held, problem: NewerVersion) -> None:
        theirs = problem.theirs
        who = f"{theirs.changed_by} at {self._when(theirs.changed_at)}"
        if theirs.deleted:
            self._ask_to_bring_back(held, theirs.version, who)
            return
        base = (held.base or None) if held.version == problem.mine.version else None
        self._compare(held, base, theirs.values, theirs.version, who, self.save)

    def _ask_to_bring_back(self, held: Held, version: int, who: str) -> None:
        """A deleted record (as `version`) has to come back before what is typed in it, or under it, can be saved."""
        screen, name = self.screen, labels.record_name(self.screen.case, held)
        answers = [Answer("b", "Bring it back, to save yours over it")]
        told = (
            f"Not saved: {name} was deleted by {who}. What you typed is kept as a draft, to be saved once it is back."
        )

        def answered(letter: str | None) -> None:
            if letter == "b":
                held.version, held.deleted = version, True
                screen.adding.bring_back(held)

        screen.app.push_screen(Confirm("Deleted", [told], answers), answered)

    def _when(self, moment: datetime) -> str:
        return when(moment, self.screen.program.today())

    def compare_with_saved(self) -> None:
        """The record on the form: what is typed beside what is saved."""
        held = self.screen.held
        if not held.is_changed:
            self.screen.say("Nothing is typed here that is not saved.")
            return
        self.compare_draft(held)

    def compare_draft(self, held: Held, version: int = 0, after: After | None = None) -> None:
        """What is typed in a record beside what is saved now (as `version`), to choose from."""
        who = f"{held.changed_by} at {self._when(held.changed_at)}" if held.version else ""
        base = (held.base or None) if version > held.version else None
        self._compare(held, base, held.saved, version, who, after)

    def _compare(
        self, held: Held, base: Values | None, theirs: Values, version: int, who: str, after: After | None
    ) -> None:
        screen = self.screen
        from tui.screens.client.compare import ComparePage

        page = ComparePage(screen.case.standard, held.values, theirs, who, base)

        def chosen(values: Values | None) -> None:
            if values is None:
                screen.say("Nothing was taken; what you typed is kept as a draft.")
                return
            held.carried = frozenset(each for each in held.unconfirmed if values.get(each) == held.values.get(each))
            # A new editing state: undo must not bring back what was decided here.
            held.typed, held.model, held.saved, held.began, held.overtaken = values, None, theirs, None, ""
            held.version = version or held.version
            screen.case.changed(held)
            screen.keeper.touch(held)
            if held is screen.held:
                header = screen.form.model.current
                model = screen.case.model_of(held)
                model.go_to(header)
                screen.form.load(model)
            screen.show()
            screen.keeper.write()
            screen.say(f"Taken as chosen: {page.taken}; {_key('form.save')} saves.", "ok")
            if after is not None:
                after()

        if page.differing:
            screen.app.push_screen(page, chosen)
        else:
            chosen(dict(theirs))


def _take_made(case: Case, held: Held, *, is_saved: bool) -> None:
    """Identifiers that were made on saving stand in the record from now on; a number that somebody empties stays empty,
    until that is saved."""
    if held.model is None:
        return
    values, base = held.model.values, held.model.base
    for header, text in held.saved.items():
        field = case.standard.by_header.get(header)
        if field is None:  # of another letter, whose values are kept, too
            continue
        is_new_number = header in case.standard.numbered and (is_saved or not base.get(header))
        if field.keyed != "person" or is_new_number:
            values.setdefault(header, text)
    held.model.base = held.saved


def _save_of(held: Held) -> Save:
    marked = held.unconfirmed if held.kind != "client" else None
    before = dict(held.base) or None  # empty where an older program did not keep it
    return Save(held.kind, held.id, held.parent_id, held.section, dict(held.values), held.version, marked, before)


def _key(id: str) -> str:
    from tui.widgets.actions import REGISTRY

    return REGISTRY.key_text(id)
