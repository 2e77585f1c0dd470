"""Examples of every command, for its `--help` and for the man page. A test reads each as the program would.

What is keyed about a person stands on standard input in them, or is asked for: arguments are seen by everybody.
"""

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": ("keywork demo", "keywork demo --standard smds-wales"),
    "sample": ("keywork sample --store try.db --clients 20 --faults",),
    "check": (
        "keywork check extract.csv",
        "keywork check extract.csv --format json",
        "keywork check --store keywork.db --submission 2020-12",
    ),
    "import": ("keywork import extract.csv --dry-run", "keywork import extract.csv --all-or-nothing"),
    "export": ("keywork export --submission 2020-12 --out returns", "keywork export --submission 2020-12 --dry-run"),
    "client list": (
        "keywork client list --filter open",
        "keywork client list --filter quiet --weeks 8",
        "keywork client list --filter open,mine --keep-view Mondays",
        "keywork client list --view Mondays",
        "keywork client list --search - (then words, on standard input)",
    ),
    "client views": ("keywork client views", "keywork client views --forget Mondays"),
    "client worklists": ("keywork client worklists", "keywork client worklists --weeks 8"),
    "client notes": ("keywork client notes",),
    "client field-note": ("keywork client field-note - POSTCODE - (a reference, then the note)",),
    "client show": ("keywork client show - (then a reference, on standard input)",),
    "client alike": ("keywork client alike - (then a reference, on standard input)",),
    "client drafts": ("keywork client drafts",),
    "client history": ("keywork client history - (then a reference, on standard input)",),
    "client today": ("keywork client today", "keywork client today --day 2020-12-31"),
    "client accepted": ("keywork client accepted --ended",),
    "client take-back": ("keywork client take-back 1f0c9a2e",),
    "client add": (
        "keywork client add --ask",
        "keywork client add - (then FIELD=VALUE lines or JSON, on standard input)",
        "keywork client add - --draft < values.txt",
    ),
    "client edit": (
        "keywork client edit - --ask (a reference, then answers)",
        "keywork client edit - - (a reference, then FIELD=VALUE lines or JSON, on standard input)",
        "keywork client edit - --use-draft",
    ),
    "client add-episode": ("keywork client add-episode - --ask", "keywork client add-episode - - < values.txt"),
    "client add-event": (
        "keywork client add-event - sub_intervention --ask",
        "keywork client add-event - sub_intervention - < values.txt",
    ),
    "client recode": (
        "keywork client recode CJACCMNEED --from 1 --to 2 --filter open",
        "keywork client recode CJACCMNEED --from 1 --to 2 --filter open --yes",
        "keywork client recode --undo",
    ),
    "second-keying draw": (
        "keywork second-keying draw --submission 2020-12 --number 20",
        "keywork second-keying draw --from 2020-12-01 --to 2020-12-31 --share 5 --for ben",
    ),
    "second-keying show": ("keywork second-keying show",),
    "second-keying key": (
        "keywork second-keying key --ask",
        "keywork second-keying key - (FIELD=VALUE lines or JSON, on standard input)",
        "keywork second-keying key --no-more",
    ),
    "second-keying differences": ("keywork second-keying differences",),
    "second-keying decide": (
        "keywork second-keying decide 1f0c9a2e DOB second",
        "keywork second-keying decide 1f0c9a2e event second",
        "keywork second-keying decide 1f0c9a2e DOB neither - (then the right value)",
    ),
    "second-keying close": ("keywork second-keying close",),
    "client delete": ("keywork client delete -",),
    "client undelete": ("keywork client undelete -",),
    "client merge": ("keywork client merge - - (two references, a line each)",),
    "client split": ("keywork client split -",),
    "client copy": ("keywork client copy - --to-agency T0001 --to-standard smds-wales",),
    "client worker": ("keywork client worker - - (a reference, then a name)",),
    "client note": ("keywork client note - - (a reference, then the note)",),
    "client accept": ("keywork client accept - --rule 74 --reason - (a reference, then the reason)",),
    "client consent": (
        "keywork client consent - (a reference)",
        "keywork client consent - - (a reference, then state=, asked_on=, asked_by=, notice=, note= lines)",
    ),
    "client withdrawals": ("keywork client withdrawals", "keywork client withdrawals --ticked"),
    "client told": ("keywork client told - - (a reference, then whom you told and how)",),
    "client unanswered": ("keywork client unanswered", "keywork client unanswered --all"),
    "client everything": (
        "keywork client everything - --html > page.html (a reference, on standard input)",
        "keywork client everything - --format json",
    ),
    "removal list": ("keywork removal list",),
    "removal ask": ("keywork removal ask - --reason withdrawal (then a reference, on standard input)",),
    "removal confirm": ("keywork removal confirm - --yes (then a reference, on standard input)",),
    "removal take-back": ("keywork removal take-back -",),
    "removal retention": ("keywork removal retention 8",),
    "handover": ("keywork handover --out transfer", "keywork handover --stdout > records.json"),
    "findings": ("keywork findings", "keywork findings --anonymous --format csv --out findings.csv"),
    "bounces": ("keywork bounces portal.txt", "keywork bounces - < portal.txt"),
    "extracts list": ("keywork extracts list",),
    "extracts show": ("keywork extracts show last",),
    "extracts write": ("keywork extracts write last --out returns",),
    "extracts sent": ("keywork extracts sent last",),
    "extracts take-back": ("keywork extracts take-back last",),
    "extracts diff": ("keywork extracts diff last",),
    "extracts mismatches": ("keywork extracts mismatches",),
    "extracts confirm": ("keywork extracts confirm - --reason - (the subject, then the reason)",),
    "extracts withdraw": ("keywork extracts withdraw -",),
    "due": ("keywork due", "keywork due --quiet", "keywork due --within 5"),
    "checklist": ("keywork checklist", "keywork checklist --submission 2020-12"),
    "checklist tick": ("keywork checklist tick portal load=98.4 quality=100",),
    "checklist reopen": ("keywork checklist reopen portal --reason -",),
    "checklist correct": ("keywork checklist correct --submission 2020-12 --reason -",),
    "checklist nil": ("keywork checklist nil --reason -",),
    "checklist drop": ("keywork checklist drop --reason -",),
    "checklist elsewhere": ("keywork checklist elsewhere 'the old system' --submission 2020-11",),
    "calendar": ("keywork calendar", "keywork calendar --format ics"),
    "calendar load": ("keywork calendar load dates.csv --source 'regional team'",),
    "calendar regions": ("keywork calendar regions",),
    "calendar region": ("keywork calendar region London",),
    "calendar state": ("keywork calendar state 2020-12 --deadline 2021-01-15 --source 'regional team'",),
    "calendar withdraw": ("keywork calendar withdraw 2020-12",),
    "calendar stated": ("keywork calendar stated",),
    "calendar close": ("keywork calendar close 2021-01-14 --name 'Day of rest' --source council",),
    "calendar reopen": ("keywork calendar reopen 2021-01-14",),
    "calendar rollover": ("keywork calendar rollover",),
    "extracts files": ("keywork extracts files",),
    "extracts remove-file": ("keywork extracts remove-file last",),
    "roles list": ("keywork roles list",),
    "roles set": ("keywork roles set clerks keying",),
    "roles take": ("keywork roles take clerks",),
    "history": (
        "keywork history --from 2026-11-01 --to 2026-11-30 --format csv",
        "keywork history --person ann",
    ),
    "passphrase": ("keywork passphrase",),
    "key where": ("keywork key where",),
    "key show": ("keywork key show",),
    "key passphrase": ("keywork key passphrase",),
    "key command": ("keywork key command 'pass show keywork'",),
    "key change": ("keywork key change",),
    "report": (
        "keywork report",
        "keywork report --format html --out report.html",
        "keywork report --table caseload --out caseload.csv",
    ),
    "measures": ("keywork measures", "keywork measures --from 2026-04-01 --to 2026-06-30"),
    "settings list": ("keywork settings list",),
    "settings set": ("keywork settings set closure_classes '01=complete 02=neutral'",),
    "notice show": ("keywork notice show", "keywork notice show --html > notice.html"),
    "notice list": ("keywork notice list",),
    "notice set": ("keywork notice set 2026-11 our-notice.txt",),
    "agencies list": ("keywork agencies list",),
    "agencies add": ("keywork agencies add T0001 --standard ndtms-cjit-p",),
    "agencies since": ("keywork agencies since T0123 2021-01",),
    "agencies change-letter": (
        "keywork agencies change-letter N9901 --to ndtms-s-ad --from 2026-04-01 --dry-run",
        "keywork agencies change-letter N9901 --to ndtms-s-ad --from 2026-04-01",
    ),
    "agencies undo-letter": ("keywork agencies undo-letter N9901",),
    "agencies rename": ("keywork agencies rename T0001 T0002",),
    "agencies remove": ("keywork agencies remove T0001",),
    "standards list": ("keywork standards list",),
    "standards show": (
        "keywork standards show ndtms-cjit-p",
        "keywork standards show ndtms-cjit-p --field SEX",
        "keywork standards show ndtms-cjit-p --rule 74",
    ),
    "standards uninstall": ("keywork standards uninstall smds-wales",),
    "standards draft": (
        "keywork standards draft definitions.pdf reference.pdf areas.pdf --out my-edition",
        "keywork standards draft definitions.pdf --out my-edition --like ndtms-r --id ndtms-s",
    ),
    "standards review": (
        "keywork standards review my-edition",
        "keywork standards review my-edition --all --format json",
    ),
    "standards settle": (
        "keywork standards settle my-edition rule 12",
        "keywork standards settle my-edition rule 74 --as keep",
        "keywork standards settle my-edition field SEX --as ask-again",
    ),
    "standards try": (
        "keywork standards try my-edition --rule 12",
        "keywork standards try my-edition old-return.csv --data-set ad",
    ),
    "standards check": ("keywork standards check my-edition",),
    "standards compare": (
        "keywork standards compare ndtms-r my-edition",
        "keywork standards compare ndtms-r ndtms-s --format json",
    ),
    "standards copy": ("keywork standards copy ndtms-r my-edition",),
    "standards install": (
        "keywork standards install my-edition --dry-run",
        "keywork standards install ethnicity.csv --standard ndtms-r",
        "keywork standards install codes.csv --standard ndtms-r --list MODSET",
    ),
    "standards take-back": ("keywork standards take-back ndtms-r",),
    "standards schema": ("keywork standards schema smds-wales > stand-in.xsd",),
    "backup": ("keywork backup copies/keywork-2020-12-31.db", "keywork backup copies/keywork.db --keep 14"),
    "restore": ("keywork restore copies/keywork-2020-12-31.db",),
    "doctor": ("keywork doctor",),
    "help": (
        "keywork help",
        "keywork help client",
        "keywork help man | man -l -",
        "keywork help operator",
        "keywork help constraints > constraints.txt",
    ),
}
"""By the command's name."""
FIRST = ("keywork", "keywork demo", "keywork check extract.csv", "keywork help client")
"""What somebody types first, who asks the program itself."""
OF_A_GROUP = 3


def examples_text(name: str) -> str:
    """What stands below a command's help, each example on a line of its own; "" is the program itself. A group has the
    first examples of its commands."""
    below = [lines[0] for each, lines in EXAMPLES.items() if each.startswith(f"{name} ")]
    lines = EXAMPLES.get(name, below[:OF_A_GROUP]) if name else FIRST
    # The first line keeps typer from filling the paragraph.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)]) if lines else ""
