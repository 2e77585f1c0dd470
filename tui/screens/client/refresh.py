"""What goes on around an open client: other people in the record, their saves, lookalikes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from exporters.records import check_client, find
from exporters.records.check_client import KeptBeside
from exporters.records.find import records_of
from store.facts import ClientTree, Presence, Resemblance
from tui.screens.client import labels, queries
from tui.screens.client.drafts import Offering
from tui.screens.client.presence import Company
from tui.screens.client.queries import Loaded
from tui.session.background_check import caseload_check
from tui.session.refresher import Question, Refresher
from tui.widgets.actions import REGISTRY
from validators.problems import Problem
from validators.records import Values

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView


PAUSE_SECONDS = 0.4
"""After the first key of a number it is looked for, and again after the next."""


class Around:
    """The surroundings of one client screen."""

    def __init__(self, screen: "ClientView", found: Loaded) -> None:
        self.screen = screen
        self.company = Company(screen, found.others)
        self.offering = Offering(screen, found)
        self.alike: list[Resemblance] = []
        self.hint = ""
        self.merged_into = found.merged_into
        self._asked: tuple[str, ...] = ()
        self._put_off = self._soon = False
        self._numbers = {screen.case.standard.role(role) for role in find.NUMBERS} - {""}
        self._beside = Refresher(screen, self._question_beside, self._take_beside, _not_worth_saying)
        self._again = Refresher(screen, self._question_again, self._came_again)
        self._similar = Refresher(screen, self._question_alike, self._seen_alike, _not_worth_saying)
        self._is_own, self._is_asked = True, False

    # --- coming and going -------------------------------------------------------------------

    def arrived(self) -> None:
        """Say who else is here, ask about a draft, note that we are here."""
        screen, program = self.screen, self.screen.program
        self.company.arrived()
        caseload_check(program).tell(self._checked)
        if self.offering.drafts:
            self.offering.ask()
        elif screen.form.locked and not screen.walked_to:
            screen.say(screen.form.locked, "notice")
        elif self.merged_into and screen.case.client.deleted:
            told = "Merged into {client} {name}, with all {episodes}: 'Split' in the palette undoes that."
            screen.say(screen.case.standard.say(told, name=self.merged_into), "notice")
        elif screen.case.client.deleted:
            screen.say("This client is deleted: 'Bring back' in the palette undoes that.", "notice")
        elif not screen.case.client.version:
            screen.say(f"A new client: {REGISTRY.key_text('form.save')} saves, Esc leaves a draft.")

    def resumed(self) -> None:
        """The screen is up again: a session is in one client at a time."""
        company = self.company
        if company.entered and self.screen.program.entered != self.screen.client_id:
            company.enter()
        else:
            company.look()
        self._read_acceptances()

    def _read_acceptances(self) -> None:
        """Somebody, perhaps oneself in another screen, may have accepted a warning, or said something of the agency."""
        if self.company.entered and self.screen.case.client.version:
            self._beside.read()

    def _question_beside(self) -> Question[KeptBeside]:
        program = self.screen.program
        agency, standard, client_id = program.agency, program.standard, self.screen.client_id
        return lambda snapshot: check_client.kept_beside(snapshot, agency, standard, client_id)

    def _take_beside(self, kept: KeptBeside) -> None:
        screen = self.screen
        if kept != screen.case.check.kept:
            screen.case.check.take(kept)
            screen.judge()

    def _checked(self, done: int, due: int) -> None:
        """A check has come to its end: acceptances may have lapsed by it, for good."""
        if done == due > 0:
            self._read_acceptances()

    def gone(self) -> None:
        """The screen is closed."""
        caseload_check(self.screen.program).tell_no_more(self._checked)
        self.company.gone()

    # --- others' saves ----------------------------------------------------------------------

    def reload(self, said: bool = False, own: bool = False) -> None:
        """Read the client again; what is typed here stays, records that others changed are shown as they are.

        `own` is that of a save on another screen of this very program.
        """
        if not self.screen.case.client.version:
            return
        self.company.awake()
        self._put_off = False
        self._is_own, self._is_asked = self._is_own and own, self._is_asked or said
        self._again.read()
        self._read_acceptances()

    def _question_again(self) -> Question[tuple[int, ClientTree, tuple[Presence, ...]]]:
        screen, program = self.screen, self.screen.program
        taken, client_id, session, now = screen.saving.taken, screen.client_id, program.session, program.clock()
        return lambda snapshot: (taken, *queries.reload(snapshot, client_id, session, now))

    def _came_again(self, found: tuple[int, ClientTree, tuple[Presence, ...]]) -> None:
        screen = self.screen
        taken, tree, others = found
        self.company.take(others)
        if screen.saving.is_under_way:  # what was read may be this very save, which would pass for somebody else's
            self._put_off = True
        elif screen.saving.taken != taken:  # or be from before it, and take it back
            self._again.read()
        else:
            own, said, self._is_own, self._is_asked = self._is_own, self._is_asked, True, False
            if _differs(screen, tree):
                self._take_others(tree, own)
            elif said:
                screen.say("This is what the store has.")

    def _take_others(self, tree: ClientTree, own: bool) -> None:
        """Show what others saved, or this person on another screen, and say so."""
        screen = self.screen
        before = {held.id: (held.version, held.changed_at) for held in screen.case.by_id.values()}
        there = {held.id for held in screen.case.by_id.values() if not held.deleted}
        has_told = screen.saving.take(tree)
        records = list(screen.case.by_id.values())
        if has_told or any(held.overtaken for held in records):
            return
        changed = [held for held in records if before.get(held.id) != (held.version, held.changed_at)]
        latest = max(changed or records, key=lambda held: held.changed_at)
        who = "You" if own else labels.somebody(latest.changed_by or tree.client.changed_by, screen.program.person)
        is_new = latest.deleted and latest.id in there
        if is_new and not own and any(one.is_changed for one in screen.case.beneath(latest)):
            screen.saving.tell_overtaken(latest, latest.changed_by, is_deleted=True)
        elif is_new:
            what = labels.record_name(screen.case, latest)
            screen.say(f"{who} deleted {what} just now: 'Bring back' in the palette undoes that.", "warning")
        else:
            screen.say(f"{who} saved this client just now; it is shown as it is.", "notice")

    def reload_what_was_put_off(self) -> None:
        """A save has ended during which others' were heard of."""
        if self._put_off and self.screen.is_attached:
            self.reload()

    def saved(self) -> None:
        """Something was saved here: note that we are in it, refresh what hangs on it."""
        screen, program = self.screen, self.screen.program
        self.company.moved()  # a record that was new is one that others can be in

        def came(found: tuple[Mapping[str, Values], object]) -> None:
            screen.case.previous = found[0]

        agency, standard, person = program.agency, program.standard, program.person
        program.read(
            lambda snapshot: queries.habits(snapshot, agency, standard, person),
            on_done=came,
            on_problem=_not_worth_saying,
        )

    # --- lookalikes -------------------------------------------------------------------------

    def typed(self, header: str) -> None:
        """A number that is one person's only is looked for as soon as somebody pauses: he need not leave the field."""
        if header in self._numbers and not self._soon:
            self._soon = True
            self.screen.set_timer(PAUSE_SECONDS, self._paused)

    def _paused(self) -> None:
        self._soon = False
        self.look_alike()

    def look_alike(self) -> None:
        """While the client is keyed: who else has these initials, this birth date, this sex, or nearly."""
        screen = self.screen
        client, standard = screen.case.client, screen.case.standard
        if screen.held is not client or (client.version and not client.is_changed):
            return
        wanted = find.told_by(standard, client.values)
        if wanted == self._asked:
            return
        self._asked = wanted
        self._similar.read()

    def _question_alike(self) -> Question[list[Resemblance]]:
        program, client = self.screen.program, self.screen.case.client
        agency, standard, id, values = program.agency, program.standard, client.id, dict(client.values)
        return lambda snapshot: find.known_already(snapshot, agency, standard, values, leave_out=[id])

    def _seen_alike(self, found: list[Resemblance]) -> None:
        screen = self.screen
        if found == self.alike:
            return
        self.alike = found
        key = REGISTRY.key_text("client.alike")
        self.hint = f"; {len(found)} resembling: {key}" if found else ""
        screen.show()
        if found:
            row = found[0].row
            screen.say(f"Known already? {row.reference} {row.initials}: {found[0].why}. {key} shows both.", "warning")

    def show_alike(self) -> None:
        """Those who may be the same, beside this one: looked for now, whether or not anything is typed here."""

        def came(found: list[Resemblance]) -> None:
            if not self.screen.is_attached:
                return
            if not found:
                self.screen.say("Nobody in the store resembles this client.")
                return
            from tui.screens.client.duplicates import AlikePage

            self.screen.app.push_screen(AlikePage(self.screen, found))

        self.screen.program.read(
            self._question_alike(),
            on_done=came,
            on_problem=lambda problem: self.screen.say(problem.sentence, "error"),
            hold=True,
        )


def _differs(screen: "ClientView", tree: ClientTree) -> bool:
    held_here = [held for held in screen.case.by_id.values() if held.version]
    known = {held.id: (held.version, held.changed_at, held.deleted) for held in held_here}
    beside = {held.id: (held.key_worker, held.note) for held in screen.case.by_id.values() if held.kind == "episode"}
    now = {tree.client.id: (tree.client.version, tree.client.changed_at, tree.client.deleted)}
    for one in tree.episodes:
        for record in (one.episode, *one.events):
            now[record.id] = (record.version, record.changed_at, record.deleted)
        if beside.get(one.episode.id) != (one.key_worker, one.note):
            return True
    noted = {held.id: held.noted for held in screen.case.by_id.values() if held.noted}
    return now != known or noted != {record.id: record.noted for record in records_of(tree) if record.noted}


def _not_worth_saying(problem: Problem) -> None:
    """What only helps others is no matter to interrupt a person with; the watch says when the store is away."""
