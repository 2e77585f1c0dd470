"""The page that tells a client what is collected, for what, and what the client decides: read out, shown or printed.

The program brings one in its own words, made from published facts (NDTMS leaflet on personal information, July 2019;
NDTMS core R requirements specification, section 4). A site may put its own in its place. Each version has a name, which
entries of consent hold.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from store.facts import AgencyInfo
from store.records import consent as stored
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.standard.model import Standard

SHIPPED_VERSION = "Keywork 1"
"""Raised whenever the text beside this file is changed."""
MOST, MOST_VERSION = 20_000, 40
TO_CONFIRM = (
    "The contacts are this site's to fill in and to confirm before this page is given to anybody; 'keywork notice set'"
    " puts the site's own text in its place."
)


@dataclass(frozen=True)
class Notice:
    """A notice: its version, its lines (`# ` begins a heading, `- ` an item), and whether it is the site's own."""

    version: str
    lines: tuple[str, ...]
    is_own: bool = False

    @property
    def remark(self) -> str:
        """What staff are to know of it, which is no part of the page; "" for nothing."""
        return "" if self.is_own else TO_CONFIRM


def shipped() -> Notice:
    """The notice the program brings."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    return Notice(SHIPPED_VERSION, tuple(text.rstrip("\n").split("\n")))


def in_use(snapshot: Snapshot, agency: AgencyInfo) -> Notice:
    """The notice clients are given now: the site's latest, else the one the program brings. Raises Problem for none."""
    return versions(snapshot, agency)[-1]


def versions(snapshot: Snapshot, agency: AgencyInfo) -> list[Notice]:
    """Every version there is to choose from, the one in use last.

    Raises Problem where the data set asks for no consent and the site has no notice of its own.
    """
    kept = [Notice(one.version, tuple(one.text.split("\n")), True) for one in stored.notices(snapshot, agency)]
    ours = [shipped()] if snapshot.derivers[agency.standard].consented is not None else []
    if not ours and not kept:
        raise Problem("This data set does not ask for consent, so there is no notice: 'keywork notice set' keeps one.")
    return [*ours, *kept]


def one(snapshot: Snapshot, agency: AgencyInfo, version: str) -> Notice:
    """A notice by its version, the one in use for "". Raises Problem for one there is not."""
    known = versions(snapshot, agency)
    found = next((each for each in known if each.version == version), None) if version else known[-1]
    if found is None:
        raise Problem(f"There is no privacy notice of that version: there are {', '.join(n.version for n in known)}.")
    return found


def replace(unit: UnitOfWork, agency: AgencyInfo, version: str, text: str) -> None:
    """Put the site's own text in use, under a version of its own. Raises Problem for what cannot be kept."""
    name = " ".join(version.split())
    if not name or len(name) > MOST_VERSION:
        raise Problem(f"A version has one to {MOST_VERSION} characters, such as 2026-11: name it.")
    if name == SHIPPED_VERSION:
        raise Problem(f"{SHIPPED_VERSION} is the notice the program brings: give yours another version.")
    told = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip("\n").split("\n"))
    if not told.strip():
        raise Problem("The notice is empty: give its text.")
    if len(told) > MOST:
        raise Problem(f"The notice is longer than {MOST:,} characters: shorten it.")
    if any(not (character.isprintable() or character == "\n") for character in told):
        raise Problem("The notice holds characters that are no text: give plain text, without tabs.")
    stored.keep_notice(unit, agency, name, told)


def guidance(standard: Standard) -> list[str]:
    """What those who ask for consent have to know, and where it stands; it is no part of the page."""
    return [
        line
        for one in standard.enquiries
        if one.kind == "consent"
        for line in (f"{one.about}:", one.address, f"As named in: {one.source}")
    ]


def as_text(notice: Notice) -> str:
    """The page as plain text, with its version at the end; what is for staff alone is not in it."""
    lines = []
    for line in notice.lines:
        heading = line.removeprefix("# ")
        lines += [heading.upper()] if heading != line else [line]
    return "\n".join([*lines, "", f"Version: {notice.version}", ""])


def as_html(notice: Notice) -> str:
    """The page as HTML that prints on paper and needs nothing else: no script, no other file."""
    body: list[str] = []
    run: list[str] = []
    kind = ""

    def close() -> None:
        if not run:
            return
        if kind == "ul":
            body.append("<ul>" + "".join(f"<li>{item}</li>" for item in run) + "</ul>")
        elif kind == "pre":
            body.append(f"<pre>{chr(10).join(run)}</pre>")
        else:
            body.append(f"<p>{' '.join(run)}</p>")
        run.clear()

    for line in notice.lines:
        own = "ul" if line.startswith("- ") else "pre" if line.startswith("    ") else "p"
        if not line.strip() or line.startswith("# ") or own != kind:
            close()
        if line.startswith("# "):
            body.append(f"<h2>{escape(line[2:])}</h2>")
        elif line.strip():
            kind = own
            run.append(escape(line.removeprefix("- ").strip()))
    close()
    style = "body{font:12pt/1.4 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}pre{font:inherit}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Privacy notice</title>'
        f"<style>{style}</style></head>\n<body>\n" + "\n".join(body) + f"\n<p>Version: {escape(notice.version)}</p>\n"
        "</body></html>\n"
    )
