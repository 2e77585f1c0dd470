"""Our sentences in a standard's own terms: what it calls an episode, or a row of a return.

A sentence is made once, from a template of ours with named places: `The {episode} {id} is deleted.` Terms and values
are put in together, so that nothing looks through what a person typed for words of ours.
"""

from collections.abc import Mapping

_USUAL = {
    "client": "client",
    "episode": "episode",
    "event": "event",
    "row": "row",
    "portal": "portal",
    "region": "region",
}


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def counted(number: int, noun: str) -> str:
    """So many of something: `1 error`, `2,345 errors`, `3 mismatches`."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('ch') else 's'}"


class Terms:
    """What a standard calls the things that our sentences speak of.

    A template names them as we do: `{episode}`, `{an episode}`, `{episodes}`, each with a capital as well; so with
    `client`, `event` and `row`, with `portal`, which takes the returns, and `region`, which is asked about them.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """`own` holds the standard's words by ours; what it does not name is called as we call it."""
        self.places: dict[str, str] = {}
        for kind, word in {**_USUAL, **(own or {})}.items():
            for place, told in ((kind, word), (f"{kind}s", f"{word}s"), (_article(kind), _article(word))):
                self.places[place] = told
                self.places[place.capitalize()] = told.capitalize()

    def say(self, template: str, /, **values: object) -> str:
        """A sentence from a template of ours, terms and values put in once; a value that is a `Sentence` is told, too.

        What a value holds stays as it is, whatever it looks like. Raises KeyError for a place that has no value.
        """
        told = {name: value.told(self) if isinstance(value, Sentence) else value for name, value in values.items()}
        return template.format_map({**told, **self.places})

    def counted(self, number: int, kind: str) -> str:
        """So many of what we call `kind`: `1 journey`, `2,345 journeys`."""
        return counted(number, self.places[kind])


USUAL = Terms()
"""The terms of NDTMS, which are ours."""


class Sentence:
    """A sentence of which it is not known yet in whose terms it will be read: its template, and its values."""

    __slots__ = ("_template", "_values")

    def __init__(self, template: str, /, **values: object) -> None:
        self._template, self._values = template, values

    def told(self, terms: Terms) -> str:
        """The sentence in these terms."""
        return terms.say(self._template, **self._values)

    def __str__(self) -> str:
        return self.told(USUAL)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self._template, self._values) == (other._template, other._values)

    def __hash__(self) -> int:
        return hash(self._template)


def term(kind: str) -> Sentence:
    """What a client, an episode, an event or a row is called, as a value of a sentence."""
    return Sentence(f"{{{kind}}}")


def told(text: "str | Sentence", terms: Terms) -> str:
    """A text that may be finished already, to be shown to who reads these terms."""
    return text.told(terms) if isinstance(text, Sentence) else text
