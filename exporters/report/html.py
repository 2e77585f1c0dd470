"""The manager's page as one HTML file: no scripts, nothing fetched from anywhere, one A4 side when it is printed."""

from collections.abc import Sequence

from lxml import etree
from lxml.html import builder as E
from lxml.html import tostring

from exporters.report.page import ManagerPage
from store.clients.movement import Movement

Element = etree._Element
STYLE = """
@page { size: A4 portrait; margin: 12mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.3 sans-serif; color: #111; max-width: 186mm; margin: 0 auto; padding: 2mm; }
h1 { font-size: 15pt; margin: 0; }
h2 { font-size: 11pt; margin: 2mm 0 0.5mm; }
p { margin: 0.5mm 0; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; }
th, td { text-align: left; padding: 0.4mm 1.5mm; border-bottom: 0.2mm solid #bbb; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; display: block; }
.charts { display: flex; gap: 4mm; }
.charts > div { flex: 1; min-width: 0; }
.small { font-size: 8pt; color: #333; }
.causes th.number, .causes td.number { width: 16mm; }
.causes th.severity { width: 22mm; }
"""
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 320, 108, 28, 16, 5
LOWEST = 50.0
LINES = "Solid: load. Dashed: data quality."
BARS = "Filled: opened. Outlined: closed."


def as_html(page: ManagerPage) -> bytes:
    """The page as a whole HTML document in UTF-8."""
    kept, known = page.deadlines
    title = f"Report of {page.whose}, {page.made_on.day} {page.made_on:%B %Y}"
    deadlines = f"Deadlines kept: {kept} of {known}." if known else "No deadline is past yet."
    document = E.HTML(
        E.HEAD(E.META(charset="utf-8"), E.TITLE(title), E.STYLE(STYLE)),
        E.BODY(
            E.H1(title),
            E.P(page.standard.title),
            E.P(page.now),
            E.P(page.caseload),
            E.P(deadlines),
            E.DIV(
                E.DIV(E.H2("Load and data quality when written, %"), E.P(LINES, E.CLASS("small")), _percentages(page)),
                E.DIV(E.H2("Opened and closed"), E.P(BARS, E.CLASS("small")), _movements(page.movements)),
                E.CLASS("charts"),
            ),
            E.H2("The last submissions"),
            _submissions(page),
            E.H2("What stands in the way now"),
            *[E.P(told) for told in page.in_the_way],
            *_causes(page),
            E.H2("What nobody vouches for"),
            *[E.P(told, E.CLASS("small")) for told in page.unverified or ("Nothing.",)],
            E.P(
                page.standard.say("Percentages are estimates of this program; the {portal}'s own may differ."),
                E.CLASS("small"),
            ),
        ),
        lang="en-GB",
    )
    return bytes(tostring(document, doctype="<!DOCTYPE html>", encoding="utf-8", pretty_print=True))


def _submissions(page: ManagerPage) -> Element:
    heads = ("Submission", "Deadline", "What became of it", "Load %", "Quality %", "Rows")
    numeric = {"Load %", "Quality %", "Rows"}
    rows = [E.TR(*[E.TH(head, E.CLASS("number" if head in numeric else "text")) for head in heads])]
    for line in page.submissions:
        texts = (line.title, f"{line.deadline:%d %b %Y}", line.told)
        numbers = (_shown(line.load_percent), _shown(line.data_quality_percent), str(line.rows or ""))
        cells = [E.TD(text) for text in texts] + [E.TD(number, E.CLASS("number")) for number in numbers]
        rows.append(E.TR(*cells))
    table: Element = E.TABLE(*rows)
    return table


