"""What taking over a file of another data set did, or would do, in lines."""

from collections import Counter
from collections.abc import Iterator

from exporters.converting import Conversion, Converted


def conversion_told(job: Conversion, *, dry_run: bool) -> Iterator[str]:
    """The report, not yet escaped: what was left out, what goes over, what of each client is to be keyed anew."""
    report, source, target = job.report, job.source, job.target
    yield (
        f"{report.path}: {report.rows} rows, {report.episodes} {source.word('episode')}s of {source.id}; of them only "
        f"what is certain goes to agency {job.code} ({target.id})"
    )
    yield from (f"  note: {note}" for note in report.notes)
    if report.left_out:
        yield f"Left out, {len(report.left_out)} rows:"
        yield from (f"  line {item.line}: {item.why}" for item in report.left_out)
    if report.unchanged:
        yield "There already, not entered again:"
        yield from (f"  {_name(one)}: {line}" for one in job.clients for line in one.plan.known)
    wanted = [one for one in job.clients if not one.plan.is_done]
    pairs: dict[str, str] = {}
    for one in wanted:
        pairs |= one.plan.pairs
    if pairs:
        yield "Taken over where the file has it, and not listed below:"
        yield from (f"  {ours} → {theirs}" for ours, theirs in pairs.items())
    beware = Counter(line for one in wanted for line in (*one.plan.letters, *one.plan.days))
    if beware:
        yield "Beware:"
        word = target.word("client")
        yield from (f"  {said} ({count} {word}{'' if count == 1 else 's'})" for said, count in beware.items())
    if wanted:
        yield "To be keyed anew:"
    for one in wanted:
        yield from _client(one, target.word("client"), dry_run)
    new = report.new
    unwritten = " (nothing was written)" if dry_run else ""
    yield f"New: {new.clients} {target.word('client')}s, {new.episodes} {target.word('episode')}s{unwritten}"
    if not (new.clients or new.episodes):
        yield "Nothing to enter."


def _client(one: Converted, word: str, dry_run: bool) -> Iterator[str]:
    where = one.plan.under_name or (f"{word} {one.reference or one.client_id}" if not dry_run else f"a new {word}")
    yield f"  {_name(one)}, {where}:"
    yield from (f"    beware: {line}" for line in one.plan.alike)
    yield from (f"    {line}" for line in one.doubts)
    yield from (f"    {line}" for line in one.plan.anew)


def _name(one: Converted) -> str:
    return f"Line {one.line}, {one.name}" if one.name else f"Line {one.line}"
