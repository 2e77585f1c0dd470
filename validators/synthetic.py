"""Synthetic episodes: believable, valid by the standard's own rules, the same for the same seed.

Everything is made from the standard's fields, code lists and roles. The people in it do not exist. With faults, about
one client in ten gets one thing wrong, of the kinds that clerks get wrong.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from validators.dates import parse_date, write_date
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.rules.record_patterns import codes_in
from validators.standard.conditions import parse_condition
from validators.standard.model import Field, Section, Standard

_LETTERS = "ABCDEFGHIJKLMNOPRSTW"
_OUTWARD = ("NE1", "NE8", "SR1", "SR5", "DH1", "M1", "LS2", "S10", "NW7", "SE15")
_FAULTY_SHARE = 0.1
_NO_CONSENT_SHARE = 0.03
_FILLED_SHARE = 0.85
_LONG_LIST = 100
_NUMBERS = 500_000
# Patterns that tie a code to an agency's settings, a day or another event: samples leave such codes alone.
_CHOOSY = ("setting_says", "needs_beside", "not_together")

Written = dict[str, str]


def synthetic_episodes(
    standard: Standard, clients: int, *, seed: int, today: date, faults: bool = False, agency: str = "T0001"
) -> Iterator[EpisodeRecord]:
    """Yield the episodes of so many synthetic clients, a client's episodes together in order of time.

    `client_id` is the same text on all episodes of one client. Every date lies on or before `today`. They are as a
    store keeps them: the client is known even where consent is withheld, and only the exporter leaves that out.
    """
    if not 1990 <= today.year <= 9000:
        raise Problem(f"Synthetic clients cannot be made as on {today.isoformat()}: choose a year from 1990 on.")
    maker = _Maker(standard, random.Random(seed), today, agency)  # noqa: S311 (nothing here is secret)
    for number in range(clients):
        yield from maker.client(number, faults and maker.chance(_FAULTY_SHARE))


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of one episode in order; `closed` is None while it is open."""

    opened: date
    assessed: date
    begun: date
    closed: date | None


