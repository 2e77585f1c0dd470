"""The manager's page as text, for a terminal of eighty columns and for a printer."""

from collections.abc import Iterator
from textwrap import wrap

from exporters.report.page import ManagerPage, SubmissionLine

WIDTH = 80
BAR = 10
SHORT = 7
LOWEST = 50.0
"""Where the bars of the percentages begin: between here and 100 lies what there is to see."""


def as_text(page: ManagerPage) -> Iterator[str]:
    """The page as lines of at most eighty columns."""
    kept, known = page.deadlines
    yield from wrap(f"Report of {page.whose}, {page.made_on:%d %b %Y}", WIDTH)
    yield from wrap(page.standard.title, WIDTH)
    yield ""
    yield from wrap(page.now, WIDTH)
    yield from wrap(page.caseload, WIDTH)
    yield f"Deadlines kept: {kept} of {known}" if known else "Deadlines kept: none is past yet"
    yield ""
    yield f"{'Submission':<18}{'Deadline':<12}{'Load %':<7}{'Quality %':<14}What became of it"
    for line in page.submissions:
        yield _submission(line)
    yield f"(bars of quality begin at {LOWEST:.0f} %; estimates of ours when it was written)"
    yield ""
    yield f"{'Month':<12}{'Opened':>7}{'Closed':>8}{'Open at its end':>17}"
    most = max((one.opened for one in page.movements), default=0) or 1
    for one in page.movements:
        bars = "+" * _share(one.opened, most) + "-" * _share(one.closed, most)
        yield f"{one.month:<12}{one.opened:>7}{one.closed:>8}{one.open_at_end:>17}  {bars}".rstrip()
    yield ""
    yield "What stands in the way now"
    for told in page.in_the_way:
        yield from wrap(told, WIDTH, initial_indent="  ", subsequent_indent="    ")
    for cause in page.causes:
        head = f"  {cause.count:>5} {cause.severity:<8}"
        for number, piece in enumerate(wrap(f"rule {cause.rule}: {cause.title}", WIDTH - len(head) - 1)):
            yield f"{head if not number else ' ' * len(head)} {piece}"
    if page.and_more:
        yield f"  {page.and_more}"
    yield ""
    yield "What nobody vouches for"
    for told in page.unverified or ("Nothing.",):
        yield from wrap(told, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _submission(line: SubmissionLine) -> str:
    quality = _percent(line.data_quality_percent)
    shown = "" if line.load_percent is None else f"{line.load_percent:.1f}"
    return f"{line.title:<18}{line.deadline:%d %b %Y} {shown:<7}{quality:<14}{line.told}".rstrip()


def _percent(value: float | None) -> str:
    if value is None:
        return ""
    bar = "#" * round(max(0.0, value - LOWEST) / (100 - LOWEST) * SHORT)
    return f"{value:.1f} {bar}"


def _share(part: int, most: int) -> int:
    return min(BAR, -(-part * BAR // most))
