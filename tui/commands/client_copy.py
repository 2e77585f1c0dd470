"""`keywork client copy`: a client taken over into another data set, as far as that is certain."""

import json
from datetime import date

from exporters.copied_before import look_up
from exporters.copying import copy_told, plan_copy, write_copy
from tui.commands.client_desk import Place, desk
from tui.commands.opening import now
from tui.form.printable import printable
from validators.agency_codes import agency_code
from validators.catalogue import load
from validators.problems import Problem


def run_copy(place: Place, today: date, wanted: str, to_agency: str, to_standard: str, write: bool, form: str) -> int:
    """Print what a copy takes over, what not, and what to beware of; with `write` enter it. Raises Problem."""
    target = load(to_standard)
    with desk(place, today) as at:
        record, tree = at.find(wanted)
        if record.kind != "client" or record.deleted:
            raise Problem(f"{printable(wanted)} is no client, or a deleted one: name a client.")
        there = [one.code for one in at.store.agencies() if one.standard == target.id]
        to_agency = to_agency if to_agency in there else agency_code(target, to_agency)
        plan = plan_copy(tree, at.standard, target, to_agency, at.agency.code)
        for agency in at.store.agencies():
            if (agency.code, agency.standard) == (to_agency, target.id):
                look_up(at.store, agency, target, [plan])
        copy_id = write_copy(at.store, plan, to_agency, target, at.person, now())[1] if write else ""
        kept = at.store.get("client", copy_id).values if copy_id else {}
    if form == "json":
        lists = {"known": plan.known, "copied": plan.copied, "anew": plan.anew, "warnings": plan.warnings}
        print(json.dumps({**lists, "client": copy_id or None}, indent=1))
        return 0
    for line in copy_told(plan):
        print(printable(line))
    if write:
        name = kept.get(target.role("client_reference"), "")
        called = f"{printable(name)} (id {copy_id})" if name else copy_id
        print(f"The copy is client {called} of {printable(to_agency)} ({target.id}).")
    else:
        print("Nothing was written: --yes writes the copy.")
    return 0
