"""`keywork client …`: the headless twin of the screens. Which commands there are, and where each stands."""

import typer

from tui.cli.groups import LazyGroup


class ClientCommands(LazyGroup):
    """`keywork client …`."""

    BEFORE = "client "

    TABLE = {
        "list": ("tui.cli.client.show", "List clients, searched and filtered as on the screen."),
        "show": ("tui.cli.client.show", "Show a client with episodes, events, drafts and findings."),
        "alike": ("tui.cli.client.show", "List who may be the same person as a client, the likeliest first, and why."),
        "drafts": (
            "tui.cli.client.show",
            "List what I typed and did not save, by client; client edit with --use-draft saves it.",
        ),
        "history": ("tui.cli.client.history", "Tell who changed what in a record and what is below it, newest first."),
        "today": ("tui.cli.client.history", "Tell what somebody did on a day: I, today."),
        "accepted": (
            "tui.cli.client.history",
            "List the warnings that were accepted, by whom and why, the latest first.",
        ),
        "take-back": ("tui.cli.client.history", "Take an acceptance back: the warning is open again."),
        "views": (
            "tui.cli.client.show",
            "List the lists of clients that I keep under a name; client list --view shows one.",
        ),
        "worklists": (
            "tui.cli.client.worklists",
            "Tell what waits for somebody, with numbers; client list --filter lists who it is.",
        ),
        "notes": ("tui.cli.client.worklists", "List the notes on fields that are to be answered, the oldest first."),
        "field-note": (
            "tui.cli.client.worklists",
            "Keep a line on a field, such as what it waits for; it is never sent.",
        ),
        "edit": ("tui.cli.client.edit", "Change fields of a record; FIELD= empties one."),
        "add": ("tui.cli.client.edit", "Enter a client, and an episode when fields of one are given."),
        "add-episode": ("tui.cli.client.edit", "Enter an episode of a client."),
        "add-event": ("tui.cli.client.edit", "Enter an event of an episode."),
        "recode": (
            "tui.cli.client.recode",
            "Put one code in place of another over a list of clients; --undo takes it back as one.",
        ),
        "delete": (
            "tui.cli.client.acts",
            "Delete a client, episode or event with what stands under it; undelete brings it back.",
        ),
        "undelete": ("tui.cli.client.acts", "Bring a deleted record back; name it by its store id."),
        "merge": (
            "tui.cli.client.acts",
            "Make two clients one: shows what they differ in and what was sent, and asks; split undoes it.",
        ),
        "split": ("tui.cli.client.acts", "Undo a merge: the other client comes back with the episodes it brought."),
        "copy": (
            "tui.cli.client.acts",
            "Copy a client to another data set: only what is certain, the rest is listed to be keyed anew.",
        ),
        "worker": ("tui.cli.client.acts", "Keep an episode's key worker, who is never sent."),
        "note": ("tui.cli.client.acts", "Keep a note with an episode, which is never sent."),
        "accept": (
            "tui.cli.client.acts",
            "Accept the warnings of a rule in a record; it lapses when a value involved changes.",
        ),
        "consent": (
            "tui.cli.client.consent",
            "Show the history of an episode's consent; with values, record an answer, which the field that travels "
            "follows.",
        ),
        "withdrawals": (
            "tui.cli.client.consent",
            "List the withdrawals that no extract can carry: whoever has the data is to be told of them.",
        ),
        "told": ("tui.cli.client.consent", "Tick a withdrawal of which whoever has the data was told."),
        "unanswered": (
            "tui.cli.client.consent",
            "List the episodes without an answer about consent that are open, or closed and still sent.",
        ),
        "everything": (
            "tui.cli.subject.everything",
            "Tell everything that is held about a client: text, --html or --format json.",
        ),
    }


commands = typer.Typer()
group = typer.Typer(
    cls=ClientCommands,
    help="Clients, episodes and events without the screens: the same checks, drafts and audit.",
)
commands.add_typer(group, name="client")
