"""What an edition says of itself beside its fields and rules: its data sets, its time, what it was read from.

An edition may hold several data sets (`variants`): each is a standard of its own for whoever keys and reports, made
from the one folder by leaving out what belongs to the others.
"""

from dataclasses import dataclass
from typing import Literal

Age = Literal["", "adult", "young"]
RuleStatus = Literal["checked", "proposed", "not_checked"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One data set of an edition: `name` as it is printed (AD), `age` who it is for, judged at the assessment."""

    id: str
    name: str
    title: str
    age: Age = ""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that an edition was read from: `digest` is its SHA-256, `name` what sources of its parts call it."""

    name: str
    title: str
    file: str = ""
    digest: str = ""
    pages: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Who is asked, or what is to be read, about something, by an address that a document (`source`) names.

    `kind` is `consent` for what those who ask for consent have to know, empty for any other question.
    """

    about: str
    address: str
    source: str
    kind: Literal["", "consent"] = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as a whole.

    `id` is the folder's, `variant` the data set that was chosen of `variants` (None: all of it). `extends` names the
    edition it was told as a difference from. `valid_from` and `valid_to` are its first and last day, ISO, or empty.
    `unverified` says that it is but a frame; `bring` are the documents that a site has to bring then,
    `unknown_sections` the titles of sections of which no field is known.
    """

    id: str
    variants: tuple[Variant, ...] = ()
    variant: Variant | None = None
    extends: str = ""
    valid_from: str = ""
    valid_to: str = ""
    unverified: bool = False
    bring: tuple[str, ...] = ()
    unknown_sections: tuple[str, ...] = ()
    documents: tuple[SourceDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardedFields:
    """Fields that leave the building only with a consent of their own, and only where the site switched them on.

    `setting` is the agency setting that switches them on; `consent` the header that must hold one of `consented`.
    """

    setting: str
    consent: str
    consented: frozenset[str]
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JourneyTerms:
    """How episodes make treatment journeys: the date of an event that starts treatment, and after how many days.

    `attributor` are the headers by which a person is known across episodes and agencies.
    """

    started: str
    days: int
    attributor: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What is known of one code beside its label: its first and last day, where it stands, what follows it."""

    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    group: str = ""
    note: str = ""
    successor: str = ""
