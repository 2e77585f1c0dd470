"""`keywork demo` and `sample`: synthetic clients, on a throw-away store or in one that is kept."""

import gc
from typing import Annotated

import typer

from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOption, TodayOption, day
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.terminology import counted

commands = typer.Typer()


@commands.command()
def demo(
    clients: Annotated[int, typer.Option("--clients", metavar="N", min=1, help="How many synthetic clients.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same number gives the same clients.")] = 1,
    standard: StandardOption = None,
) -> int:
    """Open the screens on a throw-away store of synthetic clients."""
    from tui.app.run import run_demo

    return run_demo(clients, seed, standard)


@commands.command()
def sample(
    clients: Annotated[int, typer.Option("--clients", metavar="N", min=1, help="How many clients.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same number gives the same clients.")] = 1,
    on: TodayOption = None,
    faults: Annotated[bool, typer.Option("--faults", help="Get something wrong for one client in ten.")] = False,
) -> int:
    """Fill an empty store with synthetic clients."""
    from store.facts import Who
    from store.records import agencies as stored_agencies
    from store.records import bulk_load
    from tui.cli.context import now, opened, person
    from tui.session.agencies import first_submission
    from validators.standard.catalogue import DEFAULT, load
    from validators.synthetic import synthetic_episodes

    today = day(on)
    gc.disable()
    standard = load(standard_id or DEFAULT)
    code = agency_code or "T0001"
    with opened(store, key_file, create=True) as found:
        if found.ask(stored_agencies.listed):
            raise Problem(f"The store {found.path} is not empty: name a new one with --store.")
        with found.writing(Who(person(found.path), now())) as work:
            agency = stored_agencies.ensure(work, code, standard.id, since=first_submission(standard.id, today))
            records = synthetic_episodes(standard, clients, seed=seed, today=today, faults=faults, agency=code)
            made = bulk_load.load(work, agency, records, act="sample")
    told = (
        counted(made.clients, f"synthetic {standard.word('client')}"),
        standard.counted(made.episodes, "episode"),
        standard.counted(made.events, "event"),
    )
    print(printable(f"{found.path}: {', '.join(told)}"))
    return 0
