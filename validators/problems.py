"""The one kind of failure a person is told about in a sentence."""


class Problem(Exception):
    """Something could not be done. Its text is one sentence: what, where, what to do.

    The command line prints it on stderr and exits with 2; a screen shows it in its status line. It never holds client
    data beyond ids and line numbers.
    """
