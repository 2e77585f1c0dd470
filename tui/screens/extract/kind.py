"""Which kind of extract is looked at, and what its schema says, where a data set has kinds and schemas."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from exporters import formats
from exporters.receipt import Receipt, told_of_kind, told_of_others
from tui.screens.asking import Asked, Asking
from tui.screens.extract.overview import Line
from validators.problems import Problem
from validators.standard import Standard

if TYPE_CHECKING:
    from exporters.xml_selection import Wanted


def kind_lines(receipt: Receipt, ask: Callable[[], object]) -> Iterator[Line]:
    """The lines about them; none where there is one kind only."""
    if receipt.wanted is not None:
        told = f"{told_of_kind(receipt.wanted)}{told_of_others(receipt.unchanged)}"
        yield Line("Kind", told, go=ask, hint="Enter chooses another kind.")
    if receipt.validation is not None:
        wrong = bool(receipt.validation.count)
        told, hint = receipt.validation.told, ""
        if receipt.validation.is_stand_in:
            told += "; not validated against the official schema"
            hint = "The official one is not public: keywork standards install takes the site's own copy."
        yield Line(
            "Schema", told, "error" if wrong else "warning" if receipt.validation.is_stand_in else "ok", hint=hint
        )


def asking(standard: Standard, wanted: "Wanted | None") -> Asking:
    """The dialog that asks for a kind, and for the days between."""
    kinds = standard.submission.kinds
    now = wanted or formats.wanted(standard)
    lines = [f"The kinds of extract are {', '.join(kinds)}. The days are for between alone, as YYYY-MM-DD."]
    asked = [
        Asked("kind", f"Kind ({', '.join(kinds)})", now.kind if now else ""),
        Asked("from", "From", str(now.start) if now and now.start else "", optional=True),
        Asked("to", "To", str(now.end) if now and now.end else "", optional=True),
    ]
    return Asking("Which kind of extract", lines, asked, lambda texts: wanted_of(standard, texts))


def wanted_of(standard: Standard, texts: Mapping[str, str]) -> "Wanted | None":
    """What was answered. Raises Problem for what is no kind, or no day."""
    return formats.wanted(standard, texts["kind"].strip(), _day(texts["from"]), _day(texts["to"]))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Problem("A day is written as YYYY-MM-DD, such as 2026-03-31.") from None
