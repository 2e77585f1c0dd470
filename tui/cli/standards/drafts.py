"""`keywork standards review, settle, try`: the draft of an edition by line: what is open, decided, tried."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from exporters.editions import review as acts
from exporters.editions.draft_folder import DraftFolder
from exporters.json_text import json_text
from tui.cli.options import AgencyOption, FormatOption, KeyOption, OutputFormat, StoreOption
from tui.widgets.text import printable
from validators.local_time import local_day
from validators.problems import Problem

FolderArgument = Annotated[Path, typer.Argument(help="The folder of the draft.")]


class Settling(StrEnum):
    """What is decided of a thing."""

    ACCEPT = "accept"
    KEEP = "keep"
    ASK_AGAIN = "ask-again"


_ACTS = {
    Settling.ACCEPT: acts.accept,
    Settling.KEEP: acts.keep_unchecked,
    Settling.ASK_AGAIN: acts.ask_again,
}


def review(
    folder: FolderArgument,
    every: Annotated[bool, typer.Option("--all", help="Also what is not open.")] = False,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Tell what is open in a draft: each thing with its mark, the question, the document's words."""
    found = acts.items(DraftFolder.open(folder))
    shown = [one for one in found if one.is_open or every]
    if form is OutputFormat.JSON:
        told = [
            {
                "kind": one.kind,
                "key": one.key,
                "title": one.title,
                "mark": one.mark,
                "open": one.is_open,
                "settled": one.settled,
                "question": one.question,
                "printed": [{"where": where, "words": words} for where, words in one.places],
            }
            for one in shown
        ]
        print(json_text(told, indent=1))
        return 0
    for one in shown:
        print(printable(f"{one.name}: {one.title} ({one.mark or 'no mark'}{', open' if one.is_open else ''})"))
        if one.question:
            print(printable(f"  {one.question}"))
        for where, words in one.places:
            print(printable(f"  {where}: {words}"))
    print(acts.counted(found))
    return 0


def settle(
    folder: FolderArgument,
    kind: Annotated[str, typer.Argument(help="field, rule, list, code, edition or text.")],
    key: Annotated[str, typer.Argument(help="Its header, number or id, as review tells it.")],
    how: Annotated[Settling, typer.Option("--as", help="Taken as it stands, kept not checked, asked again.")] = (
        Settling.ACCEPT
    ),
) -> int:
    """Settle what is asked of one thing of a draft; it is written into the draft's own tables."""
    draft = DraftFolder.open(folder)
    wanted = " ".join((kind, key))
    one = next((one for one in acts.items(draft) if one.id == wanted), None)
    if one is None:
        raise Problem(f"There is no {wanted} in {folder}: 'keywork standards review {folder} --all' names all.")
    print(printable(f"{one.name}: {_ACTS[how](draft, one)}."))
    print(acts.counted(acts.items(draft)))
    return 0


def try_draft(
    folder: FolderArgument,
    file: Annotated[Path | None, typer.Argument(help="An extract; without one the records of the store.")] = None,
    data_set: Annotated[str, typer.Option("--data-set", metavar="ID", help="Of several, such as ad.")] = "",
    rule: Annotated[str, typer.Option("--rule", metavar="NUMBER", help="This rule first.")] = "",
    store: StoreOption = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
) -> int:
    """Try a draft: how many records of a store, or of a file, would gain or lose findings, by rule."""
    from exporters.editions.trial import data_set_of, told_of_trial, try_file, try_store
    from store.records import agencies
    from tui.cli.context import now, opened
    from validators.standard.catalogue import edition_of

    today = local_day(now())
    if file is not None:
        tried = try_file(file, data_set_of(folder, edition_of(DraftFolder.open(folder).id)[0], data_set), today)
    else:
        with opened(store, key_file) as found, found.reading() as snapshot:
            its = agencies.one(snapshot, agency)
            tried = try_store(snapshot, its, data_set_of(folder, its.standard, data_set), today)
    for line in told_of_trial(tried, rule):
        print(printable(line.removeprefix("# ")))
    return 0
