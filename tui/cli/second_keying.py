"""`keywork second-keying …`: a sample keyed again, blind; what differs, decided; the error rate of its fields."""

import json
import uuid
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.json_text import json_text
from exporters.records import second_keying
from exporters.records.second_keying import ChangesLink, Discrepancy, Ruling, Saw, Wanted
from store.records import second_keying as stored
from store.records.second_keying import SampledEpisode, SampleInfo
from tui.cli.client.ask import FieldQuestions
from tui.cli.client.changes import fields_of
from tui.cli.client.context import AskOption, ClientOptions, ClientWork, SentOption, client_command
from tui.cli.context import talk
from tui.cli.given import STDIN, line_of, next_line
from tui.cli.options import OutputFormat, SubmissionOption
from tui.form.record_model import RecordModel
from tui.widgets.text import printable
from validators.local_time import minute_text
from validators.problems import Problem
from validators.records import Values
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.records.second_keying import Right

commands = typer.Typer()
group = typer.Typer(
    help="A sample keyed again from paper by a second person, blind; what differs decided, and the error rate."
)
commands.add_typer(group, name="second-keying")

EVENT = "EVENT"
"""What stands in the place of a field where it is decided whether an event is on the paper."""
SHORT = 8
"""Characters of an id that tell an episode of a sample apart to the eye."""
HOW = (
    "Type what the paper says and Enter. Enter alone goes on to the next field, < to the one before. ? lists the codes,"
    " ? and words those that fit. - empties a field. It counts after the last field; a full stop alone ends before, and"
    " what was typed waits for you."
)
KeyedArgument = Annotated[
    str, typer.Argument(metavar="ID", help="One of the sample, as show tells it; without it the next one for you.")
]


