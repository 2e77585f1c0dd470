"""Conditions as data: `CONSENT=@consented and PARENT!=N|Z`, where `@name` is a named set of the standard's values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from validators.records import Values


@dataclass(frozen=True, slots=True)
class Condition:
    """When something applies: every test must hold. Written `SEX=1 and PARENT!=N|Z`; `DRUG1=` means empty.

    Each test is a header, whether it must (True) or must not (False) be among the values, and the values.
    """

    text: str
    tests: tuple[tuple[str, bool, frozenset[str]], ...]

    def holds(self, values: Values) -> bool:
        """Whether the values meet the condition; a value that is absent counts as empty."""
        for header, among, wanted in self.tests:  # noqa: SIM110 (asked several times for every record: `all` costs twice)
            if (values.get(header, "") in wanted) is not among:
                return False
        return True

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers the condition looks at."""
        return tuple(header for header, _, _ in self.tests)


def parse_condition(text: str, headers: Collection[str], named: Mapping[str, frozenset[str]]) -> Condition:
    """Read a condition over the given headers. Raises ValueError saying what is wrong with it.

    `HEADER=value|value` holds when the value is one of them, `HEADER!=…` when it is none, `HEADER=` when it is empty;
    several are joined by ` and `.
    """
    tests = []
    for part in text.split(" and "):
        header, sign, wanted = part.strip().partition("=")
        among = not header.endswith("!")
        header = header.removesuffix("!")
        if not sign:
            raise ValueError(f"the condition {part.strip()!r} has no '='")
        if header not in headers:
            raise ValueError(f"the condition {part.strip()!r} names a field that does not exist")
        values: set[str] = set()
        for value in wanted.split("|"):
            if not value.startswith("@"):
                values.add(value)
            elif value[1:] in named:
                values |= named[value[1:]]
            else:
                raise ValueError(f"the condition {part.strip()!r} names values that standard.toml does not define")
        tests.append((header, among, frozenset(values)))
    return Condition(text, tuple(tests))