def _causes(page: ManagerPage) -> list[Element]:
    if not page.causes:
        return []
    rows = [E.TR(E.TH("Open", E.CLASS("number")), E.TH("Severity", E.CLASS("severity")), E.TH("Rule"))]
    for cause in page.causes:
        rule = f"{cause.rule}: {cause.title}"
        rows.append(E.TR(E.TD(str(cause.count), E.CLASS("number")), E.TD(cause.severity), E.TD(rule)))
    if page.and_more:
        rows.append(E.TR(E.TD(), E.TD(), E.TD(page.and_more)))
    return [E.TABLE(*rows, E.CLASS("causes"))]


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


# The charts, in points of a box of 320 by 108. What a line means is told by dashes and names, not by colour alone. In
# HTML an svg needs no namespace.


def _box(told: str) -> Element:
    chart = etree.Element("svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")
    chart.set("aria-label", told)
    _add(chart, "title", text=told)
    return chart


def _add(chart: Element, tag: str, text: str = "", **attributes: str) -> None:
    made = etree.SubElement(chart, tag, {name.replace("_", "-"): v for name, v in attributes.items()})
    made.text = text or None


def _axis(chart: Element, labels: Sequence[tuple[float, str]], months: Sequence[str]) -> None:
    for y, label in labels:
        _add(
            chart, "line", x1=str(LEFT), x2=str(WIDTH), y1=f"{y:.1f}", y2=f"{y:.1f}", stroke="#ccc", stroke_width="0.5"
        )
        _add(chart, "text", label, x=str(LEFT - 3), y=f"{y + 3:.1f}", font_size="8", text_anchor="end")
    step = (WIDTH - LEFT) / max(1, len(months))
    for number, month in enumerate(months):
        if number % 2 == 0 or len(months) <= 6:
            x = LEFT + step * (number + 0.5)
            _add(chart, "text", month, x=f"{x:.1f}", y=str(HEIGHT - 5), font_size="7", text_anchor="middle")


def _percentages(page: ManagerPage) -> Element:
    lines = page.submissions
    height = HEIGHT - BOTTOM - TOP
    step = (WIDTH - LEFT) / max(1, len(lines))

    def place(number: int, value: float) -> str:
        y = TOP + height * (100 - max(LOWEST, value)) / (100 - LOWEST)
        return f"{LEFT + step * (number + 0.5):.1f},{y:.1f}"

    chart = _box("Load and data quality of the last submissions, from 50 to 100 per cent")
    marks = [(TOP + height * (100 - value) / (100 - LOWEST), str(value)) for value in (50, 75, 100)]
    _axis(chart, marks, [line.month[2:] for line in lines])
    for colour, dashes, values in (
        ("#004b87", "none", [line.load_percent for line in lines]),
        ("#a33b00", "4 2", [line.data_quality_percent for line in lines]),
    ):
        points = [place(number, value) for number, value in enumerate(values) if value is not None]
        if points:
            look = {"fill": "none", "stroke": colour, "stroke_width": "1.5", "stroke_dasharray": dashes}
            _add(chart, "polyline", points=" ".join(points), **look)
            for point in points:
                x, y = point.split(",")
                _add(chart, "circle", cx=x, cy=y, r="2", fill=colour)
    return chart


def _movements(movements: Sequence[Movement]) -> Element:
    height, most = HEIGHT - BOTTOM - TOP, max((max(one.opened, one.closed) for one in movements), default=0) or 1
    step = (WIDTH - LEFT) / max(1, len(movements))
    chart = _box("Opened and closed in each month")
    _axis(chart, [(TOP, str(most)), (TOP + height, "0")], [one.month[2:] for one in movements])
    for number, one in enumerate(movements):
        x = LEFT + step * number
        for offset, value, look in (
            (0.1, one.opened, {"fill": "#004b87"}),
            (0.5, one.closed, {"fill": "#fff", "stroke": "#a33b00", "stroke_width": "1"}),
        ):
            tall = height * value / most
            left, wide = f"{x + step * offset:.1f}", f"{step * 0.35:.1f}"
            _add(chart, "rect", x=left, y=f"{TOP + height - tall:.1f}", width=wide, height=f"{tall:.1f}", **look)
    return chart