class RightChoice(StrEnum):
    """Who keyed a field rightly."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


@client_command(group, "draw")
def draw(
    asked: ClientOptions,
    submission: SubmissionOption = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Entered from then on."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Entered up to then.")
    ] = None,
    number: Annotated[int, typer.Option("--number", metavar="N", min=0, help="How many.")] = 0,
    share: Annotated[float, typer.Option("--share", metavar="PERCENT", min=0, max=100, help="Or what share.")] = 0.0,
    keyer: Annotated[str, typer.Option("--for", metavar="NAME", help="Who will key it: nothing of their own.")] = "",
    seed: Annotated[str, typer.Option("--seed", metavar="TEXT", help="The seed of a drawing that is repeated.")] = "",
) -> int:
    """Draw a sample of what was entered for a submission, by default the one at hand, or from one day to another."""
    if (since is None) != (until is None) or (since is not None and submission):
        raise Problem("Give both days, --from and --to, or a --submission.")
    with asked.opened() as at:
        if since is not None and until is not None:
            wanted = Wanted(since.date(), until.date(), number, share, keyer, seed)
        else:
            month = submission or at.store.ask(second_keying.due_submission, at.work)
            days = at.store.ask(second_keying.days_of, at.work.agency, month)
            wanted = Wanted(*days, number, share, keyer, seed, month)
        at.store.do(at.who, second_keying.draw, at.work, wanted)
        return _show(at, asked.form)


@client_command(group, "show")
def show(asked: ClientOptions) -> int:
    """Show the open sample: how it was drawn, what waits to be keyed and decided, the figures; and those closed."""
    with asked.opened() as at:
        return _show(at, asked.form)


def _show(at: ClientWork, form: OutputFormat) -> int:
    state, standard = at.store.ask(second_keying.state, at.work), at.work.standard
    if form is OutputFormat.JSON:
        episodes = [_mapping(at, one) for one in state.episodes]
        figures = asdict(state.figures) if state.sample else None
        closed = [{**_sample(one), "figures": dict(one.told or {})} for one in state.closed]
        sample = _sample(state.sample) if state.sample else None
        print(json.dumps({"sample": sample, "figures": figures, "episodes": episodes, "closed": closed}, indent=1))
        return 0
    if state.sample is None:
        print("No sample is open.")
    else:
        print(printable(second_keying.told_drawing(standard, state.sample)))
        for line in second_keying.told(standard, state.figures):
            print(line)
        for one in state.episodes:
            name = second_keying.told_episode(standard, one)
            print(printable(f"{one.id[:SHORT]}  {name:<40}  {second_keying.told_state(standard, one)}"))
    for its in state.closed:
        print(printable(f"Closed {minute_text(its.closed_at) if its.closed_at else ''} by {its.closed_by}:"))
        for line in (second_keying.told_drawing(standard, its), *_told_closed(at, its)):
            print(printable(f"  {line}"))
    return 0


def _told_closed(at: ClientWork, its: SampleInfo) -> list[str]:
    return second_keying.told(at.work.standard, second_keying.figures_of(its))


@client_command(group, "key")
def key(
    asked: ClientOptions,
    wanted: KeyedArgument = "",
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="-", help="- takes the values from standard input, as FIELD=VALUE lines or JSON."),
    ] = None,
    ask: AskOption = False,
    no_more: Annotated[
        bool, typer.Option("--no-more", help="Of events: that is all the paper has, with those on standard input.")
    ] = False,
) -> int:
    """Key one again from paper; without values or --ask only say which, and which fields."""
    given = list(values or [])
    if wanted == STDIN:
        given, wanted = [wanted, *given], ""
    if any(one != STDIN for one in given):
        raise Problem(
            "Values are not given as arguments, which others can see: write - and give them on standard input."
        )
    with asked.opened() as at:
        one = at.store.ask(second_keying.to_key, at.work, at.person, _id_of(at, wanted))
        told = second_keying.told_episode(at.work.standard, one)
        if no_more and not one.is_list:
            raise Problem("--no-more ends a list of events; this is none.")
        if not ask and not given and not no_more:
            print(printable(f"{one.id[:SHORT]}  {told}"))
            print(f"Fields: {' '.join(_model(at, one).order)}")
            if one.is_list:
                print("One after another, as many as the paper has; then --no-more.")
            return 0
        if ask:
            talk(printable(told))
            if not _may_begin(at, one):
                return 0
        done = _key_list(at, one, given, ask, no_more) if one.is_list else _key_one(at, one, given, ask)
    if ask and not done:
        talk("Not finished: what was typed waits for you.")
    elif asked.form is OutputFormat.JSON:
        print(json.dumps({"id": one.id, "episode_id": one.episode_id, "keyed": done}, indent=1))
    else:
        # Nothing of what differs: whoever keys the next one knows no more than before.
        print(printable(f"{told}: {'kept' if done else 'one kept; --no-more when the paper has no more'}"))
    return 0


def _may_begin(at: ClientWork, one: SampledEpisode) -> bool:
    """Whether nobody else has begun it, or what was typed of it may go."""
    if one.is_list or one.begun_by in ("", at.person):
        return True
    talk(printable(f"{one.begun_by} has begun it: what you type takes the place of what {one.begun_by} typed so far."))
    return bool(_yes("Key it from the beginning?"))


def _key_one(at: ClientWork, one: SampledEpisode, given: list[str], ask: bool) -> bool:
    """Key an episode; whether it is done."""
    model = _model(at, one)
    if ask:
        if not _ask(at, one, model):
            return False
    else:
        _fill(model, given)
    at.store.do(at.who, second_keying.key, at.work, one.id, dict(model.values), one.client_id)
    return True


def _key_list(at: ClientWork, one: SampledEpisode, given: list[str], ask: bool, no_more: bool) -> bool:
    """Key events of a list, when asked for one after another; whether that is all that the paper has."""
    if given:
        model = _model(at, one)
        _fill(model, given)
        if not any(model.values.values()):
            raise Problem("Nothing is typed: key what the paper says, or say --no-more.")
        at.store.do(at.who, second_keying.keep, at.work, one.id, dict(model.values), str(uuid.uuid4()))
    if ask and not no_more:
        no_more = _ask_for_events(at, one)
    if no_more:
        at.store.do(at.who, second_keying.key_list, at.work, one.id)
    return no_more


def _ask_for_events(at: ClientWork, one: SampledEpisode) -> bool:
    """Ask for one event after another, first for those that wait here; whether that is all that the paper has."""
    waiting = at.store.ask(stored.typed, one, at.person)
    if waiting and _yes(f"Typed before, not finished: {len(waiting)}. Go through it?"):
        for entry, values in waiting:
            if not _ask(at, one, _model(at, one, values), entry):
                return False
    while (more := _yes("Is there another one on the paper?")) is not None:
        if not more:
            return True
        if not _ask(at, one, _model(at, one), str(uuid.uuid4())):
            return False
    return False


def _yes(question: str) -> bool | None:
    """Whether it is answered with yes; None where nobody answers, or a full stop ends it."""
    while True:
        talk(f"{question} y and Enter: yes; Enter alone: no.")
        line = next_line()
        answer = line.strip().lower() if line is not None else "."
        if answer in ("", "n", "no"):
            return False
        if answer in ("y", "yes"):
            return True
        if answer == ".":
            return None


def _fill(model: RecordModel, given: list[str]) -> None:
    """Put in what standard input says."""
    for header, text in fields_of(model.standard, given).items():
        if model.go_to(header):
            model.type(text)
            model.settle()


def _model(at: ClientWork, one: SampledEpisode, values: Values | None = None) -> RecordModel:
    """A form of the fields with these values, else with what the same person has typed so far of an episode."""
    standard = second_keying.form_standard(at.work.standard, one)
    sections = [section.id for section in standard.sections if standard.headers_by_section[section.id]]
    typed = values or (one.second if one.begun_by == at.person else {})
    return RecordModel(standard, sections, typed, clock=lambda: at.work.today, base={}, judged=True)


def _ask(at: ClientWork, one: SampledEpisode, model: RecordModel, entry: str = "") -> bool:
    """Ask field by field; whether the last one was come to."""

    def keep(_: str) -> tuple[str, ...]:
        at.store.do(at.who, second_keying.keep, at.work, one.id, dict(model.values), entry, one.begun_by)
        return ()  # nothing of what the rules find: they look at what is not shown here

    return FieldQuestions(model, keep).run(HOW)


@client_command(group, "differences")
def differences(asked: ClientOptions) -> int:
    """List what the two keyed differently, side by side, and what was decided."""
    with asked.opened() as at:
        found = at.store.ask(second_keying.differences, at.work)
    if asked.form is OutputFormat.JSON:
        print(json_text([_difference(one) for one in found], indent=1))
        return 0
    for one in found:
        name = second_keying.told_episode(at.work.standard, one.episode)
        decided = f"; {one.right}, {one.decision.person}" if one.decision else "; to decide"
        if one.field is None:
            what = f"event: {second_keying.WHO_HAS_IT[one.presence]}"
            keyed = " ".join(f"{header}={text}" for header, text in one.values.items())
            now = "; it stands in the record" if one.stands else "; it does not stand in the record"
        else:
            what = f"{one.header} {one.field.label}"
            keyed = f"first {one.first or '(empty)'}, second {one.second or '(empty)'}"
            now = f"; stands now: {one.now or '(empty)'}" if one.now != one.first else ""
        print(printable(f"{one.episode.id[:SHORT]}  {name}  {what}: {keyed}{now}{decided}"))
    left = sum(one.decision is None for one in found)
    print(f"{counted(len(found), 'difference')}, {left} to decide")
    return 0


@client_command(group, "decide")
def decide(
    asked: ClientOptions,
    wanted: Annotated[str, typer.Argument(metavar="ID", help="One of the sample, as differences tells it.")],
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD", help="The heading of the field, such as DOB; event: whether one is on the paper."
        ),
    ],
    right: Annotated[RightChoice, typer.Argument(help="Who keyed it rightly; neither asks for the value.")],
    value: Annotated[
        str, typer.Argument(metavar="-", help="With neither: - reads the right value from standard input.")
    ] = "",
    after_sent: SentOption = False,
) -> int:
    """Decide who keyed a field rightly, or has an event rightly; the record is changed where it does not say so."""
    named = field.strip().upper()
    header = "" if named == EVENT else named
    names: dict[RightChoice, Right] = {
        RightChoice.FIRST: "first",
        RightChoice.SECOND: "second",
        RightChoice.NEITHER: "neither",
    }
    if right is RightChoice.NEITHER and not header:
        raise Problem("An event is on the paper or it is not: say first or second.")
    if (right is RightChoice.NEITHER) != bool(value):
        raise Problem("With neither, and only then, - reads the right value from standard input.")
    with asked.opened() as at:
        own_id = _id_of(at, wanted)
        text = ""
        if value:
            one = at.store.ask(second_keying.one_of, at.work, own_id)
            model = _model(at, one)
            if not model.go_to(header):
                raise Problem(f"The field {printable(named)[:40]} is not keyed a second time.")
            model.type(line_of(value, "right value"))
            model.settle()
            text = model.value(header)
        listed = at.store.ask(second_keying.differences, at.work)
        before = next((one for one in listed if (one.episode.id, one.header) == (own_id, header)), None)
        saw = Saw(before.now, before.decision) if before else None
        ruling = Ruling(header, names[right], text, saw, after_sent)
        try:
            changed = at.store.do(at.who, second_keying.decide, at.work, own_id, ruling)
        except ChangesLink as problem:
            raise Problem(f"{problem.told(at.work.standard.terms)} Say --after-sent to go on.") from None
    if asked.form is OutputFormat.JSON:
        told = {"id": own_id, "field": header or None, "right": right.value, "changed": changed}
        print(json.dumps(told, indent=1))
    else:
        done = "the record was changed" if changed else "nothing is changed"
        said = before.decision if before else None
        otherwise = f"; {said.person} had decided: {before.right}" if before and said else ""
        print(printable(f"{named}: {second_keying.RIGHTS[names[right]]}; {done}{otherwise}"))
    return 0


@client_command(group, "close")
def close(asked: ClientOptions) -> int:
    """Close the sample: its figures stay, what was keyed is forgotten."""
    with asked.opened() as at:
        figures = at.store.do(at.who, second_keying.close, at.work)
    if asked.form is OutputFormat.JSON:
        print(json.dumps(asdict(figures), indent=1))
    else:
        for line in second_keying.told(at.work.standard, figures):
            print(line)
    return 0


def _id_of(at: ClientWork, wanted: str) -> str:
    """The whole id of one of the sample; "" for none. Raises Problem where there is none, or more than one."""
    if not wanted:
        return ""
    state = at.store.ask(second_keying.state, at.work)
    whole = [each for one in state.episodes for each in (one, *one.events)]
    found = [one.id for one in whole if one.id.startswith(wanted)]
    if len(found) != 1:
        many = "nothing" if not found else "more than one"
        raise Problem(
            f"The open sample has {many} with {printable(wanted)[:40]}: keywork second-keying show lists what it has."
        )
    return found[0]


def _sample(one: SampleInfo) -> dict[str, object]:
    its = one.drawing
    return {
        "submission": its.submission or None,
        "from": its.since.isoformat(),
        "to": its.until.isoformat(),
        "seed": its.seed,
        "for": its.keyer or None,
        "drawn_from": one.drawn_from,
        "drawn_at": one.drawn_at.isoformat(),
        "drawn_by": one.drawn_by,
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "closed_by": one.closed_by or None,
    }


def _mapping(at: ClientWork, one: SampledEpisode) -> dict[str, object]:
    return {
        "id": one.id,
        "episode_id": one.episode_id,
        "event_id": (one.event.id if one.event else "") or None,
        "events": one.section or None,
        "client_id": one.client_id,
        "reference": one.reference,
        "state": second_keying.told_state(at.work.standard, one),
        "keyed_by": one.keyed_by or None,
        "keyed_at": one.keyed_at.isoformat() if one.keyed_at else None,
    }


def _difference(one: Discrepancy) -> dict[str, object]:
    said = one.decision
    return {
        "id": one.episode.id,
        "reference": one.episode.reference,
        "record_id": one.record.id,
        "field": one.header or None,
        "event": (one.presence or None) if one.field is None else None,
        "values": dict(one.values) if one.field is None else None,
        "first": one.first,
        "second": one.second,
        "now": one.now if one.field else one.stands,
        "right": said.right if said else None,
        "decided_by": said.person if said else None,
        "decided_at": said.at.isoformat() if said else None,
    }
