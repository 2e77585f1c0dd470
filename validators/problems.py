"""The one kind of failure a person is told about in a sentence."""

from validators.standard.terminology import USUAL, Sentence, Terms, told


class Problem(Exception):
    """Something could not be done. Its text is one sentence: what, where, what to do.

    The command line prints it on stderr and exits with 2; a screen shows it in its status line. It never holds client
    data beyond ids and line numbers. A sentence that names what standards call differently is a `Sentence`, and is
    `told` in the terms of whoever reads it.
    """

    def __init__(self, sentence: str | Sentence = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def told(self, terms: Terms) -> str:
        """The sentence in these terms."""
        return told(self.sentence, terms)

    def __str__(self) -> str:
        return self.told(USUAL)
