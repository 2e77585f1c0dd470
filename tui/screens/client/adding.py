"""New records, deleting and bringing back, key worker and note."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from store.shapes import AgencyInfo, ClientTree, StoredRecord
from tui.frame.actions import REGISTRY
from tui.frame.confirm import Answer, Confirm
from tui.screens.client import naming, work
from tui.screens.client.held import Held
from tui.screens.client.work import Save

if TYPE_CHECKING:
    from store.opening import Store
    from tui.screens.client.screen import ClientScreen

Done = Callable[[ClientTree], None]


class Adding:
    """What is added to a client and taken away again."""

    def __init__(self, screen: "ClientScreen") -> None:
        self.screen = screen
        # What was deleted here, the latest last: a stored record, or a new one with all below it.
        self._deleted: list[list[Held]] = []

    # --- new --------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask what is to be added; Enter gives what comes next most often."""
        case, standard = self.screen.case, self.screen.case.standard
        episode = case.episode_of(self.screen.held)
        word = naming.word(standard, "episode")
        answers = [Answer("e", f"New {word}")]
        if case.episodes():
            answers.append(Answer("l", f"New {word} like the last one, to be confirmed"))
        letters = {"e", "l", "c"}
        sections: dict[str, str] = {}
        if episode is not None and not episode.deleted:
            for section in standard.event_sections:
                letter = next(
                    each
                    for each in f"{section.title}{section.id}".lower() + "0123456789"
                    if each.isalnum() and each not in letters
                )
                letters.add(letter)
                sections[letter] = section.id
                answers.append(Answer(letter, f"New {section.said}"))
        answers.append(Answer("c", "New client"))
        preferred = next(iter(sections), "e")

        def answered(letter: str | None) -> None:
            if letter == "c":
                self.screen.program.open_client()
            elif letter in ("e", "l"):
                self.add_episode(like_last=letter == "l")
            elif letter in sections and episode is not None:
                self._go_to(case.add("event", episode.id, sections[letter]))

        self.screen.app.push_screen(Confirm("Add", ["What is to be added?"], answers, preferred), answered)

    def add_episode(self, like_last: bool = False) -> None:
        """A new episode, empty or like the client's last one."""
        case = self.screen.case
        last = case.episodes()[-1] if like_last and case.episodes() else None
        held = case.add("episode", case.client.id, like=last)
        self._go_to(held)
        if held.carried:
            self.screen.keeper.touch(held)
            self.screen.say(f"{len(held.carried)} values are carried over, marked ~ until you pass them.", "notice")

    def _go_to(self, held: Held) -> None:
        self.screen.open(held)
        self.screen.form.focus_input()

    # --- deleting ---------------------------------------------------------------------------

    def ask_to_delete(self, held: Held) -> None:
        """Ask first; the letter is no key that anybody presses by habit."""
        screen = self.screen
        if held.deleted:
            screen.say("This record is deleted already; Bring back undoes that.")
            return
        below = len(screen.case.children(held))
        lines = [naming.record_name(screen.case, held)]
        if below:
            lines.append(f"What stands under it ({below}) goes and comes back with it.")
        lines.append(f"{REGISTRY.key_text('form.undo')} right afterwards undoes it.")

        def answered(letter: str | None) -> None:
            if letter == "d":
                self._delete(held)

        screen.app.push_screen(Confirm("Delete this record?", lines, [Answer("d", "Delete it")]), answered)

    def _delete(self, held: Held) -> None:
        screen, program = self.screen, self.screen.program
        if held.version == 0:
            parent = screen.case.by_id.get(held.parent_id)
            gone = screen.case.remove(held)
            self._deleted.append(gone)
            screen.keeper.forget([one.id for one in gone])
            program.in_store(work.discard, program.person, [(one.id, program.session) for one in gone], writes=True)
            if held.kind == "client":
                screen.dismiss()
                return
            screen.held = parent or screen.case.client
            screen.open(screen.held)
            self._say_deleted(held)
            return

        def done(tree: ClientTree) -> None:
            self._deleted.append([held])
            held.model, held.typed = None, None
            screen.saving.take(tree)
            self._say_deleted(held)

        self._store(held, False, done)

    def _say_deleted(self, held: Held) -> None:
        name = naming.record_name(self.screen.case, held) if held.kind != "client" else "The client"
        self.screen.say(f"Deleted: {name}. {REGISTRY.key_text('form.undo')} brings it back.", "ok")

    def undo_deletion(self) -> None:
        """Ctrl+Z with nothing left to take back in the form: the latest deletion is."""
        if not self._deleted:
            self.screen.say("There is nothing to take back.")
            return
        gone = self._deleted.pop()
        if gone[0].version:
            self.bring_back(gone[0])
            return
        for held in gone:
            self.screen.case.by_id[held.id] = held
            self.screen.keeper.touch(held)
        self.screen.case.changed(gone[0])
        self._go_to(gone[0])
        self.screen.say("It is back.", "ok")

    def bring_back(self, held: Held) -> None:
        """Bring a deleted record back."""
        if not held.deleted:
            self.screen.say("This record is not deleted.")
            return

        def done(tree: ClientTree) -> None:
            typed = dict(held.values) if held.is_changed else None
            held.overtaken = ""
            self.screen.saving.take(tree)
            if typed is not None:
                stored = next((one for one in _records(tree) if one.id == held.id), None)
                if stored is not None:
                    held.adopt(stored)
                held.typed, held.model = typed, None
            self._deleted = [gone for gone in self._deleted if held not in gone]
            self._go_to(held)
            self.screen.say(f"Back again: {naming.record_name(self.screen.case, held)}.", "ok")

        self._store(held, True, done)

    def _store(self, held: Held, bring_back: bool, done: Done) -> None:
        program = self.screen.program
        item = Save(held.kind, held.id, held.parent_id, held.section, {}, held.version)
        program.in_store(
            work.delete,
            program.person,
            program.clock(),
            self.screen.client_id,
            item,
            bring_back,
            on_done=done,
            writes=True,
            hold=True,
        )

    # --- key worker and note ----------------------------------------------------------------

    def ask_worker(self) -> None:
        """Ask for key worker and note of the episode one is in."""
        screen, program = self.screen, self.screen.program
        held = screen.case.episode_of(screen.held) or next(iter(screen.case.episodes()), None)
        if held is None or held.version == 0:
            screen.say("Key worker and note belong to an episode that is saved: save it first.", "notice")
            return
        name = naming.record_name(screen.case, held)

        def known(names: list[str]) -> None:
            from tui.screens.client.note_page import NotePage

            program.push_screen(NotePage(name, held.key_worker, held.note, names), answered)

        def answered(answer: tuple[str, str] | None) -> None:
            if answer is None or answer == (held.key_worker, held.note):
                return
            program.in_store(
                work.annotate,
                program.person,
                program.clock(),
                screen.client_id,
                held.id,
                *answer,
                on_done=kept,
                writes=True,
                hold=True,
            )

        def kept(tree: ClientTree) -> None:
            screen.saving.take(tree)
            screen.say(f"Kept with {name}: key worker {held.key_worker or 'nobody'}.", "ok")

        program.in_store(_key_workers, program.agency, on_done=known, hold=True)


def _key_workers(store: "Store", agency: AgencyInfo) -> list[str]:
    return store.key_workers(agency)


def _records(tree: ClientTree) -> Iterator[StoredRecord]:
    yield tree.client
    for one in tree.episodes:
        yield one.episode
        yield from one.events
