"""Our sentences in a standard's own words: what it calls an episode, or a row of a return."""

import re
from collections.abc import Mapping

# Not what stands in quotes or in a path: that is somebody's own.
_OURS = re.compile(
    r"(?<![\w/.'-])(?P<article>[Aa]n? |)(?P<first>[EeRr])(?P<rest>pisode|ow)(?P<many>s?)(?![\w/-])(?!\.\w)"
)


def said(words: Mapping[str, str], text: str) -> str:
    """A sentence with `episode` and `row`, however written, as the words have them; the article follows."""

    def own_word(found: re.Match[str]) -> str:
        article, first, rest, many = found["article"], found["first"], found["rest"], found["many"]
        own = words.get(first.lower() + rest)
        if own is None:
            return found[0]
        if article:
            article = f"{article[0]}n " if own[0] in "aeiou" else f"{article[0]} "
        return f"{article}{own[0].upper() if first.isupper() else own[0]}{own[1:]}{many}"

    return _OURS.sub(own_word, text) if words else text
