"""Opening the store for the app, in a thread: the heavy imports happen here, after the first paint."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.facts import Who
from tui.session.new_agency import NewAgency
from validators.problems import Problem

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store
    from validators.rules.checker import Checker
    from validators.standard.model import Standard

BUSY_SECONDS = 1.5
"""How long a write waits for another's: a person waits, so not for long. What fails is tried again."""

DEMO_AGENCY = "T0001"


@dataclass(frozen=True)
class StoreLocation:
    """Where the store and its key lie, and which agency is meant where there are several."""

    store: Path
    key_file: Path | None = None
    agency: str | None = None
    standard: str | None = None


@dataclass(frozen=True)
class Opened:
    """What was found: a store with the agency meant, or what has to be asked first.

    Without `store` there is none yet; with a store and no `agency` one of `agencies` has to be chosen, or entered:
    `standards` are the data sets to choose from, by id, in words. `first` says that the agency was entered just now.
    `act` is the last act before the agency was read.
    """

    store: "Store | None" = None
    agency: "AgencyInfo | None" = None
    standard: "Standard | None" = None
    checker: "Checker | None" = None
    person: str = ""
    agencies: "tuple[AgencyInfo, ...]" = ()
    standards: Mapping[str, str] = field(default_factory=dict)
    first: bool = False
    sentences: tuple[str, ...] = ()
    act: int = 0


def look(place: StoreLocation, now: datetime) -> Opened:
    """Open the store if there is one. Raises Problem when it cannot be opened."""
    if not place.store.exists():
        from store.disk.location import refuse_maker

        refuse_maker(place.store)
        return Opened(standards=_data_sets())
    return _open(place, now, create=False)


def _data_sets() -> dict[str, str]:
    from tui.session.agencies import data_set_words
    from validators.standard.catalogue import available

    return {one: data_set_words(one) for one in available()}


def where_kept(place: StoreLocation) -> tuple[Path, Path]:
    """Where the store and its key lie, or will."""
    from store.disk.keys import key_path

    return place.store, key_path(place.key_file)


def make(place: StoreLocation, new: NewAgency, now: datetime) -> Opened:
    """Make the store where there is none, and enter the agency. Raises Problem."""
    from validators.agency import agency_code
    from validators.standard.catalogue import load

    code = agency_code(load(new.standard), new.code)  # before a store is made for it
    return replace(_open(place, now, create=True, enter=replace(new, code=code)), first=True)


def make_demo(place: StoreLocation, clients: int, seed: int, today: date, now: datetime) -> Opened:
    """Make a throw-away store of synthetic clients, some with faults to look at. Raises Problem."""
    from store.disk.user import current_person
    from store.records import agencies, bulk_load
    from store.store import open_store
    from tui.session.agencies import first_submission
    from validators.standard.catalogue import DEFAULT, load
    from validators.synthetic import synthetic_episodes

    standard = load(place.standard or DEFAULT)
    code = place.agency or DEMO_AGENCY
    records = synthetic_episodes(standard, clients, seed=seed, today=today, faults=True, agency=code)
    with (
        open_store(place.store, place.key_file, load, create=True) as made,
        made.writing(Who(current_person(place.store), now)) as work,
    ):
        bulk_load.load(
            work,
            agencies.ensure(work, code, standard.id, since=first_submission(standard.id, today)),
            records,
            act="sample",
        )
    return _open(place, now, create=False, quiet=True)


def _open(
    place: StoreLocation, now: datetime, *, create: bool, enter: NewAgency | None = None, quiet: bool = False
) -> Opened:
    from store.disk import audit
    from store.disk.user import current_person
    from store.people import standing
    from store.records import agencies
    from store.store import open_store
    from validators.rules.checker import Checker
    from validators.standard.catalogue import load

    store = open_store(place.store, place.key_file, load, create=create, busy_seconds=BUSY_SECONDS)
    try:
        person = current_person(place.store)
        store.admit(Who(person, now))
        act = store.ask(audit.last_act)
        if enter is not None:
            new = enter
            with store.writing(Who(person, now)) as work:
                agency = agencies.ensure(work, new.code, new.standard, new.name, since=new.since)
        else:
            known = store.ask(agencies.listed)
            fit = [one for one in known if place.agency in (None, one.code) and place.standard in (None, one.standard)]
            if len(fit) != 1:
                if known and not fit:
                    # Raises the sentence that names the choices.
                    store.ask(agencies.one, place.agency, place.standard)
                store.close()
                return Opened(agencies=tuple(fit), standards=_data_sets())
            agency = fit[0]
        standard = load(agency.standard)
        sentences = list(store.ask(standing.sentences, person)) if not quiet else []
        if store.made and not quiet:
            sentences.append(f"Without its key the store is lost: keep a copy of {store.key_file}")
        return Opened(store, agency, standard, Checker(standard), person, sentences=tuple(sentences), act=act)
    except BaseException as error:
        store.close()
        if isinstance(error, OSError):
            raise Problem(f"The store {place.store} could not be opened ({error.strerror}): check the disk.") from None
        raise