class _Maker:
    def __init__(self, standard: Standard, rng: random.Random, today: date, agency: str) -> None:
        self.standard, self.rng, self.today, self.agency = standard, rng, today, agency
        self.layout = standard.date_layout.text
        rows = [row for rule in standard.rules for row in rule.rows]
        self.ranges = {
            header: (int(row.parameters["least"]), int(row.parameters["most"]))
            for row in rows
            if row.pattern in ("number_between", "digits_between")
            for header in row.fields
        }
        paired = [row.fields for row in rows if row.pattern == "both_or_neither"]
        required = [row for row in rows if row.pattern == "required" and "with" not in row.parameters]
        # Fields whose lists are not known, in which samples have numbers all the same: pages would be empty else. What
        # is drawn for them is drawn apart, so that all the rest of a sample stays as it was.
        self.stand_ins = standard.values.get("stand_in_fields", frozenset())
        self.apart = random.Random(0)  # noqa: S311
        self.wanted = {header for row in required for header in row.fields} - self.stand_ins
        self.always = {header for row in required if not row.parameters for header in row.fields}
        closed = standard.role("closed")
        self.ended = {h for row in required if f"{closed}!=" in row.parameters.get("when", "") for h in row.fields}
        self.due = {row.parameters["section"] for row in rows if row.pattern == "event_due"}
        self.exact = {header for row in rows if row.pattern == "exact_width" for header in row.fields}
        self.nhs = {header for row in rows if row.pattern in ("nhs_number", "modulus_11") for header in row.fields}
        self.avoided: dict[str, frozenset[str]] = {}
        for row in rows:
            if row.pattern in _CHOOSY:
                (header,) = row.fields
                self._avoid(header, codes_in(row, standard, "codes", header))
            elif row.pattern == "not_before_day_when":
                for header, _, codes in parse_condition(
                    row.parameters["when"], standard.by_header, standard.values
                ).tests:
                    self._avoid(header, codes)
        self.numbers: set[str] = set()
        self.usual = standard.values.get("usual", frozenset())
        self.no_further = dict(one.split("=") for one in sorted(standard.values.get("no_further", frozenset())))
        self.partner = {fields[-1]: fields[0] for fields in paired}
        self.fields = {
            section.id: [f for f in standard.fields if f.section == section.id] for section in standard.sections
        }
        self.episode_section = next(section for section in standard.sections if section.level == "episode")
        self.client_section = next(section for section in standard.sections if section.level == "client")
        self.faults: tuple[Callable[[Written, Written], None], ...] = (
            self._forget_required,
            self._trailing_space,
            self._impossible_date,
            self._letter_for_digit,
            self._closed_too_early,
            self._half_a_pair,
        )

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _avoid(self, header: str, codes: frozenset[str]) -> None:
        self.avoided[header] = self.avoided.get(header, frozenset()) | codes

    def client(self, number: int, faulty: bool) -> Iterator[EpisodeRecord]:
        """All episodes of one client."""
        rng, role = self.rng, self.standard.role
        age = min(75, 18 + int(rng.expovariate(1 / 16)))
        birth = self.today - timedelta(days=365 * (age + 6) + rng.randrange(365))
        values: Written = {}
        given = {
            role("client_id"): self._identifier(),
            role("given_initial"): rng.choice(_LETTERS),
            role("family_initial"): rng.choice(_LETTERS),
            role("birth_date"): write_date(birth, self.layout),
            role("agency"): self.agency,
            role("client_reference"): f"{number + 1:06d}",
        }
        self._fill(self.client_section, values, given)
        count = rng.choices((1, 2, 3), (70, 22, 8))[0]
        spoil = rng.choice(self.faults) if faulty else None
        spoilt_at = rng.randrange(count)
        for index, days in enumerate(self._timeline(count)):
            if role("consent") and self.chance(_NO_CONSENT_SHARE) and not faulty:
                yield self._withheld(number, values)
            else:
                yield self._episode(number, values, days, spoil if index == spoilt_at else None)

    def _timeline(self, count: int) -> list[_Days]:
        """The days of a client's episodes, with gaps between them, the last often still open."""
        rng = self.rng
        found = []
        start = self.today - timedelta(days=rng.randrange(40, 1200))
        for index in range(count):
            opened = min(start, self.today - timedelta(days=30))
            assessed = opened + timedelta(days=rng.randrange(11))
            begun = assessed + timedelta(days=rng.randrange(15))
            closed: date | None = begun + timedelta(days=rng.randrange(20, 400))
            if closed and (closed > self.today or (index == count - 1 and self.chance(0.45))):
                closed = None
            found.append(_Days(opened, assessed, begun, closed))
            if closed is None or (self.today - closed).days < 40:
                break
            start = closed + timedelta(days=rng.randrange(5, 200))
        return found

    def _episode(
        self, number: int, client: Written, days: _Days, spoil: Callable[[Written, Written], None] | None
    ) -> EpisodeRecord:
        role = self.standard.role
        given = {
            role("episode_id"): self._identifier(),
            role("software"): "Keywork sample",
            role("consent"): min(self.standard.values.get("consented", {""})),
            role("postcode"): "ZZ99 3"
            if self.chance(0.05)
            else f"{self.rng.choice(_OUTWARD)} {self.rng.randrange(1, 10)}",
            role("opened"): write_date(days.opened, self.layout),
            role("assessed"): write_date(days.assessed, self.layout),
            role("begun"): write_date(days.begun, self.layout),
            role("closed"): write_date(days.closed, self.layout) if days.closed else "",
            # The list of reasons is not published; any number that fits the layout stands in for one.
            role("closure_reason"): self._number(role("closure_reason"), self.rng.randrange(1, 12))
            if days.closed
            else "",
        }
        values: Written = dict(client)
        self._fill(self.episode_section, values, given)
        own = dict(client)
        episode = {field.header: values[field.header] for field in self.fields[self.episode_section.id]}
        if spoil:
            spoil(own, episode)
        return EpisodeRecord(own, episode, tuple(self._events(days)), client_id=str(number))

    def _withheld(self, number: int, client: Written) -> EpisodeRecord:
        values = {self.standard.role("episode_id"): self._identifier(), self.standard.role("consent"): "N"}
        episode = {field.header: values.get(field.header, "") for field in self.fields[self.episode_section.id]}
        return EpisodeRecord(dict(client), episode, (), client_id=str(number))

    def _events(self, days: _Days) -> Iterator[Event]:
        last = (days.closed or self.today) - timedelta(days=1)
        for section in self.standard.event_sections:
            count = self.rng.choices((0, 1, 2), (45, 40, 15))[0]
            for number in range(max(count, section.id in self.due)):
                day = days.begun + timedelta(days=self.rng.randrange(max(1, (last - days.begun).days)))
                values: Written = {}
                later = self._later(section, day, last, is_over=days.closed is not None)
                given = {section.date_field: write_date(day, self.layout), **later}
                if field := self.standard.by_header.get(section.id_field):
                    given[field.header] = self._identifier() if field.keyed == "made" else str(number + 1)
                self._fill(section, values, given)
                yield Event(section.id, values)

    def _later(self, section: Section, day: date, last: date, *, is_over: bool) -> Written:
        """An event's further dates, each on or after the one before: as far as it has come by the last day.

        What ends with the episode ends on that day at the latest.
        """
        given: Written = {}
        before = "begun"
        for field in self.fields[section.id]:
            if field.is_date and field.header != section.date_field:
                day += timedelta(days=self.rng.randrange(60))
                ends_now = is_over and bool(before) and field.header in self.ended
                before = write_date(min(day, last), self.layout) if day <= last or ends_now else ""
                given[field.header] = before
        return given

    def _fill(self, section: Section, values: Written, given: Written) -> None:
        """Fill a section's fields in order: what is given, else codes or numbers, obeying the fields' skip rules.

        What follows an answer that was not asked for in the same group is left empty where its list is not known: who
        has no children says nothing more of them.
        """
        taken: dict[str, set[str]] = {}
        not_asked = ""
        for field in self.fields[section.id]:
            value = given.get(field.header)
            if value is None:
                skipped = field.skip_when is not None and field.skip_when.holds(values)
                not_asked = field.group if skipped else not_asked
                if not_asked == field.group and field.codes and not self.standard.code_lists[field.codes].codes:
                    skipped = True
                value = "" if skipped else self._value(field, values, taken.setdefault(field.codes, set()))
            values[field.header] = value

    def _value(self, field: Field, values: Written, taken: set[str]) -> str:
        partner = self.partner.get(field.header)
        if partner and partner in values:
            wanted = bool(values[partner])
        else:
            wanted = field.header in self.wanted or self.chance(_FILLED_SHARE) or field.header in self.stand_ins
        if not wanted:
            return ""
        if field.header in self.ranges:
            least, most = self.ranges[field.header]
            return self._number(field.header, self.rng.randint(least, min(most, 40)))
        code_list = self.standard.code_lists.get(field.codes)
        if field.header in self.nhs:
            return self._nhs_number()
        if code_list is None or not code_list.codes:
            # No list is known: any number that fits the layout stands in where something must stand.
            if field.header in self.stand_ins:
                return self._stand_in(field, taken)
            return self._number(field.header, 1) if partner or field.header in self.always else ""
        usual = [code for code in code_list.codes if code in self.usual]
        if len(code_list.codes) > _LONG_LIST:
            # Most have the usual one. Without, what fits hangs on where the client lives: left empty.
            return self.rng.choice(usual) if usual else ""
        fitting = (
            [code for code in code_list.codes if code not in taken] if section_repeats(field) else list(code_list.codes)
        )
        if avoided := self.avoided.get(field.header):
            fitting = [code for code in fitting if code not in avoided]
        code = self._further(field, self.rng.choice(fitting), fitting, taken)
        taken.add(code)
        return code

    def _further(self, field: Field, code: str, fitting: list[str], taken: set[str]) -> str:
        """The code, or another one: that there is no second substance stands in the second field alone, and none is
        named behind it. Drawn apart, so that all the rest of a sample stays as it was."""
        ends = set(self.no_further.values())
        if taken & ends and field.header in self.no_further:
            return self.no_further[field.header]
        if code not in ends or code == self.no_further.get(field.header):
            return code
        return self.apart.choice([each for each in fitting if each not in ends])

    def _stand_in(self, field: Field, taken: set[str]) -> str:
        """A number in place of a code, another one than in the fields beside it of the same thing."""
        free = [number for number in range(1, 10) if not section_repeats(field) or str(number) not in taken]
        number = self.apart.choice(free)
        taken.add(str(number))
        return self._number(field.header, number)

    def _number(self, header: str, number: int) -> str:
        """A number that stands in for a code of a list that is not known, as wide as the field must be."""
        return str(number).zfill(self.standard.by_header[header].layout.length if header in self.exact else 1)

    def _nhs_number(self) -> str:
        """A number of the range kept for tests, 999, with its check digit; another each time while there are enough."""
        while True:
            digits = f"999{self.rng.randrange(10**6):06d}"
            left = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
            if left != 1 and (digits not in self.numbers or len(self.numbers) > _NUMBERS):
                self.numbers.add(digits)
                return f"{digits}{(11 - left) % 11}"

    def _identifier(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    # --- what clerks get wrong -------------------------------------------------------------------------------------

    def _forget_required(self, client: Written, episode: Written) -> None:
        assessed = self.standard.role("assessed")
        episode[assessed if assessed in self.wanted else self.standard.role("opened")] = ""

    def _trailing_space(self, client: Written, episode: Written) -> None:
        postcode = self.standard.role("postcode")
        episode[postcode if postcode in episode else self.standard.role("opened")] += " "

    def _impossible_date(self, client: Written, episode: Written) -> None:
        begun = self.standard.role("begun") or self.standard.role("opened")
        episode[begun] = episode[begun][:-2] + "32"

    def _letter_for_digit(self, client: Written, episode: Written) -> None:
        numeric = [f.header for f in self.fields[self.episode_section.id] if f.layout.kind == "numeric"]
        filled = [header for header in numeric if episode[header]]
        header = self.rng.choice(filled or numeric)
        episode[header] = f"O{episode[header][1:]}"

    def _closed_too_early(self, client: Written, episode: Written) -> None:
        opened = episode[self.standard.role("opened")]
        earlier = f"{int(opened[:4]) - 1}{opened[4:]}"
        episode[self.standard.role("closed")] = earlier if parse_date(earlier) else f"{earlier[:-2]}01"
        reason = self.standard.role("closure_reason")
        episode[reason] = self._number(reason, 1)

    def _half_a_pair(self, client: Written, episode: Written) -> None:
        for second, first in self.partner.items():
            if episode.get(first) and second in episode:
                episode[second] = ""
                return
        self._trailing_space(client, episode)


def section_repeats(field: Field) -> bool:
    """Whether the field is one of several for the same thing (`Disability 1`, `2`, `3`), which must then differ."""
    return field.header[-1:].isdigit() or field.label[-1:].isdigit()
